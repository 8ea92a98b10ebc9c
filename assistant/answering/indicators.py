"""Which of the indicators in the evidence answers the question, and which others say something different."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Evidence
from assistant.answering.question import Question, bigrams, cues
from assistant.answering.ranking import ended
from assistant.answering.rarity import TermWeights
from assistant.retrieval.terms import expansions
from corpus.model import Indicator, Region

__all__ = ["DRAFT", "Candidate", "for_others", "is_draft", "others", "rank"]

DRAFT = re.compile(r"征求意见稿|草案")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One indicator as a possible answer; ``score`` is comparable within one question only.

    ``shared``: its name has a word of the question.
    """

    evidence: Evidence
    indicator: Indicator
    score: float
    coverage: float
    unit_fits: bool
    shared: bool


def rank(question: Question, evidence: Sequence[Evidence], weights: TermWeights) -> list[Candidate]:
    """Every indicator of the evidence, best answer first."""
    found = [
        _candidate(question, item, indicator, weights)
        for item in evidence
        for indicator in item.clause.indicators
        if not _contradicts(question.text, f"{indicator.name}{indicator.scope or ''}")
    ]
    return sorted(found, key=lambda c: -c.score)


def _candidate(question: Question, item: Evidence, indicator: Indicator, weights: TermWeights) -> Candidate:
    name = bigrams(f"{indicator.name} {indicator.scope or ''}")
    around = name | bigrams(f"{item.clause.heading} {item.document.title}")
    context = around | bigrams(item.clause.text)
    near = _held(name, question, weights)
    wider = _held(context, question, weights)
    shared = bool(bigrams(indicator.name) & question.words)
    named = weights.share(question.terms, name)
    fits = bool(question.units) and indicator.unit in question.units
    score = near + 0.6 * wider + 0.6 * named + 0.9 * item.score
    if question.units:
        score += 0.6 if fits else -0.6
    # A requirement answers "how much" sooner than a report of what was once reached, unless a year is asked for.
    if item.clause.strength:
        score += 0.1 + 0.1 * (indicator.comparator in {">=", "<="})
    elif not question.years:
        score -= 0.2
    # What a reader can check himself comes first: a document with a number, a clause with a number.
    score += 0.15 * (item.document.number is not None) + 0.15 * (item.clause.locator is not None)
    if is_draft(item, indicator) and not DRAFT.search(question.text):
        score -= 0.4
    if ended(item.document) and not question.years:
        score -= 0.8
    if question.bounds:
        score += 0.3 if indicator.comparator in question.bounds else -0.3
    if question.years:
        score += 0.4 if indicator.year in question.years else -0.3 * (indicator.year is not None)
    return Candidate(item, indicator, score, max(near, wider), fits, shared)


def _held(words: frozenset[str], question: Question, weights: TermWeights) -> float:
    """How much of the question the words hold: its own terms first, what they stand for in the corpus at a third."""
    own = frozenset(t for t in question.terms if weights.known(t))
    if not own:
        return weights.share(words, question.meant)
    return weights.share(words, own) + (weights.share(words, question.meant) / 3 if question.meant else 0.0)


def is_draft(item: Evidence, indicator: Indicator | None = None) -> bool:
    """Whether the clause or the figure stands in a draft for comment only, which binds nobody."""
    if DRAFT.search(f"{item.clause.heading}{(indicator and indicator.scope) or ''}"):
        return True
    return bool(DRAFT.search(item.document.title)) and "正式" not in item.clause.heading


def for_others(question: Question, item: Evidence, indicator: Indicator) -> bool:
    """Whether the figure is set for places of other kinds than offices, none of which the question names."""
    of = f"{indicator.name}{indicator.scope or ''}{item.clause.heading}"
    kinds = [kind for kind in cues().elsewhere if kind in of]
    return bool(kinds) and not any(kind in question.text for kind in kinds)


def _contradicts(question: str, name: str) -> bool:
    for words in cues().contrasts:
        asked = {w for w in words if w in question}
        if asked and not any(w in name for w in asked) and any(w in name for w in words):
            return True
    # By how much it is to fall is no answer to how much it is.
    return bool(cues().change.search(name)) and not cues().asks_for_change.search(question)


def others(
    question: Question, best: Candidate, ranked: Sequence[Candidate], weights: TermWeights, most: int = 6
) -> list[Candidate]:
    """What other documents set for the same thing: same unit, a like name, one row a document, own region first."""
    name = _worded(best.indicator.name)
    asked = name & question.words
    rows: dict[str, Candidate] = {}
    for candidate in ranked:
        document, indicator = candidate.evidence.document, candidate.indicator
        same_way = best.indicator.comparator in {indicator.comparator, "="}
        if document.id == best.evidence.document.id or indicator.unit != best.indicator.unit or not same_way:
            continue
        other = _worded(indicator.name)
        around = other | bigrams(f"{indicator.scope or ''} {candidate.evidence.clause.heading}")
        alike = max(weights.share(name, other), weights.share(other, name))
        reports = best.evidence.clause.strength is not None and candidate.evidence.clause.strength is None
        if not reports and alike >= 0.2 and (not asked or weights.share(around, asked) >= 0.6):
            rows.setdefault(document.id, candidate)
    far = (Region.ELSEWHERE,)
    return sorted(rows.values(), key=lambda c: (c.evidence.document.region in far, -c.score))[:most]


def _worded(name: str) -> frozenset[str]:
    """The character pairs of a name and of the words the corpus uses for the same thing (充电桩, 充电设施)."""
    return bigrams(" ".join((name, *expansions(name))))
