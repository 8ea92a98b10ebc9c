"""A compound's data against the corpus: verdicts, what applies, what is kept apart, files."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.errors import InputError, UnitMismatch
from corpus.library import load
from tools.assess import (
    Assessment,
    Finding,
    assess,
    read,
    read_text,
    result_columns,
    to_json,
    to_markdown,
    write_template,
)
from tools.calculator import run

CORPUS = load()


def assessed(**given: str) -> Assessment:
    return assess(given, CORPUS)


def of(made: Assessment, measure: str, group: str = "binding") -> list[Finding]:
    return [item for item in made.findings if item.measure == measure and item.group == group]


@pytest.mark.parametrize(
    ("given", "verdicts", "gap"),
    [
        ("25 ℃", {"not_met"}, "低 1 ℃"),
        ("26℃", {"met"}, "正好相等"),
        ("27.5度", {"met"}, "高 1.5 ℃"),
    ],
)
def test_a_summer_setpoint_is_held_against_the_26_degrees(given: str, verdicts: set[str], gap: str) -> None:
    found = of(assessed(cooling_setpoint=given), "cooling_setpoint")
    assert {item.verdict for item in found} == verdicts
    assert {item.gap for item in found} == {gap}
    assert {"notice-ac-temperature-2007", "rule-public-building-indoor-temp"} <= {
        i.clause_key.split("#")[0] for i in found
    }


def test_of_two_winter_limits_each_keeps_its_own_verdict() -> None:
    found = of(assessed(heating_setpoint="19℃"), "heating_setpoint")
    verdicts = {item.limit: item.verdict for item in found}
    assert verdicts == {"≤18 ℃": "not_met", "≤20 ℃": "met"}


def test_shares_are_worked_out_from_counts() -> None:
    made = assessed(vehicles_bought="10辆", electric_bought="2辆", year="2025")
    found = of(made, "new_electric_share")
    assert {item.given for item in found} == {"20%"}
    assert {(item.verdict, item.gap) for item in found} == {("not_met", "低 10 个百分点")}


def test_intensities_come_from_the_calculators() -> None:
    made = assessed(
        electricity="120万度",
        natural_gas="3.5万方",
        area="2万平方米",
        people="500人",
        year="2024",
        pilot="是",
        building_class="B类",
    )
    (found,) = of(made, "co2_per_area")
    total = run("inventory", {"electricity": "120万度", "natural_gas": "3.5万方", "year": "2024"}).total.value
    assert float(found.given.split()[0]) == pytest.approx(total * 1000 / 20_000, rel=1e-3)
    assert found.limit == "≤22kgCO2/(㎡·a)"
    assert found.verdict == "not_met"
    energy = run("building", {"electricity": "120万度", "natural_gas": "3.5万方"}).total.value
    (average,) = [item for item in of(made, "energy_per_person", "average") if "市级以下" in item.scope]
    assert float(average.given.split()[0]) == pytest.approx(energy * 1000 / 500, rel=1e-3)
    assert average.verdict_label in {"优于", "差于"}


def test_a_pilot_requirement_binds_pilots_only() -> None:
    data = {"co2_per_area": "20千克CO2/平方米", "building_class": "A类"}
    assert not of(assessed(**data), "co2_per_area")
    assert of(assessed(**data), "co2_per_area", "pilot")
    assert of(assessed(**data, pilot="是"), "co2_per_area")


def test_drafts_and_other_provinces_never_bind() -> None:
    made = assessed(charging_share="15%", year="2025")
    assert {item.limit for item in of(made, "charging_share", "draft")} == {"≥30%"}
    assert [item.limit for item in of(made, "charging_share", "encouraged")] == ["≥20%"]
    assert of(made, "charging_share", "elsewhere")
    assert not of(made, "charging_share")
    past = of(made, "charging_share", "past")
    assert [(item.limit, item.year) for item in past] == [("≥10%", 2020)]


def test_no_finding_of_a_foreign_document_or_of_a_draft_is_binding() -> None:
    made = assessed(electricity="300万度", area="2万平方米")
    for item in made.findings:
        if item.group in {"binding", "encouraged"}:
            assert item.region != "外地"
            assert not re.search("征求意见稿|草案", item.scope)


def test_shenzhen_rules_do_not_bind_elsewhere() -> None:
    data = {"charging_share": "15%", "year": "2025"}
    here, there = assessed(**data), assessed(**data, region="北京")
    assert of(here, "charging_share", "encouraged")
    assert not of(there, "charging_share", "encouraged")
    assert {item.region for item in there.findings if item.group == "binding"} <= {"全国"}


def test_rules_of_central_organs_are_left_out() -> None:
    made = assessed(electric_price="17万元")
    titles = {item.title for item in made.findings}
    assert not {title for title in titles if "中央国家机关所属" in title or "中央和国家机关新能源" in title}
    assert of(made, "electric_price")


@pytest.mark.parametrize(
    ("electricity", "verdict"), [("250万度", "reached"), ("200万度", "reached"), ("199万度", "not_reached")]
)
def test_a_threshold_brings_a_duty_and_is_not_a_failure(electricity: str, verdict: str) -> None:
    found = [item for item in assessed(electricity=electricity).findings if item.label == "年用电量门槛"]
    assert [item.verdict for item in found] == [verdict]
    assert ("能源审计" in found[0].reason) == (verdict == "reached")


def test_a_limit_that_was_not_read_is_asked_for_and_then_applied() -> None:
    data = {"electricity": "120万度", "area": "2万平方米"}
    (asked,) = of(assessed(**data), "quota")
    assert asked.verdict == "no_limit"
    assert "请从标准原文填" in asked.reason
    assert asked.clause_key == "sz-green-building-regulation#第三十二条第二款"
    (over,) = of(assessed(**data, constraint="50"), "quota")
    assert (over.verdict, over.gap) == ("not_met", "高 10 千瓦时/平方米（20%）")
    (within,) = of(assessed(**data, constraint="70千瓦时/平方米"), "quota")
    assert within.verdict == "met"


def test_an_indicator_named_without_a_value_gets_none() -> None:
    named = [item for item in assessed(cooling_setpoint="26℃").findings if item.group == "named"]
    assert {"水计量率", "充电桩配置比例"} <= {item.label for item in named}
    assert {(item.verdict, item.limit) for item in named} == {("no_limit", "")}


def test_cuts_are_compared_from_the_same_base_year_only() -> None:
    same = of(assessed(energy_per_person_cut="6.2%", base_year="2020", year="2025"), "energy_per_person_cut", "total")
    assert "met" in {item.verdict for item in same}
    other = of(assessed(energy_per_person_cut="6.2%", base_year="2021", year="2025"), "energy_per_person_cut", "total")
    assert {item.verdict for item in other} == {"not_comparable"}
    unsaid = of(assessed(energy_per_person_cut="6.2%", year="2025"), "energy_per_person_cut", "total")
    assert "基期年份" in unsaid[0].reason


def test_missing_data_are_unknown_and_say_what_to_fill_in() -> None:
    (found, *_) = of(assessed(cooling_setpoint="26℃", year="2025"), "efficient_lighting")
    assert (found.verdict, found.given) == ("no_data", "")
    assert "高效照明光源使用率" in found.reason


def test_every_finding_cites_a_clause_that_is_held() -> None:
    made = assessed(electricity="120万度", area="2万平方米", cooling_setpoint="25℃")
    for item in made.findings:
        clause = CORPUS.get(item.clause_key)
        assert item.place == clause.place
        assert item.strength == (clause.strength.value if clause.strength else None)
        assert item.text_status in {"摘编", "原文"}
        assert item.limit == "" or item.limit in {i.written for i in clause.indicators} or "使用者填入" in item.limit


@pytest.mark.parametrize(
    ("given", "kind", "told"),
    [
        ({"electricity": "120万千瓦"}, UnitMismatch, "外购电量"),
        ({"cooling_setpoint": "26%"}, UnitMismatch, "夏季空调设定温度"),
        ({"charging_share": "30"}, InputError, "停车位充电设施配建比例"),
        ({"kind": "公司"}, InputError, "机构类型"),
        ({"year": "去年"}, InputError, "数据年份"),
        ({"area": "很大"}, InputError, "建筑面积"),
    ],
)
def test_what_cannot_be_used_is_named(given: Mapping[str, str], kind: type[InputError], told: str) -> None:
    with pytest.raises(kind, match=told):
        assess(given, CORPUS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("夏季空调温度: 26℃", "夏季空调设定温度"),
        ("- 1\n- 2", "一行一项"),
        ("a: [", "有效的 YAML"),
        ("建筑面积:", "没有填一项"),
        ("建筑面积: 1㎡\narea: 2㎡", "填了两次"),
    ],
)
def test_a_table_that_cannot_be_read_is_explained(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_text(text)


@pytest.mark.parametrize("ending", ["xlsx", "yaml"])
def test_a_template_is_filled_in_and_read(tmp_path: Path, ending: str) -> None:
    import openpyxl

    path = tmp_path / f"compound.{ending}"
    write_template(path)
    with pytest.raises(InputError, match="没有填一项"):
        read(path)
    if ending == "xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.active
        assert sheet is not None
        for row in sheet.iter_rows():
            if row[0].value == "夏季空调设定温度":
                row[1].value = "25 ℃"
            if row[0].value == "外购电量":
                row[1].value, row[2].value = 120, "万度"
        book.save(path)
    else:
        text = path.read_text(encoding="utf-8")
        text = text.replace("\n夏季空调设定温度:", "\n夏季空调设定温度: 25 ℃").replace(
            "\n外购电量:", "\n外购电量: 120万度"
        )
        path.write_text(text, encoding="utf-8")
    given = read(path)
    assert dict(given) in (
        {"cooling_setpoint": "25 ℃", "electricity": "120万度"},
        {"electricity": "120万度", "cooling_setpoint": "25 ℃"},
    )
    assert of(assess(given, CORPUS), "cooling_setpoint")[0].verdict == "not_met"


def test_every_example_of_the_template_is_accepted() -> None:
    from tools.assess import _template

    given = {label: example for label, example, _ in _template()}
    made = assess(read_text("\n".join(f"{label}: {example!r}" for label, example in given.items())), CORPUS)
    assert made.counts("binding")["met"] > 5


def test_the_results_as_json_columns_and_text() -> None:
    made = assessed(cooling_setpoint="25℃", year="2025")
    written = to_json(made)
    assert written["schema"] == "nearzero.assess/1"
    assert written["counts"]["binding"]["not_met"] == len(
        [i for i in written["items"] if i["verdict"] == "not_met" and i["group"] == "binding"]
    )
    assert {len(column) for column in result_columns(made).values()} == {len(made.findings)}
    text = to_markdown(made)
    assert "低 1 ℃" in text
    assert text.index("现行要求") < text.index("目标、鼓励")
