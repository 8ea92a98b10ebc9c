"""Where a clause stands in its document, in one comparable form for all numbering families.

A locator is a path of parts: ``三、第6部分`` is (section 3, division 6); ``第三条第二款`` is (article 3, paragraph 2);
``附件1 表5`` is (annex 1, table 5). Words that carry no number (引言, 前言, 《能源法》) stay as named parts.
The text as the source writes it is kept for display; equality, order and hash go by the parts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import total_ordering

from corpus.numerals import NUMERAL, chinese, number

__all__ = ["Level", "Locator", "Part", "find", "parse"]


class Level(IntEnum):
    """Kinds of numbering, outermost first; the order is the sort order within one document."""

    NAME = 0
    VOLUME = 1
    CHAPTER = 2
    SECTION = 3
    ARTICLE = 4
    DIVISION = 5
    HEADING = 6
    SUBHEADING = 7
    NUMBERED = 8
    BRACKETED = 9
    LETTERED = 10
    PARAGRAPH = 11
    ITEM = 12
    ANNEX = 13
    APPENDIX = 14
    TABLE = 15
    FIGURE = 16
    BOX = 17
    REMARK = 18


_ORDINAL = {
    "编": Level.VOLUME,
    "章": Level.CHAPTER,
    "节": Level.SECTION,
    "条": Level.ARTICLE,
    "部分": Level.DIVISION,
    "大部分": Level.DIVISION,
    "款": Level.PARAGRAPH,
    "段": Level.PARAGRAPH,
    "项": Level.ITEM,
}
_ATTACHED = {
    "附件": Level.ANNEX,
    "附录": Level.APPENDIX,
    "附表": Level.TABLE,
    "表": Level.TABLE,
    "图": Level.FIGURE,
    "专栏": Level.BOX,
    "说明": Level.REMARK,
}
_SUFFIX = {
    Level.VOLUME: "编",
    Level.CHAPTER: "章",
    Level.SECTION: "节",
    Level.ARTICLE: "条",
    Level.DIVISION: "部分",
    Level.PARAGRAPH: "款",
    Level.ITEM: "项",
}
_PREFIX = {
    Level.ANNEX: "附件",
    Level.APPENDIX: "附录",
    Level.TABLE: "表",
    Level.FIGURE: "图",
    Level.BOX: "专栏",
    Level.REMARK: "说明",
}
_FREE_STANDING = frozenset(
    {Level.ARTICLE, Level.DIVISION, Level.CHAPTER, Level.SECTION, Level.VOLUME, Level.PARAGRAPH, Level.ITEM}
    | {level for level in Level if level >= Level.ANNEX}
)
"""Levels that may be named without what encloses them; （三） or 2. alone could be anywhere."""

_SIMPLE = str.maketrans("條項編節錄圖專欄說", "条项编节录图专栏说")
"""The words of numbering in Traditional script, place for place."""


def _ordinal(named: bool) -> str:
    """The pattern of one 第N条, with spaces around the numeral; 第32-1条 is how Taiwan writes 第32条之一."""

    def group(name: str, source: str) -> str:
        return f"(?P<{name}>{source})" if named else f"(?:{source})"

    kinds = "编|章|节|条|款|项|大?部分|段"
    numeral = rf"[（(]?\s*{group('ord', NUMERAL)}(?:\s*[-－]\s*{group('dash', '[0-9０-９]{1,3}')})?\s*[）)]?"
    return rf"第\s*{numeral}\s*{group('kind', kinds)}(?:\s*之\s*{group('sub', NUMERAL)})?"


_CODE = r"[A-Z]?(?:\.?[0-9]+)(?:[.\-][0-9]+)*|[A-Z](?![A-Za-z])"
_ATTACHED_RE = rf"(?P<att>附件|附录|附表|专栏|说明|表|图)\s*(?P<code>{_CODE}|[一二三四五六七八九十]+)?"
_TOKEN = re.compile(
    rf"{_ordinal(True)}|{_ATTACHED_RE}"
    rf"|[（(](?P<sub_cn>[一二三四五六七八九十]+)[）)]"
    rf"|[（(](?P<sub_ar>[0-9]+)[）)]"
    rf"|(?P<letter>[a-z])[)）]"
    rf"|(?P<dotted>[0-9]+(?:\.[0-9]+)+)"
    rf"|(?P<arabic>[0-9]+)(?P<stop>[.．、]?)"
    rf"|(?P<top>[一二三四五六七八九十]+)(?=[、（(\s]|$)、?"
)

_FREE = re.compile(
    rf"{_ordinal(False)}(?:(?:\s+(?=第\s*{NUMERAL}\s*[款项]))?{_ordinal(False)})*"
    r"|附[件录](?:\s*(?:[0-9]{1,2}(?!\d)|[A-Z](?![A-Za-z]))|[一二三四五六七八九十])(?:\s*的?\s*表\s*[A-Z]?\.?[0-9]+(?:[.\-][0-9]+)*)?"
    r"|表\s*(?:[A-Z]\.)?[0-9]+(?:[.\-][0-9]+)*|专栏\s*[0-9]+"
    r"|[一二三四五六七八九十]+、?（[一二三四五六七八九十]+）[0-9]*"
    r"|(?<![\d.第])\d+(?:\.\d+){2,}(?![\d.])"
)


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One step of a locator: level, number path (``之一`` and ``5.2.1`` have several numbers), name for wordy parts."""

    level: Level
    number: tuple[int, ...] = ()
    name: str = ""


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Locator:
    """A place in a document. ``until`` is the last number of a range (第十四条至第十五条), else ``None``.

    >>> parse("第三条第二款") == parse("第3条第2款")
    True
    >>> parse("第十四条") < parse("第二十条")
    True
    """

    text: str
    parts: tuple[Part, ...]
    until: tuple[int, ...] | None = None
    others: tuple[tuple[int, ...], ...] = field(default=())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Locator) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: "Locator") -> bool:
        return (self.parts, self.until or (), self.others) < (other.parts, other.until or (), other.others)

    def _key(self) -> tuple[object, ...]:
        return (self.parts, self.until, self.others)

    def covers(self, other: "Locator") -> bool:
        """Whether ``other`` lies at this place or below it; the outer section need not be named.

        >>> parse("第8部分").covers(parse("三、第8部分")), parse("第十四条").covers(parse("第十四条第一款"))
        (True, True)
        >>> parse("第八条").covers(parse("第十八条"))
        False
        """
        mine = [p for p in self.parts if p.level is not Level.NAME]
        theirs = [p for p in other.parts if p.level is not Level.NAME]
        if not mine:
            return bool(self.parts) and self.parts == other.parts[: len(self.parts)]
        for start in range(len(theirs) - len(mine) + 1):
            if start and mine[0].level not in _FREE_STANDING:
                return False
            window = theirs[start : start + len(mine)]
            last = start + len(mine) == len(theirs)
            if window[:-1] == mine[:-1] and (self._spans(window[-1]) or _holds(mine[-1], window[-1], other, last=last)):
                return True
        return False

    def _spans(self, held: Part) -> bool:
        """Whether a part is one of the range this place ends with."""
        first = self.parts[-1]
        in_kind = first.level is held.level and first.name == held.name
        return self.until is not None and in_kind and first.number <= held.number <= self.until

    def canonical(self) -> str:
        """The locator written in one fixed way; ``parse`` of it gives an equal locator.

        >>> parse("第3条第2款").canonical(), parse("三(五)2").canonical()
        ('第三条第二款', '三（五）2')
        """
        out = ""
        for i, part in enumerate(self.parts):
            written = _written(part, self.parts[i + 1 : i + 2], first=i == 0)
            # 附件 followed by 一 would read as annex one.
            apart = i and (self.parts[i - 1].level >= Level.ANNEX or self.parts[i - 1].level is Level.NAME)
            out += " " + written if apart and not written.startswith(" ") else written
        return out


def _holds(asked: Part, held: Part, locator: Locator, *, last: bool) -> bool:
    if asked.level is not held.level or asked.name != held.name:
        return False
    if asked.level is Level.APPENDIX and held.number[: len(asked.number)] == asked.number:
        return True
    if asked.number == held.number:
        return True
    if asked.level is Level.NUMBERED and held.number[: len(asked.number)] == asked.number:
        return True
    if not last:
        return False
    if locator.until is not None and held.number <= asked.number <= locator.until:
        return True
    return asked.number in locator.others


def _written(part: Part, after: tuple[Part, ...], *, first: bool) -> str:
    level, numbers = part.level, part.number
    if level in _SUFFIX:
        return f"第{chinese(numbers[0])}{_SUFFIX[level]}" + "".join(f"之{chinese(n)}" for n in numbers[1:])
    if level in _PREFIX:
        dot = "-" if level is Level.ANNEX else "."
        code = part.name + dot * bool(part.name and numbers) + dot.join(str(n) for n in numbers)
        return ("" if first else " ") + _PREFIX[level] + code
    match level:
        case Level.HEADING:
            return chinese(numbers[0]) + ("、" if after and after[0].level is not Level.SUBHEADING else "")
        case Level.SUBHEADING:
            return f"（{chinese(numbers[0])}）"
        case Level.BRACKETED:
            return f"（{numbers[0]}）"
        case Level.LETTERED:
            return f" {chr(96 + numbers[0])})"
        case Level.NUMBERED:
            return ".".join(str(n) for n in numbers)
        case _:
            return ("" if first else " ") + part.name


def _part(match: re.Match[str]) -> Part:
    g = match.groupdict()
    if g["ord"]:
        below = () if _range(match) else (g["dash"],)
        numbers = tuple(number(n) for n in (g["ord"], *below, g["sub"]) if n)
        return Part(_ORDINAL[g["kind"]], numbers)
    if g["att"]:
        return _attached(_ATTACHED[g["att"]], g["code"] or "")
    if g["sub_cn"]:
        return Part(Level.SUBHEADING, (number(g["sub_cn"]),))
    if g["sub_ar"]:
        return Part(Level.BRACKETED, (int(g["sub_ar"]),))
    if g["letter"]:
        return Part(Level.LETTERED, (ord(g["letter"]) - 96,))
    if g["dotted"]:
        return Part(Level.NUMBERED, tuple(int(n) for n in g["dotted"].split(".")))
    if g["arabic"]:
        return Part(Level.NUMBERED, (int(g["arabic"]),))
    return Part(Level.HEADING, (number(g["top"]),))


def _range(match: re.Match[str]) -> bool:
    """Whether 第3-5条 is a range: nobody counts down, so 第32-1条 is the first one put in after 第32条."""
    return bool(match["dash"]) and number(match["dash"]) > number(match["ord"])


def _attached(level: Level, code: str) -> Part:
    if code and code[0] in "一二三四五六七八九十":
        return Part(level, (number(code),))
    letter = code[0] if code[:1].isalpha() else ""
    return Part(level, tuple(int(n) for n in re.findall(r"[0-9]+", code)), letter)


def parse(text: str) -> Locator:
    """Read a locator as a source writes it; words between numbered parts become named parts. Never raises.

    >>> [p.level.name for p in parse("附件1 四（三）表8").parts]
    ['ANNEX', 'HEADING', 'SUBHEADING', 'TABLE']
    >>> parse("第十四条至第十五条").until, parse("第 14-15 条").until
    ((15,), (15,))
    >>> parse("第 32-1 條") == parse("第三十二条之一")
    True
    """
    parts: list[Part] = []
    until: tuple[int, ...] | None = None
    others: list[tuple[int, ...]] = []
    plain = text.translate(_SIMPLE)
    pos, words = 0, ""
    while pos < len(plain):
        match = _TOKEN.match(plain, pos)
        if match is None:
            words += plain[pos]
            pos += 1
            continue
        part = _part(match)
        joined = bool(parts) and (part.level is parts[-1].level or _bare_number(match, parts[-1]))
        link = words.strip()
        if joined and link in {"至", "到", "—", "－", "-", "～", "~"}:
            until, words = part.number, ""
        elif joined and link in {"、", "和", "及", "与", ""}:
            others.append(part.number)
            words = ""
        else:
            words = _flush(parts, words)
            parts.append(part)
            if _range(match):
                until = (number(match["dash"]),)
        pos = match.end()
    _flush(parts, words)
    return Locator(text, tuple(parts), until, tuple(others))


def _bare_number(match: re.Match[str], before: Part) -> bool:
    """The 2 of 专栏1、2: a number that goes on with the list its annex, table or box began."""
    return bool(match["arabic"]) and before.level >= Level.ANNEX


def _flush(parts: list[Part], words: str) -> str:
    name = words.strip(" \u3000\t、．.，")
    if name and name != "的":
        parts.append(Part(Level.NAME, (), name))
    return ""


def find(text: str) -> Iterator[tuple[tuple[int, int], Locator]]:
    """Every place in running text that names a numbered clause, with its span.

    >>> [(loc.text) for _, loc in find("请问第8部分和节能条例第十四条第 2 款怎么说？")]
    ['第8部分', '第十四条第 2 款']
    """
    for match in _FREE.finditer(text.translate(_SIMPLE)):
        yield match.span(), parse(text[slice(*match.span())])
