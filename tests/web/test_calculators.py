"""The page 计算器 in a real browser, over the real calculators: forms, results, files, tables; and its parts without one."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.records import calculated
from assistant.web import batches
from assistant.web.calculators import catalogue
from assistant.web.form import form, recomputable, recomputed, services
from assistant.web.language import english
from corpus.errors import InputError, MissingInput
from tools.calculator import calculators
from tools.factors import get
from tools.stages import stages

OpenPage = Callable[..., Any]
PATH = "/calculators"
TOTAL = ".calc-result .total"


class Here:
    """A place as the services need it."""

    language = "zh"


def service(name: str) -> Any:
    return next(each for each in services(Here()) if each.__name__ == name)  # type: ignore[arg-type]


# ---- without a browser -----------------------------------------------------------------------------------------------


def test_every_calculator_is_listed_once_with_examples_that_compute() -> None:
    assert set(catalogue()) == set(calculators())
    for name, listed in catalogue().items():
        assert listed.examples
        for example in listed.examples:
            assert calculated(name, dict(example.inputs))["total"]["value"] > 0


@pytest.mark.parametrize("tool", calculators())
def test_a_form_has_every_input_of_its_calculator_with_unit_example_and_default(tool: str) -> None:
    html = form(tool)
    for item in calculators()[tool].inputs:
        assert len(re.findall(rf'name="{item.name}"', html)) == 1
        assert item.label in html
        block = html.split(f'data-field="{item.name}"')[1].split("data-field")[0]
        assert ("必填" in block) == item.required
        assert ("不填就取" in block) == (item.default is not None or item.default_factor is not None)
    assert len(re.findall(r'<label for="([^"]+)"', html)) == len(set(re.findall(r'id="([^"]+-\w+)"\s+name=', html)))


def test_a_default_from_a_factor_is_shown_with_its_figure_and_source() -> None:
    factor = get("travel.ev.kwh")
    block = form("charging").split('data-field="consumption"')[1].split("data-field")[0]
    assert factor.figure in block.replace("₂", "2")


def test_recomputing_gives_the_card_of_the_new_inputs() -> None:
    inputs = {"electricity": "12 万度", "region": "", "year": "2023年"}
    assert (
        "53,028" in recomputed("electricity", inputs)
        or "53.03" in recomputed("electricity", inputs)
        or "53" in recomputed("electricity", inputs)
    )
    with pytest.raises(MissingInput) as missing:
        recomputed("electricity", {"electricity": " "})
    assert missing.value.field == "electricity"
    with pytest.raises(InputError, match="太长"):
        recomputed("electricity", {"electricity": "1" * 501})


def test_a_card_carries_its_form_with_what_was_given() -> None:
    html = str(recomputable(calculated("meeting", {"attendees": "80 人", "legs": "20人坐高铁来回120公里"})))
    assert 'class="working"' in html
    assert 'data-tool="meeting"' in html
    opened, folded = html.split('<details class="calc-more"')
    assert 'value="80 人"' in opened
    assert "20人坐高铁来回120公里</textarea>" in opened
    assert 'name="hotel"' in folded


def test_what_a_person_typed_is_never_markup() -> None:
    html = form("meeting", {"attendees": '"><script>x</script>', "legs": "</textarea><img src=x>"})
    assert "<script>" not in html
    assert "<img" not in html


def test_services_answer_with_a_line_and_name_every_field_at_fault() -> None:
    answer = service("recomputed")(
        {"tool": "meeting", "inputs": {"attendees": "80 千克", "meals": "好", "water": "3 瓶"}}
    )
    assert set(answer["faults"]) == {"attendees", "meals"}
    assert service("recomputed")({"tool": "refrigerant", "inputs": {"refill": "3 千克"}})["field"] == "kind"
    for sent in ({}, {"tool": "none"}, {"tool": "meeting", "inputs": [1]}, {"tool": "meeting", "inputs": {"x": {}}}):
        assert service("recomputed")(sent)["fault"]
    assert service("understood")({"tool": "meeting", "field": "attendees", "text": "9" * 999})["fault"]
    said = service("understood")({"tool": "meeting", "field": "duration", "text": "半天"})
    assert said == {"shown": "4 小时", "notes": "“半天”按每天 8 小时计，为 4 小时", "fault": ""}


def test_every_phrase_of_the_page_has_its_english() -> None:
    templates = Path(batches.__file__).parent / "templates"
    phrases = set()
    for name in (
        "calculators",
        "calculator",
        "calculator_form",
        "calculator_after",
        "calculator_card",
        "batch",
        "batch_progress",
    ):
        text = (templates / f"{name}.html").read_text(encoding="utf-8")
        phrases |= {found[1] for found in re.findall(r"say\(\s*([\"'])(.*?)\1\s*\)", text)}
        for table in re.findall(r"say\(\{(.*?)\}\[use\]", text):
            phrases |= set(re.findall(r': "(.*?)"', table))
    for listed in catalogue().values():
        phrases |= {listed.scene, listed.spec.title, listed.summary}
        phrases |= {example.title for example in listed.examples} | {item.label for item in listed.spec.inputs}
    assert phrases - english().keys() == set()


def institutions(path: Path, rows: int = 200) -> Path:
    """A table in which the third and the last row cannot be computed."""
    lines = ["单位名称,用电量(万度),天然气（万立方米）,建筑面积（平方米）"]
    for n in range(1, rows + 1):
        used = {3: "一百吨", rows: "-5"}.get(n, str(n))
        lines.append(f"第{n}机关,{used},1,10000")
    path.write_text("\n".join(lines), encoding="gb18030")
    return path


def test_a_table_is_shown_with_failed_rows_total_and_ranking(tmp_path: Path) -> None:
    last = list(stages("inventory", institutions(tmp_path / "a.csv")))[-1]
    html = batches.view(last, {"year": "2024年"})
    assert "200 行，算出 198 行，未计入 2 行" in html
    assert "第3机关" in html
    assert "一百吨" in html
    assert html.index('<th scope="row">第199机关') < html.index('<th scope="row">第198机关')
    assert "每一行：数据年份 2024年" in html


# ---- in the browser --------------------------------------------------------------------------------------------------


def field(page: Any, name: str) -> Any:
    return page.locator(f'.calc-main > .calc-form [data-field="{name}"]')


def said(page: Any, name: str, text: str) -> str:
    """Type into a field as a person does and wait for what is said below it."""
    entry = field(page, name).locator("input, textarea")
    entry.fill("")
    entry.press_sequentially(text)
    line = field(page, name).locator(".calc-said:not(:empty)")
    line.wait_for()
    page.wait_for_timeout(500)
    return str(line.inner_text())


def computed(page: Any) -> str:
    page.locator(".calc-result .working").wait_for()
    return str(page.inner_text(TOTAL))


@pytest.mark.browser
def test_a_form_is_found_filled_computed_and_recomputed(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    page.fill("[data-filter]", "汽油")
    assert page.locator("[data-name]:visible").count() == 3
    page.fill("[data-filter]", "没有的")
    assert page.locator(".calc-none").is_visible()
    page.fill("[data-filter]", "用电碳")
    page.click("[data-name=electricity]")
    page.wait_for_selector(".calc-form")
    assert page.url.endswith("/calculators?name=electricity")
    assert said(page, "electricity", "12 万度") == "= 120,000 千瓦时"
    field(page, "year").locator("input").fill("2023年")
    page.get_by_role("button", name="开始计算", exact=True).click()
    expected = calculated("electricity", {"electricity": "12 万度", "year": "2023年"})["total"]
    assert expected["value"] == pytest.approx(53.028)
    assert "53" in computed(page)
    assert page.locator(".calc-result .steps tbody tr").count() > 0
    page.locator(".calc-result .chart .main-svg").first.wait_for()
    field(page, "electricity").locator("input").fill("24 万度")
    page.keyboard.press("Tab")
    page.wait_for_function(f"document.querySelector('{TOTAL}').innerText.includes('106')")
    assert "106" in page.inner_text(".calc-main > .calc-form .calc-busy")


@pytest.mark.browser
def test_a_wrong_unit_is_one_line_that_names_the_field_and_what_fits(open_page: OpenPage) -> None:
    page = open_page(path=f"{PATH}?name=meeting")
    page.wait_for_selector(".calc-form")
    line = said(page, "attendees", "80 千克")
    for word in ("参会人数", "质量（80 千克）", "这里要人数"):
        assert word in line
    assert "\n" not in line
    assert field(page, "attendees").locator("input").get_attribute("aria-invalid") == "true"
    page.get_by_role("button", name="开始计算", exact=True).click()
    page.wait_for_timeout(700)
    assert page.locator(".calc-result .working").count() == 0
    assert page.evaluate("document.activeElement.name") == "attendees"
    assert said(page, "attendees", "80 人") == "= 80 人"
    page.get_by_role("button", name="开始计算", exact=True).click()
    page.locator(".calc-fault:visible").wait_for()
    assert "请至少给出" in page.inner_text(".calc-fault:visible")


@pytest.mark.browser
def test_an_example_and_a_sentence_fill_the_form(open_page: OpenPage) -> None:
    page = open_page(path=f"{PATH}#meeting")
    page.wait_for_selector(".calc-form")
    page.locator("[data-example]").first.click()
    first = computed(page)
    assert field(page, "duration").locator("input").input_value() == "半天"
    assert field(page, "duration").locator(".calc-said").inner_text().startswith("= 4 小时")
    page.fill("#calc-sentence", "120人开一天会，会场300平方米，住40间夜")
    page.get_by_role("button", name="填入").click()
    page.wait_for_function(f"![undefined, {first!r}].includes(document.querySelector('{TOTAL}')?.innerText)")
    assert field(page, "hotel").locator("input").input_value() == "40间夜"
    assert field(page, "legs").locator("textarea").input_value() == ""
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    assert computed(page)
    assert field(page, "hotel").locator("input").input_value() == "40间夜"


@pytest.mark.browser
def test_results_download_and_clauses_open(open_page: OpenPage, tmp_path: Path) -> None:
    import docx
    import openpyxl

    page = open_page(path=f"{PATH}?name=charging&spaces=200个车位&ratio=sz20")
    assert "40 个充电桩" in computed(page)
    with page.expect_download() as workbook:
        page.click("[data-write=xlsx]")
    workbook.value.save_as(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["输入", "因子", "计算", "结果"]
    assert any(str(cell.value).startswith("=") for row in book["计算"].iter_rows() for cell in row)
    with page.expect_download() as report:
        page.click("[data-write=docx]")
    report.value.save_as(tmp_path / "a.docx")
    assert "40" in "\n".join(p.text for p in docx.Document(str(tmp_path / "a.docx")).paragraphs)
    page.locator(".sources .source").first.click()
    page.wait_for_selector("dialog[open] .clause blockquote")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog:not([open])", state="attached")
    assert page.evaluate("document.activeElement.className").startswith("source")


@pytest.mark.browser
def test_a_table_of_200_rows_with_two_bad_ones(open_page: OpenPage, tmp_path: Path) -> None:
    import openpyxl

    page = open_page(path=f"{PATH}?name=inventory")
    page.click(".calc-batch > summary")
    with page.expect_download() as blank:
        page.click("[data-blank]")
    blank.value.save_as(tmp_path / "blank.xlsx")
    assert openpyxl.load_workbook(tmp_path / "blank.xlsx")["数据"]["A1"].value == "单位名称"
    page.set_input_files("[data-file]", institutions(tmp_path / "机关.csv"))
    assert page.inner_text(".calc-drop").strip() == "机关.csv"
    page.get_by_role("button", name="成批计算").click()
    result = page.locator(".calc-table-result")
    result.locator(".working").wait_for()
    text = result.inner_text()
    assert "200 行，算出 198 行，未计入 2 行" in text
    bad = result.locator(".calc-rows.bad tbody tr")
    assert [row.split("\t")[:2] for row in bad.all_inner_texts()] == [["4", "第3机关"], ["201", "第200机关"]]
    result.locator(".chart .main-svg").first.wait_for()
    with page.expect_download() as rows:
        page.click("[data-rows=xlsx]")
    rows.value.save_as(tmp_path / "rows.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "rows.xlsx").active
    assert sheet.max_row == 201
    assert sheet["B2"].value == "第1机关"


@pytest.mark.browser
def test_a_table_that_cannot_be_used_is_one_line_and_nothing_is_lost(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(path=f"{PATH}?name=electricity")
    page.wait_for_selector(".calc-form")
    page.click(".calc-batch > summary")
    wrong = tmp_path / "a.csv"
    wrong.write_text("单位名称,用电量(人)\n甲,3\n", encoding="utf-8")
    table = page.locator("form[data-table]")
    for name, content, line in (
        ("a.csv", "单位名称,用电量(人)\n甲,3\n".encode(), "“用电量(人)”列的单位不对"),
        ("b.csv", b"", "b.csv"),
        ("c.xlsx", b"PK broken", "c.xlsx 打不开"),
        ("../d.pdf", b"x", "不认得 d.pdf 的格式"),
    ):
        page.set_input_files("[data-file]", {"name": name, "mimeType": "text/csv", "buffer": content})
        table.locator(".calc-compute").click()
        page.wait_for_function(
            "text => document.querySelector('[data-table] .calc-fault').textContent.includes(text)", arg=line
        )
        assert "\n" not in table.locator(".calc-fault").inner_text()
        assert table.locator(".calc-compute").is_enabled()


@pytest.mark.browser
def test_the_page_in_english(open_page: OpenPage) -> None:
    page = open_page(path=f"/en{PATH}?name=electricity")
    page.wait_for_selector(".calc-form")
    assert page.locator(".calc-head h2").inner_text() == "Emissions of electricity"
    assert said(page, "electricity", "12 MWh") == "= 12,000 千瓦时"
    page.get_by_role("button", name="Calculate", exact=True).click()
    assert computed(page)
    assert page.get_by_role("button", name="Download Word report").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(open_page: OpenPage, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(path=f"{PATH}?name=meeting&attendees=80 千克", scheme=scheme)
    page.wait_for_selector(".wrong")
    page.click(".calc-more > summary >> nth=0")
    page.click(".calc-batch > summary")
    page.locator("[data-example]").first.click()
    computed(page)
    page.locator(".calc-result .chart .main-svg").first.wait_for()
    page.wait_for_timeout(300)
    found = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found] == []


@pytest.mark.browser
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, path=f"{PATH}?name=meeting")
    page.wait_for_selector(".calc-form")
    assert page.locator(".calc-list").is_hidden()
    page.locator("[data-example]").first.click()
    computed(page)
    assert page.evaluate("document.querySelector('.page').scrollWidth") <= 390
    page.click("[data-back]")
    page.wait_for_selector(".calc-list")
    assert page.url.endswith(PATH)


@pytest.mark.browser
def test_the_keyboard_alone_fills_and_computes(open_page: OpenPage) -> None:
    page = open_page(path=f"{PATH}?name=sinks")
    page.wait_for_selector(".calc-form")
    field(page, "green").locator("input").focus()
    page.keyboard.type("5000 平方米")
    page.keyboard.press("Enter")
    assert "975" in computed(page)


@pytest.mark.browser
def test_a_long_table_shows_progress_and_can_be_stopped(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(path=f"{PATH}?name=travel")
    page.wait_for_selector(".calc-form")
    page.click(".calc-batch > summary")
    rows = [f"第{n}机关,{n % 9 + 1}人坐高铁来回{100 + n}公里" for n in range(4000)]
    (tmp_path / "a.csv").write_text("\n".join(["单位名称,行程", *rows]), encoding="utf-8")
    page.set_input_files("[data-file]", tmp_path / "a.csv")
    page.get_by_role("button", name="成批计算").click()
    page.wait_for_function("document.querySelector('.calc-progress progress')?.value > 0")
    assert re.search(r"4000 行中的 \d+00 行", page.inner_text(".calc-progress"))
    page.get_by_role("button", name="停止").click()
    page.wait_for_timeout(800)
    assert page.inner_text(".calc-table-result") == ""
    assert page.get_by_role("button", name="成批计算").is_enabled()


@pytest.mark.browser
def test_a_fault_of_ours_is_one_line(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    page = open_page(path=f"{PATH}?name=sinks")
    page.wait_for_selector(".calc-form")
    monkeypatch.setattr("assistant.web.form.calculated", broken)
    monkeypatch.setattr("assistant.web.batches.computed", broken)
    field(page, "green").locator("input").fill("5000 平方米")
    page.keyboard.press("Enter")
    page.locator(".calc-fault:visible").wait_for()
    assert page.inner_text(".calc-fault:visible").startswith("程序出了问题")
    assert field(page, "green").locator("input").input_value() == "5000 平方米"
    page.click(".calc-batch > summary")
    page.set_input_files("[data-file]", institutions(tmp_path / "a.csv"))
    page.get_by_role("button", name="成批计算").click()
    page.locator("[data-table] .calc-fault:visible").wait_for()
    assert page.inner_text("[data-table] .calc-fault").startswith("程序出了问题")
    assert "secret" not in page.content()


@pytest.mark.browser
def test_what_was_typed_is_there_again_after_another_calculator(open_page: OpenPage) -> None:
    page = open_page(path=f"{PATH}?name=sinks")
    page.wait_for_selector(".calc-form")
    field(page, "green").locator("input").fill("5000 平方")
    page.click("[data-name=water]")
    page.wait_for_selector("[data-field=water]")
    page.click("[data-name=sinks]")
    page.wait_for_selector("[data-field=green]")
    assert field(page, "green").locator("input").input_value() == "5000 平方"


@pytest.mark.browser
def test_the_same_form_recomputes_a_calculation_inside_the_chat(open_page: OpenPage) -> None:
    page = open_page()
    page.fill("#question textarea", "80人开会，碳排放多少？")
    page.keyboard.press("Enter")
    card = page.locator(".turn [data-calculator]")
    card.locator(".calc-change > summary").click()
    card.locator(".calc-more > summary").click()
    meals = card.locator('[data-field="meals"] input')
    meals.fill("100 餐")
    page.keyboard.press("Tab")
    card.locator('[data-field="meals"] .calc-said', has_text="= 100 餐").wait_for()
    expected = calculated("meeting", {"attendees": "80 人", "meals": "100 餐"})["total"]["value"]
    card.locator("[data-result] .total strong", has_text=f"{expected:.0f}").wait_for()
