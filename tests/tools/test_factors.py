"""The factor registry: provenance, picking by region and year, rejects out of reach, a user's own file."""

from pathlib import Path

import pytest

from corpus.errors import InputError, UnknownFactor
from tools import factors
from tools.units import registry


def test_every_factor_has_unit_region_and_source() -> None:
    held = factors.all_factors(rejected=True)
    assert len(held) == len({factor.id for factor in held})
    for factor in held:
        assert all((factor.unit, factor.region, factor.source.title)), factor.id
        assert factor.low <= factor.value <= factor.high, factor.id


def test_only_government_addresses_stay() -> None:
    for factor in factors.all_factors(rejected=True):
        if factor.source.address is not None:
            assert ".gov.cn/" in factor.source.address, factor.id


def test_rejected_factors_are_shown_but_never_given() -> None:
    shown = {factor.id: factor for factor in factors.all_factors(rejected=True) if factor.role == "reject"}
    assert set(shown) == {
        "ce.water.0.0857",
        "elec.gd.ets.6.379",
        "elec.sz.ets.0.9489",
        "heat.regional.south-unofficial",
        "water.web.0.91",
    }
    assert all(factor.role != "reject" for factor in factors.all_factors())
    for factor_id, factor in shown.items():
        with pytest.raises(UnknownFactor, match="拒用") as caught:
            factors.get(factor_id)
        assert factor.note
        assert factor.note in str(caught.value)


def test_an_unknown_factor_names_its_neighbours() -> None:
    with pytest.raises(UnknownFactor, match=r"elec\.cn\.2023\.prov\.guangdong"):
        factors.get("elec.cn.2023.prov.guangdon")


@pytest.mark.parametrize(
    ("region", "year", "chosen"),
    [
        ("广东", None, "elec.cn.2023.prov.guangdong"),
        ("深圳", None, "elec.cn.2023.prov.guangdong"),
        ("深圳", 2022, "elec.cn.2022.prov.guangdong"),
        ("深圳", 2025, "elec.cn.2023.prov.guangdong"),
        ("深圳", 2018, "elec.cn.2021.prov.guangdong"),
        ("北京", 2023, "elec.cn.2023.prov.beijing"),
        ("全国", 2022, "elec.cn.2022.avg"),
    ],
)
def test_electricity_follows_place_and_data_year(region: str, year: int | None, chosen: str) -> None:
    picked = factors.pick("electricity", region, year)
    assert picked.factor.id == chosen
    assert f"{picked.factor.year}年" in picked.note


def test_a_place_without_electricity_factor_is_refused_not_guessed() -> None:
    with pytest.raises(UnknownFactor, match="可选地区"):
        factors.pick("electricity", "香港")


def test_three_natural_gas_values_stay_apart_and_the_default_is_the_standard() -> None:
    assert factors.pick("natural-gas").factor.id == "fuel.jst303.natural-gas"
    values = {factor.id: factor.value for factor in factors.registry() if factor.subject == "natural-gas"}
    # 2.154 (national database), 2.1622 (GB/T 32151), 2.165 (Shenzhen pilot), 2.184 (JS/T 303)
    assert sorted(values.values()) == [2.154, 2.1622, 2.165, 2.184]


def test_a_reduction_a_sink_and_a_net_value_are_no_emissions() -> None:
    nature = {factor.id: factor.nature for factor in factors.registry()}
    assert nature["travel.sz.metro.reduction"] == "reduction"
    assert nature["travel.gz.metro.study"] == "reduction"
    assert nature["sink.sz.nearzero.green"] == "removal"
    assert nature["msw.qingdao.incineration"] == "comparison"
    assert nature["ce.electricity.equal"] == "energy"
    assert nature["elec.cn.2023.prov.guangdong"] == "emission"
    assert nature["leak.chiller"] == "parameter"


def test_every_unit_is_known_to_the_registry_with_its_gas() -> None:
    known = registry()
    for factor in factors.all_factors(rejected=True):
        dimensions = known.parse_units(factor.expression).dimensionality
        expected = {"CO2": "[co2]", "CO2e": "[co2e]", "ce": "[ce]", "C": "[carbon]"}.get(factor.of or "")
        assert expected is None or expected in dimensions, factor.id
        assert (factor.per is None) or set(dimensions) - {"[mass]", "[time]", "[length]"}, factor.id


def test_a_range_keeps_both_ends() -> None:
    air = factors.get("travel.air.cn.full.2019")
    assert (air.low, air.high) == (0.1083, 0.1129)
    assert air.value == pytest.approx(0.1106)
    assert air.figure == "0.1083～0.1129 千克CO2/（人·公里）"


def test_a_users_own_file_overrides_with_its_own_source(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "factors:\n"
        "- {id: elec.cn.2023.prov.guangdong, value: 0.43, source: 供电局2024年告知单}\n"
        "- {id: user.hotel.city, name: 本市酒店每间夜, value: [20, 30], unit: kg/dimensionless, of: CO2e,"
        " per: room_night, source: {title: 本单位测算报告}}\n",
        encoding="utf-8",
    )
    held = factors.with_overrides(own)
    changed = factors.get("elec.cn.2023.prov.guangdong", source=held)
    assert changed.value == 0.43
    assert changed.year == 2023
    assert changed.source.title == "供电局2024年告知单"
    assert changed.confidence_label == "用户自带"
    assert factors.pick("electricity", source=held).factor is changed
    assert factors.get("user.hotel.city", source=held).high == 30
    assert factors.get("elec.cn.2023.prov.guangdong").value == 0.4419


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{id: elec.sz.ets.0.9489, value: 0.9, source: 某表}", "拒用"),
        ("{id: elec.cn.2023.prov.guangdong, value: 0.43}", "source"),
        ("{id: elec.cn.2023.prov.guangdong, value: 0.43, of: CO2e, source: 某表}", "口径"),
        ("{id: elec.cn.2023.prov.guangdong, value: 四毛, source: 某表}", "value"),
        ("{value: 0.43, source: 某表}", "id"),
        ("{id: user.x, name: 某因子, unit: kg/kWh, value: [2, 1], source: 某表}", "下限"),
    ],
)
def test_a_bad_own_file_is_refused_in_one_line(tmp_path: Path, line: str, says: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"factors:\n- {line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=says) as caught:
        factors.with_overrides(own)
    assert "\n" not in str(caught.value)
