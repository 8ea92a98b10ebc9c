"""The clauses one answer may stand on, each under a key handed out for this turn only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, citation
from assistant.retrieval import Hit, Leg
from corpus.expansion import Asked
from corpus.glossary import defining
from corpus.library import Corpus
from corpus.links import pointed_at
from corpus.model import Clause, Document

__all__ = ["Evidence", "Ledger", "Match", "define", "follow", "gather"]


@dataclass(frozen=True, slots=True)
class Match:
    """How the legs of retrieval found a clause: raw scores and reciprocal ranks, 0 where a leg did not.

    ``asked`` and ``asked_lexical`` are about the questions the clause is known to answer, ``None`` where none are known.
    """

    dense: float = 0.0
    dense_rank: float = 0.0
    lexical: float = 0.0
    lexical_rank: float = 0.0
    asked: float | None = None
    asked_rank: float = 0.0
    asked_lexical: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One retrieved clause with its document; ``score`` is relative to the best hit (1.0), ``exact`` a named clause.

    ``asked`` is the nearest of the questions it is known to answer; ``via`` the key of the clause that points at it,
    where that is what brought it in; ``defines`` the term and its definition, where it was found by a term it defines.
    """

    clause: Clause
    document: Document
    score: float
    exact: bool = False
    match: Match = Match()
    asked: Asked | None = None
    chance: float = 1.0
    via: str = ""
    defines: tuple[str, str] | None = None


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
        return tuple(citation(n, e.clause, e.document, e.via) for n, e in enumerate(self._items, 1))


def gather(corpus: Corpus, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
    """The clauses of the hits as evidence, best first, scores scaled so that the best is 1."""
    found = tuple(hits)
    top = max((hit.score for hit in found), default=0.0) or 1.0
    return tuple(
        Evidence(clause, corpus.document_of(clause), hit.score / top, hit.exact, _match(hit), hit.asked)
        for clause, hit in ((corpus.get(hit.key), hit) for hit in found)
    )


def define(corpus: Corpus, question: str, most: int = 3) -> tuple[Evidence, ...]:
    """The clauses that define the term a question asks the meaning of."""
    return tuple(
        Evidence(corpus.get(e.key), corpus.document(e.document_id), 1.0, exact=True, defines=(e.term, e.text))
        for e in defining(corpus, question)[:most]
    )


def follow(corpus: Corpus, item: Evidence, most: int = 2) -> tuple[Evidence, ...]:
    """The clauses that a clause sends its reader to, as evidence that it brought in."""
    return tuple(
        Evidence(clause, corpus.document_of(clause), item.score, via=item.clause.key)
        for clause in pointed_at(corpus, item.clause, most)
    )


def _match(hit: Hit) -> Match:
    none = Leg(None, 0.0)
    dense, lexical = hit.legs.get("dense", none), hit.legs.get("lexical", none)
    asked, asked_lexical = hit.legs.get("asked"), hit.legs.get("asked_lexical")
    return Match(
        dense.score,
        _reciprocal(dense),
        lexical.score,
        _reciprocal(lexical),
        asked.score if asked else None,
        _reciprocal(asked or none),
        asked_lexical.score if asked_lexical else None,
    )


def _reciprocal(leg: Leg) -> float:
    return 1 / leg.rank if leg.rank else 0.0
