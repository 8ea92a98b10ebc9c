"""Several questions in one message taken apart, each to be answered for itself."""

import re

from assistant.conversation.dialogue import dialogue, generic_only
from tools.quantities import find

__all__ = ["MOST_PARTS", "compares", "parts"]

MOST_PARTS = 3
"""Questions answered in one turn; of more the rest is named."""

LONGEST = 300
"""Characters; a longer message is a text about one matter."""

SHORTEST = 8
"""Characters; a shorter question after a calculation asks for another side of its result."""

_NUMBERED = re.compile(
    r"(?:^|(?<=[\s。；;？?！!：:，,]))(?:(?P<digit>[1-9])[.、．)）](?!\d)|第?(?P<han>[一二三四五六七八九])[、，,])\s*"
    r"|[（(](?P<inner>[1-9])[）)]\s*|(?P<ring>[①-⑨])\s*"
)
_RINGS = "①②③④⑤⑥⑦⑧⑨"
_HAN = "一二三四五六七八九"
_SENTENCE = re.compile(r"[^？?。；;！!]+[？?。；;！!]*")
_CLAUSE = re.compile(r"[，,]\s*")
_CLAUSE_END = re.compile(r"[，,。；;！!]\s*")


def parts(question: str, *, answering: bool = False) -> tuple[str, ...]:
    """The questions of a message in their order; the message itself where it holds one.

    ``answering``: a calculation came before, whose amounts the message may give before it asks something else.

    What asks nothing belongs to the question beside it, and so does a further question about the same calculation. A
    comparison or a list within one question stays whole.

    >>> parts("空调开几度？另外充电桩要配多少？")
    ('空调开几度？', '充电桩要配多少？')
    >>> parts("1. 食堂油烟怎么管 2. 会议用品有什么要求")
    ('食堂油烟怎么管', '会议用品有什么要求')
    >>> parts("我们有200个车位。按20%要几个桩？")
    ('我们有200个车位。按20%要几个桩？',)
    >>> parts("节能条例和节水条例有什么区别？")
    ('节能条例和节水条例有什么区别？',)
    >>> parts("300个车位，另外物业合同怎么签", answering=True)
    ('300个车位', '物业合同怎么签')
    >>> parts("60盏36瓦的灯，换16瓦的和12瓦的哪个更省")
    ('60盏36瓦的灯，换16瓦的', '12瓦的')
    """
    if len(question) > LONGEST:
        return (question,)
    listed = _listed(question) or (_answer_first(question) if answering else ()) or _variants(question, answering)
    if listed:
        return listed
    pieces = [piece for sentence in _SENTENCE.findall(question) for piece in _clauses(sentence)]
    found = _joined([p for p in (dialogue().leads.sub("", piece.strip()) for piece in pieces) if p.strip("，, 。")])
    return found if len(found) > 1 else (question,)


def _listed(question: str) -> tuple[str, ...]:
    """The items of a message numbered 1, 2, … where each of them asks."""
    marks = list(_NUMBERED.finditer(question))
    if [_ordinal(m) for m in marks] != list(range(1, len(marks) + 1)) or len(marks) < 2:
        return ()
    ends = [*(m.start() for m in marks[1:]), len(question)]
    items = tuple(question[m.end() : end].strip(" ；;，,") for m, end in zip(marks, ends, strict=True))
    lead = question[: marks[0].start()].strip(" ：:，,。")
    if lead and _asks(lead) and not dialogue().announces.search(lead):
        return ()
    return items if all(_asks(item) for item in items) else ()


def _answer_first(question: str) -> tuple[str, ...]:
    """An amount that was asked for, and behind it a question of its own (200个车位，另外谁来管)."""
    for stop in _CLAUSE_END.finditer(question):
        given, rest = question[: stop.start()].strip(), question[stop.end() :].strip()
        lead = dialogue().leads.match(rest)
        if lead is not None and find(given) and not _asks(given):
            asked = rest[lead.end() :]
            return (given, *parts(asked)) if _asks(asked) and not find(asked) else ()
    return ()


def compares(question: str) -> bool:
    """Whether a message asks which of two things is the better one."""
    return bool(dialogue().either.search(question))


def _variants(question: str, answering: bool) -> tuple[str, ...]:
    """Two amounts of one kind that are compared (换16瓦的和12瓦的哪个更省): the calculation with either."""
    match = dialogue().either.search(question)
    if match is None:
        return ()
    first, second = match.group("first", "second")
    before = re.split(_CLAUSE_END, first)[-1]
    alike = [[q.dimension for q in find(text)] for text in (before, second)]
    enough = answering or bool(find(first.removesuffix(before)))
    return (first, second) if alike[0] == alike[1] and len(alike[0]) == 1 and enough else ()


def _ordinal(mark: re.Match[str]) -> int:
    digit, inner, ring, han = mark.group("digit", "inner", "ring", "han")
    return int(digit or inner) if digit or inner else _RINGS.index(ring) + 1 if ring else _HAN.index(han) + 1


def _clauses(sentence: str) -> list[str]:
    """A sentence cut before a clause that opens a further question (另外…) or asks about another subject."""
    pieces: list[str] = []
    for clause in _CLAUSE.split(sentence):
        whole = bool(pieces) and _asks(pieces[-1]) and _asks(clause) and not generic_only(clause)
        opened = whole and bool(dialogue().leads.match(clause))
        if opened or (whole and not _leans(clause) and _apart(pieces[-1], clause)):
            pieces.append(clause)
        else:
            pieces[-1:] = [f"{pieces[-1]}，{clause}"] if pieces else [clause]
    return pieces


def _apart(before: str, clause: str) -> bool:
    """Whether two clauses name subjects that have nothing in common."""
    first, second = (
        {words for words in dialogue().topics if any(w in text for w in words)} for text in (before, clause)
    )
    return bool(first and second) and not first & second


def _leans(clause: str) -> bool:
    """Whether a clause compares, sets a condition or goes on with the one before."""
    return bool(dialogue().together.search(clause))


def _asks(text: str) -> bool:
    table = dialogue()
    return bool(table.asks.search(text) or table.compute.search(text) or text.rstrip().endswith(("？", "?")))


def _joined(pieces: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for piece in pieces:
        alone = _asks(piece) and not _leans(piece) and not (found and _same_sum(found[-1], piece))
        if found and (not alone or not _asks(found[-1])):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def _same_sum(before: str, piece: str) -> bool:
    """Whether a question asks a further result of the calculation before it (能省多少电？多少碳？)."""
    table = dialogue()
    works_out = bool(table.works_out.search(before) or table.compute.search(before))
    return works_out and not table.rule.search(before) and (generic_only(piece) or len(piece) < SHORTEST)
