"""How far from near zero: emission less the measures' reductions, against a target, and which measure comes first.

Measures are ordered by investment per tonne avoided each year. Reductions are taken off here because the question is
what is left; in the inventory they never are.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError
from tools import limits
from tools.calculator import Computation
from tools.quantities import find
from tools.units import format_number, format_quantity, label_of, registry
from tools.worksheet import Amount, Worksheet, amount, multiply

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Measure", "compute", "parse_measures"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as written: what it saves in a year (energy, CO2) and what it costs, as text of those quantities."""

    name: str
    saves: "Quantity[Any]"
    costs: "Quantity[Any] | None"


_BREAK = re.compile(r"[；;。\n，,、]")
_SAVED = {"energy", "energy/time", "co2", "co2/time", "mass", "mass/time"}


def parse_measures(text: str) -> tuple[Measure, ...]:
    """The measures named: a stretch with a saving, and the cost in it or in the next stretch.

    >>> [(m.name, str(m.saves), str(m.costs)) for m in parse_measures("换LED 2.5万度 3万元；光伏 22万度 70万元")]
    [('换LED', '25000.0 kWh', '30000.0 CNY'), ('光伏', '220000.0 kWh', '700000.0 CNY')]
    """
    found: list[Measure] = []
    for piece in _BREAK.split(text):
        quantities = find(piece)
        saved = next((q for q in quantities if q.dimension in _SAVED), None)
        cost = next((q.quantity() for q in quantities if q.dimension == "currency"), None)
        if saved is not None:
            name = re.sub(
                r"(?:每年|一年|年)?(?:能|可)?(?:节省|节约|节电|节|省电|省|减排|减|发电|发)?$",
                "",
                piece[: saved.span[0]],
            )
            saves = saved.quantity()
            found.append(Measure(name.strip(" ：:") or f"措施{len(found) + 1}", saves, cost))
        elif cost is not None and found and found[-1].costs is None:
            found[-1] = Measure(found[-1].name, found[-1].saves, cost)
    return tuple(found)


def compute(sheet: Worksheet) -> Computation:
    """What is left after the measures, the target beside it, and the measures in order."""
    emission = amount(_co2(sheet, "年碳排放", sheet.need("emission", "")))
    text = sheet.word("measures")
    left, ordered = emission, []
    if text is not None:
        measures = parse_measures(text)
        if not measures:
            raise InputError(f"减排措施：看不出“{text}”里省多少电或减多少碳，请写成如“换LED 2.5万度 3万元”")
        ordered = sorted(((m, _reduction(sheet, m)) for m in measures), key=_unit_cost)
        reductions = sheet.add("措施减排量合计", "kgCO2", {m.name: value for m, value in ordered})
        left = sheet.subtract("剩余排放", "kgCO2", ("年碳排放", emission), ("措施减排量", reductions))
        if left.magnitude("kgCO2") < 0:
            sheet.warn("措施减排量大于年碳排放，请核对节电量的单位")
        _table(sheet, emission, ordered)
    next_step = _target(sheet, emission, ordered, left)
    cap = limits.get("nearzero.sz.offset.max")
    sheet.assume(f"购买减排量抵消不计入；深圳试点规定其占碳排放量不超过 {cap.value}%（{cap.citation}）")
    return sheet.finish(
        "剩余年排放", left, "tCO2", next_step="；".join(step for step in (_first(ordered), next_step) if step)
    )


def _co2(sheet: Worksheet, label: str, value: "Quantity[Any]") -> "Quantity[Any]":
    """A bare mass, as people write 580 吨, read as CO2, and said."""
    if label_of(value) != "mass":
        return value
    sheet.assume(f"{label} {format_quantity(value)} 按 CO2 计")
    return registry().Quantity(float(value.to("kg").magnitude), "kgCO2")


def _reduction(sheet: Worksheet, measure: Measure) -> Amount:
    saves = measure.saves
    if "time" in label_of(saves):
        saves = (saves * registry().Quantity(1, "year")).to_reduced_units()
    if saves.is_compatible_with("kWh"):
        return sheet.avoided(f"{measure.name}减排量", saves)
    return replace(amount(_co2(sheet, measure.name, saves)).to("kgCO2"), nature="reduction")


def _unit_cost(entry: tuple[Measure, Amount]) -> float:
    """Yuan for a tonne avoided each year; a measure without a cost, or that avoids nothing, goes last."""
    measure, reduction = entry
    avoided = reduction.magnitude("tCO2")
    if measure.costs is None or avoided <= 0:
        return float("inf")
    return float(measure.costs.to("CNY").magnitude) / avoided


def _table(sheet: Worksheet, emission: Amount, ordered: list[tuple[Measure, Amount]]) -> None:
    """One line a measure, cheapest first: what it avoids, what a tonne costs, what is left once it is done."""
    left = emission.magnitude("tCO2")
    for rank, (measure, reduction) in enumerate(ordered, start=1):
        left -= reduction.magnitude("tCO2")
        if measure.costs is None:
            note = "没有给出投资，单位投资未知，排在最后"
        else:
            made = multiply("单位投资", "CNY/tCO2", [amount(measure.costs)], [reduction])
            note = f"每年减一吨要投资 {format_number(made.magnitude('CNY/tCO2'))} 元"
        note = f"{note}；做到这一项还剩 {format_number(left)} 吨CO2"
        sheet.compare(f"措施 {rank}：{measure.name}", reduction, "tCO2", note)


def _target(sheet: Worksheet, emission: Amount, ordered: list[tuple[Measure, Amount]], left: Amount) -> str:
    chosen = sheet.choice("target")
    if chosen is None and not sheet.was_given("target"):
        return "给出建筑面积和单位面积目标，可以算还差多少"
    area = sheet.need("area", "和目标比较")
    if chosen is not None and chosen.limit is not None:
        goal = limits.quantity(chosen.limit) * registry().Quantity(1, "year")
        limit = limits.get(chosen.limit)
        sheet.assume(f"目标：{limit.requirement}（{chosen.note}；{limit.citation}）")
        sheet.warn("目标是深圳近零碳试点口径，边界和因子与 JS/T 303 不完全相同，只作对照")
    else:
        goal = sheet.need("target", "")
        if label_of(goal) == "mass/area":
            goal = registry().Quantity(float(goal.to("kg/m**2").magnitude), "kgCO2/m**2")
    allowed = sheet.product("目标排放", "kgCO2", {"单位面积目标": goal, "建筑面积": area})
    missing = sheet.subtract("离目标还差", "kgCO2", ("剩余排放", left), ("目标排放", allowed))
    sheet.compare("目标排放", allowed, "tCO2")
    sheet.compare("离目标还差（负数为已达到）", missing, "tCO2")
    if missing.magnitude("kgCO2") > 0:
        return f"离目标还差 {format_number(missing.magnitude('tCO2'))} 吨，再补光伏、空调和照明的措施"
    rest = emission.magnitude("kgCO2")
    for rank, (measure, reduction) in enumerate(ordered, start=1):
        rest -= reduction.magnitude("kgCO2")
        if rest <= allowed.magnitude("kgCO2"):
            return f"按表的顺序做到第 {rank} 项“{measure.name}”就达到目标"
    return "已经达到目标，保持并逐年降低"


def _first(ordered: list[tuple[Measure, Amount]]) -> str | None:
    if not ordered or ordered[0][0].costs is None:
        return None
    return f"先做“{ordered[0][0].name}”：每减一吨的投资最低"
