"""Accounts, the audit log and what readers say of answers, for administrators; the gate lets nobody else in. Every act is recorded."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from assistant.server.doors import Doors, doors, signed_in
from assistant.server.problem import Problem, Refused
from assistant.server.schemas import TokenOut, UserIn, UserOut, UsersOut
from assistant.server.users import User, Users

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/admin",
    tags=["管理"],
    responses={
        code: {"model": Problem, "description": text}
        for code, text in (
            (400, "内容不能用。"),
            (401, "没有登录。"),
            (403, "不是管理员。"),
            (409, "没有启用登录。"),
            (422, "格式或取值不对。"),
        )
    },
)


def _users(request: Request) -> Users:
    held = doors(request).users
    if held is None:
        raise Refused(409, "sign_in_off", "还没有启用登录：请先在命令行用 nearzero users add 建立管理员，再重新启动。")
    return held


Held = Annotated[Doors, Depends(doors)]
Accounts = Annotated[Users, Depends(_users)]
Who = Annotated[User, Depends(signed_in)]
Name = Annotated[str, Path(max_length=64)]


def _note(request: Request, held: Doors, user: User, act: str, subject: str) -> None:
    held.audit.note(user.name, act, subject, address=request.client.host if request.client else "")


def _shown(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role, "tokens": len(user.tokens)}


@router.get("/users", response_model=UsersOut, summary="列出用户")
async def users(accounts: Accounts) -> Any:
    """全部用户和角色。"""
    return {"users": [_shown(user) for user in accounts.all()]}


@router.post("/users", response_model=UserOut, status_code=201, summary="添加用户")
async def add(made: UserIn, accounts: Accounts, held: Held, user: Who, request: Request) -> Any:
    """添加一个用户。"""
    added = await held.work(accounts.add, made.name, made.role, made.password)
    _note(request, held, user, "user.add", f"{made.name} {made.role}")
    return _shown(added)


@router.delete("/users/{name}", status_code=204, summary="删除用户")
async def remove(name: Name, accounts: Accounts, held: Held, user: Who, request: Request) -> None:
    """删除一个用户和他的令牌；最后一个管理员不能删。"""
    await held.work(accounts.remove, name)
    _note(request, held, user, "user.remove", name)


@router.post("/users/{name}/tokens", response_model=TokenOut, status_code=201, summary="发令牌")
async def issue(name: Name, accounts: Accounts, held: Held, user: Who, request: Request) -> Any:
    """给一个用户发一个新令牌；只显示这一次。"""
    token = await held.work(accounts.issue, name)
    _note(request, held, user, "token.issue", name)
    return {"token": token}


@router.delete("/users/{name}/tokens", status_code=204, summary="收回令牌")
async def revoke(name: Name, accounts: Accounts, held: Held, user: Who, request: Request) -> None:
    """收回一个用户的全部令牌。"""
    await held.work(accounts.revoke, name)
    _note(request, held, user, "token.revoke", name)


@router.get("/audit", response_model=dict[str, Any], summary="管理记录")
async def audit(held: Held, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Any:
    """最近的管理操作，新的在前。"""
    return {"acts": await held.work(held.audit.latest, limit)}


@router.get("/feedback", response_model=dict[str, Any], summary="反馈")
async def feedback(held: Held, limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> Any:
    """读者对回答的评价，新的在前：有用或没用、原因、补充说明，连同那一问一答。"""
    return {"feedback": await held.work(held.assistant.feedback.latest, limit)}
