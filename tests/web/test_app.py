"""The server around the page: held to its own host, and clear about a port that is taken."""

import socket
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from assistant.server.app import launch
from assistant.settings import Settings
from corpus.errors import InputError


@pytest.mark.slow
def test_every_response_forbids_other_hosts(served: Any) -> None:
    for path in ("/", "/vendor/plotly.min.js", "/config"):
        with urllib.request.urlopen(served.address + path) as response:
            policy = response.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "http" not in policy


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(host="127.0.0.1", port=taken.getsockname()[1])
        with pytest.raises(InputError, match="换一个端口"):
            launch(None, settings)  # type: ignore[arg-type]


def test_importing_the_web_room_imports_no_gradio() -> None:
    code = "import assistant.web.app, sys; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
