import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numerals import chinese, number


@given(st.integers(1, 9999))
def test_chinese_and_back(value: int) -> None:
    assert number(chinese(value)) == value
    assert number(str(value)) == value


@pytest.mark.parametrize("text", ["", "甲", "12a", "第十四", "-3"])
def test_refuses_what_is_no_numeral(text: str) -> None:
    with pytest.raises(ValueError, match="不是编号里的数字"):
        number(text)


@pytest.mark.parametrize("value", [0, -1, 10_000])
def test_refuses_numbers_no_clause_has(value: int) -> None:
    with pytest.raises(ValueError, match="1到9999"):
        chinese(value)
