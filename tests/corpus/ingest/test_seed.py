"""The interpretation of the guideline, a real and badly wrapped text."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.ingest import assemble
from corpus.library import load
from corpus.locator import parse


def test_chapters_numbered_parts_and_twelve_parts(seed: Path) -> None:
    held = assemble(seed)
    places = [c.locator for c in held.clauses]
    top = ["一", "二", "二（一）", "二（二）", "二（二）1", "二（二）2", "二（二）3", "二（二）4", "二（三）", "三"]
    assert places == [parse(p) for p in [*top, *(f"三、第{n}部分" for n in range(1, 13)), "四"]]
    assert [c.heading for c in held.clauses if c.locator and c.locator.text.endswith("部分")][5] == "近零碳停车场"
    for clause in held.clauses:
        if not clause.outline:
            assert all(p.endswith(("。", "：")) for p in clause.text.split("\n")), clause.key


def test_the_library_holds_the_same_places(seed: Path) -> None:
    digest = load().document("guideline-interpretation")
    held = {c.locator for c in assemble(seed).clauses}
    parts = [c.locator for c in digest.clauses if c.locator and "部分" in c.locator.text]
    assert parts
    assert set(parts) <= held


@pytest.mark.slow
def test_text_word_and_pdf_give_one_tree(seed: Path, tmp_path: Path, convert: Callable[..., Path]) -> None:
    source = tmp_path / seed.name
    shutil.copy(seed, source)
    word = convert(source, "docx", "--infilter=Text (encoded):UTF8,LF,,,")
    pdf = convert(word, "pdf")
    trees = [[(c.locator, c.heading, c.text) for c in assemble(path).clauses] for path in (source, word, pdf)]
    assert trees[0] == trees[1] == trees[2]
