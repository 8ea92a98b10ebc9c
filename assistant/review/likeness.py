"""How much of a claim a clause holds: weighted character pairs, and likeness of sense by the bundled embedding."""

import itertools
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from corpus.library import Corpus
from corpus.model import Clause

if TYPE_CHECKING:
    from assistant.retrieval.embedding import Embedder

__all__ = ["Likeness", "pairs", "told"]

_WORDS = re.compile(r"[\u4e00-\u9fff]+|[a-z]+", re.IGNORECASE)
_GRAMMAR = frozenset("的了和及与或等其并在对将把按以由为之中所被可应须宜要")


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring Chinese characters, and Latin words; particles and binding words drop out.

    >>> sorted(pairs("应报送PUE数据"))
    ['pue', '报送', '数据']
    """
    found: set[str] = set()
    for run in _WORDS.findall(text.lower()):
        if run[0].isascii():
            found.add(run)
        else:
            found.update(a + b for a, b in itertools.pairwise(run) if a not in _GRAMMAR and b not in _GRAMMAR)
    return frozenset(found)


def told(clause: Clause) -> str:
    """Everything a clause says: heading, text, names and scopes of its indicators."""
    named = "；".join(f"{i.name}{i.scope or ''}" for i in clause.indicators)
    return f"{clause.heading}。{clause.text}。{named}"


class Likeness:
    """Likeness of claims to clauses of one corpus. ``embedder`` may be ``None``: then only character pairs count."""

    def __init__(self, corpus: Corpus, embedder: "Embedder | None" = None) -> None:
        self._corpus = corpus
        self._embedder = embedder
        self._vectors: dict[str, tuple[float, ...]] = {}

    @cached_property
    def _pairs(self) -> dict[str, frozenset[str]]:
        return {clause.key: pairs(told(clause)) for clause in self._corpus.clauses}

    @cached_property
    def _counts(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for held in self._pairs.values():
            counts.update(held)
        return counts

    def weight(self, pair: str) -> float:
        """Inverse document frequency of a pair; one never seen weighs as much as a rare one at half, not more."""
        seen = self._counts.get(pair, 0)
        return math.log(1 + len(self._pairs) / (1 + seen)) * (1.0 if seen else 0.5)

    def share(self, claim: str, clauses: Sequence[Clause]) -> float:
        """The weighted share of the claim's pairs that the clauses hold together, 0 to 1."""
        wanted = pairs(claim)
        held = frozenset().union(*(self._pairs[c.key] for c in clauses))
        total = sum(self.weight(p) for p in wanted)
        return sum(self.weight(p) for p in wanted & held) / total if total else 0.0

    def senses(self, claim: str, places: Sequence[Sequence[Clause]]) -> list[float]:
        """Likeness of sense of the claim to each place, scaled from 0 (least of these) to 1 (most); 0 without embedding."""
        if self._embedder is None or len(places) < 2:
            return [0.0] * len(places)
        import numpy as np

        missing = [c for place in places for c in place if c.key not in self._vectors]
        if missing:
            rows = self._embedder.embed_passages([f"{c.heading}。{c.text}" for c in missing])
            self._vectors.update((c.key, tuple(map(float, row))) for c, row in zip(missing, rows, strict=True))
        query = self._embedder.embed_queries([claim])[0]
        scores = np.array([max(float(np.dot(query, self._vectors[c.key])) for c in place) for place in places])
        spread = float(scores.max() - scores.min())
        return [float(s) for s in (scores - scores.min()) / spread] if spread else [0.0] * len(places)
