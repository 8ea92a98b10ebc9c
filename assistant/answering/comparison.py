"""Documents that set different figures for the same thing, side by side with scope, year and force."""

from collections.abc import Sequence

from assistant.answering.evidence import Evidence, Ledger
from assistant.answering.indicators import Candidate, is_draft
from assistant.answering.wording import stated
from corpus.model import Document, Indicator, Region

__all__ = ["beside", "draft_note", "rank_of_force", "table"]


def draft_note(candidate: Candidate) -> str:
    return "，只是征求意见稿，不是现行规定" if is_draft(candidate.evidence, candidate.indicator) else ""


def beside(best: Candidate, different: Sequence[Candidate], ledger: Ledger) -> str:
    """Other documents' figures for the same thing, as one line where they agree and as a table where they differ."""
    if not different:
        return ""
    if all(
        (c.indicator.value, c.indicator.comparator) == (best.indicator.value, best.indicator.comparator)
        for c in different
    ):
        agreeing = different[:3]
        names = "、".join(f"{c.evidence.document.titled}{ledger.mark(c.evidence)}" for c in agreeing)
        return f"{names}的规定与此一致。"
    return "不同文件的数值不一样，适用范围和年份不同，不能互相代替：\n\n" + table([best, *different], ledger)


def table(rows: Sequence[Candidate], ledger: Ledger) -> str:
    head = "| 文件 | 规定 | 适用范围 | 年份 | 效力 |\n|---|---|---|---|---|"
    lines = []
    for row in rows:
        item, indicator = row.evidence, row.indicator
        document = item.document
        place = item.clause.locator.text if item.clause.locator else ""
        year = _year(document, indicator)
        force = _force(item, indicator)
        lines.append(
            f"| {document.number or document.titled} {place}{ledger.mark(item)} | {stated(indicator)} "
            f"| {indicator.scope or document.region} | {year} | {force} |"
        )
    return "\n".join([head, *lines])


def _year(document: Document, indicator: Indicator) -> str:
    if indicator.year:
        return str(indicator.year)
    if document.issued_on is None or "未读到" in (document.issued or ""):
        return "—"
    return f"{document.issued_on.year}印发"


def rank_of_force(row: Candidate) -> int:
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
