"""The conversation sets: follow-ups, corrections, missing inputs, changes of subject; every turn is judged.

``python -m evals.conversations`` talks through the dev conversations and lists the turns that fall short;
``--split third`` and ``--split fourth`` do the same for sets that were written blind and then given to development;
``test`` and ``second`` give the share of the held-out ones without listing them.
"""

import json
import re
import sys
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from corpus.errors import LibraryError

__all__ = ["CONVERSATIONS", "Conversation", "Expected", "TurnScore", "converse", "faults", "load", "main"]

_CASES = Path(__file__).with_name("cases")
CONVERSATIONS = tuple(_CASES / f"conversations{name}.jsonl" for name in ("", "_second", "_third", "_fourth"))
"""The shipped sets; the second was written after the program and is held out whole, the third and the fourth were until they were worked on."""

_HEADING = re.compile(r"^### ", re.M)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a right answer to one turn shows.

    ``documents``: one of them is cited, and one of each group of ``also``; ``parts``: the answer stands under as many
    headings (none for 0), one for each question asked; ``locator``: a citation stands there (``only``: every one does); ``before``:
    nothing issued later is cited; ``text``: figures or words the answer holds; ``smalltalk``: no clause is cited.
    ``calculator`` with ``inputs`` (a part of what was read for it) and ``total``; ``asks``: the input asked for.
    """

    say: str
    kind: str
    documents: tuple[str, ...] = ()
    locator: str = ""
    only: bool = False
    before: str = ""
    text: tuple[str, ...] = ()
    also: tuple[tuple[str, ...], ...] = ()
    parts: int | None = None
    smalltalk: bool = False
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    total: float | None = None
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns of one conversation and the split it belongs to: ``dev``, ``third`` and ``fourth``, or held out as ``test`` or ``second``."""

    id: str
    turns: tuple[Expected, ...]
    split: str


@dataclass(frozen=True, slots=True)
class TurnScore:
    """One turn judged; ``faults`` is empty when it is right."""

    conversation: Conversation
    turn: int
    faults: tuple[str, ...]
    answer: str


def load(*paths: Path) -> tuple[Conversation, ...]:
    """Every conversation of the files (the shipped ones by default) in their order.

    One without a ``split`` of its own is put into ``test`` with a chance of a third, by the hash of its first turn.
    Raises ``LibraryError`` naming the line that does not fit.
    """
    found = []
    for path in paths or CONVERSATIONS:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                raw = json.loads(line)
                turns = tuple(_expected(turn) for turn in raw["turns"])
                found.append(Conversation(raw["id"], turns, raw.get("split") or _drawn(turns[0].say)))
            except (KeyError, TypeError, ValueError) as error:
                raise LibraryError(f"{path.name} 第 {number} 行不合规：{error}") from error
    return tuple(found)


def _drawn(first: str) -> str:
    return "test" if sha256(first.encode()).digest()[0] % 3 == 0 else "dev"


def _expected(raw: Mapping[str, Any]) -> Expected:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Expected(**fields)


def faults(expected: Expected, reply: Mapping[str, Any]) -> tuple[str, ...]:
    """What is wrong with the answer (``nearzero.answer/1``) to a turn, one short phrase each."""
    found = [] if reply["kind"] == expected.kind else [f"kind {reply['kind']} for {expected.kind}"]
    citations = reply["citations"]
    cited = {c["document_id"] for c in citations}
    found += ["no expected document cited" for d in (expected.documents, *expected.also) if d and not cited & set(d)]
    if expected.parts is not None and (parts := len(_HEADING.findall(reply["answer"]))) != expected.parts:
        found.append(f"{parts} parts for {expected.parts}")
    if expected.locator:
        held = [str(c["locator"] or "").startswith(expected.locator) for c in citations]
        if not any(held) or (expected.only and not all(held)):
            found.append(f"locator {[c['locator'] for c in citations]} for {expected.locator}")
    if expected.before and any((c["issued"] or "")[:10] > expected.before for c in citations):
        found.append(f"cites what was issued after {expected.before}")
    found += [f"lacks {word}" for word in expected.text if word not in reply["answer"]]
    if expected.smalltalk and citations:
        found.append("clauses cited in small talk")
    if expected.asks and not _asks(expected, reply["answer"]):
        found.append(f"does not ask for {expected.asks}")
    if expected.kind == "calculation" and reply["kind"] == "calculation":
        found += _miscalculated(expected, reply["calculations"][0])
    return tuple(found)


def _asks(expected: Expected, text: str) -> bool:
    from tools.calculator import calculator

    spec = calculator(expected.calculator).input(expected.asks)
    return (spec.question.partition("如“")[0] or spec.label) in text or spec.label in text.split("？", maxsplit=1)[0]


def _miscalculated(expected: Expected, computed: Mapping[str, Any]) -> list[str]:
    from tools.quantities import find

    found = [] if computed["tool"] == expected.calculator else [f"{computed['tool']} for {expected.calculator}"]
    for name, wanted in expected.inputs.items():
        read = _plain(str(computed["inputs"].get(name, "")))
        numbers = [*_NUMBER.findall(read), *(f"{q.value:.10g}" for q in find(read) if q.value is not None)]
        if not (wanted in numbers if _NUMBER.fullmatch(wanted) else wanted in read):
            found.append(f"{name} {read!r} for {wanted}")
    if expected.total is not None and abs(computed["total"]["value"] - expected.total) > 1e-6 * expected.total:
        found.append(f"total {computed['total']['value']} for {expected.total}")
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(",", "")


def converse(ask: Callable[[str, str], Mapping[str, Any]], conversation: Conversation) -> list[TurnScore]:
    """Talk through one conversation under a name of its own; ``ask`` takes the words and the conversation's name."""
    session = f"eval-{uuid.uuid4().hex}"
    scores = []
    for number, expected in enumerate(conversation.turns, start=1):
        reply = ask(expected.say, session)
        scores.append(TurnScore(conversation, number, faults(expected, reply), reply["answer"]))
    return scores


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the share of right turns, and unless they are held out every turn that falls short. 0 if 95 % are right."""
    from assistant.assistant import Assistant
    from assistant.settings import read

    given = list(sys.argv[1:] if arguments is None else arguments)
    split = given[given.index("--split") + 1] if "--split" in given else "dev"
    assistant = Assistant.open(read())

    def ask(question: str, session: str) -> Mapping[str, Any]:
        return assistant.ask(question, session).to_json()

    chosen = [c for c in load() if c.split == split]
    scores = [score for conversation in chosen for score in converse(ask, conversation)]
    assistant.close()
    right = sum(not score.faults for score in scores)
    sys.stdout.write(f"{split}: {len(chosen)} conversations, {right}/{len(scores)} turns = {right / len(scores):.3f}\n")
    if split in {"dev", "third", "fourth"}:
        for score in scores:
            if score.faults:
                said = score.conversation.turns[score.turn - 1].say
                sys.stdout.write(f"{score.conversation.id}.{score.turn} {said} | {'; '.join(score.faults)}\n")
                sys.stdout.write(f"    {score.answer[:200]!r}\n")
    return 0 if right >= 0.95 * len(scores) else 1


if __name__ == "__main__":
    raise SystemExit(main())
