"""The door of the model mode: evidence in, a checked answer out, or the reason why there is none."""

import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.answer import Citation, Figure, citation, figure
from assistant.answering.evidence import Evidence
from assistant.answering.extractive import OVERVIEW, Draft
from assistant.answering.grounding import shown
from assistant.answering.question import Question
from assistant.answering.register import Register, dressed
from assistant.conversation.observing import stage
from assistant.model.agent import drive
from assistant.model.client import FAULTS, Endpoint, Reason, reason
from assistant.model.deadline import Deadline, within
from assistant.model.keys import Keyring
from assistant.model.outline import Outline, outline, remarked, says, values, withheld
from assistant.model.phrase import Phrasing
from assistant.model.probe import Tier, Tiers
from assistant.model.prompts import prompt
from assistant.model.tools import Search, Toolbox
from assistant.model.usage import Counter, Usage
from assistant.model.writing import Writing
from assistant.review.figures import figures
from corpus.library import Corpus

__all__ = ["Emit", "Engine", "Spoken"]

Emit = Callable[[str], None]
"""Takes a checked sentence as soon as it is checked."""

_log = logging.getLogger(__name__)
_NOT_GIVEN = re.compile(r"没有(具体)?(给出|写明|写出|规定|写|读到|明确)|未(给出|写明|写出|规定|明确)")

MOST_SENTENCES = 4
"""Sentences of a weak model that are waited for."""

REPAIR = 0.7
"""Of the time the first try took, what must be left for a second one, which finds its prompt already read."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of asking the model. ``text`` is empty where the extractive answer comes instead; ``fallback`` says why.

    ``evidence`` is what the marks stand for, after it the ``computations``; ``dropped`` counts the sentences the check
    took out, by reason; ``completed`` the parts the program added to what the model said; ``cut`` why it did not finish.
    """

    model: str
    tier: Tier | None
    prompt: str
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    computations: tuple[Mapping[str, Any], ...] = ()
    fallback: Reason | None = None
    cut: Reason | None = None
    completed: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    first_ms: float | None = None
    total_ms: float = 0.0

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(citation(n, e.clause, e.document) for n, e in enumerate(self.evidence, 1))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The indicators of the cited clauses whose value the text states."""
        written = {v for f in figures(self.text) for v in (f.low, f.high, f.digits)}
        found = []
        for n, item in enumerate(self.evidence, 1):
            for indicator in item.clause.indicators:
                values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
                if all(v in self.text if isinstance(v, str) else v in written for v in values):
                    found.append(figure(indicator, n))
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """What the answer tells of its model; no text of the person."""
        return {
            "name": self.model,
            "tier": self.tier,
            "prompt": self.prompt,
            "fallback": self.fallback,
            "cut": self.cut,
            "completed": self.completed,
            "usage": {
                "calls": self.usage.calls,
                "prompt_tokens": self.usage.prompt_tokens,
                "completion_tokens": self.usage.completion_tokens,
                "cost": self.cost,
            },
            "dropped": dict(self.dropped),
        }


class Engine:
    """One endpoint and what is known of it; safe to share between threads. ``counter`` adds up all turns."""

    def __init__(self, at: Endpoint, corpus: Corpus, home: Path) -> None:
        self._at = at
        self._corpus = corpus
        self._tiers = Tiers(home / "models.json")
        self.counter = Counter()

    def over(self, corpus: Corpus) -> "Engine":
        """The same endpoint, with what is known of it and used so far, over another corpus."""
        other = Engine.__new__(Engine)
        other._at, other._corpus, other._tiers, other.counter = self._at, corpus, self._tiers, self.counter
        return other

    @property
    def name(self) -> str:
        return f"model:{self._at.model}"

    def speak(
        self,
        question: str,
        reading: Question,
        draft: Draft,
        search: Search,
        emit: Emit | None = None,
        register: Register = "staff",
    ) -> Spoken | None:
        """Ask the model, check every sentence, give up when the time is up. Raises nothing of the endpoint's.

        ``draft`` is the extractive answer: a weak model phrases it and the program adds what the model leaves out of it.
        ``None`` where there is nothing to phrase: data of a document, a list of its clauses, a value that is not given.
        ``emit`` gets each sentence once it is checked; ``register`` is who reads.
        """
        with stage("model") as span:
            turn = _Turn(question, reading, draft, search, register, Deadline(self._at.timeout), _Telling(emit))
            try:
                spoken = self._speak(turn)
            finally:
                self.counter.add(turn.counter.total)
            if spoken is not None:
                span.tell(
                    tier=spoken.tier,
                    fallback=spoken.fallback,
                    prompt_tokens=spoken.usage.prompt_tokens,
                    completion_tokens=spoken.usage.completion_tokens,
                )
            return spoken

    def _speak(self, turn: "_Turn") -> Spoken | None:
        tier: Tier | None = None
        writing: Writing | None = None
        why: Reason | None = None
        try:
            tier = self._tiers.of(self._at, turn.deadline, turn.counter)
            if tier == "phrase" and _verbatim(turn.draft, turn.reading):
                return None
            told = outline(turn.draft, turn.reading) if tier == "phrase" else None
            writing = Writing(turn.keys, turn.question, told.shown if told else ())
            if told is None:
                self._drive(turn, writing)
            else:
                self._phrase(turn, writing, told)
        except FAULTS as error:
            why = reason(error)
            _log.info("model failed: %s (%s)", why, type(error).__name__)
        completed = 0
        if tier == "phrase" and writing is not None and writing.cited:
            # What was checked before the endpoint failed stands; the program says the rest.
            why, cut = None, why
            completed = turn.complete(writing)
        else:
            cut = None
            why = why or _unfit(turn, writing)
        spoken = Spoken(
            model=self._at.model,
            tier=tier,
            prompt=prompt("agent" if tier == "tools" else "phrase").version,
            fallback=why,
            cut=cut,
            completed=completed,
            usage=turn.counter.total,
            cost=turn.counter.total.cost(self._at.prices),
            dropped=writing.faults if writing else {},
            first_ms=turn.telling.first_ms,
            total_ms=turn.telling.ms,
        )
        if why:
            return spoken
        text, evidence = turn.dressed(self._corpus)
        return replace(spoken, text=text, evidence=evidence, computations=turn.keys.computations)

    def _drive(self, turn: "_Turn", writing: Writing) -> None:
        box = Toolbox(self._corpus, turn.keys, turn.search, turn.question)
        pieces = drive(self._at, turn.question, box, turn.deadline, turn.counter, turn.register)
        for piece in within(turn.deadline, lambda: pieces):
            turn.telling.add(writing.feed(piece))
        turn.telling.add(writing.close())

    def _phrase(self, turn: "_Turn", writing: Writing, told: Outline) -> None:
        turn.outline = told
        for item in told.cited(told.lead):
            turn.keys.cite(item)  # what the answer opens with is [1], whoever says it
        turn.telling.before = lambda sentence: turn.opening(told, sentence)
        phrasing = Phrasing.of(self._at, turn.question, told, turn.keys, turn.register, turn.counter)
        self._listen(turn, writing, phrasing)
        if writing.length and not writing.cited and turn.deadline.left > turn.telling.ms / 1000 * REPAIR:
            self._listen(turn, writing, phrasing.again(writing.faults))

    def _listen(self, turn: "_Turn", writing: Writing, phrasing: Phrasing) -> None:
        most = writing.judged + MOST_SENTENCES
        for piece in within(turn.deadline, lambda: phrasing.pieces(turn.deadline)):
            turn.telling.add(writing.feed(piece))
            if writing.judged >= most:
                phrasing.cut = True
                break
        turn.telling.add(writing.close(cut_off=phrasing.cut))


class _Telling:
    """What is told so far, sentence by sentence; ``before`` gives what the program says ahead of the first one."""

    def __init__(self, emit: Emit | None) -> None:
        self._emit = emit
        self._start = time.perf_counter()
        self.before: Callable[[str], str] = lambda _: ""
        self.text = ""
        self.first_ms: float | None = None

    @property
    def ms(self) -> float:
        return (time.perf_counter() - self._start) * 1000

    def add(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            told = sentence if self.text.strip() else self.before(sentence) + sentence
            self.first_ms = self.first_ms or self.ms
            self.text += told
            if self._emit:
                self._emit(shown(told))


@dataclass(slots=True)
class _Turn:
    """One question on its way through the model."""

    question: str
    reading: Question
    draft: Draft
    search: Search
    register: Register
    deadline: Deadline
    telling: _Telling
    keys: Keyring = field(default_factory=Keyring)
    counter: Counter = field(default_factory=Counter)
    outline: Outline | None = None
    led: bool = False
    """Whether the program said the lead because the model's first sentence does not."""

    def opening(self, told: Outline, sentence: str) -> str:
        """What the program says before the model's first sentence, the lead only where that sentence does not say it."""
        cited = {e.clause.key for e in self.keys.cited(sentence)}
        said = {e.clause.key for e in told.cited(told.lead)} <= cited and all(
            says(sentence, v) for v in values(told.lead)
        )
        self.led = not said and bool(told.lead)
        return told.opening + (f"{remarked(told.lead, told, self.keys.cite)}\n\n" if self.led else "")

    def complete(self, writing: Writing) -> int:
        """Tell the blocks of the extractive answer that the model's sentences do not stand for; how many there were."""
        assert self.outline is not None
        told = self.outline
        left = told.lacking(writing.text, self.keys.cited(writing.text))
        self.telling.add(f"\n\n{remarked(block, told, self.keys.cite)}" for block in left)
        return len(left) + self.led

    def dressed(self, corpus: Corpus) -> tuple[str, tuple[Evidence, ...]]:
        """The whole answer as this reader gets it, and what its marks stand for."""
        text = re.sub(r"(?:^|\n)[^\n\[]*[：:]\s*$", "", self.telling.text).strip()
        plain = Draft(text, (), (), self.keys.evidence)
        full = dressed(plain, self.register, corpus, self.reading.text)
        self.telling.add([full.text.removeprefix(text)] if full.text != text else [])
        return full.text, full.evidence


def _verbatim(draft: Draft, reading: Question) -> bool:
    """Whether the extractive answer is one of data and lists that other words could only spoil."""
    rows = draft.text.count("\n- ")
    return withheld(draft) or reading.asked == "metadata" or rows >= OVERVIEW


def _unfit(turn: _Turn, writing: Writing | None) -> Reason | None:
    """Why what is left is no answer: nothing written, nothing cited, a value that is not given not said to be so."""
    if writing is None or not writing.length:
        return "nonsense"
    if not writing.cited or not writing.text:
        return "ungrounded"
    if withheld(turn.draft) and not _NOT_GIVEN.search(writing.text):
        return "incomplete"
    return None
