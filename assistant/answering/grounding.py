"""The check every written answer passes, whoever wrote it: no ghost citation, no figure or modal the evidence lacks.

A line is checked sentence by sentence. Marks that were not handed out delete their sentence; so does a number or a
binding word (应、不得、必须 …) that stands neither in a clause the sentence cites nor in that document's own data.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.evidence import Evidence
from corpus.model import Strength

__all__ = ["Checked", "check", "holds", "numbers"]

_MARK = re.compile(r"[\[［【](\d{1,3})[\]］】]")
_NUMBER = re.compile(r"(?<![\d.])\d+(?:[,，]\d{3})*(?:\.\d+)?")
_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?]+(?:\s*[\[［【]\d{1,3}[\]］】])*|$)")
_MODALS: Mapping[str, tuple[str, ...]] = {
    "必须": ("必须", "应", "须", "不得"),
    "不得": ("不得", "禁止", "不能", "不应", "严禁", "不准", "不许", "停止", "不低于", "不高于"),
    "禁止": ("禁止", "不得", "严禁"),
    "应当": ("应", "须", "要"),
}
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")
_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")


@dataclass(frozen=True, slots=True)
class Checked:
    """What is left of a text, and the sentences that were dropped."""

    text: str
    dropped: tuple[str, ...]


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


def holds(item: Evidence) -> str:
    """Everything a sentence citing this clause may take figures and binding words from."""
    clause, document = item.clause, item.document
    parts = [
        clause.text,
        clause.heading,
        clause.locator.text if clause.locator else "",
        clause.note or "",
        " ".join(clause.indicators_named),
        clause.strength.value if clause.strength else "",
        "必须不得" if clause.strength in {Strength.SHALL, Strength.SHALL_NOT} else "",
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
    return " ".join(parts)


def check(text: str, evidence: Sequence[Evidence], given: str = "") -> Checked:
    """Keep the sentences that stand on the evidence; ``given`` is what the person typed, whose numbers may be repeated.

    ``evidence[i]`` is what the mark ``[i+1]`` stands for. Headings, table rules and sentences without figures,
    binding words or marks pass: they say nothing that could be wrong about a clause.
    """
    held = [holds(item) for item in evidence]
    everything = " ".join(held)
    dropped: list[str] = []
    lines = []
    for line in text.split("\n"):
        if line.lstrip().startswith("|"):
            kept = line if _stands(line, held, everything, given) else ""
            if not kept:
                dropped.append(line)
                continue
            lines.append(kept)
            continue
        sentences = [m.group() for m in _SENTENCE.finditer(line) if m.group()]
        stands = [_stands(s, held, everything, given, around=line) for s in sentences]
        dropped += [s for s, ok in zip(sentences, stands, strict=True) if not ok]
        rest = "".join(s for s, ok in zip(sentences, stands, strict=True) if ok)
        if rest.strip(" -*") or not line.strip():
            lines.append(rest)
    return Checked("\n".join(lines).strip(), tuple(dropped))


def _stands(sentence: str, held: Sequence[str], everything: str, given: str, around: str = "") -> bool:
    marks = [int(n) for n in _MARK.findall(sentence)]
    if any(not 1 <= n <= len(held) for n in marks):
        return False
    marks = marks or [int(n) for n in _MARK.findall(around) if 1 <= int(n) <= len(held)]
    source = " ".join(held[n - 1] for n in marks) if marks else everything
    bare = _MARK.sub(" ", sentence)
    allowed = numbers(source) | numbers(given) | numbers(source.translate(_CHINESE_DIGITS))
    if not numbers(bare) <= allowed:
        return False
    return all(any(w in source for w in like) for modal, like in _MODALS.items() if modal in bare)
