"""What the library holds, a line a document: standing, year, and how much of it is the official wording."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.library import Corpus
from corpus.locator import Level, Locator, Part
from corpus.model import Clause, Document, TextStatus
from corpus.versions import in_force_from

__all__ = ["TEXTS", "Holding", "Node", "Standing", "Wording", "holdings", "outline", "select", "standing"]

Standing = Literal["current", "draft", "replaced", "ended"]
Wording = Literal["original", "digest", "mixed"]

TEXTS: dict[Wording, str] = {"original": "原文", "digest": "摘编", "mixed": "原文和摘编"}


@dataclass(frozen=True, slots=True)
class Holding:
    """One document with what a reader chooses by. ``year`` is that of taking effect, else of issue."""

    document: Document
    standing: Standing
    said: str
    """The standing in words: 未见废止 (the library knows of no repeal, which is all it can say), 征求意见稿, 已由…代替, or what the document says of itself."""
    wording: Wording
    year: int | None


def holdings(corpus: Corpus) -> tuple[Holding, ...]:
    """Every document of the corpus, in its order."""
    newer: dict[str, Document] = {}
    held = {d.id: d for d in corpus.documents}
    for document in corpus.documents:
        for older in document.replaces:
            newer.setdefault(older, document)
        if document.superseded_by in held:
            newer[document.id] = held[document.superseded_by]
    return tuple(_holding(document, newer.get(document.id)) for document in corpus.documents)


def _holding(document: Document, newer: Document | None) -> Holding:
    begin = in_force_from(document)
    return Holding(document, *standing(document, newer), _wording(document), begin.year if begin else None)


def standing(document: Document, newer: Document | None) -> tuple[Standing, str]:
    """Whether a document holds, and how that is said; ``newer`` is the document that took its place.

    >>> from corpus.library import load
    >>> standing(load().document("reg-public-institution-energy-saving"), None)[0]
    'current'
    """
    if newer is not None:
        return "replaced", f"已由{newer.name}代替"
    said = document.status or ""
    if "征求意见" in said or "草案" in said or "征求意见稿" in document.title:
        return "draft", said or "征求意见稿"
    if any(word in said for word in ("已结束", "废止", "失效")):
        return "ended", said
    return "current", said or "未见废止"


def _wording(document: Document) -> Wording:
    kinds = {clause.text_status for clause in document.clauses}
    if len(kinds) > 1:
        return "mixed"
    return "original" if TextStatus.ORIGINAL in kinds else "digest"


def select(
    held: Iterable[Holding],
    *,
    words: str = "",
    kind: str | None = None,
    region: str | None = None,
    standing: str | None = None,
    wording: str | None = None,
    confidence: str | None = None,
    years: tuple[int, int] | None = None,
) -> tuple[Holding, ...]:
    """The documents that hold every word in title, number, issuer, other names or id, and fit every choice made.

    ``years`` are the first and the last; a document without a known day fits none.
    """
    wanted = words.casefold().split()
    return tuple(h for h in held if _fits(h, wanted, kind, region, standing, wording, confidence, years))


def _fits(
    holding: Holding,
    wanted: Sequence[str],
    kind: str | None,
    region: str | None,
    standing: str | None,
    wording: str | None,
    confidence: str | None,
    years: tuple[int, int] | None,
) -> bool:
    document = holding.document
    named = " ".join(
        (document.id, document.title, document.number or "", document.issuer or "", *document.aliases)
    ).casefold()
    chosen = (
        (kind, document.kind.value),
        (region, document.region.value),
        (standing, holding.standing),
        (wording, holding.wording),
        (confidence, document.confidence.value),
    )
    if any(asked is not None and asked != has for asked, has in chosen):
        return False
    if years is not None and not (holding.year is not None and years[0] <= holding.year <= years[1]):
        return False
    return all(word in named for word in wanted)


# --- the clauses of one document -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Node:
    """A clause with those below it by their numbers; ``clause`` is ``None`` for a number nothing is held of itself."""

    label: str
    clause: Clause | None
    below: "tuple[Node, ...]"


def outline(document: Document) -> tuple[Node, ...]:
    """The clauses as a tree by their locators, in the order of the document.

    >>> from corpus.library import load
    >>> [node.label for node in outline(load().document("guideline-interpretation"))][:3]
    ['一', '二', '三、主要内容']
    """
    return tuple(_nodes([(c, _path(c)) for c in document.clauses], 0))


def _path(clause: Clause) -> tuple[Part, ...]:
    locator = clause.locator
    if locator is None or locator.until is not None or locator.others:
        return ()
    return tuple(part for part in locator.parts if part.level is not Level.NAME)


def _nodes(items: Sequence[tuple[Clause, tuple[Part, ...]]], depth: int) -> Iterator[Node]:
    at = 0
    while at < len(items):
        clause, path = items[at]
        at += 1
        if len(path) <= depth:
            yield Node(clause.place if clause.locator else "", clause, ())
            continue
        begin = at - 1
        while at < len(items) and items[at][1][: depth + 1] == path[: depth + 1]:
            at += 1
        group = items[begin:at]
        first = group[0]
        if len(group) == 1:
            yield Node(first[0].place, first[0], ())
            continue
        # Two clauses of one number stand side by side below it.
        alone = len(first[1]) == depth + 1 and group[1][1] != first[1]
        own = first[0] if alone else None
        label = own.place if own else Locator("", path[: depth + 1]).canonical().strip()
        yield Node(label, own, tuple(_nodes(group[1:] if own else group, depth + 1)))
