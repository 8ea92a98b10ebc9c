"""Greetings, thanks and "what can you do": short, and nothing that could be mistaken for a rule."""

import re

from corpus.library import Corpus
from tools.calculator import calculators

__all__ = ["CANCELLED", "SETTLED", "UNCLEAR", "reply"]

SETTLED = "没有等您补充的内容，上面的结果已经算完。要改哪一项，直接说新的数即可；也可以换个问题。"
"""Said to 随便 or 好 when nothing is pending."""

UNCLEAR = "没有看出想问什么。可以说一个主题或一句话，例如“空调温度”“200个车位要配多少充电桩”。"
"""Said to a message without a word in it."""

CANCELLED = "好的，这项先不算了。有别的问题请直接问。"
"""Said when the pending calculation is dropped."""


_THANKS = re.compile(r"谢|辛苦|再见|拜拜|thank|bye", re.I)


def reply(corpus: Corpus, question: str) -> str:
    """What to say to small talk."""
    if _THANKS.search(question):
        return "不客气。有节能降碳的问题随时问我。"
    titles = [spec.title for spec in calculators().values()]
    tools = f"{'、'.join(titles[:6])}等 {len(titles)} 个计算器" if len(titles) > 6 else "、".join(titles)
    return (
        f"您好，我是近零碳机关助手。资料库有 {len(corpus.documents)} 份文件、{len(corpus.clauses)} 条。\n\n"
        "- **问规定**：例如“夏天办公室空调最低开几度？”，回答带条款出处。\n"
        "- **查条款**：例如“节能条例第十四条”“第8部分讲什么”“国管节能〔2021〕426号”。\n"
        f"- **算一算**：{tools}，例如“80人开半天会，其中20人坐高铁来回120公里，碳排放多少？”\n\n"
        "资料多为摘编，不是原文；引用前请核对原文。"
    )
