"""The plain ways to search, measured beside the product in the same run.

``Ranking`` is what any of them returns: units best first, each unit the keys of the clauses it holds. For all but
the LangChain recipe a unit is one clause; there it is a chunk of text that may hold several.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from assistant.retrieval.embedding import Embedder
from evals.passage import Passage, RunningText

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

__all__ = ["Ranking", "Search", "dense", "langchain_recipe", "lexical", "segmented"]

CHUNK_SIZE, CHUNK_OVERLAP = 200, 30
"""Characters a chunk of the LangChain recipe holds and shares with the next. Of 1000/200 (its tutorial), 500/50,
300/50 and 200/30 the last ranks clauses best on the dev split, so the recipe is measured at its strongest."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Units best first, each with the keys of its clauses in document order."""

    units: tuple[tuple[str, ...], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The clauses in order, each once.

        >>> Ranking((("a", "b"), ("b", "c"))).keys
        ('a', 'b', 'c')
        """
        return tuple(dict.fromkeys(key for unit in self.units for key in unit))


Search = Callable[[str, int], Ranking]
"""Question and number of units wanted -> ranking."""


def _singles(keys: Iterable[str]) -> Ranking:
    return Ranking(tuple((key,) for key in keys))


def _bm25(texts: Sequence[Passage], tokens: Callable[[list[str]], list[list[str]]]) -> Search:
    import bm25s

    index = bm25s.BM25()
    index.index(tokens([p.text for p in texts]), show_progress=False)
    known = set(index.vocab_dict)

    def search(question: str, k: int) -> Ranking:
        asked = [token for token in tokens([question])[0] if token in known]
        if not asked:
            return Ranking(())
        places, scores = index.retrieve([asked], k=min(k, len(texts)), show_progress=False)
        return _singles(texts[i].key for i, score in zip(places[0], scores[0], strict=True) if score > 0)

    return search


def lexical(texts: Sequence[Passage]) -> Search:
    """BM25 with the tokenizer bm25s has by default: no segmentation of Chinese."""
    import bm25s

    def tokens(texts: list[str]) -> list[list[str]]:
        split: list[list[str]] = bm25s.tokenize(texts, return_ids=False, show_progress=False)
        return split

    return _bm25(texts, tokens)


def segmented(texts: Sequence[Passage]) -> Search:
    """BM25 over jieba's search-mode words."""
    import jieba

    def tokens(texts: list[str]) -> list[list[str]]:
        return [[word for word in jieba.cut_for_search(text.lower()) if word.strip()] for text in texts]

    return _bm25(texts, tokens)


def dense(texts: Sequence[Passage], embedder: Embedder) -> Search:
    """Cosine of question and passage vectors, exact."""
    # Alike in length together: a batch costs what its longest text costs.
    texts = sorted(texts, key=lambda p: len(p.text))
    vectors = embedder.embed_passages([p.text for p in texts])

    def search(question: str, k: int) -> Ranking:
        scores = vectors @ embedder.embed_queries([question])[0]
        return _singles(texts[i].key for i in np.argsort(-scores, kind="stable")[:k])

    return search


def langchain_recipe(
    documents: Iterable[RunningText],
    embedder: Embedder,
    *,
    chunk_size: int = CHUNK_SIZE,
    chunk_overlap: int = CHUNK_OVERLAP,
) -> Search:
    """The tutorial recipe: every document as one file, character splitter, Chroma, the same embedding.

    A chunk counts as the clauses of which it holds at least half the words.
    """
    from chromadb.config import Settings
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    texts = {text.document_id: text for text in documents}
    splitter = RecursiveCharacterTextSplitter(chunk_size=chunk_size, chunk_overlap=chunk_overlap, add_start_index=True)
    chunks = splitter.split_documents(
        [Document(text.text, metadata={"document_id": text.document_id}) for text in texts.values()]
    )
    store = Chroma(
        collection_name=f"baseline-{uuid4().hex}",
        embedding_function=_embeddings(embedder),
        client_settings=Settings(anonymized_telemetry=False, is_persistent=False),
    )
    store.add_documents(chunks)

    def search(question: str, k: int) -> Ranking:
        units = []
        for chunk in store.similarity_search(question, k=k):
            start = int(chunk.metadata["start_index"])
            text = texts[chunk.metadata["document_id"]]
            units.append(text.keys_within(start, start + len(chunk.page_content)))
        return Ranking(tuple(units))

    return search


def _embeddings(embedder: Embedder) -> "Embeddings":
    from langchain_core.embeddings import Embeddings

    class Adapter(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[float(x) for x in row] for row in embedder.embed_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return [float(x) for x in embedder.embed_queries([text])[0]]

    return Adapter()
