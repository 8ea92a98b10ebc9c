"""Calculators as tools of a model: one signature each, plain-text quantities, mistakes as one line."""

import subprocess
import sys

import pytest
from langchain_core.tools import StructuredTool

from assistant.toolset import arguments, call, toolset
from tools.calculator import calculators, run

TOOLS = {tool.name: tool for tool in toolset()}


def test_every_calculator_is_a_tool_with_its_own_inputs() -> None:
    assert TOOLS.keys() == calculators().keys()
    for name, spec in calculators().items():
        schema = TOOLS[name].get_input_schema().model_json_schema()
        assert list(schema["properties"]) == [item.name for item in spec.inputs]
        assert schema.get("required", []) == [item.name for item in spec.inputs if item.required]
        assert all(schema["properties"][item.name]["description"].startswith(item.label) for item in spec.inputs)
        assert spec.title in TOOLS[name].description


@pytest.mark.parametrize("name", sorted(calculators()))
def test_every_quantity_takes_plain_text(name: str) -> None:
    properties = arguments(name).model_json_schema()["properties"]
    for item in calculators()[name].inputs:
        if item.kind == "quantity":
            options = properties[item.name].get("anyOf", [])
            assert {"type": "string"} in [{"type": option["type"]} for option in options]


def test_a_call_gives_the_working_and_the_contract() -> None:
    message = TOOLS["inventory"].invoke(
        {"name": "inventory", "args": {"electricity": "120万度", "year": "2023"}, "id": "1", "type": "tool_call"}
    )
    made = run("inventory", {"electricity": "120万度", "year": "2023"})
    assert message.artifact["total"]["value"] == pytest.approx(made.total.value)
    assert message.artifact["factors"][0]["id"] == "elec.cn.2023.prov.guangdong"
    assert "0.4419" in message.content


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("inventory", {"electricity": "120万千瓦"}, "外购电量"),
        ("inventory", {"electricity": "-3度"}, "可用范围"),
        ("inventory", {}, "没有一项"),
        ("inventory", {"electricity": "1度", "coal_kind": "褐煤"}, "煤种"),
        ("inventory", {"elektricity": "1度"}, "没有“elektricity”这一项"),
        ("inventory", {"electricity": {"value": 1}}, "外购电量（electricity）：读不懂"),
        ("meeting", {}, "参会人数"),
    ],
)
def test_a_mistake_is_one_line_in_chinese(name: str, given: dict[str, object], told: str) -> None:
    answer = TOOLS[name].invoke(given)
    assert answer.startswith("输入有误，没有计算：")
    assert told in answer
    assert "\n" not in answer


def test_a_bare_number_is_read_in_the_unit_of_the_input() -> None:
    text, made = call("inventory", {"electricity": 1000, "gasoline": None})
    assert made is not None
    assert made["total"]["value"] == pytest.approx(run("inventory", {"electricity": "1000 度"}).total.value)
    assert text


def test_it_is_a_structured_tool_and_importing_the_room_brings_no_langchain() -> None:
    assert all(isinstance(tool, StructuredTool) for tool in TOOLS.values())
    heavy = "{'langchain_core', 'langchain', 'pandas', 'polars', 'pint', 'plotly', 'docx', 'xlsxwriter', 'distributed'}"
    code = (
        "import sys, assistant.toolset, assistant.tools_cli, tools.batch, tools.table, tools.scaling, tools.report, "
        f"tools.assess; print(sorted({heavy} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
