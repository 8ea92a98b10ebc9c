"""The figures of a sentence or a clause (quantities, dates, years, grades, counts, bare numbers) and how two compare."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal

from assistant.review.likeness import pairs
from assistant.review.words import words
from corpus.model import Clause, Indicator
from corpus.numerals import NUMERAL, number

__all__ = ["Figure", "Fit", "Kind", "compare", "features", "figures", "held_figures", "named", "ranges"]

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
    own: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    """Names and conditions the figure is paired with: the words beside it, and those further back or of a whole list."""
    listed: bool = False
    """Whether the figure is an indicator's, not one of a running text."""

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
_HALF = re.compile(r"(?<![\d年个减])(?:一半|半数)(?!年)")
_EITHER_WAY = re.compile(r"(?:正|[+＋]/?|±|上下)$")
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
    for reader in (_dates, _years, _periods, _halves, _quantities, _grades, _counts, _numbers):
        for figure in reader(shown):
            if all(figure.span[1] <= b or e <= figure.span[0] for b, e in taken):
                found.append(figure)
                taken.append(figure.span)
    return named(shown, tuple(_placed(shown, f) for f in sorted(found, key=lambda f: f.span)))


def held_figures(clause: Clause) -> tuple[Figure, ...]:
    """The figures a clause holds: those of its text and heading, and its indicators with name and scope around them."""
    return _held(clause.text, clause.heading, clause.indicators)


@cache
def _held(text: str, heading: str, indicators: tuple[Indicator, ...]) -> tuple[Figure, ...]:
    found = list(figures(text))
    found += [both for _, _, both in ranges(tuple(found), text)]
    found += figures(heading)
    for indicator in indicators:
        found += _of_indicator(indicator)
    return tuple(found)


def _of_indicator(indicator: Indicator) -> Iterator[Figure]:
    about = f"{indicator.name} {indicator.scope or ''}"
    said = f"{indicator.year}年 {about}" if indicator.year else about
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
            yield replace(
                figure,
                text=f"{shown}{unit}",
                bound=bound,
                around=about,
                year=indicator.year,
                own=features(said),
                listed=True,
            )


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


def _halves(text: str) -> Iterator[Figure]:
    for match in _HALF.finditer(text):
        yield Figure(match.span(), match.group(), "quantity", 50.0, 50.0, unit="percent", dimension="ratio")


def _quantities(text: str) -> Iterator[Figure]:
    from tools.quantities import find

    for q in find(text):
        if q.ambiguous:
            continue
        low, high = (q.value, q.value) if q.value is not None else (q.low, q.high)
        if low is None or high is None:
            continue
        if low == high and _EITHER_WAY.search(text[: q.span[0]]):  # 正负10% is as wide as 正负一成
            low = high = abs(low)
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


_CLAUSE_END = re.compile(r"[，,。；;：:！？\n]")


def _placed(text: str, figure: Figure) -> Figure:
    """The figure with the text it is said of: from the last stop (two back when that is short) to the next."""
    begin, end = figure.span
    before = re.split(r"[。；;\n]", text[:begin])[-1]
    pieces = re.split(r"[，,、：:]", before)
    near = pieces[-1]
    after = _CLAUSE_END.split(text[end : end + 16])[0]
    own = _wordy(figure)
    if len(near) + len(after) + len(own) < _SHORT and len(pieces) > 1:
        near = pieces[-2] + near
    near += own  # 人均用水量下降6% is read as one quantity
    return replace(figure, around=f"{near}{after}", bound=figure.bound or _bound(text[:begin], text[end:]))


def ranges(found: Sequence[Figure], text: str) -> Iterator[tuple[Figure, Figure, Figure]]:
    """(lower, upper, both as one) of every 五万元以上五十万元以下 of a text.

    >>> text = "处五万元以上五十万元以下罚款"
    >>> [(both.text, both.low, both.high) for _, _, both in ranges(figures(text), text)]
    [('五万元以上五十万元', 50000.0, 500000.0)]
    """
    for one, two in itertools.pairwise(found):
        between = text[one.span[1] : two.span[0]]
        alike = one.low == one.high and two.low == two.high and one.kind == two.kind and _one_sort(one, two)
        if not alike or not re.fullmatch(
            r"\s*(?:及|（含）)?(?:以上|及以上|至|到|[—～~-])[、，]?(?:不满|不足|未满)?", between
        ):
            continue
        upper = two.low * _scale(two, one)
        if upper > one.low:
            span = one.span[0], two.span[1]
            yield one, two, replace(one, span=span, text=text[slice(*span)], high=upper, bound=0, own=two.own | one.own)


def _one_sort(one: Figure, two: Figure) -> bool:
    return _sort(one) == _sort(two) or (one.kind == "quantity" and _dimensions_alike(one.dimension, two.dimension))


# --- what a figure is paired with ----------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[。；;\n！？]")
_STOP = re.compile(r"[，,、：:]")
_CONDITION = re.compile(r"(?:及?以[上下内])?的[，,]")
_LINK = re.compile(r"(?:以上|以下|以内|及|和|或|含|至|到|不满|不足|[\s—～~\-（）()、])*")
"""Between the ends of one range, or two figures of one thing: the second says the same as the first."""


_RUN = re.compile(r"[^\W\da-zA-Z的了和及与或等其为在到按各]+")
_COMPARING = re.compile(
    r"(?:不得|不应|不能|应|不)?(?:低于|少于|小于|高于|大于|超过|多于|晚于|迟于)|罚款|[处的]罚|处以?$|以上|以下|以内|及以|应当|不得|不满|不足|至少|达到|控制在|约为"
)
"""Words that bound a figure; they do not name it."""


_TELLS = 1
"""Features beside a figure below which the words further back tell what it is of."""


_FEW = 2
"""Features of its own up to which a figure is also told by the condition before it (超过50%的，罚款50万元)."""


def features(text: str) -> frozenset[str]:
    """The words a thing is told from another by: character pairs, Latin words, years."""
    found = {a + b for run in _RUN.findall(_COMPARING.sub("，", text)) for a, b in itertools.pairwise(run)}
    return frozenset(found.union(re.findall(r"(?:19|20)\d{2}(?=年)|[A-Za-z]+", text)))


def named(text: str, found: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures with the names and conditions beside them.

    A figure's own words run from the last figure of its sort to it, and on to the next stop. In a list (去除效率小型60%、
    中型75%) what stands before the first name is the head of all.

    >>> text = "净化设施去除效率小型60%、中型75%"
    >>> [sorted(f.own) for f in figures(text)]
    [['小型'], ['中型']]
    """
    made: list[Figure] = []
    firsts: list[str] = []
    befores = [_before(text, found, i) for i in range(len(found))]
    for i, figure in enumerate(found):
        last = _last_alike(text, found, i)
        if last is not None and not _wordy(figure) and _LINK.fullmatch(text[found[last].span[1] : figure.span[0]]):
            own, head, first = made[last].own | features(_after(text, found, i)), made[last].head, firsts[last]
            made.append(replace(figure, own=own, head=head))
            firsts.append(first)
            continue
        context, before = befores[i]
        after = _after(text, found, i)
        following = next(
            (j for j in range(i + 1, len(found)) if _last_alike(text, found, j) == i and befores[j][1].strip()), None
        )
        if last is None:
            cut = len(before) - len(befores[following][1]) if following is not None else 0
            first, before = before[: max(cut, 0)], before[max(cut, 0) :]
        else:
            first = firsts[last]
        near = re.split(r"[，,：:]", before)[-1]
        if len(features(near) | features(_wordy(figure)) | features(after)) < _TELLS:
            near = before
        own = features(f"{near}，{_wordy(figure)}，{after}")
        further = context if len(own) <= _FEW else ""
        head = features(f"{further}，{first}，{before}")
        made.append(replace(figure, own=own, head=head - own))
        firsts.append(first)
    return tuple(made)


def _before(text: str, found: Sequence[Figure], i: int) -> tuple[str, str]:
    """(what stands further back in the sentence, what stands between the figure before and this one)."""
    at = found[i].span[0]
    start = max((m.end() for m in _SENTENCE_END.finditer(text, 0, at)), default=0)
    last = _last_alike(text, found, i)
    if last is not None:
        start = found[last].span[1]
        if stop := _STOP.search(text, start, at):
            start = stop.end()
    other = next((f for f in reversed(found[:i]) if f.kind != "year" and start <= f.span[0]), None)
    if other is not None and (stop := _STOP.search(text, other.span[1], at)):
        return text[start : stop.end()], text[stop.end() : at]
    return "", text[start:at]


def _after(text: str, found: Sequence[Figure], i: int) -> str:
    begin = found[i].span[1]
    bare = _CONDITION.match(text, begin)  # 50人及以上的，可自我承诺: what follows is said of the figure
    stop = _CLAUSE_END.search(text, bare.end() if bare else begin)
    end = stop.start() if stop else len(text)
    following = next((f for f in found[i + 1 :] if _sort(f) == _sort(found[i]) and f.span[0] < end), None)
    if following is not None:
        end = following.span[0]
        if comma := text.find("、", begin, end) + 1:
            end = comma - 1
    return text[begin:end]


def _wordy(figure: Figure) -> str:
    """The words of a figure read with its name (人均用水各降6%)."""
    return figure.text if re.match(r"[\u4e00-\u9fff]", figure.text) and not re.match(NUMERAL, figure.text) else ""


def _last_alike(text: str, found: Sequence[Figure], i: int) -> int | None:
    """The figure of the same sort before this one in the sentence."""
    for j in range(i - 1, -1, -1):
        if _SENTENCE_END.search(text, found[j].span[1], found[i].span[0]):
            return None
        if _sort(found[j]) == _sort(found[i]) or "number" in {found[j].kind, found[i].kind} - {"year"}:
            return j
    return None


def _sort(figure: Figure) -> str:
    return "ratio" if figure.dimension.startswith("ratio") else figure.dimension or figure.unit or figure.kind


# --- how two compare -----------------------------------------------------------------------------------------------

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


def _plain(unit: str) -> str:
    """A mass of coal equivalent or carbon dioxide as a plain mass: 吨标准煤 is often cut to 吨."""
    return re.sub(r"(?<=[gt])(?:ce|CO2e?)(?![A-Za-z])", "", unit)


@cache
def _factor(unit: str, other: str) -> float:
    import pint

    from tools.units import registry

    try:
        return float(registry().Quantity(1.0, _plain(unit)).to(_plain(other)).magnitude)
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
