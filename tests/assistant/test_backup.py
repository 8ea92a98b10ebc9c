"""A backup holds what people made, is whole while the program runs, and comes back only where that is wanted."""

import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from assistant import backup
from assistant.settings import Settings
from corpus.errors import InputError


@pytest.fixture
def lived(tmp_path: Path) -> Settings:
    """A data folder with conversations, an added document, accounts, and what can be made again."""
    home = tmp_path / "home"
    (home / "documents").mkdir(parents=True)
    (home / "index").mkdir()
    (home / "index" / "vectors.bin").write_bytes(b"x")
    (home / "intents-0.npy").write_bytes(b"x")
    (home / "documents" / "own.yaml").write_text("id: own", encoding="utf-8")
    (home / "users.json").write_text('{"users": []}', encoding="utf-8")
    with closing(sqlite3.connect(home / "conversations.sqlite")) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE said (text TEXT)")
        made.execute("INSERT INTO said VALUES ('空调')")
        made.commit()
    return Settings(home=home)


@pytest.fixture
def unindexed(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Restoring without the minute an index takes; the list says for which settings one was asked for."""
    asked: list[Settings] = []

    class Opened:
        @classmethod
        def open(cls, settings: Settings, _: object) -> "Opened":
            asked.append(settings)
            return cls()

        def close(self) -> None:
            pass

    monkeypatch.setattr("assistant.assistant.Assistant", Opened)
    return asked


def said(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "conversations.sqlite")) as held:
        return [text for (text,) in held.execute("SELECT text FROM said")]


def test_what_was_saved_comes_back(lived: Settings, tmp_path: Path, unindexed: list[Settings]) -> None:
    file = tmp_path / "backup.tar.gz"
    with closing(sqlite3.connect(lived.conversations_path)) as writing:
        # A program at work: committed, yet still in the write-ahead log.
        writing.execute("INSERT INTO said VALUES ('食堂')")
        writing.commit()
        saved = backup.save(lived, file)
    assert saved.files == 3
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as archive:
        assert sorted(archive.getnames()) == ["home/conversations.sqlite", "home/documents/own.yaml", "users.json"]
    other = Settings(home=tmp_path / "other")
    assert backup.load(other, file) == 3
    assert said(other.home) == ["空调", "食堂"]
    assert (other.documents_path / "own.yaml").read_text(encoding="utf-8") == "id: own"
    assert other.users_path.is_file()
    assert unindexed == [other]
    assert sorted(p.name for p in other.home.iterdir()) == ["conversations.sqlite", "documents", "users.json"]


def test_what_is_there_is_replaced_only_where_that_is_said(
    lived: Settings, tmp_path: Path, unindexed: list[Settings]
) -> None:
    file = tmp_path / "backup.tar.gz"
    backup.save(lived, file)
    (lived.documents_path / "later.yaml").write_text("id: later", encoding="utf-8")
    with pytest.raises(InputError, match="--replace"):
        backup.load(lived, file)
    assert (lived.documents_path / "later.yaml").exists()
    backup.load(lived, file, replace=True)
    assert not (lived.documents_path / "later.yaml").exists()
    assert said(lived.home) == ["空调"]


def test_what_is_no_backup_changes_nothing(lived: Settings, tmp_path: Path, unindexed: list[Settings]) -> None:
    file = tmp_path / "other.tar.gz"
    file.write_bytes(b"no archive")
    with pytest.raises(InputError, match="没有改动"):
        backup.load(lived, file, replace=True)
    for name in ("elsewhere/a.txt", "../a.txt", "/etc/a.txt", "home/../../a.txt"):
        with tarfile.open(file, "w:gz") as archive:
            item = tarfile.TarInfo(name)
            item.size = 1
            archive.addfile(item, BytesIO(b"x"))
        with pytest.raises(InputError, match="没有改动"):
            backup.load(lived, file, replace=True)
    assert not (tmp_path / "a.txt").exists()
    assert said(lived.home) == ["空调"]
    assert unindexed == []


def test_nothing_to_save_and_nowhere_to_write_are_said(lived: Settings, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="没有可备份"):
        backup.save(Settings(home=tmp_path / "empty"), tmp_path / "a.tar.gz")
    with pytest.raises(InputError, match="写不了备份"):
        backup.save(lived, tmp_path / "none" / "a.tar.gz")
