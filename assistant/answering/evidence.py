"""The clauses one answer may stand on, each under a key handed out for this turn only."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import yaml

from assistant.answer import Citation, citation
from assistant.answering.question import Question
from corpus.library import Corpus
from corpus.model import Clause, Confidence, Document, DocumentKind, Region

__all__ = ["Evidence", "Ledger", "ended", "gather", "weigh"]

_ENDED = re.compile(r"已结束|废止|失效")
_EXAMPLES = re.compile(r"案例|例子|经验|做法|试点|样板|先进|实践|报道|case|example|pilot", re.I)
_PAST = re.compile(r"(?<!\d)20(0\d|1\d|2[0-5])(?!\d)|去年|历年|统计|实际|现状|目前|已经|多少家|how many")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One retrieved clause with its document; ``score`` is relative to the best hit (1.0), ``exact`` a named clause."""

    clause: Clause
    document: Document
    score: float
    exact: bool = False


class Ledger:
    """Hands out the marks [n] of one answer in order of first use, and keeps what each stands for."""

    def __init__(self) -> None:
        self._marks: dict[str, int] = {}
        self._items: list[Evidence] = []

    def mark(self, item: Evidence) -> str:
        """The mark of this clause, e.g. ``[2]``."""
        key = item.clause.key
        if key not in self._marks:
            self._items.append(item)
            self._marks[key] = len(self._items)
        return f"[{self._marks[key]}]"

    def number(self, item: Evidence) -> int:
        """The number of a clause already marked."""
        return self._marks[item.clause.key]

    @property
    def items(self) -> Sequence[Evidence]:
        return tuple(self._items)

    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation(n, e.clause, e.document) for n, e in enumerate(self._items, 1))


def gather(corpus: Corpus, hits: Iterable[tuple[str, float, bool]]) -> tuple[Evidence, ...]:
    """Evidence for ``(clause key, score, exact)`` triples, best first, scores scaled so that the best is 1."""
    triples = tuple(hits)
    top = max((score for _, score, _ in triples), default=0.0) or 1.0
    return tuple(
        Evidence(clause, corpus.document_of(clause), score / top, exact)
        for clause, score, exact in ((corpus.get(key), score, exact) for key, score, exact in triples)
    )


@cache
def _priors() -> Mapping[str, float]:
    loaded: Mapping[str, float] = yaml.safe_load(
        files("assistant.answering").joinpath("priors.yaml").read_text(encoding="utf-8")
    )
    return loaded


def weigh(question: Question, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence ordered by match and by standing (``priors.yaml``); superseded documents are left out."""
    kept = [e for e in evidence if e.document.superseded_by is None or e.exact] or list(evidence)
    weighed = [replace(e, score=e.score + sum(_priors()[name] for name in _standing(question, e))) for e in kept]
    top = max((e.score for e in weighed), default=1.0)
    scaled = [replace(e, score=max(e.score, 0.0) / top) for e in weighed] if top > 0 else weighed
    return tuple(sorted(scaled, key=lambda e: (not e.exact, -e.score)))


def ended(document: Document) -> bool:
    """Whether the document's own status says that its time is over."""
    return bool(_ENDED.search(document.status or ""))


def _standing(question: Question, item: Evidence) -> Iterable[str]:
    clause, document = item.clause, item.document
    named = document.id in question.documents
    if document.region is Region.ELSEWHERE and not question.places and not named:
        yield "elsewhere"
    if document.kind is DocumentKind.CASE and not named and not _EXAMPLES.search(question.text):
        yield "case"
    reports = document.kind is DocumentKind.REPORT and clause.strength is None and clause.values_given
    if reports and not named and not _PAST.search(question.text):
        yield "statistics"
    if ended(document) and not question.years and not named:
        yield "ended"
    if document.confidence is Confidence.SECONDARY:
        yield "secondary"
    if clause.locator is None and document.kind is not DocumentKind.GLOSSARY:
        yield "no_locator"
    if document.kind is DocumentKind.GLOSSARY:
        yield "glossary" if question.asked == "definition" else "glossary_else"
    if question.asked == "figure" and any(i.unit in question.units for i in clause.indicators):
        yield "unit_fits"
