"""Many institutions at once: a spreadsheet whose headers carry units, computed by columns.

Units are checked once per column. A calculator whose total is a sum of amounts times factors (the yearly inventory) is
computed with numpy: its coefficients are read off the scalar calculator by running it, so the factors, the picking by
place and year and the deductions are that calculator's own. Any other calculator runs row by row. A row that cannot be
computed is reported with its line and the reason; the others go on.

>>> made = compute(plan("inventory", ["单位名称", "用电量(万度)"]), {"单位名称": ["甲", "乙"], "用电量(万度)": [1.0, -2.0]})
>>> round(float(made.total[0]), 6), made.failures[0].reason
(4.419, '用电量(万度)：给的是 -2 万度，可用范围是 0～10000000 万度（一个机关到一个城市的公共机构）')
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, UnitMismatch
from tools import factors
from tools.calculator import Calculator, Computation, InputSpec, calculator
from tools.factors import Factor, Registry
from tools.quantities import find
from tools.units import fits, format_number, load_data, parse, registry, unit_name

if TYPE_CHECKING:
    import numpy as np
    from pint import Quantity

    from tools.table import Table

__all__ = [
    "Batch",
    "Column",
    "Failure",
    "Plan",
    "Ranked",
    "Summary",
    "compute",
    "merge",
    "plan",
    "read",
    "result_columns",
    "reviewed",
    "run_file",
    "summarise",
    "to_json",
    "to_markdown",
]

_PROBE = 1e6
_TOP = 20
_LISTED = 200
_HOPELESS = 500
_DIGITS = 6

Source = Registry | None


@dataclass(frozen=True, slots=True)
class Column:
    """A quantity column: the input it fills, its unit as written, and that unit's size in ``canonical`` units."""

    header: str
    input: str
    label: str
    unit: str
    scale: float
    canonical: str
    dimension: str
    low: float | None = None
    high: float | None = None
    range_reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the headers of a table fill the inputs of a calculator; made once, used for every chunk."""

    spec: Calculator
    columns: tuple[Column, ...]
    words: Mapping[str, str]
    fixed: Mapping[str, str]
    identity: str | None = None
    ignored: tuple[tuple[str, str], ...] = ()
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that was not counted: its line in the file, which institution, and why."""

    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row in the ranking by total."""

    line: int
    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Batch:
    """The result by rows, arrays of one length; a row that failed is NaN everywhere. Emissions are in ``unit``."""

    plan: Plan
    lines: np.ndarray[Any, Any]
    names: Sequence[str] | None
    unit: str
    total: np.ndarray[Any, Any]
    parts: Mapping[str, np.ndarray[Any, Any]]
    per: Mapping[str, tuple[str, np.ndarray[Any, Any]]]
    apart: Mapping[str, float]
    failures: tuple[Failure, ...]
    review: tuple[Failure, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: int = 0

    def name(self, row: int) -> str:
        return "" if self.names is None else str(self.names[row])


@dataclass(frozen=True, slots=True)
class Summary:
    """What is left of a batch when its rows are let go: sums, the largest, the failed. Two of them merge."""

    tool: str
    title: str
    unit: str
    rows: int
    done: int
    failed: int
    skipped: int
    total: float
    parts: Mapping[str, float]
    apart: Mapping[str, float]
    medians: Mapping[str, tuple[str, float]]
    ranking: tuple[Ranked, ...]
    failures: tuple[Failure, ...]
    review: tuple[Failure, ...]
    columns: tuple[Column, ...]
    ignored: tuple[tuple[str, str], ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


# ------------------------------------------------------------------------------------------------------------ headers


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = load_data("batch.yaml")
    return words


def plan(tool: str, headers: Sequence[str], fixed: Mapping[str, str] | None = None) -> Plan:
    """Match headers to inputs and check each header's unit, once.

    ``fixed`` gives inputs that hold for every row, such as the year. Raises UnitMismatch for a header whose unit is of
    another dimension (naming it and what fits), InputError where two columns mean one input or none means any.
    """
    return _plan(tool, tuple(headers), tuple((fixed or {}).items()))


@lru_cache(maxsize=64)
def _plan(tool: str, headers: tuple[str, ...], given: tuple[tuple[str, str], ...]) -> Plan:
    spec = calculator(tool)
    fixed = {spec.input(key).name: value for key, value in given}
    identity = _identity(headers)
    ignored: list[tuple[str, str]] = []
    found: dict[str, list[tuple[bool, str, str | None]]] = {}
    for header in headers:
        if header == identity:
            continue
        name, unit = _split(header)
        match = _match(spec, name)
        if match is None or any(word in name for word in _words()["not_inputs"]):
            ignored.append((header, "不是这个计算器的输入"))
            continue
        item, exact = match
        found.setdefault(item.name, []).append((exact, header, unit))
    columns, words, assumptions = [], {}, []
    for input_name, candidates in found.items():
        item = spec.input(input_name)
        header, unit = _the_one(item, candidates, ignored)
        if input_name in fixed:
            raise InputError(f"{item.label}在“{header}”列和命令里都给了；请只留一处。")
        if item.kind == "quantity":
            column, assumption = _column(item, header, unit)
            columns.append(column)
            assumptions += assumption
        else:
            words[input_name] = header
    told = [name for name in words if spec.input(name).kind == "text" and spec.input(name).default is None]
    if not columns and not told:  # journeys are told in words
        known = "、".join(item.label for item in spec.inputs if item.kind == "quantity")
        raise InputError(f"表头里没有一列是{spec.title}的输入；请把列名写成如“用电量(万度)”，可用的项目：{known}。")
    return Plan(
        spec,
        tuple(columns),
        MappingProxyType(words),
        MappingProxyType(fixed),
        identity,
        tuple(ignored),
        tuple(assumptions),
    )


def _identity(headers: Sequence[str]) -> str | None:
    return next((name for name in _words()["identity"] if name in headers), None)


_BRACKETED = re.compile(r"(?P<name>[^（(\[【]+)[（(\[【](?:单位[:：])?(?P<unit>[^）)\]】]+)[）)\]】]")
_PARTED = re.compile(r"(?P<name>[^/／_，,：:\s]+)[/／_，,：:\s]+(?P<unit>.+)")
_LATIN = re.compile(r"(?P<name>[\u4e00-\u9fff]+)(?P<unit>[A-Za-z][A-Za-z0-9²³]*)")


def _split(header: str) -> tuple[str, str | None]:
    """Name and unit of a header: 用电量(万度), 天然气（万方）, 建筑面积/㎡, 用电量 kWh."""
    plain = header.strip()
    for pattern in (_BRACKETED, _PARTED, _LATIN):
        match = pattern.fullmatch(plain)
        if match is not None:
            unit = match["unit"].strip()
            return match["name"].strip(), None if unit in _words()["remarks"] else unit
    return plain, None


_PREFIX = re.compile(r"^(?:\d{4}年度?|全年|年度|年|全|总)+")


def _match(spec: Calculator, name: str) -> tuple[InputSpec, bool] | None:
    """The input a column name means, and whether it is that input's very name; the longest word in it decides."""
    plain = "".join(name.split())
    bare = _PREFIX.sub("", plain) or plain
    best: tuple[int, InputSpec] | None = None
    for item in spec.inputs:
        names = {item.name, item.label, *_words()["names"].get(item.name, ())}
        if plain in names or bare in names:
            return item, True
        held = [word for word in (*names, *item.cues) if word in plain and len(word) > 1]
        if plain in item.cues or bare in item.cues:
            held.append(bare)
        longest = max(map(len, held), default=0)
        if longest and (best is None or longest > best[0]):
            best = longest, item
    return None if best is None else (best[1], False)


def _the_one(
    item: InputSpec, candidates: list[tuple[bool, str, str | None]], ignored: list[tuple[str, str]]
) -> tuple[str, str | None]:
    """The column of an input: the one that bears its name, else the only one."""
    exact = [candidate for candidate in candidates if candidate[0]]
    chosen = exact or candidates
    if len(chosen) > 1:
        listed = "、".join(f"“{header}”" for _, header, _ in chosen)
        raise InputError(f"{listed}都是{item.label}，不知道用哪一列；请只留一列，或先加成一列。")
    ignored += [
        (header, f"已用“{chosen[0][1]}”作{item.label}") for _, header, _ in candidates if header != chosen[0][1]
    ]
    return chosen[0][1], chosen[0][2]


def _column(item: InputSpec, header: str, unit: str | None) -> tuple[Column, list[str]]:
    if any(word in header for word in _words()["not_yearly"]):
        raise UnitMismatch(f"“{header}”不是全年的数，这里要全年{item.label}；请先加成全年合计再填。", given=header)
    label = item.dimension or "number"
    assumptions: list[str] = []
    if unit is None:
        unit_text, canonical, scale = unit_name(item.unit or "dimensionless"), item.unit or "dimensionless", 1.0
        if not _is_count(label):
            assumptions.append(f"“{header}”列没有写单位，按{unit_text}读")
    else:
        unit_text = re.sub(r"(?:[/／每](?:年|a|yr))$", "", unit)
        label, canonical, scale = _unit(item, header, unit_text)
    low, high = item.low, item.high
    column = Column(
        header=header,
        input=item.name,
        label=item.label,
        unit=unit_text,
        scale=scale,
        canonical=canonical,
        dimension=label,
        low=None if low is None else low / scale,
        high=None if high is None else high / scale,
        range_reason=item.range_reason,
    )
    return column, assumptions


def _is_count(label: str) -> bool:
    from tools.units import unit_table

    info = unit_table().labels.get(label)
    return info is not None and info.count


def _unit(item: InputSpec, header: str, unit: str) -> tuple[str, str, float]:
    """The label, canonical unit and size of a header's unit. Raises UnitMismatch or InputError naming the column."""
    refused: InputError | None = None
    for label in (item.dimension or "number", *item.also):
        try:
            one = _one(unit, label)
        except InputError as error:
            refused = refused or error
            continue
        canonical = item.unit or "dimensionless"
        if not one.is_compatible_with(canonical):
            from tools.units import reference_unit

            canonical = reference_unit(label)
        return label, canonical, float(one.to(canonical).magnitude)
    line = f"“{header}”列的单位不对：{refused}"
    if isinstance(refused, UnitMismatch):
        raise UnitMismatch(line, given=refused.given, expected=refused.expected)
    raise InputError(line)


def _one(unit: str, label: str) -> Quantity[Any]:
    """One of a unit that is read to its last letter: 千焦瓦 is none, though it begins with one."""
    found = find(f"1{unit}")
    if len(found) == 1 and found[0].span != (0, len(unit) + 1):
        raise InputError(f"“{unit}”不是能识别的单位，可用{fits(label)}。")
    return parse(f"1{unit}", label)


# -------------------------------------------------------------------------------------------------------------- cells


def _numbers(cells: Any, column: Column) -> tuple[np.ndarray[Any, Any], dict[int, str]]:
    """A column as numbers in its header's unit, NaN where it is blank; and what could not be read, by row."""
    import numpy as np

    if isinstance(cells, np.ndarray):
        return cells.astype(np.float64, copy=False), {}
    import polars as pl

    series = cells if isinstance(cells, pl.Series) else pl.Series(column.header, cells, strict=False)
    if series.dtype.is_numeric():
        return series.cast(pl.Float64).to_numpy(), {}
    text = series.cast(pl.String).fill_null("").str.strip_chars()
    numbers = text.cast(pl.Float64, strict=False)
    values = numbers.to_numpy().copy() if numbers.null_count() else numbers.to_numpy()
    if not numbers.null_count():
        return _finite(values, text)
    unread = (numbers.is_null() & (text != "") & ~text.is_in(_words()["blank"])).arg_true()
    bad: dict[int, str] = {}
    if len(unread):
        seen: dict[str, float | str] = {}
        for row, cell in zip(unread.to_list(), text.gather(unread).to_list(), strict=True):
            if cell not in seen:
                hopeless = len(seen) >= _HOPELESS and len(bad) >= len(seen)  # a column of something else altogether
                seen[cell] = f"读不懂“{cell}”，可用{fits(column.dimension)}" if hopeless else _one_cell(cell, column)
            read = seen[cell]
            if isinstance(read, str):
                bad[row] = read
            else:
                values[row] = read
    values, infinite = _finite(values, text)
    return values, bad | infinite


def _finite(values: np.ndarray[Any, Any], text: Any) -> tuple[np.ndarray[Any, Any], dict[int, str]]:
    """``nan`` and ``inf`` read as numbers are none: the first is a blank, the second an error."""
    import numpy as np

    rows = np.flatnonzero(np.isinf(values))
    if not len(rows):
        return values, {}
    values = values.copy()
    values[rows] = np.nan
    return values, {int(row): f"“{text[int(row)]}”不是一个有限的数" for row in rows}


_NUMBER_UNIT = re.compile(r"([-+]?[\d,]*\.?\d+)\s*(\D.*)")


def _one_cell(cell: str, column: Column) -> float | str:
    """A cell that is no plain number: with separators, with a unit of its own, in Chinese numerals; else why not."""
    plain = cell.replace(",", "").replace("，", "")
    try:
        return float(plain)
    except ValueError:
        pass
    match = _NUMBER_UNIT.fullmatch(plain)
    try:
        if match is not None and not set(match[2]) <= set("十百千万亿"):
            return float(match[1]) * _cell_unit(match[2], column)
        return float(parse(cell, "number").magnitude)  # 三万: a numeral alone is in the header's unit
    except InputError:
        pass
    try:
        return float(parse(cell, column.dimension).to(column.canonical).magnitude) / column.scale
    except InputError as error:
        return str(error)


@cache
def _cell_unit(unit: str, column: Column) -> float:
    """The size of a unit written in a cell, in the unit of the header."""
    return float(_one(unit, column.dimension).to(column.canonical).magnitude) / column.scale


# -------------------------------------------------------------------------------------------------------- coefficients


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the total: what is counted, what is taken off, each with emissions (in the unit) per canonical unit."""

    label: str
    counted: tuple[tuple[str, float], ...]
    taken: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Model:
    """The calculator as coefficients for one combination of words (place, year, kind)."""

    unit: str
    lines: tuple[_Line, ...]
    factors: tuple[Factor, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


_MODELS: dict[tuple[Any, ...], _Model] = {}


def _model(plan: Plan, words: Mapping[str, str], source: Source, like: _Model | None = None) -> _Model:
    """The coefficients for ``words``, kept for the shipped factors. Raises InputError where a word does not fit."""
    held = tuple((column.input, column.canonical) for column in plan.columns)
    key = (plan.spec.name, held, tuple(sorted(words.items())))
    if source is None and key in _MODELS:
        return _MODELS[key]
    made = _probe(plan, words, source) if like is None else _rescaled(plan, like, words, source)
    if source is None:
        _MODELS[key] = made
    return made


def _rescaled(plan: Plan, like: _Model, words: Mapping[str, str], source: Source) -> _Model:
    """The coefficients for other words from one run: a line rests on one factor, so all of it changes in proportion."""
    make = registry().Quantity
    canonical = {column.input: column.canonical for column in plan.columns}
    counted = {name: make(_PROBE, canonical[name]) for line in like.lines for name, _ in line.counted}
    run = plan.spec.run({**words, **counted}, source=source)
    after = {row.label: row.value for row in run.breakdown}
    lines = []
    for line in like.lines:
        before = sum(each for _, each in line.counted) * _PROBE
        ratio = after[line.label] / before if before else 1.0
        counts, taken = (
            tuple((name, each * ratio) for name, each in entries) for entries in (line.counted, line.taken)
        )
        lines.append(_Line(line.label, counts, taken))
    return replace(
        like,
        lines=tuple(lines),
        factors=run.factors,
        assumptions=run.assumptions,
        warnings=_once((*like.warnings, *run.warnings)),
    )


def _probe(plan: Plan, words: Mapping[str, str], source: Source) -> _Model:
    """Read the coefficients off the scalar calculator: what one amount, alone or taken off the rest, does to each row."""
    make = registry().Quantity
    shape = _words()["linear"][plan.spec.name]
    beside = {*shape["per"], *shape["apart"]}
    amounts = {c.input: make(_PROBE, c.canonical) for c in plan.columns if c.input not in beside}
    lines: dict[str, list[tuple[str, float]]] = {}
    rest: list[str] = []
    runs: list[Computation] = []
    for name, amount in amounts.items():
        try:
            alone = plan.spec.run({**words, name: amount}, source=source)
        except InputError:
            if not _fits(plan, name, words, source, amount):
                raise
            rest.append(name)
            continue
        runs.append(alone)
        for row in alone.breakdown:
            lines.setdefault(row.label, []).append((name, row.value / _PROBE))
    if not lines:
        raise InputError(f"{plan.spec.title}没有一列可以计算排放；请至少给出用电量或一种燃料。")
    counted = {name: amounts[name] for parts in lines.values() for name, _ in parts}
    whole = plan.spec.run({**words, **counted}, source=source)
    before = {row.label: row.value for row in whole.breakdown}
    taken: dict[str, list[tuple[str, float]]] = {}
    for name in rest:
        less = plan.spec.run({**words, **counted, name: amounts[name] / 2}, source=source)
        runs.append(less)
        for row in less.breakdown:
            if row.value != before[row.label]:
                taken.setdefault(row.label, []).append((name, (row.value - before[row.label]) * 2 / _PROBE))
    total = whole.total
    return _Model(
        unit=f"{total.unit}{total.of or ''}",
        lines=tuple(_Line(label, tuple(parts), tuple(taken.get(label, ()))) for label, parts in lines.items()),
        factors=_once(factor for made in (whole, *runs) for factor in made.factors),
        assumptions=_once(text for made in (whole, *runs) for text in made.assumptions),
        warnings=_once(text for made in (whole, *runs) for text in made.warnings),
    )


def _fits(plan: Plan, name: str, words: Mapping[str, str], source: Source, amount: Any) -> bool:
    """Whether the words alone are sound, so that a refusal came from ``name`` having nothing to count by itself."""
    for other in plan.spec.inputs:
        if other.kind == "quantity" and other.name != name and other.dimension == plan.spec.input(name).dimension:
            try:
                plan.spec.run({**words, other.name: amount}, source=source)
            except InputError:
                continue
            return True
    return False


def _once(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({getattr(item, "id", item): item for item in items}.values())


# ------------------------------------------------------------------------------------------------------------- compute


def read(tool: str, path: Path, fixed: Mapping[str, str] | None = None) -> tuple[Plan, Table]:
    """A file and the plan for its headers; see `plan` and `tools.table.read_table` for the errors."""
    from tools.table import read_table

    table = read_table(path, header_test(tool))
    return plan(tool, table.headers, fixed), table


def header_test(tool: str) -> Any:
    """Tells a header row: at least one of its cells names an input, and no title row does that with a second cell."""
    spec = calculator(tool)

    def is_header(cells: Sequence[str]) -> bool:
        named = [cell for cell in cells if cell and (_match(spec, _split(cell)[0]) or cell in _words()["identity"])]
        return len(named) >= min(2, sum(bool(cell) for cell in cells)) and any(
            _match(spec, _split(cell)[0]) for cell in named
        )

    return is_header


def run_file(
    tool: str, path: Path, fixed: Mapping[str, str] | None = None, *, source: Source = None
) -> tuple[Batch, Table]:
    """Read a file, compute every row of it, and mark the rows to look at again."""
    made, table = read(tool, path, fixed)
    return reviewed(compute(made, table.columns, table.lines, source=source)), table


def compute(plan: Plan, cells: Mapping[str, Any], lines: Any = None, *, source: Source = None) -> Batch:
    """Compute every row. ``cells`` maps each header to a column: text or numbers, a list, a polars series or an array.

    ``lines`` are the line numbers to report (from 1 where not given).
    """
    import numpy as np

    values: dict[str, np.ndarray[Any, Any]] = {}
    wrong: dict[int, list[str]] = {}
    blanks: set[str] = set()
    for column in plan.columns:
        values[column.input], bad = _numbers(cells[column.header], column)
        for row, reason in bad.items():
            wrong.setdefault(row, []).append(f"{column.header}：{reason}")
        if _out_of_range(column, values[column.input], wrong):
            blanks.add(column.input)
    size = len(next(iter(cells.values())))
    lines = np.arange(1, size + 1) if lines is None else np.asarray(lines)
    names = _names(plan, cells)
    sums = _sum_rows(names)
    for row in sums:
        wrong.setdefault(row, []).append("合计行，不是一个单位，没有计入")
    if plan.spec.name in _words()["linear"]:
        batch = _by_columns(plan, values, blanks, cells, lines, names, wrong, source)
    else:
        batch = _by_rows(plan, values, cells, lines, names, wrong, source)
    return replace(batch, skipped=len(sums))


def _out_of_range(column: Column, x: np.ndarray[Any, Any], wrong: dict[int, list[str]]) -> bool:
    """Note the rows outside the input's range; whether the column has blanks, which the same pass shows."""
    import numpy as np

    if not len(x):
        return False
    least, most = x.min(), x.max()  # not a number where there is a blank
    blanks = bool(np.isnan(least))
    if blanks:
        least, most = np.fmin.reduce(x), np.fmax.reduce(x)
    low, high = column.low, column.high
    if (low is None or not least < low) and (high is None or not most > high):
        return blanks
    outside = np.zeros(len(x), dtype=bool)
    if low is not None:
        outside |= x < low
    if high is not None:
        outside |= x > high
    ends = "～".join(format_number(end, _DIGITS) for end in (low, high) if end is not None)
    bounds = (
        f"{ends} {column.unit}"
        if low is not None and high is not None
        else f"不{'大' if low is None else '小'}于 {ends}"
    )
    why = f"（{column.range_reason}）" if column.range_reason else ""
    for row in np.flatnonzero(outside):
        given = format_number(float(x[row]), _DIGITS)
        reason = f"{column.header}：给的是 {given} {column.unit}，可用范围是 {bounds}{why}"
        wrong.setdefault(int(row), []).append(reason)
    return blanks


def _names(plan: Plan, cells: Mapping[str, Any]) -> Any:
    return None if plan.identity is None else cells[plan.identity]


def _sum_rows(names: Any) -> list[int]:
    if names is None:
        return []
    import polars as pl

    series = pl.Series("names", names) if not isinstance(names, pl.Series) else names
    if series.dtype != pl.String:
        return []
    plain = series.fill_null("").str.replace_all(r"\s|　", "")
    rows: list[int] = plain.is_in(_words()["sums"]).arg_true().to_list()
    return rows


def _by_columns(
    plan: Plan,
    values: Mapping[str, np.ndarray[Any, Any]],
    blanks: set[str],
    cells: Mapping[str, Any],
    lines: np.ndarray[Any, Any],
    names: Any,
    wrong: dict[int, list[str]],
    source: Source,
) -> Batch:
    """Amounts times coefficients, a column at a time; one spare column is used for all that is added or taken off."""
    import numpy as np

    shape = _words()["linear"][plan.spec.name]
    size = len(lines)
    models, codes = _models(plan, cells, size, wrong, source)
    holes = {name: np.isnan(values[name]) for name in blanks}
    filled = {name: np.where(holes[name], 0.0, x) if name in holes else x for name, x in values.items()}
    scale = {column.input: column.scale for column in plan.columns}
    parts: dict[str, np.ndarray[Any, Any]] = {}
    counted_inputs: list[str] = []
    spare = np.empty(size)
    for at, line in enumerate(models[0].lines):
        part: np.ndarray[Any, Any] | None = None
        for is_taken, entries in ((False, line.counted), (True, line.taken)):
            for n, (name, _) in enumerate(entries):
                pairs = [(model.lines[at].taken if is_taken else model.lines[at].counted)[n][1] for model in models]
                weight = _weights([pair * scale[name] for pair in pairs], codes)
                if part is None:
                    part = filled[name] * weight
                    continue
                off = np.multiply(filled[name], weight, out=spare)
                if is_taken and all(main in holes for main, _ in line.counted):
                    off[np.logical_and.reduce([holes[main] for main, _ in line.counted])] = 0.0
                part += off
        if part is None:
            continue
        counted_inputs += [name for name, _ in line.counted]
        if line.taken:
            _not_below_zero(plan, line, part, wrong)
        parts[line.label] = part
    first, *others = parts.values()
    total = first + others[0] if others else first.copy()
    for part in others[1:]:
        total += part
    _nothing_given(plan, counted_inputs, holes, wrong)
    for column in parts.values():
        _blank(column, wrong)
    _blank(total, wrong)
    per = {}
    for name in shape["per"]:
        if name in values:
            per[name] = _intensity(plan, name, total, values[name], scale[name])
    apart = {
        plan.spec.input(name).label: float(np.nansum(filled[name][~np.isnan(total)])) * scale[name]
        for name in shape["apart"]
        if name in values
    }
    return Batch(
        plan=plan,
        lines=lines,
        names=names,
        unit=models[0].unit,
        total=total,
        parts=parts,
        per=per,
        apart=apart,
        failures=_failures(wrong, lines, names),
        factors=_once(factor for model in models for factor in model.factors),
        assumptions=_once((*plan.assumptions, *(text for model in models for text in model.assumptions))),
        warnings=_once(text for model in models for text in model.warnings),
    )


def _weights(values: list[float], codes: np.ndarray[Any, Any] | None) -> Any:
    """One coefficient for all rows, or one for each row where the combinations differ in it."""
    import numpy as np

    if codes is None or len(set(values)) == 1:
        return values[0]
    return np.asarray(values)[codes]


def _models(
    plan: Plan, cells: Mapping[str, Any], size: int, wrong: dict[int, list[str]], source: Source
) -> tuple[list[_Model], np.ndarray[Any, Any] | None]:
    """The coefficients of every combination of words in the table, and which one each row has."""
    import numpy as np
    import polars as pl

    if not plan.words:
        return [_model(plan, plan.fixed, source)], None
    frame = pl.DataFrame({name: _as_words(cells[header]) for name, header in plan.words.items()})
    combinations = frame.unique(maintain_order=True)
    coded = combinations.with_row_index("code")
    codes = frame.join(coded, on=frame.columns, how="left", maintain_order="left")["code"].to_numpy().astype(np.intp)
    models: list[_Model | None] = []
    like: _Model | None = None
    for n, row in enumerate(combinations.iter_rows(named=True)):
        words = {**plan.fixed, **{name: value for name, value in row.items() if value}}
        try:
            like = _model(plan, words, source, like)
            models.append(like)
        except InputError as error:
            models.append(None)
            for at in np.flatnonzero(codes == n):
                wrong.setdefault(int(at), []).append(str(error))
    usable = next((model for model in models if model is not None), None)
    if usable is None:
        return [_model(plan, plan.fixed, source)], None
    return [model or usable for model in models], codes


def _as_words(cells: Any) -> Any:
    import polars as pl

    series = cells if isinstance(cells, pl.Series) else pl.Series("", cells)
    if series.dtype.is_float():
        series = series.cast(pl.Int64, strict=False)
    return series.cast(pl.String).fill_null("").str.strip_chars()


def _not_below_zero(plan: Plan, line: _Line, part: np.ndarray[Any, Any], wrong: dict[int, list[str]]) -> None:
    import numpy as np

    if not len(part) or part.min() >= 0:
        return
    slack = 1e-9 * max(1.0, float(np.abs(part).max()))
    part[(part < 0) & (part > -slack)] = 0.0
    less = "、".join(plan.spec.input(name).label for name, _ in line.taken)
    for row in np.flatnonzero(part < 0):
        wrong.setdefault(int(row), []).append(f"{less}大于{line.label}的用量，请核对")


def _nothing_given(
    plan: Plan, inputs: list[str], holes: Mapping[str, np.ndarray[Any, Any]], wrong: dict[int, list[str]]
) -> None:
    """Rows in which every counted column is blank have no total."""
    import numpy as np

    if not inputs or any(name not in holes for name in inputs):
        return
    asked = "、".join(plan.spec.input(name).label for name in inputs)
    for row in np.flatnonzero(np.logical_and.reduce([holes[name] for name in inputs])):
        if int(row) not in wrong:
            wrong[int(row)] = [f"没有一项可以计算排放；请至少给出：{asked}"]


def _blank(values: np.ndarray[Any, Any], wrong: Mapping[int, list[str]]) -> None:
    if wrong:
        values[list(wrong)] = float("nan")


def _intensity(
    plan: Plan, name: str, total: np.ndarray[Any, Any], over: np.ndarray[Any, Any], scale: float
) -> tuple[str, np.ndarray[Any, Any]]:
    import numpy as np

    label, size = _intensity_unit(plan.spec.input(name).unit or "", name)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = total / over
    made *= size / scale
    return label, made


@cache
def _intensity_unit(unit: str, name: str) -> tuple[str, float]:
    label = {"area": "单位面积碳排放", "people": "人均碳排放"}[name]
    one = float(registry().Quantity(1.0, "tCO2").to("kgCO2").magnitude)
    return f"{label}（{unit_name(f'kgCO2/{unit}')}）", one


def _by_rows(
    plan: Plan,
    values: Mapping[str, np.ndarray[Any, Any]],
    cells: Mapping[str, Any],
    lines: np.ndarray[Any, Any],
    names: Any,
    wrong: dict[int, list[str]],
    source: Source,
) -> Batch:
    """Row by row through the scalar calculator, for the ones that are no sum of products."""
    import numpy as np

    make = registry().Quantity
    size = len(lines)
    total = np.full(size, np.nan)
    parts: dict[str, np.ndarray[Any, Any]] = {}
    words = {name: _as_words(cells[header]).to_list() for name, header in plan.words.items()}
    done: dict[str, Computation] = {}
    for row in range(size):
        if row in wrong:
            continue
        given: dict[str, object] = {**plan.fixed, **{name: column[row] for name, column in words.items()}}
        for column in plan.columns:
            number = float(values[column.input][row])
            if not math.isnan(number):
                given[column.input] = make(number * column.scale, column.canonical)
        try:
            made = plan.spec.run(given, source=source)
        except InputError as error:
            wrong[row] = [str(error)]
            continue
        done.setdefault(f"{made.total.unit}{made.total.of or ''}", made)
        total[row] = made.total.value
        for part in made.breakdown:
            parts.setdefault(part.label, np.full(size, np.nan))[row] = part.value
    last = next(iter(done.values()), None)
    if len(done) > 1:
        raise InputError(f"各行的结果单位不同（{'、'.join(map(unit_name, done))}），不能合计；请分成几个文件。")
    return Batch(
        plan=plan,
        lines=lines,
        names=names,
        unit=next(iter(done), ""),
        total=total,
        parts=parts,
        per={},
        apart={},
        failures=_failures(wrong, lines, names),
        factors=last.factors if last else (),
        assumptions=_once((*plan.assumptions, *(last.assumptions if last else ()))),
        warnings=last.warnings if last else (),
    )


def _failures(wrong: Mapping[int, list[str]], lines: Any, names: Any) -> tuple[Failure, ...]:
    return tuple(
        Failure(int(lines[row]), "" if names is None else str(names[row]), "；".join(reasons))
        for row, reasons in sorted(wrong.items())
    )


def reviewed(batch: Batch) -> Batch:
    """With the rows marked whose intensity lies several times off the middle of this table: often a slip of the unit."""
    import numpy as np

    found: dict[int, list[str]] = {}
    off = factors.get("check.deviation").value
    for label, values in batch.per.values():
        known = values[np.isfinite(values)]
        if len(known) < _TOP:
            continue
        middle = float(np.median(known))
        if middle <= 0:
            continue
        for row in np.flatnonzero((values > middle * off) | (values < middle / off))[:_LISTED]:
            shown = format_number(float(values[row]))
            text = f"{label} {shown}，本表中位数 {format_number(middle)}，相差 {off:g} 倍以上，请核对单位"
            found.setdefault(int(row), []).append(text)
    marked = (Failure(int(batch.lines[row]), batch.name(row), "；".join(texts)) for row, texts in sorted(found.items()))
    return replace(batch, review=tuple(marked))


# ------------------------------------------------------------------------------------------------------------- results


def result_columns(batch: Batch) -> dict[str, Any]:
    """The rows as columns for a file: line, institution, parts, total, intensities, rank and what is wrong."""
    import numpy as np

    unit = unit_name(batch.unit)
    order = np.argsort(np.where(np.isnan(batch.total), -np.inf, batch.total), kind="stable")[::-1]
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(1, len(order) + 1)
    wrong = {failure.line: failure.reason for failure in batch.failures}
    look = {item.line: item.reason for item in batch.review}
    columns: dict[str, Any] = {"行": batch.lines}
    if batch.names is not None:
        columns["单位"] = batch.names
    columns |= {f"{label}（{unit}）": values for label, values in batch.parts.items()}
    columns[f"合计（{unit}）"] = batch.total
    columns |= dict(batch.per.values())
    columns["排名"] = [
        None if math.isnan(value) else int(place) for value, place in zip(batch.total, rank, strict=True)
    ]
    columns["未计入的原因"] = [wrong.get(int(line), "") for line in batch.lines]
    columns["请核对"] = [look.get(int(line), "") for line in batch.lines]
    return columns


def summarise(batch: Batch) -> Summary:
    """Sums, medians, the largest rows and the failed ones; medians are over the rows that were computed."""
    import numpy as np

    done = ~np.isnan(batch.total)
    count = int(done.sum())
    kept = batch.total if count == len(done) else np.where(done, batch.total, -np.inf)
    top = _largest(kept)
    ranking = [Ranked(int(batch.lines[r]), batch.name(int(r)), float(batch.total[r])) for r in top if done[r]]
    return Summary(
        tool=batch.plan.spec.name,
        title=batch.plan.spec.title,
        unit=batch.unit,
        rows=len(batch.lines),
        done=count,
        failed=len(batch.failures) - batch.skipped,
        skipped=batch.skipped,
        total=float(np.nansum(batch.total)),
        parts={label: float(np.nansum(values)) for label, values in batch.parts.items()},
        apart=batch.apart,
        medians={
            name: (label, float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan"))
            for name, (label, values) in batch.per.items()
        },
        ranking=_ranked(ranking),
        failures=batch.failures[:_LISTED],
        review=batch.review[:_LISTED],
        columns=batch.plan.columns,
        ignored=batch.plan.ignored,
        factors=batch.factors,
        assumptions=batch.assumptions,
        warnings=batch.warnings,
    )


def _largest(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The rows of the largest values; among equal ones the first."""
    import numpy as np

    count = min(_TOP, len(values))
    if not count:
        return np.array([], dtype=np.intp)
    least = np.partition(values, -count)[-count]
    above = np.flatnonzero(values > least)
    return np.concatenate([above, np.flatnonzero(values == least)[: count - len(above)]])


def _ranked(items: Iterable[Ranked]) -> tuple[Ranked, ...]:
    return tuple(sorted(items, key=lambda item: (-item.value, item.line))[:_TOP])


def merge(first: Summary, second: Summary) -> Summary:
    """The summary of both together. Medians do not merge and are left out."""
    if not first.unit or not second.unit:  # a chunk in which nothing could be computed has no unit
        unit = first.unit or second.unit
    elif first.unit != second.unit:
        raise InputError(f"两部分的单位不同：{unit_name(first.unit)}、{unit_name(second.unit)}，不能相加。")
    else:
        unit = first.unit
    return replace(
        first,
        unit=unit,
        rows=first.rows + second.rows,
        done=first.done + second.done,
        failed=first.failed + second.failed,
        skipped=first.skipped + second.skipped,
        total=first.total + second.total,
        parts=_added(first.parts, second.parts),
        apart=_added(first.apart, second.apart),
        medians={},
        ranking=_ranked((*first.ranking, *second.ranking)),
        failures=tuple(sorted((*first.failures, *second.failures), key=lambda item: item.line)[:_LISTED]),
        review=tuple(sorted((*first.review, *second.review), key=lambda item: item.line)[:_LISTED]),
        factors=_once((*first.factors, *second.factors)),
        assumptions=_once((*first.assumptions, *second.assumptions)),
        warnings=_once((*first.warnings, *second.warnings)),
    )


def _added(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
    return {label: one.get(label, 0.0) + two.get(label, 0.0) for label in dict.fromkeys((*one, *two))}


def to_json(summary: Summary) -> dict[str, Any]:
    """The summary as one object, ``nearzero.batch/1``."""
    return {
        "schema": "nearzero.batch/1",
        "tool": summary.tool,
        "title": summary.title,
        "rows": summary.rows,
        "done": summary.done,
        "failed": summary.failed,
        "sum_rows_skipped": summary.skipped,
        "total": {"value": summary.total, "unit": summary.unit, "unit_name": unit_name(summary.unit)},
        "breakdown": [
            {"label": label, "value": value, "share": value / summary.total if summary.total else 0.0}
            for label, value in summary.parts.items()
        ],
        "apart": [{"label": label, "value": value, "unit": "kgCO2e"} for label, value in summary.apart.items()],
        "medians": [
            {"input": name, "label": label, "value": value} for name, (label, value) in summary.medians.items()
        ],
        "ranking": [
            {"rank": n, "line": item.line, "name": item.name, "value": item.value}
            for n, item in enumerate(summary.ranking, 1)
        ],
        "failures": [_failure(item) for item in summary.failures],
        "review": [_failure(item) for item in summary.review],
        "columns": [
            {
                "header": c.header,
                "input": c.input,
                "label": c.label,
                "unit": c.unit,
                "scale": c.scale,
                "in": c.canonical,
            }
            for c in summary.columns
        ],
        "ignored": [{"header": header, "reason": reason} for header, reason in summary.ignored],
        "factors": [
            {"id": f.id, "name": f.name, "figure": f.figure, "region": f.region, "year": f.year, "source": f.citation}
            for f in summary.factors
        ],
        "assumptions": list(summary.assumptions),
        "warnings": list(summary.warnings),
    }


def _failure(item: Failure) -> dict[str, Any]:
    return {"line": item.line, "name": item.name, "reason": item.reason}


def to_markdown(summary: Summary) -> str:
    """The summary for a reader."""
    unit = unit_name(summary.unit)
    blocks = [
        f"**{summary.title}：{summary.rows} 行，算出 {summary.done} 行，未计入 {summary.failed} 行**",
        f"合计 {format_number(summary.total)} {unit}",
    ]
    if summary.parts:
        shares = [
            f"| {label} | {format_number(value, 4)} | {value / summary.total if summary.total else 0:.1%} |"
            for label, value in summary.parts.items()
        ]
        blocks.append("\n".join([f"| 项目 | {unit} | 占比 |", "| --- | ---: | ---: |", *shares]))
    blocks += _list("中位数", (f"{label} {format_number(value)}" for label, value in summary.medians.values()))
    blocks += _list("另列（不在总量内）", (f"{k} {format_number(v)} 千克CO2e" for k, v in summary.apart.items()))
    blocks += _list(
        "排放最多", (f"第 {r.line} 行 {r.name} {format_number(r.value, 4)} {unit}" for r in summary.ranking[:10])
    )
    blocks += _list("未计入", (f"第 {f.line} 行 {f.name}：{f.reason}" for f in summary.failures[:20]))
    blocks += _list("请核对", (f"第 {f.line} 行 {f.name}：{f.reason}" for f in summary.review[:20]))
    blocks += _list("列", (f"{c.header} → {c.label}（{c.unit}）" for c in summary.columns))
    blocks += _list("没有用到的列", (f"{header}：{reason}" for header, reason in summary.ignored))
    blocks += _list("因子", (f"{f.name} {f.figure}（{f.citation}）" for f in summary.factors))
    blocks += _list("假设", summary.assumptions)
    blocks += _list("提示", summary.warnings)
    return "\n\n".join(blocks)


def _list(title: str, items: Iterable[str]) -> Iterator[str]:
    lines = [f"- {item}" for item in items]
    if lines:
        yield f"**{title}**\n\n" + "\n".join(lines)
