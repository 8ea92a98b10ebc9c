"""What every request passes before it reaches a door or a page: own host, own pages, size, sign-in, rate."""

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.server.problem import Refused, respond
from assistant.server.sessions import COOKIE, Sessions
from assistant.server.users import LOCAL, User, Users
from corpus.errors import InputError

__all__ = ["Gate", "Rates", "address_of", "is_loopback", "rate"]

_log = logging.getLogger(__name__)

_PROGRAMS = ("/api", "/v1", "/mcp", "/metrics")
"""Paths that programs use: what is wrong there is said in JSON, and every request counts."""

_OPEN = ("/login", "/en/login", "/logout", "/healthz", "/readyz")
"""Paths that nobody has to be signed in for."""

_UPLOAD = "/api/v1/corpus"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

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
    """ASGI middleware; ``users`` is ``None`` where sign-in is off. Leaves the user under ``scope["user"]``.

    A cookie of the pages counts like a token, but nothing is changed for a request that another site's page sent.
    """

    app: ASGIApp
    users: Users | None
    sessions: Sessions | None
    rates: Rates
    largest: int
    largest_file: int
    refused: Callable[[str, str], None]
    public: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        path: str = scope["path"]
        try:
            self._own_host(scope)
            if scope["method"] not in _SAFE:
                self._own_page(scope)
            if _under(path, _PROGRAMS):
                scope["user"] = user = await self._who(scope)
                self.rates.count(user.name if self.users else address_of(scope))
                receive = _capped(scope, receive, self.largest_file if path == _UPLOAD else self.largest)
            elif _under(path, _OPEN):
                receive = _capped(scope, receive, self.largest)
            else:
                if self._must_sign_in(scope) and not Headers(scope=scope).get("authorization"):
                    await _to_sign_in(scope)(scope, receive, send)
                    return
                scope["user"] = user = await self._who(scope)
                if _under(path.removeprefix("/en"), _PAGE_EVENTS) and scope["method"] == "POST":
                    self.rates.count(f"page {user.id or user.name if self.users else address_of(scope)}")
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

    def _own_page(self, scope: Scope) -> None:
        """Refuses what a browser sends for a page of another site; programs other than browsers say nothing of it."""
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        own = {headers.get("host", ""), urlsplit(self.public or "").netloc} - {""}
        foreign = (
            site not in {None, "same-origin", "none"} if site or not origin else urlsplit(origin).netloc not in own
        )
        if foreign and not headers.get("authorization"):
            raise Refused(403, "foreign_page", "这个请求来自别的网站，没有执行。")

    def _must_sign_in(self, scope: Scope) -> bool:
        return self.users is not None and self._signed_in(scope) is None

    def _signed_in(self, scope: Scope) -> User | None:
        """Whose cookie of the pages came with the request."""
        cookie = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE)
        return self.sessions.read(cookie) if self.sessions and cookie else None

    async def _who(self, scope: Scope) -> User:
        if self.users is None:
            return LOCAL
        given = Headers(scope=scope).get("authorization", "")
        user = await self._by_header(scope, given) if given else self._signed_in(scope)
        if user is None:
            raise _sign_in_required()
        if _administers(scope["path"]) and not user.administers:
            self.refused(user.name, f"{scope['method']} {scope['path']}")
            raise Refused(403, "forbidden", "这件事只有管理员能做，请找管理员。")
        return user

    async def _by_header(self, scope: Scope, given: str) -> User:
        assert self.users is not None
        address = address_of(scope)
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
        return user


def _to_sign_in(scope: Scope) -> ASGIApp:
    """A reader is shown the way in and comes back to the page asked for; a script of a page is told what is wrong."""
    path: str = scope["path"]
    if scope["method"] not in _SAFE or "text/html" not in Headers(scope=scope).get("accept", ""):
        return respond(_sign_in_required("登录已过期，请刷新页面重新登录。"))
    query = scope["query_string"].decode("latin-1")
    door = "/en/login" if path == "/en" or path.startswith("/en/") else "/login"
    return RedirectResponse(f"{door}?next={quote(path + (f'?{query}' if query else ''))}", 303)


def _sign_in_required(message: str = "请先登录：在 Authorization 里给出令牌，或用户名和密码。") -> Refused:
    return Refused(401, "sign_in_required", message, headers={"WWW-Authenticate": 'Bearer, Basic realm="nearzero"'})


def _under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(f"{root}/") for root in roots)


def _administers(path: str) -> bool:
    return path == _UPLOAD or _under(path, ("/api/v1/admin", "/metrics"))


def address_of(scope: Scope) -> str:
    """Where a request comes from."""
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
