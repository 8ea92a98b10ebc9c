"""Percentile bootstrap: how far a mean over questions would move with another draw of questions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Interval", "interval"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over ``size`` questions with the bounds of its confidence interval."""

    mean: float
    low: float
    high: float
    size: int


def interval(scores: Sequence[float], *, confidence: float = 0.95, draws: int = 2000, seed: int = 20260101) -> Interval:
    """Mean of the scores and its percentile bootstrap interval; the same seed gives the same bounds.

    No score at all, or a confidence outside (0, 1): ``ValueError``.

    >>> interval([1.0, 1.0, 1.0])
    Interval(mean=1.0, low=1.0, high=1.0, size=3)
    >>> wide = interval([0.0, 1.0] * 10)
    >>> wide.low < wide.mean == 0.5 < wide.high
    True
    """
    if not scores:
        raise ValueError("an interval needs at least one score")
    if not 0 < confidence < 1:
        raise ValueError("confidence lies between 0 and 1")
    values = np.asarray(scores, dtype=float)
    picks = np.random.default_rng(seed).integers(0, len(values), size=(draws, len(values)))
    tail = (1 - confidence) / 2
    low, high = np.quantile(values[picks].mean(axis=1), [tail, 1 - tail])
    return Interval(float(values.mean()), float(low), float(high), len(values))
