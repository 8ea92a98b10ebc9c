"""What a reader hands on, whatever the format: pages of lines and tables in reading order, and what the file says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Box", "Grid", "Line", "Page", "Reading", "Wrap"]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points from the upper left corner of the page."""


class Wrap(StrEnum):
    """How the lines of a reading stand to its paragraphs."""

    PLACED = "placed"  # printed lines with positions: PDF, scans
    TYPED = "typed"  # lines of text, perhaps wrapped by hand: TXT, Markdown, DOCX, HTML


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``em`` is the width of a full-width character in it; ``align`` is given where the format says so."""

    text: str
    page: int
    box: Box | None = None
    em: float = 0.0
    bold: bool = False
    align: str = ""
    indented: bool = False
    boxed: bool = False
    """Stands in a frame of its own (专栏)."""
    column: int = 0
    """The column of a page set in several, from 1; 0 for a page set in one."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table: every row as long as the widest, merged cells repeated in each place they cover."""

    rows: tuple[tuple[str, ...], ...]
    page: int
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page (the whole text, for formats without pages)."""

    number: int
    items: tuple[Line | Grid, ...]
    width: float = 0.0
    height: float = 0.0
    scanned: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: ``facts`` is what the file states of itself (title, issuer, issued, number), if anything."""

    pages: tuple[Page, ...]
    wrap: Wrap
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
