"""The working of one calculation: inputs read with their dimensions, steps written down as they are computed.

A step's formula, the numbers put in and the result come from one call, so they cannot disagree. Quantities are pint
quantities in which each gas and each count is a dimension of its own: a sum of CO2 and CO2e, or kilometres without
their passengers, does not compute.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from corpus.errors import InputError, MissingInput, OutOfRange, UnitMismatch
from tools import factors
from tools.calculator import Calculator, Choice, Comparison, Computation, Excluded, InputSpec, Row, Step, Total
from tools.factors import Factor, Nature, Registry
from tools.units import format_number, format_quantity, label_of, parse, registry, unit_name

if TYPE_CHECKING:
    from pint import Quantity

__all__ = ["Amount", "Inputs", "Worksheet", "amount", "multiply", "read_inputs"]

_DIGITS = 6
_BLANK = (None, "")
_NO_EMISSION: Mapping[str, str] = {"reduction": "减排量", "removal": "碳汇", "comparison": "净生命周期值"}
_ASKED = 4


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity with its range; the three agree where nothing uncertain went in.

    ``nature`` keeps a reduction, a removal by green space or a net life-cycle value from ever entering a sum of
    emissions: they are masses of the same gas, and no emissions.
    """

    value: "Quantity[Any]"
    low: "Quantity[Any]"
    high: "Quantity[Any]"
    nature: Nature = "emission"

    def to(self, unit: str) -> "Amount":
        return Amount(self.value.to(unit), self.low.to(unit), self.high.to(unit), self.nature)

    def magnitude(self, unit: str) -> float:
        return float(self.value.to(unit).magnitude)

    @property
    def ranged(self) -> bool:
        return bool(self.low.magnitude != self.high.magnitude)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was given, read: quantities and words by input name, and which of them are defaults."""

    given: Mapping[str, str]
    quantities: Mapping[str, "Quantity[Any]"]
    words: Mapping[str, str]
    defaulted: frozenset[str]
    notes: tuple[str, ...] = ()


def amount(value: Any) -> Amount:
    """Any operand as an Amount: a factor brings its range and its unit."""
    if isinstance(value, Amount):
        return value
    if isinstance(value, Factor):
        make = registry().Quantity
        nature: Nature = value.nature if value.nature in _NO_EMISSION else "emission"
        central, low, high = (make(number, value.expression) for number in (value.value, value.low, value.high))
        return Amount(central, low, high, nature)
    return Amount(value, value, value)


def read_inputs(spec: Calculator, values: Mapping[str, object], source: Registry | None = None) -> Inputs:
    """Read what a person, a form or a program gave for a calculator.

    Raises InputError for an unknown or missing input, UnitMismatch for another dimension, OutOfRange.
    """
    named = {spec.input(key).name: value for key, value in values.items() if value not in _BLANK}
    missing = [item for item in spec.inputs if item.required and item.name not in named]
    if missing:
        asked = "；".join(_asked(item) for item in missing)
        raise MissingInput(f"{spec.title}还缺 {asked}", field=missing[0].name)
    given: dict[str, str] = {}
    quantities: dict[str, Quantity[Any]] = {}
    words: dict[str, str] = {}
    notes: list[str] = []
    for item in spec.inputs:
        if item.name in named:
            given[item.name] = _given(item, named[item.name])
        elif item.default_factor is not None:
            quantities[item.name] = amount(factors.get(item.default_factor, source=source)).value
            continue
        elif item.default is None:
            continue
        value = named.get(item.name, item.default)
        if item.kind == "quantity" or (item.dimension is not None and _option(item, value) is None):
            quantities[item.name] = _quantity(item, value, notes)
        else:
            words[item.name] = _word(item, value)
    return Inputs(
        given=MappingProxyType(given),
        quantities=MappingProxyType(quantities),
        words=MappingProxyType(words),
        defaulted=frozenset((quantities.keys() | words.keys()) - given.keys()),
        notes=tuple(notes),
    )


def _asked(item: InputSpec) -> str:
    """How an input that is missing is asked for, with what an answer looks like."""
    return f"{item.label}（{item.name}）：{item.question}" + (f"如“{item.example}”" if item.example else "")


def _given(item: InputSpec, value: object) -> str:
    try:
        return _as_given(value)
    except InputError as error:
        raise InputError(f"{item.label}：{error}，如“{item.example}”") from error


def _as_given(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        raise InputError(f"给的是真假值 {value}，这里要数值或文字")
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, Sequence):
        return "；".join(str(part) for part in value)
    if hasattr(value, "magnitude"):
        return format_quantity(value, _DIGITS)  # type: ignore[arg-type]
    raise InputError(f"读不懂 {value!r}，请写成文字")


def _quantity(item: InputSpec, value: object, notes: list[str]) -> "Quantity[Any]":
    label = item.dimension or "number"
    if not isinstance(value, str | int | float) and not hasattr(value, "magnitude"):
        raise InputError(f"{item.label}：读不懂“{value}”，请写成如“{item.example}”的样子")
    try:
        read = _parsed(item, value, label)
    except UnitMismatch as error:
        raise UnitMismatch(f"{item.label}：{error}", given=error.given, expected=error.expected) from error
    except InputError as error:
        options = f"也可选：{_offered(item)}" if item.choices else ""
        raise InputError(f"{item.label}：{error}{options}") from error
    if item.units and str(read.units) not in item.units:
        fits = "、".join(unit_name(unit).removeprefix("个") for unit in item.units)
        raise InputError(f"{item.label}：“{_as_given(value)}”请用{fits}写，如“{item.example}”")
    if item.period is not None and label_of(read).count("/time") > label.count("/time"):
        read = (read * registry().Quantity(1, item.period)).to_reduced_units()
        read = read.to(item.unit) if item.unit is not None and read.is_compatible_with(item.unit) else read
        shown = format_quantity(read, _DIGITS)
        notes.append(f"{item.label}“{_as_given(value)}”按一{unit_name(item.period)}合计，为 {shown}")
    if item.day_hours is not None and _in_days(read):
        hours = float(read.to("day").magnitude) * item.day_hours
        shown = format_number(hours)
        notes.append(f"{item.label}“{_as_given(value)}”按每天 {item.day_hours:g} 小时计，为 {shown} 小时")
        read = registry().Quantity(hours, "hour")
    _check_range(item, read, value)
    return read


def _parsed(item: InputSpec, value: Any, label: str) -> "Quantity[Any]":
    """Read for the input's own label, else for another one that fits; the first refusal is the one shown."""
    bare_unit = None if label in {"ratio", "number"} or not _bare(value) else item.unit  # 20 may mean 20 % or 20 times
    try:
        return parse(value, label, default_unit=bare_unit)
    except UnitMismatch:
        for other in item.also:
            try:
                return parse(value, other)
            except InputError:
                continue
        raise


def _bare(value: object) -> bool:
    """Whether a value is a number without a unit."""
    if isinstance(value, str):
        return re.fullmatch(r"\s*[-+]?[\d０-９][\d０-９,，.．]*(?:[eE][-+]?\d+)?\s*", value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _in_days(read: "Quantity[Any]") -> bool:
    return str(read.units) == "day"


def _check_range(item: InputSpec, read: "Quantity[Any]", value: object) -> None:
    if item.unit is None or (item.low is None and item.high is None):
        return
    low, high = item.low, item.high
    number = float(read.to(item.unit).magnitude) if read.check(item.unit) else float(read.magnitude)
    if (low is None or number >= low) and (high is None or number <= high):
        return
    ends = [format_number(end, _DIGITS) for end in (low, high) if end is not None]
    bounds = (
        "～".join(ends) if low is not None and high is not None else f"不{'小' if high is None else '大'}于 {ends[0]}"
    )
    why = f"（{item.range_reason}）" if item.range_reason else ""
    name = unit_name(item.unit)
    shown = f"{format_number(number, _DIGITS)} {name}"
    said = _as_given(value).replace(" ", "")
    if not _bare(value) and said != shown.replace(" ", ""):
        shown = f"{_as_given(value)}（{shown}）"
    raise OutOfRange(f"{item.label}：给的是 {shown}，可用范围是 {bounds} {name}{why}")


def _word(item: InputSpec, value: object) -> str:
    text = _as_given(value)
    if item.kind == "year":
        return _year(item, text)
    if item.kind == "text":
        return text
    option = _option(item, text)
    if option is not None:
        return option
    raise InputError(f"{item.label}：没有“{text}”这一选项；可选：{_offered(item)}")


def _offered(item: InputSpec) -> str:
    return "、".join(f"{choice.key}（{choice.label}）" for choice in item.choices)


def _option(item: InputSpec, value: object) -> str | None:
    """The key of the option that was named by key, label or another word for it."""
    text = _as_given(value).lower()
    for choice in item.choices:
        if text in {choice.key.lower(), choice.label.lower(), *(word.lower() for word in choice.words)}:
            return choice.key
    return None


def _year(item: InputSpec, text: str) -> str:
    match = re.fullmatch(r"(\d{4})(?:\.0)?\s*年?度?", text)
    if match is None:
        raise InputError(f"{item.label}：“{text}”不是年份，请写成如“2024年”")
    year = int(match.group(1))
    if (item.low is not None and year < item.low) or (item.high is not None and year > item.high):
        bounds = f"{item.low:g}～{item.high:g} 年（{item.range_reason}）"
        raise OutOfRange(f"{item.label}：给的是 {year} 年，可用范围是 {bounds}")
    return match.group(1)


@dataclass(slots=True)
class Worksheet:
    """Writes a calculation down while it is made; :meth:`finish` gives the frozen Computation."""

    spec: Calculator
    inputs: Inputs
    source: Registry | None = None
    _steps: list[Step] = field(default_factory=list)
    _rows: list[tuple[str, Amount, str | None]] = field(default_factory=list)
    _excluded: list[Excluded] = field(default_factory=list)
    _factors: dict[str, Factor] = field(default_factory=dict)
    _assumptions: list[str] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _comparison: list[Comparison] = field(default_factory=list)
    _clauses: list[str] = field(default_factory=list)

    # ---------------------------------------------------------------------------------------------------- inputs

    def quantity(self, name: str) -> "Quantity[Any] | None":
        """The quantity of an input, given or default (a default is named as an assumption); None if there is none."""
        self._note_default(name)
        return self.inputs.quantities.get(name)

    def need(self, name: str, why: str) -> "Quantity[Any]":
        """The quantity of an input that this route needs."""
        found = self.quantity(name)
        if found is None:
            item = self.spec.input(name)
            raise MissingInput(f"{why}还缺 {_asked(item)}", field=item.name)
        return found

    def word(self, name: str) -> str | None:
        self._note_default(name)
        return self.inputs.words.get(name)

    def choice(self, name: str) -> Choice | None:
        """The chosen option of a choice input."""
        key = self.word(name)
        return next((choice for choice in self.spec.input(name).choices if choice.key == key), None)

    def was_given(self, *names: str) -> bool:
        return any(name in self.inputs.given for name in names)

    def _note_default(self, name: str) -> None:
        if name not in self.inputs.defaulted:
            return
        item = self.spec.input(name)
        read = self.inputs.quantities.get(name)
        shown = self.inputs.words.get(name, "") if read is None else format_quantity(read, _DIGITS)
        chosen = next((choice.label for choice in item.choices if choice.key == shown), shown)
        reason = item.default_reason or ""
        if item.default_factor is not None:
            factor = self.factor(item.default_factor)
            self._use(factor)
            reason = reason or factor.citation
        self.assume(f"{item.label}没有给出，取 {chosen}" + (f"（{reason}）" if reason else ""))

    # --------------------------------------------------------------------------------------------------- factors

    def factor(self, factor_id: str) -> Factor:
        return factors.get(factor_id, source=self.source)

    def electricity(self) -> Factor:
        """The grid factor for the inputs ``region`` and ``year``; which year stands for which is said."""
        year = self.inputs.words.get("year")
        region = self.inputs.words.get("region") or "广东"
        picked = factors.pick("electricity", region, int(year) if year else None, source=self.source)
        where = f"{region}没有单独发布的值，用{picked.factor.region}值；" if region != picked.factor.region else ""
        self.assume(f"电力因子：{where}{picked.note}")
        return picked.factor

    def _use(self, factor: Factor) -> None:
        self._factors.setdefault(factor.id, factor)

    # ----------------------------------------------------------------------------------------------------- steps

    def product(
        self,
        label: str,
        unit: str,
        times: Mapping[str, Any],
        over: Mapping[str, Any] | None = None,
        *,
        nature: Nature | None = None,
    ) -> Amount:
        """Multiply (and divide) named operands, write the step down, and give the result in ``unit``.

        ``nature`` marks a result that is no emission although its factor is one: electricity saved × grid factor.

        Raises UnitMismatch if the operands do not make that unit: a programming error or a wrong factor.
        """
        over = over or {}
        above = {name: amount(value) for name, value in times.items()}
        below = {name: amount(value) for name, value in over.items()}
        result = multiply(label, unit, list(above.values()), list(below.values()))
        if nature is not None:
            result = replace(result, nature=nature)
        used = [value for value in (*times.values(), *over.values()) if isinstance(value, Factor)]
        for factor in used:
            self._use(factor)
        main = next((factor for factor in used if factor.of is not None), used[0] if used else None)
        formula = " ÷ ".join([" × ".join(above), *below])
        substitution = " ÷ ".join([" × ".join(_shown(value) for value in above.values()), *map(_shown, below.values())])
        return self.record(label, formula, substitution, result, unit, factor=main)

    def add(self, label: str, unit: str, parts: Mapping[str, Any]) -> Amount:
        """Add named amounts of one dimension and one nature; the step lists them."""
        amounts = {name: amount(value).to(unit) for name, value in parts.items()}
        natures = {part.nature for part in amounts.values()}
        if len(natures) > 1:
            others = "、".join(_NO_EMISSION[nature] for nature in sorted(natures) if nature in _NO_EMISSION)
            raise UnitMismatch(f"{label}：排放量与{others}不能相加")
        zero = registry().Quantity(0.0, unit)
        result = Amount(
            sum((part.value for part in amounts.values()), zero),
            sum((part.low for part in amounts.values()), zero),
            sum((part.high for part in amounts.values()), zero),
            next(iter(natures), "emission"),
        )
        numbers = " + ".join(format_number(float(part.value.magnitude), _DIGITS) for part in amounts.values())
        return self.record(label, " + ".join(amounts), numbers, result, unit)

    def subtract(self, label: str, unit: str, first: tuple[str, Any], second: tuple[str, Any]) -> Amount:
        """``first`` less ``second``, both named; the range takes the ends that lie furthest apart."""
        one, two = amount(first[1]).to(unit), amount(second[1]).to(unit)
        result = Amount(one.value - two.value, one.low - two.high, one.high - two.low, one.nature)
        return self.record(label, f"{first[0]} − {second[0]}", f"{_shown(one)} − {_shown(two)}", result, unit)

    def record(
        self,
        label: str,
        formula: str,
        substitution: str,
        result: Any,
        unit: str,
        *,
        factor: Factor | None = None,
    ) -> Amount:
        """Write a step whose result was computed elsewhere (a ceiling, a choice of the larger)."""
        made = amount(result).to(unit)
        self._steps.append(
            Step(label, formula, substitution, made.magnitude(unit), unit, factor.id if factor is not None else None)
        )
        return made

    def grid(self, label: str, used: Any) -> Amount:
        """What used electricity emits: times the grid factor of the inputs' region and year."""
        return self.product(label, "kgCO2", {"用电量": used, "电力因子": self.electricity()})

    def avoided(self, label: str, saved: Any, unit: str = "kgCO2") -> Amount:
        """What saved (or self-made) electricity avoids: a reduction, which no sum of emissions takes."""
        operands = {"节电（发电）量": saved, "电力因子": self.electricity()}
        return self.product(label, unit, operands, nature="reduction")

    def payback(self, cost: Any, yearly: Any) -> None:
        """Years until a yearly saving has paid a cost; said as never where there is no saving."""
        if amount(yearly).magnitude("CNY/year") <= 0:
            self.warn("每年不省钱，没有回收期")
            return
        self.compare("静态回收期", self.product("静态回收期", "year", {"投资": cost}, {"年节省": yearly}), "year")

    def as_co2e(self, value: Amount) -> Amount:
        """A CO2 amount counted into CO2e at its potential of one; said once as an assumption. CO2e comes back as is."""
        if label_of(value.value) == "co2e":
            return value.to("kgCO2e")
        one = self.factor("gwp.co2")
        self._use(one)
        self.assume("只含 CO2 的因子（如电网平均因子）按全球变暖潜势 1 计入 CO2e，其 CH4、N2O 不在内")
        return multiply("计入CO2e", "kgCO2e", [value, amount(one)], [])

    # ---------------------------------------------------------------------------------------------------- result

    def row(self, label: str, value: Amount, note: str | None = None) -> Amount:
        """A part of the total; a reduction, removal or net value is refused."""
        if value.nature in _NO_EMISSION:
            raise UnitMismatch(f"{label}是{_NO_EMISSION[value.nature]}，不能计入排放合计")
        self._rows.append((label, value, note))
        return value

    @property
    def rows(self) -> tuple[tuple[str, Amount, str | None], ...]:
        return tuple(self._rows)

    def exclude(self, label: str, reason: str) -> None:
        self._excluded.append(Excluded(label, reason))

    def assume(self, text: str) -> None:
        if text not in self._assumptions:
            self._assumptions.append(text)

    def warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.append(text)

    def compare(self, label: str, value: Amount, unit: str, note: str | None = None) -> None:
        """Set another figure beside the total; a gas goes into ``of``."""
        bare, of = _split_gas(unit)
        self._comparison.append(Comparison(label, value.magnitude(unit), bare, of, note))

    def cite(self, *keys: str) -> None:
        """Clauses that belong to this result besides those of the specification."""
        self._clauses.extend(key for key in keys if key not in self._clauses)

    def total_of_rows(self, label: str, *, in_co2e: bool = False) -> Amount:
        """The sum of the rows: CO2 if all are CO2, else (or ``in_co2e``) CO2e; the rows are brought to that gas."""
        if not self._rows:
            raise self._nothing_to_compute()
        same = not in_co2e and {label_of(value.value) for _, value, _ in self._rows} == {"co2"}
        if not same:
            self._rows = [(name, self.as_co2e(value), note) for name, value, note in self._rows]
        unit = "kgCO2" if same else "kgCO2e"
        return self.add(label, unit, {name: value for name, value, _ in self._rows})

    def _nothing_to_compute(self) -> MissingInput:
        """What to ask for: the first inputs that make a result; or why what was given could not be counted."""
        open_inputs = [
            item
            for item in self.spec.inputs
            if item.kind in {"quantity", "text"} and item.default is None and item.name not in self.inputs.given
        ]
        said = [
            f"{item.label}“{self.inputs.given[item.name]}”"
            for item in self.spec.inputs
            if item.kind == "text" and item.default is None and item.name in self.inputs.given
        ]
        reasons = sorted(
            {f"{entry.label}：{entry.reason}" for entry in self._excluded if "没有给出" not in entry.reason}
        )
        because = f"（{'；'.join([*said, *reasons])}）" if said or reasons else ""
        asked = "、".join(f"{item.label}（如“{item.example}”）" for item in open_inputs[:_ASKED])
        then = f"请至少给出：{asked} 等中的一项" if asked else "请把缺的补上"
        field = open_inputs[0].name if open_inputs else ""
        return MissingInput(f"{self.spec.title}没有一项可以计算{because}；{then}", field=field)

    def finish(self, label: str, total: Amount, unit: str, *, next_step: str | None = None) -> Computation:
        """The frozen result; estimates among the factors are warned of."""
        bare, of = _split_gas(unit)
        value = total.magnitude(unit)
        rows = tuple(
            Row(
                label=name,
                value=part.magnitude(unit),
                unit=bare,
                of=of,
                share=part.magnitude(unit) / value if value else 0.0,
                low=float(part.low.to(unit).magnitude),
                high=float(part.high.to(unit).magnitude),
                note=note,
            )
            for name, part, note in self._rows
        )
        self._warn_of_estimates()
        self._say_certainty(total)
        if not self._comparison and of is not None:
            self._scale(total, unit, of)
        return Computation(
            tool=self.spec.name,
            title=self.spec.title,
            inputs=self.inputs.given,
            steps=tuple(self._steps),
            total=Total(
                label, value, bare, of, float(total.low.to(unit).magnitude), float(total.high.to(unit).magnitude)
            ),
            breakdown=rows,
            excluded=tuple(self._excluded),
            factors=tuple(self._factors.values()),
            assumptions=(*self.inputs.notes, *self._assumptions),
            warnings=tuple(self._warnings),
            comparison=tuple(self._comparison),
            next_step=next_step,
            clause_keys=(*self.spec.clause_keys, *self._clauses),
            labels={item.name: item.label for item in self.spec.inputs},
        )

    def _warn_of_estimates(self) -> None:
        names = [factor.name for factor in self._factors.values() if factor.estimate]
        foreign = [factor.name for factor in self._factors.values() if factor.region.startswith("英国")]
        if foreign:
            self.warn(f"{_joined(foreign)}用的是英国发布的因子")
        if names:
            self.warn(f"估算：{_joined(names)}没有官方值，取自文献或未核到出处，结果只作估算")

    def _say_certainty(self, total: Amount) -> None:
        """A single number out of published factors is not an exact one."""
        exact = not any(factor.ranged for factor in self._factors.values())
        if self._factors and exact and total.low == total.high:
            self.assume("所用因子没有公布不确定度，结果不给范围，不表示没有误差")

    def _scale(self, total: Amount, unit: str, of: str) -> None:
        """Beside a result with no other figure: the electricity that emits, or holds, as much."""
        if of == "ce":
            per_kwh, mass = self.factor("ce.electricity.equal"), total
        else:
            per_kwh = factors.pick("electricity", "广东", None, source=self.source).factor
            mass = amount(registry().Quantity(total.magnitude(unit), unit.replace("CO2e", "CO2")))
        same = multiply("相当的用电量", "kWh", [mass], [amount(per_kwh)])
        self.compare("相当于用电", same, "kWh", f"按{per_kwh.name} {per_kwh.figure}，只作数量级对照")


def _joined(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def multiply(label: str, unit: str, above: Sequence[Amount], below: Sequence[Amount]) -> Amount:
    """The product with its range; every corner is tried, so signs do not matter."""
    one = registry().Quantity(1.0, "dimensionless")
    value, low, high = one, one, one
    for part in above:
        value = value * part.value
        low, high = _ends(low, high, part.low, part.high)
    for part in below:
        value = value / part.value
        low, high = _ends(low, high, 1 / part.high, 1 / part.low)
    natures = {part.nature for part in (*above, *below)} - {"emission"}
    if len(natures) > 1:
        raise UnitMismatch(f"{label}：{'、'.join(_NO_EMISSION[nature] for nature in sorted(natures))}不能混在一起算")
    if not any(part.ranged for part in (*above, *below)):
        low = high = value  # 1/b × a and a/b differ in the last digit
    if not value.is_compatible_with(unit):
        raise UnitMismatch(
            f"{label}：算出的是 {unit_name(str(value.units))}，应为 {unit_name(unit)}；请核对因子单位",
            given=str(value.units),
            expected=unit,
        )
    return Amount(value, low, high, next(iter(natures), "emission")).to(unit)


def _ends(low: Any, high: Any, other_low: Any, other_high: Any) -> tuple[Any, Any]:
    corners = [low * other_low, low * other_high, high * other_low, high * other_high]
    return min(corners), max(corners)


def _shown(value: Amount) -> str:
    if not value.ranged:
        return format_quantity(value.value, _DIGITS)
    low, high = (format_number(float(end.magnitude), _DIGITS) for end in (value.low, value.high))
    return f"{format_quantity(value.value, _DIGITS)}（{low}～{high}）"


def _split_gas(unit: str) -> tuple[str, str | None]:
    """``kgCO2e`` -> (kg, CO2e); a unit without a gas stays."""
    mass, slash, rest = unit.partition("/")
    for gas in ("CO2e", "CO2", "ce"):
        if mass.endswith(gas) and mass != gas:
            return f"{mass.removesuffix(gas)}{slash}{rest}", gas
    return unit, None
