"""What a turn is about: a standalone question, its route, and for a calculation the calculator and its inputs."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from assistant.conversation.dialogue import dialogue, is_elliptical
from assistant.conversation.filling import answered, assumed, bare_number, fill, revised
from assistant.conversation.intent import Leaning
from assistant.conversation.memory import Memory
from corpus.errors import InputError
from tools.calculator import Calculator, InputSpec, calculator, calculators
from tools.quantities import find

__all__ = ["LONGEST_QUESTION", "Route", "Understanding", "clean", "understand"]

LONGEST_QUESTION = 2000
"""Characters; a longer text is a file to check, not a question."""

CERTAIN = 0.75
"""Share of the vote from which a calculation is taken as meant though nothing else says so."""

SURE = 0.9
"""The same where none of its inputs is given yet."""

LIKELY = 0.5
"""Share all calculators together need before a request with quantities is worked out."""

Route = Literal["retrieve", "calculate", "smalltalk", "settled", "cancel"]
"""``settled``: nothing is pending and nothing was asked; ``cancel``: the pending calculation is dropped."""

_CONTROL = re.compile(
    r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """``question`` as typed (cleaned), ``query`` the same made standalone; ``inputs`` as typed, by input name.

    ``assumed`` are the inputs that the person left to the program.
    """

    question: str
    query: str
    route: Route
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()


def clean(text: str) -> str:
    """The question without control characters. Raises ``InputError`` when nothing or too much is left.

    >>> clean("  空调\\x00开几度？ ")
    '空调开几度？'
    """
    if len(text) > 50 * LONGEST_QUESTION:
        raise InputError(f"问题太长（{len(text)} 字），请控制在 {LONGEST_QUESTION} 字以内。")
    question = " ".join(_CONTROL.sub("", text).split())
    if not question:
        raise InputError("没有读到问题，请输入要问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise InputError(f"问题太长（{len(question)} 字），请控制在 {LONGEST_QUESTION} 字以内。")
    return question


def understand(
    question: str,
    query: str,
    memory: Memory,
    leaning: Leaning,
    offered: Callable[[], str],
    *,
    names_clause: bool,
    rewritten: bool,
) -> Understanding:
    """Decide the route of a turn from what is pending, the vote of the examples and what the sentence holds.

    ``leaning`` is the vote for ``query``; ``offered`` names the calculator nearest to the turn before; ``rewritten``
    says that the query came from a follow-up.
    """
    table = dialogue()
    if memory.awaiting and table.cancels.search(question):
        return Understanding(question, query, "cancel")
    pending = None if names_clause else _pending(question, memory, leaning)
    if pending is not None:
        return pending
    if table.accepts.match(question):
        if table.starts.search(question) and memory.last == "knowledge":
            name = memory.calculator if memory.awaiting else offered()
            inputs = memory.inputs if memory.awaiting else fill(calculator(name), memory.question).inputs
            return Understanding(question, memory.question, "calculate", name, dict(inputs))
        if memory.last == "calculation":
            return Understanding(question, query, "settled")
    name = "" if names_clause else _wanted(query, leaning)
    if name:
        inputs = dict(fill(calculator(name), query).inputs)
        if name == memory.calculator and memory.awaiting:
            inputs = {**memory.inputs, **inputs}
        return Understanding(question, query, "calculate", name, inputs)
    if not rewritten and not names_clause and leaning.intent == "smalltalk" and leaning.share("smalltalk") > 0.6:
        return Understanding(question, query, "smalltalk")
    return Understanding(question, query, "retrieve")


def _wanted(question: str, leaning: Leaning) -> str:
    """The calculator that is asked for; empty when the question is about a rule or about nothing to work out."""
    table = dialogue()
    total = sum(leaning.share(name) for name in calculators())
    rule, how = bool(table.rule.search(question)), bool(table.how.search(question))
    compute, works_out = bool(table.compute.search(question)), bool(table.works_out.search(question))
    if total < LIKELY and not (compute and total > 0):
        return ""
    fitting = {
        name: leaning.share(name) + _closeness(calculator(name), question)
        for name in calculators()
        if leaning.share(name) > 0
    }
    best = max(fitting, key=lambda name: fitting[name])
    # 一年 and 半天 alone give no amount to work with.
    given = sum(i.kind in {"quantity", "text"} and i.dimension != "time" for i in _given(calculator(best), question))
    if given > 1 or (given and not rule):
        return best if works_out or compute or (given > 1 and total >= CERTAIN) else ""
    if compute and (not (how or rule) or given or "帮" in question):
        return best
    return best if works_out and not rule and not how and total >= SURE and table.own.search(question) else ""


def _given(spec: Calculator, question: str) -> list[InputSpec]:
    lengths = {q.text for q in find(question) if q.dimension == "time"}
    return [spec.input(name) for name, value in fill(spec, question).inputs.items() if value not in lengths]


def _closeness(spec: Calculator, question: str) -> float:
    """What speaks for a calculator besides the vote: it takes the quantities of the question, a word of its own stands there."""
    filled = fill(spec, question)
    count = len(filled.inputs) + len(filled.unused)
    words = 0.4 if any(word in question for word in _own_words()[spec.name]) else 0.0
    return words + (0.5 * len(filled.inputs) / count if count else 0.0)


@cache
def _own_words() -> Mapping[str, frozenset[str]]:
    """Cue words that only one calculator has."""
    held = {
        name: {cue for item in spec.inputs for cue in item.cues if len(cue) > 1} for name, spec in calculators().items()
    }
    count = Counter(word for words in held.values() for word in words)
    return {name: frozenset(word for word in words if count[word] == 1) for name, words in held.items()}


def _pending(question: str, memory: Memory, leaning: Leaning) -> Understanding | None:
    """The calculation this turn goes on with: an answer to what was asked, or a change to the last one."""
    if not memory.calculator:
        return None
    table = dialogue()
    spec = calculator(memory.calculator)
    resumes = bool(table.resumes.search(question))
    if memory.awaiting and memory.last == "question" and table.accepts.match(question):
        return _accepted(question, memory, spec)
    if not resumes and table.rule.search(question) and table.asks.search(question):
        return None
    changed = _changed(question, memory, spec)
    corrects = bool(table.corrects.search(question))
    if not changed:
        return _going_on(question, memory, spec) if resumes else None
    if memory.last == "knowledge" and not resumes:
        held = any(name in memory.inputs or name == memory.awaiting for name in changed)
        measured = any(spec.input(name).kind == "quantity" for name in changed)
        varies = held and measured and (corrects or is_elliptical(question))
    else:
        answers = memory.last == "question" and (memory.awaiting in changed or not table.asks.search(question))
        varies = answers or corrects or resumes or is_elliptical(question) or _extends(question, spec, leaning, changed)
    other = _wanted(question, leaning)
    elsewhere = bool(other) and other != spec.name and leaning.share(other) > CERTAIN and not is_elliptical(question)
    if not varies or elsewhere:
        return None
    return _with(question, memory, spec, changed)


def _extends(question: str, spec: Calculator, leaning: Leaning, changed: Mapping[str, str]) -> bool:
    """Whether a further question on the same calculation leaves out what was given before."""
    required = {i.name for i in spec.inputs if i.required} or {next(i.name for i in spec.inputs)}
    return leaning.intent == spec.name and not required & changed.keys() and not dialogue().rule.search(question)


def _with(question: str, memory: Memory, spec: Calculator, changed: Mapping[str, str]) -> Understanding:
    inputs = {**memory.inputs, **changed}
    kept = tuple(name for name in memory.assumed if name not in changed)
    return Understanding(question, f"{spec.title}：{question}", "calculate", spec.name, inputs, kept)


def _going_on(question: str, memory: Memory, spec: Calculator) -> Understanding:
    return replace(_with(question, memory, spec, {}), query=memory.question or question)


def _accepted(question: str, memory: Memory, spec: Calculator) -> Understanding:
    """随便: what was asked for is taken from the specification, and the answer will say so."""
    name = memory.awaiting
    inputs = {**memory.inputs, name: assumed(spec.input(name))}
    return Understanding(question, memory.question, "calculate", spec.name, inputs, (*memory.assumed, name))


def _changed(question: str, memory: Memory, spec: Calculator) -> dict[str, str]:
    """The inputs this sentence gives or changes."""
    table = dialogue()
    changed = dict(fill(spec, question, held=memory.inputs).inputs)
    awaited = spec.input(memory.awaiting) if memory.awaiting else None
    for item in spec.inputs:
        if item.kind == "text" and item.name in memory.inputs:
            held = memory.inputs[item.name]
            if item.name in changed and table.adds.search(question):
                changed[item.name] = f"{held}；{changed[item.name]}"
            elif item.name not in changed and (new := revised(item, held, question)):
                changed[item.name] = new
        elif item.choices and item.name not in changed and (item is awaited or item.name in memory.inputs):
            chosen = answered(item, question)
            if chosen and not (item is not awaited and changed):
                changed[item.name] = chosen
    if awaited is not None and awaited.name not in changed and not changed:
        if number := bare_number(question):
            changed[awaited.name] = number
        elif awaited.kind == "quantity" and len(bare := find(question)) == 1 and len(question) <= 12:
            changed[awaited.name] = bare[0].text
    return changed
