"""When the evidence does not answer: what was searched, the nearest clause, whom to ask. Never a guess."""

from collections.abc import Sequence

from assistant.answer import Citation
from assistant.answering.evidence import Evidence, Ledger

__all__ = ["decline", "off_topic"]


def decline(
    reason: str, evidence: Sequence[Evidence], documents: int, clauses: int
) -> tuple[str, tuple[Citation, ...]]:
    """A refusal that helps: the reason, what was searched, the nearest clauses as a starting point."""
    ledger = Ledger()
    lines = [reason, f"已在资料库的 {documents} 份文件、{clauses} 条里查过。"]
    nearest = [e for e in evidence if e.document.superseded_by is None][:2]
    if nearest:
        lines.append("最接近的内容是：")
        for item in nearest:
            title = item.document.titled
            place = item.clause.locator.text if item.clause.locator else ""
            lines.append(f"- {title}{place}“{item.clause.heading}”{ledger.mark(item)}")
    lines.append("建议查阅标准正文，或向归口单位深圳市机关事务管理局、文件的发布单位确认。")
    return "\n".join([lines[0], "", lines[1], "", *lines[2:-1], "", lines[-1]]), ledger.citations()


def off_topic(documents: int, clauses: int) -> str:
    """The answer to a question outside the subject."""
    return (
        "这个问题不在我的范围内，我不作回答。\n\n"
        f"我只回答近零碳机关建设和公共机构节能降碳的问题（资料库 {documents} 份文件、{clauses} 条），"
        "也能算会议碳足迹、充电桩数量等。可以换个相关的问题试试。"
    )
