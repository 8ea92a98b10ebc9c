from collections.abc import Callable

import pytest

from assistant.retrieval.embedding import Embedder
from corpus.library import Corpus
from evals.baselines import Ranking, dense, langchain_recipe, lexical, segmented
from evals.passage import passages, running_texts

Key = Callable[[str], str]


def test_unsegmented_bm25_finds_nothing_in_a_chinese_question(small_corpus: Corpus, by_heading: Key) -> None:
    search = lexical(passages(small_corpus))
    assert search("夏天空调最低几度", 5) == Ranking(())
    # Only where a whole run between punctuation happens to be the question does it match.
    assert by_heading("新能源") in search("新能源", 5).keys


def test_segmented_bm25_matches_words(small_corpus: Corpus, by_heading: Key) -> None:
    search = segmented(passages(small_corpus))
    assert search("公务用车要买新能源汽车吗", 5).keys[0] == by_heading("新能源")
    assert search("股票", 5) == Ranking(())


def test_dense_orders_by_cosine(small_corpus: Corpus, embedder: Embedder, by_heading: Key) -> None:
    ranking = dense(passages(small_corpus), embedder)("开窗通风", 3)
    assert ranking.keys[0] == by_heading("开窗")
    assert len(ranking.units) == 3


@pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")
def test_langchain_chunks_come_back_as_their_clauses(small_corpus: Corpus, embedder: Embedder, by_heading: Key) -> None:
    search = langchain_recipe(running_texts(small_corpus), embedder, chunk_size=200, chunk_overlap=20)
    ranking = search("空调开窗温度", 1)
    assert ranking.units == ((by_heading("夏季温度"), by_heading("开窗")),)
    fine = langchain_recipe(running_texts(small_corpus), embedder, chunk_size=24, chunk_overlap=0)
    assert fine("新购公务用车优先选用新能源汽车", 1).keys == (by_heading("新能源"),)


def test_a_clause_found_twice_ranks_once() -> None:
    assert Ranking((("a", "b"), ("a",), ("c",))).keys == ("a", "b", "c")
