"""What one conversation remembers from turn to turn; plain data, so that any checkpointer can keep it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from corpus.library import Corpus

__all__ = ["Last", "Memory"]

Last = Literal["", "knowledge", "calculation", "question"]
"""What the turn before was: an answer from clauses, a finished calculation, a question back."""


_TUPLES = ("earlier", "listed", "assumed", "left_out", "figures", "sought", "tried")


@dataclass(frozen=True, slots=True)
class Memory:
    """``question`` is the last one, made standalone; ``earlier`` those before it, latest first; ``document_id`` the
    document last cited first, ``place`` its clause by number and ``heading`` by name;
    ``listed`` the same of each question asked together in one message; ``figures`` are those that its answer stated.

    ``calculator`` and ``inputs`` (as typed) belong to the last or the pending calculation, ``awaiting`` is the input
    that was asked for (empty when nothing is pending), ``assumed`` the inputs a 随便 filled, ``left_out`` those that
    are not there (没有), ``sought`` those that the figure asked for takes, ``tried`` the inputs
    with which the calculator gave its last two results, ``shelf`` the inputs of the calculations before it by calculator. ``as_of`` is the day the
    last question was asked from, in ISO form.
    """

    question: str = ""
    earlier: tuple[str, ...] = ()
    document_id: str = ""
    place: str = ""
    heading: str = ""
    listed: tuple[Mapping[str, str], ...] = ()
    last: Last = ""
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    awaiting: str = ""
    assumed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    sought: tuple[str, ...] = ()
    tried: tuple[Mapping[str, str], ...] = ()
    shelf: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    as_of: str = ""

    def among(self, corpus: "Corpus") -> "Memory":
        """What still holds of it: a document taken out of the library since is no longer what is talked about."""
        gone = {"document_id": "", "place": "", "heading": ""}
        listed = tuple(part if corpus.holds(part["document_id"]) else {**part, **gone} for part in self.listed)
        kept = self if corpus.holds(self.document_id) else replace(self, **gone)  # type: ignore[arg-type]
        return replace(kept, listed=listed)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), **{name: list(getattr(self, name)) for name in _TUPLES}}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Memory":
        """The memory a checkpoint holds; unknown keys of another release are dropped."""
        kept = {name: raw[name] for name in cls.__slots__ if name in raw}
        return cls(**{**kept, **{name: tuple(kept.get(name, ())) for name in _TUPLES}})
