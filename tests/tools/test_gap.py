"""The near-zero gap: what is left, against a target, and the order of measures."""

import pytest

from corpus.errors import InputError
from tools.calculator import run
from tools.gap import parse_measures

TEXT = "光伏 22万度 70万元；换LED 2.5万度 3万元；空调调温 4.2万度"


def test_measures_are_read_from_one_line() -> None:
    read = [(m.name, float(m.saves.to("kWh").magnitude), m.costs is not None) for m in parse_measures(TEXT)]
    assert read == [("光伏", 220_000, True), ("换LED", 25_000, True), ("空调调温", 42_000, False)]
    (led,) = parse_measures("换LED省2.5万度，花3万元")
    assert led.name == "换LED"
    assert led.costs is not None
    assert parse_measures("大家都节约一点") == ()


def test_what_is_left_and_the_order_by_cost() -> None:
    made = run("gap", {"emission": "580吨CO2", "measures": TEXT})
    # 287 000 kWh × 0.4419 = 126.8253 t; 580 − 126.8253 = 453.1747
    assert made.total.value == pytest.approx(453.1747)
    assert (made.total.unit, made.total.of) == ("t", "CO2")
    # LED 11.0475 t at 2716 yuan, PV 97.218 t at 7200 yuan, no cost last: 18.5598 t
    assert [item.label for item in made.comparison] == ["措施 1：换LED", "措施 2：光伏", "措施 3：空调调温"]
    assert [item.value for item in made.comparison] == pytest.approx([11.0475, 97.218, 18.5598])
    notes = [item.note or "" for item in made.comparison]
    # 30 000 / 11.0475 = 2715.5; 700 000 / 97.218 = 7200.3
    assert "2716 元" in notes[0]
    assert "7200 元" in notes[1]
    # 580 − 11.0475 = 568.9525; − 97.218 = 471.7345; − 18.5598 = 453.1747
    assert [note.rpartition("还剩 ")[2] for note in notes] == ["569 吨CO2", "472 吨CO2", "453 吨CO2"]
    assert "未知" in notes[2]
    assert "换LED" in (made.next_step or "")


def test_the_measure_that_reaches_the_target_is_named() -> None:
    values: dict[str, object] = {"emission": "580吨CO2", "measures": TEXT, "area": "1万平方米"}
    # 48 × 10 000 = 480 t: after LED 568.95, after PV 471.73; 45 × 10 000 = 450 t: never
    assert "第 2 项“光伏”就达到目标" in (run("gap", {**values, "target": "48千克CO2/平方米"}).next_step or "")
    assert "离目标还差 3.17 吨" in (run("gap", {**values, "target": "45千克CO2/平方米"}).next_step or "")
    reached = run("gap", {"emission": "580吨CO2", "area": "1万平方米", "target": "60千克CO2/平方米"})
    assert "已经达到目标" in (reached.next_step or "")


@pytest.mark.parametrize(
    ("target", "missing"),
    # 530 t less 18 × 20 000 = 360 t; less 22 × 20 000 = 440 t; less 30 × 20 000 = 600 t
    [("A类", 170), ("b", 90), ("30千克CO2/平方米", -70)],
)
def test_the_gap_to_a_target(target: str, missing: float) -> None:
    made = run("gap", {"emission": "530吨CO2", "area": "2万平方米", "target": target})
    shown = {item.label: item.value for item in made.comparison}
    assert shown["离目标还差（负数为已达到）"] == pytest.approx(missing)


def test_a_plain_mass_is_taken_as_co2_and_said() -> None:
    made = run("gap", {"emission": "530吨"})
    assert made.total.value == pytest.approx(530)
    assert any("按 CO2 计" in line for line in made.assumptions)


def test_wrong_inputs() -> None:
    with pytest.raises(InputError, match="看不出"):
        run("gap", {"emission": "530吨", "measures": "大家都节约一点"})
    with pytest.raises(InputError, match="年碳排放"):
        run("gap", {"emission": "530吨标准煤"})
    with pytest.raises(InputError, match="建筑面积"):
        run("gap", {"emission": "530吨", "target": "a"})
