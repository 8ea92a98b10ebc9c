"""``nearzero corpus add``: official files become documents of the library, and the index follows."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import InputError

if TYPE_CHECKING:
    from corpus.ingest import Reader
    from corpus.model import Document
    from corpus.overlay import Difference

__all__ = ["add"]

_ASKED = (("title", "题名"), ("number", "文号"), ("issuer", "发文机关"), ("issued", "印发"), ("effective", "施行"))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one file: ``added``, ``held`` (the same content is there already), ``declined`` or ``error``."""

    file: str
    state: str
    document: "Document | None" = None
    target: str | None = None
    versions: "Sequence[Document]" = field(default=())
    """The other versions of the document that are held."""
    differences: "Sequence[Difference]" = field(default=())
    error: str | None = None


def add(
    files: Annotated[list[Path], typer.Argument(help="PDF、DOCX、HTML、TXT、Markdown 或图片，可以有多个。")],
    meta: Annotated[
        list[str] | None, typer.Option("--meta", help="更正猜测，如 --meta number=国管节能〔2021〕195号。")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不再逐份确认。")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON。")] = False,
) -> None:
    """把官方文件加入资料库：按条款入库，原文取代同一文件的摘编。"""
    from assistant.settings import read
    from corpus.ingest import Reader, held
    from corpus.library import LIBRARY, load

    settings = read()
    stated = _stated(meta or [])
    if stated and len(files) > 1 and set(stated) - {"kind", "region", "status"}:
        raise InputError("--meta 的题名、文号、日期只能用于一份文件：请一份一份地添加。")
    ask = not yes and not as_json and sys.stdin.isatty()
    shelf = _Shelf(load(LIBRARY).documents, held(settings.documents_path), settings.documents_path)
    records: list[dict[str, Any]] = []
    with Reader() as reader:
        for path in _shown(files, quiet=as_json):
            outcome = _one(path, reader, shelf, stated, ask=ask)
            if not as_json:
                typer.echo(_text(outcome), err=outcome.state == "error")
            records.append(_record(outcome))
    report = None
    if any(r["state"] == "added" for r in records):
        from assistant.cli import progress
        from assistant.retrieval import build, passages
        from corpus.overlay import load_all

        report = build(passages(load_all(*settings.folders)), settings, progress(quiet=False))
    if as_json:
        index = asdict(report) if report else None
        typer.echo(json.dumps({"files": records, "index": index}, ensure_ascii=False))
    elif report:
        typer.echo(f"索引已更新：新增 {report.added} 条，移除 {report.removed} 条，沿用 {report.kept} 条。")
    errors = [r["error"] for r in records if "error" in r]
    if errors:
        raise InputError(
            errors[0] if len(files) == 1 else f"{len(files)} 份文件里有 {len(errors)} 份没有添加：{errors[0]}"
        )


def _stated(pairs: Iterable[str]) -> dict[str, str]:
    out = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key.strip():
            raise InputError(f"--meta “{pair}”应写成 名称=值，例如 --meta issued=2021-06-01。")
        out[key.strip()] = value.strip()
    return out


def _shown(files: Sequence[Path], *, quiet: bool) -> Iterable[Path]:
    """The files, with a progress bar on a terminal when there are several."""
    if quiet or len(files) < 2 or not sys.stderr.isatty():
        return files
    from rich.console import Console
    from rich.progress import track

    return track(files, description="正在读取", console=Console(stderr=True), transient=True)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What is held: the shipped library and, without their clauses, the documents added so far."""

    shipped: "Sequence[Document]"
    added: "list[Document]"
    folder: Path

    def of_hash(self, digest: str) -> str | None:
        """The id of the document read from a file of that content."""
        return next((d.id for d in self.added if digest and d.content_hash == digest), None)

    def put(self, document: "Document") -> None:
        from corpus.ingest import head, save

        save(document, self.folder)
        self.added[:] = [d for d in self.added if d.id != document.id] + [head(document)]


def _one(path: Path, reader: "Reader", shelf: _Shelf, stated: dict[str, str], *, ask: bool) -> _Outcome:
    from corpus.ingest import amend, content_hash, shown_name, version_id
    from corpus.overlay import counterpart, differences, nearest
    from corpus.versions import same_document

    name = shown_name(path)
    try:
        known = shelf.of_hash(content_hash(path) if path.is_file() else "")
        if known and not stated:
            return _Outcome(name, "held", target=known)
        document = amend(reader.read(path), stated)
        digest = counterpart(document, shelf.shipped)
        if "id" not in stated:
            named = known or version_id(document, shelf.added, digest.id if digest else _beside(document, shelf))
            document = amend(document, {"id": named})
        if ask and not _confirmed(document):
            return _Outcome(name, "declined", document)
        if any(d.id == document.id for d in shelf.shipped):
            raise InputError(f"编号 {document.id} 已经用在资料库里：请用 --meta id= 另给一个。")
        others = [d for d in shelf.added if d.id != document.id]
        versions = [d for d in others if same_document(d, document)]
        shelf.put(document)
        if digest is None:
            versions += [d for d in shelf.shipped if same_document(d, document)]
            return _Outcome(name, "added", document, document.id, versions)
        claims = [*(d for d in others if counterpart(d, (digest,))), document]
        if nearest(digest, claims) is not document:
            return _Outcome(name, "added", document, document.id, versions)
        return _Outcome(name, "added", document, digest.id, versions, differences(digest, document))
    except InputError as error:
        return _Outcome(name, "error", error=str(error))


def _beside(document: "Document", shelf: _Shelf) -> str | None:
    """The id of the shipped document that is another version."""
    from corpus.versions import same_document

    return next((d.id for d in shelf.shipped if same_document(d, document)), None)


def _confirmed(document: "Document") -> bool:
    for line in _facts(document):
        typer.echo(line, err=True)
    return typer.confirm(
        "以上是从文件里读出的信息，按此入库吗？（不对可选 n，再用 --meta 更正）", default=True, err=True
    )


def _facts(document: "Document") -> list[str]:
    lines = [f"  {label}：{getattr(document, key) or '（未读到）'}" for key, label in _ASKED]
    return [*lines, f"  类别：{document.kind.label}，{document.region}"]


def _text(outcome: _Outcome) -> str:
    match outcome.state:
        case "held":
            return f"{outcome.file}：已在库中（{outcome.target}），内容相同，没有重复添加。"
        case "declined":
            return f"{outcome.file}：没有添加。"
        case "error":
            return f"{outcome.file}：{outcome.error}"
    document = outcome.document
    assert document is not None
    rows = sum(len(t.rows) for t in document.tables)
    lines = [f"{outcome.file}：已入库 {outcome.target}", *_facts(document)]
    lines.append(
        f"  条款 {len(document.clauses)} 条，表 {len(document.tables)} 张 {rows} 行，术语 {len(document.definitions)} 个"
    )
    if not any(d.id == outcome.target for d in (document, *outcome.versions)):
        lines.append(f"  原文取代了资料库里《{document.title}》的摘编。")
    lines += [f"  另有版本：{d.id}（{_from(d)}），按日期选用" for d in outcome.versions]
    for item in outcome.differences:
        place = item.locator or "（无条号）"
        where = f"原文在 {item.found_elsewhere}" if item.found_elsewhere else "原文里没有"
        lines.append(f"  摘编与原文不同：{place} {item.indicator} {item.written}，{where}")
    return "\n".join(lines)


def _from(document: "Document") -> str:
    from corpus.versions import in_force_from

    begin = in_force_from(document)
    return f"{begin.isoformat()}起" if begin else "日期未读到：请用 --meta effective= 说明"


def _record(outcome: _Outcome) -> dict[str, Any]:
    record: dict[str, Any] = {"file": outcome.file, "state": outcome.state, "document_id": outcome.target}
    if outcome.document is not None:
        document = outcome.document
        record |= {
            "guessed": {key: getattr(document, key) for key, _ in _ASKED}
            | {"kind": document.kind.value, "region": document.region.value},
            "clauses": len(document.clauses),
            "tables": len(document.tables),
            "definitions": len(document.definitions),
            "note": document.note,
            "versions": [d.id for d in outcome.versions],
        }
    record["differences"] = [asdict(item) for item in outcome.differences]
    if outcome.error:
        record["error"] = outcome.error
    return record
