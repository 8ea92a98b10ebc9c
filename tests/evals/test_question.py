"""The shipped sets: complete, spread, and every gold clause held by the library."""

import json
from collections import Counter
from pathlib import Path

import pytest

from corpus.errors import LibraryError
from corpus.library import load as load_corpus
from corpus.model import Scene
from evals import question


@pytest.fixture(scope="module")
def questions() -> tuple[question.Question, ...]:
    return question.load()


def test_size_and_spread(questions: tuple[question.Question, ...]) -> None:
    answerable = [q for q in questions if q.answerable]
    assert len(answerable) >= 160
    assert len(questions) - len(answerable) >= 40
    scenes = Counter(q.scene for q in questions)
    assert set(scenes) == {scene.value for scene in Scene}
    assert min(scenes.values()) >= 15
    styles = Counter(q.style for q in answerable)
    for style, share in {"traditional": 0.06, "english": 0.06, "keyword": 0.08, "typo": 0.045}.items():
        assert styles[style] / len(answerable) >= share, style
    assert {q.reason for q in questions if not q.answerable} == {
        "no_such_clause",
        "value_not_given",
        "not_in_corpus",
        "out_of_domain",
    }


def test_every_gold_clause_is_held(questions: tuple[question.Question, ...]) -> None:
    keys = question.clause_keys(load_corpus())
    missing = [
        (q.id, g.document_id, g.locator, g.heading)
        for q in questions
        for g in q.gold
        if (g.document_id, g.locator, g.heading) not in keys
    ]
    assert missing == []


def test_every_required_figure_stands_in_a_gold_clause(questions: tuple[question.Question, ...]) -> None:
    from evals.metrics import states

    corpus = load_corpus()
    keys = question.clause_keys(corpus)
    for q in questions:
        texts = []
        for g in q.gold:
            clause = corpus.get(keys[g.document_id, g.locator, g.heading])
            texts += [clause.text, *(f"{i.value} {i.unit}" for i in clause.indicators)]
        assert all(states("\n".join(texts), figure) for figure in q.figures), q.id


def test_answerable_questions_have_an_answering_clause(questions: tuple[question.Question, ...]) -> None:
    for q in questions:
        assert q.answerable == (q.reason is None), q.id
        assert not q.answerable or any(g.grade == 2 for g in q.gold), q.id


def test_nothing_is_asked_twice(questions: tuple[question.Question, ...]) -> None:
    assert len({q.text for q in questions}) == len({q.id for q in questions}) == len(questions)


def test_the_test_split_is_what_was_never_tuned_with(questions: tuple[question.Question, ...]) -> None:
    dev = {q.text for q in question.load_file(question.QUESTIONS)}
    test = {q.text for path in (question.FRESH, question.REFUSED) for q in question.load_file(path)}
    assert {q.text for q in questions if q.split == "dev"} == dev
    assert {q.text for q in questions if q.split == "test"} == test
    assert not dev & test


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(json.dumps({"id": "q1"}) + "\n", encoding="utf-8")
    with pytest.raises(LibraryError, match="第 1 行"):
        question.load_file(path)
