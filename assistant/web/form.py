"""The form of a calculator, made from its own specification, for the page 计算器 and for a calculation in the chat.

How a page uses it (the contract between Python, template and script):

- ``form(tool, inputs)`` is the HTML of the form, ``recomputable(calculation)`` a computed card with its form folded
  below it. Both are inert until ``static/form.js`` runs in the same ``gr.HTML``.
- That ``gr.HTML`` gets ``server_functions=services(place)`` and a script of ``chart.js`` + ``form.js`` + its own::

      gr.HTML(..., js_on_load=_script("chart.js") + _script("form.js") + _script("transcript.js"),
              server_functions=services(place), plotly=f"/{PLOTLY_PATH}")

- ``form.js`` listens on the component's ``element`` (so forms may come and go with what is shown): a field is checked
  while it is typed in (``server.understood``), and submitting, or changing a field after a first result, computes
  (``server.recomputed``) and puts the new card into the ``[data-result]`` of the nearest ``[data-calculator]``.
  It tells the page with an event ``nearzero:computed`` (bubbles; ``detail`` is ``{tool, inputs}``).
- ``inputs`` are what a person typed, by input name, as in ``calculations[].inputs`` of the answer contract.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

from markupsafe import Markup

from assistant.records import calculated
from assistant.web.card import card
from assistant.web.language import Language
from assistant.web.markup import render
from corpus.errors import InputError, MissingInput, NearzeroError
from tools.calculator import Calculator, InputSpec, calculator
from tools.fields import Reading, understood
from tools.units import unit_name

if TYPE_CHECKING:
    from assistant.web.place import Place

__all__ = [
    "Field",
    "answering",
    "field",
    "filled",
    "form",
    "recomputable",
    "recomputed",
    "rendered",
    "sent_form",
    "services",
    "understood",
]

_LONGEST = 500
"""Characters of one field; a journey of twenty legs fits."""

_FIELDS = 60
"""Fields of one request; no calculator has as many."""


@dataclass(frozen=True, slots=True)
class Field:
    """An input as the form shows it: with its unit, what is in it, and what is used where nothing is."""

    spec: InputSpec
    value: str
    unit: str
    assumed: str
    reason: str


def form(tool: str, inputs: Mapping[str, str] | None = None, language: Language = "zh", *, brief: bool = False) -> str:
    """The form of a calculator, filled with ``inputs``; ``brief`` folds away what is neither given nor required.

    Raises UnknownCalculator, and InputError for an input that the calculator does not have.
    """
    spec = calculator(tool)
    given = {spec.input(name).name: text for name, text in (inputs or {}).items()}
    fields = [field(item, given.get(item.name, ""), language) for item in spec.inputs]
    asked = [f for f in fields if not f.assumed and f.spec.name not in _SETTING]
    if brief:
        asked = [f for f in fields if f.value or f.spec.required]
    return rendered(
        spec,
        sorted(asked, key=lambda f: not f.spec.required),
        [f for f in fields if f not in asked],
        "brief" if brief else "whole",
        language,
    )


def rendered(
    spec: Calculator,
    asked: Sequence["Field"],
    others: Sequence["Field"],
    use: Literal["whole", "brief", "table"],
    language: Language,
) -> str:
    """The form with these fields in the open and those folded away."""
    return render(
        "calculator_form.html",
        language,
        tool=spec,
        uid=f"f{token_hex(4)}",
        asked=asked,
        others=others,
        use=use,
        longest=_LONGEST,
    )


_SETTING = {"region", "year"}
"""Where and when the figures are from: asked with the assumptions, below."""


def recomputable(calculation: Mapping[str, Any], language: Language = "zh") -> Markup:
    """One entry of ``calculations[]`` as its card, with the form to change an input folded below it."""
    return Markup(
        render(
            "calculator_card.html",
            language,
            calculation=calculation,
            card=Markup(card(calculation, language)),
            form=Markup(form(calculation["tool"], calculation["inputs"], language, brief=True)),
        )
    )


def recomputed(tool: str, inputs: Mapping[str, str], language: Language = "zh") -> str:
    """The card of the calculation with these inputs; empty ones are left out.

    Raises InputError, whose line names the field; ``MissingInput.field`` is the one to fill.

    >>> "4.419" in recomputed("electricity", {"electricity": "1 万度", "region": ""})
    True
    """
    return card(calculated(tool, filled(inputs)), language)


def filled(inputs: Mapping[str, str]) -> dict[str, Any]:
    """The inputs that hold something. Raises InputError for more or longer ones than a form has."""
    if len(inputs) > _FIELDS or any(len(text) > _LONGEST for text in inputs.values()):
        raise InputError(f"填的内容太长：每一项请不超过 {_LONGEST} 字。")
    return {name: text.strip() for name, text in inputs.items() if text.strip()}


def services(
    place: "Place", below: Callable[[Mapping[str, Any]], str] | None = None
) -> list[Callable[[dict[str, Any]], dict[str, Any]]]:
    """What ``form.js`` asks of the server, for ``gr.HTML(server_functions=…)``; a fault is a line, never an error.

    ``below`` gives the page's own HTML for a calculation; the script hands it on as ``detail.answer.below``.
    """

    def understood(sent: dict[str, Any]) -> dict[str, Any]:
        tool, field, text = (str(sent.get(key, "")) for key in ("tool", "field", "text"))
        return answering(lambda: _said(tool, field, text))

    def recomputed(sent: dict[str, Any]) -> dict[str, Any]:
        return answering(lambda: _recomputed(place, below, *sent_form(sent)))

    return [understood, recomputed]


def answering(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What a service sends back: its answer, or the core's line and, where it knows one, the field."""
    try:
        return answer()
    except MissingInput as error:
        return {"fault": str(error), "field": error.field}
    except NearzeroError as error:
        return {"fault": str(error)}


def sent_form(sent: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Tool and inputs as a form sent them; whatever a program sent instead is made text."""
    inputs = sent.get("inputs")
    held = inputs if isinstance(inputs, Mapping) else {}
    return str(sent.get("tool", "")), {str(name): str(text) for name, text in held.items()}


def _said(tool: str, field: str, text: str) -> dict[str, Any]:
    if len(text) > _LONGEST:
        raise InputError(f"填的内容太长：每一项请不超过 {_LONGEST} 字。")
    return _reading(understood(tool, field, text))


def _reading(read: Reading) -> dict[str, Any]:
    return {"shown": read.shown, "notes": "；".join(read.notes), "fault": read.fault}


def _recomputed(
    place: "Place", below: Callable[[Mapping[str, Any]], str] | None, tool: str, inputs: Mapping[str, str]
) -> dict[str, Any]:
    """The card; before that, each field that cannot be read is named, so that all are mended at once."""
    faults = {}
    for name, text in filled(inputs).items():
        read = understood(tool, name, text)
        if read.fault:
            faults[read.field] = read.fault
    if faults:
        return {"fault": next(iter(faults.values())), "faults": faults}
    calculation = calculated(tool, filled(inputs))
    return {"html": card(calculation, place.language), "below": below(calculation) if below else ""}


def field(item: InputSpec, value: str = "", language: Language = "zh") -> Field:
    """An input as the form shows it, with the unit that a bare number is read in."""
    unit = item.unit if item.kind == "quantity" and item.unit else ""
    shown = _symbol(unit) if language == "en" else unit_name(unit).removeprefix("个")
    return Field(item, value, shown, *_assumed(item))


_SYMBOLS = (("**2", "²"), ("**3", "³"), ("*", "·"), ("delta_degC", "℃"), ("degC", "℃"), ("percent", "%"), ("_", " "))


def _symbol(unit: str) -> str:
    """A unit of the registry as an English reader writes it.

    >>> _symbol("kWh/(m**2*year)"), _symbol("room_night"), _symbol("percent")
    ('kWh/(m²·year)', 'room night', '%')
    """
    for written, shown in _SYMBOLS:
        unit = unit.replace(written, shown)
    return unit


def _assumed(item: InputSpec) -> tuple[str, str]:
    """What is used where the field is left empty, and why."""
    if item.default_factor is not None:
        return _factor(item.default_factor)
    if item.default is None:
        return "", item.default_reason or ""
    return _default(item), item.default_reason or ""


def _default(item: InputSpec) -> str:
    """The default as a person reads it: an option by its label, a bare number with its unit."""
    for choice in item.choices:
        if choice.key == item.default:
            return choice.label
    bare = (item.default or "").replace(".", "", 1).isdigit()
    unit = unit_name(item.unit) if bare and item.unit and item.dimension != "ratio" else ""
    return f"{item.default} {unit}".strip()


@cache
def _factor(factor_id: str) -> tuple[str, str]:
    from tools.factors import get

    factor = get(factor_id)
    return factor.figure, factor.citation
