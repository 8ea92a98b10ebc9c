"""What a turn is about: a standalone question, its route, and for a calculation the calculator and its inputs."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from assistant.answering.grounding import HIDDEN
from assistant.answering.question import bigrams
from assistant.conversation.asking import absent, openers
from assistant.conversation.dialogue import bare, dialogue, generic_only, is_elliptical
from assistant.conversation.filling import Filled, answered, assumed, bare_number, fill, placed
from assistant.conversation.intent import Leaning
from assistant.conversation.journeys import put_right, revised, without
from assistant.conversation.memory import Memory
from assistant.conversation.sought import dropped, measure, scaled, sought
from corpus.errors import InputError
from tools.calculator import Calculator, InputSpec, calculator, calculators
from tools.numerals import Numeral, read_numeral
from tools.quantities import find
from tools.units import unit_name, unit_table

__all__ = ["LONGEST_QUESTION", "Route", "Understanding", "clean", "shelved", "understand"]

LONGEST_QUESTION = 2000
"""Characters; a longer text is a file to check, not a question."""

CERTAIN = 0.75
"""Share of the vote from which a calculation is taken as meant though nothing else says so."""

SURE = 0.88
"""The same where none of its inputs is given yet."""

CLOSE = 0.85
"""Cosine from which a question is one of the examples in other words."""

LIKELY = 0.5
"""Share all calculators together need before a request with quantities is worked out."""

FAMILIAR = 0.78
"""Cosine below which a question in the midst of a conversation is none of the known ways of small talk."""

LONGEST_ANSWER = 12
"""Characters; a longer sentence with an amount of another kind is no answer to what was asked."""

STATEMENT = 24
"""Characters; a longer sentence after a result tells of more than one amount put right."""

Route = Literal["divide", "retrieve", "calculate", "smalltalk", "settled", "unclear", "cancel"]
"""``divide``: there are several questions; ``settled``: nothing is pending and nothing was asked; ``unclear``: there is
no word in it (？); ``cancel``: the pending calculation is dropped."""

_TENS_BELOW = 1000
"""A smaller number said in place of one of 万 is one of 万 as well."""

_COUNTED_IN = "碳电水气油纸钱吨度的又还那，。？?!！ "
"""What a result may be counted in."""

_REGION = "region"
_MEETING = "meeting"
_TRIP = "travel"
_JOURNEYS = "legs"
"""The input told in words of which a part can be put right."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """``question`` as typed (cleaned), ``query`` the same made standalone; ``inputs`` as typed, by input name.

    ``assumed`` are the inputs that the person left to the program, ``left_out`` those that are not there, ``sought``
    those without which the figure asked for cannot be given; ``beside``: the result is to be set beside the one before.
    """

    question: str
    query: str
    route: Route
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    sought: tuple[str, ...] = ()
    beside: bool = False


def clean(text: str) -> str:
    """The question without control characters. Raises ``InputError`` when nothing or too much is left.

    >>> clean("  空调\\x00开几度？ ")
    '空调开几度？'
    """
    if len(text) > 50 * LONGEST_QUESTION:
        raise InputError(f"问题太长（{len(text)} 字），请控制在 {LONGEST_QUESTION} 字以内。")
    question = " ".join(HIDDEN.sub("", text).split())
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
    if not any(map(str.isalnum, question)):
        asked = memory.awaiting and memory.last == "question"
        return _going_on(question, memory) if asked else Understanding(question, query, "unclear")
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
    name = "" if names_clause or table.judges.search(question) else _wanted(query, leaning)
    if name:
        inputs = dict(fill(calculator(name), query).inputs)
        if name == memory.calculator and memory.awaiting:
            inputs = {**memory.inputs, **inputs}
        left_out = tuple(item for item in absent(calculator(name), query) if item not in inputs)
        figure = sought(query, name)
        takes = figure.takes if figure is not None and figure.calculator == name else ()
        return Understanding(question, query, "calculate", name, inputs, left_out=left_out, sought=takes)
    sociable = leaning.intent == "smalltalk" and leaning.share("smalltalk") > 0.6
    asks_on = bool(memory.question) and leaning.nearest < FAMILIAR and table.asks.search(question)
    if sociable and not (rewritten or names_clause or asks_on):
        return Understanding(question, query, "smalltalk")
    return Understanding(question, query, "retrieve")


def _wanted(question: str, leaning: Leaning) -> str:
    """The calculator that is asked for; empty when the question is about a rule or about nothing to work out."""
    table = dialogue()
    total = sum(leaning.share(name) for name in calculators())
    rule, how = bool(table.rule.search(question)), bool(table.how.search(question))
    compute, works_out = bool(table.compute.search(question)), bool(table.works_out.search(question))
    if (total < LIKELY and not (compute and total > 0)) or table.of_one.search(question):
        return ""
    fitting = {
        name: leaning.share(name) + _closeness(calculator(name), question)
        for name in calculators()
        if leaning.share(name) > 0
    }
    best = max(fitting, key=lambda name: fitting[name])
    given = _given(calculator(best), question)
    if best == _MEETING and given <= {_JOURNEYS} and leaning.share(_TRIP) > 0 and table.trip.search(question):
        best = _TRIP
        given = _given(calculator(best), question)
    spec = calculator(best)
    if len(given) > 1 or (given and not rule):
        # 停车位 120个 充电桩: what the calculator starts from, and no question about anything.
        named = table.outcome.search(question) or any(word in question for word in _own_words()[best])
        listed = bool(openers(spec) & given and named) and not (rule or how or table.asks.search(question))
        return best if works_out or compute or listed or (len(given) > 1 and total >= CERTAIN and not rule) else ""
    if compute and (not (how or rule) or given or "帮" in question):
        return best
    if rule or how or total < SURE:
        return ""
    # What a measure saves depends on the amounts of the one who asks.
    gains = leaning.nearest >= CLOSE and table.gains.search(question)
    return best if gains or (works_out and table.own.search(question)) else ""


def _given(spec: Calculator, question: str) -> set[str]:
    """The inputs given; 半天 and 一年 alone give no amount to work with."""
    lengths = {q.text for q in find(question) if q.dimension == "time"}
    inputs = fill(spec, question).inputs
    counted = {i.name for i in spec.inputs if i.dimension and i.dimension != "time"} | openers(spec)
    return {name for name, value in inputs.items() if name in counted and value not in lengths}


def _closeness(spec: Calculator, question: str) -> float:
    """What speaks for a calculator besides the vote: it takes the quantities of the question, a word of its own stands there."""
    filled = fill(spec, question)
    count = len(filled.inputs) + len(filled.unused)
    words = 0.4 if any(word in question for word in _own_words()[spec.name]) else 0.0
    # Of two that take the same amounts, the one that needs no more than these.
    required = {item.name for item in spec.inputs if item.required}
    other = [q for q in filled.unused if q.dimension != "time"]
    words += 0.2 if required and required <= filled.inputs.keys() and not other else 0.0
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
    resumes = bool(table.resumes.search(question))
    if resumes:
        memory = _taken_up(question, memory, leaning)
    spec = calculator(memory.calculator)
    asked = memory.awaiting if memory.last == "question" else ""
    if asked and table.accepts.match(question):
        return _accepted(question, memory, spec)
    if asked and table.denies.search(question):
        return replace(_going_on(question, memory), left_out=(*memory.left_out, asked))
    if (table.counts_in.search(question) and table.doubts.search(question)) or table.judges.search(question):
        return None
    if (further := _further(question, memory, spec)) is not None:
        return further
    if not resumes and table.rule.search(question) and table.asks.search(question):
        return None
    changed = _changed(question, memory, spec)
    if not changed and (figure := _stated(question, memory, spec)):
        return _with(question, memory, spec, figure)
    if not changed:
        return _going_on(question, memory) if resumes or (asked and _says_nothing(question)) else None
    if (asked not in changed and not resumes and _elsewhere(question, spec, leaning)) or not _goes_on(
        question, memory, spec, leaning, changed, resumes=resumes
    ):
        return None
    return _with(question, memory, spec, changed)


def _further(question: str, memory: Memory, spec: Calculator) -> Understanding | None:
    """Another figure of the calculation before (人均呢), or the same with an input left out or an amount made smaller."""
    table = dialogue()
    if memory.last == "calculation" and len(memory.tried) > 1 and _compares(question, memory, spec):
        return replace(_going_on(question, memory), beside=True)
    if memory.last == "calculation" and (name := dropped(question, spec, memory.inputs)):
        inputs = {key: value for key, value in memory.inputs.items() if key != name}
        if left := without(memory.inputs[name], question):
            return _with(question, memory, spec, {name: left})
        return _with(question, replace(memory, inputs=inputs, left_out=(*memory.left_out, name)), spec, {})
    if table.rule.search(question):
        return None
    figure = sought(question, spec.name)
    works_out = bool(table.works_out.search(question) or table.compute.search(question))
    if figure is not None and (works_out or (memory.last != "knowledge" and not table.doubts.search(question))):
        giving = calculator(figure.calculator)
        taken = {item.name for item in giving.inputs} - set(figure.drops)
        inputs = {name: value for name, value in memory.inputs.items() if name in taken}
        memory = replace(memory, calculator=giving.name, inputs=inputs, awaiting="", sought=figure.takes)
        changed = _changed(question, memory, giving)
        short = len(question) <= LONGEST_ANSWER * (3 if question.isascii() else 1)
        if changed or works_out or short or is_elliptical(question):
            return _with(question, memory, giving, changed)
        return None
    if memory.last != "calculation":
        return None
    if name := measure(question, spec, memory.inputs):
        tried = replace(memory, assumed=(*memory.assumed, name))
        understood = _with(question, tried, spec, {})
        return replace(understood, inputs={**understood.inputs, name: assumed(spec.input(name))})
    if table.doubts.search(question):
        return None
    if works_out and not find(question) and (table.of_result.search(question) or _other_side(question)):
        return _going_on(question, memory)
    if other := _other_kind(question, spec, memory):
        return other
    changed = scaled(question, spec, memory.inputs)
    return _with(question, memory, spec, changed) if changed else None


def _compares(question: str, memory: Memory, spec: Calculator) -> bool:
    """Whether the last two results are set beside each other (两个差多少, 哪个低)."""
    short = len(question) <= LONGEST_ANSWER
    return short and bool(dialogue().differs.search(question)) and not _changed(question, memory, spec)


def _other_side(question: str) -> bool:
    """Whether a question names nothing but another side of a result (能减多少碳)."""
    rest = dialogue().works_out.sub("", question)
    return len(question) <= LONGEST_ANSWER and generic_only("".join(c for c in rest if c not in _COUNTED_IN))


def _other_kind(question: str, spec: Calculator, memory: Memory) -> Understanding | None:
    """说错了，是柴油: the amount said last belongs to another input of its kind, which the sentence names."""
    if not dialogue().corrects.search(question) or find(question) or not memory.inputs:
        return None
    said = {item.name: item for item in spec.inputs if item.label in question and item.kind == "quantity"}
    new = next((item for name, item in said.items() if name not in memory.inputs), None)
    old = next((n for n in reversed(list(memory.inputs)) if new and spec.input(n).dimension == new.dimension), None)
    if new is None or old is None:
        return None
    kept = {name: value for name, value in memory.inputs.items() if name != old}
    return _with(question, replace(memory, inputs=kept), spec, {new.name: memory.inputs[old]})


def _stated(question: str, memory: Memory, spec: Calculator) -> dict[str, str]:
    """按征求意见稿的比例呢: the figure of the answer before in the place of the amount of its kind given before."""
    if memory.last != "knowledge" or find(question) or not dialogue().by_figure.search(question):
        return {}
    kinds = {spec.input(name).dimension: name for name in (*memory.inputs, memory.awaiting) if name}
    read = ((figure, q.dimension) for figure in memory.figures for q in find(figure))
    return next(({kinds[kind]: figure} for figure, kind in read if kind in kinds), {})


def _elsewhere(question: str, spec: Calculator, leaning: Leaning) -> bool:
    """Whether the sentence asks for another calculation in so many words."""
    table = dialogue()
    if table.corrects.search(question) or is_elliptical(question):
        return False
    other = _wanted(question, leaning)
    said = table.compute.search(question) or table.works_out.search(question)
    named = bool(said) or any(word in question for word in _own_words().get(other, ()))
    return bool(other) and other != spec.name and leaning.share(other) > CERTAIN and named


def shelved(memory: Memory, name: str) -> Mapping[str, Mapping[str, str]]:
    """The inputs of earlier calculations, with those of the one that ``name`` takes the place of."""
    earlier = {memory.calculator: memory.inputs} if memory.calculator and memory.inputs else {}
    return {key: held for key, held in {**memory.shelf, **earlier}.items() if key != name}


def _taken_up(question: str, memory: Memory, leaning: Leaning) -> Memory:
    """刚才的会议: an earlier calculation is the one talked about if its title is named, or the words lean to it more."""
    words = bigrams(question)
    name = max(
        (memory.calculator, *memory.shelf),
        key=lambda held: (len(words & bigrams(calculator(held).title)), leaning.share(held)),
    )
    if name == memory.calculator:
        return memory
    return replace(memory, calculator=name, inputs=memory.shelf[name], awaiting="", assumed=(), left_out=())


def _goes_on(
    question: str, memory: Memory, spec: Calculator, leaning: Leaning, changed: Mapping[str, str], *, resumes: bool
) -> bool:
    """Whether the amounts of a sentence belong to the calculation before it."""
    table = dialogue()
    asks, rule = bool(table.asks.search(question)), bool(table.rule.search(question))
    corrects = bool(table.corrects.search(question))
    if resumes:
        return True
    if memory.last == "knowledge":
        held = any(name in memory.inputs or name == memory.awaiting for name in changed)
        measured = any(spec.input(name).dimension for name in changed)
        answers = memory.awaiting in changed and not asks
        varies = corrects or (measured and is_elliptical(question))
        return (held and varies) or (answers and len(question) <= STATEMENT)
    if memory.last == "question":
        return memory.awaiting in changed or not asks or corrects or is_elliptical(question)
    # The label of an input may hold a word that speaks of rules (标准的约束值是80).
    named = any(spec.input(name).label in question for name in changed)
    stated = not asks and (named or not rule) and len(question) <= STATEMENT
    varied = corrects or is_elliptical(question) or _amounts_alone(question)
    return stated or varied or _extends(question, spec, leaning, changed)


def _amounts_alone(question: str) -> bool:
    """Whether a question names nothing but amounts and the whole of what comes of them (5年一共多少)."""
    rest = question
    for quantity in reversed(find(question)):
        rest = rest[: quantity.span[0]] + rest[quantity.span[1] :]
    return rest != question and generic_only(dialogue().altogether.sub("", bare(rest)))


def _says_nothing(question: str) -> bool:
    """Whether an answer holds no more than fillers or a number that could not be taken, so that asking again helps."""
    return generic_only(bare(question)) and not dialogue().asks.search(question)


def _extends(question: str, spec: Calculator, leaning: Leaning, changed: Mapping[str, str]) -> bool:
    """Whether a further question on the same calculation leaves out what was given before."""
    required = {i.name for i in spec.inputs if i.required} or {next(i.name for i in spec.inputs)}
    return leaning.intent == spec.name and not required & changed.keys() and not dialogue().rule.search(question)


def _with(question: str, memory: Memory, spec: Calculator, changed: Mapping[str, str]) -> Understanding:
    # What was said last stands last, so that a correction without a word of its own finds it.
    inputs = {**{name: value for name, value in memory.inputs.items() if name not in changed}, **changed}
    kept = tuple(name for name in memory.assumed if name not in changed)
    left_out = tuple(name for name in memory.left_out if name not in changed)
    query = f"{spec.title}：{question}"
    return Understanding(question, query, "calculate", spec.name, inputs, kept, left_out, memory.sought)


def _going_on(question: str, memory: Memory) -> Understanding:
    return _with(question, memory, calculator(memory.calculator), {})


def _accepted(question: str, memory: Memory, spec: Calculator) -> Understanding:
    """随便: what was asked for is taken from the specification, and the answer will say so."""
    name = memory.awaiting
    inputs = {**memory.inputs, name: assumed(spec.input(name))}
    kept = (*memory.assumed, name)
    left_out, takes = memory.left_out, memory.sought
    return Understanding(question, memory.question, "calculate", spec.name, inputs, kept, left_out, takes)


def _changed(question: str, memory: Memory, spec: Calculator) -> dict[str, str]:
    """The inputs this sentence gives or changes."""
    table = dialogue()
    said = table.correcting.sub("", question)
    awaited = spec.input(memory.awaiting) if memory.awaiting else None
    filled = fill(spec, said, held=memory.inputs, awaited=memory.awaiting)
    changed = dict(filled.inputs)
    for item in spec.inputs:
        if item.kind == "text" and item.name in memory.inputs:
            new = _told_again(item, memory.inputs[item.name], said, filled, adds=bool(table.adds.search(question)))
            if new:
                changed[item.name] = new
            elif item.name in changed and item.name == _JOURNEYS:
                del changed[item.name]
        elif item.name in changed and table.increases.search(question):
            changed[item.name] = _sum(memory.inputs.get(item.name, ""), changed[item.name])
        elif item.choices and item.name not in changed and (item is awaited or item.name in memory.inputs):
            chosen = answered(item, said)
            if chosen and not (item is not awaited and changed):
                changed[item.name] = chosen
    if changed := changed or _moved(question, spec):
        return changed
    if awaited is not None:
        if number := bare_number(awaited, said):
            return {awaited.name: number}
        if awaited.kind == "quantity" and len(one := find(said)) == 1 and len(said) <= LONGEST_ANSWER:
            return {awaited.name: one[0].text}
    if table.corrects.search(question) or (memory.last == "calculation" and is_elliptical(question)):
        return _last_given(memory, spec, bare(said))
    return {}


def _moved(question: str, spec: Calculator) -> dict[str, str]:
    """要是放在北京呢: the same calculation at another place."""
    place = placed(bare(question)) if any(item.name == _REGION for item in spec.inputs) else ""
    return {_REGION: place} if place else {}


def _sum(held: str, more: str) -> str:
    """再加5000度: what is held and what comes to it; the latter alone where they cannot be added."""
    amounts = [q for text in (held, more) for q in find(text) if q.value is not None]
    if len(amounts) != len((held, more)) or amounts[0].unit != amounts[1].unit:
        return more
    return f"{sum(q.value or 0.0 for q in amounts):.10g}{unit_name(amounts[0].unit)}"


def _last_given(memory: Memory, spec: Calculator, said: str) -> dict[str, str]:
    """A number alone (不对，是200; 30个呢) stands for the amount said last, of the things counted if it counts them."""
    held = [spec.input(name) for name in reversed(list(memory.inputs))]
    measured = [item for item in held if item.kind == "quantity" and item.dimension]
    counts = {name for name, label in unit_table().labels.items() if label.count}
    counted = [item for item in measured if item.dimension in counts] if "个" in said else []
    last = next(iter(counted or measured), None)
    number = bare_number(last, said) if last else ""
    if not (last and number):
        return {}
    before = memory.inputs[last.name]
    return {last.name: number if last.dimension == "ratio" else _renumbered(before, said) or number}


def _renumbered(held: str, said: str) -> str:
    """An amount held with the number of a correction in the place of its own (每月2.3万度, 是3万: 每月3万度); empty where
    it is told otherwise. 12万度, 不对，是15: the number takes the place of the one before 万."""
    amounts = [q.value for q in find(held)]
    old = next((n for n in _numerals(held) if amounts and float(n.low) == amounts[0]), None)
    new = next(iter(_numerals(said)), None)
    if old is None or new is None:
        return ""
    tens = "万" in held[old.start : old.end] and "万" not in said and new.low < _TENS_BELOW
    return f"{held[: old.start]}{said[new.start : new.end]}{'万' if tens else ''}{held[old.end :]}"


def _numerals(text: str) -> list[Numeral]:
    """The plain numbers of a text in their order."""
    found: list[Numeral] = []
    for at in range(len(text)):
        if not found or at >= found[-1].end:
            numeral = read_numeral(text, at)
            found += [numeral] if numeral is not None and numeral.low == numeral.high else []
    return found


def _told_again(item: InputSpec, held: str, said: str, filled: Filled, *, adds: bool) -> str | None:
    """What a sentence makes of words given before: more of them, others, or a part put right; ``None``: nothing."""
    told = filled.inputs.get(item.name)
    if told and adds:
        return f"{held}；{told}"
    if item.name != _JOURNEYS:
        return told
    if told:
        return put_right(held, told)
    return put_right(held, "，".join(q.text for q in filled.unused)) if filled.unused else revised(held, said)
