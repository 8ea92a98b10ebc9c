"""The writer that needs no model: the direct answer first, then who must do what, then where documents differ.

Everything it writes is taken from clause texts, indicators and document data of the evidence, under marks [n];
``grounding`` checks it like any other writer's text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answer import Citation, Figure, figure
from assistant.answering.comparison import beside, draft_note, rank_of_force, table
from assistant.answering.evidence import Evidence, Ledger
from assistant.answering.grounding import holds, numbers
from assistant.answering.indicators import DRAFT, Candidate, for_others, is_draft, others, rank
from assistant.answering.question import Question, bigrams, content
from assistant.answering.ranking import ended
from assistant.answering.rarity import TermWeights
from assistant.answering.verdict import holds_rare, measured, opening, subject, verifies
from assistant.answering.wording import caveat, excerpt, placed, point, pulled, scope, stated, tag
from corpus.model import Document, Region

__all__ = ["Draft", "withheld", "write"]

_NUMBER = r"[0-9零〇一二两三四五六七八九十百千万亿半]"
_SPELT = re.compile(
    r"[一二两三四五六七八九十百千万]+(余|多)?(万|亿)?(元|倍|成|次|年|个?月|日|天|小时|分钟|周|级|辆|人|吨|章|种|项|类|部分)"
    r"|每(半?年|季度?|月|周|日|天)|百分之|半(年|月|小时)"
)
"""A number written in words with what it counts, as laws write it (罚五万至二十万元, 每季度)."""

_MONEY = re.compile(rf"{_NUMBER}\s*[余多]?[万亿]*元|{_NUMBER}\s*(倍|%|％)|百分之")
"""An amount, or the share or multiple that one is reckoned by."""

_OF_THE_STANDARD = re.compile(r"近零碳(机关|办公|停车|公务|食堂|物业|会议)")
"""The standard's own terms: who uses one asks for its value, not for one that stands elsewhere."""

NEAR = 0.55
"""Evidence below this share of the best hit's score is not written about."""

SURE = 0.7
"""Chance of answering from which a clause is cited beside the first: a wrong citation is worse than none."""

TOLD = 0.93
"""Cosine from which the nearest question a clause is known to answer counts as the same; half of those asked in dev and
a twentieth of those nothing answers lie above."""

LEADS = 0.8
"""Share of the best score from which a clause's known questions are looked at."""

SETTLES = 0.5
"""Share of a yes-or-no question's known words that a clause must hold before it settles the question."""

POINTING = 2
"""Clauses of an answer whose pointers are followed, from the first."""

OVERVIEW = 8
"""Clauses of a document shown when it is asked for as a whole."""

_YEAR = re.compile(r"(19|20)\d\d")

NO_VALUE = "查到的条款里没有给出这个数值，相关的规定是："


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
    follow: Callable[[Evidence], Sequence[Evidence]] = lambda item: (),
) -> Draft:
    """Write the answer. ``evidence`` is not empty, best first; ``more`` searches again with other words, ``follow`` gives the
    clauses that one points at.
    """
    ledger = Ledger()
    blocks = _blocks(question, evidence, weights, more, ledger)
    blocks.append(_pointed_at(ledger, follow))
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
    without_value = withheld(question, evidence, weights)
    if without_value is not None:
        return _not_given(question, *without_value, more, weights, ledger)
    if named and question.asked in {"clause", "general", "list"}:
        return [_whole(e, ledger) for e in named[:4]]
    if of_document and not named and not content(question.residue):
        return _overview(of_document[0].document, ledger)
    pool = named or [e for e in of_document if e.score >= NEAR] or _relevant(evidence)
    if question.asked == "definition":
        defined = any(e.defines for e in pool)
        terms = [e for e in evidence if defined and e.document.kind == "glossary"]
        also = [e for e in terms if _mentions(question.text, e.clause.heading) and e not in pool]
        return _definition(question, [*pool, *also[:1]], ledger)
    ranked = rank(question, pool if named or of_document else evidence, weights)
    fit = [c for c in ranked if _told(c) or _answers(question, c, weights)]
    # A figure in force here leads; another place's, a past period's or a draft's only where there is no other.
    fit.sort(key=lambda c: (_tier(question, c), not _told(c)))
    candidates = fit + [c for c in ranked if c not in fit]
    if question.asked == "figure" and fit and not _in_words(pool[0]):
        everything = rank(question, evidence, weights)
        return _figure(question, candidates, everything, weights, ledger)
    if question.asked == "yes_no":
        return _yes_no(question, pool, candidates, rank(question, evidence, weights), weights, ledger)
    points = _points(question, pool, ledger)
    asked_in_words = bool(pool) and _in_words(pool[0])
    given = _gives(" ".join(points), question)
    bare = question.asked == "figure" and question.units and not (given or asked_in_words)
    return [NO_VALUE if bare else "", *points]


def _pointed_at(ledger: Ledger, follow: Callable[[Evidence], Sequence[Evidence]]) -> str:
    """What the clauses the answer leads with send their reader to (按第五条执行)."""
    cited = {item.clause.key for item in ledger.items}
    blocks = []
    for item in ledger.items[:POINTING]:
        found = [e for e in follow(item) if e.clause.key not in cited]
        cited |= {e.clause.key for e in found}
        if found:
            lines = [pulled(e, ledger) for e in found]
            blocks.append("\n".join([f"{item.clause.place}引出的条款{ledger.mark(item)}：", "", *lines]))
    return "\n\n".join(blocks)


def _relevant(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence worth writing about: near the best hit, at most eight."""
    return [e for e in evidence if e.score >= NEAR][:8]


def _overview(document: Document, ledger: Ledger) -> list[str]:
    """A document in its own order, requirements first where there are more clauses than a reader wants."""
    items = [Evidence(clause, document, 1.0) for clause in document.clauses]
    binding = [e for e in items if e.clause.strength] or items
    shown = binding[:OVERVIEW]
    lines = [
        f"- {tag(e.clause)}**{placed(e.clause)}{e.clause.heading}**：{e.clause.text}{ledger.mark(e)}" for e in shown
    ]
    left = len(items) - len(shown)
    tail = f"另有 {left} 条没有列出，可以按条号或主题接着问。" if left else ""
    return [f"{document.titled}的主要内容：", "\n".join(lines), tail]


def _tier(question: Question, candidate: Candidate) -> int:
    item = candidate.evidence
    if is_draft(item, candidate.indicator) and not DRAFT.search(question.text):
        return 3
    if ended(item.document) and not question.years:
        return 2
    elsewhere = item.document.region is Region.ELSEWHERE and not question.places
    return int(elsewhere or for_others(question, item, candidate.indicator))


def _same(item: Evidence) -> bool:
    """Whether the clause leads and is known to answer a question like this one."""
    return item.score >= LEADS and item.match.asked is not None and item.match.asked >= TOLD


def _told(candidate: Candidate) -> bool:
    """Whether the figure stands in what is known to answer a question like this one."""
    item = candidate.evidence
    if item.asked is None or not _same(item):
        return False
    held = numbers(candidate.indicator.written)
    if answer := _figured(item.asked.answer):
        return bool(held) and held <= answer
    # Of some digests the text only names what its indicators give.
    return not _figured(item.clause.text) and (candidate.unit_fits or candidate.coverage >= 0.35)


def _gives(text: str, question: Question) -> bool:
    """Whether the text gives a number of the kind asked for: for money an amount, else any, in figures or spelt out.

    >>> from assistant.answering.question import read
    >>> _gives("会期不超过2天", read("会议费多少钱一天")), _gives("罚五万至二十万元", read("罚多少钱"))
    (False, True)
    """
    written = re.sub(r"\[\d+\]", "", text)
    if "元" in question.units:
        return bool(_MONEY.search(written))
    return bool(numbers(written) or _SPELT.search(written))


def _figured(text: str) -> frozenset[str]:
    """The numbers of a text that are not years."""
    return frozenset(n for n in numbers(text) if not _YEAR.fullmatch(n))


def _in_words(item: Evidence) -> bool:
    """Whether what is known to answer the question is no figure, though it asks 哪几类 or the like."""
    return (
        item.asked is not None
        and item.score == 1.0
        and _same(item)
        and not _figured(item.asked.answer)
        and bool(_figured(item.clause.text) or not item.clause.indicators)
    )


def _answers(question: Question, candidate: Candidate, rarity: TermWeights) -> bool:
    """Whether an indicator is what the figure question asks for: its unit fits and it is about the same thing."""
    item, indicator = candidate.evidence, candidate.indicator
    about = f"{indicator.name}{indicator.scope or ''}{item.clause.heading}{item.clause.text}{item.document.title}"
    if not (item.exact or holds_rare(question, about, rarity)):
        return False
    if question.units:
        # Where the question has no rare word that the clause could miss, its plain words must be shared all the more.
        least = 0.1 if rarity.rare(subject(question.text)) else 0.2
        return candidate.unit_fits and (candidate.coverage >= least or item.exact)
    # Without a unit to go by, a report of what was once reached is no answer to what must be.
    return (
        candidate.shared and candidate.coverage >= 0.35 and (item.clause.strength is not None or bool(question.years))
    )


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
    return f"**{document.titled}**{mark}\n\n" + "\n".join(lines)


def _whole(item: Evidence, ledger: Ledger) -> str:
    clause, mark = item.clause, ledger.mark(item)
    place = clause.locator.text if clause.locator else "（条号未读到）"
    head = f"**{item.document.titled}{place} {clause.heading}**{mark}"
    body = f"{tag(clause)}{clause.text}{mark}{caveat(item)}"
    return f"{head}\n\n{body}"


def _definition(question: Question, pool: Sequence[Evidence], ledger: Ledger) -> list[str]:
    terms = [e for e in pool if e.document.kind == "glossary" and _mentions(question.text, e.clause.heading)]
    first = next((e for e in pool if e.defines), None) or (terms[0] if terms else pool[0])
    mark = ledger.mark(first)
    blocks = [_meaning(first, ledger) if first.defines else f"**{first.clause.heading}**：{first.clause.text}{mark}"]
    if first.clause.note and first.document.kind == "glossary":
        blocks.append(f"{first.clause.note}{mark}")
    others_ = [e for e in pool if e is not first and (e.defines or e.score >= 0.8)][:2]
    if others_:
        lines = [f"- {_meaning(e, ledger)}" if e.defines else point(e, ledger) for e in others_]
        blocks.append("\n".join(["相关规定：", "", *lines]))
    return blocks


def _meaning(item: Evidence, ledger: Ledger) -> str:
    """The definition of a term in the document's own words."""
    term, text = item.defines or (item.clause.heading, item.clause.text)
    return f"**{term}**：{text}{ledger.mark(item)}{caveat(item)}"


def _mentions(text: str, heading: str) -> bool:
    names = [n for n in re.split(r"[（）()、/]", heading) if n]
    return any(n.lower() in text.lower() for n in names)


def _reaches(one: Candidate, best: Candidate, share: float) -> bool:
    """Whether it scores at least that share of the best, which may itself be below nought."""
    return one.score >= best.score - (1 - share) * abs(best.score)


def _checkable(candidates: Sequence[Candidate]) -> Candidate:
    """The first candidate, or one nearly as good that says the same and is easier to check: numbered text, numbered clause."""
    first = candidates[0]
    alike = [
        c
        for c in candidates
        if _reaches(c, first, 0.8)
        and (c.indicator.value, c.indicator.unit, c.indicator.comparator)
        == (first.indicator.value, first.indicator.unit, first.indicator.comparator)
    ]

    def standing(candidate: Candidate) -> int:
        item = candidate.evidence
        numbered = (item.document.number is not None) + (item.clause.locator is not None)
        return numbered - 2 * (item.document.region is Region.ELSEWHERE) - 2 * ended(item.document)

    return max(alike, key=standing)


def _latest(question: Question, best: Candidate, everything: Sequence[Candidate]) -> Candidate:
    """Of a series that a document reports year by year the last, where no year is asked for."""
    if question.years or best.evidence.clause.strength or best.indicator.year is None:
        return best
    series = [
        c
        for c in everything
        if (c.evidence.document.id, c.indicator.name, c.indicator.unit, c.indicator.scope)
        == (best.evidence.document.id, best.indicator.name, best.indicator.unit, best.indicator.scope)
    ]
    return max((best, *series), key=lambda c: c.indicator.year or 0)


def _figure(
    question: Question,
    candidates: Sequence[Candidate],
    everything: Sequence[Candidate],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    best = _latest(question, _checkable(candidates), everything)
    item = best.evidence
    mark = ledger.mark(item)
    fitting = [c for c in candidates if _reaches(c, best, 0.85) and (not question.units or c.unit_fits)]
    same = [c for c in fitting if c.evidence is item and _reaches(c, best, 0.92)]
    lead = "；".join(f"{stated(c.indicator)}{scope(c.indicator)}{draft_note(c)}" for c in same[:4])
    body = f"{tag(item.clause)}{excerpt(question, item.clause, weights)}{mark}{caveat(item)}"
    said = {(c.indicator.name, c.indicator.value) for c in same}
    siblings = [
        c
        for c in fitting
        if c.evidence is not item
        and c.evidence.document is item.document
        and (c.indicator.name, c.indicator.value) not in said
    ][:2]
    also = "；".join(
        f"{stated(c.indicator)}{scope(c.indicator)}{ledger.mark(c.evidence)}{draft_note(c)}" for c in siblings
    )
    return [
        f"{lead}{mark}。",
        body,
        f"同一文件另有规定：{also}。" if also else "",
        beside(best, others(question, best, everything, weights), ledger),
    ]


def withheld(
    question: Question, evidence: Sequence[Evidence], weights: TermWeights
) -> tuple[Evidence, tuple[str, ...]] | None:
    """A clause that names the indicator asked for and gives no value, when that clause is what the question is about."""
    if "figure" not in question.also:
        return None
    for item in evidence[:6]:
        clause = item.clause
        if clause.values_given:
            continue
        if not (item.exact or item.score >= 0.97 or _OF_THE_STANDARD.search(question.text)):
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
        lead = f"**没有给出数值。**{item.document.titled}{place}“{clause.heading}”只点名了{names}等指标，没有写具体数值{mark}。"
    else:
        lead = (
            f"**没有给出数值。**{item.document.titled}{place}“{clause.heading}”没有点名具体指标，也没有写数值{mark}。"
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
    ordered = sorted(rows.values(), key=lambda c: (rank_of_force(c), -c.score))[:6]
    if not ordered:
        return [lead, "资料库里的其他文件也没有给出可以引用的数值，请查阅标准正文或向归口单位确认。"]
    return [lead, "其他文件设的数值，范围和年份不同，不能当作标准的数值：\n\n" + table(ordered, ledger)]


def _yes_no(
    question: Question,
    pool: Sequence[Evidence],
    candidates: Sequence[Candidate],
    everything: Sequence[Candidate],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    if verifies(question.text):
        return _verified(question, pool, candidates, everything, weights, ledger)
    against_limit = measured(question, candidates, weights)
    if against_limit is not None:
        verdict, against = against_limit
        item = against.evidence
        mark = ledger.mark(item)
        return [
            f"{verdict}{mark}。",
            f"{tag(item.clause)}{excerpt(question, item.clause, weights)}{mark}{caveat(item)}",
        ]
    if question.units and candidates and _answers(question, candidates[0], weights):
        return _figure(question, candidates, everything, weights, ledger)
    known = frozenset(t for t in bigrams(subject(question.text)) | question.meant if weights.known(t))

    def held(item: Evidence) -> float:
        return weights.share(bigrams(f"{item.clause.heading} {item.clause.text}"), known)

    best = max(pool, key=lambda item: held(item) + item.score)
    # A clause that holds little of what was asked may stand near it, but says neither yes nor no to it.
    rarest = sorted(known - question.meant, key=weights.weight, reverse=True)[:2]
    whole = held(best) >= SETTLES and set(rarest) <= bigrams(f"{best.clause.heading} {best.clause.text}")
    word = opening(question, best, weights) if whole else ""
    rest = [e for e in pool if e is not best]
    if word:
        lead = f"**{word}**{excerpt(question, best.clause, weights)}{ledger.mark(best)}{caveat(best)}"
    else:
        lead = point(best, ledger, bullet="")
    return [lead, *_points(question, [e for e in rest if e.chance >= SURE], ledger, most=2, title="相关规定：")]


def _verified(
    question: Question,
    pool: Sequence[Evidence],
    candidates: Sequence[Candidate],
    everything: Sequence[Candidate],
    weights: TermWeights,
    ledger: Ledger,
) -> list[str]:
    """What the documents say about a statement put to be confirmed, without a yes that could be read too widely."""
    claimed = numbers(question.text) - {str(y) for y in question.years}
    fits = bool(candidates) and _answers(question, candidates[0], weights)
    blocks = (
        _figure(question, candidates, everything, weights, ledger)
        if question.units and fits
        else _points(question, pool, ledger)
    )
    held = " ".join(holds(item) for item in ledger.items)
    absent = sorted(n for n in claimed if n not in numbers(held))
    if absent and claimed:
        return [f"查到的条款里没有“{'、'.join(absent)}”这个数。规定是：", *blocks]
    return ["请对照查到的规定（注意效力、范围和年份）：", *blocks]


def _points(question: Question, pool: Sequence[Evidence], ledger: Ledger, most: int = 3, title: str = "") -> list[str]:
    if not pool:
        return []
    near, most = (0.7, most + 1) if question.asked == "list" else (0.8, most)
    kept = [pool[0], *(e for e in pool[1:] if e.score >= near * pool[0].score and e.chance >= SURE)][:most]
    lines = [point(e, ledger) for e in kept]
    if title:
        return ["\n".join([title, "", *lines])]
    lead = point(kept[0], ledger, bullet="")
    return [lead, "\n".join(lines[1:])] if lines[1:] else [lead]


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
