"""Which text holds on a day, and what changed from one version to the next."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UnknownClause
from corpus.ingest import version_id
from corpus.library import Corpus
from corpus.locator import parse
from corpus.model import Clause, Document, TextStatus
from corpus.versions import (
    as_of,
    difference,
    edits,
    extent,
    family,
    in_force,
    linked,
    repeal_of,
    same_document,
    successor,
    terms,
)


def document(identity: str, *clauses: tuple[str | None, str], status: str = "digest", **fields: object) -> Document:
    record: dict[str, object] = {
        "id": identity,
        "title": "机关节水办法",
        "kind": "regulation",
        "region": "全国",
        "confidence": "full-text-read",
        "sources": [{"kind": "given-file"}],
        "clauses": [
            {"locator": place, "heading": f"条{n}", "text": text, "text_status": status}
            for n, (place, text) in enumerate(clauses or (("第一条", "机关应当节约用水。"),))
        ],
    }
    return Document.model_validate({**record, **fields})


@pytest.fixture
def versions() -> Corpus:
    return Corpus(
        (
            document("y1998", effective="1998-01-01"),
            document("y2008", effective="2008-10-01", replaces=["y1998"]),
            document("y2017", effective="2017-03-01", replaces=["y2008"], expires="2026-12-31"),
            document("other", title="机关用车办法", effective="2010-01-01"),
        )
    )


def test_family_is_oldest_first_from_any_member(versions: Corpus) -> None:
    for identity in ("y1998", "y2008", "y2017"):
        assert [d.id for d in family(versions, identity)] == ["y1998", "y2008", "y2017"]
    assert [d.id for d in family(versions, "other")] == ["other"]
    with pytest.raises(UnknownClause):
        family(versions, "none")


@pytest.mark.parametrize(
    ("on", "held"),
    [
        (date(1997, 12, 31), None),
        (date(1998, 1, 1), "y1998"),
        (date(2008, 9, 30), "y1998"),
        (date(2008, 10, 1), "y2008"),
        (date(2020, 1, 1), "y2017"),
        (date(2026, 12, 31), "y2017"),
        (date(2027, 1, 1), None),
    ],
)
def test_the_text_in_force(versions: Corpus, on: date, held: str | None) -> None:
    for identity in ("y1998", "y2017"):
        found = in_force(versions, identity, on)
        assert (found and found.id) == held


def test_superseded_by_counts_like_replaces(corpus: Corpus) -> None:
    newer = successor(corpus, "extra-national-145-public-institution")
    assert newer is not None
    assert newer.id == "plan-145-energy-resources"
    assert successor(corpus, "plan-145-energy-resources") is None


def test_a_repeal_is_found_by_the_title(corpus: Corpus) -> None:
    found = repeal_of(corpus, "《深圳经济特区建筑节能条例》")
    assert found is not None
    assert found.key == "sz-green-building-regulation#第六十二条"
    assert repeal_of(corpus, "《深圳经济特区绿色建筑条例》") is None


@pytest.mark.parametrize(
    ("identity", "place", "beyond"),
    [
        ("reg-public-institution-energy-saving", "第四十三条", False),
        ("reg-public-institution-energy-saving", "第四十四条", True),
        ("reg-public-institution-energy-saving", "第九条", False),
        ("guideline-interpretation", "第12部分", False),
        ("guideline-interpretation", "第13部分", True),
        ("reg-frugality-2025", "第六十三条", False),
        ("reg-frugality-2025", "第六十四条", True),
        ("law-energy-conservation", "第八十七条", False),
        ("rule-official-vehicles-2017", "第三十二条", True),
    ],
)
def test_how_far_a_document_goes(corpus: Corpus, identity: str, place: str, beyond: bool) -> None:
    assert (extent(corpus.document(identity), parse(place)) is not None) is beyond


def test_an_original_has_the_numbers_it_has() -> None:
    held = document("a", ("第一条", "机关应当节约用水。"), ("第三条", "机关应当装水表。"), status="original")
    assert all(c.text_status is TextStatus.ORIGINAL for c in held.clauses)
    assert extent(held, parse("第二条")) == "原文中没有这一编号"
    assert extent(held, parse("第四条")) == "最后一条是第三条"
    assert extent(held, parse("第三条第一款")) is None


OLD = document(
    "old",
    ("第一条", "为了节约用水，提高用水效率，制定本办法。"),
    ("第二条", "机关用水漏损率不得超过百分之十，人均用水量每年下降3%。"),
    ("第三条", "机关应当每年3月31日前报送用水报告。"),
    ("第四条", "机关食堂应当使用节水型洗菜设备，并安装计量水表。"),
)
NEW = document(
    "new",
    ("第一条", "为了节约用水，提高用水效率，制定本办法。"),
    ("第二条", "机关应当建立用水台账，明确专人管理水表。"),
    ("第三条", "机关用水漏损率不得超过百分之十，人均用水量每年下降6%。"),
    ("第四条", "机关应当每年1月31日前报送用水报告。"),
)


def test_difference() -> None:
    changes = {(c.kind, (c.before or c.after).heading): c for c in difference(OLD, NEW) if c.before or c.after}  # type: ignore[union-attr]
    assert set(changes) == {("added", "条1"), ("renumbered", "条1"), ("renumbered", "条2"), ("removed", "条3")}
    assert changes["renumbered", "条1"].figures == (("3%", "6%"),)
    assert changes["renumbered", "条2"].figures == (("3月", "1月"),)
    assert [c.kind for c in difference(OLD, NEW)][-1] == "removed"


def test_same_number_new_figure_is_a_change() -> None:
    (change,) = difference(
        document("a", ("第一条", "室温不得低于24℃。")), document("b", ("第一条", "室温不得低于26℃。"))
    )
    assert (change.kind, change.figures) == ("changed", (("24℃", "26℃"),))
    assert [(e.before, e.after) for e in change.edits if not e.equal] == [("4", "6")]


def test_indicators_count_as_text() -> None:
    def held(value: float) -> Document:
        indicator = {"name": "漏损率", "value": value, "unit": "%", "comparator": "<="}
        clause = {"locator": "第一条", "heading": "漏损", "text": "控制管网漏损。", "indicators": [indicator]}
        return document("a", clauses=[clause])

    assert difference(held(10), held(10)) == ()
    (change,) = difference(held(10), held(8))
    assert change.figures == (("漏损率 ≤10%", "漏损率 ≤8%"),)


def test_nothing_differs_from_itself(corpus: Corpus) -> None:
    for held in corpus.documents:
        assert difference(held, held) == ()


@given(st.text(max_size=60), st.text(max_size=60))
def test_edits_rebuild_both_texts(before: str, after: str) -> None:
    found = edits(before, after)
    assert "".join(e.before for e in found) == before
    assert "".join(e.after for e in found) == after


def test_all_changes_name_a_clause() -> None:
    for change in difference(OLD, NEW):
        assert isinstance(change.before or change.after, Clause)


# --- terms, the corpus as of a day, versions found by themselves ---------------------------------------------------


def test_a_held_repeal_ends_a_document_on_the_day_it_takes_effect() -> None:
    corpus = Corpus(
        (
            document("old", title="示例省机关节水规定", effective="2009-12-01"),
            document("also", title="示例省机关节电规定", effective="2010-12-01"),
            document(
                "new",
                (
                    "第九条",
                    "本办法自2024年4月1日起施行。《示例省机关节水规定》（省令第201号）、《示例省机关节电规定》同时废止。",
                ),
                title="示例省机关节能办法",
                effective="2024-04-01",
            ),
        )
    )
    for identity in ("old", "also"):
        term = terms(corpus)[identity]
        assert (term.end, term.ended_by) == (date(2024, 4, 1), "new")
        assert in_force(corpus, identity, date(2024, 3, 31)) is not None
        assert in_force(corpus, identity, date(2024, 4, 1)) is None
    assert [d.id for d in as_of(corpus, date(2024, 4, 1)).documents] == ["new"]


def test_the_corpus_as_of_a_day(versions: Corpus) -> None:
    held = as_of(versions, date(2012, 6, 1))
    assert [d.id for d in held.documents] == ["y2008", "other"]
    assert held.document("y2008").superseded_by is None
    assert held.document("y2008").status == "2017-03-01起不再有效"
    assert as_of(versions, date(1990, 1, 1)).documents == ()


def test_documents_without_a_day_stay() -> None:
    corpus = Corpus((document("undated"),))
    assert as_of(corpus, date(1990, 1, 1)).documents == corpus.documents


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"number": "示发〔2020〕1号"}, True),
        ({"title": "机关节水办法（2023年修正）", "number": "示令第9号"}, True),
        ({"title": "机关节电办法"}, False),
        ({"title": "关于开展节能宣传周的通知", "number": "示发〔2021〕1号"}, False),
        ({"issuer": "乙省人民政府"}, False),
        ({"region": "深圳", "issuer": None}, False),
    ],
)
def test_what_makes_two_records_one_document(fields: dict[str, object], same: bool) -> None:
    one = document("one", number="示发〔2020〕1号", issuer="甲省人民政府")
    assert same_document(one, document("two", **{"issuer": "甲省人民政府", **fields})) is same


def test_a_standard_is_known_by_its_number_without_the_year() -> None:
    old = document("old", title="节水导则", number="GB/T 29149-2012")
    new = document("new", title="公共机构节水导则", number="GB/T 29149—2024")
    assert same_document(old, new)
    assert not same_document(old, document("other", title="节水导则（试行）", number="GB/T 29150-2012"))


def test_versions_are_linked_in_their_order_and_only_around_what_was_added() -> None:
    three = [
        document("b", effective="2018-05-01"),
        document("a", effective="2023-09-01"),
        document("c", effective="2008-01-01"),
    ]
    made = {d.id: d for d in linked(three, {"a", "b", "c"})}
    assert [(d.superseded_by, d.replaces) for d in (made["c"], made["b"], made["a"])] == [
        ("b", ()),
        ("a", ("c",)),
        (None, ("b",)),
    ]
    assert linked(three, set()) == tuple(three)
    assert linked([document("x"), document("y", effective="2020-01-01")], {"x", "y"})[0].superseded_by is None


def test_the_shipped_library_links_only_what_is_written_there(corpus: Corpus) -> None:
    assert linked(corpus.documents, [d.id for d in corpus.documents]) == corpus.documents


def test_a_version_is_named_by_its_year() -> None:
    first = document("added-301-abc", number="示例省人民政府令第301号", effective="2018-05-01")
    second = document("added-355-def", number="示例省人民政府令第355号", effective="2023-09-01")
    assert version_id(second, [first]) == "added-355-2023"
    assert version_id(second, []) == "added-355-def"
    assert version_id(second, [], "reg-water") == "reg-water-2023"
    again = document("added-301-xyz", number="示例省人民政府令第301号", effective="2018-05-01")
    assert version_id(again, [first]) == "added-301-abc"
    same_year = document("added-301-new", number="示例省人民政府令第301号", effective="2018-11-01")
    taken = document("added-301-2018", number="示例省人民政府令第301号", effective="2018-06-01")
    assert version_id(same_year, [first, taken]) == "added-301-20181101"
    assert version_id(document("added-x"), [first]) == "added-x"
