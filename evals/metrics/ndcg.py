"""Normalised discounted cumulative gain over graded clauses, with linear gain as trec_eval has it."""

from collections.abc import Iterable, Mapping, Sequence
from math import log2

__all__ = ["ndcg"]


def _discounted(gains: Iterable[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """nDCG at ``k``, between 0 and 1. A key ranked twice earns its gain once only.

    A question with no positive grade has no ideal order: ``ValueError``.

    >>> ndcg(["a", "b"], {"a": 2, "b": 1})
    1.0
    >>> round(ndcg(["b", "a"], {"a": 2, "b": 1}), 4)
    0.8597
    """
    ideal = _discounted(sorted((g for g in grades.values() if g > 0), reverse=True)[:k])
    if ideal == 0:
        raise ValueError("nDCG needs at least one positive grade")
    return _discounted(max(grades.get(key, 0), 0) for key in list(dict.fromkeys(ranked))[:k]) / ideal
