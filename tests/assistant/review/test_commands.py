"""The commands at the terminal: what they print, and how they end."""

import io
import json
import sys
from pathlib import Path

import pytest

from assistant.cli import main


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARZERO_HOME", str(tmp_path / "home"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(arguments)
    out, err = capsys.readouterr()
    return status, out, err


def test_check_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    filing = tmp_path / "filing.txt"
    filing.write_text("标题\n《公共机构节能条例》第五十八条规定专项资金。\n", encoding="utf-8")
    status, out, _ = run(capsys, "check", str(filing), "--json", "--report", str(tmp_path / "r.xlsx"))
    assert status == 0
    assert [item["verdict"] for item in json.loads(out)["items"]] == ["no_reference", "no_such_clause"]
    assert (tmp_path / "r.xlsx").stat().st_size
    status, out, _ = run(capsys, "check", str(filing))
    assert status == 0
    assert "没有这一条" in out
    assert "找到引用 1 处，作出判断 1 处，无法判断 0 处" in out


def test_check_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO("《公共建筑室内温度控制管理办法》第三条规定夏季不低于24℃。".encode()))
    monkeypatch.setattr(sys, "stdin", given)
    status, out, _ = run(capsys, "check", "-", "--json")
    assert (status, json.loads(out)["items"][0]["verdict"]) == (0, "altered")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "none.txt"),
        ("check", "none.txt", "--report", "a.pdf"),
        ("indicators", "充电桩", "--scene", "厨房"),
        ("indicators", "充电桩", "--as-of", "昨天"),
        ("corpus", "diff", "none", "reg-office-affairs"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)


def test_indicators(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "indicators", "充电桩", "--json")
    found = json.loads(out)
    assert status == 0
    assert {item["document_id"] for item in found["items"]} >= {"sz-near-zero-pilot-plan-2021", "sz-charging-measures"}
    status, out, _ = run(capsys, "indicators", "空调温度")
    assert "≥26 ℃" in out
    status, out, _ = run(capsys, "indicators", "不存在的事")
    assert (status, out) == (0, "资料库里没有关于“不存在的事”的指标。\n")


def test_diff_and_lint(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "corpus", "diff", "extra-national-145-public-institution", "plan-145-energy-resources")
    assert status == 0
    assert "【新增】" in out
    status, out, _ = run(capsys, "corpus", "diff", "reg-office-affairs", "reg-office-affairs", "--json")
    assert json.loads(out)["changes"] == []
    status, out, _ = run(capsys, "corpus", "lint", "--json")
    assert (status, json.loads(out)["errors"]) == (0, 0)


def test_show_lists_the_links_of_a_clause(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "corpus", "show", "gd-air-pollution-regulation#第八十四条")
    assert status == 0
    assert "→ 第六十条第四款：gd-air-pollution-regulation#第六十条" in out
    status, out, _ = run(capsys, "corpus", "show", "gd-air-pollution-regulation#第六十条", "--json")
    assert (status, json.loads(out)["links"]["from"]) == (0, ["gd-air-pollution-regulation#第八十四条"])
