"""The tuning questions, declined and answered: each asked once, none of them in another set, answers held."""

import json
import re
from pathlib import Path

import pytest

from corpus.library import load as load_corpus
from evals import question

CASES = question.QUESTIONS.parent
DECLINED = {"unanswerable.jsonl": 458, "unanswerable_more.jsonl": 300, "unanswerable_held.jsonl": 380}
TUNING = {**DECLINED, "answerable.jsonl": 200}
OTHERS = ("questions.jsonl", "fresh.jsonl", "refused.jsonl")


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def plain(text: str) -> str:
    """The question without punctuation, spacing and case, by which two are the same."""
    return re.sub(r"\W", "", text).lower()


@pytest.mark.parametrize(("name", "least"), TUNING.items())
def test_ids_and_questions_are_unique(name: str, least: int) -> None:
    cases = rows(CASES / name)
    assert len(cases) >= least
    assert len({case["id"] for case in cases}) == len(cases)
    assert len({plain(case["question"]) for case in cases}) == len(cases)


def test_no_question_is_in_two_sets() -> None:
    declined = {plain(case["question"]) for name in DECLINED for case in rows(CASES / name)}
    answered = {plain(case["question"]) for case in rows(CASES / "answerable.jsonl")}
    tested = {plain(q.text) for name in OTHERS for q in question.load_file(CASES / name)}
    # Counted, so that a failure does not print what the test sets ask.
    assert (len(declined & answered), len(declined & tested), len(answered & tested)) == (0, 0, 0)


def test_the_clauses_said_to_answer_are_held() -> None:
    keys = question.clause_keys(load_corpus())
    cases = question.load_file(question.ANSWERABLE)
    assert all(set(case.grades(keys).values()) <= {1, 2} and case.gold for case in cases)
    assert len({gold.document_id for case in cases for gold in case.gold}) >= 40
