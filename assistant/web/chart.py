"""A calculation's breakdown as a Plotly figure: plain data, drawn in the browser with the browser's own fonts."""

from collections.abc import Mapping
from typing import Any

__all__ = ["breakdown_figure"]

_ROW_HEIGHT = 34
_FRAME_HEIGHT = 56


def breakdown_figure(calculation: Mapping[str, Any]) -> dict[str, Any] | None:
    """Horizontal bars, the largest on top; ``None`` where there are not two parts to compare.

    Colours and fonts are left to the page, which knows whether it is light or dark.

    >>> breakdown_figure({"breakdown": [{"label": "用餐", "value": 3, "unit": "kg", "share": 1}]}) is None
    True
    """
    rows = sorted((r for r in calculation.get("breakdown", ()) if r["value"]), key=lambda r: float(r["value"]))
    if len(rows) < 2:
        return None
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [r["value"] for r in rows],
                "y": [r["label"] for r in rows],
                "customdata": [r["unit"] for r in rows],
                "text": [f"{r['share']:.0%}" for r in rows],
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y}：%{x:.4~g} %{customdata}<extra></extra>",
            }
        ],
        "layout": {
            "height": _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
            "margin": {"l": 8, "r": 44, "t": 8, "b": 8},
            "yaxis": {"automargin": True, "ticksuffix": " ", "fixedrange": True},
            "xaxis": {
                "automargin": True,
                "fixedrange": True,
                "title": {"text": rows[-1]["unit"], "font": {"size": 13}},
            },
            "bargap": 0.35,
            "showlegend": False,
        },
    }
