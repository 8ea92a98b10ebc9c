"""From a file to a document: examine, read, join, guess, build."""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from corpus.errors import InputError, unreadable
from corpus.ingest import metadata, tree
from corpus.ingest.paragraphs import paragraphs
from corpus.ingest.reading import Reading
from corpus.ingest.safety import Kind, Limits, examine, shown_name
from corpus.model import Confidence, Document, DocumentKind, Region, Source, SourceKind

__all__ = ["META", "amend", "assemble", "content_hash", "read"]

META = ("id", "title", "number", "issuer", "issued", "effective", "expires", "kind", "region", "status")
"""What whoever adds a file may state about it."""

_DATED = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")


def content_hash(path: Path) -> str:
    """A hash of the bytes of a file. Raises ``InputError``."""
    whole = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                whole.update(block)
    except OSError as error:
        raise InputError(f"读不了文件 {shown_name(path)}：{unreadable(error)}。") from error
    return whole.hexdigest()


def read(path: Path, limits: Limits) -> Reading:
    """Read a file of any kind that is taken. Raises ``InputError``."""
    return _reader(examine(path, limits))(path, limits)


def _reader(kind: Kind) -> Callable[[Path, Limits], Reading]:
    """The reader of a kind; each brings libraries of its own, so only the one that is needed is imported."""
    if kind == "pdf":
        from corpus.ingest import pdf

        return pdf.read
    if kind == "docx":
        from corpus.ingest import office

        return office.read
    if kind == "html":
        from corpus.ingest import web

        return web.read
    if kind == "image":
        from corpus.ingest import scan

        return scan.read
    from corpus.ingest import plain

    return plain.read_markdown if kind == "md" else plain.read


def assemble(path: Path, limits: Limits | None = None) -> Document:
    """Read a file in this process and make a document of it, with everything guessed. Raises ``InputError``.

    The command line reads files through :class:`corpus.ingest.Reader`, in a process that can be stopped.
    """
    limits = limits or Limits()
    reading = read(path, limits)
    items = paragraphs(reading)
    if not items:
        raise InputError(f"{shown_name(path)} 里没有读到文字：如果是扫描件，请换一份清楚些的。")
    facts = metadata.guess(items, reading.facts)
    paged = len(reading.pages) > 1 or any(page.height for page in reading.pages)
    made = tree.build(items, facts, paged=paged)
    if not made.clauses:
        raise InputError(f"{shown_name(path)} 里没有读到正文。")
    digest = content_hash(path)
    try:
        return Document(
            id=_identifier(facts.number, digest),
            title=facts.title,
            number=facts.number,
            issuer=facts.issuer,
            issued=facts.issued,
            effective=facts.effective,
            kind=facts.kind,
            region=facts.region,
            confidence=Confidence.FULL,
            sources=(Source(kind=SourceKind.GIVEN),),
            note="；".join(reading.notes) or None,
            aliases=(facts.notice,) if facts.notice else (),
            content_hash=digest,
            file_name=shown_name(path),
            tables=made.tables,
            definitions=made.definitions,
            clauses=made.clauses,
        )
    except ValidationError as error:
        raise InputError(f"{shown_name(path)} 的内容不成文件：{error.errors()[0]['msg']}。") from error


def _identifier(number: str | None, digest: str) -> str:
    figures = "-".join(re.findall(r"[0-9]+", number or ""))[:24]
    return f"added-{figures}-{digest[:8]}" if figures else f"added-{digest[:12]}"


def amend(document: Document, stated: Mapping[str, str]) -> Document:
    """The document with what its owner states in place of what was guessed. Raises ``InputError``."""
    unknown = sorted(set(stated) - set(META))
    if unknown:
        raise InputError(f"不认识 {unknown[0]}：可以填写的有 {'、'.join(META)}。")
    for name in ("issued", "effective", "expires"):
        if stated.get(name) and not _DATED.fullmatch(stated[name]):
            raise InputError(f"{name} 应写成 2021-06-01 这样的日期。")
    for name, values in (("kind", DocumentKind), ("region", Region)):
        if name in stated and stated[name] not in [v.value for v in values]:
            raise InputError(f"{name} 只能是 {'、'.join(v.value for v in values)}。")
    changes = {name: value or None for name, value in stated.items()}
    try:
        return Document.model_validate({**document.model_dump(mode="json"), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{'.'.join(map(str, first['loc']))} 的值不合适：{first['msg']}。") from error
