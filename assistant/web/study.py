"""The views of the page 学习 as HTML: overview with the plan, lessons, glossary, flash cards, quiz."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.learning import glossary, plan
from assistant.learning.facts import Fact
from assistant.learning.grading import LETTERS, grade
from assistant.learning.progress import Rating, State
from assistant.learning.question import Question
from corpus.errors import InputError
from corpus.model import Scene
from tools.calculator import calculator

if TYPE_CHECKING:
    from assistant.learning import Course
    from assistant.web.place import Place

__all__ = ["Round", "Study"]

COUNTS = (5, 10, 20)
"""How many questions or cards a round may have."""

RATINGS: Mapping[Rating, str] = {"again": "忘了", "hard": "模糊", "good": "记得", "easy": "很熟"}


@dataclass(frozen=True, slots=True)
class Round:
    """A quiz or a pile of cards under way in one tab; ``item`` is what of the plan it ticks off when it is done."""

    questions: tuple[Question, ...] = ()
    cards: tuple[Fact, ...] = ()
    at: int = 0
    right: int = 0
    missed: tuple[Question, ...] = ()
    given: str = ""
    fault: str = ""
    item: str = ""
    scenes: str = ""

    @property
    def answered(self) -> bool:
        return bool(self.given) and not self.fault

    @property
    def over(self) -> bool:
        return self.at >= len(self.questions or self.cards)


@dataclass(frozen=True, slots=True)
class Study:
    """Every view for one language; nothing of a person is kept here."""

    place: "Place"

    @property
    def course(self) -> "Course":
        return self.place.assistant.learning

    # --- what is looked at -----------------------------------------------------------------------------------------

    def view(self, path: str, owner: str) -> str:
        """The view of an address after the ``#``: an unknown one is the overview."""
        name, _, rest = path.partition("/")
        match name:
            case "lessons":
                return self._page("lessons", path, "learn_lessons.html", outlines=self.course.outlines)
            case "lesson":
                return self._lesson(rest, owner)
            case "terms":
                return self._terms(rest)
            case "cards" | "quiz":
                return self.begin(name, rest)
            case _:
                return self._overview(owner)

    def _overview(self, owner: str) -> str:
        standings = self.course.overview(owner)
        ticks = self.course.ticks(owner)
        return self._page(
            "overview",
            "overview",
            "learn_overview.html",
            whole=standings[0],
            standings=standings[1:],
            State=State,
            ticks=ticks,
            days=plan.days(),
            today=plan.today(ticks),
            lessons={outline.id: outline for outline in self.course.outlines},
            calculators={
                i.target: calculator(i.target).title for d in plan.days() for i in d.items if i.kind == "calculator"
            },
        )

    def _lesson(self, id: str, owner: str) -> str:
        ticks = self.course.ticks(owner)
        items = [(d, i) for d in plan.days() for i in d.items if i.kind == "lesson" and i.target == id]
        held = self.course.lesson(id)
        return self._page(
            "lessons",
            f"lesson/{id}",
            "learn_lesson.html",
            lesson=held,
            items=items,
            ticks=ticks,
            calculators={name: calculator(name).title for name in held.calculators},
        )

    def _terms(self, words: str) -> str:
        words = words[: glossary.LONGEST_SEARCH]
        held = self.course.terms
        found = glossary.find(held, words)
        path = f"terms/{words}" if words else "terms"
        return self._page("terms", path, "learn_terms.html", terms=found, words=words, total=len(held))

    def begin(self, kind: str, scenes: str, count: str = "", fault: str = "") -> str:
        """Where a round is chosen; after a choice that cannot be, with the line that says why."""
        chosen = [s.value for s in _scenes(scenes)]
        return self._page(
            kind,
            kind,
            "learn_begin.html",
            kind=kind,
            chosen="、".join(chosen),
            scenes=Scene,
            counts=COUNTS,
            chosen_count=_count(count),
            fault=fault,
        )

    # --- rounds ----------------------------------------------------------------------------------------------------

    def start(self, kind: str, scenes: str, count: str, item: str, owner: str) -> Round:
        """A new round, what is due first. Raises ``InputError`` where there is nothing to ask."""
        chosen = _scenes(scenes)
        number = _count(count)
        seed = secrets.randbelow(1_000_000)
        held = Round(item=item, scenes=scenes)
        if kind == "cards":
            held = replace(held, cards=self.course.deck(owner, number, chosen, seed))
        else:
            held = replace(held, questions=self.course.review(owner, number, chosen, seed))
        if held.over:
            raise InputError("这个范围的都已掌握，现在没有到期要复习的。可以换一个场景，或过几天再来。")
        return held

    def answer(self, held: Round, given: str, owner: str) -> Round:
        """The round after an answer, which is noted on the person's card; one that cannot be read is asked again."""
        if held.over or held.answered:
            return held
        question = held.questions[held.at]
        try:
            right = grade(question, given)
        except InputError as error:
            return replace(held, given=given, fault=str(error))
        self.course.answered(owner, question.fact.id, right=right)
        missed = held.missed if right else (*held.missed, question)
        return replace(held, given=given, fault="", right=held.right + right, missed=missed)

    def rate(self, held: Round, rating: str, owner: str) -> Round:
        """The pile after a card was rated."""
        known = next((r for r in RATINGS if r == rating), None)
        if held.over or known is None:
            return held
        self.course.rated(owner, held.cards[held.at].id, known)
        return self.forward(replace(held, right=held.right + (known in {"good", "easy"})), owner)

    def forward(self, held: Round, owner: str) -> Round:
        """The next question or card; at the end the item of the plan is ticked off."""
        moved = replace(held, at=held.at + 1, given="", fault="")
        if moved.over and moved.item:
            self.course.tick(owner, moved.item)
        return moved

    def round(self, held: Round, owner: str) -> str:
        """A round as it stands."""
        if held.over:
            kind = "quiz" if held.questions else "cards"
            total = len(held.questions or held.cards)
            return self._page(kind, kind, "learn_result.html", round=held, total=total, kind=kind)
        if held.questions:
            question = held.questions[held.at]
            return self._page(
                "quiz",
                "quiz",
                "learn_quiz.html",
                round=held,
                question=question,
                options=list(zip(LETTERS, question.options, strict=False)),
                right=held.answered and grade(question, held.given),
            )
        return self._card(held, owner)

    def _card(self, held: Round, owner: str) -> str:
        fact = held.cards[held.at]
        clause = self.course.corpus.get(fact.key)
        return self._page(
            "cards",
            "cards",
            "learn_card.html",
            round=held,
            fact=fact,
            clause=clause,
            document=self.course.corpus.document_of(clause),
            known=self.course.card(owner, fact.id),
            ratings=[
                (rating, RATINGS[rating], self._wait(due)) for rating, due in self.course.waits(owner, fact.id).items()
            ],
        )

    def _wait(self, due: timedelta) -> str:
        """How long until a card comes again, for a reader."""
        if due < timedelta(hours=1):
            return self.place.say("{n} 分钟后", n=max(1, round(due / timedelta(minutes=1))))
        if due < timedelta(days=1):
            return self.place.say("{n} 小时后", n=round(due / timedelta(hours=1)))
        return self.place.say("{n} 天后", n=round(due / timedelta(days=1)))

    def notice(self, path: str, line: str) -> str:
        """A view that holds one line and the way back."""
        return self._page(path, path, "learn_notice.html", line=line)

    def _page(self, tab: str, path: str, body: str, **values: object) -> str:
        return self.place.render("learn.html", tab=tab, path=path, body=body, **values)


def _count(text: str) -> int:
    return next((count for count in COUNTS if text == str(count)), COUNTS[1])


def _scenes(text: str) -> list[Scene]:
    """The scenes of a choice as the page writes it; what is no scene is left out."""
    named = {scene.value: scene for scene in Scene}
    return [named[name] for name in text.split("、") if name in named]
