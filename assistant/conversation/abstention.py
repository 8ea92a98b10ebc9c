"""Whether the evidence can answer the question at all. Several signals, no single threshold: see ``abstention.yaml``."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from assistant.answering.evidence import Evidence
from corpus.library import Corpus

if TYPE_CHECKING:
    from assistant.conversation.turn import Turn
    from assistant.retrieval import Signals

__all__ = ["OFF_TOPIC", "features", "parameters", "unanswerable"]

OFF_TOPIC = "off_topic"
"""The reason given for a question outside the subject, which gets a shorter refusal."""


@cache
def parameters() -> Mapping[str, Any]:
    """Weights and thresholds with how they were set."""
    loaded: Mapping[str, Any] = yaml.safe_load(
        files("assistant.conversation").joinpath("abstention.yaml").read_text(encoding="utf-8")
    )
    return loaded


def features(signals: "Signals", off_topic: float) -> Mapping[str, float]:
    """What the decision looks at, each about 0 to 1."""
    return {
        "dense_top": signals.dense_top,
        "dense_margin": signals.dense_margin,
        "coverage": signals.coverage,
        "coverage_pool": signals.coverage_pool,
        "off_topic": off_topic,
        "named": float(any(m.document_ids for m in signals.mentions) or bool(signals.places)),
    }


def unanswerable(corpus: Corpus, turn: "Turn", signals: "Signals", evidence: Sequence[Evidence]) -> str:
    """Why the question cannot be answered from the corpus, as a sentence for the person; empty when it can."""
    if not evidence:
        return "资料库里没有找到相关条款。"
    if signals.unresolved and not any(e.exact for e in evidence):
        document_id, place = signals.unresolved[0]
        document = corpus.document(document_id)
        title = document.titled
        return f"资料库里的{title}没有收录{place}：它可能不存在，也可能摘编时没有读到，不能代为编写。"
    if signals.unknown and not any(m.document_ids for m in signals.mentions):
        return f"资料库里没有收录“{signals.unknown[0].text}”，不能引用它的内容。"
    weights = parameters()
    values = features(signals, turn.off_topic)
    logit = weights["bias"] + sum(weights["weights"][name] * value for name, value in values.items())
    if 1 / (1 + math.exp(-logit)) >= weights["answer_from"]:
        return ""
    return OFF_TOPIC if turn.off_topic >= weights["off_topic_from"] else "资料库里没有找到能回答这个问题的条款。"
