"""Spreadsheets of institutions: headers, cells, agreement with the scalar calculator, failed rows, workers."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import InputError, UnitMismatch
from tools import batch
from tools.calculator import run
from tools.factors import with_overrides
from tools.scaling import Task, compute_piece, pieces, run_pieces

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str, name: str = "institutions.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return make


def table(headers: Sequence[str], *rows: Sequence[Any], fixed: Mapping[str, str] | None = None) -> batch.Batch:
    cells = {header: [row[n] for row in rows] for n, header in enumerate(headers)}
    return batch.compute(batch.plan("inventory", headers, fixed), cells)


# ------------------------------------------------------------------------------------------------------------ headers


@pytest.mark.parametrize(
    ("header", "name", "scale"),
    [
        ("用电量(万度)", "electricity", 10_000),
        ("天然气（万方）", "natural_gas", 10_000),
        ("建筑面积/㎡", "area", 1),
        ("建筑面积(万平方米)", "area", 10_000),
        ("用能人数", "people", 1),
        ("用能人数(人)", "people", 1),
        ("用电量 MWh", "electricity", 1000),
        ("用电量kWh", "electricity", 1),
        ("2024年用电量（单位：万千瓦时）", "electricity", 10_000),
        ("全年总用电量(kWh/年)", "electricity", 1),
        ("汽油(升)", "gasoline", 1),
        ("汽油(吨)", "gasoline", 1000),
        ("柴油用量(L)", "diesel", 1),
        ("煤油(L)", "kerosene", 1),
        ("管道煤气(立方米)", "pipeline_gas", 1),
        ("煤(吨)", "coal", 1),
        ("外购热力(GJ)", "heat", 1),
        ("外购热力(MJ)", "heat", 0.001),
        ("转供电量(度)", "resold_electricity", 1),
        ("绿电直连电量(万度)", "green_direct", 10_000),
        ("液化石油气(kg)", "lpg", 1),
        ("electricity", "electricity", 1),
    ],
)
def test_a_header_names_an_input_and_its_unit(header: str, name: str, scale: float) -> None:
    made = batch.plan("inventory", [header])
    assert [(column.input, column.scale) for column in made.columns] == [(name, pytest.approx(scale, rel=1e-12))]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("用电量(万千瓦)", "功率"),
        ("用电量(元)", "这里要能量"),
        ("天然气(吨标准煤)", "标准煤"),
        ("建筑面积(立方米)", "面积"),
        ("用能人数(户)", "人数"),
        ("外购热力(吨)", "能量"),
        ("用电量(kVA)", "视在功率"),
    ],
)
def test_a_unit_of_another_dimension_is_refused_with_the_column(header: str, told: str) -> None:
    with pytest.raises(UnitMismatch) as refused:
        batch.plan("inventory", ["单位名称", header])
    assert f"“{header}”" in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        (["月均用电量(万度)"], "不是全年的数"),
        (["用电量(万度)", "用电量(kWh)"], "不知道用哪一列"),
        (["用电量(千焦瓦)"], "用电量(千焦瓦)"),
        (["姓名", "备注"], "没有一列"),
    ],
)
def test_headers_that_cannot_be_used_are_explained(headers: list[str], told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        batch.plan("inventory", headers)


def test_columns_that_are_no_inputs_are_listed_and_a_missing_unit_is_an_assumption() -> None:
    made = batch.plan("inventory", ["序号", "单位名称", "用电量", "电费(万元)", "单位面积用电量(度/㎡)"])
    assert [header for header, _ in made.ignored] == ["序号", "电费(万元)", "单位面积用电量(度/㎡)"]
    assert made.assumptions == ("“用电量”列没有写单位，按千瓦时读",)
    assert made.identity == "单位名称"


# ------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize(
    ("cell", "kwh"),
    [
        ("12", 120_000),
        ("1,200.5", 12_005_000),
        ("３", 30_000),
        ("三", 30_000),
        ("5000度", 5_000),
        ("0.8 万度", 8_000),
        ("3.6 GJ", 1_000),
        ("十二万度", 120_000),
    ],
)
def test_a_cell_may_hold_separators_numerals_or_a_unit_of_its_own(cell: str, kwh: float) -> None:
    made = table(["用电量(万度)"], [cell], ["1"])
    factor = run("inventory", {"electricity": "1 MWh"}).total.value
    assert made.failures == ()
    assert made.total[0] == pytest.approx(kwh / 1000 * factor, rel=1e-12)


@pytest.mark.parametrize("cell", ["-1", "十几", "300千瓦", "20~30", "1e99", "inf", "约", "3 5"])
def test_a_bad_cell_fails_its_row_only(cell: str) -> None:
    made = table(["单位名称", "用电量(万度)"], ["甲", "1"], ["乙", cell], ["丙", "2"])
    assert [(failure.line, failure.name) for failure in made.failures] == [(2, "乙")]
    assert "用电量(万度)" in made.failures[0].reason
    assert math.isnan(made.total[1])
    summary = batch.summarise(made)
    assert (summary.rows, summary.done, summary.failed) == (3, 2, 1)
    assert summary.total == pytest.approx(made.total[0] + made.total[2])


def test_blank_cells_count_nothing_and_a_row_of_blanks_fails() -> None:
    made = table(["用电量(万度)", "天然气(万方)", "建筑面积(㎡)"], ["1", "", "100"], ["—", "无", "100"], ["", "2", ""])
    assert [failure.line for failure in made.failures] == [2]
    assert "没有一项可以计算" in made.failures[0].reason
    assert math.isnan(made.per["area"][1][2])


def test_more_passed_on_than_bought_fails_and_without_purchase_is_ignored_as_by_the_calculator() -> None:
    headers = ["用电量(度)", "转供电量(度)", "汽油(升)"]
    made = table(headers, ["100", "150", "1"], ["", "50", "10"], ["100", "100", "10"])
    assert [failure.line for failure in made.failures] == [1]
    assert "转供电量大于" in made.failures[0].reason
    assert made.total[1] == pytest.approx(run("inventory", {"gasoline": "10升"}).total.value)
    assert made.parts["外购电力"][2] == 0


def test_a_row_of_sums_is_not_an_institution() -> None:
    made = table(["单位名称", "用电量(万度)"], ["甲", "1"], ["乙", "2"], ["合 计", "3"])
    summary = batch.summarise(made)
    assert (summary.done, summary.failed, summary.skipped) == (2, 0, 1)
    assert summary.total == pytest.approx(made.total[0] * 3)


def test_years_and_places_of_the_rows_pick_their_factors() -> None:
    headers = ["用电量(万度)", "地区", "年份"]
    rows = [
        ["1", "深圳", "2022"],
        ["1", "北京", "2023"],
        ["1", "", "2023年"],
        ["1", "深圳", "二零"],
        ["1", "火星", "2023"],
    ]
    made = table(headers, *rows)
    for n, (_, region, year) in enumerate(rows[:3]):
        given = {"electricity": "1万度", "region": region, "year": year}
        assert made.total[n] == pytest.approx(run("inventory", given).total.value, rel=1e-12)
    assert [failure.line for failure in made.failures] == [4, 5]
    assert "年份" in made.failures[0].reason
    assert "火星" in made.failures[1].reason


def test_an_input_for_all_rows_is_given_once() -> None:
    made = table(["用电量(万度)"], ["1"], fixed={"地区": "北京"})
    assert made.total[0] == pytest.approx(run("inventory", {"electricity": "1万度", "region": "北京"}).total.value)
    with pytest.raises(InputError, match="都给了"):
        table(["用电量(万度)", "地区"], ["1", "北京"], fixed={"region": "北京"})


def test_a_factor_of_the_users_own_is_taken(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("factors: [{id: fuel.jst303.gasoline, value: 3, source: 本单位检测}]", encoding="utf-8")
    cells = {"汽油(升)": [1000.0]}
    made = batch.compute(batch.plan("inventory", list(cells)), cells, source=with_overrides(own))
    assert made.total[0] == pytest.approx(3)
    assert batch.compute(batch.plan("inventory", list(cells)), cells).total[0] != made.total[0]


# ------------------------------------------------------------------------------------------- agreement with the scalar

_COLUMNS = {
    "用电量(万度)": ("electricity", "万度", 500),
    "转供电量(度)": ("resold_electricity", "度", 9_000),
    "绿电直连电量(MWh)": ("green_direct", "MWh", 1),
    "天然气（万方）": ("natural_gas", "万方", 50),
    "汽油(吨)": ("gasoline", "吨", 40),
    "柴油(升)": ("diesel", "升", 9_000),
    "液化石油气(kg)": ("lpg", "kg", 3_000),
    "煤(吨)": ("coal", "吨", 60),
    "外购热力(GJ)": ("heat", "GJ", 900),
    "建筑面积/㎡": ("area", "平方米", 90_000),
    "用能人数": ("people", "人", 4_000),
}
_AMOUNT = st.one_of(st.none(), st.floats(0.3, 1, allow_nan=False).map(lambda share: round(share, 6)))


@given(
    rows=st.lists(st.tuples(*[_AMOUNT for _ in _COLUMNS]), min_size=1, max_size=4),
    years=st.lists(st.sampled_from(["", "2021", "2022", "2023", "2024"]), min_size=4, max_size=4),
    kinds=st.lists(st.sampled_from(["", "烟煤", "无烟煤"]), min_size=4, max_size=4),
)
@settings(max_examples=40, deadline=None)
def test_every_row_agrees_with_the_scalar_calculator(
    rows: list[tuple[float | None, ...]], years: list[str], kinds: list[str]
) -> None:
    cells: dict[str, list[Any]] = {
        header: [None if row[n] is None else row[n] * most for row in rows]  # type: ignore[operator]
        for n, (header, (_, _, most)) in enumerate(_COLUMNS.items())
    }
    cells |= {"年份": years[: len(rows)], "煤种": kinds[: len(rows)]}
    made = batch.compute(batch.plan("inventory", list(cells)), cells)
    failed = {failure.line for failure in made.failures}
    for row in range(len(rows)):
        values: dict[str, object] = {
            name: f"{cells[header][row]!r} {unit}"
            for header, (name, unit, _) in _COLUMNS.items()
            if cells[header][row] is not None
        }
        values |= {"year": years[row], "coal_kind": kinds[row]}
        try:
            one = run("inventory", values)
        except InputError:
            assert row + 1 in failed
            continue
        assert row + 1 not in failed
        assert made.total[row] == pytest.approx(one.total.value, rel=1e-9, abs=1e-12)
        for part in one.breakdown:
            assert made.parts[part.label][row] == pytest.approx(part.value, rel=1e-9, abs=1e-12)
        beside = {item.label: item.value for item in one.comparison}
        for name, label in (("area", "单位面积碳排放"), ("people", "人均碳排放")):
            if name in values:
                assert made.per[name][1][row] == pytest.approx(beside[label], rel=1e-9)


@given(st.permutations(range(12)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    amounts = np.array([3.0 + 7 * n % 11 for n in range(12)])
    cells = {"用电量(万度)": amounts, "天然气（万方）": amounts / 7}
    made = batch.plan("inventory", list(cells))
    one = batch.summarise(batch.compute(made, cells))
    other = batch.summarise(batch.compute(made, {header: column[order] for header, column in cells.items()}))
    assert other.total == pytest.approx(one.total, rel=1e-12)
    assert [item.value for item in other.ranking] == [item.value for item in one.ranking]
    assert sum(one.parts.values()) == pytest.approx(one.total, rel=1e-12)


def test_another_calculator_runs_row_by_row() -> None:
    cells = {
        "单位名称": ["甲", "乙", "丙"],
        "年用电量(万度)": ["100", "十", "3吨"],
        "建筑面积(㎡)": ["1万", "2000", "10"],
    }
    made = batch.compute(batch.plan("building", list(cells)), cells)
    assert [failure.line for failure in made.failures] == [3]
    assert made.unit == "tce"
    assert made.total[0] == pytest.approx(run("building", {"electricity": "100万度"}).total.value)


# -------------------------------------------------------------------------------------------------------------- files

_CSV = "深圳市公共机构能耗,,\n单位名称,用电量(万度),建筑面积/㎡\n甲,1,100\n\n乙,-3,200\n丙,2,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_with_a_title_and_a_blank_line_keeps_its_line_numbers(write: Write, encoding: str) -> None:
    made, rows = batch.run_file("inventory", write(_CSV, encoding=encoding))
    assert rows.lines.tolist() == [3, 5, 6]
    assert [(failure.line, failure.name) for failure in made.failures] == [(5, "乙")]


def test_a_quoted_cell_may_hold_a_line_break(write: Write) -> None:
    made, rows = batch.run_file("inventory", write('单位名称,用电量(万度)\n"甲\n分部",1\n乙,x\n'))
    assert rows.lines.tolist() == [2, 4]
    assert made.failures[0].line == 4


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet"])
def test_results_are_written_and_a_workbook_is_read_back(write: Write, tmp_path: Path, ending: str) -> None:
    import polars as pl

    from tools.table import write_table

    made, _ = batch.run_file("inventory", write(_CSV))
    columns = batch.result_columns(made)
    out = tmp_path / f"out.{ending}"
    write_table(out, columns)
    readers: dict[str, Callable[[], pl.DataFrame]] = {
        "csv": lambda: pl.read_csv(out),
        "parquet": lambda: pl.read_parquet(out),
        "xlsx": lambda: pl.read_excel(out, engine="openpyxl"),
    }
    frame = readers[ending]()
    assert frame["单位"].to_list() == ["甲", "乙", "丙"]
    assert frame["排名"].to_list() == [2, None, 1]
    assert "可用范围" in frame["未计入的原因"][1]


def test_a_workbook_is_read(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["2024年能耗统计表"],
        ["单位名称", "用电量(万度)", "用能人数"],
        ["甲", 1.5, 30],
        [],
        ["乙", "2万度", 20],
    ):
        sheet.append(row)
    path = tmp_path / "institutions.xlsx"
    book.save(path)
    made, rows = batch.run_file("inventory", path)
    assert rows.lines.tolist() == [3, 5]
    assert made.failures == ()
    assert made.total[1] / made.total[0] == pytest.approx(2 / 1.5)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "", "是空的"),
        ("a.csv", "用电量(万度)\n", "没有数据行"),
        ("a.csv", "用电量(万度),用电量(万度)\n1,2\n", "重名"),
        ("a.xlsx", "not a workbook", "打不开"),
        ("a.pdf", "x", "格式"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(write: Write, name: str, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        batch.run_file("inventory", write(text, name))


def test_a_slip_of_the_unit_is_marked() -> None:
    amounts = [10.0 + n % 5 for n in range(40)]
    amounts[7] *= 10_000
    made = batch.compute(
        batch.plan("inventory", ["用电量(万度)", "建筑面积(㎡)"]),
        {"用电量(万度)": amounts, "建筑面积(㎡)": [2000.0] * 40},
    )
    assert [item.line for item in batch.reviewed(made).review] == [8]


# ------------------------------------------------------------------------------------------------------------- pieces


def _many(rows: int) -> str:
    lines = [f"机构{n},{n % 300 + 0.25},{n % 7},{n % 900 + 100}" for n in range(rows)]
    lines[rows // 2] = "坏行,-1,1,100"
    return "单位名称,用电量(万度),天然气（万方）,建筑面积/㎡\n" + "\n".join(lines) + "\n"


def test_pieces_cover_a_file_once_and_know_their_lines(write: Write) -> None:
    path = write(_many(1000))
    cut = list(pieces("inventory", [path], size=3000))
    assert len(cut) > 3
    data = path.read_bytes()
    assert b"".join(data[piece.start : piece.end] for piece in cut) == data.split(b"\n", 1)[1]
    for piece in cut:
        assert data[: piece.start].count(b"\n") + 1 == piece.first_line


def test_a_piece_takes_the_users_own_factors(write: Write) -> None:
    path = write("汽油(升)\n1000\n2000\n")
    own = write("factors: [{id: fuel.jst303.gasoline, value: 3, source: 本单位检测}]", "own.yaml")
    (piece,) = pieces("inventory", [path])
    assert compute_piece(Task("inventory", factors=str(own)), piece).total == pytest.approx(9)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [("a.xlsx", "x", "csv 和 parquet"), ("rows", None, "没有 csv 或 parquet"), ("b", None, "找不到")],
)
def test_paths_that_cannot_be_cut_are_explained(
    tmp_path: Path, write: Write, name: str, text: str | None, told: str
) -> None:
    (tmp_path / "rows").mkdir()
    path = tmp_path / name if text is None else write(text, name)
    with pytest.raises(InputError, match=told):
        list(pieces("inventory", [path]))


def test_parquet_is_cut_at_its_row_groups(tmp_path: Path) -> None:
    import polars as pl

    path = tmp_path / "rows.parquet"
    pl.DataFrame({"用电量(万度)": [float(n) for n in range(10)]}).write_parquet(path, row_group_size=4)
    cut = list(pieces("inventory", [path]))
    whole = [compute_piece(Task("inventory"), piece) for piece in cut]
    assert sum(summary.rows for summary in whole) == 10
    assert len(cut) > 1
    each = run("inventory", {"electricity": "1万度"}).total.value
    assert sum(summary.total for summary in whole) == pytest.approx(45 * each)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")
def test_workers_give_what_one_process_gives(write: Write, tmp_path: Path) -> None:
    import polars as pl

    path = write(_many(40_000))
    whole = batch.summarise(batch.run_file("inventory", path)[0])
    out = tmp_path / "rows"
    spread = run_pieces("inventory", [path], workers=2, out=out, size=200_000)
    assert (spread.rows, spread.done, spread.failed) == (whole.rows, whole.done, whole.failed) == (40_000, 39_999, 1)
    assert spread.total == pytest.approx(whole.total, rel=1e-12)
    assert [item.line for item in spread.ranking] == [item.line for item in whole.ranking]
    assert [failure.line for failure in spread.failures] == [20_002]
    assert sum(pl.read_parquet(part).height for part in out.iterdir()) == 40_000
