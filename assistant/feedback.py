"""What readers say of answers: useful or not, why, in their own words. Kept on the server, read by administrators."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.database import PostgresRows, Rows, SqliteRows, alone, failures, pool
from corpus.errors import InputError

__all__ = ["LONGEST_WORDS", "REASONS", "Feedback", "Rating", "open_feedback"]

REASONS = ("依据不对", "数字不对", "没答到点", "其他")
"""What can be wrong with an answer; a reader chooses any of them."""

LONGEST_WORDS = 1000
"""Characters of what a reader adds."""

_TABLE = """CREATE TABLE IF NOT EXISTS nearzero_feedback (
    owner TEXT NOT NULL, session TEXT NOT NULL, turn INTEGER NOT NULL, reader TEXT NOT NULL, useful INTEGER NOT NULL,
    reasons TEXT NOT NULL, words TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, noted TEXT NOT NULL,
    PRIMARY KEY (owner, session, turn))"""
_COLUMNS = "owner, session, turn, reader, useful, reasons, words, question, answer, noted"


@dataclass(frozen=True, slots=True)
class Rating:
    """A reader's judgement of one answer."""

    useful: bool
    reasons: tuple[str, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        """Raises ``InputError`` for a reason that is not offered or words that are too long."""
        if unknown := set(self.reasons) - set(REASONS):
            raise InputError(f"没有“{sorted(unknown)[0][:20]}”这个原因；可选：{'、'.join(REASONS)}。")
        if len(self.words) > LONGEST_WORDS:
            raise InputError(f"补充说明太长，请控制在 {LONGEST_WORDS} 字以内。")


class Feedback:
    """One rating an answer; a later one takes the place of an earlier. Safe to share between threads."""

    def __init__(self, rows: Rows, kinds: tuple[type[Exception], ...]) -> None:
        self._rows = rows
        self._kinds = kinds
        with failures(kinds, "反馈"):
            rows.run(_TABLE)

    def note(
        self, owner: str, session: str, turn: int, rating: Rating, kept: Mapping[str, Any], reader: str = ""
    ) -> None:
        """Keep a rating of the answer ``kept`` (``nearzero.answer/1``), the given turn of a conversation."""
        values = (
            owner,
            session,
            turn,
            reader,
            int(rating.useful),
            json.dumps(rating.reasons, ensure_ascii=False),
            rating.words.strip(),
            kept["question"],
            kept["answer"],
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with failures(self._kinds, "反馈"):
            self._rows.run(
                "DELETE FROM nearzero_feedback WHERE owner = ? AND session = ? AND turn = ?", (owner, session, turn)
            )
            self._rows.run(
                f"INSERT INTO nearzero_feedback ({_COLUMNS}) VALUES ({', '.join('?' * len(values))})", values
            )

    def of(self, owner: str, session: str) -> Mapping[int, bool]:
        """Which turns of a conversation were rated, and whether they were found useful."""
        with failures(self._kinds, "反馈"):
            rows = self._rows.run(
                "SELECT turn, useful FROM nearzero_feedback WHERE owner = ? AND session = ?", (owner, session)
            )
        return {int(turn): bool(useful) for turn, useful in rows}

    def forget(self, owner: str, session: str, after: int = 0) -> None:
        """Delete the ratings of the turns after that many: their answers are gone."""
        with failures(self._kinds, "反馈"):
            self._rows.run(
                "DELETE FROM nearzero_feedback WHERE owner = ? AND session = ? AND turn > ?", (owner, session, after)
            )

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The last ``most`` ratings, newest first, as JSON; for administrators."""
        with failures(self._kinds, "反馈"):
            rows = self._rows.run(
                f"SELECT {_COLUMNS} FROM nearzero_feedback ORDER BY noted DESC, session, turn DESC LIMIT ?", (most,)
            )
        return [_record(row) for row in rows]

    def close(self) -> None:
        self._rows.close()


def _record(row: Sequence[Any]) -> dict[str, Any]:
    record = dict(zip(_COLUMNS.split(", "), row, strict=True))
    del record["owner"], record["session"]
    return {**record, "useful": bool(record["useful"]), "reasons": json.loads(record["reasons"])}


def open_feedback(path: Path, url: str | None = None) -> Feedback:
    """The ratings at a Postgres address, else in the SQLite file at ``path``. Raises ``StoreUnavailable``."""
    if url:
        import psycopg

        postgres = (psycopg.Error, OSError)
        with failures(postgres, "反馈"):
            connections = pool(url, 2)
            with alone(connections):
                return Feedback(PostgresRows(connections), postgres)
    import sqlite3

    sqlite = (sqlite3.Error, OSError)
    with failures(sqlite, "反馈"):
        path.parent.mkdir(parents=True, exist_ok=True)
        return Feedback(SqliteRows(path), sqlite)
