"""Whether the evidence can answer the question at all. Several signals, no single threshold: see ``abstention.yaml``."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.answering.evidence import Evidence
from assistant.answering.extractive import withheld
from assistant.answering.question import Question, bigrams, content
from assistant.answering.rarity import TermWeights
from assistant.conversation.dialogue import dialogue
from assistant.conversation.markup import inert
from assistant.retrieval.embedding import Vectors
from corpus.library import Corpus
from corpus.record import read_yaml

if TYPE_CHECKING:
    from assistant.conversation.turn import Turn
    from assistant.retrieval import Signals

__all__ = ["BOUNDARY", "OFF_TOPIC", "Boundary", "boundary", "features", "parameters", "unanswerable"]

OFF_TOPIC = "off_topic"
"""The reason given for a question outside the subject, which gets a shorter refusal."""

BOUNDARY = "boundary.npz"
"""The file of the learned boundary, beside this module."""

LONG = 40
"""Characters from which a question counts as long: its cosines lie lower, its words are held by chance."""

_BETWEEN = re.compile(r"[\s，。、；：？！“”《》?!,.]+")

LEXICAL = 40.0
"""A BM25 score that is high, for scale."""

MANY = 20
"""Character pairs from which a question counts as having many."""

POOL = 5
"""Clauses looked at together for the words of the question."""

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


@cache
def parameters() -> Mapping[str, Any]:
    """Weights and thresholds with how they were set."""
    loaded: Mapping[str, Any] = read_yaml(
        files("assistant.conversation").joinpath("abstention.yaml").read_text(encoding="utf-8")
    )
    return loaded


def features(
    turn: "Turn",
    signals: "Signals",
    evidence: Sequence[Evidence],
    ordered: Sequence[Evidence],
    rarity: TermWeights,
    vector: Vectors,
) -> Mapping[str, float]:
    """What the decision looks at, each about 0 to 1. ``evidence`` is in the order of retrieval, ``ordered`` the same weighed.

    ``unknown`` is the share of the question's words the whole library lacks, ``held_first`` and ``held_pool`` the
    shares the first clause and the first five hold, ``held_least`` that of the worst held phrase; ``margin`` is how much
    nearer the examples of questions inside the subject are than those outside; ``place_missing`` and ``year_missing`` tell that a place or year
    named stands in none of them. The ``asked_…`` are about the questions the clauses are known to answer: cosine of the
    nearest and of the nearest three, shares of the question's words that the nearest hold with their clause or alone, and
    how alike the two sets of words are. ``boundary`` is how far the question's vector lies on the side of questions that
    clauses answer, against those about the same things that none does (prices, brands, intervals …).
    """
    assert turn.reading is not None
    question = turn.reading
    terms = _terms(question)
    absent = rarity.weight("\0")
    texts = [
        f"{e.document.title} {e.document.issued or ''} {e.clause.heading} {e.clause.text}" for e in evidence[:POOL]
    ]
    pooled = " ".join(texts)
    whole = sum(rarity.weight(t) for t in terms) or 1.0
    return {
        "dense_top": signals.dense_top,
        "dense_margin": signals.dense_margin,
        "coverage": signals.coverage,
        "coverage_pool": signals.coverage_pool,
        "off_topic": turn.off_topic,
        "margin": turn.margin,
        "long": min(len(question.text), LONG) / LONG,
        "named": float(any(m.document_ids for m in signals.mentions) or bool(signals.places)),
        "unknown": sum(rarity.weight(t) for t in terms if rarity.weight(t) >= absent) / whole if terms else 0.0,
        "held_first": rarity.share(bigrams(texts[0]), terms) if texts and terms else 0.0,
        "held_pool": rarity.share(bigrams(pooled), terms) if terms else 0.0,
        "held_least": min(
            (rarity.share(bigrams(pooled), bigrams(phrase)) for phrase in _phrases(question)), default=1.0
        ),
        "place_missing": float(any(p in question.text and p not in pooled for p in parameters()["places"])),
        "year_missing": float(any(y not in pooled for y in _YEAR.findall(question.text))),
        "english": float(question.english),
        "lexical_top": signals.lexical_top / LEXICAL,
        "boundary": boundary().beyond(vector),
        **_asked(evidence, ordered, terms, rarity),
    }


@dataclass(frozen=True, slots=True)
class Boundary:
    """A support vector machine over question vectors, with Gaussian kernel: ``vectors`` (n x dimension), a weight each."""

    vectors: Vectors
    weights: Vectors
    bias: float
    gamma: float

    def beyond(self, vector: Vectors) -> float:
        """How far a unit vector lies on the side of questions that clauses answer; 0 for vectors of another embedding,
        about which nothing was learned.
        """
        if len(vector) != self.vectors.shape[1]:
            return 0.0
        return float(np.exp(2 * self.gamma * (self.vectors @ vector - 1)) @ self.weights + self.bias)


@cache
def boundary() -> Boundary:
    """The boundary between questions that clauses answer and those about the same things that none does."""
    with files("assistant.conversation").joinpath(BOUNDARY).open("rb") as file, np.load(file) as held:
        return Boundary(held["vectors"].astype(np.float32), held["weights"], float(held["bias"]), float(held["gamma"]))


def _asked(
    evidence: Sequence[Evidence], ordered: Sequence[Evidence], terms: frozenset[str], rarity: TermWeights
) -> dict[str, float]:
    near = sorted((e.match.asked for e in evidence if e.match.asked is not None), reverse=True)[:3] or [0.0]
    first = ordered[0]
    together = [rarity.share(bigrams(_with_question(e)), terms) for e in ordered[:POOL]]
    alone = [bigrams(e.asked.question) for e in ordered[:POOL] if e.asked]
    return {
        "asked_top": near[0],
        "asked_three": sum(near) / len(near),
        "asked_first": first.match.dense if first.match.asked is None else first.match.asked,
        "asked_held_first": together[0] if terms else 0.0,
        "asked_held": max(together) if terms else 0.0,
        "asked_alone": max((rarity.share(words, terms) for words in alone), default=0.0) if terms else 0.0,
        "asked_alike": max((_alike(words, terms, rarity) for words in alone), default=0.0),
        "asked_lexical": max((e.match.asked_lexical or 0.0 for e in evidence), default=0.0) / LEXICAL,
        "chance": first.chance,
        "terms": min(len(terms), MANY) / MANY,
    }


def _with_question(item: Evidence) -> str:
    return f"{item.asked.question if item.asked else ''} {item.clause.heading} {item.clause.text} {item.document.title}"


def _alike(one: frozenset[str], other: frozenset[str], rarity: TermWeights) -> float:
    """Weighted Jaccard similarity, 0 to 1."""
    whole = sum(rarity.weight(t) for t in one | other)
    return sum(rarity.weight(t) for t in one & other) / whole if whole else 0.0


def _terms(question: Question) -> frozenset[str]:
    """The character pairs of what a question is about: without asking words; of an English one its Chinese terms."""
    if question.english:
        return frozenset(t for t in question.terms if not t.isascii())
    return bigrams(dialogue().generic.sub(" ", question.text))


def _phrases(question: Question) -> list[str]:
    """The runs of a Chinese question between its asking words; an English one has none."""
    return (
        []
        if question.english
        else [p for p in _BETWEEN.split(dialogue().generic.sub(" ", question.text)) if len(p) > 1]
    )


def unanswerable(
    corpus: Corpus,
    turn: "Turn",
    signals: "Signals",
    evidence: Sequence[Evidence],
    ordered: Sequence[Evidence],
    rarity: TermWeights,
    vector: Vectors,
) -> str:
    """Why the question cannot be answered from the corpus, as a sentence for the person; empty when it can."""
    if not evidence:
        return "资料库里没有找到相关条款。"
    if signals.unresolved and not any(e.exact for e in evidence):
        document_id, place = signals.unresolved[0]
        document = corpus.document(document_id)
        title = document.titled
        return f"资料库里的{title}没有收录{place}：它可能不存在，也可能摘编时没有读到，不能代为编写。"
    if signals.unknown and not any(m.document_ids for m in signals.mentions):
        return f"资料库里没有收录“{inert(signals.unknown[0].text)}”，不能引用它的内容。"
    assert turn.reading is not None
    if any(e.exact for e in evidence) or (turn.reading.documents and not content(turn.reading.residue)):
        return ""  # the clause named, or the document asked for as a whole, is held
    if withheld(turn.reading, ordered, rarity) is not None:
        return ""  # the answer says that no value is given, and offers what others set
    set_up = parameters()
    values = features(turn, signals, evidence, ordered, rarity, vector)
    logit = set_up["bias"] + sum(weight * values[name] for name, weight in set_up["weights"].items())
    if 1 / (1 + math.exp(-logit)) >= set_up["answer_from"]:
        return ""
    return OFF_TOPIC if turn.off_topic >= set_up["off_topic_from"] else "资料库里没有找到能回答这个问题的条款。"
