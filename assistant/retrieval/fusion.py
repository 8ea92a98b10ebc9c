"""Joining ranked legs by scores scaled to one range (why not by reciprocal ranks: ``data/retrieval.yaml``)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["scaled", "top"]

Scores = NDArray[np.float32]


def top(scores: Scores, count: int) -> NDArray[np.int64]:
    """Rows of the best scores, best first; equal scores in row order.

    >>> top(np.array([.1, .9, .5], np.float32), 2).tolist()
    [1, 2]
    """
    count = min(count, len(scores))
    if count == 0:
        return np.zeros(0, np.int64)
    rows = np.sort(np.argpartition(-scores, count - 1)[:count])
    return rows[np.argsort(-scores[rows], kind="stable")]


def scaled(scores: Sequence[float] | Scores, floor: float) -> Scores:
    """Scores from 0 at the floor and below to 1 at the best one; all zero if none is above the floor.

    >>> scaled([2.0, 4.0, 1.0], floor=2.0).tolist()
    [0.0, 1.0, 0.0]
    """
    above: Scores = np.clip(np.asarray(scores, np.float32) - np.float32(floor), 0, None)
    best = float(above.max(initial=0))
    if best > 0:
        above /= best
    return above
