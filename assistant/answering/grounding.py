"""The check every written answer passes, whoever wrote it: nothing stands in it that its cited source does not say.

A text is checked sentence by sentence against what its marks ``[n]`` stand for: a clause or a computation. A sentence
falls when it cites what was not handed out, when a figure, unit, year, document number, clause number, title, quote or
binding word in it is not that of its source, or when it takes a duty away that the source holds. ``strict`` is for text
a model wrote: there every factual sentence needs a mark of its own and must share enough words with its source.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from assistant.answering.evidence import Evidence
from assistant.review.figures import Figure, compare, contradicts, figures, held_figures
from assistant.review.likeness import pairs
from assistant.review.modals import conflict, modals
from corpus.characters import HIDDEN
from corpus.model import Clause, Strength
from corpus.numerals import number
from corpus.record import read_yaml

__all__ = [
    "COMPUTED",
    "HIDDEN",
    "Checked",
    "Dropped",
    "Fault",
    "Source",
    "check",
    "fault",
    "holds",
    "numbers",
    "sentences",
    "shown",
    "sources",
    "typed",
]

Fault = Literal[
    "ghost", "unmarked", "figure", "year", "number", "place", "title", "quote", "modal", "address", "unsupported"
]
"""Why a sentence fell: a mark not handed out, no mark, … ``number`` is a document's, ``place`` a clause's."""

COMPUTED = 500
"""Marks above this number stand for computations."""

_MARK = re.compile(r"[\[［【〔](\d{1,3})[\]］】〕]")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:[,，]\d{3})*(?:\.\d+)?")
_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+[”’」』）)*]*(?:\s*[\[［【〔]\d{1,3}[\]］】〕])*[。]?|$)")
_WIDE = str.maketrans("０１２３４５６７８９．％", "0123456789.%")
_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_ISSUE = re.compile(
    r"([\u4e00-\u9fffA-Za-z]{1,12})?\s*[〔［\[(（【]((?:19|20)\d{2})[〕］\])）】]\s*(?:第\s*)?(\d+)\s*号"
)
_CODE = re.compile(r"(?:GB|DB|JGJ|SJG|T|DBJ|YD|ISO|IEC)[A-Z0-9/]{0,8}\s*\d{3,6}(?:\.\d+)?(?:[-—–]\d{4})?")
_PLACE = re.compile(r"第\s*([0-9]+|[零〇一二两三四五六七八九十百千]+)\s*(条|部分|章|节|款|项|号)")
_TITLE = re.compile(r"《([^《》]{1,80})》")
_QUOTE = re.compile(r"“([^“”]{1,400})”|「([^「」]{1,400})」|『([^『』]{1,400})』|\"([^\"]{1,400})\"")
_ADDRESS = re.compile(
    r"(?:https?|ftp|data|javascript|file):|www\.|!\[|\]\(|<\s*[a-zA-Z/!]|\b[\w-]+\.(?:com|cn|net|org|io)\b", re.I
)
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_REMAINDER = re.compile(r"^另有 ?\d+ ?条没有列出")
"""What the answer says of itself, not of a clause."""
_EMPHASIS = re.compile(r"\*+|`+|^#+\s*|^\s*(?:[-*•]|\d+[.、)）])\s+", re.M)


@dataclass(frozen=True, slots=True)
class Source:
    """What one mark stands for: all that a sentence citing it may say.

    ``text`` is everything it says in words, ``figures`` its figures with what they are said of, ``years`` every year
    it names, ``kinds`` the classes of its binding words. ``clauses`` is empty for a computation.
    """

    text: str
    figures: tuple[Figure, ...]
    years: frozenset[int]
    kinds: frozenset[str]
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that fell, and why."""

    sentence: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, and the sentences that were dropped."""

    text: str
    dropped: tuple[Dropped, ...]


@dataclass(frozen=True, slots=True)
class _Terms:
    support: float
    restating: float
    few_pairs: int
    announcing: re.Pattern[str]
    exempting: tuple[str, ...]
    modals: Mapping[str, frozenset[str]]


@cache
def _terms() -> _Terms:
    raw = read_yaml(files("assistant.answering").joinpath("grounding.yaml").read_text(encoding="utf-8"))
    return _Terms(
        support=raw["support"],
        restating=raw["restating"],
        few_pairs=raw["few_pairs"],
        announcing=re.compile("|".join(sorted(raw["announcing"], key=len, reverse=True))),
        exempting=tuple(raw["exempting"]),
        modals={kind: frozenset(fitting) for kind, fitting in raw["modals"].items()},
    )


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text in one plain form.

    >>> sorted(numbers("１,861家，2285.0万平方米"))
    ['1861', '2285']
    """
    found = set()
    for match in _NUMBER.findall(text.translate(_WIDE)):
        plain = match.replace(",", "").replace("，", "")
        found.add(plain.rstrip("0").rstrip(".") if "." in plain else plain.lstrip("0") or "0")
    return frozenset(found)


def sentences(line: str) -> list[str]:
    """The sentences of one line, each with the marks that follow its full stop.

    >>> sentences("夏季不低于26℃。［1］冬季不高于20℃[2]。")
    ['夏季不低于26℃。［1］', '冬季不高于20℃[2]。']
    """
    return [m.group() for m in _SENTENCE.finditer(line) if m.group()]


def holds(item: Evidence) -> str:
    """Everything a sentence citing this clause may take figures and binding words from."""
    clause, document = item.clause, item.document
    parts = [
        clause.text,
        clause.heading,
        clause.locator.text if clause.locator else "",
        clause.note or "",
        "、".join(clause.indicators_named),
        clause.strength.value if clause.strength else "",
        document.title,
        document.number or "",
        document.issued or "",
        document.effective or "",
        document.issuer or "",
        document.status or "",
    ]
    for indicator in clause.indicators:
        parts += [indicator.name, indicator.written, indicator.scope or ""]
        parts += [str(y) for y in (indicator.year, indicator.base_year) if y]
    return "\n".join(parts)


def _of_text(text: str, *, own: Sequence[Figure] = (), clauses: Sequence[Clause] = ()) -> Source:
    plain = text.translate(_WIDE)
    kinds = {m.kind for m in modals(plain)}
    for clause in clauses:
        kinds |= {"must", "must_not"} if clause.strength in {Strength.SHALL, Strength.SHALL_NOT} else set()
    return Source(
        text=plain,
        figures=(*own, *(f for line in plain.split("\n") for f in figures(line))),
        years=frozenset(int(y) for y in _YEAR.findall(plain)),
        kinds=frozenset(kinds),
        clauses=tuple(clauses),
    )


def _of_clause(item: Evidence) -> Source:
    return _of_text(holds(item), own=held_figures(item.clause), clauses=(item.clause,))


def _of_computation(computation: Mapping[str, Any]) -> Source:
    """A computation as ``tools.calculator.to_json`` gives it: every number of it, under its label and unit."""
    total = computation["total"]
    lines = [computation["title"], f"{total['label']}{total['value']:.10g} {total.get('unit_name') or total['unit']}"]
    lines += [f"{computation['labels'].get(k, k)}{v}" for k, v in computation["inputs"].items()]
    for step in computation["steps"]:
        lines += [step["label"], step["substitution"], f"{step['value']:.10g} {step['unit']}"]
    lines += [f"{row['label']}{row['value']:.10g} {row['unit']}" for row in computation["breakdown"]]
    lines += [
        f"{f['name']} {f['value']} {f['unit']} {f['region']} {f['year'] or ''} {f['source']}"
        for f in computation["factors"]
    ]
    return _of_text("\n".join([*lines, *computation["assumptions"], *computation["warnings"]]))


def sources(evidence: Sequence[Evidence], computations: Sequence[Mapping[str, Any]] = ()) -> dict[int, Source]:
    """What the marks stand for: ``[1]`` … the clauses of the evidence, ``[501]`` … the computations."""
    return {
        **{n: _of_clause(e) for n, e in enumerate(evidence, 1)},
        **{n: _of_computation(c) for n, c in enumerate(computations, COMPUTED + 1)},
    }


def shown(text: str) -> str:
    """A checked text for a reader, who finds the computations beside it and not among the citations; nothing invisible.

    >>> shown("共 40 个[501]，比例为20%[1]。")
    '共 40 个（见计算），比例为20%[1]。'
    """
    return HIDDEN.sub("", _MARK.sub(lambda m: "（见计算）" if int(m[1]) > COMPUTED else m.group(), text))


def typed(question: str) -> Source:
    """What the person typed: its figures may be repeated beside those of a source, its words may be quoted."""
    return _of_text(question)


def check(
    text: str,
    evidence: Sequence[Evidence],
    given: str = "",
    *,
    computations: Sequence[Mapping[str, Any]] = (),
    strict: bool = False,
) -> Checked:
    """Keep the sentences that stand on the evidence; ``given`` is what the person typed, whose figures may be repeated.

    ``evidence[i]`` is what the mark ``[i+1]`` stands for, ``computations[i]`` what ``[501+i]`` does. Without ``strict``, a sentence
    without a mark stands under the marks of its line, and a line without any says something about all of the evidence.
    """
    held = sources(evidence, computations)
    asked = typed(given)
    dropped: list[Dropped] = []
    lines: list[str] = []
    rows = text.split("\n")
    for index, line in enumerate(rows):
        if line.lstrip().startswith("|"):
            header = index + 1 < len(rows) and _RULE.match(rows[index + 1]) is not None
            plain = _RULE.match(line) is not None or (header and not figures(line))
            why = None if plain else fault(line, held, asked, strict=strict)
            if why:
                dropped.append(Dropped(line, why))
            else:
                lines.append(line)
            continue
        parts = sentences(line)
        faults = [fault(s, held, asked, strict=strict, around=line) for s in parts]
        dropped += [Dropped(s, why) for s, why in zip(parts, faults, strict=True) if why]
        rest = "".join(s for s, why in zip(parts, faults, strict=True) if not why)
        if rest.strip(" -*#>") or not line.strip():
            lines.append(rest)
    return Checked(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), tuple(dropped))


def fault(sentence: str, held: Mapping[int, Source], asked: Source, *, strict: bool, around: str = "") -> Fault | None:
    """Why the sentence does not stand on its sources; ``None`` where it does."""
    marks = [int(n) for n in _MARK.findall(sentence)]
    if any(n not in held for n in marks):
        return "ghost"
    bare = _EMPHASIS.sub("", _MARK.sub(" ", sentence)).translate(_WIDE).strip()
    if not bare:
        return None
    if strict:
        if _ADDRESS.search(bare):
            return "address"
        if not marks:
            return None if _is_lead_in(bare) else "unmarked"
    else:
        marks = marks or [int(n) for n in _MARK.findall(around) if int(n) in held]
    cited = [held[n] for n in dict.fromkeys(marks)] or list(held.values())
    return _mismatch(bare, cited, asked, strict=strict, free=not marks)


def _is_lead_in(bare: str) -> bool:
    """具体要求如下： — made of words that announce and say nothing."""
    rest = bare.removesuffix("：").removesuffix(":")
    return rest != bare and not _terms().announcing.sub("", rest)


def _mismatch(bare: str, cited: Sequence[Source], asked: Source, *, strict: bool, free: bool) -> Fault | None:
    text = "\n".join(s.text for s in cited)
    said_of_itself = free and not strict and _REMAINDER.search(bare) is not None
    why = _names(bare, text, asked.text) or (None if said_of_itself else _figures(bare, cited, asked, strict=strict))
    if why is not None or free:
        return why
    if not _binds_alike(bare, cited, text, strict=strict):
        return "modal"
    return None if not strict or _supported(bare, text, asked.text) else "unsupported"


# --- what is named: quotes, titles, numbers of documents, places -------------------------------------------------


def _names(bare: str, text: str, typed: str) -> Fault | None:
    held = _squeezed(text)
    both = held + _squeezed(typed)
    quoted = [next(filter(None, m.groups())) for m in _QUOTE.finditer(bare)]
    if any(_squeezed(q) not in both for q in quoted):
        return "quote"
    if any(_squeezed(t) not in both for t in _TITLE.findall(bare)):
        return "title"
    if not _issues(bare) <= _issues(text) | _issues(typed):
        return "number"
    if any(_squeezed(c.group()) not in both for c in _CODE.finditer(bare)):
        return "number"
    if not _places(bare) <= _places(text) | _places(typed):
        return "place"
    return None


def _squeezed(text: str) -> str:
    """Without white space; a quote may be broken over lines, it may not differ in a character."""
    return re.sub(r"\s+", "", text)


def _issues(text: str) -> set[tuple[str, str, str]]:
    """Document numbers: the last characters of the issuing office's word, the year, the number."""
    return {((m[1] or "")[-2:], m[2], m[3]) for m in _ISSUE.finditer(text)}


def _places(text: str) -> set[tuple[int, str]]:
    """第十四条 and 第14条 are one place."""
    found = set()
    for match in _PLACE.finditer(text):
        try:
            found.add((number(match[1]), match[2]))
        except ValueError:
            found.add((-1, match.group()))
    return found


# --- figures -----------------------------------------------------------------------------------------------------


def _figures(bare: str, cited: Sequence[Source], asked: Source, *, strict: bool) -> Fault | None:
    masked = [m.span() for pattern in (_ISSUE, _CODE, _PLACE) for m in pattern.finditer(bare)]
    written = figures(bare, masked)
    years = {int(f.low) for f in written if f.kind == "year" and not f.base}
    # 零 by itself is no figure: 近零碳 does not hold a nought.
    plain = frozenset().union(*(numbers(s.text) | (numbers(s.text.translate(_CHINESE_DIGITS)) - {"0"}) for s in cited))
    borrowed: list[Figure] = []
    stood: list[Figure] = []
    for figure in written:
        if figure.kind == "year":
            if not any(int(figure.low) in s.years for s in (*cited, asked)):
                return "year"
            continue
        found = [h for s in cited for h in s.figures if _fits(figure, h, strict=strict)]
        dated = {h.year for h in found if h.year}
        if (
            strict
            and years
            and dated
            and not years & dated
            and not any(h.year is None for h in found if h.span != (0, 0))
        ):
            return "year"
        if found or (figure.kind == "number" and numbers(figure.text) <= plain):
            stood.append(figure)
        elif any(_fits(figure, h, strict=strict) for h in asked.figures):
            borrowed.append(figure)
        else:
            return "figure"
    # A figure of the question alone proves nothing: it may only be set beside one the source holds.
    if strict and any(not any(s.kind == b.kind for s in stood) for b in borrowed):
        return "figure"
    return None


def _fits(written: Figure, held: Figure, *, strict: bool) -> bool:
    """Whether a held figure backs a written one: same value in the same unit, said of nothing contrary."""
    if strict:
        return compare(written, held) == "same"
    ends = {held.low, held.high}
    if not all(any(abs(a - b) <= 1e-6 * max(abs(a), abs(b)) for b in ends) for a in (written.low, written.high)):
        return False
    if "number" in {written.kind, held.kind}:
        return True
    same_unit = written.unit == held.unit or written.dimension.split("/")[0] == held.dimension.split("/")[0]
    return same_unit and written.bound * held.bound >= 0 and not contradicts(written.around, held.around)


# --- force and sense ---------------------------------------------------------------------------------------------


def _binds_alike(bare: str, cited: Sequence[Source], text: str, *, strict: bool) -> bool:
    kinds = frozenset().union(*(s.kinds for s in cited))
    outside = _QUOTE.sub(lambda m: "※" * len(m.group()), bare)
    for modal in modals(outside):
        if modal.kind in {"must_weak", "target"}:
            continue
        if not _terms().modals[modal.kind] & kinds:
            return False
    if not strict:
        return True
    if any(w in bare for w in _terms().exempting) and not any(w in text for w in _terms().exempting):
        return False
    clauses = [c for s in cited for c in s.clauses]
    return not clauses or conflict(outside, clauses) is None


def _supported(bare: str, text: str, asked: str) -> bool:
    """Whether enough of the sentence's character pairs stand in its sources; the words of the question prove nothing.

    A sentence that restates the question around a figure of the source adds few words of its own.
    """
    every = pairs(bare)
    said = every - pairs(asked)
    held = pairs(text)
    if len(said) < _terms().few_pairs and figures(bare):
        return len(every & held) >= _terms().restating * len(every)
    wanted = said if len(said) >= _terms().few_pairs else every
    return len(wanted & held) >= _terms().support * len(wanted)
