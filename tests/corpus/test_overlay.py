"""An original in the place of the digest of the same document."""

from pathlib import Path

import pytest

from corpus.errors import InputError
from corpus.ingest import amend, held_hashes, save
from corpus.library import LIBRARY, load
from corpus.model import (
    Clause,
    Confidence,
    Document,
    DocumentKind,
    Indicator,
    Region,
    Scene,
    Source,
    SourceKind,
    TextStatus,
)
from corpus.overlay import counterpart, differences, load_all, overlay


def make(
    clauses: tuple[Clause, ...],
    *,
    id: str = "digest",
    number: str | None = "示发〔2024〕1号",
    title: str = "示例市机关节能管理办法",
) -> Document:
    return Document(
        id=id,
        title=title,
        number=number,
        issued="2024-01-01",
        kind=DocumentKind.POLICY,
        region=Region.SHENZHEN,
        confidence=Confidence.FULL,
        sources=(Source(kind=SourceKind.GIVEN),),
        clauses=clauses,
    )


def share(value: float) -> Indicator:
    return Indicator(name="新能源汽车比例", value=value, unit="%", comparator=">=")


DIGEST = make(
    (
        Clause(
            locator="第三条",
            heading="车辆",
            text="要求新能源车占三成。",
            scenes=(Scene.FLEET,),
            indicators=(share(30),),
        ),
        Clause(locator="第四条", heading="照明", text="照明用高效灯具。", indicators=(share(90),)),
        Clause(heading="报道转述", text="媒体的说法。"),
        Clause(locator="第九条", heading="没有对应", text="原文里没有的。"),
    )
)
ORIGINAL = make(
    (
        Clause(
            locator="第三条",
            heading="车辆",
            text="新增车辆中新能源汽车比例不低于30%。",
            text_status=TextStatus.ORIGINAL,
            page=2,
        ),
        Clause(
            locator="第四条", heading="照明", text="照明改造率达到80%以上。", text_status=TextStatus.ORIGINAL, page=2
        ),
        Clause(locator="第五条", heading="监督", text="按年公布。", text_status=TextStatus.ORIGINAL, page=3),
    ),
    id="added-1",
)


def test_originals_replace_digests_clause_by_clause() -> None:
    merged = overlay(DIGEST, ORIGINAL)
    status = {c.heading: c.text_status for c in merged.clauses}
    assert merged.id == "digest"
    assert status == {
        "车辆": TextStatus.ORIGINAL,
        "照明": TextStatus.ORIGINAL,
        "监督": TextStatus.ORIGINAL,
        "报道转述": TextStatus.DIGEST,
        "没有对应": TextStatus.DIGEST,
    }
    assert [c.heading for c in merged.replaced] == ["车辆", "照明"]
    assert [c.key for c in merged.clauses if c.page] == ["digest#第三条", "digest#第四条", "digest#第五条"]


def test_what_was_noted_moves_over_only_where_the_original_bears_it_out() -> None:
    vehicles, lighting, *_ = overlay(DIGEST, ORIGINAL).clauses
    assert vehicles.scenes == (Scene.FLEET,)
    assert vehicles.indicators == (share(30),)
    assert lighting.indicators == ()


def test_figures_that_differ_are_listed() -> None:
    (found,) = differences(DIGEST, ORIGINAL)
    assert (found.digest, found.written, found.found_elsewhere) == ("digest#第四条", "≥90%", None)


@pytest.mark.parametrize(
    ("number", "title", "same"),
    [
        ("示发[2024]1号", "别的名字的文件印发通知", True),
        (None, "示例市机关节能管理办法", True),
        (None, "关于印发《示例市机关节能管理办法》的通知", True),
        ("示发〔2024〕2号", "示例市机关节能管理办法", False),
        (None, "示例市机关节水管理办法", False),
    ],
)
def test_the_same_document_is_known_by_number_or_title(number: str | None, title: str, same: bool) -> None:
    added = make(ORIGINAL.clauses, id="added-2", number=number, title=title)
    assert (counterpart(added, [DIGEST]) is DIGEST) is same


def test_added_documents_are_laid_over_the_library(tmp_path: Path) -> None:
    held = load(LIBRARY).document("plan-green-lead-carbon-peak")
    place = next(c.locator for c in held.clauses if c.locator)
    clause = Clause(locator=place, heading="原文", text="本条为测试所写。", text_status=TextStatus.ORIGINAL, page=1)
    added = make((clause,), id="added-3", number=held.number, title=held.title)
    save(amend(added, {"issued": "2021-11-16"}).model_copy(update={"content_hash": "abc"}), tmp_path)
    corpus = load_all(tmp_path)
    merged = corpus.document(held.id)
    assert any(c.text == clause.text for c in merged.clauses)
    assert merged.replaced
    assert held_hashes(tmp_path) == {"abc": "added-3"}
    assert len(corpus.documents) == len(load().documents)
    assert load_all(tmp_path / "none").clauses == load().clauses


def test_what_is_stated_must_be_known() -> None:
    with pytest.raises(InputError, match="不认识"):
        amend(ORIGINAL, {"author": "某人"})
    with pytest.raises(InputError, match="日期"):
        amend(ORIGINAL, {"issued": "去年"})
    assert amend(ORIGINAL, {"number": "示发〔2024〕3号"}).number == "示发〔2024〕3号"
