"""The tuning questions, declined and answered: each asked once, none of them in another set, answers held."""

import json
import re
from pathlib import Path

import pytest

from corpus.library import load as load_corpus
from evals import question

CASES = question.QUESTIONS.parent
TUNING = {"unanswerable.jsonl": 458, "answerable.jsonl": 120}
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
    declined, answered = ({plain(case["question"]) for case in rows(CASES / name)} for name in TUNING)
    tested = {plain(q.text) for name in OTHERS for q in question.load_file(CASES / name)}
    # Counted, so that a failure does not print what the test sets ask.
    assert (len(declined & answered), len(declined & tested), len(answered & tested)) == (0, 0, 0)


def test_the_clause_said_to_answer_is_held() -> None:
    held = {clause.key for clause in load_corpus().clauses}
    cases = rows(CASES / "answerable.jsonl")
    assert not [case["id"] for case in cases if case["clause"] not in held]
    assert len({case["clause"].split("#")[0] for case in cases}) >= 40
