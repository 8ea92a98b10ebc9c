"""The filings of the checker's tests and what a check makes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from assistant.review.items import Item, check
from corpus.library import Corpus

DATA = Path(__file__).parent / "data"


class Row(NamedTuple):
    """One line of a filing: the verdict it should get, the text, and the clause or kind of difference expected."""

    verdict: str
    text: str
    wanted: str


class Filing(NamedTuple):
    """A filing checked as one text: its rows, and the items of each."""

    rows: tuple[Row, ...]
    items: tuple[tuple[Item, ...], ...]

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        """(wanted, given) of every row."""
        return [(row.verdict, found[0].verdict) for row, found in zip(self.rows, self.items, strict=True)]

    def macro_f1(self) -> float:
        """The mean of the F1 of every verdict the filing holds."""
        scores = []
        for verdict in {wanted for wanted, _ in self.verdicts}:
            both = sum(w == g == verdict for w, g in self.verdicts)
            either = sum((w == verdict) + (g == verdict) for w, g in self.verdicts)
            scores.append(2 * both / either)
        return sum(scores) / len(scores)


@pytest.fixture(scope="session")
def filing(corpus: Corpus) -> Callable[[str], Filing]:
    made: dict[str, Filing] = {}

    def read(name: str) -> Filing:
        if name not in made:
            lines = (DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
            rows = tuple(Row(*([*line.split("\t"), ""])[:3]) for line in lines)
            checked = check("\n".join(row.text for row in rows), corpus)
            by_line: dict[int, list[Item]] = {}
            for item in checked.items:
                by_line.setdefault(item.line, []).append(item)
            made[name] = Filing(rows, tuple(tuple(by_line[n]) for n in range(1, len(rows) + 1)))
        return made[name]

    return read


@pytest.fixture(scope="session")
def judged(corpus: Corpus) -> Callable[[str], Item]:
    """The first item of a text."""
    return lambda text: check(text, corpus).items[0]
