"""What every door shares: the assistant, sign-in, limits, audit log, metrics; and whose conversation is whose."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from assistant.server.audit import Audit
from assistant.server.metrics import Metrics
from assistant.server.users import LOCAL, Role, User, Users
from assistant.server.work import Work

if TYPE_CHECKING:
    from assistant.answering.register import Register
    from assistant.assistant import Assistant
    from assistant.server.completions import Threads

__all__ = ["LONGEST_SESSION", "Doors", "doors", "owner", "reader", "signed_in"]

LONGEST_SESSION = 100
"""Characters of a session name."""


@dataclass(frozen=True, slots=True)
class Doors:
    """One for a running server. ``users`` is ``None`` where sign-in is off."""

    assistant: "Assistant"
    users: Users | None
    audit: Audit
    metrics: Metrics
    work: Work
    threads: "Threads"


def doors(request: Request) -> Doors:
    """The shared parts, for FastAPI's ``Depends``."""
    held: Doors = request.app.state.doors
    return held


def signed_in(request: Request) -> User:
    """Who asks, for FastAPI's ``Depends``."""
    user: User = request.scope["user"]
    return user


def owner(user: User) -> str:
    """Whose conversations a user's are: his own; at this very machine those of the command line.

    >>> owner(LOCAL)
    ''
    """
    return "" if user is LOCAL else user.id or user.name


def reader(user: User) -> "Register | None":
    """How answers are dressed for a user who does not say: an evaluator gets the clauses in a table."""
    return "evaluator" if user.role is Role.EVALUATOR else None
