"""The HTTP API under ``/api/v1``."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from functools import partial
from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import StreamingResponse

from assistant import records
from assistant.answer import Answer
from assistant.conversation.understanding import clean
from assistant.server.doors import LONGEST_SESSION, Doors, doors, owner, reader, signed_in
from assistant.server.problem import Problem, of
from assistant.server.schemas import (
    AnswerOut,
    AskIn,
    CalculateIn,
    CalculationOut,
    CalculatorsOut,
    CheckIn,
    CheckOut,
    ClausesOut,
    DocumentsOut,
    IndicatorsOut,
    SearchOut,
    SessionsOut,
    TurnsOut,
)
from assistant.server.users import User
from corpus.errors import NearzeroError
from corpus.model import DocumentKind, Region, Scene
from tools.calculator import calculators

__all__ = ["TYPE_OF_EVENTS", "description", "event", "router"]

TYPE_OF_EVENTS = "text/event-stream; charset=utf-8"

_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "内容不能用。"},
    401: {"model": Problem, "description": "没有登录。"},
    404: {"model": Problem, "description": "没有这一项。"},
    413: {"model": Problem, "description": "请求太大。"},
    422: {"model": Problem, "description": "格式或取值不对。"},
    429: {"model": Problem, "description": "太频繁。"},
    503: {"model": Problem, "description": "忙，或者超时。"},
}

router = APIRouter(prefix="/api/v1", responses=_ERRORS)

Held = Annotated[Doors, Depends(doors)]
Who = Annotated[User, Depends(signed_in)]
_Text = Annotated[str, Query(min_length=1, max_length=300)]


@router.post("/ask", response_model=AnswerOut, response_model_by_alias=True, summary="提问", tags=["问答"])
async def ask(asked: AskIn, held: Held, user: Who) -> Any:
    """回答一个问题；给出 `session` 就接着同名的会话。没有依据的问题，`kind` 是 `refusal`。"""
    answer = await held.work(
        held.assistant.ask,
        asked.question,
        asked.session,
        asked.as_of,
        owner=owner(user),
        register=asked.reader or reader(user),
    )
    held.metrics.answers.labels("api", answer.kind).inc()
    return answer.to_json()


@router.post(
    "/ask/stream",
    summary="提问，逐段返回",
    tags=["问答"],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "事件流。"}},
)
async def ask_stream(asked: AskIn, held: Held, user: Who) -> StreamingResponse:
    """同上，以 server-sent events 返回：`accepted`、若干 `delta`（正文片段）、`done`（完整的回答），或 `error`。"""
    clean(asked.question)
    make = partial(
        held.assistant.stream,
        asked.question,
        asked.session,
        asked.as_of,
        owner=owner(user),
        register=asked.reader or reader(user),
    )

    async def events() -> AsyncIterator[str]:
        yield event("accepted", {"session": asked.session or ""})
        try:
            async for piece in held.work.stream(make):
                if isinstance(piece, Answer):
                    held.metrics.answers.labels("api", piece.kind).inc()
                    yield event("done", piece.to_json())
                else:
                    yield event("delta", {"text": piece})
        except NearzeroError as error:
            yield event("error", of(error)[1]["error"])

    return StreamingResponse(events(), media_type=TYPE_OF_EVENTS, headers={"Cache-Control": "no-store"})


def event(name: str, body: dict[str, Any]) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n"


Session = Annotated[str, Path(max_length=LONGEST_SESSION, description="会话名。", examples=["周会"])]


@router.get("/sessions", response_model=SessionsOut, summary="列出会话", tags=["问答"])
async def sessions(held: Held, user: Who) -> Any:
    """自己的会话，最近用过的在前。"""
    return {"sessions": [asdict(c) for c in await held.work(held.assistant.conversations, owner(user))]}


@router.get("/sessions/{session}", response_model=TurnsOut, summary="取会话", tags=["问答"])
async def session(session: Session, held: Held, user: Who) -> Any:
    """自己的一个会话里的全部问答。"""
    return {"turns": await held.work(held.assistant.history, session, owner(user))}


@router.delete("/sessions/{session}", status_code=204, summary="删除会话", tags=["问答"])
async def delete(session: Session, held: Held, user: Who) -> None:
    """删掉自己的一个会话和里面的全部问答。"""
    await held.work(held.assistant.delete, session, owner(user))


@router.get("/search", response_model=SearchOut, summary="找条款", tags=["资料"])
async def search(
    held: Held,
    q: Annotated[_Text, Query(description="要找的内容。", examples=["空调温度"])],
    k: Annotated[int, Query(ge=1, le=100, description="几条。")] = 10,
) -> Any:
    """按相关程度列出条款，带各路检索的分数。"""
    query = clean(q)
    found = await held.work(held.assistant.search, query, k)
    return {"hits": records.hits(held.assistant.corpus, found)}


@router.get("/clauses", response_model=ClausesOut, summary="取条款", tags=["资料"])
async def clauses(
    held: Held,
    key: Annotated[str | None, Query(max_length=300, examples=["guideline-interpretation#三、第6部分"])] = None,
    document_id: Annotated[str | None, Query(max_length=200, examples=["guideline-interpretation"])] = None,
    locator: Annotated[str | None, Query(max_length=100, description="条号。", examples=["第6部分"])] = None,
) -> Any:
    """按键取一条，或按文件编号和条号取那一处的条款。"""
    return {"clauses": await held.work(records.clauses_at, held.assistant.corpus, key, document_id, locator)}


@router.get("/documents", response_model=DocumentsOut, summary="列出文件", tags=["资料"])
async def documents(
    held: Held,
    kind: Annotated[DocumentKind | None, Query(description="文件种类。")] = None,
    region: Annotated[Region | None, Query(description="适用地区。")] = None,
) -> Any:
    """资料库里的文件。"""
    found = (
        d
        for d in held.assistant.corpus.documents
        if (kind is None or d.kind is kind) and (region is None or d.region is region)
    )
    return {"documents": [records.document_json(d) for d in found]}


@router.get("/documents/{document_id}", response_model=dict[str, Any], summary="取一份文件", tags=["资料"])
async def document(
    held: Held, document_id: Annotated[str, Path(max_length=200, examples=["guideline-interpretation"])]
) -> Any:
    """一份文件和它的全部条款。"""
    found = held.assistant.corpus.document(document_id)
    return {**records.document_json(found), "clauses": [records.clause_json(c) for c in found.clauses]}


@router.get("/indicators", response_model=IndicatorsOut, summary="查指标", tags=["资料"])
async def indicators(
    held: Held,
    topic: Annotated[_Text, Query(description="主题，几个词用空格隔开。", examples=["空调温度"])],
    scene: Annotated[Scene | None, Query(description="九个场景之一。")] = None,
    year: Annotated[int | None, Query(ge=1900, le=2200, description="目标或数据的年份。")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="最多几条。")] = 50,
) -> Any:
    """各份文件对一个主题定下的数值，并列出相互不同的。"""
    return await held.work(records.indicators, held.assistant.corpus, topic, scene, year, limit)


@router.post("/check", response_model=CheckOut, response_model_by_alias=True, summary="核查引用", tags=["核查"])
async def check(asked: CheckIn, held: Held) -> Any:
    """逐条核对一段文字里引用的条款：对、条号不对、数值改了、文件不认识……"""
    from assistant.review.items import to_json

    return to_json(await held.work(held.assistant.check, asked.text))


@router.get("/calculators", response_model=CalculatorsOut, summary="列出计算器", tags=["计算"])
async def list_calculators() -> Any:
    """全部计算器和它们的输入。"""
    return {"calculators": [records.calculator_json(spec) for spec in calculators().values()]}


@router.post("/calculators/{name}", response_model=CalculationOut, summary="计算", tags=["计算"])
async def calculate(
    name: Annotated[str, Path(max_length=100, examples=["charging"])], asked: CalculateIn, held: Held
) -> Any:
    """运行一个计算器：结果、公式、代入、因子、出处、假设。"""
    return await held.work(records.calculated, name, dict(asked.inputs))


def description() -> str:
    """The introduction of the interface description."""
    return (resources.files("assistant.server") / "api.md").read_text(encoding="utf-8")


@router.get("/me", response_model=dict[str, str], summary="我是谁", tags=["账号"])
async def me(user: Who, request: Request) -> Any:
    """登录的用户名和角色。"""
    return {"name": user.name, "role": user.role.value, "address": request.client.host if request.client else ""}
