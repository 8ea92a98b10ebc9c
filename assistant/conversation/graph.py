"""The steps as a LangGraph graph with a checkpoint per conversation, so that a conversation survives a restart."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, cast

from assistant.conversation.memory import Memory
from assistant.conversation.steps import STEPS, Core, take
from assistant.conversation.turn import Turn

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

__all__ = ["Conversations"]


class Conversations:
    """Conversations kept in one SQLite file; each is known by its name only."""

    def __init__(self, core: Core, path: Path) -> None:
        import sqlite3

        from langgraph.checkpoint.sqlite import SqliteSaver

        path.parent.mkdir(parents=True, exist_ok=True)
        self._saver = SqliteSaver(sqlite3.connect(path, check_same_thread=False, timeout=10))
        self._graph = _build(core, self._saver)

    def take(self, turn: Turn) -> Turn:
        """Take one turn of the conversation ``turn.session`` from where it stands."""
        state = self._graph.invoke({"turn": turn}, {"configurable": {"thread_id": turn.session}})
        return cast(Turn, state["turn"])

    def forget(self, session: str) -> None:
        """Delete a conversation."""
        self._saver.delete_thread(session)

    def close(self) -> None:
        self._saver.conn.close()


def _build(core: Core, saver: Any) -> "CompiledStateGraph[Any, Any, Any, Any]":
    from langgraph.channels import UntrackedValue
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict, total=False):
        turn: Annotated[Turn, UntrackedValue]
        memory: dict[str, Any]

    graph = StateGraph(State)

    def node(name: str) -> Any:
        def run(state: dict[str, Any]) -> dict[str, Any]:
            turn = cast(Turn, state["turn"])
            if name == "understand":
                turn = _remember(turn, state.get("memory"))
            after = take(core, turn, name)
            return {"turn": after, "memory": after.memory.to_json()}

        return run

    for name in STEPS:
        graph.add_node(name, node(name))
        graph.add_conditional_edges(name, lambda state: state["turn"].next or END, [*STEPS, END])
    graph.add_edge(START, "understand")
    return graph.compile(checkpointer=saver)


def _remember(turn: Turn, raw: dict[str, Any] | None) -> Turn:
    from dataclasses import replace

    return replace(turn, memory=Memory.from_json(raw or {}))
