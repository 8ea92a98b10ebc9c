"""The compiled vocabulary: the patterns and tables with which `tools.quantities` reads text.

Built once from ``tools/data/units.yaml`` and ``tools/data/quantities.yaml``, without pint, in some forty milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tools.units import load_data, unit_table

__all__ = ["Words", "vocabulary"]


@dataclass(frozen=True, slots=True)
class Words:
    """The compiled vocabulary."""

    half_of_two: re.Pattern[str]
    unit: re.Pattern[str]
    rate_unit: re.Pattern[str]
    substance: re.Pattern[str]
    names: dict[str, tuple[str, ...]]
    folded: dict[str, tuple[str, ...]]
    rate_names: dict[str, tuple[str, ...]]
    substances: dict[tuple[str, str], str]
    start: re.Pattern[str]
    idiom: re.Pattern[str]
    approx_before: re.Pattern[str]
    approx_after: re.Pattern[str]
    many: re.Pattern[str]
    ordinal: tuple[str, ...]
    one_not_after: tuple[str, ...]
    article_counts: frozenset[str]
    cubic: re.Pattern[str]
    energy: re.Pattern[str]
    temperature: re.Pattern[str]
    angle: re.Pattern[str]
    hottest: Decimal
    reach: int
    difference: re.Pattern[str]
    rate_reach: int
    period_gap: re.Pattern[str]
    period_never: frozenset[str]
    period_followers: str
    compound: dict[tuple[str, str], int]
    compound_names: dict[str, dict[str, str]]
    signed: frozenset[str]
    tenth: re.Pattern[str]
    thermal: re.Pattern[str]
    counted_before: re.Pattern[str]
    counted_units: dict[str, tuple[str, str]]
    substance_before: re.Pattern[str]
    variants: dict[int, int | str]


def _alternation(names: Iterable[str], not_before: dict[str, tuple[str, ...]]) -> str:
    """Longest first; a name that ends in an ASCII letter or digit ends at a word boundary."""
    parts = []
    for name in sorted(set(names), key=lambda text: (-len(text), text)):
        tail = r"(?![A-Za-z])" if name[-1].isascii() and name[-1].isalpha() else ""
        tail = r"(?!\d)" if name[-1].isascii() and name[-1].isdigit() else tail
        other_word = f"(?!{_any_of(not_before[name])})" if name in not_before else ""
        parts.append(re.escape(name) + tail + other_word)
    return "|".join(parts)


def _any_of(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(set(names), key=len, reverse=True))


@cache
def vocabulary() -> Words:
    table = unit_table()
    data = load_data("quantities.yaml")
    names: dict[str, tuple[str, ...]] = {}
    rate_names: dict[str, tuple[str, ...]] = {}
    for key, unit in table.units.items():
        names.update(dict.fromkeys(unit.names, (key,)))
        rate_names.update(dict.fromkeys(unit.rate_names, (key,)))
    for key, written in table.products.items():
        names.update({name: tuple(key.split("*")) for name in written})
    folded: dict[str, tuple[str, ...]] = {}
    for name, keys in names.items():
        if name.isascii() and len(name) > 1 and name.lower() not in names:
            folded.setdefault(name.lower(), keys)
    substances: dict[tuple[str, str], str] = {}
    for units, written in table.substances.values():
        for name in written:
            substances.update({(mass, name.lower()): unit for mass, unit in units.items()})
    substance_names = {name for _, written in table.substances.values() for name in written}
    barred = table.not_before
    degree, difference = data["degree"], data["difference"]
    approximate = data["approximate"]
    fillers = f"(?:{_any_of(difference['fillers'])})?"
    before_fillers = _any_of(data["before_fillers"])
    long_substances = {name for name in substance_names if len(name) > (2 if name.isascii() else 1)}  # not C, ce, 碳
    names["度"] = ("度",)
    return Words(
        half_of_two=re.compile(rf"(?:{_any_of(data['half_of_two'])})"),
        unit=re.compile(f"(?P<exact>{_alternation(names, barred)})|(?i:(?P<folded>{_alternation(folded, barred)}))"),
        rate_unit=re.compile(f"(?P<rate>{_alternation([*rate_names, *(n for n in names if n not in rate_names)], barred)})|"
                             f"(?i:(?P<folded>{_alternation(folded, barred)}))"),
        substance=re.compile(f"[ -]?的?(?i:(?P<what>{_alternation(substance_names, barred)}))"),
        names=names,
        folded=folded,
        rate_names=rate_names,
        substances=substances,
        start=re.compile(r"(?<![\d.A-Za-z])\.(?=\d)|[0-9一二两三四五六七八九十几数零〇半每人户车桌床日月年次百千万负¥￥](?<![A-Za-z_])|零下"),
        idiom=re.compile(_any_of(data["idioms"])),
        approx_before=re.compile(rf"(?<![{''.join(approximate['not_after'])}])(?:{_any_of(approximate['before'])})[ 为是有]?$", re.IGNORECASE),
        approx_after=re.compile(rf"\s?(?:{_any_of(approximate['after'])})", re.IGNORECASE),
        many=re.compile(rf"(?:{_any_of(approximate['many'])})(?!{_any_of(approximate['many_not_before'])})"),
        ordinal=tuple(data["ordinal"]),
        one_not_after=tuple(data["one_not_after"]),
        article_counts=frozenset(data["article_counts"]),
        cubic=re.compile(_any_of(data["cubic_cues"])),
        energy=re.compile(_any_of(degree["energy"])),
        temperature=re.compile(_any_of(degree["temperature"])),
        angle=re.compile(_any_of(degree["angle"])),
        hottest=Decimal(degree["hottest"]),
        reach=int(degree["reach"]),
        difference=re.compile(rf"(?<![{''.join(w for w in difference['not_after'] if len(w) == 1)}])"
                              rf"(?:{_any_of(difference['before'])}){fillers}\s?$|"
                              rf"(?:{_any_of(difference['nouns'])})[^，。；、\d]{{0,6}}$"),
        rate_reach=int(data["rate_reach"]),
        period_gap=re.compile(rf"(?!{_any_of(data['period_ends'])})[^，。；、,;\n\d]{{0,{data['period_gap']}}}"),
        period_never=frozenset(data["period_never"]),
        period_followers="".join(data["period_followers"]),
        compound={(first, second): count for first, second, count in data["compound"]},
        compound_names=data["compound_names"],
        signed=frozenset(data["signed"]),
        tenth=re.compile(rf"成(?!{_any_of(data['tenth_not_before'])})"),
        thermal=re.compile(rf"(?:{_any_of(difference['thermal'])}){fillers}\s?$"),
        counted_before=re.compile(rf"(?P<what>{_any_of(data['counted_before'])})(?:{before_fillers})*$"),
        counted_units={noun: (unit, classifiers) for noun, (unit, classifiers) in data["counted_before"].items()},
        substance_before=re.compile(rf"(?i:(?P<what>{_any_of(long_substances)}))(?:{before_fillers})*$"),
        variants=_variants(data["variants"]),
    )  # fmt: skip


def _variants(traditional: dict[str, str]) -> dict[int, int | str]:
    """One character for one character, so that spans stay those of the given text."""
    full_width: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    for keep in "，：；？！":  # the marks that end a clause
        full_width.pop(ord(keep), None)
    single = {"\u3000": " ", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "㏕": "m"}
    single.update(dict.fromkeys("・•∙⋅‧●", "·"))
    single.update({"−": "-", "–": "-", "﹣": "-", "～": "~", "〜": "~", "∼": "~", "﹪": "%", "º": "°", "\t": " "})
    single.update(traditional)
    return {**full_width, **{ord(char): new for char, new in single.items()}}
