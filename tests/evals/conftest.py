"""A tiny corpus and an embedding simple enough to work out by hand."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from corpus.library import Corpus
from corpus.model import Document


class LetterEncoder:
    """Counts of each character, normalised: two texts are near when they share characters."""

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        vector = np.zeros(512, dtype=np.float32)
        for character in text:
            vector[ord(character) % 512] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def query(self, texts: str) -> npt.NDArray[np.float32]:
        return self._vector(texts)

    def passage(self, texts: list[str]) -> npt.NDArray[np.float32]:
        return np.vstack([self._vector(text) for text in texts])


@pytest.fixture
def encoder() -> LetterEncoder:
    return LetterEncoder()


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
