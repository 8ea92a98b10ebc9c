"""PDF files with text: characters with their boxes from pdfium, ruled tables from pdfplumber, scans through OCR."""

import ctypes
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from corpus.errors import InputError
from corpus.ingest.reading import Box, Grid, Line, Page, Reading, Wrap
from corpus.ingest.safety import Limits
from corpus.ingest.text import join, tidy, tight

__all__ = ["read"]

_FEW = 20
"""Fewer visible characters than this on a page with a picture make it a scan."""
_GAP = 0.6
"""A gap wider than this share of a character is a space."""
_COLUMNS = 8
"""Fewer lines than this are no column."""
_BLANK = frozenset({10, 13, 32, 0xA0, 0x3000, 9, *range(0x2000, 0x200B)})
_COMPARED = re.compile(r"\D[≤≥＜＞<>：]")
_RULES = 6
"""Fewer drawn paths than this cannot be a table."""


@dataclass(slots=True)
class _Char:
    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    spaced: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def read(path: Path, limits: Limits) -> Reading:
    """Read a PDF. Raises ``InputError`` for a file that is encrypted, broken or too long."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        raise InputError(_why(str(error))) from error
    try:
        count = len(document)
        if count == 0:
            raise InputError("这份 PDF 一页也没有，可能已损坏：请换一份完好的文件。")
        if count > limits.pages:
            raise InputError(f"这份 PDF 有 {count} 页，超过上限 {limits.pages} 页：请拆分后再添加。")
        pages, scanned = [], 0
        for number in range(1, count + 1):
            try:
                page = document[number - 1]
            except pdfium.PdfiumError as error:
                raise InputError(f"这份 PDF 的第 {number} 页读不出来，文件可能已损坏：请换一份完好的文件。") from error
            chars = list(_chars(page))
            if _is_scan(page, chars):
                scanned += 1
                if scanned > limits.scanned_pages:
                    raise InputError(f"扫描页超过上限 {limits.scanned_pages} 页：请拆分后再添加。")
                pages.append(_scan(page, number))
            else:
                pages.append(_page(path, page, number, chars))
            page.close()
        return Reading(
            tuple(pages), Wrap.PLACED, notes=(f"其中 {scanned} 页是扫描件，由文字识别读出",) if scanned else ()
        )
    finally:
        document.close()


def _why(message: str) -> str:
    if "assword" in message:
        return "这份 PDF 加了密码：请先去掉密码再添加。"
    return "这份 PDF 打不开，可能已损坏或不是 PDF：请换一份完好的文件。"


# --- characters ------------------------------------------------------------------------------------------------


def _chars(page: Any) -> Iterator[_Char]:
    """The characters of a page in its own order, in points from the upper left corner as displayed."""
    from pypdfium2 import raw

    textpage = page.get_textpage()
    left, bottom, right, top = page.get_mediabox()
    turn = page.get_rotation()
    wide, high = right - left, top - bottom
    box = raw.FS_RECTF()
    spaced = False
    for i in range(textpage.count_chars()):
        code = raw.FPDFText_GetUnicode(textpage, i)
        if code in _BLANK:
            spaced = code not in {10, 13}
            continue
        if code in {0, 0xFFFE, 0xFFFF} or 0xD800 <= code <= 0xDFFF:
            continue
        if not raw.FPDFText_GetLooseCharBox(textpage, i, ctypes.byref(box)):
            continue
        x0, x1 = box.left - left, box.right - left
        y0, y1 = top - box.top, top - box.bottom
        if turn == 90:
            x0, x1, y0, y1 = high - y1, high - y0, x0, x1
        elif turn == 180:
            x0, x1, y0, y1 = wide - x1, wide - x0, high - y1, high - y0
        elif turn == 270:
            x0, x1, y0, y1 = y0, y1, wide - x1, wide - x0
        yield _Char(chr(code), x0, y0, x1, y1, spaced)
        spaced = False
    textpage.close()


def _lines(chars: Sequence[_Char]) -> list[list[_Char]]:
    """Characters gathered into printed lines, top to bottom; within a line the order of the file, where it runs on."""
    runs: list[list[_Char]] = []
    spans: list[tuple[float, float]] = []
    for char in chars:
        if char.bottom - char.top <= 0:
            continue
        for i in range(len(runs) - 1, max(-1, len(runs) - 4), -1):
            follows = i == len(runs) - 1 and char.x0 > runs[i][-1].x0 - 1
            if _shared(spans[i], (char.top, char.bottom)) > 0.55 and (follows or not _covered(char, runs[i])):
                runs[i].append(char)
                spans[i] = _wider(spans[i], char)
                break
        else:
            runs.append([char])
            spans.append((char.top, char.bottom))
    order = sorted(range(len(runs)), key=lambda i: sum(spans[i]))
    merged: list[list[list[_Char]]] = []
    last: tuple[float, float] | None = None
    for i in order:
        near = last is not None and _shared(last, spans[i]) > 0.55
        if near and last is not None and not any(_covered(c, run) for c in runs[i] for run in merged[-1]):
            merged[-1].append(runs[i])
            last = (min(last[0], spans[i][0]), max(last[1], spans[i][1])) if len(runs[i]) > 3 else last
        else:
            merged.append([runs[i]])
            last = spans[i]
    return [_in_order(pieces) for pieces in merged]


def _in_order(pieces: Sequence[Sequence[_Char]]) -> list[_Char]:
    """One line of its pieces. Squeezed punctuation overlaps, so characters are sorted only where pieces interleave."""
    ordered = sorted(pieces, key=lambda piece: min(c.x0 for c in piece))
    apart = all(a[-1].x0 <= b[0].x0 for a, b in pairwise(ordered))
    line = [char for piece in ordered for char in piece]
    runs_on = all(b.x0 > a.x0 - (a.x1 - a.x0) - 1 for a, b in pairwise(line))
    return line if apart and runs_on else sorted(line, key=lambda c: c.x0)


def _covered(char: _Char, line: Sequence[_Char]) -> bool:
    """Whether another character already stands in that place: formulas reach into the lines around them."""
    wide = max(char.x1 - char.x0, 0.1)
    return any(
        min(char.x1, c.x1) - max(char.x0, c.x0) > 0.2 * min(wide, max(c.x1 - c.x0, 0.1))
        and not (c.text == char.text and abs(c.x0 - char.x0) < 0.3 * wide)
        for c in line
    )


def _shared(a: tuple[float, float], b: tuple[float, float]) -> float:
    overlap = min(a[1], b[1]) - max(a[0], b[0])
    return overlap / max(min(a[1] - a[0], b[1] - b[0]), 0.1)


def _wider(span: tuple[float, float], char: _Char) -> tuple[float, float]:
    """A tall bracket or sign may not swallow the next line: a line grows only by characters of its own size."""
    if char.bottom - char.top > 1.3 * (span[1] - span[0]):
        return span
    return min(span[0], char.top), max(span[1], char.bottom)


def _written(line: Sequence[_Char], em: float) -> str:
    out, before = "", None
    for char in line:
        # Bold made by printing a character twice, a little apart.
        if before is not None and char.text == before.text and abs(char.x0 - before.x0) < 0.15 * em:
            continue
        if before is not None and (char.spaced or char.x0 - before.x1 > _GAP * em or _thin(before, char, em)):
            out += " "
        out += char.text
        before = char
    return tidy(out)


def _thin(before: _Char, char: _Char, em: float) -> bool:
    """Between Latin letters a narrower gap is already a space."""
    return before.text.isascii() and char.text.isascii() and char.x0 - before.x1 > 0.2 * em


def _line(line: Sequence[_Char], page: int) -> Line | None:
    wide = [c.x1 - c.x0 for c in line if c.text > "\u2e80" and c.x1 > c.x0]
    em = median(wide) if wide else 0.0
    text = _written(line, em or median(c.bottom - c.top for c in line) * 0.8)
    if not text:
        return None
    box = (line[0].x0, min(c.top for c in line), max(c.x1 for c in line), max(c.bottom for c in line))
    return Line(text, page, box, em)


# --- pages -----------------------------------------------------------------------------------------------------


def _page(path: Path, page: Any, number: int, chars: Sequence[_Char]) -> Page:
    grids, frames = _grids(path, page, number, chars)
    rest = [c for c in chars if not any(_inside(c, g.box) for g in grids if g.box)]
    items: list[Line | Grid] = list(grids)
    for frame in frames:
        boxed = [c for c in rest if _inside(c, frame)]
        rest = [c for c in rest if not _inside(c, frame)]
        items += [replace(made, boxed=True) for line in _lines(boxed) if (made := _line(line, number))]
    columns, rest = _columns(rest)
    items += [made for line in _lines(rest) if (made := _line(line, number))]
    placed = [(item.box[1] if item.box else 0.0, item) for item in items]
    # The columns stand one after the other where the first begins.
    top = min((c.top for c in columns[0]), default=0.0) if columns else 0.0
    for n, column in enumerate(columns, 1):
        placed += [(top, replace(made, column=n)) for line in _lines(column) if (made := _line(line, number))]
    placed.sort(key=lambda p: p[0])
    wide, high = page.get_size()
    return Page(number, tuple(item for _, item in placed), wide, high)


def _columns(chars: Sequence[_Char]) -> tuple[list[list[_Char]], list[_Char]]:
    """The two columns of a page or of the lower part of it, and the characters that stand in none.

    A gutter runs between lines on both sides that are as long as they can be; a list of names and figures set apart,
    or a form, has no such lines and is read across.
    """
    if len(chars) < _COLUMNS * 8:
        return [], list(chars)
    left, right = min(c.x0 for c in chars), max(c.x1 for c in chars)
    em = median(c.x1 - c.x0 for c in chars)
    gutter = _gutter(chars, left + 0.35 * (right - left), right - 0.35 * (right - left), em)
    if gutter is None:
        return [], list(chars)
    begin, end = gutter
    across = [c for c in chars if c.x0 < end and c.x1 > begin]
    half = median(c.middle for c in chars)
    top = max((c.bottom for c in across if c.middle < half), default=0.0)
    low = min((c.top for c in across if c.middle > half), default=float("inf"))
    within = [c for c in chars if top <= c.middle <= low and not begin < (c.x0 + c.x1) / 2 < end]
    sides = [[c for c in within if c.x1 <= end], [c for c in within if c.x1 > end]]
    for side, edge in zip(sides, (begin, right), strict=True):
        lines = _lines(side)
        full = sum(max(c.x1 for c in line) > edge - 2.5 * em for line in lines)
        if len(lines) < _COLUMNS or full < 0.25 * len(lines):
            return [], list(chars)
    held = {id(c) for side in sides for c in side}
    return sides, [c for c in chars if id(c) not in held]


def _gutter(chars: Sequence[_Char], low: float, high: float, em: float) -> tuple[float, float] | None:
    """The widest strip in the middle of a page that nearly no character stands in, at least a character wide."""
    counts = [0] * (int(high - low) + 2)
    for char in chars:
        for x in range(max(int(char.x0 - low), 0), min(int(char.x1 - low) + 1, len(counts))):
            counts[x] += 1
    least = 0.02 * len(chars) / max(len(counts), 1) * em
    best: tuple[float, float] | None = None
    start = None
    for x, count in enumerate([*counts, len(chars)]):
        if count <= least and start is None:
            start = x
        elif count > least and start is not None:
            if x - start >= em and (best is None or x - start > best[1] - best[0]):
                best = (low + start, low + x)
            start = None
    return best


def _inside(char: _Char, box: Box) -> bool:
    return box[0] - 1 <= (char.x0 + char.x1) / 2 <= box[2] + 1 and box[1] - 1 <= char.middle <= box[3] + 1


def _is_scan(page: Any, chars: Sequence[_Char]) -> bool:
    from pypdfium2 import raw

    seen = [c.text for c in chars if c.text.strip()]
    odd = sum("\ue000" <= c <= "\uf8ff" or c == "\ufffd" for c in seen)
    if len(seen) >= _FEW and odd < len(seen) / 2:
        return False
    wide, high = page.get_size()
    for item in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=4):
        x0, y0, x1, y1 = item.get_bounds()
        if (x1 - x0) * (y1 - y0) > 0.3 * wide * high:
            return True
    return len(seen) >= _FEW


def _scan(page: Any, number: int) -> Page:
    from corpus.ingest.scan import lines

    wide, high = page.get_size()
    scale = min(200 / 72, 2600 / max(wide, high, 1))
    found = lines(page.render(scale=scale).to_numpy(), number, scale)
    return Page(number, tuple(found), wide, high, scanned=True)


# --- tables ----------------------------------------------------------------------------------------------------


def _grids(path: Path, page: Any, number: int, chars: Sequence[_Char]) -> tuple[list[Grid], list[Box]]:
    """The ruled tables of a page, and the frames that hold a box of text (专栏)."""
    from pypdfium2 import raw

    paths = 0
    for _ in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=4):
        paths += 1
        if paths >= _RULES:
            break
    if paths == 0 or (paths < _RULES and not any(a.text + b.text == "专栏" for a, b in pairwise(chars))):
        return [], []
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    grids: list[Grid] = []
    frames: list[Box] = []
    with pdfplumber.open(path, pages=[number]) as document:
        for table in document.pages[0].find_tables():
            grid = _grid(table, number, chars)
            if grid is not None and not any(_within(grid.box, other.box) for other in grids):
                grids.append(grid)
            elif grid is None:
                x0, top, x1, bottom = table.bbox
                frame: Box = (x0, top, x1, bottom)
                if _cell_text([c for c in chars if _inside(c, frame)]).startswith("专栏"):
                    frames.append(frame)
        document.pages[0].close()
    return grids, frames


def _within(inner: Box | None, outer: Box | None) -> bool:
    if inner is None or outer is None:
        return False
    return (
        inner[0] >= outer[0] - 1 and inner[1] >= outer[1] - 1 and inner[2] <= outer[2] + 1 and inner[3] <= outer[3] + 1
    )


def _grid(table: Any, number: int, chars: Sequence[_Char]) -> Grid | None:
    """The rows of a ruled table; ``None`` for a frame around text."""
    cells: list[Box] = [tuple(cell) for cell in table.cells]
    tops = _steps(c[1] for c in cells)
    lefts = _steps(c[0] for c in cells)
    if len(tops) < 2 or len(lefts) < 2:
        return None
    box: Box = tuple(table.bbox)
    within = [c for c in chars if _inside(c, box)]
    texts = {cell: _cell_text([c for c in within if _holds(cell, c)]) for cell in cells}
    rows = tuple(
        tuple(_at(cells, texts, (_middle(lefts, x, box[2]), _middle(tops, y, box[3]))) for x in range(len(lefts)))
        for y in range(len(tops))
    )
    rows = tuple(row for row in rows if any(row))
    columns = [x for x in range(len(lefts)) if any(row[x] for row in rows)]
    rows = tuple(tuple(row[x] for x in columns) for row in rows)
    if len(rows) < 2 or sum(len(set(filter(None, row))) > 1 for row in rows) < 2:
        return None
    return Grid(rows, number, box)


def _steps(values: Iterator[float]) -> list[float]:
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > 3:
            out.append(value)
    return out


def _middle(steps: Sequence[float], i: int, end: float) -> float:
    return (steps[i] + (steps[i + 1] if i + 1 < len(steps) else end)) / 2


def _at(cells: Sequence[Box], texts: dict[Box, str], point: tuple[float, float]) -> str:
    for cell in cells:
        if cell[0] - 1 <= point[0] <= cell[2] + 1 and cell[1] - 1 <= point[1] <= cell[3] + 1:
            return texts[cell]
    return ""


def _holds(cell: Box, char: _Char) -> bool:
    return cell[0] <= (char.x0 + char.x1) / 2 <= cell[2] and cell[1] <= char.middle <= cell[3]


def _cell_text(chars: Sequence[_Char]) -> str:
    out = last = ""
    for line in _lines(chars):
        made = _line(line, 0)
        if made is None:
            continue
        # 城市社区：≤0.65 / 农村社区：≤0.5: two values in one cell, not one value broken in two.
        apart = last[-1:].isdigit() and _COMPARED.search(last) and _COMPARED.search(made.text)
        out = join(out + "；" if apart else out, made.text)
        last = made.text
    return tight(out)
