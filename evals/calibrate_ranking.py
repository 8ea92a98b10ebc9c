"""Learn the weights of ``assistant/answering/ranking.yaml`` on the dev split and report both splits.

Pairwise logistic loss over clauses of different grade of one question, weighted so that each question counts once, with
an L2 penalty chosen by five folds of the dev split. Run: ``python -m evals.calibrate_ranking``.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from assistant.answering.evidence import gather
from assistant.answering.ranking import features, relevance
from assistant.assistant import Assistant
from assistant.settings import read
from evals.metrics.ndcg import ndcg
from evals.question import ANSWERABLE, Question, clause_keys, load, load_file

__all__ = ["Example", "fit", "main", "mean_ndcg"]

Floats = NDArray[np.float64]
Signals = list[dict[str, float]]

DEPTH = 30
PENALTIES = (0.003, 0.01, 0.03, 0.1)
JUDGED = 8
"""Clauses of a question from which the chance of answering is learned: those that might be cited."""

REGULAR = 0.3
"""Inverse strength of the L2 penalty on it, over standardised signs."""

SPREAD = 4.0
"""Points of difference over which a clause's score falls to 1/e of the best one's; see ``extractive.NEAR``."""

AGAINST = frozenset(
    {"elsewhere", "case", "statistics", "ended", "secondary", "no_locator", "glossary_else", "other_year"}
)
"""Features that may only count against a clause; all others only for it. A hundred questions cannot say otherwise."""

TARGET = Path(__file__).parents[1] / "assistant" / "answering" / "ranking.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """One question's pool: features (clauses × names), grades in the same order, clause keys, all grades."""

    rows: Floats
    grades: NDArray[np.int64]
    keys: tuple[str, ...]
    gold: dict[str, int]


def example(
    assistant: Assistant, question: Question, keys: dict[tuple[str, str | None, str], str]
) -> tuple[list[str], Example]:
    """The pool retrieval gives for a question, with the names of its features."""
    retriever, rarity = assistant.core.retriever, assistant.core.weights
    evidence = gather(assistant.corpus, retriever.retrieve(question.text, DEPTH).hits)
    rows = features(assistant.core.read(question.text), evidence, rarity)
    gold = question.grades(keys)
    found = tuple(e.clause.key for e in evidence)
    grades = np.array([gold.get(key, 0) for key in found])
    return list(rows[0]), Example(np.array([list(r.values()) for r in rows]), grades, found, gold)


def fit(examples: Sequence[Example], names: Sequence[str], penalty: float, steps: int = 400) -> Floats:
    """Weights per raw feature. Adam on the pairwise logistic loss over standardised features, signs held."""
    sign = np.array([-1.0 if name in AGAINST else 1.0 for name in names])
    stacked = np.vstack([e.rows for e in examples])
    scale = stacked.std(0)
    scale[scale == 0] = 1.0
    differences, importance = [], []
    for e in examples:
        pairs = [(i, j) for i in np.flatnonzero(e.grades) for j in np.flatnonzero(e.grades < e.grades[i])]
        for i, j in pairs:
            differences.append((e.rows[i] - e.rows[j]) / scale)
            importance.append((2.0 ** e.grades[i] - 2.0 ** e.grades[j]) / len(pairs))
    x = np.array(differences)
    share = np.array(importance) / np.sum(importance)
    w = np.zeros(x.shape[1])
    mean, square = np.zeros_like(w), np.zeros_like(w)
    for step in range(1, steps + 1):
        wrong = 1 / (1 + np.exp(x @ w))
        slope = -(x * (share * wrong)[:, None]).sum(0) + penalty * w
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        w -= 0.1 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
        w = sign * np.maximum(sign * w, 0.0)
    return np.asarray(w / scale, dtype=np.float64)


def fit_relevance(examples: Sequence[Example], judged: Sequence[Signals]) -> tuple[dict[str, float], float]:
    """Weights per raw sign and bias of the logistic regression, over the first ``JUDGED`` clauses of each question."""
    from sklearn.linear_model import LogisticRegression

    names = list(judged[0][0])
    x = np.array([[row[name] for name in names] for rows in judged for row in rows])
    y = np.concatenate([e.grades for e in examples]) > 0
    mean, scale = x.mean(0), np.where(x.std(0) > 0, x.std(0), 1.0)
    model = LogisticRegression(C=REGULAR, max_iter=2000).fit((x - mean) / scale, y)
    weights = model.coef_[0] / scale
    return {n: round(float(w), 4) for n, w in zip(names, weights, strict=True)}, float(
        model.intercept_[0] - weights @ mean
    )


def first(
    assistant: Assistant, question: Question, keys: dict[tuple[str, str | None, str], str], w: Floats
) -> tuple[Signals, Example]:
    """The signs of the clauses that stand first under these weights, with their grades."""
    retriever, rarity = assistant.core.retriever, assistant.core.weights
    evidence = gather(assistant.corpus, retriever.retrieve(question.text, DEPTH).hits)
    rows = features(assistant.core.read(question.text), evidence, rarity)
    points = np.array([list(r.values()) for r in rows]) @ w
    gold = question.grades(keys)
    best = np.argsort(-points, kind="stable")[:JUDGED]
    signs = [relevance(rows[i], evidence[i], float(points[i] - points[best[0]]) / SPREAD) for i in best]
    found = tuple(evidence[i].clause.key for i in best)
    return signs, Example(np.zeros((len(best), 0)), np.array([gold.get(k, 0) for k in found]), found, gold)


def mean_ndcg(examples: Sequence[Example], w: Floats) -> float:
    """Mean nDCG@10 of the pools ordered by the weights."""
    return float(
        np.mean([ndcg([e.keys[i] for i in np.argsort(-(e.rows @ w), kind="stable")], e.gold, 10) for e in examples])
    )


def main() -> None:
    """Fit, write the weights, print both splits against the fused order."""
    assistant = Assistant.open(read())
    keys = clause_keys(assistant.corpus)
    names: list[str] = []
    splits: dict[str, list[Example]] = {"dev": [], "test": []}
    questions = [q for q in (*load(), *load_file(ANSWERABLE)) if q.answerable]
    for question in questions:
        names, made = example(assistant, question, keys)
        splits[question.split].append(made)
    dev = splits["dev"]
    folds = [[e for i, e in enumerate(dev) if i % 5 == fold] for fold in range(5)]
    scores = {}
    for penalty in PENALTIES:
        kept = [
            mean_ndcg(held, fit([e for other in folds if other is not held for e in other], names, penalty))
            for held in folds
        ]
        scores[penalty] = float(np.mean(kept))
    penalty = max(scores, key=lambda p: scores[p])
    w = fit(dev, names, penalty)
    fused = np.array([float(name == "fused") for name in names])
    report = {
        split: f"nDCG@10 {mean_ndcg(examples, fused):.3f} -> {mean_ndcg(examples, w):.3f} ({len(examples)} 题)"
        for split, examples in splits.items()
    }
    judged, examples_judged = zip(*(first(assistant, q, keys, w) for q in questions if q.split == "dev"), strict=True)
    signs, bias = fit_relevance(examples_judged, judged)
    record = {
        "how": f"evals.calibrate_ranking，dev 集 {len(dev)} 题，五折选惩罚 {penalty}（各折平均 {scores[penalty]:.3f}）；"
        + "；".join(f"{split} {told}" for split, told in report.items()),
        "spread": SPREAD,
        "weights": {name: round(float(value), 4) for name, value in zip(names, w, strict=True)},
        "relevance": {"bias": round(bias, 4), "weights": signs},
    }
    TARGET.write_text(yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
    sys.stdout.write(yaml.safe_dump(report, allow_unicode=True))


if __name__ == "__main__":
    main()
