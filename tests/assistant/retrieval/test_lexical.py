from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.fusion import top
from assistant.retrieval.lexical import Counts, CountsBuilder, LexicalIndex

DOCUMENTS = [["空调", "温度", "温度"], ["食堂", "温度"], ["停车场", "充电", "充电", "充电"], [], ["空调"]]
K1, B = 1.2, 0.75

Documents = list[list[str]]


def counted(*blocks: Documents) -> Counts:
    builder = CountsBuilder()
    for block in blocks:
        builder.add(block)
    return builder.finish()


def over(*parts: Counts, gone: list[int] | None = None) -> LexicalIndex:
    lost = np.zeros(sum(p.size for p in parts), bool)
    lost[gone or []] = True
    return LexicalIndex(parts, lost, K1, B)


def reference(documents: Documents, query: list[str]) -> object:
    bm25 = bm25s.BM25(k1=K1, b=B, method="lucene")
    bm25.index([list(d) for d in documents], show_progress=False)
    return bm25.get_scores(query)


@pytest.fixture
def index() -> LexicalIndex:
    return over(counted(DOCUMENTS))


@pytest.mark.parametrize("query", [["空调"], ["温度", "充电"], ["停车场", "食堂", "空调"]])
def test_scores_are_those_of_bm25s(index: LexicalIndex, query: list[str]) -> None:
    assert np.array_equal(index.scores(dict.fromkeys(query, 1.0)), reference(DOCUMENTS, query))


def test_weights_scale_a_term(index: LexicalIndex) -> None:
    assert np.allclose(index.scores({"空调": 0.5}), 0.5 * index.scores({"空调": 1.0}))


def test_unknown_terms_score_nothing(index: LexicalIndex) -> None:
    assert not index.scores({"汽车": 1.0}).any()
    assert not index.scores({}).any()


def test_rarer_terms_weigh_more(index: LexicalIndex) -> None:
    rarity = index.rarity(["温度", "充电", "汽车"])
    assert rarity["温度"] < rarity["充电"] <= rarity["汽车"]


def test_a_saved_table_is_the_same(index: LexicalIndex, tmp_path: Path) -> None:
    index.parts[0].save(tmp_path / "lexical")
    opened = Counts.open(tmp_path / "lexical")
    assert isinstance(opened.rows.base, np.memmap)
    query = {"温度": 1.0, "空调": 1.0}
    assert np.array_equal(over(opened).scores(query), index.scores(query))


words = st.sampled_from(list("甲乙丙丁戊己"))
corpora = st.lists(st.lists(words, max_size=6), min_size=1, max_size=30)
queries = st.dictionaries(words, st.sampled_from([0.5, 1.0, 2.0]), max_size=4)


@given(corpora, queries, st.data())
def test_divided_in_any_way_the_scores_are_the_same(
    documents: Documents, query: dict[str, float], data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=4)))
    edges = list(zip([0, *cuts], [*cuts, len(documents)], strict=True))
    whole = over(counted(documents))
    parts = [counted(documents[begin:end]) for begin, end in edges]
    assert np.array_equal(over(*parts).scores(query), whole.scores(query))
    assert np.array_equal(over(Counts.join(parts)).scores(query), whole.scores(query))
    assert over(*parts).rarity(list(query)) == whole.rarity(list(query))


@given(corpora, queries, st.sets(st.integers(0, 29)), st.integers(1, 5))
def test_what_is_gone_counts_no_more(documents: Documents, query: dict[str, float], gone: set[int], count: int) -> None:
    lost = sorted(row for row in gone if row < len(documents))
    left = [row for row in range(len(documents)) if row not in lost]
    less, whole = over(counted([documents[row] for row in left])), over(counted(documents), gone=lost)
    if left:
        assert np.array_equal(whole.scores(query)[left], less.scores(query))
    rows, scores = whole.best(query, count, whole.gone)
    again, same = less.best(query, count, less.gone)
    assert rows.tolist() == [left[row] for row in again]
    assert np.array_equal(scores, same)


def test_the_best_are_those_of_all_scores_though_common_terms_are_skipped() -> None:
    draw = np.random.default_rng(7)
    common = [f"c{n}" for n in range(6)]
    rare = [f"r{n}" for n in range(300)]
    documents = [[t for t in common if draw.random() < 0.6] + list(draw.choice(rare, 8)) for _ in range(9000)]
    index = over(counted(documents[:6000]), counted(documents[6000:7000], documents[7000:]))
    masked = draw.random(len(documents)) < 0.1
    for _ in range(20):
        query = {**dict.fromkeys(common, 1.0), **dict.fromkeys(draw.choice(rare, 5), 1.0)}
        scores = index.scores(query)
        rows, found = index.best(query, 50, masked)
        expected = np.where(masked, 0, scores)
        assert np.array_equal(found, expected[top(expected, 50)])
        assert np.array_equal(found, index.of(query, rows))
        assert not masked[rows].any()
