"""The corpus as a baseline sees it: one passage a clause, or one running text a document."""

from collections.abc import Iterable
from dataclasses import dataclass

from corpus.library import Corpus
from corpus.model import Clause, Document

__all__ = ["Passage", "RunningText", "passages", "running_text", "running_texts"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One clause as text: document title, place and heading before what it says."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class RunningText:
    """A whole document as one text, with the span of every clause's own words in it."""

    document_id: str
    text: str
    spans: tuple[tuple[str, int, int], ...]

    def keys_within(self, start: int, end: int) -> tuple[str, ...]:
        """Keys of the clauses of which at least half the words lie in ``text[start:end]``, in their order.

        >>> text = RunningText("d", "甲乙丙丁", (("a", 0, 2), ("b", 2, 4)))
        >>> text.keys_within(0, 3), text.keys_within(1, 2)
        (('a', 'b'), ('a',))
        """
        return tuple(key for key, first, last in self.spans if 2 * (min(end, last) - max(start, first)) >= last - first)


def _lead(clause: Clause) -> str:
    return f"{clause.locator.text} {clause.heading}" if clause.locator else clause.heading


def passages(corpus: Corpus) -> tuple[Passage, ...]:
    """One passage a clause, in the order of the corpus."""
    return tuple(
        Passage(clause.key, f"{document.name} {_lead(clause)}\n{clause.text}")
        for document in corpus.documents
        for clause in document.clauses
    )


def running_text(document: Document) -> RunningText:
    """The document as one text: its name, then every clause under its heading."""
    text = document.name + "\n"
    spans = []
    for clause in document.clauses:
        text += f"\n{_lead(clause)}\n"
        spans.append((clause.key, len(text), len(text) + len(clause.text)))
        text += clause.text + "\n"
    return RunningText(document.id, text, tuple(spans))


def running_texts(corpus: Corpus) -> Iterable[RunningText]:
    """Every document of the corpus as one text."""
    return map(running_text, corpus.documents)
