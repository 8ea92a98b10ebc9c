"""Refrigerant losses in CO2e: refilled mass × GWP, or charge × yearly leak rate × years × GWP.

The leak rates are foreign defaults and make an estimate; a refill record always wins. Outside the JS/T 303 total.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, MissingInput
from tools.calculator import Choice, Computation
from tools.factors import Factor
from tools.worksheet import Amount, Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]

_MILD = "hfc-32"


def compute(sheet: Worksheet) -> Computation:
    """The loss of one refrigerant."""
    kind = sheet.choice("kind")
    basis = sheet.choice("basis")
    if kind is None or basis is None:
        raise InputError("制冷剂没有选定种类")
    potential = sheet.factor(f"gwp.{basis.key}.{kind.key}")
    lost: Quantity[Any] | Amount
    if sheet.was_given("refill"):
        lost = sheet.need("refill", "")
        sheet.assume("以补充量作为泄漏量")
        emission = sheet.product(f"{kind.label}泄漏排放", "kgCO2e", {"补充量": lost, "全球变暖潜势": potential})
        if sheet.was_given("charge"):
            sheet.assume("给了补充量，不再用充注量和泄漏率")
    else:
        equipment = sheet.choice("equipment")
        charge = sheet.need("charge", "没有补充量时")
        if equipment is None or equipment.factor is None:
            raise MissingInput(
                f"没有补充量时还缺 设备类型（equipment）：{sheet.spec.input('equipment').question}", field="equipment"
            )
        rate = sheet.factor(equipment.factor)
        period = sheet.need("period", "")
        leaked = sheet.product("泄漏量", "kg", {"充注量": charge, "年泄漏率": rate, "时间": period})
        lost = _spread(sheet, equipment, rate, leaked)
        emission = sheet.product(f"{kind.label}泄漏排放", "kgCO2e", {"泄漏量": lost, "全球变暖潜势": potential})
        sheet.warn("泄漏率是国外缺省值，有补充记录时以补充量为准")
    sheet.row(kind.label, emission)
    _others(sheet, kind.key, basis.key, lost)
    sheet.assume(f"全球变暖潜势用 IPCC {basis.label}（100 年）")
    sheet.warn("制冷剂是附加项，不并入 JS/T 303 的碳排放总量")
    return sheet.finish(
        "制冷剂泄漏排放", emission, "tCO2e", next_step="查漏堵漏，维修回收；换机时选潜势低的制冷剂（如 R32）"
    )


def _spread(sheet: Worksheet, equipment: Choice, rate: Factor, lost: Amount) -> Amount:
    """The loss with the range of leak rates held for this kind of equipment, where there is one."""
    if equipment.spread is None:
        return lost
    held = sheet.factor(equipment.spread)
    sheet.assume(f"范围取自{held.name} {held.figure}（{held.citation}）")
    return replace(lost, low=lost.value * (held.low / rate.value), high=lost.value * (held.high / rate.value))


def _others(sheet: Worksheet, kind: str, basis: str, lost: "Quantity[Any] | Amount") -> None:
    """The same loss at the other edition's potential, and the same loss of R32."""
    for choice in sheet.spec.input("basis").choices:
        if choice.key != basis:
            potential = sheet.factor(f"gwp.{choice.key}.{kind}")
            other = multiply(choice.label, "kgCO2e", [amount(lost), amount(potential)], [])
            sheet.compare(f"按 IPCC {choice.label} 的潜势", other, "tCO2e", "同一份报告只用一个版本")
    if kind != _MILD:
        potential = sheet.factor(f"gwp.{basis}.{_MILD}")
        other = multiply("R32", "kgCO2e", [amount(lost), amount(potential)], [])
        sheet.compare("同样质量的 R32 泄漏", other, "tCO2e", "只比较潜势，换冷媒要换设备")
