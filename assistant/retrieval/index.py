"""The index on disk: generations built aside and put in force by one atomic rename.

    index/
      lock           held by the one builder
      current.json   which generation is in force, for which embedding and passages
      unfinished-…   vectors of a build under way, each after its digest
      g-<id>/        lexical arrays, words, vectors, digests, and the Chroma database; asked/ the same of the questions

A builder killed at any point leaves ``current.json`` on the generation before; its leftovers go with the next build,
but for the vectors it had made, which are kept in ``unfinished-<embedding>`` and not made again.
The generation before the current one is kept, so that a process that still has it open goes on answering.
"""

import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import dense
from assistant.retrieval.dense import DenseIndex
from assistant.retrieval.embedding import Embedder, Vectors, embedder
from assistant.retrieval.lexical import LexicalIndex, mapped
from assistant.retrieval.parameters import parameters
from assistant.retrieval.passages import Passage
from assistant.retrieval.segmentation import Segmenter, normalise, vocabulary
from assistant.retrieval.terms import own_terms
from assistant.settings import Settings
from corpus.errors import IndexUnavailable, InputError

if TYPE_CHECKING:
    from chromadb.api.client import Client

__all__ = ["BuildReport", "Index", "Manifest", "Progress", "build", "is_current", "load"]

Progress = Callable[[int, int], None]
"""Called with the number of passages embedded so far and the number to embed."""

_FORMAT = 2
_CURRENT = "current.json"
_UNFINISHED = "unfinished-"
_BATCH = 64
_ASKED = "asked"
_DATABASE = "chroma/chroma.sqlite3"
_DAMAGED = "检索索引已损坏：请运行 nearzero index 重建。"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, in passages, and how long it took. ``kept`` ones were not embedded again."""

    added: int
    removed: int
    kept: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What generation is in force and what it was built for and from; ``files`` gives the size of each of its files."""

    format: int
    generation: str
    previous: str
    embedding: str
    dimension: int
    server: str
    size: int
    files: dict[str, int]


@dataclass(frozen=True, slots=True)
class AskedIndex:
    """The questions passages are known to answer: those of passage i are rows ``starts[i]:starts[i + 1]`` of ``vectors``.

    ``lexical`` has a row a passage, all its questions together.
    """

    starts: NDArray[np.int64]
    vectors: Vectors
    lexical: LexicalIndex
    dense: DenseIndex

    def owner(self, row: int) -> int:
        """The passage a question belongs to."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1


@dataclass(frozen=True, slots=True)
class Index:
    """An opened generation. Row i of every part belongs to ``digests[i]``; ``asked`` is ``None`` without questions."""

    manifest: Manifest
    digests: tuple[str, ...]
    lexical: LexicalIndex
    dense: DenseIndex
    vectors: Vectors
    centre: Vectors
    segmenter: Segmenter
    asked: "AskedIndex | None"
    client: "Client"

    def close(self) -> None:
        self.client.close()


def build(
    passages: Sequence[Passage],
    settings: Settings,
    progress: Progress | None = None,
    *,
    model: Embedder | None = None,
) -> BuildReport:
    """Bring the index in line with the passages; only new and changed ones are embedded.

    Raises ``InputError`` for an empty or ambiguous set of passages, ``IndexUnavailable`` if another builder does not
    finish or the embedding cannot be opened.
    """
    started = time.perf_counter()
    if not passages:
        raise InputError("没有可以建索引的条款：资料库是空的。")
    if len({p.key for p in passages}) != len(passages):
        raise InputError("有两条条款的键相同，无法建索引。")
    root = settings.index_path
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"数据目录 {settings.home} 不能写：请把 NEARZERO_HOME 设为一个能写的目录。") from error
    with _lock(root):
        manifest = _manifest(root)
        digests = tuple(p.digest for p in passages)
        questions = tuple(a.question for p in passages for a in p.asked)
        asked = tuple(_question_digest(q) for q in questions)
        held = _held(root, manifest, settings)
        before = held.keys() & set(_digests(root, manifest)) if manifest else set()
        if manifest and _fits(manifest, settings) and _whole(root, manifest) and _digests(root, manifest) == digests:
            return BuildReport(0, 0, len(digests), time.perf_counter() - started)
        model = model or embedder(settings.embedding)
        unfinished = _Unfinished(root, settings.embedding, model.dimension)
        made = unfinished.read()
        known = {**made, **held}
        kept = sum(d in known for d in digests)
        generation = f"g-{uuid.uuid4().hex[:12]}"
        _sweep(root, settings, {manifest.generation, manifest.previous} if manifest else set())
        work = _Work(known, unfinished, model.dimension, progress)
        work.expect(digests, asked)
        vectors = work.vectors(digests, [p.embedded for p in passages], model.embed_passages)
        folder = root / generation
        folder.mkdir()
        segmenter = _write(folder, passages, digests, vectors, settings, generation)
        if questions:
            rows = work.vectors(asked, questions, model.embed_queries)
            _write_asked(folder, passages, asked, rows, segmenter, settings, generation)
        new = Manifest(
            format=_FORMAT,
            generation=generation,
            previous=manifest.generation if manifest else "",
            embedding=settings.embedding,
            dimension=int(vectors.shape[1]),
            server=settings.chroma_url or "",
            size=len(passages),
            files=_files(root / generation),
        )
        _put_in_force(root, new)
        _sweep(root, settings, {new.generation, new.previous})
        unfinished.remove()
    removed = len(before - set(digests))
    return BuildReport(len(passages) - kept, removed, kept, time.perf_counter() - started)


def is_current(passages: Sequence[Passage], settings: Settings) -> bool:
    """Whether the index in force is whole and built from exactly these passages with this embedding."""
    manifest = _manifest(settings.index_path)
    if manifest is None or not _fits(manifest, settings) or not _whole(settings.index_path, manifest):
        return False
    return _digests(settings.index_path, manifest) == tuple(p.digest for p in passages)


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
    folder = root / manifest.generation
    try:
        client = dense.connect(folder / "chroma", settings.chroma_url)
        return Index(
            manifest=manifest,
            digests=_digests(root, manifest),
            lexical=LexicalIndex.open(folder / "lexical", manifest.size),
            dense=DenseIndex.open(client, manifest.generation),
            client=client,
            vectors=mapped(folder / "vectors.npy"),
            centre=np.load(folder / "centre.npy"),
            segmenter=Segmenter(json.loads((folder / "words.json").read_text(encoding="utf-8"))),
            asked=_open_asked(folder, client, manifest),
        )
    except (OSError, ValueError, KeyError) as error:
        raise IndexUnavailable(_DAMAGED) from error


def _fits(manifest: Manifest, settings: Settings) -> bool:
    return (manifest.format, manifest.embedding, manifest.server) == (
        _FORMAT,
        settings.embedding,
        settings.chroma_url or "",
    )


def _files(folder: Path) -> dict[str, int]:
    """Every file with its size; the database's is not told, as it may change while it is only read."""
    found = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    kept = {name: size for name, size in found.items() if not name.startswith("chroma/")}
    return kept | ({_DATABASE: -1} if _DATABASE in found else {})


def _whole(root: Path, manifest: Manifest) -> bool:
    """Whether nothing of the generation was lost or cut short since it was built."""
    folder = root / manifest.generation
    return all(
        (path := folder / name).is_file() and size in {-1, path.stat().st_size} for name, size in manifest.files.items()
    )


def _manifest(root: Path) -> Manifest | None:
    try:
        raw = json.loads((root / _CURRENT).read_text(encoding="utf-8"))
        manifest = Manifest(**raw)
    except (OSError, ValueError, TypeError):
        return None
    return manifest if (root / manifest.generation).is_dir() else None


def _digests(root: Path, manifest: Manifest) -> tuple[str, ...]:
    try:
        return tuple((root / manifest.generation / "digests.txt").read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return ()


def _held(root: Path, manifest: Manifest | None, settings: Settings) -> dict[str, Any]:
    """Vectors of the generation in force, by digest; none if they were made by another embedding."""
    if manifest is None or manifest.embedding != settings.embedding or manifest.format != _FORMAT:
        return {}
    held: dict[str, Any] = {}
    for folder in (root / manifest.generation, root / manifest.generation / _ASKED):
        try:
            vectors = np.load(folder / "vectors.npy", mmap_mode="r")
            digests = (folder / "digests.txt").read_text(encoding="ascii").split()
        except (OSError, ValueError):
            continue
        if len(digests) == len(vectors):
            held |= zip(digests, vectors, strict=True)
    return held


def _question_digest(question: str) -> str:
    return hashlib.blake2b(f"asked\x1f{question}".encode("utf-8", "replace"), digest_size=16).hexdigest()


class _Work:
    """Embeds what is not known yet, keeps it against a stop, and tells how far it is."""

    def __init__(
        self, known: Mapping[str, Any], unfinished: "_Unfinished", dimension: int, progress: Progress | None
    ) -> None:
        self._known = known
        self._unfinished = unfinished
        self._dimension = dimension
        self._progress = progress
        self._done = self._whole = 0

    def expect(self, *digests: Sequence[str]) -> None:
        """Say how much there is to do in all."""
        self._whole = sum(d not in self._known for part in digests for d in part)
        self._tell(0)

    def vectors(
        self, digests: Sequence[str], texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        """A row a text; only those with an unknown digest are embedded."""
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        wanted = []
        for row, digest in enumerate(digests):
            if digest in self._known:
                vectors[row] = self._known[digest]
            else:
                wanted.append(row)
        # Alike in length together: a batch costs what its longest text costs.
        wanted.sort(key=lambda row: len(texts[row]))
        for start in range(0, len(wanted), _BATCH):
            rows = wanted[start : start + _BATCH]
            vectors[rows] = embed([texts[row] for row in rows])
            self._unfinished.add([digests[row] for row in rows], vectors[rows])
            self._tell(len(rows))
        return vectors

    def _tell(self, more: int) -> None:
        self._done += more
        if self._progress:
            self._progress(self._done, self._whole)


class _Unfinished:
    """The vectors of a build under way, on disk as they are made: a build of hours that is stopped goes on where it was.

    One record a vector: the digest (16 bytes), then the vector. A record cut short by the stop is the last and ignored.
    """

    def __init__(self, root: Path, embedding: str, dimension: int) -> None:
        name = hashlib.blake2b(f"{embedding} {dimension}".encode(), digest_size=8).hexdigest()
        self._path = root / f"{_UNFINISHED}{name}"
        self._record = np.dtype([("digest", "V16"), ("vector", np.float32, (dimension,))])

    def read(self) -> dict[str, Any]:
        """Digest to vector of everything made so far."""
        if not self._path.is_file():
            return {}
        whole = self._path.stat().st_size // self._record.itemsize
        if not whole:
            return {}
        records = np.memmap(self._path, self._record, mode="r", shape=(whole,))
        return {bytes(r["digest"]).hex(): np.array(r["vector"]) for r in records}

    def add(self, digests: Sequence[str], vectors: Vectors) -> None:
        records = np.empty(len(digests), self._record)
        records["digest"] = np.frombuffer(bytes.fromhex("".join(digests)), "V16")
        records["vector"] = vectors
        with self._path.open("ab") as file:
            # What a stop cut short is overwritten, so that every record stays whole.
            file.truncate(file.tell() - file.tell() % self._record.itemsize)
            file.write(records.tobytes())

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)


def _indexed(passage: Passage) -> str:
    heading = "\n".join([passage.heading] * parameters().heading_repeats)
    return "\n".join((passage.title, passage.number, passage.locator, heading, passage.text))


def _write(
    folder: Path,
    passages: Sequence[Passage],
    digests: Sequence[str],
    vectors: Vectors,
    settings: Settings,
    generation: str,
) -> Segmenter:
    words = vocabulary((normalise(_indexed(p)) for p in passages), own_terms(passages))
    segmenter = Segmenter(words)
    (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
    (folder / "digests.txt").write_text("\n".join(digests), encoding="ascii")
    terms = (segmenter.terms(_indexed(p)) for p in passages)
    lexical = LexicalIndex.build(terms, k1=parameters().k1, b=parameters().b)
    lexical.save(folder / "lexical")
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "centre.npy", vectors.mean(axis=0))
    with closing(dense.connect(folder / "chroma", settings.chroma_url)) as client:
        DenseIndex.create(client, generation).add(digests, vectors, batch=min(client.get_max_batch_size(), 5000))
    return segmenter


def _write_asked(
    folder: Path,
    passages: Sequence[Passage],
    digests: Sequence[str],
    vectors: Vectors,
    segmenter: Segmenter,
    settings: Settings,
    generation: str,
) -> None:
    aside = folder / _ASKED
    aside.mkdir()
    (aside / "digests.txt").write_text("\n".join(digests), encoding="ascii")
    terms = ([t for a in p.asked for t in segmenter.terms(normalise(a.question))] for p in passages)
    LexicalIndex.build(terms, k1=parameters().k1, b=parameters().b).save(aside / "lexical")
    np.save(aside / "vectors.npy", vectors)
    np.save(aside / "starts.npy", np.cumsum([0, *(len(p.asked) for p in passages)], dtype=np.int64))
    with closing(dense.connect(folder / "chroma", settings.chroma_url)) as client:
        rows = [str(row) for row in range(len(vectors))]
        DenseIndex.create(client, f"{generation}-{_ASKED}").add(
            rows, vectors, batch=min(client.get_max_batch_size(), 5000)
        )


def _open_asked(folder: Path, client: "Client", manifest: Manifest) -> AskedIndex | None:
    aside = folder / _ASKED
    if not aside.is_dir():
        return None
    return AskedIndex(
        starts=np.load(aside / "starts.npy"),
        vectors=mapped(aside / "vectors.npy"),
        lexical=LexicalIndex.open(aside / "lexical", manifest.size),
        dense=DenseIndex.open(client, f"{manifest.generation}-{_ASKED}"),
    )


def _put_in_force(root: Path, manifest: Manifest) -> None:
    aside = root / f"{_CURRENT}.{manifest.generation}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(root / _CURRENT)


def _sweep(root: Path, settings: Settings, keep: set[str]) -> None:
    """Remove what killed or finished builds left behind."""
    gone = [path for path in root.glob("g-*") if path.is_dir() and path.name not in keep]
    if gone and settings.chroma_url:
        with closing(dense.connect(root, settings.chroma_url)) as client:
            dense.drop(client, (name for path in gone for name in (path.name, f"{path.name}-{_ASKED}")))
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
