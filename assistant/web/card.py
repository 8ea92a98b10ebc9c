"""A calculation as a card: the contract's object made ready for ``calculation.html``, and the card by itself."""

import json
from collections.abc import Mapping
from typing import Any

from assistant.web.chart import bars
from assistant.web.language import Language
from assistant.web.markup import render

__all__ = ["card", "figured"]


def card(calculation: Mapping[str, Any], language: Language = "zh") -> str:
    """One entry of ``calculations[]`` (nearzero.answer/1) as HTML; the chart is drawn by ``static/chart.js``."""
    return render("calculation.html", language, calculation=figured(calculation))


def figured(calculation: Mapping[str, Any]) -> dict[str, Any]:
    """What the template needs: the contract's object, steps joined to their factors, the figure."""
    factors = {f["id"]: f for f in calculation.get("factors", ())}
    figure = bars(calculation)
    return {
        "inputs": {},
        "range": None,
        "excluded": (),
        "assumptions": (),
        "warnings": (),
        "comparison": (),
        "next_step": None,
        **calculation,
        "steps": [(step, factors.get(step.get("factor_id"))) for step in calculation["steps"]],
        "factors": list(factors.values()),
        "figure": json.dumps(figure, ensure_ascii=False) if figure else None,
    }
