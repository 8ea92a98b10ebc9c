"""Word documents (DOCX): paragraphs with their typed or automatic numbers, and tables, nested ones too."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.ingest.reading import Grid, Line, Page, Reading, Wrap
from corpus.ingest.safety import Limits
from corpus.ingest.text import tidy
from corpus.numerals import chinese

__all__ = ["read"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALIGN = {"center": "center", "right": "right", "end": "right"}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def read(path: Path, limits: Limits) -> Reading:
    """Read a DOCX. Raises ``InputError`` for a broken one."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(str(path))
        numbering = _Numbering(document)
        items: list[Line | Grid] = []
        size = 0
        for item in _blocks(document.element.body, numbering):
            size += len(item.text) if isinstance(item, Line) else sum(map(len, sum(item.rows, ())))
            if size > limits.characters:
                raise InputError(f"文档超过 {limits.characters} 字：请拆分后再添加。")
            items.append(item)
        facts = {"subject": document.core_properties.title or ""}
    except (PackageNotFoundError, LxmlError, zipfile.BadZipFile, OSError, KeyError, AttributeError, TypeError) as error:
        raise InputError("这份 DOCX 已损坏，打不开：请换一份完好的文件。") from error
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError("这份 DOCX 已损坏，打不开：请换一份完好的文件。") from error
    return Reading((Page(1, tuple(items)),), Wrap.TYPED, {k: v for k, v in facts.items() if v})


def _blocks(parent: Any, numbering: "_Numbering") -> Iterator[Line | Grid]:
    for child in parent:
        match child.tag.removeprefix(_W) if isinstance(child.tag, str) else "":
            case "p":
                yield from _paragraph(child, numbering)
            case "tbl":
                yield Grid(_rows(child, numbering), 1)
            case "sdt":
                content = child.find(f"{_W}sdtContent")
                if content is not None and not _is_contents(child):
                    yield from _blocks(content, numbering)


def _is_contents(block: Any) -> bool:
    """Whether a structured block is the table of contents Word generates."""
    gallery = block.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"


def _paragraph(element: Any, numbering: "_Numbering") -> Iterator[Line]:
    style = numbering.style_of(element)
    if style.lower().startswith(("toc", "目录")):
        return
    number = numbering.label(element)
    properties = element.find(f"{_W}pPr")
    align, indented = "", False
    if properties is not None:
        jc, ind = properties.find(f"{_W}jc"), properties.find(f"{_W}ind")
        align = _ALIGN.get(jc.get(f"{_W}val"), "") if jc is not None else ""
        indented = ind is not None and bool(ind.get(f"{_W}firstLine") or ind.get(f"{_W}firstLineChars"))
    for i, raw in enumerate(_text(element).split("\n")):
        text = tidy(number + raw) if i == 0 else tidy(raw)
        if text:
            yield Line(text, 1, align=align, indented=indented or raw.startswith(("\u3000", "  ")))


def _text(element: Any) -> str:
    """The text of a paragraph: insertions kept, deletions and field codes left out, line breaks kept."""
    out = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        match node.tag.removeprefix(_W):
            case "t":
                out.append(node.text or "")
            case "tab":
                if node.getparent().tag == f"{_W}r":
                    out.append(" ")
            case "noBreakHyphen":
                out.append("-")
            case _:
                out.append("" if node.get(f"{_W}type") == "page" else "\n")
    return "".join(out)


def _rows(table: Any, numbering: "_Numbering") -> tuple[tuple[str, ...], ...]:
    rows: list[list[str]] = []
    for row in table.findall(f"{_W}tr"):
        out: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            if cell.getparent() is not row and cell.getparent().tag != f"{_W}sdtContent":
                continue
            if next(cell.iterancestors(f"{_W}tbl")) is not table:
                continue
            properties = cell.find(f"{_W}tcPr")
            span, merge = 1, None
            if properties is not None:
                wide = properties.find(f"{_W}gridSpan")
                span = min(int(wide.get(f"{_W}val") or 1), 60) if wide is not None else 1
                merge = properties.find(f"{_W}vMerge")
            above = rows[-1][len(out)] if rows and len(out) < len(rows[-1]) else ""
            goes_on = merge is not None and merge.get(f"{_W}val") != "restart"
            out += [above if goes_on else _cell(cell, numbering)] * span
        rows.append(out)
    wide = max(map(len, rows), default=0)
    return tuple(tuple(row + [""] * (wide - len(row))) for row in rows if any(row))


def _cell(cell: Any, numbering: "_Numbering") -> str:
    """The text of a cell; a table inside it is written row by row."""
    parts = []
    for item in _blocks(cell, numbering):
        if isinstance(item, Line):
            parts.append(item.text)
        else:
            parts += ["，".join(dict.fromkeys(filter(None, row))) for row in item.rows]
    return "；".join(part.rstrip("；") for part in parts) if len(parts) > 1 else "".join(parts)


class _Numbering:
    """Automatic numbers, counted as Word counts them."""

    def __init__(self, document: Any) -> None:
        self._styles = {s.get(f"{_W}styleId"): s for s in document.styles.element.findall(f"{_W}style")}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._levels: dict[str, tuple[str, dict[int, tuple[str, str, int]]]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {a.get(f"{_W}abstractNumId"): a for a in root.findall(f"{_W}abstractNum")}
        for num in root.findall(f"{_W}num"):
            held = num.find(f"{_W}abstractNumId")
            which = held.get(f"{_W}val") if held is not None else ""
            if which in abstract:
                levels = {int(lv.get(f"{_W}ilvl")): _level(lv) for lv in abstract[which].findall(f"{_W}lvl")}
                self._levels[num.get(f"{_W}numId")] = (which, levels)

    def style_of(self, element: Any) -> str:
        style = element.find(f"{_W}pPr/{_W}pStyle")
        if style is None:
            return ""
        held = self._styles.get(style.get(f"{_W}val"))
        name = held.find(f"{_W}name") if held is not None else None
        return str(name.get(f"{_W}val")) if name is not None else ""

    def _numbered(self, element: Any) -> Any:
        found = element.find(f"{_W}pPr/{_W}numPr")
        if found is not None:
            return found
        style = element.find(f"{_W}pPr/{_W}pStyle")
        held = self._styles.get(style.get(f"{_W}val")) if style is not None else None
        return held.find(f"{_W}pPr/{_W}numPr") if held is not None else None

    def label(self, element: Any) -> str:
        """The number Word would print before the paragraph, empty if none."""
        found = self._numbered(element)
        if found is None or not _text(element).strip():
            return ""
        num, at = found.find(f"{_W}numId"), found.find(f"{_W}ilvl")
        which, levels = self._levels.get(num.get(f"{_W}val") if num is not None else "", ("", {}))
        level = int(at.get(f"{_W}val")) if at is not None else 0
        if level not in levels or levels[level][0] in {"bullet", "none"}:
            return ""
        counts = self._counts[which]
        counts[level] = counts.get(level, levels[level][2] - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]

        def written(match: re.Match[str]) -> str:
            n = int(match.group(1)) - 1
            form, _, start = levels.get(n, ("decimal", "", 1))
            return _number(counts.get(n, start), form)

        text = re.sub(r"%([1-9])", written, levels[level][1])
        return text + (" " if text[-1:].isalnum() else "")


def _level(element: Any) -> tuple[str, str, int]:
    def value(name: str, default: str) -> str:
        found = element.find(f"{_W}{name}")
        return str(found.get(f"{_W}val") or default) if found is not None else default

    return value("numFmt", "decimal"), value("lvlText", ""), int(value("start", "1"))


def _number(value: int, form: str) -> str:
    if not 0 < value < 10_000:
        return str(value)
    if form.startswith(("chinese", "japanese", "taiwanese", "ideograph")) and "Enclosed" not in form:
        return chinese(value)
    if form == "lowerLetter" and value <= 26:
        return chr(96 + value)
    if form == "upperLetter" and value <= 26:
        return chr(64 + value)
    if form in {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"} and value <= len(_CIRCLED):
        return _CIRCLED[value - 1]
    return str(value)
