"""The writer that needs no model: the direct answer first, then who must do what, then where documents differ.

Everything it writes is taken from clause texts, indicators and document data of the evidence, under marks [n];
``grounding`` checks it like any other writer's text.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Figure, figure
from assistant.answering.evidence import Evidence, Ledger
from assistant.answering.grounding import numbers
from assistant.answering.indicators import Candidate, TermWeights, is_draft, others, rank
from assistant.answering.question import Question, bigrams, cues
from corpus.model import Clause, Document, Indicator, Region, Strength, TextStatus
from corpus.numerals import chinese

__all__ = ["Draft", "write"]

LEAD_LENGTH = 150
"""Longest clause text quoted whole as a lead (characters); longer ones give their sentences nearest the question."""

NEAR = 0.55
"""Evidence below this share of the best hit's score is not written about."""

OVERVIEW = 8
"""Clauses of a document shown when it is asked for as a whole."""

NO_VALUE = "查到的条款里没有给出这个数值，相关的规定是："

_SENTENCE = re.compile(r"[^。；]+[。；]?")
_COMPARATORS = {">=": "不低于", "<=": "不高于", ">": "超过", "<": "低于", "≈": "约", "=": ""}
_DATE_COMPARATORS = {">=": "不早于", "<=": "不晚于", ">": "晚于", "<": "早于", "≈": "约", "=": ""}
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A written answer before it is checked."""

    text: str
    citations: tuple[Citation, ...]
    figures: tuple[Figure, ...]
    evidence: tuple[Evidence, ...]


def write(
    question: Question,
    evidence: Sequence[Evidence],
    weights: TermWeights,
    more: Callable[[str], Sequence[Evidence]],
) -> Draft:
    """Write the answer. ``evidence`` is not empty, best first; ``more`` searches again with other words."""
    ledger = Ledger()
    blocks = _blocks(question, evidence, weights, more, ledger)
    text = "\n\n".join(b for b in blocks if b)
    return Draft(text, ledger.citations(), _figures(text, ledger), tuple(ledger.items))


def _blocks(
    question: Question,
    evidence: Sequence[Evidence],
    weights: TermWeights,
    more: Callable[[str], Sequence[Evidence]],
    ledger: Ledger,
) -> list[str]:
    named = [e for e in evidence if e.exact]
    of_document = [e for e in evidence if e.document.id in question.documents]
    if question.asked == "metadata":
        return [_metadata((named or of_document or list(evidence))[0], ledger)]
    withheld = _withheld(question, evidence, weights)
    if withheld is not None:
        return _not_given(question, *withheld, more, weights, ledger)
    if named and question.asked in {"clause", "general", "list"}:
        return [_whole(e, ledger) for e in named[:4]]
    if of_document and not named and not _content(question.residue):
        return _overview(of_document[0].document, ledger)
    pool = named or [e for e in of_document if e.score >= NEAR] or _relevant(evidence)
    if question.asked == "definition":
        return _definition(question, pool, ledger)
    candidates = rank(question, pool, weights)
    if question.asked == "figure" and candidates and _answers(question, candidates[0]):
        everything = rank(question, evidence, weights)
        return _figure(question, candidates, everything, weights, ledger)
    if question.asked == "yes_no":
        return _yes_no(question, pool, candidates, rank(question, evidence, weights), weights, ledger)
    lead = NO_VALUE if question.asked == "figure" and question.units else ""
    return [lead, *_points(question, pool, ledger)]


def _relevant(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence worth writing about: near the best hit, at most eight."""
    return [e for e in evidence if e.score >= NEAR][:8]


_GENERIC = re.compile(
    r"规定|内容|主要|哪些|什么|怎么|有关|介绍|文件|全文|条款|要求|重点|概括|总结|一下|讲|说|写|的|了|是|有|里|和|呢|吗|请|给我|看看|简单|大概|都|我"
    r"|[\s，。、；：？！“”《》?!,.]"
)


def _content(residue: str) -> str:
    """What a question says besides naming a document and asking what is in it."""
    return _GENERIC.sub("", residue)


def _overview(document: Document, ledger: Ledger) -> list[str]:
    """A document in its own order, requirements first where there are more clauses than a reader wants."""
    items = [Evidence(clause, document, 1.0) for clause in document.clauses]
    binding = [e for e in items if e.clause.strength] or items
    shown = binding[:OVERVIEW]
    lines = [
        f"- {_tag(e.clause)}**{_placed(e.clause)}{e.clause.heading}**：{e.clause.text}{ledger.mark(e)}" for e in shown
    ]
    left = len(items) - len(shown)
    tail = f"另有 {left} 条没有列出，可以按条号或主题接着问。" if left else ""
    return [f"{_titled(document)}的主要内容：", "\n".join(lines), tail]


def _placed(clause: Clause) -> str:
    return f"{clause.locator.text} " if clause.locator else ""


def _answers(question: Question, candidate: Candidate) -> bool:
    """Whether an indicator is what the figure question asks for: its unit fits and it shares the question's words."""
    if question.units:
        return candidate.unit_fits and (candidate.coverage >= 0.15 or candidate.evidence.exact)
    return candidate.coverage >= 0.35


# --- documents -------------------------------------------------------------------------------------------------


def _metadata(item: Evidence, ledger: Ledger) -> str:
    document = item.document
    mark = ledger.mark(item)
    rows = [
        ("文号", document.number or "资料里没有读到文号"),
        ("发布", document.issuer or "资料里没有读到发布单位"),
        ("印发", document.issued or "资料里没有读到印发日期"),
        ("施行", document.effective),
        ("现状", document.status),
        ("资料", f"{document.clauses[0].text_status.label}，{document.confidence.label}"),
    ]
    lines = [f"- {name}：{value}{mark}" for name, value in rows if value]
    return f"**{_titled(document)}**{mark}\n\n" + "\n".join(lines)


def _titled(document: Document) -> str:
    return document.title if "《" in document.title else f"《{document.title}》"


# --- one named clause ------------------------------------------------------------------------------------------


def _whole(item: Evidence, ledger: Ledger) -> str:
    clause, mark = item.clause, ledger.mark(item)
    place = clause.locator.text if clause.locator else "（条号未读到）"
    head = f"**{_titled(item.document)}{place} {clause.heading}**{mark}"
    body = f"{_tag(clause)}{clause.text}{mark}{_caveat(item)}"
    return f"{head}\n\n{body}"


def _tag(clause: Clause) -> str:
    return f"【{cues().strengths[clause.strength]}】" if clause.strength else ""


def _caveat(item: Evidence) -> str:
    """What a reader must know before relying on this clause, in brackets, or nothing."""
    document = item.document
    notes = []
    if is_draft(item):
        notes.append("征求意见稿，不是现行规定")
    if document.region is Region.ELSEWHERE:
        notes.append("外地做法，仅供对照")
    if document.status:
        notes.append(document.status)
    return f"（{'；'.join(notes)}）" if notes else ""


# --- definitions -----------------------------------------------------------------------------------------------


def _definition(question: Question, pool: Sequence[Evidence], ledger: Ledger) -> list[str]:
    terms = [e for e in pool if e.document.kind == "glossary" and _mentions(question.text, e.clause.heading)]
    first = terms[0] if terms else pool[0]
    mark = ledger.mark(first)
    blocks = [f"**{first.clause.heading}**：{first.clause.text}{mark}"]
    if first.clause.note and first.document.kind == "glossary":
        blocks.append(f"{first.clause.note}{mark}")
    others_ = [e for e in pool if e is not first and e.score >= 0.8][:2]
    if others_:
        blocks.append("\n".join(["相关规定：", "", *(_point(e, ledger) for e in others_)]))
    return blocks


def _mentions(text: str, heading: str) -> bool:
    names = [n for n in re.split(r"[（）()、/]", heading) if n]
    return any(n.lower() in text.lower() for n in names)


# --- figures ---------------------------------------------------------------------------------------------------


def stated(indicator: Indicator, *, bold: bool = True) -> str:
    """An indicator as a clause of a sentence: name, comparison in words, value with unit.

    >>> stated(Indicator(name="冬季温度", value=20, unit="℃", comparator="<="))
    '冬季温度**不高于20 ℃**'
    """
    dated = indicator.comparator != "≈" and _is_date(indicator)
    plain = Indicator(name=indicator.name, value=indicator.value, unit=indicator.unit, comparator="=")
    words = (_DATE_COMPARATORS if dated else _COMPARATORS)[indicator.comparator]
    mark = "**" if bold else ""
    return f"{indicator.name}{'' if words else '：'}{mark}{words}{plain.written}{mark}"


def _is_date(indicator: Indicator) -> bool:
    """A point in time, not a length of time: 2030 年 but not 8 年."""
    if indicator.unit in {"日期", "年月"}:
        return True
    return indicator.unit == "年" and isinstance(indicator.value, int | float) and indicator.value >= 1900


def _scope(indicator: Indicator) -> str:
    parts = [indicator.scope or "", f"{indicator.year}年" if indicator.year else ""]
    if indicator.base_year:
        parts.append(f"比{indicator.base_year}年")
    kept = [p for p in parts if p and p not in indicator.name]
    return f"（{'，'.join(kept)}）" if kept else ""


def _figure(
    question: Question,
    candidates: Sequence[Candidate],
    everything: Sequence[Candidate],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    best = candidates[0]
    item = best.evidence
    mark = ledger.mark(item)
    fitting = [c for c in candidates if c.score >= 0.8 * best.score and (not question.units or c.unit_fits)]
    same = [c for c in fitting if c.evidence is item]
    lead = "；".join(f"{stated(c.indicator)}{_scope(c.indicator)}{_draft(c)}" for c in same[:4])
    body = f"{_tag(item.clause)}{_excerpt(question, item.clause, weights)}{mark}{_caveat(item)}"
    said = {(c.indicator.name, c.indicator.value) for c in same}
    beside = [
        c
        for c in fitting
        if c.evidence is not item
        and c.evidence.document is item.document
        and (c.indicator.name, c.indicator.value) not in said
    ][:2]
    also = "；".join(f"{stated(c.indicator)}{_scope(c.indicator)}{ledger.mark(c.evidence)}{_draft(c)}" for c in beside)
    return [
        f"{lead}{mark}。",
        body,
        f"同一文件另有规定：{also}。" if also else "",
        _beside(best, others(question, best, everything, weights), ledger),
    ]


def _draft(candidate: Candidate) -> str:
    return "，只是征求意见稿，不是现行规定" if is_draft(candidate.evidence, candidate.indicator) else ""


def _beside(best: Candidate, different: Sequence[Candidate], ledger: Ledger) -> str:
    """Other documents' figures for the same thing, as one line where they agree and as a table where they differ."""
    if not different:
        return ""
    if all(
        (c.indicator.value, c.indicator.comparator) == (best.indicator.value, best.indicator.comparator)
        for c in different
    ):
        agreeing = different[:3]
        names = "、".join(f"{_titled(c.evidence.document)}{ledger.mark(c.evidence)}" for c in agreeing)
        return f"{names}的规定与此一致。"
    return "不同文件的数值不一样，适用范围和年份不同，不能互相代替：\n\n" + _table([best, *different], ledger)


def _table(rows: Sequence[Candidate], ledger: Ledger) -> str:
    head = "| 文件 | 规定 | 适用范围 | 年份 | 效力 |\n|---|---|---|---|---|"
    lines = []
    for row in rows:
        item, indicator = row.evidence, row.indicator
        document = item.document
        place = item.clause.locator.text if item.clause.locator else ""
        year = _year(document, indicator)
        force = _force(item, indicator)
        lines.append(
            f"| {document.number or _titled(document)} {place}{ledger.mark(item)} | {stated(indicator)} "
            f"| {indicator.scope or document.region} | {year} | {force} |"
        )
    return "\n".join([head, *lines])


def _year(document: Document, indicator: Indicator) -> str:
    if indicator.year:
        return str(indicator.year)
    if document.issued_on is None or "未读到" in (document.issued or ""):
        return "—"
    return f"{document.issued_on.year}印发"


def _rank_of_force(row: Candidate) -> int:
    """Rules in force first, then drafts, then what other places do."""
    item = row.evidence
    if item.document.region is Region.ELSEWHERE:
        return 2
    return 1 if is_draft(item, row.indicator) else 0


def _force(item: Evidence, indicator: Indicator) -> str:
    if is_draft(item, indicator):
        return "征求意见稿，非现行"
    if item.document.region is Region.ELSEWHERE:
        return "外地，仅对照"
    if "参考值" in item.clause.text:
        return "参考值"
    strength = item.clause.strength.value if item.clause.strength else "背景数据"
    return f"{strength}（{item.document.status}）" if item.document.status else strength


# --- the interpretation's indicators without values ------------------------------------------------------------


def _withheld(
    question: Question, evidence: Sequence[Evidence], weights: TermWeights
) -> tuple[Evidence, tuple[str, ...]] | None:
    """A clause that names the indicator asked for and gives no value, when that clause is what the question is about."""
    if "figure" not in question.also:
        return None
    for item in evidence[:6]:
        clause = item.clause
        if clause.values_given:
            continue
        if not (item.exact or item.score >= 0.97):
            continue
        wanted = [
            name
            for name in clause.indicators_named
            if weights.share(question.words, bigrams(name)) >= 0.5 or any(t in name for t in _words(question.text))
        ]
        if item.exact or wanted:
            return item, tuple(wanted)
    return None


def _words(text: str) -> list[str]:
    return [
        w for w in ("温度", "湿度", "噪音", "噪声", "能效", "油烟", "充电桩", "计量", "绝缘", "抗风压") if w in text
    ]


def _not_given(
    question: Question,
    item: Evidence,
    wanted: tuple[str, ...],
    more: Callable[[str], Sequence[Evidence]],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    clause, mark = item.clause, ledger.mark(item)
    place = clause.locator.text if clause.locator else clause.heading
    names = "、".join(f"“{n}”" for n in (wanted or clause.indicators_named))
    if names:
        lead = f"**没有给出数值。**{_titled(item.document)}{place}“{clause.heading}”只点名了{names}等指标，没有写具体数值{mark}。"
    else:
        lead = (
            f"**没有给出数值。**{_titled(item.document)}{place}“{clause.heading}”没有点名具体指标，也没有写数值{mark}。"
        )
    about = "；".join(wanted) or question.text
    found = [e for e in more(about) if e.document.id != item.document.id and e.document.superseded_by is None]
    asked = Question(
        text=f"{question.text} {about}",
        asked="figure",
        also=question.also,
        units=question.units,
        years=question.years,
        terms=bigrams(about),
        meant=frozenset(),
        english=question.english,
    )
    rows: dict[str, Candidate] = {}
    for candidate in rank(asked, found, weights):
        if (not question.units or candidate.unit_fits) and candidate.coverage >= 0.2:
            rows.setdefault(candidate.evidence.clause.key, candidate)
    ordered = sorted(rows.values(), key=lambda c: (_rank_of_force(c), -c.score))[:6]
    if not ordered:
        return [lead, "资料库里的其他文件也没有给出可以引用的数值，请查阅标准正文或向归口单位确认。"]
    return [lead, "其他文件设的数值，范围和年份不同，不能当作标准的数值：\n\n" + _table(ordered, ledger)]


# --- yes or no -------------------------------------------------------------------------------------------------

_PERMIT = re.compile(r"可以|可不可以|能不能|能否|可否|允许|能(?!源|耗|效|力)|行不行|\bcan\b|\bmay\b|allowed")
_DUTY = re.compile(
    r"必须|一定要|强制|需要|需不需要|要不要|该不该|应该|应当|是否要|用不用|得.{0,6}吗|\bmust\b|have to|required"
)
_NEGATED = re.compile(r"(可以|能|允许)不(?!可以|能)|不(?!可以|能|得|同|用说|合|需)[^不]{1,12}(可以|行)[吗么]")


def _yes_no(
    question: Question,
    pool: Sequence[Evidence],
    candidates: Sequence[Candidate],
    everything: Sequence[Candidate],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    measured = _measured(question, candidates)
    if measured is not None:
        verdict, against = measured
        item = against.evidence
        mark = ledger.mark(item)
        return [
            f"{verdict}{mark}。",
            f"{_tag(item.clause)}{_excerpt(question, item.clause, weights)}{mark}{_caveat(item)}",
        ]

    def closeness(item: Evidence) -> float:
        return weights.share(bigrams(f"{item.clause.heading} {item.clause.text}"), question.words) + item.score

    best = max(pool, key=closeness)
    word = _verdict(question.text, best.clause)
    rest = [e for e in pool if e is not best]
    if word:
        lead = f"**{word}**{_excerpt(question, best.clause, weights)}{ledger.mark(best)}{_caveat(best)}"
    else:
        lead = _point(best, ledger, bullet="")
    return [lead, *_points(question, rest, ledger, most=2, title="相关规定：")]


_CONDITIONAL = re.compile(
    r"超过|超出|超了|超标|达到.{1,12}的|以上的|情形|原则上|除.{1,20}外|有条件|符合.{1,12}的|可以不|的除外"
)


def _verdict(text: str, clause: Clause) -> str:
    """The word that opens the answer; nothing where the clause's strength does not settle it."""
    strength = clause.strength
    negated, duty, permit = bool(_NEGATED.search(text)), bool(_DUTY.search(text)), bool(_PERMIT.search(text))
    if strength in {Strength.SHALL, Strength.SHALL_NOT} and _CONDITIONAL.search(clause.text):
        return "看情况，条文有条件：" if negated or duty or permit else ""
    match strength:
        case Strength.SHALL if negated:
            return "不可以，这是“应”做到的要求："
        case Strength.SHALL if duty:
            return "要，这是“应”做到的要求："
        case Strength.SHALL_NOT if permit and not negated:
            return "不可以，这是“不得”的规定："
        case Strength.MAY if permit and not negated:
            return "可以："
        case Strength.ENCOURAGED if duty or negated:
            return "不是强制要求，属于“鼓励”："
        case Strength.ENCOURAGED if permit:
            return "可以，而且“鼓励”这样做："
        case Strength.SHOULD if duty or negated:
            return "不是强制要求，属于“宜”（推荐）："
        case Strength.MAY if duty or negated:
            return "不是强制要求，属于“可”："
        case Strength.TARGET if duty:
            return "这是“目标”要求："
        case _:
            return ""


def _measured(question: Question, candidates: Sequence[Candidate]) -> tuple[str, Candidate] | None:
    """Hold a quantity of the question against the limits that the best fitting clause sets in its unit."""
    from tools.quantities import find

    for given in find(question.text):
        if given.value is None:
            continue
        fitting = [c for c in candidates[:6] if _same_unit(given.text, c.indicator.unit) and _limit(c) is not None]
        if not fitting:
            continue
        limits = [c for c in fitting if c.evidence is fitting[0].evidence]
        meets = {_COMPARE[c.indicator.comparator](given.value, _limit(c) or 0.0) for c in limits}
        settled = (
            {True: "符合", False: "不符合"} if _binds(limits[0]) else {True: "达到参考数值", False: "没有达到参考数值"}
        )
        word = "看情况" if len(meets) > 1 else settled[meets.pop()]
        told = "；".join(f"{stated(c.indicator)}{_scope(c.indicator)}" for c in limits[:3])
        return f"**{word}：**{given.text}，规定是{told}", limits[0]
    return None


def _binds(candidate: Candidate) -> bool:
    """Whether the limit is a rule in force here; a target, a reference value, a draft or another place's rule is not."""
    item = candidate.evidence
    return (
        item.clause.strength in {Strength.SHALL, Strength.SHALL_NOT}
        and "参考值" not in item.clause.text
        and item.document.region is not Region.ELSEWHERE
        and not is_draft(item, candidate.indicator)
    )


def _limit(candidate: Candidate) -> float | None:
    value = candidate.indicator.value
    if candidate.indicator.comparator not in _COMPARE or not isinstance(value, int | float):
        return None
    return float(value)


def _same_unit(written: str, unit: str) -> bool:
    if unit in {"℃", "摄氏度"}:
        return written.endswith(("度", "℃", "摄氏度", "°C"))
    return bool(unit) and written.endswith(unit)


# --- lists and plain points ------------------------------------------------------------------------------------


def _points(question: Question, pool: Sequence[Evidence], ledger: Ledger, most: int = 3, title: str = "") -> list[str]:
    if not pool:
        return []
    near, most = (0.7, most + 1) if question.asked == "list" else (0.8, most)
    kept = [e for e in pool if e.score >= near * pool[0].score][:most]
    lines = [_point(e, ledger) for e in kept]
    if title:
        return ["\n".join([title, "", *lines])]
    lead = _point(kept[0], ledger, bullet="")
    return [lead, "\n".join(lines[1:])] if lines[1:] else [lead]


def _point(item: Evidence, ledger: Ledger, bullet: str = "- ") -> str:
    clause = item.clause
    return f"{bullet}{_tag(clause)}**{clause.heading}**：{clause.text}{_unwritten(clause)}{ledger.mark(item)}{_caveat(item)}"


def _unwritten(clause: Clause, most: int = 3) -> str:
    """The clause's indicators whose value its text puts in words only (一半 for 50 %), in brackets."""
    held = numbers(clause.text)
    apart = [i for i in clause.indicators if not numbers(i.written) <= held and not _in_words(i, clause.text)]
    return f"（{'；'.join(stated(i, bold=False) + _scope(i) for i in apart[:most])}）" if apart else ""


def _in_words(indicator: Indicator, text: str) -> bool:
    """Whether the text writes the value in Chinese numerals (三千个 for 3000)."""
    value = indicator.value
    if not isinstance(value, int | float) or value != int(value) or not 0 < value < 10_000:
        return False
    return chinese(int(value)) in text


def _excerpt(question: Question, clause: Clause, weights: TermWeights) -> str:
    """The clause text, or its sentences nearest the question where it is long; sentences stay whole and in order."""
    if len(clause.text) <= LEAD_LENGTH or clause.text_status is TextStatus.ORIGINAL:
        return clause.text
    sentences = _SENTENCE.findall(clause.text)
    scored = sorted(range(len(sentences)), key=lambda i: -weights.share(bigrams(sentences[i]), question.words))
    kept: list[int] = []
    for i in scored:
        if kept and sum(len(sentences[k]) for k in kept) + len(sentences[i]) > LEAD_LENGTH:
            break
        kept.append(i)
    return "".join(sentences[i] for i in sorted(kept))


def _figures(text: str, ledger: Ledger) -> tuple[Figure, ...]:
    """The indicators of the cited clauses whose value the answer states."""
    found = []
    for item in ledger.items:
        for indicator in item.clause.indicators:
            values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
            written = [v if isinstance(v, str) else f"{v:.10g}" for v in values]
            if all(w in text for w in written):
                found.append(figure(indicator, ledger.number(item)))
    return tuple(found)
