"""Putting the quantities of a sentence into a calculator's inputs: by dimension first, by cue word where two share one."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from corpus.numerals import NUMERAL
from tools.calculator import Calculator, InputSpec
from tools.quantities import FoundQuantity, find
from tools.units import load_data

__all__ = ["Filled", "answered", "ask_for", "assumed", "bare_number", "choose", "fill", "revised"]

_SEGMENT = re.compile(r"[^，,。；;？?！!\n]+")
_LISTED = re.compile(r"[^、]+")
_DISTANCE = "distance"
_COUNTED = frozenset({"copy", "piece", "set", "count"})
"""What 份 and 个 count is told by the word beside them."""

_JOURNEYS = "legs"
_ALL = re.compile(r"每个?人|大家|所有人|全部人员|全员|人人|都(?=坐|乘|开|搭)")
_CJK = "\u4e00-\u9fff"
_WRITTEN = (
    (re.compile(rf"\s+(?=[{_CJK}])"), "，"),
    (re.compile(r" (?:if|and|with|where) ", re.I), "，"),
    (re.compile(r"\bof (?:them|us|the (?:attendees|participants|people))\b", re.I), "people"),
    (re.compile(r"台(?=车位)"), "个"),
    (re.compile(r"台(?=[^，。；、\d桩]{0,6}车(?!位))"), "辆"),
    (re.compile(r"每台(?=(?:车)?(?:每|一)天|一年)"), "每辆"),
    (re.compile(r"(?<=[\d十百千万])个(?=(?:外地|本地|外省|专家|领导|同事|同志|代表|老师|学员|干部|职工|嘉宾))"), "人"),
)
"""Ways to write a count that the quantity reader leaves alone, and how it takes them."""

_DICTATED = re.compile(r"[^，,。；;]*(?:写成|说成|显示[成为]|输出[成为]|回答[成为]|就说|一律说)[^，,。；;]*")
"""What a result is to be called is not something given for working it out."""

_YEARLY = re.compile(r"^(?:一|每|全|整)?年(?:平均)?(?=\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年度?(?!前|内|来)")
_FILLER = re.compile(r"改成|换成|改为|那就|就|按照?|用|选|那个|这个|那种|的|吧|呢|口径|比例|[\s，。！？!?,.]")
_BARE = re.compile(
    rf"^(?:大概|大约|约|差不多|一共|总共|共|有|是|就|按)*(?P<n>\d[\d,]*(?:\.\d+)?万?|{NUMERAL})(?:个|台|辆|人|盏|张|包|瓶|次|吧|左右|的|样子)*[。！!？? ]*$"
)


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
    text = _plain(text)
    segments = [_Segment(m.start(), m.group()) for m in _SEGMENT.finditer(text)]
    inputs: dict[str, str] = {}
    taken: list[tuple[int, int]] = []
    for spec in calculator.inputs:
        if spec.kind == "text" and spec.cues:
            pieces = _pieces(segments, (*spec.cues, *_mode_words()) if spec.name == _JOURNEYS else spec.cues)
            if pieces:
                inputs[spec.name] = "；".join(p.text.strip() for p in pieces)
                taken += [(p.start, p.start + len(p.text)) for p in pieces]
        elif spec.kind == "choice" and _offered(spec, text):
            choice = choose(spec, text)
            if choice:
                inputs[spec.name] = choice
        elif spec.kind == "year" and (year := _YEAR.search(text)):
            inputs[spec.name] = f"{year.group(1)}年"
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
            inputs[name] = _written(calculator.input(name), free[i])
            used.add(i)
    for i, quantity in enumerate(free):
        # What is left over goes to the one input of its dimension that is still open and has no default.
        left = [s for s in calculator.inputs if s.name not in inputs and s.default is None and not s.default_factor]
        open_inputs = [s for s in left if s.kind == "quantity" and s.name not in held and _takes(s, quantity)]
        if i not in used and len(open_inputs) == 1 and _rivals(calculator, quantity) & inputs.keys():
            inputs[open_inputs[0].name] = _written(open_inputs[0], quantity)
            used.add(i)
    _everyone(inputs, calculator.inputs)
    return Filled(inputs, tuple(q for i, q in enumerate(free) if i not in used))


def _plain(text: str) -> str:
    """Everyday ways to write, as the quantity reader takes them: keywords apart, cars by 台, people by 个."""
    text = _DICTATED.sub("", text)
    for pattern, written in _WRITTEN:
        text = pattern.sub(written, text)
    return text


def _everyone(inputs: dict[str, str], specs: Sequence[InputSpec]) -> None:
    """每人坐飞机来回2200公里: a journey of all is one of as many people as take part."""
    people = next((inputs[s.name] for s in specs if s.dimension == "person" and s.name in inputs), "")
    if people and _JOURNEYS in inputs:
        inputs[_JOURNEYS] = _ALL.sub(lambda m: people, inputs[_JOURNEYS], count=1)


@cache
def _mode_words() -> tuple[str, ...]:
    return tuple(word for mode in load_data("travel_modes.yaml") for word in mode["words"] if len(word) > 1)


def _rivals(calculator: Calculator, quantity: FoundQuantity) -> set[str]:
    return {s.name for s in calculator.inputs if s.kind == "quantity" and _takes(s, quantity)}


def _offered(spec: InputSpec, text: str) -> bool:
    """Whether a choice is spoken of: a cue word stands there, or without cues the option's own label."""
    if spec.cues:
        return any(cue in text for cue in spec.cues)
    return any(word in text for c in spec.choices for word in (c.label, *c.words) if len(word) > 1)


def _written(spec: InputSpec, quantity: FoundQuantity) -> str:
    """What of the quantity's text the input takes: a yearly count is one of the year, a bare count its number."""
    elsewhere = quantity.dimension in _COUNTED and quantity.dimension != spec.dimension
    # 车位有90个: what is counted stands elsewhere in the sentence.
    apart = quantity.unit == spec.unit and not find(quantity.text)
    if quantity.value is not None and (elsewhere or apart):
        return f"{quantity.value:.10g}"
    if "/" in quantity.dimension and quantity.dimension.partition("/")[0] == spec.dimension:
        return _YEARLY.sub("", quantity.text)
    return quantity.text


def ask_for(spec: InputSpec) -> str:
    """One short question for an input: its choices by name or an example of what to type, and what 随便 stands for."""
    if spec.choices:
        options = "；".join(f"{c.label}（{c.note}）" if c.note else c.label for c in spec.choices)
        own = "；也可以直接给出数值" if spec.dimension else ""
        default = next((c.label for c in spec.choices if c.key == assumed(spec)), assumed(spec))
        return f"{spec.label}按哪一个？可选：{options}{own}。说“随便”就按“{default}”。"
    question = spec.question.partition("如“")[0] or f"请补充：{spec.label}。"
    if not assumed(spec):
        return question
    return f"{question}（如“{spec.example or assumed(spec)}”；说“随便”就先按“{assumed(spec)}”估算）"


def assumed(spec: InputSpec) -> str:
    """What 随便 stands for: the default, else the option or the amount the specification gives as its example.

    Empty where there is none; the answer says what was assumed.
    """
    if spec.default is not None:
        return spec.default
    if spec.choices:
        keys = [c.key for c in spec.choices if c.key in spec.example or c.label in spec.example]
        return keys[0] if keys else spec.choices[0].key
    return spec.example


def bare_number(text: str) -> str:
    """The number of an answer that is nothing but a number (大概90个吧); empty for anything else.

    >>> bare_number("大概90个吧"), bare_number("九十"), bare_number("90度")
    ('90', '九十', '')
    """
    match = _BARE.match(text.strip())
    return match.group("n") if match else ""


def choose(spec: InputSpec, text: str) -> str | None:
    """The key of the choice whose longest word stands in the text; ``None`` where none does."""
    # A bare number among the words (10 of "10 %") would be found inside other numbers; quantities are filled by dimension.
    lowered = text.lower()
    words = (
        (word, choice.key)
        for choice in spec.choices
        for word in (choice.label, *choice.words)
        if word.lower() in lowered and not word.isdigit()
    )
    best = max(words, key=lambda pair: len(pair[0]), default=None)
    return best[1] if best else None


def answered(spec: InputSpec, text: str) -> str | None:
    """The option that the short answer to a question means (按深圳的, 试点那个): by its words, else by a part of its label.

    Where several labels hold what was said, the one 随便 stands for is taken; ``None`` where none fits.
    """
    if (chosen := choose(spec, text)) is not None:
        return chosen
    said = _FILLER.sub("", text)
    fitting = [c.key for c in spec.choices if len(said) >= 2 and said.lower() in c.label.lower()]
    return fitting[0] if len(fitting) == 1 else next((k for k in fitting if k == assumed(spec)), None)


def revised(spec: InputSpec, held: str, question: str) -> str | None:
    """A journey given before with another way of travelling (飞机改坐高铁, 坐高铁呢); ``None`` where none is named."""
    if spec.kind != "text":
        return None
    modes = [tuple(mode["words"]) for mode in load_data("travel_modes.yaml")]
    longest = sorted((w for words in modes for w in words), key=len, reverse=True)
    word = re.compile("|".join(map(re.escape, longest)), re.I)
    said = [m.group() for m in word.finditer(question)]
    before = [m.group() for m in word.finditer(held)]
    if not said or not before:
        return None
    new = said[-1]
    same = next(words for words in modes if new.lower() in words)
    replaced = [w for w in said[:-1] if w in before] or [w for w in before if w.lower() not in same]
    if len(set(replaced)) != 1:
        return None
    return held.replace(replaced[0], new)


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


def _takes(spec: InputSpec, quantity: FoundQuantity) -> bool:
    takes = {spec.dimension, *spec.also} - {None}
    if takes & {quantity.dimension, *quantity.ambiguous}:
        return True
    what, _, per = quantity.dimension.partition("/")
    return per == "time" and what in takes


def _fit(
    spec: InputSpec, quantity: FoundQuantity, text: str, specs: Sequence[InputSpec], held: Collection[str]
) -> float:
    """How well a quantity fits an input: 0 not at all, 1 the only one of its dimension, more with a cue word nearby."""
    if spec.kind == "text" or spec.dimension is None:
        return 0.0
    near = _nearest(spec.cues, quantity, text)
    if not _takes(spec, quantity):
        counted = quantity.dimension in _COUNTED and near is not None and near <= 2
        return 1.5 if counted and "/" not in spec.dimension and spec.dimension not in {"time", "ratio"} else 0.0
    same_unit = 0.4 if quantity.unit == spec.unit else 0.0
    if near is not None:
        return 2.0 + same_unit + 1.0 / (1.0 + near)
    rivals = [other for other in specs if other.kind != "text" and _takes(other, quantity)]
    if spec.name in held and sum(other.name in held for other in rivals) == 1:
        return 1.0 + same_unit
    open_rivals = [r for r in rivals if r.default is None and r.default_factor is None and r.name not in held]
    if len(rivals) == 1 or (spec.required and sum(other.required for other in rivals) == 1):
        return 1.0 + same_unit
    return 0.8 if open_rivals == [spec] else 0.0


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
