"""Backup and restore of everything a person made: conversations, progress, documents, accounts. The index is made anew."""

import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from assistant.settings import Settings
from corpus.errors import InputError, unreadable

__all__ = ["Saved", "load", "save"]

_USERS = "users.json"
_LIBRARY = "library"
_HOME = "home"
_SQLITE = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm", "-journal", ".lock", ".tmp")
"""Files that belong to a running program; a database is copied whole without them."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds: files, and bytes of the archive."""

    files: int
    size: int


def save(settings: Settings, file: Path) -> Saved:
    """Write a ``.tar.gz`` readable by its owner only; databases are copied as of one moment, also while in use.

    Raises ``InputError`` where there is nothing to back up or the file cannot be written.
    """
    found = list(_found(settings))
    if not found:
        raise InputError(f"{settings.home} 里还没有可备份的数据。")
    settings.home.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.part")
    try:
        handle = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with (
            os.fdopen(handle, "w+b") as out,
            tarfile.open(fileobj=out, mode="w:gz") as archive,
            tempfile.TemporaryDirectory(dir=settings.home) as scratch,
        ):
            for name, path in found:
                archive.add(_copy(path, Path(scratch)), arcname=name, recursive=False)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"写不了备份 {file}：{unreadable(error)}。") from error
    return Saved(len(found), file.stat().st_size)


def load(
    settings: Settings, file: Path, *, replace: bool = False, progress: Callable[[int, int], None] | None = None
) -> int:
    """Put a backup back and bring the index up to date; how many files there were.

    Raises ``InputError`` for a file that is no backup, and where data would be overwritten without ``replace``.
    """
    from assistant.assistant import Assistant

    held = [path for _, path in _found(settings)]
    if held and not replace:
        raise InputError(
            f"{settings.home} 里已有数据；确定要换成备份里的，请加 --replace（先停下服务，最好先备份一次）。"
        )
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home) as scratch:
        unpacked = Path(scratch)
        try:
            with tarfile.open(file, "r:gz") as archive:
                archive.extractall(unpacked, filter="data")
        except (OSError, EOFError, tarfile.TarError) as error:
            raise InputError(f"{file} 不是完好的备份，没有改动任何数据：{error}") from error
        made = [path for path in unpacked.rglob("*") if path.is_file()]
        if not made or not all(_known(path.relative_to(unpacked).as_posix()) for path in made):
            raise InputError(f"{file} 不是 nearzero backup 写的备份，没有改动任何数据。")
        for path in held:
            path.unlink()
            for end in _BESIDE:
                path.with_name(path.name + end).unlink(missing_ok=True)
        for path in made:
            target = _target(settings, path.relative_to(unpacked).as_posix())
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
    Assistant.open(settings, progress).close()
    return len(made)


def _found(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file worth keeping, with its name in the archive."""
    if settings.home.is_dir():
        for path in sorted(settings.home.rglob("*")):
            inside = path.relative_to(settings.home)
            kept = path.is_file() and not path.is_symlink() and not path.name.endswith(_BESIDE)
            if kept and not inside.parts[0].startswith(_MADE_ANEW) and path != settings.users_path:
                yield f"{_HOME}/{inside.as_posix()}", path
    if settings.users_path.is_file():
        yield _USERS, settings.users_path
    if settings.library and settings.library.is_dir():
        for path in sorted(settings.library.glob("*.yaml")):
            yield f"{_LIBRARY}/{path.name}", path


_MADE_ANEW = ("index", "intents-")
"""What the program makes again from the rest, by how its name begins."""


def _known(name: str) -> bool:
    return name == _USERS or name.startswith((f"{_HOME}/", f"{_LIBRARY}/"))


def _target(settings: Settings, name: str) -> Path:
    if name == _USERS:
        return settings.users_path
    room, _, rest = name.partition("/")
    if room == _LIBRARY:
        return (settings.library or settings.documents_path) / rest
    return settings.home / rest


def _copy(path: Path, scratch: Path) -> Path:
    """The file itself, or for a database a copy made by SQLite, whole even while it is written to."""
    with path.open("rb") as opened:
        if opened.read(len(_SQLITE)) != _SQLITE:
            return path
    copied = scratch / path.name
    copied.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as held, closing(sqlite3.connect(copied)) as made:
        held.backup(made)
    return copied
