"""Whether a reference is right: the cited place against the claim, figures first, then binding words."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from assistant.review import modals
from assistant.review.figures import Figure, compare, figures, held_figures, ranges
from assistant.review.likeness import Likeness, pairs
from assistant.review.references import Reference, alternatives
from assistant.review.words import words
from corpus.library import Corpus
from corpus.locator import Level, Locator, Part, parse
from corpus.model import Clause, Document, TextStatus
from corpus.numerals import NUMERAL, number
from corpus.versions import extent, repeal_of, successor

__all__ = ["Difference", "DifferenceKind", "Judge", "Judgement", "Verdict"]

Verdict = Literal[
    "right",
    "wrong_clause",
    "no_such_clause",
    "altered",
    "unknown_document",
    "superseded",
    "no_reference",
    "abstain",
]
DifferenceKind = Literal["value", "unit", "year", "modal", "number"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is written and what the clause holds."""

    kind: DifferenceKind
    written: str
    held: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one reference. ``clause`` is the cited clause, or for ``wrong_clause`` the one that holds the claim."""

    verdict: Verdict
    detail: str
    document_id: str | None = None
    clause: Clause | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """The clauses at one locator; a clause without a number is a place of its own."""

    clauses: tuple[Clause, ...]

    @property
    def numbered(self) -> bool:
        return self.clauses[0].locator is not None

    @property
    def name(self) -> str:
        return self.clauses[0].place


@dataclass(frozen=True, slots=True)
class _Checked:
    """How the figures of a claim stand against one place."""

    same: int
    total: int
    differences: tuple[Difference, ...]
    open: tuple[str, ...]
    unpaired: tuple[str, ...] = ()
    """Figures the place holds, of what cannot be told."""

    @property
    def share(self) -> float:
        return self.same / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class _Scored:
    place: _Place
    share: float
    score: float
    checked: _Checked


class Judge:
    """Judges references against one corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._likeness = Likeness(corpus)

    @cached_property
    def _limits(self) -> dict[str, float]:
        return dict(words().thresholds)

    def judge(self, reference: Reference, raw: str) -> Judgement:
        """The verdict on a reference; ``raw`` is the claim as written, with the words that report it."""
        if not reference.document_ids:
            return self._unknown(reference)
        document, cited = self._document(reference)
        other = _number_difference(document, reference.number)
        if other is not None:
            detail = f"文号不一致：写作“{other.written}”，应为“{other.held}”。"
            return Judgement("altered", detail, document.id, _first(cited), (other,))
        newer = successor(self._corpus, document.id)
        if newer is not None:
            return Judgement("superseded", f"{document.name}已由{newer.name}代替。", document.id, _first(cited))
        if reference.whole and not _holds_count(document, reference.whole):
            detail = f"“{reference.whole}”在现有{document.clauses[0].text_status.label}里没有，无法核对。"
            return Judgement("abstain", detail, document.id, _first(cited))
        if reference.number and not document.number:
            return Judgement("abstain", "资料库没有记录这份文件的文号，无法核对所写文号。", document.id, _first(cited))
        return self._content(reference, raw, document, cited)

    def _unknown(self, reference: Reference) -> Judgement:
        repeal = self._repeal(reference)
        if repeal is not None:
            by = self._corpus.document_of(repeal)
            return Judgement("superseded", f"这份文件已废止：见{by.name}{repeal.place}。", by.id, repeal)
        if reference.carried and not reference.named:
            return Judgement("abstain", "没有写明是哪份文件的条款。")
        return Judgement("unknown_document", f"资料库里没有这份文件：{reference.named or reference.text}。")

    def _repeal(self, reference: Reference) -> Clause | None:
        """The clause that repeals a document by title, or by the number of the order alone."""
        for name in filter(None, (reference.named or reference.text, reference.number)):
            order = _ORDER.sub(lambda m: f"令第{number(m[1] or m[2])}号", name)
            found = repeal_of(self._corpus, order)
            if found is not None and not (_ORDER.search(order) and _of_another(order, self._corpus.document_of(found))):
                return found
        return None

    def _document(self, reference: Reference) -> tuple[Document, tuple[_Place, ...]]:
        """Of the documents that can be meant, the first that holds the place; with the number written, the one it fits."""
        held = [self._corpus.document(i) for i in reference.document_ids]
        if reference.number:
            held.sort(key=lambda d: _number_difference(d, reference.number) is not None or not d.number)
        for document in held:
            if cited := self._cited(document, reference.locators):
                return document, cited
        return held[0], ()

    def _cited(self, document: Document, locators: Sequence[Locator]) -> tuple[_Place, ...]:
        found: dict[str, Clause] = {}
        for locator in locators:
            for reading in alternatives(locator):
                clauses = self._corpus.at(document.id, reading)
                if clauses:
                    found.update((c.key, c) for c in clauses)
                    break
            else:
                found.update((c.key, c) for c in _shortly(document, locator))
        return _places(found.values())

    # --- content ---------------------------------------------------------------------------------------------

    def _content(self, reference: Reference, raw: str, document: Document, cited: tuple[_Place, ...]) -> Judgement:
        claim = reference.claim
        if reference.locators and not cited:
            return self._missing(reference, document)
        if len(pairs(claim)) < 2 and not figures(claim):
            where = "条款存在" if cited else "文件存在"
            return Judgement(
                "right", f"{where}；这里没有写出可核对的内容。", document.id, _first(cited) or document.clauses[0]
            )
        ranked = self._ranked(claim, document)
        if not cited:
            return self._whole(reference, raw, document, ranked)
        keys = {c.key for place in cited for c in place.clauses}
        inside = [s for s in ranked if any(c.key in keys for c in s.place.clauses)]
        outside = [s for s in ranked if s not in inside]
        here = self._together(claim, cited, inside)
        there = next((s for s in outside if s.place.numbered), None)
        if there is not None and self._elsewhere(here, there):
            return _wrong(document, there.place)
        loose = next((s for s in outside if not s.place.numbered), None)
        if here.share < self._limits["touches"]:
            if far := self._far(claim, document):
                return far
            if loose is not None and loose.share > here.share + self._limits["ahead"]:
                detail = f"所引条款没有这项内容；同一文件的{loose.place.name}有，但条号未读到。"
                return Judgement("abstain", detail, document.id, loose.place.clauses[0])
            return Judgement("abstain", _undecided(document, cited[0]), document.id, cited[0].clauses[0])
        return self._compared(reference, raw, document, here)

    def _ranked(self, claim: str, document: Document) -> list[_Scored]:
        places = _places(document.clauses)
        return sorted((self._scored(claim, place) for place in places), key=lambda s: -s.score)

    def _scored(self, claim: str, place: _Place) -> _Scored:
        share = self._likeness.share(claim, place.clauses)
        checked = check_figures(claim, place.clauses)
        return _Scored(place, share, share + self._limits["figures"] * checked.share, checked)

    def _together(self, claim: str, cited: tuple[_Place, ...], inside: Sequence[_Scored]) -> _Scored:
        """The cited places as one: the best score, the figures of all."""
        clauses = tuple(c for place in cited for c in place.clauses)
        best = inside[0]
        ordered = tuple(c for s in inside for c in s.place.clauses)
        place = _Place(ordered or clauses)
        return _Scored(
            place, self._likeness.share(claim, place.clauses), best.score, check_figures(claim, place.clauses)
        )

    def _elsewhere(self, here: _Scored, there: _Scored) -> bool:
        """Whether another place of the document holds the claim rather than the cited one."""
        least = self._limits["decides"] if here.share <= self._limits["nothing"] else self._limits["surely"]
        if there.share < least or (there.checked.total and there.checked.share < 1):
            return False
        if here.checked.total and here.checked.share == 1 and here.share >= self._limits["decides"]:
            return there.checked.share == 1 and there.share > here.share + 2 * self._limits["ahead"]
        return there.score > here.score + self._limits["ahead"] and there.share > here.share

    def _compared(self, reference: Reference, raw: str, document: Document, here: _Scored) -> Judgement:
        """The claim against the cited place, once that is known to be about the same thing."""
        claim = reference.claim
        clause = self._nearest(claim, here.place)
        checked = here.checked
        for sentence in re.split(r"[。！？!?]", reference.after):
            # A later sentence counts only where it is about the same thing and not the writer's own story.
            if (
                words().self_.search(sentence)
                or self._likeness.share(sentence, here.place.clauses) < self._limits["decides"]
            ):
                continue
            more = check_figures(sentence, here.place.clauses)
            checked = _Checked(
                checked.same + more.same,
                checked.total + more.total,
                (*checked.differences, *more.differences),
                checked.open,
                checked.unpaired,
            )
        if checked.differences:
            return _altered(document, clause, checked.differences)
        if checked.open:
            detail = f"所引条款里没有“{'、'.join(checked.open)}”，现有{clause.text_status.label}无法判断。"
            return Judgement("abstain", detail, document.id, clause)
        if checked.unpaired:
            detail = f"所引条款有“{'、'.join(checked.unpaired)}”，但看不出说的是不是同一件事，无法判断。"
            return Judgement("abstain", detail, document.id, clause)
        clash = modals.conflict(raw, here.place.clauses)
        if clash is not None and clash.said:
            return _altered(document, clause, (Difference("modal", clash.modal.text, clash.held),))
        if clash is not None:
            said = pairs(clause.text)
            if len(said & pairs(claim)) >= self._limits["whole"] * len(said):
                return _altered(document, clause, (Difference("modal", clash.modal.text, clash.held),))
            detail = f"摘编整条的约束程度是“{clash.held}”，没有逐句写明，无法判断“{clash.modal.text}”是否原文用词。"
            return Judgement("abstain", detail, document.id, clause)
        return Judgement(
            "right", f"与{document.name}{here.place.name}一致（{clause.text_status.label}）。", document.id, clause
        )

    def _nearest(self, claim: str, place: _Place) -> Clause:
        return max(place.clauses, key=lambda c: (check_figures(claim, (c,)).share, self._likeness.share(claim, (c,))))

    def _whole(self, reference: Reference, raw: str, document: Document, ranked: Sequence[_Scored]) -> Judgement:
        """A document named without a place: the clause most like the claim decides, if any is like it."""
        claim = reference.claim
        best = ranked[0]
        if best.share < self._limits["touches"]:
            if far := self._far(claim, document):
                return far
            return Judgement("abstain", "文件存在；现有摘编中没有可核对这句话的条款。", document.id)
        return self._compared(reference, raw, document, best)

    def _missing(self, reference: Reference, document: Document) -> Judgement:
        """The place is not among the clauses held: beyond the end of the document, or simply not digested."""
        ranked = self._ranked(reference.claim, document) if pairs(reference.claim) else []
        best = next((s for s in ranked if s.place.numbered), None)
        decided = best is not None and best.share >= self._limits["decides"] and best.checked.share in {0.0, 1.0}
        end = extent(document, reference.locators[0])
        if end is not None:
            hint = (
                f"；这项内容见{best.place.name}"
                if best is not None and decided and best.score > self._limits["elsewhere"]
                else ""
            )
            return Judgement("no_such_clause", f"{document.name}没有{reference.place}：{end}{hint}。", document.id)
        if best is not None and decided and self._surely(reference.claim, best):
            return _wrong(document, best.place)
        return Judgement("abstain", f"现有摘编没有收入{reference.place}，无法判断。", document.id)

    def _surely(self, claim: str, there: _Scored) -> bool:
        """Whether a place holds a claim so fully that it cannot as well stand in one not read: all figures, or the words."""
        if there.checked.total:
            return there.checked.share == 1 and there.score >= self._limits["elsewhere"]
        return len(pairs(claim)) >= self._limits["long"] and there.share >= self._limits["unread"]

    def _far(self, claim: str, document: Document) -> Judgement | None:
        """Another document that holds the claim with all its figures, where the cited one says nothing of it."""
        best: tuple[float, Clause | None] = (self._limits["elsewhere"], None)
        if len(pairs(claim)) < self._limits["long"]:
            return None
        for clause in self._corpus.clauses:
            if clause.document_id == document.id or clause.locator is None:
                continue
            share = self._likeness.share(claim, (clause,))
            if share <= best[0]:
                continue
            checked = check_figures(claim, (clause,))
            if not checked.differences and not checked.open:
                best = share, clause
        if best[1] is None:
            return None
        other = self._corpus.document_of(best[1])
        detail = f"这项内容不在{document.name}，见{other.name}{best[1].place}。"
        return Judgement("wrong_clause", detail, document.id, best[1])


def check_figures(claim: str, clauses: Sequence[Clause]) -> _Checked:
    """Every figure of the claim against the figures of the clauses."""
    held = [f for clause in clauses for f in held_figures(clause)]
    same, total = 0, 0
    differences: list[Difference] = []
    missing: list[str] = []
    unpaired: list[str] = []
    written = list(figures(claim))
    for low, high, both in ranges(tuple(written), claim):
        if any(compare(both, h) == "same" for h in held):
            written[written.index(low)] = both
            written.remove(high)
    years = {f.low for f in written if f.kind == "year" and not f.base}
    stated = {h.low for h in held if h.kind == "year"}
    for figure in written:
        if figure.kind == "period" and not any(h.kind == "period" for h in held):
            continue
        total += 1
        found = _found(figure, held)
        if found == "unpaired":
            unpaired.append(figure.text)
        elif found is None:
            missing.append(figure.text)
        elif isinstance(found, Difference) and found.kind == "year" and not figure.base and years & stated:
            missing.append(f"{figure.text}年")  # one more year than the digest tells of, beside one it does
        elif isinstance(found, Difference):
            differences.append(found)
        elif figure.kind != "year" and years and (late := _other_year(figure, held, years)):
            differences.append(late)
        else:
            same += 1
    return _Checked(same, total, tuple(dict.fromkeys(differences)), tuple(missing), tuple(unpaired))


def _found(figure: Figure, held: Sequence[Figure]) -> Difference | Figure | Literal["unpaired"] | None:
    """The held figure a written one repeats, how it differs from the one said of the same thing, or ``None``.

    ``"unpaired"``: the number is there, but whether it is said of the same thing cannot be told.
    """
    fits = [(compare(figure, h), h) for h in held]
    same = [h for fit, h in fits if fit == "same"]
    if same:
        best = max(same, key=lambda h: _near(figure, h))
        bare = figure.kind == "quantity" and all(h.kind == "number" for h in same)
        if bare and (other := next((h for fit, h in fits if fit == "other_unit"), None)):
            return Difference("unit", _shown(figure), _shown(other))
        if figure.kind in {"year", "period"}:
            return best
        ends = [h for h in same if _other_end(figure, h)]
        same = [h for h in same if h not in ends] or same
        rivals = [h for fit, h in fits if fit == "other_value" and not _of_one(h, figure, same)] + ends
        rival, paired = _paired(figure, same, [h for h in rivals if h not in same])
        if rival is None:
            return best if paired else "unpaired"
        return Difference("value", _shown(figure), _shown(rival))
    for wanted, kind in (
        ("other_sense", "modal"),
        ("other_value", "value"),
        ("other_unit", "unit"),
        ("other_thing", "value"),
    ):
        options = [h for fit, h in fits if fit == wanted]
        if not options:
            continue
        best = max(options, key=lambda h: _near(figure, h))
        if figure.kind == "year":
            return Difference("year", f"{figure.text}年", f"{best.text}年")
        if _near(figure, best) < words().thresholds["alike"] and figure.kind != "period":
            return None
        return Difference(kind, _shown(figure), _shown(best))  # type: ignore[arg-type]
    return None


def _other_year(figure: Figure, held: Sequence[Figure], years: set[float]) -> Difference | None:
    """The year a figure is set for, where the claim names only others."""
    stated = {h.year for h in held if h.year and compare(figure, h) == "same"}
    if not stated or years & stated:
        return None
    return Difference("year", f"{max(years):g}年", f"{max(stated)}年")


def _other_end(figure: Figure, held: Figure) -> bool:
    """Whether “10万以上” is the upper end of a range held, or “3万以下” the lower."""
    if held.low == held.high or figure.low != figure.high or not figure.bound:
        return False
    meant = held.low if figure.bound > 0 else held.high
    return compare(replace(figure, bound=0), replace(held, low=meant, high=meant)) != "same"


def _of_one(held: Figure, figure: Figure, same: Sequence[Figure]) -> bool:
    """Whether a figure of another value is an end of the range written, or said of the very same thing."""
    parts = any(held.own <= s.own for s in same)
    if (compare(held, figure) == "same" and (held.listed or parts)) or (
        held.listed and any(compare(held, s) == "same" for s in same)
    ):
        return True
    return bool(held.own) and any(held.own == s.own and held.head == s.head for s in same)


def _paired(figure: Figure, same: Sequence[Figure], rivals: Sequence[Figure]) -> tuple[Figure | None, bool]:
    """(the figure said of what the claim speaks of, where that is another; whether the pairing can be told).

    Only words that tell the held figures from one another count: names and conditions some of them have and some not.
    """
    if not rivals:
        return None, True
    everyone = [h.own | h.head for h in (*same, *rivals)]
    telling = frozenset().union(*everyone) - frozenset.intersection(*everyone)

    def score(group: Sequence[Figure]) -> tuple[float, bool]:
        own = frozenset().union(*(h.own for h in group))
        every = own.union(*(h.head for h in group))
        further = sum(
            (1.0 if f in figure.own else 0.5) * (1.0 if f in own else 0.5)
            for f in telling & every & (figure.own | figure.head)
        )
        covered = any(h.own and h.own <= figure.own | figure.head for h in group)
        return further, covered

    ours = score(same)
    values = {(h.low, h.high, h.unit) for h in rivals}
    theirs, rival = max(
        ((score([h for h in rivals if (h.low, h.high, h.unit) == v]), v) for v in values), key=lambda found: found[0]
    )
    if ours > theirs:
        return None, True
    other = max((h for h in rivals if (h.low, h.high, h.unit) == rival), key=lambda h: _near(figure, h))
    clearly = theirs[0] >= max(1.0, _CLEARLY * ours[0])
    return (other, True) if clearly and other.bound * figure.bound >= 0 else (None, False)


_CLEARLY = 1.6
"""How many times more the words of another figure must tell before the one found is taken for swapped."""


_FEW = 5
"""Pairs below which words around a figure are too few to name it."""
_NAMED = 0.95
"""From here on a figure is named in full."""


def _near(one: Figure, two: Figure) -> float:
    first, second = pairs(one.around), pairs(two.around)
    if not first or not second:
        return 0.0
    bound = 0.05 if one.bound and one.bound == two.bound else 0.0
    return len(first & second) / max(min(len(first), len(second)), _FEW) + bound


def _shown(figure: Figure) -> str:
    sign = {1: "≥", -1: "≤"}.get(figure.bound, "")
    return f"{sign}{figure.text}"


def _holds_count(document: Document, whole: str) -> bool:
    """Whether a clause says the same of the document as a whole (共12部分)."""
    held = [h for clause in document.clauses for h in held_figures(clause)]
    return all(_counts_as(document, f, held) for f in figures(whole) if f.kind == "count")


def _counts_as(document: Document, figure: Figure, held: Sequence[Figure]) -> bool:
    if any(compare(figure, h) == "same" for h in held):
        return True
    last = parse(f"第{figure.low:g}条"), parse(f"第{figure.low + 1:g}条")
    return figure.unit == "条" and extent(document, last[0]) is None and extent(document, last[1]) is not None


def _shortly(document: Document, locator: Locator) -> tuple[Clause, ...]:
    """The clauses of a table, figure or box named by its annex alone (附件1表8 for 附件1 四（三）表8), if only one fits."""
    if len(locator.parts) < _LEAST_PARTS or locator.parts[-1].level not in _TABULAR:
        return ()
    fits: dict[tuple[Part, ...], list[Clause]] = {}
    for clause in document.clauses:
        held: tuple[Part, ...] = clause.locator.parts if clause.locator else ()
        if held and held[-1] == locator.parts[-1] and all(part in held for part in locator.parts):
            fits.setdefault(held, []).append(clause)
    return tuple(next(iter(fits.values()))) if len(fits) == 1 else ()


_LEAST_PARTS = 2
_TABULAR = {Level.TABLE, Level.FIGURE, Level.BOX}


def _places(clauses: Iterable[Clause]) -> tuple[_Place, ...]:
    grouped: dict[str, list[Clause]] = {}
    for clause in clauses:
        grouped.setdefault(
            clause.locator.canonical() or clause.locator.text if clause.locator else clause.key, []
        ).append(clause)
    return tuple(_Place(tuple(group)) for group in grouped.values())


def _first(cited: Sequence[_Place]) -> Clause | None:
    return cited[0].clauses[0] if cited else None


def _wrong(document: Document, place: _Place) -> Judgement:
    return Judgement(
        "wrong_clause",
        f"这项内容在{place.name}（{place.clauses[0].heading}），不在所引条款。",
        document.id,
        place.clauses[0],
    )


def _altered(document: Document, clause: Clause, differences: tuple[Difference, ...]) -> Judgement:
    order = {"value": 0, "unit": 1, "year": 2, "number": 3, "modal": 4}
    ordered = tuple(sorted(differences, key=lambda d: order[d.kind]))
    shown = "；".join(f"写作“{d.written}”，{clause.text_status.label}为“{d.held}”" for d in ordered)
    return Judgement("altered", f"与{document.name}{clause.place}不一致：{shown}。", document.id, clause, ordered)


def _undecided(document: Document, place: _Place) -> str:
    if not document.values_given or place.clauses[0].text_status is TextStatus.DIGEST:
        return f"现有摘编没有写到这项内容，无法判断{place.name}是否如此规定。"
    return f"{place.name}的原文没有这项内容，同一文件也没有找到。"


_ORDER = re.compile(rf"令\s*第?\s*({NUMERAL})\s*号|第?\s*({NUMERAL})\s*号令")


def _of_another(order: str, by: Document) -> bool:
    """Whether an order is of another government than the document that is to repeal it."""
    issuer = re.sub(r"(?:人民)?政府令?.*|令.*", "", order)
    return bool(issuer) and issuer not in {"市", "省", "本市", "我市", "本省", "我省"} and issuer[:2] not in by.title


# --- numbers of documents ------------------------------------------------------------------------------------------


def _number_difference(document: Document, written: str | None) -> Difference | None:
    """The document number written beside the title, if it is not one of the document's own."""
    if not written or not document.number:
        return None
    own = re.split(r"[、;；]|(?<=号)[，,]", document.number)
    if any(_same_number(written, held) for held in own):
        return None
    return Difference("number", written, document.number)


def _same_number(written: str, held: str) -> bool:
    one, two = _plain_number(written), _plain_number(held)
    first, second = re.findall(r"\d+", one), re.findall(r"\d+", two)
    if not first or not second:
        return one == two
    # A standard cited without its year, a decree without its office: what is written must agree, not be complete.
    if first != second and first != second[: len(first)] and first != second[-len(first) :]:
        return False
    letters, others = re.sub(r"[\d.\-]", "", one), re.sub(r"[\d.\-]", "", two)
    return letters in others or others in letters or bool(set(pairs(letters)) & set(pairs(others)))


def _plain_number(text: str) -> str:
    folded = re.sub(
        rf"第?({NUMERAL})(?=\s*号)", lambda m: f"{number(m[1])}", unicodedata.normalize("NFKC", text).lower()
    )
    return re.sub(r"[\s〔〕\[\]()（）【】第年号文令/]", "", folded.replace("—", "-").replace("–", "-"))
