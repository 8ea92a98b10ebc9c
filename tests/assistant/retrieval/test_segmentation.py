import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.retrieval.segmentation import Segmenter, normalise, simplified, vocabulary
from corpus.library import Corpus


@pytest.fixture(scope="module")
def segmenter(corpus: Corpus) -> Segmenter:
    texts = [normalise(clause.text) for clause in corpus.clauses]
    return Segmenter(vocabulary(texts, ["新能源汽车", "充电基础设施"]))


def test_the_corpus_own_terms_stay_whole(segmenter: Segmenter) -> None:
    assert "充电基础设施" in segmenter.terms("单位的充电基础设施怎么配")


def test_words_and_bigrams_together(segmenter: Segmenter) -> None:
    terms = segmenter.terms("新能源汽车")
    assert "新能源汽车" in terms
    assert "汽车" in terms
    assert "_源汽" in terms


def test_only_words_of_the_texts_are_kept() -> None:
    words = vocabulary(["节约用水"], [])
    assert "用水" in words
    assert "汽车" not in words


def test_both_scripts_and_widths_give_the_same_terms(segmenter: Segmenter) -> None:
    assert segmenter.terms("新能源汽車ＧＢ５５０１５") == segmenter.terms("新能源汽车gb55015")


def test_numbers_and_codes_are_terms(segmenter: Segmenter) -> None:
    assert {"gb", "55015", "26", "°c"} <= set(segmenter.terms("GB 55015 规定 26℃"))


def test_simplified_text_loads_no_converter() -> None:
    sys.modules.pop("opencc", None)
    assert simplified("近零碳机关 26 ℃") == "近零碳机关 26 ℃"
    assert "opencc" not in sys.modules


@given(st.text())
def test_any_text_is_cut(text: str) -> None:
    segmenter = Segmenter({"用水": 3})
    assert all(isinstance(term, str) and term for term in segmenter.terms(text))
