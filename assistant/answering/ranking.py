"""Which of the clauses found is the better answer: a linear ranker over match, wording, standing and structure.

The weights stand in ``ranking.yaml``, learned on the dev split by ``evals.calibrate_ranking``: pairwise logistic loss for the
order, logistic regression for the chance that a clause answers at all, which decides what is cited beside the first.
A linear model over named features can be read and argued with; a hundred questions do not support more.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from assistant.answering.evidence import Evidence
from assistant.answering.question import Question, bigrams
from assistant.answering.rarity import TermWeights
from corpus.model import Confidence, Document, DocumentKind, Region
from corpus.record import read_yaml

__all__ = ["ended", "features", "relevance", "weigh"]

_YEAR = re.compile(r"(?<!\d)20\d{2}(?!\d)")
_WHO = re.compile(r"谁|哪个(部门|单位|机关)|由哪|归哪|负责人|\bwho\b", re.I)
_CHARGED = re.compile(r"负责|责任|牵头|主管|组织实施|监督")
_ENDED = re.compile(r"已结束|废止|失效")
_EXAMPLES = re.compile(r"案例|例子|经验|做法|试点|样板|先进|实践|报道|case|example|pilot", re.I)
_PAST = re.compile(r"(?<!\d)20(0\d|1\d|2[0-5])(?!\d)|去年|历年|统计|实际|现状|目前|已经|多少家|how many")


@dataclass(frozen=True, slots=True)
class _Model:
    weights: Mapping[str, float]
    spread: float
    relevance: Mapping[str, float]
    bias: float


@cache
def _model() -> _Model:
    raw = read_yaml(files("assistant.answering").joinpath("ranking.yaml").read_text(encoding="utf-8"))
    return _Model(raw["weights"], raw["spread"], raw["relevance"]["weights"], raw["relevance"]["bias"])


def weigh(question: Question, evidence: Sequence[Evidence], rarity: TermWeights) -> tuple[Evidence, ...]:
    """The evidence best first, named clauses before all; scores fall from 1 by ``exp(-difference / spread)``.

    Superseded documents, and headings without a text of their own, are left out unless they were named.
    """
    kept = [e for e in evidence if e.exact or (e.document.superseded_by is None and not e.clause.outline)] or list(
        evidence
    )
    if not kept:
        return ()
    model = _model()
    rows = features(question, kept, rarity)
    points = [sum(model.weights[name] * value for name, value in row.items()) for row in rows]
    best = max(points)
    weighed = []
    for item, row, point in zip(kept, rows, points, strict=True):
        signs = relevance(row, item, (point - best) / model.spread)
        logit = model.bias + sum(model.relevance[name] * value for name, value in signs.items())
        chance = 1.0 if item.exact else 1 / (1 + math.exp(-logit))
        weighed.append(replace(item, score=math.exp((point - best) / model.spread), chance=chance))
    return tuple(sorted(weighed, key=lambda e: (not e.exact, -e.score)))


def relevance(row: Mapping[str, float], item: Evidence, behind: float) -> dict[str, float]:
    """What tells whether a clause answers at all: its features, how far it is behind the best, its raw cosines."""
    match = item.match
    return {
        **row,
        "behind": behind,
        "best": float(behind == 0.0),
        "raw_asked": match.dense if match.asked is None else match.asked,
        "raw_dense": match.dense,
    }


def features(question: Question, evidence: Sequence[Evidence], rarity: TermWeights) -> list[dict[str, float]]:
    """What the ranker looks at, a row a clause; scores of a leg are relative to its best within this evidence."""
    dense = max((e.match.dense for e in evidence), default=0.0)
    lexical = max((e.match.lexical for e in evidence), default=0.0) or 1.0
    asked = max((e.match.asked for e in evidence if e.match.asked is not None), default=0.0)
    asked_lexical = max((e.match.asked_lexical or 0.0 for e in evidence), default=0.0) or 1.0
    own = frozenset(t for t in question.terms if rarity.known(t))
    rows = []
    for item in evidence:
        clause, document = item.clause, item.document
        heading, text, title = bigrams(clause.heading), bigrams(clause.text), bigrams(document.title)
        figures = bigrams(" ".join(f"{i.name}{i.scope or ''}" for i in clause.indicators))
        whole = heading | text | title
        rows.append(
            {
                "fused": item.score,
                "dense": item.match.dense - dense,
                "dense_rank": item.match.dense_rank,
                "lexical": item.match.lexical / lexical,
                "lexical_rank": item.match.lexical_rank,
                **_asked(item, dense, lexical, asked, asked_lexical),
                "in_heading": rarity.share(heading, own),
                "in_text": rarity.share(text, own),
                "in_title": rarity.share(title, own),
                "in_whole": rarity.share(whole, own),
                "in_figures": rarity.share(figures, own),
                "heading_asked": rarity.share(own, heading),
                "title_asked": rarity.share(own, title),
                "meant": rarity.share(whole, question.meant),
                "requirement": float(clause.strength is not None),
                "named_document": float(document.id in question.documents),
                "figures_for_figure": float(bool(clause.indicators) and question.asked == "figure"),
                **_named(question, item),
                **_standing(question, item),
            }
        )
    return rows


def _asked(item: Evidence, dense: float, lexical: float, asked: float, asked_lexical: float) -> dict[str, float]:
    """How near the question is to those the clause is known to answer; one without such stands by its own text."""
    match = item.match
    if match.asked is None or match.asked_lexical is None:
        return {
            "asked": match.dense - dense,
            "asked_rank": match.dense_rank,
            "asked_lexical": match.lexical / lexical,
        }
    return {
        "asked": match.asked - asked,
        "asked_rank": match.asked_rank,
        "asked_lexical": match.asked_lexical / asked_lexical,
    }


def _named(question: Question, item: Evidence) -> dict[str, float]:
    """Whether the clause names who is charged, and the document is of the region and year, where those are asked for."""
    document = item.document
    years = {int(y) for y in _YEAR.findall(f"{document.title} {document.issued or ''} {document.effective or ''}")}
    regions = {r for r in (Region.SHENZHEN, Region.GUANGDONG) if r.value in question.text}
    return {
        "who_answers": float(
            bool(_WHO.search(question.text)) and bool(_CHARGED.search(f"{item.clause.heading}{item.clause.text}"))
        ),
        "region_named": float(document.region in regions),
        "year_named": float(bool(question.years & years)),
        "other_year": float(bool(question.years and years) and not question.years & years),
    }


def ended(document: Document) -> bool:
    """Whether the document's own status says that its time is over."""
    return bool(_ENDED.search(document.status or ""))


def _standing(question: Question, item: Evidence) -> dict[str, float]:
    """What an expert would hold for or against a clause that matches as well as another."""
    clause, document = item.clause, item.document
    named = document.id in question.documents
    glossary = document.kind is DocumentKind.GLOSSARY
    reports = document.kind is DocumentKind.REPORT and clause.strength is None and clause.values_given
    standing = {
        "elsewhere": document.region is Region.ELSEWHERE and not question.places and not named,
        "case": document.kind is DocumentKind.CASE and not named and not _EXAMPLES.search(question.text),
        "statistics": reports and not named and not _PAST.search(question.text),
        "ended": ended(document) and not question.years and not named,
        "secondary": document.confidence is Confidence.SECONDARY,
        "no_locator": clause.locator is None and not glossary,
        "unit_fits": question.asked == "figure" and any(i.unit in question.units for i in clause.indicators),
        "glossary": glossary and question.asked == "definition",
        "glossary_else": glossary and question.asked != "definition",
    }
    return {name: float(value) for name, value in standing.items()}
