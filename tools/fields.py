"""One field of a calculator by itself: what a text in it is understood as, before anything is computed.

A form, a page or a client asks for one field at a time while somebody types; the reading is the calculator's own
(``tools.worksheet.read_inputs``), so what is said here is what will be computed with.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from tools.calculator import Calculator, InputSpec, calculator
from tools.units import format_number, format_quantity

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Reading", "understood"]

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was understood as (``shown``, in words), with the notes that go with it; or ``fault``, one line that
    names the field, what was given and what fits. Both are empty for an empty text."""

    field: str
    shown: str = ""
    notes: tuple[str, ...] = ()
    fault: str = ""


def understood(tool: str, field: str, text: str) -> Reading:
    """Read the text of one field of the calculator ``tool``, whether or not the others are filled.

    Raises UnknownCalculator, and InputError for a field the calculator does not have; a text that does not fit is no
    error but a reading with a ``fault``.

    >>> understood("electricity", "electricity", "12 万度").shown
    '120,000 千瓦时'
    >>> understood("meeting", "duration", "半天").notes
    ('“半天”按每天 8 小时计，为 4 小时',)
    >>> understood("electricity", "electricity", "30 人").fault[:29]
    '用电量：给的是人数（30 人），这里要能量（千瓦时（度）、'
    """
    spec = calculator(tool)
    item = spec.input(field)
    if not text.strip():
        return Reading(item.name)
    try:
        shown, notes = _read(spec, item, text)
    except InputError as error:
        return Reading(item.name, fault=str(error))
    return Reading(item.name, shown, notes)


def _read(spec: Calculator, item: InputSpec, text: str) -> tuple[str, tuple[str, ...]]:
    from tools.worksheet import read_inputs  # brings in pint

    alone = replace(spec, inputs=(item,))
    read = read_inputs(alone, {item.name: text})
    notes = tuple(note.removeprefix(item.label) for note in read.notes)
    quantity = read.quantities.get(item.name)
    if quantity is not None:
        return _amount(item, quantity), notes
    word = read.words[item.name]
    if item.kind == "year":
        return f"{word} 年", notes
    for choice in item.choices:
        if choice.key == word:
            return choice.label, (choice.note,) if choice.note else ()
    return _PROSE.get(item.name, _as_written)(item, word)


def _amount(item: InputSpec, quantity: "Quantity[Any]") -> str:
    """In the unit of the input where that is possible, with thousands apart."""
    if item.unit is not None and quantity.is_compatible_with(item.unit):
        quantity = quantity.to(item.unit)
    return _grouped(format_quantity(quantity, _DIGITS))


def _grouped(shown: str) -> str:
    """The whole part of the leading number in groups of three.

    >>> _grouped("120000 千瓦时"), _grouped("0.065 升/公里"), _grouped("-1234.5%")
    ('120,000 千瓦时', '0.065 升/公里', '-1,234.5%')
    """
    digits = len(shown) - len(shown.lstrip("-0123456789"))
    return f"{int(shown[:digits]):,}{shown[digits:]}" if shown[:digits].lstrip("-") else shown


Prose = tuple[str, tuple[str, ...]]


def _as_written(_: InputSpec, text: str) -> Prose:
    return text, ()


def _legs(item: InputSpec, text: str) -> Prose:
    from tools.journeys import modes, parse_legs

    legs = parse_legs(text)
    if not legs:
        raise InputError(f"{item.label}：看不出“{text}”里的交通方式，请写成如“{item.example}”")
    parts = []
    for leg in legs:
        counted = (
            ("", leg.persons, " 人"),
            ("", leg.vehicles, " 辆"),
            ("每辆 ", leg.per_vehicle, " 人"),
            ("共 " if leg.shared else _WAYS[leg.trip], leg.distance_km, " 公里"),
        )
        figures = [f"{b}{_grouped(format_number(value, _DIGITS))}{after}" for b, value, after in counted if value]
        parts.append(" ".join([modes()[leg.mode].label, *figures]))
    lacking = tuple(f"“{leg.text}”没有写里程" for leg in legs if leg.distance_km is None)
    return "；".join(parts), lacking


_WAYS = {"round": "来回 ", "one_way": "单程 ", "unsaid": ""}


def _measures(item: InputSpec, text: str) -> Prose:
    from tools.gap import parse_measures

    measures = parse_measures(text)
    if not measures:
        raise InputError(f"{item.label}：看不出“{text}”里的措施和节省量，请写成如“{item.example}”")
    said = []
    for measure in measures:
        figures = [f"年省 {_grouped(format_quantity(measure.saves, _DIGITS))}"]
        if measure.costs is not None:
            figures.append(f"投资 {_grouped(format_quantity(measure.costs, _DIGITS))}")
        said.append(f"{measure.name} {'，'.join(figures)}")
    return "；".join(said), ()


def _region(item: InputSpec, text: str) -> Prose:
    """The place whose grid factor is taken."""
    from tools.factors import pick

    try:
        factor = pick("electricity", text).factor
    except InputError as error:
        raise InputError(f"{item.label}：{error}") from error
    return (text, ()) if factor.region == text else (f"{text}（用{factor.region}的电力因子）", ())


_PROSE: dict[str, Callable[[InputSpec, str], Prose]] = {"legs": _legs, "measures": _measures, "region": _region}
