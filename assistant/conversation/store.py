"""Where conversations are kept: a SQLite file, or a Postgres server by one setting; and the list of them by person.

LangGraph keeps the state of each conversation; this module opens its checkpointer and keeps one row a conversation
beside it: whose it is, its name, its title, when it was begun and last used.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from corpus.errors import StoreUnavailable, UnknownConversation

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver

__all__ = ["Conversation", "Store", "open_store"]

LONGEST_TITLE = 60
"""Characters of a title; the first question gives one until a person writes another."""

_TABLE = """CREATE TABLE IF NOT EXISTS nearzero_conversations (
    thread TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, turns INTEGER NOT NULL)"""
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


class _Rows(Protocol):
    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...
    def close(self) -> None: ...


class _SqliteRows:
    def __init__(self, path: Path) -> None:
        import sqlite3

        self.connection = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
        self._lock = Lock()

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self.connection.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        self.connection.close()


class _PostgresRows:
    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        from psycopg.rows import tuple_row

        with self._pool.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(statement.replace("?", "%s"), tuple(values))
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        self._pool.close()


class Store:
    """The checkpointer and the list of conversations. Safe to share between threads."""

    def __init__(
        self,
        saver: "BaseCheckpointSaver[Any]",
        rows: _Rows,
        kinds: tuple[type[Exception], ...],
        closing: Sequence[Any] = (),
    ) -> None:
        self.saver = saver
        self._rows = rows
        self._kinds = kinds
        self._closing = tuple(closing)
        with self.guarded():
            rows.run(_TABLE)

    def guarded(self) -> AbstractContextManager[None]:
        """Within it, what the database raises becomes ``StoreUnavailable``."""
        return _failures(self._kinds)

    def note(self, thread: str, owner: str, name: str, question: str) -> None:
        """Count one more turn of a conversation; the first question becomes its title."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        title = question if len(question) <= LONGEST_TITLE else f"{question[: LONGEST_TITLE - 1]}…"
        with self.guarded():
            self._rows.run(
                f"INSERT INTO nearzero_conversations (thread, owner, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, 1) "
                "ON CONFLICT (thread) DO UPDATE SET updated = excluded.updated, "
                "turns = nearzero_conversations.turns + 1",
                (thread, owner, name, title, now, now),
            )

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
    with _failures(kinds):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=10)
        saver = SqliteSaver(connection)
        saver.setup()
        return Store(saver, _SqliteRows(path), kinds, (connection,))


def _postgres(url: str) -> Store:
    import psycopg
    from langgraph.checkpoint.postgres import PostgresSaver
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    kinds = (psycopg.Error, OSError)
    with _failures(kinds):
        pool: Any = ConnectionPool(
            url,
            min_size=1,
            max_size=_POOL,
            open=True,
            timeout=10,
            kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
        )
        pool.wait(timeout=10)
        saver = PostgresSaver(pool)
        saver.setup()
        return Store(saver, _PostgresRows(pool), kinds)


@contextmanager
def _failures(kinds: tuple[type[Exception], ...]) -> Iterator[None]:
    """Turn what a database raises into the product's error; the address, which holds a password, stays out of it."""
    try:
        yield
    except kinds as error:
        raise StoreUnavailable(
            f"会话数据库不可用（{type(error).__name__}），请检查数据目录或 NEARZERO_CHECKPOINT_URL。"
        ) from None
