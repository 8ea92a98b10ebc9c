"""Worked examples of the calculators for buildings, vehicles, canteens, water, paper, waste and sinks, checked by hand.

Each case names calculator, inputs, the expected total with its unit and gas; the arithmetic stands above it.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import run, to_json, to_markdown

Values = dict[str, object]

WORKED: list[tuple[str, Values, float, str, str | None]] = [
    # --- electricity: 1 200 000 × 0.4419 = 530 280 kg
    ("electricity", {"electricity": "120万度"}, 530.28, "t", "CO2"),
    # 3500 × 0.4419 = 1546.65 kg
    ("electricity", {"electricity": "三千五百度"}, 1.54665, "t", "CO2"),
    # 850 000 × 0.4403 (2022) = 374 255 kg
    ("electricity", {"electricity": "85万千瓦时", "year": "2022年"}, 374.255, "t", "CO2"),
    # 360 GJ = 100 000 kWh; × 0.4419 = 44 190 kg
    ("electricity", {"electricity": "360吉焦"}, 44.19, "t", "CO2"),
    # Beijing 2023: 1000 × 0.5554 = 555.4 kg
    ("electricity", {"electricity": "1兆瓦时", "region": "北京"}, 0.5554, "t", "CO2"),
    # --- inventory: (1 200 000 − 50 000 − 100 000) × 0.4419 = 463 995
    (
        "inventory",
        {"electricity": "120万度", "green_direct": "5万度", "resold_electricity": "10万度"},
        463.995,
        "t",
        "CO2",
    ),
    # gas 35 000 × 2.184 = 76 440
    ("inventory", {"natural_gas": "3.5万方"}, 76.44, "t", "CO2"),
    # petrol 8000 × 2.179 = 17 432
    ("inventory", {"gasoline": "8000升"}, 17.432, "t", "CO2"),
    # diesel 1200 × 2.718 = 3261.6
    ("inventory", {"diesel": "1200升"}, 3.2616, "t", "CO2"),
    # diesel by mass: 1000 kg × 3.0959 = 3095.9
    ("inventory", {"diesel": "1吨"}, 3.0959, "t", "CO2"),
    # LPG 600 × 3.166 = 1899.6
    ("inventory", {"lpg": "600公斤"}, 1.8996, "t", "CO2"),
    # coal of unknown kind as anthracite: 10 × 2.429 = 24.29 t; bituminous 10 × 2.174 = 21.74 t
    ("inventory", {"coal": "10吨"}, 24.29, "t", "CO2"),
    ("inventory", {"coal": "10吨", "coal_kind": "烟煤"}, 21.74, "t", "CO2"),
    # heat (200 − 20) × 0.11 = 19.8 t
    ("inventory", {"heat": "200吉焦", "resold_heat": "20吉焦"}, 19.8, "t", "CO2"),
    # kerosene 100 × 2.539 = 253.9; fuel oil 100 × 2.978 = 297.8; pipeline gas 1000 × 0.6997 = 699.7; sum 1251.4
    ("inventory", {"kerosene": "100升", "fuel_oil": "100升", "pipeline_gas": "1000方"}, 1.2514, "t", "CO2"),
    # everything: 463 995 + 76 440 + 17 432 + 22 000 (200 GJ) = 579 867
    (
        "inventory",
        {
            "electricity": "120万度",
            "green_direct": "5万度",
            "resold_electricity": "10万度",
            "natural_gas": "3.5万方",
            "gasoline": "8000升",
            "heat": "200吉焦",
            "commuting": "120吨CO2e",
            "self_solar": "8万度",
            "market_green": "20万度",
        },
        579.867,
        "t",
        "CO2",
    ),
    # --- building: 1 200 000 × 0.1229 = 147 480; 35 000 × 1.2143 = 42 500.5; sum 189 980.5 kgce
    ("building", {"electricity": "120万度", "natural_gas": "3.5万方"}, 189.9805, "t", "ce"),
    # the general figure: 35 000 × 1.33 = 46 550
    ("building", {"natural_gas": "3.5万方", "gas_basis": "general"}, 46.55, "t", "ce"),
    # petrol 5000 × 1.4714 = 7357; diesel 1000 × 1.4571 = 1457.1; LPG 600 × 1.7143 = 1028.58; sum 9842.68
    ("building", {"gasoline": "5吨", "diesel": "1000公斤", "lpg": "600公斤"}, 9.84268, "t", "ce"),
    # heat 200 GJ × 34.12 = 6824
    ("building", {"heat": "200吉焦"}, 6.824, "t", "ce"),
    # --- cooling: 300 000 × 0.07 × 2 = 42 000
    ("cooling", {"electricity": "30万度", "before": "24℃", "after": "26℃"}, 42_000, "kWh", None),
    # 300 000 × 0.07 × 1 = 21 000
    ("cooling", {"electricity": "30万度", "change": "调高1℃"}, 21_000, "kWh", None),
    # winter 22 → 18: 50 000 × 0.07 × 4 = 14 000
    ("cooling", {"electricity": "5万度", "before": "22℃", "after": "18℃", "season": "冬天"}, 14_000, "kWh", None),
    # --- lighting: 500 × 20 W × 2500 h = 25 000 kWh
    (
        "lighting",
        {"lamps": "500盏", "power_before": "36瓦", "power_after": "16瓦", "hours": "2500小时"},
        25_000,
        "kWh",
        None,
    ),
    # 200 × 18 W × 10 h × 250 × 80 % = 7200 kWh
    (
        "lighting",
        {
            "lamps": 200,
            "power_before": 36,
            "power_after": 18,
            "daily_hours": "10小时",
            "days": "250个工作日",
            "simultaneity": "80%",
        },
        7200,
        "kWh",
        None,
    ),
    # lumen method: 300 × 300 / (1600 × 0.6 × 0.8) = 90 000 / 768 = 117.19 → 118
    ("lighting", {"area": "300平方米", "flux": "1600流明", "utilisation": "0.6"}, 118, "lamp", None),
    # 500 × 60 / (3000 × 0.5 × 0.8) = 30 000 / 1200 = 25 exactly
    (
        "lighting",
        {"area": "60平米", "flux": "3000流明", "utilisation": "50%", "illuminance": "500lx"},
        25,
        "lamp",
        None,
    ),
    # --- refrigerant: 20 × 1923.5 = 38 470
    ("refrigerant", {"kind": "R410A", "refill": "20公斤"}, 38.47, "t", "CO2e"),
    # AR6: 20 × 2255.5 = 45 110
    ("refrigerant", {"kind": "R410A", "refill": "20公斤", "basis": "AR6"}, 45.11, "t", "CO2e"),
    # R22: 15 × 1760 = 26 400
    ("refrigerant", {"kind": "R22", "refill": "15kg"}, 26.4, "t", "CO2e"),
    # 300 × 3 % × 1 × 1300 = 11 700
    ("refrigerant", {"kind": "R134a", "charge": "300公斤", "equipment": "冷水机组"}, 11.7, "t", "CO2e"),
    # 60 × 6 % × 2 × 677 (R32) = 4874.4
    (
        "refrigerant",
        {"kind": "R32", "charge": "60kg", "equipment": "多联机", "period": "2年"},
        4.8744,
        "t",
        "CO2e",
    ),
    # --- solar: 200 × 1168 = 233 600
    ("solar", {"capacity": "200千瓦"}, 233_600, "kWh/year", None),
    # 200 × 1100 = 220 000
    ("solar", {"capacity": "200kWp", "hours": "1100小时"}, 220_000, "kWh/year", None),
    # 3000 × 0.7 / 4.762 = 440.991 kW × 1168 = 515 077.7
    ("solar", {"roof": "3000平方米", "coverage": "70%"}, 515_077.7, "kWh/year", None),
    # --- fleet: 8000 × 2.179 + 20 000 × 0.4419 = 17 432 + 8838
    ("fleet", {"gasoline": "8000升", "electricity": "2万度"}, 26.27, "t", "CO2"),
    # 3000 × 2.718 = 8154
    ("fleet", {"diesel": "3000升"}, 8.154, "t", "CO2"),
    # 20 × 15 000 × 0.09 = 27 000 L × 2.179 = 58 833
    ("fleet", {"vehicles": "20辆", "distance": "1.5万公里", "fuel_consumption": "每百公里9升"}, 58.833, "t", "CO2"),
    # 5 × 20 000 × 0.12 = 12 000 L × 2.718 = 32 616
    (
        "fleet",
        {"vehicles": 5, "distance": 20_000, "fuel_consumption": "每百公里12升", "fuel": "柴油"},
        32.616,
        "t",
        "CO2",
    ),
    # --- commuting: 200 × 24 × 250 × 0.04314 = 51 768; 50 × 30 × 250 × 0.19567 = 73 376.25; sum 125 144.25
    (
        "commuting",
        {"legs": "200人坐地铁单程12公里；50人开车单程15公里", "workdays": "250个工作日"},
        125.14425,
        "t",
        "CO2e",
    ),
    # two in a car halves it: 25 × 30 × 250 × 0.19567 = 36 688.125
    ("commuting", {"legs": "50人开车单程15公里", "workdays": 250, "occupancy": "2人/辆"}, 36.688125, "t", "CO2e"),
    # 100 × 20 × 250 × 0.053 = 26 500
    ("commuting", {"legs": "100人坐公交来回20公里", "workdays": "250天"}, 26.5, "t", "CO2e"),
    # --- canteen: 12 000 × 2.184 + 80 000 × 0.4419 = 26 208 + 35 352
    ("canteen", {"natural_gas": "1.2万方", "electricity": "8万度"}, 61.56, "t", "CO2"),
    # 9000 × 2.06 = 18 540
    ("canteen", {"food_waste": "9吨"}, 18.54, "t", "CO2e"),
    # --- water: 20 000 × 0.168 = 3360; 16 000 × 0.168 = 2688
    ("water", {"water": "2万吨"}, 3360, "kg", "CO2e"),
    ("water", {"water": "2万方", "sewage_share": "80%"}, 6048, "kg", "CO2e"),
    # septic tank: 1000 × 0.168 + 900 × 1.008 = 168 + 907.2
    ("water", {"water": "1000吨", "sewage_share": "90%", "treatment": "化粪池"}, 1075.2, "kg", "CO2e"),
    # --- paper: 200 000 × 0.00671 = 1342
    ("paper", {"sheets": "20万张"}, 1342, "kg", "CO2e"),
    ("paper", {"packs": "400包"}, 1342, "kg", "CO2e"),
    # --- waste: 50 × 0.557333 = 27.86665
    ("waste", {"waste": "50吨"}, 27.86665, "t", "CO2"),
    # 50 × 0.49724244 = 24.862122
    ("waste", {"waste": "50吨", "treatment": "填埋", "references": "用"}, 24.862122, "t", "CO2e"),
    # hazardous: 2 × 1.64175 = 3.2835
    ("waste", {"waste": "2吨", "treatment": "危废"}, 3.2835, "t", "CO2"),
    # --- sinks: 30 mu = 2 ha × 1.95 = 3.9 t
    ("sinks", {"green": "30亩"}, 3900, "kg", "CO2"),
    # 5000 m² = 0.5 ha × 1.95 × 10 = 9.75 t
    ("sinks", {"green": "5000平方米", "period": "10年"}, 9750, "kg", "CO2"),
    # --- travel: 3 × 4000 × 0.1106 = 1327.2; 6 × 53.5 = 321
    ("travel", {"legs": "3人飞机往返4000公里", "hotel": "6间夜"}, 1648.2, "kg", "CO2e"),
    # 2 × 300 × 0.03048 = 18.288
    ("travel", {"legs": "2人坐高铁来回300公里"}, 18.288, "kg", "CO2e"),
]


@pytest.mark.parametrize(("name", "values", "total", "unit", "of"), WORKED)
def test_worked_example(name: str, values: Values, total: float, unit: str, of: str | None) -> None:
    made = run(name, values)
    assert made.total.value == pytest.approx(total, rel=1e-6)
    assert (made.total.unit, made.total.of) == (unit, of)
    if made.breakdown:
        assert sum(row.value for row in made.breakdown) == pytest.approx(made.total.value)
        assert sum(row.share for row in made.breakdown) == pytest.approx(1)
    assert made.next_step
    assert made.steps
    for step in made.steps:
        assert step.formula
        assert step.substitution
    assert json.loads(json.dumps(to_json(made), ensure_ascii=False))["total"]["value"] == pytest.approx(total, rel=1e-6)
    assert made.total.label in to_markdown(made)


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


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 1e5), st.sampled_from([("吨", 1.0), ("公斤", 1e3), ("克", 1e6), ("斤", 2e3)]))
def test_any_unit_of_mass_gives_the_same(tonnes: float, unit: tuple[str, float]) -> None:
    name, per_tonne = unit
    made = run("waste", {"waste": f"{tonnes * per_tonne:.6f}{name}"})
    assert made.total.value == pytest.approx(tonnes * 0.557333, rel=1e-4)
