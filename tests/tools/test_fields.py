"""One field read by itself: as the calculator would read it, or with a line that names field, given and what fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError, UnknownCalculator
from tools.calculator import calculators
from tools.fields import understood

EVERY_INPUT = [(spec.name, item.name) for spec in calculators().values() for item in spec.inputs]


@pytest.mark.parametrize(("tool", "field"), EVERY_INPUT)
def test_the_example_of_every_input_is_understood(tool: str, field: str) -> None:
    read = understood(tool, field, calculators()[tool].input(field).example)
    assert read.fault == ""
    assert read.shown


@pytest.mark.parametrize(
    ("tool", "field", "text", "shown"),
    [
        ("electricity", "electricity", "12 万度", "120,000 千瓦时"),
        ("electricity", "electricity", "三千五百度", "3,500 千瓦时"),
        ("meeting", "attendees", "80人", "80 人"),
        ("meeting", "duration", "半天", "4 小时"),
        ("building", "electricity", "每月3000度", "36,000 千瓦时"),
        ("cooling", "before", "24", "24 ℃"),
        ("charging", "ratio", "鼓励", "深圳鼓励 20%"),
        ("charging", "ratio", "25%", "25%"),
        ("electricity", "year", "2024年", "2024 年"),
        ("electricity", "region", "深圳", "深圳（用广东的电力因子）"),
        ("meeting", "legs", "20人坐高铁来回1200公里", "高铁 20 人 来回 1,200 公里"),
        ("gap", "measures", "换LED 2.5万度 3万元", "换LED 年省 25,000 千瓦时，投资 30,000 元"),
        ("electricity", "electricity", "  ", ""),
    ],
)
def test_what_is_understood_is_said_in_the_unit_of_the_field(tool: str, field: str, text: str, shown: str) -> None:
    read = understood(tool, field, text)
    assert (read.shown, read.fault) == (shown, "")


@pytest.mark.parametrize(
    ("tool", "field", "text", "named"),
    [
        ("meeting", "attendees", "80 千克", ("参会人数", "80 千克", "这里要人数")),
        ("electricity", "electricity", "30 kW", ("用电量", "30 kW", "功率", "千瓦时")),
        ("meeting", "duration", "900天", ("会议时长", "900天", "0.1～240 小时")),
        ("electricity", "region", "火星", ("地区", "火星", "广东")),
        ("electricity", "year", "去年", ("数据年份", "去年", "2024年")),
        ("meeting", "legs", "随便", ("交通", "随便", "20人坐高铁")),
        ("gap", "measures", "随便", ("减排措施", "随便", "换LED")),
        ("refrigerant", "kind", "水", ("制冷剂", "水", "R410A")),
    ],
)
def test_a_fault_names_the_field_what_was_given_and_what_fits(
    tool: str, field: str, text: str, named: tuple[str, ...]
) -> None:
    read = understood(tool, field, text)
    assert read.shown == ""
    assert "\n" not in read.fault
    for word in named:
        assert word in read.fault


def test_a_field_is_read_though_required_others_are_empty() -> None:
    assert understood("commuting", "workdays", "250 个工作日").shown == "250 个工作日"


def test_a_journey_without_distance_is_noted() -> None:
    assert understood("travel", "legs", "3人坐飞机").notes == ("“3人坐飞机”没有写里程",)


def test_unknown_names_are_errors() -> None:
    with pytest.raises(UnknownCalculator):
        understood("none", "x", "1")
    with pytest.raises(InputError, match="没有“none”这一项"):
        understood("meeting", "none", "1")


@given(st.sampled_from(EVERY_INPUT), st.text(max_size=40))
def test_any_text_is_either_understood_or_a_line(named: tuple[str, str], text: str) -> None:
    read = understood(*named, text)
    assert not (read.shown and read.fault)
    assert bool(read.shown or read.fault) == bool(text.strip())
