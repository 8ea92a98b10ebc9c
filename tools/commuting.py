"""A year of commuting by mode, and beside it the reductions Shenzhen credits to metro and electric bus riders.

The credits are differences against a baseline (26.9 g and 46.7 g a passenger-kilometre): reductions, never emissions.
"""

from tools.calculator import Computation
from tools.journeys import Leg, modes, travel_rows
from tools.units import label_of, registry
from tools.worksheet import Worksheet, amount

__all__ = ["compute"]

_CREDITS = {"metro": "travel.sz.metro.reduction", "bus": "travel.sz.ebus.reduction"}


def compute(sheet: Worksheet) -> Computation:
    """Emission of all legs over the workdays, in CO2e."""
    days = sheet.need("workdays", "")
    if label_of(days) == "time":
        days = registry().Quantity(float(days.to("day").magnitude), "workday")
    text = sheet.word("legs") or ""
    _, rows = travel_rows(sheet, text, days)
    for name, leg in rows:
        _credit(sheet, name, leg, float(days.magnitude))
    total = sheet.total_of_rows("通勤排放合计", in_co2e=True)
    sheet.warn("通勤是附加项，不并入 JS/T 303 的碳排放总量")
    worst = max(sheet.rows, key=lambda row: row[1].magnitude("kgCO2e"))[0].removeprefix("交通：")
    return sheet.finish(
        "年通勤排放", total, "tCO2e", next_step=f"{worst}排放最大：鼓励改坐地铁、公交、骑行，或拼车、错峰和居家办公"
    )


def _credit(sheet: Worksheet, name: str, leg: Leg, days: float) -> None:
    """The credited reduction of a metro or bus leg, set beside the total."""
    factor_id = _CREDITS.get(leg.mode)
    if factor_id is None or leg.distance_km is None or (leg.persons is None and not leg.shared):
        return
    one_day = leg.distance_km if leg.shared else leg.distance_km * (leg.persons or 0.0)
    if leg.trip == "one_way" and not leg.shared:
        one_day *= 2
    travelled = registry().Quantity(one_day * days, "person*km")
    way = modes()[leg.mode].label
    made = sheet.product(
        f"{way}碳普惠减排量", "kgCO2", {"年人公里": amount(travelled), "减排因子": sheet.factor(factor_id)}
    )
    note = "深圳碳普惠方法学的差值，是减排量；只适用于纯电公交和深圳地铁"
    sheet.compare(f"{name.removeprefix('交通：')}碳普惠减排量（不与排放相加减）", made, "kgCO2", note)
