"""The page 学习: the view at the left, the clause it cites at the right. Every decision is the core's."""

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.clause import clause_view, empty_view, missing_view
from assistant.web.study import Round, Study
from corpus.errors import InputError, NearzeroError, UnknownClause

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = ["build"]

_LONGEST = 300
"""Characters of anything the browser sends that are looked at."""

_BROKEN = "程序出了问题，这一步没有做成。请刷新页面再试；若还不行，请告诉管理员。"

Step = Callable[[dict[str, str], Round, str], tuple[str, Round]]
"""What was clicked, the round under way and whose it is; the view that follows and the round after it."""


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    study = Study(place)
    steps = _steps(study)
    held = gr.State(_begin)
    with gr.Row(elem_id="study", equal_height=True):
        with gr.Column(elem_classes="page", min_width=0):
            page = gr.HTML(
                place.render("learn_pending.html"),
                js_on_load=_script("learn.js"),
                elem_id="learn",
                apply_default_css=False,
            )
        panel = gr.HTML(
            empty_view(place.language), js_on_load=_script("panel.js"), elem_id="clause-panel", apply_default_css=False
        )

    def act(round: Round, event: gr.EventData, request: gr.Request) -> tuple[str, Round]:
        """One click; the core's own errors are one line on the page, and nothing under way is lost."""
        sent = {name: str(getattr(event, name))[:_LONGEST] for name in ("do", "value", "item", "count", "view")}
        step = steps.get(sent["do"])
        try:
            return step(sent, round, place.owner(request)) if step else (gr.skip(), round)
        except NearzeroError as error:
            return study.notice(sent["view"], str(error)), round

    def open_clause(event: gr.EventData) -> str:
        try:
            return clause_view(place.assistant.corpus, str(event.key), place.language)
        except UnknownClause as error:
            return missing_view(str(error), place.language)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    acting = page.act(act, held, [page, held], trigger_mode="multiple", **quiet)
    acting.failure(lambda: study.notice("overview", _BROKEN), None, page, **quiet)
    for part in (page, panel):
        part.open_clause(open_clause, None, panel, **quiet)
        part.close_clause(lambda: empty_view(place.language), None, panel, **quiet)


def _steps(study: Study) -> dict[str, Step]:
    def look(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        return study.view(sent["value"], owner), held

    def start(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        kind = "cards" if sent["view"] == "cards" else "quiz"
        try:
            fresh = study.start(kind, sent["value"], sent["count"], sent["item"], owner)
        except InputError as error:
            return study.begin(kind, sent["value"], sent["count"], str(error)), held
        return study.round(fresh, owner), fresh

    def answer(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        after = study.answer(held, sent["value"], owner)
        return study.round(after, owner), after

    def rate(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        after = study.rate(held, sent["value"], owner)
        return study.round(after, owner), after

    def forward(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        after = study.forward(held, owner)
        return study.round(after, owner), after

    def tick(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        study.course.tick(owner, sent["item"], done=sent["value"] == "true")
        return study.view(sent["view"], owner), held

    def reset(sent: dict[str, str], held: Round, owner: str) -> tuple[str, Round]:
        study.course.reset(owner)
        return study.view("overview", owner), Round()

    return {
        "look": look,
        "start": start,
        "answer": answer,
        "rate": rate,
        "forward": forward,
        "tick": tick,
        "reset": reset,
    }


def _begin() -> Round:
    # A function and not the class: Gradio takes a dataclass for a value to be written into the page.
    return Round()


def _script(name: str) -> str:
    return (resources.files("assistant.web") / "static" / name).read_text(encoding="utf-8")
