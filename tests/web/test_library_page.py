"""The page 资料库 in a real browser: documents, clauses, figures, versions, files put in by an administrator, searches."""

import gc
import json
import shutil
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.assistant import Assistant
from assistant.server.users import Role, Users
from assistant.settings import Settings
from assistant.web.language import english
from assistant.web.library import clause_card, compared, document_view, indicator_view
from assistant.web.place import Place
from corpus.indicators import conflicts, lookup
from corpus.library import Corpus

OpenPage = Callable[..., Any]
PATH = "/library"
RULES = "示例区机关用电管理办法\n示机管〔2024〕9号\n第一条 为了节约用电，制定本办法。\n第二条 示例暖风机在室温高于19℃时不得开启。\n第三条 本办法自2024年5月1日起施行。\n"


class Held:
    """As much of an assistant as the views need."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus


@pytest.fixture
def place(corpus: Corpus) -> Place:
    return Place(Held(corpus))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Office:
    """A server as an office runs it: the real assistant over data of its own, with accounts."""

    address: str
    settings: Settings
    assistant: Assistant


STAFF, ADMINISTRATOR, PASSWORD = "li", "guanli", "correct horse"


@pytest.fixture(scope="session")
def office(assistant: Assistant, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    import uvicorn

    from assistant.server.app import application

    folder = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(home, folder)
    settings = Settings(home=folder, rate_limit="0")
    users = Users(settings.users_path)
    users.add(STAFF, Role.STAFF, PASSWORD)
    users.add(ADMINISTRATOR, Role.ADMINISTRATOR, PASSWORD)
    own = Assistant.open(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        app = application(own, settings)
        gc.collect()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=3))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield Office(f"http://127.0.0.1:{listening.getsockname()[1]}", settings, own)
        server.should_exit = True
        thread.join(20)
    own.close()


@pytest.fixture
def enter(browser: Any, office: Office) -> Iterator[OpenPage]:
    """Sign in as somebody and open a page; afterwards no request may have gone to another host."""
    contexts = []
    elsewhere: list[str] = []
    own = urlsplit(office.address).netloc

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != own:
            elsewhere.append(request.url)

    def opened(name: str, path: str) -> Any:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        page.goto(office.address)
        password = page.locator("input[type=password]")
        password.wait_for()
        page.locator("input:not([type=hidden])").first.fill(name)
        password.fill(PASSWORD)
        password.press("Enter")
        page.wait_for_selector("#question textarea")
        page.goto(office.address + path)
        page.wait_for_selector("#header .brand")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []


# ---- without a browser ----------------------------------------------------------------------------------------------


def test_links_go_both_ways(place: Place) -> None:
    pointing = clause_card(place, "gd-air-pollution-regulation#第八十四条")
    assert 'data-clause="gd-air-pollution-regulation#第六十条"' in pointing
    assert 'data-clause="gd-air-pollution-regulation#第八十四条"' in clause_card(
        place, "gd-air-pollution-regulation#第六十条"
    )


def test_a_document_lists_every_clause(place: Place, corpus: Corpus) -> None:
    for document in corpus.documents[:20]:
        html = document_view(place, document.id)
        assert html.count("data-clause=") >= len(document.clauses)


def test_figures_that_disagree_stand_side_by_side(place: Place, corpus: Corpus) -> None:
    found = lookup(corpus, "碳排放")
    html = indicator_view(place, "碳排放", found)
    assert html.count("library-conflict") == len(conflicts(found)) > 0


def test_what_changed_between_two_documents(place: Place) -> None:
    html = compared(place, "extra-national-145-public-institution", "plan-145-energy-resources")
    assert 'data-verdict="added"' in html


# ---- in a browser, open to this machine -----------------------------------------------------------------------------


@pytest.mark.browser
def test_the_list_is_searched_and_chosen_from(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    rows = page.locator("#library-list tbody tr")
    everything = rows.count()
    assert everything > 100
    page.fill("#library-words textarea, #library-words input", "节能条例")
    page.wait_for_function("document.querySelectorAll('#library-list tbody tr').length < 10")
    assert "公共机构节能条例" in page.inner_text("#library-list")
    page.fill("#library-words textarea, #library-words input", "")
    page.fill("#library-years textarea, #library-years input", "2021")
    page.wait_for_function("document.querySelectorAll('#library-list tbody tr').length > 10")
    page.click("#library-region input")
    page.get_by_role("option", name="深圳").click()
    page.wait_for_function(
        "![...document.querySelectorAll('#library-list [data-label=地区]')].some(e => e.innerText !== '深圳')"
    )
    assert {int(cell) for cell in page.locator("#library-list td[data-label=年份]").all_inner_texts()} == {2021}
    page.fill("#library-years textarea, #library-years input", "去年")
    page.wait_for_selector("#library-list .notice:has-text('年份看不懂')")


@pytest.mark.browser
def test_a_document_opens_with_its_tree_and_its_address(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    page.click("a[data-document='reg-public-institution-energy-saving']")
    page.wait_for_selector(".library-document")
    assert page.url.endswith("?document=reg-public-institution-energy-saving")
    assert page.locator("#library-list:visible").count() == 0
    page.click(".library-tree a:has-text('第十四条')")
    page.wait_for_selector(".library-card:has-text('能源计量与监测')")
    assert page.evaluate("document.activeElement.closest('.library-card') !== null")
    page.reload()
    page.wait_for_selector(".library-card:has-text('能源计量与监测')")
    assert page.locator(".library-tree [aria-current]").count() == 1
    page.go_back()
    page.click("a[data-back]")
    page.wait_for_selector("#library-list tbody tr")


@pytest.mark.browser
def test_a_clause_links_to_the_clause_it_names(open_page: OpenPage) -> None:
    page = open_page(path=f"{PATH}?clause=gd-air-pollution-regulation%23第八十四条")
    page.click(".library-card .library-links a:has-text('第六十条')")
    page.wait_for_selector(".library-card h3:has-text('第六十条')")
    assert "第八十四条" in page.inner_text(".library-card .library-links")


@pytest.mark.browser
def test_figures_that_disagree_are_found_by_topic(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    page.get_by_role("tab", name="指标").click()
    page.get_by_role("button", name="碳排放", exact=True).click()
    page.wait_for_selector(".library-conflict:has-text('二氧化碳排放总量')")
    assert page.locator(".library-conflict >> nth=0").locator("li").count() > 1
    page.fill("#indicator-topic textarea, #indicator-topic input", "没有这种东西")
    page.keyboard.press("Enter")
    page.wait_for_selector("#indicator-result:has-text('没有找到这方面的指标')")


@pytest.mark.browser
def test_two_versions_are_compared_and_filtered(open_page: OpenPage) -> None:
    page = open_page(path=PATH)
    page.get_by_role("tab", name="版本对比").click()
    page.click("#version-start")
    page.wait_for_selector("#version-result .review-diff")
    shown = page.locator(".review-diff tbody tr:visible")
    before = shown.count()
    page.click('#version-result [data-filter="added"]')
    assert 0 < shown.count() < before


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(open_page: OpenPage, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faults: list[Any] = []

    def look(page: Any) -> None:
        page.wait_for_timeout(300)
        faults.extend(v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"})

    page = open_page(path=PATH, scheme=scheme)
    page.wait_for_selector("#library-list tbody tr")
    look(page)
    page.click("a[data-document='gd-air-pollution-regulation']")
    page.click(".library-tree a:has-text('第八十四条')")
    page.wait_for_selector(".library-card")
    look(page)
    page.get_by_role("tab", name="指标").click()
    page.get_by_role("button", name="碳排放", exact=True).click()
    page.wait_for_selector(".library-conflict")
    look(page)
    page.get_by_role("tab", name="版本对比").click()
    page.click("#version-start")
    page.wait_for_selector("#version-result .review-diff")
    look(page)
    page.get_by_role("tab", name="添加文件").click()
    page.wait_for_selector("#adding-files")
    look(page)
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in faults] == []


@pytest.mark.browser
def test_the_page_in_english(open_page: OpenPage) -> None:
    page = open_page(path=f"/en{PATH}")
    assert english()["添加文件"] in page.inner_text(".library-tabs")
    assert "documents," in page.inner_text("#library-list .review-scope")
    assert page.get_attribute("#library-list tbody a >> nth=0", "href").startswith("/en/library?document=")


@pytest.mark.browser
def test_on_a_phone_nothing_is_wider_than_the_screen(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844, path=f"{PATH}?clause=gd-air-pollution-regulation%23第八十四条")
    page.wait_for_selector(".library-card")
    assert page.evaluate("document.querySelector('.page').scrollWidth") <= 390


# ---- in an office with accounts -------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
def test_a_clause_is_found_by_its_number(enter: OpenPage) -> None:
    page = enter(STAFF, "/check")
    page.get_by_role("tab", name="按条号查").click()
    box = page.locator("#number-text textarea, #number-text input")
    for asked, shown in (
        ("节能条例第十四条", "能源计量与监测"),
        ("第6部分", "近零碳停车场"),
        ("国管节能〔2021〕426号 三（五）", "三（五）"),
    ):
        box.fill(asked)
        box.press("Enter")
        page.wait_for_selector(f"#number-result .library-card:has-text('{shown}')")
    box.fill("节能条例第五十条")
    box.press("Enter")
    page.wait_for_selector("#number-result .notice:has-text('最后一条是第四十三条')")


@pytest.mark.slow
@pytest.mark.browser
def test_a_search_is_looked_into(enter: OpenPage) -> None:
    page = enter(STAFF, PATH)
    page.get_by_role("tab", name="检索测试").click()
    box = page.locator("#trial-query textarea, #trial-query input")
    box.fill("夏天空调最低开几度")
    box.press("Enter")
    page.wait_for_selector("#trial-result .trial")
    assert "毫秒" in page.inner_text("#trial-result .review-scope")
    first = page.locator(".trial tbody tr").first
    assert "空调" in first.inner_text()
    for leg in ("排序器", "融合", "向量", "词面", "已知问法"):
        assert first.locator(f"td[data-label={leg}] b").count() == 1


@pytest.mark.slow
@pytest.mark.browser
def test_staff_are_refused_and_see_no_control(enter: OpenPage, office: Office) -> None:
    page = enter(STAFF, PATH)
    page.get_by_role("tab", name="添加文件").click()
    page.wait_for_selector("#adding-refusal:visible")
    assert "添加文件由管理员来做" in page.inner_text("#adding-refusal")
    assert page.locator("#adding, #adding-files").count() == 0
    # The page hides the control; the server refuses whoever calls its event all the same.
    said = page.evaluate(
        """async () => {
            const config = window.gradio_config;
            const files = config.components.find((c) => c.props.elem_id === "adding-files").id;
            const event = config.dependencies.find((d) => d.targets.some(([id, name]) => id === files && name === "upload"));
            const body = new FormData();
            body.append("files", new File(["第一条 试。"], "a.txt", { type: "text/plain" }));
            const [path] = await (await fetch("/gradio_api/upload", { method: "POST", body })).json();
            const data = [[{ path, orig_name: "a.txt", meta: { _type: "gradio.FileData" } }]];
            const session_hash = "refused" + Math.random();
            await fetch("/gradio_api/queue/join", {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify({ data, fn_index: event.id, session_hash }),
            });
            const events = await fetch("/gradio_api/queue/data?session_hash=" + session_hash);
            return await events.text();
        }"""
    )
    assert "添加文件由管理员来做" in said
    assert "process_completed" in said
    acts = [json.loads(line) for line in office.settings.audit_path.read_text(encoding="utf-8").splitlines()]
    assert [(a["user"], a["done"]) for a in acts if a["act"] == "corpus.add"][-1] == (STAFF, False)
    assert not list(office.settings.documents_path.glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.browser
def test_an_administrator_adds_a_file_and_answers_use_it(enter: OpenPage, office: Office, tmp_path: Path) -> None:
    path, twin, broken = tmp_path / "办法.txt", tmp_path / "副本.txt", tmp_path / "坏的.docx"
    twin.write_text(RULES, encoding="utf-8")
    path.write_text(RULES, encoding="utf-8")
    broken.write_bytes(b"nothing")
    page = enter(ADMINISTRATOR, PATH)
    page.get_by_role("tab", name="添加文件").click()
    page.wait_for_selector("#adding-files")
    page.set_input_files("#adding-files input[type=file]", [str(path), str(twin), str(broken)])
    page.wait_for_selector("#adding-put", timeout=60_000)
    assert "坏的.docx" in page.inner_text("#adding-log")
    assert "内容相同，只添加一份" in page.inner_text("#adding-log")
    number = page.locator("#adding-number textarea, #adding-number input")
    assert number.input_value() == "示机管〔2024〕9号"
    effective = page.locator("#adding-effective textarea, #adding-effective input")
    assert effective.input_value() == "2024-05-01"
    effective.fill("五月")
    page.click("#adding-put")
    page.wait_for_selector("#adding-log:has-text('日期')")
    assert number.input_value() == "示机管〔2024〕9号"
    effective.fill("2024-05-02")
    page.click("#adding-put")
    page.wait_for_selector("#adding-log:has-text('现在就能查到和引用')", timeout=120_000)
    assert "示例暖风机" in office.assistant.ask("示例暖风机室温多少度不得开启？").text
    page.get_by_role("tab", name="文件", exact=True).click()
    page.fill("#library-words textarea, #library-words input", "示机管")
    page.wait_for_selector("#library-list a:has-text('示例区机关用电管理办法')")
    page.get_by_role("tab", name="添加文件").click()
    page.set_input_files("#adding-files input[type=file]", str(path))
    page.wait_for_selector("#adding-log:has-text('内容相同，没有重复添加')", timeout=60_000)
    acts = [json.loads(line) for line in office.settings.audit_path.read_text(encoding="utf-8").splitlines()]
    assert [a["user"] for a in acts if a["act"] == "corpus.add" and a["done"]] == [ADMINISTRATOR]
    (held,) = office.settings.documents_path.glob("*.yaml")
    assert "2024-05-02" in held.read_text(encoding="utf-8")
