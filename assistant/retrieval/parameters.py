"""The numbers retrieval runs on, read from ``data/retrieval.yaml``, where each stands with its reason."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

__all__ = ["DATA", "Parameters", "parameters"]

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Parameters:
    k1: float
    b: float
    heading_repeats: int
    depth: int
    dense_weight: float
    dense_weight_named: float
    document_boost: float
    numbered_boost: float
    asked_weight: float
    asked_lexical_weight: float
    expansion_weight: float
    guideline: str


@cache
def parameters() -> Parameters:
    """The numbers in force."""
    raw = yaml.safe_load((DATA / "retrieval.yaml").read_text(encoding="utf-8"))
    return Parameters(
        k1=raw["lexical"]["k1"],
        b=raw["lexical"]["b"],
        heading_repeats=raw["lexical"]["heading_repeats"],
        depth=raw["fusion"]["depth"],
        dense_weight=raw["fusion"]["dense_weight"],
        dense_weight_named=raw["fusion"]["dense_weight_named"],
        document_boost=raw["boost"]["document"],
        numbered_boost=raw["boost"]["numbered"],
        asked_weight=raw["fusion"]["asked_weight"],
        asked_lexical_weight=raw["fusion"]["asked_lexical_weight"],
        expansion_weight=raw["expansion"]["weight"],
        guideline=raw["guideline"]["document"],
    )
