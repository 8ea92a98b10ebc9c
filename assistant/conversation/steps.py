"""The steps of a turn: understand, divide, retrieve, calculate, clarify, decline, answer, ground. Pure functions of it.

``STEPS`` names them; each returns the turn with its part filled and ``next`` set. ``graph`` wires the very same
functions into LangGraph for conversations that are kept; a single question walks them here.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from assistant.answer import Answer, AnswerKind, Citation, citation
from assistant.answering.evidence import Evidence, define, follow, gather
from assistant.answering.extractive import Draft, write
from assistant.answering.grounding import check, shown
from assistant.answering.question import Question, read
from assistant.answering.ranking import weigh
from assistant.answering.rarity import TermWeights
from assistant.answering.refusal import decline as declined
from assistant.answering.refusal import off_topic
from assistant.answering.register import dressed
from assistant.conversation.abstention import OFF_TOPIC, unanswerable
from assistant.conversation.asking import preferred
from assistant.conversation.dialogue import dialogue, generic_only, subject
from assistant.conversation.filling import ask_for
from assistant.conversation.followup import keeps_subject, narrowed, rewrite
from assistant.conversation.intent import IntentClassifier
from assistant.conversation.joining import heading, joined
from assistant.conversation.markup import defused, inert
from assistant.conversation.memory import Memory
from assistant.conversation.observing import stage
from assistant.conversation.period import as_of, asks_for_now, dated, not_in_force
from assistant.conversation.smalltalk import CANCELLED, SETTLED, UNCLEAR, reply
from assistant.conversation.splitting import MOST_PARTS, compares, parts
from assistant.conversation.suggestions import suggest
from assistant.conversation.turn import Turn
from assistant.conversation.understanding import Understanding, clean, shelved, understand
from assistant.retrieval import Retrieval, Retriever, passages
from assistant.retrieval.segmentation import simplified
from corpus import versions
from corpus.errors import InputError, MissingInput
from corpus.library import Corpus
from corpus.references import catalogue_of
from tools.calculator import Calculator, Computation, calculator, calculators, summary, to_json, to_markdown
from tools.calculator import run as run_calculator
from tools.units import format_number

if TYPE_CHECKING:
    from assistant.model.engine import Engine, Spoken

__all__ = ["STEPS", "Core", "walk"]

NO_MODEL_ANSWER = "模型没有给出可用的回答，以下是摘编回答。"

_DAYS = 8
"""Days whose documents are kept at hand."""

OFF_SUBJECT = 0.5
"""Share of the vote for everyday matters from which a short question is none about the subject before."""

EARLIER = 3
"""Questions before the last that a follow-up may still turn to."""

NEEDED = "没有这一项就算不出来。"

DEPTH = 20
"""How many clauses are fetched as evidence; the writer uses few of them, the comparison table more."""


@dataclass(frozen=True)
class Core:
    """What every step may use; one for the whole program, safe to share between threads."""

    corpus: Corpus
    retriever: Retriever
    classifier: IntentClassifier
    weights: TermWeights
    model: "Engine | None" = None

    def at(self, on: date | None) -> "Core":
        """The same over the documents in force on a day; without a day, over all that are held."""
        if on is None:
            return self
        if on not in self._days:
            corpus = versions.as_of(self.corpus, on)
            retriever = self.retriever.over(passages(corpus), catalogue_of(corpus))
            while len(self._days) >= _DAYS:
                self._days.pop(next(iter(self._days)))
            self._days[on] = replace(self, corpus=corpus, retriever=retriever)
        return self._days[on]

    @cached_property
    def _days(self) -> dict[date, "Core"]:
        return {}

    def read(self, query: str) -> Question:
        """A standalone question as the writer and the ranking need it."""
        named = self.retriever.named(query)
        reading = read(
            simplified(query),
            names_clause=bool(named.places),
            documents=[m.document_ids[0] for m in named.mentions if m.document_ids],
            residue=named.residue,
            expansions=named.extra,
        )
        return replace(reading, asked="metadata") if _of_itself(reading) else reading

    def search(self, query: str) -> tuple[Retrieval, tuple[Evidence, ...]]:
        """Clauses for a query."""
        found = self.retriever.retrieve(query, DEPTH)
        return found, gather(self.corpus, found.hits)


def _understand(core: Core, turn: Turn) -> Turn:
    asked = simplified(clean(turn.question))
    if not turn.part and len(parts(asked, answering=bool(turn.memory.calculator))) > 1:
        return replace(turn, understanding=Understanding(asked, asked, "divide"), next="divide")
    said, question = as_of(dialogue().interjects.sub("", asked) or asked)
    query = rewrite(question, turn.memory, core.corpus, core.retriever.named)
    rewritten = query != question
    named = core.retriever.named(query)
    leaning = core.classifier.lean(core.retriever.embed(query))
    understanding = understand(
        question,
        query,
        turn.memory,
        leaning,
        lambda: core.classifier.nearest(
            core.retriever.embed(f"算一下{subject(turn.memory.question)}"), tuple(calculators())
        ),
        names_clause=bool(named.places),
        rewritten=rewritten,
    )
    query = understanding.query
    following = understanding.route if understanding.route in {"retrieve", "calculate"} else "answer"
    on = turn.as_of or said or _earlier(turn.memory, question, rewritten=rewritten)
    return replace(
        turn,
        understanding=understanding,
        as_of=on,
        reading=core.at(on).read(query),
        off_topic=leaning.share("out_of_scope"),
        margin=leaning.margin,
        next=following,
    )


def _earlier(memory: Memory, question: str, *, rewritten: bool) -> date | None:
    """The day a follow-up is asked from: that of the question it leans on, unless it asks for today."""
    if not (memory.as_of and rewritten) or asks_for_now(question):
        return None
    return date.fromisoformat(memory.as_of)


def _retrieve(core: Core, turn: Turn) -> Turn:
    then = core.at(turn.as_of)
    found, evidence = then.search(turn.asked.query)
    if turn.reading is not None and turn.reading.asked == "definition":
        defined = define(then.corpus, turn.asked.query)
        evidence = (*defined, *(e for e in evidence if e.clause.key not in {d.clause.key for d in defined}))
    assert turn.reading is not None
    evidence = _quoted(turn.reading, turn.asked.query, evidence)
    ordered = weigh(turn.reading, evidence, core.weights)
    reason = (
        ""
        if evidence and _of_itself(turn.reading)
        else unanswerable(then.corpus, turn, found.signals, evidence, ordered, core.weights, found.vector)
    )
    if turn.as_of is not None:
        mentions = core.retriever.named(turn.asked.query).mentions
        named = [i for m in mentions for i in m.document_ids if m.how != "abbreviation" or reason]
        reason = not_in_force(core.corpus, named, turn.as_of) or reason
    if reason and (fuller := _with_subject(core, turn)) and (again := _retrieve(core, fuller)).next == "answer":
        return again
    if reason:
        return replace(turn, evidence=evidence, reason=reason, next="decline")
    return replace(turn, evidence=ordered, reason="", next="answer")


def _quoted(reading: Question, query: str, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """《…》里“施行日期”怎么说: a clause named by its document and its heading in quotes is named as well as by a number."""
    return tuple(
        replace(e, exact=True) if e.document.id in reading.documents and f"“{e.clause.heading}”" in query else e
        for e in evidence
    )


def _of_itself(reading: Question) -> bool:
    """Whether a document is asked for its own number, date or issuer, which every document held has."""
    asked = reading.residue
    named = bool(reading.documents) and reading.asked != "clause"
    return named and bool(dialogue().metadata.search(asked)) and generic_only(asked)


def _with_subject(core: Core, turn: Turn) -> Turn | None:
    """A short question that finds nothing by itself, asked about the subject of the one before it."""
    asked = turn.asked
    query = narrowed(asked.question, turn.memory)
    named = core.retriever.named(asked.query)
    if not query or query == asked.query or turn.off_topic >= OFF_SUBJECT or named.places or named.mentions:
        return None
    leaning = core.classifier.lean(core.retriever.embed(query))
    return replace(
        turn,
        understanding=replace(asked, query=query),
        reading=core.at(turn.as_of).read(query),
        off_topic=leaning.share("out_of_scope"),
        margin=leaning.margin,
    )


def _calculate(core: Core, turn: Turn) -> Turn:
    asked = turn.asked
    spec = calculator(asked.calculator)
    inputs = {name: inert(value) for name, value in asked.inputs.items()}
    pending = replace(
        turn.memory,
        question=asked.query,
        last="question",
        calculator=spec.name,
        inputs=inputs,
        assumed=asked.assumed,
        left_out=asked.left_out,
        sought=asked.sought,
        tried=turn.memory.tried if turn.memory.calculator == spec.name else (),
        shelf=shelved(turn.memory, spec.name),
    )
    if lacking := next((name for name in asked.sought if name not in inputs and name not in asked.left_out), ""):
        return replace(turn, memory=pending, reason=lacking, next="clarify")
    try:
        computation = run_calculator(spec.name, inputs)
    except MissingInput as error:
        return replace(
            turn, memory=pending, reason=preferred(spec, error.field, inputs, asked.left_out), next="clarify"
        )
    except InputError as error:
        # What could not be taken is not kept; where that is one input, it is what the next turn is to say.
        wrong = _wrong(spec, inputs)
        held = turn.memory.inputs if turn.memory.calculator == spec.name and not wrong else {}
        held = {name: value for name, value in inputs.items() if name != wrong} if wrong else dict(held)
        kept = replace(pending, inputs=held, awaiting=wrong or turn.memory.awaiting)
        return _finished(turn, "clarification", str(error), memory=kept)
    clauses = [core.corpus.get(key) for key in computation.clause_keys]
    citations = tuple(citation(n, c, core.corpus.document_of(c)) for n, c in enumerate(clauses, 1))
    said = f"{_assumed(spec, inputs, asked.assumed)}{_beside(computation, turn)}{summary(computation)}"
    text = f"{said}\n\n{to_markdown(computation)}"
    if citations:
        text += "\n\n依据：" + "、".join(f"{c.heading}[{n}]" for n, c in enumerate(clauses, 1))
    memory = replace(
        pending,
        last="calculation",
        awaiting="",
        sought=(),
        tried=(inputs, *(other for other in pending.tried if other != inputs))[:2],
        document_id=clauses[-1].document_id if clauses else turn.memory.document_id,
        place="",
        heading=clauses[-1].heading if clauses else "",
    )
    finished = _finished(turn, "calculation", text, citations, memory=memory)
    assert finished.answer is not None
    return replace(finished, answer=replace(finished.answer, calculations=(to_json(computation),)))


def _beside(computation: Computation, turn: Turn) -> str:
    """What the result is beside the one before it, where that is asked (两个差多少)."""
    if not turn.asked.beside:
        return ""
    before = run_calculator(turn.asked.calculator, turn.memory.tried[1])
    return f"{_contrast(to_json(before)['total'], to_json(computation)['total'])}\n\n"


def _contrast(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Two totals of one calculator in a sentence."""
    unit, change = now["unit_name"], now["value"] - before["value"]
    share = f"（{abs(change) / before['value']:.0%}）" if before["value"] else ""
    way = "少" if change < 0 else "多"
    return (
        f"{now['label']}：前一种是 {format_number(before['value'], 4)} {unit}，后一种是 {format_number(now['value'], 4)} {unit}，"
        f"后一种{way} {format_number(abs(change), 4)} {unit}{share}。"
    )


def _wrong(spec: Calculator, inputs: Mapping[str, str]) -> str:
    """The input that is at fault: without it the calculation can be made, or lacks nothing but it. Empty: none."""
    lacking = ""
    for name in reversed(list(inputs)):
        try:
            run_calculator(spec.name, {key: value for key, value in inputs.items() if key != name})
        except MissingInput as error:
            lacking = lacking or (name if error.field == name else "")
        except InputError:
            continue
        else:
            return name
    return lacking


def _assumed(spec: Calculator, inputs: Mapping[str, str], names: Sequence[str]) -> str:
    """What the person left to the program, said before the result."""
    if not names:
        return ""
    items = []
    for name in names:
        item = spec.input(name)
        items.append(f"{item.label}“{next((c.label for c in item.choices if c.key == inputs[name]), inputs[name])}”")
    return f"您没有给的按下面的值估算，只作示意：{'、'.join(items)}。\n\n"


def _clarify(core: Core, turn: Turn) -> Turn:
    """Ask for the one missing input, in one short question."""
    spec = calculator(turn.asked.calculator)
    memory = replace(turn.memory, awaiting=turn.reason)
    needed = NEEDED if turn.reason in memory.left_out else ""
    return _finished(turn, "clarification", needed + ask_for(spec.input(turn.reason)), memory=memory)


def _decline(core: Core, turn: Turn) -> Turn:
    documents, clauses = len(core.corpus.documents), len(core.corpus.clauses)
    if turn.reason == OFF_TOPIC:
        return _finished(turn, "refusal", off_topic(documents, clauses))
    text, citations = declined(turn.reason, turn.evidence, documents, clauses)
    return _finished(turn, "refusal", text, citations, memory=_about(turn, turn.reading))


def _about(turn: Turn, reading: Question | None) -> Memory:
    """The memory after a refusal: the document that was asked for stays the one talked about."""
    named = reading.documents if reading is not None else ()
    if turn.reason == OFF_TOPIC:
        return turn.memory
    if named:
        return replace(turn.memory, document_id=named[0], place="", last="knowledge")
    return replace(turn.memory, question=turn.asked.query)


def _answer(core: Core, turn: Turn) -> Turn:
    match turn.asked.route:
        case "smalltalk":
            return _finished(turn, "answer", reply(core.corpus, turn.asked.question))
        case "settled":
            return _finished(turn, "clarification", SETTLED)
        case "unclear":
            return _finished(turn, "clarification", UNCLEAR)
        case "cancel":
            memory = replace(
                turn.memory, calculator="", inputs={}, awaiting="", assumed=(), left_out=(), sought=(), last=""
            )
            return _finished(turn, "answer", CANCELLED, memory=memory)
    assert turn.reading is not None
    reading = turn.reading

    def search(query: str) -> Sequence[Evidence]:
        return weigh(reading, core.at(turn.as_of).search(query)[1], core.weights)

    then = core.at(turn.as_of).corpus
    draft = write(reading, turn.evidence, core.weights, more=search, follow=partial(follow, then))
    spoken = (
        core.model.speak(turn.asked.query, reading, draft, search, turn.emit, turn.register) if core.model else None
    )
    return replace(turn, draft=dressed(draft, turn.register, core.corpus, reading.text), spoken=spoken, next="ground")


def _ground(core: Core, turn: Turn) -> Turn:
    """Drop what does not stand on the evidence; with nothing left, say that nothing was found."""
    draft, spoken = turn.draft, turn.spoken
    assert draft is not None
    by_model = _spoken(spoken, turn.asked.query) if spoken is not None else None
    checked = check(draft.text, draft.evidence, given=turn.asked.query)
    if not checked.text and by_model is None:
        return replace(turn, reason="查到的条款不足以支持一个可靠的回答。", next="decline")
    first = draft.evidence[0] if draft.evidence else None
    aside = bool(turn.memory.question) and keeps_subject(turn.asked.question)
    memory = replace(
        turn.memory,
        question=turn.memory.question if aside else turn.asked.query,
        earlier=turn.memory.earlier if aside else (turn.memory.question, *turn.memory.earlier)[:EARLIER],
        document_id=first.document.id if first else "",
        place=first.clause.locator.text if first and first.clause.locator else "",
        heading=first.clause.heading if first else "",
        figures=_figures(draft, first),
        last="knowledge",
        as_of=turn.as_of.isoformat() if turn.as_of else "",
    )
    finished = _finished(turn, "answer", checked.text, draft.citations, memory=memory)
    assert finished.answer is not None
    answer = replace(finished.answer, figures=draft.figures, suggestions=suggest(core.corpus, draft.evidence))
    if spoken is not None:
        answer = replace(answer, model=spoken.to_json(), **(by_model or {"note": NO_MODEL_ANSWER}))
    if turn.as_of is not None:
        answer = replace(answer, text=f"{dated(core.corpus, answer.citations, turn.as_of)}\n\n{answer.text}")
    return replace(finished, answer=answer)


def _figures(draft: Draft, first: Evidence | None) -> tuple[str, ...]:
    """The amounts that an answer states, or those of the clause it gives whole."""
    stated = draft.figures or (first.clause.indicators if first else ())
    return tuple(f"{f.value:g}{f.unit}" for f in stated if isinstance(f.value, int | float))


def _spoken(spoken: "Spoken", given: str) -> dict[str, Any] | None:
    """The fields of an answer in the model's words; ``None`` where the check leaves nothing of them.

    The model's own sentences were held to the strict rule one by one; the whole, with what the program added, is held to
    the rule of every answer.
    """
    checked = check(spoken.text, spoken.evidence, given, computations=spoken.computations)
    if not checked.text:
        return None
    return {
        "text": defused(shown(checked.text)),
        "citations": spoken.citations,
        "figures": spoken.figures,
        "calculations": spoken.computations,
        "engine": f"model:{spoken.model}",
    }


def _divide(core: Core, turn: Turn) -> Turn:
    """Answer the questions of one message one after the other, each with what the ones before it brought to mind."""
    pieces = parts(turn.asked.question, answering=bool(turn.memory.calculator))
    taken = pieces[:MOST_PARTS]
    headings = [heading(number, piece) for number, piece in enumerate(taken, 1)]
    memory, answers, listed, timing = turn.memory, [], [], dict(turn.timing)
    # What is put together at the end is not given out piece by piece.
    alone = replace(turn, part=True, emit=None, understanding=None, timing={}, next="understand")
    for piece in taken:
        done = walk(core, replace(alone, question=piece, memory=memory))
        assert done.answer is not None
        memory = done.memory
        listed.append({name: getattr(memory, name) for name in ("question", "document_id", "place", "heading")})
        answers.append(done.answer)
        timing = {name: timing.get(name, 0.0) + done.timing.get(name, 0.0) for name in {**timing, **done.timing}}
    whole = joined(turn.question, answers, headings, len(pieces) - len(taken))
    if compares(turn.asked.question) and len({c["tool"] for c in whole.calculations}) == 1 < len(whole.calculations):
        contrast = _contrast(*(c["total"] for c in whole.calculations[:2]))
        whole = replace(whole, text=f"{contrast}\n\n{whole.text}")
    return replace(turn, answer=whole, memory=replace(memory, listed=tuple(listed)), timing=timing, next="")


def _finished(
    turn: Turn,
    kind: AnswerKind,
    text: str,
    citations: tuple[Citation, ...] = (),
    memory: Memory | None = None,
) -> Turn:
    answer = Answer(question=turn.question, kind=kind, text=defused(text), citations=citations, session=turn.session)
    return replace(turn, answer=answer, memory=turn.memory if memory is None else memory, next="")


Step = Callable[[Core, Turn], Turn]

STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "understand": _understand,
        "divide": _divide,
        "retrieve": _retrieve,
        "calculate": _calculate,
        "clarify": _clarify,
        "decline": _decline,
        "answer": _answer,
        "ground": _ground,
    }
)


def take(core: Core, turn: Turn, name: str) -> Turn:
    """Take one step and note its milliseconds."""
    start = time.perf_counter()
    with stage(name):
        after = STEPS[name](core, turn)
    return replace(after, timing={**turn.timing, name: (time.perf_counter() - start) * 1000})


def walk(core: Core, turn: Turn) -> Turn:
    """Take the steps of a turn to its end, without keeping the conversation."""
    while turn.next:
        turn = take(core, turn, turn.next)
    return turn
