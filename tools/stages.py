"""A batch in stages, for a page: a file within limits, computed piece by piece with progress, and a table to fill in.

The result is the very one of ``tools.batch.run_file``; only the way there can be watched and left.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, unreadable
from tools import batch
from tools.batch import Batch
from tools.calculator import InputSpec, calculator
from tools.units import format_number, load_data, parse, unit_name

if TYPE_CHECKING:
    from tools.factors import Registry

__all__ = ["Limits", "Stage", "joined", "limits", "small_enough", "stages", "template_headers", "write_template"]

_IDENTITY = "单位名称"
_DIGITS = 12
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page takes at once; ``tools/data/batch.yaml`` says why."""

    bytes: int
    unpacked_bytes: int
    rows: int
    rows_one_by_one: int
    stage_rows: int


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a batch is; ``batch`` is there with the last row."""

    done: int
    rows: int
    batch: Batch | None = None


@cache
def limits() -> Limits:
    """The limits of one upload."""
    return Limits(**load_data("batch.yaml")["upload"])


def stages(
    tool: str, path: Path, fixed: Mapping[str, str] | None = None, *, source: Registry | None = None
) -> Iterator[Stage]:
    """Compute every row of a file, saying how far it is; the last stage holds the batch.

    Raises InputError for a file that is too large or cannot be read, and whatever `tools.batch.plan` raises.
    """
    try:
        small_enough(path.name, path.stat().st_size)
        _unpacks_small(path)
    except OSError as error:
        raise InputError(f"读不了文件 {path.name}：{unreadable(error)}。") from error
    made, table = batch.read(tool, path, fixed)
    held, rows = limits(), len(table)
    by_columns = tool in load_data("batch.yaml")["linear"]
    most = held.rows if by_columns else held.rows_one_by_one
    if rows > most:
        raise InputError(f"{path.name} 有 {rows} 行，这个计算器一次最多 {most} 行；请分成几个文件。")
    yield Stage(0, rows)
    size = rows if by_columns else held.stage_rows
    pieces = []
    for start in range(0, rows, size):
        cells = {header: column[start : start + size] for header, column in table.columns.items()}
        pieces.append(batch.compute(made, cells, table.lines[start : start + size], source=source))
        if start + size < rows:
            yield Stage(start + size, rows)
    yield Stage(rows, rows, batch.reviewed(joined(pieces)))


def small_enough(name: str, size: int) -> None:
    """Raises InputError for a file of more bytes than are taken."""
    most = limits().bytes
    if size > most:
        raise InputError(f"{name} 超过 {most // _MEGABYTE} MB；请删去用不到的列，或分成几个文件。")


def _unpacks_small(path: Path) -> None:
    """A workbook is a zip file, and its parts say what they unfold to."""
    if path.suffix.lower() not in {".xlsx", ".xlsm", ".ods"}:
        return
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile as error:
        raise InputError(f"{path.name} 打不开，可能已损坏或加了密码；请另存为 xlsx 再试。") from error
    if unpacked > limits().unpacked_bytes:
        raise InputError(f"{path.name} 展开后太大；请只留要计算的那张表，另存为 xlsx 或 csv 再试。")


def joined(pieces: Sequence[Batch]) -> Batch:
    """The batch of all rows of consecutive pieces. Raises InputError where their results are of different units."""
    import numpy as np

    if len(pieces) == 1:
        return pieces[0]
    units = sorted({piece.unit for piece in pieces if piece.unit})
    if len(units) > 1:
        raise InputError(f"各行的结果单位不同（{'、'.join(map(unit_name, units))}），不能合计；请分成几个文件。")
    said = next((piece for piece in pieces if piece.unit), pieces[0])  # as a whole batch says what its first row did
    labels = dict.fromkeys(label for piece in pieces for label in piece.parts)
    names = [name for piece in pieces for name in (piece.names if piece.names is not None else ())]
    per = {
        name: (label, np.concatenate([piece.per[name][1] for piece in pieces]))
        for name, (label, _) in pieces[0].per.items()
    }
    return replace(
        pieces[0],
        lines=np.concatenate([piece.lines for piece in pieces]),
        names=names if pieces[0].names is not None else None,
        unit=units[0] if units else "",
        total=np.concatenate([piece.total for piece in pieces]),
        parts={label: np.concatenate([_part(piece, label) for piece in pieces]) for label in labels},
        per=per,
        apart={label: sum(piece.apart[label] for piece in pieces) for label in pieces[0].apart},
        failures=tuple(failure for piece in pieces for failure in piece.failures),
        factors=said.factors,
        assumptions=said.assumptions,
        warnings=said.warnings,
        skipped=sum(piece.skipped for piece in pieces),
    )


def _part(piece: Batch, label: str) -> Any:
    import numpy as np

    return piece.parts.get(label, np.full(len(piece.lines), np.nan))


# ----------------------------------------------------------------------------------------------------------- template


def template_headers(tool: str) -> Mapping[str, str | None]:
    """The columns of a table to fill in, with the input each one is (None for the institution's name).

    >>> list(template_headers("electricity"))
    ['单位名称', '用电量（千瓦时）', '地区', '数据年份']
    """
    spec = calculator(tool)
    anchor = next(header for item in spec.inputs for header in _headers(item) if _takes(tool, [header], item))
    headers: dict[str, str | None] = {_IDENTITY: None}
    for item in spec.inputs:
        for header in _headers(item):
            if _takes(tool, list(dict.fromkeys((anchor, header))), item):
                headers[header] = item.name
                break
    return headers


def _headers(item: InputSpec) -> tuple[str, ...]:
    unit = unit_name(item.unit).removeprefix("个") if item.kind == "quantity" and item.unit else ""
    return (f"{item.label}（{unit}）", item.label) if unit else (item.label,)


def _takes(tool: str, headers: Sequence[str], item: InputSpec) -> bool:
    """Whether a table with these headers fills the input. Some labels read as something else (a price, a daily figure)."""
    try:
        read = batch.plan(tool, [_IDENTITY, *headers])
    except InputError:
        return False
    return item.name in {*read.words, *(column.input for column in read.columns)}


def write_template(tool: str, path: Path, example: Mapping[str, str]) -> None:
    """Write an Excel table to fill in: headers with units, one example row, and a sheet that explains each column.

    ``example`` is what a person would type, by input. Raises InputError where the file cannot be written.
    """
    import xlsxwriter

    spec, headers = calculator(tool), template_headers(tool)
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            bold = book.add_format({"bold": True, "bg_color": "#E6EFE9", "border": 1, "text_wrap": True})
            wrap = book.add_format({"text_wrap": True, "valign": "top"})
            sheet, notes = book.add_worksheet("数据"), book.add_worksheet("说明")
            sheet.freeze_panes(1, 1)
            for n, (header, name) in enumerate(headers.items()):
                sheet.set_column(n, n, max(12, 2 * len(header)))
                sheet.write_string(0, n, header, bold)
                if name is None:
                    sheet.write_string(1, n, "示例单位（请改成您的数据）")
                elif name in example:
                    sheet.write(1, n, _cell(spec.input(name), example[name]))
            for n, width in enumerate((30, 10, 60, 40)):
                notes.set_column(n, n, width)
            lines = [
                ("列", "必填", "填什么", "不填时"),
                *(_explained(spec.input(n), h) for h, n in headers.items() if n),
            ]
            for row, line in enumerate(lines):
                for n, text in enumerate(line):
                    notes.write_string(row, n, text, wrap if row else bold)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(f"写不了文件 {path}：{error}。") from error


def _cell(item: InputSpec, text: str) -> float | str:
    """A number in the unit of the header, or the words as they are."""
    if item.kind != "quantity" or item.unit is None:
        return text
    read = parse(text, item.dimension or "number", default_unit=item.unit).to(item.unit)
    return float(format_number(float(read.magnitude), _DIGITS))


def _explained(item: InputSpec, header: str) -> tuple[str, str, str, str]:
    choices = "、".join(choice.label for choice in item.choices)
    what = f"可选：{choices}" if choices else item.question
    default = next((choice.label for choice in item.choices if choice.key == item.default), item.default or "")
    reason = f"（{item.default_reason}）" if default and item.default_reason else ""
    return header, "必填" if item.required else "", what, f"取 {default}{reason}" if default else ""
