"""How rare a character pair is in the corpus, and how much of one text's weight another holds."""

import math
import re
from collections import Counter

from assistant.answering.question import bigrams, cues
from corpus.library import Corpus

__all__ = ["TermWeights", "signs"]


_HELD = 8192
"""Sets of terms whose weight is kept."""

RARE = 0.016
"""Share of the clauses below which a character counts as rare: 窗, 桩, 茅 but not 机, 关, 的."""


def signs(text: str) -> frozenset[str]:
    """Each Chinese character and each Latin word of a text.

    >>> sorted(signs("LED灯，26℃"))
    ['led', '灯']
    """
    return frozenset(re.findall(r"[\u4e00-\u9fff]|[a-z]{2,}", text.lower()))


class TermWeights:
    """Inverse document frequency of character pairs over the headings, names and texts of the corpus."""

    def __init__(self, corpus: Corpus) -> None:
        counts: Counter[str] = Counter()
        for clause in corpus.clauses:
            counts.update(bigrams(f"{clause.heading} {clause.text}"))
        self._total = len(corpus.clauses)
        self._weights = {term: self._weight(count) for term, count in counts.items()}
        self._absent = self._weight(0)
        self._wholes: dict[frozenset[str], float] = {}
        self._signs = Counter(sign for clause in corpus.clauses for sign in signs(f"{clause.heading}{clause.text}"))

    def rare(self, text: str) -> frozenset[str]:
        """The characters and Latin words of a text that few clauses have: what it is about, not how it is asked."""
        plain = cues().plain
        return frozenset(s for s in signs(text) - plain if self._signs.get(s, 0) <= RARE * self._total)

    def known(self, term: str) -> bool:
        """Whether any clause has the term."""
        return term in self._weights

    def _weight(self, count: int) -> float:
        return math.log(1 + self._total / (1 + count))

    def weight(self, term: str) -> float:
        return self._weights.get(term, self._absent)

    def weighed(self, terms: frozenset[str]) -> float:
        """The weights of all terms together."""
        held = self._wholes.get(terms)
        if held is None:
            if len(self._wholes) >= _HELD:
                self._wholes.clear()
            held = self._wholes[terms] = sum(map(self.weight, terms))
        return held

    def share(self, part: frozenset[str], whole: frozenset[str]) -> float:
        """The weighted share of ``whole`` that ``part`` holds, 0 to 1."""
        total = self.weighed(whole)
        return sum(map(self.weight, whole & part)) / total if total else 0.0
