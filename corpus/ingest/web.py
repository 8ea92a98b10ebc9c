"""Saved web pages (HTML): the article without menus, and what an official page states about it in its head."""

import re
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.ingest.plain import decode
from corpus.ingest.reading import Grid, Line, Page, Reading, Wrap
from corpus.ingest.safety import Limits
from corpus.ingest.text import tidy

__all__ = ["read"]

_FACTS = {
    "articletitle": "title",
    "pubdate": "issued",
    "publishdate": "issued",
    "contentsource": "issuer",
    "ogtitle": "subject",
}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_DATE = re.compile(r"(\d{4})[-年/.](\d{1,2})[-月/.](\d{1,2})")
_SKIP = {"script", "style", "nav", "header", "footer", "form", "noscript", "aside", "button", "select", "iframe"}
_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "section", "article", "center", "dd", "dt"}
_BODY = (
    "//*[@id='UCAP-CONTENT' or @id='zoom' or @id='Zoom' or @id='content' or @id='article' or @id='artibody']",
    "//*[contains(@class,'TRS_Editor') or contains(@class,'article-content') or contains(@class,'news_cont')"
    " or contains(@class,'pages_content') or contains(@class,'article_con')]",
    "//article",
)
"""Where official sites put the text (the publishing systems most of them run on mark it this way)."""


def read(path: Path, limits: Limits) -> Reading:
    """Read a saved web page. Raises ``InputError`` where no text is found."""
    from lxml import html
    from lxml.etree import LxmlError

    data = path.read_bytes()
    named = _CHARSET.search(data[:4096])
    try:
        text = (
            data.decode(named.group(1).decode("ascii").lower().replace("gb2312", "gb18030")) if named else decode(data)
        )
    except (LookupError, UnicodeDecodeError):
        text = decode(data)
    if len(text) > 4 * limits.characters:
        raise InputError("网页太大：请只保存正文再添加。")
    try:
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (LxmlError, ValueError, AssertionError) as error:
        raise InputError("这份网页文件已损坏，或者没有内容：请换一份完好的文件。") from error
    facts = _facts(root)
    items = _items(_body(root, text))
    if not items:
        raise InputError("这份网页里没有找到正文：请另存为文本再添加。")
    return Reading((Page(1, tuple(items)),), Wrap.TYPED, facts)


def _facts(root: Any) -> dict[str, str]:
    facts: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = re.sub(r"[^a-z]", "", (meta.get("name") or meta.get("property") or "").lower())
        value = tidy(meta.get("content") or "")
        if name in _FACTS and value:
            facts.setdefault(_FACTS[name], value)
    if "issued" in facts:
        found = _DATE.search(facts.pop("issued"))
        if found:
            facts["issued"] = f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}"
    title = root.findtext(".//title")
    if title and tidy(title):
        facts.setdefault("subject", re.split(r"[_|]|\s[-—–]+\s", tidy(title))[0])
    return facts


def _body(root: Any, text: str) -> Any:
    """The element that holds the article: as official sites mark it, else as trafilatura finds it, else the whole page."""
    for way in _BODY:
        held = [e for e in root.xpath(way) if len("".join(e.itertext()).strip()) > 100]
        if held:
            return max(held, key=lambda e: len("".join(e.itertext())))
    from lxml import html
    from trafilatura import extract

    found = extract(text, output_format="html", include_tables=True, favor_recall=True, include_comments=False)
    if found and len(found) > 100:
        return html.document_fromstring(found)
    body = root.find("body")
    return body if body is not None else root


def _items(root: Any) -> list[Line | Grid]:
    items: list[Line | Grid] = []
    held: list[str] = []
    where: list[Any] = []

    def close() -> None:
        text = tidy("".join(held).replace("\n", " "))
        if text:
            items.append(
                Line(text, 1, align=_align(where[-1]) if where else "", indented="".join(held)[:1] == "\u3000")
            )
        held.clear()

    def walk(element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _SKIP or not tag:
            held.append(element.tail or "")
            return
        if tag == "table":
            close()
            rows = _rows(element)
            # Pages laid out with tables: a table of one column or one row is a frame, not a table.
            if len(rows) > 1 and len(rows[0]) > 1:
                items.append(Grid(rows, 1))
            else:
                for cell in element.iter("td", "th"):
                    walk_children(cell)
                    close()
        else:
            block = tag in _BLOCKS
            if block:
                close()
                where.append(element)
            if tag == "br":
                close()
            walk_children(element)
            if block:
                close()
                where.pop()
        held.append(element.tail or "")

    def walk_children(element: Any) -> None:
        held.append(element.text or "")
        for child in element:
            walk(child)

    walk_children(root)
    close()
    return items


def _align(element: Any) -> str:
    style = (element.get("style") or "").replace(" ", "").lower() + (element.get("align") or "").lower()
    if element.tag in {"h1", "h2", "center"} or "text-align:center" in style or style.endswith("center"):
        return "center"
    return "right" if "text-align:right" in style or style.endswith("right") else ""


def _rows(table: Any) -> tuple[tuple[str, ...], ...]:
    held: dict[tuple[int, int], str] = {}
    rows = [r for r in table.iter("tr") if next(r.iterancestors("table")) is table][:5000]
    for y, row in enumerate(rows):
        x = 0
        for cell in row.findall("td") + row.findall("th") if row.find("td") is None else row:
            if cell.tag not in {"td", "th"}:
                continue
            while (y, x) in held:
                x += 1
            text = _cell(cell)
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            for dy in range(min(high, len(rows) - y)):
                for dx in range(wide):
                    held[y + dy, x + dx] = text
            x += wide
    columns = max((x for _, x in held), default=-1) + 1
    grid = tuple(tuple(held.get((y, x), "") for x in range(columns)) for y in range(len(rows)))
    return tuple(row for row in grid if any(row))


def _cell(cell: Any) -> str:
    nested = cell.find(".//table")
    if nested is None:
        return tidy(" ".join(" ".join(cell.itertext()).split()))
    before = tidy(cell.text or "")
    parts = [before] if before else []
    parts += ["，".join(dict.fromkeys(filter(None, row))) for row in _rows(nested)]
    return "；".join(parts)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), 60) if value.isdigit() and value != "0" else 1
