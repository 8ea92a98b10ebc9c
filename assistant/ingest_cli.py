"""``nearzero corpus add``: official files become documents of the library, and the index follows."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import InputError

if TYPE_CHECKING:
    from assistant.adding import Added, Shelf
    from corpus.ingest import Reader
    from corpus.model import Document

__all__ = ["add"]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one file: ``added``, ``held`` (the same content is there already), ``declined`` or ``error``."""

    file: str
    state: str
    held: str | None = None
    added: "Added | None" = None
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
    from assistant.adding import Shelf
    from assistant.settings import read
    from corpus.ingest import Reader

    settings = read()
    stated = _stated(meta or [])
    if stated and len(files) > 1 and set(stated) - {"kind", "region", "status"}:
        raise InputError("--meta 的题名、文号、日期只能用于一份文件：请一份一份地添加。")
    ask = not yes and not as_json and sys.stdin.isatty()
    shelf = Shelf(settings)
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


def _one(path: Path, reader: "Reader", shelf: "Shelf", stated: dict[str, str], *, ask: bool) -> _Outcome:
    from corpus.ingest import shown_name

    name = shown_name(path)
    try:
        proposal = shelf.propose(path, reader, stated)
        if proposal.document is None:
            return _Outcome(name, "held", proposal.held)
        if ask and not _confirmed(proposal.document):
            return _Outcome(name, "declined")
        return _Outcome(name, "added", added=shelf.add(proposal))
    except InputError as error:
        return _Outcome(name, "error", error=str(error))


def _confirmed(document: "Document") -> bool:
    for line in _facts(document):
        typer.echo(line, err=True)
    return typer.confirm(
        "以上是从文件里读出的信息，按此入库吗？（不对可选 n，再用 --meta 更正）", default=True, err=True
    )


def _facts(document: "Document") -> list[str]:
    from assistant.adding import ASKED

    lines = [f"  {label}：{getattr(document, key) or '（未读到）'}" for key, label in ASKED]
    return [*lines, f"  类别：{document.kind.label}，{document.region}"]


def _text(outcome: _Outcome) -> str:
    match outcome.state:
        case "held":
            return f"{outcome.file}：已在库中（{outcome.held}），内容相同，没有重复添加。"
        case "declined":
            return f"{outcome.file}：没有添加。"
        case "error":
            return f"{outcome.file}：{outcome.error}"
    added = outcome.added
    assert added is not None
    document = added.document
    rows = sum(len(t.rows) for t in document.tables)
    lines = [f"{outcome.file}：已入库 {added.target}", *_facts(document)]
    lines.append(
        f"  条款 {len(document.clauses)} 条，表 {len(document.tables)} 张 {rows} 行，术语 {len(document.definitions)} 个"
    )
    if not any(d.id == added.target for d in (document, *added.versions)):
        lines.append(f"  原文取代了资料库里《{document.title}》的摘编。")
    lines += [f"  另有版本：{d.id}（{_from(d)}），按日期选用" for d in added.versions]
    for item in added.differences:
        place = item.locator or "（无条号）"
        where = f"原文在 {item.found_elsewhere}" if item.found_elsewhere else "原文里没有"
        lines.append(f"  摘编与原文不同：{place} {item.indicator} {item.written}，{where}")
    return "\n".join(lines)


def _from(document: "Document") -> str:
    from corpus.versions import in_force_from

    begin = in_force_from(document)
    return f"{begin.isoformat()}起" if begin else "日期未读到：请用 --meta effective= 说明"


def _record(outcome: _Outcome) -> dict[str, Any]:
    from assistant.adding import ASKED

    added = outcome.added
    target = added.target if added else outcome.held
    record: dict[str, Any] = {"file": outcome.file, "state": outcome.state, "document_id": target, "differences": []}
    if added is not None:
        document = added.document
        record |= {
            "guessed": {key: getattr(document, key) for key, _ in ASKED}
            | {"kind": document.kind.value, "region": document.region.value},
            "clauses": len(document.clauses),
            "tables": len(document.tables),
            "definitions": len(document.definitions),
            "note": document.note,
            "versions": [d.id for d in added.versions],
            "differences": [asdict(item) for item in added.differences],
        }
    if outcome.error:
        record["error"] = outcome.error
    return record
