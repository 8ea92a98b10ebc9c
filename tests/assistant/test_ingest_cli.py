"""``nearzero corpus add`` from end to end: files in, index brought up to date, answers from the original."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from assistant.retrieval.index import BuildReport
from corpus.library import load_document

TEXT = """示例区机关用电管理办法
示机管〔2024〕9号
第一条 为了节约用电，制定本办法。
第二条 空调夏季设置温度不得低于26℃。
第三条 本办法自2024年5月1日起施行。
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEARZERO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The index build is counted, not done: embedding the library takes a minute."""
    import assistant.retrieval

    counted: list[int] = []

    def build(passages: Any, settings: Any, progress: Any = None, **more: Any) -> BuildReport:
        counted.append(len(passages))
        return BuildReport(added=1, removed=0, kept=0, seconds=0.0)

    monkeypatch.setattr(assistant.retrieval, "build", build)
    return counted


def add(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any], str]:
    status = main(["corpus", "add", *arguments, "--json"])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else {}, err


def test_a_file_is_added_once(
    home: Path, builds: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "办法.txt"
    path.write_text(TEXT, encoding="utf-8")
    status, said, _ = add(capsys, str(path))
    (file,) = said["files"]
    assert status == 0
    assert file["state"] == "added"
    assert file["guessed"]["number"] == "示机管〔2024〕9号"
    assert file["guessed"]["effective"] == "2024-05-01"
    held = load_document(home / "documents" / f"{file['document_id']}.yaml")
    assert [c.text for c in held.clauses][1] == "空调夏季设置温度不得低于26℃。"
    assert len(builds) == 1
    assert add(capsys, str(path))[1]["files"][0]["state"] == "held"
    assert len(builds) == 1
    assert main(["corpus", "show", f"{file['document_id']}#第二条"]) == 0
    assert "（原文）" in capsys.readouterr().out


def test_what_is_stated_replaces_the_guess(
    home: Path, builds: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "办法.txt"
    path.write_text(TEXT, encoding="utf-8")
    _, said, _ = add(capsys, str(path), "--meta", "issued=2024-04-01", "--meta", "issuer=示例区机关事务管理局")
    assert said["files"][0]["guessed"]["issued"] == "2024-04-01"
    assert add(capsys, str(path), "--meta", "issued=四月")[0] == 2


def test_a_bad_file_among_good_ones(
    home: Path, builds: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "办法.txt", tmp_path / "坏.pdf"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_bytes(b"%PDF-1.7\nbroken")
    status, said, err = add(capsys, str(bad), str(good))
    assert status == 2
    assert [f["state"] for f in said["files"]] == ["error", "added"]
    assert len(err.strip().splitlines()) == 1
    assert len(list((home / "documents").iterdir())) == 1


def test_nothing_changes_when_nothing_is_added(
    home: Path, builds: list[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "坏.docx"
    bad.write_bytes(b"PK\x03\x04broken")
    assert add(capsys, str(bad))[0] == 2
    assert builds == []
    assert not (home / "documents").exists()
