"""Find the quantities in a Chinese (or English) sentence: value, unit, span, and what is doubtful about them.

Vocabulary: ``tools/data/units.yaml``; the words around a quantity: ``tools/data/quantities.yaml``. pint is loaded only by
`FoundQuantity.quantity`. The reader walks the text once, looking a fixed distance ahead, so its time grows with the length.

>>> [(q.text, q.value, q.unit) for q in find("全年用电一百二十三万度，天然气3.5万方")]
[('一百二十三万度', 1230000.0, 'kWh'), ('3.5万方', 35000.0, 'm**3')]
>>> find("十分重要，见GB 50189-2015第5.2.3条")
()
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from corpus.errors import InputError, UnitMismatch
from tools.numerals import DIGITS, Numeral, read_numeral, too_long
from tools.units import (
    Label,
    bare_number,
    check,
    fits,
    join_label,
    label_name,
    normal_label,
    registry,
    split_label,
    unit_expression,
    unit_table,
)
from tools.vocabulary import Words, vocabulary

if TYPE_CHECKING:
    import pint

__all__ = ["FoundQuantity", "Kind", "find", "read", "read_one", "resolve", "to_json"]

Kind = Literal["quantity", "range", "ratio", "rate", "fraction"]
"""quantity: a plain amount; range: low to high; rate: per time; ratio: per anything else; fraction: 三分之一, 30%, 三成."""

AMBIGUOUS = "ambiguous"

_DEGREES = {"energy": "kWh", "temperature": "degC", "temperature_difference": "delta_degC", "angle": "degree"}
"""What 度 can mean, and the unit of each."""


@dataclass(frozen=True, slots=True)
class FoundQuantity:
    """One quantity in a text.

    ``span`` slices the given text to ``text``. A single value is ``value``; a range has ``low`` and ``high`` instead.
    ``unit`` is a pint expression of `tools.units.registry`. Where 度 cannot be told, ``ambiguous`` lists the labels it
    may have, ``dimension`` is "ambiguous" and ``unit`` is 度; `resolve` settles it.
    """

    span: tuple[int, int]
    text: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    dimension: Label
    approximate: bool
    kind: Kind
    ambiguous: tuple[Label, ...] = ()

    def quantity(self) -> pint.Quantity[Any]:
        """The value with its unit; raises `InputError` for a range or where 度 cannot be told."""
        if self.ambiguous:
            raise InputError(_which_degree(self))
        if self.value is None:
            raise InputError(f"“{self.text}”是一个区间，这里要一个数：请写出其中一个值。")
        return registry().Quantity(self.value, self.unit)

    def bounds(self) -> tuple[pint.Quantity[Any], pint.Quantity[Any]]:
        """Both ends of a range, twice the same for a single value."""
        if self.ambiguous:
            raise InputError(_which_degree(self))
        make = registry().Quantity
        low, high = (self.low, self.high) if self.value is None else (self.value, self.value)
        return make(low, self.unit), make(high, self.unit)


def _which_degree(found: FoundQuantity) -> str:
    meanings = {"energy": "用电写“千瓦时”", "temperature": "温度写“℃”", "temperature_difference": "温差写“调高 … ℃”"}
    said = "，".join(meanings.get(label, label_name(label)) for label in found.ambiguous)
    return f"“{found.text}”的“度”看不出是用电还是温度：{said}。"


def to_json(found: FoundQuantity) -> dict[str, Any]:
    """One quantity as the ``nearzero.quantity/1`` contract has it: ``value``, or ``low`` and ``high``."""
    amount = {"value": found.value} if found.value is not None else {"low": found.low, "high": found.high}
    return {
        "text": found.text,
        "span": list(found.span),
        **amount,
        "unit": found.unit,
        "dimension": found.dimension,
        "approximate": found.approximate,
        "kind": found.kind,
        "ambiguous": list(found.ambiguous),
    }


def read(text: str) -> dict[str, Any]:
    """The whole answer of ``nearzero quantity``: ``{"schema", "text", "quantities"}``."""
    return {"schema": "nearzero.quantity/1", "text": text, "quantities": [to_json(found) for found in find(text)]}


@dataclass(frozen=True, slots=True)
class _Factor:
    """A unit as written: the keys above and below the line, the label of each, and a number to multiply with."""

    above: tuple[str, ...]
    below: tuple[str, ...] = ()
    scale: Decimal = Decimal(1)


# ------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class _Draft:
    """A quantity while its neighbourhood is still being looked at."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    factor: _Factor
    approximate: bool
    fraction: bool = False
    below_zero: bool = False
    per_start: int | None = None


@dataclass(frozen=True, slots=True)
class _Per:
    """A denominator that waits for its quantity: 每月, 每百公里, 人均."""

    start: int
    end: int
    keys: tuple[str, ...]
    scale: Decimal
    counted: bool


_SPACE = re.compile(r"[ ]{0,2}")
_CLAUSE_END = re.compile(r"[，。；！？：\n,;!?]")
_SENTENCE_END = re.compile(r"[。！？\n!?]")
_RANGE = re.compile(r" ?(?:~+|-|—{1,2}|至|到) ?|\s?to\s")
_PLUS_MINUS = re.compile(r" ?(?:±|\+/-) ?")
_TIMES = re.compile(r" ?[·*×.] ?")
_DELTAS = {"degC": "delta_degC", "kelvin": "delta_degC", "degF": "delta_degF"}
"""In a product or below the line a temperature is a difference; a kelvin is as large as a degree Celsius."""

_WARMING = {"调高", "调低", "升高", "降低", "提高", "上升", "下降", "升", "降"}
_DIGIT = re.compile(r"\d")
_OVER = re.compile(r" ?(?:/|每|per ) ?")
_VERSION = re.compile(r"\d+(?:\.\d+){2,}")
_YEAR = re.compile(r"(?:19|20|21)\d\d$")
_PER_HEAD = re.compile(
    r"(?:平均)?每(?:隔)?(?:个)?(?P<verb>调高|调低|升高|降低|提高|上升|下降|增加|减少|升|降|行驶|跑|生产|排放|节约|处理|燃烧|消耗|节|省|发|烧|用|耗)?了?"
)
_FRACTION = re.compile(r"分之")
_ARABIC_FRACTION = re.compile(r"([1-9])/([2-9]|10)(?![\d/.月年号A-Za-z])")


def find(text: str) -> tuple[FoundQuantity, ...]:
    """Every quantity of ``text``, in order, without overlaps.

    Dates, ordinals, clause and standard numbers, and words that merely hold a numeral are left out.
    """
    words = vocabulary()
    plain = text.translate(words.variants)
    drafts = list(_merge(plain, _with_denominators(plain, _drafts(plain, words), words), words))
    return tuple(_finish(text, plain, draft, words) for draft in drafts if _wanted(plain, draft, words))


def _drafts(plain: str, words: Words) -> Iterator[_Draft | _Per]:
    pos = 0
    while match := words.start.search(plain, pos):
        at = match.start()
        item = _item(plain, at, words)
        if item is None:
            pos = _skip(plain, at)
        elif isinstance(item, (_Draft, _Per)):
            yield item
            pos = max(item.end, at + 1)
        else:
            pos = item


def _skip(plain: str, at: int) -> int:
    """Past a number nobody wants, so that its tail is not read as another one."""
    char = plain[at]
    if char.isascii() and char.isdigit():
        end = at
        while end < len(plain) and ((plain[end].isascii() and plain[end].isdigit()) or plain[end] == "."):
            end += 1
        return end
    return at + 1


def _item(plain: str, at: int, words: Words) -> _Draft | _Per | int | None:
    """What begins at ``at``: a quantity, a denominator, a position to go on from, or nothing."""
    idiom = words.idiom.match(plain, at) or words.idiom.match(plain, max(0, at - 1))
    if idiom and idiom.end() > at:
        return idiom.end()
    char = plain[at]
    if char in "百千万" and plain.startswith("分之", at + 1):
        return _part_of(plain, at, Decimal(_WHOLES[char]), at + 3)
    if char in "每人户车桌床日月年次百" and (per := _per(plain, at, words)):
        return per
    if char == "半":
        return _half(plain, at, words)
    if char in "¥￥":
        return _money(plain, at)
    if char == "零" and plain.startswith("零下", at):
        return _amount(plain, at, at + 2, words, below_zero=True)
    if char == "负":
        return _amount(plain, at, at + 1, words, below_zero=True)
    if char not in DIGITS and char not in "0123456789.十几数":
        return None
    return _amount(plain, at, at, words)


def _blocked(plain: str, at: int, words: Words) -> bool:
    """A numeral here is part of another word: 第3条, A4, 50189-2015, 统一."""
    before = plain[max(0, at - 4) : at]
    bare = before.rstrip(" ")
    if bare.endswith(words.ordinal) and not bare.endswith("分之"):
        return True
    if not before:
        return False
    last = before[-1]
    if plain[at].isascii():
        if last.isascii() and (last.isalpha() or last == "_") and not before.endswith(("RMB", "CNY")):
            return True
        inside = len(before) > 1 and before[-2].isascii() and before[-2].isalnum()
        return last in "-./" and inside and not (last == "/" and before[-2].isalpha())  # but 200kW/400kWh
    return plain[at] == "一" and before.endswith(words.one_not_after)


def _amount(plain: str, start: int, at: int, words: Words, *, below_zero: bool = False) -> _Draft | int | None:
    at = _SPACE.match(plain, at).end() if at > start else at  # type: ignore[union-attr]
    if end := too_long(plain, at):
        return end
    if version := _VERSION.match(plain, at):
        return version.end()
    numeral = read_numeral(plain, at) if at < len(plain) else None
    if numeral is None:
        return None
    if _blocked(plain, start, words):
        return numeral.end
    if share := _share(plain, start, numeral, words):
        return share
    if ranged := _range(plain, start, numeral, words, below_zero=below_zero):
        return ranged
    single = _united(plain, start, numeral, words)
    if single is None:
        bare = _bare(plain, start, numeral)
        return bare if bare is not None else numeral.end
    minus = start > 0 and plain[start - 1] == "-" and not _hyphenated(plain, start - 1)
    sign = -1 if below_zero or (minus and _signed(single, words)) else 1
    begin = start - 1 if minus and sign < 0 and not below_zero else start
    low, high = sorted((single.low * sign, single.high * sign))
    return replace(single, start=begin, low=low, high=high, below_zero=below_zero)


def _hyphenated(plain: str, dash: int) -> bool:
    return dash > 0 and ((plain[dash - 1].isalnum() and plain[dash - 1].isascii()) or plain[dash - 1] == "-")


def _signed(draft: _Draft, words: Words) -> bool:
    return not draft.factor.below and _label(draft.factor) in words.signed | {"度"}


def _united(plain: str, start: int, numeral: Numeral, words: Words) -> _Draft | None:
    """The number with the unit that follows it."""
    numeral = _give_back_thousand(plain, numeral, words)
    at, vague = numeral.end, numeral.vague
    if counted := _counted_before(plain, start, at, words):
        key, end = counted
        return _Draft(start, end, numeral.low, numeral.high, _Factor((key,)), vague)
    if many := words.many.match(plain, at):
        at, vague = many.end(), True
    half = Decimal(0)
    if plain.startswith("个半", at):  # 两个半小时
        half, at = Decimal("0.5"), at + 2
    month = plain.startswith(("个多月", "个余月"), at)
    if month or plain.startswith(("个多", "个余"), at):  # 3个多月, 两个多小时
        vague, at = True, at + 2
    at = _SPACE.match(plain, at).end()  # type: ignore[union-attr]
    unit = _unit(plain, at, words, month=month or bool(half))
    if unit is None:
        return None
    factor, end = unit
    if _not_a_unit(plain, numeral, factor, end, words):
        return None
    if not factor.below and plain.startswith("半", end) and _is_half_tail(plain, end, words):
        half, end = Decimal("0.5"), end + 1
    factor = _substance_before(plain, start, factor, words)
    if not factor.below and (many := words.many.match(plain, end)) and plain[end] != "来":
        vague, end = True, many.end()
    return _Draft(start, end, (numeral.low + half) * factor.scale, (numeral.high + half) * factor.scale, factor, vague)


def _counted_before(plain: str, start: int, at: int, words: Words) -> tuple[str, int] | None:
    """车位400个, 床位120张: the thing counted stands before the number, a mere classifier after it."""
    if plain.startswith("半", at + 1):
        return None
    unit = _simple_unit(plain, at, words)
    if unit is not None and unit[1] > at + 1:  # 400个车位
        return None
    before = words.counted_before.search(plain[max(0, start - 12) : start])
    if before is None:
        return None
    key, classifiers = words.counted_units[before["what"]]
    return (key, at + 1) if plain[at : at + 1] and plain[at] in classifiers else None


def _substance_before(plain: str, start: int, factor: _Factor, words: Words) -> _Factor:
    """标准煤420吨, 二氧化碳三百吨: the substance stands before the number."""
    if factor.above not in {("t",), ("kg",), ("g",)}:
        return factor
    before = words.substance_before.search(plain[max(0, start - 14) : start])
    unit = words.substances.get((factor.above[0], before["what"].lower())) if before else None
    return replace(factor, above=(unit,)) if unit else factor


def _is_half_tail(plain: str, at: int, words: Words) -> bool:
    """一天半, 三吨半; not 一天半小时 nor 半数."""
    after = plain[at + 1 : at + 2]
    return not (after and (after in "数径成" or words.unit.match(plain, at + 1) or after == "个"))


def _give_back_thousand(plain: str, numeral: Numeral, words: Words) -> Numeral:
    """五千瓦 is 5 千瓦 (the same amount, the unit people mean)."""
    at = numeral.end - 1
    if numeral.end - numeral.start < 2 or plain[at] != "千" or not (match := words.unit.match(plain, at)):
        return numeral
    shorter = read_numeral(plain[numeral.start : at], 0)
    if match.end() <= numeral.end or shorter is None or shorter.high * 1000 != numeral.high:
        return numeral
    if plain[at - 1] in "百十万亿" and numeral.multiplier != 1000:
        return numeral
    return replace(numeral, end=at, low=shorter.low, high=shorter.high, mantissa=shorter.mantissa, multiplier=1)


def _not_a_unit(plain: str, numeral: Numeral, factor: _Factor, end: int, words: Words) -> bool:
    written = plain[numeral.start : numeral.end]
    if factor.above == ("year",) and not factor.below:
        return bool(_YEAR.match(written)) or _is_year(numeral) or _short_year(plain, numeral, end)
    if factor.above == ("m**3",) and plain[end - 1] == "方" and plain[end - 2] not in "立标" and not factor.below:
        lone = len(written) == 1 and not written.isascii()
        return lone and not words.cubic.search(plain, max(0, numeral.start - 12), end + 8)
    return factor.above == ("m**2",) and plain[end - 1] == "平" and len(written) == 1 and not written.isascii()


def _is_year(numeral: Numeral) -> bool:
    return numeral.end - numeral.start == 4 and 1900 <= numeral.low <= 2199 and numeral.multiplier == 1


def _short_year(plain: str, numeral: Numeral, end: int) -> bool:
    """23年5月 is a date."""
    return bool(re.match(r"\d{1,2}月", plain[end : end + 3]))


def _range(plain: str, start: int, first: Numeral, words: Words, *, below_zero: bool) -> _Draft | None:
    """20~30%, 26℃至28℃, 3-5万元, 26±2℃."""
    at, before = first.end, None
    if unit := _unit(plain, _SPACE.match(plain, at).end(), words):  # type: ignore[union-attr]
        before, at = unit
    if spread := _PLUS_MINUS.match(plain, at):
        return _spread(plain, start, first, spread.end(), words)
    separator = _RANGE.match(plain, at)
    if separator is None:
        return None
    at = separator.end()
    negative = plain.startswith(("-", "零下", "负"), at)
    at += (2 if plain.startswith("零下", at) else 1) if negative else 0
    second = read_numeral(plain, at) if at < len(plain) else None
    if second is None:
        return None
    last = _united(plain, at, second, words)
    if last is None or (before is not None and _label(before) != _label(last.factor)):
        return None
    minus = start > 0 and plain[start - 1] == "-" and not _hyphenated(plain, start - 1)
    sign = -1 if minus or below_zero else 1
    low = first.low
    if before is not None:
        ratio = _size_ratio(before, last.factor)
        if ratio is None:
            return None
        low *= before.scale * ratio
    else:
        low = _share_multiplier(plain, first, second, low) * last.factor.scale
    low, high = low * sign, last.high * (-1 if negative else 1)
    if low > high or (_is_year(first) and _is_year(second)):
        return None
    begin, vague = start - 1 if minus else start, first.vague or last.approximate
    return _Draft(begin, last.end, low, high, last.factor, vague, below_zero=below_zero or negative)


def _spread(plain: str, start: int, first: Numeral, at: int, words: Words) -> _Draft | None:
    second = read_numeral(plain, at) if at < len(plain) else None
    last = _united(plain, at, second, words) if second else None
    if last is None:
        return None
    return _Draft(start, last.end, first.low - last.high, first.high + last.high, last.factor, False)


def _size_ratio(first: _Factor, second: _Factor) -> Decimal | None:
    """How many of the second unit make one of the first; None where the table cannot tell without pint."""
    if (first.above, first.below) == (second.above, second.below):
        return Decimal(1)
    if len(first.above) == len(second.above) == 1 and not first.below and not second.below:
        count = vocabulary().compound.get((second.above[0], first.above[0]))
        return Decimal(1) / count if count else None
    return None


def _share_multiplier(plain: str, first: Numeral, second: Numeral, low: Decimal) -> Decimal:
    """In 3-5万 the 万 belongs to both numbers; in 5000-1万 it does not."""
    big = second.multiplier >= (100 if not plain[second.start].isascii() else 1000)
    if first.multiplier == 1 and big and low < second.mantissa:
        return low * second.multiplier
    return low


def _bare(plain: str, start: int, numeral: Numeral) -> _Draft | None:
    """A number with 万 or 亿 and no unit is still an amount (投资3亿2千万)."""
    written = plain[numeral.start : numeral.end]
    if not ("万" in written or "亿" in written) or written[0] in "几数" or plain.startswith(("一", "分"), numeral.end):
        return None
    many = plain.startswith(("多", "余"), numeral.end)
    end = numeral.end + 1 if many else numeral.end
    return _Draft(start, end, numeral.low, numeral.high, _Factor(("dimensionless",)), numeral.vague or many)


def _money(plain: str, at: int) -> _Draft | None:
    begin = _SPACE.match(plain, at + 1).end()  # type: ignore[union-attr]
    numeral = read_numeral(plain, begin) if begin < len(plain) else None
    if numeral is None:
        return None
    end = numeral.end + (1 if plain.startswith("元", numeral.end) else 0)
    rest, end, scale = _below_line(plain, end, vocabulary())
    return _Draft(at, end, numeral.low * scale, numeral.high * scale, _Factor(("CNY",), rest, scale), numeral.vague)


# ------------------------------------------------------------------------------------------------- shares and halves


def _share(plain: str, start: int, numeral: Numeral, words: Words) -> _Draft | None:
    """百分之三十, 三分之一, 三成, 1/3."""
    if _FRACTION.match(plain, numeral.end):
        return _part_of(plain, start, numeral.low, numeral.end + 2)
    match = _ARABIC_FRACTION.match(plain, start)
    if match and int(match[1]) < int(match[2]) and not words.unit.match(plain, match.end()):
        value = Decimal(match[1]) / Decimal(match[2])
        return _Draft(start, match.end(), value, value, _Factor(("dimensionless",)), False, fraction=True)
    return _tenths(plain, start, numeral, words)


def _tenths(plain: str, start: int, numeral: Numeral, words: Words) -> _Draft | None:
    low, last = numeral.low, numeral
    if (separator := _RANGE.match(plain, numeral.end)) and separator.end() < len(plain):
        last = read_numeral(plain, separator.end()) or numeral
    if not words.tenth.match(plain, last.end) or last.high > 10 or low > last.high:
        return None
    end = last.end + 1
    extra = Decimal(0)
    if plain.startswith("半", end):
        extra, end = Decimal(5), end + 1
    elif end < len(plain) and plain[end] in DIGITS and low == last.high and not words.unit.match(plain, end + 1):
        extra, end = Decimal(DIGITS[plain[end]]), end + 1  # 三成五
    return _Draft(
        start, end, low * 10 + extra, last.high * 10 + extra, _Factor(("percent",)), last.vague, fraction=True
    )


_WHOLES = {"百": 100, "千": 1000, "万": 10_000}


def _part_of(plain: str, start: int, whole: Decimal, at: int) -> _Draft | None:
    unit = {100: "percent", 1000: "permille"}.get(int(whole), "dimensionless")
    numeral = read_numeral(plain, at) if at < len(plain) else None
    if plain.startswith("百", at) and numeral is None:
        numeral = Numeral(at, at + 1, Decimal(100), Decimal(100), False, Decimal(100), 1)
    if numeral is None or whole == 0:
        return None
    last = numeral
    if separator := _RANGE.match(plain, numeral.end):
        again = re.compile("[百千]分之").match(plain, separator.end())
        begin = again.end() if again else separator.end()
        following = read_numeral(plain, begin) if begin < len(plain) else None
        if following is not None and following.high > numeral.low:
            last = following
    scale = Decimal(1) if unit != "dimensionless" else 1 / whole
    return _Draft(start, last.end, numeral.low * scale, last.high * scale, _Factor((unit,)), last.vague, fraction=True)


def _half(plain: str, at: int, words: Words) -> _Draft | int | None:
    """半天, 半个月, 一半 is read with its 一."""
    before = plain[at - 1 : at] if at else ""
    if before == "一":
        return None
    if before and (before in "大小多过对各" or (before in "上下前后" and words.half_of_two.match(plain, at + 1))):
        return at + 1
    begin = at + 1
    unit = _unit(plain, begin, words)
    if unit is None and plain.startswith("个", begin):
        unit = _unit(plain, begin + 1, words)
    if unit is None or plain[begin] in "数径":
        return at + 1
    factor, end = unit
    return _Draft(at, end, factor.scale / 2, factor.scale / 2, factor, False)


# ---------------------------------------------------------------------------------------------------------------- units


def _unit(plain: str, at: int, words: Words, *, month: bool = False) -> tuple[_Factor, int] | None:
    """The unit expression at ``at``: 千瓦时, kgCO2/kWh, kWh/(m2·a), 公里每天."""
    found = _simple_unit(plain, at, words)
    if found is None and plain.startswith("个", at):
        found = _simple_unit(plain, at + 1, words)
        if found is not None and found[1] - at < 3 and found[0] not in {("person",), ("度",)}:
            found = None
    if found is None and month and plain.startswith("月", at):
        found = ("month",), at + 1
    if found is None:
        return None
    keys, end = found
    below, end, scale = _below_line(plain, end, words)
    return _Factor(keys, below, scale), end


def _simple_unit(plain: str, at: int, words: Words, *, rate: bool = False) -> tuple[tuple[str, ...], int] | None:
    """One unit name, with the substance after a mass; none where the name is part of another word."""
    pattern = words.rate_unit if rate else words.unit
    if mass := _mass_of_substance(plain, at, words):
        return mass
    match = pattern.match(plain, at)
    if match is None:
        return None
    name, end = match[0], match.end()
    if match["folded"] is not None:
        keys = words.folded[name.lower()]
    elif rate and name in words.rate_names:
        keys = words.rate_names[name]
    else:
        keys = words.names[name]
    return keys, end


_MASS = re.compile(r"公吨|吨|千克|公斤|克|(?:[kK][gG]|[tTgG])(?=[ -]?(?:[cCoOsS]|二|标|碳|煤|油))")
_MASS_KEY = {"公吨": "t", "吨": "t", "千克": "kg", "公斤": "kg", "克": "g", "kg": "kg", "t": "t", "g": "g"}


def _mass_of_substance(plain: str, at: int, words: Words) -> tuple[tuple[str, ...], int] | None:
    mass = _MASS.match(plain, at)
    what = words.substance.match(plain, mass.end()) if mass else None
    if mass is None or what is None:
        return None
    key = _MASS_KEY.get(mass[0]) or _MASS_KEY[mass[0].lower()]
    unit = words.substances.get((key, what["what"].lower()))
    return ((unit,), what.end()) if unit else None


def _below_line(plain: str, at: int, words: Words) -> tuple[tuple[str, ...], int, Decimal]:
    """Everything after the slash: /m2·a, /(平方米·年), 每人每天, /100km; the number it holds divides."""
    keys: list[str] = []
    scale = Decimal(1)
    while over := _OVER.match(plain, at):
        begin = over.end()
        closing = plain.startswith("(", begin)
        group = _denominator(plain, begin + 1 if closing else begin, words)
        if group is None:
            break
        found, end, factor = group
        if _DIGIT.match(plain, begin) and factor.normalize().as_tuple().digits != (1,):
            break  # 200kW/400kWh are two quantities, L/100km is one
        if closing:
            if not plain.startswith(")", end):
                break
            end += 1
        if "每" in over[0] and _belongs_to_next(plain, end):
            break
        keys.extend(found)
        scale *= factor
        at = end
    return tuple(keys), at, scale


def _belongs_to_next(plain: str, end: int) -> bool:
    """In 20台每台5千瓦 the 每台 opens the next quantity."""
    return bool(re.match(r"[^\s，。；、,;()（）]{0,3}?[0-9一二两三四五六七八九十]", plain[end : end + 5]))


def _denominator(plain: str, at: int, words: Words) -> tuple[list[str], int, Decimal] | None:
    """unit (· unit)*, the first with an optional number before it."""
    keys: list[str] = []
    scale = Decimal(1)
    number, begin = _denominator_number(plain, at)
    found = _simple_unit(plain, begin, words, rate=True)
    if found is None and plain.startswith("个", begin):
        found = _simple_unit(plain, begin + 1, words, rate=True)
    while found is not None:
        unit, end = found
        keys.extend("kWh" if key == "度" else key for key in unit)
        scale /= number
        times = _TIMES.match(plain, end)
        number = Decimal(1)
        found = _simple_unit(plain, times.end(), words, rate=True) if times else None
        at = end
    return (keys, at, scale) if keys else None


def _denominator_number(plain: str, at: int) -> tuple[Decimal, int]:
    for word, size in (("百", 100), ("千", 1000), ("万", 10000), ("亿", 10**8)):
        if plain.startswith(word, at) and not plain.startswith(("千瓦", "千克", "千米", "千伏", "千卡", "千焦"), at):
            return Decimal(size), at + 1
    numeral = read_numeral(plain, at) if at < len(plain) else None
    if numeral is None or numeral.low != numeral.high or numeral.low <= 0:
        return Decimal(1), at
    return numeral.low, _SPACE.match(plain, numeral.end).end()  # type: ignore[union-attr]


# ---------------------------------------------------------------------------------------------------------------- rates


def _per(plain: str, at: int, words: Words) -> _Per | None:
    """每月, 每百公里, 每调高1℃, 人均, 日均, 百公里(油耗)."""
    if plain.startswith("均", at + 1) and plain[at] in "人户车桌床日月年次":
        keys = {"次": ("occurrence",)}.get(plain[at]) or words.rate_names.get(plain[at]) or words.names[plain[at]]
        return _Per(at, at + 2, keys, Decimal(1), counted=False)
    if plain.startswith("百公里", at):
        blocked = at > 0 and (plain[at - 1] in DIGITS or plain[at - 1].isdigit() or plain[at - 1] in "几数上/每")
        return None if blocked else _Per(at, at + 3, ("km",), Decimal(100), counted=False)
    head = _PER_HEAD.match(plain, at)
    if head is None or not head[0]:
        return None
    number, begin = _denominator_number(plain, head.end())
    begin = begin + 1 if plain.startswith("个", begin) and not words.rate_unit.match(plain, begin) else begin
    if plain.startswith("度", begin) and not plain.startswith("度电", begin) and head["verb"] in _WARMING:
        return _Per(at, begin + 1, ("delta_degC",), number, counted=True)
    found = _simple_unit(plain, begin, words, rate=True)
    if found is None:
        return None
    keys = tuple({"degC": "delta_degC", "度": "kWh"}.get(key, key) for key in found[0])
    return _Per(at, found[1], keys, number, counted=begin > head.end())


def _with_denominators(plain: str, items: Iterable[_Draft | _Per], words: Words) -> Iterator[_Draft]:
    """Hang waiting denominators onto the next quantity of the clause, and of a list with 、和与."""
    waiting: list[_Per] = []
    last_end = 0
    for item in items:
        gap = plain[last_end : item.start]
        if waiting and (_ends_rate(gap, waiting[-1]) or len(gap) > words.rate_reach):
            waiting = []
        if isinstance(item, _Per):
            if waiting and last_end != waiting[-1].end:  # the former ones have had their quantity
                waiting = []
            waiting.append(item)
            waiting.extend(_bare_period(plain, item.end, words))
            last_end = waiting[-1].end
            continue
        if waiting and item.factor.above == ("degC",) and plain[waiting[0].end - 1] == "均":  # 年均气温 is a mean
            waiting = []
        if not waiting:
            last_end = item.end
            yield item
            continue
        direct = waiting[-1].end == last_end
        if not direct and not re.fullmatch(r"[^\d]{0,12}", gap):
            waiting = []
        yield _hang(item, waiting, direct=direct, gap=gap)
        last_end = item.end
        if not re.match(r"[、和与及]", plain[last_end : last_end + 1]):
            waiting = []


def _ends_rate(gap: str, per: _Per) -> bool:
    """A clause mark ends it, but 每提高1度，可节电7% goes on after its comma."""
    if per.keys == ("delta_degC",) and gap.startswith(("，", ",")):
        gap = gap[1:]
    return bool(_CLAUSE_END.search(gap))


def _bare_period(plain: str, at: int, words: Words) -> Iterator[_Per]:
    """每平方米年耗电 and 人均年用电 have a second denominator."""
    if at + 1 < len(plain) and plain[at] in "年月日" and plain[at + 1] in words.period_followers:
        end = at + (2 if plain[at + 1] == "均" else 1)
        yield _Per(at, end, words.rate_names.get(plain[at]) or words.names[plain[at]], Decimal(1), counted=False)


def _hang(draft: _Draft, waiting: list[_Per], *, direct: bool, gap: str) -> _Draft:
    below = list(draft.factor.below)
    scale = Decimal(1)
    for per in waiting:
        if per.keys[0] in below or per.keys == draft.factor.above:
            continue
        below.extend(per.keys)
        scale /= per.scale
    factor = replace(draft.factor, below=tuple(below))
    start = waiting[0].start if direct else draft.start
    return replace(
        draft, low=draft.low * scale, high=draft.high * scale, factor=factor, per_start=draft.start, start=start
    )


# ---------------------------------------------------------------------------------------------------------- neighbours


def _merge(plain: str, drafts: Iterable[_Draft], words: Words) -> Iterator[_Draft]:
    """Join 1小时30分 and 一个月3000度, each of which is one quantity."""
    held: _Draft | None = None
    for draft in drafts:
        if held is None:
            held = _compound_tail(plain, draft, words)
            continue
        joined = _joined(plain, held, draft, words)
        if joined is None:
            yield held
            held = _compound_tail(plain, draft, words)
        else:
            held = joined
    if held is not None:
        yield held


def _compound_tail(plain: str, draft: _Draft, words: Words) -> _Draft:
    """1小时30分, 3元5角: the short names that count only right after the bigger unit."""
    if draft.factor.below or len(draft.factor.above) != 1 or draft.low != draft.high:
        return draft
    names = words.compound_names.get(draft.factor.above[0])
    numeral = read_numeral(plain, draft.end) if names and draft.end < len(plain) else None
    if not names or numeral is None or numeral.end >= len(plain):
        return draft
    unit = names.get(plain[numeral.end])
    if unit is None or plain.startswith(("钟", "之"), numeral.end + 1):
        return draft
    value = draft.low + numeral.low / words.compound[draft.factor.above[0], unit]
    return replace(draft, end=numeral.end + 1, low=value, high=value)


def _joined(plain: str, first: _Draft, second: _Draft, words: Words) -> _Draft | None:
    if first.factor.below or len(first.factor.above) != 1:
        return None
    gap = plain[first.end : second.start]
    key = first.factor.above[0]
    if second.factor.above == first.factor.above:
        return None
    if not second.factor.below and len(second.factor.above) == 1 and first.low == first.high:
        count = words.compound.get((key, second.factor.above[0]))
        if count and not gap and second.low == second.high and second.low < count:
            value = first.low + second.low / count
            approximate = first.approximate or second.approximate
            return replace(first, end=second.end, low=value, high=value, approximate=approximate)
    one_period = _label(first.factor) == "time" and first.low == first.high == 1 and plain[first.start] in "一1"
    if not one_period or not words.period_gap.fullmatch(gap) or second.factor.below:
        return None
    if _label(second.factor) in {"time", *words.period_never}:
        return None
    factor = replace(second.factor, below=(*second.factor.below, key))
    return replace(second, start=first.start, factor=factor, per_start=second.start)


def _label(factor: _Factor) -> Label:
    """The label of a unit as written; 度 stands for itself until its meaning is known."""
    if factor.above == ("度",) and not factor.below:
        return "度"
    units = unit_table().units
    above: list[str] = []
    for key in factor.above:
        above.append("energy" if key == "度" else "number" if key == "dimensionless" else units[key].label)
    below = [units[key].label if key in units else "number" for key in factor.below]
    if len(above) + len(below) > 1:
        above = ["temperature_difference" if part == "temperature" else part for part in above]
        below = ["temperature_difference" if part == "temperature" else part for part in below]
    numerator, denominator = split_label("/".join(["*".join(above) or "1", *below]))
    return join_label(numerator, denominator)


def _wanted(plain: str, draft: _Draft, words: Words) -> bool:
    """一 with a mere classifier is an article, unless it is a rate; 一度 without 电 is mostly an adverb."""
    number_start = draft.per_start if draft.per_start is not None else draft.start
    if draft.factor.below or plain[number_start : number_start + 1] != "一":
        return True
    return draft.low != 1 or _label(draft.factor) not in words.article_counts


# ------------------------------------------------------------------------------------------------------------- finish


def _finish(text: str, plain: str, draft: _Draft, words: Words) -> FoundQuantity:
    label, ambiguous, key = _meaning(plain, draft, words)
    above = tuple(key if name in {"度", "degC"} and key else name for name in draft.factor.above)
    if len(above) + len(draft.factor.below) > 1:
        above = tuple(_DELTAS.get(name, name) for name in above)
    below = [_DELTAS.get(name, name) for name in draft.factor.below]
    unit = "度" if ambiguous else unit_expression([n for n in above if n != "multiple"] or ["dimensionless"], below)
    low, high = float(draft.low), float(draft.high)
    single = draft.low == draft.high
    approximate = draft.approximate or _is_approximate(plain, draft, words)
    return FoundQuantity(
        span=(draft.start, draft.end),
        text=text[draft.start : draft.end],
        value=low if single else None,
        low=None if single else low,
        high=None if single else high,
        unit=unit,
        dimension=label,
        approximate=approximate,
        kind=_kind(draft, label, single=single),
        ambiguous=ambiguous,
    )


def _kind(draft: _Draft, label: Label, *, single: bool) -> Kind:
    if not single:
        return "range"
    denominator = split_label(label)[1] if label != AMBIGUOUS else {}
    if denominator:
        return "rate" if "time" in denominator else "ratio"
    return "fraction" if draft.fraction or (label == "ratio" and draft.factor.above != ("multiple",)) else "quantity"


def _is_approximate(plain: str, draft: _Draft, words: Words) -> bool:
    """约3吨, 3吨左右; 近3年 is the last three years and exact."""
    ends = {draft.start, draft.start if draft.per_start is None else draft.per_start}
    found = [match[0].strip() for end in ends if (match := words.approx_before.search(plain[max(0, end - 14) : end]))]
    if _label(draft.factor) == "time":
        found = [word for word in found if word != "近"]
    return bool(found) or bool(words.approx_after.match(plain, draft.end))


def _meaning(plain: str, draft: _Draft, words: Words) -> tuple[Label, tuple[Label, ...], str | None]:
    """Label, possible labels where it cannot be told, and the unit that 度 or ℃ stands for."""
    label = _label(draft.factor)
    if draft.factor.above == ("degC",) and not draft.factor.below:
        different = _is_difference(plain, draft, words)
        return ("temperature_difference", (), "delta_degC") if different else ("temperature", (), "degC")
    if label != "度":
        if draft.fraction and label == "number":
            label = "ratio"
        return label, (), "kWh" if "度" in draft.factor.above else None
    meanings = _degree(plain, draft, words)
    if len(meanings) > 1:
        return AMBIGUOUS, meanings, None
    return meanings[0], (), _DEGREES[meanings[0]]


def _degree(plain: str, draft: _Draft, words: Words) -> tuple[Label, ...]:
    """What 度 means here, by size and by the words around it; two labels where that does not tell."""
    if draft.below_zero:
        return ("temperature",)
    angle, energy, temperature = (
        _weigh(plain, draft, cues, words) for cues in (words.angle, words.energy, words.temperature)
    )
    if angle and angle >= max(energy, temperature):
        return ("angle",)
    if draft.high > words.hottest:
        return ("energy",)
    if energy == temperature == 0 and words.thermal.search(plain[max(0, draft.start - 8) : draft.start]):
        temperature = 1
    if energy == temperature:
        return ("energy", "temperature_difference" if _is_difference(plain, draft, words) else "temperature")
    if energy > temperature:
        return ("energy",)
    return ("temperature_difference",) if _is_difference(plain, draft, words) else ("temperature",)


def _weigh(plain: str, draft: _Draft, cues: re.Pattern[str], words: Words) -> int:
    """Three for each cue in the clause of the quantity, one for each other cue of its sentence within reach."""
    begin, end = max(0, draft.start - words.reach), min(len(plain), draft.end + words.reach)
    breaks = [m.end() for m in _SENTENCE_END.finditer(plain, begin, draft.start)]
    begin = breaks[-1] if breaks else begin
    stop = _SENTENCE_END.search(plain, draft.end, end)
    end = stop.start() if stop else end
    clauses = [m.end() for m in _CLAUSE_END.finditer(plain, begin, draft.start)]
    clause_begin = clauses[-1] if clauses else begin
    clause_stop = _CLAUSE_END.search(plain, draft.end, end)
    clause_end = clause_stop.start() if clause_stop else end
    near = len(cues.findall(plain, clause_begin, draft.start)) + len(cues.findall(plain, draft.end, clause_end))
    whole = len(cues.findall(plain, begin, draft.start)) + len(cues.findall(plain, draft.end, end))
    return 2 * near + whole


def _is_difference(plain: str, draft: _Draft, words: Words) -> bool:
    begin = max(0, draft.start - 10)
    return bool(words.difference.search(plain[begin : draft.start]))


# ----------------------------------------------------------------------------------------------------- one for a field


def resolve(found: FoundQuantity, label: Label) -> FoundQuantity:
    """Settle an ambiguous 度 as ``label``; a quantity that is not ambiguous comes back unchanged."""
    if not found.ambiguous or label not in _DEGREES:
        return found
    return replace(found, unit=_DEGREES[label], dimension=label, ambiguous=())


def read_one(text: str, expected: Label, *, default_unit: str | None = None) -> pint.Quantity[Any]:
    """The one quantity a field's text states; see `tools.units.parse` for the rules and the errors."""
    expected = normal_label(expected)
    shown = text.strip()
    if len(shown) > 200:
        raise InputError(f"一个数值写了 {len(shown)} 个字，过长：请只填数和单位，如{fits(expected)}。")
    if not shown:
        raise InputError(f"没有填数值，这里要{label_name(expected)}：请填数和单位，可用{fits(expected)}。")
    bare = _bare_value(shown)
    if bare is not None:
        return bare_number(bare, expected, default_unit=default_unit, text=shown)
    found = find(shown)
    if not found:
        raise InputError(
            f"“{shown}”里读不出带单位的数，这里要{label_name(expected)}：请写成数加单位，可用{fits(expected)}。"
        )
    if len(found) > 1:
        listed = "、".join(item.text for item in found)
        raise InputError(f"“{shown}”里有 {len(found)} 个数（{listed}），这里只要一个{label_name(expected)}：请分开填。")
    one = _as_field(found[0], shown, expected)
    if one.ambiguous:
        line = f"给的“{shown}”看不出是用电还是温度，这里要{label_name(expected)}：请写明单位，可用{fits(expected)}。"
        raise UnitMismatch(line, given=one.text, expected=fits(expected))
    if one.value is None:
        line = f"“{shown}”是一个区间，这里只要一个{label_name(expected)}：请写出其中一个值，可用{fits(expected)}。"
        raise InputError(line)
    negative = one.value > 0 and shown[: one.span[0]].endswith(("-", "−", "－"))  # a dash is a sign here
    signed = replace(one, value=-one.value) if negative else one
    return check(signed.quantity(), expected, given_text=shown)


def _as_field(found: FoundQuantity, text: str, expected: Label) -> FoundQuantity:
    """度 and ℃ take the meaning the field has, where the text does not say otherwise."""
    degree = found.text.endswith("度") and found.unit in {"kWh", "degC", "delta_degC", "degree", "度"}
    bare = found.span == (0, len(text))
    if found.ambiguous or (degree and bare and expected in _DEGREES):
        return resolve(replace(found, ambiguous=found.ambiguous or ("energy",)), expected)
    change = bare and found.unit == "degC" and expected == "temperature_difference" and found.value is not None
    if change and abs(found.value or 0) <= unit_table().difference_limit:
        return replace(found, unit="delta_degC", dimension=expected)
    return found


_BARE = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|[+-]?\.\d+")


def _bare_value(text: str) -> float | None:
    plain = text.translate(vocabulary().variants).strip()
    if _BARE.fullmatch(plain):
        return float(plain.replace(",", ""))
    numeral = read_numeral(plain, 0)
    if numeral is not None and numeral.end == len(plain) and numeral.low == numeral.high:
        return float(numeral.low)
    return None
