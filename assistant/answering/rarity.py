"""How rare a character pair is in the corpus, and how much of one text's weight another holds."""

import math
from collections import Counter

from assistant.answering.question import bigrams
from corpus.library import Corpus

__all__ = ["TermWeights"]


class TermWeights:
    """Inverse document frequency of character pairs over the headings, names and texts of the corpus."""

    def __init__(self, corpus: Corpus) -> None:
        counts: Counter[str] = Counter()
        for clause in corpus.clauses:
            counts.update(bigrams(f"{clause.heading} {clause.text}"))
        self._total = len(corpus.clauses)
        self._counts = counts

    def known(self, term: str) -> bool:
        """Whether any clause has the term."""
        return term in self._counts

    def weight(self, term: str) -> float:
        return math.log(1 + self._total / (1 + self._counts.get(term, 0)))

    def share(self, part: frozenset[str], whole: frozenset[str]) -> float:
        """The weighted share of ``whole`` that ``part`` holds, 0 to 1."""
        total = sum(self.weight(t) for t in whole)
        return sum(self.weight(t) for t in whole & part) / total if total else 0.0
