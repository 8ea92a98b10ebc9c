"""A calculation as a Plotly figure: plain data, drawn in the browser with the browser's own fonts."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.web.markup import unit_label

__all__ = ["bars", "ranked"]

_ROW_HEIGHT = 34
_FRAME_HEIGHT = 62


def bars(calculation: Mapping[str, Any]) -> dict[str, Any] | None:
    """The parts of the total as horizontal bars, the largest on top; where it has no parts, the total beside the
    figures it is compared with; ``None`` where there is nothing to draw.

    Colours and fonts are left to the page, which knows whether it is light or dark.

    >>> bars({"breakdown": [], "total": {"label": "桩数", "value": 40, "unit": "charger", "of": None}}) is None
    True
    """
    rows = sorted((r for r in calculation.get("breakdown", ()) if r["value"]), key=lambda r: float(r["value"]))
    if rows:
        return _figure(rows, [f"{row['share']:.0%}" for row in rows])
    total = calculation["total"]
    like = [c for c in calculation.get("comparison", ()) if (c["unit"], c["of"]) == (total["unit"], total.get("of"))]
    compared = [*reversed(like), total]
    return _figure(compared, [f"{row['value']:,.4g}" for row in compared]) if like else None


def ranked(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Rows as horizontal bars with their figures, the first on top; ``None`` where there are none.

    >>> ranked([{"label": "甲", "value": 3.0, "unit": "tCO2"}])["data"][0]["text"]
    ['3']
    """
    return _figure([*reversed(rows)], [f"{row['value']:,.4g}" for row in reversed(rows)]) if rows else None


def _figure(rows: Sequence[Mapping[str, Any]], texts: Sequence[str]) -> dict[str, Any]:
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": [row["value"] for row in rows],
                "y": [row["label"] for row in rows],
                "text": texts,
                "textposition": "outside",
                "cliponaxis": False,
                "hovertemplate": "%{y}：%{x:.4~g} " + unit_label(rows[-1]) + "<extra></extra>",
            }
        ],
        "layout": {
            "height": _FRAME_HEIGHT + _ROW_HEIGHT * len(rows),
            "margin": {"l": 8, "r": 48, "t": 8, "b": 44},
            "yaxis": {"automargin": True, "ticksuffix": " ", "fixedrange": True},
            "xaxis": {
                "automargin": True,
                "fixedrange": True,
                "rangemode": "tozero",
                "nticks": 6,
                "title": {"text": unit_label(rows[-1]), "standoff": 6, "font": {"size": 13}},
            },
            "bargap": 0.35,
            "showlegend": False,
        },
    }
