"""A real Postgres server for what can be kept in one."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
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
