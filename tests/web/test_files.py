"""The page of an added PDF beside its clause: drawn, marked, and only where there is one."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image, ImageChops
from starlette.testclient import TestClient

from assistant.web.clause import clause_view
from assistant.web.files import facsimile, install
from corpus.errors import InputError
from corpus.ingest.facsimile import page_image
from corpus.library import Corpus
from corpus.model import Clause, Document, TextStatus


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages of text, written by hand."""
    page = "BT /F1 14 Tf 72 {y} Td (Indoor temperature shall not be set) Tj 0 -20 Td (below 26 degrees.) Tj ET"
    bodies = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>"]
    bodies += [
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {n} 0 R/Resources<</Font<</F1 7 0 R>>>>>>"
        for n in (5, 6)
    ]
    bodies += [f"<</Length {len(page.format(y=y))}>>stream\n{page.format(y=y)}\nendstream" for y in (700, 300)]
    bodies.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    out, places = b"%PDF-1.4\n", []
    for n, body in enumerate(bodies, 1):
        places.append(len(out))
        out += f"{n} 0 obj{body}endobj\n".encode()
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    end = f"xref\n0 8\n0000000000 65535 f \n{table}trailer<</Size 8/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    path = tmp_path_factory.mktemp("pdf") / "a.pdf"
    path.write_bytes(out + end.encode())
    return path


def marked(path: Path, **how: Any) -> tuple[int, int, int, int] | None:
    """Where the image of page 2 differs from the bare one, in points."""
    from io import BytesIO

    bare, drawn = (Image.open(BytesIO(page_image(path, 2, **kw))) for kw in ({}, how))
    box = ImageChops.difference(bare.convert("RGB"), drawn.convert("RGB")).getbbox()
    scale = bare.width / 595
    return None if box is None else tuple(round(v / scale) for v in box)  # type: ignore[return-value]


def test_cited_words_are_marked_also_over_a_line_break(pdf: Path) -> None:
    box = marked(pdf, words=["not be set below 26"])
    assert box is not None
    left, top, right, bottom = box
    assert left < 80
    assert right > 200
    assert 520 < top < 550
    assert 550 < bottom < 580


def test_the_place_is_marked_where_the_words_are_not_found(pdf: Path) -> None:
    assert marked(pdf, words=["没有的字"]) is None
    box = marked(pdf, words=["没有的字"], box=(72.0, 530.0, 300.0, 546.0))
    assert box is not None
    assert 525 < box[1] < 535


def test_a_page_that_is_not_there_is_one_line(pdf: Path, tmp_path: Path) -> None:
    broken = tmp_path / "b.pdf"
    broken.write_bytes(b"%PDF-1.4 broken")
    for path, page in ((pdf, 3), (pdf, 0), (broken, 1)):
        with pytest.raises(InputError, match="画不出来"):
            page_image(path, page)


def test_the_clause_shows_its_page_and_the_server_draws_it(pdf: Path) -> None:
    clause = Clause(
        heading="温度", text="shall not be set\nbelow 26 degrees.", text_status=TextStatus.ORIGINAL, page=2,
        box=(72, 530, 300, 546),
    )  # fmt: skip
    facts = {"title": "办法", "kind": "policy", "region": "深圳", "confidence": "full-text-read", "content_hash": "ab"}
    document = Document.model_validate(
        {"id": "added", **facts, "sources": [{"kind": "given-file"}], "clauses": [clause]}
    )
    corpus = Corpus([document])
    key = corpus.clauses[0].key
    held: Any = SimpleNamespace(corpus=corpus, file_of=lambda d: pdf if d.content_hash == "ab" else None)
    html = clause_view(corpus, key, "zh", ["below 26"], facsimile(held, ("below 26",)))
    assert "<mark>below 26</mark>" in html
    assert "原文第 2 页" in html
    app = FastAPI()
    install(app, held)
    client = TestClient(app)
    address = facsimile(held, ("below 26",))(corpus.documents[0], corpus.clauses[0])
    assert address is not None
    drawn = client.get(address)
    assert drawn.headers["content-type"] == "image/png"
    assert "private" in drawn.headers["cache-control"]
    assert drawn.content.startswith(b"\x89PNG")
    for wrong in ("/files/page?clause=none", f"{address}".replace("words=", "words=[").replace("added", "x")):
        assert client.get(wrong).status_code == 404
    held.file_of = lambda _: None
    assert facsimile(held)(corpus.documents[0], corpus.clauses[0]) is None
    assert client.get(f"/files/page?clause={key}").status_code == 404
