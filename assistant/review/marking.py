"""Where in a text the words of a difference stand, so that a reader sees them at once: the whole, or its figures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Piece", "pieces"]

_FIGURE = re.compile(r"\d+(?:\.\d+)?\s*[%％℃]?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text, in order; ``marked`` where it differs."""

    text: str
    marked: bool


def pieces(text: str, wanted: Iterable[str]) -> tuple[Piece, ...]:
    """The text in stretches; each wanted word is marked where it stands first, or else the figures in it.

    >>> [p.text for p in pieces("夏季不得低于26℃，冬季不得高于20℃", ["≥26℃"]) if p.marked]
    ['26℃']
    """
    spans: list[tuple[int, int]] = []
    for word in wanted:
        for part in _parts(text, word):
            found = re.search(rf"(?<![\d.]){part}(?![\d])" if part[0].isdigit() else part, text)
            if found:
                spans.append(found.span())
    out: list[Piece] = []
    at = 0
    for begin, end in sorted(spans):
        if begin < at:
            continue
        out += [Piece(text[at:begin], False), Piece(text[begin:end], True)]
        at = end
    out.append(Piece(text[at:], False))
    return tuple(piece for piece in out if piece.text)


def _parts(text: str, word: str) -> list[str]:
    """Patterns to look for: the word with any spaces between its signs, or its figures one by one."""
    bare = re.sub(r"\s+", "", word)
    if not bare:
        return []
    whole = r"\s*".join(map(re.escape, bare))
    if re.search(whole, text):
        return [whole]
    return [r"\s*".join(map(re.escape, re.sub(r"\s+", "", m.group()))) for m in _FIGURE.finditer(bare)]
