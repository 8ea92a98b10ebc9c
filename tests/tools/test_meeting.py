"""The meeting footprint: legs read from text, what is counted and what is left out."""

import pytest

from corpus.errors import InputError
from tools.calculator import Computation, run
from tools.meeting import parse_legs

Values = dict[str, object]


def parts(made: Computation) -> dict[str, float]:
    return {row.label: row.value for row in made.breakdown}


def left_out(made: Computation) -> dict[str, str]:
    return {item.label: item.reason for item in made.excluded}


LEGS = [
    ("20人坐高铁来回120公里", ("high_speed_rail", 20, None, 120, False, "round")),
    ("30人地铁单程8公里", ("metro", 30, None, 8, False, "one_way")),
    ("5辆公务车共200公里", ("official_car", None, 5, 200, True, "unsaid")),
    ("2人飞机往返2000公里", ("air", 2, None, 2000, False, "round")),
    ("80人开半天会，其中20人坐高铁来回120公里，碳排放多少？", ("high_speed_rail", 20, None, 120, False, "round")),
    ("坐高铁来回120公里的有二十人", ("high_speed_rail", 20, None, 120, False, "round")),
    ("20人坐高铁，来回120公里", ("high_speed_rail", 20, None, 120, False, "round")),
    ("20人来回120公里坐高铁", ("high_speed_rail", 20, None, 120, False, "round")),
    ("高铁20人，往返二百四十里", ("high_speed_rail", 20, None, 120, False, "round")),
    ("3辆新能源公务车每辆40公里", ("electric_car", None, 3, 40, False, "unsaid")),
    ("12人骑车来回6公里", ("active", 12, None, 6, False, "round")),
    ("10人大巴来回60公里", ("coach", 10, None, 60, False, "round")),
    ("4人打车往返30公里", ("taxi", 4, None, 30, False, "round")),
    ("100人公里公交", ("bus", None, None, 100, True, "unsaid")),
    ("20 people by train round trip 120 km", ("rail", 20, None, 120, False, "round")),
]


@pytest.mark.parametrize(("text", "leg"), LEGS)
def test_a_leg_is_read(text: str, leg: tuple[object, ...]) -> None:
    (found,) = parse_legs(text)
    assert (found.mode, found.persons, found.vehicles, found.distance_km, found.shared, found.trip) == leg


def test_several_legs_in_one_sentence_stay_apart() -> None:
    legs = parse_legs("20人坐高铁来回120公里和10人坐地铁单程8公里，另外5辆公务车共200公里；步行来的有3人")
    assert [(leg.mode, leg.persons, leg.vehicles, leg.distance_km) for leg in legs] == [
        ("high_speed_rail", 20, None, 120),
        ("metro", 10, None, 8),
        ("official_car", None, 5, 200),
        ("active", 3, None, None),
    ]


@pytest.mark.parametrize("text", ["", "大家自己来", "80人开半天会", "会场300平方米"])
def test_text_without_a_way_of_travelling_has_no_legs(text: str) -> None:
    assert parse_legs(text) == ()


def test_a_range_is_carried_through() -> None:
    made = run("meeting", {"attendees": "2人", "legs": "2人飞机往返2000公里", "hotel": "2间夜"})
    # 4000 person-km × 0.1083 = 433.2, × 0.1129 = 451.6, each with 2 × 53.5 = 107
    assert (made.total.low, made.total.high) == pytest.approx((540.2, 558.6))
    assert any("辐射强迫" in warning for warning in made.warnings)


def test_people_no_leg_names_are_said_and_not_counted() -> None:
    made = run("meeting", {"attendees": "80人", "legs": "20人坐高铁来回120公里"})
    assert any("其余 60 人" in line and "没有计入" in line for line in made.assumptions)
    over = run("meeting", {"attendees": "10人", "legs": "20人坐高铁来回120公里"})
    assert any("多于参会人数里到场的 10 人" in line for line in over.warnings)


def test_how_the_written_distance_was_understood_is_said() -> None:
    said = {
        "20人坐高铁来回120公里": "来回合计 120 公里",
        "20人坐高铁单程60公里": "来回 120 公里",
        "20人坐高铁120公里": "不乘 2",
        "5辆公务车共200公里": "全部里程合计 200 公里",
        "5辆公务车往返40公里": "按每辆车计",
    }
    for text, words in said.items():
        made = run("meeting", {"attendees": "20人", "legs": text})
        assert any(words in line for line in made.assumptions), text


def test_an_item_without_usable_factor_is_left_out_with_its_reason() -> None:
    values: Values = {
        "attendees": "80人",
        "paper": "100张",
        "water": "80瓶",
        "waste": "30公斤",
        "treatment": "填埋",
        "legs": "10人大巴来回60公里；5人坐轮渡往返30公里；6人坐地铁；地铁单程8公里",
    }
    made = run("meeting", values)
    assert parts(made) == {"打印纸": pytest.approx(0.671)}
    reasons = left_out(made)
    assert "参照值：台湾" in reasons["瓶装水"]
    assert "参照值：英国" in reasons["垃圾"]
    assert "参照值：英国" in reasons["交通：大巴"]
    assert "水运" in reasons["交通：轮渡"]
    assert "地铁" in "".join(reasons)
    assert "会场用电" in reasons


def test_nothing_to_compute_asks_for_an_item() -> None:
    with pytest.raises(InputError, match="没有一项可以计算"):
        run("meeting", {"attendees": "80人"})


def test_video_comparison_takes_the_terminals_off() -> None:
    values: Values = {"attendees": "80人", "duration": "半天", "legs": "20人坐高铁来回120公里", "hotel": "4间夜"}
    plain = {item.label: item for item in run("meeting", values).comparison}
    label = "改为视频会议可避免（交通和住宿；减排量，不与排放相加）"
    # 73.152 + 214 = 287.152, terminals unknown
    assert plain[label].value == pytest.approx(287.152)
    assert "未扣" in (plain[label].note or "")
    made = run("meeting", {**values, "terminals": 80, "terminal_power": "60瓦"})
    # 80 × 60 W × 4 h = 19.2 kWh × 0.4419 = 8.48448; 287.152 − 8.48448 = 278.66752
    rows = {item.label: item.value for item in made.comparison}
    assert rows["视频会议（只计终端用电）"] == pytest.approx(8.48448)
    assert rows[label] == pytest.approx(278.66752)
    assert made.total.value == pytest.approx(287.152)  # the video side never enters the total


def test_a_hybrid_meeting_counts_the_terminals_of_those_who_join_by_video() -> None:
    values: Values = {"attendees": "80人", "online": "30人", "duration": "半天", "legs": "50人坐地铁来回10公里"}
    made = run("meeting", {**values, "terminal_power": "60瓦"})
    # 30 × 60 W × 4 h = 7.2 kWh × 0.4419 = 3.18168; 50 × 10 × 0.04314 = 21.57
    assert parts(made) == {"线上参会终端": pytest.approx(3.18168), "交通：地铁": pytest.approx(21.57)}
    assert "没有可靠的网络因子" in left_out(made)["视频会议的网络用电"]
    assert not any("怎么来没有给出" in line for line in made.assumptions)  # 80 − 30 on line − 50 by metro = 0
    assert "没有给出每台终端功率" in left_out(run("meeting", values))["视频终端用电"]
    with pytest.raises(InputError, match="线上参会人数：给的是 90 人，多于参会人数 80 人"):
        run("meeting", {**values, "online": "90人"})
