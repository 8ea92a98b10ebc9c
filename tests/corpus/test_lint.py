"""The library is clean, and each kind of fault is found."""

from typing import Any

import pytest

from corpus.library import Corpus
from corpus.lint import lint
from corpus.model import Document

CLAUSE: dict[str, Any] = {"locator": "第一条", "heading": "室温", "text": "室温不得低于26℃。"}
FIGURE: dict[str, Any] = {"name": "室温", "value": 26, "unit": "℃", "comparator": ">="}


def document(identity: str = "a", *clauses: dict[str, Any], **fields: Any) -> Document:
    record = {
        "id": identity,
        "title": "机关室温规定",
        "kind": "regulation",
        "region": "全国",
        "confidence": "full-text-read",
        "sources": [{"kind": "given-file"}],
        "clauses": clauses or (CLAUSE,),
    }
    return Document.model_validate({**record, **fields})


def test_the_shipped_library(corpus: Corpus) -> None:
    assert [f for f in lint(corpus) if f.severity == "error"] == []


def test_a_clean_document() -> None:
    assert lint(Corpus((document(),))) == ()


@pytest.mark.parametrize(
    ("held", "rule", "said"),
    [
        (document(issued="2021-13-01"), "date", "月份"),
        (document(issued="2021-11-41"), "date", "日期"),
        (document(effective="2020-01-01", expires="2019-01-01"), "date", "失效"),
        (document(sources=[{"kind": "official-page", "address": "https://example.com/a"}]), "provenance", "政府网站"),
        (document(superseded_by="gone"), "version", "gone"),
        (document(replaces=["a"]), "version", "自己"),
        (document("a", {**CLAUSE, "indicators": [{**FIGURE, "unit": "箩筐"}]}), "figure", "箩筐"),
        (document("a", {**CLAUSE, "indicators": [{**FIGURE, "year": 1066}]}), "figure", "1066"),
        (document("a", {**CLAUSE, "indicators": [{**FIGURE, "year": 2020, "base_year": 2025}]}), "figure", "基准年"),
        (document("a", {**CLAUSE, "indicators": [{**FIGURE, "value": "某日", "unit": "日期"}]}), "figure", "某日"),
        (document("a", CLAUSE, {**CLAUSE, "locator": "第二条"}), "id", "内容相同"),
    ],
)
def test_faults(held: Document, rule: str, said: str) -> None:
    (found,) = [f for f in lint(Corpus((held,))) if f.severity == "error"]
    assert found.rule == rule
    assert said in found.message


def test_two_documents_of_one_short_name() -> None:
    held = Corpus((document("a", aliases=["室温规定"]), document("b", aliases=["室温规定"], title="另一规定")))
    (found,) = [f for f in lint(held) if f.severity == "error"]
    assert (found.rule, found.place) == ("id", "a、b")


def test_notes_do_not_fail() -> None:
    other = {**CLAUSE, "text": "按照《没有收录的规定》执行，违反第九条的通报。"}
    found = lint(Corpus((document("a", other),)))
    assert {f.severity for f in found} == {"note"}
    assert sorted(f.message for f in found) == [
        "所指条款不在资料库：第九条",
        "点名的文件不在资料库：《没有收录的规定》",
    ]
