"""The panel beside the chat: one clause with its document, its figures and its neighbours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.marking import marked
from assistant.web.language import Language, saying
from assistant.web.markup import render
from corpus.library import Corpus
from corpus.model import Clause, Document, Indicator

__all__ = ["clause_view", "empty_view", "missing_view"]


@dataclass(frozen=True, slots=True)
class _Row:
    """One indicator as a row of the table."""

    name: str
    figure: str
    year: str
    scope: str


def clause_view(
    corpus: Corpus,
    key: str,
    language: Language = "zh",
    words: Sequence[str] = (),
    facsimile: Callable[[Document, Clause], str | None] = lambda _document, _clause: None,
) -> str:
    """The clause of that key as HTML, with these words of it marked. Raises ``UnknownClause``.

    ``facsimile`` gives the address of the image of the page it was read from.
    """
    clause = corpus.get(key)
    document = corpus.document_of(clause)
    position = next(i for i, c in enumerate(document.clauses) if c.key == key)
    return render(
        "clause.html",
        language,
        clause=clause,
        document=document,
        text=marked(clause.text, words),
        facsimile=facsimile(document, clause),
        facts=_facts(document),
        rows=[_row(i) for i in clause.indicators],
        previous=document.clauses[position - 1] if position else None,
        following=document.clauses[position + 1] if position + 1 < len(document.clauses) else None,
        position=position + 1,
        addresses=[s.address for s in document.sources if s.address and s.address.startswith(("https://", "http://"))],
        whose=saying(language)(_whose(clause)),
        successor=corpus.document(document.superseded_by) if document.superseded_by else None,
    )


def empty_view(language: Language = "zh") -> str:
    """What the panel says before anything was opened."""
    return render("clause_empty.html", language)


def missing_view(line: str, language: Language = "zh") -> str:
    """One line in place of a clause that cannot be opened."""
    return render("clause_missing.html", language, line=line)


def _facts(document: Document) -> list[tuple[str, str]]:
    held = (
        ("文号", document.number),
        ("发文单位", document.issuer),
        ("印发日期", document.issued),
        ("施行日期", document.effective),
        ("状态", document.status or "资料未注明"),
        ("适用范围", document.region.value),
        ("读取程度", document.confidence.label),
        ("文本来源", "、".join(dict.fromkeys(s.kind.label for s in document.sources))),
    )
    return [(name, value) for name, value in held if value]


def _row(indicator: Indicator) -> _Row:
    year = f"{indicator.year}年" if indicator.year else ""
    base = f"（比{indicator.base_year}年）" if indicator.base_year else ""
    return _Row(indicator.name, indicator.written, f"{year}{base}" or "—", indicator.scope or "—")


def _whose(clause: Clause) -> str:
    return "原文" if clause.text_status.value == "original" else "摘编，不是原文"
