"""A search looked into: what each leg of retrieval made of a query, what they gave together, what the ranker made of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answering.evidence import gather
from assistant.answering.ranking import weigh
from assistant.conversation.understanding import clean
from assistant.retrieval import Leg
from corpus.model import Clause, Document

if TYPE_CHECKING:
    from assistant.conversation.steps import Core

__all__ = ["Found", "Trial", "trial"]


@dataclass(frozen=True, slots=True)
class Found:
    """One clause: where the legs together ranked it (from 1), and where the ranker did; ``None`` where it left it out.

    ``legs`` are ``dense`` (cosine), ``lexical`` (BM25), ``asked`` and ``asked_lexical`` (the same against the questions the
    clause is known to answer); ``asked`` is the nearest of these questions. ``exact``: named by its number.
    """

    clause: Clause
    document: Document
    fused: Leg
    ranker: Leg | None
    legs: Mapping[str, Leg]
    exact: bool
    asked: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The clauses as an answer would use them, best first, and how long each part took, in milliseconds."""

    query: str
    found: tuple[Found, ...]
    milliseconds: Mapping[str, float]


def trial(core: "Core", query: str, k: int = 20) -> Trial:
    """Search as a question does and keep every score. Raises ``InputError`` for an empty or overlong query."""
    query = clean(query)
    began = time.perf_counter()
    question = core.read(query)
    read = time.perf_counter()
    hits = core.retriever.search(query, k)
    searched = time.perf_counter()
    ordered = weigh(question, gather(core.corpus, hits), core.weights)
    ranked = time.perf_counter()
    ranks = {item.clause.key: Leg(rank, item.score) for rank, item in enumerate(ordered, 1)}
    found = [
        Found(
            clause=(clause := core.corpus.get(hit.key)),
            document=core.corpus.document_of(clause),
            fused=Leg(rank, hit.score),
            ranker=ranks.get(hit.key),
            legs=hit.legs,
            exact=hit.exact,
            asked=hit.asked.question if hit.asked else "",
        )
        for rank, hit in enumerate(hits, 1)
    ]
    found.sort(key=lambda f: (f.ranker.rank if f.ranker and f.ranker.rank else len(hits) + 1, f.fused.rank or 0))
    spent = {"read": read - began, "search": searched - read, "rank": ranked - searched, "total": ranked - began}
    return Trial(query, tuple(found), {name: seconds * 1000 for name, seconds in spent.items()})
