"""The server as ``nearzero serve`` starts it, in a process of its own on a free port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

__all__ = ["Server", "free_port", "serving"]

_START = "from assistant.cli import entry; entry()"
_WAITED = 300.0
"""Seconds until a server is given up; the first start may have to bring an index up to date."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Server:
    """One address, and one process after another that answers there.

    ``settings`` are environment variables beside those in force; ``log`` is a file that what the server says is added to.
    """

    def __init__(self, settings: Mapping[str, str], log: Path | None = None) -> None:
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._environment = {**os.environ, **settings}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process started last."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start a process; it is not ready yet."""
        command = [sys.executable, "-c", _START, "serve", "--host", "127.0.0.1", "--port", str(self._port)]
        if self._log is None:
            self._process = subprocess.Popen(command, env=self._environment)
            return
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def wait(self) -> None:
        """Wait until it can answer. Raises ``TimeoutError``."""
        until = time.monotonic() + _WAITED
        with httpx.Client(base_url=self.address, timeout=10, trust_env=False) as client:
            while time.monotonic() < until:
                try:
                    if client.get("/readyz").status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise TimeoutError("the server did not become ready")

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(how)
        return self.process.wait(60)

    def kill(self) -> None:
        """Leave no process behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)


@contextmanager
def serving(settings: Mapping[str, str]) -> Iterator[Server]:
    """A server that is starting, and is stopped afterwards."""
    server = Server(settings)
    server.start()
    try:
        yield server
        server.end()
    finally:
        server.kill()
