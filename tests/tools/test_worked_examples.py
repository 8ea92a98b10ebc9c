"""Worked examples of every calculator: arithmetic written out from the figures of the data, apart from the code."""

import ast
import json
import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import factors, limits
from tools.calculator import Computation, calculators, run, summary, to_json, to_markdown

EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "worked_examples.yaml").read_text(encoding="utf-8")
)
TOTALS = [example for example in EXAMPLES if "figure" not in example]
OPERATORS: Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def name(example: Mapping[str, Any]) -> str:
    return f"{example['calculator']}-{'-'.join(map(str, example['inputs'].values()))}-{example.get('figure', 'total')}"


def worked_out(node: ast.expr) -> Fraction:
    """The arithmetic of an example, exactly: literals, + − × ÷ and ⌈ ⌉, nothing else."""
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](worked_out(node.left), worked_out(node.right))
    assert isinstance(node, ast.Call)
    assert ast.unparse(node.func) == "ceil"
    return Fraction(math.ceil(worked_out(node.args[0])))


def tolerance(value: str) -> float:
    """Half a unit of the last digit stated, and the noise of binary fractions."""
    _, _, decimals = value.partition(".")
    return 0.5 * 10.0 ** -len(decimals) * (1 + 1e-9) + 1e-9 * abs(float(value))


def figure(made: Computation, which: str) -> tuple[float, str]:
    total = made.total
    ends = {"total": total.value, "low": total.low, "high": total.high}
    if which in ends:
        return ends[which], f"{total.unit} {total.of or ''}".strip()
    (found,) = [item for item in made.comparison if item.label == which]
    return found.value, f"{found.unit} {found.of or ''}".strip()


def test_there_are_examples_of_every_calculator() -> None:
    counted = Counter(example["calculator"] for example in EXAMPLES)
    assert set(counted) == set(calculators())
    assert min(counted.values()) >= 5
    assert len({name(example) for example in EXAMPLES}) >= 120


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_the_arithmetic_of_an_example_holds_and_uses_the_figures_it_names(example: dict[str, Any]) -> None:
    parsed = ast.parse(example["arithmetic"], mode="eval")
    assert float(worked_out(parsed.body)) == pytest.approx(float(example["value"]), abs=tolerance(example["value"]))
    literals = [float(str(node.value)) for node in ast.walk(parsed) if isinstance(node, ast.Constant)]
    for held in example["factors"]:
        if held in limits.all_limits():
            figures = {float(limits.quantity(held).magnitude)}
        else:
            figures = {factors.get(held).low, factors.get(held).high}
        for number in figures:
            assert any(math.isclose(number, literal) for literal in literals), (held, number)


@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_a_worked_example_comes_out_to_its_rounding(example: dict[str, Any]) -> None:
    made = run(example["calculator"], example["inputs"])
    value, unit = figure(made, example.get("figure", "total"))
    assert unit == example["unit"]
    assert value == pytest.approx(float(example["value"]), abs=tolerance(example["value"]))


@pytest.mark.parametrize("example", TOTALS, ids=name)
def test_a_result_is_complete(example: dict[str, Any]) -> None:
    """Parts that add up, a working, a range around the value, a comparison, a next step, and a summary with the total."""
    made = run(example["calculator"], example["inputs"])
    total = made.total
    if made.breakdown:
        assert sum(row.value for row in made.breakdown) == pytest.approx(total.value)
        assert sum(row.share for row in made.breakdown) == pytest.approx(1)
    assert total.low <= total.value <= total.high
    if total.low == total.high and made.factors and not any(factor.ranged for factor in made.factors):
        assert any("没有公布不确定度" in line for line in made.assumptions)
    assert made.comparison
    assert made.next_step
    assert made.steps
    for step in made.steps:
        assert step.formula
        assert step.substitution
    plain = json.loads(json.dumps(to_json(made), ensure_ascii=False))
    assert plain["total"]["value"] == pytest.approx(total.value)
    assert total.label in to_markdown(made)
    opening = summary(made)
    assert opening.startswith(f"{total.label}是 ")
    assert 1 <= opening.count("。") <= 3
    assert "\n" not in opening
