"""Office paper: sheets × the factor of one A4 sheet, and what duplex printing or less printing saves."""

from typing import Any

from corpus.errors import InputError, MissingInput
from tools.calculator import Computation
from tools.units import registry
from tools.worksheet import Worksheet, amount

__all__ = ["compute"]


def compute(sheet: Worksheet) -> Computation:
    """CO2e of the paper used."""
    if sheet.was_given("sheets"):
        sheets: Any = sheet.need("sheets", "")
        if sheet.was_given("packs"):
            both = f"用纸张数 {sheet.inputs.given['sheets']}、用纸包数 {sheet.inputs.given['packs']}"
            raise InputError(f"给了{both}：张数和包数只给一个，免得重复计算")
    elif sheet.was_given("packs"):
        packs, size = sheet.need("packs", ""), sheet.need("pack_size", "")
        sheets = sheet.product("用纸张数", "sheet", {"包数": packs, "每包张数": size})
    else:
        raise MissingInput(
            "办公用纸还缺 用纸张数（sheets）或用纸包数（packs）：用了多少张或多少包 A4 纸？如“20 万张”或“400 包”",
            field="sheets",
        )
    factor = sheet.factor("supply.a4.sheet")
    emission = sheet.row("用纸", sheet.product("用纸排放", "kgCO2e", {"张数": sheets, "每张因子": factor}))
    sheet.assume("按 80 g/m² 原生纸 A4 计")
    if sheet.was_given("duplex"):
        half = amount(registry().Quantity(2, "dimensionless"))
        share = sheet.need("duplex", "")
        fewer = sheet.product("双面打印少用", "sheet", {"张数": sheets, "改双面比例": share}, {"两面": half})
        saved = sheet.product("双面打印减排量", "kgCO2e", {"少用张数": fewer, "每张因子": factor}, nature="reduction")
        sheet.compare("双面打印减排量（不与排放相加）", saved, "kgCO2e")
    if sheet.was_given("reduction"):
        share = sheet.need("reduction", "")
        saved = sheet.product("少用纸减排量", "kgCO2e", {"用纸排放": emission, "少用比例": share}, nature="reduction")
        sheet.compare("少用纸减排量（不与排放相加）", saved, "kgCO2e")
    recycled = sheet.product(
        "改用再生纸的排放",
        "kgCO2e",
        {"用纸排放": emission, "再生纸因子": sheet.factor("defra.material.paper.closed")},
        {"原生纸因子": sheet.factor("defra.material.paper")},
    )
    sheet.compare("全部改用再生纸后的排放", recycled, "kgCO2e", "英国闭环再生纸与原生纸因子之比，只作参照")
    return sheet.finish("用纸碳排放", emission, "kgCO2e", next_step="公文网上流转，会议材料电子化，默认双面打印")
