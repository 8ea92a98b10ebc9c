"""A canteen's gas and electricity, per meal; food waste beside it on its own life-cycle boundary."""

from tools.calculator import Computation
from tools.units import label_of, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

__all__ = ["compute"]

_FUELS = {"natural_gas": ("天然气", "fuel.jst303.natural-gas"), "lpg": ("液化石油气", "fuel.jst303.lpg")}


def compute(sheet: Worksheet) -> Computation:
    """CO2 of energy; where only food waste is given, its life-cycle emission is the result."""
    for name, (label, factor_id) in _FUELS.items():
        if sheet.was_given(name):
            operands = {"用量": sheet.need(name, ""), "排放因子": sheet.factor(factor_id)}
            sheet.row(label, sheet.product(f"{label}排放", "kgCO2", operands))
    if sheet.was_given("electricity"):
        sheet.row("用电", sheet.grid("用电排放", sheet.need("electricity", "")))
    if not sheet.rows and sheet.was_given("food_waste"):
        return _waste_alone(sheet)
    total = sheet.total_of_rows("食堂能源排放")
    if sheet.was_given("meals"):
        meals = sheet.need("meals", "")
        if label_of(meals) == "person_trip":
            sheet.assume("一人次按一餐计")
            meals = registry().Quantity(float(meals.magnitude), "meal")
        sheet.compare("每餐能源排放", multiply("每餐", "kgCO2/meal", [total], [amount(meals)]), "kgCO2/meal")
    if sheet.was_given("food_waste"):
        _waste(sheet)
    return sheet.finish("食堂能源排放", total, "tCO2", next_step="灶具改电、按人数备餐，剩余称重公示")


def _waste_alone(sheet: Worksheet) -> Computation:
    wasted = sheet.row("食物浪费", _waste(sheet))
    return sheet.finish("食物浪费全生命周期排放", wasted, "tCO2e", next_step="按人数备餐、小份和半份菜、每天称重公示")


def _waste(sheet: Worksheet) -> Amount:
    """Wasted food with its production: another boundary than energy, so it is shown apart."""
    mass = sheet.need("food_waste", "")
    factor = sheet.factor("foodwaste.lca.fao")
    made = sheet.product("食物浪费全生命周期排放", "kgCO2e", {"浪费量": mass, "全生命周期因子": factor})
    if sheet.rows:
        sheet.compare("食物浪费（全生命周期，另列）", made, "tCO2e", "含生产阶段，不与能源排放相加")
    chosen = sheet.choice("treatment")
    if chosen is not None and chosen.factor is not None:
        disposal = sheet.factor(chosen.factor)
        treated = sheet.product("厨余处置排放", "kgCO2e", {"浪费量": mass, "处置因子": disposal})
        note = "英国参照值；厌氧、堆肥只含收运等边界，不能和填埋直接相比，也不与能源、全生命周期排放相加"
        sheet.compare(f"{chosen.label}（处置，另列）", treated, "tCO2e", note)
    if sheet.was_given("reduction"):
        operands = {"浪费排放": made, "减少比例": sheet.need("reduction", "")}
        less = sheet.product("减少浪费的减排量", "kgCO2e", operands, nature="reduction")
        sheet.compare("减少浪费的减排量（不与排放相加）", less, "tCO2e")
    return made
