import pytest

from assistant.answering.question import Asked, bigrams, read


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("空调最低开几度？", "figure"),
        ("充电桩比例是多少", "figure"),
        ("超充站 数量", "figure"),
        ("什么是碳普惠", "definition"),
        ("近零碳是什么意思？", "definition"),
        ("一定要做能源审计吗？", "yes_no"),
        ("食堂能不能用一次性筷子", "yes_no"),
        ("这个办法什么时候开始施行？", "metadata"),
        ("标准是谁起草的", "metadata"),
        ("标准哪天开始实施的？", "metadata"),
        ("停车场有哪些要求", "list"),
        ("怎么做垃圾分类", "list"),
        ("第8部分讲什么", "list"),
        ("食堂反浪费", "general"),
        ("What is the minimum temperature in summer?", "figure"),
        ("How should waste be sorted?", "list"),
    ],
)
def test_what_kind_of_answer_is_asked_for(text: str, asked: Asked) -> None:
    assert read(text).asked == asked


def test_a_named_clause_is_asked_for_as_a_clause() -> None:
    assert read("节能条例第十四条", names_clause=True).asked == "clause"
    assert read("节能条例第十四条的比例是多少", names_clause=True).asked == "figure"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("夏天几度", "℃"),
        ("深圳有多少家公共机构", "家"),
        ("新能源车比例多少", "%"),
        ("罚款多少钱", "万元"),
        ("碳达峰是哪一年", "年"),
        ("冬天能开到22度吗", "℃"),
        ("车位配15%可以吗", "%"),
    ],
)
def test_the_unit_that_answers(text: str, unit: str) -> None:
    assert unit in read(text).units


def test_limits_from_one_side() -> None:
    assert ">=" in read("最低几度").bounds
    assert "<=" in read("最多罚多少").bounds
    assert not read("几度").bounds


def test_english_and_years_are_noticed() -> None:
    assert read("What does the guideline require?").english
    assert not read("PUE要求是多少").english
    assert read("2025年的目标是多少").years == {2025}


def test_bigrams_ignore_punctuation() -> None:
    assert bigrams("空调，温度") == {"空调", "温度"}
