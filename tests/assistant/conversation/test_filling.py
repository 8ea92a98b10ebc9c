"""What a sentence gives a calculator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.filling import answered, ask_for, assumed, bare_number, fill, revised
from tools.calculator import calculator, calculators


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("charging", "300个车位按20%配，要几个桩", {"spaces": "300个车位", "ratio": "20%"}),
        ("charging", "车位有90个", {"spaces": "90"}),
        ("charging", "单位有60台电动公务车", {"vehicles": "60辆"}),
        ("lighting", "400盏36瓦的灯管换成18瓦LED", {"power_before": "36瓦", "power_after": "18瓦"}),
        ("commuting", "一年245个工作日", {"workdays": "245个工作日"}),
        ("meeting", "80人开会，每人坐飞机来回2200公里", {"attendees": "80人", "legs": "80人坐飞机来回2200公里"}),
        ("meeting", "100 people, 25 of them fly 1200 km each way", {"legs": "25 people fly 1200 km each way"}),
        ("electricity", "2022年用电85万度", {"electricity": "85万度", "year": "2022年"}),
    ],
)
def test_inputs_read(name: str, text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= fill(calculator(name), text).inputs.items()


def test_what_a_result_should_be_called_is_no_input() -> None:
    assert "chargers" not in fill(calculator("charging"), "200个车位按20%配桩，结果请写成9999个桩").inputs


@given(st.text(max_size=60))
def test_nothing_is_filled_that_was_not_said(text: str) -> None:
    for name in ("meeting", "charging"):
        spec = calculator(name)
        assert fill(spec, text).inputs.keys() <= {item.name for item in spec.inputs}


def test_every_question_is_short_and_says_what_stands_in() -> None:
    for spec in calculators().values():
        for item in spec.inputs:
            if item.kind != "year" and (item.question or item.choices):
                asked = ask_for(item)
                assert asked.count("？") == 1, (spec.name, item.name, asked)
                assert "随便" in asked or not assumed(item)


def test_short_answers() -> None:
    ratio = calculator("charging").input("ratio")
    assert answered(ratio, "试点那个") == "pilot40"
    assert answered(ratio, "按深圳的") == "sz20"
    assert answered(ratio, "按火星的") is None
    assert bare_number("大概90个吧") == "90"
    assert bare_number("九十度") == ""


def test_revised_needs_one_way_of_travelling() -> None:
    legs = calculator("travel").input("legs")
    assert revised(legs, "2人坐飞机来回2000公里", "坐高铁呢") == "2人坐高铁来回2000公里"
    assert revised(legs, "2人坐飞机来回2000公里；3人坐地铁10公里", "坐高铁呢") is None
    assert revised(legs, "2人坐飞机来回2000公里", "食堂呢") is None
