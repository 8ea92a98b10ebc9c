"""What a person wants, found by the nearest of a few hundred example utterances in the embedding space.

The examples are data: one file an intent in ``intents/``, plus the examples each calculator brings along. They are
embedded once per embedding model and kept beside the index.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.record import read_yaml
from tools.calculator import calculators

if TYPE_CHECKING:
    from assistant.retrieval.embedding import Embedder, Vectors

__all__ = ["IntentClassifier", "Leaning", "examples"]

TEMPERATURE = 0.06
"""Difference of cosine that is worth a factor e in the vote; of the values tried the one under which an example left out is
told best by the others (log loss .755 over 610 examples, .764 of them right)."""

NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Leaning:
    """Shares of the vote by intent (they add up to 1), the cosine of the nearest example, and ``margin``: by how much
    the nearest example inside the subject is nearer than the nearest one outside."""

    shares: Mapping[str, float]
    nearest: float
    margin: float = 0.0

    @property
    def intent(self) -> str:
        return max(self.shares, key=lambda name: self.shares[name])

    def share(self, intent: str) -> float:
        return self.shares.get(intent, 0.0)


def examples() -> Mapping[str, tuple[str, ...]]:
    """Example utterances by intent: ``knowledge``, ``smalltalk``, ``out_of_scope`` and one for each calculator."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in sorted(files("assistant.conversation").joinpath("intents").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yaml"):
            found[entry.name.removesuffix(".yaml")] = tuple(read_yaml(entry.read_text(encoding="utf-8")))
    for name, calculator in calculators().items():
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), *calculator.examples)))
    return found


class IntentClassifier:
    """Votes of the nearest examples for a question's vector."""

    def __init__(self, labels: Sequence[str], vectors: "Vectors") -> None:
        self._labels = tuple(labels)
        self._vectors = vectors

    @classmethod
    def open(cls, embedder: "Embedder", folder: Path) -> "IntentClassifier":
        """Read the examples' vectors kept in ``folder``, embedding them first where examples or model have changed."""
        labels, texts = zip(
            *((intent, text) for intent, group in sorted(examples().items()) for text in group), strict=True
        )
        digest = hashlib.blake2b("\n".join((embedder.name, *texts)).encode(), digest_size=8).hexdigest()
        kept = folder / f"intents-{digest}.npy"
        if kept.exists():
            return cls(labels, np.load(kept))
        vectors = embedder.embed_queries(texts)
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("intents-*.npy"):
            stale.unlink(missing_ok=True)
        partial = folder / f".intents-{os.getpid()}.npy"
        np.save(partial, vectors)
        partial.replace(kept)
        return cls(labels, vectors)

    def nearest(self, vector: "Vectors", among: Collection[str]) -> str:
        """The intent of ``among`` whose nearest example is nearest to a unit vector of shape (dimension,)."""
        similarity = self._vectors @ vector
        return max(among, key=lambda name: max(similarity[i] for i, label in enumerate(self._labels) if label == name))

    def lean(self, vector: "Vectors") -> Leaning:
        """The vote over a unit vector of shape (dimension,)."""
        similarity = self._vectors @ vector
        nearest = np.argsort(-similarity)[:NEIGHBOURS]
        best = float(similarity[nearest[0]])
        votes: dict[str, float] = defaultdict(float)
        for i in nearest:
            votes[self._labels[i]] += float(np.exp((similarity[i] - best) / TEMPERATURE))
        total = sum(votes.values())
        outside = np.array([label == "out_of_scope" for label in self._labels])
        margin = float(similarity[~outside].max(initial=0.0) - similarity[outside].max(initial=0.0))
        return Leaning({name: vote / total for name, vote in votes.items()}, best, margin)
