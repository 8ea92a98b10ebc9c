"""Where conversations are kept: a SQLite file, or a Postgres server by one setting; and the list of them by person.

LangGraph keeps what a conversation remembers; this module opens its checkpointer and keeps beside it one row a
conversation (whose it is, its name, its title, when it was begun and last used) and one row a turn: the answer and what
was remembered after it, so that a turn costs the same in a long conversation as in a short one, and any can be taken anew.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.database import PostgresRows, Rows, SqliteRows, alone, failures, pool
from corpus.errors import UnknownConversation

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

__all__ = ["Conversation", "Store", "open_store"]

LONGEST_TITLE = 60
"""Characters of a title; the first question gives one until a person writes another."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS nearzero_conversations (
    thread TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, turns INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS nearzero_turns (
    thread TEXT NOT NULL, n INTEGER NOT NULL, answer TEXT NOT NULL, memory TEXT NOT NULL, PRIMARY KEY (thread, n))""",
)
_COLUMNS = "name, title, created, updated, turns"
_POOL = 8
"""Connections to Postgres at most; each turn holds one for a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One kept conversation of a person; times in UTC, ISO form."""

    name: str
    title: str
    created: str
    updated: str
    turns: int


class Store:
    """The checkpointer and the list of conversations. Safe to share between threads."""

    def __init__(
        self,
        saver: "BaseCheckpointSaver[Any]",
        rows: Rows,
        kinds: tuple[type[Exception], ...],
        closing: Sequence[Any] = (),
    ) -> None:
        self.saver = saver
        self._rows = rows
        self._kinds = kinds
        self._closing = tuple(closing)
        with self.guarded():
            for table in _TABLES:
                rows.run(table)

    def guarded(self) -> AbstractContextManager[None]:
        """Within it, what the database raises becomes ``StoreUnavailable``."""
        return failures(self._kinds, "会话")

    def note(
        self,
        thread: str,
        owner: str,
        name: str,
        n: int,
        question: str,
        answer: Mapping[str, Any],
        memory: Mapping[str, Any],
    ) -> None:
        """Keep turn ``n`` of a conversation, in place of it and those after it; the first question becomes the title."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        title = question if len(question) <= LONGEST_TITLE else f"{question[: LONGEST_TITLE - 1]}…"
        with self.guarded():
            self._rows.run("DELETE FROM nearzero_turns WHERE thread = ? AND n >= ?", (thread, n))
            self._rows.run(
                "INSERT INTO nearzero_turns (thread, n, answer, memory) VALUES (?, ?, ?, ?)",
                (thread, n, json.dumps(answer, ensure_ascii=False), json.dumps(memory, ensure_ascii=False)),
            )
            self._rows.run(
                f"INSERT INTO nearzero_conversations (thread, owner, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (thread) DO UPDATE SET updated = excluded.updated, turns = excluded.turns",
                (thread, owner, name, title, now, now, n),
            )

    def count(self, thread: str) -> int:
        """How many turns a conversation has; none where there is no such conversation."""
        with self.guarded():
            rows = self._rows.run("SELECT turns FROM nearzero_conversations WHERE thread = ?", (thread,))
        return int(rows[0][0]) if rows else 0

    def turns(self, thread: str, first: int, last: int) -> tuple[Mapping[str, Any], ...]:
        """The answers of turns ``first`` to ``last``, both counted from one."""
        with self.guarded():
            rows = self._rows.run(
                "SELECT answer FROM nearzero_turns WHERE thread = ? AND n BETWEEN ? AND ? ORDER BY n",
                (thread, first, last),
            )
        return tuple(json.loads(row[0]) for row in rows)

    def memory(self, thread: str, n: int) -> Mapping[str, Any]:
        """What was remembered after turn ``n``; nothing before the first."""
        with self.guarded():
            rows = self._rows.run("SELECT memory FROM nearzero_turns WHERE thread = ? AND n = ?", (thread, n))
        return dict(json.loads(rows[0][0])) if rows else {}

    def all(self, owner: str) -> tuple[Conversation, ...]:
        """A person's conversations, last used first."""
        with self.guarded():
            rows = self._rows.run(
                f"SELECT {_COLUMNS} FROM nearzero_conversations WHERE owner = ? ORDER BY updated DESC, name", (owner,)
            )
        return tuple(Conversation(*row) for row in rows)

    def rename(self, thread: str, title: str) -> None:
        """Give a conversation another title. Raises ``UnknownConversation``."""
        with self.guarded():
            found = self._rows.run(
                "UPDATE nearzero_conversations SET title = ? WHERE thread = ? RETURNING thread",
                (title[:LONGEST_TITLE], thread),
            )
        if not found:
            raise UnknownConversation("没有这个会话，可能已经删除。")

    def delete(self, thread: str) -> None:
        """Delete a conversation with everything said in it. Raises ``UnknownConversation``."""
        with self.guarded():
            found = self._rows.run("DELETE FROM nearzero_conversations WHERE thread = ? RETURNING thread", (thread,))
            self._rows.run("DELETE FROM nearzero_turns WHERE thread = ?", (thread,))
            self.saver.delete_thread(thread)
        if not found:
            raise UnknownConversation("没有这个会话，可能已经删除。")

    def close(self) -> None:
        """Close every connection."""
        self._rows.close()
        for part in self._closing:
            part.close()


def open_store(path: Path, url: str | None = None) -> Store:
    """The store at a Postgres address (``postgresql://…``), else in the SQLite file at ``path``.

    Raises ``StoreUnavailable`` where it cannot be opened.
    """
    return _postgres(url) if url else _sqlite(path)


def _sqlite(path: Path) -> Store:
    import sqlite3

    from langgraph.checkpoint.sqlite import SqliteSaver

    kinds = (sqlite3.Error, OSError)
    with failures(kinds, "会话"):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
        saver = SqliteSaver(connection)
        saver.setup()
        return Store(saver, SqliteRows(path), kinds, (connection,))


def _postgres(url: str) -> Store:
    import psycopg
    from langgraph.checkpoint.postgres import PostgresSaver

    kinds = (psycopg.Error, OSError)
    with failures(kinds, "会话"):
        connections = pool(url, _POOL)
        saver = PostgresSaver(connections)
        with alone(connections):
            saver.setup()
            return Store(saver, PostgresRows(connections), kinds)
