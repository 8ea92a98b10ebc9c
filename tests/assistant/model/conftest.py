"""A small OpenAI-compatible server that misbehaves as told, and an assistant that asks it."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings

KEY = re.compile(r"\[([A-Y]\d{2})\]")


@dataclass
class Reply:
    """What the server sends for one request.

    ``chunks`` are pieces of text of a streamed (or whole) answer, ``calls`` pairs of tool name and raw arguments.
    ``raw`` is sent as it is in place of both; ``pause`` seconds are waited before each chunk; ``cut`` closes the
    connection without an end.
    """

    chunks: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    raw: str | None = None
    pause: float = 0.0
    cut: bool = False


@dataclass
class Request:
    """One request as the server read it."""

    body: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(str(m.get("content") or "") for m in self.body["messages"])

    @property
    def last(self) -> dict[str, Any]:
        return self.body["messages"][-1]

    @property
    def probes(self) -> bool:
        return any(t["function"]["name"] == "look_up_weather" for t in self.body.get("tools", ()))

    def keys(self) -> list[str]:
        """The keys handed out, in order."""
        return list(dict.fromkeys(KEY.findall(self.text)))

    def key_of(self, words: str) -> str:
        """The key of the line that holds the words."""
        return next(KEY.search(line)[1] for line in self.text.split("\n") if words in line and KEY.search(line))


@dataclass
class Script:
    """``tier`` is how the probe is answered; ``answers`` says what comes after it, one reply a request, the last again."""

    tier: str = "phrase"
    answers: list[Callable[[Request], Reply]] = field(default_factory=list)
    probe: Reply | None = None
    requests: list[Request] = field(default_factory=list)
    probes: int = 0
    url: str = ""

    def reply(self, request: Request) -> Reply:
        if request.probes:
            self.probes += 1
            return self.probe or self._probed(request)
        self.requests.append(request)
        return self.answers[min(len(self.requests), len(self.answers)) - 1](request)

    def _probed(self, request: Request) -> Reply:
        if self.tier == "phrase":
            return Reply(chunks=("我来查一下。",))
        if request.last["role"] == "tool":
            return Reply(chunks=("比例为35%[Q47]。",))
        return Reply(calls=(("look_up_ratio", '{"place": "东楼停车场", "reserve": 0.3}'),))


class Handler(BaseHTTPRequestHandler):
    script: Script

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self.script.reply(Request(body))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the product hung up, as it should
            self._send(reply, streamed=bool(body.get("stream")))
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def _send(self, reply: Reply, *, streamed: bool) -> None:
        if reply.status != 200 or reply.raw is not None:
            time.sleep(reply.pause)
            payload = (reply.raw if reply.raw is not None else '{"error": {"message": "no"}}').encode()
            kind = "text/event-stream" if streamed and reply.status == 200 else "application/json"
            self._head(reply.status, kind, length=None if reply.cut else len(payload))
            self.wfile.write(payload)
            return
        calls = [
            {"index": i, "id": f"c{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for i, (name, arguments) in enumerate(reply.calls)
        ]
        if not streamed:
            message = {"role": "assistant", "content": "".join(reply.chunks) or None, "tool_calls": calls or None}
            whole = {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
            }
            payload = json.dumps(whole).encode()
            self._head(200, "application/json", length=len(payload))
            self.wfile.write(payload)
            return
        self._head(200, "text/event-stream", length=None)
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": chunk} for chunk in reply.chunks]
        deltas += [{"tool_calls": [call]} for call in calls]
        for delta in deltas:
            time.sleep(reply.pause)
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if reply.cut:
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls" if calls else "stop"}]})
        self._event({"choices": [], "usage": {"prompt_tokens": 200, "completion_tokens": 20, "total_tokens": 220}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, part: dict[str, Any]) -> None:
        event = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", **part}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
        self.wfile.flush()

    def _head(self, status: int, kind: str, length: int | None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()


@pytest.fixture
def make_reply() -> type[Reply]:
    return Reply


@pytest.fixture
def script() -> Iterator[Script]:
    """A running server; the test fills the script before it asks."""
    held = Script()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": held}))
    server.daemon_threads = True
    held.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield held
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def speaking(
    assistant: Assistant, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Assistant]:
    """An assistant with the scripted model, over the index the other tests use."""
    from assistant.model.client import endpoint
    from assistant.model.engine import Engine

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def make(seconds: float = 8.0, **fields: Any) -> Assistant:
        settings = Settings(
            home=tmp_path, model_base_url=script.url, model_name="scripted", model_timeout=seconds, **fields
        )
        at = endpoint(settings)
        assert at is not None
        core = replace(assistant._core, model=Engine(at, assistant.corpus, tmp_path))
        return Assistant(core, settings)

    return make
