"""One turn on its way through the steps, from what was typed to the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.answering.evidence import Evidence
from assistant.answering.extractive import Draft
from assistant.answering.question import Question
from assistant.answering.register import Register
from assistant.conversation.memory import Memory
from assistant.conversation.understanding import Understanding

if TYPE_CHECKING:
    from assistant.model.engine import Spoken

__all__ = ["Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """Each step fills its part; ``next`` names the step that follows (empty: the turn is finished).

    ``part`` says that the question is one of several in a message. ``emit`` gets the sentences of a model as soon as each is checked.
    """

    question: str
    memory: Memory = field(default_factory=Memory)
    as_of: date | None = None
    session: str = ""
    register: Register = "staff"
    part: bool = False
    understanding: Understanding | None = None
    reading: Question | None = None
    evidence: tuple[Evidence, ...] = ()
    off_topic: float = 0.0
    margin: float = 0.0
    reason: str = ""
    draft: Draft | None = None
    spoken: "Spoken | None" = None
    emit: Callable[[str], None] | None = None
    answer: Answer | None = None
    next: str = "understand"
    timing: Mapping[str, float] = field(default_factory=dict)

    @property
    def asked(self) -> Understanding:
        """The understanding, which every step after the first may rely on."""
        assert self.understanding is not None, "the step 'understand' comes first"
        return self.understanding
