"""Rows of a table in words: each row with the names of its columns and its unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.ingest.reading import Grid
from corpus.ingest.text import width

__all__ = ["Row", "header", "rows", "unit_of"]

_NAMES = re.compile(r"名称|指标$|项目|品种|类别|内容|任务|事项|措施|单位名称|参数")
_UNIT = re.compile(r"单位\s*[:：]\s*((?:[^（）()]|[（(][^（）()]*(?:[（(][^（）()]*[）)])?[^（）()]*[）)])+)")
_FIGURE = re.compile(r"[0-9０-９]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it is about, and its cells with the names of their columns."""

    label: str
    text: str


def unit_of(caption: str) -> str:
    """The unit a caption gives for the whole table, empty if none.

    >>> unit_of("表6 单位建筑面积碳排放量（单位：kgCO2/(m2.a)）"), unit_of("表1 指标")
    ('kgCO2/(m2.a)', '')
    """
    found = _UNIT.search(caption)
    return found[1].strip() if found else ""


def header(grid: Grid) -> tuple[tuple[str, ...], int]:
    """Column names and how many rows they take; names of two rows are put together. No names: a form."""
    top = grid.rows[0]
    filled = [cell for cell in top if cell]
    if not filled or len(set(filled)) < 2 or any(width(cell) > 24 for cell in filled):
        return (), 0
    if sum(bool(_FIGURE.search(cell)) for cell in filled) > len(filled) / 2:
        return (), 0
    names, depth = list(top), 1
    # A second header row repeats the names that span both rows.
    for row in grid.rows[1:3]:
        spans = [a == b and bool(a) for a, b in zip(grid.rows[depth - 1], row, strict=True)]
        parted = {a for a in top if a and top.count(a) > 1}
        under = [b for a, b in zip(top, row, strict=True) if a in parted]
        if not any(spans) or not parted or len(set(under)) < 2 or any(map(_FIGURE.search, under)):
            break
        names = [a if a == b or not b else f"{a}（{b}）" for a, b in zip(names, row, strict=True)]
        depth += 1
    return tuple(names), depth


def rows(grid: Grid, unit: str = "") -> list[Row]:
    """The rows of a table in words."""
    names, depth = header(grid)
    body = grid.rows[depth:]
    column = _label_column(names, body)
    out: list[Row] = []
    for cells in body:
        said: list[str] = []
        for i, cell in enumerate(cells):
            name = names[i] if i < len(names) else ""
            if not cell or (i and cell == cells[i - 1] and (not name or name == names[i - 1])):
                continue
            said.append(f"{name}：{cell}" if name and name != cell else cell)
        if not said:
            continue
        label = cells[column] or next(filter(None, cells))
        if unit:
            said.append(f"单位：{unit}")
        text = "；".join(said) if names else _pairs(cells)
        out.append(Row(label[:60], text))
    return out


def _pairs(cells: Sequence[str]) -> str:
    """A row of a form: names and values in turn."""
    filled = [cell for i, cell in enumerate(cells) if cell and (i == 0 or cell != cells[i - 1])]
    return f"{filled[0]}：{'；'.join(filled[1:])}" if len(filled) > 1 else "".join(filled)


def _label_column(names: Sequence[str], body: Sequence[tuple[str, ...]]) -> int:
    """The column that says what a row is about: named so, else the first in which no two rows agree."""
    columns = range(len(body[0])) if body else range(0)
    telling = [i for i in columns if len({row[i] for row in body if row[i]}) >= 0.8 * len(body)]
    named = [i for i in telling if i < len(names) and _NAMES.search(names[i])]
    wordy = [i for i in telling if not all(_FIGURE.match(row[i]) for row in body if row[i])]
    return next(iter(named or wordy or telling), 0)
