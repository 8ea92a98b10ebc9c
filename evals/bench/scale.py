"""How the index grows: corpora made from the real one, built, searched and added to.

    python -m evals.bench.scale --clauses 10000 100000         a row a size into evals/results/scale.json and scale.md
    python -m evals.bench.scale --clauses 10000 100000 --server  the same with the vectors in a `chroma run` of its own
    python -m evals.bench.scale --clauses 1000000              an hour on one core

Each corpus is the real one, with the questions its clauses are known to answer, and made clauses up to the size
wanted: a real title with a made place before it, a real heading, and sentences of two real clauses with other figures.
The vectors of made clauses are not embedded, which would take a day for a million, but mixed from those of the real clauses
they are made of, with noise: as near each other as real ones or nearer, which is the harder case for the search. Real
clauses and real questions keep their real vectors. The words of made clauses are those of real ones, so that lists of
rare terms grow more than in a real corpus and the vocabulary less, and cutting them into words, which remembers the runs
of characters it has cut, is faster than it would be for a million different clauses.

Made clauses are made when they are asked for: what a corpus of that size costs in memory beside the index is not measured.
Every step runs in a process of its own, whose peak memory is measured; mapped files count as far as they were read.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import Embedder, Listing, Passage, Retriever, build, embedder, ensure, passages
from assistant.retrieval.dense import DenseIndex
from assistant.retrieval.digests import packed
from assistant.retrieval.embedding import Vectors
from assistant.retrieval.index import Index, load
from assistant.retrieval.parameters import parameters
from assistant.settings import Settings, read
from corpus.library import Corpus
from corpus.overlay import load_all
from corpus.references import Named, catalogue
from evals import question
from evals.bench.process import free_port
from evals.metrics import hit, recall

__all__ = ["Chroma", "Made", "Maker", "as_markdown", "chroma", "main", "measure"]

RESULT = Path(__file__).parents[1] / "results" / "scale.json"
"""What every run adds its sizes to; the table lies beside it."""
ARTICLES = 40
"""Clauses of one made document."""
ASKED = 200
"""Real questions each corpus is asked."""

ADDED = 9
"""Documents added one after the other: enough that small segments are joined once."""
MERGED = 100_000
"""Clauses up to which writing everything anew is measured; it takes as long as the first build."""

_PROJECTED = (1_000_000, 10_000_000, 100_000_000)
_SEED = 20260101
_SHARES = (0.6, 0.3, 0.1)
"""What the clauses of the text, of the heading and of the title give to a made vector."""
_NOISE = 0.12
"""Length of the noise added to it."""
_SENTENCE = re.compile(r"[^。；]+[。；]?")
_FIGURE = re.compile(r"\d+")
_MADE = re.compile(r"示例市第(\d+)区.* 第(\d+)条")


@dataclass(frozen=True)
class Maker:
    """Made clauses and their vectors, each a function of its number; an embedder that knows real and made texts.

    ``real`` are the passages of the corpus, ``vectors`` theirs (len(real), d), ``asked`` those of their questions in
    order; what it is asked to embed besides goes to ``model``.
    """

    real: tuple[Passage, ...]
    vectors: Vectors
    asked: Vectors
    model: Embedder

    @classmethod
    def open(cls, settings: Settings) -> "Maker":
        """From the library and the index in force, which is brought up to date."""
        model = embedder(settings.embedding)
        real = passages(load_all(*settings.folders))
        ensure(settings, real, model=model)
        index = load(settings)
        vectors = index.vectors.take(index.find(packed(p.digest for p in real)))
        asked = np.array(index.asked.vectors.whole()) if index.asked else np.zeros((0, model.dimension), np.float32)
        index.close()
        return cls(real, vectors, asked, model)

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def dimension(self) -> int:
        return self.model.dimension

    def passage(self, number: int) -> Passage:
        """The made clause of that number."""
        body, head, title = (self.real[n] for n in self._sources(number))
        document, article = divmod(number, ARTICLES)
        sentences = [s for p in (body, head) for s in islice(_SENTENCE.findall(p.text), 1 + number % 2)]
        text = _FIGURE.sub(lambda m: str((int(m[0]) * 7 + number) % 10 ** len(m[0])), "".join(sentences))
        source = self.real[self._sources(document * ARTICLES)[2]]
        return Passage(
            key=f"made-{document}#{article + 1}",
            document_id=f"made-{document}",
            title=f"示例市第{document}区{source.title}",
            number="",
            locator=f"第{article + 1}条",
            heading=head.heading,
            text=text,
            scenes=title.scenes,
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        known = self._known_questions
        if all(text in known for text in texts):
            return self.asked[[known[text] for text in texts]]
        return self.model.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            made = _MADE.match(text)
            row[:] = self._made(int(made[1]) * ARTICLES + int(made[2]) - 1) if made else self._known_passages[text]
        return rows

    def _made(self, number: int) -> Vectors:
        noise = self._draw(number).standard_normal(self.dimension, np.float32)
        mixed = np.asarray(_SHARES, np.float32) @ self.vectors[list(self._sources(number))]
        vector = mixed + np.float32(_NOISE) * noise / np.linalg.norm(noise)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def _sources(self, number: int) -> tuple[int, int, int]:
        body, head, title = self._draw(number).integers(0, len(self.real), 3)
        return int(body), int(head), int(title)

    def _draw(self, number: int) -> np.random.Generator:
        return np.random.default_rng((_SEED, number))

    @cached_property
    def _known_questions(self) -> Mapping[str, int]:
        return {text: row for row, text in enumerate(a.question for p in self.real for a in p.asked)}

    @cached_property
    def _known_passages(self) -> Mapping[str, Vectors]:
        return {p.embedded: vector for p, vector in zip(self.real, self.vectors, strict=True)}


class Made(Listing):
    """The real clauses and as many made ones as are wanting, then whole made documents; none an object until it is read.

    ``digests`` are those of the clauses before the added documents where they are known.
    """

    def __init__(self, maker: Maker, size: int, documents: int = 0, digests: NDArray[np.void] | None = None) -> None:
        self._maker = maker
        self._made = max(0, size - len(maker.real))
        self._first = ARTICLES * (size // ARTICLES + 1)
        self._size = len(maker.real) + self._made
        self._added = documents * ARTICLES
        begin = 0 if digests is None else len(digests)
        rest = packed(self[place].digest for place in range(begin, len(self)))
        self._digests = rest if digests is None else np.concatenate((digests, rest))

    @property
    def digests(self) -> NDArray[np.void]:
        return self._digests

    def of_document(self, document_id: str) -> Sequence[int]:
        name, _, number = document_id.partition("made-")
        if name or not number:
            return self._real.get(document_id, ())
        begin = int(number) * ARTICLES
        if begin >= self._first:
            return range(self._size + begin - self._first, self._size + begin - self._first + ARTICLES)
        return range(len(self._maker.real) + begin, len(self._maker.real) + min(begin + ARTICLES, self._made))

    @property
    def documents(self) -> Iterator[Named]:
        """Every document with its title."""
        yield from {p.document_id: Named(p.document_id, p.title, p.number) for p in self._maker.real}.values()
        numbers = (*range(0, self._made, ARTICLES), *range(self._first, self._first + self._added, ARTICLES))
        for passage in map(self._maker.passage, numbers):
            yield Named(passage.document_id, passage.title, passage.number)

    def __len__(self) -> int:
        return self._size + self._added

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Passage]: ...
    def __getitem__(self, place: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        if place < len(self._maker.real):
            return self._maker.real[place]
        if place < self._size:
            return self._maker.passage(place - len(self._maker.real))
        return self._maker.passage(self._first + place - self._size)

    @cached_property
    def _real(self) -> Mapping[str, Sequence[int]]:
        places: dict[str, list[int]] = {}
        for place, passage in enumerate(self._maker.real):
            places.setdefault(passage.document_id, []).append(place)
        return places


def measure(size: int, base: Settings, folder: Path, *, server: bool = False) -> dict[str, Any]:
    """Build, search and add to a corpus of that many clauses; seconds, milliseconds, MiB."""
    result: dict[str, Any] = {"clauses": size, "server": server, "load_before": round(os.getloadavg()[0], 1)}
    steps = (_build, _search, _add, *([_merge] if size <= MERGED else []))
    with chroma(folder / "server") if server else nullcontext() as vectors:
        aside = base.model_copy(update={"home": folder, "chroma_url": vectors and vectors.url})
        for step in steps:
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                result |= pool.submit(step, size, base, aside).result()
            sys.stderr.write(f"{size} {step.__name__}: {json.dumps(result, ensure_ascii=False)}\n")
        if vectors:
            result["server_peak_mib"] = _held(vectors.process.pid)["VmHWM"]
            result["disk_mib"]["chroma"] = round(sum(_sizes(folder / "server")) / 2**20, 1)
    return result | {"load_after": round(os.getloadavg()[0], 1)}


@dataclass(frozen=True)
class Chroma:
    url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def chroma(folder: Path) -> Iterator[Chroma]:
    """A Chroma server on a free port, with its data in the folder."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen([*command, "--path", str(folder)], stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Chroma(f"http://127.0.0.1:{port}", process)
    finally:
        process.terminate()
        process.wait(30)


def _opened(size: int, base: Settings, aside: Settings, documents: int = 0) -> tuple[Maker, Made]:
    """The corpus of that size; its digests are computed once."""
    maker = Maker.open(base)
    path = aside.home / "digests.npy"
    if not path.is_file():
        np.save(path, Made(maker, size).digests)
    return maker, Made(maker, size, documents, np.load(path))


def _build(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    begin = time.perf_counter()
    maker, items = _opened(size, base, aside)
    generated = time.perf_counter() - begin
    start = time.time()
    seconds = build(items, aside, model=maker).seconds
    return {
        "generate_s": round(generated, 1),
        "build_s": round(seconds, 1),
        "build_stages_s": _stages(aside, start, start + seconds),
        "build_peak_mib": _peak(),
        "disk_mib": {name: round(mib, 1) for name, mib in _disk(aside).items()},
    }


def _search(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    maker, items = _opened(size, base, aside)
    names = catalogue(items.documents)
    held = _resident()
    begin = time.perf_counter()
    index = load(aside)
    loaded = time.perf_counter() - begin
    retriever = Retriever(index, items, names, maker)
    opened = time.perf_counter() - begin
    found = {
        "load_s": round(loaded, 2),
        "open_s": round(opened, 2),
        "open_mib": round(_resident() - held, 1),
        **_searched(retriever, index, load_all(*base.folders)),
        "search_peak_mib": _peak(),
        "search_own_mib": _held(os.getpid())["RssAnon"],
    }
    begin = time.perf_counter()
    retriever.over(items, names)
    found["over_s"] = round(time.perf_counter() - begin, 2)
    retriever.close()
    return found


def _searched(retriever: Retriever, index: Index, corpus: Corpus) -> dict[str, Any]:
    keys = question.clause_keys(corpus)
    answerable = [q for q in question.load() if q.answerable]
    picked = np.random.default_rng(_SEED).permutation(len(answerable))[:ASKED]
    asked = [answerable[n] for n in picked]
    begin = time.perf_counter()
    retriever.retrieve(asked[0].text)
    first = time.perf_counter() - begin
    retriever.retrieve("食堂的油烟")
    compared = DenseIndex((None,) * len(index.segments), index.vectors)
    present = np.zeros(index.size, bool)
    times: dict[str, list[float]] = {name: [] for name in ("whole", "embedded_before", "lexical", "hnsw", "exact")}
    hits: list[float] = []
    vectors: list[Vectors] = []
    near: list[Sequence[str]] = []
    for one in asked:
        terms = dict.fromkeys(index.segmenter.terms(one.text), 1.0)
        whole = time.perf_counter()
        got = retriever.retrieve(one.text, 10)
        again = time.perf_counter()
        retriever.retrieve(one.text, 10)
        lexical = time.perf_counter()
        index.lexical.best(terms, 100, present)
        hnsw = time.perf_counter()
        rows, _ = index.dense.nearest(got.vector, 100)
        ended = time.perf_counter()
        for name, seconds in (
            ("whole", again - whole),
            ("embedded_before", lexical - again),
            ("lexical", hnsw - lexical),
            ("hnsw", ended - hnsw),
        ):
            times[name].append(seconds * 1000)
        vectors.append(got.vector)
        near.append([str(row) for row in rows])
        hits.append(hit([h.key for h in got.hits], one.grades(keys), 5))
    # Afterwards, so that reading every vector does not push out of memory what a search reads.
    agreed: dict[int, list[float]] = {10: [], 100: []}
    for vector, ranked in zip(vectors, near, strict=True):
        begin = time.perf_counter()
        best, _ = compared.nearest(vector, 100)
        times["exact"].append((time.perf_counter() - begin) * 1000)
        for cut, shares in agreed.items():
            shares.append(recall(ranked[:cut], dict.fromkeys([str(row) for row in best[:cut]], 2), cut))
    return {
        "questions": len(asked),
        "first_search_s": round(first, 2),
        "ms": {name: _spread(taken) for name, taken in times.items()},
        "recall_against_exact": {f"@{cut}": round(float(np.mean(s)), 4) for cut, s in agreed.items()},
        "hit@5": round(float(np.mean(hits)), 3),
        "nearest_cosine": _nearest_cosine(index, compared),
    }


def _add(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    seconds, written = [], []
    for documents in range(1, ADDED + 1):
        maker, items = _opened(size, base, aside, documents)
        before = _folders(aside)
        report = build(items, aside, model=maker)
        assert report.added == ARTICLES
        seconds.append(report.seconds)
        fresh = [aside.index_path / name for name in _folders(aside) - before]
        written.append(sum(sum(_sizes(path)) for path in fresh) / 2**20)
    retriever = Retriever(load(aside), items, catalogue(items.documents), maker)
    title = items[len(items) - 1].title
    assert retriever.search(f"《{title}》第1条", 1)[0].key == items[len(items) - ARTICLES].key
    retriever.close()
    return {
        "add_document_s": {
            "first": round(seconds[0], 2),
            "median": _median(seconds),
            "longest": round(max(seconds), 2),
        },
        "add_written_mib": {"median": _median(written), "most": round(max(written), 2)},
        "add_peak_mib": _peak(),
        "segments_after": len(json.loads((aside.index_path / "current.json").read_text(encoding="utf-8"))["parts"]),
    }


def _merge(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    # As many documents more as make `nearzero index` write everything anew.
    documents = ADDED + 1 + size // ARTICLES // 50
    maker, items = _opened(size, base, aside, documents)
    many = build(items, aside, model=maker)
    merged = build(items, aside, model=maker, merge=True)
    return {
        "add_many": {"clauses": many.added, "s": round(many.seconds, 1)},
        "merge_s": round(merged.seconds, 1),
        "merge_peak_mib": _peak(),
    }


def _parts(settings: Settings) -> list[Path]:
    """The folders of the segments in force, in the order in which they were written."""
    current = json.loads((settings.index_path / "current.json").read_text(encoding="utf-8"))
    return [settings.index_path / str(part["name"]) for part in current["parts"]]


def _folders(settings: Settings) -> set[str]:
    return {path.name for path in settings.index_path.glob("[gs]-*")}


def _stages(settings: Settings, start: float, end: float) -> dict[str, float]:
    """How long the parts of a build took in all segments, by when their last files were written."""
    folders = _parts(settings)
    ends = [*((folder / "digests.npy").stat().st_mtime for folder in folders), end]
    taken = dict.fromkeys(("survey", "vectors and terms", "BM25", "Chroma and questions"), 0.0)
    taken["survey"] = ends[0] - start
    for begin, folder, after in zip(ends, folders, ends[1:], strict=False):
        marks = [begin, *((folder / name).stat().st_mtime for name in ("centre.npy", "lexical/lengths.npy")), after]
        for name, one, other in zip(list(taken)[1:], marks, marks[1:], strict=False):
            taken[name] += other - one
    return {name: round(seconds, 1) for name, seconds in taken.items()}


def _disk(settings: Settings) -> dict[str, float]:
    parts = {"lexical": "lexical", "vectors": "vectors.npy", "chroma": "chroma", "questions": "asked"}
    found = {
        name: sum(sum(_sizes(folder / path)) for folder in _parts(settings)) / 2**20 for name, path in parts.items()
    }
    return found | {"other": sum(_sizes(settings.index_path)) / 2**20 - sum(found.values())}


def _sizes(path: Path) -> Iterator[int]:
    if path.is_file():
        yield path.stat().st_size
    else:
        yield from (p.stat().st_size for p in path.rglob("*") if p.is_file())


def _spread(taken: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(taken), [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def _median(values: Sequence[float]) -> float:
    return round(float(np.median(values)), 2)


def _nearest_cosine(index: Index, compared: DenseIndex, sample: int = 100) -> float:
    """Median over some clauses of the cosine of the nearest other one."""
    rows = np.random.default_rng(_SEED).permutation(index.size)[:sample]
    nearest = []
    for row in rows.tolist():
        found, cosines = compared.nearest(index.vectors.take(np.array([row]))[0], 2)
        nearest.append(float(cosines[int(found[0] == row)]))
    return round(float(np.median(nearest)), 3)


def _resident() -> float:
    """MiB this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _held(process: int) -> dict[str, int]:
    """MiB a process holds by its status: ``VmHWM`` the most it ever held, ``RssAnon`` without mapped files now."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return {name: int(kib) // 1024 for name, kib in re.findall(r"^(VmHWM|RssAnon):\s*(\d+) kB", status, re.MULTILINE)}


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)


def as_markdown(results: Sequence[Mapping[str, Any]]) -> str:
    """The growth tables."""
    lines = ["# 条款增多时"]
    for heading, server in (("内嵌的 Chroma", False), ("另一进程的 Chroma 服务（`chroma run`）", True)):
        if columns := [_column(r) for r in results if r["server"] == server]:
            lines += ["", f"## 量得的：{heading}", "", *_table(columns)]
    own = [r for r in results if not r["server"]] or results
    last = max(own, key=lambda r: int(r["clauses"]))
    lines += ["", "## 推算的（没有量过）", ""]
    lines += [f"每条的量取自 {_spaced(last['clauses'])} 条那次，按条数放大；检索按逐条增加的部分放大。", ""]
    larger = [size for size in _PROJECTED if size > int(last["clauses"])]
    lines += _table([{"条款数": _spaced(size)} | _projected(own, size) for size in larger])
    return "\n".join(lines) + "\n"


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def _table(columns: Sequence[Mapping[str, str]]) -> list[str]:
    """The columns side by side; the first label heads the table."""
    labels = list(dict.fromkeys(label for column in columns for label in column))
    rows = ["| " + " | ".join([label, *(column.get(label, "") for column in columns)]) + " |" for label in labels]
    return [rows[0], "| --- |" + " ---: |" * len(columns), *rows[1:]]


def _projected(results: Sequence[Mapping[str, Any]], size: int) -> dict[str, str]:
    """What grows with the number of clauses, at another size; of an addition that is finding the rows of all passages."""
    found = max(results, key=lambda r: int(r["clauses"]))
    times = size / int(found["clauses"])
    added = found["add_document_s"]["median"] + found["over_s"] * (times - 1)
    disk, ms = found["disk_mib"], found["ms"]
    own = {name: disk[name] * times / 1024 for name in ("chroma", "vectors", "lexical")}
    graphs = -(-size // parameters().largest_segment)
    return {
        "磁盘 GiB（Chroma / 向量 / BM25）": " / ".join(f"{gib:.1f}" for gib in own.values()),
        "重写时换代共占磁盘 GiB（新旧两代）": f"{2 * sum(own.values()):.0f}",
        f"HNSW 图的个数（每图至多 {_spaced(parameters().largest_segment)} 条）": str(graphs),
        "HNSW 在内存 GiB（每条 384 个浮点数和 32 个邻居）": f"{size * (384 * 4 + 32 * 4 + 8) / 2**30:.1f}",
        "打开的其余内存 GiB（摘要、行表、长度）": f"{found['open_mib'] * times / 1024:.1f}",
        "打开 s": f"{found['open_s'] * times:.0f}",
        "建索引 h（不含向量模型，一核）": f"{found['build_s'] * times / 3600:.1f}",
        "向量模型 h（每秒 12 条）": f"{size / 12 / 3600:.0f}",
        f"加一份 {ARTICLES} 条的文件 s（增加的是对照摘要）": f"{added:.1f}",
        "BM25 一路 p95 ms": f"{ms['lexical']['p95'] * times:.0f}",
        "HNSW 一路 p95 ms（每图一次，逐图相加）": f"{ms['hnsw']['p95'] * times:.0f}",
        "逐条比较全部向量 p95 ms": f"{ms['exact']['p95'] * times:.0f}",
    }


def _column(found: Mapping[str, Any]) -> dict[str, str]:
    disk, parts, ms, added = found["disk_mib"], found["build_stages_s"], found["ms"], found["add_document_s"]
    timed = {name: f"{spread['p50']} / {spread['p95']}" for name, spread in ms.items()}
    written = found["add_written_mib"]
    shown = {
        "条款数": _spaced(found["clauses"]),
        "建索引 s（不含向量模型）": found["build_s"],
        "其中词表 / 造向量和切词 / BM25 / Chroma 和问法 s": " / ".join(str(s) for s in parts.values()),
        "建索引峰值内存 MiB": found["build_peak_mib"],
        "磁盘 MiB": round(sum(disk.values())),
        "其中 Chroma / 向量 / BM25 MiB": " / ".join(str(disk[name]) for name in ("chroma", "vectors", "lexical")),
        "打开 s": found["open_s"],
        "第一次检索 s": found["first_search_s"],
        "检索进程峰值内存 MiB（其中不是映射文件的）": f"{found['search_peak_mib']}（{found['search_own_mib']}）",
        "检索（含问题向量）p50 / p95 ms": timed["whole"],
        "检索（向量已有）p50 / p95 ms": timed["embedded_before"],
        "其中 BM25 一路 p50 / p95 ms": timed["lexical"],
        "其中 HNSW 一路 p50 / p95 ms": timed["hnsw"],
        "对照：逐条比较全部向量 p50 / p95 ms": timed["exact"],
        "HNSW 对逐条比较的召回 @10 / @100": " / ".join(f"{r:.4f}" for r in found["recall_against_exact"].values()),
        "真实问题 hit@5": found["hit@5"],
        "最近一条的余弦（中位）": found["nearest_cosine"],
        "另一日期的资料（over）s": found["over_s"],
        f"加一份 {ARTICLES} 条的文件 s（{ADDED} 份：第一份 / 中位 / 最长）": " / ".join(map(str, added.values())),
        "为此写 MiB（中位 / 最多）": " / ".join(map(str, written.values())),
        "加文件峰值内存 MiB": found["add_peak_mib"],
        f"加 {ADDED} 份以后的段数": found["segments_after"],
    }
    if "merge_s" in found:
        many = found["add_many"]
        shown["一次加多份：条数、s"] = f"{many['clauses']}、{many['s']}"
        shown["合并（整个重写）s"] = found["merge_s"]
        shown["合并峰值内存 MiB"] = found["merge_peak_mib"]
    if "server_peak_mib" in found:
        shown["Chroma 服务峰值内存 MiB"] = found["server_peak_mib"]
    shown["机器负载（前、后）"] = f"{found['load_before']}、{found['load_after']}"
    return {label: str(value) for label, value in shown.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clauses", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--server", action="store_true", help="vectors in a Chroma server, a process of its own")
    parser.add_argument("--folder", type=Path, help="where the indexes lie while measured (they are removed)")
    given = parser.parse_args(arguments)
    for size in given.clauses:
        folder = Path(tempfile.mkdtemp(prefix="nearzero-scale-", dir=given.folder))
        try:
            found = measure(size, read(), folder, server=given.server)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        held = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else []
        others = (r for r in held if (r["clauses"], r["server"]) != (size, given.server))
        held = sorted([*others, found], key=lambda r: (bool(r["server"]), int(r["clauses"])))
        RESULT.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        RESULT.with_suffix(".md").write_text(as_markdown(held), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
