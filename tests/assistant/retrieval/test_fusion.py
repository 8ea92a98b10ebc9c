import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import scaled, top

scores = st.lists(st.floats(-5, 5, width=32), max_size=30)


@given(scores, st.integers(0, 40))
def test_top_is_the_head_of_the_sorted_scores(values: list[float], count: int) -> None:
    array = np.array(values, np.float32)
    assert array[top(array, count)].tolist() == sorted(array.tolist(), reverse=True)[:count]


@given(scores, st.floats(-5, 5, width=32))
def test_scaled_lies_between_zero_and_one_and_keeps_order(values: list[float], floor: float) -> None:
    result = scaled(values, floor)
    assert ((result >= 0) & (result <= 1)).all()
    assert all(a <= b for a, b in zip(result[np.argsort(values)], result[np.argsort(values)][1:], strict=False))
