"""The gates: what a release must reach, in data, and whether a run reaches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml

from corpus.errors import LibraryError
from evals.report import Results

__all__ = ["GATES", "Gate", "failures", "load"]

GATES = Path(__file__).with_name("gates.yaml")


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on one measure of one system: ``least`` a floor that only rises, or ``most`` a ceiling that only falls.

    ``above`` names a system of the same run that must be beaten on the measure as well.
    """

    system: str
    split: str
    measure: str
    bound: float
    direction: Literal["least", "most"]
    above: tuple[str, ...]
    reason: str


def load(path: Path = GATES) -> tuple[Gate, ...]:
    """The gates in force: of each list of bounds the last.

    Raises ``LibraryError`` for a gate that lacks a field or a list that does not tighten step by step.
    """
    try:
        return tuple(_gate(raw) for raw in yaml.safe_load(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(f"{path.name} 不合规：{error}") from error


def _gate(raw: dict[str, Any]) -> Gate:
    direction: Literal["least", "most"] = "least" if "least" in raw else "most"
    bounds: Sequence[float] = raw[direction]
    tightens = all(a < b if direction == "least" else a > b for a, b in pairwise(bounds))
    if not bounds or not tightens or not raw["reason"]:
        raise ValueError(f"{raw['measure']} 的门槛只能一步步收紧，并要写明理由")
    return Gate(
        system=raw["system"],
        split=raw["split"],
        measure=raw["measure"],
        bound=float(bounds[-1]),
        direction=direction,
        above=tuple(raw.get("above", ())),
        reason=raw["reason"],
    )


def failures(results: Results, gates: Sequence[Gate]) -> tuple[str, ...]:
    """One line for every gate the run does not pass; a gate on something not measured does not pass."""
    return tuple(line for gate in gates for line in _failures(results, gate))


def _failures(results: Results, gate: Gate) -> list[str]:
    name = f"{gate.system} {gate.split} {gate.measure}"
    try:
        value = results.mean(gate.system, gate.split, gate.measure)
    except KeyError:
        return [f"{name}：没有测到"]
    lines = []
    if (value < gate.bound) if gate.direction == "least" else (value > gate.bound):
        sign = "≥" if gate.direction == "least" else "≤"
        lines.append(f"{name}：{value:.3f}，要求 {sign}{gate.bound}")
    for other in gate.above:
        try:
            rival = results.mean(other, gate.split, gate.measure)
        except KeyError:
            lines.append(f"{name}：没有测到要比较的 {other}")
            continue
        if value <= rival:
            lines.append(f"{name}：{value:.3f}，没有超过 {other} 的 {rival:.3f}")
    return lines
