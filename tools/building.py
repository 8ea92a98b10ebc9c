"""Energy of a building in standard coal and its intensities, against averages and the quota the user gives.

Electricity counts at its equal value (当量值); the equivalent value (等价值) is shown apart. The constraint and guidance
values of SJG 34 and GB/T 51161 were not read, so the user gives them; the judgement follows
《深圳经济特区绿色建筑条例》第三十二条.
"""

from typing import TYPE_CHECKING, Any

from tools import limits
from tools.calculator import Computation
from tools.units import format_quantity, label_of, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]

_CARRIERS: dict[str, tuple[str, str]] = {
    "electricity": ("电力（当量值）", "ce.electricity.equal"),
    "gasoline": ("汽油", "ce.gasoline"),
    "diesel": ("柴油", "ce.diesel"),
    "lpg": ("液化石油气", "ce.lpg"),
    "heat": ("热力", "ce.heat"),
}
_TRANSPORT = {"汽油", "柴油"}


def compute(sheet: Worksheet) -> Computation:
    """Total energy in kgce, intensities, benchmarks and the verdict on a given quota."""
    for name, (label, factor_id) in _CARRIERS.items():
        if sheet.was_given(name):
            _carrier(sheet, label, sheet.need(name, ""), factor_id)
    if sheet.was_given("natural_gas"):
        chosen = sheet.choice("gas_basis")
        factor_id = chosen.factor if chosen is not None and chosen.factor else "ce.natural-gas.1.2143"
        _carrier(sheet, "天然气", sheet.need("natural_gas", ""), factor_id)
    if not sheet.rows:
        sheet.need("electricity", "算综合能耗")
    total = sheet.add("综合能耗", "kgce", {name: value for name, value, _ in sheet.rows})
    if sheet.was_given("electricity"):
        equivalent = sheet.factor("ce.electricity.equivalent.0.31")
        used = sheet.need("electricity", "")
        apart = sheet.product("电力（等价值）", "tce", {"年用电量": used, "折标系数": equivalent})
        sheet.compare("电力按等价值（另列，不与当量值相加）", apart, "tce")
    _per_area(sheet, total)
    _per_person(sheet, total)
    return sheet.finish("综合能耗（当量值）", total, "tce", next_step=_judge(sheet, total))


def _carrier(sheet: Worksheet, label: str, used: "Quantity[Any]", factor_id: str) -> None:
    factor = sheet.factor(factor_id)
    sheet.row(label, sheet.product(f"{label}折标", "kgce", {"用量": used, "折标系数": factor}))


def _per_area(sheet: Worksheet, total: Amount) -> None:
    if not sheet.was_given("area"):
        return
    area = sheet.need("area", "")
    mine = sheet.product("单位面积能耗", "kgce/m**2", {"综合能耗": total}, {"建筑面积": area})
    sheet.compare("单位面积能耗", mine, "kgce/m**2", "每年")
    _benchmarks(sheet, mine, "kgce/m**2", "area")
    if sheet.was_given("electricity"):
        power = multiply("单位面积电耗", "kWh/m**2", [amount(sheet.need("electricity", ""))], [amount(area)])
        sheet.compare("单位面积电耗", power, "kWh/m**2", "每年")


def _per_person(sheet: Worksheet, total: Amount) -> None:
    if not sheet.was_given("people"):
        return
    mine = sheet.product("人均综合能耗", "kgce/person", {"综合能耗": total}, {"用能人数": sheet.need("people", "")})
    sheet.compare("人均综合能耗", mine, "kgce/person", "每年")
    _benchmarks(sheet, mine, "kgce/person", "capita")


def _benchmarks(sheet: Worksheet, mine: Amount, unit: str, kind: str) -> None:
    """The averages to compare with, and a note where the figure lies more than three times off."""
    level = sheet.word("level") or "city"
    for limit_id in (f"bench.gd2021.{level}.{kind}", f"bench.cn2020.{kind}"):
        limit = limits.get(limit_id)
        figure = amount(limits.quantity(limit_id))
        sheet.compare(limit.requirement, figure, unit, f"{limit.citation}；平均水平，不是限额")
        check = sheet.factor("check.deviation").value
        ratio = mine.magnitude(unit) / figure.magnitude(unit)
        if ratio > check or ratio < 1 / check:
            sheet.warn(f"与“{limit.requirement}”相差三倍以上，请核对单位和口径")


def _judge(sheet: Worksheet, total: Amount) -> str:
    if not sheet.was_given("constraint"):
        return "给出适用标准的约束值和引导值（千瓦时/平方米·年），可以判定是否超限"
    area = sheet.need("area", "判定限额")
    used = sheet.need("electricity", "判定限额")
    mine = multiply("单位面积电耗", "kWh/m**2", [amount(used)], [amount(area)]).magnitude("kWh/m**2")
    constraint = _yearly(sheet.need("constraint", ""))
    sheet.assume("用单位面积电耗与约束值比较；约束值由使用者给出，要与标准的建筑类型、口径一致")
    shown = format_quantity(registry().Quantity(constraint, "kWh/(m**2*year)"))
    retrofit = 1 + float(limits.quantity("energy.sz-green.art32.retrofit").magnitude)
    if mine >= retrofit * constraint:
        sheet.warn(f"超过约束值 {shown} 五成以上；连续两年如此应做节能改造（深圳绿色建筑条例第三十二条第二款）")
        return "做能源审计并排出节能改造计划"
    if mine > constraint:
        sheet.warn(f"超过约束值 {shown}，应做能源审计并采取措施（深圳绿色建筑条例第三十二条第二款）")
        return "做能源审计，先查空调、照明和夜间基础负荷"
    if sheet.was_given("guidance") and mine > _yearly(sheet.need("guidance", "")):
        return "没有超过约束值，还高于引导值：继续挖空调、照明的潜力"
    return "没有超过约束值"


def _yearly(value: "Quantity[Any]") -> float:
    """kWh/(m²·year) as a number; a quota written per m² alone is one of a year."""
    if label_of(value) == "energy/area":
        return float(value.to("kWh/m**2").magnitude)
    return float(value.to("kWh/(m**2*year)").magnitude)
