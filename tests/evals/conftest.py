"""A tiny corpus and an embedding simple enough to work out by hand."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from corpus.library import Corpus
from corpus.model import Document


class LetterEmbedder:
    """Counts of each character, normalised: two texts are near when they share characters."""

    name = "letters"
    dimension = 512

    def _vectors(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            np.add.at(row, [ord(character) % self.dimension for character in text], 1)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._vectors(texts)

    def embed_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._vectors(texts)


@pytest.fixture
def embedder() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture
def small_corpus() -> Corpus:
    def document(name: str, title: str, clauses: list[tuple[str | None, str, str]]) -> Document:
        return Document.model_validate(
            {
                "id": name,
                "title": title,
                "kind": "policy",
                "region": "全国",
                "confidence": "full-text-read",
                "sources": [{"kind": "official-page"}],
                "clauses": [{"locator": place, "heading": head, "text": text} for place, head, text in clauses],
            }
        )

    return Corpus(
        (
            document(
                "air",
                "空调温度通知",
                [
                    ("第一条", "夏季温度", "办公室夏季空调温度不得低于26℃。"),
                    ("第二条", "开窗", "空调运行期间禁止开窗通风。"),
                ],
            ),
            document("car", "公务用车办法", [(None, "新能源", "新购公务用车优先选用新能源汽车。")]),
        )
    )


@pytest.fixture
def by_heading(small_corpus: Corpus) -> Callable[[str], str]:
    def key(heading: str) -> str:
        return next(c.key for c in small_corpus.clauses if c.heading == heading)

    return key
