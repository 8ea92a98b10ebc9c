"""BM25 over terms: built by bm25s, read back as memory-mapped arrays."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LexicalIndex", "mapped"]

_FILES = ("terms", "weights", "rows", "starts")


def mapped(path: Path) -> Any:
    """A saved array read from disk as it is used; a plain array, as each slice of a ``memmap`` costs a Python object."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """The BM25 weight of every term in every passage, by term: ``weights[starts[i]:starts[i+1]]`` belong to term i.

    Terms are held as sorted 64-bit hashes, so that opening an index of any size reads nothing but file headers.
    ``size`` is the number of passages.
    """

    terms: NDArray[np.uint64]
    weights: NDArray[np.float32]
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    size: int

    @classmethod
    def build(cls, documents: Iterable[Sequence[str]], *, k1: float, b: float) -> "LexicalIndex":
        """Index the terms of each passage; the terms themselves need not be in memory all at once."""
        import bm25s

        numbers: dict[str, int] = {}
        ids = [[numbers.setdefault(term, len(numbers)) for term in terms] for terms in documents]
        bm25 = bm25s.BM25(k1=k1, b=b, method="lucene")
        bm25.index((ids, dict(numbers)), show_progress=False)  # bm25s adds a term to the vocabulary it is given
        scores = bm25.scores
        data, rows, starts = (np.asarray(scores[name]) for name in ("data", "indices", "indptr"))
        hashes = np.fromiter(map(_hash, numbers), np.uint64, len(numbers))
        columns = np.fromiter(numbers.values(), np.int64, len(numbers))
        order = columns[np.argsort(hashes)]
        lengths = (starts[1:] - starts[:-1])[order]
        new_starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
        take = np.repeat(starts[:-1][order] - new_starts[:-1], lengths) + np.arange(int(new_starts[-1]))
        return cls(np.sort(hashes), data[take].astype(np.float32), rows[take].astype(np.int32), new_starts, len(ids))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def open(cls, folder: Path, size: int) -> "LexicalIndex":
        """Map a saved index into memory. Raises ``OSError`` or ``ValueError`` if it is not there or not whole."""
        arrays = {name: mapped(folder / f"{name}.npy") for name in _FILES}
        return cls(**arrays, size=size)

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float32]:
        """BM25 of every passage for weighted terms; shape (size,)."""
        total = np.zeros(self.size, np.float32)
        for place, weight in self._places(query):
            begin, end = int(self.starts[place]), int(self.starts[place + 1])
            total[self.rows[begin:end]] += weight * self.weights[begin:end]
        return total

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term; one no passage holds gets that of a single passage's."""
        found = dict.fromkeys(terms, 1)
        for term in found:
            for place, _ in self._places({term: 1.0}):
                found[term] = int(self.starts[place + 1] - self.starts[place])
        return {term: float(np.log1p((self.size - count + 0.5) / (count + 0.5))) for term, count in found.items()}

    def _places(self, query: Mapping[str, float]) -> list[tuple[int, float]]:
        if not query or not len(self.terms):
            return []
        hashes = np.fromiter(map(_hash, query), np.uint64, len(query))
        at = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        known = self.terms[at] == hashes
        return [(int(p), w) for p, w, k in zip(at, query.values(), known, strict=True) if k]
