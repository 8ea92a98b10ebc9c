"""A conversation to take away: Markdown or DOCX, every answer with the texts of the clauses it cites."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from assistant.conversation.markup import inert

if TYPE_CHECKING:
    from docx.document import Document as Docx

__all__ = ["as_text", "docx", "markdown"]

Turns = Sequence[Mapping[str, Any]]
"""Answers as ``nearzero.answer/1``, first to last."""

_RULE = re.compile(r"^\|[\s:|-]+\|$")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_NOTE = "资料多为摘编，不是原文；引用前请核对原文。"


def markdown(title: str, turns: Turns) -> str:
    """The conversation as one Markdown text."""
    blocks = [f"# {inert(title)}"]
    for number, turn in enumerate(turns, 1):
        blocks += [f"## {number}. {inert(turn['question'])}", turn["answer"]]
        if turn["citations"]:
            blocks.append("### 出处")
            blocks += [f"{_source(c)}\n\n> {c['quote']}" for c in turn["citations"]]
    return "\n\n".join([*blocks, "---", _NOTE]) + "\n"


def as_text(turn: Mapping[str, Any]) -> str:
    """One answer with its sources as plain text, to be pasted into a paper of one's own."""
    text = _BOLD.sub(r"\1", turn["answer"])
    sources = "\n".join(_source(c) for c in turn["citations"])
    return f"{text}\n\n依据：\n{sources}" if sources else text


def docx(title: str, turns: Turns) -> bytes:
    """The conversation as a DOCX file."""
    from docx import Document
    from docx.oxml.ns import qn

    document = Document()
    normal: Any = document.styles["Normal"]
    normal.font.name = "Times New Roman"
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.add_heading(title, level=0)
    for number, turn in enumerate(turns, 1):
        document.add_heading(f"{number}. {turn['question']}", level=1)
        _body(document, turn["answer"])
        if turn["citations"]:
            document.add_heading("出处", level=2)
        for cited in turn["citations"]:
            document.add_paragraph(_source(cited))
            document.add_paragraph(cited["quote"], style="Quote")
    document.add_paragraph(_NOTE)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _source(cited: Mapping[str, Any]) -> str:
    title = cited["title"] if "《" in cited["title"] else f"《{cited['title']}》"
    number = f"（{cited['number']}）" if cited["number"] else ""
    place = cited["locator"] or f"“{cited['heading']}”（条号未读到）"
    status = "原文" if cited["text_status"] == "original" else "摘编"
    return f"［{cited['n']}］{title}{number}{place}，{status}"


def _body(document: "Docx", text: str) -> None:
    """The Markdown our answers use: paragraphs, bold, lists and tables."""
    rows: list[list[str]] = []
    for line in (*text.split("\n"), ""):
        if line.startswith("|"):
            if not _RULE.match(line):
                rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            _table(document, rows)
            rows = []
        if not line.strip():
            continue
        item = re.match(r"^(?:-|\d+\.) ", line)
        numbered = item is not None and not line.startswith("-")
        style = ("List Number" if numbered else "List Bullet") if item else None
        paragraph = document.add_paragraph(style=style)
        for place, run in enumerate(_BOLD.split(line[item.end() :] if item else line)):
            paragraph.add_run(run).bold = bool(place % 2)


def _table(document: "Docx", rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=max(len(row) for row in rows), style="Table Grid")
    for row in rows:
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=False):
            cell.text = _BOLD.sub(r"\1", text)
