"""An added original takes the place of the digest of the same document, clause by clause.

The document keeps the id, name and standing it has in the library; a clause of the original takes over what was noted
of the digest it replaces (scenes, binding force, and each figure that stands in the original too). Digests without a
counterpart stay, marked as what they are.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from corpus.errors import LibraryError
from corpus.library import LIBRARY, Corpus, load, load_document
from corpus.locator import Level, Locator, Part, parse
from corpus.model import Clause, Document, Indicator, Strength, TextStatus
from corpus.numerals import chinese
from corpus.versions import in_force_from, linked

__all__ = ["Difference", "counterpart", "differences", "load_all", "nearest", "overlay"]

_SPACES = re.compile(r"\s+")
_SIGNS = str.maketrans({"％": "%", "－": "-", "—": "-", "，": ","})
_ELSEWHERE = re.compile(r"同名|转述|报道|[\u4e00-\u9fff]{2}(?:省|市)")
_SCALES = {"万": 1e4, "亿": 1e8}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a digest that the original does not bear out at the place the digest names."""

    document_id: str
    digest: str
    indicator: str
    written: str
    locator: str | None
    found_elsewhere: str | None
    """Where in the original the figure stands instead, ``None`` if nowhere."""


def load_all(*folders: Path) -> Corpus:
    """The shipped library with the documents of the other folders laid over it; folders that are not there are empty.

    Of several versions of a document one takes the digest's place, the others stand beside it under their own ids;
    all are linked, each with the one that came after it.

    Raises ``LibraryError`` for a document that does not validate and for two documents of one id.
    """
    documents = {document.id: document for document in load(LIBRARY).documents}
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob("*.yaml"))]
    claims: dict[str, list[Document]] = {}
    originals: list[Document] = []
    for path in files:
        added = load_document(path)
        if _is_original(added):
            originals.append(added)
        elif added.id in documents:
            raise LibraryError(f"{path.name} 的编号 {added.id} 与另一份文件重复")
        else:
            documents[added.id] = added
    digests = tuple(documents.values())
    for added in originals:
        held = counterpart(added, digests)
        if held is not None:
            claims.setdefault(held.id, []).append(added)
    touched: set[str] = set()
    taken = {nearest(documents[held], versions).id: held for held, versions in claims.items()}
    for added in originals:
        if added.id in taken:
            held_id = taken[added.id]
            documents[held_id] = overlay(documents[held_id], added)
            touched.add(held_id)
        elif added.id in documents:
            raise LibraryError(f"资料目录里的编号 {added.id} 与另一份文件重复：请用 --meta id= 另给一个。")
        else:
            documents[added.id] = added
            touched.add(added.id)
    return Corpus(linked([documents[key] for key in sorted(documents)], touched))


def nearest(digest: Document, versions: Iterable[Document]) -> Document:
    """The one of several versions that takes the place of the digest."""
    return max(versions, key=partial(_nearness, digest))


def _nearness(digest: Document, version: Document) -> tuple[bool, bool, date]:
    """Which version of a document a digest condenses: the one of its number, of its date, else the latest."""
    begin = in_force_from(version)
    return (
        bool(_number(digest.number)) and _number(digest.number) == _number(version.number),
        begin is not None and in_force_from(digest) == begin,
        begin or date.min,
    )


def _is_original(document: Document) -> bool:
    return any(clause.text_status is TextStatus.ORIGINAL for clause in document.clauses)


# --- the same document -----------------------------------------------------------------------------------------


def counterpart(added: Document, held: Iterable[Document]) -> Document | None:
    """The held digest of the same document: by number, by title, or by the title in the notice that issues it."""
    number, names = _number(added.number), _names(added)
    years = {y for name in (added.title, added.number or "", added.issued or "") for y in re.findall(r"20\d\d", name)}
    best: Document | None = None
    for document in held:
        if all(clause.text_status is TextStatus.ORIGINAL for clause in document.clauses):
            continue
        if number and number == _number(document.number):
            return document
        if number and document.number and _number(document.number):
            continue  # both are numbered, and differently: another document, whatever its name
        theirs = re.findall(r"20\d\d", document.issued or "")
        dated = bool(re.search(r"20\d\d", added.issued or "")) and bool(theirs)
        if names & _names(document) and not (dated and not years & set(theirs)):
            best = best or document
    if best is not None:
        return best
    # A digest may carry a number and a date the file does not show.
    undated = not number and not added.issued and not added.effective
    return next((d for d in held if names & _names(d) and undated), None)


def _number(text: str | None) -> str:
    return re.sub(r"[\s〔〕\[\]［］【】（）()第号—–－-]|中华人民共和国", "", text or "").upper()


def _names(document: Document) -> set[str]:
    names = set()
    for name in (document.title, *document.aliases):
        plain = _plain(name)
        inner = re.search(r"(?:印发|发布|公布)(.+?)的?(?:通知|公告|函)$", plain)
        names |= {plain, _plain(inner[1])} if inner else {plain}
        # 国管局关于…的通知 and 关于…的通知 are one.
        names |= {plain[plain.index("关于") :]} if "关于" in plain else set()
    return {name for name in names if len(name) >= 8}


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name)


# --- clause by clause ------------------------------------------------------------------------------------------


def overlay(digest: Document, original: Document) -> Document:
    """The original in the digest's place. ``replaced`` keeps the digests whose place was taken."""
    matches = {clause.key: _matches(clause, original) for clause in digest.clauses}
    replaced = [clause for clause in digest.clauses if matches[clause.key]]
    kept = [clause for clause in digest.clauses if not matches[clause.key]]
    by_original: dict[str, list[Clause]] = {}
    for clause in replaced:
        for match in matches[clause.key]:
            by_original.setdefault(match.key, []).append(clause)
    clauses = [_enriched(clause, by_original.get(clause.key, ())) for clause in original.clauses]
    return Document.model_validate(
        {
            **_shared(digest, original),
            "clauses": _told_apart([*clauses, *kept]),
            "replaced": tuple(replaced),
        }
    )


def _shared(digest: Document, original: Document) -> Mapping[str, object]:
    """The facts of the document: what the library knows, else what the original says of itself."""
    facts = {name: getattr(digest, name) for name in Document.model_fields if name not in {"clauses", "replaced"}}
    for name in ("number", "issuer", "issued", "effective"):
        facts[name] = facts[name] or getattr(original, name)
    for name in ("content_hash", "file_name", "tables", "definitions"):
        facts[name] = getattr(original, name)
    facts["sources"] = (*digest.sources, *(s for s in original.sources if s not in digest.sources))
    facts["confidence"] = original.confidence
    facts["aliases"] = tuple(dict.fromkeys((*digest.aliases, *original.aliases)))
    return facts


def _matches(digest: Clause, original: Document) -> tuple[Clause, ...]:
    """The clauses of the original that a digest condenses: at its place, below it, or around it."""
    if digest.locator is None:
        named = _plain(digest.heading)
        headed = tuple(c for c in original.clauses if not c.outline and len(named) >= 4 and _plain(c.heading) == named)
        # Figures name a place as well as a number does: the clause that holds all of them.
        holding = (c for c in original.clauses if digest.indicators and not c.outline and _holds_all(digest, c.text))
        return headed or tuple(holding)[:1]
    found: list[Clause] = []
    for locator in _each(digest.locator):
        placed = [(c, c.locator) for c in original.clauses if c.locator is not None]
        same = [c for c, at in placed if at == locator]
        below = [c for c, at in placed if at != locator and locator.covers(at)]
        inside = [c for c, at in placed if any(p.locator is not None and (p.locator == locator) for p in c.parts)]
        around = [c for c, at in placed if not c.outline and at.parts and at.covers(locator)]
        found += [*same, *below] or inside or around[-1:]
    return tuple({c.key: c for c in found}.values())


def _holds_all(digest: Clause, text: str) -> bool:
    said = digest.heading + "".join(i.scope or "" for i in digest.indicators)
    if _ELSEWHERE.search(said):
        return False  # what a report or another place says of the document is not the document's own figure
    return all(stands(indicator, text, unit=True) for indicator in digest.indicators)


def _each(locator: Locator) -> list[Locator]:
    """The single places a locator names: 附件1 表1、表3 and 第十四条至第十五条 name several; words after it name none."""
    parts = list(locator.parts)
    while len(parts) > 1 and parts[-1].number == () and parts[-1].name:
        parts.pop()
    last = parts[-1:]
    if last and last[0].level is Level.TABLE:
        # Tables are numbered through an annex, whatever section they stand in.
        parts = [p for p in parts if p.level >= Level.ANNEX]
    numbers = [last[0].number, *locator.others] if last else []
    if last and locator.until is not None and len(locator.until) == 1 and len(last[0].number) == 1:
        numbers += [(n,) for n in range(last[0].number[0] + 1, locator.until[0] + 1)]
    out = []
    for number in numbers:
        path = (*parts[:-1], Part(last[0].level, number, last[0].name))
        out.append(parse(Locator("", path).canonical()))
    return out


def _enriched(clause: Clause, digests: Sequence[Clause]) -> Clause:
    """A clause of the original with what was noted of the digests it replaces, as far as its own text bears it out."""
    if not digests:
        return clause
    scenes = dict.fromkeys(scene for digest in digests for scene in digest.scenes)
    figures = [i for digest in digests for i in digest.indicators if stands(i, clause.text)]
    same = next((d for d in digests if d.locator is not None and d.locator == clause.locator), None)
    strength = clause.strength
    if same is not None and same.strength is not None and _binding(same.strength, clause.text):
        strength = same.strength
    locator = same.locator if same is not None and same.locator is not None else clause.locator
    return clause.model_copy(
        update={
            "scenes": tuple(scenes),
            "indicators": tuple({(i.name, i.written, i.year, i.scope): i for i in figures}.values()),
            "strength": strength,
            "locator": locator,
        }
    )


def _binding(strength: Strength, text: str) -> bool:
    return strength is Strength.TARGET or strength.value in text or (strength is Strength.SHALL_NOT and "禁" in text)


def _told_apart(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Kept digests named like a clause of the original at the same place get a name of their own."""
    seen: set[tuple[str | None, str]] = set()
    out = []
    for clause in clauses:
        place, heading = clause.locator.text if clause.locator else None, clause.heading
        while (place, heading) in seen:
            heading += "（摘编）" if clause.text_status is TextStatus.DIGEST else "（续）"
        seen.add((place, heading))
        out.append(clause.model_copy(update={"heading": heading}))
    return tuple(out)


# --- figures ---------------------------------------------------------------------------------------------------


def stands(indicator: Indicator, text: str, *, unit: bool = False) -> bool:
    """Whether the figure, every bound of it, stands in the text; with ``unit``, its unit right after it as well.

    >>> stands(Indicator(name="建成", value=80, unit="%", comparator=">="), "80%以上的机关")
    True
    >>> stands(Indicator(name="建成", value=70, unit="%", comparator=">="), "80%以上的机关")
    False
    """
    plain = _SPACES.sub("", text).translate(_SIGNS)
    wanted = indicator.unit if unit else ""
    if isinstance(indicator.value, str):
        figures = re.findall(r"\d+(?:\.\d+)?", indicator.value)
        return all(_figure_in(float(f), "", plain) for f in figures) if figures else indicator.value in plain
    values = indicator.value if isinstance(indicator.value, tuple) else (indicator.value,)
    return all(_figure_in(float(value), wanted, plain) for value in values)


def _figure_in(value: float, unit: str, plain: str) -> bool:
    scale = _SCALES.get(unit[:1], 1.0)
    name = unit[1:] if unit[:1] in _SCALES else unit
    for found in re.finditer(r"(?<![\d.])(\d+(?:,\d{3})*(?:\.\d+)?)(?![\d])(万|亿)?", plain):
        held = float(found[1].replace(",", "")) * _SCALES.get(found[2] or "", 1.0)
        near = plain[found.end() : found.end() + 8]
        if unit:
            if _same(held, value * scale) and (not name or name[:1] in near):
                return True
        elif any(_same(v, value) for v in (held, float(found[1].replace(",", "")))):
            return True
    whole = int(value) if value == int(value) and 0 < value < 10_000 else 0
    words = f"(?<![一二三四五六七八九十百]){chinese(whole)}(?![一二三四五六七八九十百])" if whole else ""
    return bool(words) and bool(re.search(words + (re.escape(name[:1]) if unit else ""), plain))


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1.0)


def differences(digest: Document, original: Document) -> tuple[Difference, ...]:
    """Every figure of the digests that the original does not have at the place the digest names."""
    out = []
    for clause in (*digest.replaced, *digest.clauses):
        if clause.text_status is not TextStatus.DIGEST:
            continue
        text = "\n".join(c.text for c in _matches(clause, original))
        for indicator in clause.indicators:
            if text and stands(indicator, text):
                continue
            whole = (c for c in original.clauses if not c.outline and stands(indicator, c.text, unit=True))
            elsewhere = next(whole, None)
            if elsewhere is not None and clause.locator is None:
                continue  # the digest names no place, and the original has the figure
            out.append(
                Difference(
                    document_id=digest.id,
                    digest=clause.key,
                    indicator=indicator.name,
                    written=indicator.written,
                    locator=clause.locator.text if clause.locator else None,
                    found_elsewhere=elsewhere.place if elsewhere else None,
                )
            )
    return tuple(out)
