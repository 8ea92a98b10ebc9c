"""The yearly inventory of a compound by JS/T 303-2026: fuels burnt, electricity and heat bought.

E = Σ fuel × factor + (bought − direct green − passed on) × grid factor + (heat bought − passed on) × heat factor.
Refrigerants, commuting, travel, meetings, waste, water, paper and sinks lie outside that boundary: they are listed beside the total, never in it.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.errors import OutOfRange
from tools import limits
from tools.calculator import Computation
from tools.units import format_quantity, label_of, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]

# input -> (row label, factor by volume or mass as the standard has it, factor where it was given by mass instead)
_FUELS: dict[str, tuple[str, str, str | None]] = {
    "natural_gas": ("天然气", "fuel.jst303.natural-gas", None),
    "gasoline": ("汽油", "fuel.jst303.gasoline", "fuel.gbt32151.gasoline.ef"),
    "diesel": ("柴油", "fuel.jst303.diesel", "fuel.gbt32151.diesel.ef"),
    "kerosene": ("煤油", "fuel.jst303.kerosene", "fuel.gbt32151.kerosene.ef"),
    "fuel_oil": ("燃料油", "fuel.jst303.fuel-oil", "fuel.table2589.fuel-oil.ef"),
    "lpg": ("液化石油气", "fuel.jst303.lpg", None),
    "pipeline_gas": ("管道煤气", "fuel.jst303.pipeline-gas", None),
}
_ADDED = ("commuting", "travel", "meetings", "refrigerant", "waste", "water", "paper")


def compute(sheet: Worksheet) -> Computation:
    """Total CO2 of the boundary, by source, with intensities and the items kept apart."""
    direct = _direct(sheet)
    indirect = [*_electricity(sheet), *_heat(sheet)]
    total = sheet.total_of_rows("碳排放总量")
    for label, names in (("直接排放", direct), ("间接排放", indirect)):
        parts = [value for name, value, _ in sheet.rows if name in names]
        if parts:
            sheet.compare(label, _sum(parts), "tCO2")
    _intensity(sheet, total)
    _kept_apart(sheet)
    sheet.warn("因子取自 JS/T 303-2026 附录A 的转录，标准原文未读到，上报前要核对原文")
    largest = max(sheet.rows, key=lambda row: row[1].magnitude("kgCO2"))[0]
    return sheet.finish("年度碳排放总量", total, "tCO2", next_step=f"{largest}占比最大，先从它减起")


def _direct(sheet: Worksheet) -> list[str]:
    names: list[str] = []
    for name, (label, standard, by_mass) in _FUELS.items():
        if not sheet.was_given(name):
            continue
        burnt = sheet.need(name, "")
        factor = sheet.factor(standard)
        if by_mass is not None and label_of(burnt) == "mass":
            factor = sheet.factor(by_mass)
            sheet.assume(f"{label}按质量给出，用按质量的因子；JS/T 303 的因子按升计，两者氧化率取值不同")
        sheet.row(label, sheet.product(f"{label}排放", "kgCO2", {f"{label}用量": burnt, "排放因子": factor}))
        names.append(label)
    if sheet.was_given("coal"):
        kind = sheet.choice("coal_kind")
        factor = sheet.factor(kind.factor if kind is not None and kind.factor else "fuel.jst303.anthracite")
        sheet.row("煤", sheet.product("煤排放", "kgCO2", {"用煤量": sheet.need("coal", ""), "排放因子": factor}))
        names.append("煤")
    return names


def _net(sheet: Worksheet, label: str, unit: str, bought: "Quantity[Any]", *taken: tuple[str, str]) -> Amount:
    """What was bought less what was passed on; below zero is an error, not zero."""
    left = amount(bought)
    given = [(name, word) for name, word in taken if sheet.was_given(name)]
    for name, word in given:
        left = sheet.subtract(f"{label}扣除{word}", unit, (label, left), (word, sheet.need(name, "")))
    if left.magnitude(unit) < 0:
        words = "、".join(f"{sheet.spec.input(name).label} {sheet.inputs.given[name]}" for name, _ in given)
        raise OutOfRange(f"{words}：合计大于{label} {format_quantity(bought)}，只能从外购的里面扣，请核对")
    return left


def _electricity(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("electricity"):
        sheet.exclude("外购电力", "没有给出外购电量")
        return []
    taken = (("green_direct", "绿电直连"), ("resold_electricity", "转供电量"))
    net = _net(sheet, "外购电量", "kWh", sheet.need("electricity", ""), *taken)
    sheet.row("外购电力", sheet.grid("外购电力排放", net))
    if sheet.was_given("market_green"):
        sheet.warn("市场化购入的绿电仍计入外购电量，按省级因子计；只有绿电直连按零计")
    if sheet.was_given("self_solar"):
        sheet.assume("自发自用光伏不在外购电量里，不计排放，也不再抵减一次")
    return ["外购电力"]


def _heat(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("heat"):
        return []
    net = _net(sheet, "外购热力", "GJ", sheet.need("heat", ""), ("resold_heat", "转供热力"))
    factor = sheet.factor("heat.jst303")
    sheet.row("外购热力", sheet.product("外购热力排放", "kgCO2", {"热量": net, "热力因子": factor}))
    return ["外购热力"]


def _intensity(sheet: Worksheet, total: Amount) -> None:
    if sheet.was_given("area"):
        area = sheet.need("area", "")
        sheet.compare(
            "单位面积碳排放", multiply("单位面积", "kgCO2/m**2", [total], [amount(area)]), "kgCO2/m**2", "每年"
        )
        for limit_id in ("nearzero.sz.bldg.pi.a", "nearzero.sz.bldg.pi.b"):
            limit = limits.get(limit_id)
            figure = amount(limits.quantity(limit_id) * registry().Quantity(1, "year"))
            sheet.compare(limit.requirement, figure, "kgCO2/m**2", f"{limit.citation}；试点口径，只作对照")
    if sheet.was_given("people"):
        people = amount(sheet.need("people", ""))
        sheet.compare("人均碳排放", multiply("人均", "kgCO2/person", [total], [people]), "kgCO2/person", "每年")


def _kept_apart(sheet: Worksheet) -> None:
    for name in _ADDED:
        if sheet.was_given(name):
            value = sheet.as_co2e(amount(sheet.need(name, "")))
            sheet.compare(sheet.spec.input(name).label, value, "tCO2e", "另列，不在 JS/T 303 总量内")
    if sheet.was_given("sinks"):
        fixed = replace(amount(sheet.need("sinks", "")), nature="removal")
        sheet.compare(sheet.spec.input("sinks").label, fixed, "tCO2", "只作示意，不抵扣排放，也不在总量内")


def _sum(parts: list[Amount]) -> Amount:
    first, *rest = parts
    for part in rest:
        first = Amount(first.value + part.value, first.low + part.low, first.high + part.high)
    return first
