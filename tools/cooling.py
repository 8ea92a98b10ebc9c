"""What a changed set-point of the air conditioning saves: ΔEC = EC × s × ΔT, as a range, for at most four degrees.

The saving per degree is a rule of thumb (6 %～8 %) without an official page; the result is a range and an estimate.
"""

from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, OutOfRange
from tools import limits
from tools.calculator import Computation
from tools.units import format_quantity, registry
from tools.worksheet import Worksheet

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """Electricity saved, with the CO2 beside it and the set-point held against the limits."""
    change = _change(sheet)
    saved = sheet.product(
        "节电量",
        "kWh",
        {
            "空调用电量": sheet.need("electricity", ""),
            "每度节电比例": sheet.factor("hvac.setpoint.claim-c"),
            "温度变化": change,
        },
    )
    sheet.compare("减排量（不与排放相加）", sheet.avoided("减排量", saved), "kgCO2")
    sheet.warn("每调 1 ℃ 节电 6%～8% 是经验值，没有官方页面，各处说法 6%～10% 不一；以分项计量为准")
    advice = _compliance(sheet)
    return sheet.finish("节电量", saved, "kWh", next_step=advice)


def _change(sheet: Worksheet) -> "Quantity[Any]":
    if sheet.was_given("before") and sheet.was_given("after"):
        before, after = sheet.need("before", ""), sheet.need("after", "")
        change = after - before
        if sheet.word("season") == "winter":
            change = -change
        if change.magnitude <= 0:
            way = "冬季要调低" if sheet.word("season") == "winter" else "夏季要调高"
            shown = f"给的是从 {format_quantity(before)} 到 {format_quantity(after)}"
            raise InputError(f"新设定温度：{shown}；设定温度要往省电的方向调，{way}")
        allowed = sheet.spec.input("change").high
        if allowed is not None and float(change.to("delta_degC").magnitude) > allowed:
            raise OutOfRange(
                f"调整幅度：给的是 {format_quantity(change.to('delta_degC'))}，可用范围不超过 {allowed:g} ℃，经验比例不外推"
            )
        return sheet.record(
            "温度变化",
            "新设定与原设定之差",
            f"{format_quantity(after)} 与 {format_quantity(before)}",
            change,
            "delta_degC",
        ).value
    return sheet.need("change", "算空调节电")


def _compliance(sheet: Worksheet) -> str:
    """The set-point against the national and the Guangdong limit; the stricter one is named."""
    if not sheet.was_given("after"):
        return "把新的设定温度也给出，可以核对是否合规"
    after = sheet.need("after", "")
    degrees = float(after.to("degC").magnitude)
    make = registry().Quantity
    if sheet.word("season") == "winter":
        national, local = limits.quantity("temp.gbf2007.winter"), limits.quantity("temp.gd2021.winter")
        if degrees > float(national.magnitude):
            sheet.warn(f"冬季设定 {format_quantity(after)} 高于上限 {format_quantity(national)}（国办发〔2007〕42号）")
            return "再调低到限值以内"
        if degrees > float(local.magnitude):
            sheet.warn(f"符合国办 {format_quantity(national)}，但高于广东2021年通知的 {format_quantity(local)}")
            return f"广东通知更严，调到 {format_quantity(local)} 以下"
        return "设定温度符合冬季限值；运行时不开窗"
    limit = limits.quantity("temp.gbf2007.summer")
    if degrees < float(limit.magnitude):
        short = make(float(limit.magnitude) - degrees, "delta_degC")
        sheet.warn(f"夏季设定 {format_quantity(after)} 低于下限 {format_quantity(limit)}（国办发〔2007〕42号）")
        return f"再调高 {format_quantity(short)} 才合规"
    return "设定温度符合夏季不低于 26 ℃ 的规定；运行时不开窗"
