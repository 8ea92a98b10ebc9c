"""The OpenAI-compatible door: any chat client can ask; citations stand in the text and, whole, under ``nearzero``.

OpenAI's protocol keeps no conversation: each request carries all of it. The assistant's memory of the turns before is
brought back by asking them again, unless the last request of the same conversation left it standing.
"""

import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.answer import Answer, Citation
from assistant.conversation.understanding import clean
from assistant.server.api import TYPE_OF_EVENTS
from assistant.server.doors import Doors, doors, reader, signed_in
from assistant.server.problem import Problem, Refused, of
from assistant.server.users import User
from corpus.errors import InputError, NearzeroError
from corpus.model import TextStatus

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = ["MODEL", "Threads", "below", "router", "user_turns"]

MODEL = "nearzero"
"""The one model there is."""

_REPLAYED = 8
"""Turns before the question that are asked again; what lies further back no longer bears on an answer."""

_KEPT = 500
"""Conversations whose memory is left standing between requests."""

_OPEN = ConfigDict(extra="allow")


class Part(BaseModel):
    """A part of a message; only text is read."""

    model_config = _OPEN
    type: str = "text"
    text: str = Field(default="", max_length=20_000)


class Message(BaseModel):
    """One message; what the assistant said before needs not be true to what it said."""

    model_config = _OPEN
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=20_000)] | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class CompletionIn(BaseModel):
    """A request as OpenAI's clients send it; sampling options have nothing to act on here and are let pass."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "夏天空调应该开多少度？"}]}]
        },
    )
    model: str = Field(max_length=100, description=f"固定为 {MODEL}。")
    messages: list[Message] = Field(min_length=1, max_length=400, description="最后一条用户消息是问题，前面的是上文。")
    stream: bool | None = Field(default=False, description="逐段返回。")


class CompletionOut(BaseModel):
    """A response as OpenAI's clients read it; ``nearzero`` is the whole answer."""

    model_config = _OPEN
    id: str
    object: str
    created: int
    model: str
    choices: list[dict[str, Any]]
    nearzero: dict[str, Any] = Field(description="完整的回答（nearzero.answer/1），含出处和计算过程。")


router = APIRouter(
    prefix="/v1",
    tags=["兼容 OpenAI"],
    responses={
        code: {"model": Problem, "description": text}
        for code, text in ((400, "内容不能用。"), (401, "没有登录。"), (404, "没有这个模型。"), (422, "格式不对。"))
    },
)
Held = Annotated[Doors, Depends(doors)]
Who = Annotated[User, Depends(signed_in)]


class Threads:
    """Which kept conversation stands at which point; a conversation is gone on with by one request at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: OrderedDict[tuple[str, ...], str] = OrderedDict()

    def stream(self, assistant: "Assistant", user: User, turns: Sequence[str]) -> Iterator[str | Answer]:
        """Answer the last of ``turns`` with those before as its context: checked pieces, and last the answer itself."""
        *before, question = turns
        # Apart from the conversations a person keeps by name; no user's name holds a colon.
        owner = f"chat:{user.name}"
        with self._lock:
            standing = self._standing.pop((owner, *before), None) if before else None
        session = standing or secrets.token_urlsafe(12)
        answered = False
        try:
            for turn in () if standing else before[-_REPLAYED:]:
                assistant.ask(turn, session, owner=owner)
            yield from assistant.stream(question, session, owner=owner, register=reader(user))
            answered = True
        finally:
            if answered:
                self._leave((owner, *turns), session, assistant)
            else:
                assistant.forget(session, owner)

    def ask(self, assistant: "Assistant", user: User, turns: Sequence[str]) -> Answer:
        """The same, at once."""
        *_, answer = self.stream(assistant, user, turns)
        assert isinstance(answer, Answer)
        return answer

    def close(self, assistant: "Assistant") -> None:
        """Forget what is left standing."""
        with self._lock:
            gone, self._standing = list(self._standing.items()), OrderedDict()
        for (owner, *_), session in gone:
            assistant.forget(session, owner)

    def _leave(self, at: tuple[str, ...], session: str, assistant: "Assistant") -> None:
        """Leave a conversation standing at its newest turn; the one that stood there and the oldest are forgotten."""
        with self._lock:
            gone = [(at, self._standing.pop(at))] if at in self._standing else []
            self._standing[at] = session
            gone += [self._standing.popitem(last=False) for _ in range(len(self._standing) - _KEPT)]
        for (owner, *_), name in gone:
            assistant.forget(name, owner)


def user_turns(messages: Sequence[Message]) -> list[str]:
    """What the person said, turn by turn; a question that cannot be read is left out unless it is the last.

    >>> user_turns([Message(role="user", content="空调开几度？"), Message(role="assistant", content="26 ℃。"),
    ...     Message(role="user", content="冬天呢？")])
    ['空调开几度？', '冬天呢？']
    """
    if messages[-1].role != "user":
        raise InputError("最后一条消息应是用户的问题（role 为 user）。")
    turns: list[str] = []
    for message in messages[:-1]:
        if message.role == "user":
            try:
                turns.append(clean(message.text))
            except InputError:
                continue
    return [*turns, clean(messages[-1].text)]


def below(answer: Answer) -> str:
    """What stands below the text in a client that knows no citations: the note, and the list of sources."""
    note = f"\n\n> {answer.note}" if answer.note else ""
    if not answer.citations:
        return note
    lines = [f"[{c.n}] {_named(c)}（{TextStatus(c.text_status).label}）" for c in answer.citations]
    return f"{note}\n\n**依据**\n\n" + "\n".join(f"{line}  " for line in lines)


def _named(item: Citation) -> str:
    title = item.title if "《" in item.title else f"《{item.title}》"
    number = f"（{item.number}）" if item.number else ""
    return f"{title}{number}{item.locator or ''} {item.heading}"


@router.get("/models", response_model=dict[str, Any], summary="模型")
async def models() -> Any:
    """只有一个模型。"""
    return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "nearzero"}]}


@router.get("/models/{model}", response_model=dict[str, Any], summary="一个模型")
async def model(model: str) -> Any:
    """模型的说明。"""
    _known(model)
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "nearzero"}


@router.post("/chat/completions", response_model=CompletionOut, summary="对话")
async def completions(asked: CompletionIn, held: Held, user: Who) -> Any:
    """与 OpenAI 的 chat completions 相同；出处在正文里，完整的回答在 `nearzero` 里。"""
    _known(asked.model)
    turns = user_turns(asked.messages)
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}
    if asked.stream:
        return StreamingResponse(
            _chunks(held, user, turns, head), media_type=TYPE_OF_EVENTS, headers={"Cache-Control": "no-store"}
        )
    answer = await held.work(held.threads.ask, held.assistant, user, turns)
    held.metrics.answers.labels("openai", answer.kind).inc()
    message = {"role": "assistant", "content": answer.text + below(answer), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**head, "object": "chat.completion", "choices": [choice], "nearzero": _whole(answer)}


async def _chunks(held: Doors, user: User, turns: list[str], head: dict[str, Any]) -> AsyncIterator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **extra: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**head, "object": "chat.completion.chunk", "choices": [choice], **extra})

    yield chunk({"role": "assistant", "content": ""})
    try:
        async for piece in held.work.stream(lambda: held.threads.stream(held.assistant, user, turns)):
            if isinstance(piece, Answer):
                held.metrics.answers.labels("openai", piece.kind).inc()
                yield chunk({"content": below(piece)})
                yield chunk({}, "stop", nearzero=_whole(piece))
            else:
                yield chunk({"content": piece})
    except NearzeroError as error:
        yield _data(of(error)[1])
        return
    yield "data: [DONE]\n\n"


def _data(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _whole(answer: Answer) -> dict[str, Any]:
    return {**answer.to_json(), "session": ""}


def _known(name: str) -> None:
    if name != MODEL:
        raise Refused(404, "model_not_found", f"没有模型“{name[:60]}”，请用 {MODEL}。")
