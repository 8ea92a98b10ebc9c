"""F1 of each class and their mean, over pairs of what was expected and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.metrics.bootstrap import Interval

__all__ = ["F1", "f1"]


@dataclass(frozen=True, slots=True)
class F1:
    """``macro`` is the mean over the classes; the ``size`` of a class is how often it was expected."""

    macro: Interval
    classes: Mapping[str, Interval]


def f1(pairs: Sequence[tuple[str, str]], *, draws: int = 1000, seed: int = 20260101) -> F1:
    """F1 of every class expected or found, from pairs (expected, found), with 95 % percentile bootstrap intervals.

    A draw leaves out the classes it does not hold. No pair at all: ``ValueError``.

    >>> found = f1([("right", "right"), ("right", "altered"), ("altered", "altered")])
    >>> round(found.macro.mean, 3), found.classes["right"].size
    (0.667, 2)
    """
    if not pairs:
        raise ValueError("F1 needs at least one pair")
    names = sorted({name for pair in pairs for name in pair})
    expected = np.array([names.index(one) for one, _ in pairs])
    found = np.array([names.index(other) for _, other in pairs])
    picks = np.random.default_rng(seed).integers(0, len(pairs), size=(draws, len(pairs)))
    drawn = np.array([_by_class(expected[pick], found[pick], len(names)) for pick in picks])
    whole = _by_class(expected, found, len(names))
    sizes = np.bincount(expected, minlength=len(names))
    classes = {
        name: _interval(float(whole[n]), drawn[:, n][~np.isnan(drawn[:, n])], int(sizes[n]))
        for n, name in enumerate(names)
    }
    return F1(_interval(float(whole.mean()), np.nanmean(drawn, axis=1), len(pairs)), classes)


def _by_class(expected: NDArray[np.int_], found: NDArray[np.int_], classes: int) -> NDArray[np.float64]:
    """F1 of each class; not a number where the class neither was expected nor found."""
    hits = np.bincount(expected[expected == found], minlength=classes)
    named = np.bincount(expected, minlength=classes) + np.bincount(found, minlength=classes)
    scores: NDArray[np.float64] = np.full(classes, np.nan)
    np.divide(2.0 * hits, named, out=scores, where=named > 0)
    return scores


def _interval(mean: float, drawn: NDArray[np.float64], size: int) -> Interval:
    low, high = np.quantile(drawn, [0.025, 0.975]) if drawn.size else (mean, mean)
    return Interval(mean, float(low), float(high), size)
