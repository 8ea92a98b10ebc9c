"""What every door to learning calls: what there is to learn in a corpus, and with that the progress of each person."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import islice

from assistant.learning import glossary, lessons, plan
from assistant.learning.facts import Fact, facts
from assistant.learning.progress import Held, Progress, Rating, State
from assistant.learning.question import Maker, Question
from corpus.errors import InputError
from corpus.library import Corpus
from corpus.model import Scene

__all__ = ["LONGEST_QUIZ", "Course", "Standing", "Syllabus"]

LONGEST_QUIZ = 50
"""Questions of one quiz, and cards of one round."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many facts of a scene (of all scenes where it is ``None``) stand where with a person."""

    scene: Scene | None
    counts: Mapping[State, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Syllabus:
    """Lessons, terms and questions over one corpus as of one day. Safe to share between threads."""

    def __init__(self, corpus: Corpus, on: date | None = None) -> None:
        self.corpus = corpus
        self.on = on or datetime.now(UTC).date()
        self._lessons: dict[str, lessons.Lesson] = {}

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        """Every fact that may be asked, by id."""
        return {fact.id: fact for fact in facts(self.corpus, self.on)}

    @cached_property
    def maker(self) -> Maker:
        """Makes the questions."""
        return Maker(self.corpus, tuple(self.facts.values()))

    @cached_property
    def terms(self) -> tuple[glossary.Term, ...]:
        """The glossary."""
        return glossary.terms(self.corpus)

    @cached_property
    def outlines(self) -> tuple[lessons.Outline, ...]:
        """The twelve lessons."""
        return lessons.outlines(self.corpus)

    def lesson(self, id: str) -> lessons.Lesson:
        """One lesson. Raises ``InputError`` for an unknown id."""
        if id not in self._lessons:
            self._lessons[id] = lessons.lesson(self.corpus, id, self.on)
        return self._lessons[id]

    def fact(self, id: str) -> Fact:
        """The fact of that id. Raises ``InputError`` where the corpus no longer holds it."""
        try:
            return self.facts[id]
        except KeyError:
            raise InputError("资料已经更新，没有这一题了，请重新开始一轮。") from None

    def quiz(self, count: int, scenes: Iterable[Scene] = (), seed: int = 0) -> tuple[Question, ...]:
        """A quiz out of the facts of those scenes (all where none is named): the same seed, the same quiz.

        Kinds of question and figures, clauses and terms are mixed; no clause is asked twice while others are left.
        Raises ``InputError`` for a count outside 1 to ``LONGEST_QUIZ``.
        """
        _check(count)
        chance = random.Random(f"quiz|{seed}")
        order = self._of(scenes)
        chance.shuffle(order)
        return self._questions(_spread(order), count, seed)

    def _of(self, scenes: Iterable[Scene]) -> list[Fact]:
        wanted = set(scenes)
        return [fact for fact in self.facts.values() if not wanted or wanted & set(fact.scenes)]

    def _questions(self, order: Iterable[Fact], count: int, seed: int) -> tuple[Question, ...]:
        made = (question for fact in order if (question := self.maker.make(fact, seed)) is not None)
        return tuple(islice(made, count))


class Course(Syllabus):
    """The syllabus with everybody's progress in it."""

    def __init__(self, corpus: Corpus, progress: Progress, on: date | None = None) -> None:
        super().__init__(corpus, on)
        self.progress = progress

    def review(self, owner: str, count: int, scenes: Iterable[Scene] = (), seed: int = 0) -> tuple[Question, ...]:
        """A quiz for one person: what is due comes first, the longest due before the rest; then what is new."""
        _check(count)
        return self._questions(self._due_first(owner, scenes, seed), count, seed)

    def deck(self, owner: str, count: int, scenes: Iterable[Scene] = (), seed: int = 0) -> tuple[Fact, ...]:
        """Flash cards for one person in the order of ``review``."""
        _check(count)
        return tuple(self._due_first(owner, scenes, seed)[:count])

    def answered(self, owner: str, fact: str, *, right: bool) -> datetime:
        """Note an answer of a quiz on the card of its fact; the time it is due again."""
        return self.rated(owner, fact, "good" if right else "again")

    def rated(self, owner: str, fact: str, rating: Rating) -> datetime:
        """Note how well a person knew a card; the time it is due again. Raises ``InputError`` for an unknown fact."""
        return self.progress.review(owner, self.fact(fact).id, rating)

    def card(self, owner: str, fact: str) -> Held | None:
        """A person's card of a fact; ``None`` for one never seen."""
        return self.progress.cards(owner).get(fact)

    def waits(self, owner: str, fact: str) -> Mapping[Rating, timedelta]:
        """How long until a card would come again, for each rating. Raises ``InputError`` for an unknown fact."""
        return self.progress.waits(owner, self.fact(fact).id)

    def ticks(self, owner: str) -> frozenset[str]:
        """The items of the plan a person has ticked off."""
        return self.progress.ticks(owner)

    def tick(self, owner: str, item: str, *, done: bool = True) -> None:
        """Tick an item of the plan off, or take the tick back. Raises ``InputError`` for one the plan does not have."""
        plan.check_item(item)
        self.progress.tick(owner, item, done=done)

    def overview(self, owner: str) -> tuple[Standing, ...]:
        """Where a person stands: in all, then scene by scene. A fact of two scenes counts in both, once in all."""
        cards, now = self.progress.cards(owner), datetime.now(UTC)
        states = {id: cards[id].state(now) if id in cards else State.NEW for id in self.facts}
        found = []
        for scene in (None, *Scene):
            counts = dict.fromkeys(State, 0)
            for fact in self.facts.values():
                if scene is None or scene in fact.scenes:
                    counts[states[fact.id]] += 1
            found.append(Standing(scene, counts))
        return tuple(found)

    def reset(self, owner: str) -> None:
        """Forget the cards and ticks of a person."""
        self.progress.reset(owner)

    def close(self) -> None:
        """Let go of the store."""
        self.progress.close()

    def _due_first(self, owner: str, scenes: Iterable[Scene], seed: int) -> list[Fact]:
        cards, now = self.progress.cards(owner), datetime.now(UTC)
        candidates = self._of(scenes)
        due = sorted((f for f in candidates if f.id in cards and cards[f.id].due <= now), key=lambda f: cards[f.id].due)
        new = [f for f in candidates if f.id not in cards]
        random.Random(f"new|{seed}").shuffle(new)
        # Shenzhen's own rules first, then the province's and the country's.
        tiers = sorted({fact.tier for fact in new})
        return [*due, *(fact for tier in tiers for fact in _spread(f for f in new if f.tier == tier))]


def _check(count: int) -> None:
    if not 1 <= count <= LONGEST_QUIZ:
        raise InputError(f"一次最多 {LONGEST_QUIZ} 题，最少 1 题；给的是 {count}。")


def _spread(order: Iterable[Fact]) -> list[Fact]:
    """The same facts with those of one clause far apart and figures among words, otherwise in their order."""
    rounds: dict[int, list[Fact]] = {}
    seen: dict[str, int] = {}
    for fact in order:
        seen[fact.key] = seen.get(fact.key, 0) + 1
        rounds.setdefault(seen[fact.key], []).append(fact)
    return [fact for held in sorted(rounds) for fact in _mixed(rounds[held])]


def _mixed(held: list[Fact]) -> list[Fact]:
    """Two of words to one figure while both last."""
    figures = [fact for fact in held if fact.kind == "figure"]
    words = [fact for fact in held if fact.kind != "figure"]
    mixed: list[Fact] = []
    while figures and words:
        mixed += [*words[:2], figures[0]]
        words, figures = words[2:], figures[1:]
    return [*mixed, *words, *figures]
