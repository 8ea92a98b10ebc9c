"""Whole numbers as clause numbers write them: Chinese or Arabic, both ways.

Only the numerals of headings and locators (1 to 9999); quantities in sentences are read by ``tools.quantities``.
"""

import re

__all__ = ["NUMERAL", "chinese", "number"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")

NUMERAL = r"(?:[0-9０-９]{1,4}|[零〇一二两三四五六七八九十百千]{1,8})"
"""Regular expression source for one numeral of either kind."""

_NUMERAL = re.compile(NUMERAL)


def number(text: str) -> int:
    """Read a Chinese or Arabic whole number.

    Raises ``ValueError`` when ``text`` is not such a numeral.

    >>> number("一百零三"), number("十四"), number("２１"), number("二〇")
    (103, 14, 21, 20)
    """
    if not _NUMERAL.fullmatch(text):
        raise ValueError(f"不是编号里的数字：{text}")
    arabic = text.translate(_WIDE)
    if arabic.isdigit():
        return int(arabic)
    if not any(c in _PLACES for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in _PLACES:
            total += (digit or 1) * _PLACES[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def chinese(value: int) -> str:
    """Write a whole number from 1 to 9999 the way clause numbers do.

    >>> chinese(103), chinese(14), chinese(110), chinese(2010)
    ('一百零三', '十四', '一百一十', '二千零一十')
    """
    if not 0 < value < 10_000:
        raise ValueError(f"编号应在1到9999之间：{value}")
    out, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit == 0:
            gap = bool(out)
            continue
        if gap:
            out, gap = out + "零", False
        out += ("" if place == 10 and digit == 1 and not out else "零一二三四五六七八九"[digit]) + name
    return out
