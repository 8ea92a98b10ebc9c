"""An endurance run: the use of an hour, pressed into a quarter of one, against the server as it is shipped.

    python -m evals.bench.soak                      15 minutes and the restarts; writes evals/results/soak.json and soak.md
    python -m evals.bench.soak --minutes 3 --users 4

Starts ``nearzero serve`` with a data folder of its own (embedded Chroma, SQLite, accounts) and uses its HTTP doors. People
go on with their conversations (the questions, conversations and calculations of ``evals/cases``), run calculators, search,
list and read back what they asked. An administrator adds a document, adds its next version, and takes both out again, and
after each step asks for its figure in every open conversation, outside of any and at the OpenAI-compatible door, where the
memory of a conversation is left standing. The server is told to stop once and killed once in the middle of an answer, and
started again; then every turn that was answered before must stand in its conversation, word for word.

Exit status 1 where a check fails. Linux only: memory is read from ``/proc``.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from assistant.retrieval import ensure
from assistant.server.users import Role, Users
from assistant.settings import Settings, read
from corpus.overlay import load_all
from evals import calculation, conversations
from evals import question as questions
from evals.bench.process import Server

__all__ = ["RESULT", "Rule", "as_markdown", "figures", "main", "measure", "memory"]

RESULT = Path(__file__).parents[1] / "results" / "soak.json"
"""What a run writes; the tables lie beside it."""

JUDGED = 180.0
"""Seconds a process must live for its memory to be judged: the first quarter is left to warming up, and a cache of
questions or a heap that settles still shows in a shorter one."""
GROWTH = 0.08
"""Growth of the median from the second to the last quarter that still counts as flat, as a part of it."""
SLOWER = 2.0
"""How many times as long the median answer may take in the last quarter as in the first; the machine has other work."""

_SEED = 20260101
_PAUSE = 2.0
"""Mean seconds between an answer and a person's next request: a fifth of what a quick reader takes."""
_TURNS = 30
"""Turns after which a person begins another conversation."""
_SAMPLED = 0.5
"""Seconds between two looks at the memory."""
_ENDS = (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM)
"""How the lives of the server end, one after the other."""
_THINGS = ("蓄冰槽", "雨水收集池", "档案恒湿库", "配电间", "数据机房")
_CALCULATIONS: Mapping[str, Mapping[str, str]] = {
    "charging": {"spaces": "200 个车位", "ratio": "sz20"},
    "paper": {"sheets": "20 万张"},
    "meeting": {"attendees": "80 人", "legs": "20人坐高铁来回120公里"},
    "water": {"water": "2 万立方米"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a made regulation: a figure that nothing else in the library has."""

    thing: str
    year: int
    number: int
    days: int

    @property
    def title(self) -> str:
        return f"示例市机关{self.thing}管理办法"

    @property
    def text(self) -> str:
        """The file an administrator adds."""
        return (
            f"{self.title}\n示例市机关事务管理局\n示例市机管〔{self.year}〕{self.number}号\n\n"
            f"第一条 为了管好机关{self.thing}，制定本办法。\n\n"
            f"第二条 机关{self.thing}应当每{self.days}天巡检一次，巡检结果记入台账。\n\n"
            f"第三条 本办法自{self.year}年3月1日起施行。\n"
        )

    @property
    def question(self) -> str:
        return f"《{self.title}》第二条怎么规定的？"

    def cited(self, answer: Mapping[str, Any]) -> bool:
        """Whether any version of the regulation is cited."""
        return any(c["title"] == self.title for c in answer["citations"])

    def stated(self, answer: Mapping[str, Any]) -> bool:
        """Whether the answer gives the figure of this version and of no other."""
        return figures(answer) == {self.days}


def figures(answer: Mapping[str, Any]) -> set[int]:
    """The figures of made regulations that an answer gives.

    >>> figures({"answer": "配电间应当每137天巡检一次。[1]"})
    {137}
    """
    return {int(days) for days in re.findall(r"每(\d+)天巡检", answer["answer"])}


@dataclass(frozen=True, slots=True)
class _Mark:
    """One request: when it began, how long it took, what it was for, and what came of it (``ok`` or what was wrong)."""

    began: float
    seconds: float
    act: str
    outcome: str


@dataclass(frozen=True, slots=True)
class _Sample:
    """Memory of the server at a moment, in MiB: all of it, and what is not mapped from files."""

    at: float
    resident: float
    own: float


@dataclass(slots=True)
class _Life:
    """One process of the server."""

    began: float
    ready_s: float = 0.0
    end: str = ""
    samples: list[_Sample] = field(default_factory=list)


@dataclass(slots=True)
class _Talk:
    """A conversation as its person knows it: the turns that were answered; ``open_turn`` where an answer never came."""

    token: str
    name: str
    turns: list[tuple[str, str, str]] = field(default_factory=list)
    open_turn: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Gate:
    """Lets requests through while the server is up, and knows which are under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open = False
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def passing(self, act: str, *, waits: bool) -> Iterator[None]:
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self._open)
            self._under_way[act] += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way[act] -= 1
                self._changed.notify_all()

    @property
    def is_open(self) -> bool:
        return self._open

    def under_way(self, act: str) -> int:
        return self._under_way[act]

    def close(self) -> None:
        with self._changed:
            self._open = False

    def open(self) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def wait_until_empty(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way.total())


class _Watched(Server):
    """A server whose memory is looked at as long as it lives."""

    def __init__(self, home: Path, clock: float) -> None:
        # As it is shipped: settings of this machine are left out.
        others = {name: "" for name in os.environ if name.startswith("NEARZERO_")}
        settings = {**others, "NEARZERO_HOME": str(home), "NEARZERO_RATE_LIMIT": "0", "PYTHONUTF8": "1"}
        self.log = home / "server.log"
        super().__init__(settings, self.log)
        self.lives: list[_Life] = []
        self._clock = clock

    def begin(self) -> None:
        """Start a process and wait until it can answer. Raises ``TimeoutError``."""
        life = _Life(time.perf_counter() - self._clock)
        self.lives.append(life)
        self.start()
        threading.Thread(target=self._watch, args=(self.process, life), daemon=True).start()
        self.wait()
        life.ready_s = round(time.perf_counter() - self._clock - life.began, 1)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.lives[-1].end = how.name
        return super().end(how)

    @property
    def tracebacks(self) -> int:
        """How often an error nobody expected stands in the log."""
        return self.log.read_text(encoding="utf-8", errors="replace").count("Traceback (most recent call last)")

    def _watch(self, process: "subprocess.Popen[bytes]", life: _Life) -> None:
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            except OSError:
                return
            kib = {name: int(size) for name, size in re.findall(r"^(VmRSS|RssAnon):\s*(\d+) kB", status, re.MULTILINE)}
            if "VmRSS" in kib:
                at = time.perf_counter() - self._clock
                life.samples.append(_Sample(at, kib["VmRSS"] / 1024, kib["RssAnon"] / 1024))
            time.sleep(_SAMPLED)


class _Soak:
    """The state of a run that its threads share."""

    def __init__(self, home: Path, users: int, seconds: float) -> None:
        self.clock = time.perf_counter()
        self.home, self.seconds = home, seconds
        accounts = Users(home / "users.json")
        accounts.add("admin", Role.ADMINISTRATOR, "correct horse")
        self.admin = accounts.issue("admin")
        people = [accounts.add(f"person{n}", Role.STAFF, "correct horse").name for n in range(users)]
        self.tokens = [accounts.issue(name) for name in people]
        self.server, self.gate = _Watched(home, self.clock), _Gate()
        # A connection a request: one kept open may be closed by the server in the moment it is used again.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._client = httpx.Client(base_url=self.server.address, timeout=120, limits=limits, trust_env=False)
        self.marks: list[_Mark] = []
        self.windows: list[tuple[float, float]] = []
        self.kinds: Counter[str] = Counter()
        self.talks: list[_Talk] = []
        self.current: dict[int, _Talk] = {}
        self.totals: dict[str, Any] = {}
        self.checked, self.lost = 0, 0
        self.asked_after: Counter[str] = Counter()
        self.stale: list[str] = []
        self.changes: Counter[str] = Counter()
        self.standing: Rule | None = None
        self.faults: list[str] = []
        self.cut: list[int] = []

    @property
    def now(self) -> float:
        return time.perf_counter() - self.clock

    @property
    def over(self) -> bool:
        return self.gate.is_open and self.now > self.seconds  # a restart is no part of the time

    def send(
        self, act: str, method: str, path: str, token: str, *, waits: bool = True, **body: Any
    ) -> httpx.Response | None:
        """The response if it is a good one. ``waits``: as long as the server is down."""
        with self.gate.passing(act, waits=waits):
            began, outcome, response = self.now, "ok", None
            try:
                headers = {"Authorization": f"Bearer {token}"}
                response = self._client.request(method, path, headers=headers, **body)
                if not response.is_success:
                    outcome = f"HTTP {response.status_code} {_code(response)}"
            except httpx.TransportError as error:
                outcome = type(error).__name__
            self.marks.append(_Mark(began, self.now - began, act, outcome))
        return response if outcome == "ok" else None

    def close(self) -> None:
        self._client.close()

    def ask(self, talk: _Talk | None, text: str, *, waits: bool = True, streamed: bool = False) -> Any:
        """The answer to a question, as a turn of the conversation if there is one; ``None`` where none came."""
        if talk is None:
            response = self.send("ask", "POST", "/api/v1/ask", self.tokens[0], waits=waits, json={"question": text})
            return None if response is None else response.json()
        sent = {"question": text, "session": talk.name}
        path = "/api/v1/ask/stream" if streamed else "/api/v1/ask"
        response = self.send("ask", "POST", path, talk.token, waits=waits, json=sent)
        if response is None:
            talk.open_turn = True
            return None
        answer = _last_event(response.text) if streamed else response.json()
        if answer is None:
            talk.open_turn = True
            self.marks.append(_Mark(self.now, 0, "ask", "the stream ended without an answer"))
            return None
        self.kinds[answer["kind"]] += 1
        talk.turns.append(_turn(answer))
        return answer

    def read_back(self, talk: _Talk, *, waits: bool = True) -> None:
        """Whether every answered turn stands in the conversation; a turn whose answer never came may, or not."""
        if not talk.turns:
            return
        response = self.send("history", "GET", f"/api/v1/sessions/{talk.name}", talk.token, waits=waits)
        if response is None:
            return
        kept = [_turn(turn) for turn in response.json()["turns"]]
        self.checked += len(talk.turns)
        wrong = sum(was != now for was, now in zip(talk.turns, kept, strict=False))
        wrong += max(0, len(talk.turns) - len(kept)) + max(0, len(kept) - len(talk.turns) - talk.open_turn)
        self.lost += wrong
        if wrong:
            self.faults.append(f"{talk.name}: {len(talk.turns)} turns were answered, {len(kept)} stand")
        talk.turns, talk.open_turn = kept, False


def _turn(answer: Mapping[str, Any]) -> tuple[str, str, str]:
    """What must stand unchanged: the kind, the words, the clauses cited."""
    return answer["kind"], answer["answer"], " ".join(c["key"] for c in answer["citations"])


def _code(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""


def _last_event(stream: str) -> Any:
    """The whole answer at the end of a stream, ``None`` where it did not come."""
    match = re.search(r"^event: done\ndata: (.*)$", stream, re.MULTILINE)
    return json.loads(match[1]) if match else None


def measure(minutes: float, users: int, settings: Settings) -> dict[str, Any]:
    """Run for that long with so many people beside the administrator; ``settings`` say where an index is to copy."""
    load = os.getloadavg()[0]
    ensure(settings, load_all(*settings.folders))
    with tempfile.TemporaryDirectory(prefix="nearzero-soak-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        shutil.copytree(settings.index_path, home / "index")
        for held in settings.home.glob("intents-*"):
            shutil.copy(held, home)
        soak = _Soak(home, users, minutes * 60)
        try:
            soak.server.begin()
            soak.gate.open()
            with ThreadPoolExecutor(users + 2) as pool:
                running = [pool.submit(_person, soak, n) for n in range(users)]
                running += [pool.submit(_administrator, soak), pool.submit(_operator, soak)]
                for each in running:
                    each.result()
            for talk in soak.talks:
                soak.read_back(talk)
            status = soak.server.end(_ENDS[-1])
        finally:
            soak.server.kill()
            soak.close()
        found = _found(soak, minutes, users, stopped=status in {0, -signal.SIGTERM})
    return found | {"load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1)}


# --- who does what ----------------------------------------------------------------------------------------------


def _person(soak: _Soak, number: int) -> None:
    draw = random.Random(_SEED + number)
    token, said = soak.tokens[number], _script(draw)
    while not soak.over:
        talk = soak.current.get(number)
        if talk is None or len(talk.turns) >= _TURNS or (talk.open_turn and not talk.turns):
            talk = _Talk(token, f"{number}-{sum(t.token == token for t in soak.talks)}")
            soak.talks.append(talk)
            soak.current[number] = talk
        act = draw.random()
        if act < 0.75:
            with talk.lock:
                soak.ask(talk, next(said), streamed=act < 0.15)
        elif act < 0.85:
            _calculate(soak, token, draw)
        elif act < 0.93:
            soak.send("search", "GET", "/api/v1/search", token, params={"q": next(said)[:100]})
        elif act < 0.97:
            soak.send("sessions", "GET", "/api/v1/sessions", token)
        else:
            with talk.lock:
                soak.read_back(talk)
        time.sleep(max(0, min(draw.expovariate(1 / _PAUSE), soak.seconds - soak.now)))


def _script(draw: random.Random) -> Iterator[str]:
    """What one person says, without end: conversations in their order, and between them single questions."""
    single = [q.text for q in questions.load()] + [c.text for c in calculation.load()]
    talks = [
        tuple(turn.say for turn in c.turns) for path in conversations.CONVERSATIONS for c in conversations.load(path)
    ]
    while True:
        if draw.random() < 0.3:
            yield from draw.choice(talks)
        else:
            yield draw.choice(single)


def _calculate(soak: _Soak, token: str, draw: random.Random) -> None:
    """Run a calculator: the same inputs must come to the same total as ever."""
    name = draw.choice(list(_CALCULATIONS))
    sent = {"inputs": dict(_CALCULATIONS[name])}
    response = soak.send("calculate", "POST", f"/api/v1/calculators/{name}", token, json=sent)
    if response is not None:
        total = response.json()["total"]
        if soak.totals.setdefault(name, total) != total:
            soak.faults.append(f"{name}: the total changed")


def _operator(soak: _Soak) -> None:
    """End the server and start it again, so that its lives are of one length; then look at what stands."""
    share = (soak.seconds - soak.now) / len(_ENDS)
    for how in _ENDS[:-1]:
        time.sleep(share)
        while how is signal.SIGKILL and not soak.gate.under_way("ask"):
            time.sleep(0.001)
        began = soak.now
        soak.cut.append(soak.gate.under_way("ask"))
        status = soak.server.end(how)
        soak.gate.close()
        if how is signal.SIGTERM and status not in {0, -signal.SIGTERM}:
            soak.faults.append(f"told to stop, the server ended with {status}")
        soak.gate.wait_until_empty()
        ended = soak.now
        soak.server.begin()
        for talk in list(soak.talks):
            soak.read_back(talk, waits=False)
        if soak.standing is not None:
            _verify(soak, soak.standing, waits=False)
        soak.windows.append((began, ended))
        soak.seconds += soak.now - began
        soak.gate.open()


def _administrator(soak: _Soak) -> None:
    """Add a regulation, then its next version, then take both out; after each, see that every answer knows."""
    draw = random.Random(_SEED - 1)
    messages: list[dict[str, str]] = []
    cycle = 0
    while not soak.over:
        thing = _THINGS[cycle % len(_THINGS)]
        first = Rule(thing, 2024, 100 + cycle, draw.randrange(101, 199))
        second = Rule(thing, 2025, 500 + cycle, draw.randrange(201, 299))
        messages = messages[-6:]
        for rule, change in ((first, "added"), (second, "changed")):
            if not _add(soak, rule):
                return
            soak.changes[change] += 1
            _verify(soak, rule, messages)
        soak.standing = None
        if not _take_out(soak, second):
            return
        soak.changes["removed"] += 1
        _verify(soak, second, messages, gone=True)
        cycle += 1
        time.sleep(max(0, min(soak.seconds / 100, soak.seconds - soak.now)))


def _add(soak: _Soak, rule: Rule) -> bool:
    """Add the file over HTTP, again where a restart came between; ``False`` where the time is over."""
    soak.standing = None
    files = {"file": (f"{rule.title}{rule.year}.txt", rule.text.encode(), "text/plain")}
    while not soak.over:
        if soak.send("add", "POST", "/api/v1/corpus", soak.admin, files=files) is not None:
            soak.standing = rule
            return True
        time.sleep(0.5)
    return False


def _take_out(soak: _Soak, rule: Rule) -> bool:
    """Take every added document out of the data folder and wait until the server has followed."""
    for path in (soak.home / "documents").glob("*.yaml"):
        path.unlink()
    while not soak.over:
        response = soak.send("documents", "GET", "/api/v1/documents", soak.admin)
        if response is not None and all(d["title"] != rule.title for d in response.json()["documents"]):
            return True
        time.sleep(0.5)
    return False


def _verify(
    soak: _Soak,
    rule: Rule,
    messages: list[dict[str, str]] | None = None,
    *,
    gone: bool = False,
    waits: bool = True,
) -> None:
    """Ask for the figure in every open conversation, outside of any, and where a memory is left standing."""
    for talk in list(soak.current.values()):
        # With the server down nobody is in the middle of a turn, though one may hold the lock and wait.
        locked = talk.lock.acquire() if waits else False
        try:
            _judge(soak, rule, f"conversation {talk.name}", soak.ask(talk, rule.question, waits=waits), gone=gone)
            if gone:
                _judge(soak, rule, f"conversation {talk.name}", soak.ask(talk, "那第三条呢？", waits=waits), gone=gone)
        finally:
            if locked:
                talk.lock.release()
    _judge(soak, rule, "no conversation", soak.ask(None, rule.question, waits=waits), gone=gone)
    if messages is not None:
        messages.append({"role": "user", "content": rule.question})
        sent = {"model": "nearzero", "messages": messages}
        response = soak.send("completion", "POST", "/v1/chat/completions", soak.tokens[0], json=sent)
        if response is not None:
            body = response.json()
            messages.append({"role": "assistant", "content": body["choices"][0]["message"]["content"]})
            _judge(soak, rule, "the OpenAI-compatible door", body["nearzero"], gone=gone)


def _judge(soak: _Soak, rule: Rule, where: str, answer: Mapping[str, Any] | None, *, gone: bool) -> None:
    if answer is None:  # an error, which is counted as one
        return
    soak.asked_after["gone" if gone else "there"] += 1
    if gone:
        right = not rule.cited(answer) and not figures(answer)
    else:
        right = answer["kind"] == "answer" and rule.cited(answer) and rule.stated(answer)
    if not right:
        soak.stale.append(
            f"{where}, {'gone' if gone else 'there'}: {rule.question} {answer['kind']} {answer['answer'][:120]}"
        )


# --- what was found ---------------------------------------------------------------------------------------------


def memory(samples: Sequence[_Sample]) -> dict[str, Any]:
    """Medians of the second and the last quarter of a life and the slope over both and what is between; MiB, minutes.

    >>> flat = memory([_Sample(float(t), 300.0 + (t % 2), 200.0) for t in range(240)])
    >>> flat["second"], flat["last"], flat["flat"]
    (300.5, 300.5, True)
    >>> memory([_Sample(float(t), 300.0 + t, 200.0) for t in range(240)])["flat"]
    False
    """
    at = np.array([s.at for s in samples])
    resident, own = np.array([s.resident for s in samples]), np.array([s.own for s in samples])
    quarter = np.floor((at - at[0]) / (at[-1] - at[0] + 1e-9) * 4)
    second, last = (float(np.median(resident[quarter == n])) for n in (1, 3))
    after = quarter >= 1
    slope = float(np.polyfit(at[after] / 60, resident[after], 1)[0])
    return {
        "seconds": round(float(at[-1] - at[0])),
        "second": round(second, 1),
        "last": round(last, 1),
        "own_second": round(float(np.median(own[quarter == 1])), 1),
        "own_last": round(float(np.median(own[quarter == 3])), 1),
        "peak": round(float(resident.max()), 1),
        "slope_per_minute": round(slope, 2),
        "flat": bool(last <= second * (1 + GROWTH)) if at[-1] - at[0] >= JUDGED else None,
    }


def _found(soak: _Soak, minutes: float, users: int, *, stopped: bool) -> dict[str, Any]:
    def explained(mark: _Mark) -> bool:
        return any(mark.began <= end and mark.began + mark.seconds >= begin for begin, end in soak.windows)

    wrong = [m for m in soak.marks if m.outcome != "ok"]
    unexplained = [m for m in wrong if not explained(m)]
    errors = Counter(f"{m.act}: {m.outcome}" for m in unexplained)
    answered = [m for m in soak.marks if m.act == "ask" and m.outcome == "ok"]
    quarters = [[m.seconds for m in answered if int(m.began / soak.seconds * 4) == n] for n in range(4)]
    latency = {name: _spread(quarters[n]) for name, n in (("first", 0), ("last", 3))}
    lives = [
        {
            "end": life.end,
            "ready_s": life.ready_s,
            **memory([s for s in life.samples if s.at >= life.began + life.ready_s]),
        }
        for life in soak.server.lives
    ]
    tracebacks = soak.server.tracebacks
    checks = {
        "memory": all(life["flat"] is not False for life in lives),
        "turns": soak.lost == 0 and soak.checked > 0,
        "fresh": not soak.stale and soak.changes["removed"] > 0,
        "errors": not errors and not tracebacks,
        "restarts": stopped and not any("told to stop" in f for f in soak.faults) and len(lives) == len(_ENDS),
        "killed_while_answering": len(soak.cut) == len(_ENDS) - 1 and soak.cut[-1] > 0,
        "totals": not any("total changed" in f for f in soak.faults),
        "latency": latency["last"]["p50"] <= SLOWER * latency["first"]["p50"],
    }
    return {
        "minutes": minutes,
        "users": users,
        "cores": os.cpu_count(),
        "requests": dict(sorted(Counter(m.act for m in soak.marks).items())),
        "conversations": len(soak.talks),
        "kinds": dict(sorted(soak.kinds.items())),
        "documents": dict(soak.changes),
        "asked_after_a_change": dict(soak.asked_after),
        "stale": soak.stale[:20],
        "turns_read_back": soak.checked,
        "turns_lost": soak.lost,
        "errors": dict(errors),
        "errors_after_s": [round(m.began + m.seconds, 1) for m in unexplained],
        "errors_of_restarts": sum(map(explained, wrong)),
        "answers_cut": soak.cut,
        "tracebacks": tracebacks,
        "lives": lives,
        "latency_ms": latency,
        "faults": soak.faults[:20],
        "checks": checks,
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.percentile(np.asarray(seconds or [np.nan]) * 1000, [50, 95])
    return {"answers": len(seconds), "p50": round(float(p50), 1), "p95": round(float(p95), 1)}


_CHECKS = {
    "memory": "内存平稳",
    "turns": "重启后一问不少",
    "fresh": "资料变动后没有旧答案",
    "errors": "重启以外没有出错",
    "restarts": "该停就停，停后能起",
    "killed_while_answering": "强行终止时确有回答在进行",
    "totals": "同样的输入算出同样的结果",
    "latency": "到最后也不变慢",
}
_PARTS = {
    "ask": "提问",
    "completion": "兼容 OpenAI 的接口",
    "search": "找条款",
    "calculate": "计算器",
    "history": "取会话",
    "sessions": "列会话",
}
_PARTS |= {"add": "加资料", "documents": "列文件"}
_HOW = {"SIGTERM": "正常停止（SIGTERM）", "SIGKILL": "强行终止（kill -9）"}


def as_markdown(found: Mapping[str, Any]) -> str:
    """The tables people read."""
    requests, documents, asked = found["requests"], found["documents"], found["asked_after_a_change"]
    first, last = found["latency_ms"]["first"], found["latency_ms"]["last"]
    lines = [
        "# 长时间使用",
        "",
        f"{found['minutes']:g} 分钟，{found['users']} 人和一名管理员，{found['cores']} 核，机器负载前 {found['load_before']}、"
        f"后 {found['load_after']}；随附的服务进程，内嵌的 Chroma 和 SQLite。",
        "",
        "| 检查 | 结果 |",
        "| --- | --- |",
        *(f"| {label} | {'通过' if found['checks'][name] else '**没有通过**'} |" for name, label in _CHECKS.items()),
        "",
        f"请求：{'、'.join(f'{label} {requests.get(name, 0)}' for name, label in _PARTS.items())}；会话 {found['conversations']} 个。",
        "",
        f"资料：新增 {documents.get('added', 0)} 次、换新版本 {documents.get('changed', 0)} 次、移除 {documents.get('removed', 0)} 次；"
        f"之后在每个进行中的会话、会话之外和兼容 OpenAI 的接口追问，应引用新文件的 {asked.get('there', 0)} 问、"
        f"不应再引用的 {asked.get('gone', 0)} 问，答旧了的 {len(found['stale'])} 问。",
        "",
        f"会话：重启后和结束时逐字核对 {found['turns_read_back']} 问，丢失或变样 {found['turns_lost']} 问。",
        "",
        f"出错：{sum(found['errors'].values())} 次；重启造成的 {found['errors_of_restarts']} 次不算在内"
        f"（停止、终止的那一刻各有 {'、'.join(map(str, found['answers_cut']))} 个回答在进行）。",
        "",
        "| 服务进程 | 秒 | 起动 s | 第二个四分之一 MiB | 最后四分之一 MiB | 其中不是映射文件的 | 每分钟增减 MiB | 峰值 MiB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(
            f"| {_HOW[life['end']]} | {life['seconds']} | {life['ready_s']} | {life['second']} | {life['last']} | "
            f"{life['own_second']}、{life['own_last']} | {life['slope_per_minute']:+.2f} | {life['peak']} |"
            for life in found["lives"]
        ),
        "",
        f"最后四分之一的中位数比第二个四分之一多出不到 {GROWTH:.0%} 为平稳；不到 {JUDGED:g} 秒的进程只量不判。",
        "",
        "| 回答 | 次数 | p50 ms | p95 ms |",
        "| --- | ---: | ---: | ---: |",
        f"| 第一个四分之一 | {first['answers']} | {first['p50']} | {first['p95']} |",
        f"| 最后四分之一 | {last['answers']} | {last['p50']} | {last['p95']} |",
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--users", type=int, default=6)
    given = parser.parse_args(arguments)
    found = measure(given.minutes, given.users, read())
    RESULT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    RESULT.with_suffix(".md").write_text(as_markdown(found), encoding="utf-8")
    sys.stdout.write(as_markdown(found))
    for line in (*found["faults"], *found["stale"], *(f"{n} x {what}" for what, n in found["errors"].items())):
        sys.stderr.write(f"{line}\n")
    return 0 if all(found["checks"].values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
