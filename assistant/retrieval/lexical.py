"""BM25 over terms, the Lucene variant as bm25s has it: counts in memory-mapped arrays, weights made when asked for.

A table of counts belongs to one segment of the index. The weights depend on all segments together (how many passages
hold a term, how long a passage is on average), so that the same passages score the same however they are divided.
"""

import hashlib
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.fusion import top

__all__ = ["Counts", "CountsBuilder", "LexicalIndex", "mapped"]

_FILES = ("terms", "starts", "rows", "counts", "most", "shortest", "lengths")
_COUNTED = np.iinfo(np.uint16).max
_LONG = 2000
"""Passages of a term from which on it is worth asking whether the term can matter at all."""
_ROUNDING = 1e-4
"""Sums of the same weights in another order and half the digits differ by less than this share."""
_SEARCHED = 16
"""Finding a row by halving costs about as much as adding up so many."""

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Norms = NDArray[np.float64]


def mapped(path: Path) -> Any:
    """A saved array read from disk as it is used; a plain array, as each slice of a ``memmap`` costs a Python object."""
    return np.asarray(np.load(path, mmap_mode="r"))


def _hash(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "big")


@dataclass(frozen=True)
class Counts:
    """How often every term stands in every passage: ``rows`` and ``counts`` ``[starts[i]:starts[i+1]]`` belong to term i.

    Terms are held as sorted 64-bit hashes, so that opening a table of any size reads nothing but file headers. Rows
    ascend within a term. ``most`` is the highest count of a term, ``shortest`` the length of the shortest passage with
    it, ``lengths`` the number of terms of each passage.
    """

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    most: NDArray[np.uint16]
    shortest: NDArray[np.int32]
    lengths: NDArray[np.int32]

    @property
    def size(self) -> int:
        """The number of passages."""
        return len(self.lengths)

    @classmethod
    def empty(cls, size: int) -> "Counts":
        """A table of passages without any term."""
        none, held = np.zeros(0, np.int32), np.zeros(0, np.uint16)
        return cls(np.zeros(0, np.uint64), np.zeros(1, np.int64), none, held, held, none, np.zeros(size, np.int32))

    @classmethod
    def join(cls, parts: "Sequence[Counts]") -> "Counts":
        """The tables one after the other as one."""
        terms = np.unique(np.concatenate([p.terms for p in parts]))
        places = [np.searchsorted(terms, p.terms) for p in parts]
        sizes = np.zeros(len(terms), np.int64)
        most, shortest = np.zeros(len(terms), np.uint16), np.full(len(terms), np.iinfo(np.int32).max, np.int32)
        for part, place in zip(parts, places, strict=True):
            sizes[place] += np.diff(part.starts)
            most[place] = np.maximum(most[place], part.most)
            shortest[place] = np.minimum(shortest[place], part.shortest)
        starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        rows, counts = np.empty(int(starts[-1]), np.int32), np.empty(int(starts[-1]), np.uint16)
        cursor, offset = starts[:-1].copy(), 0
        for part, place in zip(parts, places, strict=True):
            held = np.diff(part.starts)
            target = np.repeat(cursor[place] - part.starts[:-1], held) + np.arange(len(part.rows))
            rows[target] = part.rows + np.int32(offset)
            counts[target] = part.counts
            cursor[place] += held
            offset += part.size
        return cls(terms, starts, rows, counts, most, shortest, np.concatenate([p.lengths for p in parts]))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def open(cls, folder: Path) -> "Counts":
        """Map a saved table into memory. Raises ``OSError`` or ``ValueError`` if it is not there or not whole."""
        return cls(**{name: mapped(folder / f"{name}.npy") for name in _FILES})

    def find(self, hashes: NDArray[np.uint64]) -> Rows:
        """The place of each term, -1 where no passage has it."""
        if not len(self.terms):
            return np.full(len(hashes), -1, np.int64)
        at = np.minimum(np.searchsorted(self.terms, hashes), len(self.terms) - 1)
        return np.where(self.terms[at] == hashes, at, -1)


class CountsBuilder:
    """Counts the terms of passages in blocks: at no time are the terms of more than one block Python objects."""

    def __init__(self) -> None:
        self._blocks: list[Counts] = []

    def add(self, documents: Iterable[Sequence[str]]) -> None:
        """Count a block of passages, each given by its terms."""
        numbers: dict[str, int] = {}
        ids, lengths = array("i"), array("i")
        for terms in documents:
            ids.extend([numbers.setdefault(term, len(numbers)) for term in terms])
            lengths.append(len(terms))
        self._blocks.append(_counted(numbers, np.array(ids, np.int64), np.array(lengths, np.int32)))

    def finish(self) -> Counts:
        return Counts.join(self._blocks or [Counts.empty(0)])


def _counted(numbers: Mapping[str, int], ids: Rows, lengths: NDArray[np.int32]) -> Counts:
    if not len(ids):
        return Counts.empty(len(lengths))
    terms, rank = np.unique(np.fromiter(map(_hash, numbers), np.uint64, len(numbers)), return_inverse=True)
    size = len(lengths)
    owners = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    pairs, times = np.unique(rank[ids] * size + owners, return_counts=True)
    rows = (pairs % size).astype(np.int32)
    starts = np.searchsorted(pairs // size, np.arange(len(terms) + 1)).astype(np.int64)
    counts = np.minimum(times, _COUNTED).astype(np.uint16)
    most = np.maximum.reduceat(counts, starts[:-1])
    return Counts(terms, starts, rows, counts, most, np.minimum.reduceat(lengths[rows], starts[:-1]), lengths)


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a question: its weight there, its rarity, and its place in each table."""

    weight: float
    rarity: np.float32
    places: tuple[int, ...]


@dataclass(frozen=True)
class LexicalIndex:
    """BM25 over tables one after the other. ``gone`` marks rows that are there but no longer counted as passages."""

    parts: tuple[Counts, ...]
    gone: NDArray[np.bool_]
    k1: float
    b: float

    @cached_property
    def size(self) -> int:
        """The number of passages."""
        return len(self.gone) - int(self.gone.sum())

    @cached_property
    def _offsets(self) -> tuple[int, ...]:
        return tuple(np.cumsum([0, *(p.size for p in self.parts)]).tolist())

    @cached_property
    def _lacking(self) -> tuple[NDArray[np.bool_] | None, ...]:
        """The gone rows of each table, ``None`` for one without."""
        each = (self.gone[at : at + p.size] for at, p in zip(self._offsets, self.parts, strict=False))
        return tuple(rows if rows.any() else None for rows in each)

    @cached_property
    def _average(self) -> float:
        """Terms of a passage on average, which may not be 0."""
        if not self.size:
            return 1.0
        whole = sum(
            int(p.lengths.sum()) - (0 if lost is None else int(p.lengths[lost].sum()))
            for p, lost in zip(self.parts, self._lacking, strict=True)
        )
        return whole / self.size or 1.0

    @cached_property
    def _norms(self) -> tuple[Norms, ...]:
        """What the length of a passage adds below the line of each weight."""
        return tuple(self._norm(part.lengths) for part in self.parts)

    @cached_property
    def _rough_norms(self) -> tuple[Scores, ...]:
        return tuple(norms.astype(np.float32) for norms in self._norms)

    def _norm(self, lengths: Any) -> Any:
        return self.k1 * ((1 - self.b) + self.b * lengths / self._average)

    def scores(self, query: Mapping[str, float]) -> Scores:
        """BM25 of every row for weighted terms; shape (rows,)."""
        total = np.zeros(self._offsets[-1], np.float32)
        terms = self._terms(query)
        for number, offset in enumerate(self._offsets[:-1]):
            self._add(number, terms, total[offset : offset + self.parts[number].size])
        return total

    def of(self, query: Mapping[str, float], rows: Rows) -> Scores:
        """BM25 of those rows for weighted terms; shape (len(rows),)."""
        terms = self._terms(query)
        found = np.zeros(len(rows), np.float32)
        for number, offset in enumerate(self._offsets[:-1]):
            here = np.flatnonzero((rows >= offset) & (rows < offset + self.parts[number].size))
            if len(here):
                found[here] = self._exact(number, terms, rows[here] - offset)
        return found

    def best(self, query: Mapping[str, float], count: int, without: NDArray[np.bool_]) -> tuple[Rows, Scores]:
        """The rows with the best scores above 0 and these, best first, equal ones in row order; none that is masked.

        The result is that of scoring every row, but a common term that can no longer lift a row without rarer ones
        among the best is looked up only for rows that hold those (MaxScore; Turtle and Flood 1995).
        """
        terms = self._terms(query)
        rows, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        for number, offset in enumerate(self._offsets[:-1]):
            floor = float(scores.min()) if len(scores) >= count else 0.0
            masked = without[offset : offset + self.parts[number].size]
            found = self._candidates(number, terms, count, floor, masked)
            if len(found):
                rows = np.concatenate((rows, found + offset))
                scores = np.concatenate((scores, self._exact(number, terms, found)))
                kept = np.sort(top(scores, count))
                rows, scores = rows[kept], scores[kept]
        order = top(scores, count)
        order = order[scores[order] > 0]
        return rows[order], scores[order]

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each term; one no passage holds gets that of a single passage's."""
        known = dict.fromkeys(terms, 1.0)
        counts = [held or 1 for held in self._frequencies(self._places(known))]
        return {t: float(np.log1p((self.size - n + 0.5) / (n + 0.5))) for t, n in zip(known, counts, strict=True)}

    def _places(self, query: Mapping[str, float]) -> list[tuple[int, ...]]:
        """For each term its place in every table."""
        hashes = np.fromiter(map(_hash, query), np.uint64, len(query))
        return list(zip(*(part.find(hashes).tolist() for part in self.parts), strict=True)) if query else []

    def _frequencies(self, places: Sequence[tuple[int, ...]]) -> list[int]:
        return [sum(self._held(number, place) for number, place in enumerate(each) if place >= 0) for each in places]

    def _held(self, number: int, place: int) -> int:
        """How many passages of a table hold a term."""
        part, lost = self.parts[number], self._lacking[number]
        begin, end = int(part.starts[place]), int(part.starts[place + 1])
        return end - begin - (0 if lost is None else int(np.count_nonzero(lost[part.rows[begin:end]])))

    def _terms(self, query: Mapping[str, float]) -> list[_Term]:
        places = self._places(query)
        return [
            _Term(weight, np.float32(math.log(1 + (self.size - held + 0.5) / (held + 0.5))), at)
            for weight, at, held in zip(query.values(), places, self._frequencies(places), strict=True)
            if held
        ]

    def _weights(self, number: int, term: _Term, at: Any) -> Scores:
        """The weights of a term in passages of a table, as bm25s rounds them; ``at`` are places in ``rows``."""
        part = self.parts[number]
        counts = part.counts[at].astype(np.float32)
        weights: Scores = (term.rarity * (counts / (self._norms[number][part.rows[at]] + counts))).astype(np.float32)
        return weights

    def _add(self, number: int, terms: Iterable[_Term], total: Scores) -> None:
        part = self.parts[number]
        for term in terms:
            if (place := term.places[number]) >= 0:
                at = slice(int(part.starts[place]), int(part.starts[place + 1]))
                total[part.rows[at]] += term.weight * self._weights(number, term, at)

    def _add_roughly(self, number: int, term: _Term, total: Scores, held: Rows | None = None) -> None:
        """The same in half the time, rounded less well; with ``held``, only for these rows."""
        part, place = self.parts[number], term.places[number]
        begin, end = int(part.starts[place]), int(part.starts[place + 1])
        if held is None or len(held) * _SEARCHED > end - begin:
            rows, counts = part.rows[begin:end], part.counts[begin:end].astype(np.float32)
        else:
            at = _among(part.rows[begin:end], held) + begin
            rows, counts = part.rows[at], part.counts[at].astype(np.float32)
        below = self._rough_norms[number][rows]
        below += counts
        counts /= below
        counts *= np.float32(term.weight * term.rarity)
        total[rows] += counts

    def _exact(self, number: int, terms: Iterable[_Term], rows: Rows) -> Scores:
        """Scores of some rows of a table, to the bit those of ``scores``."""
        part = self.parts[number]
        total = np.zeros(len(rows), np.float32)
        wanted = rows.astype(np.int32)
        for term in terms:
            if (place := term.places[number]) < 0:
                continue
            begin, end = int(part.starts[place]), int(part.starts[place + 1])
            held = part.rows[begin:end]
            at = np.searchsorted(held, wanted)
            at[at == len(held)] = 0
            hit = np.flatnonzero(held[at] == wanted)
            total[hit] += term.weight * self._weights(number, term, begin + at[hit])
        return total

    def _bound(self, number: int, term: _Term) -> float:
        """The most a term can add to any passage of a table."""
        part, place = self.parts[number], term.places[number]
        most = float(part.most[place])
        return term.weight * float(term.rarity) * most / (most + float(self._norm(int(part.shortest[place]))))

    def _candidates(
        self, number: int, terms: Sequence[_Term], count: int, floor: float, masked: NDArray[np.bool_]
    ) -> Rows:
        """Rows of a table that may be among the best: every one that is, and few that are not."""
        part = self.parts[number]
        bounds = sorted(
            ((self._bound(number, t), t) for t in terms if t.places[number] >= 0), key=lambda pair: -pair[0]
        )
        if not bounds:
            return np.zeros(0, np.int64)
        total = np.zeros(part.size, np.float32)
        rest, reached = sum(bound for bound, _ in bounds), 0.0
        held: Rows | None = None
        for bound, term in bounds:
            place = term.places[number]
            if held is None and part.starts[place + 1] - part.starts[place] > _LONG:
                if rest >= floor and reached > rest:
                    floor = _floor(total, _standing(total, masked), count, floor)
                if rest < floor * (1 - _ROUNDING):
                    held = _standing(total, masked)
            if held is not None:
                held = held[total[held] + rest >= floor * (1 - _ROUNDING)]
            self._add_roughly(number, term, total, held)
            rest, reached = rest - bound, reached + bound
            if held is not None:
                floor = _floor(total, held, count, floor)
        if held is None:
            held = _standing(total, masked)
            floor = _floor(total, held, count, floor)
        return held[total[held] >= floor * (1 - _ROUNDING)]


def _standing(total: Scores, masked: NDArray[np.bool_]) -> Rows:
    """Rows that score so far."""
    held = np.flatnonzero(total > 0)  # of truth values several times as fast as of numbers
    return held[~masked[held]]


def _floor(total: Scores, held: Rows, count: int, floor: float) -> float:
    """What a row must reach in the end to be among the best, by what these have reached."""
    if len(held) < count:
        return floor
    return max(floor, float(np.partition(total[held], len(held) - count)[len(held) - count]))


def _among(sorted_rows: NDArray[np.int32], held: Rows) -> Rows:
    """Where those of the rows that are held stand."""
    at = np.searchsorted(sorted_rows, held.astype(np.int32))
    at[at == len(sorted_rows)] = 0
    found: Rows = at[sorted_rows[at] == held]
    return found
