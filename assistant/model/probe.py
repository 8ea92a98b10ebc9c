"""What a model can do, found out once by asking: whether it may drive the tools or only phrase what was gathered."""

import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Literal

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.model.client import FAULTS, Endpoint, chat, reason
from assistant.model.deadline import Deadline, within
from assistant.model.prompts import prompt
from assistant.model.usage import Counter

__all__ = ["Tier", "Tiers", "probe"]

Tier = Literal["tools", "phrase"]
"""``tools``: it calls tools well-formed and cites what they return; ``phrase``: it only writes over given evidence."""

_TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "look_up_ratio",
            "description": "查停车场的充电桩比例",
            "parameters": {
                "type": "object",
                "properties": {"place": {"type": "string"}, "reserve": {"type": "number", "description": "小数"}},
                "required": ["place", "reserve"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "look_up_weather",
            "description": "查天气",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    },
]
_ASKED = "东楼停车场预留三成，查它的充电桩比例是多少？用工具查。"
_FOUND = "[Q47] 东楼停车场的充电桩比例为 35%。"


def probe(at: Endpoint, deadline: Deadline, counter: Counter) -> Tier:
    """Two tiny calls: one tool of two with typed arguments, then a sentence that copies figure and key of the result.

    Raises what the endpoint raises; a model that answers wrongly is ``phrase``.
    """
    model = chat(at, deadline.left, most_tokens=160)
    asked = [SystemMessage(prompt("probe").text), HumanMessage(_ASKED)]
    counter.called()
    called = model.bind_tools(_TOOLS).invoke(asked)
    counter.reported(called.usage_metadata)
    if not _calls_well(called):
        return "phrase"
    counter.called()
    found = ToolMessage(_FOUND, tool_call_id=called.tool_calls[0]["id"] or "1")
    said = model.bind_tools(_TOOLS).invoke([*asked, called, found])
    counter.reported(said.usage_metadata)
    return "tools" if not said.tool_calls and "Q47" in said.text and "35%" in said.text.replace(" ", "") else "phrase"


def _calls_well(message: AIMessage) -> bool:
    if len(message.tool_calls) != 1 or message.invalid_tool_calls:
        return False
    call = message.tool_calls[0]
    arguments = call["args"]
    typed = isinstance(arguments.get("reserve"), float) and isinstance(arguments.get("place"), str)
    return call["name"] == "look_up_ratio" and typed and abs(arguments["reserve"] - 0.3) < 1e-9


class Tiers:
    """The tier of each endpoint and model, kept in one small file; a new version of the probe asks again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._undecided: dict[str, Tier] = {}

    def of(self, at: Endpoint, deadline: Deadline, counter: Counter) -> Tier:
        """The tier of this model, asking it the first time.

        A model too slow to be probed within the time only phrases until the program starts again; any other failure
        of the endpoint is raised, and the next turn asks anew.
        """
        with self._lock:
            name = f"{prompt('probe').version} {at.known}"
            known: Tier | None = self._read().get(name) or self._undecided.get(name)  # type: ignore[assignment]
            if known is not None:
                return known
            try:
                (tier,) = within(deadline, lambda: iter([probe(at, deadline, counter)]))
            except FAULTS as error:
                if reason(error) == "timeout":
                    self._undecided[name] = "phrase"
                raise
            self._write({**self._read(), name: tier})
            return tier

    def _read(self) -> dict[str, str]:
        try:
            raw = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {k: v for k, v in raw.items() if v in {"tools", "phrase"}} if isinstance(raw, dict) else {}

    def _write(self, tiers: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, suffix=".json")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(tiers, file, ensure_ascii=False, indent=1)
        Path(name).replace(self._path)
