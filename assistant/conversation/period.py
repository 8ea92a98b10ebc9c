"""The day a question is asked from, where it names one: "2023年时…" is answered with what was in force then."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from assistant.answer import Citation
from assistant.conversation.dialogue import dialogue
from corpus.library import Corpus
from corpus.versions import Term, family, in_force_from, terms

__all__ = ["as_of", "asks_for_now", "dated", "not_in_force"]


def as_of(question: str) -> tuple[date | None, str]:
    """The last day of the time named, and the question without it.

    >>> as_of("2023年时公车采购有什么要求")
    (datetime.date(2023, 12, 31), '公车采购有什么要求')
    >>> as_of("2025年要降多少")
    (None, '2025年要降多少')
    """
    for pattern in dialogue().as_of:
        match = pattern.search(question)
        if match is None:
            continue
        groups = match.groupdict()
        year = int(groups["year"] or groups.get("year2") or 0)
        digits = re.search(r"\d+", groups.get("month") or "")
        month = int(digits.group()) if digits else 12
        if not 1 <= month <= 12:
            continue
        rest = (question[: match.start()] + question[match.end() :]).strip("，, ")
        return date(year, month, monthrange(year, month)[1]), rest or question
    return None, question


def asks_for_now(question: str) -> bool:
    """Whether a follow-up brings the conversation back to today.

    >>> asks_for_now("现在呢？")
    True
    """
    return bool(dialogue().now.search(question.strip()))


def dated(corpus: Corpus, citations: Iterable[Citation], on: date) -> str:
    """A sentence that says from which day's texts an answer is made, and which version of a document with several."""
    held = terms(corpus)
    said = [f"按{_day(on)}有效的文本回答。"]
    for document_id in dict.fromkeys(c.document_id for c in citations):
        others = [d for d in family(corpus, document_id) if d.id != document_id]
        document, term = corpus.document(document_id), held[document_id]
        if term.begin is None or not (others or term.end):
            continue
        until = f"，{_day(term.end)}起不再有效" if term.end else ""
        newest = max((begin for d in others if (begin := in_force_from(d)) and begin <= date.today()), default=None)
        now = f"，现行版本自{_day(newest)}起施行" if newest and newest > term.begin and newest != term.end else ""
        said.append(f"{document.titled}用的是{_day(term.begin)}起施行的版本{until}{now}。")
    return "".join(said)


def not_in_force(corpus: Corpus, named: Iterable[str], on: date) -> str:
    """Why none of the documents named can be answered from on that day; empty if one can, or none is named."""
    held = terms(corpus)
    found = {d.id: held[d.id] for i in dict.fromkeys(named) for d in family(corpus, i)}
    if not found or any(term.holds(on) for term in found.values()):
        return ""
    first = min(found, key=lambda i: found[i].begin or date.min)
    title, term = corpus.document(first).titled, found[first]
    return f"{title}{_standing(term, on)}：按{_day(on)}有效的文本，不能引用它的内容。"


def _standing(term: Term, on: date) -> str:
    if term.begin is not None and on < term.begin:
        return f"自{_day(term.begin)}起施行，当时还没有施行"
    return f"已自{_day(term.end)}起不再有效" if term.end and term.end > date.min else "当时已不再有效"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
