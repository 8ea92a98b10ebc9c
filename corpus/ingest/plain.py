"""TXT and Markdown, in whatever encoding they come."""

import re
from pathlib import Path

from corpus.errors import InputError
from corpus.ingest.reading import Grid, Line, Page, Reading, Wrap
from corpus.ingest.safety import Limits
from corpus.ingest.text import tidy

__all__ = ["decode", "read", "read_markdown"]

_INDENT = re.compile(r"^(?:\u3000| {2,}|\t)")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")


def decode(data: bytes) -> str:
    """The text of some bytes: UTF-8 or UTF-16 by mark, UTF-8, GB 18030, then the best guess.

    >>> decode("近零碳".encode("gb18030"))
    '近零碳'
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    return data.decode(best.encoding if best else "gb18030", "replace")


def _text(path: Path, limits: Limits) -> str:
    text = decode(path.read_bytes())
    if len(text) > limits.characters:
        raise InputError(f"文本有 {len(text)} 字，超过上限 {limits.characters} 字：请拆分后再添加。")
    sample = text[:20_000]
    odd = sum(not (c.isprintable() or c.isspace()) or c == "\ufffd" for c in sample)
    if odd > len(sample) * 0.05:
        raise InputError("这份文本的编码认不出来，或者已损坏：请另存为 UTF-8 再添加。")
    return text


def read(path: Path, limits: Limits) -> Reading:
    """Read a plain text file; form feeds separate pages. Raises ``InputError``."""
    pages = []
    for number, sheet in enumerate(_text(path, limits).split("\f"), 1):
        found = [
            Line(text, number, indented=bool(_INDENT.match(raw))) for raw in sheet.splitlines() if (text := tidy(raw))
        ]
        pages.append(Page(number, tuple(found)))
    return Reading(tuple(pages), Wrap.TYPED)


def read_markdown(path: Path, limits: Limits) -> Reading:
    """Read Markdown: headings without their marks, pipe tables as tables. Raises ``InputError``."""
    items: list[Line | Grid] = []
    table: list[tuple[str, ...]] = []
    for raw in [*_text(path, limits).splitlines(), ""]:
        if raw.lstrip().startswith("|"):
            if not _RULE.match(raw):
                table.append(tuple(tidy(_EMPHASIS.sub(r"\2", cell)) for cell in raw.strip().strip("|").split("|")))
            continue
        if table:
            wide = max(map(len, table))
            items.append(Grid(tuple(row + ("",) * (wide - len(row)) for row in table), 1))
            table = []
        heading = raw.lstrip().startswith("#")
        text = tidy(_EMPHASIS.sub(r"\2", re.sub(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)", "", raw)))
        if text and not _RULE.match(raw):
            items.append(Line(text, 1, bold=heading, indented=bool(_INDENT.match(raw))))
    return Reading((Page(1, tuple(items)),), Wrap.TYPED)
