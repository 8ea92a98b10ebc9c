"""The product without each of its parts, over the same questions: what every part is worth.

The weights of the ranker are those learned with every part; nothing is learned anew for what is left. It compares
wording by itself too, so that without BM25 some of that remains.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import Assistant
from assistant.retrieval import Embedder, Retriever, passages
from assistant.retrieval.dense import DenseIndex, Table
from assistant.retrieval.embedding import Vectors
from assistant.retrieval.index import Index
from assistant.retrieval.lexical import Counts, LexicalIndex
from assistant.retrieval.parameters import Parameters, parameters
from corpus.references import catalogue_of
from evals.baselines import Ranking, Search

__all__ = ["RANKER", "Remembering", "searches", "without"]

RANKER = "去掉排序模型"
"""The clauses in the order in which retrieval fused them."""

Rows = NDArray[np.int64]
_Change = Callable[[Index, Parameters], tuple[Index, Parameters]]


class Remembering:
    """An embedder that embeds every question once, whoever asks it."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self._held: dict[str, Vectors] = {}
        self.name, self.dimension = model.name, model.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        lacking = [text for text in dict.fromkeys(texts) if text not in self._held]
        self._held |= zip(lacking, self._model.embed_queries(lacking), strict=True)
        return np.stack([self._held[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._model.embed_passages(texts)


class _Silent(DenseIndex):
    """Vectors that are near nothing."""

    def nearest(self, vector: Vectors, count: int, without: NDArray[np.bool_] | None = None) -> tuple[Rows, Vectors]:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)


def _wordless(index: LexicalIndex) -> LexicalIndex:
    return replace(index, parts=tuple(Counts.empty(part.size) for part in index.parts))


def _silent(index: DenseIndex) -> DenseIndex:
    return _Silent(index.graphs, index.vectors)


def _zero(vectors: Table) -> Table:
    return Table.of(np.zeros_like(part) for part in vectors.parts)


def _without_words(index: Index, numbers: Parameters) -> tuple[Index, Parameters]:
    asked = index.asked and replace(index.asked, lexical=_wordless(index.asked.lexical))
    return replace(index, lexical=_wordless(index.lexical), asked=asked), replace(
        numbers, dense_weight=1.0, dense_weight_named=1.0
    )


def _without_vectors(index: Index, numbers: Parameters) -> tuple[Index, Parameters]:
    asked = index.asked and replace(index.asked, dense=_silent(index.asked.dense), vectors=_zero(index.asked.vectors))
    left = replace(index, dense=_silent(index.dense), vectors=_zero(index.vectors), asked=asked)
    return left, replace(numbers, dense_weight=0.0, dense_weight_named=0.0)


_CHANGES: Mapping[str, _Change] = {
    "去掉 BM25": _without_words,
    "去掉向量": _without_vectors,
    "去掉已知问法": lambda index, numbers: (replace(index, asked=None), numbers),
    "去掉扩展词": lambda index, numbers: (index, replace(numbers, expansion_weight=0.0)),
    "去掉点名加分": lambda index, numbers: (index, replace(numbers, document_boost=0.0, numbered_boost=0.0)),
}


def without(part: str, assistant: Assistant, index: Index, model: Embedder) -> Search:
    """The product's search without that part. Raises ``KeyError`` for a part there is none of."""
    core = assistant.core
    if part == RANKER:
        left = Retriever(index, passages(core.corpus), catalogue_of(core.corpus), model)
        return lambda text, k: Ranking(tuple((hit.key,) for hit in left.search(text, k)))
    rest, numbers = _CHANGES[part](index, parameters())
    retriever = Retriever(rest, passages(core.corpus), catalogue_of(core.corpus), model, numbers)
    lesser = Assistant(replace(core, retriever=retriever), assistant.settings)
    return lambda text, k: Ranking(tuple((hit.key,) for hit in lesser.search(text, k)))


def searches(assistant: Assistant, index: Index, model: Embedder) -> dict[str, Callable[[], Search]]:
    """Every part that can be taken away, with the search that is left; all embed a question once between them."""
    once = Remembering(model)
    return {
        part: lambda part=part: without(part, assistant, index, once)  # type: ignore[misc]
        for part in (*_CHANGES, RANKER)
    }
