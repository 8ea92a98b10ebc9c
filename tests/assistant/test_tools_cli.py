"""The commands of the calculators: files in and out, factors, assessment."""

import json
from pathlib import Path

import pytest

from assistant.cli import main

TABLE = "单位名称,用电量(万度),建筑面积/㎡\n甲,120,20000\n乙,-3,1000\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "institutions.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def test_a_table_is_computed_and_its_rows_written(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, chart = tmp_path / "out.csv", tmp_path / "chart.json"
    arguments = ["calc", "inventory", "--file", str(table), "--out", str(out), "--chart", str(chart), "--json"]
    assert main([*arguments, "-i", "year=2023"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["schema"], made["rows"], made["done"], made["failed"]) == ("nearzero.batch/1", 2, 1, 1)
    assert made["failures"][0]["line"] == 3
    assert made["factors"][0]["id"] == "elec.cn.2023.prov.guangdong"
    assert out.read_text(encoding="utf-8-sig").splitlines()[0].startswith("行,单位,")
    assert json.loads(chart.read_text(encoding="utf-8"))["data"][0]["y"] == ["甲（2 行）"]


def test_one_calculation_is_written_as_workbook_report_and_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {option: tmp_path / f"a.{option}" for option in ("xlsx", "docx")}
    given = [part for option, path in files.items() for part in (f"--{option}", str(path))]
    assert main(["calc", "inventory", "-i", "electricity=120万度", *given, "--chart", str(tmp_path / "a.json")]) == 0
    assert "年度碳排放总量" in capsys.readouterr().out
    assert all(path.read_bytes().startswith(b"PK") for path in files.values())


def test_the_users_own_factor_is_used_with_its_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("factors: [{id: fuel.jst303.gasoline, value: 3, source: 本单位检测}]", encoding="utf-8")
    assert main(["calc", "inventory", "-i", "gasoline=1000升", "--factors", str(own), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["total"]["value"] == pytest.approx(3)
    assert "本单位检测" in made["factors"][0]["source"]


def test_factors_are_listed_and_shown_with_their_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["factors", "list", "electricity", "--json"]) == 0
    assert {"elec.cn.2023.prov.guangdong"} <= {row["id"] for row in json.loads(capsys.readouterr().out)}
    assert main(["factors", "show", "elec.cn.2023.prov.guangdong"]) == 0
    shown = capsys.readouterr().out
    assert "0.4419" in shown
    assert "出处：" in shown


def test_a_rejected_factor_is_shown_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["factors", "list", "--rejected", "--json"]) == 0
    rejected = [row for row in json.loads(capsys.readouterr().out) if row["role"] == "reject"]
    assert rejected
    assert main(["factors", "show", rejected[0]["id"]]) == 0
    assert "用途：拒用" in capsys.readouterr().out


def test_a_compound_is_assessed_from_the_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "compound.yaml"
    assert main(["assess", "--template", str(path)]) == 0
    capsys.readouterr()
    text = path.read_text(encoding="utf-8").replace("\n夏季空调设定温度:", "\n夏季空调设定温度: 25 ℃")
    path.write_text(text, encoding="utf-8")
    assert main(["assess", str(path), "--out", str(tmp_path / "findings.xlsx"), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["counts"]["binding"]["not_met"] > 0
    assert (tmp_path / "findings.xlsx").stat().st_size > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["assess"], "二选一"),
        (["assess", "nowhere.xlsx"], "找不到文件"),
        (["calc", "inventory", "--file", "nowhere.csv"], "找不到文件"),
        (["calc", "inventory", "--out", "x.csv"], "要和 --file 一起给"),
        (["calc", "inventory", "--file", "x.csv", "--docx", "x.docx"], "只用于单个计算"),
        (["calc", "inventory", "-i", "electricity=1度", "--xlsx", "x.doc"], "扩展名"),
        (["factors", "show", "elec.nowhere"], "没有因子"),
        (["factors", "list", "nothing"], "可选"),
    ],
)
def test_wrong_use_is_one_line_and_status_two(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
