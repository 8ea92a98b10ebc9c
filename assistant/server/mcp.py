"""The assistant as tools for other programs' models (Model Context Protocol), over stdio and streamable HTTP.

A mistake in an argument comes back as a result marked as an error, in one Chinese line the model may act on.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent, Tool
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import records
from assistant.server.doors import LONGEST_SESSION, owner, reader
from assistant.server.problem import mend
from assistant.server.schemas import LONGEST_FILING
from assistant.server.users import LOCAL, User
from assistant.server.work import Work
from assistant.toolset import arguments, call, description
from corpus.errors import InputError, NearzeroError, OutOfRange
from corpus.model import Scene
from tools.calculator import calculators

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from assistant.assistant import Assistant

__all__ = ["CALCULATE", "serve_stdio", "server"]

CALCULATE = "calculate_"
"""Before the name of a calculator in the name of its tool."""

_INSTRUCTIONS = (
    "深圳《近零碳机关标准化建设指引》及相关政策的资料库与碳计算器。回答用户前先用 search_clauses 或 ask 取依据，"
    "引用时写明文件、条号，并说明是原文还是摘编（text_status：original 原文，digest 摘编）；数值只用工具给出的。"
)


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Ask(_In):
    question: str = Field(max_length=20_000, description="要问的问题，最多 2000 字。")
    session: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_SESSION, description="会话名：同名的问题接着上文回答。"
    )


class _Search(_In):
    query: str = Field(min_length=1, max_length=2000, description="要找的内容，如“空调温度”。")
    k: int = Field(default=8, ge=1, le=50, description="几条。")


class _Clause(_In):
    key: str | None = Field(default=None, max_length=300, description="条款的键，见 search_clauses 的结果。")
    document_id: str | None = Field(default=None, max_length=200, description="文件编号，与 locator 一起给。")
    locator: str | None = Field(default=None, max_length=100, description="条号，如“第十四条”“三（五）”“6.2.1”。")


class _Indicator(_In):
    topic: str = Field(min_length=1, max_length=200, description="主题，几个词用空格隔开，如“公务用车 比例”。")
    scene: Scene | None = Field(default=None, description="九个场景之一。")
    year: int | None = Field(default=None, ge=1900, le=2200, description="目标或数据的年份。")
    limit: Annotated[int, Field(ge=1, le=100, description="最多几条。")] = 20


class _Check(_In):
    text: str = Field(min_length=1, max_length=LONGEST_FILING, description="含有条款引用的文字，一行一处最清楚。")


@dataclass(frozen=True, slots=True)
class _Door:
    """One tool: what it is, what it takes, what it does for a user. The text is what the model reads."""

    title: str
    description: str
    takes: type[BaseModel]
    does: Callable[["Assistant", User, Any], tuple[str, dict[str, Any]]]


def _ask(assistant: "Assistant", user: User, given: _Ask) -> tuple[str, dict[str, Any]]:
    answer = assistant.ask(given.question, given.session, owner=owner(user), register=reader(user))
    return answer.text, answer.to_json()


def _search(assistant: "Assistant", _: User, given: _Search) -> tuple[str, dict[str, Any]]:
    from assistant.conversation.understanding import clean

    return _as_text({"hits": records.hits(assistant.corpus, assistant.search(clean(given.query), given.k))})


def _clause(assistant: "Assistant", _: User, given: _Clause) -> tuple[str, dict[str, Any]]:
    return _as_text({"clauses": records.clauses_at(assistant.corpus, given.key, given.document_id, given.locator)})


def _indicator(assistant: "Assistant", _: User, given: _Indicator) -> tuple[str, dict[str, Any]]:
    return _as_text(records.indicators(assistant.corpus, given.topic, given.scene, given.year, given.limit))


def _check(assistant: "Assistant", _: User, given: _Check) -> tuple[str, dict[str, Any]]:
    from assistant.review.items import to_json

    return _as_text(to_json(assistant.check(given.text)))


def _as_text(made: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return json.dumps(made, ensure_ascii=False), made


def _calculate(name: str) -> Callable[["Assistant", User, BaseModel], tuple[str, dict[str, Any]]]:
    def compute(_: "Assistant", __: User, given: BaseModel) -> tuple[str, dict[str, Any]]:
        text, made = call(name, given.model_dump(exclude_none=True))
        if made is None:
            raise InputError(text)
        return text, made

    return compute


def _doors() -> Mapping[str, _Door]:
    fixed = {
        "ask": _Door("提问", "就近零碳机关建设提问，得到带条款出处的回答；没有依据时会直说。", _Ask, _ask),
        "search_clauses": _Door("找条款", "按相关程度列出资料库里的条款。", _Search, _search),
        "get_clause": _Door("取条款", "按键，或按文件编号和条号，取条款全文、强度和指标。", _Clause, _clause),
        "lookup_indicator": _Door("查指标", "各份文件对一个主题定下的数值，并列出互相不同的。", _Indicator, _indicator),
        "check_reference": _Door(
            "核查引用", "核对一段文字里引用的条款：条号、数值、约束词是否与条款一致。", _Check, _check
        ),
    }
    computing = {
        f"{CALCULATE}{spec.name}": _Door(spec.title, description(spec), arguments(spec.name), _calculate(spec.name))
        for spec in calculators().values()
    }
    return {**fixed, **computing}


def server(assistant: "Assistant", work: Work) -> Server[Any]:
    """The protocol server; ``work`` bounds how many calls run at once and how long."""
    doors = _doors()

    async def list_tools(_: "ServerRequestContext[Any]", __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(
            tools=[
                Tool(name=name, title=d.title, description=d.description, input_schema=d.takes.model_json_schema())
                for name, d in doors.items()
            ]
        )

    async def call_tool(context: "ServerRequestContext[Any]", params: CallToolRequestParams) -> CallToolResult:
        door = doors.get(params.name)
        if door is None:
            return _wrong(f"没有工具“{params.name[:60]}”；可用：{'、'.join(doors)}")
        scope = getattr(context.request, "scope", {})
        try:
            given = door.takes.model_validate(params.arguments or {})
            text, made = await work(door.does, assistant, scope.get("user", LOCAL), given)
            json.dumps(made, allow_nan=False)
        except ValidationError as error:
            return _wrong(mend(dict(error.errors()[0]))[0])
        except NearzeroError as error:
            return _wrong(str(error))
        except ValueError:
            return _wrong(str(OutOfRange("算出的结果超出了数的范围；请核对数量和单位。")))
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=made)

    return Server(
        "nearzero",
        title="近零碳机关助手",
        version=version("nearzero"),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _wrong(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=" ".join(message.split()))], is_error=True)


async def serve_stdio(assistant: "Assistant", work: Work) -> None:
    """Speak the protocol on stdin and stdout until the client is gone."""
    speaking = server(assistant, work)
    async with stdio_server() as (incoming, outgoing):
        await speaking.run(incoming, outgoing, speaking.create_initialization_options())
