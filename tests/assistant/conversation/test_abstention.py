"""Refusals: why, what was searched, where to look."""

import pytest

from assistant.assistant import Assistant
from assistant.conversation.abstention import parameters


@pytest.mark.parametrize(
    "question", ["公共机构节能条例第九十九条", "国管节能〔2021〕999号讲什么", "今天天气怎么样", "糖醋排骨怎么做好吃"]
)
def test_declined(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).kind == "refusal"


@pytest.mark.parametrize("question", ["夏天空调最低几度？", "公车私用怎么处理", "what are the food waste rules?"])
def test_answered(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).kind == "answer"


def test_a_refusal_helps(assistant: Assistant) -> None:
    answer = assistant.ask("公共机构节能条例第九十九条")
    assert f"{len(assistant.corpus.documents)} 份文件" in answer.text
    assert "最接近" in answer.text
    assert answer.citations
    assert "确认" in answer.text


def test_weights_are_of_the_signals() -> None:
    assert 0 < parameters()["answer_from"] < 1
    assert {"dense_top", "margin", "unknown", "held_pool"} <= parameters()["weights"].keys()
