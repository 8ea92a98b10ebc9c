"""A real server on a free port of this machine, around the real assistant; open to this machine, or with accounts."""

import gc
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.server.users import Role, Users
from assistant.settings import Settings

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    settings: Settings
    client: httpx.Client

    def ask(self, question: str, session: str | None = None, **more: Any) -> httpx.Response:
        return self.client.post("/api/v1/ask", json={"question": question, "session": session}, **more)


@contextmanager
def serving(assistant: Assistant, settings: Settings, *, pages: bool) -> Iterator[Served]:
    import uvicorn

    from assistant.server.app import application

    with warnings.catch_warnings():
        # Gradio makes event loops while it builds a page and leaves them to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        app = application(assistant, settings, pages=pages)
        gc.collect()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=3))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
            yield Served(address, settings, client)
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server does not stop when told to"


Serve = Callable[..., Any]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """The context manager itself, for a server with settings of its own."""
    return serving


@pytest.fixture(scope="session")
def opened(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Open to this machine, without pages."""
    with serving(assistant, Settings(home=tmp_path_factory.mktemp("open"), rate_limit="0"), pages=False) as served:
        yield served


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A token of each account; under "home" the data folder."""
    home: Path = tmp_path_factory.mktemp("closed")
    users = Users(home / "users.json")
    made = {}
    for name, role in (("li", Role.STAFF), ("wang", Role.EVALUATOR), ("admin", Role.ADMINISTRATOR)):
        users.add(name, role, PASSWORD)
        made[name] = users.issue(name)
    return {**made, "home": str(home)}


@pytest.fixture(scope="session")
def closed(assistant: Assistant, tokens: dict[str, str]) -> Iterator[Served]:
    """With accounts, without pages."""
    with serving(assistant, Settings(home=Path(tokens["home"]), rate_limit="0"), pages=False) as served:
        yield served


@pytest.fixture
def signed(tokens: dict[str, str]) -> Callable[[str], dict[str, dict[str, str]]]:
    """What a request of that user carries."""
    return lambda name: {"headers": {"Authorization": f"Bearer {tokens[name]}"}}
