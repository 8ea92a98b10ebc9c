"""Printed lines made paragraphs again: page furniture and contents pages taken out, broken lines joined."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from corpus.ingest.headings import Mark, caption, mark
from corpus.ingest.reading import Box, Grid, Line, Page, Reading, Wrap
from corpus.ingest.text import bare, ends_sentence, join, width

__all__ = ["Paragraph", "dropped", "paragraphs"]

_PAGE_NUMBER = re.compile(
    r"[-—–―－·•\s]*(?:第\s*)?(?:[0-9０-９]{1,4}|[IVXivxⅠ-Ⅻ]{1,6})\s*(?:页)?(?:\s*[/／,，共]\s*(?:共\s*)?[0-9]{1,4}\s*页?)?[-—–―－·•\s]*"
)
_SURE_NUMBER = re.compile(
    r"[-—–―－]\s*[0-9０-９]{1,4}\s*[-—–―－]|第\s*[0-9]{1,4}\s*页(?:\s*[/／,，]?\s*共\s*[0-9]{1,4}\s*页)?"
)
_ADDRESS = re.compile(r"(?:\d{4}/\d{1,2}/\d{1,2}.{0,60}$|(?:https?://|www\.)\S+(?:\s+\d+/\d+)?$|file:///)")
"""What a browser prints on the pages it prints."""
_CONTENTS = re.compile(r"目\s*[录次]")
_LEADER = re.compile(r"(?P<entry>.{2,70}?)\s*(?:[.…·．‧・]\s*){3,}[-—(（]?\s*(?:[0-9]{1,4}|[IVXivx]+)\s*[-—)）]?$")
_NUMBERED_ENTRY = re.compile(r"(?P<entry>.{2,70}?)\s*[-—(（]?\s*[0-9]{1,4}\s*[-—)）]?$")
_LONE_NUMBER = re.compile(r"(?:\d{1,2}|[A-Z])(?:\.\d{1,3})+")
_DATE = re.compile(r"[（(]?(?:\d{4}|[二〇○零一三四五六七八九]{4})\s*年.{1,8}月.{1,4}日[）)]?")
_MONTH = re.compile(
    r"[（(]?(?:\d{4}|[二〇○零一三四五六七八九]{4})\s*年\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*月[）)]?"
)
_BULLET = re.compile(r"——|[—●○■◆▪•·]|\[[0-9]{1,2}\]|[①-⑳]|注[：:0-9]|备注|[0-9]{1,2}[)）]")
_ATTACHED = re.compile(r"附\s*[件表录]\s*[:：]")
_ZONE = 0.13
"""Running heads and page numbers stand in this share of the page at top and bottom."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One whole paragraph; ``page`` and ``box`` are those of its first line."""

    text: str
    page: int
    last_page: int
    box: Box | None = None
    align: str = ""
    em: float = 0.0
    large: bool = False
    boxed: bool = False


def paragraphs(reading: Reading) -> list[Paragraph | Grid]:
    """The paragraphs and tables of a reading, in order."""
    items = [item for page in _without_furniture(reading) for item in page.items]
    items = _without_contents(items)
    made = _placed(items, reading.pages) if reading.wrap is Wrap.PLACED else _typed(items)
    return _joined_tables(made)


def dropped(reading: Reading) -> list[str]:
    """The lines taken out as page furniture or contents, for whoever wants to see that nothing else went."""
    kept = Counter(id(item) for item in _without_contents([i for p in _without_furniture(reading) for i in p.items]))
    return [i.text for p in reading.pages for i in p.items if isinstance(i, Line) and id(i) not in kept]


# --- what is printed on every page -----------------------------------------------------------------------------


def _without_furniture(reading: Reading) -> list[Page]:
    edges = [(page, _edges(page)) for page in reading.pages]
    counts = Counter(key for _, found in edges for key in {_shape(line.text) for line in found})
    least = max(3, len(reading.pages) * 0.3)
    several = len(reading.pages) > 1
    pages = []
    for page, found in edges:
        gone = {
            id(line)
            for line in found
            if _SURE_NUMBER.fullmatch(line.text)
            or _ADDRESS.match(line.text)
            or (several and page.height and _PAGE_NUMBER.fullmatch(line.text))
            or (counts[_shape(line.text)] >= least and not (mark(line.text) and not _running(line.text)))
        }
        gone |= {
            id(i) for i in page.items if isinstance(i, Line) and not page.height and _SURE_NUMBER.fullmatch(i.text)
        }
        pages.append(replace(page, items=tuple(i for i in page.items if id(i) not in gone)))
    return pages


def _running(text: str) -> bool:
    """A standard's number at the head of its pages (GB/T 1.1—2020) may look like a clause number."""
    return bool(re.match(r"(?:GB|DB|T/|JGJ|SJG|SZDB|HJ|CJJ)", text))


def _edges(page: Page) -> list[Line]:
    lines = [i for i in page.items if isinstance(i, Line)]
    if page.height:
        top, bottom = page.height * _ZONE, page.height * (1 - _ZONE)
        outer = [line for line in lines if line.box and (line.box[3] < top or line.box[1] > bottom)]
        return [line for line in outer if line in lines[:3] or line in lines[-3:]]
    return lines[:2] + lines[-2:] if len(lines) > 4 else []


def _shape(text: str) -> str:
    return re.sub(r"[0-9０-９]+", "#", re.sub(r"\s", "", text))


def _without_contents(items: Sequence[Line | Grid]) -> list[Line | Grid]:
    """Everything but the table of contents: the heading 目录 and the entries under it, and runs of dotted leaders."""
    later: dict[str, int] = {}
    for i, item in enumerate(items):
        if isinstance(item, Line):
            later[bare(item.text)[:12]] = i
    gone: set[int] = set()
    i = 0
    while i < len(items):
        item = items[i]
        if isinstance(item, Line) and _CONTENTS.fullmatch(item.text):
            end = i + 1
            while end < len(items) and _is_entry(items, end, later):
                end += 1
            if end > i + 2:
                gone.update(range(i, end))
                i = end
                continue
        i += 1
    run: list[int] = []
    for i in range(len(items) + 1):
        at = items[i] if i < len(items) else None
        if isinstance(at, Line) and _LEADER.fullmatch(at.text):
            run.append(i)
        else:
            if len(run) >= 3:
                gone.update(run)
            run = []
    return [item for i, item in enumerate(items) if i not in gone]


def _is_entry(items: Sequence[Line | Grid], i: int, later: dict[str, int]) -> bool:
    item = items[i]
    if not isinstance(item, Line):
        return False
    if _LEADER.fullmatch(item.text) or _PAGE_NUMBER.fullmatch(item.text):
        return True
    found = _NUMBERED_ENTRY.fullmatch(item.text)
    entry = found["entry"] if found else item.text
    if later.get(bare(entry)[:12], -1) > i and not ends_sentence(item.text):
        return True
    after = items[i + 1] if i + 1 < len(items) else None
    return isinstance(after, Line) and bool(_LEADER.fullmatch(after.text)) and not ends_sentence(item.text)


# --- printed lines ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float
    em: float
    spread: float
    """Sizes that differ by less than this share are one size: little for print, much for scans."""

    indent: float = 2.0
    """How far paragraphs are indented, in characters."""

    @property
    def large(self) -> float:
        return self.em * (1 + self.spread)


def _placed(items: Sequence[Line | Grid], pages: Sequence[Page]) -> list[Paragraph | Grid]:
    lines = [i for i in items if isinstance(i, Line) and i.box]
    if not lines:
        return list(_typed(items))
    wide = {page.number: round(page.width) for page in pages}
    groups: dict[tuple[int, int, int], list[Line]] = defaultdict(list)
    for line in lines:
        groups[line.page % 2, wide[line.page], line.column].append(line)
    sizes = [line.em for line in lines if line.em and width(line.text) > 10]
    middle = median(sizes or [10.0])
    even = sum(abs(size / middle - 1) < 0.05 for size in sizes) >= 0.5 * len(sizes)
    # The text layer of a scan gives every line a size of its own.
    spread = 0.07 if even and not any(page.scanned for page in pages) else 0.22
    whole = _margins(lines, spread)
    margins = {key: _margins(group, spread) if len(group) >= 12 else whole for key, group in groups.items()}
    sheets = {_sheet(line): (line.page % 2, wide[line.page], line.column) for line in lines}
    by_page = {sheet: margins.get(group, whole) for sheet, group in sheets.items()}
    for page in pages:
        # A notice before the document, or an annex after it, may be set in another size.
        own = [i for i in page.items if isinstance(i, Line) and i.em and not i.column]
        if len(own) >= 4 and abs(median(line.em for line in own) / whole.em - 1) > 0.1:
            by_page[page.number, 0] = _margins(own, spread)
        for column in {i.column for i in page.items if isinstance(i, Line) and i.column}:
            by_page[page.number, column] = _margins([i for i in lines if _sheet(i) == (page.number, column)], spread)
    indents = _uses_indents(lines, by_page)
    broken = [li for li in lines if _full(li, by_page) and not li.text.endswith("）") and not ends_sentence(li.text)]
    if sum(not _align(line, by_page[_sheet(line)]) for line in broken) < max(2, 0.03 * len(lines)):
        by_page = {number: replace(m, right=float("inf")) for number, m in by_page.items()}  # nothing is wrapped
    out: list[Paragraph | Grid] = []
    before: Line | None = None
    for item in items:
        if isinstance(item, Grid):
            out.append(item)
            before = None
            continue
        m = by_page[_sheet(item)]
        align = _align(item, m)
        last = out[-1] if out and before is not None else None
        if isinstance(last, Paragraph) and before and not _opens(item, align, before, last, by_page, indents=indents):
            align = "center" if align == "center" and last.text == before.text else last.align
            out[-1] = replace(last, text=join(last.text, item.text), last_page=item.page, align=align)
        else:
            large = item.em > m.large
            out.append(Paragraph(item.text, item.page, item.page, item.box, align, item.em, large, item.boxed))
        before = item
    return out


Sheet = tuple[int, int]
"""A page and the column of it."""


def _sheet(line: Line) -> Sheet:
    return line.page, line.column


def _margins(lines: Sequence[Line], spread: float) -> _Margins:
    em = median([line.em for line in lines if line.em] or [10.0])
    boxes = [line.box for line in lines if line.box]
    bins = Counter(round(box[0] / 3) for box in boxes)
    near = {b: bins[b - 1] + bins[b] + bins[b + 1] for b in bins}
    left = min((b for b in near if near[b] >= max(2, 0.1 * len(boxes))), default=min(bins))
    right = sorted(box[2] for box in boxes)[int(len(boxes) * 0.8)]
    if sum(abs(box[2] - right) < 1.2 * em for box in boxes) < 0.25 * len(boxes):
        right = max(box[2] for box in boxes)  # mostly short lines: the longest one shows the margin best
    exact = [box[0] for box in boxes if abs(round(box[0] / 3) - left) <= 1]
    edge = median(exact)
    steps = Counter(round((box[0] - edge) / em * 4) / 4 for box in boxes if 1.2 < (box[0] - edge) / em < 4.5)
    return _Margins(edge, right, em, spread, steps.most_common(1)[0][0] if steps else 2.0)


def _uses_indents(lines: Sequence[Line], by_page: dict[Sheet, _Margins]) -> bool:
    count = sum(
        _indent(line, by_page[_sheet(line)]) > 1.2 and _align(line, by_page[_sheet(line)]) == "" for line in lines
    )
    return count >= max(3, 0.06 * len(lines))


def _full(line: Line, by_page: dict[Sheet, _Margins]) -> bool:
    m = by_page[_sheet(line)]
    return line.box is None or line.box[2] > m.right - 2.2 * m.em


def _indent(line: Line, m: _Margins) -> float:
    return (line.box[0] - m.left) / m.em if line.box else 0.0


def _align(line: Line, m: _Margins) -> str:
    if line.box is None:
        return line.align
    left, right = (line.box[0] - m.left) / m.em, (m.right - line.box[2]) / m.em
    if left > 2.6 and right > 1.5 and abs(left - right) < max(1.6, 0.15 * (left + right)):
        return "center"
    if left > 8 and right < 4 and left > 2.5 * right:
        return "right"
    return "center" if line.em > m.large and left > 0.4 and abs(left - right) < 2.5 else ""


def _opens(
    line: Line, align: str, before: Line, last: Paragraph, by_page: dict[Sheet, _Margins], *, indents: bool
) -> bool:
    """Whether a printed line opens a new paragraph after the line ``before``, which ended paragraph ``last``."""
    if line.boxed != before.boxed or bool(line.column) != bool(before.column) or _LONE_NUMBER.fullmatch(before.text):
        return True
    m = by_page[_sheet(line)]
    full = _full(before, by_page)
    closed = ends_sentence(before.text)
    found = mark(line.text)
    if full and not closed and width(line.text) <= 4 and not (found or before.text.endswith(("）", ")")) or last.align):
        return False  # a scrap that a converter pushed to a line of its own
    if not found and not before.text.endswith(("。", "；")) and _unclosed(last.text):
        return False
    typography = _set_apart(line, align, before, last, by_page)
    if typography is not None:
        return typography
    if found or _BULLET.match(line.text) or caption(line.text):
        if closed or not full or _indent(line, m) > 1.2 or _follows(last.text, found):
            return True
        # A heading that fills its line: only another heading can follow it without a full stop.
        runs = (
            found is not None and found.family in {"article", "chapter", "heading"} and not found.rest.startswith("，")
        )
        return runs and mark(last.text) is not None and last.text == before.text and not _flows(before.text)
    return _margins_open(line, before, by_page, indents=indents)


def _set_apart(line: Line, align: str, before: Line, last: Paragraph, by_page: dict[Sheet, _Margins]) -> bool | None:
    """Whether size and alignment say that a line opens a paragraph; ``None`` where they say nothing."""
    m = by_page[_sheet(line)]
    full, closed, found = _full(before, by_page), ends_sentence(before.text), mark(line.text)
    if last.large and bool(line.em) != bool(before.em):
        return True  # a title again in English
    if line.em and before.em:
        ratio = line.em / before.em
        if not 0.77 < ratio < 1.3 or (not 1 - m.spread < ratio < 1 + m.spread and (closed or not full)):
            return True
    if align == "center" and not last.align and full and not closed and not found and last.text == before.text:
        return bool(mark(last.text)) or last.page != line.page
    if last.large and line.em > m.large:
        return not _one_title(last, line, before)
    if align or last.align:
        return not (align == last.align == "center" and _one_title(last, line, before))
    return True if _DATE.fullmatch(line.text) or _ATTACHED.match(line.text) else None


def _margins_open(line: Line, before: Line, by_page: dict[Sheet, _Margins], *, indents: bool) -> bool:
    """Whether margins alone say that a plain line opens a paragraph."""
    m, was = by_page[_sheet(line)], by_page[_sheet(before)]
    full, closed, indent = _full(before, by_page), ends_sentence(before.text), _indent(line, m)
    back = line.box and before.box and line.box[0] < min(m.left + 0.6 * m.em, before.box[0] - 1.2 * m.em)
    if back and not closed and width(before.text) > 20:
        return False  # back to the margin in the middle of a sentence
    if indents:
        if indent > 1.2:
            # Pushed in, but not as far as paragraphs are: a converter's slip.
            return not (full and not closed and abs(indent - m.indent) > 0.6 and not before.text.endswith(("）", ")")))
        short = width(before.text) < 0.6 * (was.right - was.left) / was.em
        if closed and short and (before.text.endswith(("：", ":")) or line.text.endswith(("：", ":"))):
            return True
        return _indent(before, was) > 6 and not full
    if full:
        return closed and indent > 1.2
    return closed or width(before.text) < 0.7 * (was.right - was.left) / was.em  # inf: always


def _unclosed(text: str) -> bool:
    """Whether a short text, a title or caption, stops inside brackets or book-title marks."""
    return len(text) < 90 and (text.count("《") > text.count("》") or text.count("（") > text.count("）"))


def _follows(text: str, found: Mark | None) -> bool:
    """Whether a mark is the next of the one the paragraph before opens with (1. and 2.)."""
    before = mark(text)
    return (
        found is not None and before is not None and found.family == before.family and found.value == before.value + 1
    )


def _flows(text: str) -> bool:
    """Whether a line plainly stops in the middle of a sentence."""
    return text.endswith(("，", "、", "的", "和", "与", "及", "（", "《", "“"))


def _one_title(last: Paragraph, line: Line, before: Line) -> bool:
    """Whether two centred lines are one title."""
    if last.page != line.page or mark(line.text) or mark(last.text):
        return False
    if _DATE.fullmatch(line.text) or _MONTH.fullmatch(line.text) or bool(line.em) != bool(before.em):
        return False  # a day or month under it, or the title again in English
    if (line.em and before.em and not 0.93 < line.em / before.em < 1.07) or re.search(
        r"〕\s*\d+\s*号", line.text + last.text
    ):
        return False
    if line.box and before.box and line.box[1] - before.box[3] > 2.6 * line.em:
        return False
    return not ends_sentence(last.text) and width(last.text) < 120


# --- typed lines -----------------------------------------------------------------------------------------------


def _typed(items: Sequence[Line | Grid]) -> list[Paragraph | Grid]:
    """Lines of text: each a paragraph, unless the text was wrapped by hand to one width."""
    margin = _wrapped_at([i.text for i in items if isinstance(i, Line)])
    indents = margin > 0 and sum(i.indented for i in items if isinstance(i, Line)) > 0.06 * len(items)
    out: list[Paragraph | Grid] = []
    before = ""
    for item in items:
        if isinstance(item, Grid):
            out.append(item)
            before = ""
            continue
        last = out[-1] if out else None
        if (
            margin
            and before
            and isinstance(last, Paragraph)
            and not (last.align or item.align)
            and not _typed_opens(item, before, last, margin, indents=indents)
        ):
            out[-1] = replace(last, text=join(last.text, item.text), last_page=item.page)
        else:
            out.append(Paragraph(item.text, item.page, item.page, align=item.align, large=item.bold))
        before = item.text
    return out


def _wrapped_at(lines: Sequence[str]) -> float:
    """The width a text was wrapped to by hand, 0 if it was not."""
    widths = [width(line) for line in lines]
    long = sorted(w for w in widths if w >= 12)
    if len(long) < 8:
        return 0.0
    margin = long[int(len(long) * 0.9)]
    full = [line for line, w in zip(lines, widths, strict=True) if margin - 3 <= w <= margin + 2]
    broken = sum(not ends_sentence(line) for line in full)
    return margin if margin <= 60 and len(full) >= 0.4 * len(long) and broken >= 0.5 * len(full) else 0.0


def _typed_opens(item: Line, before: str, last: Paragraph, margin: float, *, indents: bool) -> bool:
    closed, full = ends_sentence(before), width(before) >= margin - 3
    if _LONE_NUMBER.fullmatch(before):
        return True
    if _DATE.fullmatch(item.text) or _ATTACHED.match(item.text):
        return True
    if mark(item.text) or _BULLET.match(item.text) or caption(item.text):
        return closed or not full or (indents and item.indented)
    if indents:
        return item.indented or (not full and closed)
    return not full


# --- tables over page breaks -----------------------------------------------------------------------------------


def _joined_tables(items: Iterable[Paragraph | Grid]) -> list[Paragraph | Grid]:
    out: list[Paragraph | Grid] = []
    for item in items:
        last = out[-1] if out else None
        if isinstance(item, Grid) and isinstance(last, Grid) and 0 <= item.page - last.page <= 60:
            same = len(item.rows[0]) == len(last.rows[0])
            if same and (item.page > last.page or item.rows[0] == last.rows[0]):
                out[-1] = replace(last, rows=tuple(_continued(last.rows, item.rows)))
                continue
        out.append(item)
    return out


def _continued(before: Sequence[tuple[str, ...]], after: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows of a table that goes on overleaf: the header printed again drops out, a row cut in two is made whole."""
    rows = list(after)
    for header in before[:3]:
        if rows and rows[0] == header:
            rows.pop(0)
    merged = list(before)
    for i, row in enumerate(rows):
        filled = sum(bool(cell) for cell in row)
        if (i == 0 and filled < max(2, len(row) / 2)) or (i == 0 and not row[0] and not any(row[1:2])):
            merged[-1] = tuple(join(a, b) for a, b in zip(merged[-1], row, strict=True))
        elif not row[0] and merged:
            merged.append((merged[-1][0], *row[1:]))
        else:
            merged.append(row)
    return iter(merged)
