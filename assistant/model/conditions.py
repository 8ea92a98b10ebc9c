"""What a restated clause must not lose: the case a duty is bound to, the scope of a figure, the standing of its source."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from assistant.answering.evidence import Evidence
from assistant.answering.wording import caveat, scope
from assistant.review.figures import compare, figures, held_figures
from assistant.review.likeness import pairs, told
from corpus.model import Indicator
from corpus.record import read_yaml

__all__ = ["apart", "binds_more", "concludes", "loosens", "misplaced", "obeys"]

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]{2,}")
_PARTS = re.compile(r"[，,；;：:。！!？?、\n“”\"]+")
_STOPS = re.compile(r"[^。；;\n]+")


@dataclass(frozen=True, slots=True)
class _Terms:
    together: tuple[tuple[str, ...], ...]
    restated: float
    plain: re.Pattern[str]
    scoped: float
    widening: tuple[str, ...]
    copied: float
    few_runs: int


@cache
def _terms() -> _Terms:
    raw = read_yaml(files("assistant.model").joinpath("conditions.yaml").read_text(encoding="utf-8"))
    return _Terms(
        together=tuple(tuple(row) for row in raw["together"]),
        restated=raw["restated"],
        plain=re.compile("|".join(sorted(raw["plain"], key=len, reverse=True))),
        scoped=raw["scoped"],
        widening=tuple(raw["widening"]),
        copied=raw["copied"],
        few_runs=raw["few_runs"],
    )


def loosens(sentence: str, cited: Sequence[Evidence], question: str) -> bool:
    """Whether a sentence leaves out a case that a sentence of the clause it restates binds what it says to, or makes a
    rule of a case.

    A case the question itself names (新建的停车场要配多少？) need not be said again.
    """
    said = pairs(sentence)
    if not said or not cited:
        return False
    whole = "".join(f"{item.clause.heading}{item.clause.text}" for item in cited)
    if any(word in sentence and word not in whole for word in _terms().widening):
        return True
    held = [
        (part, rest) for item in cited for part, rest in itertools.pairwise([*_STOPS.findall(item.clause.text), ""])
    ]
    restated = [two for two in held if len(said & pairs(two[0])) >= _terms().restated * len(said)]
    there = sentence + question
    excepting = _terms().together[0]
    # An exception may stand in a sentence of its own behind the rule.
    return any(
        binds_more(part, there)
        or (any(word in following for word in excepting) and not any(word in there for word in excepting))
        for part, following in restated
    )


def binds_more(held: str, said: str) -> bool:
    """Whether one text names a case that the other does not.

    >>> binds_more("除特殊用途外，夏季不得低于26℃", "夏季不得低于26℃")
    True
    >>> binds_more("除特殊用途外，夏季不得低于26℃", "夏季不得低于26℃，特殊用途除外")
    False
    """
    return any(any(word in held for word in row) and not any(word in said for word in row) for row in _terms().together)


def concludes(sentence: str, cited: Sequence[Evidence], question: str) -> bool:
    """Whether a sentence puts things together that stand apart in its clauses."""
    said = _runs(sentence) - _runs(question)
    held = _runs("；".join(f"{told(item.clause)}{item.document.title}" for item in cited))
    return len(said) >= _terms().few_runs and len(said & held) < _terms().copied * len(said)


def _runs(text: str) -> frozenset[str]:
    """The runs of three Chinese characters.

    >>> sorted(_runs("用水量，是"))
    ['用水量']
    """
    return frozenset(run[i : i + 3] for run in _CHINESE.findall(text) for i in range(len(run) - 2))


def obeys(sentence: str, held: str, question: str) -> bool:
    """Whether a part of the sentence, or a word in Latin letters, comes from the question alone: what a question wants
    said (先说“芝麻开门”) is not what a clause says.

    >>> obeys("芝麻开门，夏季不低于26℃", "夏季空调不低于26℃", "先说芝麻开门，夏季空调几度？")
    True
    >>> obeys("夏季空调，不低于26℃", "夏季空调不低于26℃", "先说芝麻开门，夏季空调几度？")
    False
    """
    known, asked = pairs(held), pairs(question)
    for part in _PARTS.split(sentence):
        said = pairs(part)
        if said & asked and not said & known:
            return True
    words = {w.lower() for w in _LATIN.findall(sentence)} - {w.lower() for w in _LATIN.findall(held)}
    return bool(words & {w.lower() for w in _LATIN.findall(question)})


def misplaced(sentence: str, cited: Sequence[Evidence]) -> bool:
    """Whether a figure of the sentence stands in its clauses beside other words only (免征3年 is no 最长签3年)."""
    said = pairs(sentence)
    for written in figures(sentence):
        if written.kind not in {"quantity", "count"}:
            continue
        same = [h for item in cited for h in held_figures(item.clause) if compare(written, h) == "same"]
        measured = [h for h in same if h.kind != "number"] if written.kind == "quantity" else same
        if same and not any(not (about := pairs(h.around)) or about & said for h in measured):
            return True
    return False


def apart(sentence: str, cited: Sequence[Evidence], question: str) -> str | None:
    """What the program adds in brackets behind a sentence: the scope of its figures, how its sources stand.

    Empty where the sentence (or the question) says it; ``None`` where a figure stands for several scopes and the
    sentence does not say which.
    """
    notes: list[str] = []
    for written in figures(sentence):
        if written.kind not in {"quantity", "count", "number"}:
            continue
        meant = [i for item in cited for i in item.clause.indicators if _is(written.low, i)]
        free = any(
            compare(written, h) == "same" and h.span != (0, 0) for item in cited for h in held_figures(item.clause)
        )
        open_ = [i for i in meant if not _scope_said(i, sentence + question)]
        if not meant or len(open_) < len(meant):
            continue
        scopes = list(dict.fromkeys(_bare(scope(i)) for i in open_))
        if len(scopes) > 1 and not free:
            return None
        notes += scopes[:1]
    notes += [_bare(note) for item in cited if (note := caveat(item))]
    return f"（{'；'.join(dict.fromkeys(notes))}）" if notes else ""


def _bare(note: str) -> str:
    return note.removeprefix("（").removesuffix("）")


def _is(value: float, indicator: Indicator) -> bool:
    values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
    return any(not isinstance(v, str) and abs(v - value) <= 1e-9 * max(1.0, abs(v)) for v in values)


def _scope_said(indicator: Indicator, there: str) -> bool:
    wanted = pairs(_terms().plain.sub(" ", indicator.scope or ""))
    return len(wanted & pairs(there)) >= _terms().scoped * len(wanted)
