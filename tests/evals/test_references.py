"""The reference set is spread over the verdicts, and a verdict is looked for at the citation the line is about."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import pytest

from assistant.review.items import Item
from assistant.review.verdict import Verdict
from corpus.errors import LibraryError
from corpus.library import Corpus
from evals import references
from evals.references import Judged, ReferenceCase, judge
from evals.report import Results, as_markdown, reference_row


@dataclass(frozen=True)
class Checked:
    items: tuple[Item, ...]


def item(span: tuple[int, int], verdict: Verdict, claim: str = "内容") -> Item:
    return Item(1, span, "", verdict, "", claim=claim)


def found(case: ReferenceCase, *items: Item) -> Verdict:
    return judge(case, lambda text, corpus: Checked(items), Corpus(())).found


def test_size_and_spread() -> None:
    cases = references.load()
    counts = Counter(case.verdict for case in cases)
    assert len(cases) >= 160
    assert set(counts) == set(get_args(Verdict))
    assert min(counts.values()) >= 8
    assert len({case.text for case in cases}) == len({case.id for case in cases}) == len(cases)
    splits = Counter(case.split for case in cases)
    assert 0.25 < splits["dev"] / len(cases) < 0.42


def test_the_verdict_stands_at_the_citation_named() -> None:
    case = ReferenceCase("f", "按《甲》第一条，又按《乙》第二条", "altered", "《乙》第二条")
    first, second = item((1, 7), "right"), item((10, 16), "altered")
    assert found(case, first, second) == "altered"
    assert found(case, first) == "no_reference"


def test_without_a_citation_named_the_item_with_a_claim_counts() -> None:
    case = ReferenceCase("f", "《甲》自2020年起施行，见第九条", "right")
    assert found(case, item((0, 3), "altered"), item((14, 17), "right", claim="")) == "altered"
    assert found(case, item((0, 3), "right", claim=""), item((14, 17), "altered")) == "altered"
    assert found(case, item((0, 17), "no_reference", claim="")) == "no_reference"


def test_a_line_that_does_not_fit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "references.jsonl"
    path.write_text('{"id": "f", "text": "甲", "verdict": "wrong"}\n', encoding="utf-8")
    with pytest.raises(LibraryError, match="第 1 行"):
        references.load(path)
    path.write_text('{"id": "f", "text": "甲", "verdict": "right", "reference": "乙"}\n', encoding="utf-8")
    with pytest.raises(LibraryError, match="第 1 行"):
        references.load(path)


def test_the_report_tells_f1_and_what_was_taken_for_right() -> None:
    case = ReferenceCase("f", "甲", "altered")
    judged = [
        Judged(case, "altered"),
        Judged(case, "right"),
        Judged(replace(case, verdict="right"), "right"),
    ]
    row = reference_row("产品", "dev", judged)
    assert row.measures["F1: right"].mean == row.measures["F1: altered"].mean == pytest.approx(2 / 3)
    assert row.measures["verdict macro-F1"].mean == pytest.approx(2 / 3)
    assert row.measures["altered as right"].mean == 0.5
    text = as_markdown(Results("1", {"dev": {"引用": 3}}, (row,)))
    assert "## 引用核对" in text
    assert "| 产品 | references dev | 0.667" in text


def test_the_command_lists_dev_lines_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [f"《没有这份文件{n}》第一条规定了碳排放。" for n in range(12)]
    cases = tuple(ReferenceCase(f"f{n}", text, "right") for n, text in enumerate(texts))
    monkeypatch.setattr(references, "load", lambda: cases)
    assert references.main() == 0
    shown = capsys.readouterr().out
    listed = {case.id for case in cases if f"{case.id} unknown_document for right" in shown}
    assert listed == {case.id for case in cases if case.split == "dev"}
    assert 0 < len(listed) < len(cases)
