"""The clauses one answer may stand on, each under a key handed out for this turn only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, citation
from corpus.library import Corpus
from corpus.model import Clause, Document

__all__ = ["Evidence", "Ledger", "gather"]


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
