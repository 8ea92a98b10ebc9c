"""Sign-in through the office's own identity provider (OpenID Connect): code flow with PKCE, state and nonce."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.server.users import Role, User
from corpus.errors import InputError

if TYPE_CHECKING:
    from assistant.settings import Settings

__all__ = ["PATH", "Unusable", "identity", "provider", "role"]

PATH = "/login/oidc"

_COOKIE = "nearzero_oidc"
_SECONDS = 600
"""How long a person may take at the provider's."""

_log = logging.getLogger(__name__)


class Unusable(InputError):
    """The provider did not say who somebody is."""


Done = Callable[[Request, User], Response]
Failed = Callable[[Request, str], Awaitable[Response]]


def provider(settings: "Settings", secret: str, done: Done, failed: Failed) -> Starlette:
    """The two addresses of the flow, below ``PATH``: the way out to the provider and the way back.

    ``done`` answers with the person signed in, ``failed`` with one line. Discovery happens with the first sign-in.
    """
    if not settings.oidc_issuer or not settings.oidc_client_id:
        raise InputError("统一认证要同时设置 NEARZERO_OIDC_ISSUER 和 NEARZERO_OIDC_CLIENT_ID。")
    issuer = settings.oidc_issuer.rstrip("/")
    client = OAuth().register(
        "office",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None,
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": settings.oidc_scope, "code_challenge_method": "S256", "timeout": 10},
    )

    def back(request: Request) -> str:
        root = (settings.public_url or str(request.base_url.replace(path="/"))).rstrip("/")
        return f"{root}{PATH}/callback"

    async def out(request: Request) -> Response:
        try:
            await _checked(client, issuer)
            request.session["next"] = request.query_params.get("next", "/")
            response: Response = await client.authorize_redirect(request, back(request))
        except (AuthlibBaseError, httpx2.HTTPError, Unusable, ValueError) as error:
            _log.warning("the identity provider cannot be reached or used: %s", error)
            return await failed(request, "连不上统一认证，请稍后再试；若还不行，请告诉管理员。")
        return response

    async def home(request: Request) -> Response:
        try:
            await _checked(client, issuer)
            token = await client.authorize_access_token(request)
            claims = dict(token.get("userinfo") or {})
            if _claim(claims, settings.oidc_role_claim) is None and "access_token" in token:
                told = await client.userinfo(token=token)
                # Another person's claims are not taken, as the specification asks.
                claims = {**told, **claims} if told.get("sub") == claims.get("sub") else claims
            user = identity(claims, settings)
        except (AuthlibBaseError, httpx2.HTTPError, Unusable, ValueError, KeyError) as error:
            _log.warning("sign-in through the identity provider failed: %s", error)
            return await failed(request, "统一认证没有通过，请重新登录；若还不行，请告诉管理员。")
        return done(request, user)

    held = Middleware(
        SessionMiddleware,
        secret_key=f"{secret} oidc",
        session_cookie=_COOKIE,
        max_age=_SECONDS,
        same_site="lax",
        path=PATH,
        https_only=(settings.public_url or "").startswith("https:"),
    )
    return Starlette(routes=[Route("/", out), Route("/callback", home)], middleware=[held])


async def _checked(client: Any, issuer: str) -> None:
    """Raises ``Unusable`` where the provider calls itself by another name than the one set."""
    told = await client.load_server_metadata()
    if str(told.get("issuer", "")).rstrip("/") != issuer:
        raise Unusable("统一认证自称的地址与设置的不一样。")


def identity(claims: Mapping[str, Any], settings: "Settings") -> User:
    """The person the claims are about. Raises ``Unusable`` where they name nobody."""
    subject = str(claims.get("sub") or "")
    if not subject or len(subject) > 150:
        raise Unusable("统一认证没有给出可用的用户标识（sub）。")
    name = str(_claim(claims, settings.oidc_name_claim) or subject)[:64]
    # No account of the file can have such an id, so that nobody signs in as somebody else.
    return User(name, role(claims, settings), id=f"oidc|{subject}")


def role(claims: Mapping[str, Any], settings: "Settings") -> Role:
    """The highest role that the role claim (a word or a list of words) names, directly or by the mapping; else staff."""
    told = _claim(claims, settings.oidc_role_claim)
    words = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    named = {settings.oidc_roles.get(str(word), str(word)) for word in words}
    return next((r for r in (Role.ADMINISTRATOR, Role.EVALUATOR) if r.value in named), Role.STAFF)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """A claim, or one inside another: ``realm_access.roles``."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
