"""Questions made from facts: one right option, others that are plausible and wrong, each explained by its clause.

The same corpus, day, fact and seed give the same question. What is right is never a matter of opinion: a question names
document, place, scope and year, so an option is right only where that very clause says so.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from assistant.learning.facts import Fact, asking, bare, place_of, stem
from corpus.library import Corpus
from corpus.model import Clause

__all__ = ["Choice", "Kind", "Maker", "Option", "Question"]

Kind = Literal["choice", "true_false", "fill", "source"]
"""choice: which figure or words; true_false: does the clause say so; fill: type the figure; source: which clause."""

OPTIONS = 4
ALIKE = 0.45
"""Share of the character pairs of a sentence found in another text from which the two may say the same."""

LONG_ENOUGH = 14
"""Characters from which words tell of themselves which clause they stand in."""

NEAREST = 12
NEAR_LENGTH = 8
"""Wrong options are drawn from the nearest twelve; lengths within eight characters count as equal."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option with the reason it is right or wrong, and the clause that shows it."""

    text: str
    right: bool
    reason: str
    key: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one fact. ``options`` is empty for ``fill``, whose ``answer`` is a figure in ``unit``."""

    fact: Fact
    kind: Kind
    text: str
    options: tuple[Option, ...]
    answer: str
    reason: str
    unit: str = ""

    @property
    def key(self) -> str:
        """The clause the answer stands in."""
        return self.fact.key


@dataclass(frozen=True, slots=True)
class Choice:
    """A wrong option in the making: what it says and where it stands."""

    text: str
    key: str
    reason: str


class Maker:
    """Makes questions over one set of facts; keeps what it has worked out about the texts."""

    def __init__(self, corpus: Corpus, facts: Sequence[Fact]) -> None:
        self._corpus = corpus
        self._facts = tuple(facts)
        self._pairs: dict[str, frozenset[str]] = {}

    @cached_property
    def _figures(self) -> dict[str, tuple[Fact, ...]]:
        kinds: dict[str, list[Fact]] = {}
        for fact in self._facts:
            if fact.figure is not None:
                kinds.setdefault(fact.figure.kind, []).append(fact)
        return {kind: tuple(held) for kind, held in kinds.items()}

    @cached_property
    def _spoken(self) -> dict[str, tuple[Fact, ...]]:
        """Facts that are words: those of clauses by scene, terms by themselves."""
        groups: dict[str, list[Fact]] = {}
        for fact in self._facts:
            if fact.figure is None:
                for group in ("term",) if fact.kind == "term" else tuple(s.value for s in fact.scenes):
                    groups.setdefault(group, []).append(fact)
        return {group: tuple(held) for group, held in groups.items()}

    def kinds(self, fact: Fact) -> tuple[Kind, ...]:
        """The kinds of question a fact allows; a kind that finds too few wrong options falls back on another."""
        match fact.kind:
            case "figure":
                assert fact.figure is not None
                single = fact.figure.low == fact.figure.high
                return ("choice", "true_false", "fill") if single else ("choice", "true_false")
            case "clause":
                return ("choice", "source") if len(fact.answer) >= LONG_ENOUGH else ("choice",)
            case "term":
                return ("choice",)

    def make(self, fact: Fact, seed: int | str, kind: Kind | None = None) -> Question | None:
        """The question of a fact; ``None`` where too few options can be told from the right one beyond doubt."""
        chance = random.Random(f"{seed}|{fact.id}")
        kinds = list(self.kinds(fact))
        chance.shuffle(kinds)
        for tried in [kind] if kind else kinds:
            made = self._make(fact, tried, chance)
            if made is not None:
                return made
        return None

    def _make(self, fact: Fact, kind: Kind, chance: random.Random) -> Question | None:
        if kind == "fill":
            return self._fill(fact)
        if kind == "true_false":
            return self._true_false(fact, chance)
        if fact.kind == "figure":
            wrong, right, text = self._other_figures(fact), fact.answer, fact.question
        elif fact.kind == "term":
            wrong, right, text = self._other_terms(fact), fact.answer, self._term_question(fact)
        elif kind == "source":
            wrong, right, text = (
                self._other_places(fact),
                self._place(fact.key),
                f"下面这句话的意思出自哪一条？“{fact.answer}”",
            )
        else:
            wrong, right, text = self._other_words(fact), fact.answer, f"{fact.question}下面哪一项是这一条写的？"
        return self._choice(fact, kind, text, right, wrong, chance)

    def _choice(
        self, fact: Fact, kind: Kind, text: str, right: str, wrong: Iterable[Choice], chance: random.Random
    ) -> Question | None:
        pool = list(wrong)
        chance.shuffle(pool)
        # Those of the same scene, as binding and about as long are the hardest to tell apart.
        strength = self._clause(fact).strength
        pool.sort(
            key=lambda choice: (
                not set(self._corpus.get(choice.key).scenes) & set(fact.scenes),
                abs(len(choice.text) - len(right)) // NEAR_LENGTH,
                self._corpus.get(choice.key).strength is not strength,
            )
        )
        near = pool[:NEAREST]
        chance.shuffle(near)
        picked: list[Choice] = []
        for choice in [*near, *pool[NEAREST:]]:
            if choice.text != right and choice.text not in {p.text for p in picked}:
                picked.append(choice)
            if len(picked) == OPTIONS - 1:
                break
        if len(picked) < OPTIONS - 1:
            return None
        reason = self._reason(fact)
        options = [Option(right, True, reason, fact.key), *(Option(p.text, False, p.reason, p.key) for p in picked)]
        chance.shuffle(options)
        return Question(fact, kind, text, tuple(options), right, reason)

    # --- figures ---------------------------------------------------------------------------------------------------

    def _other_figures(self, fact: Fact) -> Iterator[Choice]:
        """Values of the same kind that are not the value asked for and do not overlap with it or with each other."""
        assert fact.figure is not None
        for other in self._figures[fact.figure.kind]:
            assert other.figure is not None
            if other is not fact and not other.figure.agrees(fact.figure) and other.answer != fact.answer:
                yield Choice(other.answer, other.key, self._belongs(other))

    def _true_false(self, fact: Fact, chance: random.Random) -> Question | None:
        assert fact.figure is not None
        others = list(self._other_figures(fact))
        told_right = chance.random() < 0.5 or not others
        said = fact.answer if told_right else chance.choice(others).text
        indicator = fact.figure.indicator
        claim = asking(indicator).replace("多少", f" {said}").replace("哪一年", said)
        document = self._corpus.document_of(self._clause(fact))
        reason = self._reason(fact)
        options = (Option("对", told_right, reason, fact.key), Option("错", not told_right, reason, fact.key))
        return Question(
            fact,
            "true_false",
            f"{stem(document, self._clause(fact), indicator)}{claim}。对不对？",
            options,
            "对" if told_right else "错",
            reason,
        )

    def _fill(self, fact: Fact) -> Question:
        assert fact.figure is not None
        indicator = fact.figure.indicator
        unit = "" if fact.figure.kind == "calendar" else indicator.unit
        number = bare(indicator).removesuffix(indicator.unit).strip()
        return Question(fact, "fill", fact.question, (), number, self._reason(fact), unit)

    # --- words -----------------------------------------------------------------------------------------------------

    def _other_words(self, fact: Fact) -> Iterator[Choice]:
        """Words of other clauses that the clause asked about does not hold, not even nearly."""
        text = self._pairs_of(self._clause(fact).text)
        for other in self._beside(fact):
            pairs = self._pairs_of(other.answer)
            if len(pairs & text) < ALIKE * len(pairs) and self._apart(fact, other):
                yield Choice(other.answer, other.key, f"这是{self._place(other.key)}写的，不在这一条里。")

    def _other_places(self, fact: Fact) -> Iterator[Choice]:
        """Other clauses that do not say what is asked about, not even nearly."""
        said = self._pairs_of(fact.answer)
        for other in self._beside(fact):
            clause = self._clause(other)
            if len(said & self._pairs_of(clause.text)) < ALIKE * len(said) and self._apart(fact, other):
                where = self._place(other.key)
                yield Choice(where, other.key, f"{where}讲的是“{clause.heading}”：{other.answer}。")

    def _other_terms(self, fact: Fact) -> Iterator[Choice]:
        said = self._pairs_of(fact.answer)
        for other in self._spoken["term"]:
            pairs = self._pairs_of(other.answer)
            if other is not fact and len(said & pairs) < ALIKE * min(len(said), len(pairs)):
                yield Choice(other.answer, other.key, f"这是“{self._clause(other).heading}”的意思。")

    def _term_question(self, fact: Fact) -> str:
        return f"下面哪一项说的是“{self._clause(fact).heading}”？"

    def _beside(self, fact: Fact) -> Iterator[Fact]:
        """Facts of the same scenes that stand in other clauses."""
        seen: set[str] = set()
        for scene in fact.scenes:
            for other in self._spoken.get(scene.value, ()):
                if other.key != fact.key and other.id not in seen:
                    seen.add(other.id)
                    yield other

    def _apart(self, fact: Fact, other: Fact) -> bool:
        """Whether two clauses are about different things: no like heading, no figure of the one in the other."""
        asked, beside = self._clause(fact), self._clause(other)
        headings = self._pairs_of(asked.heading), self._pairs_of(beside.heading)
        alike = len(headings[0] & headings[1]) >= ALIKE * min(len(headings[0]), len(headings[1]))
        return not alike and not _numbers(asked.text) & _numbers(other.answer)

    # --- wording ---------------------------------------------------------------------------------------------------

    def _clause(self, fact: Fact) -> Clause:
        return self._corpus.get(fact.key)

    def _place(self, key: str) -> str:
        clause = self._corpus.get(key)
        return place_of(self._corpus.document_of(clause), clause)

    def _belongs(self, fact: Fact) -> str:
        """Which figure a wrong value really is."""
        assert fact.figure is not None
        clause = self._clause(fact)
        told = stem(self._corpus.document_of(clause), clause, fact.figure.indicator)
        return f"{told}是 {fact.figure.indicator.written}。"

    def _reason(self, fact: Fact) -> str:
        """Why the right answer is right, from its own clause."""
        clause = self._clause(fact)
        if fact.kind == "term":
            return f"“{clause.heading}”：{clause.text}"
        begin = self._belongs(fact) if fact.figure is not None else self._place(fact.key)
        return f"{begin}（{clause.text_status.label}）{clause.text}"

    def _pairs_of(self, text: str) -> frozenset[str]:
        if text not in self._pairs:
            plain = [c for c in text if c.isalnum()]
            self._pairs[text] = frozenset(a + b for a, b in pairwise(plain))
        return self._pairs[text]


def _numbers(text: str) -> set[str]:
    """The numbers of a text, in digits or Chinese from ten up; single Chinese digits stand in too many words."""
    return set(re.findall(r"\d+(?:\.\d+)?|[一二三四五六七八九十百千]{2,}", text))
