"""What holds for every calculator whatever the numbers: linear in activity, blind to units and order, parts that add up."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import Computation, calculators, run

Values = dict[str, object]

# Activity data that may grow together, as a number and its unit; what stays beside it; for every calculator whose
# result is an amount. {n} in a text is a count of people. A count of chargers is a ceiling and no amount.
ACTIVITY: list[tuple[str, dict[str, str], Values]] = [
    ("electricity", {"electricity": "度"}, {}),
    ("inventory", {"electricity": "度", "natural_gas": "方", "gasoline": "升", "heat": "吉焦"}, {}),
    ("inventory", {"coal": "吨", "lpg": "公斤", "diesel": "升", "pipeline_gas": "方"}, {"coal_kind": "烟煤"}),
    ("building", {"electricity": "度", "natural_gas": "方", "diesel": "公斤", "heat": "吉焦"}, {}),
    ("canteen", {"natural_gas": "方", "electricity": "度", "lpg": "公斤"}, {}),
    ("canteen", {"food_waste": "公斤"}, {}),
    ("fleet", {"gasoline": "升", "diesel": "升", "electricity": "度"}, {}),
    ("fleet", {"vehicles": "辆"}, {"distance": "1万公里", "fuel_consumption": "每百公里9升"}),
    ("refrigerant", {"refill": "公斤"}, {"kind": "R22"}),
    ("refrigerant", {"charge": "公斤"}, {"kind": "R32", "equipment": "冷水机组"}),
    ("water", {"water": "方"}, {"sewage_share": "80%"}),
    ("paper", {"sheets": "张"}, {"duplex": "50%"}),
    ("waste", {"waste": "公斤"}, {}),
    ("waste", {"waste": "公斤"}, {"treatment": "堆肥", "references": "用"}),
    ("sinks", {"green": "平方米"}, {}),
    ("solar", {"capacity": "千瓦"}, {"hours": "1100小时", "self_use": "70%"}),
    ("solar", {"roof": "平方米"}, {"coverage": "60%"}),
    ("cooling", {"electricity": "度"}, {"change": "2℃"}),
    ("lighting", {"lamps": "盏"}, {"power_before": 36, "power_after": 16, "hours": "2500小时"}),
    ("commuting", {"legs": "{n}人坐地铁单程8公里；{n}人开车单程10公里"}, {"workdays": 250}),
    ("travel", {"legs": "{n}人飞机往返2000公里；{n}人坐高铁来回300公里", "hotel": "间夜"}, {}),
    ("meeting", {"legs": "{n}人坐高铁来回120公里", "venue_electricity": "度", "hotel": "间夜", "waste": "公斤"}, {}),
    ("gap", {"emission": "吨CO2", "measures": "换LED 减排{n}吨 3万元；光伏 减排{n}吨 70万元"}, {}),
]


def filled(activity: Mapping[str, str], numbers: list[int], times: int) -> Values:
    return {
        name: unit.replace("{n}", str(times * number)) if "{n}" in unit else f"{times * number}{unit}"
        for (name, unit), number in zip(activity.items(), itertools.cycle(numbers), strict=False)
    }


def test_every_calculator_with_an_amount_is_held_here() -> None:
    assert {name for name, _, _ in ACTIVITY} == set(calculators()) - {"charging"}


@pytest.mark.parametrize(("name", "activity", "beside"), ACTIVITY, ids=lambda value: str(value)[:40])
@settings(max_examples=12, deadline=None)
@given(numbers=st.lists(st.integers(20, 40_000), min_size=4, max_size=4), times=st.integers(2, 9))
def test_times_the_activity_is_times_the_result_and_its_parts(
    name: str, activity: dict[str, str], beside: Values, numbers: list[int], times: int
) -> None:
    one = run(name, {**filled(activity, numbers, 1), **beside})
    many = run(name, {**filled(activity, numbers, times), **beside})
    for end in ("value", "low", "high"):
        assert getattr(many.total, end) == pytest.approx(times * getattr(one.total, end), rel=1e-9, abs=1e-9)
    assert [row.label for row in many.breakdown] == [row.label for row in one.breakdown]
    for ours, theirs in zip(many.breakdown, one.breakdown, strict=True):
        assert ours.value == pytest.approx(times * theirs.value, rel=1e-9)
        assert ours.share == pytest.approx(theirs.share)
    if one.breakdown:
        assert sum(row.value for row in one.breakdown) == pytest.approx(one.total.value, rel=1e-9)
        assert sum(row.low for row in one.breakdown) == pytest.approx(one.total.low, rel=1e-9)
        assert sum(row.high for row in one.breakdown) == pytest.approx(one.total.high, rel=1e-9)


@pytest.mark.parametrize(("name", "activity", "beside"), ACTIVITY, ids=lambda value: str(value)[:40])
def test_the_order_inputs_are_given_in_does_not_matter(name: str, activity: dict[str, str], beside: Values) -> None:
    values = {**filled(activity, [120, 37, 250, 64], 1), **beside}
    made = run(name, values)
    for order in itertools.islice(itertools.permutations(values), 24):
        assert figures(run(name, {key: values[key] for key in order})) == figures(made)


def figures(made: Computation) -> tuple[object, ...]:
    return made.total, made.breakdown, made.comparison, made.steps


# One of each: how many of the first unit it is.
FAMILIES: list[dict[str, float]] = [
    {"千瓦时": 1, "度": 1, "万度": 1e4, "兆瓦时": 1e3, "吉焦": 1 / 0.0036, "kWh": 1},
    {"立方米": 1, "方": 1, "升": 1e-3, "万方": 1e4},
    {"千克": 1, "公斤": 1, "吨": 1e3, "斤": 0.5, "克": 1e-3},
    {"平方米": 1, "公顷": 1e4, "亩": 2000 / 3, "万平方米": 1e4},
    {"公里": 1, "千米": 1, "里": 0.5, "米": 1e-3},
    {"千瓦": 1, "瓦": 1e-3, "兆瓦": 1e3},
    {"kVA": 1, "千伏安": 1, "MVA": 1e3},
    {"元": 1, "万元": 1e4},
    {"吨CO2": 1, "千克CO2": 1e-3},
    {"吨CO2e": 1, "千克CO2e": 1e-3},
    {"小时": 1, "分钟": 1 / 60},
    {"年": 1, "个月": 1 / 12},
    {"元/度": 1, "元/兆瓦时": 1e-3},
    {"kWh/km": 1, "Wh/km": 1e-3},
]

# A full set of inputs for every route of every calculator.
ROUTES: list[tuple[str, Values]] = [
    ("electricity", {"electricity": "120000 千瓦时"}),
    (
        "inventory",
        {
            "electricity": "1200000 千瓦时",
            "resold_electricity": "100000 千瓦时",
            "natural_gas": "35000 立方米",
            "gasoline": "8 立方米",
            "lpg": "600 千克",
            "coal": "9000 千克",
            "heat": "50000 千瓦时",
            "area": "20000 平方米",
            "commuting": "120 吨CO2e",
        },
    ),
    ("building", {"electricity": "1200000 千瓦时", "natural_gas": "35000 立方米", "area": "20000 平方米"}),
    ("canteen", {"natural_gas": "12000 立方米", "electricity": "80000 千瓦时", "food_waste": "9000 千克"}),
    ("cooling", {"electricity": "300000 千瓦时", "change": "2℃"}),
    (
        "lighting",
        {
            "lamps": "500盏",
            "power_before": "0.036 千瓦",
            "power_after": "0.016 千瓦",
            "daily_hours": "10 小时",
            "days": "250天",
            "area": "1000 平方米",
            "electricity_price": "0.8 元/度",
            "investment": "30000 元",
        },
    ),
    (
        "fleet",
        {
            "vehicles": "20辆",
            "distance": "15000 公里",
            "fuel_consumption": "每百公里9升",
            "consumption": "0.18 kWh/km",
            "fuel_price": "8元/升",
            "electricity_price": "0.8 元/度",
            "extra_cost": "25200 元",
        },
    ),
    ("refrigerant", {"kind": "R134a", "charge": "300 千克", "equipment": "冷水机组", "period": "2 年"}),
    ("solar", {"roof": "3000 平方米", "coverage": "70%", "electricity_price": "0.8 元/度", "investment": "700000 元"}),
    ("solar", {"capacity": "200 千瓦", "hours": "1100小时"}),
    ("water", {"water": "20000 立方米", "sewage_share": "80%"}),
    ("waste", {"waste": "50000 千克"}),
    ("sinks", {"green": "20000 平方米", "period": "2 年"}),
    (
        "charging",
        {
            "vehicles": "30辆",
            "daily_distance": "60 公里",
            "charger_power": "7 千瓦",
            "daily_hours": "8 小时",
            "transformer": "630 kVA",
            "existing_load": "300 kVA",
            "charger_price": "5000 元",
        },
    ),
    ("gap", {"emission": "530 吨CO2", "area": "20000 平方米", "target": "A类"}),
    (
        "meeting",
        {
            "attendees": "80人",
            "duration": "4 小时",
            "venue_area": "300 平方米",
            "cooling_power": "20 千瓦",
            "waste": "30 千克",
            "terminals": "80台",
            "terminal_power": "0.06 千瓦",
            "hotel": "4间夜",
        },
    ),
]


def swaps() -> list[tuple[int, str, str]]:
    """Each input of each route with each other unit of its family."""
    found = []
    for number, (_, values) in enumerate(ROUTES):
        for key, value in values.items():
            _, _, unit = str(value).partition(" ")
            family = next((family for family in FAMILIES if unit in family), {})
            found += [(number, key, other) for other in family if other != unit]
    return found


def test_many_inputs_are_written_in_other_units() -> None:
    assert len(swaps()) >= 100
    assert {ROUTES[number][0] for number, _, _ in swaps()} >= set(calculators()) - {"paper", "travel", "commuting"}


def measured() -> list[tuple[str, str, str, Values]]:
    """Each activity that is written in a unit of a family: calculator, input, unit, what stands beside it."""
    return [
        (name, key, unit, {**{k: f"100{u}" for k, u in activity.items() if k != key and "{n}" not in u}, **beside})
        for name, activity, beside in ACTIVITY
        for key, unit in activity.items()
        if any(unit in family for family in FAMILIES)
    ]


@pytest.mark.parametrize(("name", "key", "plain", "beside"), measured(), ids=str)
@given(number=st.integers(20, 40_000), data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_drawn_amount_gives_the_same_result_in_a_drawn_unit(
    name: str, key: str, plain: str, beside: Values, number: int, data: st.DataObject
) -> None:
    family = next(family for family in FAMILIES if plain in family)
    unit = data.draw(st.sampled_from(sorted(family)))
    one = run(name, {key: f"{number}{plain}", **beside})
    other = run(name, {key: f"{number * family[plain] / family[unit]:.12f}{unit}", **beside})
    assert other.total.value == pytest.approx(one.total.value, rel=1e-9)
    assert [row.value for row in other.breakdown] == pytest.approx([row.value for row in one.breakdown], rel=1e-9)


@pytest.mark.parametrize(("number", "key", "unit"), swaps(), ids=str)
def test_any_unit_of_the_same_dimension_gives_the_same_result(number: int, key: str, unit: str) -> None:
    name, values = ROUTES[number]
    magnitude, _, plain = str(values[key]).partition(" ")
    family = next(family for family in FAMILIES if plain in family and unit in family)
    rewritten = f"{float(magnitude) * family[plain] / family[unit]:.12f}{unit}"
    one, other = run(name, values), run(name, {**values, key: rewritten})
    assert other.total.value == pytest.approx(one.total.value, rel=1e-9)
    assert [(item.label, item.unit, item.of) for item in other.comparison] == [
        (item.label, item.unit, item.of) for item in one.comparison
    ]
    assert [item.value for item in other.comparison] == pytest.approx([item.value for item in one.comparison], rel=1e-9)


LEGS = ["20人坐高铁来回120公里", "30人地铁单程8公里", "5辆公务车共200公里", "2人飞机往返2000公里", "6人打车往返30公里"]
RIDES = ["200人坐地铁单程12公里", "50人开车单程15公里", "100人坐公交来回20公里", "30人骑自行车单程3公里"]
MEASURES = ["光伏 22万度 70万元", "换LED 2.5万度 3万元", "热泵 减排30吨 50万元", "调温 4.2万度 1万元"]


@pytest.mark.parametrize(
    ("name", "key", "parts", "beside"),
    [
        ("meeting", "legs", LEGS, {"attendees": 80}),
        ("travel", "legs", LEGS, {"hotel": 3}),
        ("commuting", "legs", RIDES, {"workdays": 250}),
        ("gap", "measures", MEASURES, {"emission": "900吨CO2"}),
    ],
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_order_of_legs_and_measures_does_not_matter(
    name: str, key: str, parts: list[str], beside: Values, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(parts))
    one = run(name, {**beside, key: "；".join(parts)})
    other = run(name, {**beside, key: "；".join(order)})
    assert other.total.value == pytest.approx(one.total.value, rel=1e-12)
    assert sorted(row.label for row in other.breakdown) == sorted(row.label for row in one.breakdown)
    if name == "gap":
        assert [item.label for item in other.comparison] == [item.label for item in one.comparison]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 350))
def test_the_load_of_chargers_grows_with_their_number(chargers: int, kilowatts: int) -> None:
    def load(count: int) -> float:
        made = run("charging", {"chargers": count, "charger_power": kilowatts})
        return next(item.value for item in made.comparison if item.label == "计算负荷")

    assert load(2 * chargers) == pytest.approx(2 * load(chargers), rel=1e-12)
