"""Traditional Chinese characters read as Simplified ones, place for place."""

import re
from functools import cache
from typing import Any

__all__ = ["simplified"]

_HAN = re.compile(r"[\u3400-\u9fff]+")


def simplified(text: str) -> str:
    """Traditional characters to Simplified ones, each in its own place; other text as it is.

    >>> simplified("會議室空調溫度"), simplified("空调 26℃")
    ('会议室空调温度', '空调 26℃')
    """
    # GB 2312 holds hardly any Traditional character: text inside it needs no conversion and no dictionary.
    return text if all(_in_gb2312(c) for c in _HAN.findall(text)) else str(_converter().convert(text))


def _in_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
