"""Binding words: which a claim uses, which the clause uses for the same thing, and whether they say the same."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.review.likeness import pairs
from assistant.review.words import words
from corpus.model import Clause, Strength, TextStatus

__all__ = ["Clash", "Modal", "conflict", "modals"]


@dataclass(frozen=True, slots=True)
class Modal:
    """One binding word of a text: its class (``must``, ``must_not``, ``may`` …), the word, its place."""

    kind: str
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clash:
    """A binding word of the claim and the one held; ``said``: the text itself says it, not only the clause's strength."""

    modal: Modal
    held: str
    said: bool


_BOUNDED = re.compile(r"\s*(?:低于|高于|少于|超过|大于|小于|多于|晚于|迟于)")
_STRENGTH = {
    Strength.SHALL: "must",
    Strength.SHOULD: "should",
    Strength.MAY: "may",
    Strength.SHALL_NOT: "must_not",
    Strength.ENCOURAGED: "encouraged",
    Strength.TARGET: "target",
}
_CLASHES = {
    ("must", "may"),
    ("must", "encouraged"),
    ("must", "should"),
    ("may", "must"),
    ("may", "must_not"),
    ("may", "encouraged"),
    ("may", "should"),
    ("may", "must_weak"),
    ("encouraged", "must"),
    ("encouraged", "must_not"),
    ("encouraged", "may"),
    ("should", "must"),
    ("should", "must_not"),
    ("should", "may"),
    ("must_not", "should"),
    ("must", "must_not"),
    ("must_not", "must"),
    ("must_not", "may"),
    ("must_not", "encouraged"),
    ("must_weak", "may"),
    ("must_weak", "encouraged"),
}
_PART = re.compile(r"[^，,。；;：:]+")


def modals(text: str) -> tuple[Modal, ...]:
    """The binding words of a text in order; 不得低于 and 不应超过 bind like 应.

    >>> [(m.kind, m.text) for m in modals("应优先采用可再生能源，鼓励建设，室温不得低于26℃")]
    [('must', '应'), ('encouraged', '鼓励'), ('must', '不得')]
    """
    shown = words().not_modal.sub(lambda m: "※" * len(m.group()), text)
    found: list[Modal] = []
    listed = sorted(((w, kind) for kind, ws in words().modals.items() for w in ws), key=lambda p: -len(p[0]))
    for word, kind in listed:
        for match in re.finditer(re.escape(word), shown):
            if any(match.start() < m.span[1] and m.span[0] < match.end() for m in found):
                continue
            bounded = kind == "must_not" and _BOUNDED.match(shown, match.end())
            found.append(Modal("must" if bounded else kind, word, match.span()))
    return tuple(_hedged(shown, sorted(found, key=lambda m: m.span)))


def _hedged(text: str, found: Sequence[Modal]) -> Iterator[Modal]:
    """The binding words with 原则上要 and 原则上应 as one that says no more than 宜."""
    last: Modal | None = None
    for modal in found:
        hedges = last is not None and last.text.startswith(_HEDGE) and modal.kind in {"must", "must_weak"}
        if last is not None and hedges and not text[last.span[1] : modal.span[0]].strip():
            last = Modal(last.kind, text[last.span[0] : modal.span[1]], (last.span[0], modal.span[1]))
            continue
        if last is not None:
            yield last
        last = modal
    if last is not None:
        yield last


_HEDGE = "原则上"


def conflict(claim: str, clauses: Sequence[Clause]) -> Clash | None:
    """The first binding word of the claim that the clauses contradict, with the word they use; ``None`` if none does.

    Each part of the claim is held against the part of the clauses most like it. What the text itself says comes
    before the strength of the clause as a whole.
    """
    clashes = [clash for modal in modals(claim) if (clash := _clash(modal, claim, clauses)) is not None]
    return min(clashes, key=lambda c: not c.said, default=None)


def _clash(modal: Modal, claim: str, clauses: Sequence[Clause]) -> Clash | None:
    if modal.kind == "target" or modal.text.startswith(_HEDGE):
        return None
    part = next(m.group() for m in _PART.finditer(claim) if m.start() <= modal.span[0] < m.end())
    if len(pairs(part)) < 2:
        part = claim
    held = _held(part, claim, clauses)
    own = [h for h in held if h.said and h.nearest]
    hedged = next((h for h in own if h.text == "宜" or h.text.startswith(_HEDGE)), None)
    if hedged is not None and modal.kind in {"must", "may"} and not any(_agrees(modal, h.kind) for h in own):
        return Clash(modal, hedged.text, said=True)
    if not held or any(_agrees(modal, h.kind) for h in held):
        return None
    for other in held:
        # A digest writes 停用 for 不得使用, so its strength 不得 does not contradict 应.
        if {modal.kind, other.kind} == {"must", "must_not"} and not other.said:
            continue
        if (modal.kind, other.kind) in _CLASHES:
            return Clash(modal, other.text, other.said)
    if modal.text in {"必须", "一律"} and all(h.kind == "target" for h in held):
        return Clash(modal, held[0].text, held[0].said)
    return None


def _agrees(modal: Modal, held: str) -> bool:
    if modal.kind == held:
        return True
    return (modal.kind, held) in {("must", "must_weak"), ("must_weak", "must"), ("must_weak", "must_not")}


@dataclass(frozen=True, slots=True)
class _Held:
    """A binding word of a clause; ``said`` is false for the strength of the clause as a whole.

    ``nearest`` marks those of the sentence most like the claim.
    """

    kind: str
    text: str
    said: bool
    nearest: bool = False


def _held(part: str, claim: str, clauses: Sequence[Clause]) -> list[_Held]:
    """What binds in the stretch of the clauses most like a part of the claim, and the clauses' own strength, last."""
    wanted, around = pairs(part), pairs(claim)
    found: list[tuple[float, list[_Held]]] = []
    for clause in clauses:
        for sentence in re.split(r"[。；;]", clause.text):
            said = pairs(sentence)
            share = len(wanted & said) / max(len(wanted), 1) + len(around & said) / max(len(around), 1)
            if not share:
                continue
            bound = [_Held(m.kind, m.text, said=True) for m in modals(_parts(wanted | around, sentence))]
            if clause.strength is not None:
                original = clause.text_status is TextStatus.ORIGINAL
                if not (original and bound):
                    bound.append(_Held(_STRENGTH[clause.strength], clause.strength.value, said=False))
            found.append((share, bound))
    best = max((share for share, _ in found), default=0.0)
    near = [
        replace(h, nearest=share == best)
        for share, bound in sorted(found, key=lambda f: -f[0])
        if share >= best - _CLOSE
        for h in bound
    ]
    return sorted(near, key=lambda h: not h.said)


_CLOSE = 0.2
"""Sentences of a clause that fit nearly as well as the best one have their say too."""


def _parts(wanted: frozenset[str], sentence: str) -> str:
    """The parts of a sentence between commas that share words with the claim."""
    parts = [p for p in re.split(r"[，,：:]", sentence) if wanted & pairs(p)]
    return "，".join(parts) or sentence
