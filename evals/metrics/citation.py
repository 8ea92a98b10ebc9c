"""Precision and recall of the clauses an answer cites."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evals.metrics.recall import ANSWERS

__all__ = ["CitationScore", "citation_score"]


@dataclass(frozen=True, slots=True)
class CitationScore:
    """``precision`` is ``None`` where nothing was cited: an empty answer is neither precise nor imprecise."""

    precision: float | None
    recall: float


def citation_score(cited: Iterable[str], grades: Mapping[str, int]) -> CitationScore:
    """Precision counts a cited clause right when it is graded at all, recall asks for the clauses that answer.

    >>> citation_score(["a", "x"], {"a": 2, "b": 2, "c": 1})
    CitationScore(precision=0.5, recall=0.5)
    >>> citation_score([], {"a": 2})
    CitationScore(precision=None, recall=0.0)
    """
    keys = set(cited)
    wanted = {key for key, grade in grades.items() if grade >= ANSWERS}
    if not wanted:
        raise ValueError("citation recall needs at least one answering clause")
    right = sum(1 for key in keys if grades.get(key, 0) > 0)
    return CitationScore(right / len(keys) if keys else None, len(wanted & keys) / len(wanted))
