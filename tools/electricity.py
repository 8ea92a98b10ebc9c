"""Electricity to CO2: E = EC × EF at the provincial grid average, with the factor's year said.

Standard coal is shown beside it in both conventions (当量值, 等价值) and never multiplied by a carbon factor.
"""

from tools.calculator import Computation
from tools.worksheet import Worksheet

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """The emission of purchased electricity in tonnes of CO2."""
    used = sheet.need("electricity", "")
    emission = sheet.row("用电", sheet.grid("用电排放", used))
    national = sheet.factor("elec.cn.2023.avg")
    sheet.compare(
        "按全国平均因子", sheet.product("按全国平均因子", "tCO2", {"用电量": used, "全国因子": national}), "tCO2"
    )
    equal, equivalent = sheet.factor("ce.electricity.equal"), sheet.factor("ce.electricity.equivalent.0.31")
    sheet.compare(
        "折标准煤（当量值）", sheet.product("折标准煤（当量值）", "tce", {"用电量": used, "折标系数": equal}), "tce"
    )
    sheet.compare(
        "折标准煤（等价值，定额口径）",
        sheet.product("折标准煤（等价值）", "tce", {"用电量": used, "折标系数": equivalent}),
        "tce",
        "两种口径不能混用，也不能再乘碳因子",
    )
    return sheet.finish(
        "用电碳排放", emission, "tCO2", next_step="先看空调和照明：空调每调 1 ℃、换高效灯具各能省多少，可接着算"
    )
