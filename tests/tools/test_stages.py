"""A batch in stages: the same rows as at once, within limits, and a table to fill in that reads back."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import InputError
from tools import batch, stages
from tools.calculator import calculators
from tools.stages import Limits, template_headers, write_template


def table(path: Path, rows: int) -> Path:
    lines = ["单位名称,行程,住宿（间夜）"]
    for n in range(rows):
        legs = "随便" if n % 7 == 3 else f"{n % 9 + 1}人坐高铁来回{100 + n}公里"
        lines.append(f"第{n}机关,{legs},{n % 3}")
    path.write_text("\n".join([*lines, "合计,,"]), encoding="utf-8")
    return path


def test_stages_end_in_the_batch_of_the_whole_file(tmp_path: Path) -> None:
    path = table(tmp_path / "travel.csv", 250)
    seen = list(stages.stages("travel", path))
    assert [(stage.done, stage.rows) for stage in seen] == [(0, 251), (100, 251), (200, 251), (251, 251)]
    assert [stage.batch is not None for stage in seen] == [False, False, False, True]
    made, whole = seen[-1].batch, batch.run_file("travel", path)[0]
    assert made is not None
    np.testing.assert_array_equal(made.total, whole.total)
    np.testing.assert_array_equal(made.lines, whole.lines)
    assert made.parts.keys() == whole.parts.keys()
    for label, values in whole.parts.items():
        np.testing.assert_array_equal(made.parts[label], values)
    assert made.failures == whole.failures
    assert len(made.failures) == 36 + 1
    assert batch.to_json(batch.summarise(made)) == batch.to_json(batch.summarise(whole))


def test_a_calculator_by_columns_is_one_stage(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("单位名称,用电量(万度)\n" + "".join(f"甲{n},{n}\n" for n in range(1, 301)), encoding="gb18030")
    seen = list(stages.stages("inventory", path, {"year": "2024年"}))
    assert [stage.done for stage in seen] == [0, 300]
    assert seen[-1].batch is not None
    assert seen[-1].batch.total.sum() == pytest.approx(sum(range(1, 301)) * 4.419)


def test_a_table_of_journeys_alone_is_computed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("单位名称,行程\n甲,3人坐高铁来回100公里\n乙,6人坐高铁来回100公里\n", encoding="utf-8")
    made = list(stages.stages("travel", path))[-1].batch
    assert made is not None
    assert made.total[1] == pytest.approx(2 * made.total[0])


def limited(monkeypatch: pytest.MonkeyPatch, **changed: int) -> None:
    plain = {"bytes": 10**6, "unpacked_bytes": 10**7, "rows": 100, "rows_one_by_one": 10, "stage_rows": 5}
    monkeypatch.setattr(stages, "limits", lambda: Limits(**plain | changed))


def test_too_many_rows_too_large_a_file_and_a_bomb_are_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(monkeypatch)
    with pytest.raises(InputError, match=r"travel.csv 有 12 行，这个计算器一次最多 10 行"):
        list(stages.stages("travel", table(tmp_path / "travel.csv", 11)))
    limited(monkeypatch, bytes=100)
    with pytest.raises(InputError, match=r"travel.csv 超过"):
        list(stages.stages("travel", tmp_path / "travel.csv"))
    limited(monkeypatch, unpacked_bytes=1000)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 100_000)
    with pytest.raises(InputError, match="展开后太大"):
        list(stages.stages("travel", tmp_path / "bomb.xlsx"))
    (tmp_path / "torn.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(InputError, match="打不开"):
        list(stages.stages("travel", tmp_path / "torn.xlsx"))
    with pytest.raises(InputError, match="没有这个文件"):
        list(stages.stages("travel", tmp_path / "none.csv"))


def test_pieces_of_different_units_do_not_join(tmp_path: Path) -> None:
    pieces = []
    for name, header, cell in (("a", "灯数", "10"), ("b", "目标照度（勒克斯）", "300")):
        path = tmp_path / f"{name}.csv"
        rest = (
            ",改造前功率（瓦）,改造后功率（瓦）,年点灯时间（小时）"
            if name == "a"
            else ",建筑面积（平方米）,单灯光通量（流明）,利用系数（%）"
        )
        cells = ",36,16,2500" if name == "a" else ",300,1600,60"
        path.write_text(f"单位名称,{header}{rest}\n甲,{cell}{cells}\n", encoding="utf-8")
        pieces.append(batch.run_file("lighting", path)[0])
    assert {piece.unit for piece in pieces} == {"kWh", "lamp"}
    with pytest.raises(InputError, match="结果单位不同"):
        stages.joined(pieces)


@pytest.mark.parametrize("tool", calculators())
def test_a_filled_template_reads_back_as_the_inputs_it_names(tool: str, tmp_path: Path) -> None:
    spec = calculators()[tool]
    headers = template_headers(tool)
    required = {item.name for item in spec.inputs if item.required}
    assert required <= set(headers.values())
    example = {name: spec.input(name).example for name in headers.values() if name}
    path = tmp_path / "template.xlsx"
    write_template(tool, path, example)
    plan, read = batch.read(tool, path)
    assert {*plan.words, *(column.input for column in plan.columns)} == set(example)
    assert plan.ignored == ()
    assert len(read) == 1
