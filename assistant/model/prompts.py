"""The prompts, one file each under ``prompts/``, with the version that is stamped on every answer."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

__all__ = ["Prompt", "PromptName", "prompt"]

PromptName = Literal["agent", "phrase", "probe"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and its version; a changed text gets a new version."""

    version: str
    text: str


@cache
def prompt(name: PromptName) -> Prompt:
    """The prompt of that name.

    >>> prompt("phrase").version
    'phrase/1'
    """
    head, _, body = files("assistant.model").joinpath("prompts", f"{name}.md").read_text("utf-8").partition("---\n")
    return Prompt(version=head.removeprefix("version:").strip(), text=body.strip())
