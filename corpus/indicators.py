"""Every figure of the corpus as a typed record, found by topic: what all documents set for it, side by side."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from corpus.library import Corpus
from corpus.model import Clause, Document, Indicator, Scene, Strength
from corpus.record import read_yaml
from corpus.versions import in_force_from, successor

__all__ = ["IndicatorRecord", "conflicts", "lookup", "pint_unit", "records", "topic_words", "unit_words"]

_DATA = Path(__file__).parent / "data" / "indicators.yaml"
_CALENDAR = range(1900, 2200)


@dataclass(frozen=True, slots=True)
class IndicatorRecord:
    """One figure with everything that tells it from another.

    ``low`` and ``high`` are in ``pint_unit`` (an expression the unit registry of the tools reads) and equal for a single
    value; all three are ``None`` for dates, calendar years, grades and worded values, which stand in ``written`` alone.
    ``standing`` is 现行, 征求意见稿, 已由…代替, or what the document says of itself (规划期已结束 …).
    """

    name: str
    written: str
    value: float | str | tuple[float, ...]
    unit: str
    low: float | None
    high: float | None
    pint_unit: str | None
    comparator: str
    year: int | None
    base_year: int | None
    scope: str | None
    strength: Strength | None
    scenes: tuple[Scene, ...]
    key: str
    document_id: str
    title: str
    number: str | None
    place: str
    region: str
    standing: str
    text_status: str

    def to_json(self) -> dict[str, Any]:
        """The record for other programs; enums as their text."""
        shown = {name: getattr(self, name) for name in self.__slots__}
        shown["scenes"] = [s.value for s in self.scenes]
        shown["strength"] = self.strength.value if self.strength else None
        shown["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return shown


@cache
def _data() -> Mapping[str, Any]:
    raw = read_yaml(_DATA.read_text(encoding="utf-8"))
    return dict(raw)


def pint_unit(unit: str) -> tuple[str, float] | None:
    """The pint expression of a written unit and how many of it one written unit makes; ``None`` where there is none.

    >>> pint_unit("万平方米"), pint_unit("℃"), pint_unit("星")
    (('m**2', 10000.0), ('degC', 1.0), None)
    """
    plain = re.sub(r"[（(][^（）()]*不含[^（）()]*[）)]", "", unit)
    found = _data()["units"].get(unit) or _data()["units"].get(plain)
    return (str(found[0]), float(found[1])) if found else None


def unit_words(kind: Literal["date", "ordinal"]) -> tuple[str, ...]:
    """The words written as units of dates (日期) or of orders (星, 级), which measure nothing."""
    return tuple(_data()[kind])


def records(corpus: Corpus) -> Iterator[IndicatorRecord]:
    """Every indicator of the corpus, document by document."""
    for document in corpus.documents:
        standing = _standing(corpus, document)
        for clause in document.clauses:
            for indicator in clause.indicators:
                yield _record(document, clause, indicator, standing)


def lookup(
    corpus: Corpus,
    topic: str,
    *,
    scene: Scene | None = None,
    year: int | None = None,
    scope: str | None = None,
    as_of: date | None = None,
) -> tuple[IndicatorRecord, ...]:
    """What all documents set for a topic: figures whose name, scope or heading holds its words or their synonyms.

    Several words narrow each other (``公务用车 比例``). Sorted by how near the name is to the topic, then by region
    (Shenzhen, Guangdong, the country, elsewhere), standing texts before those replaced.

    >>> from corpus.library import load
    >>> [r.written for r in lookup(load(), "空调温度") if r.document_id == "rule-public-building-indoor-temp"]
    ['≥26 ℃', '≤20 ℃']
    """
    wanted = topic_words(topic)
    if not wanted:
        return ()
    found: list[tuple[tuple[float, int, int, str], IndicatorRecord]] = []
    for record in records(corpus):
        clause = corpus.get(record.key)
        if scene is not None and scene not in record.scenes:
            continue
        if year is not None and record.year != year:
            continue
        if scope is not None and scope not in f"{record.scope or ''}{record.title}{record.region}":
            continue
        if (
            as_of is not None
            and (begin := in_force_from(corpus.document(record.document_id))) is not None
            and begin > as_of
        ):
            continue
        near = _nearness(wanted, record, clause)
        if near:
            found.append(((-near, _REGIONS.get(record.region, 9), record.standing != "现行", record.key), record))
    return tuple(record for _, record in sorted(found, key=lambda f: f[0]))


_REGIONS = {"深圳": 0, "广东": 1, "全国": 2, "外地": 3}


def topic_words(topic: str) -> tuple[tuple[str, ...], ...]:
    """The words of a topic, each with what documents write for it.

    >>> topic_words("食堂 油烟")
    (('食堂', '油烟', '餐厨', '厨余', '灶'), ('油烟',))
    """
    topics: Mapping[str, list[str]] = _data()["topics"]
    words: list[tuple[str, ...]] = []
    for word in re.split(r"[\s,，、]+", topic.strip()):
        if word:
            words.append(tuple(dict.fromkeys([word, *topics.get(word, ())])))
    return tuple(words)


def _nearness(wanted: Iterable[tuple[str, ...]], record: IndicatorRecord, clause: Clause) -> float:
    """3 where a word stands in the name, 2 in the scope, 1 in the heading; half for a synonym; 0 if any word is missing."""
    total = 0.0
    for words in wanted:
        best = 0.0
        for rank, word in enumerate(words):
            weight = 1.0 if rank == 0 else 0.5
            for level, text in ((3, record.name), (2, record.scope or ""), (1, clause.heading)):
                if word in text:
                    best = max(best, level * weight)
        if not best:
            return 0.0
        total += best
    return total


def conflicts(found: Iterable[IndicatorRecord]) -> tuple[tuple[IndicatorRecord, ...], ...]:
    """Groups that set different values for one thing: the same name and unit, different documents, different figures."""
    grouped: dict[tuple[str, str | None, int | None], list[IndicatorRecord]] = {}
    for record in found:
        grouped.setdefault((record.name, record.pint_unit or record.unit, record.year), []).append(record)
    return tuple(
        tuple(group) for group in grouped.values() if len({r.document_id for r in group}) > 1 and _differ(group)
    )


def _differ(group: Iterable[IndicatorRecord]) -> bool:
    """Whether the figures differ, however their units are written (立方米 and m³ are one), or bound opposite sides."""
    figures = {(r.written,) if r.low is None or r.high is None else (f"{r.low:.9g}", f"{r.high:.9g}") for r in group}
    return len(figures) > 1 or {">", "<"} <= {r.comparator[:1] for r in group}


def _record(document: Document, clause: Clause, indicator: Indicator, standing: str) -> IndicatorRecord:
    low, high, unit = _amount(indicator)
    return IndicatorRecord(
        name=indicator.name,
        written=indicator.written,
        value=indicator.value,
        unit=indicator.unit,
        low=low,
        high=high,
        pint_unit=unit,
        comparator=indicator.comparator,
        year=indicator.year,
        base_year=indicator.base_year,
        scope=indicator.scope,
        strength=clause.strength,
        scenes=clause.scenes,
        key=clause.key,
        document_id=document.id,
        title=document.title,
        number=document.number,
        place=clause.place,
        region=document.region.value,
        standing=standing,
        text_status=clause.text_status.value,
    )


def _amount(indicator: Indicator) -> tuple[float | None, float | None, str | None]:
    unit = pint_unit(indicator.unit)
    values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
    numbers = [v for v in values if not isinstance(v, str)]
    if unit is None or len(numbers) != len(values) or not numbers:
        return None, None, None
    expression, size = unit
    if expression == "year" and all(v in _CALENDAR for v in numbers):
        return None, None, None
    return min(numbers) * size, max(numbers) * size, expression


def _standing(corpus: Corpus, document: Document) -> str:
    newer = successor(corpus, document.id)
    if newer is not None:
        return f"已由{newer.name}代替"
    return document.status or ("征求意见稿" if "征求意见稿" in document.title else "现行")
