"""What every request passes before it reaches a door: own host, size, sign-in, rate."""

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.problem import Refused, respond
from assistant.server.users import LOCAL, User, Users
from corpus.errors import InputError

__all__ = ["Gate", "Rates", "is_loopback", "rate"]

_log = logging.getLogger(__name__)

_PROGRAMS = ("/api", "/v1", "/mcp", "/metrics")
"""Paths that programs use and that are signed in to here; the pages have a sign-in form of their own."""

_PAGE_EVENTS = ("/gradio_api/queue/join", "/gradio_api/call")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(host: str) -> bool:
    """Whether an address (or a Host header) is this machine only.

    >>> is_loopback("127.0.0.1:7860"), is_loopback("[::1]:80"), is_loopback("0.0.0.0"), is_loopback("evil.example")
    (True, True, False, False)
    """
    if host in _LOOPBACK:
        return True
    try:
        return (urlsplit(f"//{host}").hostname or "") in _LOOPBACK
    except ValueError:
        return False


def rate(text: str) -> RateLimitItem | None:
    """A rate such as ``120/minute``; ``None`` for ``0``, which means no limit. Raises ``InputError``."""
    from limits import parse

    if text.strip() == "0":
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise InputError(f"限速“{text}”看不懂，请写成 120/minute 这样，或写 0 表示不限。") from error


class Rates:
    """Requests counted per user or address over a moving window."""

    def __init__(self, requests: RateLimitItem | None, sign_ins: RateLimitItem | None) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._requests = requests
        self._sign_ins = sign_ins

    def count(self, who: str) -> None:
        """Count one request. Raises ``Refused`` where it is one too many."""
        if self._requests and not self._window.hit(self._requests, "request", who):
            raise _too_many("请求太频繁，请稍等一会儿再试。", self._requests)

    def count_failure(self, address: str) -> None:
        """Count one failed attempt to sign in."""
        if self._sign_ins:
            self._window.hit(self._sign_ins, "sign-in", address)

    def check_failures(self, address: str) -> None:
        """Raises ``Refused`` where too many attempts to sign in have failed, before another password is tried."""
        if self._sign_ins and not self._window.test(self._sign_ins, "sign-in", address):
            raise _too_many("登录失败的次数太多，请过一会儿再试。", self._sign_ins)


def _too_many(message: str, item: RateLimitItem) -> Refused:
    return Refused(429, "rate_limited", message, headers={"Retry-After": str(item.get_expiry())})


@dataclass(frozen=True, slots=True)
class Gate:
    """ASGI middleware; ``users`` is ``None`` where sign-in is off. Leaves the user under ``scope["user"]``."""

    app: ASGIApp
    users: Users | None
    rates: Rates
    largest: int
    refused: Callable[[str, str], None]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            self._own_host(scope)
            if _under(path, _PROGRAMS):
                scope["user"] = user = await self._who(scope)
                self.rates.count(user.name if self.users else _address(scope))
                receive = _capped(scope, receive, self.largest)
            elif path == "/login" and scope["method"] == "POST":
                self.rates.check_failures(_address(scope))
                send = _watching(send, lambda: self.rates.count_failure(_address(scope)))
            elif _under(path, _PAGE_EVENTS) and scope["method"] == "POST":
                self.rates.count(f"page {_address(scope)}")
        except Refused as error:
            await respond(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop pass; no door here speaks another protocol than HTTP."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    def _own_host(self, scope: Scope) -> None:
        """Without sign-in, only requests addressed to this machine: a page elsewhere may point its name here."""
        host = Headers(scope=scope).get("host", "")
        if self.users is None and not is_loopback(host):
            raise Refused(403, "foreign_host", "没有设置登录时只接受发给本机地址（127.0.0.1、localhost）的请求。")

    async def _who(self, scope: Scope) -> User:
        if self.users is None:
            return LOCAL
        address = _address(scope)
        given = Headers(scope=scope).get("authorization", "")
        scheme, _, rest = given.partition(" ")
        if not rest:
            raise _sign_in_required()
        self.rates.check_failures(address)
        user: User | None = None
        if scheme.lower() == "bearer":
            user = await run_in_threadpool(self.users.bearer, rest.strip())
        elif scheme.lower() == "basic":
            name, password = _basic(rest.strip())
            user = await run_in_threadpool(self.users.sign_in, name, password)
        if user is None:
            self.rates.count_failure(address)
            _log.warning("sign-in failed from %s", address)
            raise _sign_in_required("令牌、用户名或密码不对，请核对后再试。")
        if _administers(scope["path"]) and not user.administers:
            self.refused(user.name, f"{scope['method']} {scope['path']}")
            raise Refused(403, "forbidden", "这件事只有管理员能做，请找管理员。")
        return user


def _sign_in_required(message: str = "请先登录：在 Authorization 里给出令牌，或用户名和密码。") -> Refused:
    return Refused(401, "sign_in_required", message, headers={"WWW-Authenticate": 'Bearer, Basic realm="nearzero"'})


def _under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _administers(path: str) -> bool:
    return _under(path, ("/api/v1/admin", "/metrics"))


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "-"


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _capped(scope: Scope, receive: Receive, largest: int) -> Receive:
    """The request's body, refused as soon as it is known to be larger than allowed."""
    declared = Headers(scope=scope).get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > largest:
        raise Refused(413, "too_large", f"请求太大（最多 {largest // 1024} KB），请分批发送。")
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > largest:
                raise HTTPException(413)  # what FastAPI lets through while it reads a body
        return message

    return counting


def _watching(send: Send, failed: Callable[[], None]) -> Send:
    """Passes a sign-in form's answer on and notes a refusal."""

    async def watching(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] in {400, 401, 403}:
            failed()
        await send(message)

    return watching
