"""Photovoltaics: usable area → capacity → yearly electricity → avoided CO2, self-used and fed in apart.

P = area × coverage ÷ module area per kW; Y = P × equivalent hours (a performance ratio is not applied on top).
Electricity used on the spot is not bought in the inventory, so it is not taken off a second time.
"""

from tools.calculator import Computation
from tools.units import format_quantity, registry
from tools.worksheet import Amount, Worksheet, amount

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """Yearly electricity, with capacity, avoided CO2 and payback beside it."""
    capacity = _capacity(sheet)
    if sheet.was_given("hours"):
        hours = sheet.need("hours", "") / registry().Quantity(1, "year")
        yearly = sheet.product("年发电量", "kWh/year", {"装机容量": capacity, "年等效小时": hours})
    else:
        shown = sheet.factor("pv.sz.hours")
        sheet.warn(f"年等效小时用 {shown.figure}，是示意值，未见官方来源；请用实测或当地太阳能资源数据替换")
        yearly = sheet.product("年发电量", "kWh/year", {"装机容量": capacity, "年等效小时": shown})
    share = sheet.need("self_use", "")
    own = sheet.product("自用电量", "kWh/year", {"年发电量": yearly, "自用比例": share})
    fed = sheet.subtract("上网电量", "kWh/year", ("年发电量", yearly), ("自用电量", own))
    for label, part in (("自用减排量", own), ("上网减排量", fed)):
        if part.magnitude("kWh/year") > 0:
            reduction = sheet.avoided(label, part, "tCO2/year")
            sheet.compare(f"{label}（不与排放相加）", reduction, "tCO2/year")
    sheet.assume("自用光伏电在机关核算中本就不计入外购电，减排量只作说明，不得再抵减一次")
    sheet.compare("装机容量", capacity, "kW")
    if sheet.was_given("electricity_price"):
        saving = sheet.product("年省电费", "CNY/year", {"自用电量": own, "电价": sheet.need("electricity_price", "")})
        sheet.compare("年省电费（不含上网收入和运维）", saving, "CNY/year")
        if sheet.was_given("investment"):
            sheet.payback(sheet.need("investment", ""), saving)
    return sheet.finish(
        "年发电量", yearly, "kWh/year", next_step="核屋顶荷载和遮挡，给出当地等效小时和自用比例再算一遍"
    )


def _capacity(sheet: Worksheet) -> Amount:
    if sheet.was_given("capacity"):
        return amount(sheet.need("capacity", ""))
    why = "由面积算装机"
    module = sheet.factor("pv.module.area")
    sheet.assume(f"组件按效率 21% 折算，每千瓦 {format_quantity(amount(module).value)}".removesuffix("/千瓦"))
    return sheet.product(
        "装机容量",
        "kW",
        {"可用面积": sheet.need("roof", why), "铺设比例": sheet.need("coverage", why)},
        {"单位功率组件面积": module},
    )
