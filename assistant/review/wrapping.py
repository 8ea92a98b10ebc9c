"""Lines that a text file was wrapped to by hand, put back into the paragraphs they were."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.ingest.headings import mark
from corpus.ingest.text import ends_sentence, width

__all__ = ["Paragraph", "paragraphs"]

Numbered = tuple[int, str]

_OPENS = re.compile(r"\s*(?:[-*•·●○◆■□▪>#|]|《|[①-⑳]|\d+[.．、)）]|[（(][一二三四五六七八九十\d]+[）)])")
_FLOWS = re.compile(
    r"[，、,的和与及或对按将在为由于并（(《“‘〔]$|(?:根据|依照|按照|依据|参照|以及|包括|不得|应当|不低于|不高于)$"
)
_INDENT = re.compile(r"\u3000| {2}|\t")
_PAIRS = (("《", "》"), ("（", "）"), ("〔", "〕"), ("“", "”"))
_LEAST = 12
"""A line narrower than this was not wrapped, in full-width characters."""
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that are one paragraph, put together. ``places`` holds number, start in ``text`` and offset in its line."""

    text: str
    lines: tuple[Numbered, ...]
    starts: tuple[tuple[int, int], ...]

    def at(self, position: int) -> tuple[int, int, int]:
        """Where a character stands: the index of its line, the line's number, the place in the line."""
        index = max(i for i, (start, _) in enumerate(self.starts) if start <= position)
        start, offset = self.starts[index]
        return index, self.lines[index][0], position - start + offset

    def span(self, span: tuple[int, int]) -> tuple[int, tuple[int, int]]:
        """A span as number of the line it begins in and span of that line, which ends with the line."""
        index, number, begin = self.at(span[0])
        last, _, end = self.at(max(span[1] - 1, span[0]))
        line = self.lines[index][1]
        return number, (begin, end + 1 if last == index else len(line.rstrip()))


def paragraphs(lines: Sequence[Numbered]) -> tuple[Paragraph, ...]:
    """The paragraphs of numbered lines; most lines are one of their own.

    Lines are put together where the first plainly stops in the middle of a sentence, or where it is as long as any of
    those that follow and the last of them ends a sentence, as in a text wrapped to one width.

    >>> [p.text for p in paragraphs([(1, "空调温度夏季不得低于二十六摄"), (2, "氏度。"), (3, "第二句。")])]
    ['空调温度夏季不得低于二十六摄氏度。', '第二句。']
    """
    out: list[Paragraph] = []
    at = 0
    while at < len(lines):
        end = _end(lines, at)
        out.append(_joined(lines[at:end]))
        at = end
    return tuple(out)


def _end(lines: Sequence[Numbered], at: int) -> int:
    """Where the paragraph that begins at a line ends."""
    sure = end = at + 1  # what is joined for certain, and what may be
    size = len(lines[at][1])
    indented = bool(_INDENT.match(lines[at][1]))
    while end < len(lines) and size < _LONGEST and _may_go_on(lines[end - 1], lines[end], indented=indented):
        before, line = lines[end - 1][1].strip(), lines[end][1].strip()
        plain = _stops_midway("".join(t.strip() for _, t in lines[at:end]))
        if not plain and not indented and (width(before) < _LEAST or _shorter(lines[end - 1][1], lines[at : end + 1])):
            break
        size += len(line)
        end += 1
        if plain or ends_sentence(line):
            sure = end
    return sure


def _may_go_on(before: Numbered, line: Numbered, *, indented: bool) -> bool:
    """Whether a line can be the rest of the one before: right below it, and neither closed nor an opening.

    ``indented``: the paragraph began with an indent, so that what is not indented goes on, and what is opens another.
    """
    text = line[1].strip()
    if line[0] != before[0] + 1 or ends_sentence(before[1]) or re.match(r"\s*[|]", before[1]):
        return False
    if indented:
        return not _INDENT.match(line[1])
    return not (mark(text) or _OPENS.match(text)) or _stops_midway(before[1].strip())


def _shorter(line: str, others: Sequence[Numbered]) -> bool:
    """Whether a line falls short of the widest, in display width as in characters: editors wrap to the one or the other."""
    texts = [text.rstrip() for _, text in others]
    line = line.rstrip()
    return width(line) < max(map(width, texts)) - 2 and len(line) < max(map(len, texts)) - 1


def _stops_midway(text: str) -> bool:
    return bool(_FLOWS.search(text)) or any(text.count(a) > text.count(b) for a, b in _PAIRS)


def _joined(lines: Sequence[Numbered]) -> Paragraph:
    text, starts = "", []
    for _, line in lines:
        bare = line.strip() if len(lines) > 1 else line
        latin = text[-1:].isascii() and text[-1:].isalpha() and bare[:1].isascii() and bare[:1].isalpha()
        text += " " if latin else ""
        starts.append((len(text), len(line) - len(line.lstrip()) if len(lines) > 1 else 0))
        text += bare
    return Paragraph(text, tuple(lines), tuple(starts))
