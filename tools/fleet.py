"""Official cars: emission by fuel bought or by distance, and what electric cars would emit and save instead.

Only one of the two methods is taken for the same cars: fuel bought is a record, distance × consumption an estimate.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, MissingInput
from tools.calculator import Computation
from tools.units import label_of, registry
from tools.worksheet import Amount, Worksheet, amount

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]

_BOUGHT = {"gasoline": ("汽油", "fuel.jst303.gasoline"), "diesel": ("柴油", "fuel.jst303.diesel")}


def compute(sheet: Worksheet) -> Computation:
    """Yearly CO2 of the fleet; with distance and consumption also the replacement by electric cars."""
    by_distance = sheet.was_given("vehicles", "distance", "fuel_consumption")
    by_fuel = sheet.was_given(*_BOUGHT)
    if by_distance and by_fuel:
        labels = (sheet.spec.input(name).label for name in sheet.inputs.given)
        raise InputError(f"给了{'、'.join(labels)}：同一批车按加油量（升）或按里程，请二选一，免得重复计算")
    if not by_distance and not sheet.was_given(*_BOUGHT, "electricity"):
        raise MissingInput(
            "公务用车要有汽油或柴油的加油量（如“8000 升”）、充电量（如“2 万度”），或燃油车数、每车年里程和百公里油耗",
            field="gasoline",
        )
    for name, (label, factor_id) in _BOUGHT.items():
        if sheet.was_given(name):
            bought = sheet.need(name, "")
            operands = {"加油量": bought, "排放因子": sheet.factor(factor_id)}
            sheet.row(label, sheet.product(f"{label}排放", "kgCO2", operands))
    if sheet.was_given("electricity"):
        sheet.row("充电", sheet.grid("充电排放", sheet.need("electricity", "")))
    next_step = "给出车数、年里程和百公里油耗，可以比较换成电动车"
    if by_distance:
        next_step = _replacement(sheet)
    total = sheet.total_of_rows("车队年排放")
    return sheet.finish("公务用车年排放", total, "tCO2", next_step=next_step)


def _replacement(sheet: Worksheet) -> str:
    why = "按里程计算"
    make = registry().Quantity
    vehicles = sheet.need("vehicles", why)
    travelled = sheet.product("年总里程", "vehicle*km", {"车数": vehicles, "每车年里程": _per_vehicle(sheet, why)})
    rate = sheet.need("fuel_consumption", why) / make(1, "vehicle")
    fuel = sheet.product("年耗油", "L", {"年总里程": travelled, "油耗": rate})
    chosen = sheet.choice("fuel")
    if chosen is None or chosen.factor is None:
        raise InputError("公务用车没有选定燃料")
    operands = {"年耗油": fuel, "排放因子": sheet.factor(chosen.factor)}
    burnt = sheet.row(chosen.label, sheet.product(f"{chosen.label}排放", "kgCO2", operands))
    consumption = sheet.need("consumption", why)
    if "vehicle" not in label_of(consumption):
        consumption = consumption / make(1, "vehicle")
    charged = sheet.product(
        "换电动车的充电量",
        "kWh",
        {"年总里程": travelled, "电耗": consumption},
        {"充电效率": sheet.need("efficiency", why)},
    )
    electric = sheet.grid("换电动车的排放", charged)
    less = sheet.subtract("换电动车的减排量", "kgCO2", ("燃油车", burnt), ("电动车", electric))
    saved = replace(less, nature="reduction")
    sheet.compare("全部换成电动车后的排放", electric, "tCO2")
    sheet.compare("换电动车的减排量（不与排放相加）", saved, "tCO2")
    sheet.assume("只比较行驶用能，不含车辆和电池制造")
    _cost(sheet, fuel, charged, vehicles)
    return "先换里程长、路线固定的车，配套好充电桩"


def _per_vehicle(sheet: Worksheet, why: str) -> "Quantity[Any]":
    """Kilometres each car goes in a year."""
    make = registry().Quantity
    distance = sheet.need("distance", why)
    if "time" in label_of(distance):
        distance = distance * make(1, "year")
    return distance * make(1, "vehicle") if "vehicle" in label_of(distance) else distance


def _cost(sheet: Worksheet, fuel: Amount, charged: Amount, vehicles: "Quantity[Any]") -> None:
    if not (sheet.was_given("fuel_price") and sheet.was_given("electricity_price")):
        sheet.exclude("费用和回收期", "没有给出油价和电价，未知")
        return
    year = registry().Quantity(1, "year")
    fuel_cost = sheet.product(
        "年油费", "CNY/year", {"年耗油": amount(fuel.value / year), "油价": sheet.need("fuel_price", "")}
    )
    power_cost = sheet.product(
        "年电费", "CNY/year", {"充电量": amount(charged.value / year), "电价": sheet.need("electricity_price", "")}
    )
    yearly = sheet.subtract("年省能源费", "CNY/year", ("年油费", fuel_cost), ("年电费", power_cost))
    sheet.compare("年省能源费（不含保养、保险）", yearly, "CNY/year")
    if not sheet.was_given("extra_cost"):
        sheet.exclude("回收期", "没有给出每车差价，未知")
        return
    extra = sheet.need("extra_cost", "")
    per_vehicle = extra if "vehicle" in label_of(extra) else extra / registry().Quantity(1, "vehicle")
    sheet.payback(sheet.product("差价合计", "CNY", {"每车差价": per_vehicle, "车数": vehicles}), yearly)
