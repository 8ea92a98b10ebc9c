"""The endpoint: three settings, a LangChain chat model for them, and its many ways to fail told apart in one line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import httpx
from langchain_openai import ChatOpenAI
from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError, RateLimitError
from pydantic import SecretStr

from assistant.model.usage import Prices
from assistant.settings import Settings
from corpus.errors import InputError, ModelUnavailable

__all__ = ["FAULTS", "Endpoint", "Reason", "chat", "endpoint", "reason", "unavailable"]

Reason = Literal["timeout", "rate_limit", "refused", "server", "dropped", "nonsense", "ungrounded", "incomplete"]
"""Why an answer is not the model's: the first six of the endpoint, the last two of what it wrote."""

MOST_TOKENS = 700
"""A longer answer than this is none the prompt asks for."""

FAULTS: tuple[type[Exception], ...] = (
    OpenAIError,
    httpx.HTTPError,
    ModelUnavailable,
    # What the parsing of an answer that is no answer ends in (no choices, HTML, half JSON, wrong types).
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    # LangGraph's, when a model calls tools without end.
    RecursionError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. ``known`` names it in the cache of probes."""

    base_url: str
    model: str
    key: SecretStr
    timeout: float
    prices: Prices | None = None

    @property
    def known(self) -> str:
        return f"{self.base_url.rstrip('/')} {self.model}"


def endpoint(settings: Settings) -> Endpoint | None:
    """The configured endpoint, or ``None``. Raises ``InputError`` when an address is set without a model name."""
    if not settings.model_base_url:
        return None
    if not settings.model_name:
        raise InputError("设了 NEARZERO_MODEL_BASE_URL，还要设 NEARZERO_MODEL_NAME（对话模型的名称）。")
    if not settings.model_base_url.startswith(("http://", "https://")):
        raise InputError("NEARZERO_MODEL_BASE_URL 应以 http:// 或 https:// 开头，例如 http://127.0.0.1:8000/v1。")
    read, written = settings.model_price_prompt, settings.model_price_completion
    return Endpoint(
        base_url=settings.model_base_url,
        model=settings.model_name,
        # Local servers want none, the client library wants one.
        key=settings.model_api_key or SecretStr("none"),
        timeout=settings.model_timeout,
        prices=None if read is None or written is None else Prices(read, written),
    )


def chat(at: Endpoint, seconds: float, *, most_tokens: int = MOST_TOKENS) -> ChatOpenAI:
    """A chat model for one turn. It does not retry: the extractive answer is ready and better than waiting."""
    fields: Mapping[str, Any] = {
        "model": at.model,
        "base_url": at.base_url,
        "api_key": at.key,
        "timeout": httpx.Timeout(max(seconds, 0.1)),
        "max_retries": 0,
        "temperature": 0,
        "max_tokens": most_tokens,
        "stream_usage": True,
        "use_responses_api": False,
    }
    return ChatOpenAI(**fields)


def reason(error: Exception) -> Reason:
    """The kind of a failure."""
    match error:
        case APITimeoutError() | httpx.TimeoutException():
            return "timeout"
        case RateLimitError():
            return "rate_limit"
        case APIStatusError() if error.status_code >= 500:
            return "server"
        case APIStatusError():
            return "refused"
        case APIConnectionError() | httpx.HTTPError():
            return "dropped"
        case ModelUnavailable() if "超时" in str(error):
            return "timeout"
        case _:
            return "nonsense"


_SAID: Mapping[Reason, str] = {
    "timeout": "对话模型超时没有答完。",
    "rate_limit": "对话模型的请求太多，被限流。",
    "refused": "对话模型拒绝了请求，请检查地址、密钥和模型名称。",
    "server": "对话模型的服务出错。",
    "dropped": "与对话模型的连接断开或连不上。",
    "nonsense": "对话模型返回的内容不成回答。",
    "ungrounded": "对话模型写的话没有依据，已删去。",
    "incomplete": "对话模型漏掉了要紧的内容。",
}


def unavailable(why: Reason) -> ModelUnavailable:
    """The error for a reason, with its one line in Chinese."""
    return ModelUnavailable(_SAID[why])
