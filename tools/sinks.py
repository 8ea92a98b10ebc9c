"""What green space fixes in a year, for illustration only: the figures in use differ more than tenfold."""

from tools.calculator import Computation
from tools.worksheet import Worksheet, amount, multiply

__all__ = ["compute"]

_OTHERS = ("sink.platform.tree", "sink.workbook.tree")


def compute(sheet: Worksheet) -> Computation:
    """CO2 fixed by an area, at the value of Shenzhen's near-zero pilots."""
    green, period = sheet.need("green", ""), sheet.need("period", "")
    factor = sheet.factor("sink.sz.nearzero.green")
    fixed = sheet.product("固碳量", "kgCO2", {"绿地面积": green, "单位固碳量": factor, "时间": period})
    for factor_id in _OTHERS:
        other = sheet.factor(factor_id)
        made = multiply(other.name, "kgCO2", [amount(green), amount(other), amount(period)], [])
        sheet.compare(f"按{other.name}", made, "kgCO2", f"{other.figure}，没有官方来源")
    sheet.warn("绿地碳汇只作示意，不用于抵扣机关排放；抵消用的林业碳汇要按项目核定")
    return sheet.finish("绿地固碳量（示意）", fixed, "kgCO2", next_step="减排优先，碳汇不能代替节能")
