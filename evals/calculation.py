"""The calculation set: practical requests with the calculator that should take them and the inputs it should read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import LibraryError
from evals.metrics.figures import RequiredFigure

__all__ = ["CALCULATIONS", "CalculationCase", "load"]

CALCULATIONS = Path(__file__).with_name("cases") / "calculations.jsonl"
"""The shipped set."""


@dataclass(frozen=True, slots=True)
class CalculationCase:
    """``inputs`` are the quantities the request states; a vague request (``asks_back``) states too few to compute."""

    id: str
    text: str
    style: str
    calculator: str
    inputs: tuple[RequiredFigure, ...]
    asks_back: bool


def _case(raw: Mapping[str, Any]) -> CalculationCase:
    return CalculationCase(
        id=raw["id"],
        text=raw["question"],
        style=raw["style"],
        calculator=raw["calculator"],
        inputs=tuple(RequiredFigure(**quantity) for quantity in raw["inputs"]),
        asks_back=raw.get("expect") == "clarification",
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
