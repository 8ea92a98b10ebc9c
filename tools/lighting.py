"""Lighting: electricity saved by a retrofit, its payback and power density; or the lamps a room needs.

Saved: ΔEC = N × (P₁ − P₂) × h × simultaneity. Lumen method: N = E × A / (Φ × UF × MF), MF below the line.
"""

import math
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, MissingInput
from tools import limits
from tools.calculator import Computation
from tools.units import format_quantity, label_of, registry
from tools.worksheet import Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """The yearly saving where lamps are given, else the number of lamps for an area."""
    if sheet.was_given("lamps"):
        return _retrofit(sheet)
    if sheet.was_given("flux"):
        return _lumen(sheet)
    raise MissingInput(
        "照明要有一种算法的输入：灯数、改造前后功率和点灯时间，或面积、单灯光通量和利用系数", field="lamps"
    )


def _retrofit(sheet: Worksheet) -> Computation:
    why = "算照明节电"
    make = registry().Quantity
    lamps = sheet.need("lamps", why)
    before = sheet.need("power_before", why)
    after = sheet.need("power_after", why)
    if after >= before:
        raise InputError(
            f"改造后功率：给的是 {format_quantity(after)}，不小于改造前 {format_quantity(before)}，不节电；要比改造前小"
        )
    drop = sheet.subtract("每盏降低功率", "W", ("改造前", before), ("改造后", after))
    per_lamp = amount(drop.value / make(1, "lamp"))
    operands = {"灯数": lamps, "降低功率": per_lamp, "年点灯时间": _hours(sheet)}
    saved = sheet.product("年节电量", "kWh", {**operands, "同时使用率": sheet.need("simultaneity", why)})
    sheet.compare("年减排量（不与排放相加）", sheet.avoided("年减排量", saved), "kgCO2")
    if sheet.was_given("area"):
        power = amount(after / make(1, "lamp"))
        density = multiply("照明功率密度", "W/m**2", [amount(lamps), power], [amount(sheet.need("area", ""))])
        limit = limits.get("light.lpd.gb55015")
        sheet.compare("改造后照明功率密度", density, "W/m**2")
        sheet.compare(limit.requirement, amount(limits.quantity(limit.id)), "W/m**2", limit.citation)
    if sheet.was_given("electricity_price"):
        yearly = sheet.product(
            "年省电费",
            "CNY/year",
            {"年节电量": saved.value / make(1, "year"), "电价": sheet.need("electricity_price", "")},
        )
        sheet.compare("年省电费", yearly, "CNY/year")
        if sheet.was_given("investment"):
            sheet.payback(sheet.need("investment", ""), yearly)
    return sheet.finish("年节电量", saved, "kWh", next_step="走廊、地库加感应控制，白天靠窗分区关灯，还能再省")


def _hours(sheet: Worksheet) -> "Quantity[Any]":
    if sheet.was_given("hours"):
        return sheet.need("hours", "")
    why = "没有年点灯时间时"
    daily, days = sheet.need("daily_hours", why), sheet.need("days", why)
    day = "workday" if label_of(days) == "workday" else "day"
    per_day = daily / registry().Quantity(1, day)
    return sheet.product("年点灯时间", "hour", {"每天点灯": per_day, "天数": days}).value


def _lumen(sheet: Worksheet) -> Computation:
    why = "按照度法算灯数"
    make = registry().Quantity
    needed = sheet.product(
        "需要的灯数（未取整）",
        "lamp",
        {"目标照度": sheet.need("illuminance", why), "面积": sheet.need("area", why)},
        {
            "单灯光通量": sheet.need("flux", why) / make(1, "lamp"),
            "利用系数": sheet.need("utilisation", why),
            "维护系数": sheet.need("maintenance", why),
        },
    )
    bare = needed.magnitude("lamp")
    count = make(float(math.ceil(round(bare, 9))), "lamp")
    made = sheet.record("灯数", "⌈需要的灯数⌉", f"⌈{format_quantity(needed.value, 6)}⌉", count, "lamp")
    useful = [made, amount(sheet.need("flux", why) / make(1, "lamp")), amount(sheet.need("utilisation", why))]
    reached = multiply(
        "平均照度", "lx", [*useful, amount(sheet.need("maintenance", why))], [amount(sheet.need("area", why))]
    )
    sheet.compare("这么多灯的平均照度", reached, "lx", f"目标 {format_quantity(sheet.need('illuminance', why))}")
    if sheet.was_given("power_after"):
        power = amount(sheet.need("power_after", "") / make(1, "lamp"))
        density = multiply("照明功率密度", "W/m**2", [made, power], [amount(sheet.need("area", ""))])
        limit = limits.get("light.lpd.gb55015")
        sheet.compare("照明功率密度", density, "W/m**2")
        sheet.compare(limit.requirement, amount(limits.quantity(limit.id)), "W/m**2", limit.citation)
    sheet.warn("照度法是平均照度的估算，布灯和眩光要由照明设计确定")
    return sheet.finish("灯数", made, "lamp", next_step="给出单灯功率，可以核照明功率密度")
