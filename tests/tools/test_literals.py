"""Numbers live in data: no factor stands in the code, and every id the code names is held."""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tools
from tools import factors, limits
from tools.calculator import calculators

ROOM = Path(tools.__file__).parent
MODULES = sorted(ROOM.glob("*.py"))
CALCULATORS = sorted({ROOM / f"{spec.module.removeprefix('tools.')}.py" for spec in calculators().values()})

COUNTING = {0, 1, 2}
"""What a formula may hold in plain figures: nothing, the whole, there and back."""
SHOWING = {"format_number", "format_quantity", "round", "_shown"}
TUNING = {"cutoff", "rel_tol", "abs_tol", "maxsize"}
ID = re.compile(r"[a-z][a-z0-9]*(?:\.[a-z0-9-]+)+")


def literals(source: str) -> Iterator[tuple[int, float]]:
    """Line and value of each number written in the code, less digits to show, tolerances and their names."""
    tree = ast.parse(source)
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in SHOWING:
                apart |= {id(argument) for argument in node.args[1:]}
            apart |= {id(keyword.value) for keyword in node.keywords if keyword.arg in TUNING}
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "_DIGITS" for target in node.targets):
            apart.add(id(node.value))
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            apart |= {id(part) for part in ast.walk(node.format_spec)}
    for node in ast.walk(tree):
        number = isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True
        if number and node.value is not False and id(node) not in apart:
            yield node.lineno, float(node.value)


def _power_of_ten(value: float) -> bool:
    return value > 0 and math.isclose(math.log10(value), round(math.log10(value)), abs_tol=1e-12)


@pytest.mark.parametrize("path", CALCULATORS, ids=lambda path: path.stem)
def test_a_calculator_holds_no_figure(path: Path) -> None:
    found = [(line, value) for line, value in literals(path.read_text(encoding="utf-8")) if value not in COUNTING]
    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_holds_a_fraction_or_the_value_of_a_factor(path: Path) -> None:
    held = {end for factor in factors.all_factors(rejected=True) for end in (factor.low, factor.high)}
    small = {
        float(n) for n in range(200)
    }  # sizes and counts of the code itself; factors that are whole are not told apart
    for line, value in literals(path.read_text(encoding="utf-8")):
        assert value.is_integer() or _power_of_ten(value), f"{path.name}:{line}: {value}"
        assert value in small or _power_of_ten(value) or value not in held, f"{path.name}:{line}: {value}"


def multiplied(source: str) -> Iterator[tuple[int, float]]:
    """Line and value of each number that something is multiplied by, divided by or raised to, less 10⁸ and byte sizes."""
    tree = ast.parse(source)
    apart: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(
            getattr(target, "id", "").endswith("_BYTES") for target in node.targets
        ):
            apart |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and getattr(node.left, "value", None) == 10:
            apart.add(id(node))
    for node in ast.walk(tree):
        if (
            id(node) not in apart
            and isinstance(node, ast.BinOp | ast.AugAssign)
            and isinstance(node.op, ast.Mult | ast.Div | ast.Pow)
        ):
            sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
            for side in sides:
                bare = side.operand if isinstance(side, ast.UnaryOp) else side
                if isinstance(bare, ast.Constant) and isinstance(bare.value, int | float):
                    yield node.lineno, float(bare.value)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_nothing_is_multiplied_by_a_figure(path: Path) -> None:
    """Days of a year, carbon to CO2, megajoules: a conversion is a unit or a factor, never a number in a formula."""
    found = [
        (line, value)
        for line, value in multiplied(path.read_text(encoding="utf-8"))
        if value not in COUNTING and not _power_of_ten(value)
    ]
    assert found == []


@pytest.mark.parametrize("line", ["x = kwh * 365", "x = 44 / 12 * c", "x *= -28", "x = e / 3.6", "x = h ** 3"])
def test_the_guard_sees_a_figure_in_a_formula(line: str) -> None:
    assert any(value not in COUNTING and not _power_of_ten(value) for _, value in multiplied(line))


@pytest.mark.parametrize("line", ["x = kwh * 0.4419", "x = {'ef': 2.184}", "x = 26.9 / 1000 * km", "EF = 0.5703"])
def test_the_guard_sees_a_factor(line: str) -> None:
    assert any(not value.is_integer() and not _power_of_ten(value) for _, value in literals(line))


def test_every_factor_and_limit_the_code_names_is_held() -> None:
    usable = factors.registry().usable
    heads = {factor_id.split(".")[0] for factor_id in (*usable, *limits.all_limits())}
    named: set[str] = set()
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    ids = {text for text in named if ID.fullmatch(text) and text.split(".")[0] in heads}
    assert len(ids) > 20
    assert {text for text in ids if text not in usable and text not in limits.all_limits()} == set()


def test_every_factor_and_limit_a_specification_names_is_held() -> None:
    for spec in calculators().values():
        for item in spec.inputs:
            named = (end for choice in item.choices for end in (choice.factor, choice.spread))
            for factor_id in (item.default_factor, *named):
                assert factor_id is None or factor_id in factors.registry().usable, (spec.name, item.name, factor_id)
            for choice in item.choices:
                assert choice.limit is None or choice.limit in limits.all_limits(), (spec.name, choice.key)
