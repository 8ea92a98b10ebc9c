"""The calculation set: practical requests with the calculator that should take them, the inputs it should read and the
total it should reach. Totals were worked out by hand from the published methods and factors (``derivation``), not taken
from the program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import LibraryError
from evals.metrics.figures import RequiredFigure

__all__ = ["CALCULATIONS", "CalculationCase", "ExpectedTotal", "asks_for", "load"]

CALCULATIONS = Path(__file__).with_name("cases") / "calculations.jsonl"
"""The shipped set."""


@dataclass(frozen=True, slots=True)
class ExpectedTotal:
    """The right total: ``unit`` as pint reads it, ``of`` what a mass is of, ``tolerance`` a fraction of the value."""

    value: float
    unit: str
    of: str | None = None
    tolerance: float = 0.0

    def matches(self, total: Mapping[str, Any]) -> bool:
        """Whether the total of a computation (``nearzero.answer/1``) is this one, in whatever unit it is given.

        >>> ExpectedTotal(1.342, "t", "CO2e", 0.002).matches({"value": 1342, "unit": "kg", "of": "CO2e"})
        True
        >>> ExpectedTotal(1.342, "t", "CO2e", 0.002).matches({"value": 1342, "unit": "kg", "of": "CO2"})
        False
        """
        from tools.units import registry

        if total["of"] != self.of:
            return False
        found = registry().Quantity(total["value"], total["unit"])
        if not found.is_compatible_with(self.unit):
            return False
        return bool(abs(found.to(self.unit).magnitude - self.value) <= self.tolerance * abs(self.value) + 1e-9)


@dataclass(frozen=True, slots=True)
class CalculationCase:
    """``inputs`` are the quantities the request states; one that states too few is to be asked back (``asks_back``).

    ``asks`` names the inputs it lacks: asking for one of them is right. ``total`` is absent where a request can be
    read in more ways than one.
    """

    id: str
    text: str
    style: str
    calculator: str
    inputs: tuple[RequiredFigure, ...]
    asks_back: bool
    asks: tuple[str, ...] = ()
    total: ExpectedTotal | None = None
    derivation: str = ""


def asks_for(case: CalculationCase, answer: str) -> bool:
    """Whether the first sentence of the answer asks for one of the inputs the request lacks."""
    from tools.calculator import calculator

    first = answer.split("？", maxsplit=1)[0]
    specs = [calculator(case.calculator).input(name) for name in case.asks]
    return any(spec.question.split("？", maxsplit=1)[0] in first or spec.label in first for spec in specs)


def _case(raw: Mapping[str, Any]) -> CalculationCase:
    return CalculationCase(
        id=raw["id"],
        text=raw["question"],
        style=raw["style"],
        calculator=raw["calculator"],
        inputs=tuple(RequiredFigure(**quantity) for quantity in raw["inputs"]),
        asks_back=raw.get("expect") == "clarification",
        asks=tuple(raw.get("asks", ())),
        total=ExpectedTotal(**raw["total"]) if "total" in raw else None,
        derivation=raw.get("derivation", ""),
    )


def load(path: Path = CALCULATIONS) -> tuple[CalculationCase, ...]:
    """Every request of the file in its order. Raises ``LibraryError`` naming the line that does not fit."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            cases.append(_case(json.loads(line)))
        except (KeyError, TypeError, ValueError) as error:
            raise LibraryError(f"{path.name} 第 {number} 行不合规：{error}") from error
    return tuple(cases)
