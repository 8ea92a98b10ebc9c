"""Progress is part of a backup, also while it is written to, and comes back with it."""

from contextlib import closing
from pathlib import Path

import pytest

from assistant import backup
from assistant.learning import open_progress
from assistant.settings import Settings


def test_progress_comes_back_from_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened:
        """Restoring without the minute an index takes."""

        @classmethod
        def open(cls, *_: object) -> "Opened":
            return cls()

        def close(self) -> None:
            pass

    monkeypatch.setattr("assistant.assistant.Assistant", Opened)
    lived, fresh = Settings(home=tmp_path / "lived"), Settings(home=tmp_path / "fresh")
    with closing(open_progress(lived.learning_path)) as progress:
        progress.review("li", "fact", "good")
        progress.tick("li", "1/quiz")
        before = progress.cards("li")
        backup.save(lived, tmp_path / "backup.tar.gz")
        progress.reset("li")
    backup.load(fresh, tmp_path / "backup.tar.gz")
    with closing(open_progress(fresh.learning_path)) as progress:
        assert progress.cards("li") == before
        assert progress.ticks("li") == {"1/quiz"}
