"""The keys handed out in one turn: opaque in the prompt, turned into marks [n] afterwards, unknown ones never."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.evidence import Evidence
from assistant.answering.grounding import COMPUTED, Source, sources

__all__ = ["EXAMPLE", "Held", "Keyring"]

EXAMPLE = "Z00"
"""The key shown in prompts as an example; never handed out."""

_LETTERS = "BCDFGHJKLMNPQRSTVWX"
_BRACKETS = re.compile(
    r"[\[［【]([^\[\]［］【】]{1,80})[\]］】](?!\s*第?\s*\d+\s*号)|[(（]([A-Za-z]\d{2}(?:[,，、 ][A-Za-z]\d{2})*)[)）]"
)
_MARK = re.compile(r"\[(\d{1,3})\]")
_LABEL = re.compile(r"^(?:编号|资料|来源|出处|依据|条款|key|source)\s*[:：]?\s*", re.I)
_SPLIT = re.compile(r"[\s,，、;；]+")
_KEYLIKE = re.compile(r"[\^#]?[A-Za-z]{0,2}\d{1,4}")
_BARE = re.compile(r"(?<![A-Za-z0-9\[［【(（,，、])([A-Z]\d{2})(?![A-Za-z0-9\]］】)）])")


@dataclass(frozen=True, slots=True)
class Held:
    """What a key stands for: a clause, or a computation as ``tools.calculator.to_json`` gives it."""

    evidence: Evidence | None = None
    computation: Mapping[str, Any] | None = None


class Keyring:
    """Hands out keys and keeps what they stand for; numbers them in the order the answer uses them.

    Keys are drawn at random in each turn, so neither a document nor a model can know one beforehand.
    """

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._known: dict[str, str] = {}
        self._order: list[str] = []
        self._sources: dict[str, Source] = {}

    def clause(self, item: Evidence) -> str:
        """The key of a clause, the same one however often it is found."""
        return self._hand_out(item.clause.key, Held(evidence=item))

    def computation(self, computation: Mapping[str, Any]) -> str:
        """The key of a computation."""
        return self._hand_out(f"computation {len(self._held)}", Held(computation=computation))

    def _hand_out(self, name: str, held: Held) -> str:
        if name not in self._known:
            key = EXAMPLE
            while key in self._held or key == EXAMPLE:
                key = f"{secrets.choice(_LETTERS)}{secrets.randbelow(90) + 10}"
            self._known[name] = key
            self._held[key] = held
        return self._known[name]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What the marks [1], [2], … stand for."""
        return tuple(e for key in self._order if (e := self._held[key].evidence) is not None)

    @property
    def computations(self) -> tuple[Mapping[str, Any], ...]:
        """What the marks [501], [502], … stand for."""
        return tuple(c for key in self._order if (c := self._held[key].computation) is not None)

    @property
    def handed(self) -> Sequence[Held]:
        """Everything handed out."""
        return tuple(self._held.values())

    def sources(self) -> dict[int, Source]:
        """The sources behind the marks, for the check."""
        for key in self._order:
            if key not in self._sources:
                held = self._held[key]
                found = sources(
                    [held.evidence] if held.evidence else [], [held.computation] if held.computation else []
                )
                (self._sources[key],) = found.values()
        return {self._number(key): self._sources[key] for key in self._order}

    def marked(self, sentence: str) -> str | None:
        """The sentence with marks for keys; ``None`` when it cites anything that was not handed out."""
        wanted: list[str] = []
        ghosts: list[str] = []

        def mark(match: re.Match[str]) -> str:
            content = match[1] or match[2]
            tokens = [t for t in _SPLIT.split(_LABEL.sub("", content.strip())) if t]
            keys = [t.upper() for t in tokens]
            if not any(_KEYLIKE.fullmatch(t) for t in tokens):
                return match.group()
            if all(k in self._held for k in keys):
                wanted.extend(keys)
                return "".join(self._mark(k) for k in keys)
            ghosts.extend(keys)
            return match.group()

        order = list(self._order)
        marked = _BRACKETS.sub(mark, sentence)
        marked = _BARE.sub(lambda m: self._mark(m[1]) if m[1] in self._held else m.group(), marked)
        if ghosts:
            self._order = order
            return None
        return marked

    def cited(self, text: str) -> tuple[Evidence, ...]:
        """The clauses that the marks of a text stand for."""
        held = self.evidence
        return tuple(held[n - 1] for n in dict.fromkeys(map(int, _MARK.findall(text))) if 0 < n <= len(held))

    def cite(self, item: Evidence) -> str:
        """The mark of a clause the program itself cites, e.g. ``[2]``."""
        return self._mark(self.clause(item))

    def _mark(self, key: str) -> str:
        if key not in self._order:
            self._order.append(key)
        return f"[{self._number(key)}]"

    def _number(self, key: str) -> int:
        """Clauses count from 1, computations from 501, each kind in the order of use."""
        computed = self._held[key].computation is not None
        alike = [k for k in self._order if (self._held[k].computation is not None) == computed]
        return alike.index(key) + 1 + (COMPUTED if computed else 0)

    def back_to(self, count: int) -> None:
        """Forget the marks after the first ``count``: their sentence fell."""
        del self._order[count:]

    @property
    def count(self) -> int:
        """Marks in use."""
        return len(self._order)
