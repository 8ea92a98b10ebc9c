"""The log of a turn and the registers."""

import json
import logging
import subprocess
import sys

import pytest

from assistant.assistant import Assistant
from assistant.conversation.observing import LOGGER, JsonLines, record
from assistant.conversation.steps import walk
from assistant.conversation.turn import Turn


@pytest.mark.parametrize("words", [False, True])
def test_a_line_holds_no_words_unless_asked(
    assistant: Assistant, caplog: pytest.LogCaptureFixture, words: bool
) -> None:
    turn = walk(assistant._core, Turn(question="张三问夏天空调几度"))
    assert turn.answer is not None
    with caplog.at_level(logging.INFO, LOGGER.name):
        record(turn, turn.answer, words=words)
    line = JsonLines().format(caplog.records[0])
    assert json.loads(line)["kind"] == "answer"
    assert ("张三" in line) is words


def test_an_evaluator_sees_strength_and_figures(assistant: Assistant) -> None:
    plain = assistant.ask("夏天空调最低几度？")
    answer = assistant.ask("夏天空调最低几度？", register="evaluator")
    assert answer.text.startswith(plain.text)
    assert "| 条款 | 效力 | 数值 | 现状 | 文本 |" in answer.text
    assert "≥26" in answer.text
    assert answer.citations == plain.citations


def test_an_administrator_sees_the_place_in_the_guideline(assistant: Assistant) -> None:
    answer = assistant.ask("机关食堂怎么防止浪费？", register="administrator")
    assert "第8部分" in answer.text
    assert answer.citations[-1].document_id == "guideline-interpretation"


def test_a_single_question_needs_no_graph(environment: dict[str, str]) -> None:
    code = (
        "import sys; from assistant.assistant import Assistant; from assistant.settings import read;"
        "Assistant.open(read()).ask('夏天空调最低几度？');"
        "print([m for m in ('langgraph','langchain','psycopg','pint','gradio','docx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
