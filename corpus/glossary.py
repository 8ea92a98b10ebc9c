"""Terms that documents define in their own words, as entries a question about one of them finds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import ReferenceType, ref

from corpus.library import Corpus
from corpus.model import Clause, Definition, Document, Region

__all__ = ["Entry", "defining", "entries"]

_MARKS = re.compile(r"[\W_]+")
_ASKING = re.compile(
    r"什么是|什么叫做?|何谓|何为|是指什么|指的是什么|指什么|是什么(?:意思|概念)?|什么意思|(?:是|有)?(?:怎么|如何)(?:理解|定义|界定)(?:的)?"
    r"|(?:的)?(?:定义|含义|概念|意思)|请问|解释(?:一下)?|一下|[呢吗啊呀]$|是啥(?:意思|东西)?|所称|所说|中的|里的|里面的|规定的|《[^《》]*》"
)
_LEAST = 0.6
"""Share of what is asked about that a term must make up to be what is asked about."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One term with its definition, the document that defines it and the key of the clause that holds it."""

    term: str
    text: str
    document_id: str
    key: str


_last: list[tuple[ReferenceType[Corpus], tuple[Entry, ...]]] = []


def entries(corpus: Corpus) -> tuple[Entry, ...]:
    """Every term the documents define, those of superseded versions left out."""
    # By identity: hashing a corpus would walk through every clause.
    for held, found in _last:
        if held() is corpus:
            return found
    made = tuple(e for d in corpus.documents if d.superseded_by is None for e in _of(d))
    _last[:] = [(ref(corpus), made)]
    return made


def _of(document: Document) -> Iterator[Entry]:
    for definition in document.definitions:
        clause = _holding(document, definition)
        if clause is not None:
            yield Entry(definition.term, definition.text, document.id, clause.key)


def _holding(document: Document, definition: Definition) -> Clause | None:
    """The clause a definition stands in: at its place, or with its words."""
    words = _MARKS.sub("", definition.text)
    placed = [c for c in document.clauses if definition.locator is not None and c.locator is not None]
    near = [c for c in placed if c.locator and definition.locator and c.locator.covers(definition.locator)]
    holding = (c for c in (*reversed(near), *document.clauses) if words in _MARKS.sub("", c.text))
    return next(holding, None)


def defining(corpus: Corpus, question: str) -> tuple[Entry, ...]:
    """The entries of the term a question asks the meaning of, the longest term first, another place's last.

    >>> from corpus.library import load
    >>> defining(load(), "什么是没有人定义过的词")
    ()
    """
    about = _MARKS.sub("", _ASKING.sub("", question))
    fitting = [
        e
        for e in entries(corpus)
        if (bare := _MARKS.sub("", e.term)) == about or (bare in about and len(bare) >= _LEAST * len(about))
    ]
    return tuple(
        sorted(fitting, key=lambda e: (-len(e.term), corpus.document(e.document_id).region is Region.ELSEWHERE))
    )
