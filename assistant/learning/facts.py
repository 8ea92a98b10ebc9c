"""What there is to know: one fact a figure, a sentence of a clause, or a term, each with the clause it stands in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2s
from typing import Literal

from assistant.learning.fitness import doubtful, fit
from corpus import expansion
from corpus.library import Corpus
from corpus.model import Clause, Document, DocumentKind, Indicator, Region, Scene

__all__ = ["Fact", "FactKind", "Figure", "asking", "bare", "facts", "figures_of", "place_of", "stem"]

FactKind = Literal["figure", "clause", "term"]

SHORTEST_SPAN = 8
"""Characters of the words of a clause below which they could stand in any clause."""

_CALENDAR = range(1900, 2200)
_REGIONS = {Region.SHENZHEN: 0, Region.GUANGDONG: 1, Region.NATIONAL: 2, Region.ELSEWHERE: 3}


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator with what tells it from every other of its clause."""

    indicator: Indicator
    low: float | str
    high: float | str

    @property
    def kind(self) -> str:
        """Figures of one kind can stand beside each other as options: the same unit, and years with years."""
        return "calendar" if is_calendar(self.indicator) else self.indicator.unit

    def agrees(self, other: "Figure") -> bool:
        """Whether two figures of one kind are equal or overlap, so that one could be taken for the other."""
        if isinstance(self.low, str) or isinstance(other.low, str):
            return self.indicator.value == other.indicator.value
        assert not isinstance(self.high, str)
        assert not isinstance(other.high, str)
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know. ``question`` is the front of its card, ``answer`` the back; ``figure`` only for a figure.

    ``id`` stays the same as long as the clause says the same thing of the same thing.
    """

    id: str
    kind: FactKind
    key: str
    scenes: tuple[Scene, ...]
    question: str
    answer: str
    tier: int
    figure: Figure | None = None


def facts(corpus: Corpus, on: date) -> tuple[Fact, ...]:
    """Every fact of the corpus that may be asked on that day, in the order of the library."""
    return tuple(fact for document in corpus.documents for fact in _of(corpus, document, on))


def _of(corpus: Corpus, document: Document, on: date) -> Iterator[Fact]:
    asked: Mapping[str, tuple[expansion.Asked, ...]] = {}
    fitting = [clause for clause in document.clauses if fit(corpus, clause, on)]
    if fitting:
        asked = expansion.asked_of(document)
    tier = _REGIONS[document.region]
    for clause in fitting:
        if document.kind is DocumentKind.GLOSSARY:
            yield Fact(
                _identity(clause.key),
                "term",
                clause.key,
                clause.scenes,
                f"“{clause.heading}”是什么意思？",
                clause.text,
                tier,
            )
            continue
        for figure in figures_of(clause):
            i = figure.indicator
            identity = _identity(clause.key, i.name, i.scope, i.year, i.base_year)
            question = f"{stem(document, clause, i)}{asking(i)}？"
            if bare(i) not in question:  # the title of a plan may give its year away
                yield Fact(identity, "figure", clause.key, clause.scenes, question, bare(i), tier, figure)
        if clause.locator is None or clause.strength is None:
            continue
        seen: set[str] = set()
        for entry in asked.get(clause.key, ()):
            span = entry.answer
            if len(span) < SHORTEST_SPAN or span in seen:
                continue
            seen.add(span)
            words = f"{place_of(document, clause)}：{entry.question.rstrip('？?。')}？"
            yield Fact(_identity(clause.key, span), "clause", clause.key, clause.scenes, words, span, tier)


def figures_of(clause: Clause) -> Iterator[Figure]:
    """The figures of a clause that can be asked, each told from every other by its name, scope and years."""
    if clause.strength is None:
        return
    for indicator in clause.indicators:
        alike = [i for i in clause.indicators if i.name == indicator.name and i is not indicator]
        apart = all(i.scope and indicator.scope and _told(i) != _told(indicator) for i in alike)
        worded = isinstance(indicator.value, str) or indicator.comparator == "≈"
        if apart and not worded and not doubtful(indicator.name, indicator.scope):
            values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
            numbers = [v for v in values if not isinstance(v, str)]
            yield Figure(indicator, min(numbers), max(numbers))


def _told(indicator: Indicator) -> tuple[object, ...]:
    return indicator.scope, indicator.year, indicator.base_year


def is_calendar(indicator: Indicator) -> bool:
    """Whether the figure is a year of the calendar and not a span of years."""
    return indicator.unit == "年" and isinstance(indicator.value, float) and indicator.value in _CALENDAR


def place_of(document: Document, clause: Clause) -> str:
    """Document and place, as a question names them."""
    place = clause.locator.text.rstrip("、") if clause.locator else ""
    return f"{document.name}{place}"


def stem(document: Document, clause: Clause, indicator: Indicator) -> str:
    """What a question about a figure says before it asks: document, place, scope, years and the name of the figure."""
    qualified = [indicator.scope] if indicator.scope else []
    if indicator.year and not is_calendar(indicator):
        qualified.append(f"{indicator.year}年")
    if indicator.base_year:
        qualified.append(f"与{indicator.base_year}年比")
    within = f"（{'，'.join(qualified)}）" if qualified else ""
    heading = f"“{clause.heading}”" if not clause.locator else ""
    return f"{place_of(document, clause)}{heading}中，“{indicator.name}”{within}"


_ASKS = {">=": "不低于多少", "<=": "不超过多少", ">": "高于多少", "<": "低于多少", "=": "是多少"}
_ASKS_YEAR = {">=": "不早于哪一年", "<=": "不晚于哪一年", ">": "晚于哪一年", "<": "早于哪一年", "=": "是哪一年"}


def asking(indicator: Indicator) -> str:
    """How the question ends: 不低于多少."""
    return (_ASKS_YEAR if is_calendar(indicator) else _ASKS)[indicator.comparator]


def bare(indicator: Indicator) -> str:
    """The figure without its comparator, which stands in the question.

    >>> bare(Indicator(name="夏季", value=26, unit="℃", comparator=">="))
    '26 ℃'
    """
    # Built anew, since a copy would keep the wording already worked out with the comparator.
    return Indicator.model_validate({**indicator.model_dump(), "comparator": "="}).written


def _identity(*parts: object) -> str:
    return blake2s("\n".join("" if p is None else str(p) for p in parts).encode(), digest_size=8).hexdigest()
