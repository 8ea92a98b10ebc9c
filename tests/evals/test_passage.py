from collections.abc import Callable

from corpus.library import Corpus
from evals.passage import passages, running_text


def test_a_passage_names_its_document_and_place(small_corpus: Corpus) -> None:
    first = passages(small_corpus)[0]
    assert first.text == "《空调温度通知》 第一条 夏季温度\n办公室夏季空调温度不得低于26℃。"
    assert len(passages(small_corpus)) == len(small_corpus.clauses)


def test_spans_hold_exactly_the_clause_words(small_corpus: Corpus) -> None:
    text = running_text(small_corpus.documents[0])
    for key, start, end in text.spans:
        assert text.text[start:end] == small_corpus.get(key).text


def test_a_chunk_holds_the_clauses_it_shows_at_least_half_of(
    small_corpus: Corpus, by_heading: Callable[[str], str]
) -> None:
    text = running_text(small_corpus.documents[0])
    (first, start, end), (second, begin, _) = text.spans
    assert (first, second) == (by_heading("夏季温度"), by_heading("开窗"))
    half = start + (end - start + 1) // 2
    assert text.keys_within(start, half) == (first,)
    assert text.keys_within(start, half - 1) == ()
    assert text.keys_within(0, len(text.text)) == (first, second)
    assert text.keys_within(start, begin + 1) == (first,)
