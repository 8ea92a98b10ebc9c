"""The one unit registry, the names of dimensions, and the check that a quantity is what a field takes.

The vocabulary is ``tools/data/units.yaml``. Importing this module loads neither it nor pint.

A *dimension label* names what a quantity is: one of `BaseLabel` ("energy", "person", "co2e" ...) or a product of them
written ``energy/area/time`` or ``person*distance`` (numerator first, then one ``/`` for each factor of the denominator).
Labels are finer than physical dimensions. Power and energy per time have the same dimension and different labels, as
have a temperature and a temperature difference, so that neither slips in for the other.

>>> parse("1.2 万度", "energy").to("MWh").magnitude
12.0
>>> format_quantity(parse("每百公里6.5升", "volume/distance"))
'0.065 升/公里'
>>> parse("50 kVA", "power")
Traceback (most recent call last):
    ...
corpus.errors.UnitMismatch: 给的是视在功率（50 kVA），这里要功率（千瓦、兆瓦、瓦）：乘以功率因数才是有功功率，如 100 kVA × 0.95 = 95 kW。
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from corpus.errors import InputError, UnitMismatch
from corpus.record import read_yaml

if TYPE_CHECKING:
    import pint

__all__ = [
    "BaseLabel",
    "Label",
    "LabelInfo",
    "Unit",
    "UnitTable",
    "bare_number",
    "check",
    "fits",
    "format_number",
    "format_quantity",
    "join_label",
    "label_name",
    "label_of",
    "load_data",
    "normal_label",
    "parse",
    "reference_unit",
    "registry",
    "split_label",
    "unit_expression",
    "unit_name",
    "unit_table",
]

DATA = Path(__file__).parent / "data"

BaseLabel = Literal[
    "energy", "power", "apparent_power", "reactive_power", "co2e", "co2", "ce", "oil_equivalent", "carbon", "mass",
    "currency", "volume", "luminous_flux", "illuminance", "voltage", "current", "pressure", "resistance", "angle",
    "temperature", "percentage_point", "ratio", "number", "person_trip", "room_night", "night", "meal", "sheet", "page",
    "pack", "bottle", "box", "cup", "copy", "vehicle", "device", "set", "lamp", "panel", "charger", "parking_space", "room",
    "bed", "seat", "table", "floor", "building", "household", "institution", "tree", "event", "occurrence", "piece",
    "workday", "person", "area", "distance", "temperature_difference", "time",
]  # fmt: skip
"""The simple labels, in the order in which a product writes them (energy before area before time)."""

Label = str
"""A `BaseLabel` or a product of them such as ``volume/distance``; see `normal_label`."""

_BELOW = {"time": "year", "temperature": "delta_degC"}
"""Below the line the reference of time is the year, and a temperature is always a difference."""

_ORDER = {name: rank for rank, name in enumerate(get_args(BaseLabel))}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the vocabulary: canonical pint expression, label, Chinese display name and what may be written."""

    key: str
    label: Label
    show: str
    names: tuple[str, ...] = ()
    rate_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class LabelInfo:
    """The Chinese name of a simple label, its reference unit, what a person may write, whether it is a count."""

    zh: str
    unit: str
    fits: str
    count: bool = False


@dataclass(frozen=True, slots=True)
class UnitTable:
    """The vocabulary as read from its file."""

    labels: dict[str, LabelInfo]
    units: dict[str, Unit]
    products: dict[str, tuple[str, ...]]
    substances: dict[str, tuple[dict[str, str], tuple[str, ...]]]
    not_before: dict[str, tuple[str, ...]]
    conversions: dict[tuple[Label, Label], str]
    difference_limit: float


def load_data(name: str) -> Any:
    """Read one YAML file of ``tools/data`` with the fastest safe loader there is."""
    return read_yaml((DATA / name).read_text(encoding="utf-8"))


@cache
def unit_table() -> UnitTable:
    """The vocabulary, read once; without pint."""
    data = load_data("units.yaml")
    messages = load_data("conversions.yaml")
    return UnitTable(
        labels={key: LabelInfo(**value) for key, value in data["labels"].items()},
        units={
            key: Unit(
                key=key,
                label=value["label"],
                show=value["show"],
                names=tuple(map(str, value.get("names", ()))),
                rate_names=tuple(value.get("rate_names", ())),
                aliases=tuple(value.get("aliases", ())),
                definition=value.get("is"),
            )
            for key, value in data["units"].items()
        },
        products={key: tuple(names) for key, names in data["products"].items()},
        substances={key: (value["units"], tuple(value["names"])) for key, value in data["substances"].items()},
        not_before={name: tuple(after) for name, after in data["not_before"].items()},
        conversions={
            (normal_label(row["given"]), normal_label(row["expected"])): row["say"] for row in messages["conversions"]
        },
        difference_limit=float(messages["temperature_difference_limit"]),
    )


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The registry all quantities of the product belong to, built on first use.

    It knows the units of the vocabulary and no others; a year is 365 days and a month a twelfth of it.
    """
    import pint  # takes half a second, and a knowledge question never needs it

    made: pint.UnitRegistry[Any] = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=True, cache_folder=None)
    units = unit_table().units.values()
    made.load_definitions(
        [" = ".join((unit.key, unit.definition, *unit.aliases)) for unit in units if unit.definition is not None]
    )
    return made


# ------------------------------------------------------------------------------------------------------------- labels


def split_label(label: Label) -> tuple[Counter[str], Counter[str]]:
    """The factors above and below the line: ``energy/area/time`` -> ({energy}, {area, time})."""
    above, *below = label.replace(" ", "").split("/")
    numerator: Counter[str] = Counter(part for part in above.split("*") if part != "1")
    denominator: Counter[str] = Counter(part for group in below for part in group.split("*"))
    return numerator, denominator


def join_label(numerator: Counter[str], denominator: Counter[str]) -> Label:
    """Write the factors in their fixed order; nothing cancels (8 hours a day is time/time, not a share)."""
    above = sorted(numerator.elements(), key=_ORDER.__getitem__)
    below = sorted(denominator.elements(), key=_ORDER.__getitem__)
    if not above and not below:
        return "ratio"
    return "/".join(["*".join(above) or "1", *below])


@cache
def normal_label(label: Label) -> Label:
    """Put a label into its one written form.

    >>> normal_label("energy/time/area")
    'energy/area/time'

    Raises ValueError for a factor that is no `BaseLabel`.
    """
    numerator, denominator = split_label(label)
    unknown = [part for part in (*numerator, *denominator) if part not in _ORDER]
    if unknown or not (numerator or denominator):
        raise ValueError(f"unknown dimension label {label!r}: {unknown}")
    return join_label(numerator, denominator)


def label_name(label: Label) -> str:
    """The label in Chinese, as a message names it.

    >>> label_name("energy/area/time")
    '每平方米每单位时间的能量'
    >>> label_name("volume/distance")
    '每公里的体积'
    """
    numerator, denominator = split_label(label)
    labels = unit_table().labels
    above = "×".join(labels[part].zh for part in sorted(numerator.elements(), key=_ORDER.__getitem__)) or "数"
    if not denominator:
        return above
    below = "".join(f"每{_per_name(part)}" for part in sorted(denominator.elements(), key=_ORDER.__getitem__))
    return f"{below}的{above}"


def _per_name(part: str) -> str:
    if part == "time":
        return "单位时间"
    table = unit_table()
    return unit_name(table.labels[part].unit).removeprefix("个")


@cache
def reference_unit(label: Label) -> str:
    """The pint expression of a label's reference unit, e.g. ``kWh/(m**2*year)`` for energy/area/time."""
    numerator, denominator = split_label(normal_label(label))
    labels = unit_table().labels
    return unit_expression(
        [labels[part].unit for part in numerator.elements()],
        [_BELOW.get(part, labels[part].unit) for part in sorted(denominator.elements(), key=_ORDER.__getitem__)],
    )


def unit_expression(above: list[str], below: list[str]) -> str:
    """Join unit keys into one pint expression: (["kWh"], ["m**2", "year"]) -> ``kWh/(m**2*year)``."""
    if not below:
        return "*".join(above) or "dimensionless"
    bottom = below[0] if len(below) == 1 else f"({'*'.join(below)})"
    return f"{'*'.join(above) or '1'}/{bottom}"


def unit_name(expression: str) -> str:
    """A pint expression in Chinese: ``kWh/(m**2*year)`` -> 千瓦时/（平方米·年）."""
    units = unit_table().units
    above, _, below = expression.replace("**", "^").partition("/")

    def names(keys: str) -> list[str]:
        written = [
            key.replace("^", "**") for key in keys.strip("()").split("*") if key not in {"", "1", "dimensionless"}
        ]
        return [units[key].show if key in units else key for key in written]

    top, parts = "·".join(names(above)), [name.removeprefix("个") for name in names(below)]
    if not parts:
        return top
    return f"{top or '1'}/{parts[0]}" if len(parts) == 1 else f"{top or '1'}/（{'·'.join(parts)}）"


def label_of(quantity: pint.Quantity[Any]) -> Label:
    """The label of a pint quantity, read off the units it is written in.

    >>> label_of(registry().Quantity(3, "kWh/month")), label_of(registry().Quantity(3, "kW"))
    ('energy/time', 'power')
    """
    units = unit_table().units
    numerator: Counter[str] = Counter()
    denominator: Counter[str] = Counter()
    for name, power in quantity.unit_items():
        if name not in units:
            raise ValueError(f"unit {name!r} is not in the vocabulary")
        label, exponent = _power_label(units[name].label, _whole(power))
        (numerator if exponent > 0 else denominator)[label] += abs(exponent)
    while numerator["power"] and numerator["time"]:  # kW x h is energy
        numerator.subtract(("power", "time"))
        numerator["energy"] += 1
    if numerator["temperature"] and (sum(numerator.values()) > 1 or denominator):
        numerator["temperature_difference"] += numerator.pop("temperature")
    if denominator["temperature"]:
        denominator["temperature_difference"] += denominator.pop("temperature")
    if numerator["ratio"] and len(+numerator) > 1:
        del numerator["ratio"]
    return join_label(+numerator, +denominator)


def _power_label(label: Label, power: int) -> tuple[Label, int]:
    """Metres squared are an area, cubed a volume; other powers repeat the label."""
    if label == "distance" and abs(power) in (2, 3):
        return ("area" if abs(power) == 2 else "volume"), (1 if power > 0 else -1)
    return label, power


def _whole(power: object) -> int:
    """pint types an exponent loosely; none of ours is fractional."""
    number = float(str(power))
    if not number.is_integer():
        raise ValueError(f"fractional power {number} of a unit")
    return int(number)


# ------------------------------------------------------------------------------------------------------------- checks


def check(quantity: pint.Quantity[Any], expected: Label, *, given_text: str = "") -> pint.Quantity[Any]:
    """Give the quantity back if it is what ``expected`` names.

    Raises `UnitMismatch`, whose line names what was given, what fits, and the conversion that would make it right.
    """
    expected = normal_label(expected)
    given = label_of(quantity)
    if not _fits(quantity, given, expected):
        raise _mismatch(given_text or format_quantity(quantity), given, expected)
    return quantity


def _fits(quantity: pint.Quantity[Any], given: Label, expected: Label) -> bool:
    if given == expected:
        return True
    if {given, expected} <= {"ratio", "number"}:
        return bool(quantity.unitless)
    if _never_for_each_other(given, expected):
        return False
    return bool(quantity.dimensionality == registry().parse_units(reference_unit(expected)).dimensionality)


def _never_for_each_other(given: Label, expected: Label) -> bool:
    """Labels of one physical dimension that must not stand in for each other."""
    (above, below), (wanted_above, wanted_below) = split_label(given), split_label(expected)
    if bool(below["time"]) != bool(wanted_below["time"]):  # kWh/year is not kW, kWh/(m2 a) not W/m2
        return True
    kept_apart = {"temperature", "temperature_difference", "percentage_point", "ratio", "number"}
    return any(above[name] != wanted_above[name] for name in kept_apart) or (
        "distance" in below and "distance" not in wanted_below  # L/km is no area
    )


def _mismatch(given_text: str, given: Label, expected: Label) -> UnitMismatch:
    table = unit_table()
    say = table.conversions.get((given, expected)) or _general_advice(given, expected)
    line = f"给的是{label_name(given)}（{given_text}），这里要{label_name(expected)}（{fits(expected)}）：{say}。"
    return UnitMismatch(line, given=given_text, expected=fits(expected))


def fits(label: Label) -> str:
    """What a person may write for this label."""
    numerator, denominator = split_label(label)
    if not denominator and sum(numerator.values()) == 1:
        return unit_table().labels[label].fits
    return unit_name(reference_unit(label))


def _general_advice(given: Label, expected: Label) -> str:
    (above, below), (wanted_above, wanted_below) = split_label(given), split_label(expected)
    labels = unit_table().labels
    if above == wanted_above and below != wanted_below:
        extra, missing = below - wanted_below, wanted_below - below
        advice = [f"乘以{labels[part].zh}" for part in extra] + [f"除以{labels[part].zh}" for part in missing]
        return f"{'、'.join(advice)}后再填"
    return f"两者不能换算，请改填{fits(expected)}"


def parse(
    value: str | float | pint.Quantity[Any], expected: Label, *, default_unit: str | None = None
) -> pint.Quantity[Any]:
    """Read one quantity for a field of the label ``expected``.

    A bare number is taken for counts, for plain numbers, for shares up to 1, and where the field names a
    ``default_unit`` (a pint expression); elsewhere the unit has to be written. 度 is read as the field needs it.

    >>> f"{parse('三千五百度', 'energy'):~}"
    '3500.0 kWh'
    >>> parse("80", "person").magnitude, parse("三成", "ratio").to("dimensionless").magnitude
    (80.0, 0.3)

    Raises `UnitMismatch` for another kind of quantity, `InputError` for text that is not one quantity.
    """
    from tools.quantities import read_one  # the text grammar stands on this module's table

    expected = normal_label(expected)
    if isinstance(value, str):
        return read_one(value, expected, default_unit=default_unit)
    if isinstance(value, (int, float)):
        return bare_number(float(value), expected, default_unit=default_unit, text=format_number(float(value), 15))
    return check(value, expected)


def bare_number(value: float, expected: Label, *, default_unit: str | None, text: str) -> pint.Quantity[Any]:
    """A number without unit, where the field can take one."""
    if not math.isfinite(value):
        raise InputError(f"“{text}”不是一个有限的数，请填具体数值和单位，如{fits(expected)}。")
    make = registry().Quantity
    if default_unit is not None:
        return make(value, default_unit)
    if expected == "number":
        return make(value, "dimensionless")
    if expected == "ratio":
        if abs(value) <= 1:
            return make(value, "dimensionless")
        raise InputError(f"比例写成了 {text}，不能判断是不是百分数：请写“{text}%”或不大于 1 的小数。")
    info = unit_table().labels.get(expected)
    if info is not None and info.count:
        return make(value, info.unit)
    raise InputError(f"“{text}”没有写单位，这里要{label_name(expected)}：请写明单位，可用{fits(expected)}。")


# ------------------------------------------------------------------------------------------------------------ display


def format_number(value: float, digits: int = 3) -> str:
    """A number with ``digits`` significant figures, without separators, exponents or trailing zeros.

    Figures before the decimal point are never rounded away.

    >>> format_number(1234567.8), format_number(0.0654321), format_number(12.0)
    ('1234568', '0.0654', '12')
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_quantity(quantity: pint.Quantity[Any], digits: int = 3) -> str:
    """A quantity as Chinese readers write it: number, space, Chinese unit name.

    >>> format_quantity(registry().Quantity(3500, "kWh")), format_quantity(registry().Quantity(26.04, "degC"))
    ('3500 千瓦时', '26 ℃')
    """
    number = format_number(float(quantity.magnitude), digits)
    name = _quantity_unit_name(quantity)
    if not name:
        return number
    return f"{number}{name}" if name in {"%", "‰"} else f"{number} {name}"


def _quantity_unit_name(quantity: pint.Quantity[Any]) -> str:
    above: list[str] = []
    below: list[str] = []
    for name, loose in quantity.unit_items():
        power = _whole(loose)
        side, squared = (above if power > 0 else below), f"{name}**{abs(power)}"
        side.extend([squared] if squared in unit_table().units else [name] * abs(power))
    return unit_name(unit_expression(above, below)) if above or below else ""
