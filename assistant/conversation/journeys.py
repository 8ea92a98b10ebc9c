"""Journeys given in words (20人坐高铁来回120公里；5辆公务车共200公里): found in a sentence, put right in part, extended."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tools.quantities import FoundQuantity, find
from tools.units import load_data

__all__ = ["Segment", "mode_words", "pieces", "put_right", "revised", "segments", "without"]

_SEGMENT = re.compile(r"[^，,。；;？?！!\n]+")
_LISTED = re.compile(r"[^、]+")
_DISTANCE = "distance"
_TOGETHER = "person/vehicle"
"""How many go in one car is no journey of its own."""
_PART = re.compile(r"其中|有\d|里面|改|换")
_SWAPS = re.compile(r"改|换|都|全|不坐|不开|\binstead\b|\bswitch", re.I)
_WAYS = (("单程",), ("来回", "往返"))
"""Words for one way and for both, which take each other's place."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a sentence and where it starts."""

    start: int
    text: str


def segments(text: str) -> list[Segment]:
    """The pieces of a sentence between its stops."""
    return [Segment(m.start(), m.group()) for m in _SEGMENT.finditer(text)]


@cache
def _modes() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(mode["words"]) for mode in load_data("travel_modes.yaml"))


@cache
def _mode() -> re.Pattern[str]:
    longest = sorted((word for words in _modes() for word in words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest)), re.I)


def mode_words() -> tuple[str, ...]:
    """Words for ways of travelling, without those of one character."""
    return tuple(word for words in _modes() for word in words if len(word) > 1)


def pieces(found: Sequence[Segment], cues: Sequence[str]) -> list[Segment]:
    """The pieces of the sentence that hold a cue word, each with the distance that a following piece gives it."""
    kept: list[Segment] = []
    waiting = False
    for segment in found:
        for match in _LISTED.finditer(segment.text):
            piece = Segment(segment.start + match.start(), match.group())
            measured = any(q.dimension == _DISTANCE for q in find(piece.text))
            if waiting and measured and not _mode().search(piece.text):
                last = kept.pop()
                kept.append(Segment(last.start, f"{last.text}，{piece.text}"))
                waiting = False
            elif any(cue in piece.text for cue in cues):
                kept.append(piece)
                waiting = not measured
            else:
                waiting = False
    return [p for p in kept if any(q.dimension != _TOGETHER for q in find(p.text))]


def revised(held: str, question: str) -> str | None:
    """A journey given before with another way of travelling (飞机改坐高铁, 坐高铁呢); ``None`` where none is named.

    >>> revised("2人坐飞机来回2000公里", "坐高铁呢")
    '2人坐高铁来回2000公里'
    """
    said = [m.group() for m in _mode().finditer(question)]
    before = [m.group() for m in _mode().finditer(held)]
    if not said or not before:
        return None
    new = said[-1]
    same = next(words for words in _modes() if new.lower() in words)
    replaced = [w for w in said[:-1] if w in before] or [w for w in before if w.lower() not in same]
    # Of several means held one alone is spoken of, not taken instead of another.
    if len(set(replaced)) != 1 or (any(w.lower() in same for w in before) and not _SWAPS.search(question)):
        return None
    return held.replace(replaced[0], new)


def put_right(held: str, said: str) -> str | None:
    """The journeys held with what the sentence says of one of them; ``None`` where it speaks of none.

    A journey told whole takes the place of the one by the same means, else of all; a part of one (高铁的是40人,
    单程12公里) takes the place of the like in it.

    >>> put_right("30人坐高铁来回300公里；10人坐地铁单程9公里", "高铁的是40人")
    '40人坐高铁来回300公里；10人坐地铁单程9公里'
    >>> put_right("30人坐高铁来回300公里", "应该是单程150公里")
    '30人坐高铁单程150公里'
    """
    journeys = held.split("；")
    quantities = find(said)
    mode = _mode().search(said)
    whole = mode is not None and {_kind(q) for q in quantities} >= {_DISTANCE, "person"}
    by_means = [i for i, journey in enumerate(journeys) if mode and _same_means(journey, mode.group())]
    if whole:
        same = [i for i in by_means if _people(journeys[i]) == _people(said)] or by_means
        if len(same) != 1 or len(journeys) == 1:
            return said
        journeys[same[0]] = said
        return "；".join(journeys)
    if mode and not by_means and (split := _split(journeys, said, mode.group())):
        return split
    if mode and not by_means:
        swapped = revised(held, said)
        return swapped if swapped is None or not quantities else put_right(swapped, said)
    kinds = {_kind(q) for q in quantities}
    like = by_means or [i for i, j in enumerate(journeys) if kinds & {_kind(q) for q in find(j)}]
    if not quantities or len(like) != 1:
        return None
    journeys[like[0]] = _exchanged(journeys[like[0]], said, quantities)
    return "；".join(journeys)


def _split(journeys: Sequence[str], said: str, means: str) -> str:
    """其中30人改骑车: so many of the one journey go by other means; empty where it is not that."""
    there, moving = _people(journeys[0]), _people(said)
    whole = len(journeys) == 1 and there is not None and moving is not None and len(find(said)) == 1
    before = [m.group() for m in _mode().finditer(journeys[0])]
    if not (whole and len(set(before)) == 1 and _PART.search(said)) or not there or not moving or moving >= there:
        return ""
    old = next(q for q in find(journeys[0]) if _kind(q) == "person")
    start, end = old.span
    counted = [f"{journeys[0][:start]}{n:.10g}人{journeys[0][end:]}" for n in (there - moving, moving)]
    return f"{counted[0]}；{counted[1].replace(before[0], means)}"


def without(held: str, said: str) -> str:
    """The journeys held but for those by the means named; empty where none would be left or none is named.

    >>> without("30人坐高铁来回300公里；10人坐地铁单程9公里", "高铁的不算呢")
    '10人坐地铁单程9公里'
    """
    mode = _mode().search(said)
    journeys = held.split("；")
    left = [j for j in journeys if mode and not _same_means(j, mode.group())]
    return "；".join(left) if len(left) < len(journeys) else ""


def _kind(quantity: FoundQuantity) -> str:
    return (
        "person" if quantity.dimension in {"person", "vehicle", "person_trip"} else quantity.dimension.partition("/")[0]
    )


def _people(journey: str) -> float | None:
    return next((q.value for q in find(journey) if _kind(q) == "person"), None)


def _same_means(journey: str, word: str) -> bool:
    same = next(words for words in _modes() if word.lower() in words)
    return any(m.group().lower() in same for m in _mode().finditer(journey))


def _exchanged(journey: str, said: str, quantities: Sequence[FoundQuantity]) -> str:
    for new in quantities:
        old = next((q for q in find(journey) if _kind(q) == _kind(new)), None)
        if old is not None:
            start, end = old.span
            journey = f"{journey[:start]}{new.text}{journey[end:]}"
    for words, others in (_WAYS, _WAYS[::-1]):
        way = next((w for w in words if w in said), None)
        other = next((w for w in others if w in journey), None)
        if way and other:
            journey = journey.replace(other, way)
    return journey
