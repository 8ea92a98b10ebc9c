"""The command line: every door to the program starts here. Errors end in one line of Chinese and a fixed exit status."""

import gc
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant import learning_cli, review_cli, tools_cli
from assistant.ingest_cli import add
from assistant.server.cli import backup, mcp, restore, serve, users_app
from corpus.errors import InputError, NearzeroError, unreadable

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.assistant import Assistant
    from corpus.library import Corpus
    from corpus.model import Clause, Document

__all__ = ["app", "entry", "main", "plain"]

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]  # the parser keeps the class itself private

app = typer.Typer(
    name="nearzero",
    help="近零碳机关助手：带条款出处的问答与碳计算器。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
corpus_app = typer.Typer(help="资料库。", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(corpus_app, name="corpus")
tools_cli.register(app)

AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
Session = Annotated[str | None, typer.Option("--session", help="会话名：同名的问题接着上文回答。")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="按这一天有效的文本回答，如 2024-06-30。")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status is 0 done, 2 bad usage or input, 1 failure."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        status = app(args=list(sys.argv[1:] if arguments is None else arguments), standalone_mode=False)
        sys.stdout.flush()
    except InputError as error:
        return _fail(str(error), 2)
    except NearzeroError as error:
        return _fail(str(error), 1)
    except _UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(getattr(error, "ctx").get_help())  # noqa: B009 - the parser's class is private, its fields are not
            return 0
        return _fail(_usage(error), 2)
    except (typer.Abort, KeyboardInterrupt):
        return _fail("已中断。", 130)
    except BrokenPipeError:
        # The reader of our output has gone (nearzero … | head); close quietly, as other tools do.
        sys.stderr.close()
        return 141
    return status if isinstance(status, int) else 0


def _fail(message: str, status: int) -> int:
    typer.echo(" ".join(message.split()), err=True)
    return status


_PARSER_SAYS = (
    (r"No such command '(.*)'", "没有子命令 {}"),
    (r"unexpected extra argument\S* \((.*)\)", "多出来的内容：{}（有空格的问题请加引号）"),
    (r"Option '(.*)' requires an argument", "选项 {} 后面缺少值"),
    (r"Option '(.*)' does not take a value", "选项 {} 后面不能带值"),
)


def _usage(error: BaseException) -> str:
    """A usage error of the parser in Chinese; the option or argument it is about stays as typed."""
    hint = "；用 nearzero --help 查看用法。"
    param = getattr(error, "param", None)
    name = "/".join(getattr(param, "opts", [])) or getattr(param, "name", "") or ""
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有选项 {getattr(error, 'option_name', '')}{hint}"
        case "MissingParameter":
            return f"缺少参数 {name}{hint}"
        case "BadParameter":
            return f"参数 {name} 的值不合适{hint}"
        case _:
            message = str(getattr(error, "message", error))
            for pattern, told in _PARSER_SAYS:
                found = re.search(pattern, message)
                if found:
                    return told.format(*found.groups()) + hint
            return f"用法不对{hint}"


# --- asking ----------------------------------------------------------------------------------------------------


def _open(*, quiet: bool = True) -> "Assistant":
    from assistant.assistant import Assistant
    from assistant.conversation.observing import attach
    from assistant.settings import read

    settings = read()
    attach(settings)
    return Assistant.open(settings, progress=progress(quiet=quiet))


def progress(*, quiet: bool) -> Any:
    """Shows how far indexing has come on a terminal; a line at start and end elsewhere, nothing when nothing is built."""
    shown: list[int] = []

    def report(done: int, total: int) -> None:
        step = done if sys.stderr.isatty() else done * 4 // max(total, 1)
        if shown and step == shown[-1]:
            return
        shown.append(step)
        end = "" if sys.stderr.isatty() and done < total else "\n"
        start = "\r" if sys.stderr.isatty() else ""
        typer.echo(f"{start}正在建立索引：{done}/{total} 条{end}", err=True, nl=False)

    return report


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"日期“{text}”看不懂，请写成 2024-06-30 这样。") from None


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="要问的问题。")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="成批的问题，一行一个 JSON 对象。")] = None,
    session: Session = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """问一个问题，或用 --file 成批地问。"""
    if (question is None) == (file is None):
        raise InputError("请给出一个问题，或者用 --file 指定一个文件（二选一）。")
    when = _date(as_of)
    if file is not None:
        lines = _lines(file)
        assistant = _open()
        for line in lines:
            typer.echo(json.dumps(_answer_line(assistant, line, when), ensure_ascii=False))
            sys.stdout.flush()
        return
    from assistant.conversation.understanding import clean

    clean(question or "")
    # What one question makes is in use until it is answered: collecting it again and again costs a tenth of the time.
    gc.disable()
    try:
        answer = _open().ask(question or "", session, when)
    finally:
        gc.enable()
    typer.echo(json.dumps(answer.to_json(), ensure_ascii=False) if as_json else plain(answer))


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"读不了文件 {path}：{unreadable(error)}。") from error
    return (line for line in text.splitlines() if line.strip())


def _answer_line(assistant: "Assistant", line: str, when: date | None) -> dict[str, Any]:
    """One line in, one object out; a line that fails becomes an object of kind ``error``."""
    identity: Any = None
    try:
        record = json.loads(line)
        identity = record.get("id") if isinstance(record, dict) else None
        if not isinstance(record, dict) or not isinstance(record.get("question"), str):
            raise InputError("这一行不是带 question 的 JSON 对象。")
        session, given = record.get("session"), record.get("as_of")
        if not isinstance(session, str | None) or not isinstance(given, str | None):
            raise InputError("session 和 as_of 应是文字。")
        answer = assistant.ask(record["question"], session, _date(given) if given else when)
        return {"id": identity, **answer.to_json()}
    except json.JSONDecodeError:
        return {"id": identity, "kind": "error", "error": "这一行不是完好的 JSON。"}
    except NearzeroError as error:
        return {"id": identity, "kind": "error", "error": str(error)}


def plain(answer: "Answer") -> str:
    """The answer for a terminal: a note on how it came about, the text, then the sources it cites."""
    text = f"（{answer.note}）\n\n{answer.text}" if answer.note else answer.text
    if not answer.citations:
        return text
    from corpus.model import titled

    lines = []
    for c in answer.citations:
        title = titled(c.title)
        place = c.locator or f"“{c.heading}”（条号未读到）"
        number = f"（{c.number}）" if c.number else ""
        status = "原文" if c.text_status == "original" else "摘编"
        status += f" · 第{c.page}页" if c.page else ""
        lines.append(f"[{c.n}] {title}{number}{place} · {status}")
    return text + "\n\n出处\n" + "\n".join(lines)


@app.command()
def chat(session: Session = None) -> None:
    """在终端里连续对话；空行或 exit 结束。"""
    import uuid

    assistant = _open()
    name = session or uuid.uuid4().hex
    typer.echo(f"会话 {name}。直接输入问题，空行结束。")
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            break
        if question in {"", "exit", "quit", "退出"}:
            break
        try:
            typer.echo(plain(assistant.ask(question, name)) + "\n")
        except InputError as error:
            typer.echo(f"{error}\n")


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="要找的内容。")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="几条。")] = 10,
    as_json: AsJson = False,
) -> None:
    """按相关程度列出条款。"""
    from assistant.conversation.understanding import clean

    clean(query)
    assistant = _open()
    from assistant.records import hits

    rows = hits(assistant.corpus, assistant.search(query, k))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['rank']:>2}. {row['score']:.3f} 《{row['title']}》{row['locator'] or ''} {row['heading']}")


# --- the library -----------------------------------------------------------------------------------------------


def _library() -> Any:
    from assistant.settings import read
    from corpus.overlay import load_all

    return load_all(*read().folders)


corpus_app.command("add")(add)


@corpus_app.command("list")
def corpus_list(as_json: AsJson = False) -> None:
    """列出全部文件。"""
    documents = _library().documents
    if as_json:
        typer.echo(json.dumps([_document(d) for d in documents], ensure_ascii=False))
        return
    for d in documents:
        older = f" · 已有新版本 {d.superseded_by}" if d.superseded_by else ""
        typer.echo(f"{d.id}  {d.name}  {d.kind.label} · {d.region} · {len(d.clauses)} 条 · {d.confidence.label}{older}")


@corpus_app.command("show")
def corpus_show(
    name: Annotated[str, typer.Argument(help="文件编号，或条款的键（文件编号#条号）。")], as_json: AsJson = False
) -> None:
    """显示一份文件或一条条款。"""
    corpus = _library()
    if "#" in name:
        clause = corpus.get(name)
        document = corpus.document_of(clause)
        if as_json:
            shown = {**_document(document), "clause": _clause(clause), "links": review_cli.links_json(corpus, clause)}
            typer.echo(json.dumps(shown, ensure_ascii=False))
        else:
            typer.echo(
                "\n".join([f"{document.name}\n\n{_clause_text(clause)}", *review_cli.link_lines(corpus, clause)])
            )
        return
    document = corpus.document(name)
    if as_json:
        shown = {
            **_document(document),
            "versions": _versions(corpus, document),
            "clauses_text": [_clause(c) for c in document.clauses],
            "links": {c.key: to for c in document.clauses if (to := review_cli.pointers_json(corpus, c))},
            "replaced": [_clause(c) for c in document.replaced],
            "tables": [t.model_dump(mode="json") for t in document.tables],
            "definitions": [d.model_dump(mode="json") for d in document.definitions],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    lines = [document.name]
    facts = (
        ("发布", document.issuer),
        ("印发", document.issued),
        ("施行", document.effective),
        ("现状", document.status),
        ("资料", f"{document.kind.label}，{document.region}，{document.confidence.label}"),
        ("读自", "、".join(dict.fromkeys(s.kind.label for s in document.sources))),
        ("说明", document.note),
    )
    lines += [f"{label}：{value}" for label, value in facts if value]
    lines += [
        f"版本：{v['from'] or '日期未读到'}{'起' if v['from'] else ''}，{v['id']}{'（本份）' if v['id'] == document.id else ''}"
        for v in _versions(corpus, document)
    ]
    clauses = ["\n".join([_clause_text(c), *review_cli.pointer_lines(corpus, c)]) for c in document.clauses]
    typer.echo("\n".join(lines) + "\n\n" + "\n\n".join(clauses))
    if document.definitions:
        typer.echo("\n术语\n" + "\n".join(f"{d.term}：{d.text}" for d in document.definitions))
    if document.replaced:
        typer.echo("\n已由原文取代的摘编\n\n" + "\n\n".join(_clause_text(c) for c in document.replaced))


def _versions(corpus: "Corpus", document: "Document") -> list[dict[str, str | None]]:
    """All versions of a document with the days they hold from and until, oldest first; none where there is but one."""
    from corpus.versions import family, terms

    held, versions = terms(corpus), family(corpus, document.id)
    if len(versions) < 2:
        return []
    days = [(d.id, held[d.id].begin, held[d.id].end) for d in versions]
    return [
        {"id": i, "from": begin.isoformat() if begin else None, "until": end.isoformat() if end else None}
        for i, begin, end in days
    ]


def _document(document: "Document") -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "issued": document.issued,
        "effective": document.effective,
        "superseded_by": document.superseded_by,
        "kind": document.kind.value,
        "region": document.region.value,
        "status": document.status,
        "confidence": document.confidence.value,
        "sources": [s.model_dump(mode="json", exclude_none=True) for s in document.sources],
        "note": document.note,
        "clauses": len(document.clauses),
    }


def _clause(clause: "Clause") -> dict[str, Any]:
    return clause.model_dump(mode="json", exclude_defaults=False)


def _clause_text(clause: "Clause") -> str:
    strength = f"【{clause.strength}】" if clause.strength else ""
    status = clause.text_status.label + (f" · 第{clause.page}页" if clause.page else "")
    place = f"{clause.place} {clause.heading}" if clause.locator else clause.place
    lines = [f"{place}（{status}）", f"{strength}{clause.text}"]
    lines += [f"  · {i.name} {i.written}" + (f"（{i.scope}）" if i.scope else "") for i in clause.indicators]
    if clause.note:
        lines.append(f"  注：{clause.note}")
    return "\n".join(lines)


# --- index, page, evaluation -----------------------------------------------------------------------------------


@app.command()
def index(as_json: AsJson = False) -> None:
    """建立或更新索引（只重算改动过的条款）。"""
    from assistant.retrieval import build, passages
    from assistant.settings import read

    report = build(passages(_library()), read(), progress(quiet=False), merge=True)
    if as_json:
        shown = {"added": report.added, "removed": report.removed, "kept": report.kept, "seconds": report.seconds}
        typer.echo(json.dumps(shown))
        return
    typer.echo(
        f"索引已就绪：新增 {report.added} 条，移除 {report.removed} 条，沿用 {report.kept} 条，用时 {report.seconds:.1f} 秒。"
    )


app.command()(serve)
app.command()(mcp)
app.add_typer(users_app, name="users")
app.command()(backup)
app.command()(restore)


@app.command("retrieve-eval")
def retrieve_eval_command(
    corpus: Annotated[Path, typer.Option(help="语料 JSONL：_id、title、text。")],
    queries: Annotated[Path, typer.Option(help="问题 JSONL：_id、text。")],
    qrels: Annotated[Path, typer.Option(help="判定 JSONL：query-id、corpus-id、score。")],
    as_json: AsJson = False,
) -> None:
    """用同一个检索器评测任意语料。"""
    from assistant.retrieval.evaluate import retrieve_eval

    result = retrieve_eval(corpus, queries, qrels)
    typer.echo(json.dumps(result, ensure_ascii=False))


app.command()(learning_cli.quiz)
app.command("check")(review_cli.check)
app.command("indicators")(review_cli.indicators)
corpus_app.command("diff")(review_cli.diff)
corpus_app.command("lint")(review_cli.lint)


def entry() -> None:
    """What the installed ``nearzero`` command calls."""
    sys.exit(main())
