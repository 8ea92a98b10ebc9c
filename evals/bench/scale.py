"""How the index grows: corpora made from the real one, built, searched and added to.

    python -m evals.bench.scale --clauses 10000 100000         a row a size into evals/results/scale.json and scale.md
    python -m evals.bench.scale --clauses 1000000              hours on two cores

Each corpus is the real one, with the questions its clauses are known to answer, and made clauses up to the size
wanted: a real title with a made place before it, a real heading, and sentences of two real clauses with other figures.
The vectors of made clauses are not embedded, which would take a day for a million, but mixed from those of the real clauses
they are made of, with noise: as near each other as real ones or nearer, which is the harder case for the search. Real
clauses and real questions keep their real vectors. The words of made clauses are those of real ones, so that lists of
rare terms grow more than in a real corpus and the vocabulary less.

Every step runs in a process of its own, whose peak memory is measured.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval import Embedder, Passage, Retriever, build, embedder, ensure, passages
from assistant.retrieval.embedding import Vectors
from assistant.retrieval.index import Index, load
from assistant.settings import Settings, read
from corpus.library import Corpus
from corpus.overlay import load_all
from corpus.references import Named, catalogue
from evals import question
from evals.metrics import hit, recall

__all__ = ["Maker", "as_markdown", "main", "measure"]

RESULT = Path(__file__).parents[1] / "results" / "scale.json"
"""What every run adds its sizes to; the table lies beside it."""
ARTICLES = 40
"""Clauses of one made document."""
ASKED = 200
"""Real questions each corpus is asked."""

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
        row = {digest: n for n, digest in enumerate(index.digests)}
        vectors = np.array(index.vectors[[row[p.digest] for p in real]])
        asked = np.array(index.asked.vectors) if index.asked else np.zeros((0, model.dimension), np.float32)
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

    def corpus(self, size: int) -> tuple[Passage, ...]:
        """The real clauses and as many made ones as are wanting."""
        return (*self.real, *(self.passage(n) for n in range(max(0, size - len(self.real)))))

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


def measure(size: int, base: Settings, folder: Path) -> dict[str, Any]:
    """Build, search and add to a corpus of that many clauses; seconds, milliseconds, MiB."""
    aside = base.model_copy(update={"home": folder, "chroma_url": None})
    result: dict[str, Any] = {"clauses": size, "load_before": round(os.getloadavg()[0], 1)}
    for step in (_build, _search, _add):
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            result |= pool.submit(step, size, base, aside).result()
    return result | {"load_after": round(os.getloadavg()[0], 1)}


def _build(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    maker = Maker.open(base)
    held = _resident()
    begin = time.perf_counter()
    items = maker.corpus(size)
    generated = time.perf_counter() - begin
    objects = _resident() - held
    start = time.time()
    seconds = build(items, aside, model=maker).seconds
    return {
        "generate_s": round(generated, 1),
        "passage_objects_mib": round(objects, 1),
        "build_s": round(seconds, 1),
        "build_stages_s": _stages(_generation(aside), start, start + seconds),
        "build_peak_mib": _peak(),
        "disk_mib": {name: round(mib, 1) for name, mib in _disk(_generation(aside)).items()},
    }


def _search(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    maker = Maker.open(base)
    items = maker.corpus(size)
    held = _resident()
    begin = time.perf_counter()
    index = load(aside)
    loaded = time.perf_counter() - begin
    names = catalogue({p.document_id: Named(p.document_id, p.title, p.number) for p in items}.values())
    retriever = Retriever(index, items, names, maker)
    opened = time.perf_counter() - begin
    found = {
        "load_s": round(loaded, 2),
        "open_s": round(opened, 2),
        "open_mib": round(_resident() - held, 1),
        **_searched(retriever, index, load_all(*base.folders)),
        "search_peak_mib": _peak(),
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
    times: dict[str, list[float]] = {name: [] for name in ("whole", "embedded_before", "lexical", "hnsw", "exact")}
    hits: list[float] = []
    agreed: dict[int, list[float]] = {10: [], 100: []}
    for one in asked:
        terms = dict.fromkeys(index.segmenter.terms(one.text), 1.0)
        whole = time.perf_counter()
        got = retriever.retrieve(one.text, 10)
        again = time.perf_counter()
        retriever.retrieve(one.text, 10)
        lexical = time.perf_counter()
        index.lexical.scores(terms)
        hnsw = time.perf_counter()
        near = index.dense.nearest(got.vector, 100)
        exact = time.perf_counter()
        cosines = index.vectors @ got.vector
        ended = time.perf_counter()
        for name, seconds in (
            ("whole", again - whole),
            ("embedded_before", lexical - again),
            ("lexical", hnsw - lexical),
            ("hnsw", exact - hnsw),
            ("exact", ended - exact),
        ):
            times[name].append(seconds * 1000)
        hits.append(hit([h.key for h in got.hits], one.grades(keys), 5))
        best = [index.digests[row] for row in np.argsort(-cosines, kind="stable")[:100]]
        for cut, shares in agreed.items():
            shares.append(recall([digest for digest, _ in near[:cut]], dict.fromkeys(best[:cut], 2), cut))
    return {
        "questions": len(asked),
        "first_search_s": round(first, 2),
        "ms": {name: _spread(taken) for name, taken in times.items()},
        "recall_against_exact": {f"@{cut}": round(float(np.mean(s)), 4) for cut, s in agreed.items()},
        "hit@5": round(float(np.mean(hits)), 3),
        "nearest_cosine": _nearest_cosine(index.vectors),
    }


def _add(size: int, base: Settings, aside: Settings) -> dict[str, Any]:
    maker = Maker.open(base)
    items = maker.corpus(size)
    first = ARTICLES * (size // ARTICLES + 1)
    more = (*items, *(maker.passage(first + n) for n in range(ARTICLES)))
    start = time.time()
    report = build(more, aside, model=maker)
    assert report.added == ARTICLES
    return {
        "add_document_s": round(report.seconds, 1),
        "add_stages_s": _stages(_generation(aside), start, start + report.seconds),
        "add_peak_mib": _peak(),
        "add_written_mib": round(sum(_disk(_generation(aside)).values()), 1),
    }


def _generation(settings: Settings) -> Path:
    current = json.loads((settings.index_path / "current.json").read_text(encoding="utf-8"))
    return settings.index_path / str(current["generation"])


def _stages(folder: Path, start: float, end: float) -> dict[str, float]:
    """How long each part of a build took, by when its last file was written."""
    marks = {
        "vectors and words": (folder / "words.json").stat().st_mtime,
        "BM25": (folder / "lexical" / "starts.npy").stat().st_mtime,
        "Chroma": (folder / "asked" / "digests.txt").stat().st_mtime,
        "questions": end,
    }
    return {name: round(b - a, 1) for (name, b), a in zip(marks.items(), [start, *marks.values()], strict=False)}


def _disk(folder: Path) -> dict[str, float]:
    parts = {"lexical": "lexical", "vectors": "vectors.npy", "chroma": "chroma", "questions": "asked"}
    found = {name: sum(_sizes(folder / path)) / 2**20 for name, path in parts.items()}
    return found | {"other": sum(_sizes(folder)) / 2**20 - sum(found.values())}


def _sizes(path: Path) -> Iterator[int]:
    if path.is_file():
        yield path.stat().st_size
    else:
        yield from (p.stat().st_size for p in path.rglob("*") if p.is_file())


def _spread(taken: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(taken), [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def _nearest_cosine(vectors: NDArray[np.float32], sample: int = 300) -> float:
    """Median over some clauses of the cosine of the nearest other one."""
    rows = np.random.default_rng(_SEED).permutation(len(vectors))[:sample]
    nearest = []
    for row in rows:
        cosines = vectors @ vectors[row]
        cosines[row] = -1
        nearest.append(float(cosines.max()))
    return round(float(np.median(nearest)), 3)


def _resident() -> float:
    """MiB this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)


def as_markdown(results: Sequence[Mapping[str, Any]]) -> str:
    """The growth table."""
    columns = [_column(r) for r in results]
    lines = ["| 条款数 | " + " | ".join(f"{r['clauses']:,}".replace(",", " ") for r in results) + " |"]
    lines.append("| --- |" + " ---: |" * len(results))
    lines += ["| " + " | ".join([label, *(column[label] for column in columns)]) + " |" for label in columns[0]]
    last = max(results, key=lambda r: int(r["clauses"]))
    lines = ["# 条款增多时", "", "## 量得的", "", *lines, "", "## 推算的（没有量过）", ""]
    lines += [f"每条的量取自 {last['clauses']} 条那次，按条数放大；检索按逐条增加的部分放大。", ""]
    shares = [_projected(last, size) for size in _PROJECTED]
    lines.append("| 条款数 | " + " | ".join(f"{size:,}".replace(",", " ") for size in _PROJECTED) + " |")
    lines.append("| --- |" + " ---: |" * len(_PROJECTED))
    lines += ["| " + " | ".join([label, *(share[label] for share in shares)]) + " |" for label in shares[0]]
    return "\n".join(lines) + "\n"


def _projected(found: Mapping[str, Any], size: int) -> dict[str, str]:
    """What grows with the number of clauses, at another size."""
    times = size / int(found["clauses"])
    disk, ms = found["disk_mib"], found["ms"]
    own = {name: disk[name] * times / 1024 for name in ("chroma", "vectors", "lexical")}
    return {
        "磁盘 GiB（Chroma / 向量 / BM25）": " / ".join(f"{gib:.1f}" for gib in own.values()),
        "建索引时换代共占磁盘 GiB（新旧两代）": f"{2 * sum(own.values()):.0f}",
        "HNSW 在内存 GiB（每条 384 个浮点数和 32 个邻居）": f"{size * (384 * 4 + 32 * 4 + 8) / 2**30:.1f}",
        "条款对象内存 GiB": f"{found['passage_objects_mib'] * times / 1024:.1f}",
        "打开的其余内存 GiB（行表、反查表、题名）": f"{found['open_mib'] * times / 1024:.1f}",
        "打开 h": f"{found['open_s'] * times / 3600:.3f}",
        "建索引 h（不含向量模型）": f"{found['build_s'] * times / 3600:.1f}",
        "向量模型 h（每秒 12 条）": f"{size / 12 / 3600:.0f}",
        "加一份文件 h（整个重写）": f"{found['add_document_s'] * times / 3600:.1f}",
        "BM25 一路 p95 ms": f"{ms['lexical']['p95'] * times:.0f}",
        "逐条比较全部向量 p95 ms": f"{ms['exact']['p95'] * times:.0f}",
    }


def _column(found: Mapping[str, Any]) -> dict[str, str]:
    disk, parts, ms = found["disk_mib"], found["build_stages_s"], found["ms"]
    timed = {name: f"{spread['p50']} / {spread['p95']}" for name, spread in ms.items()}
    shown = {
        "建索引 s（不含向量模型）": found["build_s"],
        "其中造向量和词表 / BM25 / Chroma / 问法 s": " / ".join(str(s) for s in parts.values()),
        "建索引峰值内存 MiB": found["build_peak_mib"],
        "磁盘 MiB": round(sum(disk.values())),
        "其中 Chroma / 向量 / BM25 MiB": " / ".join(str(disk[name]) for name in ("chroma", "vectors", "lexical")),
        "条款对象的内存 MiB": found["passage_objects_mib"],
        "打开 s": found["open_s"],
        "检索进程峰值内存 MiB": found["search_peak_mib"],
        "检索（含问题向量）p50 / p95 ms": timed["whole"],
        "检索（向量已有）p50 / p95 ms": timed["embedded_before"],
        "其中 BM25 一路 p50 / p95 ms": timed["lexical"],
        "其中 HNSW 一路 p50 / p95 ms": timed["hnsw"],
        "对照：逐条比较全部向量 p50 / p95 ms": timed["exact"],
        "HNSW 对逐条比较的召回 @10 / @100": " / ".join(f"{r:.4f}" for r in found["recall_against_exact"].values()),
        "真实问题 hit@5": found["hit@5"],
        "最近一条的余弦（中位）": found["nearest_cosine"],
        "另一日期的资料（over）s": found["over_s"],
        "加一份 40 条的文件 s": found["add_document_s"],
        "为此重写 MiB": found["add_written_mib"],
        "加文件峰值内存 MiB": found["add_peak_mib"],
        "机器负载（前、后）": f"{found['load_before']}、{found['load_after']}",
    }
    return {label: str(value) for label, value in shown.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clauses", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="where the indexes lie while measured (they are removed)")
    given = parser.parse_args(arguments)
    held = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else []
    for size in given.clauses:
        folder = Path(tempfile.mkdtemp(prefix="nearzero-scale-", dir=given.folder))
        try:
            found = measure(size, read(), folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
        held = sorted([*(r for r in held if r["clauses"] != size), found], key=lambda r: int(r["clauses"]))
        RESULT.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        RESULT.with_suffix(".md").write_text(as_markdown(held), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
