"""Reads a PDF in a process of its own: ``python -m assistant.review.printed FILE`` prints its lines as JSON.

A broken PDF can keep the native reader busy for good; this process can be stopped.
"""

import json
import subprocess
import sys
from pathlib import Path

from corpus.errors import InputError

__all__ = ["lines"]

SECONDS = 180
"""How long one filing may take to read."""


def lines(path: Path) -> list[str]:
    """The paragraphs and table rows of a PDF. Raises ``InputError`` if it cannot be read, or not in time."""
    command = [sys.executable, "-m", __name__, str(path.resolve())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, cwd=_root())
    except subprocess.TimeoutExpired:
        raise InputError(f"{path.name} 读了 {SECONDS} 秒还没有读完，已经停止：请拆分后再核对。") from None
    if done.returncode or not done.stdout:
        raise InputError(f"{path.name} 使读取程序中断，文件可能已损坏：请换一份完好的文件。")
    said = json.loads(done.stdout)
    if "error" in said:
        raise InputError(said["error"])
    return list(said["lines"])


def _root() -> Path:
    return Path(__file__).resolve().parents[2]


def _read(path: Path) -> list[str]:
    from corpus.ingest.assemble import read
    from corpus.ingest.paragraphs import Paragraph, paragraphs
    from corpus.ingest.safety import Limits

    found: list[str] = []
    for item in paragraphs(read(path, Limits())):
        if isinstance(item, Paragraph):
            found.append(item.text)
        else:
            found += ["　".join(dict.fromkeys(cell.replace("\n", "") for cell in row if cell)) for row in item.rows]
    return found


def _main() -> None:
    try:
        said: dict[str, object] = {"lines": _read(Path(sys.argv[1]))}
    except InputError as error:
        said = {"error": str(error)}
    sys.stdout.buffer.write(json.dumps(said).encode())


if __name__ == "__main__":
    _main()
