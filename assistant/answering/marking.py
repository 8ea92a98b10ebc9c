"""Which words of a clause an answer rests on, to be marked where the clause is shown."""

import re
from collections.abc import Iterable, Sequence

__all__ = ["cited_words", "marked"]

_GRAM = 4
"""Characters in a row that must be the same: four are hardly ever shared by chance in Chinese."""

_MOST = 12
_LONGEST = 400

_MARKS = re.compile(r"((?:\s*\[\d{1,3}\])+)")
_MARKUP = re.compile(r"\*\*|\[\d{1,3}\]|《[^》]*》|^#+ |^[-|>] *", re.MULTILINE)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?\s?(?:[%％‰℃]|[㎡²³]|[a-zA-Z]{1,5}|万|亿)?")
_WORD = re.compile(r"[\w%℃]")

Span = tuple[int, int]


def cited_words(answer: str, n: int, clause: str) -> tuple[str, ...]:
    """The words of ``clause`` that stand in what the marks ``[n]`` of ``answer`` are for, as they are written there.

    A mark is for what stands before it in its paragraph, back to the mark before.

    >>> cited_words("夏季室内空调不得低于 26 ℃ [1]。冬季另有规定 [2]。", 1, "公共建筑夏季室内空调温度设置不得低于26℃，冬季不得高于20℃。")
    ('夏季室内空调', '不得低于26℃')
    """
    said = ""
    for block in answer.split("\n\n"):
        parts = _MARKS.split(block)
        said += (
            "\n".join(text for text, marks in zip(parts[::2], parts[1::2], strict=False) if f"[{n}]" in marks) + "\n"
        )
    said = re.sub(r"\s+", "", _MARKUP.sub("", said))
    places = [i for i, char in enumerate(clause) if not char.isspace()]
    text = "".join(clause[i] for i in places)
    grams = {said[i : i + _GRAM] for i in range(len(said) - _GRAM + 1)}
    spans = [(i, i + _GRAM) for i in range(len(text) - _GRAM + 1) if text[i : i + _GRAM] in grams]
    figures = {_plain(found[0]) for found in _FIGURE.finditer(said)}
    spans += [found.span() for found in _FIGURE.finditer(text) if _plain(found[0]) in figures]
    words = (clause[places[start] : places[end - 1] + 1] for start, end in _joined(spans))
    held = (word.strip("，。；：、（）() \n") for word in words)
    return tuple(dict.fromkeys(word[:_LONGEST] for word in held if _WORD.search(word)))[:_MOST]


def marked(text: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, each with whether it is one of the words; every word is marked where it first stands.

    >>> marked("不得低于26℃。", ["26℃"])
    (('不得低于', False), ('26℃', True), ('。', False))
    """
    found = [(text.find(word), len(word)) for word in words if word]
    spans = _joined((at, at + length) for at, length in found if at >= 0)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for start, end in spans:
        pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    pieces.append((text[done:], False))
    return tuple(piece for piece in pieces if piece[0])


def _plain(figure: str) -> str:
    return re.sub(r"[\s,]", "", figure).replace("％", "%")


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch or overlap as one."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out
