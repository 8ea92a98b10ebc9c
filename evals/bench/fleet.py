"""Several processes of the program behind one Chroma server and one Postgres, all answering at once.

    python -m evals.bench.fleet                                3 processes, 12 people for 60 s
    python -m evals.bench.fleet --processes 4 --seconds 30 --postgres postgresql://…

Starts a Chroma server with the index of the shipped library, a Postgres of its own unless one is given, and the
processes, which share one data folder. Every person has a conversation and puts each question of it to another process than
the one before, so that conversations must come from Postgres. One document is added half-way, as an administrator
would at the command line: the processes must take it up without an error. Prints one JSON object.
"""

import argparse
import json
import os
import pwd
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from assistant.retrieval import build
from assistant.settings import read
from evals import question
from evals.bench.process import free_port, serving
from evals.bench.scale import Maker, chroma

__all__ = ["main", "measure"]

_START = "from assistant.cli import entry; entry()"
_SEED = 20260101
_DOCUMENT = """机关光储直柔试验办法
示例发〔2026〕1号
第一条 机关办公建筑可以采用光储直柔技术，直流微网的电压等级由设计单位论证。
第二条 直流微网的储能设备应当每半年检查一次。
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--users", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--postgres", help="address of a Postgres; without one a fresh cluster is started")
    given = parser.parse_args(arguments)
    found = measure(given.processes, given.users, given.seconds, given.postgres)
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=1) + "\n")


def measure(processes: int, users: int, seconds: float, postgres: str | None = None) -> dict[str, Any]:
    """Start everything, let ``users`` people ask for ``seconds`` without a pause, stop it."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nearzero-fleet-")))
        vectors = stack.enter_context(chroma(scratch / "server"))
        database = postgres or stack.enter_context(_postgres())
        maker = Maker.open(read())
        build(maker.real, read().model_copy(update={"home": scratch / "home", "chroma_url": vectors.url}), model=maker)
        environment = {
            **os.environ,
            "NEARZERO_HOME": str(scratch / "home"),
            "NEARZERO_CHROMA_URL": vectors.url,
            "NEARZERO_CHECKPOINT_URL": database,
            "NEARZERO_RATE_LIMIT": "0",
            "NEARZERO_USERS": str(scratch / "users.json"),
        }
        servers = [stack.enter_context(serving(environment)) for _ in range(processes)]
        for server in servers:
            server.wait()
        return _asked([server.address for server in servers], users, seconds, environment, scratch)


def _asked(
    addresses: Sequence[str], users: int, seconds: float, environment: dict[str, str], scratch: Path
) -> dict[str, Any]:
    questions = [q.text for q in question.load_file(question.QUESTIONS)]
    took: list[float] = []
    outcomes: Counter[str] = Counter()
    before, begin = os.getloadavg(), time.perf_counter()
    people = [
        threading.Thread(target=_person, args=(n, addresses, questions, begin + seconds, took, outcomes))
        for n in range(users)
    ]
    for person in people:
        person.start()
    time.sleep(seconds / 2)
    file = scratch / "办法.txt"
    file.write_text(_DOCUMENT, encoding="utf-8")
    adding = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _START, "corpus", "add", str(file), "--yes"], env=environment, check=True, timeout=300
    )
    added = time.perf_counter() - adding
    for person in people:
        person.join()
    passed = time.perf_counter() - begin
    cited = [_citing(address) for address in addresses]
    ordered = sorted(took)
    return {
        "processes": len(addresses),
        "users": users,
        "seconds": round(passed, 1),
        "answers": len(took),
        "answers_per_second": round(len(took) / passed, 2),
        "errors": sum(count for outcome, count in outcomes.items() if outcome.startswith("error")),
        "outcomes": dict(outcomes),
        "median_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[int(len(ordered) * 0.95)], 3),
        "longest_s": round(ordered[-1], 3),
        "document_added_s": round(added, 1),
        "processes_that_cite_it": sum(cited),
        "cores": os.cpu_count(),
        "load_before": [round(v, 2) for v in before],
        "load_after": [round(v, 2) for v in os.getloadavg()],
    }


def _person(
    number: int,
    addresses: Sequence[str],
    questions: Sequence[str],
    until: float,
    took: list[float],
    outcomes: "Counter[str]",
) -> None:
    draw = random.Random(_SEED + number)
    turn = number
    with httpx.Client(timeout=120, trust_env=False) as client:
        while (begin := time.perf_counter()) < until:
            turn += 1
            body = {"question": draw.choice(questions), "session": f"fleet-{number}"}
            try:
                response = client.post(f"{addresses[turn % len(addresses)]}/api/v1/ask", json=body)
                good = response.status_code == httpx.codes.OK
                outcomes[response.json()["kind"] if good else f"error: {response.status_code} {response.text}"] += 1
            except httpx.TransportError as error:
                outcomes[f"error: {type(error).__name__}"] += 1
            took.append(time.perf_counter() - begin)


def _citing(address: str) -> bool:
    """Whether the process answers from the document added while it ran."""
    body = {"question": "《机关光储直柔试验办法》第二条怎么说"}
    with httpx.Client(timeout=120, trust_env=False) as client:
        answer = client.post(f"{address}/api/v1/ask", json=body).json()
    return "机关光储直柔试验办法" in json.dumps(answer, ensure_ascii=False) and "每半年" in json.dumps(
        answer, ensure_ascii=False
    )


@contextmanager
def _postgres() -> Iterator[str]:
    """A fresh cluster on a free port. Raises ``FileNotFoundError`` where Postgres is not installed."""
    found = shutil.which("initdb") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")), None)
    if found is None:
        raise FileNotFoundError("Postgres is not installed: give the address of one with --postgres")
    folder, port = Path(tempfile.mkdtemp(prefix="nearzero-postgres-")), free_port()
    data, binaries = str(folder / "data"), Path(found).parent
    # Postgres refuses to be started by root.
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if prefix:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)

    def run(name: str, *options: str) -> None:
        subprocess.run([*prefix, str(binaries / name), "-D", data, *options], check=True, stdout=subprocess.DEVNULL)

    run("initdb", "-U", "nearzero", "-A", "trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://nearzero@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
