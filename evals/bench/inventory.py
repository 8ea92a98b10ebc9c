"""How fast the inventory of many institutions is: the columns, the file, and the pieces on workers.

    python -m evals.bench.inventory                        100 000 rows: file, columns, ratio to bare numpy
    python -m evals.bench.inventory --spread 10000000      that many rows in CSV pieces on two Dask workers

The rows are drawn at random with a fixed seed; files lie in a temporary folder and are deleted.
"""

import argparse
import json
import resource
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

from tools import batch, factors
from tools.scaling import run_pieces

__all__ = ["main", "rows", "spread", "whole"]

_MOST = {
    "用电量(万度)": 300.0,
    "转供电量(万度)": 0.9,
    "天然气（万方）": 20.0,
    "汽油(升)": 9000.0,
    "柴油(升)": 900.0,
    "液化石油气(kg)": 900.0,
    "外购热力(GJ)": 300.0,
    "建筑面积/㎡": 60000.0,
    "用能人数": 1500.0,
}
_SEED = 20260101
_REPEATS = 15
_FILE_ROWS = 500_000

Columns = dict[str, np.ndarray[Any, Any]]


def rows(count: int, seed: int = _SEED) -> Columns:
    """Random columns of a spreadsheet; what is passed on is never more than what was bought."""
    draw = np.random.default_rng(seed)
    return {header: draw.uniform(most / 100 if most > 1 else 0, most, count).round(3) for header, most in _MOST.items()}


def _bare(cells: Columns, each: dict[str, float]) -> tuple[np.ndarray[Any, Any], ...]:
    """The same arithmetic with nothing checked: what numpy alone takes."""
    power = (cells["用电量(万度)"] - cells["转供电量(万度)"]) * each["power"]
    gas = cells["天然气（万方）"] * each["gas"]
    gasoline, diesel = cells["汽油(升)"] * each["gasoline"], cells["柴油(升)"] * each["diesel"]
    lpg, heat = cells["液化石油气(kg)"] * each["lpg"], cells["外购热力(GJ)"] * each["heat"]
    total = power + gas + gasoline + diesel + lpg + heat
    return (
        total,
        total / cells["建筑面积/㎡"] * 1000,
        total / cells["用能人数"] * 1000,
        power,
        gas,
        gasoline,
        diesel,
        lpg,
        heat,
    )


def _factors() -> dict[str, float]:
    """Tonnes for one unit of each header."""
    kept = {name: factors.get(f"fuel.jst303.{name}").value for name in ("gasoline", "diesel", "lpg")}
    each = {name: value / 1000 for name, value in kept.items()}
    each["power"] = factors.pick("electricity").factor.value * 10
    each["gas"] = factors.get("fuel.jst303.natural-gas").value * 10
    each["heat"] = factors.get("heat.jst303").value
    return each


def _times(work: Callable[[], object]) -> list[float]:
    taken = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return taken


def whole(count: int) -> dict[str, Any]:
    """One process: the file from disk to summary, and the columns against bare numpy."""
    cells, each = rows(count), _factors()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "institutions.csv"
        names = {"单位名称": [f"机构{n}" for n in range(count)]}
        pl.DataFrame({**names, **cells}).write_csv(path)
        begin = time.perf_counter()
        summary = batch.summarise(batch.run_file("inventory", path)[0])
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        batch.summarise(batch.run_file("inventory", path)[0])
        again = time.perf_counter() - begin
    made = batch.compute(batch.plan("inventory", list(cells)), cells)
    apart = float(np.max(np.abs(made.total / _bare(cells, each)[0] - 1)))
    bare = _times(lambda: _bare(cells, each))
    ours = _times(lambda: batch.compute(batch.plan("inventory", list(cells)), cells))
    return {
        "rows": count,
        "failed": summary.failed,
        "file_to_summary_first_s": round(first, 3),
        "file_to_summary_again_s": round(again, 3),
        "bare_numpy_ms": _spread_of(bare),
        "headers_checked_and_computed_ms": _spread_of(ours),
        "ratio_of_medians": round(statistics.median(ours) / statistics.median(bare), 2),
        "ratio_of_best": round(min(ours) / min(bare), 2),
        "largest_relative_difference": apart,
    }


def _spread_of(taken: list[float]) -> dict[str, float]:
    return {"best": round(min(taken) * 1000, 2), "median": round(statistics.median(taken) * 1000, 2)}


def spread(count: int, workers: int = 2) -> dict[str, Any]:
    """Workers: files of half a million rows, computed in pieces; peak memory of the whole tree of processes."""
    with tempfile.TemporaryDirectory() as folder:
        size, known = 0, 0.0
        each = _factors()
        for n, start in enumerate(range(0, count, _FILE_ROWS)):
            cells = rows(min(_FILE_ROWS, count - start), _SEED + n)
            known += float(_bare(cells, each)[0].sum())
            path = Path(folder) / f"institutions-{n:04d}.csv"
            pl.DataFrame(cells).write_csv(path)
            size += path.stat().st_size
        watch = _Watch()
        begin = time.perf_counter()
        with watch:
            summary = run_pieces("inventory", [Path(folder)], workers=workers)
        taken = time.perf_counter() - begin
    return {
        "rows": summary.rows,
        "failed": summary.failed,
        "csv_mib": round(size / 2**20),
        "workers": workers,
        "seconds": round(taken, 1),
        "rows_per_second": round(summary.rows / taken),
        "peak_mib_all_processes": round(watch.peak / 2**20),
        "peak_mib_this_process": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10),
        "relative_difference_of_total": abs(summary.total / known - 1),
    }


class _Watch:
    """The largest sum of resident memory of this process and its children while it is open."""

    def __init__(self) -> None:
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        this = psutil.Process()
        while not self._done.wait(0.2):
            held = 0
            for process in (this, *this.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, held)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the inventory of many institutions.")
    parser.add_argument("--rows", type=int, default=100_000, help="rows for one process")
    parser.add_argument("--spread", type=int, help="rows for the workers instead")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    made = spread(given.spread, given.workers) if given.spread else whole(given.rows)
    print(json.dumps(made, ensure_ascii=False, indent=2))  # noqa: T201 - the output of this program


if __name__ == "__main__":
    main()
