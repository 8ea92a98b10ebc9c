"""The page 问答: questions at the left, the cited clause at the right. Every decision is the core's."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr
import yaml

from assistant.conversation.understanding import LONGEST_QUESTION
from assistant.web import turn
from assistant.web.app import PLOTLY_PATH
from assistant.web.clause import clause_view, empty_view, missing_view
from corpus.errors import NearzeroError, UnknownClause

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.web.place import Place

__all__ = ["build"]

_AT_ONCE = 32
"""Questions under way at the same moment, below the forty threads of the server; the rest wait in the queue."""

_SHOWN = 60
"""Characters of an overlong question that are shown back."""

_BROKEN = "程序出了问题，这一问没有答成。请换个说法再试；若还不行，请把这个问题告诉管理员。"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one tab of one browser has under way. It stays on the server; ``id`` only tells the page when to wipe."""

    session: str = field(default_factory=lambda: f"page-{secrets.token_urlsafe(16)}")
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    turn: int = 0
    question: str = ""
    stopped: bool = False

    def ask(self, question: str) -> "Conversation":
        return replace(self, turn=self.turn + 1, question=question, stopped=False)

    def show(self, html: str) -> dict[str, Any]:
        """The turn under way as the transcript takes it."""
        return {"conversation": self.id, "turn": self.turn, "html": html}


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    assistant = place.assistant
    conversation = gr.State(_begin)
    with gr.Row(elem_id="workspace", equal_height=True):
        with gr.Column(elem_id="chat", min_width=0):
            transcript = _transcript(assistant)
            with gr.Row(elem_id="composer", equal_height=True):
                box = _box()
                clear = gr.Button("清空", elem_id="clear", size="md", scale=0, min_width=72)
        panel = gr.HTML(empty_view(), js_on_load=_script("panel.js"), elem_id="clause-panel", apply_default_css=False)

    def answer(question: str, held: Conversation) -> Iterator[dict[Any, Any]]:
        """The question at once, then what the core says; the core's own errors are lines for the reader."""
        question = question.strip()
        if not question:
            yield {box: gr.update()}
            return
        held = held.ask(question if len(question) <= LONGEST_QUESTION else f"{question[:_SHOWN]}…")
        yield {conversation: held, transcript: held.show(turn.pending(held.question)), box: _busy()}
        try:
            html, left = turn.answered(held.question, assistant.ask(question, held.session)), ""
        except NearzeroError as error:
            # What cannot be used goes back into the box, to be mended.
            html, left = turn.failed(held.question, str(error)), question
        yield {transcript: held.show(html), box: _ready(left)}

    def pick(held: Conversation, event: gr.EventData) -> Iterator[dict[Any, Any]]:
        yield from answer(str(event.question), held)

    def open_clause(event: gr.EventData) -> str:
        try:
            return clause_view(assistant.corpus, str(event.key))
        except UnknownClause as error:
            return missing_view(str(error))

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    shown = [conversation, transcript, box]
    asked = [
        box.submit(answer, [box, conversation], shown, concurrency_limit=_AT_ONCE, concurrency_id="ask", **quiet),
        transcript.pick_question(pick, conversation, shown, concurrency_limit=_AT_ONCE, concurrency_id="ask", **quiet),
    ]
    for event in asked:
        event.failure(_apologise, conversation, [transcript, box], queue=False, **quiet)
    box.stop(_stop, conversation, shown, cancels=asked, queue=False, **quiet)
    clear.click(_clear, None, [*shown, panel], cancels=asked, queue=False, **quiet)
    for part in (transcript, panel):
        part.open_clause(open_clause, None, panel, queue=False, **quiet)
    panel.close_clause(empty_view, None, panel, queue=False, **quiet)


def _transcript(assistant: "Assistant") -> gr.HTML:
    examples = yaml.safe_load(_asset("examples.yaml"))
    return gr.HTML(
        None,
        html_template='${welcome}<div class="turns" role="log" aria-label="问答记录" aria-live="polite"></div>',
        js_on_load=_script("chart.js") + _script("transcript.js"),
        elem_id="transcript",
        apply_default_css=False,
        welcome=turn.welcome(examples, len(assistant.corpus.documents), len(assistant.corpus.clauses)),
        plotly=f"/{PLOTLY_PATH}",
    )


def _box() -> gr.Textbox:
    return gr.Textbox(
        placeholder="输入问题，回车发送",
        label="问题",
        container=False,
        show_label=False,
        max_lines=6,
        autofocus=True,
        submit_btn="发送",
        elem_id="question",
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off", lang="zh-CN"),
    )


def _busy() -> dict[str, Any]:
    return gr.update(value="", submit_btn=False, stop_btn="停止")


def _ready(left: str = "") -> dict[str, Any]:
    """The box takes questions again; ``left`` is put back unless there is nothing to mend."""
    ready: dict[str, Any] = gr.update(submit_btn="发送", stop_btn=False)
    return ready | {"value": left} if left else ready


def _stop(held: Conversation) -> tuple[Any, ...]:
    return replace(held, stopped=True), held.show(turn.stopped(held.question)), _ready()


def _apologise(held: Conversation) -> tuple[Any, ...]:
    """One line for a fault of ours; Gradio has written its traceback to the log. A stopped question is no fault."""
    said = turn.stopped(held.question) if held.stopped else turn.failed(held.question, _BROKEN)
    return held.show(said), _ready()


def _begin() -> Conversation:
    # A function and not the class: Gradio takes a dataclass for a value to be written into the page.
    return Conversation()


def _clear() -> tuple[Any, ...]:
    """A new session: what was said before is neither shown nor remembered."""
    fresh = _begin()
    return fresh, fresh.show(""), gr.update(value="", submit_btn="发送", stop_btn=False), empty_view()


def _asset(name: str) -> str:
    return (resources.files("assistant.web") / name).read_text(encoding="utf-8")


def _script(name: str) -> str:
    return _asset(f"static/{name}")
