"""The word that opens the answer to a yes-or-no question, where the strength or the limit of a clause settles it."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from assistant.answering.evidence import Evidence
from assistant.answering.indicators import Candidate, is_draft
from assistant.answering.question import Question
from assistant.answering.ranking import ended
from assistant.answering.rarity import TermWeights, signs
from assistant.answering.wording import scope, stated
from corpus.model import Clause, Region, Strength

if TYPE_CHECKING:
    from tools.quantities import FoundQuantity

__all__ = ["holds_rare", "measured", "opening", "subject", "verifies"]

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
    r"可不可以|能不能|要不要|该不该|行不行|需不需要|用不用|是不是|有没有|可以|能否|可否|是否|允许|必须|一定要|需要|应该|应当|吗|呢|么(?=[？?]|$)|多少|几(?=[个家度年天种类项条次分])|什么|哪些|哪个|怎么|如何|规定|要求|标准"
)
_TURNED = re.compile(r"不(再|坐|用|乘|提供|使用|摆|要|宜|应)|减少|停止|禁止|避免|替代|拒绝|取消|少用|少坐")
_LIMITED = re.compile(r"不得(设得)?(低于|高于|超过|少于|大于|多于|早于|晚于)")
_VERIFIES = re.compile(
    r"对吗|对吧|是吗|对不对|没错吧|是不是(真|说|规定|强制)|吧[？?。]?$|是.{0,30}(规定|要求|强制|标准|硬性|法定)的?吗"
    r"|(现在|还|仍)(在)?(执行|适用|有效)|适用|也(是|这样|一样)吗|是(强制|必须|硬性)的?吗|算不算"
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


def opening(question: Question, item: Evidence, rarity: TermWeights) -> str:
    """The word that opens the answer; nothing where the clause's strength does not settle the question.

    A clause settles it only if it binds here and now, holds every rare word of the question, and does not turn it
    round ("鼓励不坐电梯" is no yes to "能坐电梯吗").
    """
    clause = item.clause
    if item.document.region is Region.ELSEWHERE or is_draft(item) or ended(item.document):
        return ""
    if not holds_rare(question, f"{clause.heading}{clause.text}", rarity):
        return ""
    return _word(question.text, clause)


def holds_rare(question: Question, text: str, rarity: TermWeights) -> bool:
    """Whether a text holds what the question is about: each rare character of it, or what that stands for."""
    asked = rarity.rare(subject(question.text))
    if question.english:
        asked = frozenset(s for s in asked if not s.isascii())
    missing = asked - signs(text)
    if not missing:
        return True
    meant = frozenset("".join(question.meant))
    return bool(meant & signs(text)) and len(missing) * 3 <= len(asked)


def _word(text: str, clause: Clause) -> str:
    strength = clause.strength
    negated, duty, permit = bool(_NEGATED.search(text)), bool(_DUTY.search(text)), bool(_PERMIT.search(text))
    if not (negated or duty or permit):
        return ""
    if strength in {Strength.SHALL, Strength.SHALL_NOT} and _CONDITIONAL.search(clause.text):
        return "看情况，条文有条件："
    turned = bool(_TURNED.search(clause.text))
    match strength:
        case Strength.SHALL if negated and not turned:
            return "不可以，这是“应”做到的要求："
        case Strength.SHALL if duty and not turned:
            return "要，这是“应”做到的要求："
        case Strength.SHALL_NOT if permit and not negated and not _LIMITED.search(clause.text):
            return "不可以，这是“不得”的规定："
        case Strength.MAY if permit and not negated and not turned:
            return "可以："
        case Strength.ENCOURAGED | Strength.SHOULD | Strength.MAY if duty and not turned:
            return f"不是强制要求，属于“{strength}”："
        case Strength.ENCOURAGED if permit and not negated and not turned:
            return "可以，而且“鼓励”这样做："
        case Strength.TARGET if duty:
            return "这是“目标”要求："
        case _:
            return ""


def verifies(text: str) -> bool:
    """Whether the question asks if something is so, not whether something may be done.

    >>> verifies("标准规定充电桩必须50%对吧"), verifies("空调能开24度吗")
    (True, False)
    """
    return bool(_VERIFIES.search(text))


def measured(question: Question, candidates: Sequence[Candidate], rarity: TermWeights) -> tuple[str, Candidate] | None:
    """Hold the one quantity of the question against the limits of the best clause that binds on the same subject.

    ``None`` where the limits of that clause do not agree, where nothing binding is about the same thing, or where the
    question brings several quantities of one kind: a wrong "符合" is worse than none.
    """
    given = _only_quantity(question.text)
    if given is None or verifies(question.text):
        return None
    seen: set[str] = set()
    for candidate in candidates[:8]:
        key = candidate.evidence.clause.key
        if key in seen or not _binds(candidate):
            continue
        seen.add(key)
        limits = [
            (c, limit)
            for c in candidates
            if c.evidence.clause.key == key and (limit := _limit_in(c, given)) is not None
        ]
        about = (
            f"{candidate.evidence.clause.heading}{candidate.evidence.clause.text}{candidate.evidence.document.title}"
        )
        if not limits or not holds_rare(question, about, rarity):
            continue
        meets = {_COMPARE[c.indicator.comparator](given.value or 0.0, limit) for c, limit in limits}
        if len(meets) > 1:
            return None
        word = "符合" if meets.pop() else "不符合"
        told = "；".join(f"{stated(c.indicator)}{scope(c.indicator)}" for c, _ in limits[:3])
        return f"**{word}：**{given.text}，规定是{told}", limits[0][0]
    return None


def _only_quantity(text: str) -> "FoundQuantity | None":
    """The quantity of the question, if it has one only."""
    from tools.quantities import find

    found = [q for q in find(text) if q.value is not None]
    return found[0] if len(found) == 1 else None


def _binds(candidate: Candidate) -> bool:
    """Whether the limit is a rule in force here; a target, a reference value, a draft or another place's rule is not."""
    item = candidate.evidence
    return (
        item.clause.strength in {Strength.SHALL, Strength.SHALL_NOT}
        and "参考值" not in item.clause.text
        and item.document.region is not Region.ELSEWHERE
        and not is_draft(item, candidate.indicator)
        and not ended(item.document)
    )


def _limit_in(candidate: Candidate, given: "FoundQuantity") -> float | None:
    """The limit in the unit the quantity was read in (万 folded in); ``None`` for another unit or no limit."""
    from tools.quantities import find

    indicator = candidate.indicator
    if indicator.comparator not in _COMPARE or not isinstance(indicator.value, int | float):
        return None
    if indicator.unit in {"℃", "摄氏度"}:
        heat = given.dimension == "temperature" or "temperature" in given.ambiguous
        return float(indicator.value) if heat else None
    read = find(f"{indicator.value:.10g}{indicator.unit}")
    if len(read) != 1 or read[0].unit != given.unit or read[0].value is None:
        return None
    return read[0].value
