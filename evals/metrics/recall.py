"""Hit and recall at a cut-off: did the answering clauses come back at all?"""

from collections.abc import Mapping, Sequence

__all__ = ["hit", "recall"]

ANSWERS = 2
"""The grade from which a clause answers the question by itself; grade 1 only helps."""


def hit(ranked: Sequence[str], grades: Mapping[str, int], k: int, *, least: int = ANSWERS) -> float:
    """1.0 if one of the first ``k`` keys has at least grade ``least``, else 0.0.

    >>> hit(["a", "b"], {"b": 2}, 1), hit(["a", "b"], {"b": 2}, 2)
    (0.0, 1.0)
    >>> hit(["a", "b"], {"b": 1}, 2)
    0.0
    """
    return float(any(grades.get(key, 0) >= least for key in ranked[:k]))


def recall(ranked: Sequence[str], grades: Mapping[str, int], k: int, *, least: int = ANSWERS) -> float:
    """Share of the keys graded at least ``least`` that stand among the first ``k``.

    A question with no such key has no recall: ``ValueError``.

    >>> recall(["a", "x", "b"], {"a": 2, "b": 2, "c": 1}, 2)
    0.5
    """
    wanted = {key for key, grade in grades.items() if grade >= least}
    if not wanted:
        raise ValueError("recall needs at least one relevant key")
    return len(wanted.intersection(ranked[:k])) / len(wanted)
