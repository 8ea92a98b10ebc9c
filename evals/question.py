"""The question set: what was asked, which clauses answer it, which figures the answer must state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from corpus.errors import LibraryError
from corpus.library import Corpus
from evals.metrics.figures import RequiredFigure

__all__ = [
    "ANSWERABLE",
    "FRESH",
    "QUESTIONS",
    "REFUSED",
    "Gold",
    "Question",
    "Split",
    "clause_keys",
    "load",
    "load_file",
    "split_of",
]

_CASES = Path(__file__).with_name("cases")
QUESTIONS = _CASES / "questions.jsonl"
"""The dev split: what the program was tuned with. A test half drawn from it by hash was compared too often to be kept."""
FRESH = _CASES / "fresh.jsonl"
REFUSED = _CASES / "refused.jsonl"
"""The test split, answerable and not: written after the program, and never tuned with."""
ANSWERABLE = _CASES / "answerable.jsonl"
"""More of the dev split to learn ranking and abstention from; no facets, so not reported."""

Split = Literal["dev", "test"]


@dataclass(frozen=True, slots=True)
class Gold:
    """A clause that answers the question (grade 2) or helps (grade 1), named as people name it."""

    document_id: str
    locator: str | None
    heading: str
    grade: Literal[1, 2]


@dataclass(frozen=True)
class Question:
    """One question of one user in one scene.

    ``reason`` says why an unanswerable question is one: ``no_such_clause``, ``value_not_given``,
    ``not_in_corpus`` or ``out_of_domain``. All four are to be declined; with ``value_not_given`` the answer says
    that the value is not given and may offer the ``gold`` clauses instead.
    """

    id: str
    text: str
    user: str
    scene: str
    type: str
    style: str
    answerable: bool
    gold: tuple[Gold, ...] = ()
    figures: tuple[RequiredFigure, ...] = ()
    reason: str | None = None
    split: Split = "dev"

    def grades(self, keys: Mapping[tuple[str, str | None, str], str]) -> dict[str, int]:
        """The grade of every gold clause by its key in the corpus."""
        return {keys[g.document_id, g.locator, g.heading]: g.grade for g in self.gold}


def split_of(text: str) -> Split:
    """Two thirds test, one third dev, by the text alone, so that a case keeps its side whatever its id.

    >>> split_of("夏天空调最低几度？"), split_of("夏天空调最低几度？")
    ('dev', 'dev')
    """
    return "dev" if sha256(text.encode()).digest()[0] % 3 == 0 else "test"


def _question(raw: Mapping[str, Any]) -> Question:
    return Question(
        id=raw["id"],
        text=raw["question"],
        user=raw.get("user", ""),
        scene=raw.get("scene", ""),
        type=raw.get("type", ""),
        style=raw.get("style", ""),
        answerable=raw.get("answerable", True),
        gold=tuple(Gold(**gold) for gold in raw.get("gold", ())),
        figures=tuple(RequiredFigure(**figure) for figure in raw.get("figures", ())),
        reason=raw.get("reason"),
        split=raw.get("split", "dev"),
    )


def load() -> tuple[Question, ...]:
    """Every shipped question, dev and test."""
    return tuple(q for path in (QUESTIONS, FRESH, REFUSED) for q in load_file(path))


def load_file(path: Path) -> tuple[Question, ...]:
    """Every question of one file in its order. Raises ``LibraryError`` naming the line that does not fit."""
    questions = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            questions.append(_question(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(f"{path.name} 第 {number} 行不合规：{error}") from error
    return tuple(questions)


def clause_keys(corpus: Corpus) -> dict[tuple[str, str | None, str], str]:
    """The key of every clause by document, locator text and heading, the way the question set names it."""
    return {(c.document_id, c.locator.text if c.locator else None, c.heading): c.key for c in corpus.clauses}
