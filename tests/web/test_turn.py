"""A calculation as the page shows it: total, working, factors, and a chart with the same figures."""

import json
import re
from html import unescape
from typing import Any

import pytest

from assistant.answer import Answer
from assistant.web import turn
from assistant.web.chart import bars
from tools.calculator import run, to_json


@pytest.fixture(scope="module")
def meeting() -> dict[str, Any]:
    values = {"attendees": "80人", "duration": "半天", "legs": "其中20人坐高铁来回120公里", "meals": "80 餐"}
    return to_json(run("meeting", values))


def shown(calculation: dict[str, Any]) -> str:
    return turn.answered("问", Answer("问", "calculation", "文字", calculations=(calculation,)))


def test_total_steps_factors_and_assumptions_are_shown(meeting: dict[str, Any]) -> None:
    html = unescape(shown(meeting))
    assert meeting["title"] in html
    assert "CO₂e" in html
    for step in meeting["steps"]:
        assert step["label"] in html
        assert step["formula"] in html
    used = {s["factor_id"] for s in meeting["steps"]}
    for factor in (f for f in meeting["factors"] if f["id"] in used):
        assert factor["source"] in html
        assert f"{factor['year']}年" in html
    for line in (*meeting["assumptions"], *meeting["warnings"]):
        assert line.replace("CO2", "CO₂").replace("CH4", "CH₄").replace("N2O", "N₂O") in html


def test_the_chart_holds_the_parts_of_the_total(meeting: dict[str, Any]) -> None:
    figure = bars(meeting)
    assert figure is not None
    drawn = dict(zip(figure["data"][0]["y"], figure["data"][0]["x"], strict=True))
    assert drawn == {row["label"]: row["value"] for row in meeting["breakdown"]}
    assert figure["data"][0]["x"] == sorted(figure["data"][0]["x"])
    attribute = re.search(r'data-figure="([^"]*)"', shown(meeting))
    assert attribute is not None
    assert json.loads(unescape(attribute[1])) == figure


def test_a_total_without_parts_is_drawn_beside_what_it_is_compared_with() -> None:
    charging = to_json(run("charging", {"spaces": "200个车位", "ratio": "sz20"}))
    figure = bars(charging)
    assert figure is not None
    assert figure["data"][0]["y"][-1] == charging["total"]["label"]
    assert figure["data"][0]["x"][-1] == charging["total"]["value"]


def test_the_text_of_a_calculation_is_kept_below_its_card(meeting: dict[str, Any]) -> None:
    html = shown(meeting)
    assert html.index('class="working"') < html.index('<details class="as-text">')


@pytest.mark.parametrize(("kind", "label"), [("refusal", "没有找到依据"), ("clarification", "需要补充")])
def test_what_is_no_answer_is_marked(kind: Any, label: str) -> None:
    assert label in turn.answered("问", Answer("问", kind, "说明"))
