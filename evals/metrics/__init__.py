"""What is measured: pure functions, one measure a file."""

from evals.metrics.bootstrap import Interval, interval
from evals.metrics.citation import CitationScore, citation_score
from evals.metrics.figures import RequiredFigure, figure_accuracy, numbers, states
from evals.metrics.macro_f1 import F1, f1
from evals.metrics.ndcg import ndcg
from evals.metrics.recall import hit, recall
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.metrics.refusal import RefusalRates, refusal_rates

__all__ = [
    "F1",
    "CitationScore",
    "Interval",
    "RefusalRates",
    "RequiredFigure",
    "citation_score",
    "f1",
    "figure_accuracy",
    "hit",
    "interval",
    "ndcg",
    "numbers",
    "recall",
    "reciprocal_rank",
    "refusal_rates",
    "states",
]
