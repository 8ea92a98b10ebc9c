"""The page 核查: the references of a filing, a compound's figures against the limits, a clause by its number."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from assistant.conversation.understanding import clean
from assistant.review.items import Check, Item, check_lines
from assistant.review.lookup import lookup
from assistant.review.marking import Piece, pieces
from assistant.review.reading import Lines, numbered, read
from assistant.review.report import ENDINGS, KINDS, LABELS, write
from assistant.review.verdict import Difference
from assistant.web.library import clause_card
from corpus.errors import InputError, NearzeroError
from corpus.versions import Edit, edits

if TYPE_CHECKING:
    from assistant.web.place import Place
    from tools.assess import Assessment

__all__ = ["build", "judged", "measured"]

_AT_ONCE = 2
"""Filings judged at the same moment; a long one keeps a core busy for some seconds."""

_SHOWN = 1000
"""Lines of a result that the page shows; the downloads hold all."""

_ORDER = ("value", "unit", "year", "number", "modal")
_QUIET = {"no_reference"}
"""Verdicts not shown at first."""

_ASSESSED = ("not_met", "met", "reached", "not_reached", "not_comparable", "no_limit", "no_data")
_UNKNOWN = {"no_data"}
_FOR_COMPARISON = {"draft", "elsewhere", "past", "total", "pilot", "average"}
"""Groups whose lines are shown only where there is a figure to compare."""

_EXAMPLE = (
    "《公共建筑室内温度控制管理办法》第三条规定夏季室内温度不得低于24℃。\n"
    "按照节能条例第十四条，公共机构应当实行能源消费计量制度。\n"
    "《公共机构节能条例》第五十条对近零碳机关作出了规定。\n"
    "充电桩按照《不存在的建设办法》第二条配置。"
)


def build(place: "Place") -> None:
    """Place the page in the ``gr.Blocks`` that is open, with its events."""
    say = place.say
    with gr.Column(elem_classes=["page", "review"]):
        gr.HTML(place.render("review.html"), apply_default_css=False, js_on_load=None)
        with gr.Tabs(elem_classes=["review-tabs"]):
            with gr.Tab(say("核对引用"), id="filing"):
                _filing(place)
            with gr.Tab(say("合规对照"), id="sheet"):
                _sheet(place)
            with gr.Tab(say("按条号查"), id="number"):
                _number(place)


# --- a filing ------------------------------------------------------------------------------------------------------


def _filing(place: "Place") -> None:
    say = place.say
    with gr.Row(elem_classes=["review-input"]):
        text = gr.Textbox(
            label=say("粘贴材料文字"),
            placeholder=_EXAMPLE.splitlines()[0],
            lines=8,
            max_lines=16,
            elem_id="review-text",
            scale=3,
            min_width=320,
        )
        file = gr.File(
            label=say("或者上传材料：DOCX、PDF、XLSX、TXT、MD（有文件时核对文件）"),
            file_types=[".docx", ".pdf", ".xlsx", ".txt", ".md"],
            type="filepath",
            elem_id="review-file",
            scale=2,
            min_width=300,
        )
    with gr.Row(elem_classes=["review-actions"]):
        start = gr.Button(say("开始核对"), variant="primary", elem_id="review-start", scale=0, min_width=140)
        sample = gr.Button(say("填入示例"), elem_id="review-sample", scale=0, min_width=110)
    buttons, downloads = _downloads(place, "review", ENDINGS)
    result = _result("review-result")

    def run(given: str | None, path: str | None) -> Iterator[dict[Any, Any]]:
        yield {result: place.render("review_pending.html"), buttons: gr.update(visible=False)}
        try:
            source = Path(path) if path else None
            lines = read(source) if source else Lines(numbered((given or "").splitlines()), "text")
            if not lines.lines:
                raise InputError("没有可核对的内容：请粘贴文字，或者上传一个文件。")
            checked = check_lines(lines.lines, place.assistant.corpus, wrapped=lines.kind == "text")
            name = source.stem if source else say("材料")
            with _folder() as folder:
                made = []
                for ending in ENDINGS:
                    made.append(folder / f"{name}-{say('引用核对')}{ending}")
                    write(checked, made[-1], source, lines)
                yield {result: judged(place, checked), **_offered(buttons, downloads, made)}
        except NearzeroError as error:
            yield {result: _failed(place, str(error))}

    shown = [result, buttons, *downloads]
    asked = start.click(run, [text, file], shown, concurrency_limit=_AT_ONCE, concurrency_id="review", **_hidden())
    asked.failure(lambda: _broken(place), None, result, queue=False, **_hidden())
    sample.click(lambda: _EXAMPLE, None, text, queue=False, **_hidden())


@dataclass(frozen=True, slots=True)
class _Change:
    """What differs, sign by sign."""

    kind: str
    edits: Sequence[Edit]
    written: str
    held: str


@dataclass(frozen=True, slots=True)
class _Row:
    """One reference as the table shows it, its own words and those of the clause with the differences marked."""

    item: Item
    label: str
    claim: Sequence[Piece]
    changes: Sequence[_Change]
    name: str
    clause: Sequence[Piece]


def judged(place: "Place", checked: Check) -> str:
    """A check as HTML: its scope, the verdicts to choose by, and a row a reference with its clause beside it."""
    counts = Counter(item.verdict for item in checked.items)
    return place.render(
        "review_result.html",
        checked=checked,
        counts=[(verdict, label, counts[verdict]) for verdict, label in LABELS.items() if counts[verdict]],
        quiet=_QUIET if checked.found else set(),
        rows=[_row(item, checked) for item in checked.items[:_SHOWN]],
        left=max(len(checked.items) - _SHOWN, 0),
    )


def _row(item: Item, checked: Check) -> _Row:
    differences = sorted(item.differences, key=lambda d: _ORDER.index(d.kind))
    clause = item.clause
    return _Row(
        item=item,
        label=LABELS[item.verdict],
        claim=pieces(item.claim, [d.written for d in differences]),
        changes=[_change(d) for d in differences],
        name=f"{checked.corpus.document_of(clause).name}{clause.place}" if clause else "",
        clause=pieces(clause.text, [d.held for d in differences]) if clause else (),
    )


def _change(difference: Difference) -> _Change:
    written, held = difference.written, difference.held
    return _Change(KINDS[difference.kind], edits(written, held), written, held)


# --- the figures of a compound -------------------------------------------------------------------------------------


def _sheet(place: "Place") -> None:
    from tools.assess import assess, read, read_text, result_columns, to_json, write_template
    from tools.table import write_table

    say = place.say
    gr.HTML(place.render("review_sheet.html"), apply_default_css=False, js_on_load=None)
    with _folder() as folder, gr.Row(elem_classes=["review-actions"]):
        for ending in (".xlsx", ".yaml"):
            blank = folder / f"{say('机关数据表')}{ending}"
            write_template(blank)
            gr.DownloadButton(
                say("下载空白表（{ending}）", ending=ending[1:]),
                value=str(blank),
                size="md",
                scale=0,
                min_width=180,
                elem_classes=["review-template"],
            )
    with gr.Row(elem_classes=["review-input"]):
        file = gr.File(
            label=say("上传填好的数据表：XLSX 或 YAML"),
            file_types=[".xlsx", ".xlsm", ".xls", ".ods", ".yaml", ".yml"],
            type="filepath",
            elem_id="sheet-file",
            scale=2,
            min_width=300,
        )
        text = gr.Textbox(
            label=say("或者在这里填写，一行一项（有文件时用文件）"),
            placeholder="夏季空调设定温度: 25 ℃",
            lines=6,
            max_lines=16,
            elem_id="sheet-text",
            scale=3,
            min_width=320,
        )
    start = gr.Button(say("对照指标"), variant="primary", elem_id="sheet-start", scale=0, min_width=140)
    buttons, downloads = _downloads(place, "sheet", (".xlsx", ".csv", ".json"))
    result = _result("sheet-result")

    def run(path: str | None, given: str | None) -> Iterator[dict[Any, Any]]:
        yield {result: place.render("review_pending.html"), buttons: gr.update(visible=False)}
        try:
            if not path and not (given or "").strip():
                raise InputError("没有数据：请上传填好的数据表，或者在框里一行写一项。")
            data = read(Path(path)) if path else read_text((given or "").replace("：", ": "), say("填写的内容"))
            made = assess(data, place.assistant.corpus)
            with _folder() as folder:
                files = [folder / f"{say('合规对照')}{ending}" for ending in (".xlsx", ".csv", ".json")]
                for table in files[:2]:
                    write_table(table, result_columns(made))
                files[2].write_text(_json(to_json(made)), encoding="utf-8")
                yield {result: measured(place, made), **_offered(buttons, downloads, files)}
        except NearzeroError as error:
            yield {result: _failed(place, str(error))}

    shown = [result, buttons, *downloads]
    asked = start.click(run, [file, text], shown, concurrency_limit=_AT_ONCE, concurrency_id="sheet", **_hidden())
    asked.failure(lambda: _broken(place), None, result, queue=False, **_hidden())


def measured(place: "Place", made: "Assessment") -> str:
    """An assessment as HTML: a row an indicator with its clause, in groups from what binds to what only compares."""
    from tools.assess import to_json

    said = to_json(made)
    rows = [item for item in said["items"] if item["given"] or item["group"] not in _FOR_COMPARISON]
    counts = Counter(item["verdict"] for item in rows)
    labels = {"met": "符合", "not_met": "不符合"} | {item["verdict"]: item["verdict_label"] for item in reversed(rows)}
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in rows:
        groups.setdefault(item["group_label"], []).append(item)
    decided = any(verdict not in {"no_data", "no_limit"} for verdict in counts)
    return place.render(
        "review_sheet_result.html",
        made=made,
        counts=[(verdict, labels[verdict], counts[verdict]) for verdict in _ASSESSED if counts[verdict]],
        quiet=_UNKNOWN if decided else set(),
        groups=groups,
    )


# --- a clause by its number ----------------------------------------------------------------------------------------


def _number(place: "Place") -> None:
    say = place.say
    with gr.Row(elem_classes=["review-number"], equal_height=True):
        text = gr.Textbox(
            label=say("文件和条号"),
            placeholder="节能条例第十四条",
            info=say(
                "写法不限：文件名、简称或文号，加上条号，如“节能条例第十四条”“第6部分”“国管节能〔2021〕426号 三（五）”。"
            ),
            submit_btn=say("查"),
            elem_id="number-text",
        )
    result = _result("number-result")

    def run(given: str | None) -> str:
        try:
            found = lookup(clean(given or ""), place.assistant.core.retriever, place.assistant.corpus)
        except NearzeroError as error:
            return _failed(place, str(error))
        cards = [Markup(clause_card(place, clause.key)) for clause in found.clauses]
        return place.render("review_number.html", found=found, cards=cards)

    asked = text.submit(run, text, result, concurrency_limit=_AT_ONCE, concurrency_id="number", **_hidden())
    asked.failure(lambda: _broken(place), None, result, queue=False, **_hidden())


# --- what the three share ------------------------------------------------------------------------------------------


def _result(name: str) -> gr.HTML:
    script = (resources.files("assistant.web") / "static" / "review.js").read_text(encoding="utf-8")
    return gr.HTML("", js_on_load=script, elem_id=name, apply_default_css=False)


def _downloads(place: "Place", name: str, endings: Sequence[str]) -> tuple[gr.Row, list[gr.DownloadButton]]:
    with gr.Row(visible=False, elem_classes=["review-downloads"]) as row:
        buttons = [
            gr.DownloadButton(
                place.say("下载 {kind}", kind=ending[1:].upper()),
                size="md",
                scale=0,
                min_width=130,
                elem_id=f"{name}-{ending[1:]}",
            )
            for ending in endings
        ]
    return row, buttons


def _offered(row: gr.Row, buttons: Sequence[gr.DownloadButton], files: Sequence[Path]) -> dict[Any, Any]:
    values = {button: gr.update(value=str(path)) for button, path in zip(buttons, files, strict=True)}
    return {row: gr.update(visible=True), **values}


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for files that Gradio copies as soon as they are handed to it."""
    with TemporaryDirectory(prefix="nearzero-") as folder:
        yield Path(folder)


def _json(made: Any) -> str:
    import json

    return json.dumps(made, ensure_ascii=False, indent=1)


def _failed(place: "Place", line: str) -> str:
    return place.render("notice.html", line=place.say(line), tone="error")


def _broken(place: "Place") -> str:
    return _failed(place, "程序出了问题，没有做完。请再试一次；若还不行，请告诉管理员。")


def _hidden() -> dict[str, Any]:
    return {"show_progress": "hidden", "api_visibility": "private"}
