"""How fast one person's question is answered, against the plain LangChain recipe in the same run.

    python -m evals.bench            about two minutes; writes evals/results/bench.json and bench.md

Cold: whole processes of ``nearzero ask``. Warm: one process, questions of ``evals/cases`` it has not seen. The recipe only
retrieves, with multilingual-e5-small as the product has it for passages, so that the product's retrieval is its like; the whole answer, which no plain recipe
gives without a model, stands beside it. The two take turns question by question, so that the other work of the machine
hits both. ``PYTHONPATH`` and the data folder are those in force.
"""

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.retrieval import Embedder, Passage, build, embedder, passages
from assistant.retrieval.embedding import PLAIN, Vectors
from assistant.settings import Settings, read
from evals import baselines, question
from evals.bench import inventory
from evals.passage import running_texts

__all__ = ["as_markdown", "main", "measure"]

RESULT = Path(__file__).parents[1] / "results" / "bench.json"
"""What a run writes; the table lies beside it."""

_SEED = 20260101
_ROWS = 100_000
_START = "from assistant.cli import entry; entry()"
_COLD = ("夏天办公室空调最低开几度？", "第6部分规定的充电桩配置比例是多少？", "食堂怎么减少浪费？")


def measure(cold: int, warm: int) -> dict[str, Any]:
    """Everything in turn; milliseconds unless the name ends in ``_s``."""
    settings = read()
    model = embedder(settings.embedding)
    assistant = Assistant.open(settings)
    found: dict[str, Any] = {"cores": os.cpu_count(), "load_before": _load(), "cold": _cold(cold)}
    found |= _warm(assistant, model, warm)
    found["index"] = _index(passages(assistant.corpus), settings, model)
    assistant.close()
    found["batch"] = inventory.whole(_ROWS)
    return found | {"load_after": _load()}


def _cold(times: int) -> dict[str, Any]:
    taken = []
    for n in range(times + 1):
        begin = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", _START, "ask", _COLD[n % len(_COLD)]], check=True, capture_output=True, timeout=120
        )
        taken.append((time.perf_counter() - begin) * 1000)
    # The first one brings the files into the cache of the machine, and the index up to date.
    return {"processes": times, "median": round(statistics.median(taken[1:])), "all": [round(t) for t in taken[1:]]}


def _warm(assistant: Assistant, model: Embedder, count: int) -> dict[str, Any]:
    answerable = [q.text for q in question.load() if q.answerable]
    asked = [answerable[n] for n in np.random.default_rng(_SEED).permutation(len(answerable))]
    # Two of the product, so that neither profits from the vector the other has just remembered.
    searcher, recipe = (
        Assistant.open(assistant.settings),
        baselines.langchain_recipe(running_texts(assistant.corpus), embedder(PLAIN)),
    )
    before, asked = asked[:20], asked[20 : 20 + count]
    for text in before:
        assistant.ask(text)
        searcher.search(text, 10)
        recipe(text, 10)
    gc.collect()
    taken: dict[str, list[float]] = defaultdict(list)
    stages: dict[str, list[float]] = defaultdict(list)
    for number, text in enumerate(asked):
        turns: list[tuple[str, Callable[[], object]]] = [
            ("recipe", partial(recipe, text, 10)),
            ("retrieval", partial(searcher.search, text, 10)),
            ("answer", partial(assistant.ask, text)),
            ("embedding", partial(model.embed_queries, [text])),
        ]
        # Each goes first as often as the others.
        for name, work in turns[number % len(turns) :] + turns[: number % len(turns)]:
            begin = time.perf_counter()
            made = work()
            taken[name].append((time.perf_counter() - begin) * 1000)
            if isinstance(made, Answer):
                for stage, ms in made.timing_ms.items():
                    stages[stage].append(ms)
        begin = time.perf_counter()
        searcher.search(text, 10)
        taken["retrieval, vector at hand"].append((time.perf_counter() - begin) * 1000)
    searcher.close()
    spread = {name: _spread(ms) for name, ms in taken.items()}
    return {
        "questions": len(asked),
        "warm": spread,
        "stages": {name: {**_spread(ms), "times": len(ms)} for name, ms in stages.items() if name != "total"},
        "ratio_to_recipe": {
            name: {p: round(spread[name][p] / spread["recipe"][p], 2) for p in ("p50", "p95")}
            for name in ("retrieval", "answer")
        },
    }


class _Known:
    """An embedder that gives the vectors it was handed: what is left of a build without its model."""

    def __init__(self, model: Embedder, vectors: Mapping[str, Vectors]) -> None:
        self._model, self._vectors = model, vectors
        self.name, self.dimension = model.name, model.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed("q", texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed("p", texts)

    def _embed(self, role: str, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[role + text] for text in texts])


def _index(items: tuple[Passage, ...], settings: Settings, model: Embedder) -> dict[str, Any]:
    """A build with every vector at hand, the speed of the embedding, and one more document, embedded for real."""
    sample = [p.embedded for p in items[:: max(1, len(items) // 64)]]
    begin = time.perf_counter()
    model.embed_passages(sample)
    per_second = len(sample) / (time.perf_counter() - begin)
    rows = _unit(len(items) + sum(len(p.asked) for p in items), model.dimension)
    texts = [*("p" + p.embedded for p in items), *("q" + a.question for p in items for a in p.asked)]
    known = _Known(model, dict(zip(texts, rows, strict=False)))
    last = items[-1].document_id
    with tempfile.TemporaryDirectory(prefix="nearzero-bench-", ignore_cleanup_errors=True) as home:
        aside = settings.model_copy(update={"home": Path(home), "chroma_url": None})
        built = build(items, aside, model=known)
        extra = [p for p in items if p.document_id == last]
        more = tuple(
            Passage(f"added#{n}", "added", f"新增{p.title}", "", p.locator, p.heading, p.text)
            for n, p in enumerate(extra)
        )
        added = build((*items, *more), aside, model=_Either(known, model))
    return {
        "passages": len(items),
        "questions": sum(len(p.asked) for p in items),
        "build_without_embedding_s": round(built.seconds, 2),
        "passages_embedded_per_second": round(per_second, 1),
        "add_document_clauses": len(more),
        "add_document_s": round(added.seconds, 2),
    }


class _Either(_Known):
    """What is new is embedded for real."""

    def __init__(self, known: _Known, model: Embedder) -> None:
        super().__init__(model, known._vectors)

    def _embed(self, role: str, texts: Sequence[str]) -> Vectors:
        if all(role + text in self._vectors for text in texts):
            return super()._embed(role, texts)
        return self._model.embed_queries(texts) if role == "q" else self._model.embed_passages(texts)


def _unit(count: int, dimension: int) -> Vectors:
    drawn = np.random.default_rng(_SEED).standard_normal((count, dimension), np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


def _spread(taken: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(taken), [50, 95])
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}


def _load() -> float:
    return round(os.getloadavg()[0], 1)


_LABELS = {
    "recipe": "LangChain 通用做法（只检索）",
    "retrieval": "产品检索（含排序）",
    "retrieval, vector at hand": "产品检索，问题向量已有",
    "answer": "产品完整回答",
    "embedding": "问题向量一次（两者都含）",
}


def as_markdown(found: Mapping[str, Any]) -> str:
    """The tables people read."""
    index, ratio, batch = found["index"], found["ratio_to_recipe"], found["batch"]
    lines = [
        "# 速度",
        "",
        f"{found['cores']} 核，机器负载前 {found['load_before']}、后 {found['load_after']}；{found['questions']} 个没有问过的问题，"
        "几种做法逐题轮流。通用做法只检索不作答，所以同它比的是产品检索；完整回答多做了理解、作答和核对。",
        "",
        "| 热态 | p50 ms | p95 ms | 与通用做法之比 p50 | p95 |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, label in _LABELS.items():
        cells = [str(found["warm"][name][p]) for p in ("p50", "p95")]
        cells += [str(ratio[name][p]) if name in ratio else "—" for p in ("p50", "p95")]
        lines.append("| " + " | ".join([label, *cells]) + " |")
    lines += ["", "| 回答的步骤 | 次数 | p50 ms | p95 ms |", "| --- | ---: | ---: | ---: |"]
    lines += [f"| {name} | {s['times']} | {s['p50']} | {s['p95']} |" for name, s in found["stages"].items()]
    lines += [
        "",
        f"冷启动 `nearzero ask`：{found['cold']['processes']} 个进程的中位数 {found['cold']['median']} ms。",
        "",
        f"建索引（{index['passages']} 条、{index['questions']} 个已知问法，向量现成）：{index['build_without_embedding_s']} s；"
        f"向量模型每秒 {index['passages_embedded_per_second']} 条。",
        f"加一份 {index['add_document_clauses']} 条的文件（连同向量）：{index['add_document_s']} s。",
        "",
        f"成批核算 {batch['rows']} 行：{batch['headers_checked_and_computed_ms']['median']} ms，"
        f"同样的算式只用 numpy {batch['bare_numpy_ms']['median']} ms，比值 {batch['ratio_of_medians']}。",
        "",
        "条款增多时见 `scale.md`。",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        "python -m evals.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cold", type=int, default=5, help="processes")
    parser.add_argument("--warm", type=int, default=200, help="questions")
    given = parser.parse_args(arguments)
    found = measure(given.cold, given.warm)
    RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    RESULT.with_suffix(".md").write_text(as_markdown(found), encoding="utf-8")
    sys.stdout.write(as_markdown(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
