"""What clauses point at."""

import pytest

from corpus.library import Corpus
from corpus.links import documents_of, linked_from, links_of, pointed_at
from corpus.model import Document


def document(identity: str, title: str, *texts: str) -> Document:
    return Document.model_validate(
        {
            "id": identity,
            "title": title,
            "kind": "regulation",
            "region": "全国",
            "confidence": "full-text-read",
            "sources": [{"kind": "given-file"}],
            "clauses": [
                {"locator": f"第{n}条", "heading": f"条{n}", "text": text}
                for n, text in zip("一二三四五六", texts, strict=False)
            ],
        }
    )


@pytest.fixture
def small() -> Corpus:
    one = document(
        "one",
        "机关节水管理办法",
        "机关应当装水表。",
        "用水报告按第一条执行。",
        "违反第一条、第二条的，通报批评。",
        "食堂用水按照《机关食堂用能管理规定》第二条执行。",
        "适用《某市用水总量控制规定》。",
        "第一条所称机关包括人民团体，共有六项要求。",
    )
    two = document("two", "机关食堂用能管理规定", "食堂应当节能。", "食堂应当装分项水表。")
    return Corpus((one, two))


def targets(corpus: Corpus, key: str) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [(link.text, link.document_id, link.keys) for link in links_of(corpus, corpus.get(key))]


def test_links_inside_a_document(small: Corpus) -> None:
    assert targets(small, "one#第一条") == []
    assert targets(small, "one#第二条") == [("第一条", "one", ("one#第一条",))]
    assert targets(small, "one#第三条") == [("第一条", "one", ("one#第一条",)), ("第二条", "one", ("one#第二条",))]


def test_links_to_another_document_and_its_clause(small: Corpus) -> None:
    assert targets(small, "one#第四条") == [("《机关食堂用能管理规定》", "two", ("two#第二条",))]


def test_a_document_not_held_is_unresolved(small: Corpus) -> None:
    (link,) = links_of(small, small.get("one#第五条"))
    assert (link.document_id, link.resolved) == (None, False)


def test_spans_slice_the_text(corpus: Corpus) -> None:
    for clause in corpus.clauses:
        for link in links_of(corpus, clause):
            assert clause.text[slice(*link.span)] == link.text


def test_the_way_back(small: Corpus) -> None:
    assert [key for key, _ in linked_from(small, "one#第一条")] == ["one#第二条", "one#第三条"]
    assert [key for key, _ in linked_from(small, "two#第二条")] == ["one#第四条"]


def test_documents_the_guideline_names(corpus: Corpus) -> None:
    found = {link.text: link.document_id for link in documents_of(corpus, corpus.document("guideline-interpretation"))}
    assert found["《深入开展公共机构绿色低碳引领行动促进碳达峰实施方案》"] == "plan-green-lead-carbon-peak"
    assert found["《“十四五”公共机构节约能源资源工作规划》"] == "plan-145-energy-resources"
    assert sum(target is not None for target in found.values()) == 6


def test_links_of_the_library(corpus: Corpus) -> None:
    assert ("第六十条第四款", "gd-air-pollution-regulation", ("gd-air-pollution-regulation#第六十条",)) in targets(
        corpus, "gd-air-pollution-regulation#第八十四条"
    )
    assert ("国办发〔2007〕42号", "notice-ac-temperature-2007", ()) in targets(
        corpus, "rule-public-building-indoor-temp#第一条"
    )


def placed(*clauses: tuple[str, str]) -> Corpus:
    made = document("one", "机关节水管理办法", *[text for _, text in clauses][:6])
    record = made.model_dump(mode="json")
    record["clauses"] = [{"locator": at, "heading": f"条{n}", "text": text} for n, (at, text) in enumerate(clauses)]
    return Corpus((Document.model_validate(record),))


def test_what_follows_a_place_says_that_it_is_pointed_at() -> None:
    corpus = placed(
        ("第一条", "本办法第五条规定的数据，每月按5.2的要求核对。"),
        ("5.2", "核对时逐户抄表。"),
        ("第五条", "数据包括电、水、天然气的消费量。"),
        ("第七条", "误差不得超过5.2%，符合5.2万度的限额。"),
    )
    assert [[link.text for link in links_of(corpus, c)] for c in corpus.clauses] == [["第五条", "5.2"], [], [], []]
    assert [c.place for c in pointed_at(corpus, corpus.clauses[0], 2)] == ["第五条", "5.2"]


def test_only_so_many_pointers_are_followed() -> None:
    many = [(f"第{n}条", f"第{n}件事。") for n in "二三四五六"]
    corpus = placed(("第一条", "按照第二条、第三条和第四条执行。"), *many)
    assert [c.place for c in pointed_at(corpus, corpus.clauses[0], 2)] == ["第二条", "第三条"]
    assert pointed_at(corpus, corpus.clauses[1], 2) == ()
