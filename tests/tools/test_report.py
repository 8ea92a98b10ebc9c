"""The workbook computes what the program computed, and goes on doing so when an input is changed; Word and figure."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import plotly.io
import pytest

from corpus.errors import InputError
from tools import batch, report
from tools.calculator import Computation, calculators, run

CASES: dict[str, dict[str, object]] = {
    "inventory": {
        "electricity": "120万度",
        "resold_electricity": "5万度",
        "natural_gas": "3.5万方",
        "gasoline": "8000升",
        "diesel": "0.7吨",
        "coal": "2吨",
        "heat": "200吉焦",
        "area": "2万平方米",
        "people": "500人",
    },
    "charging": {"spaces": "203个车位", "ratio": "sz20"},
    "meeting": {
        "attendees": "80人",
        "duration": "半天",
        "venue_area": "300平方米",
        "legs": "20人坐高铁来回120公里",
        "meals": "80餐",
        "hotel": "10间夜",
        "paper": "2000张",
    },
    "building": {"electricity": "123.4567891万度", "natural_gas": "3.5万方", "area": "2万平方米", "people": "500人"},
    "water": {"water": "12345立方米"},
    "paper": {"sheets": "2万张", "duplex": "50%"},
}


class Sheets:
    """A workbook with the values of its formulas worked out: cells, + - * /, SUM, ROUND and ROUNDUP."""

    def __init__(self, path: Path) -> None:
        self.book = openpyxl.load_workbook(path)

    def value(self, sheet: str, cell: str) -> float:
        held = self.book[sheet][cell].value
        return self._work_out(sheet, held[1:]) if isinstance(held, str) and held.startswith("=") else float(held or 0)

    def _work_out(self, sheet: str, formula: str) -> float:
        def column(match: re.Match[str]) -> str:
            letter, first, last = match[1], int(match[2]), int(match[3])
            return "(" + "+".join(repr(self.value(sheet, f"{letter}{n}")) for n in range(first, last + 1)) + ")"

        def cell(match: re.Match[str]) -> str:
            return f"({self.value(match[1] or sheet, match[2] + match[3])!r})"

        text = re.sub(r"SUM\(([A-Z])(\d+):\1(\d+)\)", column, formula)
        text = re.sub(r"(?:'([^']+)'!)?\$?([A-Z])\$?(\d+)\b", cell, text)
        names: dict[str, Any] = {"ROUNDUP": lambda x, _: math.ceil(x), "ROUND": round, "__builtins__": {}}
        return float(eval(text, names))  # the text holds numbers and the names above only

    def find(self, sheet: str, label: str) -> int:
        return next(row[0].row for row in self.book[sheet].iter_rows() if row[0].value == label)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Computation], Sheets]:
    def write(made: Computation) -> Sheets:
        path = tmp_path / "calculation.xlsx"
        report.write_workbook(made, path)
        return Sheets(path)

    return write


@pytest.mark.parametrize("name", CASES)
def test_the_formulas_of_a_workbook_give_what_the_program_computed(
    name: str, written: Callable[[Computation], Sheets]
) -> None:
    made = run(name, CASES[name])
    sheets = written(made)
    row = sheets.find("结果", made.total.label)
    assert str(sheets.book["结果"][f"B{row}"].value).startswith("=")
    assert sheets.value("结果", f"B{row}") == pytest.approx(made.total.value, rel=1e-9)
    for step in made.steps:
        cell = f"B{sheets.find('计算', f'　{step.label}（结果）')}"
        assert str(sheets.book["计算"][cell].value).startswith("=")
    labels = [part.label for part in made.breakdown]
    for n, part in enumerate(made.breakdown):
        if labels.index(part.label) == n:
            assert sheets.value("结果", f"B{sheets.find('结果', part.label)}") == pytest.approx(part.value, rel=1e-9)


def examples(name: str) -> dict[str, object]:
    """The example of every input of a calculator; of two ways that exclude each other the first."""
    spec = calculators()[name]
    left_out = {"fleet": {"gasoline", "diesel", "electricity"}, "paper": {"packs"}}.get(name, set())
    return {i.name: i.example for i in spec.inputs if i.example and i.kind != "year" and i.name not in left_out}


@pytest.mark.parametrize("name", sorted(calculators()))
def test_every_step_of_every_calculator_is_a_formula_with_the_same_result(
    name: str, written: Callable[[Computation], Sheets]
) -> None:
    made = run(name, examples(name))
    sheets = written(made)
    results = [row for row in sheets.book["计算"].iter_rows(min_row=2) if str(row[0].value or "").endswith("（结果）")]
    assert len(results) == len(made.steps)
    for row, step in zip(results, made.steps, strict=True):
        assert str(row[1].value).startswith("="), step
        assert sheets.value("计算", f"B{row[0].row}") == pytest.approx(step.value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["inventory", "building", "water"])
def test_every_operand_comes_from_a_cell(name: str, written: Callable[[Computation], Sheets]) -> None:
    sheets = written(run(name, CASES[name]))
    page = sheets.book["计算"]
    operands = [row for row in page.iter_rows(min_row=2) if str(row[0].value or "").startswith("　")]
    typed = [row[0].value for row in operands if not str(row[1].value).startswith("=") and row[0].value != "　单位换算"]
    assert typed == []


def test_a_changed_input_changes_the_result(written: Callable[[Computation], Sheets]) -> None:
    sheets = written(run("inventory", CASES["inventory"]))
    row = sheets.find("输入", "外购电量")
    sheets.book["输入"][f"C{row}"].value = 2_400_000
    doubled = run("inventory", {**CASES["inventory"], "electricity": "240万度"})
    total = sheets.value("结果", f"B{sheets.find('结果', doubled.total.label)}")
    assert total == pytest.approx(doubled.total.value, rel=1e-9)


def test_a_changed_factor_changes_the_result(written: Callable[[Computation], Sheets]) -> None:
    made = run("inventory", {"gasoline": "1000升"})
    sheets = written(made)
    row = sheets.find("因子", "fuel.jst303.gasoline")
    sheets.book["因子"][f"C{row}"].value = 3
    assert sheets.value("结果", f"B{sheets.find('结果', made.total.label)}") == pytest.approx(3)


def test_the_sources_stand_in_the_workbook(written: Callable[[Computation], Sheets]) -> None:
    made = run("inventory", CASES["inventory"])
    sheets = written(made)
    for factor in made.factors:
        row = sheets.find("因子", factor.id)
        assert sheets.book["因子"][f"G{row}"].value.startswith(factor.citation)
    notes = [row[0].value for row in sheets.book["结果"].iter_rows()]
    assert {*made.assumptions, *made.warnings} <= {*notes}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_an_independent_evaluator_computes_the_same(tmp_path: Path) -> None:
    import formulas

    made = run("inventory", CASES["inventory"])
    path = tmp_path / "calculation.xlsx"
    report.write_workbook(made, path)
    computed = formulas.ExcelModel().loads(str(path)).finish().calculate()
    row = Sheets(path).find("结果", made.total.label)
    cell = computed[f"'[{path.name}]结果'!B{row}"]
    assert float(cell.value[0, 0]) == pytest.approx(made.total.value, rel=1e-9)


def test_the_word_report_holds_the_result_working_and_sources(tmp_path: Path) -> None:
    made = run("inventory", CASES["inventory"])
    path = tmp_path / "report.docx"
    report.write_document(made, path)
    read = docx.Document(str(path))
    text = "\n".join([p.text for p in read.paragraphs] + [c.text for t in read.tables for r in t.rows for c in r.cells])
    assert made.title in text
    assert made.total.label in text
    assert all(step.formula in text for step in made.steps)
    assert all(factor.citation in text for factor in made.factors)
    assert all(warning in text for warning in made.warnings)
    fonts = read.styles["Normal"].element.rPr.rFonts.attrib
    assert "宋体" in fonts.values()


@pytest.mark.parametrize("name", CASES)
def test_the_figure_is_valid_plotly_and_shows_the_parts(name: str) -> None:
    made = run(name, CASES[name])
    figure = report.chart(made)
    assert plotly.io.from_json(json.dumps(figure)).data[0].type == "bar"
    assert sum(figure["data"][0]["x"]) == pytest.approx(made.total.value)
    assert figure["data"][0]["x"] == sorted(figure["data"][0]["x"])


def test_the_ranking_of_a_batch_is_a_figure() -> None:
    cells = {"单位名称": ["甲", "乙"], "用电量(万度)": [1.0, 2.0]}
    summary = batch.summarise(batch.compute(batch.plan("inventory", list(cells)), cells))
    assert report.ranking_chart(summary)["data"][0]["y"] == ["甲（1 行）", "乙（2 行）"]


@pytest.mark.parametrize("write", [report.write_workbook, report.write_document])
def test_a_path_that_cannot_be_written_is_explained(tmp_path: Path, write: Callable[[Computation, Path], None]) -> None:
    made = run("charging", CASES["charging"])
    with pytest.raises(InputError, match="扩展名"):
        write(made, tmp_path / "report.pdf")
    with pytest.raises(InputError, match="写不了"):
        write(made, tmp_path / "missing" / f"report{'.xlsx' if write is report.write_workbook else '.docx'}")
