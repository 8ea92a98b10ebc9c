"""Text files wrapped by hand: a sentence over several lines is one reference, and every line has its item."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.review.items import check
from assistant.review.wrapping import paragraphs
from corpus.library import Corpus

Filings = Callable[[str], Any]


def wrapped(text: str, at: int, indent: str = "") -> list[str]:
    text = indent + text
    return [text[i : i + at] for i in range(0, len(text), at)]


@pytest.mark.parametrize("at", [22, 31, 40])
def test_wrapping_changes_no_verdict(filing: Filings, corpus: Corpus, at: int) -> None:
    rows = filing("filing").rows
    sentences = [row.text if row.text.endswith("。") else f"{row.text}。" for row in rows]
    plain = check("\n".join(sentences), corpus)
    lines: list[str] = []
    begins: list[int] = []
    for sentence in sentences:
        begins.append(len(lines) + 1)
        lines += wrapped(sentence, at, "　　")
    bounds = [*begins, len(lines) + 1]
    found = check("\n".join(lines), corpus)
    for n, row in enumerate(rows):
        before = {i.verdict for i in plain.items if i.line == n + 1}
        after = {i.verdict for i in found.items if bounds[n] <= i.line < bounds[n + 1]}
        assert before - {"no_reference"} == after - {"no_reference"}, row.text


def test_a_claim_in_the_next_line_is_judged(corpus: Corpus) -> None:
    text = "《公共建筑室内温度控制管理办法》第三条规定，公共建筑内夏季室内空调温度设置\n不得低于24℃。"
    first, second = check(text, corpus).items
    assert (first.line, first.verdict) == (1, "altered")
    assert (second.line, second.verdict, second.detail) == (2, "no_reference", "接着第 1 行说，已在那里核对。")


def test_a_reference_over_two_lines_is_found(corpus: Corpus) -> None:
    first, _ = check("本单位按照《公共机构节能\n条例》第十四条，实行能源消费计量。", corpus).items
    assert first.document_id == "reg-public-institution-energy-saving"
    assert first.locator == "第十四条"
    assert first.text == "《公共机构节能"


@pytest.mark.parametrize(
    "lines",
    [
        ["我单位已建立台账", "食堂每季度评估一次"],
        ["《公共机构节能条例》第十四条", "《公共机构节能条例》第十六条规定了定额。"],
        ["一、总体要求", "建立台账。"],
        ["第一句。", "第二句。"],
        ["1. 建立台账", "2. 公布能耗情况，按季度。"],
        ["| 条款 | 内容 |", "| 第五条 | 台账。 |"],
    ],
)
def test_lines_of_their_own_stay_apart(lines: list[str]) -> None:
    assert [p.text for p in paragraphs(list(enumerate(lines, 1)))] == lines


def test_an_empty_line_ends_a_paragraph() -> None:
    assert len(paragraphs([(1, "夏季室内空调温度不得低于，"), (3, "二十六摄氏度。")])) == 2


@given(st.lists(st.text("近零碳《》（），。第五条26℃ 　a", max_size=30), max_size=12))
def test_every_line_has_its_place(lines: list[str]) -> None:
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip()]
    found = paragraphs(numbered)
    assert [line for p in found for line in p.lines] == numbered
    for paragraph in found:
        for position, character in enumerate(paragraph.text):
            index, number, at = paragraph.at(position)
            assert paragraph.lines[index][0] == number
            if character != " ":
                assert paragraph.lines[index][1][at] == character


@given(st.lists(st.text("近零碳《公共机构节能条例》第十四条，。26℃ ", max_size=40), max_size=6))
def test_every_line_has_an_item_whose_span_slices_it(corpus: Corpus, lines: list[str]) -> None:
    items = check("\n".join(lines), corpus).items
    assert {n for n, line in enumerate(lines, 1) if line.strip()} == {item.line for item in items}
    for item in items:
        assert lines[item.line - 1][slice(*item.span)] == item.text
