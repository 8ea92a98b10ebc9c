"""What a worksheet refuses: gases and natures that do not add up, products that do not make the unit."""

import pytest
from pint import DimensionalityError

from corpus.errors import UnitMismatch
from tools.calculator import calculator
from tools.factors import get
from tools.units import registry
from tools.worksheet import Amount, Worksheet, amount, multiply, read_inputs


@pytest.fixture
def sheet() -> Worksheet:
    spec = calculator("electricity")
    return Worksheet(spec, read_inputs(spec, {"electricity": "100度"}))


def mass(value: float, unit: str) -> Amount:
    return amount(registry().Quantity(value, unit))


def test_co2_and_co2e_do_not_add(sheet: Worksheet) -> None:
    with pytest.raises(DimensionalityError):
        sheet.add("合计", "kgCO2e", {"甲": mass(1, "kgCO2e"), "乙": mass(1, "kgCO2")})
    with pytest.raises(DimensionalityError):
        sheet.add("合计", "kg", {"甲": mass(1, "kg"), "乙": mass(1, "kgce")})


def test_co2_goes_into_co2e_only_with_its_potential_named(sheet: Worksheet) -> None:
    made = sheet.as_co2e(mass(5, "kgCO2"))
    assert made.magnitude("kgCO2e") == 5
    done = sheet.finish("合计", made, "kgCO2e")
    assert [factor.id for factor in done.factors] == ["gwp.co2"]
    assert any("CH4、N2O 不在内" in line for line in done.assumptions)


def test_a_reduction_never_enters_a_sum_of_emissions(sheet: Worksheet) -> None:
    travelled = registry().Quantity(100, "person*km")
    credit = sheet.product("碳普惠减排量", "kgCO2", {"人公里": travelled, "因子": get("travel.sz.metro.reduction")})
    assert credit.nature == "reduction"
    assert credit.magnitude("kgCO2") == pytest.approx(4.67)
    with pytest.raises(UnitMismatch, match="减排量，不能计入排放合计"):
        sheet.row("地铁", credit)
    with pytest.raises(UnitMismatch, match="不能相加"):
        sheet.add("合计", "kgCO2", {"排放": mass(10, "kgCO2"), "减排": credit})


@pytest.mark.parametrize(
    ("factor_id", "activity", "unit", "word"),
    [
        ("sink.sz.nearzero.green", "hectare*year", "kgCO2", "碳汇"),
        ("msw.qingdao.landfill", "t", "kgCO2e", "净生命周期值"),
        ("travel.gz.metro.study", "person_trip", "kgCO2", "减排量"),
    ],
)
def test_a_removal_or_a_net_value_is_no_emission(
    sheet: Worksheet, factor_id: str, activity: str, unit: str, word: str
) -> None:
    made = sheet.product("结果", unit, {"数量": registry().Quantity(2, activity), "因子": get(factor_id)})
    with pytest.raises(UnitMismatch, match=word):
        sheet.row("结果", made)
    with pytest.raises(UnitMismatch):
        multiply("混算", unit, [made, amount(get("leak.chiller"))], [])


def test_saved_electricity_avoids_and_does_not_emit(sheet: Worksheet) -> None:
    avoided = sheet.avoided("减排量", registry().Quantity(100, "kWh"))
    assert avoided.magnitude("kgCO2") == pytest.approx(44.19)
    with pytest.raises(UnitMismatch):
        sheet.row("节电", avoided)


def test_a_product_that_does_not_make_the_unit_is_refused(sheet: Worksheet) -> None:
    with pytest.raises(UnitMismatch, match="应为"):
        sheet.product("用电", "kgCO2", {"体积": registry().Quantity(3, "m**3"), "因子": get("elec.cn.2023.avg")})
    with pytest.raises(UnitMismatch):  # kilometres without their passengers
        sheet.product("高铁", "kgCO2", {"里程": registry().Quantity(3, "km"), "因子": get("travel.hsr.cn.full.2019")})


def test_ranges_take_every_corner() -> None:
    make = registry().Quantity
    span = Amount(make(0.0, "kg"), make(-1.0, "kg"), make(1.0, "kg"))
    factor = Amount(make(3.0, "1/kg"), make(2.0, "1/kg"), make(4.0, "1/kg"))
    made = multiply("范围", "dimensionless", [span, factor], [])
    assert (made.low.magnitude, made.high.magnitude) == (-4, 4)
    over = multiply("范围", "kg**2", [amount(make(12.0, "kg"))], [factor])
    assert (over.low.magnitude, over.value.magnitude, over.high.magnitude) == pytest.approx((3, 4, 6))
