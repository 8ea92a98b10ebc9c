"""The door of the model mode: evidence in, a checked answer out, or the reason why there is none."""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.answer import Citation, Figure, citation, figure
from assistant.answering.evidence import Evidence
from assistant.answering.extractive import NO_VALUE, Draft
from assistant.answering.grounding import numbers, shown, typed
from assistant.answering.question import Question
from assistant.model.agent import drive
from assistant.model.client import FAULTS, Endpoint, Reason, reason
from assistant.model.deadline import Deadline, within
from assistant.model.keys import Keyring
from assistant.model.phrase import phrase
from assistant.model.probe import Tier, Tiers
from assistant.model.prompts import prompt
from assistant.model.tools import Search, Toolbox
from assistant.model.usage import Counter, Usage
from assistant.model.writing import Writing
from assistant.review.figures import figures
from corpus.library import Corpus
from corpus.numerals import chinese

__all__ = ["Emit", "Engine", "Spoken"]

Emit = Callable[[str], None]
"""Takes a checked sentence as soon as it is checked."""

_log = logging.getLogger(__name__)
_NOT_GIVEN = re.compile(r"没有(具体)?(给出|写明|写出|规定|写|读到|明确)|未(给出|写明|写出|规定|明确)")
_WITHHELD = "**没有给出数值。**"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of asking the model. ``text`` is empty where the extractive answer comes instead; ``fallback`` says why.

    ``evidence`` is what the marks stand for, after it the ``computations``; ``dropped`` counts the sentences the check
    took out, by reason.
    """

    model: str
    tier: Tier | None
    prompt: str
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    computations: tuple[Mapping[str, Any], ...] = ()
    fallback: Reason | None = None
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

    def speak(self, question: str, reading: Question, draft: Draft, search: Search, emit: Emit | None = None) -> Spoken:
        """Ask the model, check every sentence, give up when the time is up. Raises nothing of the endpoint's.

        ``draft`` is the extractive answer: its evidence is what a weak model phrases, and what it says first is what
        no answer may lack. ``emit`` gets each sentence once it is checked.
        """
        start = time.perf_counter()
        deadline, keys, counter = Deadline(self._at.timeout), Keyring(), Counter()
        writing = Writing(keys, typed(question))
        tier: Tier | None = None
        why: Reason | None = None
        first: float | None = None
        try:
            tier = self._tiers.of(self._at, deadline, counter)
            pieces = self._pieces(tier, question, draft, search, keys, deadline, counter)
            for piece in within(deadline, lambda: pieces):
                for sentence in writing.feed(piece):
                    first = first or (time.perf_counter() - start) * 1000
                    if emit:
                        emit(shown(sentence))
            for sentence in writing.close():
                first = first or (time.perf_counter() - start) * 1000
                if emit:
                    emit(shown(sentence))
        except FAULTS as error:
            why = reason(error)
            _log.info("model failed: %s (%s)", why, type(error).__name__)
        finally:
            self.counter.add(counter.total)
        why = why or _lacking(writing, keys, draft, reading, tier)
        dropped: dict[str, int] = {}
        for item in writing.dropped:
            dropped[item.fault] = dropped.get(item.fault, 0) + 1
        spoken = Spoken(
            model=self._at.model,
            tier=tier,
            prompt=prompt("agent" if tier == "tools" else "phrase").version,
            fallback=why,
            usage=counter.total,
            cost=counter.total.cost(self._at.prices),
            dropped=dropped,
            first_ms=first,
            total_ms=(time.perf_counter() - start) * 1000,
        )
        if why:
            return spoken
        return replace(spoken, text=writing.text, evidence=keys.evidence, computations=keys.computations)

    def _pieces(
        self,
        tier: Tier,
        question: str,
        draft: Draft,
        search: Search,
        keys: Keyring,
        deadline: Deadline,
        counter: Counter,
    ) -> Iterator[str]:
        if tier == "tools":
            return drive(self._at, question, Toolbox(self._corpus, keys, search, question), deadline, counter)
        return phrase(self._at, question, draft.evidence, keys, deadline, counter)


def _lacking(writing: Writing, keys: Keyring, draft: Draft, reading: Question, tier: Tier | None) -> Reason | None:
    """Why what is left is no answer: nothing cited, or what the extractive answer says first is missing."""
    if not writing.length:
        return "nonsense"
    if not writing.cited or not writing.text:
        return "ungrounded"
    withheld = draft.text.startswith((_WITHHELD, NO_VALUE))
    if withheld and not _NOT_GIVEN.search(writing.text):
        return "incomplete"
    if tier == "tools":
        return None
    # Whatever was asked: the figures the extractive answer opens with are what a reader came for.
    lead = set() if withheld or reading.asked == "metadata" else _values(draft.text.split("\n\n")[0])
    if not all(_says(writing.text, value) for value in lead):
        return "incomplete"
    cited = {item.clause.key for item in keys.evidence}
    # Another clause of the evidence may carry the answer where it sets the very same figures.
    if not lead and draft.evidence and draft.evidence[0].clause.key not in cited:
        return "incomplete"
    return None


def _values(text: str) -> set[float]:
    bare = re.sub(r"\[\d{1,3}\]|《[^》]*》", " ", text.replace("**", ""))
    return {f.low for f in figures(bare) if f.kind in {"quantity", "date", "count"}}


def _says(text: str, value: float) -> bool:
    """Whether the value stands in the text, in its own unit, as bare digits or in Chinese numerals (每五年 for 5 年)."""
    if value in _values(text) or f"{value:.10g}" in numbers(text):
        return True
    return value == int(value) and 0 < value < 10_000 and chinese(int(value)) in text
