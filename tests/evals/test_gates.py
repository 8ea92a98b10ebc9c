from pathlib import Path

import pytest

from corpus.errors import LibraryError
from evals import gates
from evals.metrics import Interval
from evals.report import Results, Row


def results(**means: float) -> Results:
    rows = tuple(Row(system, "test", {"hit@5": Interval(mean, mean, mean, 9)}) for system, mean in means.items())
    return Results("1", {}, rows)


def gate(path: Path, text: str) -> tuple[gates.Gate, ...]:
    path.write_text(text, encoding="utf-8")
    return gates.load(path)


FLOOR = "- {system: product, split: test, measure: hit@5, least: [0.7, 0.8], above: [rival], reason: 说明}\n"
CEILING = "- {system: product, split: test, measure: hit@5, most: [0.1, 0.05], reason: 说明}\n"


def test_the_last_bound_is_in_force(tmp_path: Path) -> None:
    held = gate(tmp_path / "gates.yaml", FLOOR)
    assert gates.failures(results(product=0.8, rival=0.5), held) == ()
    assert gates.failures(results(product=0.79, rival=0.5), held) == ("product test hit@5：0.790，要求 ≥0.8",)


def test_a_rival_must_be_beaten_in_the_same_run(tmp_path: Path) -> None:
    held = gate(tmp_path / "gates.yaml", FLOOR)
    assert "没有超过 rival" in gates.failures(results(product=0.9, rival=0.9), held)[0]
    assert "没有测到要比较的 rival" in gates.failures(results(product=0.9), held)[0]


def test_a_ceiling_only_falls(tmp_path: Path) -> None:
    held = gate(tmp_path / "gates.yaml", CEILING)
    assert gates.failures(results(product=0.05), held) == ()
    assert len(gates.failures(results(product=0.06), held)) == 1


def test_what_was_not_measured_does_not_pass(tmp_path: Path) -> None:
    assert gates.failures(results(), gate(tmp_path / "gates.yaml", CEILING)) == ("product test hit@5：没有测到",)


@pytest.mark.parametrize(
    "text",
    [
        FLOOR.replace("[0.7, 0.8]", "[0.8, 0.7]"),
        FLOOR.replace("[0.7, 0.8]", "[]"),
        CEILING.replace("[0.1, 0.05]", "[0.05, 0.05]"),
        FLOOR.replace("reason: 说明", "reason: ''"),
        FLOOR.replace("measure: hit@5, ", ""),
    ],
)
def test_a_gate_that_loosens_or_gives_no_reason_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LibraryError, match="不合规"):
        gate(tmp_path / "gates.yaml", text)
