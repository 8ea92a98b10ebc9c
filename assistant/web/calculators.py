"""The page 计算器: every calculator as a form, its result with downloads, and tables of many institutions."""

import base64
import binascii
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.conversation.filling import fill
from assistant.web import batches
from assistant.web.app import PLOTLY_PATH
from assistant.web.clause import clause_view, missing_view
from assistant.web.files import facsimile
from assistant.web.form import answering, filled, form, recomputable, recomputed, sent_form, services, understood
from corpus.errors import InputError, UnknownClause
from corpus.record import read_yaml
from tools.calculator import Calculator, calculator, run

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = ["Example", "Listed", "build", "catalogue", "form", "recomputable", "recomputed", "services", "understood"]

_BATCHES = 2
"""Tables computed at the same moment: each keeps a core busy; the rest wait in the queue."""

_KEPT_S = 3600
"""How long the rows of a table are kept for download."""

_BROKEN = "程序出了问题，这一次没有算成。请再试一次；若还不行，请告诉管理员。"

_FILES = {"xlsx": "write_workbook", "docx": "write_document"}

Service = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs to load by a click."""

    title: str
    inputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A calculator in the list of the page, under the scene of the guideline it serves."""

    scene: str
    spec: Calculator
    summary: str
    examples: tuple[Example, ...]


@cache
def catalogue() -> Mapping[str, Listed]:
    """Every calculator of the page by name, in the order of the list (``calculators.yaml``)."""
    groups = read_yaml((resources.files("assistant.web") / "calculators.yaml").read_text(encoding="utf-8"))
    return {
        entry["name"]: Listed(
            group["scene"],
            calculator(entry["name"]),
            entry["summary"],
            tuple(Example(e["title"], {k: str(v) for k, v in e["inputs"].items()}) for e in entry["examples"]),
        )
        for group in groups
        for entry in group["calculators"]
    }


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    kept = gr.State(None, time_to_live=_KEPT_S)
    with gr.Column(elem_classes="page"):
        page = gr.HTML(
            None,
            html_template="${body}",
            js_on_load="\n".join(_script(name) for name in ("chart.js", "form.js", "calculators.js")),
            server_functions=[*services(place, _after(place)), *_services(place)],
            elem_id="calculators",
            apply_default_css=False,
            body=place.render("calculators.html", groups=_grouped()),
            plotly=f"/{PLOTLY_PATH}",
        )

    def table(event: gr.EventData) -> Iterator[dict[Any, Any]]:
        """A table of institutions, stage by stage; the core's own errors are lines for the reader."""
        tool, fixed = sent_form({"tool": event.tool, "inputs": event.inputs})
        ticket = str(event.ticket)
        try:
            with tempfile.TemporaryDirectory() as folder:
                path = _received(Path(folder), str(event.name), str(event.data))
                for stage in batches.computed(tool, path, filled(fixed)):
                    html = batches.view(stage, fixed, place.language)
                    yield {page: {"ticket": ticket, "html": html, "done": stage.batch is not None}, kept: stage.batch}
        except InputError as error:
            yield {page: {"ticket": ticket, "fault": str(error)}, kept: None}

    def rows(held: Any, event: gr.EventData) -> dict[str, Any]:
        """The rows of the last table as a file."""
        if held is None:
            return {"ticket": str(event.ticket), "fault": place.say("结果已经过期，请再算一次。")}
        kind = "csv" if event.kind == "csv" else "xlsx"
        with tempfile.TemporaryDirectory() as folder:
            path = _named(folder, f"{held.plan.spec.title}成批结果.{kind}")
            batches.write(held, path)
            return {"ticket": str(event.ticket), "file": _encoded(path)}

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    running = page.table(table, None, [page, kept], concurrency_limit=_BATCHES, concurrency_id="table", **quiet)
    running.failure(lambda: {"ticket": "", "fault": place.say(_BROKEN)}, None, page, queue=False, **quiet)
    page.stop_table(None, None, None, cancels=running, queue=False, **quiet)
    page.table_rows(rows, kept, page, **quiet)


def _grouped() -> dict[str, list[Listed]]:
    groups: dict[str, list[Listed]] = {}
    for listed in catalogue().values():
        groups.setdefault(listed.scene, []).append(listed)
    return groups


def _after(place: "Place") -> Callable[[Mapping[str, Any]], str]:
    """What the page shows below a result: the downloads and the clauses it stands on."""

    def below(calculation: Mapping[str, Any]) -> str:
        corpus = place.assistant.corpus  # asked each time: it changes while the program runs
        clauses = [corpus.get(key) for key in dict.fromkeys(calculation["clauses"])]
        return place.render(
            "calculator_after.html", sources=[(clause, corpus.document_of(clause)) for clause in clauses]
        )

    return below


def _services(place: "Place") -> list[Service]:
    """What ``calculators.js`` asks of the server beside the services of every form."""

    def opened(sent: dict[str, Any]) -> dict[str, Any]:
        """The form of one calculator."""
        return answering(lambda: {"html": _opened(place, str(sent.get("name", "")))})

    def sentence(sent: dict[str, Any]) -> dict[str, Any]:
        """What a sentence gives the form."""
        return answering(lambda: _from_sentence(str(sent.get("tool", "")), str(sent.get("text", ""))))

    def clause(sent: dict[str, Any]) -> dict[str, Any]:
        """One clause to read beside a result."""
        try:
            key, held = str(sent.get("key", "")), place.assistant
            return {"html": clause_view(held.corpus, key, place.language, (), facsimile(held))}
        except UnknownClause as error:
            return {"html": missing_view(str(error), place.language)}

    def written(sent: dict[str, Any]) -> dict[str, Any]:
        """A result as a workbook or a report."""
        return answering(lambda: {"file": _written(*sent_form(sent), str(sent.get("kind", "")))})

    def blank_table(sent: dict[str, Any]) -> dict[str, Any]:
        """The table to fill in for many institutions."""
        return answering(lambda: {"file": _blank_table(str(sent.get("tool", "")))})

    return [opened, sentence, clause, written, blank_table]


def _opened(place: "Place", name: str) -> str:
    listed = catalogue()[calculator(name).name]
    return place.render(
        "calculator.html",
        listed=listed,
        form=Markup(form(listed.spec.name, language=place.language)),
        table=Markup(batches.form(listed.spec.name, place.language)),
    )


def _from_sentence(tool: str, text: str) -> dict[str, Any]:
    inputs = dict(fill(calculator(tool), filled({"text": text}).get("text", "")).inputs)
    if not inputs:
        raise InputError("没有从这句话里读到可以填的数，请写明数和单位，如“80人开半天会，20人坐高铁来回120公里”。")
    return {"inputs": inputs}


def _written(tool: str, inputs: Mapping[str, str], kind: str) -> dict[str, str]:
    from tools import report

    if kind not in _FILES:
        raise InputError(f"不会写“{kind}”这种格式；可选：{'、'.join(_FILES)}。")
    computation = run(tool, filled(inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = _named(folder, f"{computation.title}.{kind}")
        getattr(report, _FILES[kind])(computation, path)
        return _encoded(path)


def _blank_table(tool: str) -> dict[str, str]:
    listed = catalogue()[calculator(tool).name]
    with tempfile.TemporaryDirectory() as folder:
        path = _named(folder, f"{listed.spec.title}数据表.xlsx")
        batches.write_blank(listed.spec.name, path, listed.examples[0].inputs)
        return _encoded(path)


def _named(folder: str, name: str) -> Path:
    """JS/T 303-2026 is a title, and no folder."""
    return Path(folder) / name.replace("/", " ")


def _encoded(path: Path) -> dict[str, str]:
    """A file as the page takes it, to be saved by the browser; nothing of it stays on the server."""
    return {"name": path.name, "data": base64.b64encode(path.read_bytes()).decode("ascii")}


def _received(folder: Path, name: str, data: str) -> Path:
    """The file that was sent, under its own name without any folder. Raises InputError for one that is too large."""
    batches.small_enough(name, len(data) * 3 // 4)
    path = folder / (Path(name.replace("\\", "/")).name or "table")
    try:
        path.write_bytes(base64.b64decode(data, validate=True))
    except (binascii.Error, OSError) as error:
        raise InputError(f"没有收到完整的文件 {path.name}；请再传一次。") from error
    return path


@cache
def _script(name: str) -> str:
    return (resources.files("assistant.web") / "static" / name).read_text(encoding="utf-8")
