"""Business travel: the journeys named and the nights away, in CO2e; outside the JS/T 303 total."""

from tools.calculator import Computation
from tools.journeys import travel_rows
from tools.worksheet import Worksheet

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """The sum over legs and hotel nights."""
    text = sheet.word("legs")
    if text is not None:
        travel_rows(sheet, text)
    if sheet.was_given("hotel"):
        factor = sheet.factor("defra.hotel.cn")
        operands = {"间夜": sheet.need("hotel", ""), "每间夜因子": factor}
        sheet.row("住宿", sheet.product("住宿排放", "kgCO2e", operands))
    total = sheet.total_of_rows("差旅排放合计", in_co2e=True)
    sheet.warn("差旅是附加项，不并入 JS/T 303 的碳排放总量")
    largest = max(sheet.rows, key=lambda row: row[1].magnitude("kgCO2e"))[0].removeprefix("交通：")
    advice = "能视频的改视频，能坐高铁的不坐飞机" if largest == "飞机" else "合并行程，能视频的改视频"
    return sheet.finish("差旅碳排放", total, "kgCO2e", next_step=f"{largest}占比最大：{advice}")
