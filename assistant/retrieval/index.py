"""The index on disk: generations of immutable segments, put in force by one atomic rename.

    index/
      lock           held by the one builder
      current.json   the segments in force, for which embedding and Chroma, and the size of every file
      unfinished-…   vectors of a build under way, each after its digest
      s-<id>/        a segment: some passages with everything that is searched of them
      g-<id>/        what a generation says of its segments: which rows are gone, the mean of all vectors

New and changed passages go into a small segment beside the large ones; those no longer held are marked as gone. Small
segments of like size are joined, and when too much is small or gone everything is written anew; an index of few rows
always is. The words text is cut
into are those of the index: the first segment holds the vocabulary, a later one the words its passages bring. Passages
indexed before keep the terms they have until the index is written anew, which then equals one built at once.

A builder killed at any point leaves ``current.json`` on the generation before; its leftovers go with the next build,
but for the vectors it had made, which are kept in ``unfinished-<embedding>`` and not made again.
The segments of the generation before are kept, so that a process that still has them open goes on answering.
"""

import json
import math
import os
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import dense
from assistant.retrieval.dense import DenseIndex, Table
from assistant.retrieval.digests import order
from assistant.retrieval.embedding import Embedder, Vectors, embedder
from assistant.retrieval.lexical import LexicalIndex
from assistant.retrieval.listing import Listing, listing
from assistant.retrieval.parameters import parameters
from assistant.retrieval.passages import Passage
from assistant.retrieval.segmentation import Segmenter
from assistant.retrieval.segments import ASKED, Part, Segment, join, known, survey, write
from assistant.retrieval.work import Progress, Unfinished, Work
from assistant.settings import Settings
from corpus.errors import IndexUnavailable, InputError

if TYPE_CHECKING:
    from chromadb.api.client import Client

__all__ = ["AskedIndex", "BuildReport", "Index", "Manifest", "Progress", "build", "is_current", "load"]

_FORMAT = 3
_CURRENT = "current.json"
_DATABASE = "chroma/chroma.sqlite3"
_DAMAGED = "检索索引已损坏：请运行 nearzero index 重建。"

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, in passages, and how long it took. ``kept`` ones were not embedded again."""

    added: int
    removed: int
    kept: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What generation is in force and what it was built for and from.

    ``files`` gives the size of each file of the generation, ``before`` the folders of the one before.
    """

    format: int
    generation: str
    before: tuple[str, ...]
    embedding: str
    dimension: int
    server: str
    parts: tuple[Part, ...]
    files: Mapping[str, int]

    @property
    def size(self) -> int:
        """Rows of all segments, those that are gone among them."""
        return sum(part.size for part in self.parts)

    @property
    def folders(self) -> tuple[str, ...]:
        return (self.generation, *(part.name for part in self.parts))


@dataclass(frozen=True, slots=True)
class AskedIndex:
    """The questions passages are known to answer: those of passage i are rows ``starts[i]:starts[i + 1]`` of ``vectors``.

    ``lexical`` has a row a passage, all its questions together.
    """

    starts: Rows
    vectors: Table
    lexical: LexicalIndex
    dense: DenseIndex

    def owners(self, rows: Rows) -> Rows:
        """The passages that questions belong to."""
        return np.searchsorted(self.starts, rows, side="right") - 1


@dataclass(frozen=True, slots=True)
class Index:
    """An opened generation: its segments one after the other as one table, a row a passage, some of them gone.

    ``asked`` is ``None`` without questions.
    """

    manifest: Manifest
    segments: tuple[Segment, ...]
    lexical: LexicalIndex
    dense: DenseIndex
    vectors: Table
    centre: Vectors
    segmenter: Segmenter
    asked: AskedIndex | None
    clients: "tuple[Client, ...]"

    @property
    def size(self) -> int:
        return self.manifest.size

    def find(self, digests: NDArray[np.void]) -> Rows:
        """The row of each digest, -1 where there is none."""
        return _find(self.segments, digests)

    def close(self) -> None:
        for client in self.clients:
            client.close()


def build(
    passages: Sequence[Passage],
    settings: Settings,
    progress: Progress | None = None,
    *,
    model: Embedder | None = None,
    merge: bool = False,
) -> BuildReport:
    """Bring the index in line with the passages; only new and changed ones are embedded.

    With ``merge`` the index is written anew as soon as that is worth anything, without it only when it must be. Raises
    ``InputError`` for an empty or ambiguous set of passages, ``IndexUnavailable`` if another builder does not finish or
    the embedding cannot be opened.
    """
    started = time.perf_counter()
    if not passages:
        raise InputError("没有可以建索引的条款：资料库是空的。")
    if not isinstance(passages, Listing) and len({p.key for p in passages}) != len(passages):
        raise InputError("有两条条款的键相同，无法建索引。")
    items = listing(passages)
    root = settings.index_path
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"数据目录 {settings.home} 不能写：请把 NEARZERO_HOME 设为一个能写的目录。") from error
    with _lock(root):
        held = _Held.of(root, _manifest(root), settings, items)
        fresh = np.flatnonzero(held.rows < 0)
        changed = bool(len(fresh)) or held.changed
        limit = parameters().merge_on_index if merge else parameters().merge_on_addition
        small = changed and len(items) <= parameters().written_whole
        anew = not held.whole or small or held.loose(len(fresh)) > limit
        if not changed and not (merge and anew):
            return BuildReport(0, 0, len(items), time.perf_counter() - started)
        model = model or embedder(settings.embedding)
        unfinished = Unfinished(root, settings.embedding, model.dimension)
        _sweep(root, settings, held.folders)
        work = Work(held.known(), unfinished, model.dimension, progress)
        builder = _Builder(root, settings, model, work)
        kept = len(items) - work.unknown(items.digests[fresh])
        new = builder.anew(items, held) if anew else builder.beside(items, fresh, held)
        _put_in_force(root, new)
        _sweep(root, settings, {*new.folders, *new.before})
        unfinished.remove()
    return BuildReport(len(items) - kept, held.removed, kept, time.perf_counter() - started)


def is_current(passages: Sequence[Passage], settings: Settings) -> bool:
    """Whether the index in force is whole and built from exactly these passages with this embedding."""
    held = _Held.of(settings.index_path, _manifest(settings.index_path), settings, listing(passages))
    return held.whole and not held.changed and bool((held.rows >= 0).all())


def load(settings: Settings) -> Index:
    """Open the index in force. Raises ``IndexUnavailable``."""
    root = settings.index_path
    manifest = _manifest(root)
    if manifest is None:
        raise IndexUnavailable(f"还没有检索索引（{root}）：请先运行 nearzero index。")
    if manifest.format != _FORMAT:
        raise IndexUnavailable("检索索引是另一个版本的程序建的：请运行 nearzero index 重建。")
    if manifest.embedding != settings.embedding:
        raise IndexUnavailable(
            f"检索索引是用向量模型 {manifest.embedding} 建的，现在的设置是 {settings.embedding}：请运行 nearzero index 重建。"
        )
    if manifest.server != (settings.chroma_url or ""):
        raise IndexUnavailable("检索索引建在另一个 Chroma 上：请运行 nearzero index 重建。")
    if not _whole(root, manifest):
        raise IndexUnavailable(_DAMAGED)
    clients: dict[str, Client] = {}
    for part in manifest.parts:
        if part.graph and (not clients or not settings.chroma_url):
            clients[part.name] = dense.connect(root / part.name / "chroma", settings.chroma_url)
    shared = next(iter(clients.values()), None) if settings.chroma_url else None
    try:
        segments = tuple(Segment(p, root / p.name, clients.get(p.name, shared)) for p in manifest.parts)
        gone = _gone(root, manifest)
        vectors = Table.of(s.vectors for s in segments)
        words = {word: count for s in reversed(segments) for word, count in s.words.items()}
        return Index(
            manifest=manifest,
            segments=segments,
            lexical=_lexical([s.counts for s in segments], gone),
            dense=DenseIndex(tuple(s.graph for s in segments), vectors),
            vectors=vectors,
            centre=np.load(root / manifest.generation / "centre.npy"),
            segmenter=Segmenter(words),
            asked=_open_asked(segments, gone),
            clients=tuple(clients.values()),
        )
    except (OSError, ValueError, KeyError) as error:
        raise IndexUnavailable(_DAMAGED) from error


def _lexical(parts: Sequence[Any], gone: Mask) -> LexicalIndex:
    return LexicalIndex(tuple(parts), gone, parameters().k1, parameters().b)


def _open_asked(segments: Sequence[Segment], gone: Mask) -> AskedIndex | None:
    vectors = Table.of(s.asked_vectors for s in segments)
    if not len(vectors):
        return None
    owned = np.concatenate([np.diff(s.asked_starts) for s in segments])
    return AskedIndex(
        starts=np.concatenate(([0], np.cumsum(owned))).astype(np.int64),
        vectors=vectors,
        lexical=_lexical([s.asked_counts for s in segments], gone),
        dense=DenseIndex(tuple(s.asked_graph for s in segments), vectors),
    )


def _find(segments: Sequence[Segment], digests: NDArray[np.void]) -> Rows:
    found, start = np.full(len(digests), -1, np.int64), 0
    lacking = order(digests)
    for segment in segments:
        rows = segment.digests.find(digests[lacking])
        found[lacking[rows >= 0]] = rows[rows >= 0] + start
        lacking = lacking[rows < 0]
        start += segment.part.size
    return found


@dataclass(frozen=True)
class _Held:
    """What is on disk, seen from the passages there are to be.

    ``rows`` are the passages' rows there; ``before`` and ``gone`` mark the rows that no passage had and none has now.
    Nothing of a manifest that does not fit or is damaged counts as there, but its vectors are known.
    """

    root: Path
    manifest: Manifest | None
    embedding: str
    whole: bool
    segments: tuple[Segment, ...]
    rows: Rows
    before: Mask
    gone: Mask

    @classmethod
    def of(cls, root: Path, manifest: Manifest | None, settings: Settings, passages: Listing) -> "_Held":
        whole = manifest is not None and _fits(manifest, settings) and _whole(root, manifest)
        parts = manifest.parts if manifest and whole else ()
        segments = tuple(Segment(p, root / p.name, None) for p in parts)
        rows = _find(segments, passages.digests)
        before = _gone(root, manifest) if manifest and whole else np.zeros(0, bool)
        gone = np.ones(len(before), bool)
        gone[rows[rows >= 0]] = False
        return cls(root, manifest, settings.embedding, whole, segments, rows, before, gone)

    @property
    def folders(self) -> set[str]:
        return {*self.manifest.folders, *self.manifest.before} if self.manifest else set()

    @property
    def changed(self) -> bool:
        """Whether other rows are gone than before."""
        return not np.array_equal(self.before, self.gone)

    @property
    def removed(self) -> int:
        return int(np.count_nonzero(self.gone & ~self.before))

    def loose(self, fresh: int) -> float:
        """The share of rows that would lie in small segments or be gone with so many more."""
        small = sum(s.part.size for s in self.segments if not s.part.graph) + fresh
        return (small + int(self.gone.sum())) / (len(self.gone) + fresh) if len(self.gone) else 1.0

    def known(self) -> Iterator[tuple[Any, Any]]:
        """Digests with vectors of the same embedding."""
        manifest = self.manifest
        for segment in self.segments:
            yield segment.digests, segment.vectors
            yield segment.asked_digests, segment.asked_vectors
        if not self.segments and manifest and manifest.embedding == self.embedding and manifest.format == _FORMAT:
            for part in manifest.parts:
                yield from known(self.root / part.name)


@dataclass(frozen=True)
class _Builder:
    root: Path
    settings: Settings
    model: Embedder
    work: Work

    def anew(self, passages: Listing, held: _Held) -> Manifest:
        """All passages in their order, as few segments as there may be."""
        places = np.arange(len(passages))
        found = survey(passages, places)
        self.work.expect(self.work.unknown(passages.digests) + self.work.unknown(found.asked))
        segmenter = Segmenter(found.words)
        parts: list[Part] = []
        for start in range(0, len(places), parameters().largest_segment):
            here = places[start : start + parameters().largest_segment]
            words = {} if parts else found.words
            parts.append(self._write(passages, here, words, segmenter, graph=True))
        return self._manifest(parts, np.zeros(len(places), bool), held)

    def beside(self, passages: Listing, places: Rows, held: _Held) -> Manifest:
        """The segments there are and the passages at those places in a new one; small ones of like size are joined."""
        parts = [s.part for s in held.segments]
        starts = np.cumsum([0, *(part.size for part in parts)])
        gone = {p.name: held.gone[at : at + p.size] for p, at in zip(parts, starts, strict=False)}
        if len(places):
            found = survey(passages, places)
            self.work.expect(self.work.unknown(passages.digests[places]) + self.work.unknown(found.asked))
            words = {word: count for s in reversed(held.segments) for word, count in s.words.items()}
            brought = {word: count for word, count in found.words.items() if word not in words}
            graph = len(places) > parameters().compared
            parts.append(self._write(passages, places, brought, Segmenter(words | brought), graph=graph))
            gone[parts[-1].name] = np.zeros(len(places), bool)
        while alike := _alike(parts):
            part = join(self._folder(), [Segment(p, self.root / p.name, None) for p in alike])
            gone[part.name] = np.concatenate([gone[p.name] for p in alike])
            parts = [*(p for p in parts if p not in alike), part]
        return self._manifest(parts, np.concatenate([gone[p.name] for p in parts]), held)

    def _folder(self) -> Path:
        return self.root / f"s-{uuid.uuid4().hex[:12]}"

    def _write(
        self, passages: Listing, places: Rows, words: dict[str, int], segmenter: Segmenter, *, graph: bool
    ) -> Part:
        return write(
            self._folder(),
            passages,
            places,
            words,
            segmenter,
            self.work,
            self.model,
            graph=graph,
            url=self.settings.chroma_url,
        )

    def _manifest(self, parts: Sequence[Part], gone: Mask, held: _Held) -> Manifest:
        generation = f"g-{uuid.uuid4().hex[:12]}"
        folder = self.root / generation
        folder.mkdir()
        np.save(folder / "gone.npy", np.flatnonzero(gone))
        segments = [Segment(p, self.root / p.name, None) for p in parts]
        np.save(folder / "centre.npy", _centre(segments, gone))
        return Manifest(
            format=_FORMAT,
            generation=generation,
            before=held.manifest.folders if held.manifest else (),
            embedding=self.settings.embedding,
            dimension=self.work.dimension,
            server=self.settings.chroma_url or "",
            parts=tuple(parts),
            files=_files(self.root, (generation, *(p.name for p in parts))),
        )


def _alike(parts: Sequence[Part]) -> list[Part]:
    """Small segments of like size, as soon as there are so many that they are to be joined."""
    tiers: dict[int, list[Part]] = {}
    for part in parts:
        if not part.graph:
            tier = tiers.setdefault(int(math.log(part.size, parameters().alike_segments)), [])
            tier.append(part)
            if len(tier) >= parameters().alike_segments and sum(p.size for p in tier) <= parameters().compared:
                return tier
    return []


def _centre(segments: Sequence[Segment], gone: Mask) -> Vectors:
    """The mean of all vectors but the gone."""
    if len(segments) == 1 and not gone.any():
        return segments[0].centre
    whole, start = np.zeros(len(segments[0].centre), np.float64), 0
    for segment in segments:
        lost = segment.vectors[gone[start : start + segment.part.size]]
        whole += segment.centre.astype(np.float64) * segment.part.size - lost.sum(axis=0, dtype=np.float64)
        start += segment.part.size
    centre: Vectors = (whole / max(1, len(gone) - int(gone.sum()))).astype(np.float32)
    return centre


def _fits(manifest: Manifest, settings: Settings) -> bool:
    return (manifest.format, manifest.embedding, manifest.server) == (
        _FORMAT,
        settings.embedding,
        settings.chroma_url or "",
    )


def _files(root: Path, folders: Sequence[str]) -> dict[str, int]:
    """Every file with its size; a database's is not told, as it may change while it is only read."""
    held: dict[str, int] = {}
    for folder in folders:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root / folder).as_posix()
            if path.is_file() and (name == _DATABASE or not name.startswith("chroma/")):
                held[f"{folder}/{name}"] = -1 if name == _DATABASE else path.stat().st_size
    return held


def _whole(root: Path, manifest: Manifest) -> bool:
    """Whether nothing of the generation was lost or cut short since it was built."""
    return all(
        (path := root / name).is_file() and size in {-1, path.stat().st_size} for name, size in manifest.files.items()
    )


def _manifest(root: Path) -> Manifest | None:
    try:
        raw = json.loads((root / _CURRENT).read_text(encoding="utf-8"))
        parts = tuple(Part(**part) for part in raw.pop("parts", ()))
        before = tuple(raw.pop("before", ()))
        manifest = Manifest(**raw, parts=parts, before=before)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return manifest if (root / manifest.generation).is_dir() else None


def _gone(root: Path, manifest: Manifest) -> Mask:
    gone = np.zeros(manifest.size, bool)
    gone[np.load(root / manifest.generation / "gone.npy")] = True
    return gone


def _put_in_force(root: Path, manifest: Manifest) -> None:
    aside = root / f"{_CURRENT}.{manifest.generation}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(root / _CURRENT)


def _sweep(root: Path, settings: Settings, keep: set[str]) -> None:
    """Remove what killed or finished builds left behind."""
    gone = [path for path in root.glob("[gs]-*") if path.is_dir() and path.name not in keep]
    if gone and settings.chroma_url:
        with closing(dense.connect(root, settings.chroma_url)) as client:
            dense.drop(client, (name for path in gone for name in (path.name, f"{path.name}-{ASKED}")))
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    for path in root.glob(f"{_CURRENT}.*"):
        path.unlink(missing_ok=True)


@contextmanager
def _lock(root: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(root / "lock", timeout=600)
    try:
        with lock:
            yield
    except Timeout as error:
        raise IndexUnavailable("另一个进程正在建索引，等了十分钟还没有完成：请稍后再试。") from error
