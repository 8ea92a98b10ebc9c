"""The calculator frame: specifications hold together, wrong inputs are refused in one line, results keep the contract."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import tools
from corpus.errors import InputError, MissingInput, UnknownCalculator
from corpus.library import load
from tools import factors, limits, units, worksheet
from tools.calculator import calculator, calculators, run, summary, to_json, to_markdown

ROOM = Path(tools.__file__).parent


def test_listing_the_calculators_loads_neither_pint_nor_a_calculator() -> None:
    code = (
        "import sys; from tools.calculator import calculators; names = list(calculators());"
        "heavy = {'pint', 'pandas', 'plotly', 'tools.meeting', 'tools.worksheet'} & set(sys.modules);"
        "assert names and not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOM.parent)


@pytest.mark.parametrize("name", sorted(calculators()))
def test_a_specification_holds_together(name: str) -> None:
    spec = calculator(name)
    assert spec.description
    assert len(spec.examples) >= 3
    assert len({item.label for item in spec.inputs}) == len(spec.inputs)
    for item in spec.inputs:
        where = f"{name}.{item.name}"
        assert item.question or item.default is not None, where
        if item.default is not None:
            assert item.default_reason, where
        if item.dimension is not None:
            assert item.unit is not None, where
            one = units.registry().Quantity(1.0, item.unit)
            assert units.check(one, item.dimension) is one, where
            assert units.normal_label(item.dimension)
            for label in item.also:
                assert units.normal_label(label), where
        if item.low is not None or item.high is not None:
            assert item.range_reason, where
        for choice in item.choices:
            assert choice.factor is None or factors.get(choice.factor), where
            assert choice.limit is None or limits.quantity(choice.limit) is not None, where
        if item.kind == "choice" and item.default is not None:
            assert item.default in {choice.key for choice in item.choices}, where
    inputs = worksheet.read_inputs(spec, {item.name: item.example for item in spec.inputs if item.required})
    assert set(inputs.given) == {item.name for item in spec.inputs if item.required}


@pytest.mark.parametrize("name", sorted(calculators()))
def test_every_example_of_an_input_is_read(name: str) -> None:
    spec = calculator(name)
    filled = {item.name: item.example for item in spec.inputs if item.example}
    inputs = worksheet.read_inputs(spec, filled)
    assert set(inputs.given) == set(filled)


@cache
def library_keys() -> frozenset[str]:
    return frozenset(clause.key for clause in load().clauses)


@pytest.mark.parametrize("name", sorted(calculators()))
def test_every_clause_key_is_a_clause_of_the_library(name: str) -> None:
    held = library_keys()
    spec = calculator(name)
    keys = [*spec.clause_keys, *(c.clause for item in spec.inputs for c in item.choices if c.clause is not None)]
    assert keys
    assert [key for key in keys if key not in held] == []


def test_an_unknown_calculator_is_named_with_the_ones_there_are() -> None:
    with pytest.raises(UnknownCalculator, match="meeting（会议碳排放）"):
        run("weather", {})


def test_a_calculator_and_an_input_go_by_their_chinese_names() -> None:
    spec = calculator("会议碳排放")
    assert spec.name == "meeting"
    assert spec.input("参会人数").name == "attendees"


@pytest.mark.parametrize(
    ("name", "values", "total", "says"),
    [
        # 3000 × 12 × 0.4419 = 15 908.4
        ("electricity", {"electricity": "每月3000度"}, 15.9084, "按一年合计，为 36000 千瓦时"),
        # 30 × 365 × 2.06 = 22 557
        ("canteen", {"food_waste": "每天30公斤"}, 22.557, "按一年合计，为 10950 千克"),
        # 400 packs × 500 × 0.00671 = 1342
        ("paper", {"packs": "一年400包"}, 1342, "按一年合计，为 400 包"),
        # 20 000 × 0.168
        ("water", {"water": "一年用水2万吨"}, 3360, "按一年合计"),
    ],
)
def test_a_rate_is_brought_to_the_year_and_that_is_said(
    name: str, values: dict[str, object], total: float, says: str
) -> None:
    made = run(name, values)
    assert made.total.value == pytest.approx(total)
    assert any(says in line for line in made.assumptions)


def test_what_is_missing_names_the_input_to_ask_for() -> None:
    cases: tuple[tuple[str, dict[str, object], str], ...] = (
        ("meeting", {"duration": "半天"}, "attendees"),
        ("charging", {}, "spaces"),
        ("charging", {"spaces": 200}, "ratio"),
        ("canteen", {}, "natural_gas"),
        ("fleet", {}, "gasoline"),
        ("lighting", {}, "lamps"),
        ("paper", {}, "sheets"),
        ("travel", {}, "legs"),
        ("refrigerant", {"kind": "R22", "charge": "30kg"}, "equipment"),
    )
    for name, values, asked in cases:
        with pytest.raises(MissingInput) as caught:
            run(name, values)
        assert caught.value.field == asked


@pytest.mark.parametrize("name", sorted(calculators()))
def test_a_misspelt_input_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(InputError, match="可填"):
        run(name, {"weather": "晴"})


def test_plain_text_numbers_and_quantities_give_the_same() -> None:
    quantity = units.registry().Quantity(0.35, "MWh")
    results = [
        run("meeting", {"attendees": people, "venue_electricity": used}).total.value
        for people, used in (("80人", "350度"), (80, 350), ("八十人", "三百五十度"), (80.0, quantity))
    ]
    assert results == pytest.approx([results[0]] * 4, rel=1e-12)


def test_json_keeps_the_contract() -> None:
    made = to_json(run("meeting", {"attendees": "80 人", "venue_electricity": "350 度"}))
    assert made["tool"] == "meeting"
    assert made["inputs"] == {"attendees": "80 人", "venue_electricity": "350 度"}
    assert made["labels"] == {"attendees": "参会人数", "venue_electricity": "会场用电量"}
    # 350 kWh × 0.4419 kg/kWh = 154.665 kg
    assert made["total"] == {
        "label": "会议碳排放",
        "value": 154.665,
        "unit": "kg",
        "of": "CO2e",
        "unit_name": "千克CO2e",
    }
    assert set(made["steps"][0]) == {"label", "formula", "substitution", "value", "unit", "factor_id"}
    assert made["steps"][0]["factor_id"] == "elec.cn.2023.prov.guangdong"
    grid = made["factors"][0]
    assert {key: grid[key] for key in ("id", "value", "unit", "region", "year")} == {
        "id": "elec.cn.2023.prov.guangdong",
        "value": 0.4419,
        "unit": "kg/kWh",
        "region": "广东",
        "year": 2023,
    }
    assert "公告2025年第47号" in grid["source"]
    assert any("2023" in line for line in made["assumptions"])


def test_markdown_shows_result_working_factor_and_what_was_left_out() -> None:
    shown = to_markdown(run("meeting", {"attendees": "80 人", "venue_electricity": "350 度"}))
    assert shown.startswith("**会议碳排放：155 千克CO2e**")
    assert "用电量 × 电力因子 = 350 千瓦时 × 0.4419 千克CO2/千瓦时 = 154.66 千克CO2" in shown
    assert "2023年广东电力平均二氧化碳排放因子 0.4419 千克CO2/千瓦时（广东，2023年" in shown
    assert "- 交通：没有给出参会人员怎么来" in shown


def test_a_summary_opens_with_total_biggest_part_gaps_and_main_assumption() -> None:
    values = {"attendees": "80人", "legs": "20人坐高铁来回120公里；2人飞机往返2000公里", "paper": "2000张"}
    # 73.152 + 442.4 + 13.42 = 528.972; 442.4 / 528.972 = 84 %
    assert summary(run("meeting", values)) == (
        "会议碳排放是 529 千克CO2e（范围 520～538），其中飞机最多，442 千克CO2e，占 84%。"
        "没有计入的有 6 项：会场用电、空调、用餐、住宿等。"
        "主要前提：航空因子没有给出，取 中国民航全过程研究值（有中国研究出处；不含辐射强迫）。"
    )
    assert "主要前提：电力因子：深圳没有单独发布的值，用广东值" in summary(run("electricity", {"electricity": "1度"}))
    assert summary(run("fleet", {"gasoline": "8000升"})).endswith(
        "汽油二氧化碳排放因子（公共机构核算默认） 2.179 千克CO2/升。"
    )
    cooled = summary(run("cooling", {"electricity": "30万度", "change": "2℃"}))
    assert cooled.startswith("节电量是 42000 千瓦时（范围 36000～48000）。主要前提：每调 1 ℃ 节电 6%～8% 是经验值")


def test_a_factor_shows_its_figure_in_the_json() -> None:
    made = to_json(run("electricity", {"electricity": "1度"}))
    assert made["factors"][0]["figure"] == "0.4419 千克CO2/千瓦时"


def test_a_users_factor_is_used_and_named(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "factors:\n- {id: elec.cn.2023.prov.guangdong, value: 0.4, source: 供电局告知单}\n", encoding="utf-8"
    )
    held = factors.with_overrides(own)
    made = run("meeting", {"attendees": "80人", "venue_electricity": "350度"}, source=held)
    assert made.total.value == pytest.approx(140)  # 350 × 0.4
    assert made.factors[0].source.title == "供电局告知单"
