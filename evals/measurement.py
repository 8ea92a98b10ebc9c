"""What one question scores: the ranking a search gives it, the answer the assistant gives it."""

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from evals.baselines import Search
from evals.calculation import CalculationCase, asks_for
from evals.metrics import citation_score, figure_accuracy, hit, ndcg, numbers, recall, reciprocal_rank, states
from evals.question import Question

__all__ = [
    "AnswerScore",
    "Answerer",
    "CalculationScore",
    "Keys",
    "RankingScore",
    "declines",
    "score_answer",
    "score_calculation",
    "score_ranking",
]

Keys = Mapping[tuple[str, str | None, str], str]
"""Clause key by document, locator text and heading."""

DEPTH = 10
"""Units asked of every search: nDCG and MRR are cut there."""

_NOT_GIVEN = re.compile(
    r"(没有|未)(具体)?(给出|写明|写出|规定|写|读到)[^。；，]{0,8}(数值|比例|数字|编号|文号|日期)|没有具体数值"
    r"|not given|does not (give|state|set)",
    re.I,
)
_LEAD = 120
"""Characters in whose first sentence an answer must have said that the value is not given; later it is an aside."""


class _Reply(Protocol):
    def to_json(self) -> dict[str, Any]: ...


class Answerer(Protocol):
    """The assistant as seen from outside."""

    def ask(self, question: str) -> _Reply: ...


@dataclass(frozen=True, slots=True)
class RankingScore:
    """Measures of one ranking by name, and how long the search took in milliseconds."""

    question: Question
    measures: Mapping[str, float]
    ms: float


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """Measures of one answer by name (only those that apply to the question) and its timing by stage in milliseconds."""

    question: Question
    kind: str
    declined: bool
    measures: Mapping[str, float]
    timing: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CalculationScore:
    """Whether the right calculator took the request, and the share of the stated quantities it read.

    ``total_right``: it reached the total worked out by hand; ``asked_right``: what was lacking was asked for. Each is
    ``None`` where the request is not one for it.
    """

    case: CalculationCase
    taken: bool
    inputs_read: float | None
    total_right: bool | None = None
    asked_right: bool | None = None


def score_ranking(search: Search, question: Question, keys: Keys) -> RankingScore:
    """Search once and measure the ranking against the gold clauses.

    ``unit hit@5`` looks into the first five units whole, so that a chunk is not punished for holding several clauses;
    ``document hit@5`` asks only for the right document among them.
    """
    grades = question.grades(keys)
    start = time.perf_counter()
    ranking = search(question.text, DEPTH)
    ms = (time.perf_counter() - start) * 1000
    ranked = ranking.keys
    first = [key for unit in ranking.units[:5] for key in unit]
    documents = {keys[g.document_id, g.locator, g.heading]: g.document_id for g in question.gold if g.grade > 1}
    return RankingScore(
        question,
        {
            "hit@1": hit(ranked, grades, 1),
            "hit@5": hit(ranked, grades, 5),
            "hit@10": hit(ranked, grades, 10),
            "recall@10": recall(ranked, grades, 10),
            "MRR@10": reciprocal_rank(ranked, grades, 10),
            "nDCG@10": ndcg(ranked, grades, 10),
            "unit hit@5": hit(first, grades, len(first)),
            "document hit@5": float(bool({key.split("#")[0] for key in first} & set(documents.values()))),
        },
        ms,
    )


def declines(kind: str, text: str) -> bool:
    """Whether the answer declines: a refusal, or one that begins by saying that the value is not given.

    Both are right for an unanswerable question and wrong for an answerable one.

    >>> declines("answer", "**没有给出数值。**解读只点名了“水计量率”等指标[1]。")
    True
    >>> declines("answer", "夏季不得低于 26 ℃[1]。")
    False
    >>> declines("answer", "解读稿解释了重要术语，没有给出定义原文[1]。")
    False
    """
    return kind == "refusal" or _NOT_GIVEN.search(text[:_LEAD].split("。", maxsplit=1)[0]) is not None


def score_answer(answerer: Answerer, question: Question, keys: Keys) -> AnswerScore:
    """Ask once and measure citations, figures and refusal."""
    reply = answerer.ask(question.text).to_json()
    text = f"{reply['answer']}\n{_figures_as_text(reply['figures'])}"
    declined = declines(reply["kind"], reply["answer"])
    measures: dict[str, float] = {}
    if question.answerable:
        measures["false refusal"] = float(declined)
        measures["asked back"] = float(reply["kind"] == "clarification")
        grades = question.grades(keys)
        cited = [keys.get((c["document_id"], c["locator"], c["heading"]), "") for c in reply["citations"]]
        score = citation_score(cited, grades)
        if score.precision is not None:
            measures["citation precision"] = score.precision
            measures["first citation right"] = float(grades.get(cited[0], 0) > 0)
        measures["citation recall"] = score.recall
        measures["answer cited"] = hit(cited, grades, len(cited))
        if question.figures:
            measures["figure accuracy"] = figure_accuracy(text, question.figures)
    else:
        measures["refusal"] = float(declined)
        measures[f"refusal: {question.reason}"] = float(declined)
    return AnswerScore(question, reply["kind"], declined, measures, reply["timing_ms"])


def _figures_as_text(figures: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"{value} {figure['unit']}"
        for figure in figures
        for value in (figure["value"] if isinstance(figure["value"], list) else [figure["value"]])
    )


def score_calculation(answerer: Answerer, case: CalculationCase) -> CalculationScore:
    """Ask once; a request that lacks an input is right when the assistant asks back."""
    reply = answerer.ask(case.text).to_json()
    if case.asks_back:
        asked = reply["kind"] == "clarification"
        return CalculationScore(
            case, asked, None, None, asked and asks_for(case, reply["answer"]) if case.asks else None
        )
    taken = [c for c in reply["calculations"] if c["tool"] == case.calculator and reply["kind"] == "calculation"]
    if not taken:
        return CalculationScore(case, False, 0.0, None if case.total is None else False)
    read = "；".join(map(str, taken[0]["inputs"].values()))
    right = [states(read, quantity) or quantity.value in numbers(read) for quantity in case.inputs]
    reached = None if case.total is None else case.total.matches(taken[0]["total"])
    return CalculationScore(case, True, sum(right) / len(right), reached)
