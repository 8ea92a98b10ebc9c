"""From a model's stream of characters to checked sentences: nothing leaves before it is whole and checked."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering.evidence import Evidence
from assistant.answering.grounding import Fault, fault, typed
from assistant.model.conditions import apart, concludes, loosens, misplaced, obeys
from assistant.model.keys import Keyring
from assistant.review.figures import figures
from assistant.review.likeness import pairs, told

__all__ = ["Fallen", "Writing"]

_END = re.compile(r"[。！？!?]+[”’」』）)*]*|\n")
_TRAILING = re.compile(r"(?:[ \t]*(?:[\[［【][^\[\]［］【】\n]{0,80}[\]］】]|[(（][A-Za-z]\d{2}[)）]))*[。]?")
_OPENS = re.compile(r"[ \t]*(?:$|[\[［【(（][^\]］】)）\n]{0,80}$)")
_THOUGHT = re.compile(r"<think>.*?</think>", re.S)
_MARK = re.compile(r"\[(\d{1,3})\]")
_FRONT = re.compile(r"^(\s*(?:(?:[-*•]|\d{1,2}[.、)）])\s*)?)((?:\[\d{1,3}\])+)[\s:：]*(?=\S)")
_ORDINAL = re.compile(r"^(\s*)\d{1,2}[.、)）]\s*(?=\D)")
_TAIL = re.compile(r"\s*[。！？!?]*\s*$")

_MISATTRIBUTED = frozenset({"unmarked", "unsupported", "figure", "year", "modal", "place", "number", "title", "quote"})
"""Faults that a sentence may have under one clause and not under another."""

LONGEST = 4000
"""Characters of a sentence still waiting for its end; beyond that it is none."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A sentence that is not said, and why; ``condition``: it leaves out the case its clause speaks of, ``empty``: it only
    names the clause.
    """

    sentence: str
    fault: Fault | Literal["condition", "empty"]


class Writing:
    """Takes pieces of text, gives back checked sentences, keeps what was dropped and why.

    ``shown`` is the evidence a weak model was given: a sentence without a key, or with the key of a clause that does not
    bear it out, gets that of the clause which does. Where it is empty such a sentence falls.
    """

    def __init__(self, keys: Keyring, question: str, shown: Sequence[Evidence] = ()) -> None:
        self._keys = keys
        self._question = question
        self._typed = typed(question)
        self._shown = shown
        self._waiting = ""
        self._line: tuple[Evidence, ...] = ()
        self._noted: set[str] = set()
        self._said: set[tuple[str, ...]] = set()
        self.dropped: list[Fallen] = []
        self.kept: list[str] = []
        self.length = 0

    def feed(self, piece: str) -> Iterator[str]:
        """The sentences that this piece completes and that stand."""
        self.length += len(piece)
        self._waiting += piece
        yield from self._cut(final=False)

    def close(self, *, cut_off: bool = False) -> Iterator[str]:
        """What is left at the end; a sentence that broke off in the middle is none."""
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

    @property
    def judged(self) -> int:
        """How many sentences were looked at."""
        return sum(bool(s.strip()) for s in self.kept) + len(self.dropped)

    @property
    def faults(self) -> Mapping[str, int]:
        """How many sentences fell, by reason."""
        return Counter(str(fallen.fault) for fallen in self.dropped)

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
            self._line = ()
            if self.kept and not self.kept[-1].endswith("\n\n"):
                self.kept.append(sentence)
                yield sentence
            return
        before = self._keys.count
        marked = self._keys.marked(sentence)
        if marked is None:
            self._fall(before, sentence, "ghost")
            return
        marked, why = self._stood(before, marked)
        if marked.endswith("\n"):
            self._line = ()
        if why is not None:
            self._fall(before, sentence, why)
            return
        plain = _MARK.sub("", marked).strip()
        cited = self._keys.cited(marked)
        once = (plain, *(item.clause.key for item in cited))
        if once in self._said:
            self._keys.back_to(before)
            return
        note = apart(plain, cited, self._question)
        if note is None or loosens(plain + note, cited, self._question):
            self._fall(before, sentence, "condition")
            return
        if self._shown and _names_only(plain, cited):
            self._fall(before, sentence, "empty")
            return
        self._said.add(once)
        if note and note not in self._noted:
            self._noted.add(note)
            marked = _inserted(marked, note)
        self.kept.append(marked)
        yield marked

    def _stood(self, before: int, marked: str) -> tuple[str, Fault | None]:
        """The sentence under the marks that bear it out, or why there are none."""
        marked = re.sub(r"[ \t]+(?=\[\d)", "", self._mark_moved(marked))
        if self._shown:  # an item that falls would leave a gap in the count
            marked = _ORDINAL.sub(r"\1- ", marked)
        why = self._why(marked)
        if why is None and self._shown:
            marked = self._one_mark(before, marked)
        if why in _MISATTRIBUTED and self._shown:
            self._keys.back_to(before)
            found = self._attributed(_MARK.sub("", marked))
            if found is not None:
                marked, why = found, None
        return marked, why

    def _fall(self, before: int, sentence: str, why: Fault | Literal["condition", "empty"]) -> None:
        self._keys.back_to(before)
        self.dropped.append(Fallen(sentence, why))

    def _why(self, marked: str) -> Fault | None:
        sources = self._keys.sources()
        why = fault(marked, sources, self._typed, strict=True)
        marks = [int(n) for n in _MARK.findall(marked)]
        if why is not None or not marks:
            return why
        plain, cited = _MARK.sub("", marked), self._keys.cited(marked)
        if misplaced(plain, cited):
            return "figure"
        if obeys(plain, "\n".join(sources[n].text for n in marks), self._question):
            return "unsupported"
        return "unsupported" if self._shown and concludes(plain, cited, self._question) else None

    def _mark_moved(self, marked: str) -> str:
        """A key written before its sentence stands behind it, and for the rest of its line."""
        front = _FRONT.match(marked)
        if front is None or not self._shown:
            return marked
        self._line = self._keys.cited(front[2])
        rest = front[1] + marked[front.end() :]
        return rest if _MARK.search(rest) else _inserted(rest, front[2])

    def _one_mark(self, before: int, marked: str) -> str:
        """The sentence under the one of its marks that bears it out alone, where one does."""
        cited = self._keys.cited(marked)
        if len(cited) < 2:
            return marked
        plain = _MARK.sub("", marked)
        self._keys.back_to(before)
        for item in cited:
            trial = _inserted(plain, self._keys.cite(item))
            if self._why(trial) is None:
                return trial
            self._keys.back_to(before)
        for item in cited:
            self._keys.cite(item)
        return marked

    def _attributed(self, sentence: str) -> str | None:
        """The sentence under the mark of its line, else of the clause shown that bears it out best; ``None`` if none does."""
        before = self._keys.count
        if sentence.rstrip().endswith(("：", ":")):
            return None
        if self._line:
            trial = _inserted(sentence, "".join(self._keys.cite(item) for item in self._line))
            if self._why(trial) is None:
                return trial
            self._keys.back_to(before)
        said = pairs(sentence)
        for item in sorted(self._shown, key=lambda e: -len(said & pairs(told(e.clause)))):
            trial = _inserted(sentence, self._keys.cite(item))
            if self._why(trial) is None:
                return trial
            self._keys.back_to(before)
        return None


def _names_only(plain: str, cited: Sequence[Evidence]) -> bool:
    """Whether a sentence is a heading, a title or a place and says nothing of what stands there."""
    names = "".join(
        f"{e.clause.heading} {e.document.title} {e.document.number or ''} {e.clause.locator.text if e.clause.locator else ''}；"
        for e in cited
    )
    return bool(cited) and not figures(plain) and pairs(plain) <= pairs(names)


def _inserted(sentence: str, mark: str) -> str:
    """The sentence with a mark or a bracket before its full stop.

    >>> _inserted("夏季不低于26℃。", "[1]")
    '夏季不低于26℃[1]。'
    """
    tail = _TAIL.search(sentence)
    at = tail.start() if tail else len(sentence)
    return f"{sentence[:at]}{mark}{sentence[at:]}"
