"""Water: emission of supply and, where asked, of sewage treatment; use per person against averages."""

from tools import limits
from tools.calculator import Computation
from tools.units import label_of
from tools.worksheet import Amount, Worksheet, amount, multiply

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """CO2e of the water used in kg."""
    density = sheet.factor("const.water-density")
    used = amount(sheet.need("water", ""))
    if label_of(used.value) == "mass":
        volume = sheet.product("用水体积", "m**3", {"用水量": used}, {"水的密度": density})
        mass = used
    else:
        volume = used
        mass = sheet.product("用水质量", "t", {"用水量": used, "水的密度": density})
    supply = sheet.factor("water.gbt51366")
    sheet.row("供水", sheet.product("供水排放", "kgCO2e", {"用水质量": mass, "供水因子": supply}))
    _sewage(sheet, volume)
    _per_person(sheet, volume)
    total = sheet.total_of_rows("用水排放", in_co2e=True)
    sheet.warn("用水是附加项，不并入 JS/T 303 的碳排放总量；节水主要是节水本身的要求")
    return sheet.finish("用水碳排放", total, "kgCO2e", next_step="查管网漏损，换节水器具，绿化用再生水和雨水")


def _sewage(sheet: Worksheet, volume: Amount) -> None:
    if not sheet.was_given("sewage_share"):
        sheet.exclude("污水处理", "没有给出污水排放系数（用水里成为污水的比例）")
        return
    chosen = sheet.choice("treatment")
    factor = sheet.factor(chosen.factor if chosen is not None and chosen.factor else "sewage.ch4.aerobic")
    sewage = sheet.product("污水量", "m**3", {"用水体积": volume, "污水比例": sheet.need("sewage_share", "")})
    sheet.row("污水处理", sheet.product("污水甲烷排放", "kgCO2e", {"污水量": sewage, "甲烷因子": factor}))
    sheet.assume("污水甲烷按 BOD 200 mg/L 的缺省浓度，不含污水厂用电和 N2O")


def _per_person(sheet: Worksheet, volume: Amount) -> None:
    if not sheet.was_given("people"):
        return
    people = amount(sheet.need("people", ""))
    sheet.compare("人均用水", multiply("人均用水", "m**3/person", [volume], [people]), "m**3/person", "按给出的用水量")
    level = sheet.word("level") or "city"
    for limit_id in (f"bench.gd2021.{level}.water", "bench.cn2020.water"):
        limit = limits.get(limit_id)
        note = f"{limit.citation}；年平均水平，不是定额"
        sheet.compare(limit.requirement, amount(limits.quantity(limit_id)), "m**3/person", note)
