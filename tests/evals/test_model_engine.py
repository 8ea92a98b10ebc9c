"""The comparison of engines counts ghosts and ungrounded figures itself, and samples by text alone."""

from typing import Any

import pytest

from corpus.library import Corpus
from evals.model_engine import ghosts, sample, ungrounded
from evals.question import load


@pytest.fixture
def answer(small_corpus: Corpus) -> dict[str, Any]:
    key = small_corpus.clauses[0].key
    return {"question": "夏天几度？", "answer": "夏季不得低于26℃[1]。", "citations": [{"n": 1, "key": key}]}


def test_a_sound_answer_has_neither(answer: dict[str, Any], small_corpus: Corpus) -> None:
    assert (ghosts(answer, small_corpus), ungrounded(answer, small_corpus)) == (0, [])


def test_a_mark_without_citation_and_a_clause_not_held_are_ghosts(answer: dict[str, Any], small_corpus: Corpus) -> None:
    answer["answer"] += "冬季另有规定[2]。"
    answer["citations"].append({"n": 3, "key": "air#第九十九条"})
    assert ghosts(answer, small_corpus) == 2


def test_a_figure_no_cited_clause_holds_is_found(answer: dict[str, Any], small_corpus: Corpus) -> None:
    answer["answer"] = "夏季不得低于24℃[1]。"
    assert ungrounded(answer, small_corpus) == ["夏季不得低于24℃[1]。"]


def test_the_sample_depends_on_the_texts_only() -> None:
    questions = load()
    assert sample(questions, 12) == sample(tuple(reversed(questions)), 12)
    assert len(sample(questions, 12)) == 12
    assert all(q.answerable for q in sample(questions, 40))


def test_the_number_of_an_item_and_numerals_in_words_are_no_figures(
    answer: dict[str, Any], small_corpus: Corpus
) -> None:
    answer["answer"] = "2. 夏季一般不得低于26℃，与同一规定一致[1]。"
    assert ungrounded(answer, small_corpus) == []
