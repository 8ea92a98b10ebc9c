"""Marks in a text: nothing of the text is lost, and what is marked is what was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.review.marking import pieces


@given(st.text(), st.lists(st.text(max_size=8), max_size=5))
def test_the_pieces_make_up_the_text(text: str, wanted: list[str]) -> None:
    assert "".join(p.text for p in pieces(text, wanted)) == text


def test_whole_words_before_figures() -> None:
    assert [p.text for p in pieces("应当达到 80 %以上", ["应当", "80%"]) if p.marked] == ["应当", "80 %"]
    assert [p.text for p in pieces("2025年降低126万", ["26"]) if p.marked] == []
    assert [p.text for p in pieces("不低于26℃", ["≥26℃"]) if p.marked] == ["26℃"]
