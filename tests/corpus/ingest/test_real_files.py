"""The twelve real policy files: every numbered place found, no text lost, no word broken, what they say of themselves."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from corpus.ingest import Limits, assemble
from corpus.ingest.assemble import read
from corpus.ingest.paragraphs import dropped
from corpus.model import Document

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("data").joinpath("real-files.yaml").read_text(encoding="utf-8")
)
_read: dict[str, Document] = {}


def document(folder: Path, name: str) -> Document:
    if name not in _read:
        _read[name] = assemble(folder / name)
    return _read[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_every_numbered_place_is_found(real_files: Path, name: str) -> None:
    held = document(real_files, name)
    found = [c.locator.text for c in held.clauses if c.locator] + [
        p.locator.text for c in held.clauses for p in c.parts if p.locator and not p.locator.text.endswith("款")
    ]
    found = [p for p in dict.fromkeys(found) if not re.search("引言|印发通知|附件目录|落款", p)]
    assert [p.replace(" ", "_") for p in found] == EXPECTED[name]["places"].split()


@pytest.mark.parametrize("name", EXPECTED)
def test_guesses(real_files: Path, name: str) -> None:
    held = document(real_files, name)
    facts = ("title", "number", "issuer", "issued", "effective")
    assert {f: getattr(held, f) for f in facts} == {f: EXPECTED[name][f] for f in facts}


@pytest.mark.parametrize("name", EXPECTED)
def test_no_text_is_lost(real_files: Path, name: str) -> None:
    """Each character pdfium finds stands in a clause, or was dropped as a page number; formulas may overprint."""
    import pypdfium2

    with pypdfium2.PdfDocument(real_files / name) as pdf:
        raw = "".join(pdf[i].get_textpage().get_text_bounded() for i in range(len(pdf)))
    held = document(real_files, name)
    said = "".join(c.heading + c.text + (c.locator.text if c.locator else "") for c in held.clauses)
    said += (
        "".join("".join(t.header) + t.caption + t.unit for t in held.tables)
        + held.title
        + "".join(held.aliases)
        + (held.number or "")
    )
    gone = "".join(dropped(read(real_files / name, Limits())))
    lost = _letters(raw) - _letters(said) - _letters(gone)
    # A table that goes on overleaf prints its header again; a notice's title is kept once.
    assert lost.total() <= 0.005 * len(raw), lost.most_common(20)
    assert all(
        re.fullmatch(r"[（(]?\s*[-—\d\s]+\s*[）)]?|[-—]?\s*\d+\s*[-—]?", line)
        for line in dropped(read(real_files / name, Limits()))
    )


def _letters(text: str) -> "Counter[str]":
    return Counter(c for c in text if "\u4e00" <= c <= "\u9fff" or c.isdigit())


@pytest.mark.parametrize("name", EXPECTED)
def test_no_word_is_broken(real_files: Path, name: str) -> None:
    """No paragraph stops in the middle of a sentence, and none begins with what cannot begin one."""
    held = document(real_files, name)
    for clause in held.clauses:
        if (
            clause.outline
            or clause.locator is None
            or re.search("引言|印发通知|落款|目录|表|五（", clause.locator.text)
        ):
            continue
        for paragraph in clause.text.split("\n"):
            assert not re.match(r"[，。；：、）》”]", paragraph), clause.key
            assert (
                re.search(r"[。；：？！）”…,]$|联系人|电话|王 ?卓|刘志伟|其中,$|=|%$|\d$", paragraph)
                or len(paragraph) < 30
            ), (
                clause.key,
                paragraph[-30:],
            )


def test_tables_are_kept_row_by_row_with_units(real_files: Path) -> None:
    held = document(real_files, "深圳市近零碳排放区试点建设实施方案.pdf")
    tables = {t.locator.text: t for t in held.tables if t.locator}
    rows = {place: len(table.rows) for place, table in tables.items()}
    # 表5: the names take two rows; the last table has no caption and lies in its section.
    assert rows == {
        "附件1 表1": 14,
        "附件1 表2": 15,
        "附件1 表3": 17,
        "附件1 表4": 17,
        "附件1 表5": 9,
        "附件1 表6": 22,
        "附件1 表7": 13,
        "附件1 表8": 14,
        "附件1 五（十六）": 2,
    }
    assert tables["附件1 表6"].unit == "kgCO2/(m2.a)"
    assert tables["附件1 表4"].header[3:5] == ("参考值（中小学校）", "参考值（职高、高等院校）")
    said = {c.heading: c.text for c in held.clauses if c.locator and c.locator.text.startswith("附件1 表3")}
    water = next(text for heading, text in said.items() if heading.endswith("人均用水量"))
    assert "单位：L/（人•日）" in water
    assert "参考值：≤120" in water
    renewable = next(text for heading, text in said.items() if heading.endswith("可再生能源消费比重"))
    assert "≥5" in renewable
    assert "≥10" in renewable, "the row goes on overleaf"


def test_pages_and_boxes_are_those_of_the_file(real_files: Path) -> None:
    held = document(real_files, "“十四五”公共机构节约能源资源工作规划.pdf")
    clause = next(c for c in held.clauses if c.locator and c.locator.text == "二（七）")
    assert clause.page == 4
    assert clause.box is not None
    assert 0 < clause.box[0] < clause.box[2] < 600
    spans = [c.span for c in held.clauses if c.span]
    assert all(a <= b for a, b in spans)
