"""The list of documents, what it is chosen by, and the tree of clauses of one."""

from typing import Any

import pytest

from corpus.holdings import Node, holdings, outline, select, standing
from corpus.library import Corpus
from corpus.model import Document


def document(**facts: Any) -> Document:
    clauses = [{"heading": "条", "text": "内容。", "locator": facts.pop("locator", None)}]
    base = {"id": "d", "title": "示例办法", "kind": "regulation", "region": "深圳", "confidence": "full-text-read"}
    return Document.model_validate({**base, "sources": [{"kind": "given-file"}], "clauses": clauses, **facts})


@pytest.mark.parametrize(
    ("facts", "newer", "expected"),
    [
        ({}, None, ("current", "未见废止")),
        ({"status": "规划期已结束（2021-2025）"}, None, ("ended", "规划期已结束（2021-2025）")),
        ({"title": "示例办法（征求意见稿）"}, None, ("draft", "征求意见稿")),
        ({"status": "已废止"}, {"id": "n", "title": "新办法"}, ("replaced", "已由《新办法》代替")),
    ],
)
def test_standing(facts: Any, newer: Any, expected: tuple[str, str]) -> None:
    assert standing(document(**facts), document(**newer) if newer else None) == expected


def test_every_document_is_listed_and_choices_narrow(corpus: Corpus) -> None:
    held = holdings(corpus)
    assert [h.document.id for h in held] == [d.id for d in corpus.documents]
    shenzhen = select(held, region="深圳")
    assert shenzhen
    assert {h.document.region.value for h in shenzhen} == {"深圳"}
    found = select(held, words="节能 条例 公共机构")
    assert "reg-public-institution-energy-saving" in {h.document.id for h in found}
    assert select(held, words="国务院令第531号")
    assert not select(held, words="没有这样的名字")
    assert all(h.year == 2021 for h in select(held, years=(2021, 2021)))
    assert {h.standing for h in select(held, standing="replaced")} <= {"replaced"}
    assert len(select(held, kind="law", confidence="full-text-read")) <= len(select(held, kind="law"))


def keys(nodes: tuple[Node, ...]) -> list[str]:
    return [k for n in nodes for k in ([n.clause.key] if n.clause else []) + keys(n.below)]


def test_the_tree_holds_every_clause_once_and_in_order(corpus: Corpus) -> None:
    for held in corpus.documents:
        assert keys(outline(held)) == [c.key for c in held.clauses], held.id


def test_numbers_nest() -> None:
    clauses = [{"heading": h, "text": "内容。", "locator": at} for h, at in
               (("总则", "第一章"), ("目的", "第一章第一条"), ("范围", "第一章第二条"), ("罚则", "第二章第九条"), ("附", None))]  # fmt: skip
    first, penalty, last = outline(document(clauses=clauses))
    assert first.clause is not None
    assert [n.clause.heading for n in first.below if n.clause] == ["目的", "范围"]
    assert penalty.clause is not None
    assert (penalty.clause.heading, penalty.below) == ("罚则", ())
    assert last.label == ""
