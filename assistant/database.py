"""Rows in a SQLite file, or in Postgres by one setting: what is kept of people is kept through here."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from corpus.errors import StoreUnavailable

__all__ = ["PostgresRows", "Rows", "SqliteRows", "alone", "failures", "pool"]

_TABLES = 0x6E7A_7461
"""The advisory lock of whoever makes tables."""


class Rows(Protocol):
    """Statements with ``?`` for values, each committed by itself. Safe to share between threads."""

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...
    def close(self) -> None: ...


class SqliteRows:
    """Rows of one SQLite file."""

    def __init__(self, path: Path) -> None:
        import sqlite3

        self.connection = sqlite3.connect(path, check_same_thread=False, timeout=10, isolation_level=None)
        self._lock = Lock()

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self.connection.execute(statement, tuple(values)).fetchall()

    def close(self) -> None:
        self.connection.close()


class PostgresRows:
    """Rows of a Postgres server, through a pool of connections."""

    def __init__(self, connections: Any) -> None:
        self._pool = connections

    def run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        from psycopg.rows import tuple_row

        with self._pool.connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(statement.replace("?", "%s"), tuple(values))
            return list(cursor.fetchall()) if cursor.description else []

    def close(self) -> None:
        self._pool.close()


def pool(url: str, size: int) -> Any:
    """A pool of at most ``size`` connections to ``postgresql://…``, open and tried.

    Raises what psycopg and the system do.
    """
    from psycopg.rows import dict_row
    from psycopg_pool import ConnectionPool

    connections: Any = ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=True,
        timeout=10,
        kwargs={"autocommit": True, "row_factory": dict_row, "prepare_threshold": 0},
    )
    connections.wait(timeout=10)
    return connections


@contextmanager
def alone(connections: Any) -> Iterator[None]:
    """Within it no other process makes tables: of two that start on an empty database at once, one would fail.

    Tried again and again: a statement that waits would hold up the CREATE INDEX CONCURRENTLY of the one waited for.
    """
    with connections.connection() as connection:
        while not connection.execute("SELECT pg_try_advisory_lock(%s) AS held", (_TABLES,)).fetchone()["held"]:
            time.sleep(0.05)
        try:
            yield
        finally:
            connection.execute("SELECT pg_advisory_unlock(%s)", (_TABLES,))


@contextmanager
def failures(kinds: tuple[type[Exception], ...], what: str) -> Iterator[None]:
    """Turn what a database raises into the product's error; the address, which holds a password, stays out of it."""
    try:
        yield
    except kinds as error:
        raise StoreUnavailable(
            f"{what}数据库不可用（{type(error).__name__}），请检查数据目录或 NEARZERO_CHECKPOINT_URL。"
        ) from None
