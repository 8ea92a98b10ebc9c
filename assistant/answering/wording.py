"""How a clause, an indicator and a document are put into words: one wording for every kind of answer."""

import re

from assistant.answering.evidence import Evidence, Ledger
from assistant.answering.grounding import numbers
from assistant.answering.indicators import is_draft
from assistant.answering.question import Question, bigrams, cues
from assistant.answering.rarity import TermWeights
from corpus.model import Clause, Indicator, Region, TextStatus
from corpus.numerals import chinese

__all__ = ["caveat", "excerpt", "placed", "point", "pulled", "scope", "stated", "tag"]

LEAD_LENGTH = 150
"""Longest clause text quoted whole as a lead (characters); longer ones give their sentences nearest the question."""

_SENTENCE = re.compile(r"[^。；]+[。；]?")
_COMPARATORS = {">=": "不低于", "<=": "不高于", ">": "超过", "<": "低于", "≈": "约", "=": ""}
_DATE_COMPARATORS = {">=": "不早于", "<=": "不晚于", ">": "晚于", "<": "早于", "≈": "约", "=": ""}


def stated(indicator: Indicator, *, bold: bool = True) -> str:
    """An indicator as a clause of a sentence: name, comparison in words, value with unit.

    >>> stated(Indicator(name="冬季温度", value=20, unit="℃", comparator="<="))
    '冬季温度**不高于20 ℃**'
    """
    dated = indicator.comparator != "≈" and _is_date(indicator)
    plain = Indicator(name=indicator.name, value=indicator.value, unit=indicator.unit, comparator="=")
    words = (_DATE_COMPARATORS if dated else _COMPARATORS)[indicator.comparator]
    mark = "**" if bold else ""
    return f"{indicator.name}{'' if words else '：'}{mark}{words}{plain.written}{mark}"


def _is_date(indicator: Indicator) -> bool:
    """A point in time, not a length of time: 2030 年 but not 8 年."""
    if indicator.unit in {"日期", "年月"}:
        return True
    return indicator.unit == "年" and isinstance(indicator.value, int | float) and indicator.value >= 1900


def scope(indicator: Indicator) -> str:
    parts = [indicator.scope or "", f"{indicator.year}年" if indicator.year else ""]
    if indicator.base_year:
        parts.append(f"比{indicator.base_year}年")
    kept = [p for p in parts if p and p not in indicator.name]
    return f"（{'，'.join(kept)}）" if kept else ""


def placed(clause: Clause) -> str:
    return f"{clause.locator.text} " if clause.locator else ""


def tag(clause: Clause) -> str:
    return f"【{cues().strengths[clause.strength]}】" if clause.strength else ""


def caveat(item: Evidence) -> str:
    """What a reader must know before relying on this clause, in brackets, or nothing."""
    document = item.document
    notes = []
    if is_draft(item):
        notes.append("征求意见稿，不是现行规定")
    if document.region is Region.ELSEWHERE:
        notes.append("外地做法，仅供对照")
    if document.status:
        notes.append(document.status)
    return f"（{'；'.join(notes)}）" if notes else ""


def point(item: Evidence, ledger: Ledger, bullet: str = "- ") -> str:
    clause = item.clause
    return (
        f"{bullet}{tag(clause)}**{clause.heading}**：{clause.text}{_unwritten(clause)}{ledger.mark(item)}{caveat(item)}"
    )


def pulled(item: Evidence, ledger: Ledger) -> str:
    """A clause that another one points at, with its place."""
    clause = item.clause
    return f"- {tag(clause)}**{placed(clause)}{clause.heading}**：{clause.text}{ledger.mark(item)}{caveat(item)}"


def _unwritten(clause: Clause, most: int = 3) -> str:
    """The clause's indicators whose value its text puts in words only (一半 for 50 %), in brackets."""
    held = numbers(clause.text)
    apart = [i for i in clause.indicators if not numbers(i.written) <= held and not _in_words(i, clause.text)]
    return f"（{'；'.join(stated(i, bold=False) + scope(i) for i in apart[:most])}）" if apart else ""


def _in_words(indicator: Indicator, text: str) -> bool:
    """Whether the text writes the value in Chinese numerals (三千个 for 3000)."""
    value = indicator.value
    if not isinstance(value, int | float) or value != int(value) or not 0 < value < 10_000:
        return False
    return chinese(int(value)) in text


def excerpt(question: Question, clause: Clause, weights: TermWeights) -> str:
    """The clause text, or its sentences nearest the question where it is long; sentences stay whole and in order."""
    if len(clause.text) <= LEAD_LENGTH or clause.text_status is TextStatus.ORIGINAL:
        return clause.text
    sentences = _SENTENCE.findall(clause.text)
    scored = sorted(range(len(sentences)), key=lambda i: -weights.share(bigrams(sentences[i]), question.words))
    kept: list[int] = []
    for i in scored:
        if kept and sum(len(sentences[k]) for k in kept) + len(sentences[i]) > LEAD_LENGTH:
            break
        kept.append(i)
    return "".join(sentences[i] for i in sorted(kept))
