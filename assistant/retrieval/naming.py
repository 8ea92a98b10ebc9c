"""The exact route: which clauses a question names by document and locator."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.locator import Level, Locator, find, parse
from corpus.numerals import NUMERAL, chinese, number
from corpus.references import Catalogue, Mention

__all__ = ["Named", "Place", "places", "spelt"]


@dataclass(frozen=True, slots=True)
class Place:
    """One locator a question names, with the documents it can belong to; none if no document is named."""

    locator: Locator
    document_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names: its document mentions and its places."""

    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]


_PART = re.compile(r"\b(?:part|section|chapter)\s*(?P<n>\d{1,2})\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:article|art\.)\s*(?P<n>\d{1,3})\b", re.IGNORECASE)
_CALLED = re.compile(
    r"(?:^|[，。；、？！,;?! ]|请问|根据|按照?|依照|依据|违反)(?P<name>(?!请问|根据|按|依|违反|.*[这那该本此其])[\u4e00-\u9fff]{2,24}(?:条例|办法|法|规定|细则|规程))的?\s*$"
)
_CHAPTER = re.compile(rf"第?\s*(?P<n>{NUMERAL})\s*(?:章节?|(?:个)?部分)")
_FIRST = re.compile(r"(?:头|前)(?:面的?)?(?P<n>[一二两三四五六七八九十]|\d{1,2})个?(?:部分|章节?)")
_LAST = re.compile(r"(?:最后(?:面的?)?(?:那|的)?(?:一)?个?|倒数第(?P<n>[一二三四五]|\d)个?)(?:部分|章节?)")
_DOTTED = re.compile(r"\s*的?\s*(?:第\s*)?(?P<code>\d{1,2}(?:\.\d{1,2})+)(?![\d.%])")


def places(text: str, mentions: Sequence[Mention], guideline: str, divisions: Callable[[], int]) -> tuple[Place, ...]:
    """Every locator in the text with the document it stands by.

    A locator belongs to the document named before it, else to the one named after it. Parts and chapters with no
    document named are the guideline's own (第8部分, Part 8, 第八章, 头两个部分, 最后一部分); ``divisions`` tells how
    many it has, ``guideline`` is its id, empty where the corpus has none.
    """
    found: list[Place] = []
    for span, locator in [*find(text), *_dotted(text, mentions), *_articles(text)]:
        ids = _owner(span, mentions)
        if not ids and guideline and not mentions and locator.parts[0].level is Level.DIVISION:
            ids = (guideline,)
        found.append(Place(locator, ids))
    others = [m for m in mentions if guideline not in m.document_ids]
    if guideline and not others:
        held = {p.locator for p in found if p.locator.parts[0].level is Level.DIVISION}
        for n in _parts(text, divisions):
            locator = parse(f"第{chinese(n)}部分")
            if locator not in held:
                held.add(locator)
                found.append(Place(locator, (guideline,)))
    return tuple(p for p in found if not _is_guideline_chapter(p, guideline, others))


def _is_guideline_chapter(place: Place, guideline: str, others: Sequence[Mention]) -> bool:
    """A chapter read as the guideline's part has been put in as that part already."""
    chapter = place.locator.parts[0].level is Level.CHAPTER
    return chapter and bool(guideline) and not others


def _parts(text: str, divisions: Callable[[], int]) -> Iterator[int]:
    for match in _PART.finditer(text):
        yield int(match["n"])
    for match in _FIRST.finditer(text):
        yield from range(1, min(_value(match["n"]), divisions()) + 1)
    rest = _FIRST.sub("", text)
    for match in _LAST.finditer(rest):
        yield divisions() + 1 - (_value(match["n"]) if match["n"] else 1)
    for match in _CHAPTER.finditer(_LAST.sub("", rest)):
        if match.group().startswith("第"):
            yield number(match["n"])


def _value(numeral: str) -> int:
    return int(numeral) if numeral.isdigit() else number(numeral)


def _dotted(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[tuple[int, int], Locator]]:
    """``6.2`` right after a document's name; on its own it would be any decimal number."""
    for mention in mentions:
        match = _DOTTED.match(text, mention.span[1])
        if match and match["code"].count(".") == 1:
            yield match.span("code"), parse(match["code"])


def _articles(text: str) -> Iterator[tuple[tuple[int, int], Locator]]:
    """Article 12 of an English question."""
    for match in _ARTICLE.finditer(text):
        yield match.span(), parse(f"第{chinese(int(match['n']))}条")


def spelt(text: str, catalogue: Catalogue, mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The documents a text names with those named right before an article of theirs, misspelt or not held at all."""
    found = list(mentions)
    for span, locator in find(text):
        article = locator.parts[0].level in {Level.ARTICLE, Level.DIVISION, Level.CHAPTER}
        if article and not any(m.span[1] <= span[0] for m in found):
            meant = catalogue.misspelt(text, span[0]) or _unheld(text, span[0])
            if meant is not None and all(m.span[0] >= meant.span[1] for m in found):
                found.append(meant)
    return tuple(sorted(found, key=lambda m: m.span))


def _unheld(text: str, end: int) -> Mention | None:
    """What is called a law or the like right before a place of it, and is not one of those held."""
    match = _CALLED.search(text[:end])
    return Mention(match.span("name"), (), "title", match["name"]) if match else None


def _owner(span: tuple[int, int], mentions: Sequence[Mention]) -> tuple[str, ...]:
    before = [m for m in mentions if m.span[1] <= span[0]]
    after = [m for m in mentions if m.span[0] >= span[1]]
    if before:
        return before[-1].document_ids
    return after[0].document_ids if after else ()
