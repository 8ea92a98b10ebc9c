"""Many people asking at once: how long an answer takes, over HTTP on this machine.

    python -m evals.bench.load                                 50 people for 60 s, each reading 5 s between questions
    python -m evals.bench.load --users 50 --pause 0            the same without a pause: as much as the server bears

Starts a server of its own on a free port with the data folder in force and asks the questions of ``evals/cases``, each
person in a conversation of his own. Prints one JSON object; the load of the machine is part of it, because on a busy
machine the figures say little.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx

from assistant.settings import read
from evals.bench.process import serving

__all__ = ["main", "measure"]

_CASES = Path(__file__).parent.parent / "cases" / "questions.jsonl"
_SEED = 20260101


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=5, help="mean seconds between an answer and the next question")
    given = parser.parse_args(arguments)
    sys.stdout.write(json.dumps(measure(given.users, given.seconds, given.pause), ensure_ascii=False, indent=1) + "\n")


def measure(users: int, seconds: float, pause: float) -> dict[str, Any]:
    """Start a server, let ``users`` people ask for ``seconds``, stop it; seconds per answer in the result."""
    questions = [json.loads(line)["question"] for line in _CASES.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory(prefix="nearzero-load-") as scratch:
        settings = read()
        # Conversations of its own; the index, which is only read, is the one in force.
        (Path(scratch) / "index").symlink_to(settings.index_path.resolve())
        environment = {
            "NEARZERO_HOME": scratch,
            "NEARZERO_RATE_LIMIT": "0",
            "NEARZERO_USERS": str(Path(scratch) / "users.json"),
        }
        with serving(environment) as server:
            server.wait()
            return asyncio.run(_run(server.address, questions, users, seconds, pause))


async def _run(address: str, questions: Sequence[str], users: int, seconds: float, pause: float) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=users + 1)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits, trust_env=False) as client:
        took: list[float] = []
        outcomes: Counter[str] = Counter()
        before, begin = os.getloadavg(), time.perf_counter()
        until = begin + seconds
        people = (_person(client, n, questions, until, pause, took, outcomes) for n in range(users))
        await asyncio.gather(*people)
        passed = time.perf_counter() - begin
    ordered = sorted(took)
    return {
        "users": users,
        "seconds": round(passed, 1),
        "pause_s": pause,
        "answers": len(took),
        "answers_per_second": round(len(took) / passed, 2),
        "outcomes": dict(outcomes),
        "median_s": round(statistics.median(ordered), 3),
        "p95_s": round(ordered[int(len(ordered) * 0.95)], 3),
        "p99_s": round(ordered[int(len(ordered) * 0.99)], 3),
        "longest_s": round(ordered[-1], 3),
        "cores": os.cpu_count(),
        "load_before": [round(v, 2) for v in before],
        "load_after": [round(v, 2) for v in os.getloadavg()],
    }


async def _person(
    client: httpx.AsyncClient,
    number: int,
    questions: Sequence[str],
    until: float,
    pause: float,
    took: list[float],
    outcomes: Counter[str],
) -> None:
    draw = random.Random(_SEED + number)
    # People do not all press the button in the same instant.
    await asyncio.sleep(draw.uniform(0, max(pause, 1)))
    while (begin := time.perf_counter()) < until:
        body = {"question": draw.choice(questions), "session": f"load-{number}"}
        try:
            response = await client.post("/api/v1/ask", json=body)
            good = response.status_code == httpx.codes.OK
            outcomes[response.json()["kind"] if good else f"HTTP {response.status_code}"] += 1
        except httpx.TransportError as error:
            outcomes[type(error).__name__] += 1
        took.append(time.perf_counter() - begin)
        if pause:
            await asyncio.sleep(max(0, min(draw.expovariate(1 / pause), until - time.perf_counter())))


if __name__ == "__main__":
    main()
