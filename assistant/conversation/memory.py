"""What one conversation remembers from turn to turn; plain data, so that any checkpointer can keep it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Memory"]


@dataclass(frozen=True, slots=True)
class Memory:
    """``question`` is the last one, made standalone; ``document_id`` the document last cited first.

    ``calculator`` and ``inputs`` (as typed) belong to the last or the pending calculation; ``awaiting`` is the input
    that was asked for, empty when nothing is pending.
    """

    question: str = ""
    document_id: str = ""
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    awaiting: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Memory":
        """The memory a checkpoint holds; unknown keys of another release are dropped."""
        return cls(**{name: raw[name] for name in cls.__slots__ if name in raw})
