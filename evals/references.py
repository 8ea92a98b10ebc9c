"""The reference set: sentences of filings that cite clauses, each with the verdict ``nearzero check`` should give.

``python -m evals.references`` prints macro-F1 and the F1 of every verdict on both splits, and lists the dev sentences
that are judged otherwise.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, get_args

from assistant.review.items import Item
from assistant.review.verdict import Verdict
from corpus.errors import LibraryError
from corpus.library import Corpus
from evals.metrics import f1
from evals.question import Split, split_of

__all__ = ["REFERENCES", "Judged", "ReferenceCase", "judge", "load", "main"]

REFERENCES = Path(__file__).with_name("cases") / "references.jsonl"
"""The shipped set."""


@dataclass(frozen=True, slots=True)
class ReferenceCase:
    """One line of a filing. ``reference`` is the citation judged, where the line has more than one."""

    id: str
    text: str
    verdict: Verdict
    reference: str = ""

    @property
    def split(self) -> Split:
        return split_of(self.text)


@dataclass(frozen=True, slots=True)
class Judged:
    """A line with the verdict found for it."""

    case: ReferenceCase
    found: Verdict

    @property
    def pair(self) -> tuple[str, str]:
        return self.case.verdict, self.found


class _Checked(Protocol):
    @property
    def items(self) -> tuple[Item, ...]: ...


Check = Callable[[str, Corpus], _Checked]


def load(path: Path = REFERENCES) -> tuple[ReferenceCase, ...]:
    """Every line of the file in its order. Raises ``LibraryError`` naming the one that does not fit."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            case = ReferenceCase(**json.loads(line))
            if case.verdict not in get_args(Verdict) or case.reference not in case.text:
                raise ValueError(case.verdict)
        except (TypeError, ValueError) as error:
            raise LibraryError(f"{path.name} 第 {number} 行不合规：{error}") from error
        cases.append(case)
    return tuple(cases)


def judge(case: ReferenceCase, check: Check, corpus: Corpus) -> Judged:
    """The verdict on the citation the line is about.

    That is the item which shares most characters with it; without one named, the last item that judges a reference
    with a claim counts, so that a title and a place behind it (《…》自……起施行，见第三十五条) are one citation.
    """
    items = check(case.text, corpus).items
    begin = case.text.index(case.reference)
    end = begin + len(case.reference)
    cited = [item for item in items if item.verdict != "no_reference"]
    if case.reference:
        cited = [item for item in cited if item.span[0] < end and begin < item.span[1]]
        cited.sort(key=lambda item: min(end, item.span[1]) - max(begin, item.span[0]), reverse=True)
    else:
        cited.sort(key=lambda item: not item.claim)
    return Judged(case, cited[0].verdict if cited else "no_reference")


def main() -> int:
    """Print the scores of both splits and the dev lines judged otherwise. 0 if nothing altered was taken for right."""
    from assistant.review.items import check
    from assistant.settings import read
    from corpus.overlay import load_all

    corpus = load_all(*read().folders)
    judged = [judge(case, check, corpus) for case in load()]
    for split in get_args(Split):
        sys.stdout.writelines(_lines(split, [j for j in judged if j.case.split == split]))
    for one in judged:
        if one.case.split == "dev" and one.found != one.case.verdict:
            sys.stdout.write(f"{one.case.id} {one.found} for {one.case.verdict}: {one.case.text}\n")
    return 1 if any(one.pair == ("altered", "right") for one in judged) else 0


def _lines(split: str, judged: Sequence[Judged]) -> list[str]:
    found = f1([one.pair for one in judged])
    total = found.macro
    lines = [f"{split}: {total.size} lines, macro-F1 {total.mean:.3f} [{total.low:.3f}, {total.high:.3f}]\n"]
    return lines + [f"  {name:<17}{one.size:>4}  F1 {one.mean:.3f}\n" for name, one in found.classes.items()]


if __name__ == "__main__":
    raise SystemExit(main())
