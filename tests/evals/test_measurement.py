"""Scores of single questions against a search and an assistant whose every word is known."""

from dataclasses import dataclass
from typing import Any

import pytest

from corpus.library import Corpus
from evals.baselines import Ranking
from evals.calculation import CalculationCase, ExpectedTotal
from evals.measurement import declines, score_answer, score_calculation, score_ranking
from evals.metrics import RequiredFigure
from evals.question import Gold, Question, clause_keys


@dataclass(frozen=True)
class Reply:
    body: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return self.body


@dataclass(frozen=True)
class Scripted:
    """An assistant that always gives the same reply."""

    body: dict[str, Any]

    def ask(self, question: str) -> Reply:
        return Reply(self.body)


def scripted(kind: str = "answer", **parts: Any) -> Scripted:
    empty = {"answer": "", "citations": [], "figures": [], "calculations": [], "timing_ms": {"total": 5.0}}
    return Scripted({"kind": kind} | empty | parts)


def asked(answerable: bool = True, reason: str | None = None, figures: tuple[RequiredFigure, ...] = ()) -> Question:
    gold = (Gold("air", "第一条", "夏季温度", 2), Gold("air", "第二条", "开窗", 1)) if answerable else ()
    return Question(
        id="q",
        text="夏天空调最低几度？",
        user="staff",
        scene="办公大楼",
        type="figure",
        style="plain",
        answerable=answerable,
        gold=gold,
        figures=figures,
        reason=reason,
    )


def cited(*places: tuple[str, str | None, str]) -> list[dict[str, Any]]:
    return [{"document_id": d, "locator": at, "heading": head} for d, at, head in places]


def test_a_ranking_is_measured_by_clause_unit_and_document(small_corpus: Corpus) -> None:
    keys = clause_keys(small_corpus)
    window, summer = keys["air", "第二条", "开窗"], keys["air", "第一条", "夏季温度"]
    car = keys["car", None, "新能源"]
    score = score_ranking(lambda text, k: Ranking(((car,), (window, summer))), asked(), keys)
    assert score.measures["hit@1"] == 0.0
    assert score.measures["hit@5"] == 1.0
    assert score.measures["MRR@10"] == pytest.approx(1 / 3)
    assert score.measures["unit hit@5"] == 1.0
    assert score.measures["document hit@5"] == 1.0
    nothing = score_ranking(lambda text, k: Ranking(()), asked(), keys)
    assert set(nothing.measures.values()) == {0.0}
    assert nothing.ms >= 0


def test_citations_and_figures_of_an_answer(small_corpus: Corpus) -> None:
    answerer = scripted(
        answer="不得低于 26 ℃[1]。",
        citations=cited(("air", "第一条", "夏季温度"), ("car", None, "新能源")),
    )
    score = score_answer(answerer, asked(figures=(RequiredFigure(26, "℃"),)), clause_keys(small_corpus))
    assert score.measures == {
        "false refusal": 0.0,
        "asked back": 0.0,
        "citation precision": 0.5,
        "first citation right": 1.0,
        "citation recall": 1.0,
        "answer cited": 1.0,
        "figure accuracy": 1.0,
    }
    assert score.timing == {"total": 5.0}


def test_a_figure_may_stand_in_the_figure_list(small_corpus: Corpus) -> None:
    answerer = scripted(answer="见表。", figures=[{"value": [24.0, 26.0], "unit": "℃"}])
    score = score_answer(answerer, asked(figures=(RequiredFigure(26, "℃"),)), clause_keys(small_corpus))
    assert score.measures["figure accuracy"] == 1.0
    assert "citation precision" not in score.measures


def test_a_citation_outside_the_library_is_wrong(small_corpus: Corpus) -> None:
    answerer = scripted(citations=cited(("air", "第九条", "没有")))
    score = score_answer(answerer, asked(), clause_keys(small_corpus))
    assert score.measures["citation precision"] == 0.0


def test_an_unanswerable_question_is_to_be_declined(small_corpus: Corpus) -> None:
    keys = clause_keys(small_corpus)
    question = asked(answerable=False, reason="no_such_clause")
    right = score_answer(scripted("refusal"), question, keys)
    assert right.measures == {"refusal": 1.0, "refusal: no_such_clause": 1.0}
    wrong = score_answer(scripted(answer="应当如此。"), question, keys)
    assert wrong.measures["refusal"] == 0.0


def test_refusing_an_answerable_question_counts_against(small_corpus: Corpus) -> None:
    score = score_answer(scripted("refusal"), asked(), clause_keys(small_corpus))
    assert score.measures["false refusal"] == 1.0


def test_declining_stands_at_the_beginning() -> None:
    assert declines("answer", "The guideline does not give the value.")
    assert not declines("answer", "应达到 20%。" + "相关规定如下。" * 20 + "解读没有给出数值。")
    assert not declines("clarification", "请告诉我人数。")


def calculation_case(**changes: Any) -> CalculationCase:
    parts: dict[str, Any] = {
        "id": "c",
        "text": "80人开会，坐高铁120公里",
        "style": "plain",
        "calculator": "meeting",
        "inputs": (RequiredFigure(80, "人"), RequiredFigure(120, "公里")),
        "asks_back": False,
    }
    return CalculationCase(**(parts | changes))


def test_a_calculation_by_the_right_tool_with_the_stated_inputs() -> None:
    whole = {"tool": "meeting", "inputs": {"attendees": "80 人", "travel": "20人坐高铁来回120公里"}}
    score = score_calculation(scripted("calculation", calculations=[whole]), calculation_case())
    assert (score.taken, score.inputs_read) == (True, 1.0)
    half = {"tool": "meeting", "inputs": {"attendees": "80 人"}}
    assert score_calculation(scripted("calculation", calculations=[half]), calculation_case()).inputs_read == 0.5
    other = {"tool": "charging", "inputs": {"spaces": "80 个"}}
    score = score_calculation(scripted("calculation", calculations=[other]), calculation_case())
    assert (score.taken, score.inputs_read) == (False, 0.0)


def test_a_vague_request_is_to_be_asked_back() -> None:
    vague = calculation_case(inputs=(), asks_back=True)
    assert score_calculation(scripted("clarification"), vague).taken
    assert not score_calculation(scripted("answer"), vague).taken


def test_a_total_is_right_only_where_the_right_tool_reached_it() -> None:
    total = {"value": 73152, "unit": "g", "of": "CO2e"}
    done = {"tool": "meeting", "inputs": {"attendees": "80 人"}, "total": total}
    case = calculation_case(total=ExpectedTotal(73.152, "kg", "CO2e", 0.001))
    assert score_calculation(scripted("calculation", calculations=[done]), case).total_right is True
    wrong = done | {"total": total | {"value": 70000}}
    assert score_calculation(scripted("calculation", calculations=[wrong]), case).total_right is False
    assert score_calculation(scripted("answer"), case).total_right is False
    assert score_calculation(scripted("answer"), calculation_case()).total_right is None


def test_what_is_lacking_is_to_be_asked_for() -> None:
    vague = calculation_case(inputs=(), asks_back=True, asks=("attendees",))
    assert score_calculation(scripted("clarification", answer="多少人参会？"), vague).asked_right is True
    assert score_calculation(scripted("clarification", answer="会开多长时间？"), vague).asked_right is False
    assert score_calculation(scripted("answer", answer="多少人参会？"), vague).asked_right is False
