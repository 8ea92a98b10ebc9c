"""The two languages of the pages: the program is written in Chinese, and data says each phrase in English.

Clauses, answers and everything else of the corpus stay as they are; only the words of the pages change.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Literal

from corpus.record import read_yaml

__all__ = ["LANGUAGES", "Language", "english", "saying"]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@lru_cache(maxsize=1)
def english() -> Mapping[str, str]:
    """Every phrase of the pages with its English, from ``english/*.yaml``, one file a page."""
    phrases: dict[str, str] = {}
    for file in sorted((resources.files("assistant.web") / "english").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            phrases |= read_yaml(file.read_text(encoding="utf-8")) or {}
    return phrases


def saying(language: Language) -> Callable[[str], str]:
    """What turns a Chinese phrase of a page into the reader's language; a phrase without English stays Chinese.

    >>> saying("en")("问答"), saying("zh")("问答")
    ('Ask', '问答')
    """
    if language == "zh":
        return str
    held = english()
    return lambda phrase: held.get(phrase, phrase)
