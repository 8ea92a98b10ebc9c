"""The words of a clause that an answer rests on."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.marking import cited_words, marked

CLAUSE = "公共建筑夏季室内空调温度设置不得低于26℃，\n冬季不得高于20℃；医院等特殊单位除外。"


def test_a_mark_is_for_what_stands_before_it() -> None:
    answer = "**第三条**[1]\n\n夏季室内空调温度设置不得低于26℃，\n医院等特殊单位除外。[1] 冬季不得高于20℃ [2]。"
    words = cited_words(answer, 1, CLAUSE)
    assert words == ("夏季室内空调温度设置不得低于26℃", "医院等特殊单位除外")
    assert cited_words(answer, 2, CLAUSE) == ("冬季不得高于20℃",)
    assert cited_words(answer, 3, CLAUSE) == ()


def test_a_figure_is_found_however_it_is_spaced() -> None:
    assert cited_words("限值是 26 ℃ [1]。", 1, CLAUSE) == ("26℃",)
    assert cited_words("限值是 28 ℃ [1]。", 1, CLAUSE) == ()


def test_words_in_table_rows_and_several_marks() -> None:
    assert cited_words("| 冬季不得高于20℃ [1][2] | 其他 |", 2, CLAUSE) == ("冬季不得高于20℃",)


@given(st.text(max_size=80), st.text(max_size=80))
def test_every_word_stands_in_the_clause_and_pieces_make_up_the_text(answer: str, clause: str) -> None:
    words = cited_words(f"{answer}[1]", 1, clause)
    assert all(word in clause for word in words)
    assert "".join(piece for piece, _ in marked(clause, words)) == clause
