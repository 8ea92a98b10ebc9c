"""The figures of a sentence or a clause (quantities, dates, years, grades, counts, bare numbers) and how two compare."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from assistant.review.likeness import pairs
from assistant.review.words import words
from corpus.model import Clause, Indicator
from corpus.numerals import NUMERAL, number

__all__ = ["Figure", "Fit", "Kind", "compare", "figures", "held_figures"]

Kind = Literal["quantity", "date", "year", "grade", "count", "number", "period"]
Fit = Literal["same", "other_thing", "other_value", "other_unit", "other_sense", "apart"]
"""How a written figure stands to a held one: ``other_sense`` is the same number bounded from the other side."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``low`` and ``high`` are equal for a single value; ``digits`` is the number as written.

    ``bound`` is +1 for at least, -1 for at most, 0 where nothing is said; ``around`` is the text it is said of;
    ``base`` marks a year others are compared with.
    """

    span: tuple[int, int]
    text: str
    kind: Kind
    low: float
    high: float
    unit: str = ""
    dimension: str = ""
    bound: int = 0
    around: str = ""
    base: bool = False
    year: int | None = None

    @property
    def digits(self) -> float | None:
        """The number in front of the unit, as written."""
        match = re.search(r"\d+(?:\.\d+)?", self.text)
        return float(match.group()) if match else None


_CODES = re.compile(
    r"《[^《》]*》|[A-Z]{1,5}\d{0,4}(?:/[A-Z]{1,2})?\s*\d{3,6}(?:\.\d+)?(?:[-—–]\d{4})?|[〔［\[]\d{4}[〕］\]]\s*\d+\s*号"
    r"|第\s*[〇零一二三四五六七八九十百千\d]+(?:[至到—-][〇零一二三四五六七八九十百千\d]+)?\s*(?:号|[编章节条款项段]|部分)"
)
"""Titles, numbers of standards, documents and clauses; they name, they do not measure."""
_YEAR = re.compile(r"(?<![\d.〔\[])((?:19|20)\d{2})(?=\s*(?:年|[—～~－-]\s*(?:19|20)\d{2}\s*年))")
_DATE = re.compile(r"(?:((?:19|20)\d{2})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*日|((?:19|20)\d{2})-(\d{1,2})-(\d{1,2})")
_GRADE = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?|[一二三四五])\s*(星级?)|(?<![\d.])(\d+(?:\.\d+)?)\s*(A)级?"
    r"|(?<![\d.一二三四五六七八九十])(\d+(?:\.\d+)?|[一二三四五])\s*(级)(?!以上政府|政府|机关|人民|及以上|市|机构)"
)
_COUNT = re.compile(
    r"(?<![\d.第])(\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)\s*(万|亿)?\s*(个|项|种|章|条|分|类|处|座|部分|方面|款|步|大类|人|辆|块|层|倍|次|月)(?![月日年点])"
)
_PERIOD = re.compile(r"(?:每|按)(半年|季度?|月|周|日|天|两年|三年)|(?:一)?次/(季度|月|周|天)")
_PERIOD_DAYS = {"半年": 182, "季": 91, "季度": 91, "月": 30, "周": 7, "日": 1, "天": 1, "两年": 730, "三年": 1095}
_NUMBER = re.compile(r"(?<![\d.A-Za-z〔第_])\d+(?:\.\d+)?(?![\d.〕]|\s*号|\s*[条款章])")
_ARTICLE = {"个", "次", "条", "层", "步", "人", "种", "项", "类", "处"}
_LEAST = re.compile(
    r"(?:不低于|不少于|不得低于|不得少于|不小于|至少|高于|大于|超过|多于|不应低于|≥|>|最低)[^，。；]{0,4}$"
)
_MOST = re.compile(
    r"(?:不足|未满|未超过|不高于|不超过|不得高于|不得超过|不大于|不多于|最高|最多|低于|小于|少于|不晚于|不迟于|控制在|≤|<|不应高于|限值)[^，。；]{0,4}$"
)
_NEVER_LEAST = re.compile(
    r"(?:不|不得|不应|不能)(?:[设定调开用]得|[设调降升]得?)?(?:高于|超过|大于|多于)[^，。；]{0,4}$"
)
_NEVER_MOST = re.compile(r"(?:不|不得|不应|不能)(?:[设定调开用]得|[设调降升]得?)?(?:低于|小于|少于)[^，。；]{0,4}$")
_BASE = re.compile(r"^\s*年?\s*(?:为基[数期准年]|基[数期准]|相比|的基础上|水平)")
_COMPARED = re.compile(r"(?:较|比|相较于?|与|同)$")
_SAME = 1e-6


def figures(text: str, masked: Sequence[tuple[int, int]] = ()) -> tuple[Figure, ...]:
    """Every figure of the text outside the masked spans, in order.

    >>> [(f.kind, f.text, f.low, f.bound) for f in figures("到2025年新能源汽车占比不低于30%，每年3月31日前报送")]
    [('year', '2025', 2025.0, 0), ('quantity', '30%', 30.0, 1), ('date', '3月31日', 331.0, 0)]
    """
    return _read(text, tuple(masked))


@lru_cache(maxsize=4096)
def _read(text: str, masked: tuple[tuple[int, int], ...]) -> tuple[Figure, ...]:
    plain = list(text)
    for begin, end in (*masked, *(m.span() for m in _CODES.finditer(text))):
        plain[begin:end] = "※" * (end - begin)
    shown = "".join(plain)
    found: list[Figure] = []
    taken: list[tuple[int, int]] = []
    for reader in (_dates, _years, _periods, _quantities, _grades, _counts, _numbers):
        for figure in reader(shown):
            if all(figure.span[1] <= b or e <= figure.span[0] for b, e in taken):
                found.append(figure)
                taken.append(figure.span)
    return tuple(_placed(shown, f) for f in sorted(found, key=lambda f: f.span))


def held_figures(clause: Clause) -> tuple[Figure, ...]:
    """The figures a clause holds: those of its text and heading, and its indicators with name and scope around them."""
    return _held(clause.text, clause.heading, clause.indicators)


@cache
def _held(text: str, heading: str, indicators: tuple[Indicator, ...]) -> tuple[Figure, ...]:
    found = list(figures(text))
    found += figures(heading)
    for indicator in indicators:
        found += _of_indicator(indicator)
    return tuple(found)


def _of_indicator(indicator: Indicator) -> Iterator[Figure]:
    about = f"{indicator.name} {indicator.scope or ''}"
    bound = {">=": 1, ">": 1, "<=": -1, "<": -1}.get(indicator.comparator, 0)
    for year, base in ((indicator.year, False), (indicator.base_year, True)):
        if year:
            yield Figure((0, 0), f"{year}", "year", year, year, bound=0, around=about, base=base)
    values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
    for value in values:
        shown = value if isinstance(value, str) else f"{value:.10g}"
        if indicator.unit == "日期" and (short := re.fullmatch(r"(\d{2})-(\d{2})", shown)):
            shown = f"{int(short[1])}月{int(short[2])}日"
        unit = "" if indicator.unit in {"日期", "年月"} else indicator.unit
        read = figures(f"{shown}{unit}") or figures(shown)
        for figure in read:
            yield replace(figure, text=f"{shown}{unit}", bound=bound, around=about, year=indicator.year)


def _dates(text: str) -> Iterator[Figure]:
    for match in _DATE.finditer(text):
        year, month, day = (match[1], match[2], match[3]) if match[2] else (match[4], match[5], match[6])
        value = float(int(month) * 100 + int(day))
        yield Figure(match.span(), match.group(), "date", value, value, unit=year or "")


def _years(text: str) -> Iterator[Figure]:
    for match in _YEAR.finditer(text):
        value = float(match[1])
        base = bool(_BASE.match(text[match.end() :]) or _COMPARED.search(text[: match.start()]))
        yield Figure(match.span(), match[1], "year", value, value, base=base)


def _quantities(text: str) -> Iterator[Figure]:
    from tools.quantities import find

    for q in find(text):
        if q.ambiguous:
            continue
        low, high = (q.value, q.value) if q.value is not None else (q.low, q.high)
        if low is None or high is None:
            continue
        if q.unit == "dimensionless" and not q.text.endswith("倍"):
            counted = q.text.endswith(("个", "项", "种"))
            yield Figure(
                q.span, q.text, "count" if counted else "number", low, high, unit=q.text[-1] if counted else ""
            )
        else:
            yield Figure(q.span, q.text, "quantity", low, high, unit=q.unit, dimension=q.dimension)


def _grades(text: str) -> Iterator[Figure]:
    for match in _GRADE.finditer(text):
        digit, unit = match[1] or match[3] or match[5], match[2] or match[4] or match[6]
        value = float(digit) if digit[0].isdigit() else float(number(digit))
        yield Figure(match.span(), match.group(), "grade", value, value, unit=unit[0])


def _counts(text: str) -> Iterator[Figure]:
    for match in _COUNT.finditer(text):
        numeral, unit = match[1], match[3]
        if numeral in {"一", "两"} and unit in _ARTICLE:
            continue
        if numeral[0].isdigit():
            value = float(numeral)
        elif set(numeral) <= set("百千"):
            continue
        else:
            value = float(number(numeral))
        value *= {"万": 1e4, "亿": 1e8}.get(match[2] or "", 1)
        yield Figure(match.span(), match.group(), "count", value, value, unit=unit)


def _periods(text: str) -> Iterator[Figure]:
    for match in _PERIOD.finditer(text):
        days = float(_PERIOD_DAYS[match[1] or match[2]])
        yield Figure(match.span(), match.group(), "period", days, days, unit="day")


def _numbers(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        value = float(match.group())
        yield Figure(match.span(), match.group(), "number", value, value)


_CLAUSE_END = re.compile(r"[，。；;：:！？\n]")


def _placed(text: str, figure: Figure) -> Figure:
    """The figure with the text it is said of: from the last stop (two back when that is short) to the next."""
    begin, end = figure.span
    before = re.split(r"[。；;\n]", text[:begin])[-1]
    pieces = re.split(r"[，,、：:]", before)
    near = pieces[-1]
    after = _CLAUSE_END.split(text[end : end + 16])[0]
    own = figure.text if re.match(r"[\u4e00-\u9fff]", figure.text) and not re.match(NUMERAL, figure.text) else ""
    if len(near) + len(after) + len(own) < _SHORT and len(pieces) > 1:
        near = pieces[-2] + near
    near += own  # 人均用水量下降6% is read as one quantity
    return replace(figure, around=f"{near}{after}", bound=figure.bound or _bound(text[:begin], text[end:]))


_SHORT = 6
"""Characters below which the words beside a figure do not tell what it is said of."""


def _bound(before: str, after: str) -> int:
    tail = before[-14:]
    if _NEVER_LEAST.search(tail):
        return -1
    if _NEVER_MOST.search(tail):
        return 1
    if re.match(r"\s*(?:以上|及以上|起)", after):
        return 1
    if re.match(r"\s*(?:以下|以内|及以下|之内)", after):
        return -1
    if _LEAST.search(tail):
        return 1
    if _MOST.search(tail):
        return -1
    return 0


def compare(written: Figure, held: Figure) -> Fit:
    """How a written figure stands to a held one. Values are compared in one unit, within rounding of the last digit.

    >>> one, two = figures("不低于26℃")[0], figures("不高于26摄氏度")[0]
    >>> compare(one, two), compare(one, figures("不低于24℃")[0]), compare(one, figures("30%")[0])
    ('other_sense', 'other_value', 'apart')
    """
    if not _same_kind(written, held):
        if _figure_only(written, held):
            return "other_unit"
        return "apart"
    if contradicts(written.around, held.around):
        return "other_thing"
    if not _equal(written, held):
        return "other_unit" if _figure_only(written, held) else "other_value"
    if written.kind == "year" and written.base != held.base:
        return "same"
    if written.bound * held.bound < 0:
        return "other_sense"
    return "same"


_COUNTED = {"count", "number", "quantity"}


def _same_kind(one: Figure, two: Figure) -> bool:
    if one.kind == two.kind == "quantity":
        return one.dimension == two.dimension or _dimensions_alike(one.dimension, two.dimension)
    if one.kind == two.kind:
        return one.kind in {"date", "year", "period", "number"} or one.unit == two.unit or _counts_alike(one, two)
    if "number" in {one.kind, two.kind}:
        return {one.kind, two.kind} <= _COUNTED and (one.low == two.low or bool(pairs(one.around) & pairs(two.around)))
    if {one.kind, two.kind} == {"count", "quantity"}:
        return _counts_things(one) and _counts_things(two)
    return False


_THINGS = (
    "institution",
    "piece",
    "occurrence",
    "person",
    "vehicle",
    "parking_space",
    "charger",
    "set",
    "lamp",
    "room",
    "device",
    "floor",
)


_COUNTERS = frozenset({"个", "项", "种", "条", "类", "方面", "大类", "部分", "步"})
"""Measure words that count the same things in turn: 八个方面, 8项."""


def _counts_alike(one: Figure, two: Figure) -> bool:
    return one.kind == "count" and {one.unit, two.unit} <= _COUNTERS and bool(pairs(one.around) & pairs(two.around))


def _counts_things(figure: Figure) -> bool:
    return figure.kind == "count" or figure.dimension.split("/")[0] in _THINGS


def _dimensions_alike(one: str, two: str) -> bool:
    """A rate written without its period, a carbon mass written as plain mass, a count of things named two ways."""
    alike = {"co2e": "mass", "co2": "mass", "ce": "mass", "temperature_difference": "temperature"}

    def plain(label: str) -> list[str]:
        if label.startswith("ratio"):  # 人均能耗降幅11.11% is a share, not a share per person
            return ["ratio"]
        return [alike.get(part, part) for part in label.split("/") if part != "time" or label == "time"]

    return plain(one) == plain(two) or (
        one.split("/", maxsplit=1)[0] in _THINGS and two.split("/", maxsplit=1)[0] in _THINGS
    )


def _equal(one: Figure, two: Figure) -> bool:
    if one.kind == "date" and one.unit and two.unit and one.unit != two.unit:
        return False
    scale = _scale(one, two)
    return all(
        any(abs(a * scale - b) <= _SAME * max(abs(a * scale), abs(b), 1e-12) for b in (two.low, two.high))
        for a in (one.low, one.high)
    )


def _scale(one: Figure, two: Figure) -> float:
    """What a value of the first is multiplied with to stand in the unit of the second; 1 where units do not convert."""
    if one.kind != "quantity" or two.kind != "quantity" or one.unit == two.unit:
        return 1.0
    return _factor(one.unit, two.unit)


@cache
def _factor(unit: str, other: str) -> float:
    import pint

    from tools.units import registry

    try:
        return float(registry().Quantity(1.0, unit).to(other).magnitude)
    except (pint.DimensionalityError, pint.OffsetUnitCalculusError):
        return 1.0


def _figure_only(one: Figure, two: Figure) -> bool:
    """The same number before another unit (18吨 for 18千克)."""
    if {one.kind, two.kind} != {"quantity"} or one.digits is None or one.digits != two.digits:
        return False
    return one.unit != two.unit


def contradicts(one: str, two: str) -> bool:
    """Whether the texts name two things that are never the same (夏季 and 冬季)."""
    for group in words().contrasts:
        first = {w for w in group if w in one}
        second = {w for w in group if w in two}
        if first and second and not first & second:
            return True
    return False
