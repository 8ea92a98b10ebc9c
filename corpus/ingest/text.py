"""Small questions about Chinese text that every step asks: width, spacing, sentence ends, how two lines join."""

import re
import unicodedata

from corpus.characters import HIDDEN

__all__ = ["CJK", "bare", "ends_sentence", "join", "tidy", "tight", "width"]

CJK = r"\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…·"
"""Character class source: full-width letters and punctuation."""

_HAN = r"\u3400-\u9fff\uf900-\ufaff"
_SPACES = re.compile(r"[ \t\u00a0\u2002-\u200a\u3000]+")
_AROUND_CJK = re.compile(
    rf"(?<=[{_HAN}，。；：、！？）》」”]) (?=[0-9]|[A-Z](?![a-z]{{2}})|[a-z]{{1,2}}(?![a-z]))|(?<=[0-9A-Za-z%℃]) (?=[{_HAN}，。；：、！？（《「“])"
    rf"|(?<=[，。；：、！？）》」”（《「“〔〕]) (?=\S)|(?<=\S) (?=[，。；：、！？）》」”〔〕])"
)
_CLAUSE_NUMBER = re.compile(r"(?:[1-9]\d?|(?:[1-9]\d?|[A-Z])(?:\.\d{1,3})+) (?=\S)")
_LONE = re.compile(rf"(?<![{_HAN}])([{_HAN}]) (?=[{_HAN}](?![{_HAN}]))")
_END = "。！？；：…!?;:"
_CLOSERS = "”’）)】》」』\"'"


def tidy(text: str) -> str:
    """One line of text with its spacing as a reader would write it; letters and figures stay as they are.

    >>> tidy("（国管节能〔2021〕195 号 ）"), tidy("第一章 总 则"), tidy("中共中央 国务院关于")
    ('（国管节能〔2021〕195号）', '第一章 总则', '中共中央 国务院关于')
    """
    text = _spaced(text)
    # The space after a clause number (5 总则, 5.2.1 应) is what tells it from an amount (5个).
    numbered = _CLAUSE_NUMBER.match(text)
    head, rest = (numbered.group(), text[numbered.end() :]) if numbered else ("", text)
    return head + _tight(rest)


def tight(text: str) -> str:
    """Text that is no paragraph, such as a table cell, tidied: a figure at its start is an amount.

    >>> tight("1 级"), tidy("1 范围")
    ('1级', '1 范围')
    """
    return _tight(_spaced(text))


def _spaced(text: str) -> str:
    return _SPACES.sub(" ", HIDDEN.sub("", _compatible(text))).strip()


def _tight(text: str) -> str:
    return _LONE.sub(r"\1", _AROUND_CJK.sub("", text))


def _compatible(text: str) -> str:
    """Radicals and compatibility ideographs, which some PDF fonts give for everyday characters, made plain."""
    return "".join(
        unicodedata.normalize("NFKC", c) if "\u2e80" <= c <= "\u2fdf" or "\uf900" <= c <= "\ufaff" else c for c in text
    )


def width(text: str) -> float:
    """Display width in full-width characters.

    >>> width("共2个")
    2.5
    """
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence or an item can end.

    >>> ends_sentence("施行。"), ends_sentence("（以下简称"), ends_sentence("“一。”")
    (True, False, True)
    """
    stripped = text.rstrip().rstrip(_CLOSERS)
    return bool(stripped) and stripped[-1] in _END


def join(before: str, after: str) -> str:
    """Two pieces of one paragraph made one: a space only between two Latin words.

    >>> join("公共机", "构"), join("DB11/T", "1558-2018"), join("T/CABEE", "标准")
    ('公共机构', 'DB11/T 1558-2018', 'T/CABEE标准')
    """
    if not before or not after:
        return before + after
    if _CLAUSE_NUMBER.match(after):  # in the middle of a paragraph it was an amount after all
        after = _tight(after)
    last, first = before[-1], after[0]
    latin = last.isascii() and first.isascii() and last.isalnum() and first.isalnum()
    gap = " " if latin and not (last.isdigit() and first.isdigit()) else ""
    return before + gap + after


def bare(text: str) -> str:
    """Letters and figures only: what two spellings of one title have in common.

    >>> bare("《“十四五” 公共机构规划》")
    '十四五公共机构规划'
    """
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
