"""The page to sign in, the same for every page and both languages; it works without JavaScript."""

import logging
from importlib import resources
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from assistant.server import oidc
from assistant.server.gate import Rates, address_of
from assistant.server.problem import Refused
from assistant.server.sessions import COOKIE, Sessions
from assistant.server.users import User, Users
from assistant.settings import Settings
from assistant.web.language import Language, saying
from assistant.web.markup import render

__all__ = ["install"]

_log = logging.getLogger(__name__)
_LONGEST = 256


def install(app: FastAPI, settings: Settings, users: Users, sessions: Sessions, rates: Rates) -> None:
    """Add the page, what its form sends to, and the way through an identity provider where one is set."""
    router = APIRouter(include_in_schema=False)
    elsewhere = bool(settings.oidc_issuer)
    style = (resources.files("assistant.web") / "static" / "login.css").read_text(encoding="utf-8")

    def page(language: Language, target: str, line: str = "", name: str = "", status: int = 200) -> HTMLResponse:
        html = render(
            "login.html",
            language,
            style=Markup(style),
            target=target,
            line=saying(language)(line) if line else "",
            name=name,
            passwords=bool(users.all()),
            elsewhere=f"{oidc.PATH}/?next={quote(target)}" if elsewhere else "",
            other=f"{'' if language == 'en' else '/en'}/login?next={quote(target)}",
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})

    def admitted(request: Request, user: User, response: Response) -> Response:
        secure = (settings.public_url or str(request.url)).startswith("https:")
        response.set_cookie(
            COOKIE,
            sessions.make(user),
            max_age=sessions.seconds,
            path="/",
            secure=secure,
            httponly=True,
            samesite="lax",
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    @router.get("/login")
    @router.get("/en/login")
    async def form(request: Request, next: str = "/") -> Response:
        if sessions.read(request.cookies.get(COOKIE, "")):
            return RedirectResponse(_own(next), 303)
        return page(_language(request), _own(next))

    @router.post("/login")
    @router.post("/en/login")
    async def enter(
        request: Request,
        username: Annotated[str, Form(max_length=_LONGEST)] = "",
        password: Annotated[str, Form(max_length=_LONGEST)] = "",
        next: Annotated[str, Form(max_length=2000)] = "/",
    ) -> Response:
        """A browser is sent on to the page it asked for; a program gets its cookie with a plain answer."""
        language, target, address = _language(request), _own(next), address_of(request.scope)
        by_form = "text/html" in request.headers.get("accept", "")
        try:
            rates.check_failures(address)
        except Refused as error:
            if by_form:
                return page(language, target, str(error), username, 429)
            raise
        user = await run_in_threadpool(users.sign_in, username.strip(), password)
        if user is None:
            rates.count_failure(address)
            _log.warning("sign-in failed from %s", address)
            line = "用户名或密码不对，请核对后再试。"
            if by_form:
                return page(language, target, line, username, 401)
            raise Refused(401, "sign_in_required", line)
        response: Response = RedirectResponse(target, 303) if by_form else JSONResponse({"success": True})
        return admitted(request, user, response)

    @router.post("/logout")
    async def leave(request: Request) -> Response:
        sessions.end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    if elsewhere:

        def done(request: Request, user: User) -> Response:
            return admitted(request, user, RedirectResponse(_own(request.session.pop("next", "/")), 303))

        async def failed(request: Request, line: str) -> Response:
            return page("zh", "/", line, status=401)

        app.mount(oidc.PATH, oidc.provider(settings, sessions.secret, done, failed))
    app.include_router(router)


def _language(request: Request) -> Language:
    return "en" if request.url.path.startswith("/en/") else "zh"


def _own(target: str) -> str:
    """Where to go after signing in: an address of this program, whatever a link said.

    >>> _own("/check?c=1"), _own("//evil.example"), _own("https://evil.example/"), _own("/\\\\evil.example")
    ('/check?c=1', '/', '/', '/')
    """
    parts = urlsplit(target)
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if plain and target.isprintable() and not target.startswith(("/login", "/en/login")) else "/"
