"""What one conversation remembers from turn to turn; plain data, so that any checkpointer can keep it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

__all__ = ["Last", "Memory"]

Last = Literal["", "knowledge", "calculation", "question"]
"""What the turn before was: an answer from clauses, a finished calculation, a question back."""


@dataclass(frozen=True, slots=True)
class Memory:
    """``question`` is the last one, made standalone; ``document_id`` the document last cited first, ``place`` its clause.

    ``calculator`` and ``inputs`` (as typed) belong to the last or the pending calculation, ``awaiting`` is the input
    that was asked for (empty when nothing is pending), ``assumed`` the inputs a 随便 filled. ``as_of`` is the day the
    last question was asked from, in ISO form.
    """

    question: str = ""
    document_id: str = ""
    place: str = ""
    last: Last = ""
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    awaiting: str = ""
    assumed: tuple[str, ...] = ()
    as_of: str = ""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "assumed": list(self.assumed)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Memory":
        """The memory a checkpoint holds; unknown keys of another release are dropped."""
        kept = {name: raw[name] for name in cls.__slots__ if name in raw}
        return cls(**{**kept, "assumed": tuple(kept.get("assumed", ()))})
