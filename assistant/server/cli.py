"""Commands that open the doors and look after who may come in: serve, mcp, users, backup, restore."""

import getpass
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corpus.errors import InputError

if TYPE_CHECKING:
    from assistant.server.audit import Audit
    from assistant.server.users import Users

__all__ = ["backup", "mcp", "restore", "serve", "users_app"]

users_app = typer.Typer(help="谁可以登录。", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help="用户名。")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON。")]


def serve(
    host: Annotated[str | None, typer.Option(help="监听地址。")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="监听端口。")] = None,
) -> None:
    """打开网页和接口：网页、/api/v1、/v1（兼容 OpenAI）、/mcp。"""
    from assistant.assistant import Assistant
    from assistant.cli import progress
    from assistant.conversation.observing import attach
    from assistant.server import heap
    from assistant.server.app import launch, sign_in
    from assistant.settings import read

    heap.share()
    settings = read()
    attach(settings)
    settings = settings.model_copy(update={"host": host or settings.host, "port": port or settings.port})
    closed = sign_in(settings) is not None  # said before the index is opened, so that a mistake costs no waiting
    assistant = Assistant.open(settings, progress=progress(quiet=False))
    typer.echo(f"正在打开网页：http://{settings.host}:{settings.port}" + ("（要登录）" if closed else ""), err=True)
    launch(assistant, settings)


def mcp() -> None:
    """以 MCP（stdio）提供查条款、查指标、核查和全部计算器，供别的程序启动。"""
    import anyio

    from assistant.assistant import Assistant
    from assistant.conversation.observing import attach
    from assistant.server.mcp import serve_stdio
    from assistant.server.work import Work
    from assistant.settings import read

    settings = read()
    attach(settings)
    assistant = Assistant.open(settings)
    anyio.run(serve_stdio, assistant, Work(settings.at_once, 200, settings.request_timeout))
    assistant.close()


def backup(
    file: Annotated[Path, typer.Argument(help="备份写到这里，如 backup.tar.gz。")],
) -> None:
    """备份会话、自己加的资料、用户和管理记录（不含索引，恢复时重建）；运行中也可以备份。"""
    from assistant.backup import save
    from assistant.settings import read

    settings = read()
    made = save(settings, file)
    _audit().note(_me(), "backup", str(file), address="cli")
    typer.echo(f"已备份 {made.files} 个文件到 {file}（{made.size / 1024:.0f} KB）。")
    if settings.checkpoint_url is not None:
        typer.echo("会话、反馈和学习进度存在 Postgres 里，不在这份备份中，请另用 pg_dump 备份。", err=True)


def restore(
    file: Annotated[Path, typer.Argument(help="nearzero backup 写的文件。")],
    replace: Annotated[bool, typer.Option("--replace", help="数据目录里已有数据时，先清掉再恢复。")] = False,
) -> None:
    """从备份恢复，并重建索引；先停下正在运行的服务。"""
    from assistant.backup import load
    from assistant.cli import progress
    from assistant.settings import read

    settings = read()
    restored = load(settings, file, replace=replace, progress=progress(quiet=False))
    _audit().note(_me(), "restore", str(file), address="cli")
    typer.echo(f"已恢复 {restored} 个文件，索引已就绪。")


@users_app.command("add")
def users_add(
    name: Name,
    role: Annotated[
        str, typer.Option("--role", help="staff 工作人员、evaluator 评价人员、administrator 管理员。")
    ] = "staff",
) -> None:
    """添加一个用户；密码在提示后输入，或从标准输入读一行。"""
    from assistant.server.users import Role

    if role not in list(Role):
        raise InputError(f"没有“{role}”这个角色；可选：{'、'.join(Role)}。")
    _users().add(name, Role(role), _password())
    _audit().note(_me(), "user.add", f"{name} {role}", address="cli")
    typer.echo(f"已添加 {name}（{role}）。程序用的令牌：nearzero users token {name}")


@users_app.command("list")
def users_list(as_json: AsJson = False) -> None:
    """列出用户。"""
    held = _users().all()
    if as_json:
        shown = [{"name": u.name, "role": u.role, "tokens": len(u.tokens)} for u in held]
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    for user in held:
        typer.echo(f"{user.name}  {user.role}  {len(user.tokens)} 个令牌")


@users_app.command("remove")
def users_remove(name: Name) -> None:
    """删除一个用户和他的令牌。"""
    _users().remove(name)
    _audit().note(_me(), "user.remove", name, address="cli")
    typer.echo(f"已删除 {name}。")


@users_app.command("password")
def users_password(name: Name) -> None:
    """换密码；在提示后输入，或从标准输入读一行。"""
    _users().change_password(name, _password())
    _audit().note(_me(), "user.password", name, address="cli")
    typer.echo(f"已换 {name} 的密码。")


@users_app.command("token")
def users_token(
    name: Name, revoke: Annotated[bool, typer.Option("--revoke", help="收回全部令牌，不发新的。")] = False
) -> None:
    """给程序发一个令牌（只显示这一次），或收回全部令牌。"""
    if revoke:
        count = _users().revoke(name)
        _audit().note(_me(), "token.revoke", name, address="cli")
        typer.echo(f"已收回 {count} 个令牌。")
        return
    token = _users().issue(name)
    _audit().note(_me(), "token.issue", name, address="cli")
    typer.echo(token)


def _users() -> "Users":
    from assistant.server.users import Users
    from assistant.settings import read

    return Users(read().users_path)


def _audit() -> "Audit":
    from assistant.server.audit import Audit
    from assistant.settings import read

    return Audit(read().audit_path)


def _me() -> str:
    try:
        return getpass.getuser()
    except OSError:  # an account without a name, as in some containers
        return "-"


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("密码：")
    if getpass.getpass("再输一遍：") != first:
        raise InputError("两次输入的密码不一样，没有改动。")
    return first
