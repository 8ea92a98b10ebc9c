"""All doors as one ASGI application, and the server that hands it out."""

import contextlib
import socket
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from mcp.server.transport_security import TransportSecuritySettings
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Match

from assistant.server import admin, api, completions, intake, login, mcp, problem
from assistant.server.audit import Audit
from assistant.server.completions import Threads
from assistant.server.doors import Doors
from assistant.server.gate import Gate, Rates, is_loopback, rate
from assistant.server.metrics import CONTENT_TYPE, Measured, Metrics
from assistant.server.sessions import Sessions
from assistant.server.users import Users
from assistant.server.work import Work
from corpus.errors import InputError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.settings import Settings

__all__ = ["application", "launch", "listen", "sign_in"]

_WAITING = 200
"""Questions that may wait in line; more are turned away at once instead of being answered too late."""

_SIGN_INS = "10/minute"
"""Failed attempts to sign in from one address before it has to wait."""

_FIRST = ("夏天空调应该开多少度？", "200个车位按20%的比例要配几个充电桩？")
"""A question from clauses and one to compute, asked once before the door opens."""

_STOPPING = 10
"""Seconds that requests under way are given when the server stops."""


def sign_in(settings: "Settings") -> Users | None:
    """The accounts where there are any, else ``None``: sign-in is off. Raises ``InputError`` where it must not be.

    An address that others can reach is served only with accounts.
    """
    users = Users(settings.users_path)
    if users.all() or settings.oidc_issuer:
        return users
    if not is_loopback(settings.host):
        raise InputError(
            f"{settings.host} 是别人也能访问的地址，要先设置登录：运行 nearzero users add 名字 --role administrator，再启动。"
        )
    return None


def application(assistant: "Assistant", settings: "Settings", *, pages: bool = True) -> FastAPI:
    """Everything a running server answers: pages, API, OpenAI-compatible endpoint, MCP, health, metrics."""
    users = sign_in(settings)
    sessions = Sessions(users, settings.session_key_path, settings.session_hours) if users else None
    rates = Rates(rate(settings.rate_limit), rate(_SIGN_INS))
    work = Work(settings.at_once, _WAITING, settings.request_timeout)
    held = Doors(assistant, users, Audit(settings.audit_path), Metrics(), work, Threads())
    tools = mcp.server(assistant, work)
    # Host and sign-in are checked by the gate, for every door alike.
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    tool_app = tools.streamable_http_app(transport_security=unguarded, max_request_body_size=settings.largest_request)

    @contextlib.asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(_warm, assistant)
        async with tools.session_manager.run():
            yield
        held.threads.close(assistant)

    app = FastAPI(
        title="近零碳机关助手",
        description=api.description(),
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=running,
    )
    app.state.doors = held
    problem.install(app)
    for router in (api.router, intake.router, admin.router, completions.router):
        app.include_router(router)
    _operate(app)
    if users and sessions:
        login.install(app, settings, users, sessions, rates)
    app.router.routes.extend(tool_app.routes)
    for root in ("/api", "/v1", "/mcp"):
        app.add_api_route(f"{root}/{{rest:path}}", _nowhere, methods=_METHODS, include_in_schema=False)

    def refused(user: str, act: str) -> None:
        held.audit.note(user, act, done=False)

    app.add_middleware(
        Gate,
        users=users,
        sessions=sessions,
        rates=rates,
        largest=settings.largest_request,
        largest_file=settings.largest_file,
        refused=refused,
        public=settings.public_url,
    )
    app.add_middleware(Measured, metrics=held.metrics)
    if pages:
        from assistant.web.app import mount

        mount(app, assistant, users, held.audit)
    return app


def _warm(assistant: "Assistant") -> None:
    """Load what the first answer and the first calculation load, so that no one waits for it."""
    for question in _FIRST:
        assistant.ask(question)


_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]


async def _nowhere(request: Request) -> Response:
    """What no door answers, said by the doors and not by the pages mounted below them."""
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is Match.PARTIAL:
            raise HTTPException(405)
    raise problem.Refused(
        404, "not_found", f"没有这个地址：{request.url.path[:100]}，请对照接口说明 /api/v1/openapi.json。"
    )


def _operate(app: FastAPI) -> None:
    """What an operator asks: alive, ready, how much."""
    held: Doors = app.state.doors

    @app.get("/healthz", tags=["运行"], summary="活着", response_class=PlainTextResponse)
    async def alive() -> str:
        """进程在。"""
        return "ok"

    @app.get("/readyz", tags=["运行"], summary="可以回答", response_model=dict[str, Any])
    async def ready() -> Any:
        """资料库和索引都能用；不能用时为 503。"""
        found = await held.work(held.assistant.search, "空调温度", 1)
        corpus = held.assistant.corpus
        shown = {"status": "ready", "documents": len(corpus.documents), "clauses": len(corpus.clauses)}
        return shown if found else JSONResponse({**shown, "status": "empty"}, 503)

    @app.get("/metrics", tags=["运行"], summary="指标", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus 的文本格式；启用登录时只给管理员。"""
        return Response(held.metrics.text(), media_type=CONTENT_TYPE)


def launch(assistant: "Assistant", settings: "Settings") -> None:
    """Serve until interrupted or told to stop. Raises ``InputError`` where the address is taken or not this machine's."""
    import uvicorn

    with listen(settings.host, settings.port) as listening:
        config = uvicorn.Config(
            application(assistant, settings),
            log_config=None,  # its lines go where ours go
            log_level=settings.log_level.lower(),
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_STOPPING,
        )
        uvicorn.Server(config).run(sockets=[listening])
    assistant.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that already listens, so that a taken port is known before anything heavy is imported."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InputError(
            f"打不开 {host}:{port}：端口已被占用，或者这不是本机的地址。请用 --port（或 NEARZERO_PORT）换一个端口再试。"
        ) from error
