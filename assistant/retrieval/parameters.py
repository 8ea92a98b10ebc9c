"""The numbers retrieval runs on, read from ``data/retrieval.yaml``, where each stands with its reason."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.record import read_yaml

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
    ef_construction: int
    ef_least: int
    ef_rows: int
    ef_growth: float
    compared: int
    largest_segment: int
    alike_segments: int
    written_whole: int
    merge_on_addition: float
    merge_on_index: float

    def ef_search(self, rows: int) -> int:
        """How many neighbours HNSW keeps while it searches a graph of that many rows."""
        return round(self.ef_least * math.pow(max(1.0, rows / self.ef_rows), self.ef_growth))


@cache
def parameters() -> Parameters:
    """The numbers in force."""
    raw = read_yaml((DATA / "retrieval.yaml").read_text(encoding="utf-8"))
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
        ef_construction=raw["graph"]["ef_construction"],
        ef_least=raw["graph"]["ef_search"],
        ef_rows=raw["graph"]["rows"],
        ef_growth=raw["graph"]["growth"],
        compared=raw["graph"]["compared"],
        largest_segment=raw["segments"]["largest"],
        alike_segments=raw["segments"]["alike"],
        written_whole=raw["segments"]["written_whole"],
        merge_on_addition=raw["segments"]["merge_on_addition"],
        merge_on_index=raw["segments"]["merge_on_index"],
    )
