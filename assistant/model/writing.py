"""From a model's stream of characters to checked sentences: nothing leaves before it is whole and checked."""

import re
from collections.abc import Iterator

from assistant.answering.grounding import Dropped, Source, fault
from assistant.model.keys import Keyring

__all__ = ["Writing"]

_END = re.compile(r"[。！？!?]+[”’」』）)*]*|\n")
_TRAILING = re.compile(r"(?:\s*(?:[\[［【][^\[\]［］【】\n]{0,80}[\]］】]|[(（][A-Za-z]\d{2}[)）]))*[。]?")
_OPENS = re.compile(r"\s*(?:$|[\[［【(（][^\]］】)）\n]{0,80}$)")
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)

LONGEST = 4000
"""Characters of a sentence still waiting for its end; beyond that it is none."""


class Writing:
    """Takes pieces of text, gives back checked sentences, keeps what was dropped and why."""

    def __init__(self, keys: Keyring, typed: Source) -> None:
        self._keys = keys
        self._typed = typed
        self._waiting = ""
        self._thinking = False
        self.dropped: list[Dropped] = []
        self.kept: list[str] = []
        self.length = 0

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that this piece completes and that stand."""
        self.length += len(piece)
        self._waiting += piece
        yield from self._cut(final=False)

    def close(self, *, cut_off: bool = False) -> Iterator[str]:
        """What is left at the end; a sentence the connection broke in the middle of is none."""
        if cut_off:
            self._waiting = ""
        yield from self._cut(final=True)

    @property
    def text(self) -> str:
        """Everything kept, lead-ins without a sentence after them left out."""
        text = "".join(self.kept).strip()
        return re.sub(r"(?:^|\n)[^\n\[]*[：:]\s*$", "", text).strip()

    @property
    def cited(self) -> int:
        """How many kept sentences carry a mark."""
        return sum("[" in sentence for sentence in self.kept)

    def _cut(self, *, final: bool) -> Iterator[str]:
        self._waiting = _THOUGHT.sub("", self._waiting)
        if "<think>" in self._waiting and not final:
            return
        while self._waiting:
            end = _END.search(self._waiting)
            if end is None:
                break
            trailing = _TRAILING.match(self._waiting, end.end())
            stop = trailing.end() if trailing and end.group() != "\n" else end.end()
            # A mark may still follow the full stop, or be half here.
            if not final and end.group() != "\n" and _OPENS.match(self._waiting, stop):
                break
            sentence, self._waiting = self._waiting[:stop], self._waiting[stop:]
            yield from self._judge(sentence)
        if len(self._waiting) > LONGEST:
            self._waiting = ""
        if final and self._waiting:
            sentence, self._waiting = self._waiting, ""
            yield from self._judge(sentence)

    def _judge(self, sentence: str) -> Iterator[str]:
        if not sentence.strip():
            if self.kept and not self.kept[-1].endswith("\n\n"):
                self.kept.append(sentence)
                yield sentence
            return
        before = self._keys.count
        marked = self._keys.marked(sentence)
        why = "ghost" if marked is None else fault(marked, self._keys.sources(), self._typed, strict=True)
        if marked is None or why is not None:
            self._keys.back_to(before)
            self.dropped.append(Dropped(sentence, why or "ghost"))
            return
        self.kept.append(marked)
        yield marked
