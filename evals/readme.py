"""The parts of the README that the program writes: worked examples and the table of settings. A test compares them."""

import re
from pathlib import Path

from assistant.assistant import Assistant
from assistant.cli import plain
from assistant.settings import Settings, read

__all__ = ["EXAMPLES", "README", "examples", "render", "settings_table"]

README = Path(__file__).parents[1] / "README.md"

EXAMPLES = (
    "夏天办公室空调最低开几度？",
    "第6部分规定的充电桩配置比例是多少？",
    "80人开半天会，其中20人坐高铁来回120公里，碳排放多少？",
)


def examples(assistant: Assistant) -> str:
    """The three worked examples as the terminal shows them."""
    blocks = []
    for question in EXAMPLES:
        answer = re.sub(r"^\[", "- [", plain(assistant.ask(question)), flags=re.M)
        blocks.append(f"**{question}**\n\n" + "\n".join(f"> {line}".rstrip() for line in answer.splitlines()))
    return "\n\n".join(blocks)


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["| 变量 | 默认 | 含义 |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "系统的用户数据目录" if name == "home" else "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `NEARZERO_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def render(text: str, assistant: Assistant) -> str:
    """The README with its generated parts brought up to date."""
    for name, body in (("examples", examples(assistant)), ("settings", settings_table())):
        pattern = rf"(<!-- {name}:[^>]*-->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda m, body=body: f"{m[1]}\n{body}\n\n{m[2]}", text, flags=re.S)  # type: ignore[misc]
    return text


def main() -> None:
    """Write the README anew."""
    assistant = Assistant.open(read())
    README.write_text(render(README.read_text(encoding="utf-8"), assistant), encoding="utf-8")


if __name__ == "__main__":
    main()
