"""The report of a check: the filing with comments (DOCX), a sheet of verdicts (XLSX, CSV), or the object (JSON)."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.review.items import Check, Item, to_json
from assistant.review.reading import Lines, open_word, word_paragraphs
from assistant.review.verdict import Verdict
from corpus.errors import InputError, unreadable
from corpus.versions import edits

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

__all__ = ["ENDINGS", "KINDS", "LABELS", "compared", "write"]

LABELS: dict[Verdict, str] = {
    "right": "正确",
    "wrong_clause": "条款号不对",
    "no_such_clause": "没有这一条",
    "altered": "内容有出入",
    "unknown_document": "文件未收录",
    "superseded": "已废止或被代替",
    "no_reference": "没有引用",
    "abstain": "无法判断",
}
_COLOURS: dict[Verdict, str] = {
    "right": "C6EFCE",
    "wrong_clause": "FFC7CE",
    "no_such_clause": "FFC7CE",
    "altered": "FFC7CE",
    "unknown_document": "FFEB9C",
    "superseded": "FFEB9C",
    "no_reference": "FFFFFF",
    "abstain": "D9D9D9",
}
KINDS = {"value": "数值", "unit": "单位", "year": "年份", "number": "文号", "modal": "约束词"}
ENDINGS = (".docx", ".xlsx", ".csv", ".json")
"""What a report may be written as."""

_HEAD = ("行", "引用", "判断", "说明", "写作", "应为", "所引内容", "依据条款", "条款摘录", "摘编/原文")
_WIDTHS = (6, 36, 14, 48, 22, 22, 44, 40, 60, 10)
_AUTHOR = "近零碳机关助手"


def write(checked: Check, path: Path, source: Path | None, lines: Lines) -> None:
    """Write the report; its kind goes by the ending of ``path``. Raises ``InputError`` for another ending or no access.

    A DOCX report of a DOCX filing is that filing with comments; of any other it is its text with comments.
    """
    writers = dict(zip(ENDINGS, (_word, _sheet, _table, _object), strict=True))
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError(f"报告 {path.name} 的格式不支持：请用 {'、'.join(ENDINGS)} 结尾。")
    if source is not None and path.exists() and path.resolve() == source.resolve():
        raise InputError("报告不能覆盖被核对的文件：请换一个文件名。")
    try:
        writer(checked, path, source, lines)
    except OSError as error:
        raise InputError(f"写不了报告 {path.name}：{unreadable(error)}。") from error


def compared(written: str, held: str) -> str:
    """Two texts character by character: what was written in ［-…-］, what is held in ［+…+］.

    >>> compared("24℃", "26℃")
    '2［-4-］［+6+］℃'
    """
    shown = ""
    for edit in edits(written, held):
        if edit.equal:
            shown += edit.before
        else:
            shown += (f"［-{edit.before}-］" if edit.before else "") + (f"［+{edit.after}+］" if edit.after else "")
    return shown


def _remark(item: Item, checked: Check) -> str:
    lines = [f"【{LABELS[item.verdict]}】{item.detail}"]
    lines += [f"{KINDS[d.kind]}：{compared(d.written, d.held)}" for d in item.differences]
    if item.clause is not None:
        document = checked.corpus.document_of(item.clause)
        lines.append(f"{document.name}{item.clause.place}（{item.clause.text_status.label}）：{item.clause.text}")
    return "\n".join(lines)


# --- DOCX ----------------------------------------------------------------------------------------------------------


def _word(checked: Check, path: Path, source: Path | None, lines: Lines) -> None:
    import docx

    if source is not None and lines.kind == "docx":
        document = open_word(source)
        paragraphs = dict(enumerate(word_paragraphs(document), 1))
    else:
        document = docx.Document()
        paragraphs = {}
        for number, text in lines.lines:
            if number in paragraphs:
                paragraphs[number].add_run(text)
            else:
                paragraphs[number] = document.add_paragraph(text)
    for item in checked.items:
        if item.verdict != "no_reference" and item.line in paragraphs:
            _comment(document, paragraphs[item.line], item, checked)
    _summary(document, checked)
    document.save(str(path))


def _comment(document: "WordDocument", paragraph: "Paragraph", item: Item, checked: Check) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    runs = _runs(paragraph, item.text)
    if not runs:
        return
    colour = (
        WD_COLOR_INDEX.BRIGHT_GREEN
        if item.verdict == "right"
        else WD_COLOR_INDEX.GRAY_25
        if item.verdict == "abstain"
        else WD_COLOR_INDEX.YELLOW
    )
    for run in runs:
        run.font.highlight_color = colour
    document.add_comment(runs, text=_remark(item, checked), author=_AUTHOR, initials="近零碳")


def _runs(paragraph: "Paragraph", text: str) -> list[Any]:
    """The runs that hold a stretch of the paragraph; a run that holds more is split, so that only the stretch is marked."""
    runs = paragraph.runs
    whole = "".join(run.text for run in runs)
    begin = whole.find(text)
    if begin < 0:
        return list(runs)
    found, at = [], 0
    for run in runs:
        start, end = at, at + len(run.text)
        at = end
        left, right = max(start, begin), min(end, begin + len(text))
        if left >= right:
            continue
        whole_run = (left, right) == (start, end) or not _plain(run)
        found.append(run if whole_run else _split(run, left - start, right - start))
    return found


def _plain(run: Any) -> bool:
    """Whether a run holds nothing but text, so that it may be split."""
    return all(child.tag.endswith(("}t", "}rPr")) for child in run._r)


def _split(run: Any, begin: int, end: int) -> Any:
    """Split a run in up to three and give the middle one."""
    from copy import deepcopy

    from docx.text.run import Run

    text = run.text
    middle = Run(deepcopy(run._r), run._parent)
    tail = Run(deepcopy(run._r), run._parent)
    run.text, middle.text, tail.text = text[:begin], text[begin:end], text[end:]
    run._r.addnext(middle._r)
    middle._r.addnext(tail._r)
    return middle


def _summary(document: "WordDocument", checked: Check) -> None:
    document.add_paragraph()
    paragraph = document.add_paragraph()
    run = paragraph.add_run(_scope(checked))
    run.bold = True


def _scope(checked: Check) -> str:
    counts = {label: sum(i.verdict == v for i in checked.items) for v, label in LABELS.items() if v != "no_reference"}
    parts = "，".join(f"{label} {n}" for label, n in counts.items() if n)
    return f"条款引用核对：找到引用 {checked.found} 处，作出判断 {checked.judged} 处，无法判断 {checked.abstained} 处（{parts or '无'}）。"


# --- XLSX ----------------------------------------------------------------------------------------------------------


def _sheet(checked: Check, path: Path, source: Path | None, lines: Lines) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import XlsxFileError

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    plain = {"text_wrap": True, "valign": "top"}
    text = book.add_format(plain)
    fills = {verdict: book.add_format({**plain, "bg_color": f"#{colour}"}) for verdict, colour in _COLOURS.items()}
    sheet = book.add_worksheet("核对结果")
    for column, (title, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write(0, column, title, head)
    for place, item in enumerate(checked.items, 1):
        for column, value in enumerate(_row(item, checked)):
            sheet.write(place, column, _safe(value), fills[item.verdict] if column == _VERDICT else text)
    sheet.freeze_panes(1, 0)
    scope = book.add_worksheet("范围")
    scope.set_column(0, 0, 20)
    counts = [("找到引用", checked.found), ("作出判断", checked.judged), ("无法判断", checked.abstained)]
    counts += [(f"其中：{LABELS[v]}", sum(i.verdict == v for i in checked.items)) for v in LABELS if v != "abstain"]
    for place, (label, count) in enumerate(counts):
        scope.write(place, 0, label)
        scope.write(place, 1, count)
    try:
        book.close()
    except XlsxFileError as error:
        raise OSError(str(error)) from error


_VERDICT = _HEAD.index("判断")


def _table(checked: Check, path: Path, source: Path | None, lines: Lines) -> None:
    from tools.table import write_table

    rows = [[_inert(value) for value in _row(item, checked)] for item in checked.items]
    write_table(path, {name: [row[n] for row in rows] for n, name in enumerate(_HEAD)})


def _object(checked: Check, path: Path, source: Path | None, lines: Lines) -> None:
    path.write_text(json.dumps(to_json(checked), ensure_ascii=False, indent=1), encoding="utf-8")


def _row(item: Item, checked: Check) -> Sequence[Any]:
    clause = item.clause
    document = checked.corpus.document_of(clause) if clause else None
    return (
        item.line,
        item.text,
        LABELS[item.verdict],
        item.detail,
        "；".join(d.written for d in item.differences),
        "；".join(d.held for d in item.differences),
        item.claim,
        f"{document.name}{clause.place}" if clause and document else "",
        clause.text if clause else "",
        clause.text_status.label if clause else "",
    )


_UNPRINTABLE = {c: None for c in range(32) if c not in {9, 10, 13}}


def _safe(value: Any) -> Any:
    """Text without the control characters a sheet cannot hold."""
    return value.translate(_UNPRINTABLE) if isinstance(value, str) else value


def _inert(value: Any) -> Any:
    """Text that a spreadsheet opening a CSV does not take for a formula."""
    return (
        f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else _safe(value)
    )
