"""The commands around the server, run as a person runs them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

START = "from assistant.cli import entry; entry()"
PASSWORD = "correct horse"


def run(environment: dict[str, str], *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEARZERO_")}
    return {**kept, "NEARZERO_HOME": str(tmp_path), "PYTHONUTF8": "1"}


def test_serving_others_without_accounts_is_refused_at_once(bare: dict[str, str]) -> None:
    refused = run(bare, "serve", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "nearzero users add" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_accounts_are_kept_by_command(bare: dict[str, str]) -> None:
    added = run(bare, "users", "add", "li", "--role", "evaluator", text=f"{PASSWORD}\n")
    assert (added.returncode, added.stderr) == (0, "")
    token = run(bare, "users", "token", "li").stdout.strip()
    assert token.startswith("nz_")
    assert run(bare, "users", "list").stdout.split()[:2] == ["li", "evaluator"]
    for wrong in (
        ("users", "add", "li"),
        ("users", "add", "wang", "--role", "king"),
        ("users", "remove", "nobody"),
    ):
        made = run(bare, *wrong, text=f"{PASSWORD}\n")
        assert made.returncode == 2
        assert made.stderr.count("\n") == 1
    log = (Path(bare["NEARZERO_HOME"]) / "audit.jsonl").read_text(encoding="utf-8")
    assert '"act": "user.add", "subject": "li evaluator"' in log
    assert token not in log
    assert PASSWORD not in log


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
def test_a_server_told_to_stop_finishes_and_ends_well(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    mine = {**environment, "NEARZERO_USERS": str(tmp_path / "users.json")}
    server = subprocess.Popen([sys.executable, "-c", START, "serve", "--port", str(port)], env=mine)
    try:
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            for _ in range(240):
                try:
                    if client.get("/healthz").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.5)
            assert client.get("/").status_code == 200
            assert client.post("/api/v1/ask", json={"question": "公务用车新能源比例要求"}).status_code == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) in {0, -signal.SIGTERM}
    finally:
        server.kill()
        server.wait(10)
