"""The writer over evidence picked by hand: no index, no embedding."""

import re
from collections.abc import Sequence

import pytest

from assistant.answering.evidence import Evidence, gather
from assistant.answering.extractive import Draft, write
from assistant.answering.grounding import check
from assistant.answering.question import read
from assistant.answering.ranking import weigh
from assistant.answering.rarity import TermWeights
from assistant.retrieval import Hit
from corpus.library import Corpus


@pytest.fixture(scope="module")
def weights(corpus: Corpus) -> TermWeights:
    return TermWeights(corpus)


def evidence(corpus: Corpus, *keys: str, exact: bool = False) -> tuple[Evidence, ...]:
    return gather(corpus, (Hit(key, 1.0 - 0.02 * i, {}, exact) for i, key in enumerate(keys)))


def answer(corpus: Corpus, weights: TermWeights, text: str, *keys: str, exact: bool = False) -> Draft:
    question = read(text, names_clause=exact)
    found = weigh(question, evidence(corpus, *keys, exact=exact), weights)
    return write(question, found, weights, more=lambda _: ())


LIMIT = "notice-ac-temperature-2007#二/空调温度限值"
GUANGDONG = "gd-public-institution-power-saving-2021#/加强空调运行管理"
PILOT = "sz-near-zero-pilot-plan-2021#附件1 表1、表3、表4"
FORMAL = "sz-charging-measures#/正式办法解读：停车场配建比例"
DRAFT = "sz-charging-measures#/2022年征求意见稿：30%与100%预留"
HAINAN = "local-ev-charging-ratio#/海南：新建建筑分类比例"
UNIT_CHARGING = "notice-unit-ev-charging-2017#/公共机构充电车位比例"
STATISTICS_2018, STATISTICS_2020, STATISTICS_2023 = (
    f"stats-public-institutions#/{year}年" for year in (2018, 2020, 2023)
)
PARKING = "guideline-interpretation#三、第6部分"


def test_the_figure_comes_first(corpus: Corpus, weights: TermWeights) -> None:
    draft = answer(corpus, weights, "夏天空调最低几度？", LIMIT, "notice-ac-temperature-2007#二/空调运行时不开窗")
    assert draft.text.splitlines()[0].startswith("夏季室内空调温度设置**不低于26 ℃**")
    assert [c.key for c in draft.citations] == [LIMIT]


def test_the_other_season_is_never_the_answer(corpus: Corpus, weights: TermWeights) -> None:
    lead = answer(corpus, weights, "冬天空调最高几度？", LIMIT).text.splitlines()[0]
    assert "20 ℃" in lead
    assert "26" not in lead


def test_documents_that_differ_stand_side_by_side(corpus: Corpus, weights: TermWeights) -> None:
    draft = answer(corpus, weights, "冬天空调最高几度？", LIMIT, GUANGDONG)
    rows = [line for line in draft.text.splitlines() if line.startswith("| ")]
    assert len(rows) == 3  # the head and two documents
    assert any("20 ℃" in row for row in rows)
    assert any("18 ℃" in row for row in rows)


def test_a_draft_and_another_province_are_marked_as_such(corpus: Corpus, weights: TermWeights) -> None:
    draft = answer(corpus, weights, "充电桩配建比例多少？", FORMAL, DRAFT, HAINAN)
    assert "20%" in draft.text.splitlines()[0]
    for line in draft.text.splitlines():
        if "30%" in line and not line.startswith("【"):
            assert "非现行" in line or "不是现行规定" in line
        if "海南" in line:
            assert "仅对照" in line or "仅供对照" in line


def test_an_indicator_without_value_is_said_to_have_none(corpus: Corpus, weights: TermWeights) -> None:
    question = read("第6部分的充电桩配置比例是多少？", names_clause=True)
    found = evidence(corpus, PARKING, exact=True)
    draft = write(question, found, weights, more=lambda _: evidence(corpus, PILOT, FORMAL, DRAFT))
    assert "没有给出数值" in draft.text
    assert "40%" in draft.text
    assert "20%" in draft.text
    assert draft.citations[0].key == PARKING
    assert all(f.citation != 1 for f in draft.figures)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("空调能开24度吗？", "不符合"),
        ("夏天空调开27度可以吗？", "符合"),
        ("冬天能开到22度吗", "不符合"),
    ],
)
def test_a_quantity_is_held_against_the_limit(corpus: Corpus, weights: TermWeights, question: str, word: str) -> None:
    assert answer(corpus, weights, question, LIMIT).text.startswith(f"**{word}：**")


def test_a_reference_value_settles_nothing(corpus: Corpus, weights: TermWeights) -> None:
    text = answer(corpus, weights, "车位配15%的充电桩可以吗？", PILOT).text
    assert "符合" not in text
    assert "40%" in text


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        ("40%的充电车位是深圳的强制规定吗", (PILOT, FORMAL)),
        ("标准规定充电桩必须50%对吧", (PARKING, FORMAL)),
        ("海南的25%适用深圳吗", (HAINAN,)),
        ("室外32度开空调24度可以吗", (LIMIT,)),
        ("会议室可以放鲜花吗", (LIMIT,)),
    ],
)
def test_what_a_clause_does_not_settle_gets_no_verdict(
    corpus: Corpus, weights: TermWeights, question: str, keys: tuple[str, ...]
) -> None:
    first = answer(corpus, weights, question, *keys).text.split("。")[0]
    assert not re.search(r"\*\*(符合|不符合|不可以|可以|要，|看情况)", first)


def test_a_limit_written_in_ten_thousands_is_compared_in_full(corpus: Corpus, weights: TermWeights) -> None:
    key = "rule-official-vehicles-2017#/新能源轿车价格"
    assert answer(corpus, weights, "15万元的新能源轿车可以买吗", key).text.startswith("**符合：**")
    assert answer(corpus, weights, "22万元的新能源轿车可以买吗", key).text.startswith("**不符合：**")


def test_a_figure_of_something_else_is_no_answer(corpus: Corpus, weights: TermWeights) -> None:
    assert not answer(
        corpus, weights, "LED灯改造比例是多少", "notice-nev-procurement-2024#二/采购比例"
    ).text.startswith("年度公务用车")


def test_a_prohibition_answers_may_i(corpus: Corpus, weights: TermWeights) -> None:
    text = answer(corpus, weights, "开着空调能不能开窗？", "notice-ac-temperature-2007#二/空调运行时不开窗").text
    assert text.startswith("**不可以")


def test_a_named_clause_is_given_whole(corpus: Corpus, weights: TermWeights) -> None:
    key = "reg-public-institution-energy-saving#第十四条"
    draft = answer(corpus, weights, "节能条例第十四条", key, exact=True)
    assert corpus.get(key).text in draft.text
    assert len(draft.citations) == 1


def test_document_data_answers_when_and_who(corpus: Corpus, weights: TermWeights) -> None:
    text = answer(corpus, weights, "控温通知什么时候发的？", LIMIT).text
    assert "国办发〔2007〕42号" in text
    assert "2007-06-01" in text


def test_what_is_not_known_about_a_document_is_said(corpus: Corpus, weights: TermWeights) -> None:
    text = answer(corpus, weights, "指引解读的文号是多少？", PARKING).text
    assert "没有读到文号" in text


def test_a_superseded_document_is_left_out(corpus: Corpus, weights: TermWeights) -> None:
    keys = ("extra-national-145-public-institution#/2025年强度目标", "plan-145-energy-resources#/主要目标：强度下降")
    ordered = weigh(read("十四五人均用水降多少"), evidence(corpus, *keys), weights)
    assert [e.document.id for e in ordered] == ["plan-145-energy-resources"]


QUESTIONS: Sequence[tuple[str, tuple[str, ...]]] = [
    ("夏天空调最低几度？", (LIMIT, GUANGDONG)),
    ("充电桩配建比例多少？", (FORMAL, DRAFT, PILOT, HAINAN)),
    ("停车场怎么做？", (PARKING, FORMAL)),
    ("必须装充电桩吗？", (FORMAL, PILOT)),
    ("什么是公共机构", ("glossary#/公共机构", "reg-public-institution-energy-saving#第二条")),
]


@pytest.mark.parametrize(("question", "keys"), QUESTIONS)
def test_what_it_writes_stands_on_what_it_cites(
    corpus: Corpus, weights: TermWeights, question: str, keys: tuple[str, ...]
) -> None:
    draft = answer(corpus, weights, question, *keys)
    assert check(draft.text, draft.evidence, given=question).dropped == ()
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", draft.text)}
    assert marks == {c.n for c in draft.citations}
    for figure in draft.figures:
        assert 1 <= figure.citation <= len(draft.citations)


@pytest.mark.parametrize(
    ("text", "keys", "lead"),
    [
        # What is set for communities and universities does not lead where offices ask.
        ("车位里充电桩要占多少比例", (PILOT, UNIT_CHARGING), "10%"),
        ("社区新建停车场的充电桩要占多少比例", (PILOT, UNIT_CHARGING), "40%"),
        # How much it is, not by how much it is to fall.
        ("公共机构人均综合能耗是多少", ("plan-145-energy-resources#/主要目标：强度下降", STATISTICS_2020), "329.56"),
        # The last of a series, or the year that is named.
        ("全国公共机构人均综合能耗是多少", (STATISTICS_2018, STATISTICS_2020, STATISTICS_2023), "317.16"),
        ("全国公共机构2018年人均综合能耗是多少", (STATISTICS_2018, STATISTICS_2020, STATISTICS_2023), "341.57"),
    ],
)
def test_the_figure_is_of_the_kind_asked_for(
    corpus: Corpus, weights: TermWeights, text: str, keys: tuple[str, ...], lead: str
) -> None:
    assert lead in answer(corpus, weights, text, *keys).text.split("。", maxsplit=1)[0]


def test_a_figure_of_another_thing_is_no_answer(corpus: Corpus, weights: TermWeights) -> None:
    price = "gd-official-vehicle-rules-2025#/新能源优先与限价"
    written = answer(corpus, weights, "广东省直机关平均要配多少", price).text
    assert not written.startswith("新能源公务用车价格上限")


def test_money_asked_for_is_an_amount(corpus: Corpus, weights: TermWeights) -> None:
    written = answer(corpus, weights, "开会每人每天多少钱", "rule-meeting-expense-2013#/会期").text
    assert "没有给出这个数值" in written.split("。", maxsplit=1)[0]
    fined = answer(corpus, weights, "生活垃圾乱倒罚多少钱", "law-solid-waste#第一百一十一条").text
    assert "没有给出这个数值" not in fined
