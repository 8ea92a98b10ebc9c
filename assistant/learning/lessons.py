"""Lessons along the twelve Parts of the interpretation: what a Part asks, the figures others set, who must do what.

Nothing here is written for the lesson: every sentence is a clause, shown with its document and place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from assistant.learning.facts import place_of
from assistant.learning.fitness import doubtful, holds
from corpus.errors import InputError
from corpus.indicators import IndicatorRecord, lookup
from corpus.library import Corpus
from corpus.model import Clause, Confidence, Document, DocumentKind, Region, Scene, Strength
from corpus.record import read_yaml

__all__ = ["Duty", "Lesson", "Line", "Outline", "Section", "lesson", "outlines"]

INTERPRETATION = "guideline-interpretation"

_DATA = Path(__file__).with_name("lessons.yaml")

LINES = 5
"""Clauses a section shows at once; the rest are named below it."""

FIGURES = 12
"""Rows of the table of figures; more would bury the ones that matter here."""


class _Plan(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Section(_Plan):
    title: str
    words: tuple[str, ...]


class _Lesson(_Plan):
    id: str
    clause: str
    scene: Scene
    sections: tuple[_Section, ...]
    figures: tuple[str, ...]
    calculators: tuple[str, ...]


class _Lessons(_Plan):
    lessons: tuple[_Lesson, ...]
    actors: tuple[str, ...]
    duties: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A lesson as the list of lessons shows it; ``asks`` is what the interpretation says of the Part."""

    id: str
    part: str
    title: str
    scene: Scene
    asks: str


@dataclass(frozen=True, slots=True)
class Line:
    """One clause as a line of a lesson, with who must do it where the text says so."""

    text: str
    key: str
    where: str
    heading: str
    strength: Strength | None
    actor: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Section:
    """One theme: the clauses to read, and those to look up."""

    title: str
    lines: tuple[Line, ...]
    more: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One who must do something, with the lines that say so."""

    actor: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One Part. ``named`` are the indicators it names without values; ``figures`` what other documents set for them."""

    outline: Outline
    opening: Line
    note: str | None
    named: tuple[str, ...]
    sections: tuple[Section, ...]
    figures: tuple[IndicatorRecord, ...]
    duties: tuple[Duty, ...]
    practice: tuple[Line, ...]
    calculators: tuple[str, ...]
    previous: Outline | None
    following: Outline | None


@cache
def _data() -> _Lessons:
    return _Lessons.model_validate(read_yaml(_DATA.read_text(encoding="utf-8")))


def outlines(corpus: Corpus) -> tuple[Outline, ...]:
    """The twelve lessons in their order."""
    return tuple(_outline(corpus, plan) for plan in _data().lessons)


def lesson(corpus: Corpus, id: str, on: date) -> Lesson:
    """The lesson of that id with what holds on that day. Raises ``InputError`` for an unknown id."""
    plans = {plan.id: plan for plan in _data().lessons}
    plan = plans.get(id)
    if plan is None:
        raise InputError(f"没有这一课：{id[:40]}。共有 {len(plans)} 课，请从课程目录里选。")
    opening = corpus.get(f"{INTERPRETATION}#{plan.clause}")
    standing = {d.id: d for d in corpus.documents if holds(corpus, d, on) and d.id != INTERPRETATION}
    clauses = [c for c in corpus.clauses if plan.scene in c.scenes and c.document_id in standing and not c.outline]
    rules = [c for c in clauses if _is_rule(standing[c.document_id], c)]
    sections = tuple(_sections(standing, plan.sections, rules))
    cases = [c for c in clauses if _is_practice(standing[c.document_id])]
    order = outlines(corpus)
    at = next(i for i, outline in enumerate(order) if outline.id == id)
    return Lesson(
        outline=order[at],
        opening=_line(corpus.document_of(opening), opening),
        note=opening.note,
        named=opening.indicators_named,
        sections=sections,
        figures=_figures(corpus, plan, standing),
        duties=tuple(_duties(sections)),
        practice=tuple(_line(standing[c.document_id], c) for c in cases[:LINES]),
        calculators=plan.calculators,
        previous=order[at - 1] if at else None,
        following=order[at + 1] if at + 1 < len(order) else None,
    )


def _outline(corpus: Corpus, plan: _Lesson) -> Outline:
    clause = corpus.get(f"{INTERPRETATION}#{plan.clause}")
    return Outline(plan.id, plan.clause.partition("、")[2], clause.heading, plan.scene, clause.text)


def _is_rule(document: Document, clause: Clause) -> bool:
    return (
        document.region is not Region.ELSEWHERE
        and document.kind not in {DocumentKind.CASE, DocumentKind.REPORT, DocumentKind.GLOSSARY}
        and clause.strength is not None
        and not doubtful(clause.heading, clause.note)
    )


def _is_practice(document: Document) -> bool:
    return document.kind is DocumentKind.CASE and document.region in {Region.SHENZHEN, Region.GUANGDONG}


def _sections(
    standing: Mapping[str, Document], plans: Sequence[_Section], clauses: Iterable[Clause]
) -> Iterator[Section]:
    """Each clause goes to the section whose words fit it best; the nearest and most binding come first."""
    held: dict[str, list[tuple[tuple[Any, ...], Clause]]] = {plan.title: [] for plan in plans}
    for order, clause in enumerate(clauses):
        fits = [(_fit(clause, plan.words), -i, plan) for i, plan in enumerate(plans)]
        near, _, plan = max(fits, key=lambda f: f[:2])
        if near:
            rank = (-near, _weight(standing[clause.document_id], clause), order)
            held[plan.title].append((rank, clause))
    for plan in plans:
        lines = [_line(standing[c.document_id], c) for _, c in sorted(held[plan.title], key=lambda h: h[0])]
        if lines:
            yield Section(plan.title, tuple(lines[:LINES]), tuple(lines[LINES:]))


def _fit(clause: Clause, words: Iterable[str]) -> int:
    """2 where a word stands in the heading, 1 in the text, 0 nowhere."""
    words = tuple(words)
    if any(word in clause.heading for word in words):
        return 2
    return int(any(word in clause.text for word in words))


_REGIONS = {Region.SHENZHEN: 0, Region.NATIONAL: 1, Region.GUANGDONG: 1, Region.ELSEWHERE: 2}
_BINDING = {Strength.SHALL: 0, Strength.SHALL_NOT: 0, Strength.TARGET: 1}


def _weight(document: Document, clause: Clause) -> int:
    """Smaller for what binds, is near and was read at first hand."""
    secondhand = document.confidence is Confidence.SECONDARY
    assert clause.strength is not None
    return _BINDING.get(clause.strength, 2) + _REGIONS[document.region] + 3 * secondhand


def _line(document: Document, clause: Clause) -> Line:
    status = clause.text_status.label
    if document.confidence is Confidence.SECONDARY:
        status = f"{status}，{document.confidence.label}"
    return Line(
        clause.text,
        clause.key,
        place_of(document, clause),
        clause.heading,
        clause.strength,
        _actor(clause.text),
        status,
    )


def _actor(text: str) -> str | None:
    """Who must act: a name at the beginning with a word of duty close behind it, in the same breath.

    >>> _actor("公共机构要带头节约、不浪费"), _actor("任何单位不得对能源消费实行包费制"), _actor("单位面积能耗要下降")
    ('公共机构', '任何单位', None)
    """
    found = _subject().match(text)
    return found["actor"] if found else None


@cache
def _subject() -> re.Pattern[str]:
    data = _data()
    actors = "|".join(sorted(map(re.escape, data.actors), key=len, reverse=True))
    duties = "|".join(map(re.escape, data.duties))
    measures = "|".join(map(re.escape, data.measures))
    return re.compile(
        f"[^，。；、：]{{0,{LEAD}}}?(?P<actor>{actors})(?!{measures})[^，。；、：]{{0,{GAP}}}?(?:{duties})"
    )


LEAD = 6
GAP = 4
"""Characters before a name (各地、设有食堂的) and between it and the word of duty; with more it is not the one who must."""


def _figures(corpus: Corpus, plan: _Lesson, standing: Mapping[str, Document]) -> tuple[IndicatorRecord, ...]:
    """What documents in force set for the topics of a lesson, a fair share for each topic."""
    found: list[tuple[int, int, IndicatorRecord]] = []
    seen: set[tuple[str, str]] = set()
    for at, topic in enumerate(plan.figures):
        rows = [
            r
            for r in lookup(corpus, topic)
            if r.document_id in standing
            and r.strength is not None
            and r.region != Region.ELSEWHERE.value
            and plan.scene in r.scenes
            and not doubtful(r.name, r.scope, corpus.get(r.key).note, corpus.get(r.key).heading)
        ]
        rank = 0
        for row in rows:
            if (row.key, row.name + (row.scope or "")) not in seen:
                seen.add((row.key, row.name + (row.scope or "")))
                found.append((rank, at, row))
                rank += 1
    chosen = sorted(found, key=lambda f: f[:2])[:FIGURES]
    return tuple(row for _, _, row in sorted(chosen, key=lambda f: (f[1], f[0])))


def _duties(sections: Iterable[Section]) -> Iterator[Duty]:
    """The binding lines of a lesson by who must act, whoever has most first."""
    held: dict[str, list[Line]] = {}
    for section in sections:
        for line in (*section.lines, *section.more):
            if line.actor and line.strength in {Strength.SHALL, Strength.SHALL_NOT}:
                held.setdefault(line.actor, []).append(line)
    for actor, lines in sorted(held.items(), key=lambda h: -len(h[1])):
        yield Duty(actor, tuple(lines[:LINES]))
