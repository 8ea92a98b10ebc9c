"""Added documents on disk: one YAML each, written whole or not at all."""

import os
from pathlib import Path

import yaml

from corpus.errors import InputError
from corpus.library import load_document
from corpus.model import Document

__all__ = ["held_hashes", "remove", "save"]

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def save(document: Document, folder: Path) -> Path:
    """Write a document into the folder; one of the same id is replaced. Raises ``InputError``."""
    folder_error = f"写不了资料目录 {folder}：请检查权限和磁盘空间。"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{document.id}.yaml"
        aside = folder / f".{document.id}.{os.getpid()}"
        with aside.open("w", encoding="utf-8") as file:
            yaml.dump(_record(document), file, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise InputError(folder_error) from error
    return path


def _record(document: Document) -> dict[str, object]:
    record = document.model_dump(mode="json", exclude_defaults=True, exclude={"replaced"})
    for clause in record["clauses"]:
        clause.pop("key", None)
        clause.pop("document_id", None)
    return record


def held_hashes(folder: Path) -> dict[str, str]:
    """Content hash to document id of everything in the folder; only the heads of the files are read."""
    out: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.startswith("content_hash:"):
                    out[line.split(":", 1)[1].strip().strip("'\"")] = path.stem
                    break
        # A hand-written document without a hash stands under its own name.
    return out


def remove(document_id: str, folder: Path) -> Document:
    """Take a document out of the folder and return it. Raises ``InputError``."""
    path = folder / f"{Path(document_id).name}.yaml"
    if not path.is_file():
        raise InputError(f"没有添加过 {document_id}：用 nearzero corpus list 查看文件编号。")
    document = load_document(path)
    path.unlink()
    return document
