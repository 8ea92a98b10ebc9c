"""The terms of the field with their meaning and where it stands: the glossary of the library and what documents define."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from corpus.library import Corpus
from corpus.model import DocumentKind

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["LONGEST_SEARCH", "Term", "find", "terms"]

LONGEST_SEARCH = 60
"""Characters of a search; the rest is not looked at."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term. ``key`` is the clause that explains it, ``note`` says where the meaning was read."""

    name: str
    meaning: str
    key: str
    where: str
    note: str | None = None


def terms(corpus: Corpus) -> tuple[Term, ...]:
    """Every term by name; a term that several documents define comes once for each."""
    found: list[Term] = []
    for document in corpus.documents:
        if document.kind is DocumentKind.GLOSSARY:
            found += [Term(c.heading, c.text, c.key, document.titled, c.note) for c in document.clauses]
        for definition in document.definitions:
            at = corpus.at(document.id, definition.locator) if definition.locator else ()
            key = (at or document.clauses)[0].key
            place = definition.locator.text if definition.locator else ""
            found.append(Term(definition.term, definition.text, key, f"{document.name}{place}"))
    return tuple(sorted(found, key=lambda term: (term.name, term.where)))


def find(held: tuple[Term, ...], words: str) -> tuple[Term, ...]:
    """The terms that hold all the words, in their name first; all of them where nothing is asked for.

    >>> held = (Term("碳汇", "从空气里吸收二氧化碳", "k", "《名词表》"), Term("碳达峰", "排放到顶", "k", "《名词表》"))
    >>> [t.name for t in find(held, "二氧化碳")], [t.name for t in find(held, "碳達峰")]
    (['碳汇'], ['碳达峰'])
    """
    wanted = _plain(words[:LONGEST_SEARCH]).split()
    scored = []
    for term in held:
        name, text = _plain(term.name), _plain(f"{term.name} {term.meaning} {term.note or ''}")
        if all(word in text for word in wanted):
            scored.append((sum(word not in name for word in wanted), term))
    return tuple(term for _, term in sorted(scored, key=lambda s: s[0]))


def _plain(text: str) -> str:
    return str(_simplified().convert(unicodedata.normalize("NFKC", text).casefold()))


@lru_cache(maxsize=1)
def _simplified() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")
