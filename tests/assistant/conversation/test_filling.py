"""What a sentence gives a calculator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation.asking import openers, preferred
from assistant.conversation.filling import answered, ask_for, assumed, bare_number, fill, placed
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
        ("meeting", "100 people, 25 of them fly 1200 km each way", {"legs": "25 people fly 1200 km one way"}),
        ("lighting", "每天10小时", {"daily_hours": "10小时"}),
        ("lighting", "每年点3000小时", {"hours": "3000小时"}),
        ("lighting", "7毛2一度电，花8000块", {"electricity_price": "0.72元/度", "investment": "8000块"}),
        ("solar", "投60万", {"investment": "60万元"}),
        ("solar", "电价1块2", {"electricity_price": "1.2元/千瓦时"}),
        ("commuting", "上班天数245", {"workdays": "245"}),
        ("meeting", "90人开会，人手一瓶水", {"water": "90瓶"}),
        ("meeting", "120人里30人线上参加", {"attendees": "120人", "online": "30人"}),
        ("fleet", "2辆电车一年充9000度", {"electricity": "一年充9000度"}),
        ("charging", "a 60-space car park", {"spaces": "60 parking spaces"}),
        ("cooling", "going from 23 to 26 degrees", {"before": "23℃", "after": "26℃"}),
        ("lighting", "一天开10小时，一年开250天", {"daily_hours": "10小时", "days": "250天"}),
        ("lighting", "LED 500盏 36W换16W 3000小时", {"lamps": "500盏", "power_before": "36W", "power_after": "16W"}),
        ("meeting", "两天", {"duration": "两天"}),
        ("meeting", "人数80", {"attendees": "80人"}),
        ("charging", "停车位 250 充电桩 15%", {"spaces": "250", "ratio": "15%"}),
        ("charging", "60台7千瓦的桩", {"chargers": "60个充电桩", "charger_power": "7千瓦"}),
        ("cooling", "从24调到26", {"before": "24", "after": "26"}),
        ("commuting", "150人 地铁 单程12公里 250天", {"legs": "150人地铁，单程12公里", "workdays": "250天"}),
        ("solar", "电价0.7元，自用90%", {"electricity_price": "0.7元/千瓦时", "self_use": "90%"}),
        ("electricity", "2022年用电85万度", {"electricity": "85万度", "year": "2022年"}),
        ("electricity", "驻上海办事处一年用电20万度，按上海的因子算", {"region": "上海"}),
        ("electricity", "用电20万度，按香港的因子算", {"region": "香港"}),
        ("electricity", "一天用电2600度，这一天排多少", {"electricity": "2600度"}),
        ("electricity", "一天用电2600度，一年排多少", {"electricity": "一天用电2600度"}),
        (
            "commuting",
            "90人开车通勤，2人拼一辆车，单程18公里",
            {"occupancy": "2人/辆", "legs": "90人开车通勤；单程18公里"},
        ),
        ("commuting", "40人开车，3人一辆，单程9公里", {"occupancy": "3人/辆"}),
        ("commuting", "50人开车单程15公里，一年上244个工作日", {"workdays": "244个工作日"}),
        ("meeting", "8个专家，每人坐飞机来回2200公里，住两晚", {"hotel": "16间夜", "attendees": "8人"}),
        ("meeting", "100人开会，其中20人住3晚，都管两顿饭", {"hotel": "60间夜", "meals": "200餐"}),
        ("meeting", "30人开会，用了2包打印纸", {"paper": "1000张"}),
        ("meeting", "80人开会，80份便当", {"meals": "80"}),
        ("meeting", "60人的视频会，开2小时，排多少", {"online": "60人"}),
        ("travel", "3 people flying 1200 km each way with 2 nights", {"hotel": "6间夜"}),
        ("lighting", "每盏从28瓦降到14瓦", {"power_before": "28瓦", "power_after": "14瓦"}),
        ("lighting", "从36瓦换成20瓦，500盏", {"power_before": "36瓦", "power_after": "20瓦"}),
        ("lighting", "每盏灯3200流明", {"flux": "3200流明"}),
        ("gap", "年排放950吨，电气化减排120吨", {"emission": "950吨", "measures": "电气化减排120吨"}),
        ("gap", "一年排580吨碳，LED省2万度", {"emission": "一年排放580吨CO2"}),
        ("waste", "餐厨垃圾12吨送去填埋，用国外参照因子", {"treatment": "厨余填埋", "references": "yes"}),
        ("charging", "500个车位，100%预留、30%装到位", {"ratio": "30%"}),
        ("paper", "200包纸，450张一包", {"packs": "200包纸", "pack_size": "450张/包"}),
        ("inventory", "外购电里有15万度是绿电交易买的", {"market_green": "15万度"}),
        ("commuting", "开车的三个人拼一辆呢", {"occupancy": "三人/辆"}),
        ("canteen", "浪费30公斤一天，一年排多少", {"food_waste": "每天30公斤"}),
        ("gap", "要是装一套光伏，每年发12万度，投50万元", {"measures": "光伏每年发12万度；投资50万元"}),
        ("paper", "少用二成五，也就是25%", {"reduction": "二成五"}),
        ("solar", "300 kW with 1050 equivalent hours a year", {"hours": "1050小时"}),
    ],
)
def test_inputs_read(name: str, text: str, expected: dict[str, str]) -> None:
    assert expected.items() <= fill(calculator(name), text).inputs.items()


@pytest.mark.parametrize(
    ("text", "place"), [("换到上海那边呢", "上海"), ("在北京的话", "北京"), ("北京怎么规定", ""), ("按深圳的比例", "")]
)
def test_a_place_alone(text: str, place: str) -> None:
    assert placed(text) == place


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
    spaces = calculator("charging").input("spaces")
    assert bare_number(spaces, "大概三百来个吧") == "300"
    assert bare_number(spaces, "九十度") == ""
    assert bare_number(ratio, "30") == "30%"


def test_what_was_asked_for_comes_first() -> None:
    lighting = calculator("lighting")
    assert fill(lighting, "16瓦", {"power_before": "36瓦"}, "power_after").inputs == {"power_after": "16瓦"}
    assert fill(lighting, "10小时", {}, "daily_hours").inputs == {"daily_hours": "10小时"}
    cooling = {"electricity": "20万度", "change": "两度"}
    assert fill(calculator("cooling"), "三度呢", cooling).inputs == {"change": "三度"}


def test_a_year_is_no_length_of_time_for_hours() -> None:
    assert fill(calculator("solar"), "屋顶光伏一年发多少电").inputs == {}


def test_two_of_a_kind_without_a_word_are_not_guessed() -> None:
    assert "online" not in fill(calculator("meeting"), "80人开会，30人是外地的").inputs


def test_the_next_input_worth_asking_for() -> None:
    meeting = calculator("meeting")
    assert preferred(meeting, "online", {"attendees": "80人"}) == "legs"
    assert preferred(meeting, "online", {"attendees": "80人"}, ("legs",)) == "venue_electricity"
    for spec in calculators().values():
        assert openers(spec) <= {item.name for item in spec.inputs}


@pytest.mark.parametrize(
    ("name", "text", "unread"),
    [
        ("electricity", "用电20万度，按最新的因子算", "region"),
        ("travel", "3人坐高铁去北京来回4000公里", "region"),
        ("meeting", "100人开会，5人坐一辆大巴来回100公里", "occupancy"),
        ("meeting", "50人开视频会比现场会少排多少", "online"),
    ],
)
def test_what_was_not_said_is_not_read(name: str, text: str, unread: str) -> None:
    assert unread not in fill(calculator(name), text).inputs
