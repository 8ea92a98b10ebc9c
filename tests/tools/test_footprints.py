"""What the calculators for buildings, vehicles, canteens, water, paper, waste and sinks say beside their totals."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import run

Values = dict[str, object]


def beside(name: str, values: Values) -> dict[str, float]:
    return {item.label: item.value for item in run(name, values).comparison}


def test_items_outside_the_inventory_never_enter_its_total() -> None:
    alone = run("inventory", {"electricity": "120万度"})
    with_items = run("inventory", {"electricity": "120万度", "commuting": "120吨CO2e", "refrigerant": "15吨CO2e"})
    assert with_items.total == alone.total
    assert [item.value for item in with_items.comparison if "附加项" in item.label] == [120, 15]


def test_green_power_bought_on_the_market_still_counts_and_is_warned_of() -> None:
    made = run("inventory", {"electricity": "120万度", "market_green": "20万度"})
    assert made.total.value == pytest.approx(530.28)
    assert any("市场化购入" in line for line in made.warnings)


def test_inventory_intensity_stands_beside_the_pilot_figures() -> None:
    shown = beside("inventory", {"electricity": "120万度", "area": "2万平方米", "people": "500人"})
    # 530 280 / 20 000 = 26.514; / 500 = 1060.56
    assert shown["单位面积碳排放"] == pytest.approx(26.514)
    assert shown["人均碳排放"] == pytest.approx(1060.56)
    assert sorted(v for k, v in shown.items() if "近零碳建筑试点" in k) == [18, 22]


def test_building_intensities_and_averages() -> None:
    shown = beside(
        "building", {"electricity": "120万度", "natural_gas": "3.5万方", "area": "2万平方米", "people": "500人"}
    )
    # 189 980.5 / 20 000 = 9.499; / 500 = 379.961; 1 200 000 / 20 000 = 60; equivalent value 372 t
    assert shown["单位面积能耗"] == pytest.approx(9.499025)
    assert shown["人均综合能耗"] == pytest.approx(379.961)
    assert shown["单位面积电耗"] == pytest.approx(60)
    assert shown["电力按等价值（另列，不与当量值相加）"] == pytest.approx(372)
    assert shown["2021年度广东市级以下机关单位建筑面积能耗平均值"] == 11.02
    assert shown["2020年全国公共机构人均综合能耗（实绩）"] == 329.56


@pytest.mark.parametrize(
    ("electricity", "says"),
    # per m²: 100, 80, 60, 45 against a constraint of 65 and a guidance of 50; 1.5 × 65 = 97.5
    [("200万度", "五成以上"), ("160万度", "能源审计"), ("120万度", "高于引导值"), ("90万度", "没有超过约束值")],
)
def test_the_quota_the_user_gives_is_judged_by_the_regulation(electricity: str, says: str) -> None:
    values: Values = {"electricity": electricity, "area": "2万平方米"}
    made = run("building", {**values, "constraint": "65千瓦时/平方米·年", "guidance": "50千瓦时/平方米·年"})
    assert says in "".join([*made.warnings, made.next_step or ""])


def test_a_figure_far_off_the_average_asks_for_a_check() -> None:
    # MWh taken for kWh: 1000 times too much
    made = run("building", {"electricity": "120万兆瓦时", "area": "2万平方米"})
    assert any("三倍以上" in line for line in made.warnings)


def test_cooling_gives_a_range_and_checks_the_limit() -> None:
    made = run("cooling", {"electricity": "30万度", "before": "23℃", "after": "25℃"})
    assert (made.total.low, made.total.high) == pytest.approx((36_000, 48_000))  # 6 % and 8 % × 2 × 300 000
    assert any("低于下限 26 ℃" in line for line in made.warnings)
    fine = run("cooling", {"electricity": "30万度", "before": "24℃", "after": "26℃"})
    assert not any("低于下限" in line for line in fine.warnings)
    winter = run("cooling", {"electricity": "5万度", "before": "22℃", "after": "19℃", "season": "冬"})
    assert any("广东2021年通知" in line for line in winter.warnings)


def test_lighting_payback_and_power_density() -> None:
    shown = beside(
        "lighting",
        {
            "lamps": "500盏",
            "power_before": "36瓦",
            "power_after": "16瓦",
            "hours": "2500小时",
            "area": "1000平方米",
            "electricity_price": "0.8元/度",
            "investment": "3万元",
        },
    )
    # 25 000 × 0.8 = 20 000 yuan a year; 30 000 / 20 000 = 1.5 years; 500 × 16 / 1000 = 8 W/m²; 25 000 × 0.4419
    assert shown["年省电费"] == pytest.approx(20_000)
    assert shown["静态回收期"] == pytest.approx(1.5)
    assert shown["改造后照明功率密度"] == pytest.approx(8)
    assert shown["年减排量（不与排放相加）"] == pytest.approx(11_047.5)


def test_solar_reductions_are_split_and_not_taken_off_twice() -> None:
    made = run(
        "solar",
        {
            "capacity": "200千瓦",
            "hours": "1100小时",
            "self_use": "80%",
            "electricity_price": "0.8元/度",
            "investment": "70.4万元",
        },
    )
    shown = {item.label: item.value for item in made.comparison}
    # 220 000 × 0.8 = 176 000 × 0.4419 = 77.7744 t; 44 000 × 0.4419 = 19.4436 t; 176 000 × 0.8 = 140 800 yuan
    assert shown["自用减排量（不与排放相加）"] == pytest.approx(77.7744)
    assert shown["上网减排量（不与排放相加）"] == pytest.approx(19.4436)
    assert shown["静态回收期"] == pytest.approx(5)
    assert any("不得再抵减一次" in line for line in made.assumptions)


def test_electric_cars_save_and_pay_back() -> None:
    shown = beside(
        "fleet",
        {
            "vehicles": "20辆",
            "distance": "1.5万公里",
            "fuel_consumption": "每百公里9升",
            "consumption": "每百公里18度",
            "efficiency": "90%",
            "fuel_price": "8元/升",
            "electricity_price": "0.8元/度",
            "extra_cost": "2.52万元",
        },
    )
    # 300 000 × 0.18 / 0.9 = 60 000 kWh × 0.4419 = 26.514 t; 58.833 − 26.514 = 32.319 t
    assert shown["全部换成电动车后的排放"] == pytest.approx(26.514)
    assert shown["换电动车的减排量（不与排放相加）"] == pytest.approx(32.319)
    # 27 000 × 8 − 60 000 × 0.8 = 168 000 yuan; 20 × 25 200 / 168 000 = 3 years
    assert shown["年省能源费（不含保养、保险）"] == pytest.approx(168_000)
    assert shown["静态回收期"] == pytest.approx(3)


def test_commuting_credits_stay_reductions() -> None:
    made = run("commuting", {"legs": "200人坐地铁单程12公里；100人坐公交来回20公里", "workdays": 250})
    shown = {item.label: item.value for item in made.comparison}
    # 200 × 24 × 250 × 0.0467 = 56 040; 100 × 20 × 250 × 0.0269 = 13 450
    assert shown["地铁碳普惠减排量（不与排放相加减）"] == pytest.approx(56_040)
    assert shown["公交碳普惠减排量（不与排放相加减）"] == pytest.approx(13_450)
    assert made.total.value == pytest.approx(78.268)  # 51.768 + 26.5, untouched by the credits


def test_food_waste_stays_apart_from_energy() -> None:
    made = run("canteen", {"electricity": "8万度", "food_waste": "9吨", "reduction": "50%", "meals": "12万人次"})
    shown = {item.label: item.value for item in made.comparison}
    assert made.total.value == pytest.approx(35.352)
    assert shown["食物浪费（全生命周期，另列）"] == pytest.approx(18.54)
    assert shown["减少浪费的减排量（不与排放相加）"] == pytest.approx(9.27)
    assert shown["每餐能源排放"] == pytest.approx(0.2946)  # 35 352 / 120 000


def test_water_per_person_stands_beside_the_averages() -> None:
    shown = beside("water", {"water": "2万吨", "people": "500人"})
    assert shown["人均用水"] == pytest.approx(40)
    assert shown["2021年度广东市级以下机关人均用水量平均值"] == 69.99
    assert shown["2020年全国公共机构人均用水量（实绩）"] == 21.53


def test_paper_saved_by_duplex_and_by_printing_less() -> None:
    shown = beside("paper", {"sheets": "20万张", "duplex": "60%", "reduction": "30%"})
    # 200 000 × 0.6 / 2 × 0.00671 = 402.6; 1342 × 0.3 = 402.6; 1342 × 1050.0779/1345.0779 = 1047.674
    assert shown["双面打印减排量（不与排放相加）"] == pytest.approx(402.6)
    assert shown["少用纸减排量（不与排放相加）"] == pytest.approx(402.6)
    assert shown["全部改用再生纸后的排放"] == pytest.approx(1047.674, rel=1e-5)


def test_sinks_are_marked_not_for_offsetting_and_spread_wide() -> None:
    made = run("sinks", {"green": "30亩"})
    assert any("不用于抵扣" in line for line in made.warnings)
    assert [item.value for item in made.comparison] == pytest.approx([7500, 50_000])  # 20 000 m² × 0.375 and × 2.5


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 1e8), st.floats(0.1, 1e6), st.floats(0.1, 1e6))
def test_inventory_is_linear_and_adds_up(kwh: float, gas: float, petrol: float) -> None:
    one = run("inventory", {"electricity": kwh, "natural_gas": gas, "gasoline": petrol})
    two = run("inventory", {"gasoline": 2 * petrol, "electricity": 2 * kwh, "natural_gas": 2 * gas})
    assert two.total.value == pytest.approx(2 * one.total.value, rel=1e-9)
    parts = [
        run("inventory", values).total.value
        for values in ({"electricity": kwh}, {"natural_gas": gas}, {"gasoline": petrol})
    ]
    assert sum(parts) == pytest.approx(one.total.value, rel=1e-9)
