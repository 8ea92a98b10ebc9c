"""Three readers of one body of evidence: the answer stays the same, what stands beside it differs.

staff          what to do now: the answer alone
administrator  besides: where the subject stands in the guideline and what that part is for
evaluator      besides: every cited clause with strength, exact figures, status and how sure the text is
"""

from collections import Counter
from dataclasses import replace
from typing import Literal

from assistant.answer import citation
from assistant.answering.evidence import Evidence
from assistant.answering.extractive import Draft
from corpus.library import Corpus
from corpus.model import Clause, Scene

__all__ = ["Register", "dressed"]

Register = Literal["staff", "administrator", "evaluator"]

GUIDELINE = "guideline-interpretation"
MOST_FIGURES = 6
"""Figures of one clause in the evaluator's table; a clause with a whole table of them is read in the clause itself."""


def dressed(draft: Draft, register: Register, corpus: Corpus, question: str) -> Draft:
    """The draft for a reader. Like the rest of the draft it is checked against its evidence afterwards."""
    if register == "administrator":
        return _placed(draft, corpus, question)
    return _tabulated(draft) if register == "evaluator" else draft


def _placed(draft: Draft, corpus: Corpus, question: str) -> Draft:
    part = _part(draft, corpus, question)
    if part is None or any(e.clause.key == part.key for e in draft.evidence):
        return draft
    document = corpus.document_of(part)
    n = len(draft.evidence) + 1
    place = part.locator.text if part.locator else ""
    text = f"{draft.text}\n\n**在指引里的位置**：{place}“{part.heading}”。{part.text}[{n}]"
    return replace(
        draft,
        text=text,
        citations=(*draft.citations, citation(n, part, document)),
        evidence=(*draft.evidence, Evidence(part, document, 0.0)),
    )


def _part(draft: Draft, corpus: Corpus, question: str) -> Clause | None:
    """The guideline's part on the scene the question names, else the one most of the cited clauses share."""
    scenes: Counter[Scene] = Counter(s for e in draft.evidence for s in e.clause.scenes if s is not Scene.GENERAL)
    for scene in Scene:
        scenes[scene] += len(draft.evidence) * (scene is not Scene.GENERAL and scene.value in question)
    nearest = max(scenes, key=lambda s: scenes[s])
    if not scenes[nearest]:
        return None
    parts = [c for c in corpus.document(GUIDELINE).clauses if c.locator and "部分" in c.locator.text]
    return next((c for c in parts if nearest in c.scenes and Scene.GENERAL not in c.scenes), None)


def _tabulated(draft: Draft) -> Draft:
    head = "| 条款 | 效力 | 数值 | 现状 | 文本 |\n|---|---|---|---|---|"
    rows = [_row(n, item) for n, item in enumerate(draft.evidence, 1)]
    return replace(draft, text="\n".join([f"{draft.text}\n\n**评价要点**\n\n{head}", *rows])) if rows else draft


def _row(n: int, item: Evidence) -> str:
    clause, document = item.clause, item.document
    place = clause.locator.text if clause.locator else "条号未读到"
    figures = "；".join(f"{i.name} {i.written}" for i in clause.indicators[:MOST_FIGURES])
    strength = clause.strength.value if clause.strength else "背景"
    status = document.status or "资料未注明失效"
    return (
        f"| {document.number or document.title} {place}[{n}] | {strength} | {figures or '没有给出数值'} | {status} "
        f"| {clause.text_status.label}，{document.confidence.label} |"
    )
