"""Which missing input to ask for: the first that is worth asking of those ``asking.yaml`` lists for it.

What the request itself says is not there (``absent.yaml``) is not asked for.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.record import read_yaml
from tools.calculator import Calculator

__all__ = ["absent", "openers", "preferred"]


@cache
def _order() -> Mapping[str, Mapping[str, Sequence[str]]]:
    loaded: Mapping[str, Mapping[str, Sequence[str]]] = _data("asking.yaml")
    return loaded


@cache
def _absent() -> Mapping[str, Mapping[str, Sequence[str]]]:
    loaded: Mapping[str, Mapping[str, Sequence[str]]] = _data("absent.yaml")
    return loaded


def _data(name: str) -> Any:
    return read_yaml(files("assistant.conversation").joinpath(name).read_text(encoding="utf-8"))


def absent(spec: Calculator, text: str) -> tuple[str, ...]:
    """The inputs of which a request says that there is nothing.

    >>> from tools.calculator import calculator
    >>> absent(calculator("meeting"), "15人的小会，没人出差，也没吃饭")
    ('legs', 'meals')
    """
    listed = _absent().get(spec.name, {})
    return tuple(name for name, patterns in listed.items() if any(re.search(pattern, text) for pattern in patterns))


def preferred(spec: Calculator, missing: str, given: Collection[str], left_out: Collection[str] = ()) -> str:
    """The input to ask for when ``missing`` is what the calculator names: none that is given, none left out (没有) twice."""
    listed = _order().get(spec.name, {}).get(missing, (missing,))
    return next((name for name in listed if name not in given and name not in left_out), missing)


def openers(spec: Calculator) -> frozenset[str]:
    """The inputs of which one alone says that something is to be worked out: the required ones and those listed."""
    required = {item.name for item in spec.inputs if item.required and item.kind != "choice"}
    return frozenset(required.union(*_order().get(spec.name, {}).values()))
