"""From a text to the items of a check (``nearzero.check/1``): at least one for every line that says anything."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answer import citation
from assistant.review.references import Finder, Reference
from assistant.review.verdict import Difference, Judge, Verdict
from assistant.review.wrapping import Paragraph, paragraphs
from corpus.library import Corpus
from corpus.model import Clause

__all__ = ["Check", "Item", "check", "check_lines", "to_json"]


@dataclass(frozen=True, slots=True)
class Item:
    """One reference with its verdict, or a line without a reference.

    ``line`` counts from 1; ``span`` slices that line to ``text`` (the reference, or the whole line). A reference that
    runs on into the next line of a wrapped text stands in the line it begins in. ``claim`` is what
    the line says the place holds. ``clause`` is the one the verdict rests on.
    """

    line: int
    span: tuple[int, int]
    text: str
    verdict: Verdict
    detail: str
    document_id: str | None = None
    locator: str | None = None
    claim: str = ""
    differences: tuple[Difference, ...] = ()
    clause: Clause | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """All items of one text, in order, and how much of it could be judged."""

    items: tuple[Item, ...]
    corpus: Corpus

    @property
    def found(self) -> int:
        return sum(item.verdict != "no_reference" for item in self.items)

    @property
    def abstained(self) -> int:
        return sum(item.verdict == "abstain" for item in self.items)

    @property
    def judged(self) -> int:
        return self.found - self.abstained


def check(text: str, corpus: Corpus) -> Check:
    """Check every clause reference of a text; a sentence wrapped over several lines is judged as one.

    >>> from corpus.library import load
    >>> [i.verdict for i in check("《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。", load()).items]
    ['altered']
    """
    return check_lines(enumerate(text.splitlines(), 1), corpus, wrapped=True)


def check_lines(lines: Iterable[tuple[int, str]], corpus: Corpus, *, wrapped: bool = False) -> Check:
    """The same for lines that carry their own numbers (paragraphs of a document, rows of a sheet).

    ``wrapped`` lines are those of a text file, where a sentence may go on in the next line.
    """
    finder, judge = Finder(corpus), Judge(corpus)
    said = [(number, line) for number, line in lines if line.strip()]
    whole = paragraphs(said) if wrapped else tuple(Paragraph(line, ((n, line),), ((0, 0),)) for n, line in said)
    items: list[Item] = []
    for paragraph in whole:
        found = [_item(paragraph, r, judge) for r in finder.find(paragraph.text)]
        told = {item.line for item in found}
        rest = [(n, line) for n, line in paragraph.lines if n not in told]
        found += [_none(n, line, max((t for t in told if t < n), default=0)) for n, line in rest]
        items += sorted(found, key=lambda item: item.line)
    return Check(tuple(items), corpus)


def _none(number: int, line: str, goes_on: int = 0) -> Item:
    begin = len(line) - len(line.lstrip())
    text = line.strip()
    why = f"接着第 {goes_on} 行说，已在那里核对。" if goes_on else "这一行没有引用条款。"
    return Item(number, (begin, begin + len(text)), text, "no_reference", why)


def _item(paragraph: Paragraph, reference: Reference, judge: Judge) -> Item:
    raw = "，".join(paragraph.text[b:e] for b, e in reference.claim_spans)
    found = judge.judge(reference, raw)
    number, span = paragraph.span(reference.span)
    line = next(text for n, text in paragraph.lines if n == number)
    return Item(
        line=number,
        span=span,
        text=line[slice(*span)],
        verdict=found.verdict,
        detail=found.detail,
        document_id=found.document_id,
        locator=reference.place or None,
        claim=reference.claim,
        differences=found.differences,
        clause=found.clause,
    )


def to_json(checked: Check) -> dict[str, Any]:
    """The stable object of the contract."""
    return {
        "schema": "nearzero.check/1",
        "items": [_item_json(item, checked.corpus, n) for n, item in enumerate(checked.items, 1)],
        "scope": {
            "references_found": checked.found,
            "judged": checked.judged,
            "abstained": checked.abstained,
        },
    }


def _item_json(item: Item, corpus: Corpus, n: int) -> dict[str, Any]:
    clause: dict[str, Any] | None = None
    if item.clause is not None:
        held = citation(n, item.clause, corpus.document_of(item.clause))
        clause = {name: getattr(held, name) for name in held.__slots__}
    return {
        "line": item.line,
        "span": list(item.span),
        "text": item.text,
        "document_id": item.document_id,
        "locator": item.locator,
        "verdict": item.verdict,
        "detail": item.detail,
        "claim": item.claim,
        "differences": _differences(item.differences),
        "clause": clause,
    }


def _differences(differences: Sequence[Difference]) -> list[dict[str, str]]:
    return [{"kind": d.kind, "written": d.written, "held": d.held} for d in differences]
