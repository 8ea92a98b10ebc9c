from pathlib import Path

import pytest
import yaml

from corpus.errors import LibraryError, UnknownClause
from corpus.library import LIBRARY, Corpus, load
from corpus.locator import parse
from corpus.model import SourceKind, Strength

MINIMAL = {
    "id": "a-rule",
    "title": "某办法",
    "kind": "policy",
    "region": "深圳",
    "confidence": "full-text-read",
    "sources": [{"kind": "reprint"}],
    "clauses": [{"locator": "第一条", "heading": "目的", "text": "为了试验。"}],
}


def write(folder: Path, name: str, **changes: object) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump({**MINIMAL, **changes}, allow_unicode=True), encoding="utf-8")
    return path


def test_the_whole_dossier_is_held(corpus: Corpus) -> None:
    shipped = [d for d in corpus.documents if d.kind != "glossary"]
    assert len(shipped) == 146
    assert sum(len(d.clauses) for d in shipped) == 872
    assert len(corpus.document("glossary").clauses) == 37


def test_keys_are_unique_and_found_again(corpus: Corpus) -> None:
    assert len({c.key for c in corpus.clauses}) == len(corpus.clauses)
    for clause in corpus.clauses:
        assert corpus.get(clause.key) is clause


def test_a_clause_without_a_number_is_never_given_one(corpus: Corpus) -> None:
    loose = [c for c in corpus.clauses if c.locator is None]
    assert len(loose) == 331 + 37
    assert all(c.key == f"{c.document_id}#/{c.heading}" and "条号未读到" in c.place for c in loose)


def test_no_address_but_official_ones(corpus: Corpus) -> None:
    for document in corpus.documents:
        for source in document.sources:
            if source.address is not None:
                assert source.kind is SourceKind.OFFICIAL
                assert ".gov.cn/" in source.address + "/"
    for path in LIBRARY.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert text.count("http") == text.count("address: http"), path.name


def test_the_interpretation_names_indicators_and_gives_no_value(corpus: Corpus) -> None:
    (parking,) = corpus.at("guideline-interpretation", parse("第六部分"))
    assert "充电桩配置比例" in parking.indicators_named
    assert not parking.values_given
    assert not parking.indicators


def test_the_temperature_limits(corpus: Corpus) -> None:
    (limit,) = [c for c in corpus.at("notice-ac-temperature-2007", parse("二")) if c.heading == "空调温度限值"]
    assert limit.strength is Strength.SHALL_NOT
    assert [i.written for i in limit.indicators] == ["≥26 ℃", "≤20 ℃"]


def test_a_place_outside_a_document_finds_nothing(corpus: Corpus) -> None:
    assert corpus.at("reg-public-institution-energy-saving", parse("第八十条")) == ()
    assert corpus.at("rule-meeting-expense-2013", parse("第一条")) == ()


@pytest.mark.parametrize("key", ["nope", "guideline-interpretation#第99部分", ""])
def test_unknown_names_say_where_to_look(corpus: Corpus, key: str) -> None:
    with pytest.raises(UnknownClause, match="nearzero corpus show"):
        corpus.get(key)
    with pytest.raises(UnknownClause, match="nearzero corpus list"):
        corpus.document(key)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"confidence": "sure"}, "confidence"),
        ({"clauses": []}, "clauses"),
        ({"invented": 1}, "invented"),
        ({"id": "Bad Id"}, "id"),
        ({"sources": [{"kind": "reprint", "address": "http://example.com"}]}, "官方网页"),
        ({"clauses": [{"heading": "a", "text": "b", "strength": "或许"}]}, "strength"),
        ({"clauses": [{"heading": "a", "text": "b"}, {"heading": "a", "text": "c"}]}, "同号同名"),
    ],
)
def test_a_document_that_does_not_validate_is_named(tmp_path: Path, changes: dict[str, object], told: str) -> None:
    write(tmp_path, "broken", **changes)
    with pytest.raises(LibraryError, match=told) as caught:
        load(tmp_path)
    assert "broken.yaml" in str(caught.value)


def test_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(LibraryError, match=r"x\.yaml 不是完好的 YAML"):
        load(tmp_path)
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LibraryError, match=r"x\.yaml"):
        load(tmp_path)


def test_two_files_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "one")
    write(tmp_path, "two")
    with pytest.raises(LibraryError, match="重复"):
        load(tmp_path)


def test_an_empty_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="空"):
        load(tmp_path)
