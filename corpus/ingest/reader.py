"""Reads files in a child process that is stopped when a file takes too long."""

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from corpus.errors import InputError
from corpus.ingest import worker
from corpus.ingest.safety import Limits, examine, shown_name
from corpus.model import Document

__all__ = ["Reader"]


class Reader:
    """Makes documents of files, one after the other. A context manager; not for several threads at once.

    A file that breaks the child or keeps it longer than ``limits.seconds`` raises ``InputError``; the next file gets a
    fresh child.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> Document:
        """The document in a file, with everything about it guessed. Raises ``InputError`` with one line of what is wrong."""
        examine(path, self.limits)
        child = self._started()
        name = shown_name(path)
        assert child.stdin is not None
        try:
            child.stdin.write(worker.request(path.resolve(), self.limits))
            child.stdin.flush()
            answer = self._answers.get(timeout=self.limits.seconds)
        except queue.Empty:
            self._stop()
            raise InputError(
                f"{name} 读了 {self.limits.seconds:.0f} 秒还没有读完，已经停止：请拆分后再添加。"
            ) from None
        except OSError:
            answer = ""
        if not answer:
            self._stop()
            raise InputError(f"{name} 使读取程序中断，文件可能已损坏：请换一份完好的文件。")
        said = json.loads(answer)
        if "error" in said:
            raise InputError(said["error"])
        return Document.model_validate(said["document"])

    def close(self) -> None:
        """Let the child go."""
        self._stop()

    def _started(self) -> "subprocess.Popen[str]":
        if self._child is None or self._child.poll() is not None:
            self._stop()
            root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
            self._answers = queue.Queue()
            self._child = subprocess.Popen(
                [sys.executable, "-m", worker.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "2")},
            )
            threading.Thread(target=_listen, args=(self._child, self._answers), daemon=True).start()
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    continue  # what was still to be written has no reader any more


def _listen(child: "subprocess.Popen[str]", answers: "queue.Queue[str]") -> None:
    """Pass on each line; an empty one when the child has ended."""
    assert child.stdout is not None
    try:
        for line in child.stdout:
            answers.put(line)
    except ValueError:
        pass  # closed while listening
    answers.put("")
