"""Which clauses may be asked as fact: in force, no draft, read closely enough, and nothing in them left in doubt."""

from datetime import date
from functools import cache
from pathlib import Path

from corpus.library import Corpus
from corpus.model import Clause, Confidence, Document, DocumentKind, Region
from corpus.record import read_yaml
from corpus.versions import terms

__all__ = ["doubtful", "fit", "holds"]

_DATA = Path(__file__).with_name("fitness.yaml")

_ASKED = {
    DocumentKind.LAW,
    DocumentKind.REGULATION,
    DocumentKind.POLICY,
    DocumentKind.STANDARD,
    DocumentKind.GLOSSARY,
}
"""What reports and cases tell is news, not what a learner has to know."""


def doubtful(*texts: str | None) -> bool:
    """Whether one of the texts says of itself that it is a draft, retold or unverified.

    >>> doubtful("只是征求意见稿，不能当现行规定。"), doubtful(None, "新建停车场")
    (True, False)
    """
    return _says("doubt", *texts)


def holds(corpus: Corpus, document: Document, on: date) -> bool:
    """Whether a document is in force on that day, as far as is known, and no draft."""
    return (
        terms(corpus)[document.id].holds(on)
        and not _says("over", document.status)
        and not _says("stale", document.note)
        and not doubtful(document.title, document.status)
    )


def fit(corpus: Corpus, clause: Clause, on: date) -> bool:
    """Whether a clause may be asked as fact on that day.

    Left out: drafts, what another document has replaced or whose time is over, texts known only at second hand, reports
    and cases, other provinces, headings without text, and clauses whose note or wording leaves them in doubt.
    """
    document = corpus.document_of(clause)
    return (
        document.confidence is not Confidence.SECONDARY
        and document.kind in _ASKED
        and document.region is not Region.ELSEWHERE
        and not clause.outline
        and not doubtful(clause.heading, clause.text, clause.note)
        and holds(corpus, document, on)
    )


def _says(group: str, *texts: str | None) -> bool:
    return any(word in text for text in texts if text for word in _words()[group])


@cache
def _words() -> dict[str, list[str]]:
    return dict(read_yaml(_DATA.read_text(encoding="utf-8")))
