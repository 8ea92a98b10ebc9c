"""A segment of the index: some passages with everything that is searched of them, written once and never changed.

    s-<id>/
      digests.npy, vectors.npy, lexical/    a row a passage
      centre.npy                            the mean of the vectors
      words.json                            the words this segment brought to the vocabulary of the index
      chroma/                               its HNSW graph, unless it lies on a server or is small enough without one
      asked/                                the same of the questions the passages are known to answer, and whose they are

A segment below a number of rows has no graph: comparing all its vectors is as fast, and it is written in no time.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import dense
from assistant.retrieval.dense import Graph
from assistant.retrieval.digests import DIGEST, Digests, packed
from assistant.retrieval.embedding import Embedder, Vectors
from assistant.retrieval.lexical import Counts, CountsBuilder, mapped
from assistant.retrieval.listing import Listing
from assistant.retrieval.parameters import parameters
from assistant.retrieval.passages import Passage
from assistant.retrieval.segmentation import Segmenter, normalise, vocabulary
from assistant.retrieval.terms import own_terms
from assistant.retrieval.work import Work

if TYPE_CHECKING:
    from chromadb.api.client import Client

__all__ = ["ASKED", "Part", "Segment", "Survey", "join", "known", "survey", "write"]

ASKED = "asked"
_BLOCK = 8192
"""Passages that are Python objects at a time."""

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """What the manifest says of a segment: its rows, the questions they answer, and whether it has a graph."""

    name: str
    size: int
    questions: int
    graph: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What is found going once through the passages: the words they need, and the digests of their questions."""

    words: dict[str, int]
    asked: NDArray[np.void]


@dataclass(frozen=True)
class Segment:
    """An opened segment. ``asked`` gives the questions of row i: rows ``starts[i]:starts[i + 1]`` of its own tables."""

    part: Part
    folder: Path
    client: "Client | None"

    @cached_property
    def digests(self) -> Digests:
        return Digests(mapped(self.folder / "digests.npy"))

    @cached_property
    def vectors(self) -> Vectors:
        return _matrix(self.folder / "vectors.npy", self.part.size)

    @cached_property
    def centre(self) -> Vectors:
        centre: Vectors = np.load(self.folder / "centre.npy")
        return centre

    @cached_property
    def counts(self) -> Counts:
        return Counts.open(self.folder / "lexical")

    @cached_property
    def words(self) -> dict[str, int]:
        return dict(json.loads((self.folder / "words.json").read_text(encoding="utf-8")))

    @cached_property
    def graph(self) -> Graph | None:
        return Graph.open(self.client, self.part.name) if self.client and self.part.graph else None

    @cached_property
    def asked_vectors(self) -> Vectors:
        if not self.part.questions:
            return np.zeros((0, self.vectors.shape[1]), np.float32)
        return _matrix(self.folder / ASKED / "vectors.npy", self.part.questions)

    @cached_property
    def asked_digests(self) -> Digests:
        return Digests(mapped(self.folder / ASKED / "digests.npy") if self.part.questions else np.zeros(0, DIGEST))

    @cached_property
    def asked_starts(self) -> NDArray[np.int64]:
        if not self.part.questions:
            return np.zeros(self.part.size + 1, np.int64)
        starts: NDArray[np.int64] = mapped(self.folder / ASKED / "starts.npy")
        return starts

    @cached_property
    def asked_counts(self) -> Counts:
        return Counts.open(self.folder / ASKED / "lexical") if self.part.questions else Counts.empty(self.part.size)

    @cached_property
    def asked_graph(self) -> Graph | None:
        if not self.client or not self.part.graph or not self.part.questions:
            return None
        return Graph.open(self.client, f"{self.part.name}-{ASKED}")


def _matrix(path: Path, rows: int) -> Vectors:
    """Raises ``ValueError`` for another number of rows."""
    vectors: Vectors = mapped(path)
    if len(vectors) != rows:
        raise ValueError(f"{path} has {len(vectors)} rows, not {rows}")
    return vectors


def known(folder: Path) -> Iterator[tuple[Digests, Vectors]]:
    """Digests and vectors of a segment that may be damaged, as far as they are whole."""
    for each in (folder, folder / ASKED):
        try:
            digests, vectors = Digests(mapped(each / "digests.npy")), mapped(each / "vectors.npy")
        except (OSError, ValueError):
            continue
        if len(digests) == len(vectors):
            yield digests, vectors


def survey(passages: Listing, places: Places) -> Survey:
    """Go once through the passages at those places."""
    own: set[str] = set()
    asked: list[str] = []

    def texts() -> Iterator[str]:
        for block in _blocks(places):
            items = [passages[place] for place in block.tolist()]
            own.update(own_terms(items))
            asked.extend(_question_digest(a.question) for p in items for a in p.asked)
            yield from (normalise(_indexed(p)) for p in items)

    # The corpus's own terms are complete when the texts have been read.
    return Survey(vocabulary(texts(), own), packed(asked))


def write(
    folder: Path,
    passages: Listing,
    places: Places,
    words: dict[str, int],
    segmenter: Segmenter,
    work: Work,
    model: Embedder,
    *,
    graph: bool,
    url: str | None,
) -> Part:
    """Write the segment of the passages at those places, with the words it brings; the folder must not be there."""
    folder.mkdir()
    digests = passages.digests[places]
    np.save(folder / "digests.npy", digests)
    (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    shape = (len(places), work.dimension)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", mode="w+", dtype=np.float32, shape=shape)
    counts, asked = CountsBuilder(), _Asked(work, model, segmenter)
    done = 0
    for block in _blocks(places):
        items = [passages[place] for place in block.tolist()]
        here = slice(done, done + len(items))
        work.fill(vectors[here], digests[here], _embedded(items), model.embed_passages)
        counts.add(segmenter.terms(_indexed(p)) for p in items)
        asked.add(items)
        done += len(items)
    vectors.flush()
    np.save(folder / "centre.npy", np.asarray(vectors).mean(axis=0))
    counts.finish().save(folder / "lexical")
    questions = asked.save(folder / ASKED)
    if graph:
        _write_graphs(folder, vectors, questions, url)
    return Part(folder.name, len(places), len(questions), graph)


def join(folder: Path, segments: Sequence[Segment]) -> Part:
    """Write small segments as one, without a graph; nothing is embedded or cut into words again."""
    folder.mkdir()
    np.save(folder / "digests.npy", np.concatenate([s.digests.rows for s in segments]))
    vectors = np.concatenate([s.vectors for s in segments])
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "centre.npy", vectors.mean(axis=0))
    Counts.join([s.counts for s in segments]).save(folder / "lexical")
    words = {word: count for s in reversed(segments) for word, count in s.words.items()}
    (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    questions = sum(s.part.questions for s in segments)
    if questions:
        aside = folder / ASKED
        aside.mkdir()
        owned = np.concatenate([np.diff(s.asked_starts) for s in segments])
        np.save(aside / "starts.npy", np.concatenate(([0], np.cumsum(owned))).astype(np.int64))
        np.save(aside / "digests.npy", np.concatenate([s.asked_digests.rows for s in segments]))
        np.save(aside / "vectors.npy", np.concatenate([s.asked_vectors for s in segments]))
        Counts.join([s.asked_counts for s in segments]).save(aside / "lexical")
    return Part(folder.name, sum(s.part.size for s in segments), questions, graph=False)


class _Asked:
    """The questions of a segment's passages, gathered block by block."""

    def __init__(self, work: Work, model: Embedder, segmenter: Segmenter) -> None:
        self._work = work
        self._model = model
        self._segmenter = segmenter
        self._counts = CountsBuilder()
        self._owned: list[int] = []
        self._digests: list[NDArray[np.void]] = []
        self._vectors: list[Vectors] = []

    def add(self, items: Sequence[Passage]) -> None:
        questions = [a.question for p in items for a in p.asked]
        self._owned += [len(p.asked) for p in items]
        self._counts.add([t for a in p.asked for t in self._segmenter.terms(normalise(a.question))] for p in items)
        if questions:
            digests = packed(map(_question_digest, questions))
            vectors = np.zeros((len(questions), self._work.dimension), np.float32)
            self._work.fill(vectors, digests, questions.__getitem__, self._model.embed_queries)
            self._digests.append(digests)
            self._vectors.append(vectors)

    def save(self, folder: Path) -> Vectors:
        """Write them, if there are any; their vectors."""
        if not self._vectors:
            return np.zeros((0, self._work.dimension), np.float32)
        folder.mkdir()
        vectors = np.concatenate(self._vectors)
        np.save(folder / "digests.npy", np.concatenate(self._digests))
        np.save(folder / "vectors.npy", vectors)
        np.save(folder / "starts.npy", np.cumsum([0, *self._owned], dtype=np.int64))
        self._counts.finish().save(folder / "lexical")
        return vectors


def _write_graphs(folder: Path, vectors: Vectors, questions: Vectors, url: str | None) -> None:
    with closing(dense.connect(folder / "chroma", url)) as client:
        Graph.create(client, folder.name, vectors)
        if len(questions):
            Graph.create(client, f"{folder.name}-{ASKED}", questions)


def _blocks(places: Places) -> Iterator[Places]:
    for start in range(0, len(places), _BLOCK):
        yield places[start : start + _BLOCK]


def _embedded(items: Sequence[Passage]) -> Callable[[int], str]:
    return lambda row: items[row].embedded


def _indexed(passage: Passage) -> str:
    heading = "\n".join([passage.heading] * parameters().heading_repeats)
    return "\n".join((passage.title, passage.number, passage.locator, heading, passage.text))


def _question_digest(question: str) -> str:
    return hashlib.blake2b(f"asked\x1f{question}".encode("utf-8", "replace"), digest_size=16).hexdigest()
