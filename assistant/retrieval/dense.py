"""Vectors in Chroma: embedded in this process by default, or on a ``chroma run`` server."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.embedding import Vectors
from assistant.retrieval.fusion import top
from assistant.retrieval.parameters import parameters
from corpus.errors import IndexUnavailable, InputError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

Rows = NDArray[np.int64]

__all__ = ["DenseIndex", "Graph", "Table", "connect", "drop"]

_BATCH = 5000
"""Vectors sent to Chroma at once, if it takes that many."""


def connect(folder: Path, url: str | None) -> "Client":
    """A Chroma client: the folder's own database, or the server at the address. Raises ``InputError``."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from chromadb.errors import ChromaError

    if url is None:
        settings = ChromaSettings(anonymized_telemetry=False)
        return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))
    parts = urlsplit(url if "//" in url else f"http://{url}")
    try:
        client = chromadb.HttpClient(
            host=parts.hostname or "localhost",
            port=parts.port or (443 if parts.scheme == "https" else 8000),
            ssl=parts.scheme == "https",
            settings=ChromaSettings(anonymized_telemetry=False),
        )
        return cast("Client", client)
    except (ValueError, ChromaError, OSError) as error:
        raise InputError(f"连不上 Chroma 服务 {url}：请先运行 chroma run，或去掉 NEARZERO_CHROMA_URL。") from error


@dataclass(frozen=True, slots=True)
class Graph:
    """One Chroma collection with its HNSW graph: a vector a row, by the number of the row."""

    collection: "Collection"

    @classmethod
    def create(cls, client: "Client", name: str, vectors: Vectors) -> "Graph":
        """A new collection of those vectors (n, d)."""
        ef = parameters().ef_search(len(vectors))
        collection = client.create_collection(
            name,
            configuration={
                "hnsw": {"space": "cosine", "ef_search": ef, "ef_construction": parameters().ef_construction}
            },
            embedding_function=None,
        )
        batch = min(client.get_max_batch_size(), _BATCH)
        for start in range(0, len(vectors), batch):
            rows = np.ascontiguousarray(vectors[start : start + batch])
            collection.add(ids=[str(row) for row in range(start, start + len(rows))], embeddings=rows)
        return cls(collection)

    @classmethod
    def open(cls, client: "Client", name: str) -> "Graph":
        """Raises ``IndexUnavailable`` if the collection is not there."""
        from chromadb.errors import ChromaError

        try:
            return cls(client.get_collection(name, embedding_function=None))
        except (ChromaError, ValueError) as error:
            raise IndexUnavailable("Chroma 里没有检索索引：请先运行 nearzero index。") from error

    def nearest(self, vector: Vectors, count: int) -> tuple[Rows, Vectors]:
        """The rows nearest to one unit vector with their cosines, best first."""
        got = self.collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        distances = got["distances"] or [[]]
        return np.array(got["ids"][0], np.int64), (1.0 - np.array(distances[0], np.float64)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Table:
    """Vectors of tables one after the other: row i of the whole is row ``i - starts[t]`` of table t."""

    parts: tuple[Vectors, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, parts: Iterable[Vectors]) -> "Table":
        held = tuple(parts)
        return cls(held, tuple(np.cumsum([0, *map(len, held)]).tolist()))

    def __len__(self) -> int:
        return self.starts[-1]

    def take(self, rows: Rows) -> Vectors:
        """The vectors of those rows; shape (len(rows), d)."""
        if len(self.parts) == 1:
            return self.parts[0][rows]
        found = np.empty((len(rows), self.parts[0].shape[1]), np.float32)
        table = np.searchsorted(self.starts, rows, side="right") - 1
        for number in np.unique(table).tolist():
            here = table == number
            found[here] = self.parts[number][rows[here] - self.starts[number]]
        return found

    def whole(self) -> Vectors:
        """All rows; a copy where there is more than one table."""
        return self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts)


@dataclass(frozen=True, slots=True)
class DenseIndex:
    """Nearest vectors over tables one after the other; a table without a graph is compared row by row."""

    graphs: tuple[Graph | None, ...]
    vectors: Table

    def nearest(self, vector: Vectors, count: int, without: NDArray[np.bool_] | None = None) -> tuple[Rows, Vectors]:
        """The rows nearest to one unit vector with their cosines, best first; none that is masked."""
        found: list[tuple[Rows, Vectors]] = []
        for graph, part, start in zip(self.graphs, self.vectors.parts, self.vectors.starts, strict=False):
            masked = None if without is None else without[start : start + len(part)]
            rows, cosines = _nearest(graph, part, vector, count, masked)
            found.append((rows + start, cosines))
        if len(found) == 1:
            return found[0]
        rows, cosines = (np.concatenate(each) for each in zip(*found, strict=True))
        order = top(cosines, count)
        return rows[order], cosines[order]


def _nearest(
    graph: Graph | None, vectors: Vectors, vector: Vectors, count: int, masked: NDArray[np.bool_] | None
) -> tuple[Rows, Vectors]:
    lost = 0 if masked is None else int(np.count_nonzero(masked))
    left = len(vectors) - lost
    if not left:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    if graph is not None and (lost <= count or left > parameters().compared):
        # Of many lost rows the neighbours have their share: asking for twice as many is enough unless they lie together.
        rows, cosines = graph.nearest(vector, min(count + min(lost, count), len(vectors)))
        if masked is not None:
            rows, cosines = rows[~masked[rows]], cosines[~masked[rows]]
        if len(rows) >= min(count, left):
            return rows[:count], cosines[:count]
    if masked is None or not lost:
        every = vectors @ vector
        best = top(every, count)
        return best, every[best]
    rows = np.flatnonzero(~masked)
    every = vectors[rows] @ vector if left < lost else (vectors @ vector)[rows]
    best = top(every, count)
    return rows[best], every[best]


def drop(client: "Client", names: Iterable[str]) -> None:
    """Delete collections that are there."""
    from chromadb.errors import ChromaError

    for name in names:
        with contextlib.suppress(ChromaError, ValueError):
            client.delete_collection(name)
