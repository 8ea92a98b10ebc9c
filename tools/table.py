"""Tables in files: CSV and Excel read into columns with the line each row stands on, and written back.

CSV may be UTF-8 or GB 18030 (what Excel saves in China). Rows above the header, such as a title, are passed over.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, unreadable

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

__all__ = ["Table", "decoded", "read_csv_text", "read_table", "write_table"]

_LOOK_AHEAD = 10
_SHEET_ROWS = 1_048_575

HeaderTest = Callable[[Sequence[str]], bool]


@dataclass(frozen=True)
class Table:
    """Columns of one length (text or numbers), and the line of the file each row stands on."""

    headers: tuple[str, ...]
    columns: Mapping[str, pl.Series]
    lines: np.ndarray[Any, Any]

    def __len__(self) -> int:
        return len(self.lines)


def read_table(path: Path, is_header: HeaderTest) -> Table:
    """Read a CSV or Excel file; ``is_header`` tells the header from the title rows above it.

    Raises InputError for a file that cannot be read, is empty, or names two columns alike.
    """
    if not path.is_file():
        raise InputError(f"找不到文件 {path}。")
    suffix = path.suffix.lower()
    if suffix in {".xlsx", ".xlsm", ".xls", ".ods"}:
        return _read_workbook(path, is_header)
    if suffix not in {".csv", ".txt", ".tsv"}:
        raise InputError(f"不认得 {path.name} 的格式；请给 csv 或 xlsx 文件。")
    try:
        text = decoded(path.read_bytes(), path.name)
    except OSError as error:
        raise InputError(f"读不了文件 {path}：{unreadable(error)}。") from error
    return read_csv_text(text, path.name, is_header=is_header)


def decoded(data: bytes, name: str) -> str:
    """The text of a CSV file: UTF-8 with or without its mark, else GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name} 不是 UTF-8 或 GBK 编码的文本；请另存为 UTF-8 的 CSV。")


def read_csv_text(
    text: str,
    name: str,
    *,
    is_header: HeaderTest = any,
    headers: Sequence[str] | None = None,
    first_line: int = 1,
) -> Table:
    """Read CSV text; with ``headers`` given, every line is a row and ``first_line`` is the line of the first.

    Else the header is the first of the upper lines that ``is_header`` accepts, and the first line failing that.
    """
    import numpy as np
    import polars as pl

    skipped = 0
    separator = ","
    if headers is None:
        head = text[:100_000].splitlines()[:_LOOK_AHEAD]
        separator = "\t" if head and "\t" in head[0] and "," not in head[0] else ","
        skipped = _header_row([next(csv.reader([line], delimiter=separator), []) for line in head], is_header, name)
        headers = _clean_headers(next(csv.reader([head[skipped]], delimiter=separator), []), name)
        body = text.split("\n", skipped + 1)[skipped + 1 :]
        text, first_line = (body[0] if body else ""), first_line + skipped + 1
    if not text.strip():
        raise InputError(f"{name} 只有表头，没有数据行。")
    try:
        frame = pl.read_csv(
            io.StringIO(text),
            has_header=False,
            new_columns=list(headers),
            infer_schema=False,
            separator=separator,
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{name} 不是完好的 CSV：{str(error).splitlines()[0]}") from error
    if frame.width < len(headers):
        frame = frame.with_columns([pl.lit("").alias(missing) for missing in headers[frame.width :]])
    frame = frame.select([pl.col(header).fill_null("") for header in headers])
    lines = _line_numbers(text, frame.height, first_line)
    filled = frame.select(pl.any_horizontal([pl.col(c).str.strip_chars() != "" for c in frame.columns])).to_series()
    if not filled.all():
        lines = lines[filled.to_numpy()]
        frame = frame.filter(filled)
    return Table(tuple(headers), {column: frame[column] for column in headers}, np.asarray(lines))


def _line_numbers(text: str, rows: int, first_line: int) -> np.ndarray[Any, Any]:
    """The line each row begins on: plain counting, unless quoted cells hold line breaks or lines are blank."""
    import numpy as np

    breaks = text.count("\n") + (0 if text.endswith("\n") else 1)
    if breaks == rows:
        return np.arange(first_line, first_line + rows)
    starts: list[int] = []
    reader = csv.reader(io.StringIO(text))
    begin = 1
    for row in reader:
        if row:
            starts.append(first_line + begin - 1)
        begin = reader.line_num + 1
    return np.asarray(starts) if len(starts) == rows else np.arange(first_line, first_line + rows)


def _read_workbook(path: Path, is_header: HeaderTest) -> Table:
    import numpy as np
    import python_calamine

    try:
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"{path.name} 打不开，可能已损坏或加了密码；请另存为 xlsx 再试。") from error
    at = _header_row([[_text(cell) for cell in row] for row in rows[:_LOOK_AHEAD]], is_header, path.name)
    headers = _clean_headers([_text(cell) for cell in rows[at]], path.name)
    kept = [(n, row) for n, row in enumerate(rows[at + 1 :], at + 2) if row.count("") < len(row)]
    if not kept:
        raise InputError(f"{path.name} 只有表头，没有数据行。")
    cells = zip(*(row for _, row in kept), strict=True)  # the sheet's rows are all as wide as its widest
    columns = {header: _column(header, column) for header, column in zip(headers, cells, strict=False)}
    return Table(headers, columns, np.asarray([n for n, _ in kept]))


def _column(header: str, cells: Sequence[Any]) -> pl.Series:
    """Numbers where every filled cell is one, else text."""
    import polars as pl

    kinds = {*map(type, cells)}
    if kinds <= {float, int}:
        return pl.Series(header, cells, dtype=pl.Float64, strict=False)
    if kinds <= {float, int, str} and {cell for cell in cells if type(cell) is str} == {""}:
        return pl.Series(header, [None if cell == "" else cell for cell in cells], dtype=pl.Float64, strict=False)
    return pl.Series(header, [_text(cell) for cell in cells], dtype=pl.String)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def _header_row(rows: Sequence[Sequence[str]], is_header: HeaderTest, name: str) -> int:
    if not rows or not any(any(cell.strip() for cell in row) for row in rows):
        raise InputError(f"{name} 是空的。")
    return next((n for n, row in enumerate(rows) if is_header([cell.strip() for cell in row])), 0)


def _clean_headers(cells: Sequence[str], name: str) -> tuple[str, ...]:
    headers = [" ".join(cell.split()) or f"第{n}列" for n, cell in enumerate(cells, 1)]
    while headers and headers[-1] == f"第{len(headers)}列":
        headers.pop()
    twice = sorted({header for header in headers if headers.count(header) > 1})
    if twice:
        raise InputError(f"{name} 有重名的列：{'、'.join(twice)}；请改名或删去一列。")
    return tuple(headers)


def write_table(path: Path, columns: Mapping[str, Iterable[Any]]) -> None:
    """Write columns to CSV (with the mark Excel needs for Chinese), Excel or Parquet, by the file's ending."""
    import polars as pl

    frame = pl.DataFrame(dict(columns))
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            frame.write_csv(path, include_bom=True)
        elif suffix == ".parquet":
            frame.write_parquet(path)
        elif suffix == ".xlsx":
            _write_workbook(path, frame)
        else:
            raise InputError(f"不会写 {path.name} 这种格式；请用 csv、xlsx 或 parquet。")
    except OSError as error:
        raise InputError(f"写不了文件 {path}：{unreadable(error)}。") from error


def _write_workbook(path: Path, frame: pl.DataFrame) -> None:
    import xlsxwriter

    if frame.height > _SHEET_ROWS:
        raise InputError(f"Excel 一张表最多 {_SHEET_ROWS} 行，结果有 {frame.height} 行；请写成 csv 或 parquet。")
    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "nan_inf_to_errors": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("结果")
        sheet.freeze_panes(1, 1)
        for n, header in enumerate(frame.columns):
            sheet.set_column(n, n, max(12, 2 * len(header)))
            sheet.write_string(0, n, header, bold)
        for n, row in enumerate(frame.iter_rows(), 1):
            for m, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(n, m, cell)
                elif cell is not None and not math.isnan(cell):
                    sheet.write_number(n, m, cell)
