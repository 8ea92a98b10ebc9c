"""Results as data, as JSON and as a Markdown table."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from evals.measurement import AnswerScore, CalculationScore, RankingScore
from evals.metrics import Interval, f1, interval
from evals.question import Question
from evals.references import Judged

__all__ = [
    "LOSSES",
    "Latency",
    "Results",
    "Row",
    "ablation_row",
    "as_markdown",
    "calculation_row",
    "facets",
    "latency",
    "misses",
    "reference_row",
    "row",
    "write",
]

SPLITS = ("dev", "test")
_RANKING = ("hit@1", "hit@5", "MRR@10", "nDCG@10", "unit hit@5", "document hit@5")
LOSSES = {"hit@5": "hit@5 loss", "nDCG@10": "nDCG@10 loss"}
"""What is lost by taking a part away, by measure."""
_ANSWER = (
    "citation precision",
    "first citation right",
    "answer cited",
    "figure accuracy",
    "refusal",
    "false refusal",
    "asked back",
)
_CALCULATION = ("calculator right", "inputs read", "total right", "input asked")
_GOALS = {
    "hit@5": 1.0,
    "answer cited": 1.0,
    "figure accuracy": 1.0,
    "refusal": 1.0,
    "false refusal": 0.0,
    "asked back": 0.0,
}
"""What every single question should score."""
_FACETS: Mapping[str, Callable[[Question], str]] = {
    "场景": lambda q: q.scene,
    "用户": lambda q: q.user,
    "题型": lambda q: q.type,
    "问法": lambda q: q.style,
}


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one split (``dev``, ``test``) with the interval of every measure that applies."""

    system: str
    split: str
    measures: Mapping[str, Interval]
    latency_ms: Latency | None = None
    stages_ms: Mapping[str, Latency] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything one run measured."""

    version: str
    sets: Mapping[str, Mapping[str, int]]
    rows: tuple[Row, ...]
    facets: Mapping[str, Mapping[str, Mapping[str, Interval]]] = field(default_factory=dict)
    misses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mean(self, system: str, split: str, measure: str) -> float:
        """The mean of that measure. Raises ``KeyError`` if the run did not measure it."""
        for found in self.rows:
            if (found.system, found.split) == (system, split) and measure in found.measures:
                return found.measures[measure].mean
        raise KeyError(f"{system} {split} {measure}")


def latency(milliseconds: Sequence[float]) -> Latency:
    """Median and 95th percentile.

    >>> latency([1.0, 2.0, 3.0])
    Latency(p50=2.0, p95=2.9)
    """
    p50, p95 = np.percentile(np.asarray(milliseconds), [50, 95])
    return Latency(float(p50), float(p95))


def row(system: str, split: str, scores: Sequence[RankingScore] | Sequence[AnswerScore]) -> Row:
    """The row of a system over the scores of one split."""
    stages: dict[str, list[float]] = defaultdict(list)
    for score in scores:
        for stage, ms in (score.timing if isinstance(score, AnswerScore) else {"total": score.ms}).items():
            stages[stage].append(ms)
    spread = {stage: latency(ms) for stage, ms in stages.items()}
    return Row(system, split, _intervals(score.measures for score in scores), spread.pop("total", None), spread)


def ablation_row(part: str, split: str, scores: Sequence[RankingScore], whole: Sequence[RankingScore]) -> Row:
    """The row of the product without a part; each question's loss is against the whole product on the same question.

    Untimed: what is asked again and again is embedded once. Raises ``ValueError`` where the questions are not the same.
    """
    pairs = list(zip(scores, whole, strict=True))
    if any(less.question != full.question for less, full in pairs):
        raise ValueError("the questions of the two are not the same")
    losses = (
        {loss: full.measures[name] - less.measures[name] for name, loss in LOSSES.items()} for less, full in pairs
    )
    return Row(part, split, _intervals(s.measures for s in scores) | _intervals(losses))


def calculation_row(system: str, scores: Sequence[CalculationScore]) -> Row:
    """The row of the calculation requests, which have no split."""
    measured = [
        {
            "calculator right": float(s.taken),
            "inputs read": s.inputs_read,
            "total right": s.total_right,
            "input asked": s.asked_right,
        }
        for s in scores
    ]
    return Row(
        system, "calculations", _intervals({k: float(v) for k, v in m.items() if v is not None} for m in measured)
    )


def reference_row(system: str, split: str, judged: Sequence[Judged]) -> Row:
    """The row of the reference set on one split: F1 over the verdicts and of each, and what must never happen."""
    found = f1([one.pair for one in judged])
    altered = [float(one.found == "right") for one in judged if one.case.verdict == "altered"]
    measures = {"verdict macro-F1": found.macro} | ({"altered as right": interval(altered)} if altered else {})
    return Row(system, f"references {split}", measures | {f"F1: {name}": one for name, one in found.classes.items()})


def facets(scores: Sequence[RankingScore]) -> dict[str, dict[str, dict[str, Interval]]]:
    """hit@5 and nDCG@10 by scene, user, type and style, over both splits."""
    found: dict[str, dict[str, dict[str, Interval]]] = {}
    for name, facet in _FACETS.items():
        groups: dict[str, list[RankingScore]] = defaultdict(list)
        for score in scores:
            groups[facet(score.question)].append(score)
        found[name] = {
            value: {m: interval([s.measures[m] for s in group]) for m in ("hit@5", "nDCG@10")}
            for value, group in sorted(groups.items())
        }
    return found


def misses(scores: Iterable[RankingScore | AnswerScore]) -> dict[str, tuple[str, ...]]:
    """Ids of the dev questions that fall short, by measure: what to look at next. Test questions stay unseen."""
    found: dict[str, list[str]] = defaultdict(list)
    for score in scores:
        if score.question.split == "dev":
            for name, goal in _GOALS.items():
                if score.measures.get(name, goal) != goal:
                    found[name].append(score.question.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _intervals(measured: Iterable[Mapping[str, float]]) -> dict[str, Interval]:
    columns: dict[str, list[float]] = defaultdict(list)
    for measures in measured:
        for name, value in measures.items():
            columns[name].append(value)
    return {name: interval(values) for name, values in columns.items()}


def _cell(measured: Interval | None) -> str:
    if measured is None:
        return "—"
    return f"{measured.mean:.3f} [{measured.low:.3f}, {measured.high:.3f}]"


def _table(rows: Sequence[Row], measures: Sequence[str], *, timed: bool = True) -> list[str]:
    shown = [m for m in measures if any(m in r.measures for r in rows)]
    lines = [
        "| " + " | ".join(["系统", "集", *shown, *(["p50 ms", "p95 ms"] if timed else [])]) + " |",
        "| " + " | ".join(["---"] * (len(shown) + (4 if timed else 2))) + " |",
    ]
    for found in rows:
        spread = [f"{v:.1f}" for v in (found.latency_ms.p50, found.latency_ms.p95)] if found.latency_ms else ["—"] * 2
        cells = [found.system, found.split, *(_cell(found.measures.get(m)) for m in shown), *(spread if timed else [])]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def as_markdown(results: Results) -> str:
    """The report people read: retrieval, answers, calculations, and the product by facet."""
    lines = [f"# 评测结果 {results.version}", "", "区间为 95% 自助法置信区间（按题抽样）。", "", "## 题量", ""]
    lines += ["| 集 | " + " | ".join(next(iter(results.sets.values()))) + " |"]
    lines += ["| --- |" + " --- |" * len(next(iter(results.sets.values())))]
    lines += [f"| {name} | " + " | ".join(map(str, sizes.values())) + " |" for name, sizes in results.sets.items()]
    lesser = [r for r in results.rows if r.measures.keys() & LOSSES.values()]
    ranked = [r for r in results.rows if "hit@5" in r.measures and r not in lesser]
    answered = [r for r in results.rows if r.measures.keys() & {"citation recall", "refusal"}]
    computed = [r for r in results.rows if "calculator right" in r.measures]
    if ranked:
        lines += ["", "## 检索", "", *_table(ranked, _RANKING)]
    if lesser:
        shown = ("hit@1", "hit@5", "MRR@10", "nDCG@10", *LOSSES.values())
        lines += [
            "",
            "## 产品去掉一个部件",
            "",
            "损失是同一题上整个产品与去掉后的差，正数是变差；排序模型的权重不重新学。",
            "",
        ]
        lines += _table(lesser, shown, timed=False)
    if answered:
        reasons = sorted({m for r in answered for m in r.measures if m.startswith("refusal: ")})
        lines += ["", "## 回答", "", *_table(answered, _ANSWER), "", "### 该拒答的题，按原因", ""]
        lines += _table(answered, reasons, timed=False)
        stages = [(r, stage, spread) for r in answered for stage, spread in r.stages_ms.items()]
        lines += ["", "### 各步耗时", "", "| 系统 | 集 | 步骤 | p50 ms | p95 ms |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {r.system} | {r.split} | {stage} | {s.p50:.1f} | {s.p95:.1f} |" for r, stage, s in stages]
    if computed:
        lines += ["", "## 计算", "", *_table(computed, _CALCULATION, timed=False)]
    checked = [r for r in results.rows if "verdict macro-F1" in r.measures]
    if checked:
        lines += ["", "## 引用核对", "", *_table(checked, ("verdict macro-F1", "altered as right"), timed=False)]
        verdicts = sorted({m for r in checked for m in r.measures if m.startswith("F1: ")})
        lines += ["", "### 每种结论", "", *_table(checked, verdicts, timed=False)]
    for name, groups in results.facets.items():
        lines += ["", f"## 产品检索，按{name}", "", f"| {name} | 题数 | hit@5 | nDCG@10 |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {value} | {m['hit@5'].size} | {_cell(m['hit@5'])} | {_cell(m['nDCG@10'])} |"
            for value, m in groups.items()
        ]
    return "\n".join(lines) + "\n"


def _as_json(results: Results) -> dict[str, Any]:
    def rounded(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 4)
        if isinstance(value, Mapping):
            return {k: rounded(v) for k, v in value.items()}
        return [rounded(v) for v in value] if isinstance(value, list | tuple) else value

    found: dict[str, Any] = rounded(asdict(results))
    return found


def write(results: Results, folder: Path) -> Path:
    """Write ``<version>.md`` and ``<version>.json`` into the folder; the path of the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{results.version}.md"
    path.write_text(as_markdown(results), encoding="utf-8")
    text = json.dumps(_as_json(results), ensure_ascii=False, indent=1) + "\n"
    path.with_suffix(".json").write_text(text, encoding="utf-8")
    return path
