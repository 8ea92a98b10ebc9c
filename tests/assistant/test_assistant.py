"""What the product promises a person, asked of the real index without a model."""

import pytest

from assistant.answer import Answer
from assistant.assistant import Assistant
from corpus.errors import InputError


def numbers_cited(answer: Answer) -> set[str | None]:
    return {c.number for c in answer.citations}


def test_summer_temperature_cites_the_state_council_notice(assistant: Assistant) -> None:
    answer = assistant.ask("夏天办公室空调最低开几度？")
    assert answer.kind == "answer"
    assert "国办发〔2007〕42号" in numbers_cited(answer)
    (limit,) = [
        f for f in answer.figures if f.value == 26 and answer.citations[f.citation - 1].number == "国办发〔2007〕42号"
    ]
    assert (limit.unit, limit.comparator) == ("℃", ">=")
    assert "不低于26 ℃" in answer.text


def test_the_interpretation_counts_public_institutions(assistant: Assistant) -> None:
    answer = assistant.ask("解读里说深圳有多少家公共机构？")
    assert {(f.value, f.unit) for f in answer.figures} >= {(1861, "家"), (2285, "万平方米")}
    assert "1861家" in answer.text
    assert "2285万平方米" in answer.text
    assert [c.document_id for c in answer.citations] == ["guideline-interpretation"]


def test_a_value_the_interpretation_does_not_give_is_said_to_be_missing(assistant: Assistant) -> None:
    answer = assistant.ask("第6部分规定的充电桩配置比例是多少？")
    assert answer.text.startswith("**没有给出数值。**")
    assert answer.citations[0].key == "guideline-interpretation#三、第6部分"
    offered = {(f.value, f.scope) for f in answer.figures}
    assert {20, 40} <= {value for value, _ in offered}
    assert all(scope for value, scope in offered if value in {20, 40})
    assert "征求意见稿，非现行" in answer.text


def test_a_meeting_is_computed(assistant: Assistant) -> None:
    answer = assistant.ask("80人开半天会，其中20人坐高铁来回120公里，碳排放多少？")
    assert answer.kind == "calculation"
    (calculation,) = answer.calculations
    assert calculation["tool"] == "meeting"
    # 20 people × 120 km there and back × 0.03048 kg per person-kilometre
    assert calculation["total"]["value"] == pytest.approx(73.152)
    assert {f["id"] for f in calculation["factors"]} >= {s["factor_id"] for s in calculation["steps"] if s["factor_id"]}
    assert any("60 人" in assumption for assumption in calculation["assumptions"])


@pytest.mark.parametrize("question", ["今天天气怎么样", "帮我写一首诗", "tell me a joke"])
def test_off_topic_questions_are_declined(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.kind == "refusal"
    assert not answer.citations


def test_a_clause_that_is_not_held_is_not_invented(assistant: Assistant) -> None:
    answer = assistant.ask("节能条例第八十条怎么规定的？")
    assert answer.kind == "refusal"
    assert "没有收录第八十条" in answer.text


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("节能条例第十四条", "reg-public-institution-energy-saving#第十四条"),
        ("第8部分讲什么", "guideline-interpretation#三、第8部分"),
        ("第十二部分", "guideline-interpretation#三、第12部分"),
        ("What does Part 5 say?", "guideline-interpretation#三、第5部分"),
        ("節能條例第14條怎麼說", "reg-public-institution-energy-saving#第十四条"),
    ],
)
def test_a_named_clause_is_opened(assistant: Assistant, question: str, key: str) -> None:
    answer = assistant.ask(question)
    assert answer.citations[0].key == key


def test_a_document_number_opens_the_document(assistant: Assistant) -> None:
    answer = assistant.ask("国管节能〔2021〕426号讲了什么")
    assert {c.document_id for c in answer.citations} == {"plan-green-lead-carbon-peak"}


def test_a_draft_is_never_shown_as_a_rule(assistant: Assistant) -> None:
    answer = assistant.ask("深圳停车场充电桩配建比例是多少？")
    for line in answer.text.splitlines():
        if "30%" in line and "征求意见" in line:
            assert "非现行" in line or "不是现行规定" in line


def test_documents_issued_later_are_left_out(assistant: Assistant) -> None:
    from datetime import date

    answer = assistant.ask("公共机构节能目标是多少？", as_of=date(2015, 1, 1))
    for cited in answer.citations:
        issued = assistant.corpus.document(cited.document_id).issued_on
        assert issued is None or issued <= date(2015, 1, 1)


@pytest.mark.parametrize("question", ["", "   ", "\x00\x07", "字" * 2001])
def test_nothing_or_too_much_is_refused_in_one_line(assistant: Assistant, question: str) -> None:
    with pytest.raises(InputError) as caught:
        assistant.ask(question)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "question", ["\ud800空调几度", "空调" * 900, "<script>alert(1)</script>", "'; DROP TABLE--", "？？？"]
)
def test_strange_questions_still_get_an_answer(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).text


def test_every_mark_of_an_answer_has_its_citation(assistant: Assistant) -> None:
    import re

    for question in (
        "食堂怎么做到近零碳？",
        "公务用车有什么要求？",
        "什么是公共机构？",
        "光伏覆盖率目标",
        "会议用瓶装水可以吗？",
    ):
        answer = assistant.ask(question)
        marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
        assert marks <= {c.n for c in answer.citations}
        assert marks or answer.kind == "refusal"
        assert all(assistant.corpus.get(c.key).text == c.quote for c in answer.citations)


def test_the_json_of_an_answer_keeps_its_shape(assistant: Assistant) -> None:
    import json

    shown = json.loads(json.dumps(assistant.ask("夏天办公室空调最低开几度？").to_json()))
    assert shown["schema"] == "nearzero.answer/1"
    assert set(shown) >= {
        "question",
        "kind",
        "answer",
        "citations",
        "figures",
        "calculations",
        "session",
        "engine",
        "timing_ms",
    }
    assert set(shown["citations"][0]) >= {
        "n",
        "document_id",
        "title",
        "number",
        "locator",
        "heading",
        "quote",
        "strength",
        "text_status",
        "confidence",
    }
    assert set(shown["figures"][0]) >= {"name", "value", "unit", "comparator", "year", "scope", "citation"}
    assert shown["timing_ms"]["total"] > 0
