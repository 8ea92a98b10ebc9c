"""Pages rendered to pictures and read back: clause recall at least 95 %."""

import re
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from corpus.ingest import assemble
from corpus.model import Document


def _clauses(document: Document) -> dict[str, str]:
    return {c.locator.text: re.sub(r"\W", "", c.text) for c in document.clauses if c.locator and not c.outline}


@pytest.mark.slow
def test_clauses_of_a_scan_are_recalled(
    write_docx: Callable[..., Path], convert: Callable[..., Path], regulation: tuple[object, ...], tmp_path: Path
) -> None:
    import pypdfium2

    printed = convert(write_docx(regulation), "pdf")
    with pypdfium2.PdfDocument(printed) as pdf:
        pages = [pdf[i].render(scale=150 / 72).to_pil().convert("L") for i in range(len(pdf))]
    scan = tmp_path / "扫描.pdf"
    pages[0].save(scan, save_all=True, append_images=pages[1:], resolution=150)
    wanted, found = _clauses(assemble(printed)), _clauses(assemble(scan))
    recalled = [p for p in wanted if SequenceMatcher(None, wanted[p], found.get(p, ""), autojunk=False).ratio() > 0.95]
    assert len(recalled) >= 0.95 * len(wanted), sorted(set(wanted) - set(recalled))
