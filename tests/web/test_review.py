"""The page 核查 in a real browser: a filing with its reports, a compound's figures, a clause by its number."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from assistant.review.items import check
from assistant.web.language import english
from assistant.web.place import Place
from assistant.web.review import judged, measured
from corpus.library import Corpus
from tools.assess import assess, read_text

OpenPage = Callable[..., Any]
PATH = "/check"
FILING = (
    "一、依据\n"
    "《公共建筑室内温度控制管理办法》第三条规定夏季室内温度不得低于24℃。\n"
    "按照节能条例第十四条，公共机构应当实行能源消费计量制度。\n"
    "《公共机构节能条例》第五十条对此作出了规定。\n"
    "充电桩按照《不存在的示例建设办法》第二条配置。"
)


class Held:
    """As much of an assistant as the views need."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus


@pytest.fixture
def place(corpus: Corpus) -> Place:
    return Place(Held(corpus))  # type: ignore[arg-type]


def filed(page: Any, text: str = FILING) -> None:
    page.fill("#review-text textarea", text)
    page.click("#review-start")
    page.wait_for_selector("#review-result .review-table")


def downloaded(page: Any, button: str, folder: Path) -> Path:
    page.locator(button).wait_for()
    with page.expect_download() as info:
        page.click(button)
    path = folder / str(info.value.suggested_filename)
    info.value.save_as(path)
    return path


# ---- without a browser ----------------------------------------------------------------------------------------------


def test_a_difference_is_marked_on_both_sides(place: Place, corpus: Corpus) -> None:
    html = judged(place, check(FILING.splitlines()[1], corpus))
    assert '<mark class="wrong">24℃</mark>' in html
    assert '<mark class="right">26℃</mark>' in html
    assert "<del>4</del><ins>6</ins>" in html


def test_nothing_of_a_filing_is_markup(place: Place, corpus: Corpus) -> None:
    html = judged(place, check("<img src=x onerror=alert(1)>《<b>示例</b>办法》第三条", corpus))
    assert "<img" not in html
    assert "<b>示例" not in html


def test_every_verdict_of_a_sheet_has_its_clause(place: Place, corpus: Corpus) -> None:
    html = measured(place, assess(read_text("夏季空调设定温度: 25 ℃"), corpus))
    assert html.count('data-verdict="') == html.count("/library?clause=")
    assert "低 1 ℃" in html


# ---- in a browser ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_filing_is_judged_filtered_and_downloaded(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(path=PATH)
    filed(page)
    assert "找到引用 4 处，作出判断 4 处，无法判断 0 处" in page.inner_text(".review-scope")
    rows = page.locator(".review-table tbody tr:visible")
    assert rows.count() == 4
    assert "26℃" in rows.nth(0).locator(".held mark").inner_text()
    page.click('[data-filter="right"]')
    assert rows.count() == 3
    assert page.get_attribute('[data-filter="right"]', "aria-pressed") == "false"
    page.click('[data-filter="no_reference"]')
    assert rows.count() == 4
    word = docx.Document(str(downloaded(page, "#review-docx", tmp_path)))
    assert [c.text.split("】")[0] for c in word.comments] == ["【内容有出入", "【正确", "【没有这一条", "【文件未收录"]
    book = CalamineWorkbook.from_path(str(downloaded(page, "#review-xlsx", tmp_path)))
    assert len(book.get_sheet_by_name("核对结果").to_python()) == 6
    table = downloaded(page, "#review-csv", tmp_path).read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(io.StringIO(table)))) == 6
    said = json.loads(downloaded(page, "#review-json", tmp_path).read_text(encoding="utf-8"))
    assert said["scope"]["references_found"] == 4


@pytest.mark.browser
def test_a_sentence_wrapped_over_lines_is_one(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    filed(page, "《公共建筑室内温度控制管理办法》第三条规定夏季\n室内温度不得低于24℃。")
    assert page.locator(".review-table tr[data-verdict=altered]:visible").count() == 1


@pytest.mark.browser
def test_a_word_filing_comes_back_with_comments(open_page: OpenPage, tmp_path: Path) -> None:
    filing = docx.Document()
    filing.add_heading("申报材料")
    filing.add_paragraph("依据《公共机构节能条例》第五十八条。")
    filing.save(str(tmp_path / "申报材料.docx"))
    page = open_page(path=PATH)
    page.set_input_files("#review-file input[type=file]", str(tmp_path / "申报材料.docx"))
    page.wait_for_selector("#review-file .file-preview")
    page.click("#review-start")
    page.wait_for_selector("#review-result .review-table")
    got = downloaded(page, "#review-docx", tmp_path)
    assert got.name == "申报材料-引用核对.docx"
    word = docx.Document(str(got))
    assert word.paragraphs[0].text == "申报材料"
    assert len(list(word.comments)) == 1


@pytest.mark.browser
def test_what_cannot_be_checked_is_one_line(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(path=PATH)
    page.click("#review-start")
    page.wait_for_selector("#review-result .notice.error")
    assert "没有可核对的内容" in page.inner_text("#review-result")
    (tmp_path / "假的.docx").write_bytes(b"not a document")
    page.set_input_files("#review-file input[type=file]", str(tmp_path / "假的.docx"))
    page.wait_for_selector("#review-file .file-preview")
    page.click("#review-start")
    page.wait_for_selector("#review-result .notice.error:has-text('打不开')")
    assert page.locator("#review-docx:visible").count() == 0
    assert "Traceback" not in page.inner_text("body")


@pytest.mark.browser
def test_a_compound_is_held_against_the_limits(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(path=PATH)
    page.get_by_role("tab", name="合规对照").click()
    blank = downloaded(page, ".review-template >> nth=0", tmp_path)
    rows = CalamineWorkbook.from_path(str(blank)).get_sheet_by_index(0).to_python()
    assert "夏季空调设定温度" in [row[0] for row in rows]
    (tmp_path / "数据.yaml").write_text("地区: 深圳\n夏季空调设定温度: 25 ℃\n", encoding="utf-8")
    page.set_input_files("#sheet-file input[type=file]", str(tmp_path / "数据.yaml"))
    page.wait_for_selector("#sheet-file .file-preview")
    page.click("#sheet-start")
    page.wait_for_selector("#sheet-result .review-measures")
    first = page.locator(".review-measures tbody tr:visible").first
    for shown in ("夏季空调设定温度", "25 ℃", "不符合", "低 1 ℃"):
        assert shown in first.inner_text()
    assert page.locator(".review-measures tr[data-verdict=no_data]:visible").count() == 0
    page.click('#sheet-result [data-filter="no_data"]')
    assert page.locator(".review-measures tr[data-verdict=no_data]:visible").count() > 5
    table = downloaded(page, "#sheet-csv", tmp_path).read_text(encoding="utf-8-sig")
    assert "不符合" in table
    assert "夏季空调设定温度" in table
    book = CalamineWorkbook.from_path(str(downloaded(page, "#sheet-xlsx", tmp_path)))
    assert book.get_sheet_by_index(0).to_python()[0][:5] == ["类别", "项目", "本单位", "指标", "判定"]


@pytest.mark.browser
def test_a_figure_that_cannot_be_read_keeps_what_was_written(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    page.get_by_role("tab", name="合规对照").click()
    page.fill("#sheet-text textarea", "夏季空调设定温度：三只苹果")
    page.click("#sheet-start")
    page.wait_for_selector("#sheet-result .notice.error")
    assert "夏季空调设定温度" in page.inner_text("#sheet-result")
    assert page.input_value("#sheet-text textarea") == "夏季空调设定温度：三只苹果"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(open_page: OpenPage, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path=PATH, scheme=scheme)
    filed(page)
    page.wait_for_timeout(300)
    faults = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    page.get_by_role("tab", name="合规对照").click()
    page.fill("#sheet-text textarea", "夏季空调设定温度: 25 ℃")
    page.click("#sheet-start")
    page.wait_for_selector("#sheet-result .review-measures")
    page.wait_for_timeout(300)
    faults += [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in faults] == []


@pytest.mark.browser
def test_the_page_in_english(open_page: OpenPage) -> None:
    page = open_page(path=f"/en{PATH}")
    filed(page)
    assert "4 references found" in page.inner_text(".review-scope")
    assert "Altered" in page.inner_text(".review-filters")
    assert english()["核查材料"] == page.inner_text(".review-head h2")


@pytest.mark.browser
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, path=PATH)
    filed(page)
    assert page.evaluate("document.querySelector('.page').scrollWidth") <= 390
    assert page.locator(".review-filter").first.bounding_box()["height"] >= 24
