"""Conversations in Postgres, against a real server that these tests start and stop."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.assistant import Assistant
from assistant.settings import Settings
from corpus.errors import StoreUnavailable, UnknownConversation

pytestmark = pytest.mark.slow


def _binaries() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps it outside the search path."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def _as_server(command: Sequence[str]) -> None:
    """Run as a person that Postgres accepts: it refuses to be started by root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a fresh cluster on a free port."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("Postgres is not installed (Debian package postgresql)")
    with tempfile.TemporaryDirectory(prefix="nearzero-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = str(folder / "data")
        _as_server([str(binaries / "initdb"), "-D", data, "-U", "nearzero", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        log = str(folder / "log")
        _as_server([str(binaries / "pg_ctl"), "-D", data, "-w", "-l", log, "-o", options, "start"])
        try:
            yield f"postgresql://nearzero@127.0.0.1:{port}/postgres"
        finally:
            _as_server([str(binaries / "pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop"])


def opened(assistant: Assistant, folder: Path, url: str) -> Assistant:
    return Assistant(assistant._core, Settings(home=folder, checkpoint_url=SecretStr(url)))


def test_a_conversation_in_postgres(assistant: Assistant, tmp_path: Path, server: str) -> None:
    held = opened(assistant, tmp_path, server)
    held.ask("200个车位要装多少充电桩", "停车场", owner="甲")
    held.close()
    after = opened(assistant, tmp_path, server)
    answer = after.ask("按20%", "停车场", owner="甲")
    assert answer.calculations[0]["total"]["value"] == 40
    assert [(c.name, c.turns) for c in after.conversations("甲")] == [("停车场", 2)]
    assert after.conversations("乙") == ()
    with pytest.raises(UnknownConversation):
        after.history("停车场", "乙")
    after.rename("停车场", "充电桩", "甲")
    assert after.conversations("甲")[0].title == "充电桩"
    assert "40" in after.export("停车场", owner="甲").decode()
    after.delete("停车场", "甲")
    assert after.conversations("甲") == ()
    after.close()
    assert not (tmp_path / "conversations.sqlite").exists()


def test_two_programs_share_one_conversation(assistant: Assistant, tmp_path: Path, server: str) -> None:
    first, second = opened(assistant, tmp_path, server), opened(assistant, tmp_path, server)
    first.ask("200个车位要装多少充电桩", "共用")
    assert second.ask("按20%", "共用").calculations[0]["total"]["value"] == 40
    assert first.ask("如果是300个车位呢？", "共用").calculations[0]["total"]["value"] == 60
    assert len(second.history("共用")) == 3
    first.close()
    second.close()


def test_a_server_that_is_not_there(assistant: Assistant, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://nearzero:secret-word@127.0.0.1:{port}/postgres?connect_timeout=1"
    with pytest.raises(StoreUnavailable) as raised:
        opened(assistant, tmp_path, url).ask("你好", "x")
    assert "secret-word" not in str(raised.value)
