"""What goes wrong, as every HTTP door says it: a status, a stable code, one Chinese line."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from corpus.errors import (
    InputError,
    MissingInput,
    NearzeroError,
    OutOfRange,
    UnitMismatch,
    UnknownCalculator,
    UnknownClause,
    UnknownConversation,
    UnknownFactor,
)

__all__ = ["Problem", "ProblemBody", "Refused", "describe", "install", "of", "respond"]


class ProblemBody(BaseModel):
    """``type`` and ``param`` are there for clients of OpenAI, which read this very shape."""

    code: str = Field(description="固定的错误代码，供程序判断。")
    message: str = Field(description="一句话说明哪里不对、怎么改。")
    type: str = Field(description="错误类别。")
    param: str | None = Field(default=None, description="有问题的那一项。")


class Problem(BaseModel):
    """The body of every answer that is an error."""

    error: ProblemBody


class Refused(NearzeroError):
    """A request turned down before it reaches the core."""

    def __init__(self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers or {}


_STATUS: tuple[tuple[type[NearzeroError], int, str], ...] = (
    (UnknownClause, 404, "unknown_clause"),
    (UnknownConversation, 404, "unknown_session"),
    (UnknownCalculator, 404, "unknown_calculator"),
    (UnknownFactor, 422, "unknown_factor"),
    (MissingInput, 422, "missing_input"),
    (UnitMismatch, 422, "unit_mismatch"),
    (OutOfRange, 422, "out_of_range"),
    (InputError, 400, "bad_input"),
    (NearzeroError, 503, "unavailable"),
)
_HTTP = {
    400: ("bad_request", "请求的格式不对，请检查后再试。"),
    401: ("sign_in_required", "请先登录：在 Authorization 里给出令牌，或用户名和密码。"),
    403: ("forbidden", "这个账号没有做这件事的权限，请找管理员。"),
    404: ("not_found", "没有这个地址，请对照接口说明 /api/v1/openapi.json。"),
    405: ("method_not_allowed", "这个地址不支持这种请求方法，请对照接口说明。"),
    413: ("too_large", "请求太大，请分批发送。"),
    415: ("unsupported_media_type", "请求正文应为 JSON（Content-Type: application/json）。"),
}
_INTERNAL = "程序出了问题，这一次没有做成。请稍后再试；若还不行，请把时间和请求告诉管理员。"


def describe(status: int, code: str, message: str, param: str | None = None) -> dict[str, Any]:
    """The body for a status, a code and a line."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"code": code, "message": " ".join(message.split()), "type": kind, "param": param}}


def of(error: NearzeroError) -> tuple[int, dict[str, Any]]:
    """Status and body of one of our own errors.

    >>> from corpus.errors import UnknownClause
    >>> of(UnknownClause("没有这一条。"))[0]
    404
    """
    if isinstance(error, Refused):
        return error.status, describe(error.status, error.code, str(error))
    status, code = next((s, c) for kind, s, c in _STATUS if isinstance(error, kind))
    return status, describe(status, code, str(error), getattr(error, "field", None))


def respond(error: NearzeroError) -> JSONResponse:
    """The same as a response."""
    status, body = of(error)
    return JSONResponse(body, status, headers=error.headers if isinstance(error, Refused) else None)


def install(app: FastAPI) -> None:
    """Make every error of ``app`` take this shape."""

    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, NearzeroError)
        return respond(error)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        place = [str(p) for p in first["loc"] if p not in {"body", "query", "path", "header"}]
        where = ".".join(place)
        message = f"“{where or '请求正文'}”不合要求（{first['msg']}），请对照接口说明改正。"
        return JSONResponse(describe(422, "invalid_request", message, where or None), 422)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        code, message = _HTTP.get(error.status_code, ("http_error", str(error.detail)))
        return JSONResponse(describe(error.status_code, code, message), error.status_code, headers=error.headers)

    async def internal(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse(describe(500, "internal", _INTERNAL), 500)

    app.add_exception_handler(NearzeroError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, internal)
