"""Made corpora: what they are made of, that their vectors belong to them, and that they build and are searched."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.retrieval import Embedder, build, open_index, passages
from assistant.retrieval.embedding import Vectors
from assistant.settings import Settings
from corpus.expansion import Asked
from corpus.library import Corpus
from evals.bench.scale import ARTICLES, Maker

ANY = 130


@pytest.fixture
def maker(small_corpus: Corpus, embedder: Embedder) -> Maker:
    real = passages(small_corpus)
    real = (replace(real[0], asked=(Asked("夏天空调几度", "26℃"),)), *real[1:])
    vectors = embedder.embed_passages([p.embedded for p in real])
    return Maker(real, vectors, embedder.embed_queries(["夏天空调几度"]), embedder)


def test_a_corpus_holds_the_real_clauses_and_made_ones_with_names_of_their_own(maker: Maker) -> None:
    made = maker.corpus(ANY)
    assert len({p.key for p in made}) == len(made) == ANY
    assert made[: len(maker.real)] == maker.real
    titles = {p.document_id: {q.title for q in made if q.document_id == p.document_id} for p in made}
    assert all(len(names) == 1 for names in titles.values())
    assert sum(p.document_id == "made-0" for p in made) == ARTICLES
    assert made == maker.corpus(ANY)


def test_vectors_are_those_of_the_text_wherever_it_stands(maker: Maker) -> None:
    texts = [p.embedded for p in maker.corpus(ANY)]
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
    settings, items = Settings(home=tmp_path), maker.corpus(ANY)
    assert build(items, settings, model=maker).added == ANY
    retriever = open_index(settings, items, model=maker)
    assert retriever.search("《空调温度通知》第一条", 1)[0].key == maker.real[0].key
    retriever.close()
