"""Whether an answer is right: an option by its number, a figure by its value in any unit that fits."""

import math
import re
import unicodedata

from assistant.learning.question import Question
from corpus.errors import InputError
from corpus.indicators import pint_unit

__all__ = ["LETTERS", "LONGEST_ANSWER", "grade"]

LETTERS = "ABCD"
LONGEST_ANSWER = 60
"""Characters of a typed answer."""

_SAME = 1e-6
"""Relative difference below which two figures are one, after a change of units."""

_YES = {"对", "是", "T", "TRUE", "Y", "YES", "√"}
_NO = {"错", "否", "F", "FALSE", "N", "NO", "×", "X"}


def grade(question: Question, answer: str) -> bool:
    """Whether an answer as typed is right: a letter or number for an option, 对 or 错, or a figure with or without unit.

    Raises ``InputError`` where it cannot be read, which is no wrong answer.
    """
    typed = unicodedata.normalize("NFKC", answer).strip()
    if not typed or len(typed) > LONGEST_ANSWER:
        raise InputError("请写出答案，最多 60 个字。")
    if question.kind == "fill":
        return _same_figure(question, typed)
    return question.options[_option(question, typed.upper())].right


def _option(question: Question, typed: str) -> int:
    count = len(question.options)
    if question.kind == "true_false" and typed in _YES | _NO:
        return 0 if typed in _YES else 1
    if typed in LETTERS[:count]:
        return LETTERS.index(typed)
    if typed.isdecimal() and 1 <= int(typed) <= count:
        return int(typed) - 1
    raise InputError(f"没有“{typed}”这个选项，请回答 {'、'.join(LETTERS[:count])} 之一。")


def _same_figure(question: Question, typed: str) -> bool:
    figure = question.fact.figure
    assert figure is not None
    assert not isinstance(figure.low, str)
    indicator = figure.indicator
    plain = typed.replace(",", "").removesuffix(unicodedata.normalize("NFKC", indicator.unit)).strip()
    if indicator.unit == "℃":
        plain = re.sub(r"(摄氏)?度$", "", plain).strip()
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain):
        return math.isclose(float(plain), figure.low, rel_tol=_SAME)
    return math.isclose(_converted(typed.replace(",", ""), indicator.unit), figure.low, rel_tol=_SAME)


def _converted(typed: str, unit: str) -> float:
    """A quantity written with a unit of its own (三成, 2.5万平方米) in the unit asked for."""
    from pint.errors import PintError

    from tools.quantities import find

    found = find(typed)
    if len(found) != 1:
        raise InputError(f"没有看懂“{typed}”，请填一个数" + (f"，单位按{unit}算。" if unit else "。"))
    expression, size = pint_unit(unit) or ("dimensionless", 1.0)
    try:
        return float(found[0].quantity().to(expression).magnitude) / size
    except PintError:
        raise InputError(f"“{typed}”的单位不对，这里要的是{unit or '不带单位的数'}。") from None
