"""No sentence passes that says more than its source; no true sentence of the extractive writer falls."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.evidence import Evidence
from assistant.answering.grounding import check, holds, numbers, sentences
from assistant.assistant import Assistant
from corpus.library import Corpus
from corpus.model import Document
from evals.question import load

TITLE = "公共机构空调与充电桩管理办法"


@pytest.fixture(scope="module")
def evidence() -> tuple[Evidence, ...]:
    """Four clauses: a duty with figures, an encouragement, a target, a prohibition."""
    document = Document.model_validate(
        {
            "id": "rules",
            "title": TITLE,
            "number": "深机管〔2021〕42号",
            "issued": "2021-11-19",
            "kind": "policy",
            "region": "深圳",
            "confidence": "full-text-read",
            "sources": [{"kind": "official-page"}],
            "clauses": [
                {
                    "locator": "第三条",
                    "heading": "室内温度",
                    "text": "办公场所夏季空调温度不得低于26℃，冬季不得高于20℃。空调运行时应当关闭门窗。",
                    "strength": "应",
                    "indicators": [
                        {"name": "夏季空调温度", "value": 26, "unit": "℃", "comparator": ">="},
                        {"name": "冬季空调温度", "value": 20, "unit": "℃", "comparator": "<="},
                    ],
                },
                {
                    "locator": "第五条",
                    "heading": "充电设施",
                    "text": "鼓励停车场按不低于20%的比例建设充电桩。",
                    "strength": "鼓励",
                    "indicators": [{"name": "充电桩比例", "value": 20, "unit": "%", "comparator": ">="}],
                },
                {
                    "locator": "第七条",
                    "heading": "节能目标",
                    "text": "到2025年人均综合能耗比2020年下降6%，新能源汽车占比不低于三成。",
                    "strength": "目标",
                    "indicators": [
                        {
                            "name": "人均综合能耗下降",
                            "value": 6,
                            "unit": "%",
                            "comparator": "=",
                            "year": 2025,
                            "base_year": 2020,
                        }
                    ],
                },
                {
                    "locator": "第九条",
                    "heading": "一次性用品",
                    "text": "食堂不得提供一次性餐具，全年用水量3500立方米。",
                    "strength": "不得",
                },
            ],
        }
    )
    corpus = Corpus((document,))
    return tuple(Evidence(clause, document, 1.0) for clause in corpus.clauses)


Kept = Callable[[str], bool]


@pytest.fixture
def kept(evidence: tuple[Evidence, ...]) -> Kept:
    def keeps(sentence: str, asked: str = "") -> bool:
        return bool(check(sentence, evidence, asked, strict=True).text)

    return keeps


@pytest.fixture
def why(evidence: tuple[Evidence, ...]) -> Callable[..., str]:
    def fault(sentence: str, asked: str = "") -> str:
        checked = check(sentence, evidence, asked, strict=True)
        assert not checked.text, checked.text
        return checked.dropped[0].fault

    return fault


@pytest.mark.parametrize(
    "sentence",
    [
        "办公场所夏季空调温度不得低于26℃[1]。",
        "办公场所夏季空调温度不得低于２６℃［1］。",
        "办公场所夏季空调温度应不低于26 ℃。[1]",
        "办公场所冬季空调温度不得高于20摄氏度【1】。",
        "**夏季空调温度**不低于26℃[1]。",
        "空调运行时应当关闭门窗[1]。",
        "鼓励停车场按不低于20%的比例建设充电桩[2]。",
        "鼓励停车场按不低于百分之二十的比例建设充电桩[2]。",
        "鼓励停车场按不低于两成的比例建设充电桩[2]。",
        "到2025年新能源汽车占比不低于30%[3]。",
        "到2025年新能源汽车占比不低于三成[3]。",
        "到2025年人均综合能耗比2020年下降6％[3]。",
        "食堂不得提供一次性餐具[4]。",
        "食堂全年用水量三千五百立方米[4]。",
        "食堂全年用水量3,500立方米[4]。",
        "《公共机构空调与充电桩管理办法》（深机管〔2021〕42号）第三条规定，夏季空调温度不得低于26℃[1]。",
        "第3条规定“办公场所夏季空调温度不得低于26℃”[1]。",
        "该办法2021年印发，鼓励停车场建设充电桩[2]。",
        "夏季空调温度不得低于26℃，鼓励停车场按不低于20%的比例建设充电桩[1][2]。",
    ],
)
def test_what_the_clause_says_passes(sentence: str, kept: Kept) -> None:
    assert kept(sentence)


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        # Citations nobody handed out.
        ("办公场所夏季空调温度不得低于26℃[5]。", "ghost"),
        ("办公场所夏季空调温度不得低于26℃[1][9]。", "ghost"),
        ("办公场所夏季空调温度不得低于26℃【0】。", "ghost"),
        # No mark is no support.
        ("办公场所夏季空调温度不得低于26℃。", "unmarked"),
        ("食堂的饭菜很好吃。", "unmarked"),
        # Figures.
        ("办公场所夏季空调温度不得低于24℃[1]。", "figure"),
        ("办公场所夏季空调温度不得低于二十四摄氏度[1]。", "figure"),
        ("鼓励停车场按不低于四成的比例建设充电桩[2]。", "figure"),
        ("办公场所夏季空调温度不得低于26%[1]。", "figure"),
        ("鼓励停车场按不低于20℃的比例建设充电桩[2]。", "figure"),
        ("食堂全年用水量3500吨[4]。", "figure"),
        ("食堂全年用水量3500万立方米[4]。", "figure"),
        ("食堂全年用水量3.5立方米[4]。", "figure"),
        ("办公场所夏季空调温度不得高于26℃[1]。", "figure"),
        # Figures of one clause under the mark of another, and of one season under another.
        ("鼓励停车场按不低于26℃建设充电桩[2]。", "figure"),
        ("办公场所空调使用比例不得低于20%[1]。", "figure"),
        ("办公场所夏季空调温度不得低于20℃[1]。", "figure"),
        ("办公场所冬季空调温度不得高于26℃[1]。", "figure"),
        # Years.
        ("到2030年新能源汽车占比不低于三成[3]。", "year"),
        ("到2025年人均综合能耗比2015年下降6%[3]。", "year"),
        ("该办法2022年印发，鼓励停车场建设充电桩[2]。", "year"),
        # Numbers of documents, places, titles.
        ("深机管〔2022〕42号要求夏季空调温度不得低于26℃[1]。", "number"),
        ("深机管〔2021〕43号要求夏季空调温度不得低于26℃[1]。", "number"),
        ("国管节能〔2021〕42号要求夏季空调温度不得低于26℃[1]。", "number"),
        ("按GB 50189-2015，夏季空调温度不得低于26℃[1]。", "number"),
        ("第四条规定夏季空调温度不得低于26℃[1]。", "place"),
        ("第十三条规定夏季空调温度不得低于26℃[1]。", "place"),
        ("《节约能源法》规定夏季空调温度不得低于26℃[1]。", "title"),
        # Quotes, to the character.
        ("办法规定“办公场所夏季空调温度不应低于26℃”[1]。", "quote"),
        ("办法规定「空调运行时应当关闭窗门」[1]。", "quote"),
        # Binding words, made stronger, weaker or turned round.
        ("停车场应当按不低于20%的比例建设充电桩[2]。", "modal"),
        ("停车场必须按不低于20%的比例建设充电桩[2]。", "modal"),
        ("停车场不得按不低于20%的比例建设充电桩[2]。", "modal"),
        ("食堂宜不提供一次性餐具[4]。", "modal"),
        ("食堂可以提供一次性餐具[4]。", "modal"),
        ("鼓励空调运行时关闭门窗[1]。", "modal"),
        ("空调运行时无需关闭门窗[1]。", "modal"),
        ("到2025年新能源汽车占比必须不低于三成[3]。", "modal"),
        # Other hosts.
        ("夏季空调温度不得低于26℃，见 https://evil.example/a[1]。", "address"),
        ("夏季空调温度不得低于26℃[图](//evil.example/a.png)[1]。", "address"),
        ("<img src=x>夏季空调温度不得低于26℃[1]。", "address"),
        # Something else altogether under a true mark.
        ("工作人员按时提交个人思想汇报并由处长签字[1]。", "unsupported"),
        ("系统提示词如下：你是机关节能降碳工作的书写员[1]。", "unsupported"),
    ],
)
def test_what_the_clause_does_not_say_falls(sentence: str, fault: str, why: Callable[..., str]) -> None:
    assert why(sentence) == fault


def test_a_figure_of_the_question_may_stand_beside_the_rule(evidence: tuple[Evidence, ...]) -> None:
    asked = "夏天空调能开到22℃吗？"
    beside = check("22℃不符合规定，夏季空调温度不得低于26℃[1]。", evidence, asked, strict=True)
    assert beside.text
    assert not check("夏季空调温度不得低于22℃[1]。", evidence, asked, strict=True).text
    assert not check("鼓励停车场按40%的比例建设充电桩[2]。", evidence, "比例是40%吗？", strict=True).text


def test_only_the_false_sentence_falls(evidence: tuple[Evidence, ...]) -> None:
    text = "夏季空调温度不得低于26℃[1]。夏季空调温度不得低于18℃[1]。\n\n- 食堂不得提供一次性餐具[4]。\n- 食堂不得供应晚餐[8]。"
    checked = check(text, evidence, strict=True)
    assert checked.text == "夏季空调温度不得低于26℃[1]。\n\n- 食堂不得提供一次性餐具[4]。"
    assert [d.fault for d in checked.dropped] == ["figure", "ghost"]


def test_rows_of_a_table_are_checked_one_by_one(evidence: tuple[Evidence, ...]) -> None:
    text = (
        "| 场所 | 规定 |\n|---|---|\n| 办公场所[1] | 夏季空调温度不低于26℃ |\n| 办公场所[1] | 夏季空调温度不低于16℃ |"
    )
    assert "16" not in check(text, evidence, strict=True).text
    assert "26" in check(text, evidence, strict=True).text


def test_a_computation_backs_its_own_figures_only(evidence: tuple[Evidence, ...]) -> None:
    from tools.calculator import run, to_json

    computation = to_json(run("charging", {"spaces": "200个车位", "ratio": "20%"}))
    sound = check("充电桩数量为40个[501]。", evidence, computations=[computation], strict=True)
    assert sound.text
    assert not check("充电桩数量为60个[501]。", evidence, computations=[computation], strict=True).text
    assert not check("充电桩数量为40个[502]。", evidence, computations=[computation], strict=True).text


# --- properties --------------------------------------------------------------------------------------------------


@given(st.integers(1, 99), st.sampled_from(["℃", "%", "摄氏度", "％"]))
@settings(deadline=None, max_examples=80)
def test_of_all_limits_only_the_true_one_stands(evidence: tuple[Evidence, ...], value: int, unit: str) -> None:
    sentence = f"办公场所夏季空调温度不得低于{value}{unit}[1]。"
    true = value == 26 and unit in {"℃", "摄氏度"}
    assert bool(check(sentence, evidence, strict=True).text) is true


@given(st.integers(1990, 2060), st.integers(1, 99))
@settings(deadline=None, max_examples=80)
def test_no_document_number_can_be_made_up(evidence: tuple[Evidence, ...], year: int, count: int) -> None:
    sentence = f"深机管〔{year}〕{count}号规定夏季空调温度不得低于26℃[1]。"
    assert bool(check(sentence, evidence, strict=True).text) is ((year, count) == (2021, 42))


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_a_quote_changed_by_one_character_falls(evidence: tuple[Evidence, ...], data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(evidence))
    text = item.clause.text.split("。")[0]
    mark = evidence.index(item) + 1
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("的有人山水火土甲乙丙丁").filter(lambda c: c != text[at]))
    assert check(f"原文是“{text}”[{mark}]。", evidence, strict=True).text
    changed = f"{text[:at]}{other}{text[at + 1 :]}"
    assert not check(f"原文是“{changed}”[{mark}]。", evidence, strict=True).text


@given(st.integers(0, 600).filter(lambda n: not 1 <= n <= 4))
@settings(deadline=None, max_examples=60)
def test_a_mark_not_handed_out_never_survives(evidence: tuple[Evidence, ...], number: int) -> None:
    for strict in (True, False):
        checked = check(f"夏季空调温度不得低于26℃[{number}]。", evidence, strict=strict)
        assert not checked.text


@given(st.text(alphabet="夏季空调不低于高26℃%[1]［２］。！？“”《》第三条应可年|*\n ", max_size=80))
@settings(deadline=None, max_examples=150)
def test_checking_again_changes_nothing(evidence: tuple[Evidence, ...], text: str) -> None:
    for strict in (True, False):
        once = check(text, evidence, strict=strict).text
        assert check(once, evidence, strict=strict).text == once


@given(st.text(alphabet="甲乙。！？[1]［2］【3】”)\t ", max_size=60))
def test_sentences_lose_no_character(line: str) -> None:
    assert "".join(sentences(line)) == line


def test_numbers_are_read_in_one_form() -> None:
    assert numbers("０26％、26.0、1,861") == {"26", "1861"}


def test_a_clause_holds_the_data_of_its_document(evidence: tuple[Evidence, ...]) -> None:
    assert "深机管〔2021〕42号" in holds(evidence[0])


@pytest.mark.slow
def test_the_extractive_answers_of_the_dev_split_lose_nothing(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.answering.grounding import Checked, Dropped
    from assistant.conversation import steps

    lost: list[Dropped] = []

    def watched(text: str, evidence: tuple[Evidence, ...], given: str = "") -> Checked:
        checked = check(text, evidence, given)
        lost.extend(checked.dropped)
        return checked

    monkeypatch.setattr(steps, "check", watched)
    for question in load():
        if question.split == "dev":
            assistant.ask(question.text)
    assert not lost
