"""Many documents at once: parsed, stored, embedded and indexed to the end, in bounded memory, and never twice."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.assistant import Assistant
from corpus.numerals import chinese

DOCUMENTS, ARTICLES = 50, 20
MEMORY = 1500 * 2**20
"""More than the program with its libraries and the embedding takes; what 50 documents add must be small beside it."""
_DOES = ("应当建立", "应当公布", "应当核对", "不得超过", "可以委托他人开展", "鼓励采用")
_WHAT = ("能源消费台账", "用水计量器具", "空调设置温度", "充电设施运行记录", "会议碳排放核算", "能耗定额标准")
_WHO = ("机关事务管理部门", "各级公共机构", "物业服务单位", "能耗统计人员", "公务用车管理单位")

# The peak of the process itself, as the system counts it, after the command is done.
_MEASURED = r"""
import re, sys
from pathlib import Path
from assistant.cli import main
status = main(sys.argv[1:])
# Not ru_maxrss: that begins with what the process that started this one held.
print("PEAK", int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) * 1024, file=sys.stderr)
sys.exit(status)
"""


def regulation(number: int, drawn: random.Random) -> str:
    lines = [f"示例第{chinese(number)}区机关用能管理办法", f"示管〔2024〕{number}号"]
    for n in range(1, ARTICLES):
        said = f"{drawn.choice(_WHO)}{drawn.choice(_DOES)}{drawn.choice(_WHAT)}，偏差不超过{drawn.randint(1, 99)}%。"
        lines.append(f"第{chinese(n)}条 {said}")
    lines.append(f"第{chinese(ARTICLES)}条 本办法自{2000 + number % 25}年{1 + number % 12}月1日起施行。")
    return "\n".join(lines)


def added(files: list[Path], environment: Mapping[str, str], *more: str) -> tuple[dict[str, Any], str]:
    run = subprocess.run(
        [sys.executable, "-c", _MEASURED, "corpus", "add", "--yes", *more, *map(str, files)],
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
        timeout=1500,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return (json.loads(run.stdout) if "--json" in more else {}), run.stderr


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_documents_are_taken_in_to_the_end(tmp_path: Path, home: Path, assistant: Assistant) -> None:
    shutil.copytree(home, tmp_path / "home")
    drawn = random.Random(11)
    files = []
    for number in range(1, DOCUMENTS + 1):
        files.append(tmp_path / f"{number:03d}.txt")
        files[-1].write_text(regulation(number, drawn), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEARZERO_")}
    root = str(Path(__file__).resolve().parents[2])
    environment = {**kept, "NEARZERO_HOME": str(tmp_path / "home"), "PYTHONPATH": root, "PYTHONUTF8": "1"}

    said, told = added(files, environment, "--json")
    assert [f["state"] for f in said["files"]] == ["added"] * DOCUMENTS
    assert sum(f["clauses"] for f in said["files"]) == DOCUMENTS * ARTICLES
    assert said["index"]["added"] == DOCUMENTS * ARTICLES
    assert "正在建立索引：" in told, "how far it is, is shown"
    peak = int(told.rsplit("PEAK ", 1)[1].split()[0])
    assert peak < MEMORY
    assert not list((tmp_path / "home" / "index").glob("unfinished-*"))

    again, told = added(files, environment, "--json")
    assert {f["state"] for f in again["files"]} == {"held"}
    assert again["index"] is None

    ask = [sys.executable, "-c", _MEASURED, "index", "--json"]
    indexed = subprocess.run(ask, env=environment, check=True, capture_output=True, text=True, timeout=600)
    report = json.loads(indexed.stdout)
    assert (report["added"], report["removed"]) == (0, 0)
    assert report["kept"] >= DOCUMENTS * ARTICLES
