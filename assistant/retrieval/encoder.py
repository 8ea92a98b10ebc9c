"""Questions to vectors: multilingual-e5-small trained further on questions and the clauses that answer them.

The transformer runs in 8 bits under ONNX Runtime, the word embeddings are kept in 4 bits for the tokens Chinese and
English use. How it was trained and on what stands in ``data/encoder/README.md``; ``evals.train_encoder`` makes it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["QueryEncoder", "unpacked"]

_PREFIX = "query: "
_LONGEST = 256
"""Tokens of a question that are read."""
_BLOCK = 32
"""Weights that share a scale: two bytes of it, then a nibble for each, the first half of them in the low ones."""


def unpacked(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Rows of 4-bit blocks, uint8 (n, 18 x b), as float32 (n, 32 x b).

    >>> scale = np.array([0.5], np.float16).view(np.uint8)
    >>> row = np.concatenate([scale, np.full(16, 0x9A, np.uint8)])
    >>> unpacked(row[None])[0, [0, 16]].tolist()
    [1.0, 0.5]
    """
    held = blocks.reshape(len(blocks), -1, 2 + _BLOCK // 2)
    scale = np.ascontiguousarray(held[:, :, :2]).view(np.float16).astype(np.float32)
    nibbles = held[:, :, 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=2).astype(np.float32) - 8
    return (weights * scale).reshape(len(blocks), -1)


class QueryEncoder:
    """Thread-safe. One thread a text: two cores serve two people sooner than one person a little faster."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder = files("assistant.retrieval").joinpath("data", "encoder")
        self._tokenizer = Tokenizer.from_str(folder.joinpath("tokenizer.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(_LONGEST)
        with folder.joinpath("words.npy").open("rb") as file:
            self._words: NDArray[np.uint8] = np.load(file)
        self.dimension = self._words.shape[1] // 18 * _BLOCK
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            folder.joinpath("layers.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, a row a text.

        Each text runs by itself: in 8 bits the scale is that of the whole batch, and a question must get the same vector
        whatever is embedded beside it.
        """
        if len(texts) == 1:
            return self._run(texts[0])[None]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            rows = list(pool.map(self._run, texts))
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def _run(self, text: str) -> NDArray[np.float32]:
        words = unpacked(self._words[self._tokenizer.encode(_PREFIX + text).ids])[None]
        hidden: NDArray[np.float32] = self._session.run(
            None, {"words": words, "mask": np.ones(words.shape[:2], np.int64)}
        )[0][0]
        mean = hidden.mean(axis=0)
        unit: NDArray[np.float32] = mean / np.linalg.norm(mean)
        return unit
