"""The passages of a corpus with what is asked of all of them at once: their digests and which belong to a document."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.digests import packed
from assistant.retrieval.passages import Passage

__all__ = ["Listing", "listing"]


class Listing(Sequence[Passage]):
    """Passages in order, with distinct keys. One of a million need not hold an object a passage, only make it when asked."""

    @property
    @abstractmethod
    def digests(self) -> NDArray[np.void]:
        """The digest of every passage in order, 16 bytes each; shape (len(self),)."""

    @abstractmethod
    def of_document(self, document_id: str) -> Sequence[int]:
        """The places of a document's passages."""


class _Walked(Listing):
    """Passages that are objects already: gone through once."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._digests = packed(p.digest for p in passages)
        self._documents: dict[str, list[int]] = {}
        for place, passage in enumerate(passages):
            self._documents.setdefault(passage.document_id, []).append(place)

    @property
    def digests(self) -> NDArray[np.void]:
        return self._digests

    def of_document(self, document_id: str) -> Sequence[int]:
        return self._documents.get(document_id, ())

    def __len__(self) -> int:
        return len(self._passages)

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Passage]: ...
    def __getitem__(self, place: int | slice) -> Passage | Sequence[Passage]:
        return self._passages[place]

    def __iter__(self) -> Iterator[Passage]:
        return iter(self._passages)


def listing(passages: Sequence[Passage]) -> Listing:
    """The passages as a listing; one that is a listing already is given back."""
    return passages if isinstance(passages, Listing) else _Walked(passages)
