from pathlib import Path

import bm25s
import numpy as np
import pytest

from assistant.retrieval.lexical import LexicalIndex

DOCUMENTS = [["空调", "温度", "温度"], ["食堂", "温度"], ["停车场", "充电", "充电", "充电"], [], ["空调"]]


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build(DOCUMENTS, k1=1.2, b=0.75)


@pytest.mark.parametrize("query", [["空调"], ["温度", "充电"], ["停车场", "食堂", "空调"]])
def test_scores_are_those_of_bm25s(index: LexicalIndex, query: list[str]) -> None:
    reference = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    reference.index([list(d) for d in DOCUMENTS], show_progress=False)
    assert np.allclose(index.scores(dict.fromkeys(query, 1.0)), reference.get_scores(query), atol=1e-5)


def test_weights_scale_a_term(index: LexicalIndex) -> None:
    assert np.allclose(index.scores({"空调": 0.5}), 0.5 * index.scores({"空调": 1.0}))


def test_unknown_terms_score_nothing(index: LexicalIndex) -> None:
    assert not index.scores({"汽车": 1.0}).any()
    assert not index.scores({}).any()


def test_rarer_terms_weigh_more(index: LexicalIndex) -> None:
    rarity = index.rarity(["温度", "充电", "汽车"])
    assert rarity["温度"] < rarity["充电"] <= rarity["汽车"]


def test_a_saved_index_is_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "lexical")
    opened = LexicalIndex.open(tmp_path / "lexical", len(DOCUMENTS))
    assert isinstance(opened.weights.base, np.memmap)
    query = {"温度": 1.0, "空调": 1.0}
    assert np.array_equal(opened.scores(query), index.scores(query))
