"""What every page is built with: the assistant, the reader's language, and who is reading."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.server.doors import owner, reader
from assistant.server.users import LOCAL, Role, User
from assistant.web.language import Language, saying
from assistant.web.markup import render

if TYPE_CHECKING:
    from gradio import Request

    from assistant.answering.register import Register
    from assistant.assistant import Assistant
    from assistant.server.audit import Audit
    from assistant.server.users import Users

__all__ = ["Place"]


_NOBODY = User("-", Role.STAFF)


@dataclass(frozen=True, slots=True)
class Place:
    """One for each language; ``users`` is ``None`` where sign-in is off, ``audit`` where no server runs."""

    assistant: "Assistant"
    language: Language = "zh"
    users: "Users | None" = None
    audit: "Audit | None" = None

    def say(self, phrase: str, **values: object) -> str:
        """A phrase of the page in the reader's language, its ``{names}`` filled in."""
        said = saying(self.language)(phrase)
        return said.format(**values) if values else said

    def render(self, template: str, **values: object) -> str:
        """A template in the reader's language."""
        return render(template, self.language, **values)

    def user(self, request: "Request | None") -> User:
        """Who sent an event of a page, as the gate found at that moment."""
        if self.users is None:
            return LOCAL
        sent = request.request if request is not None else None
        user = sent.scope.get("user") if sent is not None else None
        return user if isinstance(user, User) else _NOBODY

    def owner(self, request: "Request | None") -> str:
        """Whose conversations, progress and feedback an event is about."""
        return owner(self.user(request))

    def register(self, request: "Request | None") -> "Register | None":
        """How answers are dressed for this reader, where his role says so."""
        return reader(self.user(request))

    def note(self, request: "Request | None", act: str, subject: str = "", *, done: bool = True) -> None:
        """Write an administrative act to the audit log."""
        if self.audit is not None:
            address = request.client.host if request and request.client else ""
            self.audit.note(self.user(request).name, act, subject, address=address, done=done)
