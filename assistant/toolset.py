"""Every calculator as a LangChain tool, from its one specification.

The description is what a model reads to decide; each input takes plain text with its unit ("120 万度"). A mistake in an
input comes back as one line of Chinese the model may act on, never as an exception. `arguments` and `call` need no
LangChain and serve any other protocol.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from corpus.errors import InputError
from tools.calculator import Calculator, InputSpec, calculator, calculators, run, to_json, to_markdown

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool

__all__ = ["arguments", "call", "description", "toolset"]

_UNREADABLE = "输入有误，没有计算："


class _Arguments(BaseModel):
    """What every set of arguments shares: a name the calculator does not know is refused."""

    model_config = ConfigDict(extra="forbid")


@cache
def arguments(name: str) -> type[BaseModel]:
    """The inputs of a calculator as a pydantic model: quantities are text with their unit, or a bare number.

    >>> arguments("charging")(spaces="200个车位").spaces
    '200个车位'
    """
    spec = calculator(name)
    fields: dict[str, Any] = {}
    for item in spec.inputs:
        kind: Any = str if item.kind in {"text", "choice"} else str | float
        described = Field(... if item.required else None, description=_described(item))
        fields[item.name] = (kind if item.required else kind | None, described)
    made: type[BaseModel] = create_model(f"{spec.name.title()}Arguments", __base__=_Arguments, **fields)
    return made


def _described(item: InputSpec) -> str:
    """Label, what to ask, how to write it, the options, and what is taken where nothing is given."""
    parts = [f"{item.label}。{item.question}"]
    if item.kind == "quantity":
        parts.append(f"写数和单位，如“{item.example}”。" if item.example else "写数和单位。")
    elif item.choices:
        parts.append("可选：" + "、".join(f"{choice.key}（{choice.label}）" for choice in item.choices) + "。")
    elif item.example:
        parts.append(f"如“{item.example}”。")
    if item.default is not None:
        chosen = next((choice.label for choice in item.choices if choice.key == item.default), item.default)
        parts.append(f"不给时取 {chosen}（{item.default_reason}）。" if item.default_reason else f"不给时取 {chosen}。")
    return "".join(parts)


def description(spec: Calculator) -> str:
    """What a model reads about a calculator: what it does and how people ask for it."""
    asked = "；".join(spec.examples)
    return f"{spec.title}。{spec.description}" + (f" 适合的问法：{asked}" if asked else "")


def call(name: str, given: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Run a calculator: its working as text and as the entry of the answer contract; or one line and None.

    >>> call("charging", {"spaces": "200 千瓦", "ratio": "20%"})[0][:20]
    '输入有误，没有计算：停车位数：给的是功率'
    """
    try:
        made = run(name, {key: value for key, value in given.items() if value is not None})
    except InputError as error:
        return _UNREADABLE + " ".join(str(error).split()), None
    return to_markdown(made), to_json(made)


def toolset() -> "list[StructuredTool]":
    """All calculators, by name; the artifact of a result is its JSON."""
    return [_tool(spec) for spec in calculators().values()]


def _tool(spec: Calculator) -> "StructuredTool":
    from langchain_core.tools import StructuredTool
    from pydantic import ValidationError

    def compute(**given: Any) -> tuple[str, dict[str, Any] | None]:
        return call(spec.name, given)

    def unreadable(error: ValidationError | Any) -> str:
        return _UNREADABLE + _told(spec, error)

    return StructuredTool.from_function(
        compute,
        name=spec.name,
        description=description(spec),
        args_schema=arguments(spec.name),
        response_format="content_and_artifact",
        handle_validation_error=unreadable,
    )


def _told(spec: Calculator, error: Any) -> str:
    """What was wrong with the arguments themselves, in one line that names the input."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing":
        item = spec.input(name)
        return f"{spec.title}还缺 {item.label}（{item.name}）：{item.question}"
    if first["type"] == "extra_forbidden":
        known = "、".join(f"{item.name}（{item.label}）" for item in spec.inputs)
        return f"{spec.title}没有“{name}”这一项；可填：{known}"
    item = spec.input(name)
    return f"{item.label}（{name}）：读不懂“{first['input']}”，请写成文字，如“{item.example}”"
