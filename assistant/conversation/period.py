"""The day a question is asked from, where it names one: "2023年时…" is answered with what had been issued by then."""

import re
from calendar import monthrange
from datetime import date

from assistant.conversation.dialogue import dialogue

__all__ = ["as_of", "asks_for_now"]


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
