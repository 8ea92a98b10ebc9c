"""The weak model's part: put into words what the program has gathered."""

from collections.abc import Iterator, Sequence

from langchain_core.messages import HumanMessage, SystemMessage

from assistant.answering.evidence import Evidence
from assistant.model.client import Endpoint, chat
from assistant.model.deadline import Deadline
from assistant.model.keys import EXAMPLE, Keyring
from assistant.model.prompts import prompt
from assistant.model.tools import described
from assistant.model.usage import Counter

__all__ = ["phrase"]

MOST_CLAUSES = 3
LONGEST_TEXT = 180
MOST_TOKENS = 180


def phrase(
    at: Endpoint,
    question: str,
    evidence: Sequence[Evidence],
    keys: Keyring,
    deadline: Deadline,
    counter: Counter,
) -> Iterator[str]:
    """The model's text as it comes. The evidence is the whole of what it is shown."""
    shown = "\n".join(described(e, keys.clause(e), LONGEST_TEXT) for e in evidence[:MOST_CLAUSES])
    example = next(iter(keys.clause(e) for e in evidence[:1]), EXAMPLE)
    messages = [
        SystemMessage(prompt("phrase").text.replace("{example}", EXAMPLE)),
        HumanMessage(f"资料：\n{shown}\n\n提问：{question}\n\n写出回答，每句末尾写编号，如 [{example}]。"),
    ]
    counter.called()
    for chunk in chat(at, deadline.left, most_tokens=MOST_TOKENS).stream(messages):
        counter.reported(chunk.usage_metadata)
        if chunk.text:
            yield chunk.text
