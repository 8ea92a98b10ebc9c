"""The footprint of a meeting: venue, cooling, travel, meals, nights, paper, water and waste, and the video alternative.

Scope: the six classes of sources of 《大型活动碳中和实施指南（试行）》 (公告2019年第19号), which gives no factors.
What was not given is not counted and said so; an item without a usable factor is named with the reason.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from corpus.errors import InputError
from tools.calculator import Computation
from tools.factors import Factor
from tools.quantities import FoundQuantity, find
from tools.units import format_number, load_data, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Leg", "Mode", "compute", "modes", "parse_legs"]

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

_NEXT_STEPS = {
    "air": "交通里飞机占比最大：改高铁或改视频参会，减得最多",
    "travel": "交通占比最大：能视频的改视频，其余集中拼车、坐地铁和高铁",
    "venue": "会场用电占比最大：选小一点、有自然采光的会场，空调按规定设定，散会即关",
    "meals": "用餐占比最大：按人数定量、减少肉类，用小份和自助",
    "hotel": "住宿占比最大：就近召开、当天往返，减少间夜",
    "paper": "打印占比最大：材料电子化，必须打印的双面",
    "water": "瓶装水占比最大：自带水杯，会场供开水",
    "waste": "垃圾占比最大：减少一次性用品，分类投放",
}


def compute(sheet: Worksheet) -> Computation:
    """The sum of the items that were given and have a usable factor, in CO2e."""
    attendees = sheet.need("attendees", "")
    groups: list[tuple[str, str]] = []
    parts: tuple[tuple[str, Callable[[Worksheet], list[str]]], ...] = (
        ("venue", _venue),
        ("venue", _cooling),
        ("travel", _travel),
        ("meals", _meals),
        ("hotel", _hotel),
        ("paper", _paper),
        ("water", _water),
        ("waste", _waste),
    )
    for group, part in parts:
        groups += [(name, "air" if "飞机" in name else group) for name in part(sheet)]
    total = sheet.total_of_rows("会议碳排放合计", in_co2e=True)
    _per_head(sheet, total, attendees)
    _video(sheet, {name for name, group in groups if group in {"travel", "air", "hotel"}})
    sizes = {name: value.magnitude("kgCO2e") for name, value, _ in sheet.rows}
    largest = dict(groups)[max(sizes, key=lambda name: sizes[name])]
    return sheet.finish("会议碳排放", total, "kgCO2e", next_step=_NEXT_STEPS[largest])


def _venue(sheet: Worksheet) -> list[str]:
    """Metered electricity, else the share of the building, else area × power density × hours."""
    if sheet.was_given("venue_electricity"):
        used: Any = sheet.need("venue_electricity", "")
        if not sheet.was_given("cooling_electricity", "cooling_power"):
            sheet.assume("会场电表读数按已含空调计")
    elif sheet.was_given("building_electricity"):
        why = "按建筑分摊"
        used = sheet.product(
            "会场分摊用电",
            "kWh",
            {
                "建筑年用电": sheet.need("building_electricity", why),
                "会场面积": sheet.need("venue_area", why),
                "会议时长": sheet.need("duration", why),
            },
            {"建筑面积": sheet.need("building_area", why), "年使用小时": sheet.need("building_hours", why)},
        )
        sheet.assume("按面积和时长分摊的建筑用电已含空调")
    elif sheet.was_given("venue_area"):
        why = "按面积估算会场用电"
        used = sheet.product(
            "会场照明和设备用电",
            "kWh",
            {
                "会场面积": sheet.need("venue_area", why),
                "功率密度": sheet.need("power_density", why),
                "会议时长": sheet.need("duration", why),
            },
        )
        sheet.warn("会场用电按设计功率密度估算，以电表读数为准")
    else:
        sheet.exclude("会场用电", "没有给出电表读数、会场面积或建筑用电")
        return []
    return [_electric(sheet, "会场用电", used)]


def _electric(sheet: Worksheet, label: str, used: Any) -> str:
    sheet.row(label, sheet.product(f"{label}排放", "kgCO2", {"用电量": used, "电力因子": sheet.electricity()}))
    return label


def _cooling(sheet: Worksheet) -> list[str]:
    if sheet.was_given("cooling_electricity"):
        return [_electric(sheet, "空调", sheet.need("cooling_electricity", ""))]
    if sheet.was_given("cooling_power"):
        hours = sheet.need("duration", "按功率计算空调用电")
        power = sheet.need("cooling_power", "")
        sheet.assume("空调按给出的电功率在会议期间一直运行计")
        return [_electric(sheet, "空调", sheet.product("空调用电", "kWh", {"电功率": power, "会议时长": hours}))]
    if not sheet.was_given("venue_electricity", "building_electricity"):
        sheet.exclude("空调", "没有给出空调用电量或电功率，也没有可引用的单位面积冷负荷")
    return []


def _travel(sheet: Worksheet) -> list[str]:
    text = sheet.word("legs")
    if text is None:
        sheet.exclude("交通", "没有给出参会人员怎么来")
        return []
    legs = parse_legs(text)
    if not legs:
        raise InputError(f"交通：看不出“{text}”里的交通方式，请写成如“20人坐高铁来回120公里；5辆公务车共200公里”")
    names: list[str] = []
    for leg in legs:
        name = _leg_name(leg, names)
        if _leg(sheet, leg, name):
            names.append(name)
    _uncounted(sheet, legs)
    return names


def _leg_name(leg: Leg, taken: list[str]) -> str:
    """交通：高铁, and a number where one way of travelling stands in several legs."""
    plain = f"交通：{modes()[leg.mode].label}"
    again = sum(name == plain or name.startswith(f"{plain}（") for name in taken)
    return f"{plain}（{again + 1}）" if again else plain


def _leg(sheet: Worksheet, leg: Leg, name: str) -> bool:
    """One leg as a row; False where it cannot be counted, with the reason on the sheet."""
    mode = modes()[leg.mode]
    lacking = "没有写里程" if leg.distance_km is None else _lacking_count(leg, mode)
    if lacking:
        sheet.exclude(name, f"“{leg.text}”{lacking}")
        return False
    factor = _leg_factor(sheet, mode, name)
    if factor is None and mode.basis != "ev":
        return False
    if mode.note:
        sheet.assume(mode.note)
    distance = _distance(sheet, leg)
    made = registry().Quantity
    label = f"{name.removeprefix('交通：')}排放"
    if mode.basis == "person":
        persons = {} if leg.shared else {"人数": made(leg.persons or 0.0, "person")}
        travelled = made(distance, "person*km") if leg.shared else made(distance, "km")
        emission = sheet.product(label, _gas_of(factor), {**persons, "里程": travelled, "因子": factor})
    else:
        emission = _vehicle_emission(sheet, leg, mode, name, factor, distance)
    sheet.row(name, emission)
    return True


def _lacking_count(leg: Leg, mode: Mode) -> str:
    if leg.shared and (leg.persons is None or mode.basis != "person"):
        return ""
    if mode.basis == "person":
        return "" if leg.persons is not None else "没有写人数"
    return "" if leg.vehicles is not None or leg.persons is not None else "没有写人数或车数"


def _leg_factor(sheet: Worksheet, mode: Mode, name: str) -> Factor | None:
    if mode.choice is not None:
        chosen = sheet.choice(mode.choice)
        if chosen is None or chosen.factor is None:
            raise InputError(f"{name}没有选定因子")
        sheet.warn(f"{name}用{chosen.label}（{chosen.note}），与另一来源相差一倍以上，报告要写明用的是哪一个")
        return sheet.factor(chosen.factor)
    if mode.factor is not None:
        return sheet.factor(mode.factor)
    if mode.reference is not None:
        return _reference(sheet, name, sheet.factor(mode.reference), mode.reason or "没有国内可用因子")
    if mode.basis != "ev":
        sheet.exclude(name, mode.reason or "没有可用因子")
    return None


def _reference(sheet: Worksheet, label: str, factor: Factor, reason: str) -> Factor | None:
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


def _uncounted(sheet: Worksheet, legs: tuple[Leg, ...]) -> None:
    """Nothing is assumed about people no leg names; it is said how many those are."""
    attendees = float(sheet.need("attendees", "").magnitude)
    named = sum(leg.persons or 0.0 for leg in legs)
    rest = attendees - named
    if rest < 0:
        sheet.warn(f"交通里写了 {format_number(named)} 人，多于参会人数 {format_number(attendees)} 人，请核对")
    elif rest > 0:
        unknown = "（公务车等只写了车数的，车上人数未知）" if any(leg.persons is None for leg in legs) else ""
        sheet.assume(
            f"交通只计写明的 {format_number(named)} 人，其余 {format_number(rest)} 人怎么来没有给出，没有计入{unknown}"
        )


def _meals(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("meals"):
        sheet.exclude("用餐", "没有给出用餐份数")
        return []
    chosen = sheet.choice("meal_basis")
    if chosen is None or chosen.factor is None:
        raise InputError("用餐没有选定口径")
    factor = sheet.factor(chosen.factor)
    meals = sheet.need("meals", "")
    if factor.per == "person":
        over = {"一日餐数": sheet.need("meals_per_day", "")}
        emission = sheet.product("用餐排放", "kgCO2e", {"用餐": meals, "膳食因子": factor}, over)
    else:
        mass = sheet.need("meal_mass", "")
        emission = sheet.product("用餐排放", "kgCO2e", {"用餐": meals, "每餐食物量": mass, "食物因子": factor})
    sheet.row("用餐", emission, "没有官方的每餐因子，仅示意")
    return ["用餐"]


def _hotel(sheet: Worksheet) -> list[str]:
    return _counted(sheet, "住宿", "hotel", "间夜", "defra.hotel.cn", "没有给出住宿间夜")


def _paper(sheet: Worksheet) -> list[str]:
    return _counted(sheet, "打印纸", "paper", "张数", "supply.a4.sheet", "没有给出用纸张数")


def _counted(sheet: Worksheet, label: str, item: str, word: str, factor_id: str, absent: str) -> list[str]:
    """A count times its factor."""
    if not sheet.was_given(item):
        sheet.exclude(label, absent)
        return []
    factor = sheet.factor(factor_id)
    sheet.row(label, sheet.product(f"{label}排放", _gas_of(factor), {word: sheet.need(item, ""), "因子": factor}))
    return [label]


def _water(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("water"):
        sheet.exclude("瓶装水", "没有给出瓶数")
        return []
    factor = _reference(sheet, "瓶装水", sheet.factor("water.bottled.taipei"), "没有国内可用的瓶装水因子")
    if factor is None:
        return []
    operands = {"瓶数": sheet.need("water", ""), "每瓶容量": sheet.need("bottle_volume", ""), "因子": factor}
    sheet.row("瓶装水", sheet.product("瓶装水排放", "kgCO2e", operands))
    return ["瓶装水"]


def _waste(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("waste"):
        sheet.exclude("垃圾", "没有给出垃圾重量")
        return []
    chosen = sheet.choice("treatment")
    if chosen is None or chosen.factor is None:
        raise InputError("垃圾没有选定处理方式")
    factor: Factor | None = sheet.factor(chosen.factor)
    if factor is not None and factor.role == "reference":
        factor = _reference(sheet, "垃圾", factor, f"没有国内可用的{chosen.label}因子")
    if factor is None:
        return []
    mass = sheet.need("waste", "")
    sheet.row("垃圾", sheet.product(f"垃圾{chosen.label}排放", _gas_of(factor), {"垃圾": mass, "处置因子": factor}))
    return ["垃圾"]


def _per_head(sheet: Worksheet, total: Amount, attendees: "Quantity[Any]") -> None:
    per_head = multiply("人均", "kgCO2e/person", [total], [amount(attendees)])
    sheet.compare("人均", per_head, "kgCO2e/person")


def _video(sheet: Worksheet, avoidable: set[str]) -> None:
    """What a video meeting would avoid: travel and nights, less the terminals' electricity where it is known."""
    travel = [value for name, value, _ in sheet.rows if name in avoidable]
    if not travel:
        return
    zero = amount(registry().Quantity(0.0, "kgCO2e"))
    saved = zero
    for value in travel:
        saved = Amount(saved.value + value.value, saved.low + value.low, saved.high + value.high)
    label = "改为视频会议可避免（交通和住宿；减排量，不与排放相加）"
    if not sheet.was_given("terminals", "terminal_power"):
        sheet.compare(label, saved, "kgCO2e", "没有给出视频终端，终端和网络用电未扣")
        return
    why = "和视频会议对照"
    used = sheet.product(
        "视频终端用电",
        "kWh",
        {
            "终端数": sheet.need("terminals", why),
            "每台功率": sheet.need("terminal_power", why) / registry().Quantity(1, "device"),
            "会议时长": sheet.need("duration", why),
        },
    )
    online = sheet.as_co2e(sheet.product("视频会议排放", "kgCO2", {"终端用电": used, "电力因子": sheet.electricity()}))
    sheet.compare("视频会议（只计终端用电）", online, "kgCO2e", "网络因子没有可靠来源，未计")
    net = Amount(saved.value - online.value, saved.low - online.high, saved.high - online.low)
    sheet.compare(label, net, "kgCO2e", "已扣视频终端用电")
