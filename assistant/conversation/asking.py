"""Which missing input to ask for: the first that is worth asking of those ``asking.yaml`` lists for it."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from tools.calculator import Calculator

__all__ = ["openers", "preferred"]


@cache
def _order() -> Mapping[str, Mapping[str, Sequence[str]]]:
    loaded: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
        files("assistant.conversation").joinpath("asking.yaml").read_text(encoding="utf-8")
    )
    return loaded


def preferred(spec: Calculator, missing: str, given: Collection[str], left_out: Collection[str] = ()) -> str:
    """The input to ask for when ``missing`` is what the calculator names: none that is given, none left out (没有) twice."""
    listed = _order().get(spec.name, {}).get(missing, (missing,))
    return next((name for name in listed if name not in given and name not in left_out), missing)


def openers(spec: Calculator) -> frozenset[str]:
    """The inputs of which one alone says that something is to be worked out: the required ones and those listed."""
    required = {item.name for item in spec.inputs if item.required and item.kind != "choice"}
    return frozenset(required.union(*_order().get(spec.name, {}).values()))
