"""Malformed tool calls: mended where the meaning is plain, refused where it is not, never carried out on a guess."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = ["Call", "Refused", "calls_in_text", "mend"]

_FENCE = re.compile(r"```[a-zA-Z_]*\s*(.*?)(?:```|$)", re.S)
_TAGGED = re.compile(r"<tool_call>\s*(.*?)(?:</tool_call>|$)", re.S)
_NAME_KEYS = ("name", "tool", "function", "tool_name", "action")
_ARGUMENT_KEYS = ("arguments", "args", "parameters", "input", "action_input", "inputs")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that may be carried out once its arguments fit the tool's schema."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that is not carried out; ``why`` is told to the model in one line."""

    why: str


def mend(name: str, arguments: object, tools: Sequence[str]) -> Call | Refused:
    """One call with a known name and an object of arguments.

    >>> mend("Search-Clauses", '{"query": "空调"}', ["search_clauses"])
    Call(name='search_clauses', arguments={'query': '空调'})
    >>> mend("delete_files", {}, ["search_clauses"])
    Refused(why='没有叫“delete_files”的工具；可用：search_clauses。')
    >>> mend("search_clauses", '{"query": "空', ["search_clauses"])
    Refused(why='search_clauses 的参数不是完整的 JSON 对象，没有执行。')
    """
    known = {tool.lower(): tool for tool in tools}
    plain = re.sub(r"[\s\-.]+", "_", name.strip()).lower().removeprefix("functions_")
    near = [plain] if plain in known else get_close_matches(plain, known, n=1, cutoff=0.88)
    if not near:
        return Refused(f"没有叫“{name[:40]}”的工具；可用：{'、'.join(tools)}。")
    tool = known[near[0]]
    if isinstance(arguments, str):
        read = list(_objects(arguments)) if arguments.strip() else [{}]
        if len(read) != 1:
            return Refused(f"{tool} 的参数不是完整的 JSON 对象，没有执行。")
        arguments = read[0]
    if not isinstance(arguments, Mapping):
        return Refused(f"{tool} 的参数不是完整的 JSON 对象，没有执行。")
    return Call(tool, dict(arguments))


def calls_in_text(text: str, tools: Sequence[str]) -> list[Call | Refused]:
    """The tool calls a model wrote into its answer instead of calling; empty where the text is an answer.

    >>> calls_in_text('```json\\n{"name": "search_clauses", "arguments": {"query": "空调"}}\\n```', ["search_clauses"])
    [Call(name='search_clauses', arguments={'query': '空调'})]
    >>> calls_in_text("夏季不低于26℃[B12]。", ["search_clauses"])
    []
    """
    blocks = [m[1] for pattern in (_TAGGED, _FENCE) for m in pattern.finditer(text)]
    if not blocks and text.lstrip().startswith("{"):
        blocks = [text]
    found: list[Call | Refused] = []
    for block in blocks:
        read = list(_objects(block))
        found += [c for c in (_as_call(o, tools) for o in read) if c is not None]
        if not read and any(f'"{key}"' in block for key in _NAME_KEYS):
            found.append(Refused("工具调用没有写完整，没有执行；请重新调用，或根据已有资料回答。"))
    return found


def _as_call(read: Mapping[str, Any], tools: Sequence[str]) -> Call | Refused | None:
    if isinstance(read.get("function"), Mapping):
        read = read["function"]
    name = next((read[k] for k in _NAME_KEYS if isinstance(read.get(k), str)), None)
    if name is None:
        return None
    return mend(name, next((read[k] for k in _ARGUMENT_KEYS if k in read), {}), tools)


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The whole JSON objects of a text, in a list or one after another; nothing where one is cut short."""
    decoder, at = json.JSONDecoder(), 0
    fenced = _FENCE.search(text)
    text = (fenced[1] if fenced else text).strip().rstrip(",;")
    while at < len(text):
        start = min((i for i in (text.find("{", at), text.find("[", at)) if i >= 0), default=-1)
        if start < 0:
            return
        try:
            value, at = decoder.raw_decode(text, start)
        except ValueError:
            return
        items: Iterable[object] = value if isinstance(value, list) else [value]
        yield from (item for item in items if isinstance(item, Mapping))
