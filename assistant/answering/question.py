"""What kind of answer a question wants: a figure in some unit, a yes or no, a definition, a list, a document's data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from sys import intern
from typing import Literal, cast

from corpus.record import read_yaml

__all__ = ["Asked", "Question", "bigrams", "content", "cues", "read"]

Asked = Literal["metadata", "definition", "figure", "yes_no", "list", "clause", "general"]

_PUNCTUATION = re.compile(r"[\s，。、；：？！“”‘’（）()《》〈〉〔〕\[\]\"'?!,.;:~～—\-]+")
_YEAR = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_PIECE = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_HELD = 4096
"""Texts whose pairs are kept: those of the clauses are looked at with every question, at most about 40 MB."""


@dataclass(frozen=True, slots=True)
class Cues:
    """The compiled cue table."""

    asked: Mapping[Asked, re.Pattern[str]]
    measures: tuple[tuple[re.Pattern[str], frozenset[str]], ...]
    bounds: tuple[tuple[re.Pattern[str], frozenset[str]], ...]
    contrasts: tuple[tuple[str, ...], ...]
    periods: Mapping[str, int]
    plain: frozenset[str]
    places: tuple[str, ...]
    strengths: Mapping[str, str]
    change: re.Pattern[str]
    asks_for_change: re.Pattern[str]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A standalone question as the writer needs it.

    ``bounds`` are the comparators that fit a limit asked for from one side; ``terms`` are its character pairs, ``meant`` those of the corpus words its everyday or English words stand for;
    ``documents`` the ids of documents it names, ``residue`` what it says besides naming them.
    """

    text: str
    asked: Asked
    also: frozenset[Asked]
    units: frozenset[str]
    years: frozenset[int]
    terms: frozenset[str]
    meant: frozenset[str]
    english: bool
    bounds: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    residue: str = ""

    @property
    def words(self) -> frozenset[str]:
        """Its own terms and what they stand for."""
        return self.terms | self.meant


@cache
def cues() -> Cues:
    """The cue table of ``cues.yaml``, compiled once."""
    raw = read_yaml(files("assistant.answering").joinpath("cues.yaml").read_text(encoding="utf-8"))
    return Cues(
        asked={cast(Asked, kind): re.compile("|".join(ps)) for kind, ps in raw["asked"].items()},
        measures=tuple((re.compile(p), frozenset(units)) for p, units in raw["measures"].items()),
        bounds=tuple((re.compile(p), frozenset(signs)) for p, signs in raw["bounds"].items()),
        contrasts=tuple(tuple(words) for words in raw["contrasts"]),
        periods=raw["periods"],
        plain=frozenset(raw["plain"]),
        places=tuple(raw["places"]),
        strengths=raw["strengths"],
        change=re.compile(raw["change"]),
        asks_for_change=re.compile(raw["asks_for_change"]),
        elsewhere=tuple(raw["elsewhere"]),
    )


@lru_cache(maxsize=_HELD)
def bigrams(text: str) -> frozenset[str]:
    """Character pairs of each run without punctuation; ASCII words count whole.

    >>> sorted(bigrams("充电桩 PUE"))
    ['pue', '充电', '电桩']
    """
    found: set[str] = set()
    for run in _PUNCTUATION.split(text.lower()):
        for piece in _PIECE.findall(run):
            if piece.isascii():
                found.add(intern(piece))
            else:
                found.update(intern(piece[i : i + 2]) for i in range(len(piece) - 1))
    return frozenset(found)


def read(
    text: str,
    *,
    names_clause: bool = False,
    documents: Sequence[str] = (),
    residue: str | None = None,
    expansions: Sequence[str] = (),
) -> Question:
    """Read a simplified-Chinese or English question. ``names_clause``: it names a clause by number.

    >>> q = read("夏天办公室空调最低开几度？")
    >>> q.asked, sorted(q.units)
    ('figure', ['℃', '摄氏度'])
    """
    table = cues()
    lowered = text.strip().lower()
    kinds = [kind for kind, pattern in table.asked.items() if pattern.search(lowered)]
    asked: Asked = kinds[0] if kinds else "general"
    if names_clause and asked in {"general", "list", "definition"}:
        asked = "clause"
    units: set[str] = set()
    if "figure" in kinds:
        for pattern, fitting in table.measures:
            if pattern.search(lowered):
                units |= fitting
    if asked == "yes_no" and not units:
        units = _units_given(text)
    letters = sum(c.isascii() and c.isalpha() for c in text)
    return Question(
        text=text.strip(),
        asked=asked,
        also=frozenset(kinds),
        units=frozenset(units),
        years=frozenset(
            [*map(int, _YEAR.findall(text)), *(year for period, year in table.periods.items() if period in text)]
        ),
        terms=bigrams(text),
        meant=bigrams(" ".join(expansions)) - bigrams(text),
        english=letters > sum("\u4e00" <= c <= "\u9fff" for c in text) * 2,
        bounds=frozenset().union(*(signs for pattern, signs in table.bounds if pattern.search(lowered))),
        places=tuple(place for place in table.places if place in text),
        documents=tuple(documents),
        residue=text if residue is None else residue,
    )


def _units_given(text: str) -> set[str]:
    """The units of the quantities a person holds against a rule (能开到22度吗): the rule must be in one of them."""
    from tools.quantities import find

    units: set[str] = set()
    for given in find(text):
        if given.dimension == "temperature" or "temperature" in given.ambiguous:
            units |= {"℃", "摄氏度"}
        elif given.dimension == "ratio":
            units.add("%")
        else:
            units.add(given.text.lstrip("0123456789.,零〇一二两三四五六七八九十百千"))
    return units


_GENERIC = re.compile(
    r"规定|内容|主要|哪些|什么|怎么|有关|介绍|文件|全文|条款|要求|重点|概括|总结|一下|讲|说|写|的|了|是|有|里|和|呢|吗|请|给我|看看|简单|大概|都|我"
    r"|[\s，。、；：？！“”《》?!,.]"
)


def content(residue: str) -> str:
    """What a question says besides naming a document and asking what is in it."""
    return _GENERIC.sub("", residue)
