"""Figures that standards and policies set: held to compare with and to offer, each with its scope and confidence.

A limit whose ``confidence`` is ``unverified`` was not read in the standard; a calculator asks the user for the value
instead of applying it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from tools.units import load_data, registry

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Limit", "all_limits", "get", "quantity"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One requirement; ``value`` is a number or a range, ``None`` where only the requirement's existence is known."""

    id: str
    category: str
    requirement: str
    title: str
    source_kind: str
    confidence: str
    value: float | tuple[float, float] | None = None
    unit: str | None = None
    of: str | None = None
    per: str | None = None
    comparator: str | None = None
    region: str | None = None
    number: str | None = None
    locator: str | None = None
    document: str | None = None
    note: str | None = None

    @property
    def verified(self) -> bool:
        return self.confidence not in {"unverified", "literature"}

    @property
    def citation(self) -> str:
        """
        >>> get("temp.gbf2007.summer").citation
        '《关于严格执行公共建筑空调温度控制标准的通知》 国办发〔2007〕42号 二'
        """
        title = self.title if "《" in self.title or self.number is None else f"《{self.title}》"
        return " ".join(part for part in (title, self.number, self.locator) if part)


@lru_cache(maxsize=1)
def all_limits() -> Mapping[str, Limit]:
    """Every held requirement by id."""
    return MappingProxyType({entry["id"]: _limit(entry) for entry in load_data("limits.yaml")})


def get(limit_id: str) -> Limit:
    """The requirement of that id; InputError where there is none.

    >>> get("ev.sz.mgmt.20").value
    20
    """
    try:
        return all_limits()[limit_id]
    except KeyError as error:
        raise InputError(f"没有要求值 {limit_id}") from error


def quantity(limit_id: str) -> "Quantity[Any]":
    """The figure of a requirement as a pint quantity, its gas and count being dimensions.

    >>> quantity("nearzero.sz.bldg.pi.a").to("kgCO2/(m**2*year)").magnitude
    18.0

    Raises InputError where the requirement has no single figure.
    """
    limit = get(limit_id)
    if not isinstance(limit.value, int | float) or limit.unit is None:
        raise InputError(f"{limit.title}的“{limit.requirement}”没有单一数值，请自己给出")
    mass, slash, rest = limit.unit.partition("/")
    unit = f"{mass}{limit.of or ''}{slash}{rest}"
    if limit.per:
        unit = f"{unit}/{limit.per}"
    return registry().Quantity(float(limit.value), unit)


def _limit(entry: Mapping[str, Any]) -> Limit:
    value = entry.get("value")
    return Limit(**{**entry, "value": tuple(value) if isinstance(value, list) else value})
