"""The weak model's part: put into words what the program has gathered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.answering.register import Register
from assistant.model.client import Endpoint, chat
from assistant.model.deadline import Deadline
from assistant.model.keys import EXAMPLE, Keyring
from assistant.model.outline import Outline
from assistant.model.prompts import prompt, system
from assistant.model.usage import Counter

__all__ = ["Phrasing"]

MOST_TOKENS = 150
"""Three sentences with their keys; what is longer repeats itself."""

_TOLD: Mapping[str, str] = {
    "unmarked": "没有依据",
    "unsupported": "没有依据",
    "ghost": "写了不存在的编号",
    "figure": "数字和资料不一致",
    "year": "年份和资料不一致",
    "modal": "“应”“可”“不得”等用词和资料不一致",
    "condition": "丢了资料里的条件",
}


@dataclass(slots=True)
class Phrasing:
    """What a model is told in one turn, and how it ended. ``cut`` is set where its last words may be half a sentence."""

    at: Endpoint
    messages: list[BaseMessage]
    example: str
    counter: Counter
    cut: bool = False
    written: list[str] = field(default_factory=list)

    @classmethod
    def of(
        cls, at: Endpoint, question: str, told: Outline, keys: Keyring, register: Register, counter: Counter
    ) -> "Phrasing":
        """The outline is the whole of what the model is shown."""
        example = next((keys.clause(e) for e in told.shown), EXAMPLE)
        asked = f"资料：\n{told.lines(keys.clause)}\n\n提问：{question}\n\n{_request(example)}"
        return cls(at, [SystemMessage(system("phrase", register)), HumanMessage(asked)], example, counter)

    def pieces(self, deadline: Deadline) -> Iterator[str]:
        """The model's text as it comes."""
        self.counter.called()
        self.cut = True
        self.written = []
        for chunk in chat(self.at, deadline.left, most_tokens=MOST_TOKENS).stream(self.messages):
            self.counter.reported(chunk.usage_metadata)
            self.cut = self.cut and chunk.response_metadata.get("finish_reason") != "stop"
            if chunk.text:
                self.written.append(chunk.text)
                yield chunk.text

    def again(self, faults: Mapping[str, int]) -> "Phrasing":
        """The same once more, told what was wrong; without its first words, which it would only repeat."""
        wrong = "、".join(dict.fromkeys(_TOLD.get(name, "和资料不一致") for name in faults)) or "不成句子"
        request = prompt("repair").text.replace("{faults}", wrong).replace("{example}", self.example)
        first, asked = self.messages
        told = str(asked.content).removesuffix(_request(self.example))
        return Phrasing(self.at, [first, HumanMessage(f"{told}{request}")], self.example, self.counter)


def _request(example: str) -> str:
    return f"写出回答，每句末尾写编号，如 [{example}]。"
