"""What every door hands out: an answer with its citations, figures and calculations (``nearzero.answer/1``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from corpus.model import Clause, Document, Indicator

__all__ = ["Answer", "AnswerKind", "Citation", "Figure", "citation"]

AnswerKind = Literal["answer", "calculation", "clarification", "refusal"]


@dataclass(frozen=True, slots=True)
class Citation:
    """One clause an answer stands on. ``n`` is the mark [n] in the text; ``key`` opens the clause in the corpus."""

    n: int
    key: str
    document_id: str
    title: str
    number: str | None
    locator: str | None
    heading: str
    quote: str
    strength: str | None
    text_status: str
    confidence: str
    issuer: str | None
    issued: str | None
    status: str | None
    region: str
    page: int | None = None
    via: str | None = None
    """Key of the clause that points at this one, where that brought it in."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure the answer states, tied to the citation that holds it."""

    name: str
    value: float | str | tuple[float, ...]
    unit: str
    comparator: str
    year: int | None
    scope: str | None
    citation: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer. ``text`` is Markdown with [n] marks; ``calculations`` are ``tools`` computations as JSON."""

    question: str
    kind: AnswerKind
    text: str
    citations: tuple[Citation, ...] = ()
    figures: tuple[Figure, ...] = ()
    calculations: tuple[Mapping[str, Any], ...] = ()
    session: str = ""
    engine: str = "extractive"
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    note: str = ""
    """What the reader must know of how the answer came about, e.g. that the model gave none; not part of ``text``."""
    model: Mapping[str, Any] | None = None
    """Name, tier, prompt version, usage and, where the extractive answer came instead, ``fallback``; ``None`` if none was asked."""

    def to_json(self) -> dict[str, Any]:
        """The stable object of the contract."""
        return {
            "schema": "nearzero.answer/1",
            "question": self.question,
            "kind": self.kind,
            "answer": self.text,
            "citations": [{name: getattr(c, name) for name in Citation.__slots__} for c in self.citations],
            "figures": [
                {**{name: getattr(f, name) for name in Figure.__slots__}}
                | {"value": list(f.value) if isinstance(f.value, tuple) else f.value}
                for f in self.figures
            ],
            "calculations": [dict(c) for c in self.calculations],
            "suggestions": list(self.suggestions),
            "session": self.session,
            "engine": self.engine,
            "note": self.note,
            "model": None if self.model is None else dict(self.model),
            "timing_ms": {k: round(v, 2) for k, v in self.timing_ms.items()},
        }


def citation(n: int, clause: Clause, document: Document, via: str = "") -> Citation:
    """The citation of a clause under the mark ``[n]``."""
    return Citation(
        n=n,
        key=clause.key,
        document_id=document.id,
        title=document.title,
        number=document.number,
        locator=clause.locator.text if clause.locator else None,
        heading=clause.heading,
        quote=clause.text,
        strength=clause.strength.value if clause.strength else None,
        text_status=clause.text_status.value,
        confidence=document.confidence.value,
        issuer=document.issuer,
        issued=document.issued,
        status=document.status,
        region=document.region.value,
        page=clause.page,
        via=via or None,
    )


def figure(indicator: Indicator, n: int) -> Figure:
    """An indicator as a figure of the answer, tied to citation ``n``."""
    return Figure(
        name=indicator.name,
        value=indicator.value,
        unit=indicator.unit,
        comparator=indicator.comparator,
        year=indicator.year,
        scope=indicator.scope,
        citation=n,
    )
