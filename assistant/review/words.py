"""The word lists and thresholds of ``words.yaml``, prepared once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.record import read_yaml

__all__ = ["Words", "words"]


@dataclass(frozen=True, slots=True)
class Words:
    """What the checker looks for; see the comments of ``words.yaml``."""

    contrasts: tuple[tuple[str, ...], ...]
    modals: Mapping[str, tuple[str, ...]]
    not_modal: re.Pattern[str]
    reporting: re.Pattern[str]
    citing: re.Pattern[str]
    self_: re.Pattern[str]
    thresholds: Mapping[str, float]


@cache
def words() -> Words:
    """The lists, read once."""
    raw = read_yaml(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return Words(
        contrasts=tuple(tuple(group) for group in raw["contrasts"]),
        modals={name: tuple(sorted(held, key=len, reverse=True)) for name, held in raw["modals"].items()},
        not_modal=re.compile("|".join(raw["not_modal"])),
        reporting=re.compile("|".join(raw["reporting"])),
        citing=re.compile(f"(?:{'|'.join(sorted(raw['citing'], key=len, reverse=True))})$"),
        self_=re.compile("|".join(raw["self"])),
        thresholds=raw["thresholds"],
    )
