"""The strong model's part: LangChain's agent drives the tools, and its calls are mended or refused on the way."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, ModelCallLimitMiddleware, hook_config
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolCall
from langchain_core.runnables import RunnableConfig

from assistant.answering.register import Register
from assistant.model.client import Endpoint, chat
from assistant.model.deadline import Deadline
from assistant.model.prompts import system
from assistant.model.repair import Call, Refused, calls_in_text, mend
from assistant.model.tools import Toolbox, calculator_names
from assistant.model.usage import Counter
from corpus.errors import ModelUnavailable

__all__ = ["drive"]

MOST_CALLS = 6
"""Calls of the model in one turn; the seventh would be a loop."""

MOST_TOOLS = 4
"""Tool calls of one message that are carried out."""


class Overheard(BaseCallbackHandler):
    """The arguments of the last message's calls as the endpoint sent them.

    LangChain completes half a JSON object on its own; what was cut short must be known as such.
    """

    def __init__(self) -> None:
        self._by_index: dict[object, tuple[str, str]] = {}

    def on_chat_model_start(self, *_: Any, **__: Any) -> None:
        self._by_index = {}

    def on_llm_new_token(self, token: str | list[Any], *, chunk: Any = None, **_: Any) -> None:
        for part in getattr(getattr(chunk, "message", None), "tool_call_chunks", ()):
            name, arguments = self._by_index.get(part["index"], ("", ""))
            self._by_index[part["index"]] = (name or part["id"] or "", arguments + (part["args"] or ""))

    def arguments(self, call_id: str | None) -> str | None:
        """The raw arguments of a call; ``None`` where the message did not come in pieces."""
        return next((raw for known, raw in self._by_index.values() if known and known == call_id), None)


class Mending(AgentMiddleware[Any, Any, Any]):
    """Looks at every message of the model before its tool calls are carried out."""

    def __init__(self, tools: Sequence[str], overheard: Overheard) -> None:
        super().__init__()
        self._overheard = overheard
        self._tools = tuple(tools)

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: AgentState[Any], runtime: Any) -> dict[str, Any] | None:
        """Replace what can be mended; tell the model in one line what cannot."""
        message = state["messages"][-1]
        if not isinstance(message, AIMessage):
            return None
        found: list[Call | Refused] = [
            mend(c["name"], c["args"] if (raw := self._overheard.arguments(c["id"])) is None else raw, self._tools)
            for c in message.tool_calls
        ]
        found += [mend(c["name"] or "", c["args"] or "", self._tools) for c in message.invalid_tool_calls]
        if not found:
            found = calls_in_text(message.text, self._tools)
        if not found:
            return None
        calls = [c for c in found if isinstance(c, Call)][:MOST_TOOLS]
        if not calls:
            why = "；".join(dict.fromkeys(r.why for r in found if isinstance(r, Refused)))
            said = AIMessage(content=message.text or "（调用没有执行）", id=message.id)
            return {"messages": [said, HumanMessage(why)], "jump_to": "model"}
        mended = [
            ToolCall(name=c.name, args=dict(c.arguments), id=f"call_{uuid.uuid4().hex[:12]}", type="tool_call")
            for c in calls
        ]
        return {"messages": [AIMessage(content="", tool_calls=mended, id=message.id)]}


def drive(
    at: Endpoint, question: str, box: Toolbox, deadline: Deadline, counter: Counter, register: Register = "staff"
) -> Iterator[str]:
    """What the model writes, as it comes, a line break between its messages. Raises what the endpoint raises."""
    tools, overheard = box.tools(), Overheard()
    model = chat(at, deadline.left)
    model.callbacks = [overheard]
    agent = create_agent(
        model,
        tools,
        system_prompt=f"{system('agent', register)}\n\n计算器：\n{calculator_names()}",
        middleware=[
            Mending([tool.name for tool in tools], overheard),
            ModelCallLimitMiddleware(run_limit=MOST_CALLS, exit_behavior="error"),
        ],
    )
    asked: Any = {"messages": [HumanMessage(f"提问：{question}")]}
    config: RunnableConfig = {"recursion_limit": 8 * MOST_CALLS}
    last = None
    try:
        for piece, _ in agent.stream(asked, config, stream_mode="messages"):
            if not isinstance(piece, AIMessageChunk):
                continue
            if piece.id != last:
                counter.called()
                last = piece.id
                yield "\n"
            counter.reported(piece.usage_metadata)
            if piece.text:
                yield piece.text
    except ModelCallLimitExceededError as error:
        raise ModelUnavailable("对话模型反复调用工具，没有给出回答。") from error
