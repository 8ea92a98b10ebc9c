"""How people go on with a conversation: the patterns of ``dialogue.yaml``, compiled once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from corpus.record import read_yaml

__all__ = ["Dialogue", "bare", "dialogue", "generic_only", "is_elliptical", "subject", "tail"]

SHORTEST_GENERIC = 3
"""Characters; in a shorter question one that is left over is its subject (灯呢)."""

LONGEST_ELLIPSIS = 24
"""Characters; a longer sentence says what it is about."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The compiled table; the comments of the data file say what each is for."""

    accepts: re.Pattern[str]
    starts: re.Pattern[str]
    cancels: re.Pattern[str]
    denies: re.Pattern[str]
    corrects: re.Pattern[str]
    correcting: re.Pattern[str]
    leaves_out: re.Pattern[str]
    doubts: re.Pattern[str]
    less: re.Pattern[str]
    more: re.Pattern[str]
    by_figure: re.Pattern[str]
    of_result: re.Pattern[str]
    differs: re.Pattern[str]
    increases: re.Pattern[str]
    adds: re.Pattern[str]
    resumes: re.Pattern[str]
    opens: re.Pattern[str]
    closes: re.Pattern[str]
    marks: re.Pattern[str]
    asks: re.Pattern[str]
    interjects: re.Pattern[str]
    either: re.Pattern[str]
    leads: re.Pattern[str]
    together: re.Pattern[str]
    announces: re.Pattern[str]
    tail: re.Pattern[str]
    generic: re.Pattern[str]
    aspects: re.Pattern[str]
    generic_english: re.Pattern[str]
    metadata: re.Pattern[str]
    home: str
    english: str
    home_names: re.Pattern[str]
    document_back: re.Pattern[str]
    ordinal: re.Pattern[str]
    inside_back: re.Pattern[str]
    figure_back: re.Pattern[str]
    basis: re.Pattern[str]
    neighbour: re.Pattern[str]
    returns: re.Pattern[str]
    fillers: re.Pattern[str]
    counts_in: re.Pattern[str]
    judges: re.Pattern[str]
    this: re.Pattern[str]
    version: re.Pattern[str]
    part_about: re.Pattern[str]
    penal: re.Pattern[str]
    omits: re.Pattern[str]
    may: re.Pattern[str]
    now: re.Pattern[str]
    compute: re.Pattern[str]
    of_one: re.Pattern[str]
    works_out: re.Pattern[str]
    how: re.Pattern[str]
    rule: re.Pattern[str]
    outcome: re.Pattern[str]
    gains: re.Pattern[str]
    trip: re.Pattern[str]
    sibling: re.Pattern[str]
    forwards: re.Pattern[str]
    liable: re.Pattern[str]
    answers_for: re.Pattern[str]
    altogether: re.Pattern[str]
    own: re.Pattern[str]
    bounds: re.Pattern[str]
    compared: re.Pattern[str]
    qualifiers: re.Pattern[str]
    seasons: re.Pattern[str]
    headed: tuple[tuple[str, re.Pattern[str]], ...]
    as_of: tuple[re.Pattern[str], ...]
    contrasts: tuple[tuple[str, ...], ...]
    topics: tuple[tuple[str, ...], ...]
    miswritten: Mapping[str, str]


@cache
def dialogue() -> Dialogue:
    """The table of ``dialogue.yaml``."""
    raw = read_yaml(files("assistant.conversation").joinpath("dialogue.yaml").read_text(encoding="utf-8"))
    plain = {"as_of", "contrasts", "topics", "home", "headed", "english", "miswritten"}
    patterns = {
        name: re.compile("|".join(value) if isinstance(value, list) else value, re.I)
        for name, value in raw.items()
        if name not in plain
    }
    return Dialogue(
        **patterns,
        home=raw["home"],
        english=raw["english"],
        headed=tuple((word, re.compile(pattern, re.I)) for word, pattern in raw["headed"].items()),
        as_of=tuple(re.compile(p, re.I) for p in raw["as_of"]),
        contrasts=tuple(tuple(words) for words in raw["contrasts"]),
        topics=tuple(tuple(words) for words in raw["topics"]),
        miswritten=raw["miswritten"],
    )


def bare(question: str) -> str:
    """A follow-up without the words it opens and closes with.

    >>> bare("那第9部分呢？"), bare("And in winter?")
    ('第9部分', 'winter')
    """
    table = dialogue()
    return table.closes.sub("", table.opens.sub("", question.strip(), count=1), count=1).strip()


def is_elliptical(question: str) -> bool:
    """Whether a sentence only varies the one before: marked as a follow-up and asking nothing of its own.

    >>> is_elliptical("那冬天呢？"), is_elliptical("那食堂的剩菜怎么处理？"), is_elliptical("冬天空调温度")
    (True, False, False)
    """
    table = dialogue()
    text = question.strip()
    if len(text) > LONGEST_ELLIPSIS and not text.isascii():
        return False
    if not table.marks.search(text):
        return False
    rest = re.sub(r"what about|how about|what if", "", text, flags=re.I)
    return not table.asks.search(rest)


def generic_only(question: str) -> bool:
    """Whether a question names no subject of its own.

    >>> generic_only("由谁来做？"), generic_only("文号是多少"), generic_only("能源审计由谁来做")
    (True, True, False)
    >>> generic_only("who is responsible?"), generic_only("what about food waste?")
    (True, False)
    """
    if question.isascii():
        return not re.search(r"[a-z0-9]", dialogue().generic_english.sub("", question.lower()))
    table = dialogue()
    said = re.sub(r"[\s，。、；：？！?!,.“”《》]", "", question)
    if any(word in said for words in table.topics for word in words):
        return False
    rest = table.aspects.sub("", table.generic.sub("", said))
    return not rest or (len(rest) == 1 and len(said) > SHORTEST_GENERIC)


def tail(question: str) -> str:
    """The asking part of a question.

    >>> tail("停车场有什么要求？")
    '有什么要求'
    """
    match = dialogue().tail.search(question.rstrip("？?。 "))
    return match.group() if match else ""


def subject(question: str) -> str:
    """A question without its asking part; the whole where nothing would be left.

    >>> subject("能源审计多久要做一次")
    '能源审计'
    """
    text = question.rstrip("？?。 ")
    left = dialogue().tail.sub("", text, count=1).strip("，, ")
    return left if len(left) >= 2 else text
