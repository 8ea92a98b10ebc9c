"""What a follow-up asks of a result further: another figure (人均呢), one amount less (省一成呢), one left out (天然气不算呢)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.conversation.asking import openers
from assistant.conversation.dialogue import dialogue
from corpus.record import read_yaml
from tools.calculator import Calculator, InputSpec
from tools.quantities import FoundQuantity, find
from tools.units import unit_name

__all__ = ["Sought", "dropped", "measure", "scaled", "sought"]

_TOUCHING = 6
"""Characters between a share and the word that says what is done with it (能省一成, 降低到原来的八成)."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A further figure: the calculator that gives it, the inputs it takes and those it does without."""

    calculator: str
    takes: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Figure:
    words: re.Pattern[str]
    takes: Mapping[str, Sequence[str]]
    moves: Mapping[str, str]
    drops: Mapping[str, Sequence[str]]


@cache
def _figures() -> tuple[_Figure, ...]:
    listed = read_yaml(files("assistant.conversation").joinpath("sought.yaml").read_text(encoding="utf-8"))
    return tuple(
        _Figure(re.compile(f["words"], re.I), f["takes"], f.get("moves", {}), f.get("drops", {})) for f in listed
    )


def sought(question: str, name: str) -> Sought | None:
    """The further figure that a sentence asks of the calculator ``name``; ``None`` where it asks for none it can give.

    >>> sought("人均呢", "electricity")
    Sought(calculator='inventory', takes=('people',), drops=())
    """
    for figure in _figures():
        giving = name if name in figure.takes else figure.moves.get(name, "")
        if giving and figure.words.search(question):
            return Sought(giving, tuple(figure.takes[giving]), tuple(figure.drops.get(giving, ())))
    return None


def dropped(question: str, spec: Calculator, held: Mapping[str, str]) -> str:
    """The input held that a sentence leaves out of the calculation (天然气不算进去呢); empty where it leaves out none."""
    table = dialogue()
    if not table.leaves_out.search(question) or table.doubts.search(question) or find(question):
        return ""
    named = {
        name: max((len(word) for word in _names(spec.input(name)) if word in question), default=0) for name in held
    }
    best = max(named, key=lambda name: named[name], default="")
    return best if best and named[best] > 1 else ""


def _names(item: InputSpec) -> tuple[str, ...]:
    return item.label, item.name.replace("_", " "), *item.cues


def measure(question: str, spec: Calculator, held: Mapping[str, str]) -> str:
    """The measure not yet counted whose effect a sentence asks for without saying how far it goes (双面打印能省多少)."""
    table = dialogue()
    if find(question) or not table.less.search(question) or not table.asks.search(question):
        return ""
    return next(
        (
            item.name
            for item in spec.inputs
            if item.dimension == "ratio" and item.name not in held and item.default is None and item.example
            if _named(item, question)
        ),
        "",
    )


def scaled(question: str, spec: Calculator, held: Mapping[str, str]) -> dict[str, str]:
    """The amount held that a sentence makes smaller or larger by a share (能省一成呢, 多用20%, 降到八成), worked out."""
    question = re.sub(r"(?<!\d)一半", "50%", question)
    shares = [q for q in find(question) if q.dimension == "ratio" and q.value is not None]
    named = (i for i in spec.inputs if i.dimension == "ratio" and (i.name in held or _named(i, question)))
    if len(shares) != 1 or any(named):
        return {}
    factor = _factor(question, shares[0])
    name = _meant(question, spec, held)
    before = [q for q in find(held.get(name, "")) if q.value is not None and not q.ambiguous]
    if factor is None or len(before) != 1 or before[0].value is None:
        return {}
    return {name: f"{before[0].value * factor:.10g}{unit_name(before[0].unit)}"}


def _factor(question: str, share: FoundQuantity) -> float | None:
    table, part = dialogue(), (share.value or 0.0) / 100
    before = question[max(share.span[0] - _TOUCHING, 0) : share.span[0]]
    if re.search(r"(到|至|成|剩)(下|了|原来的|现在的)*$", before):
        return part if table.less.search(before) or table.more.search(before) else None
    if table.less.search(before):
        return 1 - part
    return 1 + part if table.more.search(before) else None


def _meant(question: str, spec: Calculator, held: Mapping[str, str]) -> str:
    """The amount that a share is one of: the one named, else the only one that the calculator starts from."""
    amounts = [spec.input(name) for name in held if _is_amount(spec.input(name))]
    named = [item.name for item in amounts if _named(item, question)]
    first = [item.name for item in amounts if item.name in openers(spec)]
    return next((found[0] for found in (named, first) if len(found) == 1), "")


def _named(item: InputSpec, question: str) -> bool:
    return any(len(word) > 1 and word in question for word in _names(item))


def _is_amount(item: InputSpec) -> bool:
    return item.kind == "quantity" and item.dimension not in {None, "ratio", "person", "area", "temperature"}
