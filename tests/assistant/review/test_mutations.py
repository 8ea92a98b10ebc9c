"""Every figure of the library: stated as it is, and altered. An altered one is never right."""

from collections.abc import Iterator

import pytest

from assistant.review.references import Finder
from assistant.review.verdict import Judge
from corpus.library import Corpus
from corpus.model import Clause, Document, Indicator

SIGNS = {">=": "不低于", "<=": "不高于", ">": "高于", "<": "低于", "≈": "约为", "=": "为"}
Stated = tuple[Document, Clause, Indicator, float]


def stated(corpus: Corpus) -> Iterator[Stated]:
    for document in corpus.documents:
        for clause in document.clauses:
            for indicator in clause.indicators:
                if clause.locator is not None and isinstance(indicator.value, float):
                    yield document, clause, indicator, indicator.value


def sentence(document: Document, clause: Clause, indicator: Indicator, value: float, year: int | None) -> str:
    title = document.title if "《" in document.title else f"《{document.title}》"
    unit = "" if indicator.unit in {"日期", "年月"} else indicator.unit
    when = f"{year}年" if year else ""
    assert clause.locator is not None
    said = f"{when}{indicator.scope or ''}{indicator.name}{SIGNS[indicator.comparator]}{value:.10g}{unit}"
    return f"{title}{clause.locator.text}规定，{said}。"


class Checker:
    def __init__(self, corpus: Corpus) -> None:
        self.finder, self.judge = Finder(corpus), Judge(corpus)

    def __call__(self, line: str) -> str:
        reference = self.finder.find(line)[0]
        return self.judge.judge(reference, "，".join(line[b:e] for b, e in reference.claim_spans)).verdict


def measure(corpus: Corpus, step: int) -> tuple[float, float, float]:
    """Shares: stated figures found right, altered values found right, altered years found right."""
    check = Checker(corpus)
    told, values, years = [], [], []
    for document, clause, indicator, value in list(stated(corpus))[::step]:
        told.append(check(sentence(document, clause, indicator, value, indicator.year)))
        for other in (value * 1.1, value * 2, value + 1):
            altered = float(f"{other:.4g}")
            if altered != value:
                values.append(check(sentence(document, clause, indicator, altered, indicator.year)))
        if indicator.year:
            years.append(check(sentence(document, clause, indicator, value, indicator.year + 5)))
    return tuple(found.count("right") / len(found) for found in (told, values, years))  # type: ignore[return-value]


def test_every_ninth_figure(corpus: Corpus) -> None:
    told, values, years = measure(corpus, 9)
    assert told >= 0.95
    assert values <= 0.01
    assert years <= 0.02


@pytest.mark.slow
def test_every_figure(corpus: Corpus) -> None:
    told, values, years = measure(corpus, 1)
    assert told >= 0.96
    assert values <= 0.005
    assert years <= 0.015


@pytest.mark.slow
def test_every_clause_text_is_right_in_its_place_only(corpus: Corpus) -> None:
    """Each numbered text cited under its own number, then under its neighbour's."""
    check = Checker(corpus)
    own, other = [], []
    for document in corpus.documents:
        title = document.title if "《" in document.title else f"《{document.title}》"
        placed = [c for c in document.clauses if c.locator]
        for clause, neighbour in zip(placed, [*placed[1:], *placed[:1]], strict=True):
            assert clause.locator
            assert neighbour.locator
            own.append(check(f"{title}{clause.locator.text}规定：{clause.text}"))
            if clause.locator.canonical() != neighbour.locator.canonical():
                other.append(check(f"{title}{neighbour.locator.text}规定：{clause.text}"))
    assert own.count("right") >= 0.98 * len(own)
    assert other.count("right") <= 0.04 * len(other)
    assert other.count("wrong_clause") >= 0.93 * len(other)
