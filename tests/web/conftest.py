"""A page served by a real server around a small assistant of fixed answers, opened in a real browser."""

import gc
import json
import os
import shutil
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.answer import Answer, citation
from assistant.conversation.export import markdown
from assistant.conversation.store import open_store
from assistant.feedback import Rating, open_feedback
from corpus.errors import InputError, UnknownConversation
from corpus.library import Corpus, load
from tools.calculator import run, to_json

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


MEETING: dict[str, Any] = {
    "tool": "meeting",
    "title": "会议碳足迹",
    "inputs": {"attendees": "80 人"},
    "total": {"label": "会议排放", "value": 412.345, "unit": "kg", "of": "CO2e"},
    "range": {"low": 380.0, "high": 450.0},
    "steps": [
        {
            "label": "高铁",
            "formula": "人数 × 里程 × 因子",
            "substitution": "20 人 × 240 km × 0.026 kg/(人·km)",
            "value": 124.8,
            "unit": "kg",
            "factor_id": "rail",
        },
        {"label": "用餐", "formula": "人次 × 因子", "substitution": "80 × 3.6", "value": 287.545, "unit": "kg", "factor_id": None},
    ],
    "breakdown": [
        {"label": "用餐", "value": 287.545, "unit": "kg", "of": "CO2e", "share": 0.7, "low": 250, "high": 320, "note": None},
        {"label": "高铁", "value": 124.8, "unit": "kg", "of": "CO2e", "share": 0.3, "low": 120, "high": 130, "note": None},
    ],
    "excluded": [{"label": "住宿", "reason": "半天会，不住宿"}],
    "factors": [
        {"id": "rail", "name": "高铁", "value": 0.026, "unit": "kg/(人·km)", "of": "CO2e", "per": "人·km", "region": "全国",
         "year": 2022, "source": "测试用来源", "confidence": "", "note": None},
    ],
    "assumptions": ["会期按半天 4 小时计"],
    "warnings": ["住宿未填，未计入"],
    "comparison": [],
    "next_step": "填写住宿晚数可得到更完整的结果。",
    "clauses": [],
}  # fmt: skip

HOSTILE = (
    "<script>window.hacked=1</script><img src='http://evil.example/a.png' onerror='window.hacked=1'> "
    "![x](http://evil.example/b.png) [点我](javascript:window.hacked=1) <http://evil.example/c> "
    '<iframe src="http://evil.example/d"></iframe>'
)


@dataclass
class FixedAssistant:
    """Stands in for the core: same calls, answers written here over the real corpus; conversations are really kept."""

    corpus: Corpus
    folder: Path
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    registers: list[Any] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.store = open_store(self.folder / "conversations.sqlite")
        self.feedback = open_feedback(self.folder / "feedback.sqlite")

    def ask(
        self,
        question: str,
        session: str | None = None,
        as_of: Any = None,
        *,
        owner: str = "",
        register: Any = None,
        after: int | None = None,
    ) -> Answer:
        self.asked.append((question, session))
        self.registers.append(register)
        if len(question) > 2000:
            raise InputError("问题太长，请控制在 2000 字以内。")
        answer = self._answer(question)
        if session:
            thread = self._thread(session, owner)
            n = (self.store.count(thread) if after is None else after) + 1
            self.store.note(thread, owner, session, n, question, answer.to_json(), {})
            if after is not None:
                self.feedback.forget(owner, session, after)
        return answer

    def _answer(self, question: str) -> Answer:
        if "空调" in question:
            keys = ("notice-ac-temperature-2007#二/空调温度限值", "notice-ac-temperature-2007#二/空调运行时不开窗")
            held = [self.corpus.get(key) for key in keys]
            marks = tuple(citation(n, c, self.corpus.document_of(c)) for n, c in enumerate(held, 1))
            text = "**不低于 26 ℃**。公共建筑夏季室内空调**不得**设得低于 26 ℃ [1]。\n\n- 空调运行期间一般禁止开窗 [2]。[7]"
            return Answer(question, "answer", text, marks, suggestions=("冬天呢？",))
        if "碳排放" in question:
            return Answer(question, "calculation", "这场会约排放 **412 kg CO₂e**。", calculations=(MEETING,))
        if "充电桩" in question:
            made = to_json(run("charging", {"spaces": "200个车位", "ratio": "sz20"}))
            return Answer(question, "calculation", "要配 **40 个**。", calculations=(made,))
        if "出错" in question:
            raise InputError("没有看懂里程，请写成“120公里”这样的数量。")
        if "崩溃" in question:
            raise ZeroDivisionError("secret detail")
        if "攻击" in question:
            return Answer(question, "answer", HOSTILE)
        if "模型" in question:
            return Answer(question, "answer", "摘编的回答。", note="模型没有给出可用的回答，以下是摘编回答。")
        return Answer(question, "refusal", f"没有查到：{question}")

    def stream(self, question: str, session: str | None = None, **more: Any) -> Iterator[str | Answer]:
        if "慢" in question:
            yield "先说的**一句** [1]。\n\n"
            self.hold.wait(20)
        yield self.ask(question, session, **more)

    def conversations(self, owner: str = "") -> tuple[Any, ...]:
        return self.store.all(owner)

    def history(self, session: str, owner: str = "", *, first: int = 1, last: int | None = None) -> Any:
        thread = self._thread(session, owner)
        held = self.store.count(thread)
        if not held:
            raise UnknownConversation("没有这个会话。")
        return self.store.turns(thread, first, last or held)

    def rename(self, session: str, title: str, owner: str = "") -> None:
        self.store.rename(self._thread(session, owner), title)

    def delete(self, session: str, owner: str = "") -> None:
        self.store.delete(self._thread(session, owner))
        self.feedback.forget(owner, session)

    def rate(self, session: str, turn: int, rating: Rating, owner: str = "", reader: str = "") -> None:
        (kept,) = self.history(session, owner, first=turn, last=turn)
        self.feedback.note(owner, session, turn, rating, kept, reader)

    def export(self, session: str, form: str = "md", owner: str = "") -> bytes:
        return markdown("标题", self.history(session, owner)).encode()

    def file_of(self, document: Any) -> Path | None:
        return None

    def close(self) -> None:
        self.store.close()
        self.feedback.close()

    @staticmethod
    def _thread(session: str, owner: str) -> str:
        return json.dumps([owner, session])


@dataclass(frozen=True)
class Served:
    """A running page: its address and the assistant behind it."""

    address: str
    assistant: FixedAssistant


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="session")
def served(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    import uvicorn

    from assistant.web.app import application

    assistant = FixedAssistant(corpus, tmp_path_factory.mktemp("pages"))
    with warnings.catch_warnings():
        # Gradio makes event loops while it builds a page and leaves them to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        app = application(assistant)  # type: ignore[arg-type]
        gc.collect()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started
    yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", assistant)
    assistant.hold.set()
    server.should_exit = True
    thread.join(20)
    listening.close()
    assistant.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing on a machine where it has to be there")
        pytest.skip("needs Chromium: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield running
        running.close()


OpenPage = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any, served: Served) -> Iterator[OpenPage]:
    """Open the page in a context of its own; afterwards no request may have gone to another host."""
    contexts = []
    elsewhere: list[str] = []
    errors: list[str] = []
    own = urlsplit(served.address).netloc

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != own:
            elsewhere.append(request.url)

    def opened(width: int = 1440, height: int = 900, scheme: str = "light", context: Any = None, path: str = "") -> Any:
        if context is None:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN", has_touch=width < 600
            )
            contexts.append(context)
            context.on("request", note)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served.address + path)
        if path:
            page.wait_for_selector("#header .brand")
            return page
        page.wait_for_selector("#question textarea")
        page.wait_for_selector(".welcome .example")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert elsewhere == []
    assert errors == []
