import json
from pathlib import Path

import pytest

from evals.calculation import CalculationCase
from evals.measurement import AnswerScore, CalculationScore, RankingScore
from evals.metrics import Interval
from evals.question import Question
from evals.report import Results, Row, ablation_row, as_markdown, calculation_row, facets, latency, misses, row, write


def question(scene: str = "食堂") -> Question:
    return Question(id="q", text="问", user="staff", scene=scene, type="list", style="plain", answerable=True)


def ranking(hit: float, ms: float, scene: str = "食堂") -> RankingScore:
    return RankingScore(question(scene), {"hit@5": hit, "nDCG@10": hit / 2}, ms)


def test_a_row_holds_means_and_latency() -> None:
    found = row("产品", "dev", [ranking(1.0, 10.0), ranking(0.0, 20.0)])
    assert found.measures["hit@5"].mean == 0.5
    assert found.measures["hit@5"].size == 2
    assert found.latency_ms == latency([10.0, 20.0])


def test_a_measure_counts_only_the_questions_it_applies_to() -> None:
    scores = [
        AnswerScore(question(), "answer", False, {"figure accuracy": 1.0}, {"total": 8.0, "retrieve": 3.0}),
        AnswerScore(question(), "refusal", True, {"refusal": 1.0}, {"total": 2.0}),
    ]
    found = row("产品", "test", scores)
    assert found.measures["figure accuracy"].size == 1
    assert found.latency_ms == latency([8.0, 2.0])
    assert found.stages_ms == {"retrieve": latency([3.0])}


def test_facets_keep_every_question_once() -> None:
    found = facets([ranking(1.0, 1.0), ranking(0.0, 1.0), ranking(1.0, 1.0, scene="停车场")])
    assert {scene: m["hit@5"].size for scene, m in found["场景"].items()} == {"食堂": 2, "停车场": 1}
    assert found["场景"]["食堂"]["hit@5"].mean == 0.5


def test_what_a_part_is_worth_is_the_loss_on_the_same_question() -> None:
    whole = [ranking(1.0, 5.0), ranking(0.0, 5.0), ranking(1.0, 5.0)]
    less = [ranking(1.0, 1.0), ranking(1.0, 1.0), ranking(0.0, 1.0)]
    found = ablation_row("去掉向量", "dev", less, whole)
    assert found.measures["hit@5 loss"].mean == 0.0
    assert found.measures["hit@5"].mean == 2 / 3
    assert found.latency_ms is None
    text = as_markdown(Results("1", {"dev": {"可答": 3}}, (row("产品", "dev", whole), found)))
    assert "## 产品去掉一个部件" in text
    assert sum(line.startswith("| 去掉向量 ") for line in text.splitlines()) == 1
    with pytest.raises(ValueError, match="not the same"):
        ablation_row("去掉向量", "dev", [ranking(1.0, 1.0, scene="停车场")] * 3, whole)


def test_only_dev_questions_that_fall_short_are_listed() -> None:
    texts = [f"问题{n}" for n in range(40)]
    asked = [
        Question(text, text, "staff", "食堂", "list", "plain", True, split="dev" if n % 3 else "test")
        for n, text in enumerate(texts)
    ]
    scores = [AnswerScore(q, "answer", False, {"figure accuracy": 0.5, "false refusal": 0.0}) for q in asked]
    dev = tuple(q.id for q in asked if q.split == "dev")
    assert 0 < len(dev) < len(asked)
    assert misses(scores) == {"figure accuracy": dev}


def results() -> Results:
    answered = {"citation recall": Interval(0.5, 0.4, 0.6, 3), "refusal": Interval(1, 1, 1, 2)}
    case = CalculationCase("c", "算", "plain", "meeting", (), False)
    return Results(
        version="9.9.9",
        sets={"dev": {"可答": 2, "不可答": 1, "计算": 0}},
        rows=(
            row("BM25", "dev", [ranking(1.0, 10.0)]),
            Row("产品", "dev", answered, latency([5.0]), {"retrieve": latency([2.0])}),
            calculation_row("产品", [CalculationScore(case, True, 0.5), CalculationScore(case, False, None)]),
        ),
        facets=facets([ranking(1.0, 1.0)]),
    )


def test_the_report_has_a_table_for_each_part() -> None:
    text = as_markdown(results())
    assert "| BM25 | dev | 1.000 [1.000, 1.000] | 0.500 [0.500, 0.500] | 10.0 | 10.0 |" in text
    assert "| 产品 | dev | 1.000 [1.000, 1.000] | 5.0 | 5.0 |" in text
    assert "| 产品 | calculations | 0.500 [0.000, 1.000] | 0.500 [0.500, 0.500] |" in text
    assert "| 食堂 | 1 | 1.000 [1.000, 1.000] | 0.500 [0.500, 0.500] |" in text
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)


def test_markdown_and_json_are_written_side_by_side(tmp_path: Path) -> None:
    path = write(results(), tmp_path / "results")
    assert path.read_text(encoding="utf-8") == as_markdown(results())
    held = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert held["rows"][0]["measures"]["hit@5"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "size": 1}
