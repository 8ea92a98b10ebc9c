"""The retriever judged on any BEIR-like corpus: recall, MRR, nDCG and speed."""

import math
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.retrieval.embedding import embedder
from assistant.retrieval.index import Progress, build
from assistant.retrieval.opening import open_index
from assistant.retrieval.passages import read_passages, records
from assistant.settings import Settings, read
from corpus.errors import InputError

__all__ = ["ndcg", "recall", "reciprocal_rank", "retrieve_eval"]

_CUTS = (1, 5, 10)


def retrieve_eval(
    corpus: Path, queries: Path, qrels: Path, settings: Settings | None = None, progress: Progress | None = None
) -> dict[str, float]:
    """Index the corpus aside, ask every query that has relevant passages, and average over them.

    ``corpus`` holds ``{"_id","title","text"}`` a line, ``queries`` ``{"_id","text"}``, ``qrels``
    ``{"query-id","corpus-id","score"}``. Gives ``recall@1``, ``recall@5``, ``recall@10``, ``mrr@10``, ``ndcg@10``
    (each from 0 to 1), ``queries/s``, and the numbers of ``queries`` and ``passages``. The embedding is that of the
    settings; their index is not touched. Raises ``InputError``.
    """
    settings = settings or read()
    items = read_passages(corpus)
    asked = {str(r["_id"]): str(r["text"]) for r in records(queries, ("_id", "text"))}
    relevant: dict[str, dict[str, float]] = {}
    for record in records(qrels, ("query-id", "corpus-id")):
        score = float(record.get("score", 1))
        if score > 0:
            relevant.setdefault(str(record["query-id"]), {})[str(record["corpus-id"])] = score
    judged = [(asked[query], gains) for query, gains in relevant.items() if query in asked]
    if not judged:
        raise InputError(f"{qrels.name} 里没有一条指向 {queries.name} 的问题，无从评测。")
    with tempfile.TemporaryDirectory(prefix="nearzero-eval-", ignore_cleanup_errors=True) as home:
        aside = settings.model_copy(update={"home": Path(home), "chroma_url": None})
        model = embedder(settings.embedding)
        build(items, aside, progress, model=model)
        retriever = open_index(aside, items, model=model)
        retriever.search(judged[0][0])
        started = time.perf_counter()
        rankings = [[hit.key for hit in retriever.search(text, max(_CUTS))] for text, _ in judged]
        seconds = time.perf_counter() - started
        retriever.close()
    pairs = [(ranking, gains) for ranking, (_, gains) in zip(rankings, judged, strict=True)]
    return {
        **{f"recall@{k}": _mean([recall(r, g, k) for r, g in pairs]) for k in _CUTS},
        "mrr@10": _mean([reciprocal_rank(r, g, 10) for r, g in pairs]),
        "ndcg@10": _mean([ndcg(r, g, 10) for r, g in pairs]),
        "queries/s": round(len(judged) / seconds, 2),
        "queries": len(judged),
        "passages": len(items),
    }


def recall(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """The share of the relevant that stands in the first k.

    >>> recall(["a", "x", "b"], {"a": 1, "b": 1}, 2)
    0.5
    """
    return len(set(ranking[:k]) & gains.keys()) / len(gains)


def reciprocal_rank(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """One over the rank of the first relevant, 0 if none stands in the first k.

    >>> reciprocal_rank(["x", "a"], {"a": 1}, 10)
    0.5
    """
    return next((1 / rank for rank, key in enumerate(ranking[:k], 1) if key in gains), 0.0)


def ndcg(ranking: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """Normalised discounted cumulative gain with the grades as gains, as trec_eval counts it.

    >>> ndcg(["a", "b"], {"a": 2, "b": 1}, 10), round(ndcg(["b", "a"], {"a": 2, "b": 1}, 10), 4)
    (1.0, 0.8597)
    """
    found = sum(gains.get(key, 0.0) / math.log2(rank + 1) for rank, key in enumerate(ranking[:k], 1))
    best = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(sorted(gains.values(), reverse=True)[:k], 1))
    return found / best


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
