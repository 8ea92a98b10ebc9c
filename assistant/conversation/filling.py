"""Putting the quantities of a sentence into a calculator's inputs: by dimension first, by cue word where two share one."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tools.calculator import Calculator, InputSpec
from tools.quantities import FoundQuantity, find

__all__ = ["Filled", "ask_for", "choose", "fill"]

_SEGMENT = re.compile(r"[^，,。；;？?！!\n]+")
_LISTED = re.compile(r"[^、]+")
_DISTANCE = "distance"


@dataclass(frozen=True, slots=True)
class Filled:
    """Inputs as typed, by name, and the quantities no input took."""

    inputs: Mapping[str, str]
    unused: tuple[FoundQuantity, ...]


@dataclass(frozen=True, slots=True)
class _Segment:
    start: int
    text: str


def fill(calculator: Calculator, text: str, held: Collection[str] = ()) -> Filled:
    """What the sentence gives the calculator. Nothing is assumed here: what is not said is not filled.

    ``held`` are the inputs given before: of several that a quantity fits, the one already given is what it changes.
    """
    segments = [_Segment(m.start(), m.group()) for m in _SEGMENT.finditer(text)]
    inputs: dict[str, str] = {}
    taken: list[tuple[int, int]] = []
    for spec in calculator.inputs:
        if spec.kind == "text" and spec.cues:
            pieces = _pieces(segments, spec.cues)
            if pieces:
                inputs[spec.name] = "；".join(p.text.strip() for p in pieces)
                taken += [(p.start, p.start + len(p.text)) for p in pieces]
        elif spec.kind == "choice" and any(cue in text for cue in spec.cues):
            choice = choose(spec, text)
            if choice:
                inputs[spec.name] = choice
    free = [q for q in find(text) if not any(a <= q.span[0] < b for a, b in taken)]
    pairs = sorted(
        (
            (score, spec.name, i)
            for i, quantity in enumerate(free)
            for spec in calculator.inputs
            if (score := _fit(spec, quantity, text, calculator.inputs, held)) > 0
        ),
        key=lambda pair: (-pair[0], pair[2]),
    )
    used: set[int] = set()
    for _, name, i in pairs:
        if name not in inputs and i not in used:
            inputs[name] = free[i].text
            used.add(i)
    return Filled(inputs, tuple(q for i, q in enumerate(free) if i not in used))


def ask_for(spec: InputSpec) -> str:
    """One short question for an input: its choices by name, or an example of what to type."""
    if spec.choices:
        options = "；".join(f"{c.label}（{c.note}）" if c.note else c.label for c in spec.choices)
        own = "；也可以直接给出数值。" if spec.dimension else "。"
        return f"{spec.label}按哪一个？可选：{options}{own}"
    example = f"（例如：{spec.example}）" if spec.example else ""
    return f"{spec.question or f'请补充：{spec.label}。'}{example}"


def choose(spec: InputSpec, text: str) -> str | None:
    """The key of the choice whose longest word stands in the text; ``None`` where none does."""
    # A bare number among the words (10 of "10 %") would be found inside other numbers; quantities are filled by dimension.
    words = (
        (word, choice.key)
        for choice in spec.choices
        for word in (choice.label, *choice.words)
        if word in text and not word.isdigit()
    )
    best = max(words, key=lambda pair: len(pair[0]), default=None)
    return best[1] if best else None


def _pieces(segments: Sequence[_Segment], cues: Sequence[str]) -> list[_Segment]:
    """The pieces of the sentence that hold a cue word, each with the distance that a following piece gives it."""
    pieces: list[_Segment] = []
    waiting = False
    for segment in segments:
        for match in _LISTED.finditer(segment.text):
            piece = _Segment(segment.start + match.start(), match.group())
            measured = any(q.dimension == _DISTANCE for q in find(piece.text))
            if any(cue in piece.text for cue in cues):
                pieces.append(piece)
                waiting = not measured
            elif waiting and measured:
                last = pieces.pop()
                pieces.append(_Segment(last.start, f"{last.text}，{piece.text}"))
                waiting = False
            else:
                waiting = False
    return [p for p in pieces if find(p.text)]


def _fit(
    spec: InputSpec, quantity: FoundQuantity, text: str, specs: Sequence[InputSpec], held: Collection[str]
) -> float:
    """How well a quantity fits an input: 0 not at all, 1 the only one of its dimension, more with a cue word nearby."""
    takes = {spec.dimension, *spec.also} - {None}
    if spec.kind == "text" or not takes & {quantity.dimension, *quantity.ambiguous}:
        return 0.0
    near = _nearest(spec.cues, quantity, text)
    if near is not None:
        return 2.0 + 1.0 / (1.0 + near)
    rivals = [other for other in specs if quantity.dimension in {other.dimension, *other.also}]
    if spec.name in held and sum(other.name in held for other in rivals) == 1:
        return 1.0
    if len(rivals) == 1 or (spec.required and sum(other.required for other in rivals) == 1):
        return 1.0
    return 0.0


def _nearest(cues: Sequence[str], quantity: FoundQuantity, text: str) -> int | None:
    """Characters between the quantity and the nearest cue word within the same piece of the sentence."""
    start, end = quantity.span
    left = max((m.end() for m in re.finditer(r"[，,。；;？?！!\n、]", text[:start])), default=0)
    right_match = re.search(r"[，,。；;？?！!\n、]", text[end:])
    right = end + right_match.start() if right_match else len(text)
    gaps = []
    for cue in cues:
        for match in re.finditer(re.escape(cue), text[left:right]):
            a, b = left + match.start(), left + match.end()
            gaps.append(start - b if b <= start else a - end if a >= end else 0)
    return min(gaps, default=None)
