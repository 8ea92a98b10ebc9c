"""The clauses one answer may stand on, each under a key handed out for this turn only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, citation
from assistant.retrieval import Hit
from corpus.library import Corpus
from corpus.model import Clause, Document

__all__ = ["Evidence", "Ledger", "Match", "gather"]


@dataclass(frozen=True, slots=True)
class Match:
    """How the two legs of retrieval found a clause: raw scores and reciprocal ranks, 0 where a leg did not."""

    dense: float = 0.0
    dense_rank: float = 0.0
    lexical: float = 0.0
    lexical_rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One retrieved clause with its document; ``score`` is relative to the best hit (1.0), ``exact`` a named clause."""

    clause: Clause
    document: Document
    score: float
    exact: bool = False
    match: Match = Match()


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


def gather(corpus: Corpus, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
    """The clauses of the hits as evidence, best first, scores scaled so that the best is 1."""
    found = tuple(hits)
    top = max((hit.score for hit in found), default=0.0) or 1.0
    return tuple(
        Evidence(clause, corpus.document_of(clause), hit.score / top, hit.exact, _match(hit))
        for clause, hit in ((corpus.get(hit.key), hit) for hit in found)
    )


def _match(hit: Hit) -> Match:
    dense, lexical = hit.legs.get("dense"), hit.legs.get("lexical")
    return Match(
        dense.score if dense else 0.0,
        1 / dense.rank if dense and dense.rank else 0.0,
        lexical.score if lexical else 0.0,
        1 / lexical.rank if lexical and lexical.rank else 0.0,
    )
