"""The record of administrative acts: one JSON object a line, only ever added to."""

import json
import os
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["Audit"]


class Audit:
    """Writes acts to a file and reads the latest back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def note(self, user: str, act: str, subject: str = "", *, address: str = "", done: bool = True) -> None:
        """Add one act: who did what to whom, from where, and whether it was allowed."""
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="seconds"),
                "user": user,
                "address": address,
                "act": act,
                "subject": subject,
                "done": done,
            },
            ensure_ascii=False,
        )
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # One write of a whole line to a file opened for appending: lines of two processes do not mix.
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, f"{line}\n".encode())
            finally:
                os.close(handle)

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The last ``most`` acts, newest first."""
        if not self._path.exists():
            return []
        with self._path.open(encoding="utf-8") as lines:
            held = deque((line for line in lines if line.strip()), maxlen=most)
        return [json.loads(line) for line in reversed(held)]
