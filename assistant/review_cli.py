"""The commands ``nearzero check``, ``indicators``, ``corpus diff`` and ``corpus lint``."""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import InputError

if TYPE_CHECKING:
    from assistant.review.items import Check
    from corpus.indicators import IndicatorRecord
    from corpus.library import Corpus
    from corpus.model import Clause
    from corpus.versions import Change

__all__ = ["check", "diff", "indicators", "link_lines", "links_json", "lint", "pointer_lines", "pointers_json"]

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def _corpus() -> "Corpus":
    from assistant.settings import read
    from corpus.overlay import load_all

    return load_all(*read().folders)


# --- check ---------------------------------------------------------------------------------------------------------


def check(
    file: Annotated[str, typer.Argument(help="要核对的文件（DOCX、PDF、XLSX、TXT、MD）；- 表示从标准输入读文字。")],
    report: Annotated[
        Path | None, typer.Option("--report", help="另写一份报告：.docx（批注）、.xlsx、.csv 或 .json。")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """核对一份材料里的每处条款引用。"""
    from assistant.review.items import check_lines, to_json
    from assistant.review.reading import Lines, numbered, read, text
    from assistant.review.report import ENDINGS, write

    if report is not None and report.suffix.lower() not in ENDINGS:
        raise InputError(f"报告 {report.name} 的格式不支持：请用 {'、'.join(ENDINGS)} 结尾。")
    source: Path | None = None
    if file == "-":
        given = text(sys.stdin.buffer.read(), "标准输入")
        lines = Lines(numbered(given.splitlines()), "text")
        if not lines.lines:
            raise InputError("标准输入是空的，没有可核对的内容。")
    else:
        source = Path(file)
        lines = read(source)
    corpus = _corpus()
    checked = check_lines(lines.lines, corpus, wrapped=lines.kind == "text")
    if report is not None:
        write(checked, report, source, lines)
    if as_json:
        typer.echo(json.dumps(to_json(checked), ensure_ascii=False))
        return
    _table(checked)
    if report is not None:
        typer.echo(f"报告已写到 {report}", err=True)


def _table(checked: "Check") -> None:
    from rich.console import Console
    from rich.table import Table

    from assistant.review.report import LABELS, compared

    table = Table(show_lines=False, box=None, pad_edge=False)
    table.add_column("行", justify="right", no_wrap=True)
    table.add_column("判断", no_wrap=True)
    table.add_column("引用", ratio=2, overflow="fold")
    table.add_column("说明", ratio=3, overflow="fold")
    colours = {"right": "green", "abstain": "dim", "no_reference": "dim"}
    for item in checked.items:
        shown = item.text if item.verdict != "no_reference" or len(item.text) <= 24 else f"{item.text[:24]}…"
        changed = "　".join(compared(d.written, d.held) for d in item.differences)
        table.add_row(
            str(item.line),
            f"[{colours.get(item.verdict, 'red')}]{LABELS[item.verdict]}[/]",
            _plain(shown),
            _plain(f"{item.detail}{f' {changed}' if changed else ''}"),
        )
    console = Console(soft_wrap=False)
    console.print(table)
    console.print(f"找到引用 {checked.found} 处，作出判断 {checked.judged} 处，无法判断 {checked.abstained} 处。")


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


# --- indicators ------------------------------------------------------------------------------------------------------


def indicators(
    topic: Annotated[str, typer.Argument(help="要查的事项，如 充电桩；几个词用空格隔开，都要有。")],
    scene: Annotated[str | None, typer.Option("--scene", help="场景，如 停车场。")] = None,
    year: Annotated[int | None, typer.Option("--year", help="目标年或数据年。")] = None,
    scope: Annotated[str | None, typer.Option("--scope", help="适用范围或地区里的词，如 深圳。")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="只看这一天已施行的文件，如 2024-06-30。")] = None,
    as_json: AsJson = False,
) -> None:
    """列出各文件对一件事定下的全部指标，互相不同的并排显示。"""
    from corpus.indicators import conflicts, lookup
    from corpus.model import Scene

    if scene is not None and scene not in {s.value for s in Scene}:
        raise InputError(f"没有场景“{scene}”：可选的有{'、'.join(s.value for s in Scene)}。")
    found = lookup(_corpus(), topic, scene=Scene(scene) if scene else None, year=year, scope=scope, as_of=_date(as_of))
    if as_json:
        clashing = [[r.key for r in group] for group in conflicts(found)]
        rows = [r.to_json() for r in found]
        shown = {"schema": "nearzero.indicators/1", "topic": topic, "items": rows, "conflicts": clashing}
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    if not found:
        typer.echo(f"资料库里没有关于“{topic}”的指标。")
        return
    for record in found:
        typer.echo(_indicator_line(record))
    for group in conflicts(found):
        typer.echo(f"不一致：{group[0].name} " + "；".join(f"{r.written}（{r.title}{r.place}）" for r in group))


def _indicator_line(record: "IndicatorRecord") -> str:
    years = "".join(
        (f"，{record.year}年" if record.year else "", f"，较{record.base_year}年" if record.base_year else "")
    )
    scope = f"，{record.scope}" if record.scope else ""
    strength = f"【{record.strength}】" if record.strength else ""
    return f"{strength}{record.name} {record.written}{years}{scope}  《{record.title}》{record.place}（{record.region}，{record.standing}）"


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"日期“{text}”看不懂，请写成 2024-06-30 这样。") from None


# --- links -----------------------------------------------------------------------------------------------------------


def links_json(corpus: "Corpus", clause: "Clause") -> dict[str, Any]:
    """What a clause points at, and which clauses point at it, for ``corpus show``."""
    from corpus.links import linked_from

    return {
        "to": pointers_json(corpus, clause),
        "from": [key for key, _ in linked_from(corpus, clause.key)],
    }


def pointers_json(corpus: "Corpus", clause: "Clause") -> list[dict[str, Any]]:
    """What a clause points at."""
    from corpus.links import links_of

    return [
        {"kind": k.kind, "text": k.text, "span": list(k.span), "document_id": k.document_id, "keys": list(k.keys)}
        for k in links_of(corpus, clause)
    ]


def link_lines(corpus: "Corpus", clause: "Clause") -> list[str]:
    """The same as lines for a terminal."""
    from corpus.links import linked_from

    return pointer_lines(corpus, clause) + [f"  ← {key}" for key, _ in linked_from(corpus, clause.key)]


def pointer_lines(corpus: "Corpus", clause: "Clause") -> list[str]:
    """What a clause points at, a line each."""
    from corpus.links import links_of

    lines = []
    for link in links_of(corpus, clause):
        target = "、".join(link.keys) or (link.document_id if link.kind == "document" else None)
        lines.append(f"  → {link.text}：{target or '资料库里没有'}")
    return lines


# --- versions and lint -------------------------------------------------------------------------------------------------


def diff(
    old: Annotated[str, typer.Argument(help="旧版本的文件编号。")],
    new: Annotated[str, typer.Argument(help="新版本的文件编号。")],
    as_json: AsJson = False,
) -> None:
    """逐条比较两个版本：新增、删去、改号、改动，数字在前。"""
    from corpus.versions import difference

    corpus = _corpus()
    before, after = corpus.document(old), corpus.document(new)
    changes = difference(before, after)
    if as_json:
        shown = {
            "schema": "nearzero.diff/1",
            "old": before.id,
            "new": after.id,
            "changes": [_change_json(c) for c in changes],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    typer.echo(f"{before.name} → {after.name}")
    if not changes:
        typer.echo("两个版本没有差别。")
    for change in changes:
        typer.echo(_change_text(change))


_CHANGES = {"added": "新增", "removed": "删去", "renumbered": "改号", "changed": "改动"}


def _change_json(change: "Change") -> dict[str, Any]:
    def side(clause: "Clause | None") -> dict[str, Any] | None:
        return (
            None
            if clause is None
            else {"key": clause.key, "place": clause.place, "heading": clause.heading, "text": clause.text}
        )

    return {
        "kind": change.kind,
        "before": side(change.before),
        "after": side(change.after),
        "figures": [{"before": a, "after": b} for a, b in change.figures],
        "edits": [{"before": e.before, "after": e.after, "equal": e.equal} for e in change.edits],
    }


def _change_text(change: "Change") -> str:
    from assistant.review.report import compared

    shown = change.after or change.before
    assert shown is not None
    place = shown.place
    if change.before and change.after and change.before.place != change.after.place:
        place = f"{change.before.place} → {change.after.place}"
    lines = [f"【{_CHANGES[change.kind]}】{place} {shown.heading}"]
    lines += [f"    数字：{a or '（无）'} → {b or '（无）'}" for a, b in change.figures]
    if change.before and change.after:
        if change.before.text != change.after.text:
            lines.append(f"    {compared(change.before.text, change.after.text)}")
    else:
        lines.append(f"    {shown.text}")
    return "\n".join(lines)


def lint(
    strict: Annotated[bool, typer.Option("--strict", help="提示也算不合格。")] = False, as_json: AsJson = False
) -> int:
    """检查资料库：编号、条号、指标、链接、日期、来源。"""
    from corpus.lint import lint as run

    found = run(_corpus())
    errors = [f for f in found if f.severity == "error"]
    if as_json:
        rows = [{"severity": f.severity, "rule": f.rule, "place": f.place, "message": f.message} for f in found]
        typer.echo(
            json.dumps({"schema": "nearzero.lint/1", "findings": rows, "errors": len(errors)}, ensure_ascii=False)
        )
    else:
        _findings([f"{'错误' if f.severity == 'error' else '提示'} {f.rule} {f.place}：{f.message}" for f in found])
        typer.echo(f"错误 {len(errors)} 处，提示 {len(found) - len(errors)} 处。")
    return 1 if errors or (strict and found) else 0


def _findings(lines: Sequence[str]) -> None:
    for line in lines:
        typer.echo(line)
