"""The page in a real browser, over fixed answers: what a person sees, clicks and types."""

import re
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
    assert turn.locator(".question").inner_text().endswith(AIR)
    assert "不低于 26 ℃" in turn.inner_text()
    assert page.locator(".welcome").is_hidden()
    turn.locator(".prose-text .mark").first.click()
    page.wait_for_selector(".clause blockquote")
    panel = page.inner_text("#clause-panel")
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


def test_two_tabs_are_two_sessions_and_see_nothing_of_each_other(open_page: OpenPage, served: Any) -> None:
    first = open_page()
    second = open_page(context=first.context)
    marker = len(served.assistant.asked)
    ask(first, "只在第一页")
    ask(second, "只在第二页")
    ask(first, "第一页再问")
    sessions = [session for _, session in served.assistant.asked[marker:]]
    assert sessions[0] == sessions[2] != sessions[1]
    assert all(session and len(session) > 20 for session in sessions)
    assert "只在第一页" not in second.content()
    assert "只在第二页" not in first.content()
    for page, own in ((first, sessions[0]), (second, sessions[1])):
        assert own not in page.content()


def test_clearing_forgets_the_turns_and_the_session(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    ask(page, AIR).locator(".mark").first.click()
    page.wait_for_selector(".clause blockquote")
    page.click("#clear")
    page.wait_for_selector(".welcome .example")
    assert page.locator(".turn").count() == 0
    page.wait_for_selector(".clause.empty")
    ask(page, "清空以后")
    assert served.assistant.asked[-1][1] != served.assistant.asked[-2][1]
    assert page.locator(".turn").count() == 1


def test_a_slow_answer_shows_progress_and_can_be_stopped(open_page: OpenPage, served: Any) -> None:
    page = open_page()
    served.assistant.hold.clear()
    page.fill("#question textarea", "慢慢想")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pending")
    assert page.locator(".turn .question").inner_text().endswith("慢慢想")
    page.click("#question .stop-button")
    page.wait_for_selector(".notice.quiet")
    served.assistant.hold.set()
    page.wait_for_timeout(500)
    assert re.search("已停止", page.inner_text(".turn"))
    assert ask(page, AIR).locator(".mark").count() > 0
