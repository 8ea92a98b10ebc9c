"""What a calculator is, what it gives back, and the one door to run it.

A calculator has a specification (``tools/data/calculators/<name>.yaml``: inputs with their dimensions, defaults and
questions) and a module with a function ``compute(sheet)``. Listing the specifications reads YAML only; the module and
pint are imported when it runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module, resources
from types import MappingProxyType
from typing import Any, Literal, cast

from corpus.errors import InputError, UnknownCalculator
from corpus.record import read_yaml
from tools.factors import Factor, Registry
from tools.units import format_number, load_data, unit_name

__all__ = [
    "Calculator",
    "Choice",
    "Comparison",
    "Computation",
    "Excluded",
    "InputSpec",
    "Row",
    "Step",
    "Total",
    "calculator",
    "calculators",
    "run",
    "summary",
    "to_json",
    "to_markdown",
]

InputKind = Literal["quantity", "choice", "text", "year"]
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice input: its key, what a person calls it, the factor or limit it stands for, its clause.

    ``spread`` is a factor held as a range around ``factor``.
    """

    key: str
    label: str
    words: tuple[str, ...] = ()
    factor: str | None = None
    limit: str | None = None
    clause: str | None = None
    note: str | None = None
    spread: str | None = None


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a calculator.

    ``dimension`` is a label of ``tools.units`` (``also`` lists further ones that fit; a choice that has one takes a
    quantity of it in place of an option); ``unit`` the unit a bare number is read in and ``low``/``high`` are
    given in. A default is what a person could have typed (or a factor id) and is always named as an assumption.
    ``period`` says that the input is the amount of that time: a rate (每月3000度) is brought to it, and that is said.
    ``units`` are the units it may be written in, where its dimension alone takes too much (一年 is no number of workdays).
    """

    name: str
    label: str
    kind: InputKind = "quantity"
    dimension: str | None = None
    also: tuple[str, ...] = ()
    unit: str | None = None
    required: bool = False
    default: str | None = None
    default_factor: str | None = None
    default_reason: str | None = None
    cues: tuple[str, ...] = ()
    question: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    low: float | None = None
    high: float | None = None
    range_reason: str = ""
    day_hours: float | None = None
    period: str | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator's specification; the description is what a model reads to decide when to call it."""

    name: str
    title: str
    description: str
    inputs: tuple[InputSpec, ...]
    examples: tuple[str, ...] = ()
    clause_keys: tuple[str, ...] = ()
    module: str = ""

    def input(self, name: str) -> InputSpec:
        """The input of that name or label; InputError with the list where there is none."""
        for spec in self.inputs:
            if name.strip() in {spec.name, spec.label}:
                return spec
        known = "、".join(f"{spec.name}（{spec.label}）" for spec in self.inputs)
        raise InputError(f"{self.title}没有“{name}”这一项；可填：{known}")

    def run(self, values: Mapping[str, object], *, source: Registry | None = None) -> "Computation":
        """Compute from plain text, numbers or pint quantities.

        Raises InputError (unknown key, missing input), UnitMismatch (another dimension), OutOfRange, UnknownFactor.
        """
        from tools.worksheet import Worksheet, read_inputs  # brings in pint

        sheet = Worksheet(self, read_inputs(self, values, source), source)
        compute = import_module(self.module).compute
        return cast("Computation", compute(sheet))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the working: what is computed, the formula in words, the numbers put in, and the result."""

    label: str
    formula: str
    substitution: str
    value: float
    unit: str
    factor_id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the total; ``share`` is a fraction of it."""

    label: str
    value: float
    unit: str
    of: str | None
    share: float
    low: float
    high: float
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """Something that belongs to the boundary and was not counted, with the reason."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Another figure to set beside the total; never part of it."""

    label: str
    value: float
    unit: str
    of: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """The result; ``low`` and ``high`` equal ``value`` where nothing that went in was a range."""

    label: str
    value: float
    unit: str
    of: str | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Computation:
    """A finished calculation: every number with its unit, formula, factor, source and year.

    ``inputs`` holds what was given, as given; ``labels`` the Chinese name of every input.
    """

    tool: str
    title: str
    inputs: Mapping[str, str]
    steps: tuple[Step, ...]
    total: Total
    breakdown: tuple[Row, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    factors: tuple[Factor, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    comparison: tuple[Comparison, ...] = ()
    next_step: str | None = None
    clause_keys: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def calculators() -> Mapping[str, Calculator]:
    """Every calculator by name. Reads the specifications only: neither pint nor a calculator module is imported."""
    folder = resources.files("tools") / "data" / "calculators"
    shared = load_data("inputs.yaml")
    found: dict[str, Calculator] = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            spec = _calculator(read_yaml(entry.read_text(encoding="utf-8")), shared)
            found[spec.name] = spec
    return MappingProxyType(found)


def calculator(name: str) -> Calculator:
    """The calculator of that name or title."""
    held = calculators()
    for spec in held.values():
        if name.strip() in {spec.name, spec.title}:
            return spec
    known = "、".join(f"{spec.name}（{spec.title}）" for spec in held.values())
    raise UnknownCalculator(f"没有叫“{name}”的计算器；可用：{known}")


def run(name: str, values: Mapping[str, object], *, source: Registry | None = None) -> Computation:
    """Run a calculator by name; see :meth:`Calculator.run`.

    >>> run("charging", {"spaces": "200个车位", "ratio": "sz20"}).total.value
    40.0
    """
    return calculator(name).run(values, source=source)


def to_json(computation: Computation) -> dict[str, Any]:
    """The computation as an entry of ``calculations[]`` in the answer contract (nearzero.answer/1)."""
    total = computation.total
    return {
        "tool": computation.tool,
        "title": computation.title,
        "inputs": dict(computation.inputs),
        "labels": {name: computation.labels[name] for name in computation.inputs},
        "total": {
            "label": total.label,
            "value": _clean(total.value),
            "unit": total.unit,
            "of": total.of,
            "unit_name": _shown_unit(total.unit, total.of),
        },
        "range": None if total.low == total.high else {"low": _clean(total.low), "high": _clean(total.high)},
        "steps": [
            {
                "label": step.label,
                "formula": step.formula,
                "substitution": step.substitution,
                "value": _clean(step.value),
                "unit": step.unit,
                "factor_id": step.factor_id,
            }
            for step in computation.steps
        ],
        "breakdown": [
            {
                "label": row.label,
                "value": _clean(row.value),
                "unit": row.unit,
                "of": row.of,
                "share": _clean(row.share),
                "low": _clean(row.low),
                "high": _clean(row.high),
                "note": row.note,
            }
            for row in computation.breakdown
        ],
        "excluded": [{"label": item.label, "reason": item.reason} for item in computation.excluded],
        "factors": [_factor_json(factor) for factor in computation.factors],
        "assumptions": list(computation.assumptions),
        "warnings": list(computation.warnings),
        "comparison": [
            {"label": c.label, "value": _clean(c.value), "unit": c.unit, "of": c.of, "note": c.note}
            for c in computation.comparison
        ],
        "next_step": computation.next_step,
        "clauses": list(computation.clause_keys),
    }


def summary(computation: Computation) -> str:
    """Two or three sentences to open an answer with: total, biggest part, what was not counted, the main assumption.

    >>> summary(run("charging", {"spaces": "200个车位", "ratio": "sz20"})).startswith("充电桩数量是 40 个充电桩")
    True
    """
    total = computation.total
    unit = _shown_unit(total.unit, total.of)
    spread = "" if total.low == total.high else f"（范围 {format_number(total.low)}～{format_number(total.high)}）"
    first = f"{total.label}是 {format_number(total.value, 4)} {unit}{spread}"
    if len(computation.breakdown) > 1:
        biggest = max(computation.breakdown, key=lambda row: row.value)
        shown = f"{format_number(biggest.value)} {_shown_unit(biggest.unit, biggest.of)}"
        first += f"，其中{biggest.label.removeprefix('交通：')}最多，{shown}，占 {biggest.share:.0%}"
    sentences = [first]
    if computation.excluded:
        labels = [item.label for item in computation.excluded]
        named = "、".join(labels[:_NAMED]) + ("等" if len(labels) > _NAMED else "")
        sentences.append(f"没有计入的有 {len(labels)} 项：{named}" if len(labels) > 1 else f"没有计入{named}")
    assumed = _main_assumption(computation)
    if assumed:
        sentences.append(f"主要前提：{assumed.rstrip('。')}")
    return "".join(f"{sentence}。" for sentence in sentences)


def _main_assumption(computation: Computation) -> str | None:
    """A value the person did not give comes first, then the electricity factor of an emission, then what is said.

    Where nothing had to be assumed it is the first factor itself.
    """
    grid = "电力因子："
    plain = [line for line in computation.assumptions if not line.startswith(grid)]
    plain = [line for line in plain if "没有公布不确定度" not in line]
    ranked = [line for line in plain if "没有给出，取" in line and "按一年" not in line]
    if computation.total.of is not None:
        ranked += [line for line in computation.assumptions if line.startswith(grid)]
    used = [f"{factor.name} {factor.figure}" for factor in computation.factors]
    return next(iter([*ranked, *computation.warnings, *plain, *used]), None)


def to_markdown(computation: Computation) -> str:
    """The computation for a reader: result, parts, what was left out, the working, factors, assumptions."""
    total = computation.total
    spread = "" if total.low == total.high else f"（范围 {format_number(total.low)}～{format_number(total.high)}）"
    blocks = [f"**{total.label}：{format_number(total.value)} {_shown_unit(total.unit, total.of)}**{spread}"]
    if computation.breakdown:
        lines = [f"| 项目 | {_shown_unit(total.unit, total.of)} | 占比 |", "| --- | ---: | ---: |"]
        lines += [f"| {row.label} | {format_number(row.value, 4)} | {row.share:.1%} |" for row in computation.breakdown]
        blocks.append("\n".join(lines))
    blocks += _listed("未计入", [f"{item.label}：{item.reason}" for item in computation.excluded])
    blocks += _listed("计算过程", [_step_line(step) for step in computation.steps], numbered=True)
    blocks += _listed("因子", [_factor_line(factor) for factor in computation.factors])
    blocks += _listed("假设", computation.assumptions)
    blocks += _listed("提示", computation.warnings)
    blocks += _listed("对照", [_comparison_line(item) for item in computation.comparison])
    if computation.next_step:
        blocks.append(f"**下一步** {computation.next_step}")
    return "\n\n".join(blocks)


def _clean(value: float) -> float:
    """The number without the noise of binary fractions."""
    return float(f"{value:.10g}")


def _shown_unit(unit: str, of: str | None = None) -> str:
    """The Chinese name of a pint expression, with the gas a mass is of."""
    mass, slash, rest = unit.partition("/")
    return unit_name(f"{mass}{of or ''}{slash}{rest}") or unit_name(unit)


def _listed(title: str, items: "list[str] | tuple[str, ...]", *, numbered: bool = False) -> list[str]:
    if not items:
        return []
    marks = (f"{n}." for n in range(1, len(items) + 1)) if numbered else ("-" for _ in items)
    return [f"**{title}**\n\n" + "\n".join(f"{mark} {item}" for mark, item in zip(marks, items, strict=True))]


def _step_line(step: Step) -> str:
    result = f"{format_number(step.value, 5)} {_shown_unit(step.unit)}".rstrip()
    trivial = step.substitution in {"", step.formula, format_number(step.value, 6)}
    working = step.formula if trivial else f"{step.formula} = {step.substitution}"
    return f"{step.label}：{working} = {result}"


def _factor_line(factor: Factor) -> str:
    year = f"，{factor.year}年" if factor.year else ""
    return f"{factor.name} {factor.figure}（{factor.region}{year}；{factor.citation}；{factor.confidence_label}）"


def _comparison_line(item: Comparison) -> str:
    note = f"（{item.note}）" if item.note else ""
    return f"{item.label}：{format_number(item.value)} {_shown_unit(item.unit, item.of)}{note}"


def _factor_json(factor: Factor) -> dict[str, Any]:
    return {
        "id": factor.id,
        "name": factor.name,
        "value": [factor.low, factor.high] if factor.ranged else factor.low,
        "figure": factor.figure,
        "unit": factor.unit,
        "of": factor.of,
        "per": factor.per,
        "region": factor.region,
        "year": factor.year,
        "source": factor.citation,
        "confidence": factor.confidence,
        "note": factor.note,
    }


def _calculator(document: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> Calculator:
    return Calculator(
        name=document["name"],
        title=document["title"],
        description=" ".join(document["description"].split()),
        inputs=tuple(_input(entry, shared) for entry in document["inputs"]),
        examples=tuple(document.get("examples", ())),
        clause_keys=tuple(document.get("clauses", ())),
        module=document["module"],
    )


def _input(entry: Mapping[str, Any], shared: Mapping[str, Mapping[str, Any]]) -> InputSpec:
    """One input; ``{use: year}`` takes the shared one of that name, keys beside it overrule its own."""
    plain = dict(entry)
    if "use" in plain:
        name = plain.pop("use")
        plain = {"name": name, **shared[name], **plain}
    plain["cues"] = tuple(plain.get("cues", ()))
    plain["default"] = None if plain.get("default") is None else str(plain["default"])
    plain["also"] = tuple(plain.get("also", ()))
    plain["units"] = tuple(plain.get("units", ()))
    if plain.get("period"):
        plain["also"] += tuple(f"{label}/time" for label in (plain["dimension"], *plain["also"]))
    plain["choices"] = tuple(
        Choice(**{**choice, "words": tuple(map(str, choice.get("words", ())))}) for choice in plain.get("choices", ())
    )
    return InputSpec(**plain)
