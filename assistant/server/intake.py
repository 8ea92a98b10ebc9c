"""Adding a document to the library over HTTP, for administrators; the same way as ``nearzero corpus add``."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.concurrency import run_in_threadpool

from assistant.server.doors import Doors, doors, signed_in
from assistant.server.problem import Problem
from assistant.server.schemas import AddedOut
from assistant.server.users import User
from corpus.errors import NearzeroError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1",
    tags=["资料"],
    responses={
        code: {"model": Problem, "description": text}
        for code, text in (
            (400, "文件读不了，或者说明的内容不对。"),
            (401, "没有登录。"),
            (403, "不是管理员。"),
            (413, "文件太大。"),
            (422, "格式或取值不对。"),
        )
    },
)

Said = Annotated[str, Form(max_length=300)]


@router.post("/corpus", response_model=AddedOut, status_code=201, summary="添加资料")
async def add(
    file: Annotated[UploadFile, File(description="PDF、DOCX、HTML、TXT、Markdown 或图片。")],
    held: Annotated[Doors, Depends(doors)],
    user: Annotated[User, Depends(signed_in)],
    request: Request,
    title: Said = "",
    number: Said = "",
    issuer: Said = "",
    issued: Said = "",
    effective: Said = "",
    kind: Said = "",
    region: Said = "",
) -> Any:
    """把一份官方文件按条款加入资料库并更新索引，之后的回答就用它；空着的项从文件里读。只给管理员。"""
    stated = {
        name: text
        for name, text in {
            "title": title,
            "number": number,
            "issuer": issuer,
            "issued": issued,
            "effective": effective,
            "kind": kind,
            "region": region,
        }.items()
        if text.strip()
    }
    name = Path((file.filename or "").replace("\\", "/")).name or "file"
    address = request.client.host if request.client else ""
    try:
        record = await run_in_threadpool(_added, held.assistant, name, file, stated)
    except NearzeroError:
        held.audit.note(user.name, "corpus.add", name, address=address, done=False)
        raise
    held.audit.note(user.name, "corpus.add", f"{name} {record['document_id']}", address=address)
    return record


def _added(assistant: "Assistant", name: str, file: UploadFile, stated: dict[str, str]) -> dict[str, Any]:
    import shutil

    from assistant.adding import ADDING, ASKED, Shelf
    from corpus.ingest import Reader

    with ADDING, tempfile.TemporaryDirectory() as folder, Reader() as reader:
        path = Path(folder) / name
        with path.open("wb") as out:
            shutil.copyfileobj(file.file, out)
        shelf = Shelf(assistant.settings)
        proposal = shelf.propose(path, reader, stated)
        record: dict[str, Any] = {"file": name, "state": "held", "document_id": proposal.held}
        if proposal.document is None:
            return record
        added = shelf.add(proposal)
        assistant.reload()
    document = added.document
    return {
        **record,
        "state": "added",
        "document_id": added.target,
        "guessed": {key: getattr(document, key) for key, _ in ASKED}
        | {"kind": document.kind.value, "region": document.region.value},
        "clauses": len(document.clauses),
        "tables": len(document.tables),
        "versions": [d.id for d in added.versions],
        "differences": [asdict(item) for item in added.differences],
    }
