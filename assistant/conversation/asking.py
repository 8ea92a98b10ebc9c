"""Which missing input to ask for: the one the calculator names, or a better one that ``asking.yaml`` puts before it."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

from tools.calculator import Calculator

__all__ = ["preferred"]


@cache
def _order() -> Mapping[str, Mapping[str, str]]:
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        files("assistant.conversation").joinpath("asking.yaml").read_text(encoding="utf-8")
    )
    return loaded


def preferred(spec: Calculator, missing: str, given: Mapping[str, str]) -> str:
    """The input to ask for when ``missing`` is what the calculator names."""
    order = _order().get(spec.name, {})
    better = order.get(missing, order.get("*", ""))
    return better if better and better not in given else missing
