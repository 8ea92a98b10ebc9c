"""Inputs every calculator refuses: each in one Chinese line that names the field, what was given and what fits."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus import errors
from tools.calculator import calculators, run

REFUSED: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "refused_inputs.yaml").read_text(encoding="utf-8")
)


def name(case: dict[str, Any]) -> str:
    return f"{case['calculator']}-{'-'.join(f'{key}={value}' for key, value in case['inputs'].items()) or 'nothing'}"


def test_every_calculator_has_inputs_it_refuses() -> None:
    counted = Counter(case["calculator"] for case in REFUSED)
    assert set(counted) == set(calculators())
    assert min(counted.values()) >= 5
    assert len({name(case) for case in REFUSED}) >= 150
    assert {case["error"] for case in REFUSED} >= {"UnitMismatch", "OutOfRange", "MissingInput", "InputError"}


@pytest.mark.parametrize("case", REFUSED, ids=name)
def test_a_wrong_input_is_refused_in_one_line_that_says_what_fits(case: dict[str, Any]) -> None:
    with pytest.raises(errors.InputError) as caught:
        run(case["calculator"], case["inputs"])
    assert type(caught.value) is getattr(errors, case["error"])
    line = str(caught.value)
    assert "\n" not in line
    assert any("一" <= sign <= "鿿" for sign in line)
    assert case["field"] in line
    assert case["given"] in line
    assert case["fits"]
    assert case["fits"] in line
