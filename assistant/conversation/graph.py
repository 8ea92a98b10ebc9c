"""The steps as a LangGraph graph with a checkpoint per conversation, so that a conversation survives a restart."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, TypedDict, cast

from assistant.conversation.memory import Memory
from assistant.conversation.steps import STEPS, Core, take
from assistant.conversation.store import Conversation, Store
from assistant.conversation.turn import Turn
from corpus.errors import InputError, UnknownConversation

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

__all__ = ["LONGEST_NAME", "Conversations"]

_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

LONGEST_NAME = 200
"""Characters of a conversation's or a person's name."""


class Conversations:
    """Kept conversations, each known by its person and its name; nobody reaches another's."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._graph = _build(store.saver)
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)

    def take(self, core: Core, turn: Turn, owner: str = "", *, after: int | None = None) -> Turn:
        """Take one turn of the conversation ``turn.session`` from where it stands, or from where it stood ``after``
        that many turns; those that followed are then forgotten.

        Turns of one conversation follow one another; its state is written when the turn is finished, so that an
        interrupted one leaves the conversation as it was.
        """
        thread = _thread(owner, turn.session)
        with self._turns[thread]:
            held = self._store.count(thread)
            kept = held if after is None else max(0, min(after, held))
            begun: dict[str, Any] = {"turn": turn, "core": core}
            if kept < held:
                begun["rewound"] = self._store.memory(thread, kept)
            with self._store.guarded():
                state = self._graph.invoke(begun, _config(thread), durability="exit")
            done = cast(Turn, state["turn"])
            assert done.answer is not None
            answer = replace(done.answer, timing_ms=done.timing).to_json()
            self._store.note(thread, owner, turn.session, kept + 1, done.asked.question, answer, done.memory.to_json())
        return done

    def all(self, owner: str = "") -> tuple[Conversation, ...]:
        """A person's conversations, last used first."""
        return self._store.all(owner)

    def history(
        self, session: str, owner: str = "", *, first: int = 1, last: int | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """The turns ``first`` to ``last`` of a conversation (all, unless said) as ``nearzero.answer/1``.

        Raises ``UnknownConversation``.
        """
        thread = _thread(owner, session)
        held = self._store.count(thread)
        if not held:
            raise UnknownConversation(f"没有叫“{session[:40]}”的会话。")
        return self._store.turns(thread, first, held if last is None else last)

    def rename(self, session: str, title: str, owner: str = "") -> None:
        """Give a conversation a title of one's own. Raises ``UnknownConversation``, ``InputError`` for an empty one."""
        if not title.strip():
            raise InputError("会话名称不能为空。")
        self._store.rename(_thread(owner, session), " ".join(title.split()))

    def delete(self, session: str, owner: str = "") -> None:
        """Delete a conversation with everything said in it. Raises ``UnknownConversation``."""
        thread = _thread(owner, session)
        with self._turns[thread]:
            self._store.delete(thread)

    def close(self) -> None:
        self._store.close()


def _thread(owner: str, session: str) -> str:
    """One key of person and name; no name can be written so that it reads as another person's."""
    if len(session) > LONGEST_NAME or len(owner) > LONGEST_NAME:
        raise InputError(f"会话名太长，请控制在 {LONGEST_NAME} 字以内。")
    if _UNSTORABLE.search(session + owner):
        raise InputError("会话名里有不能保存的控制字符，请换一个名字。")
    return json.dumps([owner, session], ensure_ascii=True)


def _config(thread: str) -> Any:
    return {"configurable": {"thread_id": thread}}


def _build(saver: Any) -> "CompiledStateGraph[Any, Any, Any, Any]":
    from langgraph.channels import UntrackedValue
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict, total=False):
        turn: Annotated[Turn, UntrackedValue]
        core: Annotated[Core, UntrackedValue]
        rewound: Annotated[Mapping[str, Any], UntrackedValue]
        memory: dict[str, Any]

    graph = StateGraph(State)

    def node(name: str) -> Any:
        def run(state: dict[str, Any]) -> dict[str, Any]:
            turn = cast(Turn, state["turn"])
            if name == "understand":
                remembered = state.get("rewound")
                memory = Memory.from_json(state.get("memory") or {} if remembered is None else remembered)
                turn = replace(turn, memory=memory.among(state["core"].corpus))
            after = take(state["core"], turn, name)
            return {"turn": after, "memory": after.memory.to_json()}

        return run

    for name in STEPS:
        graph.add_node(name, node(name))
        graph.add_conditional_edges(name, lambda state: state["turn"].next or END, [*STEPS, END])
    graph.add_edge(START, "understand")
    return graph.compile(checkpointer=saver)
