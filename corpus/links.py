"""What a clause points at: other clauses of its document (按第五条执行) and documents it names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from corpus import locator, references
from corpus.library import Corpus
from corpus.model import Clause, Document

__all__ = ["Link", "LinkKind", "documents_of", "linked_from", "links_of", "pointed_at"]

LinkKind = Literal["clause", "document"]


@dataclass(frozen=True, slots=True)
class Link:
    """One pointer. ``span`` slices the clause text to ``text``; ``(0, 0)`` for a document the record lists by name.

    ``document_id`` is ``None`` for a document that is named and not held; ``keys`` are the clauses pointed at, empty
    where only the document is named or the number is not held.
    """

    kind: LinkKind
    span: tuple[int, int]
    text: str
    document_id: str | None
    keys: tuple[str, ...] = ()

    @property
    def resolved(self) -> bool:
        """Whether what is pointed at is held."""
        return bool(self.keys) if self.kind == "clause" else self.document_id is not None


_OWN = re.compile(
    r"(?:本(?:条例|办法|法|规定|方案|标准|规程|指南|细则)|按|按照|依照|依据|根据|违反|见|符合|参照|执行)\s*$"
)
_AFTER = re.compile(r"(?:第[一二三四五六七八九十百0-9]+[款项])*(?:的|所|之)?(?:规定|要求|执行|办理|处理|列|称|述|确定)")
_DOTTED = re.compile(
    r"(?:按照?|依照|依据|根据|符合|满足|见|参照|执行)\s*(?P<place>\d{1,2}(?:\.\d{1,3})+)(?![\d.%％]|\s*(?:万|亿|千|吨|米|平方|元|个|倍|度|年|kW|m))"
)
"""5.2 in 应符合5.2的规定; on its own it would be any decimal number."""
_GAP = re.compile(r"[（(][^（）()]{1,24}[）)]|\s|的|中|之")


def links_of(corpus: Corpus, clause: Clause) -> tuple[Link, ...]:
    """Every pointer in the text of a clause, in its order.

    >>> from corpus.library import load
    >>> corpus = load()
    >>> clause = corpus.get("gd-air-pollution-regulation#第八十四条")
    >>> [(link.text, link.keys) for link in links_of(corpus, clause)]
    [('第六十条第四款', ('gd-air-pollution-regulation#第六十条',))]
    """
    held = _read(_ByIdentity(corpus))
    if clause.key not in held:
        found = [*_documents(corpus, clause), *_places(corpus, clause)]
        held[clause.key] = tuple(sorted(found, key=lambda link: link.span))
    return held[clause.key]


def pointed_at(corpus: Corpus, clause: Clause, most: int) -> tuple[Clause, ...]:
    """The clauses a clause sends its reader to (按第五条执行), at most so many; none for a place of many clauses."""
    keys: dict[str, None] = {}
    for link in links_of(corpus, clause):
        if len(link.keys) <= most:
            keys |= dict.fromkeys(link.keys)
    found = (corpus.get(key) for key in keys if key != clause.key)
    return tuple(c for c in found if not c.outline)[:most]


def documents_of(corpus: Corpus, document: Document) -> tuple[Link, ...]:
    """The documents a record lists as named, each resolved where held."""
    return tuple(
        Link("document", (0, 0), name, _resolved(corpus, name, document.id)) for name in document.documents_named
    )


def linked_from(corpus: Corpus, key: str) -> tuple[tuple[str, Link], ...]:
    """The clauses that point at a clause, with the pointer: (key of the clause, its link). Raises ``UnknownClause``."""
    corpus.get(key)
    return _incoming(_ByIdentity(corpus)).get(key, ())


@lru_cache(maxsize=4)
def _read(corpus: "_ByIdentity") -> dict[str, tuple[Link, ...]]:
    """The pointers of the clauses read so far: a clause is read once, whatever asks for it."""
    return {}


@lru_cache(maxsize=2)
def _incoming(corpus: "_ByIdentity") -> Mapping[str, tuple[tuple[str, Link], ...]]:
    """Every pointer of the corpus under the clause it points at: reading all texts takes seconds, so it is done once."""
    found: dict[str, list[tuple[str, Link]]] = {}
    for clause in corpus.corpus.clauses:
        for link in links_of(corpus.corpus, clause):
            for key in link.keys:
                found.setdefault(key, []).append((clause.key, link))
    return {key: tuple(links) for key, links in found.items()}


@lru_cache(maxsize=4)
def _catalogue(documents: tuple[str, ...], corpus: "_ByIdentity") -> references.Catalogue:
    return references.catalogue_of(corpus.corpus)


@dataclass(frozen=True, eq=False)
class _ByIdentity:
    """A corpus as a cache key: two of them are the same only when they are one object."""

    corpus: Corpus

    def __hash__(self) -> int:
        return id(self.corpus)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.corpus is self.corpus


def _names(corpus: Corpus) -> references.Catalogue:
    return _catalogue((), _ByIdentity(corpus))


def _resolved(corpus: Corpus, name: str, own: str) -> str | None:
    bare = re.sub(r"^[^《]*《|》.*$", "", name) if "《" in name else name
    ids, _ = _names(corpus).resolve(bare)
    held = [i for i in ids if i != own]
    standing = [i for i in held if corpus.document(i).superseded_by not in held]
    return next(iter(standing or held), None)


def _documents(corpus: Corpus, clause: Clause) -> Iterator[Link]:
    """Documents in book-title marks or by number; plain words that merely look like an abbreviation do not count."""
    for mention in _names(corpus).mentions(clause.text):
        if mention.how in {"alias", "abbreviation"} and not mention.text.startswith("《"):
            continue
        if mention.how == "title" and not mention.text.startswith("《") and len(mention.text) < _LEAST_TITLE:
            continue
        if _PREFIX.fullmatch(mention.text):
            continue
        others = [i for i in mention.document_ids if i != clause.document_id]
        if mention.document_ids and not others:
            continue
        standing = [i for i in others if corpus.document(i).superseded_by not in others]
        target = next(iter(standing or others), None)
        yield Link("document", mention.span, mention.text, target, _after(corpus, clause.text, mention.span[1], target))


_LEAST_TITLE = 8
_PREFIX = re.compile(r"[A-Z]{2}\d{2,4}")
"""The area code of local standards (DB4403) without a number."""


def _after(corpus: Corpus, text: str, at: int, document_id: str | None) -> tuple[str, ...]:
    """The clauses of a place written right after a document's name."""
    if document_id is None:
        return ()
    while gap := _GAP.match(text, at):
        at = gap.end()
    for span, place in locator.find(text[at : at + 24]):
        if span[0] == 0:
            return tuple(c.key for c in corpus.at(document_id, place))
    return ()


def _places(corpus: Corpus, clause: Clause) -> Iterator[Link]:
    """Places of the clause's own document; one that follows a document's name belongs to that document."""
    named = [m.span for m in _names(corpus).mentions(clause.text)]
    last = -1
    dotted = ((m.span("place"), locator.parse(m["place"])) for m in _DOTTED.finditer(clause.text))
    found = dict((*dotted, *locator.find(clause.text)))
    for span, place in sorted(found.items(), key=lambda f: f[0]):
        if any(_adjoins(clause.text, end, span[0]) for _, end in named):
            continue
        if any(begin <= span[0] < end for begin, end in named) or not _points(clause.text, span, last):
            continue
        last = span[1]
        if clause.locator is not None and place.covers(clause.locator):
            continue
        keys = tuple(c.key for c in corpus.at(clause.document_id, place) if c.key != clause.key)
        yield Link("clause", span, clause.text[span[0] : span[1]], clause.document_id, keys)


def _adjoins(text: str, end: int, at: int) -> bool:
    while end < at and (gap := _GAP.match(text, end)):
        end = gap.end()
    return end == at


def _points(text: str, span: tuple[int, int], last: int) -> bool:
    """A number in the text points somewhere when it follows 按, 违反, 见 …, precedes 规定, 所列 …, or goes on a list that does."""
    at, end = span
    return (
        bool(_OWN.search(text[max(0, at - 8) : at]))
        or (at > 0 and bool(_AFTER.match(text, end)))
        or (last >= 0 and text[last:at] in {"、", "和", "及", "或", "至"})
    )
