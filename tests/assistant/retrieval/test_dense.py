"""Graph and comparison give the same neighbours, whatever is masked and however the rows are divided."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from assistant.retrieval import dense
from assistant.retrieval.dense import DenseIndex, Graph, Table
from assistant.retrieval.parameters import parameters

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")

SIZE, COUNT = 300, 20


@pytest.fixture(scope="module")
def vectors() -> dense.Vectors:
    rows = np.random.default_rng(3).standard_normal((SIZE, 16), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def graphs(vectors: dense.Vectors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Graph, Graph]]:
    with closing(dense.connect(tmp_path_factory.mktemp("chroma"), None)) as client:
        yield Graph.create(client, "whole", vectors), Graph.create(client, "part", vectors[:200])


def masks() -> list[dense.NDArray[np.bool_] | None]:
    draw = np.random.default_rng(4)
    together = np.zeros(SIZE, bool)
    together[:250] = True
    return [
        None,
        np.zeros(SIZE, bool),
        *(draw.random(SIZE) < share for share in (0.03, 0.2, 0.97)),
        together,
        ~np.zeros(SIZE, bool),
    ]


@pytest.mark.parametrize("compared", [0, 20_000])
@pytest.mark.parametrize("mask", masks())
def test_the_nearest_are_those_of_comparing_all(vectors, graphs, mask, compared: int, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    changed = replace(parameters(), compared=compared)
    monkeypatch.setattr(dense, "parameters", lambda: changed)
    whole, part = graphs
    ways = (
        DenseIndex((whole,), Table.of([vectors])),
        DenseIndex((None,), Table.of([vectors])),
        DenseIndex((part, None), Table.of([vectors[:200], vectors[200:]])),
    )
    for question in vectors[::60]:
        cosines = vectors @ question
        left = np.arange(SIZE) if mask is None else np.flatnonzero(~mask)
        best = left[np.argsort(-cosines[left], kind="stable")][:COUNT]
        for way in ways:
            rows, found = way.nearest(question, COUNT, mask)
            assert set(rows.tolist()) == set(best.tolist())
            assert np.allclose(found, cosines[best], atol=1e-5)


def test_rows_are_those_of_the_whole_however_divided(vectors) -> None:  # type: ignore[no-untyped-def]
    table = Table.of([vectors[:10], vectors[:0], vectors[10:70], vectors[70:]])
    rows = np.array([299, 0, 10, 9, 70, 69])
    assert len(table) == SIZE
    assert np.array_equal(table.take(rows), vectors[rows])
    assert np.array_equal(table.whole(), vectors)


def test_larger_graphs_are_searched_more_widely() -> None:
    least = parameters().ef_least
    assert parameters().ef_search(1) == parameters().ef_search(parameters().ef_rows) == least
    assert least < parameters().ef_search(100_000) < parameters().ef_search(parameters().largest_segment)
