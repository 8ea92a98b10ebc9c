"""One run: every baseline, the product's retriever and the whole assistant over the same questions.

``python -m evals.run`` writes the report of this version and fails where a gate is not passed.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from assistant.assistant import Assistant
from assistant.retrieval.embedding import PLAIN, embedder
from assistant.retrieval.index import load
from assistant.review.items import check
from assistant.settings import Settings, read
from corpus.library import Corpus
from evals import ablation, baselines, calculation, gates, question, references, report
from evals.baselines import Ranking, Search
from evals.calculation import CalculationCase
from evals.measurement import Answerer, RankingScore, score_answer, score_calculation, score_ranking
from evals.passage import passages, running_texts
from evals.question import Question
from evals.references import ReferenceCase
from evals.report import Results, Row

__all__ = ["PRODUCT", "RESULTS", "everything", "main", "run"]

RESULTS = Path(__file__).with_name("results")
PRODUCT, RECIPE = "产品", "LangChain 通用做法"
LEXICAL, SEGMENTED, DENSE = "BM25 不分词", "BM25 分词", "仅向量"
TRAINED = "（训练过的问题向量）"
"""Added to the name of a baseline that embeds questions as the product does; without it, as multilingual-e5-small does."""

_log = logging.getLogger(__name__)


def run(
    corpus: Corpus,
    questions: Sequence[Question],
    cases: Sequence[CalculationCase],
    searches: Mapping[str, Callable[[], Search]],
    answerer: Answerer,
    *,
    release: str,
    cited: Sequence[ReferenceCase] = (),
    ablations: Mapping[str, Callable[[], Search]] | None = None,
) -> Results:
    """Measure every search and the answerer over the same questions; a search is built only when its turn comes.

    ``ablations`` are the product's search without each of its parts.
    """
    keys = question.clause_keys(corpus)
    answerable = [q for q in questions if q.answerable]
    rows: list[Row] = []
    scores: list[RankingScore] = []
    facets = {}
    for name, build in searches.items():
        _log.info("检索：%s", name)
        search = build()
        ranked = [score_ranking(search, q, keys) for q in answerable]
        rows += [report.row(name, s, [r for r in ranked if r.question.split == s]) for s in report.SPLITS]
        if name == PRODUCT:
            facets, scores = report.facets(ranked), ranked
    for part, build in (ablations or {}).items():
        _log.info("检索，%s", part)
        search = build()
        less = [score_ranking(search, q, keys) for q in answerable]
        for split in report.SPLITS:
            pair = ([one for one in of if one.question.split == split] for of in (less, scores))
            rows.append(report.ablation_row(part, split, *pair))
    _log.info("回答：%d 题", len(questions))
    answers = [score_answer(answerer, q, keys) for q in questions]
    rows += [report.row(PRODUCT, s, [a for a in answers if a.question.split == s]) for s in report.SPLITS]
    rows.append(report.calculation_row(PRODUCT, [score_calculation(answerer, case) for case in cases]))
    judged = [references.judge(case, check, corpus) for case in cited]
    for split in report.SPLITS:
        if those := [one for one in judged if one.case.split == split]:
            rows.append(report.reference_row(PRODUCT, split, those))
    sizes = _sizes(questions, cases, cited)
    return Results(release, sizes, tuple(rows), facets, report.misses([*scores, *answers]))


def _sizes(
    questions: Sequence[Question],
    cases: Sequence[CalculationCase],
    cited: Sequence[ReferenceCase],
) -> dict[str, dict[str, int]]:
    none = {"可答": 0, "不可答": 0, "计算": 0, "引用": 0}
    sizes = {
        split: none
        | {
            "可答": sum(q.answerable for q in questions if q.split == split),
            "不可答": sum(not q.answerable for q in questions if q.split == split),
            "引用": sum(case.split == split for case in cited),
        }
        for split in report.SPLITS
    }
    return sizes | {"calculations": none | {"计算": len(cases)}}


def everything(settings: Settings, *, release: str | None = None) -> Results:
    """The full run over the shipped sets: the baselines, the product's retriever whole and in part, the assistant."""
    # Two of them, so that the answers do not profit from what the search has just remembered of the same questions.
    searcher, answerer = Assistant.open(settings), Assistant.open(settings)
    index = load(settings)
    try:
        corpus, model, plain = searcher.corpus, embedder(settings.embedding), embedder(PLAIN)
        texts = passages(corpus)

        def product(text: str, k: int) -> Ranking:
            return Ranking(tuple((hit.key,) for hit in searcher.search(text, k)))

        searches: dict[str, Callable[[], Search]] = {
            LEXICAL: lambda: baselines.lexical(texts),
            SEGMENTED: lambda: baselines.segmented(texts),
            DENSE: lambda: baselines.dense(texts, plain),
            DENSE + TRAINED: lambda: baselines.dense(texts, model),
            RECIPE: lambda: baselines.langchain_recipe(running_texts(corpus), plain),
            RECIPE + TRAINED: lambda: baselines.langchain_recipe(running_texts(corpus), model),
            PRODUCT: lambda: product,
        }
        return run(
            corpus,
            question.load(),
            calculation.load(),
            searches,
            answerer,
            release=release or version("nearzero"),
            cited=references.load(),
            ablations=ablation.searches(searcher, index, model),
        )
    finally:
        index.close()
        searcher.close()
        answerer.close()


def main() -> int:
    """Run everything, write the report, list the gates not passed. 0 if all are passed, else 1."""
    _log.setLevel(logging.INFO)
    _log.addHandler(logging.StreamHandler())
    results = everything(read())
    path = report.write(results, RESULTS)
    sys.stdout.write(f"已写入 {path}\n")
    missed = gates.failures(results, gates.load())
    sys.stdout.writelines(f"未达门槛：{line}\n" for line in missed)
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
