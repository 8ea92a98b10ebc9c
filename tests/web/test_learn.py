"""The page 学习 in a real browser: lessons, glossary, cards, quizzes, the plan; and that progress is a person's own."""

import gc
import re
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.learning import Course, open_progress
from assistant.learning.plan import days
from assistant.learning.progress import State
from assistant.learning.question import Question
from assistant.server.users import Role, Users
from assistant.web.language import english
from assistant.web.place import Place
from assistant.web.study import Round, Study
from corpus.errors import InputError
from corpus.library import Corpus
from corpus.model import Scene

OpenPage = Callable[..., Any]
PATH = "/learn"


class Noted(Course):
    """A course that keeps the questions it gave out: a page draws its own seed, so they cannot be made again."""

    given: tuple[Question, ...] = ()

    def review(self, owner: str, count: int, scenes: Iterable[Scene] = (), seed: int = 0) -> tuple[Question, ...]:
        self.given = super().review(owner, count, scenes, seed)
        return self.given


@pytest.fixture
def course(corpus: Corpus, tmp_path: Path) -> Iterator[Noted]:
    held = Noted(corpus, open_progress(tmp_path / "learning.sqlite"))
    yield held
    held.close()


@pytest.fixture
def open_learn(open_page: OpenPage, served: Any, course: Course) -> OpenPage:
    """Open the page over a course without any progress."""
    served.assistant.learning = course

    def opened(view: str = "", root: str = "", **more: Any) -> Any:
        page = open_page(path=f"{root}{PATH}{f'#{view}' if view else ''}", **more)
        page.wait_for_selector(".learn [data-look=overview]")
        return page

    return opened


@pytest.fixture
def study(course: Course) -> Study:
    class Assistant:
        learning = course

    return Study(Place(Assistant()))  # type: ignore[arg-type]


# ---- without a browser -----------------------------------------------------------------------------------------------


def test_every_phrase_of_the_page_has_its_english() -> None:
    from importlib import resources

    web = resources.files("assistant.web")
    held = english()
    for template in (web / "templates").iterdir():
        if template.name.startswith("learn"):
            text = template.read_text(encoding="utf-8")
            said = re.findall(r"""say\((["'])(.+?)\1\)""", text)
            missing = [phrase for _, phrase in said if phrase not in held]
            assert missing == [], template.name


def test_every_title_of_the_page_has_its_english(course: Course) -> None:
    titles = {outline.title for outline in course.outlines} | {outline.part for outline in course.outlines}
    titles |= {section.title for outline in course.outlines for section in course.lesson(outline.id).sections}
    titles |= {day.title for day in days()} | {scene.value for scene in Scene}
    assert titles - set(english()) == set()


def test_nothing_of_a_text_is_markup(study: Study) -> None:
    shown = study.view("terms/<img src=x onerror=alert(1)>", "")
    assert "<img" not in shown
    assert "&lt;img" in shown


@pytest.mark.parametrize("view", ["", "overview", "nowhere", "lessons", "lesson/part-5", "terms", "cards", "quiz/食堂"])
def test_every_address_has_a_view(study: Study, view: str) -> None:
    assert '<h2 tabindex="-1"' in study.view(view, "li")


def test_an_answer_counts_once_and_one_that_cannot_be_read_not_at_all(study: Study, course: Course) -> None:
    held = study.start("quiz", "食堂、停车场", "5", "", "li")
    assert len(held.questions) == 5
    unread = study.answer(held, "？？？", "li")
    assert unread.fault
    assert not unread.answered
    assert course.progress.cards("li") == {}
    question = held.questions[0]
    first = study.answer(unread, _right(question), "li")
    assert (first.right, first.missed) == (1, ())
    assert study.answer(first, _right(question), "li") == first
    assert course.progress.cards("li")[question.fact.id].reviews == 1


def test_the_end_of_a_quiz_ticks_its_item_off(study: Study, course: Course) -> None:
    held = study.start("quiz", "总体", "5", "1/quiz", "li")
    for question in held.questions:
        held = study.forward(study.answer(held, _right(question), "li"), "li")
    assert held.over
    assert course.ticks("li") == {"1/quiz"}
    assert course.ticks("wang") == frozenset()


def test_where_nothing_is_due_or_new_a_line_says_so(study: Study, course: Course) -> None:
    for fact in course.facts.values():
        if "停车场" in fact.scenes:
            course.rated("li", fact.id, "easy")
    with pytest.raises(InputError, match="没有到期"):
        study.start("cards", "停车场", "10", "", "li")
    assert study.start("cards", "停车场", "10", "", "wang").cards


@pytest.mark.browser
def test_a_choice_with_nothing_due_stays_chosen_and_says_so(open_learn: OpenPage, course: Course) -> None:
    for fact in course.facts.values():
        if "停车场" in fact.scenes:
            course.rated("", fact.id, "easy")
    page = open_learn("cards")
    page.check("input[name=scene][value=停车场]")
    page.check("input[name=count][value='20']")
    page.click(".learn-choose button")
    page.wait_for_selector(".learn-choose [role=alert]")
    assert "没有到期" in page.inner_text("[role=alert]")
    assert page.is_checked("input[name=scene][value=停车场]")
    assert page.is_checked("input[name=count][value='20']")


@pytest.mark.browser
def test_a_fault_of_ours_is_one_line_and_the_page_goes_on(
    open_learn: OpenPage, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_learn()
    page.wait_for_selector(".learn-days")
    with monkeypatch.context() as patch:
        patch.setattr(course, "overview", lambda _: 1 / 0)
        page.click("[data-look=overview] >> nth=0")
        page.wait_for_selector(".learn [role=alert]")
    shown = page.inner_text("body")
    assert "程序出了问题" in shown
    assert "ZeroDivision" not in shown
    assert "Traceback" not in shown
    page.click("text=回到总览")
    page.wait_for_selector(".learn-days")


def test_what_a_browser_makes_up_changes_nothing(study: Study) -> None:
    held = study.start("cards", "停车场、火星", "9999", "", "li")
    assert len(held.cards) == 10
    assert study.rate(held, "perfect", "li") == held
    assert study.rate(Round(), "good", "li") == Round()
    with pytest.raises(InputError):
        study.forward(Round(cards=held.cards[:1], item="99/quiz"), "li")


def _right(question: Question) -> str:
    if question.kind == "fill":
        return question.answer
    return "ABCD"[[o.right for o in question.options].index(True)]


# ---- in a browser ----------------------------------------------------------------------------------------------------


def asked(page: Any, course: Noted) -> Question:
    """The question on the page."""
    fact = page.locator("[data-question]").get_attribute("data-question")
    (question,) = (q for q in course.given if q.fact.id == fact)
    assert question.text == page.inner_text("[data-question] h2")
    return question


def answer(page: Any, question: Question, *, right: bool) -> None:
    """Answer the question on the page."""
    if question.kind == "fill":
        page.fill("#learn-answer", question.answer if right else f"{question.answer}7")
        page.keyboard.press("Enter")
    else:
        at = [option.right for option in question.options].index(right)
        shown = page.locator("[data-answer]").nth(at)
        assert shown.locator("span").last.inner_text() == question.options[at].text
        shown.click()
    page.wait_for_selector(".learn-verdict")


@pytest.mark.browser
def test_a_wrong_answer_is_explained_by_its_clause_and_progress_survives_a_reload(
    open_learn: OpenPage, course: Noted
) -> None:
    page = open_learn("quiz")
    page.check("input[name=scene][value=停车场]")
    page.check("input[name=count][value='5']")
    page.click(".learn-choose button")
    page.wait_for_selector("[data-question]")
    for number in range(5):
        question = asked(page, course)
        answer(page, question, right=number > 0)
        verdict = page.inner_text(".learn-verdict")
        assert ("答错了" in verdict) == (number == 0)
        if number == 0:
            assert question.answer in verdict
            clause = course.corpus.get(question.key)
            assert clause.text in page.inner_text(".learn")
            page.locator(f'[data-open="{question.key}"]').first.click()
            page.wait_for_selector(".clause[data-clause]")
            assert clause.text in page.inner_text("#clause-panel").replace("\n", "") or clause.text in page.inner_text(
                "#clause-panel blockquote"
            )
        page.click("[data-forward]")
        page.wait_for_selector("[data-question]:not(:has(.right)), .learn-score") if number < 4 else None
        page.wait_for_function("!document.querySelector('.learn-verdict')")
    assert page.inner_text(".learn-score").startswith("4 / 5")
    assert page.locator(".learn-missed li").count() == 1
    page.click("[data-look=overview] >> nth=0")
    page.wait_for_selector(".learn-sums")
    assert page.inner_text(".learn-sum.learning strong") == "5"
    page.reload()
    page.wait_for_selector(".learn-sums")
    assert page.inner_text(".learn-sum.learning strong") == "5"
    row = page.locator(".learn-table tr", has_text="停车场")
    assert row.locator("td").nth(2).inner_text() == "5"


@pytest.mark.browser
def test_a_figure_that_cannot_be_read_is_asked_again(open_learn: OpenPage, course: Noted) -> None:
    page = open_learn("quiz")
    page.click(".learn-choose button")
    for _ in range(10):
        page.wait_for_selector("[data-question]")
        question = asked(page, course)
        if question.kind == "fill":
            page.fill("#learn-answer", "很多")
            page.keyboard.press("Enter")
            page.wait_for_selector("#learn-fault")
            assert page.input_value("#learn-answer") == "很多"
            assert page.evaluate("document.activeElement.id") == "learn-answer"
        answer(page, question, right=True)
        assert "答对了" in page.inner_text(".learn-verdict")
        page.click("[data-forward]")
        page.wait_for_function("!document.querySelector('.learn-verdict')")
    assert page.inner_text(".learn-score").startswith("10 / 10")


@pytest.mark.browser
def test_a_tick_of_the_plan_survives_a_reload_and_can_be_taken_back(open_learn: OpenPage, course: Course) -> None:
    page = open_learn()
    page.wait_for_selector(".learn-days")
    assert page.locator(".learn-day").count() == 10
    page.check("#tick-1-lesson-part-1")
    page.wait_for_function("document.querySelector('.learn-day.today .learn-count').textContent.trim() === '1/4'")
    assert page.evaluate("document.activeElement.id") == "tick-1-lesson-part-1"
    page.reload()
    page.wait_for_selector(".learn-days")
    assert page.is_checked("#tick-1-lesson-part-1")
    page.click("[data-look='lesson/part-1']")
    page.wait_for_selector(".learn-opening")
    assert page.is_checked("#tick-1-lesson-part-1")
    page.uncheck("#tick-1-lesson-part-1")
    page.wait_for_timeout(500)
    page.go_back()
    page.wait_for_selector(".learn-days")
    assert not page.is_checked("#tick-1-lesson-part-1")
    assert course.ticks("") == frozenset()


@pytest.mark.browser
def test_a_lesson_opens_its_clauses_beside_it(open_learn: OpenPage, course: Course) -> None:
    page = open_learn("lesson/part-6")
    page.wait_for_selector(".learn-opening")
    shown = page.inner_text(".learn")
    assert "解读点名、没有给数值的指标：充电桩配置比例" in shown
    assert page.locator("#clause-panel").is_hidden()
    sources = page.locator(".learn-lines .learn-source")
    assert sources.count() == page.locator(".learn-lines li").count() > 8
    sources.nth(1).click()
    page.wait_for_selector(".clause[data-clause]")
    key = sources.nth(1).get_attribute("data-open")
    assert page.locator(".clause").get_attribute("data-clause") == key
    page.keyboard.press("Escape")
    page.wait_for_selector("#clause-panel", state="hidden")
    assert page.evaluate("document.activeElement.dataset.open") == key
    page.click("[data-look='lesson/part-7'] >> nth=0")
    page.wait_for_selector("h2:has-text('近零碳公务用车')")
    assert page.url.endswith("#lesson/part-7")
    page.reload()
    page.wait_for_selector("h2:has-text('近零碳公务用车')")


@pytest.mark.browser
def test_a_card_is_turned_and_rated_and_due_ones_come_first(open_learn: OpenPage, course: Course) -> None:
    fact = next(f for f in course.facts.values() if f.tier == 2)
    course.progress.review("", fact.id, "again", datetime.now(UTC) - timedelta(days=2))
    page = open_learn()
    page.wait_for_selector(".learn-sum.due strong:text('1')")
    page.get_by_role("button", name="复习 1 张到期卡片").click()
    page.wait_for_selector(f"[data-card='{fact.id}']")
    assert page.locator(".learn-solution").is_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.inner_text(".learn-solution") == fact.answer
    assert page.locator(".learn-rating").count() == 4
    page.click("[data-rate=easy]")
    page.wait_for_selector(f"[data-card]:not([data-card='{fact.id}'])")
    assert course.progress.cards("")[fact.id].reviews == 2


@pytest.mark.browser
def test_a_term_is_found(open_learn: OpenPage) -> None:
    page = open_learn("terms")
    page.fill("#learn-words", "標準煤")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]:has-text('找到')")
    assert page.locator(".learn-terms dt").first.inner_text() == "标准煤"
    page.fill("#learn-words", "龘")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=没有这个名词")


@pytest.mark.browser
def test_progress_is_cleared_only_after_it_was_confirmed(open_learn: OpenPage, course: Course) -> None:
    course.answered("", next(iter(course.facts)), right=True)
    course.answered("wang", next(iter(course.facts)), right=True)
    page = open_learn()
    page.wait_for_selector(".learn-reset")
    assert page.locator("[data-reset]").is_hidden()
    page.click(".learn-reset summary")
    page.click("[data-reset]")
    page.wait_for_selector(".learn-sum.learning strong:text('0')")
    assert course.overview("")[0].counts[State.NEW] == len(course.facts)
    assert course.overview("wang")[0].counts[State.LEARNING] == 1


@pytest.mark.browser
def test_the_page_in_english(open_learn: OpenPage) -> None:
    page = open_learn(root="/en")
    page.wait_for_selector(".learn-days")
    assert page.inner_text("h2") == "Learn"
    body = page.inner_text(".learn")
    for shown in ("Mastered", "Day 1", "Answer 5 questions", "Office building", "Clear my progress"):
        assert shown in body
    page.goto(f"{page.url.split('#')[0]}#lesson/part-8")
    page.wait_for_selector(".learn-opening")
    assert "Figures set by other documents" in page.inner_text(".learn")
    assert page.locator("[lang=zh-CN] >> text=油烟").count() > 0


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(open_learn: OpenPage, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_learn(scheme=scheme)
    page.wait_for_selector(".learn-days")
    found = _faults(Axe().run(page), "overview")
    for view, there in (
        ("lessons", ".learn-tile"),
        ("lesson/part-5", ".learn-opening"),
        ("terms", ".learn-terms"),
        ("quiz", ".learn-choose"),
    ):
        page.click("[data-look=overview] >> nth=0")
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_selector(there)
        found += _faults(Axe().run(page), view)
    page.click(".learn-choose button")
    page.wait_for_selector("[data-question]")
    found += _faults(Axe().run(page), "question")
    if page.locator("[data-answer]").count():
        page.click("[data-answer] >> nth=0")
    else:
        page.fill("#learn-answer", "1")
        page.keyboard.press("Enter")
    page.wait_for_selector(".learn-verdict")
    page.locator(".learn-source").first.click()
    page.wait_for_selector(".clause[data-clause]")
    found += _faults(Axe().run(page), "verdict")
    page.click("[data-look=cards]")
    page.wait_for_selector(".learn-choose")
    page.click(".learn-choose button")
    page.click("[data-flip]")
    found += _faults(Axe().run(page), "card")
    assert found == []


def _faults(results: Any, view: str) -> list[str]:
    return [
        f"{view}: {v['id']} {node['html'][:150]} {node['failureSummary'][:200]}"
        for v in results.response["violations"]
        if v["impact"] in {"serious", "critical"}
        for node in v["nodes"]
    ]


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 768, 1920])
def test_no_view_is_wider_than_its_screen(open_learn: OpenPage, width: int) -> None:
    page = open_learn(width=width, height=844)
    for view in ("overview", "lessons", "lesson/part-5", "terms", "cards"):
        page.evaluate("view => { location.hash = view; }", view)
        page.wait_for_selector(f'[data-view="{view}"]')
        assert page.evaluate("document.querySelector('#study .page').scrollWidth") <= page.evaluate(
            "document.querySelector('#study .page').clientWidth"
        )
        small = page.evaluate(
            """() => [...document.querySelectorAll('.learn button, .learn a, .learn input')]
                 .map((e) => e.closest('label') ?? e)
                 .filter((e) => e.checkVisibility() && Math.min(e.offsetHeight || 24, e.offsetWidth || 24) < 24)
                 .map((e) => e.outerHTML.slice(0, 80))"""
        )
        assert small == []


# ---- two people ------------------------------------------------------------------------------------------------------


class As:
    """Lets in whoever the browser says it is, in place of the gate of a real server."""

    def __init__(self, app: Any, users: Users) -> None:
        self._app = app
        self._users = users

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] in {"http", "websocket"}:
            name = dict(scope["headers"]).get(b"x-reader", b"").decode()
            scope["user"] = self._users.get(name)
        await self._app(scope, receive, send)


@pytest.fixture
def two_people(served: Any, course: Course, tmp_path: Path) -> Iterator[str]:
    import uvicorn
    from fastapi import FastAPI

    from assistant.web.app import mount

    users = Users(tmp_path / "users.json")
    for name in ("li", "wang"):
        users.add(name, Role.STAFF, "correct horse")
    served.assistant.learning = course
    with warnings.catch_warnings():
        # Gradio makes event loops while it builds a page and leaves them to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        app = FastAPI()
        mount(app, served.assistant, users)
        gc.collect()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(As(app, users), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.mark.browser
def test_one_person_sees_nothing_of_anothers_progress(browser: Any, two_people: str, course: Course) -> None:
    elsewhere: list[str] = []
    own = urlsplit(two_people).netloc

    def opened(name: str) -> Any:
        context = browser.new_context(locale="zh-CN", extra_http_headers={"x-reader": name})
        context.on("request", lambda r: None if urlsplit(r.url).netloc in {own, ""} else elsewhere.append(r.url))
        page = context.new_page()
        page.goto(f"{two_people}{PATH}")
        page.wait_for_selector(".learn-days")
        return page

    li = opened("li")
    li.check("#tick-1-lesson-part-1")
    li.wait_for_function("document.querySelector('.learn-day.today .learn-count').textContent.trim() === '1/4'")
    li.click("[data-start=cards]")
    li.click("[data-flip]")
    li.click("[data-rate=easy]")
    li.wait_for_function("document.querySelector('.learn-meter').value === 1")
    wang = opened("wang")
    assert not wang.is_checked("#tick-1-lesson-part-1")
    assert wang.inner_text(".learn-sum.mastered strong") == "0"
    wang.click(".learn-reset summary")
    wang.click("[data-reset]")
    wang.wait_for_selector(".learn-days")
    again = opened("li")
    assert again.is_checked("#tick-1-lesson-part-1")
    assert again.inner_text(".learn-sum.mastered strong") == "1"
    assert course.ticks("li") == {"1/lesson/part-1"}
    for page in (li, wang, again):
        page.context.close()
    assert elsewhere == []
