"""The footprint of a meeting: venue, cooling, travel, meals, nights, paper, water and waste, and the video alternative.

Scope: the six classes of sources of 《大型活动碳中和实施指南（试行）》 (公告2019年第19号), which gives no factors.
What was not given is not counted and said so; an item without a usable factor is named with the reason.
"""

from collections.abc import Callable
from typing import Any

from corpus.errors import InputError, OutOfRange
from tools.calculator import Computation
from tools.factors import Factor
from tools.journeys import Leg, parse_legs, reference, travel_rows
from tools.units import format_number, format_quantity, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

__all__ = ["Leg", "compute", "parse_legs"]

_NEXT_STEPS = {
    "air": "交通里飞机占比最大：改高铁或改视频参会，减得最多",
    "travel": "交通占比最大：能视频的改视频，其余集中拼车、坐地铁和高铁",
    "venue": "会场用电占比最大：选小一点、有自然采光的会场，空调按规定设定，散会即关",
    "meals": "用餐占比最大：按人数定量、减少肉类，用小份和自助",
    "hotel": "住宿占比最大：就近召开、当天往返，减少间夜",
    "paper": "打印占比最大：材料电子化，必须打印的双面",
    "water": "瓶装水占比最大：自带水杯，会场供开水",
    "online": "视频终端用电占比最大：关掉不用的屏幕，会后即断电",
    "waste": "垃圾占比最大：减少一次性用品，分类投放",
}


def compute(sheet: Worksheet) -> Computation:
    """The sum of the items that were given and have a usable factor, in CO2e."""
    groups: list[tuple[str, str]] = []
    parts: tuple[tuple[str, Callable[[Worksheet], list[str]]], ...] = (
        ("venue", _venue),
        ("venue", _cooling),
        ("online", _online),
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
    _per_head(sheet, total)
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
    sheet.row(label, sheet.grid(f"{label}排放", used))
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


def _online(sheet: Worksheet) -> list[str]:
    """The part of a hybrid meeting that joins by video: its terminals' electricity."""
    if not sheet.was_given("online"):
        return []
    people = sheet.need("online", "")
    if sheet.was_given("attendees") and people > sheet.need("attendees", ""):
        raise OutOfRange(
            f"线上参会人数：给的是 {format_quantity(people)}，多于参会人数 {format_quantity(sheet.need('attendees', ''))}；"
            "参会人数要写线上、线下合计"
        )
    sheet.exclude("视频会议的网络用电", "没有可靠的网络因子")
    if not sheet.was_given("terminal_power"):
        sheet.exclude("视频终端用电", "没有给出每台终端功率")
        return []
    sheet.assume("线上参会的一人一台终端")
    make = registry().Quantity
    used = sheet.product(
        "线上参会终端用电",
        "kWh",
        {
            "线上参会人数": people,
            "每人终端功率": sheet.need("terminal_power", "") / make(1, "person"),
            "会议时长": sheet.need("duration", "算线上参会的终端用电"),
        },
    )
    return [_electric(sheet, "线上参会终端", used)]


def _travel(sheet: Worksheet) -> list[str]:
    text = sheet.word("legs")
    if text is None:
        sheet.exclude("交通", "没有给出参会人员怎么来")
        return []
    legs, rows = travel_rows(sheet, text)
    _uncounted(sheet, legs)
    return [name for name, _ in rows]


def _uncounted(sheet: Worksheet, legs: tuple[Leg, ...]) -> None:
    """Nothing is assumed about people no leg names; it is said how many those are."""
    if not sheet.was_given("attendees"):
        sheet.assume("没有给出参会人数，交通只计写明的人和车")
        return
    attendees = float(sheet.need("attendees", "").magnitude)
    named = sum(leg.persons or 0.0 for leg in legs)
    online = float(sheet.need("online", "").magnitude) if sheet.was_given("online") else 0.0
    rest = attendees - online - named
    if rest < 0:
        there = format_number(attendees - online)
        sheet.warn(f"交通里写了 {format_number(named)} 人，多于参会人数里到场的 {there} 人，请核对")
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
    sheet.row(label, sheet.product(f"{label}排放", _gas(factor), {word: sheet.need(item, ""), "因子": factor}))
    return [label]


def _water(sheet: Worksheet) -> list[str]:
    if not sheet.was_given("water"):
        sheet.exclude("瓶装水", "没有给出瓶数")
        return []
    factor = reference(sheet, "瓶装水", sheet.factor("water.bottled.taipei"), "没有国内可用的瓶装水因子")
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
        factor = reference(sheet, "垃圾", factor, f"没有国内可用的{chosen.label}因子")
    if factor is None:
        return []
    mass = sheet.need("waste", "")
    sheet.row("垃圾", sheet.product(f"垃圾{chosen.label}排放", _gas(factor), {"垃圾": mass, "处置因子": factor}))
    return ["垃圾"]


def _gas(factor: Factor) -> str:
    return f"kg{factor.of}"


def _per_head(sheet: Worksheet, total: Amount) -> None:
    if not sheet.was_given("attendees"):
        return
    per_head = multiply("人均", "kgCO2e/person", [total], [amount(sheet.need("attendees", ""))])
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
    if not sheet.was_given("terminals") and (sheet.was_given("online") or not sheet.was_given("terminal_power")):
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
