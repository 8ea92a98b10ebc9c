"""Digests of 16 bytes as arrays: which row of a million has this one, without an object for each."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DIGEST", "Digests", "order", "packed"]

DIGEST = np.dtype("V16")

Packed = NDArray[np.void]
Rows = NDArray[np.int64]


def packed(digests: Iterable[str]) -> Packed:
    """Hexadecimal digests as an array of 16 bytes each.

    >>> packed(["00" * 15 + "ff"]).shape
    (1,)
    """
    return np.frombuffer(bytes.fromhex("".join(digests)), DIGEST)


def order(digests: Packed) -> Rows:
    """The order in which many digests are found fastest: searched in it, a table is read from front to back."""
    return np.argsort(_halves(digests)[0], kind="stable")


def _halves(digests: Packed) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    halves = np.ascontiguousarray(digests).view(np.uint64).reshape(-1, 2)
    return halves[:, 0], halves[:, 1]


class Digests:
    """The digests of the rows of a table, searched by halving: sorted by their first eight bytes, told apart by the rest.

    >>> Digests(packed(["aa" * 16, "bb" * 16])).find(packed(["bb" * 16, "cc" * 16])).tolist()
    [1, -1]
    """

    def __init__(self, rows: Any) -> None:
        self.rows: Packed = np.asarray(rows)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, wanted: Packed) -> Rows:
        """The row of each digest, -1 where none has it; shape (len(wanted),)."""
        found = np.full(len(wanted), -1, np.int64)
        if not len(self.rows) or not len(wanted):
            return found
        if len(wanted) == len(self.rows) and wanted.tobytes() == self.rows.tobytes():
            return np.arange(len(wanted), dtype=np.int64)
        order, first, second, longest = self._sorted
        heads, tails = _halves(wanted)
        at = np.searchsorted(first, heads)
        for step in range(longest):
            place = np.minimum(at + step, len(first) - 1)
            same = (first[place] == heads) & (second[place] == tails) & (found < 0)
            found[same] = order[place[same]]
        return found

    @cached_property
    def _sorted(self) -> tuple[Rows, NDArray[np.uint64], NDArray[np.uint64], int]:
        """Rows in order of the first half, both halves in that order, and how many at most share a first half."""
        heads, tails = _halves(self.rows)
        order = np.argsort(heads, kind="stable")
        first = heads[order]
        breaks = np.flatnonzero(np.concatenate(([True], first[1:] != first[:-1], [True])))
        return order, first, tails[order], int(np.diff(breaks).max())
