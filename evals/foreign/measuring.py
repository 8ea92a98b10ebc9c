"""Every system over one judged collection: the product with either question encoder, its parts, the plain ways."""

import hashlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from assistant.retrieval import Embedder, Passage, Retriever, build
from assistant.retrieval.embedding import BUNDLED, PLAIN, Vectors, embedder
from assistant.retrieval.index import load
from assistant.retrieval.opening import open_index
from assistant.retrieval.parameters import parameters
from assistant.retrieval.passages import read_passages
from assistant.settings import Settings
from corpus.references import Named, catalogue
from evals import baselines, passage
from evals.ablation import Remembering
from evals.baselines import Ranking, Search
from evals.foreign.judged import Judged
from evals.metrics import Interval, hit, interval, ndcg, reciprocal_rank
from evals.passage import RunningText
from evals.report import Latency, latency

__all__ = ["CHANGES", "PRODUCT", "SYSTEMS", "KeptPassages", "Measured", "measure", "running"]

PRODUCT, PRODUCT_PLAIN = "产品", "产品（原来的问题向量）"
DENSE, DENSE_PLAIN = "仅向量（训练过的问题向量）", "仅向量"
SEGMENTED, RECIPE = "BM25 分词", "LangChain 通用做法"
SYSTEMS = (PRODUCT, PRODUCT_PLAIN, DENSE, DENSE_PLAIN, SEGMENTED, RECIPE)

CHANGES: Mapping[str, Mapping[str, float]] = {
    "只用 BM25": {"dense_weight": 0.0, "dense_weight_named": 0.0},
    "向量占 0.4": {"dense_weight": 0.4},
    "向量占 0.7": {"dense_weight": 0.7},
    "只用向量": {"dense_weight": 1.0, "dense_weight_named": 1.0},
    "点名时向量占 0.6": {"dense_weight_named": 0.6},
    "不加扩展词": {"expansion_weight": 0.0},
    "点名不加分": {"document_boost": 0.0},
    "点名加分 0.7": {"document_boost": 0.7},
}
"""The product with numbers of ``retrieval.yaml`` changed, one line at a time."""

_DEPTH = 10


class KeptPassages:
    """An embedder whose passages are those of multilingual-e5-small, embedded once and kept in a file.

    Both question encoders search the same passage vectors.
    """

    def __init__(self, path: Path, questions: Embedder, passages: Embedder) -> None:
        self.name, self.dimension = questions.name, questions.dimension
        self._path, self._questions, self._passages = path, questions, passages
        self._held: dict[str, Vectors] = {}
        if path.exists():
            with np.load(path) as found:
                self._held = dict(zip(found["keys"].tolist(), found["vectors"], strict=True))

    def asking(self, questions: Embedder) -> "KeptPassages":
        """The same passages with another question encoder."""
        other = KeptPassages.__new__(KeptPassages)
        other.name, other.dimension = questions.name, questions.dimension
        other._path, other._questions, other._passages = self._path, questions, self._passages
        other._held = self._held
        return other

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._questions.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        lacking = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._held}
        if lacking:
            # Alike in length together: a batch costs what its longest text costs.
            order = sorted(lacking, key=lambda key: len(lacking[key]))
            for start in range(0, len(order), 256):
                some = order[start : start + 256]
                self._held |= zip(some, self._passages.embed_passages([lacking[key] for key in some]), strict=True)
                self.save()
        return np.stack([self._held[key] for key in keys])

    def save(self) -> None:
        """Write what is held, so that a run broken off goes on from there."""
        aside = self._path.with_suffix(".part.npz")
        np.savez(aside, keys=np.array(list(self._held)), vectors=np.stack(list(self._held.values())))
        aside.replace(self._path)


@dataclass(frozen=True, slots=True)
class Measured:
    """One collection measured. ``gains`` is what the product has over each system in nDCG@10, question by question;
    ``changes`` the same for the product with a number changed, over the product as it is."""

    about: str
    derived: str
    sources: tuple[str, ...]
    passages: int
    questions: int
    systems: Mapping[str, Mapping[str, Interval]]
    latency_ms: Mapping[str, Latency]
    gains: Mapping[str, Interval]
    changes: Mapping[str, Interval] = field(default_factory=dict)


def measure(judged: Judged, folder: Path, model: KeptPassages, *, changes: bool = True) -> Measured:
    """Write the collection into the folder as ``nearzero retrieve-eval`` reads it and measure every system over it."""
    corpus, _, _ = judged.write(folder)
    items = read_passages(corpus)
    scores: dict[str, list[dict[str, float]]] = {}
    speeds: dict[str, Latency] = {}
    moved: dict[str, Interval] = {}
    with ExitStack() as stack:
        home = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="nearzero-foreign-", ignore_cleanup_errors=True))
        )
        searches: dict[str, Callable[[], Search]] = {
            PRODUCT: lambda: _product(items, Settings(home=home / "tuned", embedding=BUNDLED), model, stack),
            PRODUCT_PLAIN: lambda: _product(
                items, Settings(home=home / "plain", embedding=PLAIN), _plain(model), stack
            ),
            DENSE: lambda: baselines.dense(_texts(items), model),
            DENSE_PLAIN: lambda: baselines.dense(_texts(items), _plain(model)),
            SEGMENTED: lambda: baselines.segmented(_texts(items)),
            RECIPE: lambda: baselines.langchain_recipe(running(items), _plain(model)),
        }
        for name in SYSTEMS:
            scores[name], speeds[name] = _scores(searches[name](), judged)
        if changes:
            index = load(Settings(home=home / "tuned", embedding=BUNDLED))
            stack.callback(index.close)
            names = catalogue({p.document_id: Named(p.document_id, p.title) for p in items}.values())
            once = Remembering(model)
            for change, numbers in CHANGES.items():
                other = Retriever(index, items, names, once, replace(parameters(), **numbers))  # type: ignore[arg-type]
                moved[change] = _gain(_scores(_search(other), judged)[0], scores[PRODUCT])
    return Measured(
        judged.about,
        judged.derived,
        judged.sources,
        len(items),
        len(judged.questions),
        {name: _intervals(found) for name, found in scores.items()},
        speeds,
        {name: _gain(scores[PRODUCT], found) for name, found in scores.items() if name != PRODUCT},
        moved,
    )


def _plain(model: KeptPassages) -> KeptPassages:
    return model.asking(embedder(PLAIN))


def _product(items: Sequence[Passage], settings: Settings, model: Embedder, stack: ExitStack) -> Search:
    """The retriever as ``nearzero retrieve-eval`` opens it."""
    build(items, settings, model=model)
    retriever = open_index(settings, items, model=model)
    stack.callback(retriever.close)
    return _search(retriever)


def _search(retriever: Retriever) -> Search:
    return lambda text, k: Ranking(tuple((hit.key,) for hit in retriever.search(text, k)))


def _texts(items: Sequence[Passage]) -> list[passage.Passage]:
    """The passages as the plain ways get them: the very text the product embeds."""
    return [passage.Passage(item.key, item.embedded) for item in items]


def running(items: Sequence[Passage]) -> Iterator[RunningText]:
    """Every document as one text. A long passage counts by its pieces, each no longer than a chunk: a chunk that holds
    half of any of them has found the passage."""
    documents: dict[str, list[Passage]] = defaultdict(list)
    for item in items:
        documents[item.document_id].append(item)
    for name, held in documents.items():
        text, spans = held[0].title + "\n", []
        for item in held:
            text += f"\n{item.locator}\n"
            starts = range(0, len(item.text), baselines.CHUNK_SIZE)
            ends = (min(at + baselines.CHUNK_SIZE, len(item.text)) for at in starts)
            spans += [(item.key, len(text) + at, len(text) + end) for at, end in zip(starts, ends, strict=True)]
            text += item.text + "\n"
        yield RunningText(name, text, tuple(spans))


def _scores(search: Search, judged: Judged) -> tuple[list[dict[str, float]], Latency]:
    """The measures of every question in order; an unmeasured first search pays for what is opened late."""
    search(next(iter(judged.questions.values())) + "？", _DEPTH)
    found, times = [], []
    for key, text in judged.questions.items():
        grades = dict.fromkeys(judged.answers[key], 1)
        started = time.perf_counter()
        ranked = search(text, _DEPTH).keys
        times.append((time.perf_counter() - started) * 1000)
        found.append(
            {
                "hit@1": hit(ranked, grades, 1, least=1),
                "hit@5": hit(ranked, grades, 5, least=1),
                "MRR@10": reciprocal_rank(ranked, grades, 10, least=1),
                "nDCG@10": ndcg(ranked, grades, 10),
            }
        )
    return found, latency(times)


def _intervals(scores: Sequence[Mapping[str, float]]) -> dict[str, Interval]:
    return {name: interval([score[name] for score in scores]) for name in scores[0]}


def _gain(one: Sequence[Mapping[str, float]], other: Sequence[Mapping[str, float]]) -> Interval:
    return interval([a["nDCG@10"] - b["nDCG@10"] for a, b in zip(one, other, strict=True)])
