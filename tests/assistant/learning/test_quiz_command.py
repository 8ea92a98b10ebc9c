"""The command ``nearzero quiz`` for programs and for people."""

import io
import json
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assistant.cli import main
from assistant.learning import open_progress
from corpus.library import Corpus


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NEARZERO_CHECKPOINT_URL", "NEARZERO_LIBRARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NEARZERO_HOME", str(tmp_path))
    return tmp_path


def test_json_is_the_same_for_the_same_seed_and_keeps_no_progress(
    home: Path, corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = []
    for _ in range(2):
        assert main(["quiz", "--json", "--count", "6", "--scene", "食堂", "--scene", "停车场", "--seed", "7"]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    quiz = json.loads(shown[0])
    assert (quiz["schema"], quiz["seed"], quiz["scenes"]) == ("nearzero.quiz/1", 7, ["食堂", "停车场"])
    assert len(quiz["questions"]) == 6
    for question in quiz["questions"]:
        assert {"食堂", "停车场"} & set(question["scenes"])
        assert [o["right"] for o in question["options"]].count(True) == (question["kind"] != "fill")
        for cited in (question["citation"], *(o["citation"] for o in question["options"])):
            assert corpus.get(cited["key"]).text == cited["quote"]
    assert not (home / "learning.sqlite").exists()


def test_a_quiz_in_the_terminal_explains_and_keeps_progress(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quiz", "--json", "--count", "3", "--seed", "5"]) == 0
    questions = json.loads(capsys.readouterr().out)["questions"]
    right = "ABCD"[[o["right"] for o in questions[0]["options"]].index(True)] if questions[0]["options"] else ""
    first = right or questions[0]["answer"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"看不懂的回答\n{first}\n\n"))
    assert main(["quiz", "--count", "3", "--seed", "5"]) == 0
    said = capsys.readouterr().out
    assert questions[0]["question"] in said
    assert "答对了。" in said
    assert questions[0]["reason"] in said
    assert "答了 1 题，对 1 题。" in said
    with closing(open_progress(home / "learning.sqlite")) as progress:
        assert set(progress.cards("")) == {questions[0]["id"]}


def test_without_a_seed_what_is_due_comes_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from datetime import UTC, datetime, timedelta

    assert main(["quiz", "--json", "--count", "1", "--scene", "会议活动", "--seed", "1"]) == 0
    question = json.loads(capsys.readouterr().out)["questions"][0]
    with closing(open_progress(home / "learning.sqlite")) as progress:
        progress.review("", question["id"], "again", datetime.now(UTC) - timedelta(days=3))
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n\n"))
    assert main(["quiz", "--count", "2"]) == 0
    said = capsys.readouterr().out
    assert question["citation"]["title"] in said
    with closing(open_progress(home / "learning.sqlite")) as progress:
        held = progress.cards("")
        assert set(held) == {question["id"]}
        assert held[question["id"]].reviews == (1 if "没有“" in said or "没有看懂" in said else 2)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--scene", "火星"], "没有“火星”这个场景；可选：总体"),
        (["--count", "0"], "一次最多 50 题"),
        (["--count", "many"], "参数 --count/-n 的值不合适"),
    ],
)
def test_what_cannot_be_used_is_one_line(arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiz", "--json", *arguments]) == 2
    shown = capsys.readouterr()
    assert line in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""
