"""Additions beside what is held, what they leave behind, and writing everything anew."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from assistant.retrieval import Passage, build, ensure, index, is_current, open_index, opened, passages, segments
from assistant.retrieval.digests import DIGEST, Digests, packed
from assistant.retrieval.index import load
from assistant.retrieval.parameters import Parameters, parameters
from assistant.settings import Settings
from corpus.expansion import Asked
from corpus.library import Corpus

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb.*")

Many = tuple[Passage, ...]
QUESTIONS = ("空调温度", "食堂浪费", "充电设施比例", "新能源汽车", "再生水", "第三条", "机关节能办法第十条", "垃圾分类")


@pytest.fixture(autouse=True)
def numbers(monkeypatch: pytest.MonkeyPatch) -> Parameters:
    """Segments from the first row on, so that few passages do."""
    changed = replace(parameters(), written_whole=0)
    monkeypatch.setattr(index, "parameters", lambda: changed)
    return changed


@pytest.fixture
def many(few: Many) -> Many:
    """Sixty passages of six documents, every third known to answer a question."""
    return tuple(
        replace(
            few[n % 5],
            key=f"k{n}",
            document_id=f"d{n // 10}",
            locator=f"第{n + 1}条",
            text=f"{few[n % 5].text}其{n}，本条为第{n * 7}号。",
            asked=(Asked(f"{few[n % 5].heading}第{n}问", "答"),) if n % 3 == 0 else (),
        )
        for n in range(60)
    )


def document(number: int, size: int = 2) -> Many:
    return tuple(
        Passage(
            f"新{number}#{n}",
            f"新{number}",
            f"第{number}号光储直柔规定",
            "",
            f"第{n}条",
            f"光储直柔{number}",
            f"光储直柔系统第{number}号要求{n}，采用直流微网。",
            asked=(Asked(f"微网{number}怎么建", "直流"),) if n == 1 else (),
        )
        for n in range(1, size + 1)
    )


def parts(settings: Settings) -> list[dict[str, object]]:
    return list(json.loads((settings.index_path / "current.json").read_text(encoding="utf-8"))["parts"])


def found(settings: Settings, items: Sequence[Passage], model) -> list[list[tuple[str, float]]]:  # type: ignore[no-untyped-def]
    retriever = open_index(settings, items, model=model)
    rankings = [[(hit.key, round(hit.score, 5)) for hit in retriever.search(q, 20)] for q in QUESTIONS]
    retriever.close()
    return rankings


def test_an_addition_writes_only_what_is_new(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    (base,) = parts(settings)
    stamps = {path: path.stat().st_mtime_ns for path in (settings.index_path / str(base["name"])).rglob("*.npy")}
    model.embedded = 0
    report = build((*many, *document(1)), settings, model=model)
    assert (report.added, report.removed, report.kept, model.embedded) == (2, 0, 60, 2)
    assert [(p["size"], p["questions"], p["graph"]) for p in parts(settings)] == [(60, 20, True), (2, 1, False)]
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}
    assert is_current((*many, *document(1)), settings)
    retriever = open_index(settings, (*many, *document(1)), model=model)
    assert retriever.missing == 0
    first = retriever.search("微网1怎么建", 1)[0]
    assert (first.key, first.asked) == ("新1#1", Asked("微网1怎么建", "直流"))
    assert retriever.search("《第1号光储直柔规定》第2条", 1)[0].key == "新1#2"
    assert len(retriever.known) == 21
    retriever.close()


def test_words_an_addition_brings_are_known_to_questions(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    build((*many, *document(1)), settings, model=model)
    opened = load(settings)
    assert "微网" not in opened.segments[0].words
    assert "直流" in opened.segments[1].words
    assert "直流" in opened.segmenter.terms("直流微网")
    assert opened.lexical.scores({"直流": 1.0})[60:].all()
    opened.close()


def test_what_is_taken_out_is_gone_and_comes_back_without_embedding(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    model.embedded = 0
    report = build(many[:55], settings, model=model)
    assert (report.added, report.removed, report.kept) == (0, 5, 55)
    assert len(parts(settings)) == 1
    assert is_current(many[:55], settings)
    assert not is_current(many, settings)
    opened = load(settings)
    assert opened.lexical.size == 55
    assert np.allclose(opened.centre, opened.vectors.whole()[:55].mean(axis=0), atol=1e-6)
    opened.close()
    assert not {f"k{n}" for n in range(55, 60)} & {key for r in found(settings, many[:55], model) for key, _ in r}
    assert build(many, settings, model=model).kept == 60
    assert model.embedded == 0
    assert is_current(many, settings)


def test_with_too_much_gone_everything_is_written_anew(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    build(many[:40], settings, model=model)
    assert [p["size"] for p in parts(settings)] == [40]


def test_a_large_addition_gets_a_graph(many: Many, settings: Settings, model, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    changed = replace(parameters(), compared=1, written_whole=0)
    monkeypatch.setattr(index, "parameters", lambda: changed)
    items = (*many, *document(1))
    build(items, settings, model=model)
    assert [p["graph"] for p in parts(settings)] == [True, True]
    opened = load(settings)
    assert all(segment.graph and segment.asked_graph for segment in opened.segments)
    opened.close()
    retriever = open_index(settings, items, model=model)
    assert retriever.search("微网1怎么建", 1)[0].key == "新1#1"
    retriever.close()


def test_small_segments_are_joined(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    items = many
    build(items, settings, model=model)
    for number in range(1, parameters().alike_segments + 1):
        items = (*items, *document(number, size=1))
        build(items, settings, model=model)
    assert [(p["size"], p["questions"]) for p in parts(settings)] == [(60, 20), (8, 8)]
    assert is_current(items, settings)
    retriever = open_index(settings, items, model=model)
    for number in range(1, 9):
        hit = retriever.search(f"微网{number}怎么建", 1)[0]
        assert (hit.key, hit.asked) == (f"新{number}#1", Asked(f"微网{number}怎么建", "直流"))
    retriever.close()


def test_what_is_gone_stays_gone_when_segments_are_joined(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    added = [document(number, size=1)[0] for number in range(1, parameters().alike_segments + 1)]
    build(many, settings, model=model)
    build((*many, added[0]), settings, model=model)
    for count in range(2, len(added) + 1):
        build((*many, *added[1:count]), settings, model=model)
    assert [p["size"] for p in parts(settings)] == [60, 8]
    assert is_current((*many, *added[1:]), settings)
    assert "新1#1" not in {key for r in found(settings, (*many, *added[1:]), model) for key, _ in r}


def test_merged_is_the_same_as_built_at_once(many: Many, settings: Settings, model, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    build(many[:55], settings, model=model)
    items = (*many[:20], *many[25:], *document(1), *document(2))
    build(items, settings, model=model)
    assert len(parts(settings)) == 2
    before = found(settings, items, model)
    model.embedded = 0
    assert build(items, settings, model=model, merge=True).kept == len(items)
    assert model.embedded == 0
    assert len(parts(settings)) == 1
    once = Settings(home=tmp_path_factory.mktemp("once"))
    build(items, once, model=model)
    assert found(settings, items, model) == found(once, items, model)
    same = [
        len({k for k, _ in a[:10]} & {k for k, _ in b[:10]})
        for a, b in zip(before, found(once, items, model), strict=True)
    ]
    assert np.mean(same) >= 9


def test_a_small_index_is_written_whole(many: Many, settings: Settings, model, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(index, "parameters", parameters)
    build(many, settings, model=model)
    assert build((*many, *document(1)), settings, model=model).added == 2
    assert [p["size"] for p in parts(settings)] == [62]
    assert (model.embedded, is_current((*many, *document(1)), settings)) == (62, True)


def test_nothing_is_merged_for_little(many: Many, settings: Settings, model, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    build((*many, *document(1)), settings, model=model)
    changed = replace(parameters(), merge_on_index=0.5, written_whole=0)
    monkeypatch.setattr(index, "parameters", lambda: changed)
    build((*many, *document(1)), settings, model=model, merge=True)
    assert len(parts(settings)) == 2


def test_several_large_segments_answer_as_one(
    many: Many, settings: Settings, model, monkeypatch, tmp_path_factory
) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    divided = Settings(home=tmp_path_factory.mktemp("divided"))
    changed = replace(parameters(), largest_segment=25)
    monkeypatch.setattr(index, "parameters", lambda: changed)
    monkeypatch.setattr(segments, "_BLOCK", 10)
    build(many, divided, model=model)
    assert [p["size"] for p in parts(divided)] == [25, 25, 10]
    assert found(divided, many, model) == found(settings, many, model)
    one, several = load(settings), load(divided)
    assert np.allclose(one.centre, several.centre, atol=1e-6)
    assert np.array_equal(one.vectors.whole(), several.vectors.whole())
    one.close()
    several.close()


def test_a_damaged_addition_is_said_and_mended(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    items = (*many, *document(1))
    build(many, settings, model=model)
    build(items, settings, model=model)
    (settings.index_path / str(parts(settings)[1]["name"]) / "lexical" / "rows.npy").unlink()
    assert not is_current(items, settings)
    model.embedded = 0
    ensure(settings, items, model=model)
    assert model.embedded == 0
    assert is_current(items, settings)
    assert len(parts(settings)) == 1


@pytest.mark.parametrize("step", ["write", "join", "_centre", "_files", "_put_in_force"])
def test_a_stopped_addition_leaves_the_index_answering(
    many: Many, settings: Settings, model, monkeypatch, step: str
) -> None:  # type: ignore[no-untyped-def]
    items = many
    build(items, settings, model=model)
    for number in range(1, parameters().alike_segments):
        items = (*items, *document(number, size=1))
        build(items, settings, model=model)
    more = (*items, *document(99, size=1))
    before = found(settings, items, model)
    does = getattr(index, step)

    def stop(*given: object, **named: object) -> None:
        if step != "_put_in_force":
            does(*given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(index, step, stop)
        with pytest.raises(KeyboardInterrupt):
            build(more, settings, model=model)
    assert is_current(items, settings)
    assert found(settings, items, model) == before
    model.embedded = 0
    assert build(more, settings, model=model).added == 0
    assert model.embedded == 0
    assert [p["size"] for p in parts(settings)] == [60, 8]
    kept = {path.name for path in settings.index_path.glob("s-*")}
    assert len(kept) == 2 + 7  # in force, and what the generation before had besides
    assert not list(settings.index_path.glob("unfinished-*"))


def test_a_reader_of_the_generation_before_goes_on(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    build(many, settings, model=model)
    build((*many, *document(1)), settings, model=model)
    before = open_index(settings, (*many, *document(1)), model=model)
    build((*many, *document(1)), settings, model=model, merge=True)
    assert before.search("微网1怎么建", 1)[0].key == "新1#1"
    before.close()


def test_other_dates_are_seen_through_the_same_segments(many: Many, settings: Settings, model) -> None:  # type: ignore[no-untyped-def]
    items = (*many, *document(1))
    build(many, settings, model=model)
    build(items, settings, model=model)
    retriever = open_index(settings, items, model=model)
    names = retriever._catalogue
    for view in (items[:10], items[50:], document(1)):
        keys = {hit.key for q in QUESTIONS for hit in retriever.over(view, names).search(q, 100)}
        assert keys == {p.key for p in view}
    assert retriever.over((*items, document(2)[0]), names).missing == 1
    retriever.close()


def test_the_library_in_segments_ranks_nearly_as_in_one(
    corpus: Corpus, settings: Settings, model, tmp_path_factory
) -> None:  # type: ignore[no-untyped-def]
    """Some documents added one after the other; only the words the texts are cut into may differ."""
    items = passages(corpus)
    ids = list(dict.fromkeys(p.document_id for p in items))
    late = set(ids[::12])
    now = tuple(p for p in items if p.document_id not in late)
    build(now, settings, model=model)
    for each in ids[::12]:
        now = (*now, *(p for p in items if p.document_id == each))
        build(now, settings, model=model)
    assert len(parts(settings)) > 1
    once = Settings(home=tmp_path_factory.mktemp("once"))
    build(items, once, model=model)
    one, several = opened(once, corpus, model=model), opened(settings, corpus, model=model)
    questions = [p.asked[0].question for p in items[::9] if p.asked]
    pairs = [([h.key for h in one.search(q)], [h.key for h in several.search(q)]) for q in questions]
    assert np.mean([a[0] == b[0] for a, b in pairs]) >= 0.97
    assert np.mean([len({*a} & {*b}) / 10 for a, b in pairs]) >= 0.97
    one.close()
    several.close()


@given(
    st.lists(st.binary(min_size=16, max_size=16), max_size=40),
    st.lists(st.binary(min_size=16, max_size=16), max_size=10),
)
@limits(suppress_health_check=[HealthCheck.too_slow])
def test_digests_are_found_where_they_are(held: list[bytes], others: list[bytes]) -> None:
    held = list(dict.fromkeys(held))
    # Alike in the first half, as no two are in practice.
    alike = [each[:8] + bytes(8) for each in held if each[8:] != bytes(8)]
    rows = [*held, *dict.fromkeys(alike)]
    rows = list(dict.fromkeys(rows))
    wanted = [*others, *rows[::-1]]
    expected = [rows.index(each) if each in rows else -1 for each in wanted]
    table = Digests(packed(each.hex() for each in rows) if rows else np.zeros(0, DIGEST))
    assert table.find(packed(each.hex() for each in wanted)).tolist() == expected
