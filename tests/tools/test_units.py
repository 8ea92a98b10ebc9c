"""The registry, the labels, and the refusal of quantities of the wrong kind."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InputError, UnitMismatch
from tools.units import (
    check,
    format_number,
    format_quantity,
    label_name,
    label_of,
    normal_label,
    parse,
    reference_unit,
    registry,
    unit_name,
    unit_table,
)

DATA = Path(__file__).parent / "data"
REFUSED = [line.split("\t") for line in (DATA / "refused.tsv").read_text(encoding="utf-8").splitlines()]
UNITS = sorted(unit_table().units)


def test_importing_and_finding_load_no_pint() -> None:
    code = "import sys, tools.units, tools.quantities as q; q.find('用电120度'); sys.exit('pint' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("key", UNITS)
def test_every_unit_has_the_label_the_table_gives_it(key: str) -> None:
    unit = unit_table().units[key]
    assert label_of(registry().Quantity(1.0, key)) == unit.label
    assert unit_name(key) == unit.show


@pytest.mark.parametrize("label", sorted(set(unit_table().labels) - {"number"}))
def test_every_label_has_a_reference_unit_of_that_label(label: str) -> None:
    assert label_of(registry().Quantity(1.0, reference_unit(label))) == label


@pytest.mark.parametrize("key", [key for key in UNITS if unit_table().units[key].names])
def test_a_unit_reads_back_from_its_names(key: str) -> None:
    unit = unit_table().units[key]
    if unit.label in {"ratio", "angle"}:
        pytest.skip("a share and an angle have a written form of their own")
    for name in unit.names:
        read = parse(f"12 {name}", unit.label)
        assert read.to_base_units().magnitude == pytest.approx(
            registry().Quantity(12.0, key).to_base_units().magnitude
        ), name


@pytest.mark.parametrize(
    ("text", "label", "unit", "value"),
    [
        ("1亩", "area", "m**2", 2000 / 3),
        ("1公顷", "area", "m**2", 10_000),
        ("3斤", "mass", "kg", 1.5),
        ("2里", "distance", "m", 1000),
        ("1度电", "energy", "MJ", 3.6),
        ("12 万度", "energy", "MWh", 120),
        ("1年", "time", "day", 365),
        ("6个月", "time", "year", 0.5),
        ("1000大卡", "energy", "MJ", 4.1816),
        ("1冷吨", "power", "kW", 3.517),
        ("2万吨标准煤", "ce", "tce", 20_000),
        ("500 gCO2", "co2", "kgCO2", 0.5),
        ("8 L/100km", "volume/distance", "L/km", 0.08),
        ("60 kWh/(m²·a)", "energy/area/time", "kWh/(m**2*month)", 5),
        ("-18℃", "temperature", "kelvin", 255.15),
        ("78.8℉", "temperature", "degC", 26),
        ("26度", "temperature", "degC", 26),
        ("26度", "energy", "kWh", 26),
        ("2度", "temperature_difference", "delta_degC", 2),
        ("2℃", "temperature_difference", "delta_degC", 2),
        ("-5吨", "mass", "kg", -5000),
        ("三成", "ratio", "dimensionless", 0.3),
        ("百分之三十", "ratio", "dimensionless", 0.3),
        ("0.3", "ratio", "dimensionless", 0.3),
        ("１２０", "person", "person", 120),
        ("一百二十", "meal", "meal", 120),
    ],
)
def test_parse(text: str, label: str, unit: str, value: float) -> None:
    assert parse(text, label).to(unit).magnitude == pytest.approx(value, rel=1e-12)


def test_parse_takes_numbers_and_quantities() -> None:
    assert parse(80, "person").units == registry().person
    assert parse(3.5, "energy", default_unit="MWh").to("kWh").magnitude == pytest.approx(3500)
    assert parse(registry().Quantity(2, "GJ"), "energy").magnitude == 2
    assert parse(registry().Quantity(5, "kW") * registry().Quantity(8, "hour"), "energy").m_as("kWh") == pytest.approx(
        40
    )


def test_the_refused_list_is_long_enough() -> None:
    assert len(REFUSED) >= 60


@pytest.mark.parametrize(("text", "expected", "given", "fits"), REFUSED, ids=[f"{r[0]}-{r[1]}" for r in REFUSED])
def test_a_wrong_unit_is_refused_with_one_line_naming_given_and_expected(
    text: str, expected: str, given: str, fits: str
) -> None:
    with pytest.raises(InputError) as refusal:
        parse(text, expected)
    line = str(refusal.value)
    assert given in line
    assert fits in line
    assert text in line
    assert "\n" not in line
    assert line.endswith("。")


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("kWh/month", "power"),
        ("kW", "energy/time"),
        ("degC", "temperature_difference"),
        ("delta_degC", "temperature"),
        ("kgCO2", "co2e"),
        ("kgce", "mass"),
        ("kVA", "power"),
        ("percentage_point", "ratio"),
        ("L/km", "area"),
        ("person", "person_trip"),
        ("day", "workday"),
        ("kWh/(m**2*year)", "power/area"),
    ],
)
def test_quantities_that_are_never_mixed(unit: str, label: str) -> None:
    with pytest.raises(UnitMismatch) as refusal:
        check(registry().Quantity(3.0, unit), label)
    assert refusal.value.given
    assert refusal.value.expected


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(InputError, match="有限"):
        parse(number, "person")


def test_labels() -> None:
    assert normal_label("energy/time/area") == "energy/area/time"
    assert normal_label("distance*person") == "person*distance"
    assert label_name("co2e/energy") == "每千瓦时的二氧化碳当量"
    with pytest.raises(ValueError, match="unknown"):
        normal_label("energy/colour")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1234567.8, "kWh", "1234568 千瓦时"),
        (0.57031, "kgCO2/kWh", "0.57 千克CO2/千瓦时"),
        (30, "percent", "30%"),
        (2, "delta_degC", "2 ℃（温差）"),
        (60, "kWh/(m**2*year)", "60 千瓦时/（平方米·年）"),
        (80, "person", "80 人"),
        (40, "charger", "40 个充电桩"),
        (3, "charger/parking_space", "3 个充电桩/车位"),
        (0, "km", "0 公里"),
    ],
)
def test_format_quantity(value: float, unit: str, shown: str) -> None:
    assert format_quantity(registry().Quantity(value, unit)) == shown


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_a_formatted_number_keeps_three_figures_and_no_exponent(value: float) -> None:
    text = format_number(value)
    assert "e" not in text
    assert float(text) == pytest.approx(value, rel=5.1e-3)


SIZES = {
    label: [key for key in UNITS if unit_table().units[key].label == label and unit_table().units[key].names]
    for label in ("energy", "power", "mass", "distance", "volume", "area", "time")
}


@given(st.data(), st.sampled_from(sorted(SIZES)), st.floats(min_value=0.01, max_value=1e6))
def test_any_unit_of_a_dimension_gives_the_same_amount(data: st.DataObject, label: str, value: float) -> None:
    """The same amount written in two units reads as the same amount."""
    quantity = registry().Quantity(value, data.draw(st.sampled_from(SIZES[label])))
    key = data.draw(st.sampled_from(SIZES[label]))
    name = data.draw(st.sampled_from(unit_table().units[key].names))
    written = f"{quantity.to(key).magnitude:.15g} {name}"
    assert parse(written, label).to_base_units().magnitude == pytest.approx(
        quantity.to_base_units().magnitude, rel=1e-9
    )
