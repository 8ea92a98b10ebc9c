"""The page 问答: one's conversations at the left, questions in the middle, the cited clause at the right."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.answer import Answer
from assistant.conversation.understanding import LONGEST_QUESTION
from assistant.feedback import LONGEST_WORDS, REASONS, Rating
from assistant.web import turn
from assistant.web.app import PLOTLY_PATH
from assistant.web.clause import clause_view, empty_view, missing_view
from assistant.web.files import facsimile
from assistant.web.form import services
from corpus.errors import InputError, NearzeroError, UnknownClause, UnknownConversation
from corpus.record import read_yaml

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = ["build"]

_AT_ONCE = 32
"""Questions under way at the same moment, below the forty threads of the server; the rest wait in the queue."""

_SHOWN = 60
"""Characters of an overlong question that are shown back."""

_PAGE = 20
"""Turns of a kept conversation shown at first, and with each step back."""

_LISTED = 200
"""Conversations in the list at the left."""

_WORDS = 12
"""Cited words marked in a clause."""

_BROKEN = "程序出了问题，这一问没有答成。请换个说法再试；若还不行，请把这个问题告诉管理员。"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one tab of one browser has open. It stays on the server; ``id`` only tells the page when to wipe.

    ``turn`` numbers what is on the page, failures too; ``after`` is how many kept turns stand before that one.
    """

    session: str = field(default_factory=lambda: f"page-{secrets.token_urlsafe(16)}")
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    turn: int = 0
    after: int = 0
    done: bool = True
    question: str = ""

    def ask(self, question: str, again: tuple[int, int] | None) -> "Conversation":
        """The next turn, or a turn asked ``again``: its number on the page and the kept turns before it."""
        number, after = again or (self.turn + 1, self.after + (self.turn > 0 and self.done))
        return replace(self, turn=number, after=after, question=question, done=False)

    def show(self, html: str, **more: Any) -> dict[str, Any]:
        """The turn under way as the transcript takes it; what stood after it goes."""
        shown = {"turn": self.turn, "after": self.after, "html": html}
        return {"conversation": self.id, "turns": [shown], "last": self.turn, **more}


@dataclass(slots=True)
class _Said:
    """What has been said of an answer under way, for whoever stops it."""

    text: str = ""
    stopped: bool = False


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    _Chat(place).wire()


class _Chat:
    """The parts of one page and what its events do. Every decision is the core's."""

    def __init__(self, place: "Place") -> None:
        self.place = place
        self.assistant = place.assistant
        self.under_way: dict[str, _Said] = {}
        # Not begun here: a value made by a function is written when the page has loaded, over what was opened meanwhile.
        self.conversation = gr.State(None)
        with gr.Row(elem_id="workspace", equal_height=True):
            self.listing = gr.HTML(
                place.render("history.html", conversations=None, more=False, here=""),
                html_template='<div class="held">${value ?? ""}</div>${dialogs}',
                js_on_load=_script("history.js"),
                elem_id="history",
                apply_default_css=False,
                dialogs=place.render("history_dialogs.html"),
            )
            with gr.Column(elem_id="chat", min_width=0):
                self.transcript = _transcript(place)
                with gr.Row(elem_id="composer", equal_height=True):
                    self.box = _box(place)
            self.panel = gr.HTML(
                empty_view(place.language),
                js_on_load=_script("panel.js"),
                elem_id="clause-panel",
                apply_default_css=False,
            )

    def wire(self) -> None:
        """Bind the events."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking: dict[str, Any] = {"concurrency_limit": _AT_ONCE, "concurrency_id": "ask", **quiet}
        instant: dict[str, Any] = {"queue": False, **quiet}
        held, transcript, listing, panel = self.conversation, self.transcript, self.listing, self.panel
        outputs = [held, transcript, self.box, listing]
        asked = [
            self.box.submit(self.answer, [self.box, held], outputs, **asking),
            transcript.pick_question(self.pick, held, outputs, **asking),
            transcript.ask_again(self.ask_again, held, outputs, **asking),
        ]
        for event in asked:
            event.failure(self.apologise, held, [transcript, self.box], **instant)
        self.box.stop(self.stop, held, [held, transcript, self.box], cancels=asked, **instant)
        for part in (transcript, listing):
            part.begin(self.begin, None, [held, transcript, self.box, panel, listing], cancels=asked, **instant)
            part.open_conversation(
                self.open_conversation, None, [held, transcript, self.box, listing], cancels=asked, **instant
            )
        listing.load_list(self.listed_here, held, listing, **instant)
        listing.rename_conversation(self.rename, held, [transcript, listing], **instant)
        listing.remove_conversation(self.remove, held, [held, transcript, listing], **instant)
        transcript.show_earlier(self.earlier, held, transcript, **instant)
        transcript.rate(self.rate, held, transcript, **instant)
        for part in (transcript, panel):
            part.open_clause(self.open_clause, None, panel, **instant)
        panel.close_clause(lambda: empty_view(self.place.language), None, panel, **instant)

    def busy(self) -> dict[str, Any]:
        return gr.update(value="", submit_btn=False, stop_btn=self.place.say("停止"))

    def ready(self, left: str = "") -> dict[str, Any]:
        """The box takes questions again; ``left`` is put back unless there is nothing to mend."""
        shown: dict[str, Any] = gr.update(submit_btn=self.place.say("发送"), stop_btn=False)
        return shown | {"value": left} if left else shown

    def listed(self, request: gr.Request, here: str) -> str:
        held = self.assistant.conversations(self.place.owner(request))
        return self.place.render("history.html", conversations=held[:_LISTED], more=len(held) > _LISTED, here=here)

    def listed_here(self, held: Conversation | None, request: gr.Request) -> str:
        return self.listed(request, held.session if held else "")

    def answer(
        self, question: str, held: Conversation | None, request: gr.Request, again: tuple[int, int] | None = None
    ) -> Iterator[dict[Any, Any]]:
        """The question at once, then what the core says, piece by piece; its own errors are lines for the reader."""
        question = question.strip()
        if not question:
            yield {self.box: gr.update()}
            return
        held = (held or Conversation()).ask(
            question if len(question) <= LONGEST_QUESTION else f"{question[:_SHOWN]}…", again
        )
        self.under_way[held.id] = said = _Said()
        yield {
            self.conversation: held,
            self.transcript: held.show(turn.pending(held.question, self.place.language)),
            self.box: self.busy(),
        }
        try:
            pieces = self.assistant.stream(
                question,
                held.session,
                owner=self.place.owner(request),
                register=self.place.register(request),
                after=held.after if again else None,
            )
            for piece in pieces:
                if said.stopped:
                    return  # what was said stays; the core ends the turn and keeps it
                if isinstance(piece, Answer):
                    html = turn.answered(held.question, piece, self.place.language)
                    held = replace(held, done=True)
                    yield {
                        self.conversation: held,
                        self.transcript: held.show(html, name=held.session),
                        self.box: self.ready(),
                        self.listing: self.listed(request, held.session),
                    }
                else:
                    said.text += piece
                    yield {self.transcript: held.show(turn.partial(held.question, said.text, self.place.language))}
        except NearzeroError as error:
            # What cannot be used goes back into the box, to be mended.
            yield {
                self.transcript: held.show(turn.failed(held.question, str(error), self.place.language)),
                self.box: self.ready(question),
            }
        finally:
            self.under_way.pop(held.id, None)

    def pick(self, held: Conversation | None, event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        yield from self.answer(str(event.question), held, request)

    def ask_again(
        self, held: Conversation | None, event: gr.EventData, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        """The same or a changed question in place of a turn and of those after it."""
        yield from self.answer(str(event.question), held, request, (_count(event.turn), _count(event.after)))

    def stop(self, held: Conversation | None) -> tuple[Any, ...]:
        said = self.under_way.get(held.id) if held else None
        if held is None or said is None:
            return held, gr.update(), self.ready()
        said.stopped = True
        held = replace(held, done=True)
        return (
            held,
            held.show(turn.stopped(held.question, said.text, self.place.language), name=held.session),
            self.ready(),
        )

    def apologise(self, held: Conversation | None) -> tuple[Any, ...]:
        """One line for a fault of ours; Gradio has written its traceback to the log. A stopped question is no fault."""
        if held is None or held.done:
            return gr.update(), self.ready()
        return held.show(turn.failed(held.question, self.place.say(_BROKEN), self.place.language)), self.ready()

    def shown(self, session: str, owner: str, last: int) -> list[dict[str, Any]]:
        """The page of kept turns that ends with turn ``last``."""
        first = max(1, last - _PAGE + 1)
        useful = self.assistant.feedback.of(owner, session)
        turns = self.assistant.history(session, owner, first=first, last=last)
        return [
            {
                "turn": n,
                "after": n - 1,
                "html": turn.answered(kept["question"], turn.restored(kept), self.place.language, useful.get(n)),
            }
            for n, kept in enumerate(turns, first)
        ]

    def open_conversation(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """A kept conversation of this person; a new one where there is none of that name."""
        name, owner = str(event.name), self.place.owner(request)
        try:
            last = next((c.turns for c in self.assistant.conversations(owner) if c.name == name), 0)
            if not last:
                raise UnknownConversation("没有这个会话，可能已经删除。")
            held = replace(Conversation(), session=name, turn=last, after=last - 1)
            turns = self.shown(name, owner, last)
        except InputError as error:
            fresh = Conversation()
            return (
                fresh,
                {"conversation": fresh.id, "turns": [], "name": "", "line": str(error)},
                self.ready(),
                self.listed(request, ""),
            )
        return (
            held,
            {"conversation": held.id, "turns": turns, "last": last, "name": name, "end": True},
            self.ready(),
            self.listed(request, name),
        )

    def earlier(self, held: Conversation | None, event: gr.EventData, request: gr.Request) -> dict[str, Any]:
        """The turns before the first one shown."""
        held = held or Conversation()
        before = _count(event.before)
        try:
            turns = self.shown(held.session, self.place.owner(request), before - 1)
        except InputError as error:
            return {"conversation": held.id, "turns": [], "line": str(error)}
        return {"conversation": held.id, "turns": turns, "earlier": True}

    def begin(self, request: gr.Request) -> tuple[Any, ...]:
        """A new conversation: what was said before is neither shown nor remembered here."""
        fresh = Conversation()
        wiped = {"conversation": fresh.id, "turns": [], "name": ""}
        emptied = gr.update(value="", submit_btn=self.place.say("发送"), stop_btn=False)
        return fresh, wiped, emptied, empty_view(self.place.language), self.listed(request, "")

    def rename(self, held: Conversation | None, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        held = held or Conversation()
        try:
            self.assistant.rename(str(event.name), str(event.title), self.place.owner(request))
        except InputError as error:
            return _line(str(error)), self.listed(request, held.session)
        return gr.update(), self.listed(request, held.session)

    def remove(self, held: Conversation | None, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        held = held or Conversation()
        name = str(event.name)
        try:
            self.assistant.delete(name, self.place.owner(request))
        except InputError as error:
            return held, _line(str(error)), self.listed(request, held.session)
        if name != held.session:
            return held, gr.update(), self.listed(request, held.session)
        fresh = Conversation()
        return fresh, {"conversation": fresh.id, "turns": [], "name": ""}, self.listed(request, "")

    def rate(self, held: Conversation | None, event: gr.EventData, request: gr.Request) -> dict[str, Any]:
        """Keep what the reader says of an answer."""
        held = held or Conversation()
        try:
            rating = Rating(bool(event.useful), tuple(str(r) for r in event.reasons), str(event.words))
            user = self.place.user(request)
            self.assistant.rate(held.session, _count(event.after) + 1, rating, self.place.owner(request), user.name)
        except NearzeroError as error:
            return _line(str(error))
        return _line(self.place.say("已记下，谢谢。"))

    def open_clause(self, event: gr.EventData) -> str:
        words = _words(event.words)
        try:
            return clause_view(
                self.assistant.corpus, str(event.key), self.place.language, words, facsimile(self.assistant, words)
            )
        except UnknownClause as error:
            return missing_view(str(error), self.place.language)


def _transcript(place: "Place") -> gr.HTML:
    corpus = place.assistant.corpus
    welcome = place.render(
        "welcome.html",
        examples=read_yaml(_asset("examples.yaml")),
        documents=len(corpus.documents),
        clauses=len(corpus.clauses),
    )
    body = place.render(
        "transcript.html",
        welcome=Markup(welcome),
        edit=Markup(place.render("edit.html", longest=LONGEST_QUESTION)),
        feedback=Markup(place.render("feedback.html", reasons=REASONS, longest=LONGEST_WORDS)),
    )
    return gr.HTML(
        None,
        html_template="${body}",
        js_on_load="\n".join(_script(name) for name in ("chart.js", "form.js", "transcript.js")),
        server_functions=services(place),
        elem_id="transcript",
        apply_default_css=False,
        body=body,
        copied=place.say("已复制。"),
        uncopied=place.say("浏览器不让复制，请选中文字再复制。"),
        plotly=f"/{PLOTLY_PATH}",
    )


def _box(place: "Place") -> gr.Textbox:
    return gr.Textbox(
        placeholder=place.say("输入问题，回车发送"),
        label=place.say("问题"),
        container=False,
        show_label=False,
        max_lines=6,
        autofocus=True,
        submit_btn=place.say("发送"),
        elem_id="question",
        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off", lang="zh-CN"),
    )


def _line(line: str) -> dict[str, Any]:
    """One line said below the conversation, which stays as it is."""
    # The number makes each one new: the same line twice in a row is said twice.
    return {"line": line, "once": secrets.token_hex(4)}


def _count(sent: object) -> int:
    """A number a page sent; what is none counts as nothing."""
    text = str(sent)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _words(sent: object) -> tuple[str, ...]:
    """The words to mark, as the button of a citation carries them."""
    try:
        held = json.loads(str(sent or "[]"))
    except ValueError:
        return ()
    return tuple(str(word) for word in held[:_WORDS]) if isinstance(held, list) else ()


def _asset(name: str) -> str:
    return (resources.files("assistant.web") / name).read_text(encoding="utf-8")


def _script(name: str) -> str:
    return _asset(f"static/{name}")
