"""Reciprocal rank: how far down the first answering clause stands. Its mean over questions is MRR."""

from collections.abc import Mapping, Sequence

from evals.metrics.recall import ANSWERS

__all__ = ["reciprocal_rank"]


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], k: int = 10, *, least: int = ANSWERS) -> float:
    """1 / rank of the first key graded at least ``least`` among the first ``k``; 0.0 if there is none.

    >>> reciprocal_rank(["a", "b", "c"], {"c": 2, "b": 1})
    0.3333333333333333
    >>> reciprocal_rank(["a"], {"z": 2})
    0.0
    """
    for rank, key in enumerate(ranked[:k], start=1):
        if grades.get(key, 0) >= least:
            return 1 / rank
    return 0.0
