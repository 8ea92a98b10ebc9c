"""Solid waste by treatment. Boundaries differ by treatment and never mix: incineration counts fossil CO2 at the stack,
the British figures for digestion and compost only transport, the Qingdao values a net life cycle for comparison."""

from corpus.errors import InputError
from tools.calculator import Computation
from tools.journeys import reference
from tools.worksheet import Worksheet, amount, multiply

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """Emission of the waste under one treatment."""
    mass = sheet.need("waste", "")
    chosen = sheet.choice("treatment")
    if chosen is None or chosen.factor is None:
        raise InputError("垃圾没有选定处理方式")
    factor = sheet.factor(chosen.factor)
    if factor.role == "reference":
        taken = reference(sheet, chosen.label, factor, f"没有国内可用的{chosen.label}因子")
        if taken is None:
            raise InputError(
                f"处理方式：给的是{chosen.label}，没有国内可用因子，可用焚烧；如要用{factor.region}参照值 {factor.figure} 估算，请把“用国外参照因子”设为“用”"
            )
        if "incineration" not in factor.id and "landfill" not in factor.id:
            sheet.warn("厌氧和堆肥的英国因子只含收运等边界，不能据此说几乎没有排放，也不能和填埋、焚烧直接相比")
    unit = f"kg{factor.of}"
    emission = sheet.row(chosen.label, sheet.product(f"{chosen.label}排放", unit, {"垃圾量": mass, "处置因子": factor}))
    for factor_id in ("msw.qingdao.landfill", "msw.qingdao.incineration", "msw.qingdao.sort-ad"):
        net = sheet.factor(factor_id)
        made = multiply(net.name, "kgCO2e", [amount(mass), amount(net)], [])
        sheet.compare(
            net.name, made, "tCO2e", f"{net.figure}；系统扩展净值，含能源替代抵扣；只作方案比较，不并入机关排放"
        )
    sheet.warn("垃圾处理是附加项，不并入 JS/T 303 的碳排放总量")
    return sheet.finish(
        "垃圾处理排放", emission, f"t{factor.of}", next_step="源头减量最有效：少用一次性用品，厨余分开投放并称重"
    )
