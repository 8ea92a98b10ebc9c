"""The answers to the questions of one message put together: one text under headings, one row of citations."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.answer import Answer, AnswerKind, Citation
from assistant.conversation.markup import inert

__all__ = ["heading", "joined"]

_MARK = re.compile(r"\[(\d{1,3})\](?!\()")
_KINDS: tuple[AnswerKind, ...] = ("calculation", "answer", "clarification", "refusal")
"""The kind of the whole is the first of these that a part has."""

_SUGGESTIONS = 3
_LONGEST_HEADING = 40


def heading(number: int, question: str) -> str:
    """The heading over one part.

    >>> heading(1, "空调开几度？")
    '### 1. 空调开几度？'
    """
    words = inert(question).strip()
    return f"### {number}. {words}" if len(words) <= _LONGEST_HEADING else f"### 问题 {number}"


def joined(question: str, answers: Sequence[Answer], headings: Sequence[str], left: int) -> Answer:
    """One answer of several, each under its heading; ``left`` questions were not answered.

    A clause that two parts cite gets one mark.
    """
    citations: list[Citation] = []
    figures = []
    blocks = []
    for answer, head in zip(answers, headings, strict=True):
        marks: dict[int, int] = {}
        for cited in answer.citations:
            known = next((c for c in citations if (c.key, c.page) == (cited.key, cited.page)), None)
            if known is None:
                known = replace(cited, n=len(citations) + 1)
                citations.append(known)
            marks[cited.n] = known.n
        blocks += [head, _marked(answer.text, marks)]
        figures += [replace(f, citation=marks.get(f.citation, f.citation)) for f in answer.figures]
    if left:
        blocks.append(f"一次最多回答 {len(answers)} 个问题，还有 {left} 个请接着问。")
    last = answers[-1]
    kinds = {answer.kind for answer in answers}
    suggestions = dict.fromkeys(s for answer in answers for s in answer.suggestions)
    return replace(
        last,
        question=question,
        kind=next(kind for kind in _KINDS if kind in kinds),
        text="\n\n".join(blocks),
        citations=tuple(citations),
        figures=tuple(figures),
        calculations=tuple(c for answer in answers for c in answer.calculations),
        engine=next((a.engine for a in answers if a.engine != "extractive"), last.engine),
        suggestions=tuple(suggestions)[:_SUGGESTIONS],
        note=" ".join(dict.fromkeys(a.note for a in answers if a.note)),
    )


def _marked(text: str, marks: Mapping[int, int]) -> str:
    return _MARK.sub(lambda m: f"[{marks.get(int(m[1]), int(m[1]))}]", text)
