"""Which text was in force on a day, and how two versions differ clause by clause, figures first."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from weakref import ReferenceType, ref

from corpus.library import Corpus
from corpus.locator import Level, Locator
from corpus.model import Clause, Document
from corpus.numerals import chinese

__all__ = [
    "Change",
    "ChangeKind",
    "Edit",
    "Term",
    "as_of",
    "difference",
    "edits",
    "extent",
    "family",
    "in_force",
    "in_force_from",
    "linked",
    "repeal_of",
    "same_document",
    "successor",
    "terms",
]

ChangeKind = Literal["added", "removed", "renumbered", "changed"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of two texts: ``equal``, or what stood before and what stands now (either may be empty)."""

    before: str
    after: str
    equal: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions. ``figures`` holds (before, after) pairs of the numbers that differ."""

    kind: ChangeKind
    before: Clause | None
    after: Clause | None
    figures: tuple[tuple[str, str], ...] = ()
    edits: tuple[Edit, ...] = ()
    likeness: float = 0.0


# --- in force --------------------------------------------------------------------------------------------------


def in_force_from(document: Document) -> date | None:
    """The day a document takes effect: the stated one, else the day of issue; ``None`` if neither is known."""
    return document.effective_on or document.issued_on


@dataclass(frozen=True, slots=True)
class Term:
    """How long a document holds: from ``begin`` until the day before ``end``; ``None`` where no such day is known.

    ``ended_by`` is the document that takes its place or repeals it, if one is held.
    """

    begin: date | None
    end: date | None = None
    ended_by: str | None = None

    def holds(self, on: date) -> bool:
        """Whether the document was in force on that day, as far as is known."""
        return (self.begin is None or self.begin <= on) and (self.end is None or on < self.end)


_last: list[tuple[ReferenceType[Corpus], Mapping[str, Term]]] = []


def terms(corpus: Corpus) -> Mapping[str, Term]:
    """The term of every document by id.

    A document ends the day its successor takes effect (at once where that day is unknown), the day after its own
    ``expires``, or the day a held document that repeals it by title or number takes effect, whichever comes first.
    """
    # By identity: hashing a corpus would walk through every clause.
    for held, found in _last:
        if held() is corpus:
            return found
    ends: dict[str, list[tuple[date, str | None]]] = {}
    for document in corpus.documents:
        if document.expires_on is not None:
            ends.setdefault(document.id, []).append((document.expires_on + timedelta(days=1), None))
        for older in document.replaces:
            ends.setdefault(older, []).append((in_force_from(document) or date.min, document.id))
        if document.superseded_by is not None:
            newer = next((d for d in corpus.documents if d.id == document.superseded_by), None)
            day = (newer and in_force_from(newer)) or date.min
            ends.setdefault(document.id, []).append((day, document.superseded_by))
    for old, day, by in _ended_by_repeal(corpus):
        ends.setdefault(old, []).append((day, by))
    found = {}
    for document in corpus.documents:
        first = min(ends.get(document.id, ()), default=None, key=lambda e: e[0])
        found[document.id] = Term(in_force_from(document), *(first or ()))
    _last[:] = [(ref(corpus), found)]
    return found


def _ended_by_repeal(corpus: Corpus) -> Iterator[tuple[str, date, str]]:
    """(document repealed, day, document that says so), for documents that are both held."""
    by_title: dict[str, list[Document]] = {}
    for document in corpus.documents:
        for name in {document.title, document.number or document.title}:
            by_title.setdefault(re.sub(r"[\s《》]", "", name), []).append(document)
    for clause, name in _repeals(corpus):
        saying = corpus.document_of(clause)
        day = in_force_from(saying)
        if day is None:
            continue
        for old in by_title.get(name, ()):
            begin = in_force_from(old)
            if old.id != saying.id and begin is not None and begin < day:
                yield old.id, day, saying.id


def as_of(corpus: Corpus, on: date) -> Corpus:
    """The corpus a reader had on that day: the documents then in force, each the version of that day.

    Documents without a known day stay. What took a document's place only later is not told of it as its successor, but
    as a remark on its standing.
    """
    held = terms(corpus)
    kept = []
    for document in corpus.documents:
        term = held[document.id]
        if not term.holds(on):
            continue
        remark = f"{term.end.isoformat()}起不再有效" if term.end is not None and term.ended_by is not None else None
        status = "；".join(filter(None, (document.status, remark))) or None
        kept.append(document.model_copy(update={"superseded_by": None, "status": status}) if remark else document)
    return Corpus(tuple(kept))


def family(corpus: Corpus, document_id: str) -> tuple[Document, ...]:
    """All versions of a document: those linked with it by ``replaces`` and ``superseded_by``, oldest first.

    Raises ``UnknownClause`` for an id that is not held.
    """
    found = {document_id: corpus.document(document_id)}
    grown = True
    while grown:
        grown = False
        for document in corpus.documents:
            linked = {*document.replaces, document.superseded_by or ""}
            if document.id not in found and (
                linked & found.keys() or any(_links(d, document.id) for d in found.values())
            ):
                found[document.id] = document
                grown = True
    return tuple(sorted(found.values(), key=lambda d: (in_force_from(d) or date.min, d.id)))


def _links(document: Document, other: str) -> bool:
    return other in document.replaces or document.superseded_by == other


def successor(corpus: Corpus, document_id: str) -> Document | None:
    """The document that takes its place, if one held says so; the record itself or a version of it."""
    document = corpus.document(document_id)
    for other in corpus.documents:
        if other.id == document.superseded_by or document_id in other.replaces:
            return other
    return None


def in_force(corpus: Corpus, document_id: str, on: date) -> Document | None:
    """The version of the document's family in force on that day; ``None`` if none was (:func:`terms`)."""
    held = terms(corpus)
    standing = [d for d in family(corpus, document_id) if held[d.id].begin is not None and held[d.id].holds(on)]
    return standing[-1] if standing else None


# --- versions of one document ------------------------------------------------------------------------------------

_EDITION = re.compile(
    r"[（(](?:[一二三四五六七八九〇零\d年月日]*(?:第[一二三四五六七八九十]+次)?(?:修正|修订|修改|年版|版|年本|修正本|修订本|修订版))[）)]$"
)
_LASTING = re.compile(
    r"(?:法|条例|规定|办法|细则|标准|规范|规程|准则|章程|导则|规则|制度|指引|指南|规约|目录|定额|限额|方案|规划|措施)"
    r"(?:[（(](?:试行|暂行)[）)])?$"
)
_SEAT = re.compile(r"^([\u4e00-\u9fff]{1,7}?(?:省|自治区|市|区|县|州|盟|旗))")
_STANDARD_YEAR = re.compile(r"\s*[-—–－]+\s*(?:19|20)\d\d$")


def same_document(one: Document, other: Document) -> bool:
    """Whether two records are texts of one document: the same number, or the same title where titles name one document.

    Notices and letters of one title are issued every year; only the titles of laws, measures, standards and plans name
    one document. Two places' documents of one title are two documents.
    """
    numbers = [_STANDARD_YEAR.sub("", re.sub(r"\s", "", d.number or "")) for d in (one, other)]
    if numbers[0] and numbers[0] == numbers[1]:
        return _title(one) == _title(other) or bool(re.match(r"[A-Z]", numbers[0]))
    if not (_title(one) == _title(other) and _LASTING.search(_title(one))):
        return False
    seats = [m[1] for d in (one, other) if (m := _SEAT.match(d.issuer or ""))]
    return seats[0] == seats[1] if len(seats) == 2 else one.region is other.region


def _title(document: Document) -> str:
    plain = re.sub(r"[\s《》]", "", document.title).removeprefix("中华人民共和国")
    return _EDITION.sub("", plain)


def linked(documents: Sequence[Document], added: Iterable[str]) -> tuple[Document, ...]:
    """The documents with the versions among them linked, each to the one that came after it.

    Only families with one of the ``added`` ids in them are looked at: what ships is linked by hand. A version without
    a day of its own cannot be placed and stays as it is.
    """
    new = set(added)
    by_name: dict[str, list[Document]] = {}
    for document in documents:
        number = re.sub(r"\s", "", document.number or "")
        names = {_title(document)} | ({_STANDARD_YEAR.sub("", number)} if re.match(r"[A-Z]", number) else set())
        for name in names:
            by_name.setdefault(name, []).append(document)
    older: dict[str, tuple[str, ...]] = {}
    newer: dict[str, Document] = {}
    for group in by_name.values():
        if len(group) < 2 or not any(d.id in new for d in group):
            continue
        dated = sorted((d for d in group if in_force_from(d)), key=lambda d: (in_force_from(d) or date.min, d.id))
        for n, document in enumerate(dated):
            after = next(
                (
                    d
                    for d in dated[n + 1 :]
                    if in_force_from(d) != in_force_from(document)
                    and same_document(document, d)
                    and {d.id, document.id} & new
                ),
                None,
            )
            if after is not None and document.superseded_by is None:
                newer[document.id] = after
                older[after.id] = (*older.get(after.id, ()), document.id)
    return tuple(
        d.model_copy(
            update={
                "superseded_by": newer[d.id].id if d.id in newer else d.superseded_by,
                "replaces": tuple(dict.fromkeys((*d.replaces, *older.get(d.id, ())))),
            }
        )
        if d.id in newer or d.id in older
        else d
        for d in documents
    )


# --- repeals -----------------------------------------------------------------------------------------------------

_REPEALED = re.compile(
    r"(?:《[^《》]{4,60}》(?:[（(][^（）()]{1,40}[）)])?(?:、|和|以及|及|，)?)+[^。；《》]{0,24}?(?:废止|失效|停止执行)"
)
_REPEALED_NUMBER = re.compile(r"(令第?\s*\d+\s*号|[〔［\[]\d{4}[〕］\]]\d+号)[^。；]{0,16}?(?:废止|失效|停止执行)")


def repeal_of(corpus: Corpus, name: str) -> Clause | None:
    """The clause that says a document of that title or number no longer holds; ``None`` if none says so."""
    plain = re.sub(r"[\s《》]", "", name)
    for clause, title in _repeals(corpus):
        if title and title in plain and len(title) >= len(plain) - 16:
            return clause
    return None


def _repeals(corpus: Corpus) -> Iterator[tuple[Clause, str]]:
    for clause in corpus.clauses:
        if not re.search(r"废止|失效|停止执行", clause.text):
            continue
        for match in _REPEALED.finditer(clause.text):
            for title in re.findall(r"《([^《》]{4,60})》", match.group()):
                yield clause, re.sub(r"\s", "", title)
        for match in _REPEALED_NUMBER.finditer(clause.text):
            yield clause, re.sub(r"\s", "", match[1])


# --- how far a document goes -------------------------------------------------------------------------------------

_COUNTED = {Level.ARTICLE: re.compile(r"(\d+)\s*条"), Level.DIVISION: re.compile(r"共?\s*(\d+)\s*个?部分")}
_LAST = re.compile(r"施行|生效|实施日期|有效期")


def extent(document: Document, locator: Locator) -> str | None:
    """Why a place cannot be in the document, in words; ``None`` where the text held does not tell.

    A digest leaves clauses out, so a missing number proves nothing. What does: the whole original is held, the
    document says how many articles or parts it has, or the number is past the article on its entry into force.

    >>> from corpus.library import load
    >>> from corpus.locator import parse
    >>> extent(load().document("reg-public-institution-energy-saving"), parse("第五十条"))
    '最后一条是第四十三条'
    """
    first = next((p for p in locator.parts if p.level in _COUNTED), None)
    if first is None or not first.number:
        return None
    unit = "条" if first.level is Level.ARTICLE else "部分"
    own = [
        (p.number, c)
        for c in document.clauses
        if c.locator
        for p in c.locator.parts
        if p.level is first.level and p.number
    ]
    last = max((n for n, _ in own), default=())
    for clause in document.clauses:
        stated = (
            _COUNTED[first.level].search(clause.text)
            if re.search(r"全文|修订后|标准共|本文件共", clause.text)
            else None
        )
        if stated and first.number[0] > int(stated[1]) >= (last[0] if last else 0):
            return f"全文共{stated[1]}{unit}"
    closing = [n for n, c in own if n == last and _LAST.search(f"{c.heading}{c.text}")]
    whole = bool(own) and all(c.text_status.value == "original" for c in document.clauses)
    if last and first.number[0] > last[0] and (closing or whole):
        return f"最后一{unit if unit == '条' else '个部分'}是第{chinese(last[0])}{unit}"
    if whole and first.number not in {n for n, _ in own}:
        return "原文中没有这一编号"
    return None


# --- differences -------------------------------------------------------------------------------------------------

_ALIKE = 0.6
_NUMBER = re.compile(
    r"\d+(?:\.\d+)?\s*(?:[%％℃]|[\u4e00-\u9fffA-Za-z/㎡²³]{0,6})|[零一二三四五六七八九十百千万两]+(?=[年月日个项%成倍级星])"
)


def difference(old: Document, new: Document) -> tuple[Change, ...]:
    """What changed from one version to the other, in the order of the new one; removed clauses stand last.

    Clauses are paired by number first, where the texts are at all alike; what is left is paired by likeness of text
    (``renumbered``, with its own edits). A clause whose number and text are the same is left out.
    """
    left, right = list(old.clauses), list(new.clauses)
    pairs: list[tuple[Clause, Clause, float]] = []
    for score, a, b in _by_likeness(left, right):
        if any(a is x or b is y for x, y, _ in pairs):
            continue
        pairs.append((a, b, score))
    paired_old, paired_new = {id(a) for a, _, _ in pairs}, {id(b): (a, s) for a, b, s in pairs}
    changes: list[Change] = []
    for clause in right:
        if id(clause) not in paired_new:
            changes.append(Change("added", None, clause))
            continue
        before, score = paired_new[id(clause)]
        moved = before.locator != clause.locator
        if moved or before.text != clause.text or before.indicators != clause.indicators:
            kind: ChangeKind = (
                "changed" if before.text != clause.text and not moved else "renumbered" if moved else "changed"
            )
            changes.append(
                Change(kind, before, clause, _figures(before, clause), edits(before.text, clause.text), score)
            )
    changes += [Change("removed", clause, None) for clause in left if id(clause) not in paired_old]
    return tuple(changes)


def _by_likeness(left: Sequence[Clause], right: Sequence[Clause]) -> list[tuple[float, Clause, Clause]]:
    """Candidate pairs, best first: the same number gives a start, the text decides."""
    found = []
    seen = [(c, _shingles(c.text)) for c in right]
    for a in left:
        mine = _shingles(a.text)
        for b, theirs in seen:
            same_place = (a.locator is not None and a.locator == b.locator) or (
                a.locator is None and a.heading == b.heading
            )
            shared = 2 * len(mine & theirs) / max(len(mine) + len(theirs), 1)
            if shared >= _ALIKE or (same_place and shared >= _ALIKE / 2):
                found.append((shared + (0.25 if same_place else 0.0), a, b))
    return sorted(found, key=lambda f: -f[0])


def _shingles(text: str) -> frozenset[str]:
    plain = re.sub(r"[\s，。；：、（）()“”]", "", text)
    return frozenset(plain[i : i + 2] for i in range(max(len(plain) - 1, 1)))


def _figures(before: Clause, after: Clause) -> tuple[tuple[str, str], ...]:
    """The numbers that differ, paired in order; a number only one side has stands opposite an empty string."""
    one, two = _numbers(before), _numbers(after)
    pairs: list[tuple[str, str]] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(a=one, b=two, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        a, b = one[i:j], two[k:m]
        size = max(len(a), len(b))
        pairs += list(zip(a + [""] * (size - len(a)), b + [""] * (size - len(b)), strict=True))
    return tuple(pairs)


def _numbers(clause: Clause) -> list[str]:
    found = [m.group().strip() for m in _NUMBER.finditer(clause.text)]
    return found + [f"{i.name} {i.written}" for i in clause.indicators if not _repeated(i.written, found)]


def _repeated(written: str, found: Sequence[str]) -> bool:
    return any(n in written or written.lstrip("≥≤<>≈").replace(" ", "") in n for n in found)


def edits(before: str, after: str) -> tuple[Edit, ...]:
    """The two texts character by character, as stretches that are equal or differ.

    >>> [(e.before, e.after) for e in edits("不低于24℃", "不低于26℃") if not e.equal]
    [('4', '6')]
    """
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    return tuple(Edit(before[i:j], after[k:m], tag == "equal") for tag, i, j, k, m in matcher.get_opcodes())
