"""What a person asks further of a result or an answer: another figure, one thing changed, two things at once."""

from collections.abc import Sequence

import pytest

from assistant.assistant import Assistant
from assistant.conversation.memory import Memory
from assistant.conversation.sought import dropped, measure, scaled, sought
from assistant.conversation.steps import walk
from assistant.conversation.turn import Turn
from tools.calculator import calculator


def talk(assistant: Assistant, *turns: str) -> list[Turn]:
    """Take the turns one after another, each with the memory of those before."""
    done: list[Turn] = []
    for question in turns:
        memory = done[-1].memory if done else Memory()
        done.append(walk(assistant._core, Turn(question=question, memory=memory)))
    return done


@pytest.mark.parametrize(
    ("turns", "name", "asked"),
    [
        (("我们局去年用电75万度，算下碳排放", "平均到每个人头上呢"), "inventory", "people"),
        (("we used 300,000 kWh last year, what are the emissions?", "per person?"), "inventory", "people"),
        (("食堂一年用气1.3万方、用电8万度，碳排放多少", "摊到每顿饭是多少"), "canteen", "meals"),
        (("机关一年用电90万度、汽油7000升，年度碳排放多少", "每平米又是多少"), "inventory", "area"),
        (("屋顶2000平米能铺七成，光伏一年发多少电", "电价7毛，多久收回成本"), "solar", "investment"),
        (("10辆公务车一年跑2万公里，百公里9升，换成电动能减多少碳", "几年能回来"), "fleet", "fuel_price"),
        (("空调调高几度能省多少电",), "cooling", "electricity"),
        (("公务车一年加油1.5万升，排放多少", "都换成新能源车能减多少"), "fleet", "vehicles"),
    ],
)
def test_a_further_figure_asks_for_what_it_takes(
    assistant: Assistant, turns: Sequence[str], name: str, asked: str
) -> None:
    last = talk(assistant, *turns)[-1]
    assert (last.memory.calculator, last.memory.awaiting) == (name, asked)


def test_a_further_figure_is_given_once_all_is_there(assistant: Assistant) -> None:
    *_, price, done = talk(assistant, "屋顶2000平米能铺七成，光伏一年发多少电", "多久能回本", "电价7毛5", "投资80万元")
    assert price.memory.awaiting == "investment"
    assert done.answer is not None
    assert "回收期" in done.answer.text


def test_a_rule_about_heads_is_looked_up(assistant: Assistant) -> None:
    *_, rule = talk(assistant, "一年用水1.2万方，碳排放多少", "人均用水定额的规定是多少")
    assert rule.asked.route == "retrieve"


@pytest.mark.parametrize(
    ("turns", "inputs"),
    [
        (("机关去年用电120万度、柴油2000升，年度碳排放多少", "去掉柴油呢"), {"electricity": "120万度"}),
        (("100人开半天会，30人坐高铁来回200公里，20人坐地铁单程10公里，排多少碳", "高铁的不算呢"), {"legs": "20人坐地铁单程10公里"}),
        (("用水1.2万方，碳排放多少", "水能省15%的话呢"), {"water": "10200立方米"}),
        (("用电60万度排多少碳", "那涨两成呢"), {"electricity": "720000千瓦时"}),
        (("每月用电3万度，一年排多少碳", "不对，是4万"), {"electricity": "每月用电4万度"}),
        (("用电60000 kWh，碳排放多少", "what if it is 90000 kWh"), {"electricity": "90000 kWh"}),
        (("100人开半天会，30人坐高铁来回200公里，排多少碳", "40人改成远程参加呢"), {"attendees": "100人", "online": "40人"}),
        (("100人开半天会，30人坐高铁来回200公里，排多少碳", "每人再发两瓶水"), {"water": "200瓶"}),
        (("用电15000度排多少碳", "再加5000度呢"), {"electricity": "20000千瓦时"}),
        (("公务车加了5000升汽油，排多少碳", "说错了，是柴油"), {"diesel": "5000升"}),
        (("100人坐地铁单程15公里，一年上班250天，通勤排多少", "其中30人改骑车呢"), {"legs": "70人坐地铁单程15公里；30人坐骑车单程15公里"}),
        (("光伏500千瓦一年发多少电", "能减多少碳", "自用六成呢"), {"capacity": "500千瓦", "self_use": "六成"}),
        (("80个车位按试点的比例要几个桩", "为什么是40%", "还是按国家的吧"), {"ratio": "cn10"}),
        (("柴油车一年烧3000升，排放多少", "又添了一辆电车，一年充6000度"), {"diesel": "一年烧3000升", "electricity": "一年充6000度"}),
        (("我们年排放500吨，面积1.2万平米，离B类还差多少", "B类是什么意思", "换成A类呢"), {"target": "a"}),
        (("充电桩按征求意见稿配，比例是多少？150个车位按20%要几个桩", "国家2017年通知的充电桩比例是多少", "那按这个比例呢"), {"ratio": "10%"}),
    ],
)  # fmt: skip
def test_one_thing_is_changed(assistant: Assistant, turns: Sequence[str], inputs: dict[str, str]) -> None:
    last = talk(assistant, *turns)[-1]
    assert last.answer is not None
    assert last.answer.kind == "calculation"
    assert {name: last.asked.inputs.get(name) for name in inputs} == inputs
    assert not {"diesel"} & last.asked.inputs.keys() - inputs.keys()


def test_a_measure_without_an_amount_is_assumed_and_said(assistant: Assistant) -> None:
    *_, done = talk(assistant, "一年用纸300包，碳排放多少", "双面打印能省多少")
    assert done.answer is not None
    assert "改双面的比例" in done.answer.text.partition("。")[0]


def test_an_answer_and_a_question_in_one_message(assistant: Assistant) -> None:
    *_, done = talk(assistant, "算一下公务车的碳排放", "加油9000升，顺便问一下公务车几年可以更新")
    assert done.answer is not None
    assert done.answer.kind == "calculation"
    assert "rules-2025" in "".join(c.document_id for c in done.answer.citations)


def test_two_variants_are_both_worked_out(assistant: Assistant) -> None:
    both, chosen = talk(assistant, "100盏36瓦的灯管，每年点3000小时，换成15瓦和换成12瓦的哪种划算", "选12瓦的吧")
    assert both.answer is not None
    assert [c["total"]["value"] for c in both.answer.calculations] == [6300, 7200]
    assert "后一种多 900" in both.answer.text
    assert chosen.asked.inputs["power_after"] == "12瓦"


def test_two_results_are_set_beside_each_other(assistant: Assistant) -> None:
    *_, beside = talk(assistant, "2人坐飞机来回3000公里出差，排多少碳", "高铁呢", "哪个低")
    assert beside.answer is not None
    assert beside.answer.text.startswith("差旅碳排放：前一种是 ")
    assert "后一种少" in beside.answer.text


@pytest.mark.parametrize(
    ("turns", "query"),
    [
        (("会议室可以摆一次性纸杯吗", "摆了会怎么罚"), "违反会议室摆一次性纸杯规定罚多少"),
        (("能源审计多久做一次", "不做的话会怎样"), "不做能源审计怎么处罚"),
        (("公务车能不能私用", "回到充电桩，配置比例是多少"), "充电桩，配置比例是多少"),
        (("节能条例第十四条", "这条是哪年开始执行的"), "《公共机构节能条例》第四十三条"),
        (("节能条例第十四条", "给个条款号"), "《公共机构节能条例》第十四条"),
        (("第8部分讲什么", "讲物业的是第几部分"), "《近零碳机关标准化建设指引》解读物业"),
        (("机关一年用电90万度，年度碳排放多少", "转供给食堂承包商的要扣掉吗"), "《公共机构碳排放核算指南》转供给食堂承包商的要扣掉吗"),
    ],
)  # fmt: skip
def test_what_a_follow_up_leans_on(assistant: Assistant, turns: Sequence[str], query: str) -> None:
    last = talk(assistant, *turns)[-1]
    assert last.asked.query == query
    assert last.asked.route == "retrieve"


def test_a_short_question_is_no_small_talk(assistant: Assistant) -> None:
    *_, asked, thanks = talk(assistant, "能耗统计报告几月前报", "报给谁", "好，谢谢")
    assert asked.asked.route == "retrieve"
    assert thanks.asked.route == "smalltalk"


@pytest.mark.parametrize("question", ["发文单位是哪个", "文号多少", "what is its document number"])
def test_a_document_tells_of_itself(assistant: Assistant, question: str) -> None:
    *_, done = talk(assistant, "国管节能〔2021〕426号讲什么", question)
    assert done.answer is not None
    assert done.answer.kind == "answer"


def test_what_is_sought_and_left_out() -> None:
    inventory, paper = calculator("inventory"), calculator("paper")
    held = {"electricity": "80万度", "natural_gas": "2万方"}
    assert sought("人均呢", "charging") is None
    assert dropped("燃气别算进去", inventory, held) == "natural_gas"
    assert not dropped("为什么天然气不算进去", inventory, held)
    assert not dropped("柴油不算", inventory, held)
    assert measure("双面打印能少用多少", paper, {"packs": "90包"}) == "duplex"
    assert not measure("双面打印是强制的吗", paper, {"packs": "90包"})
    assert scaled("用电降到八成", inventory, held) == {"electricity": "640000千瓦时"}
    assert scaled("燃气多用10%呢", inventory, held) == {"natural_gas": "22000立方米"}
    assert not scaled("能省一成呢", inventory, held)
