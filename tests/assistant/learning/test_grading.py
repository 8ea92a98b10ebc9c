"""Answers as people write them: letters, numbers, figures in other units; what cannot be read is no wrong answer."""

import pytest

from assistant.learning import Syllabus
from assistant.learning.grading import LETTERS, grade
from assistant.learning.question import Question
from corpus.errors import InputError


@pytest.fixture(scope="module")
def fills(syllabus: Syllabus) -> list[Question]:
    made = [syllabus.maker.make(f, 0, "fill") for f in syllabus.facts.values() if "fill" in syllabus.maker.kinds(f)]
    return [q for q in made if q is not None]


def asked(fills: list[Question], unit: str, answer: str) -> Question:
    return next(q for q in fills if q.unit == unit and q.answer == answer)


def test_every_figure_is_right_as_its_own_answer_with_and_without_unit(fills: list[Question]) -> None:
    assert len(fills) > 150
    for question in fills:
        assert grade(question, question.answer)
        assert grade(question, f" {question.answer}{question.unit} ")
        assert not grade(question, f"{question.answer}9")


@pytest.mark.parametrize(
    ("unit", "answer", "typed", "right"),
    [
        ("%", "30", "三成", True),
        ("%", "50", "百分之五十", True),
        ("%", "50", "５０％", True),
        ("%", "50", "0.5", False),
        ("℃", "26", "26度", True),
        ("℃", "26", "二十六摄氏度", True),
        ("℃", "26", "24 ℃", False),
        ("万平方米", "2", "20000平方米", True),
        ("万元", "5", "50,000元", True),
        ("万元", "5", "五十万元", False),
    ],
)
def test_a_figure_counts_in_any_unit_that_fits(
    fills: list[Question], unit: str, answer: str, typed: str, right: bool
) -> None:
    assert grade(asked(fills, unit, answer), typed) is right


@pytest.mark.parametrize("typed", ["", "   ", "很多", "26 公里", "1" * 61, "10%到20%"])
def test_what_cannot_be_read_is_said_and_not_counted(fills: list[Question], typed: str) -> None:
    with pytest.raises(InputError):
        grade(asked(fills, "℃", "26"), typed)


def test_options_are_chosen_by_letter_or_number(syllabus: Syllabus) -> None:
    question = next(q for q in syllabus.quiz(20, (), 3) if q.kind == "choice")
    at = next(i for i, o in enumerate(question.options) if o.right)
    for typed in (LETTERS[at], LETTERS[at].lower(), str(at + 1), f" {LETTERS[at]} "):
        assert grade(question, typed)
    assert not grade(question, LETTERS[(at + 1) % 4])
    for typed in ("E", "0", "5", "对"):
        with pytest.raises(InputError, match="没有“"):
            grade(question, typed)


def test_true_and_false_are_words_too(syllabus: Syllabus) -> None:
    question = next(q for seed in range(9) for q in syllabus.quiz(20, (), seed) if q.kind == "true_false")
    assert grade(question, question.answer)
    assert grade(question, {"对": "是", "错": "否"}[question.answer])
    assert not grade(question, {"对": "错", "错": "对"}[question.answer])
