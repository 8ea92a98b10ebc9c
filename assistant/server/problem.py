"""What goes wrong, as every HTTP door says it: a status, a stable code, one Chinese line."""

from collections import defaultdict
from collections.abc import Mapping
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

__all__ = ["Problem", "ProblemBody", "Refused", "describe", "install", "mend", "of", "respond"]


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
    line = _sendable(" ".join(message.split()))
    return {
        "error": {"code": code, "message": line, "type": kind, "param": None if param is None else _sendable(param)}
    }


def _sendable(text: str) -> str:
    """Half of a surrogate pair, which a name in JSON may hold, cannot be sent back."""
    return text.encode("utf-8", "replace").decode("utf-8")


def mend(error: Mapping[str, Any]) -> tuple[str, str]:
    """What a validation of pydantic found wrong, as a Chinese line, and where.

    >>> mend({"type": "missing", "loc": ("body", "question"), "msg": "Field required"})
    ('“question”缺少这一项，请对照说明改正。', 'question')
    """
    if error["type"] == "json_invalid":
        return "请求正文不是完好的 JSON，请检查后再发。", ""
    where = ".".join(str(p) for p in error["loc"] if p not in {"body", "query", "path", "header"})
    bounds = error.get("ctx") or {}
    said = _REASONS.get(error["type"], "值不合适").format_map(defaultdict(str, bounds))
    return f"“{where[:100] or '请求正文'}”{said}，请对照说明改正。", where[:100]


_REASONS = {
    "missing": "缺少这一项",
    "extra_forbidden": "不是可以填的项",
    "string_type": "应为文字",
    "string_unicode": "有不能识别的字符",
    "string_too_long": "太长（最多 {max_length} 个字符）",
    "string_too_short": "太短（最少 {min_length} 个字符）",
    "string_pattern_mismatch": "有不能用的字符",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_parsing": "应为数字",
    "float_type": "应为数字",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "greater_than_equal": "太小（最小 {ge}）",
    "less_than_equal": "太大（最大 {le}）",
    "enum": "不在可选范围内：{expected}",
    "literal_error": "不在可选范围内：{expected}",
    "date_from_datetime_parsing": "日期应写成 2024-06-30 这样",
    "date_parsing": "日期应写成 2024-06-30 这样",
    "date_type": "日期应写成 2024-06-30 这样",
    "dict_type": "应为名称和值的对象",
    "model_attributes_type": "应为 JSON 对象",
    "list_type": "应为列表",
    "too_short": "太少（最少 {min_length} 个）",
    "too_long": "太多（最多 {max_length} 个）",
}
"""Pydantic's kinds of error in Chinese; the names in braces are its own."""


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
        message, where = mend(error.errors()[0])
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
