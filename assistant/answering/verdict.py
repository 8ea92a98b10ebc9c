"""The word that opens the answer to a yes-or-no question, where the strength or the limit of a clause settles it."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence

from assistant.answering.indicators import Candidate, is_draft
from assistant.answering.question import Question
from assistant.answering.wording import scope, stated
from corpus.model import Clause, Region, Strength

__all__ = ["measured", "opening", "subject"]

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_PERMIT = re.compile(r"可以|可不可以|能不能|能否|可否|允许|能(?!源|耗|效|力)|行不行|\bcan\b|\bmay\b|allowed")
_DUTY = re.compile(
    r"必须|一定要|强制|需要|需不需要|要不要|该不该|应该|应当|是否要|用不用|得.{0,6}吗|\bmust\b|have to|required"
)
_NEGATED = re.compile(r"(可以|能|允许)不(?!可以|能)|不(?!可以|能|得|同|用说|合|需)[^不]{1,12}(可以|行)[吗么]")
_ASKING = re.compile(
    r"可不可以|能不能|要不要|该不该|行不行|需不需要|用不用|是不是|有没有|可以|能否|可否|是否|允许|必须|一定要|需要|应该|应当|吗|呢|么(?=[？?]|$)"
)
_CONDITIONAL = re.compile(
    r"超过|超出|超了|超标|达到.{1,12}的|以上的|情形|原则上|除.{1,20}外|有条件|符合.{1,12}的|可以不|的除外"
)


def subject(text: str) -> str:
    """What a yes-or-no question is about, without the words that ask.

    >>> subject("开着空调能不能开窗？"), subject("机关必须做能源审计吗")
    ('开着空调 开窗？', '机关 做能源审计 ')
    """
    return _ASKING.sub(" ", text)


def opening(text: str, clause: Clause) -> str:
    """The word that opens the answer; nothing where the clause's strength does not settle it."""
    strength = clause.strength
    negated, duty, permit = bool(_NEGATED.search(text)), bool(_DUTY.search(text)), bool(_PERMIT.search(text))
    if strength in {Strength.SHALL, Strength.SHALL_NOT} and _CONDITIONAL.search(clause.text):
        return "看情况，条文有条件：" if negated or duty or permit else ""
    match strength:
        case Strength.SHALL if negated:
            return "不可以，这是“应”做到的要求："
        case Strength.SHALL if duty:
            return "要，这是“应”做到的要求："
        case Strength.SHALL_NOT if permit and not negated:
            return "不可以，这是“不得”的规定："
        case Strength.MAY if permit and not negated:
            return "可以："
        case Strength.ENCOURAGED if duty or negated:
            return "不是强制要求，属于“鼓励”："
        case Strength.ENCOURAGED if permit:
            return "可以，而且“鼓励”这样做："
        case Strength.SHOULD if duty or negated:
            return "不是强制要求，属于“宜”（推荐）："
        case Strength.MAY if duty or negated:
            return "不是强制要求，属于“可”："
        case Strength.TARGET if duty:
            return "这是“目标”要求："
        case _:
            return ""


def measured(question: Question, candidates: Sequence[Candidate]) -> tuple[str, Candidate] | None:
    """Hold a quantity of the question against the limits that the best fitting clause sets in its unit."""
    from tools.quantities import find

    for given in find(question.text):
        if given.value is None:
            continue
        fitting = [c for c in candidates[:6] if _same_unit(given.text, c.indicator.unit) and _limit(c) is not None]
        if not fitting:
            continue
        limits = [c for c in fitting if c.evidence is fitting[0].evidence]
        meets = {_COMPARE[c.indicator.comparator](given.value, _limit(c) or 0.0) for c in limits}
        settled = (
            {True: "符合", False: "不符合"} if _binds(limits[0]) else {True: "达到参考数值", False: "没有达到参考数值"}
        )
        word = "看情况" if len(meets) > 1 else settled[meets.pop()]
        told = "；".join(f"{stated(c.indicator)}{scope(c.indicator)}" for c in limits[:3])
        return f"**{word}：**{given.text}，规定是{told}", limits[0]
    return None


def _binds(candidate: Candidate) -> bool:
    """Whether the limit is a rule in force here; a target, a reference value, a draft or another place's rule is not."""
    item = candidate.evidence
    return (
        item.clause.strength in {Strength.SHALL, Strength.SHALL_NOT}
        and "参考值" not in item.clause.text
        and item.document.region is not Region.ELSEWHERE
        and not is_draft(item, candidate.indicator)
    )


def _limit(candidate: Candidate) -> float | None:
    value = candidate.indicator.value
    if candidate.indicator.comparator not in _COMPARE or not isinstance(value, int | float):
        return None
    return float(value)


def _same_unit(written: str, unit: str) -> bool:
    if unit in {"℃", "摄氏度"}:
        return written.endswith(("度", "℃", "摄氏度", "°C"))
    return bool(unit) and written.endswith(unit)
