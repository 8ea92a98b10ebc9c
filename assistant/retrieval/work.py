"""Vectors of passages: those that are held already, those a stopped build had made, and the rest from the embedding."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.digests import DIGEST, Digests
from assistant.retrieval.embedding import Vectors

__all__ = ["UNFINISHED", "Progress", "Unfinished", "Work"]

Progress = Callable[[int, int], None]
"""Called with the number of passages embedded so far and the number to embed."""

UNFINISHED = "unfinished-"
_BATCH = 64


class Unfinished:
    """The vectors of a build under way, on disk as they are made: a build of hours that is stopped goes on where it was.

    One record a vector: the digest (16 bytes), then the vector. A record cut short by the stop is the last and ignored.
    """

    def __init__(self, root: Path, embedding: str, dimension: int) -> None:
        name = hashlib.blake2b(f"{embedding} {dimension}".encode(), digest_size=8).hexdigest()
        self._path = root / f"{UNFINISHED}{name}"
        self._record = np.dtype([("digest", DIGEST), ("vector", np.float32, (dimension,))])

    def read(self) -> tuple[Digests, Vectors]:
        """Everything made so far."""
        whole = self._path.stat().st_size // self._record.itemsize if self._path.is_file() else 0
        if not whole:
            return Digests(np.zeros(0, DIGEST)), np.zeros((0, self._record["vector"].shape[0]), np.float32)
        records = np.memmap(self._path, self._record, mode="r", shape=(whole,))
        return Digests(np.array(records["digest"])), records["vector"]

    def add(self, digests: NDArray[np.void], vectors: Vectors) -> None:
        records = np.empty(len(digests), self._record)
        records["digest"], records["vector"] = digests, vectors
        with self._path.open("ab") as file:
            # What a stop cut short is overwritten, so that every record stays whole.
            file.truncate(file.tell() - file.tell() % self._record.itemsize)
            file.write(records.tobytes())

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


class Work:
    """Embeds what is not known yet, keeps it against a stop, and tells how far it is.

    ``known`` are digests with their vectors, row by row.
    """

    def __init__(
        self, known: Iterable[tuple[Digests, Any]], unfinished: Unfinished, dimension: int, progress: Progress | None
    ) -> None:
        self.dimension = dimension
        self._known = [*known, unfinished.read()]
        self._unfinished = unfinished
        self._progress = progress
        self._done = self._whole = 0

    def unknown(self, digests: NDArray[np.void]) -> int:
        """How many of those are to be embedded."""
        lacking = np.ones(len(digests), bool)
        for held, _ in self._known:
            lacking &= held.find(digests) < 0
        return int(lacking.sum())

    def expect(self, whole: int) -> None:
        """Say how much there is to do in all."""
        self._whole = whole
        self._tell(0)

    def fill(
        self,
        out: Vectors,
        digests: NDArray[np.void],
        text: Callable[[int], str],
        embed: Callable[[Sequence[str]], Vectors],
    ) -> None:
        """A vector a digest into the rows of ``out``; ``text`` gives the text of a row whose digest is unknown."""
        lacking = np.arange(len(digests))
        for held, vectors in self._known:
            rows = held.find(digests[lacking])
            hit = rows >= 0
            # In ascending order a mapped file is read from front to back.
            order = np.argsort(rows[hit])
            out[lacking[hit][order]] = vectors[rows[hit][order]]
            lacking = lacking[~hit]
        texts = {int(row): text(int(row)) for row in lacking}
        # Alike in length together: a batch costs what its longest text costs.
        wanted = sorted(texts, key=lambda row: len(texts[row]))
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            made = embed([texts[row] for row in batch])
            out[batch] = made
            self._unfinished.add(digests[batch], made)
            self._tell(len(batch))

    def _tell(self, more: int) -> None:
        self._done += more
        if self._progress:
            self._progress(self._done, self._whole)
