"""Added documents on disk: one YAML each, written whole or not at all.

They are written in the JSON that YAML takes in: with fifty thousand clauses the program starts in a second, not in twenty.
"""

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import yaml

from corpus.errors import InputError, unreadable
from corpus.library import load_document
from corpus.model import Clause, Document, TextStatus
from corpus.record import read_record
from corpus.versions import in_force_from, same_document

__all__ = ["head", "held", "held_hashes", "keep", "remove", "save", "version_id"]

_BODY = frozenset({"clauses", "tables", "definitions", "replaced"})
_STAND_IN = Clause(heading="条款", text="没有读入。", text_status=TextStatus.ORIGINAL)


def save(document: Document, folder: Path) -> Path:
    """Write a document into the folder; one of the same id is replaced. Raises ``InputError``."""
    folder_error = f"写不了资料目录 {folder}：请检查权限和磁盘空间。"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{document.id}.yaml"
        aside = folder / f".{document.id}.{os.getpid()}"
        with aside.open("w", encoding="utf-8") as file:
            json.dump(_record(document), file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise InputError(folder_error) from error
    return path


def keep(path: Path, document: Document, folder: Path) -> Path | None:
    """Keep a copy of the PDF a document was read from, so that its pages can be shown; other files are not kept.

    Raises ``InputError`` where the folder cannot be written.
    """
    try:
        with path.open("rb") as file:
            if not document.content_hash or file.read(5) != b"%PDF-":
                return None
    except FileNotFoundError:
        return None  # what was uploaded is gone by now: the document is whole without it
    except OSError as error:
        raise InputError(f"读不了文件 {path.name}：{unreadable(error)}。") from error
    target = folder / f"{document.content_hash}.pdf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".{target.name}.{os.getpid()}"
        shutil.copyfile(path, aside)
        aside.replace(target)
    except OSError as error:
        raise InputError(f"写不了资料目录 {folder}：请检查权限和磁盘空间。") from error
    return target


def _record(document: Document) -> dict[str, object]:
    record = document.model_dump(mode="json", exclude_defaults=True, exclude={"replaced"})
    for clause in record["clauses"]:
        clause.pop("key", None)
        clause.pop("document_id", None)
    return record


def head(document: Document) -> Document:
    """The document without its clauses: title, number, dates and hash, so that any number of them fits in memory."""
    return document.model_copy(update={"clauses": (_STAND_IN,), "tables": (), "definitions": (), "replaced": ()})


def held(folder: Path) -> list[Document]:
    """The heads of everything in the folder. Raises ``InputError`` for a file that is no document."""
    out = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            record = read_record(path)
            facts = {name: value for name, value in record.items() if name not in _BODY}
            out.append(Document.model_validate({**facts, "clauses": (_STAND_IN,)}))
        except (yaml.YAMLError, ValueError, AttributeError) as error:
            raise InputError(f"资料目录里的 {path.name} 读不出来：请改好或移走它再添加。") from error
    return out


def held_hashes(folder: Path) -> dict[str, str]:
    """Content hash to document id of everything in the folder; a document written by hand has none."""
    return {d.content_hash: d.id for d in held(folder) if d.content_hash}


def version_id(document: Document, versions: Sequence[Document], base: str | None = None) -> str:
    """The id of a document that is a version of others held: that of the first, with the year (or day) it is in force from.

    A version of the very same day is the same version from another file, and keeps its id. ``base`` is the id of the
    digest the document belongs to. Without that and without others, or without a day, the document keeps its own id.
    """
    begin = in_force_from(document)
    same = [d for d in versions if same_document(d, document)]
    again = next((d.id for d in same if begin is not None and in_force_from(d) == begin), None)
    if again is not None:
        return again
    base = base or min((d.id for d in same), key=lambda i: (len(i), i), default=None)
    if base is None or begin is None:
        return document.id
    used = {d.id for d in versions}
    figures = "-".join(re.findall(r"[0-9]+", document.number or ""))[:24]
    if base.startswith("added-") and figures:
        base = f"added-{figures}"  # the number of another version would mislead
    names = (f"{base}-{begin.year}", f"{base}-{begin:%Y%m%d}")
    return next((name for name in names if name not in used), document.id)


def remove(document_id: str, folder: Path) -> Document:
    """Take a document out of the folder and return it. Raises ``InputError``."""
    path = folder / f"{Path(document_id).name}.yaml"
    if not path.is_file():
        raise InputError(f"没有添加过 {document_id}：用 nearzero corpus list 查看文件编号。")
    document = load_document(path)
    path.unlink()
    return document
