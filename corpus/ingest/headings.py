"""One grammar a level: what numbered heading, if any, a paragraph opens with.

The grammar only reads marks; whether a mark opens a clause in its place is decided where the tree is built
(:mod:`corpus.ingest.tree`), by what came before it.
"""

import re
from dataclasses import dataclass

from corpus.ingest.text import ends_sentence, width
from corpus.locator import Level, Part
from corpus.numerals import number

__all__ = ["Mark", "caption", "label", "mark"]

_N = r"[零〇一二三四五六七八九十百千两]{1,7}|[0-9０-９]{1,4}"
_HAN = r"[一二三四五六七八九十百]{1,5}"
_REFERS = re.compile(
    r"\s*(?:[、，,]|第[零〇一二三四五六七八九十百0-9]+[款项条]|[至到和及与或]第|(?:的)?规定|所[列称述]|之规定|的要求|要求[，。]"
    r"|中[的所]|以[及外]|[)）》」”])"
)
"""What follows a place that is only being referred to."""
_UNIT = re.compile(
    r"\s*(?:[%％‰℃°]|万|亿|千|百|吨|米|平方|立方|公里|元|个|倍|度|人|家|年|月|日|小时|kW|MW|GW|kg|km|m|t)"
)

_ORDINAL = re.compile(rf"第\s*({_N})\s*(编|章|节|条|部分)(?:之({_N}))?(?P<gap>[\s：:]*)")
_TOP = re.compile(rf"({_HAN})\s*[、．.]\s*")
_SUB = re.compile(rf"[（(]\s*({_HAN})\s*[）)]\s*、?\s*")
_NUM = re.compile(r"([0-9０-９]{1,3})\s*[.．、](?![0-9０-９])\s*")
_BRACKET = re.compile(r"[（(]\s*([0-9０-９]{1,2})\s*[）)]\s*")
_PAREN = re.compile(r"([0-9]{1,2})\s*[)）]\s*")
_LETTER = re.compile(r"([a-z])\s*[)）]\s*")
_DOTTED = re.compile(r"([0-9]{1,2}(?:[.．][0-9]{1,3}){1,5})(?![0-9.．])\s*")
_CHAPTER = re.compile(r"([0-9]{1,2})\s+(?=[^\s0-9.])")
_APPENDIX = re.compile(r"附\s*录\s*([A-Z])(?![A-Za-z.])\s*")
_APPENDIX_NUMBER = re.compile(r"([A-Z])[.．]([0-9]{1,2}(?:[.．][0-9]{1,3}){0,4})(?![0-9.．])\s*")
_ANNEX = re.compile(rf"附\s*件\s*((?:{_HAN}|[0-9]{{1,2}})(?:\s*[-—－]\s*[0-9]{{1,2}})?)?\s*(?P<colon>[:：]?)\s*")
_BOX = re.compile(r"专\s*栏\s*([0-9]{1,2})\s*[:：]?\s*")
_CAPTION = re.compile(r"(?:续\s*)?(附?表)\s*((?:[A-Z][.．])?[0-9]{1,3}(?:[-.．－][0-9]{1,3})?|[A-Z](?=\s))\s*(.*)$")
_LEVELS = {
    "编": Level.VOLUME,
    "章": Level.CHAPTER,
    "节": Level.SECTION,
    "条": Level.ARTICLE,
    "部分": Level.DIVISION,
}
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading mark: its ``family`` (marks of one family are siblings), its part of the locator, and the words after it."""

    family: str
    part: Part
    rest: str

    @property
    def value(self) -> int:
        return self.part.number[-1] if self.part.number else 0


def mark(text: str) -> Mark | None:
    """The mark a paragraph opens with, or ``None``.

    >>> mark("第八条 鼓励开发碳普惠方法学。").part.number, mark("第八条、第九条规定的材料")
    ((8,), None)
    >>> mark("5.2.1 应符合表1的规定。").family, mark("5.2万平方米以上")
    ('dotted', None)
    """
    if not text:
        return None
    match text[0]:
        case "第":
            return _ordinal(text)
        case "附":
            return _appendix(text) or _annex(text)
        case "专":
            found = _BOX.match(text)
            return _made("box", Level.BOX, int(found[1]), text, found) if found and not ends_sentence(text) else None
        case "（" | "(":
            if found := _SUB.match(text):
                return _made("subheading", Level.SUBHEADING, number(found[1]), text, found)
            if found := _BRACKET.match(text):
                return _made("bracketed", Level.BRACKETED, int(found[1].translate(_WIDE)), text, found)
            return None
    if text[0].isdigit():
        return _figure(text)
    if found := _TOP.match(text):
        return _made("heading", Level.HEADING, number(found[1]), text, found)
    if found := _LETTER.match(text):
        return _made("lettered", Level.LETTERED, ord(found[1]) - 96, text, found)
    if found := _APPENDIX_NUMBER.match(text):
        numbers = tuple(int(n) for n in re.split(r"[.．]", found[2]))
        return Mark("appendix-number", Part(Level.APPENDIX, numbers, found[1]), text[found.end() :])
    return None


def _made(family: str, level: Level, value: int, text: str, found: re.Match[str]) -> Mark | None:
    return Mark(family, Part(level, (value,)), text[found.end() :]) if value > 0 else None


def _ordinal(text: str) -> Mark | None:
    found = _ORDINAL.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    level = _LEVELS[found[2]]
    if not found["gap"] and (_REFERS.match(rest) or (level is Level.ARTICLE and rest[:1] in {"的", "、", "，", "至"})):
        return None
    if level in {Level.VOLUME, Level.CHAPTER, Level.SECTION} and (ends_sentence(rest) or width(rest) > 40):
        return None
    numbers = (number(found[1]),) + ((number(found[3]),) if found[3] else ())
    return Mark(level.name.lower(), Part(level, numbers), rest) if numbers[0] > 0 else None


def _figure(text: str) -> Mark | None:
    if found := _NUM.match(text):
        return _made("numbered", Level.NUMBERED, int(found[1].translate(_WIDE)), text, found)
    if found := _PAREN.match(text):
        return _made("paren", Level.BRACKETED, int(found[1]), text, found)
    if found := _DOTTED.match(text):
        rest = text[found.end() :]
        numbers = tuple(int(n) for n in re.split(r"[.．]", found[1]))
        if _UNIT.match(rest) or (rest[:1] and rest[0] in "，。、；：）)~～-—/") or 0 in numbers[:1]:
            return None
        return Mark("dotted", Part(Level.NUMBERED, numbers), rest)
    if (found := _CHAPTER.match(text)) and not ends_sentence(text):
        rest = text[found.end() :]
        if width(rest) <= 30 and not _UNIT.match(rest) and int(found[1]) > 0:
            return Mark("chapter-number", Part(Level.NUMBERED, (int(found[1]),)), rest)
    return None


def _appendix(text: str) -> Mark | None:
    found = _APPENDIX.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    if ends_sentence(rest) or (rest and rest[0] not in "（(" and text[found.end() - 1] != " "):
        return None
    return Mark("appendix", Part(Level.APPENDIX, (), found[1]), rest)


def _annex(text: str) -> Mark | None:
    """附件 alone or with a short title; a list of annexes (附件：1.…) is no annex."""
    found = _ANNEX.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    if rest and (ends_sentence(rest) or width(rest) > 45 or (not found[1] and rest[0] not in "（(")):
        return None
    if rest and not found["colon"] and not text[: found.end()].endswith(" "):
        return None
    code = re.split(r"\s*[-—－]\s*", found[1]) if found[1] else []
    return Mark("annex", Part(Level.ANNEX, tuple(number(n) for n in code)), rest)


def caption(text: str) -> tuple[Part, str] | None:
    """The table a caption names and its title, or ``None``.

    >>> caption("表A.1 指标体系")
    (Part(level=<Level.TABLE: 15>, number=(1,), name='A'), '指标体系')
    """
    found = _CAPTION.match(text)
    if found is None or ends_sentence(text) or width(text) > 60:
        return None
    if found[3] and re.match(r"[所中的列和、，]|给出|规定", found[3]):
        return None
    code = found[2]
    letter = code[0] if code[0].isalpha() else ""
    return Part(Level.TABLE, tuple(int(n) for n in re.findall(r"[0-9]+", code)), letter), found[3].strip()


_FIRST = re.compile(r"[。；：:！？]")
_CUT = re.compile(r"[，。；：、:（(]")
_WRAPPED = re.compile(r"[（(【\[]([^）)】\]]{2,20})[）)】\]]\s*")


def label(rest: str) -> tuple[str, str]:
    """Heading and body of the words after a mark.

    >>> label("推进能源替代。因地制宜推广太阳能。"), label("指导思想"), label("：“范围”。给出内容。")
    (('推进能源替代', '因地制宜推广太阳能。'), ('指导思想', ''), ('范围', '给出内容。'))
    """
    rest = rest.lstrip("：: 　")
    if (named := _WRAPPED.match(rest)) and (
        rest[0] in "【[" or named.end() == len(rest) or rest[named.end() - 1] == " "
    ):
        return named[1], rest[named.end() :]
    found = _FIRST.search(rest)
    if found is None:
        return (_clean(rest), "") if width(rest) <= 60 else (_short(rest), rest)
    first, after = rest[: found.start()], rest[found.end() :].strip()
    if found.group() == "。" and width(first) <= 30 and after:
        return _clean(first), after
    return _short(rest), rest


def _short(text: str) -> str:
    found = _CUT.search(text, 4)
    cut = text[: found.start()] if found and found.start() <= 30 else text[:24]
    return _clean(cut) or text[:24]


def _clean(text: str) -> str:
    text = text.strip(" 　：:，。；、")
    if text.startswith(("“", "「")) and (text.endswith(("”", "」")) or not ("”" in text or "」" in text)):
        text = text.strip("“”「」")
    return text
