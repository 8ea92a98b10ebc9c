"""Journeys written in words, and what they emit: who goes how, how far, there and back or one way.

Used by the meeting, commuting and business-travel calculators. What a sentence leaves open is said, never filled in.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from corpus.errors import InputError
from tools.factors import Factor
from tools.quantities import FoundQuantity, find
from tools.units import format_number, load_data, registry
from tools.worksheet import Amount, Worksheet

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Leg", "Mode", "modes", "parse_legs", "reference", "travel_rows"]

Trip = Literal["round", "one_way", "unsaid"]


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of travelling: its names, whether people or vehicles are counted, its factor or why there is none."""

    key: str
    label: str
    words: tuple[str, ...]
    basis: Literal["person", "vehicle", "ev"]
    factor: str | None = None
    choice: str | None = None
    reference: str | None = None
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One journey as written. ``distance_km`` is for one person or vehicle, or for all of them where ``shared``."""

    mode: str
    text: str
    span: tuple[int, int]
    persons: float | None = None
    vehicles: float | None = None
    per_vehicle: float | None = None
    distance_km: float | None = None
    shared: bool = False
    trip: Trip = "unsaid"
    ranged: bool = False


@lru_cache(maxsize=1)
def modes() -> dict[str, Mode]:
    """The ways of travelling by key."""
    entries = load_data("travel_modes.yaml")
    return {entry["key"]: Mode(**{**entry, "words": tuple(entry["words"])}) for entry in entries}


# ------------------------------------------------------------------------------------------------------- reading legs

_BREAK = re.compile(r"[；;。！？!?\n，,、]")
_ROUND = re.compile(r"来回|往返|双程|round[ -]trip", re.IGNORECASE)
_ONE_WAY = re.compile(r"单程|one[ -]way|每程", re.IGNORECASE)
_SHARED = re.compile(r"总共|一共|合计|总计|共|total", re.IGNORECASE)


def parse_legs(text: str) -> tuple[Leg, ...]:
    """The journeys named in a sentence; text without a way of travelling gives none.

    >>> [(leg.mode, leg.persons, leg.vehicles, leg.distance_km, leg.trip) for leg in
    ...  parse_legs("20人坐高铁来回120公里；5辆公务车共200公里")]
    [('high_speed_rail', 20.0, None, 120.0, 'round'), ('official_car', None, 5.0, 200.0, 'unsaid')]
    """
    found = find(text.replace("人大巴", "名大巴"))  # 人大 reads as the congress; the replacement keeps every span
    legs: list[Leg] = []
    waiting: list[FoundQuantity] = []
    for start, end in _pieces(text, found):
        inside = [quantity for quantity in found if start <= quantity.span[0] < end]
        match = _mode_word().search(text, start, end)
        if match is not None:
            leg = Leg(mode=_mode_of(match.group()), text=_trimmed(text[start:end]), span=(start, end))
            legs.append(_filled(leg, [*waiting, *inside], text[start:end]))
            waiting = []
        elif legs and _completes(legs[-1], inside):
            last = legs.pop()
            span = (last.span[0], end)
            legs.append(_filled(replace(last, text=_trimmed(text[slice(*span)]), span=span), inside, text[start:end]))
        else:
            waiting = [quantity for quantity in inside if quantity.dimension in {"person", "vehicle"}]
    return tuple(legs)


@lru_cache(maxsize=1)
def _mode_word() -> re.Pattern[str]:
    words = sorted((word for mode in modes().values() for word in mode.words), key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in words), re.IGNORECASE)


def _mode_of(word: str) -> str:
    return next(mode.key for mode in modes().values() if word.lower() in mode.words)


def _pieces(text: str, found: Iterable[FoundQuantity]) -> Iterator[tuple[int, int]]:
    """Stretches of the text with at most one way of travelling each: cut at punctuation and before a second count."""
    covered = [quantity.span for quantity in found]
    cuts = [m.start() for m in _BREAK.finditer(text) if not any(a <= m.start() < b for a, b in covered)]
    start = 0
    for cut in (*cuts, len(text)):
        words = list(_mode_word().finditer(text, start, cut))
        for before, after in pairwise(words):
            counts = [
                quantity.span[0]
                for quantity in found
                if quantity.dimension in {"person", "vehicle"} and before.end() <= quantity.span[0] < after.start()
            ]
            middle = counts[-1] if counts else after.start()
            yield start, middle
            start = middle
        yield start, cut
        start = cut


def _trimmed(said: str) -> str:
    return said.strip(" ；;。！？!?\n，,、")


def _completes(leg: Leg, inside: list[FoundQuantity]) -> bool:
    """Whether a stretch without a way of travelling tells what the leg before it still lacks."""
    dimensions = {quantity.dimension.partition("/")[0] for quantity in inside}
    lacks_count = leg.persons is None and leg.vehicles is None
    return ("distance" in dimensions and leg.distance_km is None) or (
        lacks_count and leg.distance_km is not None and bool(dimensions & {"person", "vehicle"})
    )


def _filled(leg: Leg, quantities: Iterable[FoundQuantity], said: str) -> Leg:
    """The leg with what a stretch says of it; of two counts the later one is meant (80人开会，其中20人…)."""
    for quantity in quantities:
        value, ranged = _value(quantity)
        if quantity.dimension == "person":
            leg = replace(leg, persons=value)
        elif quantity.dimension == "vehicle":
            leg = replace(leg, vehicles=value)
        elif quantity.dimension == "person/vehicle":
            leg = replace(leg, per_vehicle=value)
        elif quantity.dimension in {"distance", "distance/person", "distance/vehicle"}:
            km = value * float(registry().Quantity(1.0, quantity.unit.partition("/")[0]).to("km").magnitude)
            shared = quantity.dimension == "distance" and _is_shared(leg, said)
            leg = replace(leg, distance_km=km, ranged=ranged, shared=shared)
        elif quantity.dimension in {"person*distance", "vehicle*distance"}:
            leg = replace(leg, distance_km=value, ranged=ranged, shared=True)
    if _ONE_WAY.search(said):
        leg = replace(leg, trip="one_way")
    elif _ROUND.search(said) and leg.trip == "unsaid":
        leg = replace(leg, trip="round")
    return leg


def _is_shared(leg: Leg, said: str) -> bool:
    """共 200 公里 of several vehicles is the sum of all; of people it is each one's way there and back."""
    return modes()[leg.mode].basis != "person" and _SHARED.search(said) is not None


def _value(quantity: FoundQuantity) -> tuple[float, bool]:
    if quantity.value is not None:
        return quantity.value, False
    low, high = quantity.low or 0.0, quantity.high or 0.0
    return (low + high) / 2, True


# --------------------------------------------------------------------------------------------------------- computing


def travel_rows(
    sheet: Worksheet, text: str, days: "Quantity[Any] | None" = None
) -> tuple[tuple[Leg, ...], tuple[tuple[str, Leg], ...]]:
    """Every leg as a row of the sheet (times ``days``, the workdays of a commute); legs read, and rows with their legs.

    Raises InputError where the text names no way of travelling.
    """
    legs = parse_legs(text)
    if not legs:
        raise InputError(f"交通：看不出“{text}”里的交通方式，请写成如“20人坐高铁来回120公里；5辆公务车共200公里”")
    rows: list[tuple[str, Leg]] = []
    for leg in legs:
        name = _leg_name(leg, [taken for taken, _ in rows])
        emission = _leg(sheet, leg, name)
        if emission is None:
            continue
        if days is not None:
            per_day = Amount(*(part / registry().Quantity(1, "workday") for part in _parts(emission)))
            gas = str(emission.value.units)
            emission = sheet.product(
                f"{name.removeprefix('交通：')}全年排放", gas, {"每日排放": per_day, "工作日数": days}
            )
        sheet.row(name, emission)
        rows.append((name, leg))
    return legs, tuple(rows)


def _parts(value: Amount) -> tuple[Any, Any, Any]:
    return value.value, value.low, value.high


def _leg_name(leg: Leg, taken: list[str]) -> str:
    """交通：高铁, and a number where one way of travelling stands in several legs."""
    plain = f"交通：{modes()[leg.mode].label}"
    again = sum(name == plain or name.startswith(f"{plain}（") for name in taken)
    return f"{plain}（{again + 1}）" if again else plain


def _leg(sheet: Worksheet, leg: Leg, name: str) -> Amount | None:
    """What one leg emits; None where it cannot be counted, with the reason on the sheet."""
    mode = modes()[leg.mode]
    lacking = "没有写里程" if leg.distance_km is None else _lacking_count(leg, mode)
    if lacking:
        sheet.exclude(name, f"“{leg.text}”{lacking}")
        return None
    factor = _leg_factor(sheet, mode, name)
    if factor is None and mode.basis != "ev":
        return None
    if mode.note:
        sheet.assume(mode.note)
    distance = _distance(sheet, leg)
    made = registry().Quantity
    label = f"{name.removeprefix('交通：')}排放"
    if mode.basis != "person":
        return _vehicle_emission(sheet, leg, mode, name, factor, distance)
    persons = {} if leg.shared else {"人数": made(leg.persons or 0.0, "person")}
    travelled = made(distance, "person*km") if leg.shared else made(distance, "km")
    return sheet.product(label, _gas_of(factor), {**persons, "里程": travelled, "因子": factor})


def _lacking_count(leg: Leg, mode: Mode) -> str:
    if leg.shared and (leg.persons is None or mode.basis != "person"):
        return ""
    if mode.basis == "person":
        return "" if leg.persons is not None else "没有写人数"
    return "" if leg.vehicles is not None or leg.persons is not None else "没有写人数或车数"


def _leg_factor(sheet: Worksheet, mode: Mode, name: str) -> Factor | None:
    if mode.choice is not None and mode.choice not in {item.name for item in sheet.spec.inputs}:
        sheet.exclude(name, f"不属于{sheet.spec.title}的范围")
        return None
    if mode.choice is not None:
        chosen = sheet.choice(mode.choice)
        if chosen is None or chosen.factor is None:
            raise InputError(f"{name}没有选定因子")
        sheet.warn(f"{name}用{chosen.label}（{chosen.note}），与另一来源相差一倍以上，报告要写明用的是哪一个")
        return sheet.factor(chosen.factor)
    if mode.factor is not None:
        return sheet.factor(mode.factor)
    if mode.reference is not None:
        return reference(sheet, name, sheet.factor(mode.reference), mode.reason or "没有国内可用因子")
    if mode.basis != "ev":
        sheet.exclude(name, mode.reason or "没有可用因子")
    return None


def reference(sheet: Worksheet, label: str, factor: Factor, reason: str) -> Factor | None:
    """A factor that serves for comparison only: taken where the user allows it, else the item is not counted."""
    if sheet.word("references") == "yes":
        sheet.warn(f"{label}用{factor.region}参照因子估算，不能作为核算结果")
        return factor
    sheet.exclude(label, f"{reason}（参照值：{factor.region} {factor.figure}，{factor.citation}）")
    return None


def _gas_of(factor: Factor | None) -> str:
    return f"kg{factor.of}" if factor is not None and factor.of else "kgCO2e"


def _distance(sheet: Worksheet, leg: Leg) -> float:
    """Kilometres there and back; how the written figure was understood is said."""
    km = leg.distance_km or 0.0
    shown = format_number(km, 6)
    if leg.ranged:
        sheet.assume(f"“{leg.text}”的里程是区间，取中值 {shown} 公里")
    if leg.shared:
        sheet.assume(f"“{leg.text}”按全部里程合计 {shown} 公里")
    elif leg.trip == "round":
        sheet.assume(f"“{leg.text}”按来回合计 {shown} 公里（不再乘 2）")
    elif leg.trip == "one_way":
        km *= 2
        sheet.assume(f"“{leg.text}”按有去有回计，来回 {format_number(km, 6)} 公里")
    else:
        sheet.assume(f"“{leg.text}”没有写单程还是来回，按给出的 {shown} 公里计，不乘 2")
    return km


def _vehicle_emission(
    sheet: Worksheet, leg: Leg, mode: Mode, name: str, factor: Factor | None, distance: float
) -> Amount:
    make = registry().Quantity
    way = name.removeprefix("交通：")
    if leg.shared:
        travelled: dict[str, Any] = {"车公里": make(distance, "vehicle*km")}
    else:
        travelled = {"车数": _vehicles(sheet, leg, way), "里程": make(distance, "km")}
        if leg.vehicles is not None and leg.vehicles > 1:
            sheet.assume(f"“{leg.text}”的里程按每辆车计；若是全部车辆合计，请写“共……公里”")
    if mode.basis == "vehicle" and factor is not None:
        return sheet.product(f"{way}排放", _gas_of(factor), {**travelled, "因子": factor})
    sheet.assume("电动车按电耗 ÷ 充电效率 × 电网因子计，电耗和充电效率为假定值")
    used = sheet.product(
        f"{way}充电量",
        "kWh",
        {**travelled, "电耗": sheet.factor("travel.ev.kwh")},
        {"充电效率": sheet.factor("ev.charge-efficiency")},
    )
    return sheet.product(f"{way}排放", "kgCO2", {"充电量": used, "电力因子": sheet.electricity()})


def _vehicles(sheet: Worksheet, leg: Leg, name: str) -> "Quantity[Any]":
    make = registry().Quantity
    if leg.vehicles is not None:
        return make(leg.vehicles, "vehicle")
    if leg.per_vehicle is not None:
        shared: Any = make(leg.per_vehicle, "person/vehicle")
    else:
        shared = sheet.need("occupancy", "按人数折算车数")
    persons = make(leg.persons or 0.0, "person")
    return sheet.product(f"{name}车数", "vehicle", {"人数": persons}, {"每车人数": shared}).value
