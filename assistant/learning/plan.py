"""The plan for the first two weeks: ten working days, each with lessons, a quiz and a calculator, ticked off one by one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.model import Scene
from corpus.record import read_yaml

__all__ = ["Day", "Item", "check_item", "days", "today"]

_DATA = Path(__file__).with_name("plan.yaml")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do on a day; ``kind`` says what ``target`` names: a lesson, the scenes of a quiz, or a calculator."""

    id: str
    kind: str
    target: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One working day of the plan, counted from 1."""

    number: int
    title: str
    items: tuple[Item, ...]

    def done(self, ticks: Iterable[str]) -> bool:
        """Whether everything of the day is ticked off."""
        return {item.id for item in self.items} <= set(ticks)


@cache
def days() -> tuple[Day, ...]:
    """The ten days."""
    raw = read_yaml(_DATA.read_text(encoding="utf-8"))["days"]
    return tuple(Day(number, str(day["title"]), tuple(_items(number, day))) for number, day in enumerate(raw, 1))


def today(ticks: Iterable[str]) -> Day | None:
    """The first day that is not done yet; ``None`` when all are."""
    ticked = frozenset(ticks)
    return next((day for day in days() if not day.done(ticked)), None)


def check_item(id: str) -> None:
    """Raise ``InputError`` where the plan has no such item."""
    if not any(item.id == id for day in days() for item in day.items):
        raise InputError("计划里没有这一项，请刷新页面再试。")


def _items(number: int, day: dict[str, Any]) -> Iterator[Item]:
    for lesson in day["lessons"]:
        yield Item(f"{number}/lesson/{lesson}", "lesson", lesson)
    scenes = [Scene(scene).value for scene in day["scenes"]]
    yield Item(f"{number}/quiz", "quiz", "、".join(scenes))
    yield Item(f"{number}/calculator", "calculator", day["calculator"], day["try"])
