"""Single questions and follow-ups, understood without a model."""

from collections.abc import Sequence

import pytest

from assistant.assistant import Assistant
from assistant.conversation.memory import Memory
from assistant.conversation.steps import walk
from assistant.conversation.turn import Turn
from assistant.conversation.understanding import LONGEST_QUESTION, clean
from corpus.errors import InputError
from tools.calculator import calculators


def talk(assistant: Assistant, *turns: str) -> list[Turn]:
    """Take the turns one after another, each with the memory of those before."""
    done: list[Turn] = []
    for question in turns:
        memory = done[-1].memory if done else Memory()
        done.append(walk(assistant._core, Turn(question=question, memory=memory)))
    return done


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (("夏天办公室空调最低开几度？", "那冬天呢？"), "冬天办公室空调开几度？"),
        (("第8部分讲什么", "那第9部分呢"), "第9部分"),
        (("公共机构节能条例第十四条", "第十五条呢"), "《公共机构节能条例》第十五条"),
        (("反食品浪费法对食堂有什么要求", "那节约用水条例呢"), "节约用水条例对食堂有什么要求"),
        (("2023年的工作安排有哪些", "2024年呢"), "2024年的工作安排有哪些"),
        (("停车场有什么要求？", "食堂呢？"), "食堂有什么要求？"),
        (("能源审计多久做一次", "由谁来做？"), "能源审计，由谁来做"),
        (("停车场有什么要求？", "食堂剩饭应该怎么处理"), "食堂剩饭应该怎么处理"),
    ],
)
def test_a_follow_up_is_made_standalone(assistant: Assistant, turns: Sequence[str], query: str) -> None:
    assert talk(assistant, *turns)[-1].asked.query == query


def test_a_document_is_pointed_back_to(assistant: Assistant) -> None:
    first, second = talk(assistant, "国管节能〔2021〕426号讲什么", "这个文件什么时候发的？")
    assert first.answer is not None
    title = assistant.corpus.document("plan-green-lead-carbon-peak").title
    assert second.asked.query == f"《{title}》什么时候发的？"


def test_the_neighbouring_part(assistant: Assistant) -> None:
    query = talk(assistant, "第8部分讲什么", "下一部分呢")[-1].asked.query
    assert query.endswith("三、第9部分")


def test_a_day_in_the_past(assistant: Assistant) -> None:
    first, second, third = talk(assistant, "2022年时公务用车有什么规定", "食堂呢", "现在呢")
    assert str(first.as_of) == "2022-12-31"
    assert second.as_of == first.as_of
    assert third.as_of is None
    assert first.answer is not None
    assert all((c.issued or "")[:10] <= "2022-12-31" for c in first.answer.citations)


def test_one_question_at_a_time_and_nothing_twice(assistant: Assistant) -> None:
    first, second, third, fourth = talk(
        assistant, "算一下会议碳足迹", "80人", "其中20人坐高铁来回120公里", "不对，是100人"
    )
    assert [t.memory.awaiting for t in (first, second)] == ["attendees", "legs"]
    assert first.answer is not None
    assert first.answer.text.count("？") == 1
    assert third.answer is not None
    assert third.answer.kind == "calculation"
    assert fourth.asked.inputs["attendees"] == "100人"
    assert "120公里" in fourth.asked.inputs["legs"]


def test_what_is_left_to_the_program_is_said(assistant: Assistant) -> None:
    *_, asked, assumed, settled = talk(assistant, "帮我算要几个充电桩", "200个车位", "随便", "随便")
    assert asked.answer is not None
    assert "随便" in asked.answer.text
    assert assumed.answer is not None
    assert assumed.answer.kind == "calculation"
    assert assumed.answer.text.startswith("您没有给的按下面的值估算")
    assert settled.asked.route == "settled"


def test_a_calculation_waits_through_another_question(assistant: Assistant) -> None:
    *_, rule, done = talk(assistant, "200个车位要装多少充电桩", "充电设施要不要对外开放", "接着算，按20%")
    assert rule.asked.route == "retrieve"
    assert done.answer is not None
    assert done.answer.calculations[0]["total"]["value"] == 40


def test_a_pending_calculation_is_dropped(assistant: Assistant) -> None:
    *_, dropped, after = talk(assistant, "算一下会议碳足迹", "不算了", "80人")
    assert dropped.asked.route == "cancel"
    assert after.asked.route != "calculate"


def test_a_way_of_travelling_is_exchanged(assistant: Assistant) -> None:
    *_, changed = talk(assistant, "4个人坐飞机去成都来回2800公里，差旅排放多少", "坐高铁呢")
    assert changed.asked.inputs["legs"].count("高铁") == 1
    assert "飞机" not in changed.asked.inputs["legs"]


@pytest.mark.parametrize(
    "question",
    [
        "空调温度有什么规定",
        "充电桩配建比例的规定是多少",
        "会议碳排放怎么核算",
        "开会怎么开才算低碳",
        "预算怎么编",
        "核算范围包括哪些",
    ],
)
def test_a_rule_is_not_worked_out(assistant: Assistant, question: str) -> None:
    assert talk(assistant, question)[0].asked.route == "retrieve"


def test_every_calculator_is_found_by_an_example_of_its_own(assistant: Assistant) -> None:
    missed = []
    for name, spec in calculators().items():
        routes = [talk(assistant, example)[0].asked for example in spec.examples]
        if not any(r.route == "calculate" and r.calculator == name for r in routes):
            missed.append(name)
    assert missed == []


def test_too_long_and_empty() -> None:
    with pytest.raises(InputError):
        clean("空" * (LONGEST_QUESTION + 1))
    with pytest.raises(InputError):
        clean("x" * 1_000_000)
    with pytest.raises(InputError):
        clean("\u200b \x00\n")


@pytest.mark.parametrize(
    ("turns", "inputs"),
    [
        (("帮我算会议碳排放", "大概三百来个", "没有", "10度"), {"attendees": "300", "venue_electricity": "10度"}),
        (("80人开半天会，20人坐高铁来回120公里，碳排放多少", "刚才说错了，是一天"), {"duration": "一天"}),
        (("80人开半天会，20人坐高铁来回120公里，碳排放多少", "人数改成60"), {"attendees": "60人"}),
        (("用电 12万度 折碳", "不对，是15"), {"electricity": "15万度"}),
        (("全楼一年用电60万度，折多少碳", "要是放在上海呢"), {"electricity": "一年用电60万度", "region": "上海"}),
        (("一年用电60万度，算下碳排放", "要是减少一半呢"), {"electricity": "300000千瓦时/年"}),
        (("一年用电60万度，算下碳排放", "其中10万度是绿电交易买的"), {"market_green": "10万度"}),
        (
            ("4个人坐飞机去成都开会，来回2800公里，碳排多少", "改坐高铁呢"),
            {"legs": "4个人坐高铁去成都开会，来回2800公里"},
        ),
        (("20人开会，10人坐高铁来回300公里，算碳排放", "换成线上开能省多少"), {"attendees": "20人"}),
        (
            ("60人开半天会，20人坐高铁来回200公里，碳排放多少", "150个车位按20%要几个桩", "回到刚才的会议"),
            {"attendees": "60人"},
        ),
    ],
)
def test_answers_and_corrections(assistant: Assistant, turns: Sequence[str], inputs: dict[str, str]) -> None:
    last = talk(assistant, *turns)[-1]
    assert last.asked.route == "calculate"
    assert inputs.items() <= dict(last.asked.inputs).items()


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (("碳普惠是什么", "怎么申请"), "碳普惠，怎么申请"),
        (("深圳近零碳试点有哪些", "福田的呢"), "福田深圳近零碳试点有哪些"),
        (("夏天空调最低几度", "冬天最高几度"), "冬天空调几度"),
        (("每年几号之前要报用水计划", "忘了报怎么办"), "没报用水计划怎么办"),
        (("机关楼的用电不装分项计量罚多少", "领导也要挨罚吗"), "《深圳经济特区绿色建筑条例》第五十八条"),
        (("深圳碳普惠管理办法管几年", "省里那个是哪天施行的"), "《广东省碳普惠交易管理办法》第二十四条"),
        (("机关楼电表要分项装吗", "按绿色建筑条列，没装会怎么罚"), "《绿色建筑条例》机关楼电表要分项装，没装会怎么罚"),
        (("What are the rules for sorting waste?", "what about water saving?"), "what are the rules for water saving"),
    ],
)
def test_what_leans_on_the_turn_before(assistant: Assistant, turns: Sequence[str], query: str) -> None:
    assert talk(assistant, *turns)[-1].asked.query == query


def test_the_guideline_is_meant_where_nothing_is_named(assistant: Assistant) -> None:
    done = talk(assistant, "标准是谁起草的")[-1]
    assert done.answer is not None
    assert "深圳大学机关事务研究院" in done.answer.text


def test_a_message_without_a_word(assistant: Assistant) -> None:
    assert talk(assistant, "？")[-1].asked.route == "unclear"
    asked, again = talk(assistant, "帮我算要几个充电桩", "？")
    assert asked.answer is not None
    assert again.answer is not None
    assert again.answer.text == asked.answer.text


@pytest.mark.parametrize(
    "question",
    [
        "海南那边新盖写字楼，一百个车位得有几个能插电",
        "烧一升柴油按公共机构那本核算指南该算多少碳",
        "算机关用电排放，南方电网区域的电力因子取多少？",
        "What emission sources should be counted for an event's carbon footprint?",
        "产品碳足迹标识认证收费",
        "换成电动的占了多大一块，快七成了吗",
        # One unit of a thing asks for its factor.
        "烧一升柴油合多少公斤二氧化碳",
        "1吉焦热力折多少吨碳",
        "重点用能单位的门槛是一年多少吨标准煤",
    ],
)
def test_a_question_for_a_rule_is_not_worked_out(assistant: Assistant, question: str) -> None:
    assert talk(assistant, question)[0].asked.route == "retrieve"


@pytest.mark.parametrize(
    ("request_", "asked"),
    [
        ("开了个15人的小会，两小时，没人出差，也没吃饭，大概多少碳？", "venue_electricity"),
        ("明天的视频会有60人参加、开2小时，大概排多少？", "terminal_power"),
    ],
)
def test_what_is_not_there_is_not_asked_for(assistant: Assistant, request_: str, asked: str) -> None:
    assert talk(assistant, request_)[0].memory.awaiting == asked


def test_how_far_from_near_zero_is_worked_out_in_english(assistant: Assistant) -> None:
    turn = talk(assistant, "we emit 600 tonnes a year, LED saves 25000 kWh, how far are we from near zero?")[0]
    assert turn.asked.calculator == "gap"
