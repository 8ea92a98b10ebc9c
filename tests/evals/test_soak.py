"""The endurance run: what its checks find, and a short run against a real server."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from evals.bench import soak
from evals.bench.soak import RESULT, Rule, as_markdown, measure

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")


def answer(text: str, kind: str = "answer", cited: str = "") -> dict[str, Any]:
    citations = [{"key": "k#1", "title": cited}] if cited else []
    return {"kind": kind, "answer": text, "citations": citations}


@pytest.fixture
def run(tmp_path: Path) -> "Iterator[soak._Soak]":
    made = soak._Soak(tmp_path, 1, 60)
    yield made
    made.close()


def read_back(run: "soak._Soak", known: Sequence[str], stands: Sequence[str], *, unanswered: bool) -> int:
    """How many turns are found wrong in a conversation of which a person knows those answers."""

    def send(*_: object, **__: object) -> httpx.Response:
        return httpx.Response(200, json={"turns": [answer(text) for text in stands]})

    run.send = send  # type: ignore[method-assign]
    talk = soak._Talk("token", "talk", [soak._turn(answer(text)) for text in known], unanswered)
    run.read_back(talk)
    return run.lost


@pytest.mark.parametrize(
    ("stands", "unanswered", "wrong"),
    [
        (["一", "二"], False, 0),
        (["一"], False, 1),
        (["一", "变了"], False, 1),
        (["一", "二", "三"], False, 1),
        (["一", "二", "三"], True, 0),
        (["一", "二", "三", "四"], True, 1),
    ],
)
def test_a_turn_lost_changed_or_made_up_is_found(
    run: "soak._Soak", stands: list[str], unanswered: bool, wrong: int
) -> None:
    assert read_back(run, ["一", "二"], stands, unanswered=unanswered) == wrong


@pytest.mark.parametrize(
    ("reply", "gone", "stale"),
    [
        (answer("配电间应当每237天巡检一次。[1]", cited="示例市机关配电间管理办法"), False, False),
        (answer("配电间应当每137天巡检一次。[1]", cited="示例市机关配电间管理办法"), False, True),
        (answer("没有找到。", "refusal"), False, True),
        (answer("没有找到。", "refusal"), True, False),
        (answer("没有找到。", "refusal", cited="示例市机关配电间管理办法"), True, True),
        (answer("配电间应当每237天巡检一次。"), True, True),
    ],
)
def test_an_answer_from_before_a_change_is_found(
    run: "soak._Soak", reply: dict[str, Any], gone: bool, stale: bool
) -> None:
    soak._judge(run, Rule("配电间", 2025, 501, 237), "anywhere", reply, gone=gone)
    assert bool(run.stale) is stale


def test_the_table_shows_what_was_measured() -> None:
    held = json.loads(RESULT.read_text(encoding="utf-8"))
    assert as_markdown(held) == RESULT.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_short_run_loses_nothing_and_answers_from_what_stands(assistant: Assistant, home: Path) -> None:
    found = measure(0.8, 2, Settings(home=home))
    # What is left out depends on the machine: how fast it is, and whether its memory settles in so short a time.
    checks = {name: right for name, right in found["checks"].items() if name not in {"latency", "memory"}}
    assert all(checks.values()), found
    assert [life["end"] for life in found["lives"]] == ["SIGTERM", "SIGKILL", "SIGTERM"]
    assert found["documents"]["removed"]
