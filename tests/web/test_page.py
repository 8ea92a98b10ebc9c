"""The page in a real browser, over fixed answers: what a person sees, clicks and types."""

import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser

AIR = "夏天办公室空调最低开几度？"
OpenPage = Callable[..., Any]


def ask(page: Any, question: str) -> Any:
    """Type a question, send it with Enter, and wait for its answer; the turn comes back."""
    turns = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(turns)
    turn.locator(".answer, .notice").first.wait_for()
    page.locator("#question .submit-button").wait_for()
    return turn


def test_the_first_page_offers_examples_and_says_what_a_digest_is(open_page: OpenPage) -> None:
    page = open_page()
    assert page.title() == "近零碳机关助手"
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.locator(".example").count() >= 6
    assert "摘编，不是原文" in page.inner_text("#footer")
    assert page.locator("#clause-panel").is_visible()
    assert page.locator("footer:visible", has_text="Gradio").count() == 0


def test_a_citation_opens_its_clause_beside_the_chat(open_page: OpenPage) -> None:
    page = open_page()
    turn = ask(page, AIR)
    assert turn.locator(".as-typed").inner_text() == AIR
    assert "不低于 26 ℃" in turn.inner_text()
    assert page.locator(".welcome").is_hidden()
    turn.locator(".prose-text .mark").first.click()
    page.wait_for_selector(".clause blockquote")
    panel = page.inner_text("#clause-panel")
    marked = page.locator(".clause mark").all_inner_texts()
    assert any("26℃" in words for words in marked), marked
    assert not any("20℃" in words for words in marked), marked
    for shown in (
        "国办发〔2007〕42号",
        "国务院办公厅",
        "空调温度限值",
        "摘编，不是原文",
        "读过部分原文",
        "≥26 ℃",
        "状态",
    ):
        assert shown in panel
    assert page.locator(".source.open").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.click(".neighbours button:last-of-type")
    page.wait_for_selector(".clause:has-text('空调运行期间禁止开窗')")
    assert page.locator(".prose-text .mark.open").inner_text() == "2"
    page.click(".source >> nth=0")
    page.wait_for_selector(".clause:has-text('冬季不得高于20')")


def test_an_example_and_a_follow_up_are_asked_by_a_click(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name=AIR).click()
    page.wait_for_selector(".answer")
    page.locator("#question .submit-button").wait_for()
    page.click(".suggestions >> text=冬天呢？")
    page.wait_for_selector(".turn:nth-of-type(2) .answer.refusal")
    assert page.locator(".turn .question").nth(1).inner_text().endswith("冬天呢？")


def test_a_calculation_is_a_table_and_a_chart(open_page: OpenPage) -> None:
    page = open_page()
    turn = ask(page, "80人开会，碳排放多少？")
    assert turn.locator(".total strong").inner_text() == "412"
    assert turn.locator(".total").inner_text().endswith("千克CO₂e （380～450）")
    assert turn.locator(".steps tbody tr").count() == 2
    row = turn.locator(".steps tbody tr").first.inner_text()
    for shown in ("高铁", "人数 × 里程 × 因子", "20 人 × 240 km", "124.8 千克", "0.026", "2022年", "测试用来源"):
        assert shown in row
    assert "会期按半天 4 小时计" in turn.inner_text()
    assert "住宿未填，未计入" in turn.locator(".warnings").inner_text()
    turn.locator(".chart .main-svg").first.wait_for()
    assert turn.locator(".chart .bars path").count() == 2
    assert "用餐" in turn.locator(".chart").text_content()
    fonts = turn.locator(".chart text").first.evaluate("e => getComputedStyle(e).fontFamily")
    assert "Noto Sans CJK SC" in fonts


@pytest.mark.parametrize(
    ("question", "line"), [("出错", "没有看懂里程"), ("崩溃", "程序出了问题"), ("长" * 2001, "太长")]
)
def test_an_error_is_one_line_and_the_next_question_works(open_page: OpenPage, question: str, line: str) -> None:
    page = open_page()
    turn = ask(page, question)
    notice = turn.locator(".notice.error")
    assert line in notice.inner_text()
    assert "\n" not in notice.inner_text()
    body = page.inner_text("body")
    assert "Traceback" not in body
    assert "secret detail" not in body
    assert "ZeroDivision" not in body
    assert ask(page, AIR).locator(".mark").count() > 0


def test_a_question_that_cannot_be_used_goes_back_into_the_box(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "出错")
    assert page.input_value("#question textarea") == "出错"


def test_nothing_in_a_text_runs_or_loads(open_page: OpenPage) -> None:
    page = open_page()
    turn = ask(page, "攻击 <img src=http://evil.example/q.png onerror=window.hacked=1>")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert turn.locator("img, script, iframe, a").count() == 0
    assert "<script>" in turn.inner_text()
    assert "evil.example/q.png" in turn.locator(".question").inner_text()


def test_the_browser_itself_refuses_another_host(browser: Any, served: Any) -> None:
    page = browser.new_page()  # not through open_page, which takes the attempt for a request
    page.goto(served.address)
    blocked = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener("securitypolicyviolation", event => done(event.blockedURI));
            document.body.append(Object.assign(new Image(), {src: "http://evil.example/x.png"}));
        })"""
    )
    page.close()
    assert "evil.example" in blocked


def test_enter_sends_and_shift_enter_makes_a_line(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#question textarea")
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    assert page.input_value("#question textarea") == "第一行\n第二行"
    assert page.locator(".turn").count() == 0
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer")
    assert page.locator(".turn .question").inner_text().endswith("第一行\n第二行")
    assert page.input_value("#question textarea") == ""


def test_an_empty_question_is_not_sent(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    before = len(served.assistant.asked)
    page.fill("#question textarea", "   ")
    page.keyboard.press("Enter")
    page.wait_for_timeout(400)
    assert page.locator(".turn").count() == 0
    assert len(served.assistant.asked) == before


def test_keyboard_alone_opens_and_closes_a_clause(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    turn = ask(page, AIR)
    mark = turn.locator(".prose-text .mark").first
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".clause blockquote")
    page.keyboard.press("Escape")
    page.wait_for_selector("#clause-panel", state="hidden")
    assert mark.evaluate("e => e === document.activeElement")


def test_on_a_phone_the_clause_lies_over_the_chat(open_page: OpenPage) -> None:
    page = open_page(width=390, height=844)
    assert page.locator("#clause-panel").is_hidden()
    turn = ask(page, AIR)
    turn.locator(".prose-text .mark").first.click()
    page.wait_for_selector(".clause blockquote")
    box = page.locator("#clause-panel").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    page.get_by_role("button", name="关闭条款").click()
    page.wait_for_selector("#clause-panel", state="hidden")
    turn = ask(page, "80人开会，碳排放多少？")
    turn.locator(".chart .main-svg").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelector('#transcript').scrollWidth") <= 390
    assert page.locator("#question textarea").bounding_box()["y"] < 844


def test_the_system_s_dark_is_followed_and_can_be_changed(open_page: OpenPage) -> None:
    page = open_page(scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    assert dark == "rgb(18, 22, 20)"
    page.get_by_role("button", name="切换浅色或深色").click()
    assert page.evaluate(ground) == "rgb(246, 247, 244)"
    page.reload()
    page.wait_for_selector(".welcome .example")
    assert page.evaluate(ground) == "rgb(246, 247, 244)"


def test_two_tabs_are_two_conversations(open_page: OpenPage, served: Any) -> None:
    first = open_page()
    second = open_page(context=first.context)
    marker = len(served.assistant.asked)
    ask(first, "只在第一页")
    ask(second, "只在第二页")
    ask(first, "第一页再问")
    sessions = [session for _, session in served.assistant.asked[marker:]]
    assert sessions[0] == sessions[2] != sessions[1]
    assert all(session and len(session) > 20 for session in sessions)
    assert "只在第一页" not in second.inner_text(".turns")
    assert "只在第二页" not in first.inner_text(".turns")


def test_a_new_conversation_shows_and_remembers_nothing(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    ask(page, AIR).locator(".mark").first.click()
    page.wait_for_selector(".clause blockquote")
    assert "?c=page-" in page.url
    page.click("#history .begin")
    page.wait_for_selector(".welcome .example")
    assert page.locator(".turn").count() == 0
    page.wait_for_selector(".clause.empty")
    assert "?c=" not in page.url
    ask(page, "新的会话")
    assert served.assistant.asked[-1][1] != served.assistant.asked[-2][1]
    assert page.locator(".turn").count() == 1


def test_a_reload_goes_on_with_the_conversation(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    ask(page, AIR)
    ask(page, "80人开会，碳排放多少？")
    page.reload()
    page.wait_for_selector(".turn:nth-of-type(2) .total")
    assert page.locator(".as-typed").all_inner_texts() == [AIR, "80人开会，碳排放多少？"]
    page.locator(".turn").first.locator(".prose-text .mark").first.click()
    page.wait_for_selector(".clause mark")
    ask(page, "接着问")
    assert len({session for _, session in served.assistant.asked[-3:]}) == 1
    assert page.locator(".history li.here .when").inner_text().endswith("3 问")


def test_history_is_opened_renamed_exported_and_deleted(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "先说的事")
    first = page.url
    page.click("#history .begin")
    page.wait_for_selector(".welcome .example")
    ask(page, "后说的事")
    page.click(".history a:has-text('先说的事')")
    page.wait_for_selector(".turn .as-typed:has-text('先说的事')")
    assert page.url == first
    page.go_back()
    page.wait_for_selector(".turn .as-typed:has-text('后说的事')")
    item = page.locator(".history li", has_text="先说的事")
    item.locator("summary").click()
    with page.expect_download() as download:
        item.get_by_text("导出 Markdown").click()
    assert "先说的事" in download.value.path().read_text(encoding="utf-8")
    assert download.value.suggested_filename == "先说的事.md"
    item.locator("summary").click()
    item.get_by_text("改名").click()
    page.fill("#rename-field", "{{7*7}} ${alert(1)} <b>新名</b>")
    page.click("dialog[open] .main")
    page.wait_for_selector(".history .title:has-text('新名')")
    renamed = page.locator(".history li", has_text="新名")
    assert renamed.locator(".title").inner_text() == "{{7*7}} ${alert(1)} <b>新名</b>"
    renamed.locator("summary").click()
    renamed.get_by_text("删除").click()
    page.click("dialog[open] >> text=取消")
    assert renamed.count() == 1
    renamed.locator("summary").click()
    renamed.get_by_text("删除").click()
    page.click("dialog[open] .danger")
    renamed.wait_for(state="detached")
    assert page.locator(".turn").count() == 1  # the one that is open stays
    page.goto(first)
    page.wait_for_selector(".said:has-text('没有这个会话')")
    page.wait_for_selector(".welcome .example")
    assert "?c=" not in page.url


def test_a_question_is_edited_and_asked_again_from_there(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    ask(page, "第一问")
    ask(page, "第二问")
    ask(page, "第三问")
    second = page.locator(".turn").nth(1)
    second.locator("[data-edit]").click()
    assert second.locator("textarea").input_value() == "第二问"
    page.keyboard.press("Escape")
    assert second.locator("textarea").count() == 0
    second.locator("[data-edit]").click()
    second.locator("textarea").fill("改过的第二问")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn:nth-of-type(2) .answer:has-text('改过的第二问')")
    assert page.locator(".as-typed").all_inner_texts() == ["第一问", "改过的第二问"]
    page.locator("#question .submit-button").wait_for()
    page.locator(".turn").last.locator(".answer + * , .tools").first.wait_for()
    page.locator(".turn").last.locator("[data-again]").click()
    page.wait_for_timeout(600)
    assert page.locator(".as-typed").all_inner_texts() == ["第一问", "改过的第二问"]
    page.reload()
    page.wait_for_selector(".turn:nth-of-type(2)")
    assert page.locator(".as-typed").all_inner_texts() == ["第一问", "改过的第二问"]


def test_after_an_error_the_turns_are_still_counted_right(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "第一问")
    ask(page, "出错")
    ask(page, "第三问")
    page.locator(".turn").last.locator("[data-edit]").click()
    page.locator(".turn").last.locator("textarea").fill("改过的")
    page.locator(".turn").last.locator("form.edit .main").click()
    page.wait_for_selector(".answer:has-text('改过的')")
    page.reload()
    page.wait_for_selector(".turn:nth-of-type(2)")
    assert page.locator(".as-typed").all_inner_texts() == ["第一问", "改过的"]


def test_an_answer_is_copied_with_its_sources(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.address)
    turn = ask(page, AIR)
    turn.locator("[data-copy]").click()
    page.wait_for_selector(".said:has-text('已复制')")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("不低于 26 ℃。")
    assert "依据：" in text
    assert "国办发〔2007〕42号" in text


def test_what_a_reader_says_of_an_answer_is_kept(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    ask(page, "第一问")
    turn = ask(page, AIR)
    turn.locator("[data-useful=no]").click()
    form = turn.locator("form.feedback")
    for reason in ("依据不对", "数字不对", "没答到点", "其他"):
        assert form.get_by_label(reason).count() == 1
    form.get_by_label("依据不对").check()
    form.locator("textarea").fill("应引第三条 <b>")
    form.get_by_text("提交").click()
    page.wait_for_selector(".said:has-text('已记下')")
    (kept, *_) = served.assistant.feedback.latest(1)
    assert (kept["turn"], kept["useful"], kept["reasons"], kept["words"]) == (2, False, ["依据不对"], "应引第三条 <b>")
    assert kept["question"] == AIR
    page.reload()
    page.wait_for_selector(".turn:nth-of-type(2) [data-useful=no][aria-pressed=true]")
    page.locator(".turn").nth(1).locator("[data-useful=yes]").click()
    page.wait_for_selector(".said:has-text('已记下')")
    assert served.assistant.feedback.latest(1)[0]["useful"] is True


def test_a_note_about_the_answer_is_shown(open_page: OpenPage) -> None:
    assert "模型没有给出可用的回答" in ask(open_page(), "问模型").locator(".notice.about").inner_text()


def test_an_input_of_a_calculation_is_changed_in_place(open_page: OpenPage) -> None:
    page = open_page()
    turn = ask(page, "200个车位配多少充电桩？")
    assert turn.locator(".total strong").inner_text() == "40"
    turn.locator(".calc-change > summary").click()
    field = turn.locator('.calc-form [name="spaces"]')
    assert field.input_value() == "200个车位"
    field.fill("300个车位")
    turn.locator(".calc-form button[type=submit]").click()
    turn.locator(".total strong", has_text="60").wait_for()


def test_english_words_around_chinese_answers(open_page: OpenPage) -> None:
    page = open_page(path="/en/")
    page.wait_for_selector(".welcome .example")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.fill("#question textarea", AIR)
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer .sources")
    turn = page.locator(".turn").first
    for shown in ("Sources", "Copy", "Answer again", "Useful", "Digest"):
        assert shown in turn.inner_text()
    turn.locator(".prose-text .mark").first.click()
    page.wait_for_selector(".clause mark")
    assert "A digest, not the original" in page.inner_text("#clause-panel")
    assert "New conversation" in page.inner_text("#history")
    page.click(".brand .language")
    page.wait_for_selector(".welcome .example")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_stream_shows_what_is_said_and_stop_keeps_it(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    served.assistant.hold.clear()
    page.fill("#question textarea", "慢慢想")
    page.keyboard.press("Enter")
    page.wait_for_selector(".answer[aria-busy=true] strong:has-text('一句')")
    assert page.locator(".as-typed").inner_text() == "慢慢想"
    page.click("#question .stop-button")
    page.wait_for_selector(".notice.quiet:has-text('已停止')")
    assert "先说的一句" in page.inner_text(".turn .answer")
    served.assistant.hold.set()
    page.wait_for_timeout(800)
    assert "已停止" in page.inner_text(".turn")
    assert ask(page, AIR).locator(".mark").count() > 0


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light")]
)
def test_axe_finds_no_serious_fault(open_page: OpenPage, width: int, height: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(width=width, height=height, scheme=scheme)
    faults = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    turn = ask(page, AIR)
    ask(page, "80人开会，碳排放多少？")
    ask(page, "出错")
    turn.locator("[data-useful=no]").click()
    turn.locator("[data-edit]").click()
    if width > 1000:
        turn.locator(".prose-text .mark").first.click()
        page.wait_for_selector(".clause mark")
        page.locator(".history summary").first.click()
    page.wait_for_timeout(500)
    faults += [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    if width < 1000:
        page.click("[data-drawer]")
        page.wait_for_timeout(300)
        faults += [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in faults] == []


def test_two_hundred_turns_open_and_grow_quickly(open_page: OpenPage, served: Any) -> None:
    for n in range(200):
        served.assistant.ask(AIR if n % 3 else "80人开会，碳排放多少？", "page-long", owner="")

    def seconds(act: Callable[[], Any]) -> float:
        start = time.monotonic()
        act()
        return time.monotonic() - start

    page = open_page()

    def empty() -> None:
        page.goto(served.address)
        page.wait_for_selector(".history ul")

    bare = seconds(empty)
    ask(page, "热身")
    short = seconds(lambda: ask(page, "短会话里的一问"))

    def opened() -> None:
        page.goto(f"{served.address}/?c=page-long")
        page.wait_for_selector('.turn[data-turn="200"] .answer')

    # Machines differ, and so does what else they do: a long conversation is held against a short one.
    assert seconds(opened) < 3 + 2 * bare
    page.wait_for_selector(".chart .main-svg")  # the charting library is fetched and read once
    assert seconds(lambda: ask(page, "第二百零一问")) < 2 + 3 * short
    for _ in range(9):
        count = page.locator(".turn").count()
        page.click("[data-earlier]")
        page.wait_for_function(f"document.querySelectorAll('.turn').length > {count}")
    page.wait_for_function("document.querySelectorAll('.turn').length === 201")
    assert page.locator(".earlier").is_hidden()
    assert seconds(lambda: ask(page, "第二百零二问")) < 2 + 3 * short
