"""Numbers as Chinese writers mix them: 一百二十三万, 3亿2千万, 两三百, 十几, 一点五万, 1,234.5, 1.2×10^4.

cn2an reads well-formed numerals only (no 两三百, 3万5, 十几, nor a numeral inside a sentence) and takes strings apart with
regular expressions at each call, so the grammar is our own; the tests use cn2an as the independent second opinion.
Values are `decimal.Decimal` until the very end, so 1.1万 is 11000 and not 11000.000000000002.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Numeral", "read_numeral", "too_long"]

DIGITS = {
    char: value
    for value, chars in enumerate(("零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"))
    for char in chars
}
SMALL = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "亿": 10**8}
MANY = "余多来"
SOME = "几数"
MAX_RUN = 40
"""Longer runs of numeral characters are no number anyone wrote on purpose."""

_RUN = re.compile(rf"[零〇一二两三四五六七八九十百千万亿点几数余多来0-9.,]{{1,{MAX_RUN + 1}}}")
_WHOLE_RUN = re.compile(r"[零〇一二两三四五六七八九十百千万亿点几数余多来0-9.,]+")
_ARABIC = re.compile(
    r"(?P<plain>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<exp>[+-]?\d{1,2})(?![\dA-Za-z])| ?[×xX*] ?10(?:(?:\^|\*\*)(?P<pow>[+-]?\d{1,2})|(?P<sup>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})))?"
)
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number that stands at ``start:end``; ``low == high`` unless it is vague (两三百, 几十).

    ``mantissa`` and ``multiplier`` split numbers such as 5万 (5, 10000); the multiplier is 1 where there is no split.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal
    vague: bool
    mantissa: Decimal
    multiplier: int


def read_numeral(text: str, start: int) -> Numeral | None:
    """The longest number that begins exactly at ``start``; None where there is none.

    >>> n = read_numeral("三亿二千万元", 0)
    >>> (int(n.low), n.end)
    (320000000, 5)
    >>> n = read_numeral("两三百人", 0)
    >>> (int(n.low), int(n.high))
    (200, 300)
    """
    run = _RUN.match(text, start)
    if run is None or run.end() - start > MAX_RUN:
        return None
    low = _Reader(text, start, first=True).read()
    if low is None:
        return None
    high = _Reader(text, start, first=False).read() if low.paired else low
    if high is None or high.pos != low.pos:
        return None
    least, most = sorted((low.value, high.value))  # 三两 is two to three
    return Numeral(start, low.pos, least, most, low.vague, low.mantissa, low.multiplier)


def too_long(text: str, start: int) -> int | None:
    """The end of a run of numeral characters that is longer than any number; None where it is not."""
    run = _RUN.match(text, start)
    if run is None or run.end() - start <= MAX_RUN:
        return None
    whole = _WHOLE_RUN.match(text, start)
    return whole.end() if whole else None


class _Reader:
    """One pass over a numeral; of two neighbouring digits (两三百) it takes the first or the second."""

    def __init__(self, text: str, start: int, *, first: bool) -> None:
        self.text, self.start, self.pos, self.first = text, start, start, first
        self.yi = self.wan = self.section = Decimal(0)
        self.num: Decimal | None = None
        self.arabic = self.zero = self.vague = self.paired = self.seen_wan = self.seen_yi = False
        self.room = 10_000  # the next of 十百千 must be smaller
        self.last_unit = 1
        self.units = 0
        self.mantissa = Decimal(0)
        self.multiplier = 1

    @property
    def value(self) -> Decimal:
        return self.yi + self.wan + self.section

    def read(self) -> _Reader | None:
        while self.pos < len(self.text) and self._step(self.text[self.pos]):
            pass
        return self._finish()

    def _step(self, char: str) -> bool:
        if char in "0123456789" or (char == "." and self.pos == self.start):
            return self._arabic_number()
        if char in "零〇" and self.num is None and self.units:
            self.zero = True
            self.pos += 1
            return self.pos < len(self.text) and (self.text[self.pos] in DIGITS or self.text[self.pos].isdigit())
        if char in DIGITS:
            return self._digit(char)
        if char in SMALL:
            return self._small(SMALL[char])
        if char in BIG:
            return self._big(BIG[char])
        if char == "点":
            return self._fraction()
        if char in MANY:
            return self._many()
        if char in SOME:
            return self._some(char)
        if char == " " and self.num is not None and self._at(1) in BIG:  # "12 万 kWh"
            self.pos += 1
            return True
        return False

    def _at(self, offset: int) -> str:
        index = self.pos + offset
        return self.text[index] if index < len(self.text) else ""

    def _arabic_number(self) -> bool:
        if self.num is not None or (self.pos > self.start and not self.units):
            return False
        match = _ARABIC.match(self.text, self.pos)
        if match is None:
            return False
        value = Decimal(match["plain"].replace(",", ""))
        power = match["exp"] or match["pow"] or (match["sup"] or "0").translate(_SUPERSCRIPTS)
        self.num = value.scaleb(int(power))
        self.arabic = True
        self.pos = match.end()
        return True

    def _digit(self, char: str) -> bool:
        if self.num is not None:
            return False
        run_end = self.pos
        while run_end < len(self.text) and self.text[run_end] in DIGITS:
            run_end += 1
        digits = [DIGITS[c] for c in self.text[self.pos : run_end]]
        if len(digits) == 1:
            self.num = Decimal(digits[0])
        elif len(digits) == 2 and self._neighbours(self.text[self.pos : run_end], digits):
            self.num = Decimal(digits[0] if self.first else digits[1])
            self.paired = True
        elif not self.units and (len(digits) > 2 or 0 in digits):  # 二〇二五, 一二〇
            self.num = Decimal(int("".join(map(str, digits))))
        elif len(digits) == 2 and digits[1] == 0 and char not in "零〇":
            self.num = Decimal(digits[0])
            run_end -= 1
        else:
            return False
        self.arabic = False
        self.pos = run_end
        return True

    def _neighbours(self, chars: str, digits: list[int]) -> bool:
        return chars == "三两" or (
            0 not in digits and chars[1] != "两" and (digits[1] == digits[0] + 1 or digits == [3, 5])
        )

    def _small(self, unit: int) -> bool:
        if unit >= self.room or (self.arabic and self.num is not None and self.num >= 10 and self.room < 10_000):
            return False
        if self.num is None:
            bare_ten = unit == 10 and not self.section and not self.zero
            if not bare_ten and not (self.zero and unit == 10):
                return False
            self.num = Decimal(1)
        if self.units == 0 and not self.paired:
            self.mantissa, self.multiplier = self.num, unit
        else:
            self.multiplier = 1
        self.section += self.num * unit
        self.num = None
        self.room = self.last_unit = unit
        self.units += 1
        self.zero = False
        self.pos += 1
        return True

    def _big(self, unit: int) -> bool:
        value = self.section + (self.num or 0)
        nothing = self.num is None and not self.section and not (unit == BIG["亿"] and self.wan)
        if nothing or (self.seen_yi and unit == BIG["亿"]):
            return False
        if unit == BIG["万"]:
            if self.seen_wan:
                return False
            self.wan, self.seen_wan = value * unit, True
        else:
            self.yi, self.wan, self.seen_yi, self.seen_wan = (self.wan + value) * unit, Decimal(0), True, False
        alone = self.units == 0 or (self.section + self.wan == value * unit and not self.yi)
        if alone:
            self.mantissa, self.multiplier = value, unit
        else:
            self.multiplier = 1
        self.section, self.num, self.zero = Decimal(0), None, False
        self.room, self.last_unit = 10_000, unit
        self.units += 1
        self.pos += 1
        return True

    def _fraction(self) -> bool:
        if (self.num is None and not self.units) or (self.arabic and self.num is not None):
            return False
        end = self.pos + 1
        while end < len(self.text) and self.text[end] in DIGITS and self.text[end] != "两":
            end += 1
        if end == self.pos + 1:
            return False
        digits = "".join(str(DIGITS[c]) for c in self.text[self.pos + 1 : end])
        self.num = (self.num or Decimal(0)) + Decimal(f"0.{digits}")
        self.last_unit, self.pos = 1, end
        return True

    def _many(self) -> bool:
        """十余万, 三百多万: only between a number and a bigger unit."""
        after = self._at(1)
        if after not in BIG or (self.num is None and not self.section):
            return False
        self.vague = True
        self.pos += 1
        return True

    def _some(self, char: str) -> bool:
        """几十, 数百, 十几: from two (one after 十) to nine."""
        if self.num is not None:
            return False
        before_unit = self._at(1) in SMALL or (self._at(1) in BIG and self.pos == self.start)
        after_ten = char == "几" and self.last_unit == 10 and self.section > 0
        if not (before_unit and self.pos == self.start) and not after_ten:
            return False
        self.num = Decimal((1 if after_ten else 2) if self.first else 9)
        self.vague = self.paired = True
        self.pos += 1
        return True

    def _finish(self) -> _Reader | None:
        if self.num is not None:
            single = self.num == self.num.to_integral_value() and 0 < self.num < 10
            short = self.units and self.last_unit >= 100 and not self.zero and single
            if short and (self.arabic or self.text[self.pos - 1] in DIGITS):  # 一百五, 三万五, 3万5
                self.num *= self.last_unit // 10
            if self.units:
                self.multiplier = 1
            else:
                self.mantissa = self.num
            self.section += self.num
        elif self.zero and self.units:  # a stray 零 at the end belongs to what follows
            self.pos -= 1
        if self.pos == self.start:
            return None
        return self
