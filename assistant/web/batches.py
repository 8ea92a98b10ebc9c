"""Tables of many institutions on the page 计算器: the form to send one, its progress, and what came out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.web.chart import ranked
from assistant.web.form import field, rendered
from assistant.web.language import Language
from assistant.web.markup import render
from tools import stages
from tools.batch import Batch, Summary, result_columns, summarise
from tools.calculator import calculator
from tools.stages import Stage, small_enough
from tools.table import write_table

__all__ = ["computed", "form", "small_enough", "view", "write", "write_blank"]

_DRAWN = 10
"""Bars of the chart; the table below it has the rest."""

computed = stages.stages
write_blank = stages.write_template


def form(tool: str, language: Language = "zh") -> str:
    """The form that takes a table, with what may hold for all of its rows."""
    spec = calculator(tool)
    columns = {name for name in stages.template_headers(tool).values() if name is not None}
    shared = [
        field(item, language=language) for item in spec.inputs if item.name not in columns or item.kind != "quantity"
    ]
    return rendered(spec, [], shared, "table", language)


def view(stage: Stage, fixed: Mapping[str, str], language: Language = "zh") -> str:
    """How far the table is; with its last row, sums, ranking, chart, and the rows that could not be computed."""
    if stage.batch is None:
        return render("batch_progress.html", language, done=stage.done, rows=stage.rows)
    summary = summarise(stage.batch)
    spec = calculator(summary.tool)
    figure = _ranking(summary)
    return render(
        "batch.html",
        language,
        summary=summary,
        total={"value": summary.total, "unit": summary.unit},
        fixed=[(spec.input(name).label, text) for name, text in fixed.items() if text],
        figure=json.dumps(figure, ensure_ascii=False) if figure else None,
    )


def write(batch: Batch, path: Path) -> None:
    """The rows with parts, total, rank and what was wrong, as csv or xlsx."""
    write_table(path, result_columns(batch))


def _ranking(summary: Summary) -> dict[str, Any] | None:
    """The institutions with the largest results as a chart."""
    return ranked(
        [
            {"label": f"{item.name or ''}（第{item.line}行）", "value": item.value, "unit": summary.unit}
            for item in summary.ranking[:_DRAWN]
        ]
    )
