"""A compound's data against every indicator of the corpus that applies to it, each verdict with its clause.

What can be stated, what is worked out from raw figures, and which indicator names belong to which statement is in
``tools/data/assess.yaml``. Drafts, other provinces' figures, past targets and totals of whole regions are kept apart from
what binds. A limit that was not read in its standard is never applied: the user gives it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from corpus.errors import InputError, LibraryError, UnknownClause, unreadable
from corpus.library import Corpus, load
from corpus.model import Clause, Confidence, Document, Indicator, Region, Strength
from corpus.record import read_yaml
from tools.units import format_number, format_quantity, load_data, parse, registry

if TYPE_CHECKING:
    from pint import Quantity

__all__ = [
    "Assessment",
    "Finding",
    "Group",
    "Verdict",
    "assess",
    "read",
    "read_text",
    "result_columns",
    "to_json",
    "to_markdown",
    "write_template",
]

Verdict = Literal["met", "not_met", "no_data", "no_limit", "not_comparable", "reached", "not_reached"]
Group = Literal["binding", "named", "encouraged", "average", "pilot", "total", "past", "draft", "elsewhere"]

_VERDICTS: Mapping[Verdict, str] = {
    "met": "符合",
    "not_met": "不符合",
    "no_data": "缺数据",
    "no_limit": "缺限值",
    "not_comparable": "不可比",
    "reached": "达到门槛",
    "not_reached": "未达门槛",
}
_GROUPS: Mapping[Group, str] = {
    "binding": "现行要求",
    "named": "点了名、没有给数值的指标",
    "encouraged": "目标、鼓励和提倡",
    "average": "平均水平和实绩（只作对照）",
    "pilot": "近零碳试点要求（只对试点）",
    "total": "全国和地区的总体目标（不直接约束一个机关）",
    "past": "已过目标年或已被替代",
    "draft": "征求意见稿（不是现行规定）",
    "elsewhere": "外地规定（不适用于本地）",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One indicator against the data: verdict, by how much, and the clause it stands in."""

    measure: str
    label: str
    given: str
    limit: str
    verdict: Verdict
    gap: str
    group: Group
    reason: str
    scope: str
    year: int | None
    clause_key: str
    title: str
    number: str | None
    place: str
    strength: str | None
    text_status: str
    region: str
    confidence: str

    @property
    def verdict_label(self) -> str:
        """In Chinese; an average is lain above or below, it is not met."""
        if self.group == "average" and self.verdict in {"met", "not_met"}:
            return "优于" if self.verdict == "met" else "差于"
        return _VERDICTS[self.verdict]

    @property
    def citation(self) -> str:
        number = f"（{self.number}）" if self.number else ""
        title = self.title if "《" in self.title else f"《{self.title}》"
        return f"{title}{number} {self.place}"


@dataclass(frozen=True, slots=True)
class Assessment:
    """All findings, the facts they were made under, and how many indicators no statement covers."""

    facts: Mapping[str, str]
    given: Mapping[str, str]
    findings: tuple[Finding, ...]
    held: int
    covered: int
    notes: tuple[str, ...] = ()

    def counts(self, group: Group) -> Mapping[str, int]:
        return Counter(finding.verdict for finding in self.findings if finding.group == group)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = load_data("assess.yaml")
    return data


# -------------------------------------------------------------------------------------------------------------- input


def read(path: Path) -> Mapping[str, str]:
    """A compound's data from a workbook (name, value, unit in the first three columns) or YAML (name: text).

    Raises InputError for a file that cannot be read and for a name that is not in the template.
    """
    if not path.is_file():
        raise InputError(f"找不到文件 {path}。")
    if path.suffix.lower() in {".yaml", ".yml"}:
        try:
            return read_text(path.read_text(encoding="utf-8-sig"), path.name)
        except UnicodeDecodeError as error:
            raise InputError(f"{path.name} 不是 UTF-8 文本。") from error
    if path.suffix.lower() not in {".xlsx", ".xlsm", ".xls", ".ods"}:
        raise InputError(f"不认得 {path.name} 的格式；请给 xlsx 或 yaml 文件。")
    import python_calamine

    try:
        rows = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (python_calamine.CalamineError, OSError) as error:
        raise InputError(f"{path.name} 打不开，可能已损坏或加了密码；请另存为 xlsx 再试。") from error
    pairs = []
    for row in rows:
        cells = [_cell(cell) for cell in (*row, "", "", "")[:3]]
        if cells[0] and cells[0] not in {"项目", "名称"}:
            unit = cells[2] if cells[2] and re.fullmatch(r"[-+\d.,eE]+", cells[1]) else ""
            pairs.append((cells[0], f"{cells[1]}{unit}"))
    return _named(pairs)


def _cell(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return str(cell).strip()


def read_text(text: str, name: str = "数据") -> Mapping[str, str]:
    """A compound's data from YAML text.

    >>> dict(read_text("夏季空调设定温度: 25 ℃"))
    {'cooling_setpoint': '25 ℃'}
    """
    try:
        document = read_yaml(text)
    except yaml.YAMLError as error:
        raise InputError(f"{name} 不是有效的 YAML：{str(error).splitlines()[0]}") from error
    if not isinstance(document, dict):
        raise InputError(f"{name} 应写成 名称: 数值和单位，一行一项。")
    flags = {True: "是", False: "否", None: ""}
    written = [
        (str(key), flags[value] if value is None or isinstance(value, bool) else str(value))
        for key, value in document.items()
    ]
    return _named(written)


def _names() -> dict[str, str]:
    """Every name and label that may be written, to its name."""
    data = _data()
    names = {key: key for key in data["facts"]} | {fact["label"]: key for key, fact in data["facts"].items()}
    for item in (*data["inputs"], *data["measures"]):
        names |= {item["name"]: item["name"], item["label"]: item["name"]}
    names["基期年份"] = names["base_year"] = "base_year"
    return names


def _named(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    names, given = _names(), dict[str, str]()
    for written, value in pairs:
        key = written.strip()
        if key not in names:
            near = get_close_matches(key, list(names), n=3, cutoff=0.5)
            hint = f"；相近的有 {'、'.join(near)}" if near else "；用 nearzero assess --template 写一份空白表"
            raise InputError(f"没有“{key}”这一项{hint}。")
        if not value.strip():
            continue
        if names[key] in given:
            raise InputError(f"“{key}”填了两次；请只留一次。")
        given[names[key]] = value.strip()
    if not given:
        raise InputError("数据表里没有填一项；请至少填一项数值和单位。")
    return given


def write_template(path: Path) -> None:
    """Write an empty table to fill in, as a workbook or as YAML."""
    rows = list(_template())
    try:
        if path.suffix.lower() in {".yaml", ".yml"}:
            lines = [
                f"# {question}" + (f"  如：{example}" if example else "") + f"\n{label}:"
                for label, example, question in rows
            ]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif path.suffix.lower() == ".xlsx":
            _template_workbook(path, rows)
        else:
            raise InputError(f"不会写 {path.name} 这种格式；请用 xlsx 或 yaml。")
    except OSError as error:
        raise InputError(f"写不了文件 {path}：{unreadable(error)}。") from error


def _template() -> Iterator[tuple[str, str, str]]:
    """Label, example and explanation of every line that may be filled in."""
    data = _data()
    for fact in data["facts"].values():
        default = f"不填按“{fact['default']}”。" if "default" in fact else ""
        yield fact["label"], str(fact["example"]), f"{fact['question']}{default}"
    yield "基期年份", "2020", "下面各项“较基期下降”的基期是哪一年？"
    for item in data["inputs"]:
        yield item["label"], item["example"], "全年数据，数值和单位一起写。"
    for measure in data["measures"]:
        derived = "不填时由上面的数据算出。" if "over" in measure else ""
        yield measure["label"], str(measure["example"]), f"数值和单位一起写。{derived}"


def _template_workbook(path: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    try:
        with xlsxwriter.Workbook(str(path)) as book:
            bold = book.add_format({"bold": True, "bottom": 1})
            sheet = book.add_worksheet("机关数据")
            for column, (header, width) in enumerate(
                (("项目", 38), ("填写", 24), ("单位", 14), ("写法", 24), ("说明", 60))
            ):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, header, bold)
            sheet.freeze_panes(1, 1)
            for row, (label, example, question) in enumerate(rows, 1):
                sheet.write_string(row, 0, label)
                sheet.write_string(row, 3, example)
                sheet.write_string(row, 4, question)
    except FileCreateError as error:
        raise InputError(f"写不了文件 {path}：{error}。") from error


# ------------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is known of a measure: the quantity, or the reason why there is none."""

    value: Quantity[Any] | None
    note: str = ""


class _Compound:
    """The data of one compound: facts, raw figures, totals and measures, each read or worked out once."""

    def __init__(self, given: Mapping[str, str]) -> None:
        data = _data()
        self._given = given
        self.facts = {key: self._fact(key, fact) for key, fact in data["facts"].items()}
        self._inputs = {item["name"]: item for item in data["inputs"]}
        self._read: dict[str, Quantity[Any]] = {}
        for item in (*data["inputs"], *data["measures"]):
            if item["name"] in given:
                self._read[item["name"]] = _quantity(item, given[item["name"]])
        self.year = _year(self.facts["year"], "数据年份")
        self.base_year = _year(given.get("base_year", ""), "基期年份")
        self.notes: list[str] = []
        self._totals: dict[str, _Stated] = {}

    def _fact(self, key: str, fact: Mapping[str, Any]) -> str:
        value = self._given.get(key, str(fact.get("default", "")))
        if "choices" in fact and value and value not in fact["choices"]:
            raise InputError(f"{fact['label']}填的是“{value}”；可选：{'、'.join(fact['choices'])}。")
        return value

    def stated(self, measure: Mapping[str, Any]) -> _Stated:
        """The measure as given, else worked out from what it is made of."""
        if measure["name"] in self._read:
            return _Stated(self._read[measure["name"]])
        if "over" not in measure:
            return _Stated(None, f"没有填“{measure['label']}”")
        above, below = (self.figure(name) for name in measure["over"])
        missing = [part.note for part in (above, below) if part.value is None]
        if above.value is None or below.value is None:
            return _Stated(None, "；".join(missing))
        if not below.value.magnitude:
            return _Stated(None, f"{self._label(measure['over'][1])}为零，算不出{measure['label']}")
        return _Stated(above.value / below.value, above.note)

    def figure(self, name: str) -> _Stated:
        """A raw figure or a total."""
        if name in self._read:
            return _Stated(self._read[name])
        if name in _data()["totals"]:
            if name not in self._totals:
                self._totals[name] = self._total(_data()["totals"][name])
            return self._totals[name]
        return _Stated(None, f"没有填“{self._label(name)}”")

    def _label(self, name: str) -> str:
        item = self._inputs.get(name)
        return str(item["label"]) if item is not None else {"energy": "能源用量", "co2": "能源用量"}.get(name, name)

    def _total(self, total: Mapping[str, Any]) -> _Stated:
        from tools.calculator import run

        values: dict[str, object] = {name: self._read[name] for name in total["takes"] if name in self._read}
        if not values:
            return _Stated(None, "没有填用电、用气等能源用量")
        if total["calculator"] == "inventory":
            values |= {"region": self.facts["region"], "year": self.facts["year"]}
        try:
            made = run(total["calculator"], values)
        except InputError as error:
            return _Stated(None, str(error))
        worked = registry().Quantity(made.total.value, f"{made.total.unit}{made.total.of or ''}")
        note = f"由{made.title}算出，{total['note']}"
        self.notes.append(f"{made.total.label} {format_quantity(worked, 5)}：{note}")
        self.notes.extend(made.assumptions)
        return _Stated(worked, note)


def _quantity(item: Mapping[str, Any], text: str) -> Quantity[Any]:
    label = item["dimension"]
    yearly = label.endswith("/time")
    try:
        return parse(text, label, default_unit="kWh/(m**2*year)" if yearly else None)
    except InputError as error:
        year = registry().Quantity(1, "year")
        try:  # a figure of one year may be written with or without 每年
            other = parse(text, label.removesuffix("/time") if yearly else f"{label}/time")
        except InputError:
            raise type(error)(f"{item['label']}：{error}") from error
        made: Quantity[Any] = other / year if yearly else other * year
        return made


def _year(text: str, label: str) -> int | None:
    if not text:
        return None
    match = re.fullmatch(r"(20\d\d)(?:\.0)?\s*年?度?", text)
    if match is None:
        raise InputError(f"{label}填的是“{text}”，应是如 2025 的年份。")
    return int(match[1])


# ------------------------------------------------------------------------------------------------------------- assess


def assess(given: Mapping[str, str], corpus: Corpus | None = None) -> Assessment:
    """Hold the data against the corpus.

    Raises InputError (UnitMismatch for a quantity of another dimension) naming the item that cannot be used.
    """
    corpus = corpus or load()
    compound, data = _Compound(given), _data()
    findings: list[Finding] = []
    wanted: dict[str, list[Mapping[str, Any]]] = {}
    for measure in (*data["measures"], *data["thresholds"]):
        for name in measure["indicators"]:
            wanted.setdefault(name, []).append(measure)
    held = covered = 0
    for clause in corpus.clauses:
        document = corpus.document_of(clause)
        for indicator in clause.indicators:
            held += 1
            measures = wanted.get(indicator.name, [])
            covered += bool(measures)
            for measure in measures:
                made = _finding(compound, measure, document, clause, indicator)
                if made is not None:
                    findings.append(made)
    findings += _limits_of_the_user(compound, corpus)
    findings += _without_values(corpus)
    rank = {group: n for n, group in enumerate(_GROUPS)}
    order = {
        verdict: n
        for n, verdict in enumerate(
            ("not_met", "reached", "no_limit", "no_data", "not_comparable", "met", "not_reached")
        )
    }
    findings.sort(key=lambda item: (rank[item.group], order[item.verdict], item.label, item.clause_key))
    facts = {data["facts"][key]["label"]: value for key, value in compound.facts.items() if value}
    return Assessment(facts, dict(given), tuple(findings), held, covered, tuple(dict.fromkeys(compound.notes)))


def _finding(
    compound: _Compound, measure: Mapping[str, Any], document: Document, clause: Clause, indicator: Indicator
) -> Finding | None:
    """The verdict on one indicator; None where it is not for this kind of institution."""
    if not _applies(compound, measure, document, indicator):
        return None
    group = _group(compound, document, clause, indicator)
    threshold = "duty" in measure
    if threshold and group not in {"binding", "encouraged"}:
        return None
    label = indicator.name if threshold else measure["label"]
    name = measure.get("name") or measure.get("input") or measure.get("total")
    limit = _limit(indicator)
    base = _base_differs(compound, measure, indicator)
    stated = compound.figure(str(name)) if threshold else compound.stated(measure)
    if limit is None:
        verdict: Verdict = "no_limit"
        gap, reason = "", f"指标的单位“{indicator.unit}”不能比较"
    elif stated.value is None:
        verdict, gap, reason = "no_data", "", stated.note
    elif base:
        verdict, gap, reason = "not_comparable", "", base
    else:
        met, gap = _compare(stated.value, limit, _comparator(indicator, measure))
        if threshold:
            verdict, reason = ("reached", measure["duty"]) if met else ("not_reached", "")
        else:
            verdict, reason = ("met" if met else "not_met"), measure.get("note", stated.note)
    given = "" if stated.value is None else _shown(stated.value, limit)
    return _made(str(name), label, given, indicator.written, verdict, gap, group, reason, document, clause, indicator)


def _made(
    measure: str,
    label: str,
    given: str,
    limit: str,
    verdict: Verdict,
    gap: str,
    group: Group,
    reason: str,
    document: Document,
    clause: Clause,
    indicator: Indicator | None,
) -> Finding:
    return Finding(
        measure=measure,
        label=label,
        given=given,
        limit=limit,
        verdict=verdict,
        gap=gap,
        group=group,
        reason=reason,
        scope=(indicator.scope if indicator else None) or "",
        year=indicator.year if indicator else None,
        clause_key=clause.key,
        title=document.title,
        number=document.number,
        place=clause.place,
        strength=clause.strength.value if clause.strength else None,
        text_status=clause.text_status.label,
        region=document.region.value,
        confidence=document.confidence.label,
    )


def _applies(compound: _Compound, measure: Mapping[str, Any], document: Document, indicator: Indicator) -> bool:
    """Whether the indicator is for this kind of institution at all; elsewhere and drafts are sorted out later."""
    data, scope = _data(), indicator.scope or ""
    conditions = {**measure.get("needs", {}), **measure.get("when", {}).get(indicator.name, {})}
    if any(compound.facts[fact] and compound.facts[fact] != value for fact, value in conditions.items()):
        return False
    if any(word in scope or word in document.title for word in data["others"]):
        return False
    for key, words in (("kind", data["kinds"]), ("level", data["levels"])):
        for value, named in words.items():
            if any(word in scope for word in named) and compound.facts[key] != value:
                return False
    if compound.facts["kind"] != "机关" and "机关平均" in scope:
        return False
    return not (measure.get("stoves") and compound.facts["stoves"] and scope != compound.facts["stoves"])


def _group(compound: _Compound, document: Document, clause: Clause, indicator: Indicator) -> Group:
    data, scope = _data(), indicator.scope or ""
    if any(
        word in scope or word in clause.heading or document.title.endswith(f"（{word}）") for word in data["drafts"]
    ):
        return "draft"
    if _elsewhere(compound, document) or any(
        word in scope or word in clause.heading for word in data["elsewhere_words"]
    ):
        return "elsewhere"
    if clause.strength is None or document.kind.value in {"report", "case"}:
        return "average"
    ended = "已结束" in (document.status or "")
    expired = ended and (compound.year is None or (indicator.year or 0) < compound.year)
    past = indicator.year is not None and compound.year is not None and indicator.year < compound.year
    if document.superseded_by or expired or past:
        return "past"
    if document.id in data["pilots"] and compound.facts[data["pilots"][document.id]] != "是":
        return "pilot"
    named = any(scope.startswith(word) for word in data["aggregate"])
    if named and not any(word in scope for word in data["aggregate_not"]) and clause.strength is Strength.TARGET:
        return "total"
    return "binding" if clause.strength in {Strength.SHALL, Strength.SHALL_NOT} else "encouraged"


def _elsewhere(compound: _Compound, document: Document) -> bool:
    """A document of another place; what is Shenzhen's binds in Shenzhen, what is Guangdong's in Guangdong."""
    region = compound.facts["region"].removesuffix("市").removesuffix("省")
    places = {Region.SHENZHEN: {"深圳"}, Region.GUANGDONG: {"深圳", "广东", "广州"}}
    return document.region is Region.ELSEWHERE or (document.region in places and region not in places[document.region])


def _base_differs(compound: _Compound, measure: Mapping[str, Any], indicator: Indicator) -> str:
    """A cut is comparable only where both are counted from the same year."""
    if not measure.get("based"):
        return ""
    if indicator.base_year is None:
        return "指标没有写明基期，不能比较"
    if compound.base_year is None:
        return f"没有填“基期年份”（这一指标较{indicator.base_year}年）"
    if compound.base_year != indicator.base_year:
        return f"这一指标较{indicator.base_year}年，填的降幅较{compound.base_year}年，不能比较"
    return ""


def _limit(indicator: Indicator) -> Quantity[Any] | None:
    """The indicator's figure as a quantity; the first of a range or list; None where its unit is not one of ours."""
    expression = _data()["units"].get(indicator.unit)
    value = indicator.value[0] if isinstance(indicator.value, tuple) else indicator.value
    if expression is None or isinstance(value, str):
        return None
    factor, _, unit = str(expression).rpartition(" ")
    return registry().Quantity(float(value) * float(factor or 1), unit)


def _comparator(indicator: Indicator, measure: Mapping[str, Any]) -> str:
    """A target written with = or ≈ is at least (or at most) that much, in the direction that is better."""
    if indicator.comparator in {"=", "≈"}:
        return ">=" if measure.get("better", "more") == "more" else "<="
    return indicator.comparator


def _compare(value: Quantity[Any], limit: Quantity[Any], comparator: str) -> tuple[bool, str]:
    """Whether it holds, and how far the value lies from the limit, in the limit's unit."""
    unit = limit.units
    mine, bound = float(value.to(unit).magnitude), float(limit.magnitude)
    slack = 1e-9 * max(1.0, abs(bound))
    holds = {
        ">=": mine >= bound - slack,
        "<=": mine <= bound + slack,
        ">": mine > bound + slack,
        "<": mine < bound - slack,
    }[comparator]
    apart = mine - bound
    if abs(apart) <= slack:
        return holds, "正好相等"
    word = "高" if apart > 0 else "低"
    if str(unit) == "percent":
        return holds, f"{word} {format_number(abs(apart))} 个百分点"
    if str(unit) == "degC":
        return holds, f"{word} {format_number(abs(apart))} ℃"
    share = f"（{abs(apart) / bound:.0%}）" if bound else ""
    return holds, f"{word} {format_quantity(registry().Quantity(abs(apart), unit))}{share}"


def _shown(value: Quantity[Any], limit: Quantity[Any] | None) -> str:
    return format_quantity(value if limit is None else value.to(limit.units), 4)


def _limits_of_the_user(compound: _Compound, corpus: Corpus) -> Iterator[Finding]:
    """Measures whose limit was not read: held against the value the user took from the standard."""
    for measure in _data()["measures"]:
        if "limit" not in measure:
            continue
        try:
            clause = corpus.get(measure["limit"]["clause"])
        except UnknownClause as error:
            raise LibraryError(f"资料库里没有对照约束值要引的条款：{measure['limit']['clause']}") from error
        document = corpus.document_of(clause)
        if _elsewhere(compound, document):
            continue
        limit, stated = compound.figure(measure["limit"]["input"]), compound.stated(measure)
        given = "" if stated.value is None else format_quantity(stated.value, 4)
        verdict: Verdict = "no_limit"
        gap, written, reason = "", "", str(measure["limit"]["say"])
        if limit.value is not None:
            bound = (limit.value * registry().Quantity(1, "year")).to("kWh/m**2")
            written, reason = f"≤{format_quantity(bound, 4)}（使用者填入）", "限值由使用者从标准原文填入，口径要一致"
            verdict = "no_data"
            if stated.value is not None:
                met, gap = _compare(stated.value, bound, "<=")
                verdict = "met" if met else "not_met"
            else:
                reason = stated.note
        yield _made(
            measure["name"], measure["label"], given, written, verdict, gap, "binding", reason, document, clause, None
        )


def _without_values(corpus: Corpus) -> Iterator[Finding]:
    """Indicators that a clause names and gives no value for: said, and never filled in from elsewhere."""
    for clause in corpus.clauses:
        document = corpus.document_of(clause)
        if clause.values_given or document.region is Region.ELSEWHERE:
            continue
        for name in clause.indicators_named:
            reason = "条款只点了这一指标，没有给数值"
            yield _made("", name, "", "", "no_limit", "", "named", reason, document, clause, None)


# ------------------------------------------------------------------------------------------------------------ results


def to_json(made: Assessment) -> dict[str, Any]:
    """The assessment as one object, ``nearzero.assess/1``."""
    return {
        "schema": "nearzero.assess/1",
        "facts": dict(made.facts),
        "given": dict(made.given),
        "counts": {group: dict(made.counts(group)) for group in _GROUPS},
        "items": [
            {
                "measure": item.measure,
                "label": item.label,
                "given": item.given,
                "limit": item.limit,
                "verdict": item.verdict,
                "verdict_label": item.verdict_label,
                "gap": item.gap,
                "group": item.group,
                "group_label": _GROUPS[item.group],
                "reason": item.reason,
                "scope": item.scope,
                "year": item.year,
                "clause": {
                    "key": item.clause_key,
                    "title": item.title,
                    "number": item.number,
                    "locator": item.place,
                    "strength": item.strength,
                    "text_status": item.text_status,
                    "region": item.region,
                    "confidence": item.confidence,
                },
            }
            for item in made.findings
        ],
        "coverage": {"indicators_held": made.held, "indicators_of_a_compound": made.covered},
        "notes": list(made.notes),
    }


def result_columns(made: Assessment) -> dict[str, list[Any]]:
    """The findings as columns for a file."""
    rows = made.findings
    return {
        "类别": [_GROUPS[row.group] for row in rows],
        "项目": [row.label for row in rows],
        "本单位": [row.given for row in rows],
        "指标": [row.limit for row in rows],
        "判定": [row.verdict_label for row in rows],
        "差距": [row.gap for row in rows],
        "说明": [row.reason for row in rows],
        "适用范围": [row.scope for row in rows],
        "目标年": [row.year for row in rows],
        "出处": [row.citation for row in rows],
        "效力": [row.strength or "" for row in rows],
        "文本": [row.text_status for row in rows],
        "可信": [row.confidence for row in rows],
    }


def to_markdown(made: Assessment) -> str:
    """For a reader: what binds first, then each other group under its own heading."""
    blocks = ["**适用情形** " + "，".join(f"{label}：{value}" for label, value in made.facts.items())]
    for group, title in _GROUPS.items():
        rows = [row for row in made.findings if row.group == group]
        if group in {"draft", "elsewhere", "past", "total", "pilot", "average"}:
            rows = [row for row in rows if row.given]
        if not rows:
            continue
        counts = "，".join(f"{verdict} {n}" for verdict, n in _counted(rows))
        lines = [
            "| 项目 | 本单位 | 指标 | 判定 | 差距或说明 | 出处 | 效力 |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        lines += [_line(row) for row in rows]
        blocks.append(f"**{title}**（{counts}）\n\n" + "\n".join(lines))
    if made.notes:
        blocks.append("**算法和假设**\n\n" + "\n".join(f"- {note}" for note in made.notes))
    blocks.append(
        f"资料库共有 {made.held} 个数值指标，其中 {made.covered} 个是一个机关自己的数据能对照的；"
        "其余是总量目标、罚则、期限等。摘编不是原文，结论以原文为准。"
    )
    return "\n\n".join(blocks)


def _counted(rows: Sequence[Finding]) -> list[tuple[str, int]]:
    return list(Counter(row.verdict_label for row in rows).items())


def _line(row: Finding) -> str:
    year = f"（{row.year}年）" if row.year else ""
    scope = f"；范围：{row.scope}" if row.scope else ""
    read = "" if row.confidence == Confidence.FULL.label else f"，{row.confidence}"
    said = "；".join(part for part in (row.gap, row.reason) if part) + scope
    cells = (
        row.label,
        row.given,
        row.limit + year,
        row.verdict_label,
        said,
        f"{row.citation}（{row.text_status}{read}）",
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in (*cells, row.strength or "")) + " |"
