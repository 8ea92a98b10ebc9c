"""The extractive answer taken apart for a weak model: what the program says itself, and what the model may put in words.

A model's sentences take the place of a block only where they cite its clause and say every figure of it; any other block
stays as the program wrote it, so that an answer in a model's words never holds less than the extractive one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Evidence
from assistant.answering.extractive import NO_VALUE, Draft
from assistant.answering.grounding import numbers
from assistant.answering.question import Question
from assistant.model.conditions import binds_more
from assistant.review.figures import figures
from assistant.review.likeness import pairs
from corpus.numerals import chinese

__all__ = ["Outline", "outline", "remarked", "says", "values", "withheld"]

_MARK = re.compile(r"\[(\d{1,3})\]")
_VERDICT = re.compile(r"\*\*[^*\n]{1,24}[。：]\*\*")
_WITHHELD = "**没有给出数值。**"
_TITLES = re.compile(r"\[\d{1,3}\]|《[^》]*》")

MOST_CLAUSES = 2
SAID = 0.3
"""Part of a block's character pairs that the model's words must hold to stand in its place."""

LONGEST = 320
"""Characters of the extractive answer shown to a model."""


@dataclass(frozen=True, slots=True)
class Outline:
    """``opening`` comes first whatever the model writes; ``lead`` is the short statement of what was asked, if there is one;
    ``blocks`` follow. The marks are those of the draft, ``evidence`` what they stand for.
    """

    opening: str
    lead: str
    blocks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    listing: bool

    def cited(self, text: str) -> tuple[Evidence, ...]:
        """What the marks of a block stand for."""
        return tuple(self.evidence[int(n) - 1] for n in dict.fromkeys(_MARK.findall(text)))

    @property
    def shown(self) -> tuple[Evidence, ...]:
        """The few clauses a model is shown, those the answer opens with first."""
        return self.cited("\n".join([self.lead, *self.blocks]))[:MOST_CLAUSES]

    def lines(self, key: Callable[[Evidence], str]) -> str:
        """What a model is shown: the words of the answer so far as they fit, each line behind the keys of its clauses."""
        told: list[str] = []
        shown = self.shown
        for line in "\n".join([self.lead, *self.blocks]).split("\n"):
            cited = self.cited(line)
            if not cited or line.startswith("|") or any(e not in shown for e in cited):
                continue
            if told and sum(map(len, told)) + len(line) > LONGEST:
                break
            plain = _MARK.sub("", line.removeprefix("- ").replace("**", ""))
            told.append(f"{''.join(f'[{key(e)}]' for e in cited)} {plain}")
        return "\n".join(told)

    def lacking(self, text: str, cited: Sequence[Evidence]) -> tuple[str, ...]:
        """The blocks whose place the text does not take."""
        keys = {item.clause.key for item in cited}
        return tuple(b for b in (self._lacking(block, text, keys) for block in self.blocks) if b)

    def _lacking(self, block: str, text: str, keys: set[str]) -> str:
        if "\n|" in block:
            return block
        if "\n- " not in block and not block.startswith("- "):
            return "" if self._said(block, text, keys) else block
        if not self.listing:
            return ""
        rows = block.split("\n")
        left = [row for row in rows if not row.startswith("- ") or not self._said(row, text, keys)]
        return "\n".join(left) if any(row.startswith("- ") for row in left) else ""

    def _said(self, row: str, text: str, keys: set[str]) -> bool:
        cited = self.cited(row)
        if not {e.clause.key for e in cited} <= keys or binds_more(row, text):
            return False
        held = pairs(row)
        if len(held & pairs(text)) < SAID * len(held):
            return False
        return all(says(text, v) for v in values(row))


def outline(draft: Draft, reading: Question) -> Outline:
    """What of an extractive answer the program keeps to itself and what a model may say."""
    blocks = _blocks(draft.text)
    opening = lead = ""
    while len(blocks) > 1 and not _MARK.search(blocks[0]):
        opening += f"{blocks.pop(0)}\n\n"
    if verdict := _VERDICT.match(blocks[0]):
        opening += verdict.group()
        blocks[0] = blocks[0][verdict.end() :]
    elif blocks[0].endswith("]。"):
        # The writer ends what it states itself, a figure or a comparison with a limit, so; a clause ends in its own words.
        lead = blocks.pop(0)
    return Outline(
        opening,
        lead,
        tuple(blocks),
        draft.evidence,
        listing=reading.asked == "list" or "figure" in {reading.asked, *reading.also},
    )


def withheld(draft: Draft) -> bool:
    """Whether the extractive answer says that no value is given."""
    return draft.text.startswith((_WITHHELD, NO_VALUE))


def _blocks(text: str) -> list[str]:
    """The paragraphs of an answer, a heading line with the table or list it announces as one."""
    blocks: list[str] = []
    for part in text.split("\n\n"):
        if blocks and part.startswith(("|", "- ")) and blocks[-1].endswith("："):
            blocks[-1] += f"\n\n{part}"
        else:
            blocks.append(part)
    return blocks


def remarked(text: str, of: Outline, mark: Callable[[Evidence], str]) -> str:
    """A part of the draft under the marks of the answer it goes into."""
    return _MARK.sub(lambda m: mark(of.evidence[int(m[1]) - 1]), text)


def values(text: str) -> set[float]:
    """The amounts, dates and counts of a text."""
    bare = _TITLES.sub(" ", text.replace("**", ""))
    return {f.low for f in figures(bare) if f.kind in {"quantity", "date", "count"}}


def says(text: str, value: float) -> bool:
    """Whether the value stands in the text, in its own unit, as bare digits or in Chinese numerals (每五年 for 5 年)."""
    if value in values(text) or f"{value:.10g}" in numbers(_TITLES.sub(" ", text)):
        return True
    return value == int(value) and 0 < value < 10_000 and chinese(int(value)) in text
