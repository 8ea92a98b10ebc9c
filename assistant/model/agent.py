"""The strong model's part: LangChain's agent drives the tools, and its calls are mended or refused on the way."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, AgentState, ModelCallLimitMiddleware, hook_config
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolCall
from langchain_core.runnables import RunnableConfig

from assistant.model.client import Endpoint, chat
from assistant.model.deadline import Deadline
from assistant.model.keys import EXAMPLE
from assistant.model.prompts import prompt
from assistant.model.repair import Call, Refused, calls_in_text, mend
from assistant.model.tools import Toolbox, calculator_names
from assistant.model.usage import Counter

__all__ = ["drive"]

MOST_CALLS = 6
"""Calls of the model in one turn; the seventh would be a loop."""

MOST_TOOLS = 4
"""Tool calls of one message that are carried out."""


class Mending(AgentMiddleware[Any, Any, Any]):
    """Looks at every message of the model before its tool calls are carried out."""

    def __init__(self, tools: Sequence[str]) -> None:
        super().__init__()
        self._tools = tuple(tools)

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: AgentState[Any], runtime: Any) -> dict[str, Any] | None:
        """Replace what can be mended; tell the model in one line what cannot."""
        message = state["messages"][-1]
        if not isinstance(message, AIMessage):
            return None
        found: list[Call | Refused] = [mend(c["name"], c["args"], self._tools) for c in message.tool_calls]
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


def drive(at: Endpoint, question: str, box: Toolbox, deadline: Deadline, counter: Counter) -> Iterator[str]:
    """What the model writes, as it comes, a line break between its messages. Raises what the endpoint raises."""
    tools = box.tools()
    agent = create_agent(
        chat(at, deadline.left),
        tools,
        system_prompt=f"{prompt('agent').text.replace('{example}', EXAMPLE)}\n\n计算器：\n{calculator_names()}",
        middleware=[
            Mending([tool.name for tool in tools]),
            ModelCallLimitMiddleware(run_limit=MOST_CALLS, exit_behavior="error"),
        ],
    )
    asked: Any = {"messages": [HumanMessage(f"提问：{question}")]}
    config: RunnableConfig = {"recursion_limit": 8 * MOST_CALLS}
    last = None
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
