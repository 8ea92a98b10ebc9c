"""The numbering families of official documents, on documents of our own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.ingest import assemble
from corpus.model import Document, DocumentKind, Region


def places(document: Document) -> list[str]:
    return list(dict.fromkeys(c.locator.text for c in document.clauses if c.locator))


def text(document: Document, place: str) -> str:
    return "\n".join(c.text for c in document.clauses if c.locator and c.locator.text == place)


def test_a_standard(write_docx: Callable[..., Path], standard: tuple[object, ...]) -> None:
    held = assemble(write_docx(standard))
    assert held.title == "近零碳食堂运行要求"
    assert held.number == "DB4403/T 901—2025"
    assert (held.issuer, held.issued, held.effective) == ("深圳市市场监督管理局", "2025-03-01", "2025-04-01")
    assert (held.kind, held.region) == (DocumentKind.STANDARD, Region.SHENZHEN)
    assert places(held) == [
        "引言", "前言", "1", "2", "3", "3.1", "3.2", "4", "4.1", "4.2", "5", "5.1", "表1", "5.2", "5.2.1", "5.2.2", "5.3",
        "附录A", "附录A.1", "附录A.2", "附录A.2.1", "表A.1", "参考文献",
    ]  # fmt: skip
    assert "目" not in text(held, "引言").replace("目标", "")
    assert "........" not in "".join(c.text for c in held.clauses)


def test_items_of_a_standard_stay_in_their_clause(
    write_docx: Callable[..., Path], standard: tuple[object, ...]
) -> None:
    held = assemble(write_docx(standard))
    clause = next(c for c in held.clauses if c.locator and c.locator.text == "5.2.1")
    named = {p.locator.text: clause.text[p.start : p.end] for p in clause.parts if p.locator}
    assert named["5.2.1 a)"] == "a) 用电；"
    assert named["5.2.1 b)（2）"] == "2) 热水用气；"
    assert clause.text.startswith("食堂应分别计量：")


def test_terms_become_definitions(write_docx: Callable[..., Path], standard: tuple[object, ...]) -> None:
    held = assemble(write_docx(standard))
    assert {d.term: d.locator.text for d in held.definitions if d.locator} == {"近零碳食堂": "3.1", "人均餐耗": "3.2"}


def test_tables_of_a_standard(write_docx: Callable[..., Path], standard: tuple[object, ...]) -> None:
    held = assemble(write_docx(standard))
    first, second = held.tables
    assert (first.locator and first.locator.text, first.unit, first.header) == ("表1", "%", ("设备", "热效率", "等级"))
    assert second.locator is not None
    assert second.locator.text == "表A.1"
    row = next(c for c in held.clauses if c.heading == "折标系数：电力")
    assert row.text == "品种：电力；单位：kgce/kWh；系数：0.1229"


def test_a_regulation(write_docx: Callable[..., Path], regulation: tuple[object, ...]) -> None:
    held = assemble(write_docx(regulation))
    assert places(held) == [
        "引言", "第一章", "第一条", "第二条", "第三条", "第二章", "第二章第一节", "第四条", "第五条", "第二章第二节", "第六条",
        "第六条之一", "第七条", "第三章", "第八条",
    ]  # fmt: skip
    assert (held.issued, held.effective, held.kind) == ("2024-05-30", "2024-08-01", DocumentKind.REGULATION)
    fifth = next(c for c in held.clauses if c.locator and c.locator.text == "第五条")
    named = {p.locator.text: fifth.text[p.start : p.end] for p in fifth.parts if p.locator}
    assert named["第五条第二款"].startswith("依照前款规定")
    assert named["第五条第三项"] == "（三）法律、法规规定的其他情形。"
    assert [d.term for d in held.definitions] == ["充电设施"]


def test_a_notice_with_its_plan(write_docx: Callable[..., Path], policy: tuple[object, ...]) -> None:
    held = assemble(write_docx(policy))
    assert (held.title, held.number) == ("示例市机关节水行动方案", "示机管〔2024〕17号")
    assert (held.issuer, held.issued) == ("示例市机关事务管理局", "2024-03-22")
    assert places(held)[3:] == [
        "一", "一（一）", "一（二）", "二", "二（一）", "二（一）1", "二（一）2", "二（一）2（1）", "二（一）2（2）", "二（二）",
        "附件目录", "附件1", "附件2", "附件2 一", "落款",
    ]  # fmt: skip
    assert "印发" in text(held, "落款")
    assert text(held, "二（二）") == "建立用水台账，按月公示。"


def test_a_table_inside_a_table(write_docx: Callable[..., Path]) -> None:
    inner = [["指标", "值"], ["用电", "5 kWh"]]
    held = assemble(
        write_docx(["^节能考核办法", "一、考核", "按下表考核。", [["项目", "要求"], ["计量", inner], ["台账", "齐全"]]])
    )
    rows = {c.heading.split("：")[-1]: c.text for c in held.clauses if "：" in c.heading}
    assert "用电，5 kWh" in rows["计量"]
    assert rows["台账"].endswith("要求：齐全")


def test_a_reference_at_the_start_of_a_line_is_no_heading(write_text: Callable[..., Path]) -> None:
    lines = [
        "示例市节约用水管理办法",
        "第一条 为了节约用水，制定本办法。",
        "第二条 单位应当安装节水器具，并按照",
        "第九条规定的期限报送数据。",
        "第三条 违反第二条、",
        "第一条规定的，责令改正。",
        "第四条 本办法自2024年1月1日起施行。",
    ]
    held = assemble(write_text(lines))
    assert [p for p in places(held) if p != "引言"] == ["第一条", "第二条", "第三条", "第四条"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(write_text: Callable[..., Path], policy: tuple[object, ...], encoding: str) -> None:
    held = assemble(write_text(policy, encoding=encoding))
    assert held.title == "示例市机关节水行动方案"
    assert "二（一）2（1）" in places(held)


def test_markdown_and_web_pages(tmp_path: Path) -> None:
    markdown = tmp_path / "方案.md"
    markdown.write_text(
        "# 示例市节电行动方案\n\n## 一、目标\n\n到2025年下降**6%**。\n\n| 指标 | 单位 | 值 |\n| --- | --- | --- |\n| 人均用电 | kWh | 900 |\n| 人均用水 | m3 | 20 |\n\n## 二、措施\n\n加强管理。\n",
        encoding="utf-8",
    )
    page = tmp_path / "方案.html"
    page.write_text(
        "<html><head><meta charset='utf-8'><meta name='ArticleTitle' content='示例市节电行动方案'>"
        "<meta name='PubDate' content='2024-02-03 09:00'></head><body><nav>首页 要闻</nav><div id='UCAP-CONTENT'>"
        "<p>为节约用电，制定本方案，请各单位结合实际认真贯彻执行，并于每季度末报送落实情况和存在的问题，由市机关事务管理局汇总后通报各区。</p>"
        "<p>一、目标</p><p>到2025年下降<b>6%</b>。</p>"
        "<table><tr><th>指标</th><th>单位</th><th>值</th></tr><tr><td>人均用电</td><td>kWh</td><td>900</td></tr>"
        "<tr><td>人均用水</td><td>m3</td><td>20</td></tr></table><p>二、措施</p><p>加强管理。</p></div></body></html>",
        encoding="utf-8",
    )
    for held in (assemble(markdown), assemble(page)):
        assert held.title == "示例市节电行动方案"
        assert [p for p in places(held) if p != "引言"] == ["一", "二"]
        assert "指标：人均用电；单位：kWh；值：900" in text(held, "一")
        assert "首页" not in "".join(c.text for c in held.clauses)
    assert assemble(page).issued == "2024-02-03"


@pytest.mark.slow
@pytest.mark.parametrize("family", ["standard", "regulation", "policy"])
def test_word_and_pdf_give_the_same_clauses(
    request: pytest.FixtureRequest, write_docx: Callable[..., Path], convert: Callable[..., Path], family: str
) -> None:
    word = write_docx(request.getfixturevalue(family))
    a, b = assemble(word), assemble(convert(word, "pdf"))
    assert [(c.locator, c.heading, c.text) for c in a.clauses[1:]] == [
        (c.locator, c.heading, c.text) for c in b.clauses[1:]
    ]
