"""The measures on cases worked by hand, and against pytrec_eval on random rankings."""

import random

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics import (
    RequiredFigure,
    citation_score,
    figure_accuracy,
    hit,
    interval,
    ndcg,
    recall,
    reciprocal_rank,
    refusal_rates,
    states,
)

GRADES = {"a": 2, "b": 2, "c": 1}


def test_hit_needs_a_clause_that_answers() -> None:
    assert hit(["c", "x"], GRADES, 5) == 0.0
    assert hit(["c", "a"], GRADES, 1) == 0.0
    assert hit(["c", "a"], GRADES, 2) == 1.0
    assert hit(["c", "x"], GRADES, 5, least=1) == 1.0


def test_recall_counts_answering_clauses_only() -> None:
    assert recall(["a", "c", "x", "b"], GRADES, 3) == 0.5
    assert recall(["a", "c", "x", "b"], GRADES, 4) == 1.0
    with pytest.raises(ValueError, match="relevant"):
        recall(["a"], {"c": 1}, 5)


def test_reciprocal_rank_stops_at_the_cut_off() -> None:
    assert reciprocal_rank(["x", "a", "b"], GRADES) == 0.5
    assert reciprocal_rank(["x", "a"], GRADES, 1) == 0.0


def test_ndcg_worked_by_hand() -> None:
    # Gains 1, 0, 2 against the ideal 2, 2, 1: (1 + 2/2) / (2 + 2/1.58496 + 1/2).
    assert ndcg(["c", "x", "a"], GRADES, 3) == pytest.approx(2 / (2 + 2 / 1.5849625007 + 0.5))
    assert ndcg(["a", "a"], {"a": 2}) == 1.0
    with pytest.raises(ValueError, match="positive"):
        ndcg(["a"], {})


def test_measures_agree_with_pytrec_eval() -> None:
    draw = random.Random(7)
    keys = [f"k{i}" for i in range(40)]
    qrels, runs = {}, {}
    for question in range(200):
        grades = {key: draw.choice([1, 2, 2]) for key in draw.sample(keys, draw.randint(1, 12))}
        grades[draw.choice(keys)] = 2
        qrels[f"q{question}"] = grades
        runs[f"q{question}"] = draw.sample(keys, 20)
    scored = {q: {key: float(len(ranked) - i) for i, key in enumerate(ranked)} for q, ranked in runs.items()}
    graded = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(scored)
    binary = pytrec_eval.RelevanceEvaluator(
        qrels, {"recip_rank", "recall.5", "success.1", "success.5"}, relevance_level=2
    ).evaluate(scored)
    for name, ranked in runs.items():
        assert ndcg(ranked, qrels[name], 10) == pytest.approx(graded[name]["ndcg_cut_10"])
        assert reciprocal_rank(ranked, qrels[name], 20) == pytest.approx(binary[name]["recip_rank"])
        assert recall(ranked, qrels[name], 5) == pytest.approx(binary[name]["recall_5"])
        assert hit(ranked, qrels[name], 1) == binary[name]["success_1"]
        assert hit(ranked, qrels[name], 5) == binary[name]["success_5"]


@given(st.permutations([f"k{i}" for i in range(8)]), st.dictionaries(st.sampled_from("abk"), st.integers(1, 2)))
def test_ranking_measures_stay_between_0_and_1(ranked: list[str], extra: dict[str, int]) -> None:
    grades = {"k0": 2, "k3": 1} | extra
    for score in (
        hit(ranked, grades, 3),
        recall(ranked, grades, 3),
        reciprocal_rank(ranked, grades),
        ndcg(ranked, grades),
    ):
        assert 0.0 <= score <= 1.0


def test_citations_right_wrong_and_missing() -> None:
    score = citation_score(["a", "c", "x", "x"], GRADES)
    assert score.precision == pytest.approx(2 / 3)
    assert score.recall == 0.5
    assert citation_score([], GRADES).precision is None


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("不得低于26℃", 26, "℃"),
        ("不得低于 26 摄氏度", 26, "℃"),
        ("1861 家、2,285 万平方米", 2285, "万平方米"),
        ("1.89亿吨标准煤以内", 1.89, "亿吨标准煤"),
        ("最高不超过不足部分的20％", 20, "%"),
        ("比例要达到三成", 30, "%"),
        ("降到百分之三十", 30, "%"),
        ("罚五万至五十万元", 50, "万元"),
        ("罚款上限 500000 元", 50, "万元"),
        ("原则上不晚于活动结束后3个月", 3, "月"),
        ("三千吨二氧化碳当量以上", 3000, "tCO2e"),
        ("最高允许排放浓度 2.0 mg/m³", 2.0, "mg/m³"),
        ("每五年开展一次", 5, "年"),
        ("18 千克二氧化碳每平方米年", 18, "kgCO2/(㎡·a)"),
        ("二〇三〇年前", 2030, "年"),
        ("签发52928吨", 52928, "吨"),
    ],
)
def test_a_figure_is_found_however_it_is_written(text: str, value: float, unit: str) -> None:
    assert states(text, RequiredFigure(value, unit))


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("不得低于126℃", 26, "℃"),
        ("不得低于26.5℃", 26, "℃"),
        ("第26条", 26, "℃"),
        ("2285 平方米", 2285, "万平方米"),
        ("二十家", 26, "家"),
        ("没有规定", 5, "%"),
    ],
)
def test_another_figure_is_not_taken_for_it(text: str, value: float, unit: str) -> None:
    assert not states(text, RequiredFigure(value, unit))


def test_figure_accuracy_is_the_share_stated() -> None:
    wanted = [RequiredFigure(20, "%"), RequiredFigure(40, "%")]
    assert figure_accuracy("鼓励不低于20%", wanted) == 0.5
    with pytest.raises(ValueError, match="required"):
        figure_accuracy("20%", [])


def test_refusal_and_false_refusal() -> None:
    rates = refusal_rates([(False, True), (False, False), (True, False), (True, False), (True, True), (True, False)])
    assert rates.refusal == 0.5
    assert rates.false_refusal == 0.25
    assert refusal_rates([]).refusal is None


def test_bootstrap_is_seeded_and_narrows_with_size() -> None:
    few, many = [0.0, 1.0] * 10, [0.0, 1.0] * 500
    assert interval(few) == interval(few)
    assert interval(few, seed=1) != interval(few, seed=2)
    assert interval(many).high - interval(many).low < interval(few).high - interval(few).low
    # The normal approximation for p = 1/2, n = 1000: 1.96 * sqrt(.25 / 1000) = .031.
    assert interval(many).high == pytest.approx(0.531, abs=0.004)
    with pytest.raises(ValueError, match="score"):
        interval([])
    with pytest.raises(ValueError, match="confidence"):
        interval([1.0], confidence=1.0)
