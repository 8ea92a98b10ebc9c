"""The log of a turn, the spans of its stages, and what of a person stays out of both."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant.assistant import Assistant
from assistant.conversation import observing
from assistant.conversation.observing import LOGGER, JsonLines, attach, record, spanned, stage
from assistant.conversation.steps import walk
from assistant.conversation.turn import Turn
from assistant.settings import Settings


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


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What was written to standard error; the loggers are afterwards as they were."""
    names = observing._WRITTEN
    before = {name: (logging.getLogger(name).level, list(logging.getLogger(name).handlers)) for name in names}
    yield lambda: capsys.readouterr().err
    for name, (level, handlers) in before.items():
        logging.getLogger(name).setLevel(level)
        logging.getLogger(name).handlers[:] = handlers


def test_a_door_writes_one_line_a_turn(assistant: Assistant, lines: Callable[[], str], tmp_path: Path) -> None:
    for _ in range(2):
        attach(Settings(home=tmp_path, log_level="INFO"))
    assistant.ask("李四问夏天空调最低开几度？")
    written = lines()
    (line,) = [json.loads(row) for row in written.splitlines()]
    assert (line["level"], line["logger"], line["kind"], line["engine"]) == (
        "INFO",
        "nearzero.turn",
        "answer",
        "extractive",
    )
    assert set(line["timing_ms"]) >= {"understand", "retrieve", "answer", "ground", "total"}
    assert "李四" not in written


def test_by_default_a_good_turn_writes_nothing(assistant: Assistant, lines: Callable[[], str], tmp_path: Path) -> None:
    attach(Settings(home=tmp_path))
    assistant.ask("夏天空调最低开几度？")
    assert lines() == ""


@pytest.mark.parametrize("words", [False, True])
def test_an_error_is_logged_by_kind_and_place(lines: Callable[[], str], tmp_path: Path, words: bool) -> None:
    attach(Settings(home=tmp_path, log_words=words))
    try:
        raise ValueError("张三的问题")
    except ValueError:
        logging.getLogger("assistant.somewhere").exception("failed")
    written = lines()
    line = json.loads(written)
    assert (line["message"], line["error"]) == ("failed", "ValueError")
    assert line["at"].startswith(__name__)
    assert ("张三" in written) is words


def test_the_lines_of_other_libraries_are_not_written(lines: Callable[[], str], tmp_path: Path) -> None:
    attach(Settings(home=tmp_path, log_level="DEBUG"))
    logging.getLogger("openai").warning("prompt: 张三")
    assert "张三" not in lines()


def test_the_command_line_writes_lines_when_told(environment: dict[str, str]) -> None:
    asked = [sys.executable, "-c", "from assistant.cli import entry; entry()", "ask", "王五问夏天空调最低开几度？"]
    told = subprocess.run(
        asked, env={**environment, "NEARZERO_LOG_LEVEL": "INFO"}, capture_output=True, text=True, check=True
    )
    turns = [line for row in told.stderr.splitlines() if (line := json.loads(row))["logger"] == "nearzero.turn"]
    assert [line["kind"] for line in turns] == ["answer"]
    assert "王五" not in told.stderr


# --- traces ------------------------------------------------------------------------------------------------------


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans that would have been sent."""
    sent = InMemorySpanExporter()
    monkeypatch.setattr(observing, "_exporter", lambda endpoint: sent)
    monkeypatch.setattr("opentelemetry.sdk.trace.export.BatchSpanProcessor", SimpleSpanProcessor)
    observing._tracer.cache_clear()
    yield sent
    observing._tracer.cache_clear()


def traced(assistant: Assistant, tmp_path: Path) -> Assistant:
    return Assistant(assistant._core, Settings(home=tmp_path, otlp_endpoint="http://127.0.0.1:4317"))


def names(spans: InMemorySpanExporter) -> list[str]:
    return [span.name for span in spans.get_finished_spans()]


@pytest.mark.parametrize("session", [None, "kept"])
def test_every_stage_has_its_span_below_that_of_the_turn(
    assistant: Assistant, spans: InMemorySpanExporter, tmp_path: Path, session: str | None
) -> None:
    traced(assistant, tmp_path).ask("赵六问夏天空调最低开几度？", session)
    assert names(spans) == ["understand", "retrieve", "answer", "ground", "nearzero.ask"]
    *stages, turn = spans.get_finished_spans()
    assert turn.parent is None
    assert turn.context is not None
    assert {s.parent.span_id for s in stages if s.parent} == {turn.context.span_id}
    assert "赵六" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_a_calculation_has_a_span_of_its_own(assistant: Assistant, spans: InMemorySpanExporter, tmp_path: Path) -> None:
    traced(assistant, tmp_path).ask("算一下：200个车位按20%配建要多少充电桩？")
    assert names(spans) == ["understand", "calculate", "nearzero.ask"]


def test_without_an_endpoint_there_are_no_spans(assistant: Assistant, spans: InMemorySpanExporter) -> None:
    assistant.ask("夏天空调最低开几度？")
    assert names(spans) == []


def test_an_error_leaves_its_kind_on_the_span_and_no_message(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="孙七"), spanned("nearzero.ask", "http://127.0.0.1:4317"), stage("retrieve"):
        raise ValueError("孙七的问题")
    inner, outer = spans.get_finished_spans()
    assert [dict(s.attributes or {}) for s in (inner, outer)] == [{"error.type": "ValueError"}] * 2
    assert "孙七" not in inner.to_json() + outer.to_json()


def test_a_stage_tells_counts(spans: InMemorySpanExporter) -> None:
    with spanned("nearzero.ask", "http://127.0.0.1:4317"), stage("model") as told:
        told.tell(fallback=None, completion_tokens=7)
    attributes: dict[str, Any] = dict(spans.get_finished_spans()[0].attributes or {})
    assert attributes == {"nearzero.completion_tokens": 7}


# --- the registers -----------------------------------------------------------------------------------------------


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
