"""Text that must not act: what a person typed, and an answer as a whole, hold no markup that a page would follow or load."""

import re

__all__ = ["defused", "inert"]

_ACTIVE = str.maketrans(
    {
        "<": "＜",
        ">": "＞",
        "[": "［",
        "]": "］",
        "`": "｀",
        "!": "！",
        "*": "＊",
        "_": "＿",
        "|": "｜",
        "#": "＃",
        "\\": "＼",
    }
)
_ADDRESS = re.compile(
    r"(?i)(?:[a-z][a-z0-9+.-]*://|www\.|javascript:|vbscript:|(?<![a-z])(?:data|mailto|file):)\S+|//\S+\.\S+|\S+@\S+\.\S+"
)
_SCHEME = re.compile(r"(?i)(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^\s/，。；、）)]*)")
_SCRIPT = re.compile(r"(?i)(javascript|vbscript|(?<![a-z])data)\s*:")
_OFFICIAL = ".gov.cn"


def inert(text: str) -> str:
    """What a person typed in a form that may stand in an answer: no markup, no address.

    >>> inert("20人坐高铁![x](http://a.example/p.png)来回120公里")
    '20人坐高铁！［x］((网址略)'
    >>> inert("20人坐高铁来回120公里")
    '20人坐高铁来回120公里'
    """
    plain = _ADDRESS.sub("(网址略)", text).translate(_ACTIVE)
    return _SCRIPT.sub(lambda m: f"{m.group(1)}：", plain)


def defused(text: str) -> str:
    """An answer in which no link, image or tag is left, wherever its words came from; marks, lists and tables stay.

    >>> defused("见[1]。![x](http://a.example/x.png) <img src=y>")
    '见[1]。！[x] (http：//a.example/x.png) ＜img src=y>'
    >>> defused("地址 https://www.sz.gov.cn/a")
    '地址 https://www.sz.gov.cn/a'
    """
    text = text.replace("![", "！[").replace("](", "] (")
    text = re.sub(r"\]\s*:\s*(?=\S+[:/])", "］：", text)
    text = re.sub(r"<(?=[A-Za-z/!?])", "＜", text)
    text = _SCRIPT.sub(lambda m: f"{m.group(1)}：", text)
    return _SCHEME.sub(_unlinked, text)


def _unlinked(match: re.Match[str]) -> str:
    host = match.group("host").lower().partition(":")[0]
    official = host.endswith(_OFFICIAL) and match.group("scheme").lower() in {"http", "https"} and "@" not in host
    return match.group() if official else f"{match.group('scheme')}：//{match.group('host')}"
