"""Typed indicator records, and what is found for a topic."""

import math
from datetime import date

from corpus.indicators import conflicts, lookup, pint_unit, records, topic_words
from corpus.library import Corpus
from corpus.model import Region, Scene
from tools.units import registry


def test_every_indicator_becomes_a_record(corpus: Corpus) -> None:
    found = list(records(corpus))
    assert len(found) == sum(len(c.indicators) for c in corpus.clauses)
    assert {r.region for r in found} == {r.value for r in Region}


def test_every_unit_is_one_pint_reads(corpus: Corpus) -> None:
    for record in records(corpus):
        if record.pint_unit is None:
            assert (record.low, record.high) == (None, None)
            continue
        assert record.low is not None
        assert record.high is not None
        assert record.low <= record.high
        quantity = registry().Quantity(record.low, record.pint_unit)
        assert math.isfinite(quantity.magnitude)


def test_a_written_unit_is_scaled() -> None:
    assert pint_unit("亿吨标准煤") == ("tce", 1e8)
    assert pint_unit("星") is None
    assert pint_unit("没有的单位") is None


def test_values_dates_and_years(corpus: Corpus) -> None:
    by_key = {(r.key, r.name): r for r in records(corpus)}
    total = by_key["plan-green-lead-carbon-peak#一（三）/主要目标：总量", "年度能源消费总量"]
    assert (total.low, total.pint_unit, total.comparator, total.year) == (1.89e8, "tce", "<=", 2025)
    intensity = by_key["plan-green-lead-carbon-peak#一（三）/主要目标：强度", "单位建筑面积能耗降幅"]
    assert (intensity.low, intensity.pint_unit, intensity.base_year, intensity.strength) == (
        5.0,
        "percent",
        2020,
        "目标",
    )
    peak = by_key["plan-green-lead-carbon-peak#一（三）/主要目标：达峰时间", "全国公共机构碳排放总量达峰年份"]
    assert (peak.low, peak.pint_unit, peak.written) == (None, None, "≤2030年")


def test_lookup_with_synonyms(corpus: Corpus) -> None:
    found = lookup(corpus, "充电桩")
    assert len(found) >= 15
    assert found[0].region == "深圳"
    assert {"充电桩配置比例", "新能源汽车充电桩配置率"} <= {r.name for r in found}
    assert any("充电桩" not in r.name for r in found)
    assert lookup(corpus, "") == ()
    assert lookup(corpus, "量子计算机") == ()


def test_words_narrow_each_other(corpus: Corpus) -> None:
    wide, narrow = lookup(corpus, "公务用车"), lookup(corpus, "公务用车 比例")
    assert 0 < len(narrow) < len(wide)
    assert {r.key for r in narrow} <= {r.key for r in wide}


def test_filters(corpus: Corpus) -> None:
    assert all(r.year == 2025 for r in lookup(corpus, "光伏", year=2025))
    assert all(Scene.CANTEEN in r.scenes for r in lookup(corpus, "油烟", scene=Scene.CANTEEN))
    assert {r.region for r in lookup(corpus, "充电桩", scope="深圳")} >= {"深圳"}
    early = {r.document_id for r in lookup(corpus, "空调温度", as_of=date(2007, 12, 31))}
    assert "notice-ac-temperature-2007" in early
    assert "plan-145-energy-resources" not in early


def test_a_draft_is_called_one(corpus: Corpus) -> None:
    draft = [r for r in records(corpus) if r.document_id == "sz-charging-measures"]
    assert draft
    assert all("征求意见稿" in r.standing for r in draft)


def test_conflicts_are_side_by_side(corpus: Corpus) -> None:
    for group in conflicts(records(corpus)):
        assert len({r.document_id for r in group}) > 1
        assert len({r.written for r in group}) > 1
        assert len({(r.name, r.year) for r in group}) == 1


def test_one_figure_in_two_units_is_no_conflict(corpus: Corpus) -> None:
    groups = {group[0].name: group for group in conflicts(lookup(corpus, "用水"))}
    assert "人均用水量" not in groups, "21.53 立方米/人 and 21.53 m³/人"
    assert "二氧化碳排放总量" in {group[0].name for group in conflicts(lookup(corpus, "碳排放"))}


def test_topic_words() -> None:
    assert topic_words("  充电 ")[0][0] == "充电"
    assert topic_words("没听说过") == (("没听说过",),)
