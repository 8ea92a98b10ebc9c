"""A toy embedding (hashed character bigrams) that is fast, deterministic and good enough to find what shares words."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import Embedder, Passage, Retriever, build, opened, passages
from assistant.retrieval.embedding import Vectors
from assistant.settings import Settings
from corpus.library import Corpus, load


class Bigrams:
    """Counts the passages it has embedded."""

    name = "bigrams"
    dimension = 128

    def __init__(self) -> None:
        self.embedded = 0

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at in range(len(text) - 1):
                row[zlib.crc32(text[at : at + 2].encode("utf-8", "replace")) % self.dimension] += 1
        rows += np.float32(1e-3)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return self.embed_queries(texts)


@pytest.fixture
def model() -> Bigrams:
    return Bigrams()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def few() -> tuple[Passage, ...]:
    texts = {
        "夏季空调": "公共建筑夏季室内空调温度不得低于二十六摄氏度。",
        "食堂反浪费": "机关食堂应当防止食品浪费，厨余垃圾分类投放。",
        "充电设施": "停车场应当按比例建设电动汽车充电设施。",
        "公务用车": "公务用车优先配备新能源汽车。",
        "节水": "绿化用水优先使用再生水和雨水。",
    }
    return tuple(
        Passage(f"k{n}", "d1", "机关节能办法", "甲发〔2020〕1号", f"第{n}条", heading, text)
        for n, (heading, text) in enumerate(texts.items(), 1)
    )


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="session")
def library(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """The shipped library under the toy embedding."""
    model: Embedder = Bigrams()
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    build(passages(corpus), settings, model=model)
    return opened(settings, corpus, model=model)
