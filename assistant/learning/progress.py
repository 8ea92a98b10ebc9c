"""What each person has learnt: one FSRS card a fact, the plan's ticks; kept in SQLite, or in Postgres by one setting.

Every row has an owner, and every call names one: there is no way to ask for another's without his name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal

from assistant.database import PostgresRows, Rows, SqliteRows, alone, failures, pool

if TYPE_CHECKING:
    from fsrs import Card
    from fsrs import Rating as Grade

__all__ = ["LEARNT_DAYS", "RATINGS", "Held", "Progress", "Rating", "State", "open_progress"]

Rating = Literal["again", "hard", "good", "easy"]
RATINGS: tuple[Rating, ...] = ("again", "hard", "good", "easy")

LEARNT_DAYS = 7
"""A card counts as mastered while it is not due and its next review was set at least so many days after the last."""

_POOL = 4
_WHAT = "学习进度"
_CARDS = """CREATE TABLE IF NOT EXISTS nearzero_cards (
    owner TEXT NOT NULL, card TEXT NOT NULL, state TEXT NOT NULL, due TEXT NOT NULL,
    reviews INTEGER NOT NULL, lapses INTEGER NOT NULL, PRIMARY KEY (owner, card))"""
_TICKS = """CREATE TABLE IF NOT EXISTS nearzero_plan (
    owner TEXT NOT NULL, item TEXT NOT NULL, done TEXT NOT NULL, PRIMARY KEY (owner, item))"""


class State(StrEnum):
    """Where a fact stands with a person; every fact is in exactly one."""

    NEW = "new"
    LEARNING = "learning"
    DUE = "due"
    MASTERED = "mastered"


@dataclass(frozen=True, slots=True)
class Held:
    """One card of a person: when it is due, how often it was reviewed and forgotten."""

    due: datetime
    last: datetime
    reviews: int
    lapses: int

    def state(self, now: datetime) -> State:
        """Due once its time has come; mastered where it holds for at least ``LEARNT_DAYS``; else learning."""
        if self.due <= now:
            return State.DUE
        return State.MASTERED if self.due - self.last >= timedelta(days=LEARNT_DAYS) else State.LEARNING


class Progress:
    """The cards and ticks of everybody. Safe to share between threads."""

    def __init__(self, rows: Rows, kinds: tuple[type[Exception], ...]) -> None:
        from fsrs import Scheduler

        self._rows = rows
        self._kinds = kinds
        self._lock = Lock()
        # Without the random spread of days, so that the same answers give the same plan.
        self._scheduler = Scheduler(enable_fuzzing=False)
        with failures(kinds, _WHAT):
            rows.run(_CARDS)
            rows.run(_TICKS)

    def cards(self, owner: str) -> Mapping[str, Held]:
        """A person's cards by the fact they are about."""
        with failures(self._kinds, _WHAT):
            rows = self._rows.run(
                "SELECT card, state, due, reviews, lapses FROM nearzero_cards WHERE owner = ?", (owner,)
            )
        return {
            card: Held(datetime.fromisoformat(due), _last(state, due), reviews, lapses)
            for card, state, due, reviews, lapses in rows
        }

    def review(self, owner: str, fact: str, rating: Rating, now: datetime | None = None) -> datetime:
        """Note how well a person knew a fact; the time it is due again."""
        with self._lock, failures(self._kinds, _WHAT):
            card, _ = self._scheduler.review_card(self._card(owner, fact), _grade(rating), now or datetime.now(UTC))
            self._rows.run(
                "INSERT INTO nearzero_cards (owner, card, state, due, reviews, lapses) VALUES (?, ?, ?, ?, 1, ?) "
                "ON CONFLICT (owner, card) DO UPDATE SET state = excluded.state, due = excluded.due, "
                "reviews = nearzero_cards.reviews + 1, lapses = nearzero_cards.lapses + excluded.lapses",
                (owner, fact, card.to_json(), card.due.isoformat(), int(rating == "again")),
            )
        return card.due

    def waits(self, owner: str, fact: str, now: datetime | None = None) -> Mapping[Rating, timedelta]:
        """How long until a fact would come again, for each rating; nothing is noted."""
        now = now or datetime.now(UTC)
        with failures(self._kinds, _WHAT):
            card = self._card(owner, fact)
        return {rating: self._scheduler.review_card(card, _grade(rating), now)[0].due - now for rating in RATINGS}

    def _card(self, owner: str, fact: str) -> "Card":
        from fsrs import Card

        found = self._rows.run("SELECT state FROM nearzero_cards WHERE owner = ? AND card = ?", (owner, fact))
        # The number of a card is not used; given here, since fsrs would wait a millisecond to make one.
        return Card.from_json(found[0][0]) if found else Card(card_id=0)

    def ticks(self, owner: str) -> frozenset[str]:
        """The items of the plan a person has ticked off."""
        with failures(self._kinds, _WHAT):
            return frozenset(
                item for (item,) in self._rows.run("SELECT item FROM nearzero_plan WHERE owner = ?", (owner,))
            )

    def tick(self, owner: str, item: str, *, done: bool = True) -> None:
        """Tick an item of the plan off, or take the tick back."""
        with failures(self._kinds, _WHAT):
            if done:
                self._rows.run(
                    "INSERT INTO nearzero_plan (owner, item, done) VALUES (?, ?, ?) ON CONFLICT (owner, item) DO NOTHING",
                    (owner, item, datetime.now(UTC).isoformat(timespec="seconds")),
                )
            else:
                self._rows.run("DELETE FROM nearzero_plan WHERE owner = ? AND item = ?", (owner, item))

    def reset(self, owner: str) -> None:
        """Forget everything of a person; nobody else's is touched."""
        with failures(self._kinds, _WHAT):
            self._rows.run("DELETE FROM nearzero_cards WHERE owner = ?", (owner,))
            self._rows.run("DELETE FROM nearzero_plan WHERE owner = ?", (owner,))

    def close(self) -> None:
        """Close every connection."""
        self._rows.close()


def open_progress(path: Path, url: str | None = None) -> Progress:
    """The progress at a Postgres address (``postgresql://…``), else in the SQLite file at ``path``.

    Raises ``StoreUnavailable`` where it cannot be opened.
    """
    return _postgres(url) if url else _sqlite(path)


def _sqlite(path: Path) -> Progress:
    import sqlite3

    kinds = (sqlite3.Error, OSError)
    with failures(kinds, _WHAT):
        path.parent.mkdir(parents=True, exist_ok=True)
        return Progress(SqliteRows(path), kinds)


def _postgres(url: str) -> Progress:
    import psycopg

    kinds = (psycopg.Error, OSError)
    with failures(kinds, _WHAT):
        connections = pool(url, _POOL)
        with alone(connections):
            return Progress(PostgresRows(connections), kinds)


def _grade(rating: Rating) -> "Grade":
    from fsrs import Rating as Grade

    return {"again": Grade.Again, "hard": Grade.Hard, "good": Grade.Good, "easy": Grade.Easy}[rating]


def _last(state: str, due: str) -> datetime:
    reviewed = json.loads(state)["last_review"]
    return datetime.fromisoformat(reviewed or due)
