"""Made corpora: what they are made of, that their vectors belong to them, and that they build and are searched."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import Embedder, build, open_index, passages
from assistant.retrieval.embedding import Vectors
from assistant.settings import Settings
from corpus.expansion import Asked
from corpus.library import Corpus
from evals.bench.scale import ARTICLES, RESULT, Made, Maker, as_markdown

ANY = 130


@pytest.fixture
def maker(small_corpus: Corpus, embedder: Embedder) -> Maker:
    real = passages(small_corpus)
    real = (replace(real[0], asked=(Asked("夏天空调几度", "26℃"),)), *real[1:])
    vectors = embedder.embed_passages([p.embedded for p in real])
    return Maker(real, vectors, embedder.embed_queries(["夏天空调几度"]), embedder)


def test_a_corpus_holds_the_real_clauses_and_made_ones_with_names_of_their_own(maker: Maker) -> None:
    made = Made(maker, ANY)
    assert len({p.key for p in made}) == len(made) == ANY
    assert made[: len(maker.real)] == list(maker.real)
    titles = {p.document_id: {q.title for q in made if q.document_id == p.document_id} for p in made}
    assert all(len(names) == 1 for names in titles.values())
    assert sum(p.document_id == "made-0" for p in made) == ARTICLES
    assert list(made) == list(Made(maker, ANY))


def test_added_documents_follow_and_everything_is_found_by_place(maker: Maker) -> None:
    made = Made(maker, ANY, documents=2, digests=Made(maker, ANY).digests)
    assert len(made) == ANY + 2 * ARTICLES
    assert [bytes(d).hex() for d in made.digests] == [p.digest for p in made]
    places: dict[str, list[int]] = {}
    for place, passage in enumerate(made):
        places.setdefault(passage.document_id, []).append(place)
    assert {name: list(made.of_document(name)) for name in places} == places
    assert {named.document_id: named.title for named in made.documents} == {p.document_id: p.title for p in made}
    assert not made.of_document("没有")
    with pytest.raises(IndexError):
        made[len(made)]


def test_vectors_are_those_of_the_text_wherever_it_stands(maker: Maker) -> None:
    texts = [p.embedded for p in Made(maker, ANY)]
    rows = maker.embed_passages(texts)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[: len(maker.real)], maker.vectors)
    assert np.array_equal(maker.embed_passages(texts[::-1]), rows[::-1])
    assert len(np.unique(rows, axis=0)) == ANY


def test_known_questions_have_their_own_vectors_and_others_are_embedded(maker: Maker, embedder: Embedder) -> None:
    changed = replace(maker, asked=-maker.asked)
    known: Vectors = changed.embed_queries(["夏天空调几度"])
    assert np.array_equal(known, -embedder.embed_queries(["夏天空调几度"]))
    assert np.array_equal(changed.embed_queries(["别的"]), embedder.embed_queries(["别的"]))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")
def test_a_real_clause_that_is_named_is_still_found_among_made_ones(maker: Maker, tmp_path: Path) -> None:
    settings, items = Settings(home=tmp_path), Made(maker, ANY)
    assert build(items, settings, model=maker).added == ANY
    retriever = open_index(settings, items, model=maker)
    assert retriever.search("《空调温度通知》第一条", 1)[0].key == maker.real[0].key
    retriever.close()
    assert build(Made(maker, ANY, documents=1), settings, model=maker).added == ARTICLES


def test_the_growth_table_shows_what_was_measured() -> None:
    held = json.loads(RESULT.read_text(encoding="utf-8"))
    assert as_markdown(held) == RESULT.with_suffix(".md").read_text(encoding="utf-8")
