"""The prompts, one file each under ``prompts/``, with the version that is stamped on every answer."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from assistant.answering.register import Register
from assistant.model.keys import EXAMPLE

__all__ = ["Prompt", "PromptName", "prompt", "system"]

PromptName = Literal["agent", "phrase", "probe", "readers", "repair"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and its version; a changed text gets a new version."""

    version: str
    text: str


@cache
def prompt(name: PromptName) -> Prompt:
    """The prompt of that name.

    >>> prompt("phrase").version
    'phrase/2'
    """
    head, _, body = files("assistant.model").joinpath("prompts", f"{name}.md").read_text("utf-8").partition("---\n")
    return Prompt(version=head.removeprefix("version:").strip(), text=body.strip())


def system(name: Literal["agent", "phrase"], register: Register) -> str:
    """The system prompt for a reader.

    >>> system("phrase", "evaluator").splitlines()[-1]
    '读的人是评价人员：写明强度用词、准确数值和年份。'
    """
    reader = dict(line.split("：", maxsplit=1) for line in prompt("readers").text.splitlines())[register]
    return prompt(name).text.replace("{example}", EXAMPLE).replace("{reader}", reader)
