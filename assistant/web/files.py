"""Files that the pages hand out: a conversation to take away, the image of a page of an added document."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from corpus.errors import InputError, UnknownClause
from corpus.ingest.facsimile import page_image
from corpus.model import Clause, Document

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.assistant import Assistant

__all__ = ["facsimile", "install"]

_TYPES = {
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_PAGE = "/files/page"


def facsimile(assistant: "Assistant", words: tuple[str, ...] = ()) -> Callable[[Document, Clause], str | None]:
    """What gives the address of the image of the page a clause was read from, with these words marked in it."""

    def address(document: Document, clause: Clause) -> str | None:
        if clause.page is None or assistant.file_of(document) is None:
            return None
        # The start of the clause where nothing of it was cited: it may run over several pages.
        marked = [word for word in words if word in clause.text] or [clause.text.strip()[:24]]
        return f"{_PAGE}?clause={quote(clause.key)}&words={quote(json.dumps(marked, ensure_ascii=False))}"

    return address


def install(app: "FastAPI", assistant: "Assistant") -> None:
    """Add the addresses of the files to an application; its gate lets only signed-in people in."""
    from fastapi import Request
    from fastapi.responses import PlainTextResponse, Response

    from assistant.server.doors import owner
    from assistant.server.users import LOCAL

    @app.get("/files/conversations/{form}", include_in_schema=False)
    def conversation(form: Literal["md", "docx"], name: str, request: Request) -> Response:
        """One's own conversation as a file."""
        whose = owner(request.scope.get("user", LOCAL))
        try:
            body = assistant.export(name, form, whose)
            title = next((c.title for c in assistant.conversations(whose) if c.name == name), name)
        except InputError as error:
            return PlainTextResponse(str(error), 404)
        named = quote(f"{title}.{form}", safe="")
        return Response(
            body, media_type=_TYPES[form], headers={"content-disposition": f"attachment; filename*=utf-8''{named}"}
        )

    @app.get(_PAGE, include_in_schema=False)
    def page(clause: str, words: str = "[]") -> Response:
        """The page of an added PDF a clause was read from, with the place marked."""
        try:
            held = assistant.corpus.get(clause)
            path = assistant.file_of(assistant.corpus.document_of(held))
            if path is None or held.page is None:
                return PlainTextResponse("没有这一页的原件。", 404)
            image = _drawn(path, held.page, held.box, _read(words))
        except (UnknownClause, InputError) as error:
            return PlainTextResponse(str(error), 404)
        return Response(image, media_type="image/png", headers={"cache-control": "private, max-age=3600"})


def _read(words: str) -> tuple[str, ...]:
    try:
        held = json.loads(words)
    except ValueError:
        return ()
    return tuple(str(word)[:400] for word in held[:12]) if isinstance(held, list) else ()


@lru_cache(maxsize=32)
def _drawn(path: Path, page: int, box: tuple[float, float, float, float] | None, words: tuple[str, ...]) -> bytes:
    return page_image(path, page, box, words)
