"""F1 by hand, and against scikit-learn on random verdicts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.metrics import f1

VERDICT = st.sampled_from(["right", "altered", "abstain", "superseded"])


def test_by_hand() -> None:
    # right: 2 hits, 3 expected, 2 found; altered: 1 hit, 1 expected, 2 found.
    found = f1([("right", "right"), ("right", "right"), ("right", "altered"), ("altered", "altered")])
    assert found.classes["right"].mean == pytest.approx(4 / 5)
    assert found.classes["altered"].mean == pytest.approx(2 / 3)
    assert found.macro.mean == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert (found.macro.size, found.classes["right"].size, found.classes["altered"].size) == (4, 3, 1)


def test_a_class_only_found_counts_against() -> None:
    found = f1([("right", "right"), ("right", "wrong_clause")])
    assert found.classes["wrong_clause"].mean == 0.0
    assert found.macro.mean == pytest.approx((2 / 3 + 0) / 2)


def test_the_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    pairs = [("right", "right"), ("right", "altered"), ("altered", "altered"), ("altered", "right")] * 8
    found = f1(pairs)
    assert found.macro.low < found.macro.mean < found.macro.high
    assert found == f1(pairs)


def test_nothing_to_count() -> None:
    with pytest.raises(ValueError, match="pair"):
        f1([])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(VERDICT, VERDICT), min_size=1, max_size=40))
def test_as_scikit_learn_has_it(pairs: list[tuple[str, str]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    expected, got = zip(*pairs, strict=True)
    names = sorted({*expected, *got})
    theirs = metrics.f1_score(expected, got, labels=names, average=None, zero_division=0)
    found = f1(pairs, draws=20)
    assert [found.classes[name].mean for name in names] == pytest.approx(list(theirs))
    assert found.macro.mean == pytest.approx(float(np.mean(theirs)))
