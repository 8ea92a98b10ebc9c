"""The calculation set covers every calculator, and its totals are what their derivations come to."""

import ast
import math
import operator
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import LibraryError
from evals import calculation
from evals.calculation import CalculationCase, ExpectedTotal, asks_for
from tools.calculator import calculators

_OPERATORS: dict[type[ast.operator], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "⌈": "(", "⌉": ")"})


def worked_out(derivation: str) -> float:
    """The value of a derivation: numbers, four operations, brackets; ⌈ ⌉ around the whole rounds up."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            found: float = _OPERATORS[type(node.op)](value(node.left), value(node.right))
            return found
        assert isinstance(node, ast.Constant)
        assert isinstance(node.value, int | float)
        return float(node.value)

    made = value(ast.parse(derivation.translate(_SIGNS), mode="eval").body)
    return float(math.ceil(round(made, 9))) if derivation.startswith("⌈") else made


@pytest.fixture(scope="module")
def cases() -> tuple[CalculationCase, ...]:
    return calculation.load()


def test_every_calculator_is_asked_for(cases: tuple[CalculationCase, ...]) -> None:
    assert len(cases) >= 100
    asked = Counter(case.calculator for case in cases if case.total is not None)
    assert set(asked) == set(calculators())
    assert min(asked.values()) >= 4
    assert sum(case.asks_back for case in cases) >= 12


def test_nothing_is_asked_twice(cases: tuple[CalculationCase, ...]) -> None:
    assert len({case.text for case in cases}) == len({case.id for case in cases}) == len(cases)


def test_totals_are_what_their_derivations_come_to(cases: tuple[CalculationCase, ...]) -> None:
    for case in cases:
        assert (case.total is None) == (not case.derivation), case.id
        if case.total is not None:
            assert case.total.value == pytest.approx(worked_out(case.derivation), rel=1e-6), case.id


def test_a_request_states_its_inputs_or_lacks_one(cases: tuple[CalculationCase, ...]) -> None:
    for case in cases:
        assert case.inputs or case.asks_back, case.id
        assert bool(case.asks) == case.asks_back, case.id
        for name in case.asks:
            calculators()[case.calculator].input(name)


def test_a_total_is_right_in_any_unit_of_its_substance() -> None:
    wanted = ExpectedTotal(17.432, "t", "CO2", 0.002)
    assert wanted.matches({"value": 17432, "unit": "kg", "of": "CO2"})
    assert wanted.matches({"value": 17.45, "unit": "t", "of": "CO2"})
    assert not wanted.matches({"value": 17.5, "unit": "t", "of": "CO2"})
    assert not wanted.matches({"value": 17.432, "unit": "t", "of": "ce"})
    assert not wanted.matches({"value": 17.432, "unit": "kWh", "of": "CO2"})
    assert not ExpectedTotal(40, "charger").matches({"value": 41, "unit": "charger", "of": None})


def test_asking_for_what_is_lacking() -> None:
    case = CalculationCase("c", "空调调高2度省多少电", "plain", "cooling", (), True, ("electricity",))
    assert asks_for(case, "空调一季（或一年）用多少度电？（如“30 万度”）")
    assert not asks_for(case, "设定温度调几度？另外空调用电量多少？")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calculations.jsonl"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LibraryError, match="第 1 行"):
        calculation.load(path)
