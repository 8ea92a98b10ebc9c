"""Past one machine: the same computation over pieces of large files, on Dask workers.

A CSV is cut at line ends into pieces of some megabytes, a Parquet file at its row groups; a worker reads one piece,
computes it with `tools.batch`, writes its rows if asked to, and gives back the summary only. No more pieces are in
flight than there are workers to take them, so memory does not grow with the file. A cell of such a CSV holds no line
break.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from tools import batch
from tools.batch import Summary
from tools.factors import with_overrides
from tools.table import Table, decoded, read_csv_text

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Piece", "Task", "compute_piece", "pieces", "run_pieces"]

_PIECE_BYTES = 16 * 2**20
_SCAN_BYTES = 8 * 2**20
_HEAD_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of one file: bytes of a CSV or one row group of a Parquet file, and the line its first row stands on."""

    path: str
    headers: tuple[str, ...]
    start: int
    end: int
    first_line: int


def pieces(tool: str, paths: Sequence[Path], size: int = _PIECE_BYTES) -> Iterator[Piece]:
    """Cut files, and the CSV and Parquet files of folders, into pieces of about ``size`` bytes.

    Raises InputError for a path that is not there or holds nothing to read.
    """
    files = [file for path in paths for file in _files(path)]
    for file in files:
        yield from _row_groups(file) if file.suffix == ".parquet" else _slices(tool, file, size)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix.lower() in {".csv", ".parquet"})
        if not found:
            raise InputError(f"文件夹 {path} 里没有 csv 或 parquet 文件。")
        return found
    if not path.is_file():
        raise InputError(f"找不到文件 {path}。")
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise InputError(f"分块计算只读 csv 和 parquet；请把 {path.name} 另存为 csv。")
    return [path]


def _row_groups(path: Path) -> Iterator[Piece]:
    import pyarrow.parquet

    held = pyarrow.parquet.ParquetFile(path)
    line = 1
    for group in range(held.num_row_groups):
        yield Piece(str(path), tuple(held.schema_arrow.names), group, group + 1, line)
        line += held.metadata.row_group(group).num_rows


def _slices(tool: str, path: Path, size: int) -> Iterator[Piece]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        whole = head if len(head) < _HEAD_BYTES else head[: head.rfind(b"\n") + 1]
        table = read_csv_text(decoded(whole, path.name), path.name, is_header=batch.header_test(tool))
        line = int(table.lines[0])
        start = _offset(whole, line - 1)
        file.seek(start)
        first = line
        while block := _lines_of(file, size):
            end = start + len(block)
            yield Piece(str(path), table.headers, start, end, first)
            first += block.count(b"\n")
            start = end


def _offset(data: bytes, lines: int) -> int:
    """Where the line after so many begins."""
    at = 0
    for _ in range(lines):
        at = data.index(b"\n", at) + 1
    return at


def _lines_of(file: Any, size: int) -> bytes:
    """The next bytes up to the end of a line."""
    block: bytes = file.read(size)
    return block + file.readline() if block else block


def _read(piece: Piece) -> Table:
    path = Path(piece.path)
    if path.suffix == ".parquet":
        import numpy as np
        import polars as pl
        import pyarrow.parquet

        group = pyarrow.parquet.ParquetFile(path).read_row_group(piece.start)
        frame = pl.DataFrame(pl.from_arrow(group))
        lines = np.arange(piece.first_line, piece.first_line + frame.height)
        return Table(piece.headers, {name: frame[name] for name in frame.columns}, lines)
    with path.open("rb") as file:
        file.seek(piece.start)
        text = decoded(file.read(piece.end - piece.start), path.name)
    return read_csv_text(text, path.name, headers=piece.headers, first_line=piece.first_line)


@dataclass(frozen=True, slots=True)
class Task:
    """What is the same for every piece."""

    tool: str
    fixed: Mapping[str, str] | None = None
    out: str | None = None
    factors: str | None = None


def compute_piece(task: Task, piece: Piece, number: int = 0) -> Summary:
    """Read and compute one piece; with ``out`` its rows are written there as ``part-00000.parquet``."""
    table = _read(piece)
    source = None if task.factors is None else with_overrides(Path(task.factors))
    plan = batch.plan(task.tool, table.headers, task.fixed)
    made = batch.reviewed(batch.compute(plan, table.columns, table.lines, source=source))
    if task.out is not None:
        from tools.table import write_table

        write_table(Path(task.out) / f"part-{number:05d}.parquet", batch.result_columns(made))
    return _of_file(batch.summarise(made), Path(piece.path).name)


def _of_file(summary: Summary, file: str) -> Summary:
    """Lines mean nothing without their file once several are summed."""
    return replace(
        summary,
        ranking=tuple(replace(item, name=f"{file} {item.name}".strip()) for item in summary.ranking),
        failures=tuple(replace(item, name=f"{file} {item.name}".strip()) for item in summary.failures),
        review=tuple(replace(item, name=f"{file} {item.name}".strip()) for item in summary.review),
    )


def run_pieces(
    tool: str,
    paths: Sequence[Path],
    fixed: Mapping[str, str] | None = None,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    out: Path | None = None,
    own_factors: Path | None = None,
    size: int = _PIECE_BYTES,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Compute all pieces on a local cluster of ``workers`` processes, or on the Dask scheduler at that address.

    Needs the optional extra ``scale``. The workers of a remote scheduler must see the files under the same paths.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise InputError("分块并行计算要装可选部件：pip install 'nearzero[scale]'。") from error
    if own_factors is not None:
        with_overrides(own_factors)  # what is wrong with it is said here, not by a worker
    if out is not None and out.suffix:
        raise InputError(f"分块计算的结果是一个文件夹里的多个 parquet 文件，不能写成 {out.name}；请给一个文件夹名。")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    folder = None if out is None else str(out.resolve())
    task = Task(tool, fixed, folder, None if own_factors is None else str(own_factors.resolve()))
    if scheduler is not None:
        with Client(scheduler) as client:
            return _run(client, task, pieces(tool, paths, size), progress)
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
        ) as cluster,
        Client(cluster) as client,
    ):
        return _run(client, task, pieces(tool, paths, size), progress)


def _run(
    client: Client,
    task: Task,
    cut: Iterator[Piece],
    progress: Callable[[int], None] | None,
) -> Summary:
    """Keep the workers busy and no more than that; summaries are added in the order of the files."""
    from distributed import as_completed

    held: dict[Any, int] = {}
    made: dict[int, Summary] = {}

    def submit(number: int, piece: Piece) -> Any:
        future = client.submit(compute_piece, task, piece, number, pure=False)
        held[future.key] = number
        return future

    numbered = enumerate(cut)
    ahead = 2 * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
    waiting = as_completed([submit(n, piece) for n, piece in _some(numbered, ahead)])
    for future in waiting:
        number = held.pop(future.key)
        made[number] = future.result()
        future.release()
        if progress is not None:
            progress(made[number].rows)
        for n, piece in _some(numbered, 1):
            waiting.add(submit(n, piece))
    if not made:
        raise InputError("没有可以计算的数据行。")
    return reduce(batch.merge, (made[number] for number in sorted(made)))


def _some(items: Iterator[tuple[int, Piece]], count: int) -> Iterator[tuple[int, Piece]]:
    for _ in range(count):
        item = next(items, None)
        if item is None:
            return
        yield item
