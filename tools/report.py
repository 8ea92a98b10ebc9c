"""A computation on paper: a workbook whose formulas an auditor can follow, a Word report, a Plotly figure.

In the workbook each step's operands point at the cell they come from (an input, a factor, an earlier step), the result
is a live formula over them, and a column shows how far it lies from what the program computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, unreadable
from tools.calculator import Computation, Step, calculator
from tools.units import format_number, unit_name

if TYPE_CHECKING:
    from tools.batch import Summary
    from tools.factors import Registry

__all__ = ["Operand", "StepFormula", "chart", "formulas", "ranking_chart", "write_document", "write_workbook"]

_SHOWN_DIGITS = 6
_POWERS = (1.0, 1e-3, 1e3, 1e-6, 1e6, 1e-4, 1e4, 1e-2, 1e2)
_OPERATOR = re.compile(r" ([×÷+−]) ")
_NUMBER = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>[^（]*)(?:（.*）)?")


@dataclass(frozen=True, slots=True)
class Operand:
    """One number of a step: its name, value and unit, and the cell it comes from (None: written in as it is)."""

    name: str
    value: float
    unit: str
    cell: str | None


@dataclass(frozen=True, slots=True)
class StepFormula:
    """A step as operands and operators; ``conversion`` makes their result the step's value in the step's unit.

    ``operators`` is empty where the working is no plain chain of × ÷ + −: the value is then written in as it is.
    """

    step: Step
    operands: tuple[Operand, ...]
    operators: tuple[str, ...]
    conversion: float = 1.0
    rounded_up: bool = False

    @property
    def live(self) -> bool:
        return bool(self.operands)


@dataclass(frozen=True, slots=True)
class _Known:
    """A number that already has a cell."""

    names: tuple[str, ...]
    value: float
    unit: str
    cell: str

    @property
    def number(self) -> str:
        return format_number(self.value, _SHOWN_DIGITS)


# ----------------------------------------------------------------------------------------------------------- formulas


def formulas(computation: Computation, known: Sequence[_Known] = ()) -> tuple[StepFormula, ...]:
    """Each step with its operands traced to where they come from; steps trace to earlier steps by their number."""
    held = list(known)
    made: list[StepFormula] = []
    for n, step in enumerate(computation.steps):
        made.append(_formula(step, held))
        held.append(_Known((step.label,), step.value, unit_name(step.unit), f"#{n}"))
    return tuple(made)


def _formula(step: Step, known: Sequence[_Known]) -> StepFormula:
    up = step.formula.startswith("⌈") and step.formula.endswith("⌉")
    names, operators = _chain(step.formula.strip("⌈⌉"))
    tokens, same = _chain(step.substitution.strip("⌈⌉"))
    matches = [_NUMBER.fullmatch(token) for token in tokens]
    if operators != same or len(names) != len(tokens) or not all(matches) or {"+", "×"} <= {*operators}:
        return StepFormula(step, (), ())
    operands = [
        _operand(name, float(match["number"]), match["number"], match["unit"].strip(), known)
        for name, match in zip(names, matches, strict=True)
        if match is not None
    ]
    if {*operators} & {"+", "−"}:
        operands = [_in_unit(operand, match) for operand, match in zip(operands, matches, strict=True) if match]
    plain = _evaluate(operands, operators)
    if up:
        shares = math.prod(0.01 for operand in operands if operand.unit == "%")
        fits = math.ceil(round(plain * shares, 9)) == step.value
        return StepFormula(step, tuple(operands), operators, shares, True) if fits else StepFormula(step, (), ())
    if plain == 0:
        return StepFormula(step, tuple(operands), operators) if step.value == 0 else StepFormula(step, (), ())
    conversion = float(f"{step.value / plain:.13g}")
    return StepFormula(
        step, tuple(operands), operators, 1.0 if math.isclose(conversion, 1, rel_tol=1e-12) else conversion
    )


def _chain(text: str) -> tuple[list[str], tuple[str, ...]]:
    parts = _OPERATOR.split(text)
    return [part.strip() for part in parts[::2]], tuple(parts[1::2])


def _operand(name: str, value: float, number: str, unit: str, known: Sequence[_Known]) -> Operand:
    """The number's source: the same figure under the same unit, best of the same name; else of the same name alone."""
    same = [item for item in known if item.number == number]
    ranked = sorted(same, key=lambda item: (name in item.names, item.unit == unit, item.unit.startswith(unit)))
    if ranked and (ranked[-1].unit == unit or name in ranked[-1].names or len({item.value for item in same}) == 1):
        chosen = ranked[-1]
        return Operand(name, chosen.value, chosen.unit or unit, chosen.cell)
    for item in reversed(known):
        if (
            name in item.names
            and item.value
            and any(math.isclose(value, item.value * p, rel_tol=1e-5) for p in _POWERS)
        ):
            return Operand(name, item.value, item.unit, item.cell)
    return Operand(name, value, unit, None)


def _in_unit(operand: Operand, match: re.Match[str]) -> Operand:
    """Sums take their parts in one unit: an operand held in another is written in as shown."""
    if math.isclose(operand.value, float(match["number"]), rel_tol=1e-5, abs_tol=1e-12):
        return operand
    return Operand(operand.name, float(match["number"]), match["unit"].strip(), None)


def _evaluate(operands: Sequence[Operand], operators: Sequence[str]) -> float:
    result = operands[0].value
    for sign, operand in zip(operators, operands[1:], strict=True):
        if sign == "×":
            result *= operand.value
        elif sign == "÷":
            if operand.value == 0:
                return 0.0
            result /= operand.value
        else:
            result += operand.value if sign == "+" else -operand.value
    return result


# ----------------------------------------------------------------------------------------------------------- workbook


def write_workbook(computation: Computation, path: Path, *, source: Registry | None = None) -> None:
    """Write inputs, factors, working and result as four sheets; raises InputError where the file cannot be written."""
    import xlsxwriter

    _ending(path, ".xlsx")
    try:
        with xlsxwriter.Workbook(str(path)) as book:
            book.set_calc_mode("auto")
            writer = _Workbook(book, computation, source)
            writer.inputs()
            writer.factors()
            writer.working()
            writer.result()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(f"写不了文件 {path}：{error}。") from error


class _Workbook:
    """The sheets in order; ``known`` grows as cells are written."""

    def __init__(self, book: Any, computation: Computation, source: Registry | None) -> None:
        self._computation = computation
        self._source = source
        self._known: list[_Known] = []
        self._step_cells: list[str] = []
        self._book = book
        self._head = book.add_format({"bold": True, "bg_color": "#E6EFE9", "border": 1, "text_wrap": True})
        self._bold = book.add_format({"bold": True})
        self._given = book.add_format({"font_color": "#0000C0", "num_format": "General"})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._result = book.add_format({"bold": True, "top": 1})
        self._title = book.add_format({"bold": True, "font_size": 14})

    def _sheet(self, name: str, widths: Sequence[int], headers: Sequence[str]) -> Any:
        sheet = self._book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, self._head)
        sheet.freeze_panes(1, 0)
        return sheet

    def inputs(self) -> None:
        """What was given and what was taken by default; the blue numbers may be changed."""
        from tools.worksheet import read_inputs

        spec = calculator(self._computation.tool)
        read = read_inputs(spec, self._computation.inputs, self._source)
        sheet = self._sheet("输入", (22, 26, 16, 18, 40), ("项目", "填写的原文", "数值", "单位", "说明"))
        row = 1
        for item in spec.inputs:
            given = self._computation.inputs.get(item.name)
            quantity, word = read.quantities.get(item.name), read.words.get(item.name)
            if given is None and item.name not in read.defaulted:
                continue
            sheet.write_string(row, 0, item.label)
            sheet.write_string(row, 1, given or "")
            if quantity is not None:
                value, unit = float(quantity.magnitude), unit_name(f"{quantity.units:~}".replace(" ", ""))
                sheet.write_number(row, 2, value, self._given)
                sheet.write_string(row, 3, unit)
                self._known.append(_Known((item.label, item.name), value, unit, f"'输入'!$C${row + 1}"))
            elif word is not None:
                label = next((choice.label for choice in item.choices if choice.key == word), word)
                sheet.write_string(row, 2, label)
            sheet.write_string(row, 4, "" if given is not None else f"没有给出，取缺省值。{item.default_reason or ''}")
            row += 1

    def factors(self) -> None:
        sheet = self._sheet(
            "因子",
            (34, 34, 14, 22, 10, 8, 60, 16),
            ("编号", "名称", "数值", "单位", "地区", "年份", "出处", "可信"),
        )
        for row, factor in enumerate(self._computation.factors, 1):
            unit = unit_name(factor.expression)
            sheet.write_string(row, 0, factor.id)
            sheet.write_string(row, 1, factor.name)
            sheet.write_number(row, 2, factor.value, self._given)
            sheet.write_string(row, 3, unit)
            sheet.write_string(row, 4, factor.region)
            sheet.write_string(row, 5, str(factor.year or ""))
            spread = f"；范围 {factor.low:g}～{factor.high:g}，取中值" if factor.ranged else ""
            sheet.write_string(row, 6, factor.citation + spread, self._wrap)
            sheet.write_string(row, 7, factor.confidence_label)
            self._known.append(_Known((factor.id, factor.name), factor.value, unit, f"'因子'!$C${row + 1}"))

    def working(self) -> None:
        """Each step: its operands with their cells, the conversion of units, and the live result."""
        sheet = self._sheet(
            "计算", (36, 18, 24, 40, 18, 14), ("步骤和各项", "数值", "单位", "算式", "程序算出的值", "相差")
        )
        row = 1
        for made in formulas(self._computation, self._known):
            step = made.step
            sheet.write_string(row, 0, step.label, self._bold)
            sheet.write_string(row, 3, step.formula, self._wrap)
            row += 1
            cells: list[str] = []
            for operand in made.operands:
                sheet.write_string(row, 0, f"　{operand.name}")
                cell = self._where(operand.cell)
                if cell is None:
                    sheet.write_number(row, 1, operand.value)
                    sheet.write_string(row, 3, "直接写入：出自输入的原文、要求值或中间换算，见“结果”里的假设")
                else:
                    sheet.write_formula(row, 1, f"={cell}", None, operand.value)
                sheet.write_string(row, 2, operand.unit)
                cells.append(f"B{row + 1}")
                row += 1
            if made.live and made.conversion != 1:
                sheet.write_string(row, 0, "　单位换算")
                sheet.write_number(row, 1, made.conversion)
                cells.append(f"B{row + 1}")
                row += 1
            sheet.write_string(row, 0, f"　{step.label}（结果）", self._result)
            if made.live:
                sheet.write_formula(row, 1, _expression(made, cells), self._result, step.value)
            else:
                sheet.write_number(row, 1, step.value, self._result)
                sheet.write_string(row, 3, f"过程：{step.substitution}", self._wrap)
            sheet.write_string(row, 2, unit_name(step.unit), self._result)
            sheet.write_number(row, 4, step.value, self._result)
            sheet.write_formula(row, 5, f"=B{row + 1}-E{row + 1}", self._result, 0)
            self._step_cells.append(f"'计算'!$B${row + 1}")
            row += 2

    def _where(self, cell: str | None) -> str | None:
        if cell is not None and cell.startswith("#"):
            return self._step_cells[int(cell[1:])]
        return cell

    def result(self) -> None:
        """Total and parts from the working, then everything a reader must know beside them."""
        computation, total = self._computation, self._computation.total
        sheet = self._sheet("结果", (40, 18, 16, 16, 16, 50), ("项目", "数值", "单位", "程序算出的值", "相差", "说明"))
        sheet.activate()
        unit = unit_name(_with_gas(total.unit, total.of))
        row = 1
        part_cells: list[str] = []
        for part in computation.breakdown:
            self._line(
                sheet, row, part.label, part.value, unit, self._source_of(part.value, part.label), part.note or ""
            )
            part_cells.append(f"B{row + 1}")
            row += 1
        summed = math.isclose(sum(p.value for p in computation.breakdown), total.value, rel_tol=1e-9, abs_tol=1e-12)
        expression = f"=SUM({part_cells[0]}:{part_cells[-1]})" if part_cells and summed else None
        spread = "" if total.low == total.high else f"范围 {format_number(total.low)}～{format_number(total.high)}"
        self._line(
            sheet, row, total.label, total.value, unit, expression or self._source_of(total.value, total.label), spread
        )
        row += 2
        for item in computation.comparison:
            where = self._source_of(item.value, item.label)
            shown = unit_name(_with_gas(item.unit, item.of))
            self._line(sheet, row, f"对照：{item.label}", item.value, shown, where, item.note or "")
            row += 1
        row += 1
        for title, lines in _notes(computation):
            sheet.write_string(row, 0, title, self._bold)
            for line in lines:
                row += 1
                sheet.write_string(row, 0, line)
            row += 2

    def _line(
        self, sheet: Any, row: int, label: str, value: float, unit: str, expression: str | None, note: str
    ) -> None:
        sheet.write_string(row, 0, label)
        if expression is None:
            sheet.write_number(row, 1, value)
        else:
            sheet.write_formula(row, 1, expression, None, value)
        sheet.write_string(row, 2, unit)
        sheet.write_number(row, 3, value)
        sheet.write_formula(row, 4, f"=B{row + 1}-D{row + 1}", None, 0)
        sheet.write_string(row, 5, note, self._wrap)

    def _source_of(self, value: float, label: str) -> str | None:
        """The step a result comes from: the same number up to a power of ten, best of the same name."""
        found: list[tuple[bool, int, float]] = []
        for n, step in enumerate(self._computation.steps):
            for power in _POWERS:
                if value and math.isclose(step.value * power, value, rel_tol=1e-9):
                    found.append((label in step.label, n, power))
                    break
        if not found:
            return None
        _, n, power = max(found)
        return f"={self._step_cells[n]}" + ("" if power == 1 else f"*{power:g}" if power > 1 else f"/{1 / power:g}")


def _expression(made: StepFormula, cells: Sequence[str]) -> str:
    signs = {"×": "*", "÷": "/", "+": "+", "−": "-"}
    count = len(made.operands)
    text = cells[0] + "".join(f"{signs[op]}{cell}" for op, cell in zip(made.operators, cells[1:count], strict=True))
    if len(cells) > count:
        text = f"({text})*{cells[count]}" if {*made.operators} & {"+", "−"} else f"{text}*{cells[count]}"
    return f"=ROUNDUP(ROUND({text},9),0)" if made.rounded_up else f"={text}"


def _with_gas(unit: str, of: str | None) -> str:
    mass, slash, rest = unit.partition("/")
    return f"{mass}{of or ''}{slash}{rest}"


def _notes(computation: Computation) -> Iterable[tuple[str, Sequence[str]]]:
    """The lists that belong under every result, the empty ones left out."""
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("未计入", [f"{item.label}：{item.reason}" for item in computation.excluded]),
        ("假设", computation.assumptions),
        ("提示", computation.warnings),
        ("下一步", [computation.next_step] if computation.next_step else []),
        ("依据条款", computation.clause_keys),
    )
    return [(title, lines) for title, lines in lists if lines]


def _ending(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise InputError(f"{path.name} 的扩展名应是 {ending}。")


# --------------------------------------------------------------------------------------------------------------- Word


def write_document(computation: Computation, path: Path) -> None:
    """Write the result as a Word report; raises InputError where the file cannot be written."""
    import docx
    from docx.oxml.ns import qn

    _ending(path, ".docx")
    report = docx.Document()
    for name, font in (("Normal", "宋体"), ("Title", "黑体"), ("Heading 1", "黑体")):
        style: Any = report.styles[name]
        style.font.name = "Times New Roman"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    total = computation.total
    unit = unit_name(_with_gas(total.unit, total.of))
    report.add_heading(f"{computation.title}计算报告", 0)
    report.add_heading("结果", 1)
    spread = "" if total.low == total.high else f"（范围 {format_number(total.low)}～{format_number(total.high)}）"
    report.add_paragraph().add_run(f"{total.label}：{format_number(total.value)} {unit}{spread}").bold = True
    if computation.breakdown:
        rows = [
            (part.label, format_number(part.value, 4), f"{part.share:.1%}", part.note or "")
            for part in computation.breakdown
        ]
        _table(report, ("项目", unit, "占比", "说明"), rows)
    if computation.comparison:
        report.add_heading("对照", 1)
        compared = [
            (item.label, f"{format_number(item.value)} {unit_name(_with_gas(item.unit, item.of))}", item.note or "")
            for item in computation.comparison
        ]
        _table(report, ("项目", "数值", "说明"), compared)
    report.add_heading("输入", 1)
    labels = computation.labels
    _table(report, ("项目", "填写"), [(labels.get(name, name), text) for name, text in computation.inputs.items()])
    report.add_heading("计算过程", 1)
    working = [
        (str(n), step.label, step.formula, step.substitution, f"{format_number(step.value, 5)} {unit_name(step.unit)}")
        for n, step in enumerate(computation.steps, 1)
    ]
    _table(report, ("序号", "步骤", "公式", "代入", "结果"), working)
    if computation.factors:
        report.add_heading("因子和出处", 1)
        held = [
            (f.name, f.figure, f"{f.region} {f.year or ''}".strip(), f.citation, f.confidence_label)
            for f in computation.factors
        ]
        _table(report, ("因子", "数值", "地区和年份", "出处", "可信"), held)
    for title, lines in _notes(computation):
        report.add_heading(title, 1)
        for line in lines:
            report.add_paragraph(line, style="List Bullet")
    try:
        report.save(str(path))
    except OSError as error:
        raise InputError(f"写不了文件 {path}：{unreadable(error)}。") from error


def _table(report: Any, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = report.add_table(rows=1, cols=len(headers), style="Table Grid")
    for cell, header in zip(table.rows[0].cells, headers, strict=True):
        cell.paragraphs[0].add_run(header).bold = True
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


# -------------------------------------------------------------------------------------------------------------- chart


def chart(computation: Computation) -> dict[str, Any]:
    """The parts as a Plotly figure (plain data, no script): bars, the largest on top, with their ranges."""
    total = computation.total
    unit = unit_name(_with_gas(total.unit, total.of))
    parts = sorted(computation.breakdown, key=lambda part: part.value)
    if not parts:
        return _bars([total.label], [total.value], unit, computation.title)
    figure = _bars([part.label for part in parts], [part.value for part in parts], unit, computation.title)
    if any(part.low != part.high for part in parts):
        figure["data"][0]["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [part.high - part.value for part in parts],
            "arrayminus": [part.value - part.low for part in parts],
        }
    return figure


def ranking_chart(summary: Summary) -> dict[str, Any]:
    """The institutions that emit most, as a Plotly figure."""
    ranked = list(reversed(summary.ranking))
    names = [f"{item.name or '第'}（{item.line} 行）" for item in ranked]
    return _bars(names, [item.value for item in ranked], unit_name(summary.unit), f"{summary.title}：排放最多")


def _bars(names: Sequence[str], values: Sequence[float], unit: str, title: str) -> dict[str, Any]:
    bar: Mapping[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "x": list(values),
        "y": list(names),
        "hovertemplate": "%{y}：%{x:.4~g} " + unit + "<extra></extra>",
    }
    layout = {
        "title": {"text": title},
        "xaxis": {"title": {"text": unit}, "rangemode": "tozero"},
        "yaxis": {"automargin": True},
        "showlegend": False,
    }
    return {"data": [dict(bar)], "layout": layout}
