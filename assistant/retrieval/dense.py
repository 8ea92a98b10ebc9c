"""Vectors in Chroma: embedded in this process by default, or on a ``chroma run`` server."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from assistant.retrieval.embedding import Vectors
from corpus.errors import IndexUnavailable, InputError

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

__all__ = ["DenseIndex", "connect", "drop"]

_EF = 200
"""How many neighbours HNSW keeps while searching; at least the number asked for, or it returns fewer."""


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
class DenseIndex:
    """One Chroma collection: a vector a passage, by the passage's digest."""

    collection: "Collection"

    @classmethod
    def create(cls, client: "Client", name: str) -> "DenseIndex":
        return cls(
            client.create_collection(
                name,
                configuration={"hnsw": {"space": "cosine", "ef_search": _EF, "ef_construction": _EF}},
                embedding_function=None,
            )
        )

    @classmethod
    def open(cls, client: "Client", name: str) -> "DenseIndex":
        """Raises ``IndexUnavailable`` if the collection is not there."""
        from chromadb.errors import ChromaError

        try:
            return cls(client.get_collection(name, embedding_function=None))
        except (ChromaError, ValueError) as error:
            raise IndexUnavailable("Chroma 里没有检索索引：请先运行 nearzero index。") from error

    def add(self, ids: Sequence[str], vectors: Vectors, batch: int) -> None:
        for start in range(0, len(ids), batch):
            self.collection.add(ids=list(ids[start : start + batch]), embeddings=vectors[start : start + batch])

    def vectors(self, ids: Sequence[str]) -> dict[str, Any]:
        """The stored vectors of those ids, as far as they are held."""
        found: dict[str, Any] = {}
        for start in range(0, len(ids), 1000):
            got = self.collection.get(ids=list(ids[start : start + 1000]), include=["embeddings"])
            held = got["embeddings"]
            if held is not None:
                found.update(zip(got["ids"], held, strict=True))
        return found

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """The ids nearest to one unit vector with their cosines, best first."""
        got = self.collection.query(query_embeddings=vector[None, :], n_results=count, include=["distances"])
        distances = got["distances"] or [[]]
        return [(key, 1.0 - float(d)) for key, d in zip(got["ids"][0], distances[0], strict=True)]


def drop(client: "Client", names: Iterable[str]) -> None:
    """Delete collections that are there."""
    from chromadb.errors import ChromaError

    for name in names:
        with contextlib.suppress(ChromaError, ValueError):
            client.delete_collection(name)
