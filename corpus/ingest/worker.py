"""The process that reads files. It can be stopped: what it opens may be broken, endless or made to harm.

One line in (``{"path", "limits"}``), one line out (``{"document"}`` or ``{"error"}``), until its input closes.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from corpus.errors import InputError
from corpus.ingest.safety import Limits, shown_name

__all__ = ["main", "request"]


def request(path: Path, limits: Limits) -> str:
    """The line that asks for one file."""
    return json.dumps({"path": os.fsdecode(path), "limits": asdict(limits)}) + "\n"


def _bounded(memory: int) -> None:
    """Hold the process to so much memory, where the system can."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    from corpus.ingest.assemble import assemble

    path, limits = Path(asked["path"]), Limits(**asked["limits"])
    try:
        return {"document": assemble(path, limits).model_dump(mode="json", exclude_defaults=True)}
    except InputError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{shown_name(path)} 太大，读它要用的内存超过上限，没有添加。"}
    except RecursionError:
        return {"error": f"{shown_name(path)} 的内部嵌套太深，没有打开。"}
    except Exception as error:  # noqa: BLE001 - a broken file may break any reader anywhere; this process is the fence
        return {"error": f"{shown_name(path)} 读不出来，可能已损坏（{type(error).__name__}）：请换一份完好的文件。"}


def main(source: TextIO, sink: TextIO) -> None:
    """Answer requests until the input closes."""
    for n, line in enumerate(source):
        asked = json.loads(line)
        if n == 0:
            _bounded(int(asked["limits"]["memory"]))
        sink.write(json.dumps(_answer(asked), ensure_ascii=True) + "\n")
        sink.flush()


if __name__ == "__main__":
    # Readers and their libraries may print: what they print must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the life of the process
    main(sys.stdin, answers)
