"""How many chargers a car park needs, and whether the transformer carries them.

Two routes: spaces × a ratio someone has set, and the energy the cars need per day over what one charger gives.
A ratio is never chosen for the user: the cited ones differ in scope and force, and the 30 % of a draft is not offered.
The load coefficients are of textbook level; the result is an estimate and no electrical design.
"""

import math
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, MissingInput
from tools import limits
from tools.calculator import Computation
from tools.units import format_number, format_quantity, label_of, registry
from tools.worksheet import Amount, Worksheet, amount

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """The number of chargers; with a charger's power also load, apparent power and transformer capacity."""
    counts: dict[str, Amount] = {}
    daily: Amount | None = None
    if sheet.was_given("chargers"):
        counts["已定桩数"] = amount(sheet.need("chargers", ""))
    if sheet.was_given("spaces"):
        counts["按配建比例"] = _by_ratio(sheet)
    if sheet.was_given("vehicles"):
        counts["按充电需求"], daily = _by_demand(sheet)
    if not counts:
        raise MissingInput(
            "充电桩要有一种算法的输入：停车位数和配建比例，或电动车数、每车日均里程、单桩功率、每桩每天可用时间",
            field="spaces",
        )
    name, chargers = max(counts.items(), key=lambda item: item[1].magnitude("charger"))
    if len(counts) > 1:
        sheet.assume(f"几种算法都给了输入，取较大的一个（{name}）")
        for other, count in counts.items():
            sheet.compare(other, count, "charger")
    next_step = _load(sheet, chargers, daily)
    _cost(sheet, chargers, daily)
    return sheet.finish("充电桩数量", chargers, "charger", next_step=next_step)


def _by_ratio(sheet: Worksheet) -> Amount:
    spaces = sheet.need("spaces", "按比例计算")
    item = sheet.spec.input("ratio")
    chosen = sheet.choice("ratio")
    if chosen is not None and chosen.limit is not None:
        limit = limits.get(chosen.limit)
        share = limits.quantity(chosen.limit)
        sheet.assume(f"配建比例 {chosen.label}：{chosen.note}（{limit.citation}）")
    elif sheet.was_given("ratio"):
        share = sheet.need("ratio", "按比例计算")
        _warn_of_draft(sheet, share)
    else:
        raise MissingInput(f"按比例计算还缺 {item.label}（{item.name}）：{item.question}", field=item.name)
    if chosen is not None and chosen.clause is not None:
        sheet.cite(chosen.clause)
    sheet.assume("一个配建车位按一个充电接口计")
    made = _rounded_up(
        sheet,
        "按配建比例的桩数",
        "停车位数 × 配建比例",
        f"{format_quantity(spaces, 6)} × {format_quantity(share, 6)}",
        float(spaces.magnitude) * float(share.to("dimensionless").magnitude),
    )
    for choice in item.choices:
        if choice.limit is None or (chosen is not None and choice.key == chosen.key):
            continue
        other = float(limits.quantity(choice.limit).to("dimensionless").magnitude)
        count = registry().Quantity(_whole(float(spaces.magnitude) * other), "charger")
        sheet.compare(f"按{choice.label}", amount(count), "charger", choice.note)
    return made


def _warn_of_draft(sheet: Worksheet, share: "Quantity[Any]") -> None:
    if math.isclose(share.to("percent").magnitude, limits.quantity("ev.sz.draft.30").magnitude):
        draft = limits.get("ev.sz.draft.30")
        sheet.warn(f"{format_quantity(share)} 只见于{draft.title}，是草案，不能当现行规定；深圳正式办法是鼓励不低于20%")


def _rounded_up(sheet: Worksheet, label: str, formula: str, substitution: str, value: float) -> Amount:
    count = registry().Quantity(_whole(value), "charger")
    return sheet.record(label, f"⌈{formula}⌉", f"⌈{substitution}⌉", count, "charger")


def _whole(value: float) -> float:
    """Round up, forgiving the last digits of a binary fraction (200 × 0.1 is 20, not 21)."""
    return float(math.ceil(round(value, 9)))


def _by_demand(sheet: Worksheet) -> tuple[Amount, Amount]:
    """The number of chargers, and the energy drawn from the grid each day."""
    why = "按充电需求计算"
    make = registry().Quantity
    distance = sheet.need("daily_distance", why)
    if label_of(distance) == "distance":
        distance = distance / make(1, "day")
    if "vehicle" not in label_of(distance):
        distance = distance / make(1, "vehicle")
    consumption = sheet.need("consumption", why)
    if "vehicle" in label_of(consumption):  # the shipped default is per vehicle-kilometre
        consumption = consumption * make(1, "vehicle")
    demand = sheet.product(
        "每天要充进电池的电量",
        "kWh/day",
        {"电动车数": sheet.need("vehicles", why), "每车日均里程": distance, "电耗": consumption},
    )
    supply = sheet.product(
        "一个桩每天能充进的电量",
        "kWh/(charger*day)",
        {
            "单桩功率": sheet.need("charger_power", why),
            "每天可用时间": sheet.need("daily_hours", why) / make(1, "charger*day"),
            "充电效率": sheet.need("efficiency", why),
        },
    )
    count = _rounded_up(
        sheet,
        "按充电需求的桩数",
        "每天电量 ÷ 单桩每天电量",
        f"{format_quantity(demand.value, 6)} ÷ {format_quantity(supply.value, 6)}",
        demand.magnitude("kWh/day") / supply.magnitude("kWh/(charger*day)"),
    )
    drawn = sheet.product(
        "每天从电网取的电量", "kWh/day", {"每天要充进电池的电量": demand}, {"充电效率": sheet.need("efficiency", why)}
    )
    return count, drawn


def _load(sheet: Worksheet, chargers: Amount, daily: Amount | None) -> str:
    """Calculated load, apparent power, transformer capacity and its load rate; the next step that follows."""
    make = registry().Quantity
    if not sheet.was_given("charger_power"):
        sheet.exclude("用电负荷和变压器容量", "没有给出单桩功率")
        return "给出单桩功率（如 7 千瓦）和变压器容量，可以再核负荷"
    kind = sheet.choice("kind")
    if kind is None or kind.factor is None:
        raise InputError("充电桩没有选定桩型")
    power = sheet.need("charger_power", "")
    simultaneity = sheet.factor(kind.factor)
    rated = sheet.product("装机功率", "kW", {"桩数": chargers, "单桩功率": power / make(1, "charger")})
    load = sheet.product("计算负荷", "kW", {"同时系数": simultaneity, "装机功率": rated})
    apparent = sheet.product("充电视在功率", "kVA", {"计算负荷": load}, {"功率因数": sheet.factor("ev.cosphi")})
    sheet.warn(
        "同时系数、功率因数、裕量系数是教材级系数，没有读到 GB/T 51313-2018 原文；结果只作估算，不能代替电气设计"
    )
    existing = sheet.quantity("existing_load")
    demand = (
        apparent
        if existing is None
        else sheet.add("充电与原有负荷", "kVA", {"充电视在功率": apparent, "原有负荷": existing})
    )
    if existing is None:
        sheet.exclude("变压器原有负荷", "没有给出，下面的变压器容量只为充电负荷")
    needed = sheet.product(
        "变压器容量应不小于", "kVA", {"裕量系数": sheet.factor("ev.transformer.margin"), "视在功率": demand}
    )
    sheet.compare("装机功率", rated, "kW")
    sheet.compare("计算负荷", load, "kW", f"{kind.label}同时系数 {simultaneity.figure}")
    sheet.compare("变压器容量应不小于", needed, "kVA")
    _utilisation(sheet, rated)
    rated_capacity = sheet.quantity("transformer")
    if rated_capacity is None:
        return "给出变压器容量和原有负荷，可以判断要不要增容"
    rate = sheet.product("变压器负荷率", "percent", {"视在功率": demand}, {"变压器容量": rated_capacity})
    sheet.compare("变压器负荷率", rate, "percent")
    _managed(sheet, power, rated, existing, rated_capacity, daily)
    if needed.magnitude("kVA") > float(rated_capacity.to("kVA").magnitude):
        sheet.warn(
            f"变压器容量 {format_quantity(rated_capacity)} 小于应有的 {format_number(needed.magnitude('kVA'))} 千伏安"
        )
        return "先做有序充电（错峰、限功率），仍不够再增容或分批建设，并请注册电气工程师复核"
    return "变压器容量够用；仍宜做有序充电，把充电放到夜间和光伏出力时段"


def _utilisation(sheet: Worksheet, rated: Amount) -> None:
    """Yearly electricity at the utilisation of Shenzhen's public chargers, and its emission: for scale only."""
    label = "年电量（深圳公用桩平均利用水平）"
    hours = sheet.factor("ev.sz.util-hours")
    yearly = sheet.product(label, "kWh/year", {"装机功率": rated, "年等效小时": hours})
    emission = sheet.product("对应年排放", "tCO2/year", {"年电量": yearly, "电力因子": sheet.electricity()})
    sheet.compare(label, yearly, "kWh/year", "机关内部桩通常更低")
    sheet.compare("对应年排放", emission, "tCO2/year")


def _managed(
    sheet: Worksheet,
    power: "Quantity[Any]",
    rated: Amount,
    existing: "Quantity[Any] | None",
    capacity: "Quantity[Any]",
    daily: Amount | None,
) -> None:
    """Load management: the power charging may draw at once under this transformer, and what that is enough for."""
    make = registry().Quantity
    margin = sheet.factor("ev.transformer.margin")
    carried = sheet.product("变压器可带负荷", "kVA", {"变压器容量": capacity}, {"裕量系数": margin})
    taken = make(0.0, "kVA") if existing is None else existing
    spare = sheet.subtract("可给充电的视在功率", "kVA", ("变压器可带负荷", carried), ("原有负荷", taken))
    if spare.magnitude("kVA") <= 0:
        sheet.warn("原有负荷已用满变压器，没有余量给充电；先削减原有负荷或增容")
        return
    operands = {"可用视在功率": spare, "功率因数": sheet.factor("ev.cosphi")}
    allowed = sheet.product("有序充电功率上限", "kW", operands)
    note = "负荷管理把同时充电的总功率限制在这个数以内"
    sheet.compare(
        "有序充电功率上限", allowed, "kW", note if existing is not None else f"{note}；没有给出原有负荷，按零计"
    )
    if allowed.magnitude("kW") >= rated.magnitude("kW"):
        sheet.assume("变压器余量大于全部桩的装机功率，所有桩可以同时满功率充电")
    else:
        full = float(math.floor(round(allowed.magnitude("kW") / float(power.to("kW").magnitude), 9)))
        sheet.compare("可同时满功率充电的桩数", amount(make(full, "charger")), "charger")
    if daily is None:
        return
    usable = min(allowed, rated, key=lambda part: part.magnitude("kW"))
    hours = sheet.product("有序充电每天要的时间", "hour/day", {"每天从电网取的电量": daily}, {"可用充电功率": usable})
    sheet.compare("有序充电每天要的时间", hours, "hour/day")
    window = float(sheet.need("daily_hours", "核有序充电").to("hour").magnitude)
    if round(hours.magnitude("hour/day"), 9) > window:
        shown = format_number(hours.magnitude("hour/day"))
        sheet.warn(f"有序充电每天要 {shown} 小时，多于每桩每天可用的 {window:g} 小时")


def _cost(sheet: Worksheet, chargers: Amount, daily: Amount | None) -> None:
    """Investment and the day's electricity bill, from the prices given; without a price the cost is unknown."""
    make = registry().Quantity
    if sheet.was_given("charger_price"):
        price = sheet.need("charger_price", "")
        each = price if "charger" in label_of(price) else price / make(1, "charger")
        cost = sheet.product("充电桩投资", "CNY", {"桩数": chargers, "每桩价格": each})
        if sheet.was_given("expansion_cost"):
            extra = sheet.need("expansion_cost", "")
            cost = sheet.add("建设投资", "CNY", {"充电桩投资": cost, "增容费用": extra})
        else:
            sheet.exclude("增容费用", "没有给出，未知")
        sheet.compare("建设投资", cost, "CNY", "按给出的价格")
    else:
        sheet.exclude("建设投资", "没有给出每桩价格，也没有可引用的造价，未知")
    if sheet.was_given("electricity_price") and daily is not None:
        bill = sheet.product(
            "每天电费", "CNY/day", {"每天从电网取的电量": daily, "电价": sheet.need("electricity_price", "")}
        )
        sheet.compare("每天电费", bill, "CNY/day", "按给出的电价，不含服务费和容量电费")
    elif sheet.was_given("electricity_price"):
        sheet.exclude("电费", "没有给出电动车数和每天里程，充电量未知")
