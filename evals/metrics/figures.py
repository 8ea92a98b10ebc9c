"""Figure accuracy: does the answer state the figures it must state, with their units?"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose

__all__ = ["RequiredFigure", "figure_accuracy", "numbers", "states"]

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+")
_SAME_UNIT: tuple[tuple[str, ...], ...] = (
    # One quantity, several ways to write its unit, after NFKC and in lower case.
    (
        "kgco2/(m2·a)",
        "千克二氧化碳每平方米年",
        "千克二氧化碳/(平方米·年)",
        "千克二氧化碳",
    ),
    ("kgco2/kwh", "tco2/mwh", "千克二氧化碳每千瓦时", "千克二氧化碳/千瓦时", "千克/千瓦时"),
    ("tco2e", "吨二氧化碳当量", "吨co2e", "吨二氧化碳", "吨"),
    ("kgce/人", "千克标准煤每人", "千克标准煤/人", "千克标准煤"),
    ("mg/m3", "毫克每立方米", "毫克/立方米"),
    ("w/m2", "瓦每平方米", "瓦/平方米"),
    ("平方米/人", "平方米每人", "m2/人", "平方米"),
    ("°c", "摄氏度", "度"),
    ("月", "个月"),
    ("千瓦时", "kwh", "度"),
    ("吨标准煤", "吨标煤", "tce"),
)


@dataclass(frozen=True, slots=True)
class RequiredFigure:
    """A figure the answer must hold."""

    value: float
    unit: str


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("℃", "°C").lower()


def _units(unit: str) -> tuple[str, ...]:
    plain = _plain(unit).replace(" ", "")
    for ways in _SAME_UNIT:
        if plain in ways:
            return ways
        # A power of ten may stand before the unit: 亿吨标准煤, 万千瓦时.
        if plain[:1] in _POWERS and plain[1:] in ways:
            return tuple(plain[0] + way for way in ways)
    return (plain,)


def _read(written: str) -> float:
    """The number of a run of digits or of Chinese numerals below ten thousand."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    if not any(c in _POWERS for c in written):
        return float("".join(str(_DIGITS[c]) for c in written))
    total, digit = 0, 0
    for character in written:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (digit or 1) * _POWERS[character]
            digit = 0
    return float(total + digit)


def _before(text: str, units: Sequence[str]) -> Iterable[tuple[float, str]]:
    for match in _NUMBER.finditer(text):
        rest = text[match.end() :].lstrip(" ").removeprefix("个")
        for unit in units:
            if rest.startswith(unit.removeprefix("个")):
                yield _read(match.group()), unit


def states(text: str, figure: RequiredFigure) -> bool:
    """Whether the text writes the figure with its unit, in digits or Chinese numerals.

    >>> states("夏季不得低于 26 ℃ [1]", RequiredFigure(26, "℃"))
    True
    >>> states("活动结束后一年内", RequiredFigure(1, "年"))
    True
    >>> states("不低于 26 家", RequiredFigure(26, "℃"))
    False
    >>> states("占比原则上不低于三成", RequiredFigure(30, "%"))
    True
    >>> states("第 126 ℃", RequiredFigure(26, "℃"))
    False
    """
    plain = _plain(text)
    found = list(_before(plain, _units(figure.unit)))
    if figure.unit == "%":
        found += [(value * 10, unit) for value, unit in _before(plain, ("成",))]
        found += [(_read(m.group(1)), "%") for m in re.finditer(r"百分之([零一二两三四五六七八九十百]+)", plain)]
    for power, scale in (("万", 10_000), ("亿", 100_000_000)):
        # 2285万平方米 for 22 850 000 平方米, 五十万元 for 50 万元 and back.
        if figure.unit.startswith(power):
            found += [(v / scale, u) for v, u in _before(plain, _units(figure.unit[1:]))]
        else:
            found += [(v * scale, u) for v, u in _before(plain, tuple(power + u for u in _units(figure.unit)))]
    return any(isclose(value, figure.value, rel_tol=1e-9) for value, _ in found)


def numbers(text: str) -> tuple[float, ...]:
    """Every number of the text in its order, in digits or Chinese numerals, whatever its unit.

    >>> numbers("两百四十人，单程 1,200 公里")
    (240.0, 1200.0)
    """
    return tuple(_read(match.group()) for match in _NUMBER.finditer(_plain(text)))


def figure_accuracy(text: str, required: Iterable[RequiredFigure]) -> float:
    """Share of the required figures the text states. Nothing required: ``ValueError``.

    >>> figure_accuracy("1861家，2285万平方米", [RequiredFigure(1861, "家"), RequiredFigure(2285, "万平方米")])
    1.0
    """
    wanted = list(required)
    if not wanted:
        raise ValueError("figure accuracy needs at least one required figure")
    return sum(states(text, figure) for figure in wanted) / len(wanted)
