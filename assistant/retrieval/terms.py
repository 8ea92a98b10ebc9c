"""The corpus's own words, and what everyday or English words lead to them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from assistant.retrieval.parameters import DATA
from assistant.retrieval.passages import Passage
from corpus.record import read_yaml

__all__ = ["expansions", "own_terms"]

_SPLIT = re.compile(r"[^\u3400-\u9fff]+|[的和与及、]")
_LATIN = re.compile(r"[a-z][a-z0-9 -]*[a-z0-9]|[a-z]")


@cache
def _table(name: str) -> Mapping[str, tuple[str, ...]]:
    raw = read_yaml((DATA / name).read_text(encoding="utf-8"))
    return {str(said): tuple(meant) for said, meant in raw.items()}


def own_terms(passages: Sequence[Passage]) -> set[str]:
    """Short headings, and every word the term tables lead to: they stay whole when text is cut into words."""
    headings = {part for p in passages for part in _SPLIT.split(p.heading) if 1 < len(part) <= 6}
    meant = {word for name in ("synonyms.yaml", "english.yaml") for words in _table(name).values() for word in words}
    said = set(_table("synonyms.yaml"))
    return headings | meant | said


def expansions(text: str) -> tuple[str, ...]:
    """Corpus words for the everyday and English words of a normalised text, without those it already holds.

    >>> expansions("公车换车有什么规定")
    ('公务用车', '配备更新')
    """
    found = [word for said, words in _table("synonyms.yaml").items() if said in text for word in words]
    if _LATIN.search(text):
        found += _english(text)
    return tuple(word for word in dict.fromkeys(found) if word not in text)


def _english(text: str) -> Iterable[str]:
    table = _table("english.yaml")
    words = re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", text)
    at = 0
    while at < len(words):
        for size in (3, 2, 1):
            phrase = " ".join(words[at : at + size])
            held = table.get(phrase) or table.get(_singular(phrase)) or table.get(_singular(phrase).replace("-", " "))
            if held and at + size <= len(words):
                yield from held
                at += size
                break
        else:
            at += 1


def _singular(phrase: str) -> str:
    if phrase.endswith("ies"):
        return phrase[:-3] + "y"
    return phrase[:-1] if phrase.endswith("s") and not phrase.endswith("ss") else phrase
