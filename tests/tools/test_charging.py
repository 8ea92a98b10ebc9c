"""The charger count: a ratio never chosen silently, the load on the transformer."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.calculator import run

Values = dict[str, object]


def test_the_ratio_carries_its_scope_and_clause_and_the_others_stand_beside() -> None:
    made = run("charging", {"spaces": 200, "ratio": "sz20"})
    assert "sz-charging-measures#/正式办法解读：停车场配建比例" in made.clause_keys
    assert any("鼓励，非强制" in line for line in made.assumptions)
    assert {item.label: item.value for item in made.comparison} == {
        "按2017年通知 10%": 20,
        "按深圳近零碳试点参考 40%": 80,
    }


def test_the_thirty_percent_of_the_draft_is_warned_of() -> None:
    made = run("charging", {"spaces": 200, "ratio": "30%"})
    assert made.total.value == 60
    assert any("草案" in line for line in made.warnings)
    assert not run("charging", {"spaces": 200, "ratio": "20%"}).warnings


def test_load_and_transformer_by_hand() -> None:
    values: Values = {
        "spaces": 200,
        "ratio": "sz20",
        "charger_power": "7千瓦",
        "existing_load": "300 kVA",
        "transformer": "630 kVA",
    }
    made = run("charging", values)
    shown = {item.label: item.value for item in made.comparison}
    # 40 × 7 = 280 kW; × 0.6 = 168 kW; / 0.95 = 176.842 kVA; + 300 = 476.842; × 1.15 = 548.368; / 630 = 75.689 %
    assert shown["装机功率"] == pytest.approx(280)
    assert shown["计算负荷"] == pytest.approx(168)
    assert shown["变压器容量应不小于"] == pytest.approx(548.368, rel=1e-5)
    assert shown["变压器负荷率"] == pytest.approx(75.689, rel=1e-5)
    # 280 kW × 1111.1 h = 311 108 kWh a year; × 0.4419 = 137.479 t
    assert shown["年电量（深圳公用桩平均利用水平）"] == pytest.approx(311_108)
    assert shown["对应年排放"] == pytest.approx(137.4786, rel=1e-5)
    assert any("不能代替电气设计" in line for line in made.warnings)


def test_fast_chargers_overload_a_small_transformer() -> None:
    made = run("charging", {"chargers": "20个充电桩", "kind": "快充", "charger_power": "60kW", "transformer": "630kVA"})
    # 20 × 60 = 1200 kW × 0.85 = 1020 kW / 0.95 = 1073.68 kVA × 1.15 = 1234.74 > 630
    assert any("1235 千伏安" in line for line in made.warnings)
    assert "有序充电" in (made.next_step or "")


def test_without_power_the_load_is_left_out_and_said() -> None:
    made = run("charging", {"spaces": 200, "ratio": "sz20"})
    assert [item.label for item in made.excluded] == ["用电负荷和变压器容量", "建设投资"]
    assert "未知" in made.excluded[1].reason


def test_load_management_by_hand() -> None:
    values: Values = {
        "vehicles": "30辆",
        "daily_distance": "60公里",
        "charger_power": "7千瓦",
        "daily_hours": "8小时",
        "transformer": "630 kVA",
        "existing_load": "300 kVA",
    }
    made = run("charging", values)
    shown = {item.label: item.value for item in made.comparison}
    # 630 / 1.15 = 547.826; − 300 = 247.826 kVA; × 0.95 = 235.435 kW, more than the 5 × 7 = 35 kW installed
    assert shown["有序充电功率上限"] == pytest.approx(235.435, rel=1e-5)
    assert "可同时满功率充电的桩数" not in shown
    assert any("同时满功率" in line for line in made.assumptions)
    # 30 × 60 × 0.14 / 0.9 = 280 kWh a day; / 35 kW = 8 h, which fit into 8
    assert shown["有序充电每天要的时间"] == pytest.approx(8)
    assert not any("每天可用的" in line for line in made.warnings)
    # 100 chargers of 7 kW: 235.435 / 7 = 33.6, so 33 at full power; 280 / 235.435 = 1.18929 h
    many = {item.label: item.value for item in run("charging", {**values, "chargers": 100}).comparison}
    assert many["可同时满功率充电的桩数"] == 33
    assert many["有序充电每天要的时间"] == pytest.approx(1.18929, rel=1e-5)
    # 630 / 1.15 = 547.826; − 540 = 7.826 kVA × 0.95 = 7.4348 kW; 280 / 7.4348 = 37.66 h a day, more than 8
    tight = run("charging", {**values, "existing_load": "540 kVA"})
    assert any("37.7 小时，多于" in line for line in tight.warnings)
    full = run("charging", {**values, "existing_load": "600 kVA"})
    assert any("用满变压器" in line for line in full.warnings)
    assert "有序充电功率上限" not in {item.label for item in full.comparison}


def test_cost_only_from_the_prices_given() -> None:
    values: Values = {
        "vehicles": "30辆",
        "daily_distance": "60公里",
        "charger_power": "7千瓦",
        "daily_hours": "8小时",
        "charger_price": "5000元",
        "electricity_price": "0.8元/度",
    }
    made = run("charging", values)
    shown = {item.label: item.value for item in made.comparison}
    # 5 × 5000; 280 kWh × 0.8
    assert shown["建设投资"] == pytest.approx(25_000)
    assert shown["每天电费"] == pytest.approx(224)
    assert "增容费用" in {item.label for item in made.excluded}
    more = run("charging", {**values, "expansion_cost": "20万元"})
    assert {item.label: item.value for item in more.comparison}["建设投资"] == pytest.approx(225_000)
    unknown = run("charging", {"spaces": 200, "ratio": "sz20", "electricity_price": "0.8元/度"})
    assert {"建设投资", "电费"} <= {item.label for item in unknown.excluded}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 100))
def test_the_count_is_the_exact_ceiling(spaces: int, percent: int) -> None:
    made = run("charging", {"spaces": spaces, "ratio": f"{percent}%"})
    assert made.total.value == -(-spaces * percent // 100)
    assert math.isclose(made.total.low, made.total.high)
