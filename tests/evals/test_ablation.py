"""Each part taken away changes what it is there for, and nothing is embedded twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from assistant.answering import ranking
from assistant.answering.rarity import TermWeights
from assistant.assistant import Assistant
from assistant.conversation.intent import IntentClassifier
from assistant.conversation.steps import Core
from assistant.retrieval import Embedder, build, opening
from assistant.retrieval.embedding import Vectors
from assistant.retrieval.index import Index, load
from assistant.settings import Settings
from corpus.library import Corpus
from evals.ablation import RANKER, Remembering, searches, without

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")


@dataclass
class Same:
    """Every text is near every other: only words tell them apart."""

    name: str = "same"
    dimension: int = 4
    asked: list[str] = field(default_factory=list)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self.embed_passages(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.full((len(texts), self.dimension), 0.5, np.float32)


@pytest.fixture
def classifier(embedder: Embedder, tmp_path: Path) -> IntentClassifier:
    return IntentClassifier.open(embedder, tmp_path)


Opened = tuple[Assistant, Index]


def opened(corpus: Corpus, model: Embedder, classifier: IntentClassifier, home: Path) -> Opened:
    from assistant.retrieval import passages

    settings = Settings(home=home)
    build(passages(corpus), settings, model=model)
    core = Core(corpus, opening.opened(settings, corpus, model=model), classifier, TermWeights(corpus))
    return Assistant(core, settings, model), load(settings)


@pytest.fixture
def by_words(small_corpus: Corpus, classifier: IntentClassifier, tmp_path: Path) -> Iterator[Opened]:
    assistant, index = opened(small_corpus, Same(), classifier, tmp_path)
    yield assistant, index
    index.close()


@pytest.mark.parametrize(("part", "question"), [("去掉 BM25", "新能源汽车"), ("去掉扩展词", "公车")])
def test_words_find_a_clause_until_they_are_taken_away(
    by_words: Opened, part: str, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The ranker compares letters by itself; here only what retrieval found counts.
    weights = defaultdict(float, fused=1.0)
    monkeypatch.setattr(ranking, "_model", lambda: ranking._Model(weights, 1.0, defaultdict(float), 0.0))
    assistant, index = by_words
    lesser = without(part, assistant, index, Same())
    legs = assistant.core.retriever.search(question, 3)[0].legs
    assert assistant.search(question, 1)[0].key.startswith("car#")
    assert legs["lexical"].score > 0
    assert not lesser(question, 1).keys[0].startswith("car#")


def test_without_vectors_only_shared_words_find_anything(
    small_corpus: Corpus, embedder: Embedder, classifier: IntentClassifier, tmp_path: Path
) -> None:
    assistant, index = opened(small_corpus, embedder, classifier, tmp_path)
    lesser = without("去掉向量", assistant, index, embedder)
    assert assistant.search("调窗", 3)
    assert not lesser("调窗", 3).keys
    assert lesser("开窗通风", 3).keys[0] == assistant.search("开窗通风", 3)[0].key
    index.close()


def test_without_the_ranker_clauses_stand_as_fused(by_words: Opened) -> None:
    assistant, index = by_words
    fused = [hit.key for hit in assistant.core.retriever.search("空调温度", 3)]
    assert list(without(RANKER, assistant, index, Same())("空调温度", 3).keys) == fused


def test_a_question_is_embedded_once_for_all_parts(by_words: Opened) -> None:
    assistant, index = by_words
    model = Same()
    for search in searches(assistant, index, model).values():
        search()("空调温度", 3)
    assert model.asked == ["空调温度"]


def test_what_was_embedded_is_given_again() -> None:
    model = Same()
    once = Remembering(model)
    assert once.embed_queries(["甲", "乙", "甲"]).shape == (3, 4)
    once.embed_queries(["乙"])
    assert model.asked == ["甲", "乙"]


def test_there_is_no_such_part(by_words: Opened) -> None:
    with pytest.raises(KeyError):
        without("去掉天气", *by_words, Same())
