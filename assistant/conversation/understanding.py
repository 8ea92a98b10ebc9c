"""What a turn is about: a standalone question, its intent, and for a calculation the calculator and its inputs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.answering.question import cues
from assistant.conversation.filling import choose, fill
from assistant.conversation.intent import Leaning
from assistant.conversation.memory import Memory
from corpus.errors import InputError
from corpus.library import Corpus
from tools.calculator import calculator, calculators
from tools.quantities import find

__all__ = ["LONGEST_QUESTION", "Route", "Understanding", "clean", "rewrite", "understand"]

LONGEST_QUESTION = 2000
"""Characters; a longer text is a file to check, not a question."""

CERTAIN = 0.8
"""Share of the vote from which a calculation is taken as meant though none of its inputs is given yet."""

_COMPUTE = re.compile(
    r"算一?[下算]|帮.{0,6}算|估算|测算|碳足迹|(会议|活动|培训).{0,8}(排放|排碳|碳).{0,6}多少|calculate|footprint", re.I
)
_HOW = re.compile(r"怎么|怎样|如何|什么是|方法|标准")

Route = Literal["retrieve", "calculate", "smalltalk", "decline"]

_CONTROL = re.compile(r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTINUES = re.compile(
    r"^(那|那么|如果|假如|要是|换成|改成|换作|若|不对|不是|再|还有|另外|其中|and |what about|how about)"
)
_ENDS_OPEN = re.compile(r"(呢|呢？|呢\?)$")
_POINTS_BACK = re.compile(
    r"(这|那|该)(个|份|条|项|部)?(文件|通知|办法|条例|方案|规定|标准|法规|政策|规划|指南|意见)|^它|这条|那条|其(文号|印发)"
)
_ACCEPTS = re.compile(
    r"^(好|好的|行|可以|嗯|是|是的|对|随便|默认|按默认|都行|不知道|不清楚|不确定|算吧|就这样|ok|yes|sure)[，,。！!吧的啊呀 ]*(算吧|吧|就行|来吧|算)?[。！! ]*$",
    re.I,
)
_WORKS_OUT = re.compile(
    r"算|估|测|核算|要几|几[个台根支]|多少(个|台|根|支)?(桩|充电)|多少碳|碳排|排放(量)?(是|有|要|会|了)?(多少|多大)|碳足迹|排多少|产生多少|减多少|差多少|够不够|容量|calculate|footprint|how many charger",
    re.I,
)
_RULE = re.compile(
    r"规定|要求|标准|条例|办法|文件|依据|政策|指引|哪条|第[0-9一二三四五六七八九十百]+(条|部分|章)|谁|什么时候"
)


@dataclass(frozen=True, slots=True)
class Understanding:
    """``question`` as typed (cleaned), ``query`` the same made standalone; ``inputs`` as typed, by input name."""

    question: str
    query: str
    route: Route
    calculator: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    defaults_accepted: bool = False


def clean(text: str) -> str:
    """The question without control characters. Raises ``InputError`` when nothing or too much is left.

    >>> clean("  空调\\x00开几度？ ")
    '空调开几度？'
    """
    question = " ".join(_CONTROL.sub("", text).split())
    if not question:
        raise InputError("没有读到问题，请输入要问的内容。")
    if len(question) > LONGEST_QUESTION:
        raise InputError(f"问题太长（{len(question)} 字），请控制在 {LONGEST_QUESTION} 字以内。")
    return question


def rewrite(question: str, memory: Memory, corpus: Corpus) -> str:
    """A follow-up made standalone: what it points back to is put in, what it varies is varied; others stay as they are."""
    if not memory.question:
        return question
    if memory.document_id and _POINTS_BACK.search(question):
        title = corpus.document(memory.document_id).title
        named = title if "《" in title else f"《{title}》"
        return _POINTS_BACK.sub(named, question, count=1)
    if not _elliptical(question):
        return question
    varied = _vary(question, memory.question)
    return varied or f"{_bare(question)} {memory.question}"


def _elliptical(question: str) -> bool:
    return len(question) <= 24 and bool(_CONTINUES.search(question) or _ENDS_OPEN.search(question.rstrip("？?")))


def _bare(question: str) -> str:
    return _CONTINUES.sub("", question).rstrip("？?呢 ")


def _vary(question: str, last: str) -> str | None:
    """The last question with one word of a contrast set exchanged (夏 → 冬)."""
    for words in cues().contrasts:
        new = next((w for w in words if w in question), None)
        old = next((w for w in words if w in last and w != new), None)
        if new and old and new not in last:
            return last.replace(old, new)
    return None


def understand(question: str, memory: Memory, leaning: Leaning, *, names_clause: bool, query: str) -> Understanding:
    """Decide the route of a turn from the vote of the examples, what is pending and what the sentence holds."""
    pending = _pending(question, memory, leaning)
    if pending is not None:
        return replace(pending, query=query)
    intent = leaning.intent
    if intent in calculators() and not names_clause and _wants_number(question, intent, leaning.share(intent)):
        filled = fill(calculator(intent), question)
        return Understanding(question, query, "calculate", intent, dict(filled.inputs))
    if intent == "smalltalk" and leaning.share("smalltalk") > 0.6 and not names_clause:
        return Understanding(question, query, "smalltalk")
    return Understanding(question, query, "retrieve")


def _wants_number(question: str, name: str, share: float) -> bool:
    """Whether a calculation is asked for: what it needs most is given, or it is plainly to be worked out."""
    spec = calculator(name)
    given = set(fill(spec, question).inputs)
    required = {i.name for i in spec.inputs if i.required} or {i.name for i in spec.inputs if i.kind == "quantity"}
    rule, works_out = bool(_RULE.search(question)), bool(_WORKS_OUT.search(question))
    if given & required:
        return works_out or not rule
    return bool(_COMPUTE.search(question)) and not _HOW.search(question) and not rule and share >= CERTAIN


def _pending(question: str, memory: Memory, leaning: Leaning) -> Understanding | None:
    """The calculation this turn goes on with: an answer to what was asked, or a change to the last one."""
    if not memory.calculator:
        return None
    spec = calculator(memory.calculator)
    if memory.awaiting and _ACCEPTS.match(question):
        return Understanding(question, question, "calculate", spec.name, memory.inputs, defaults_accepted=True)
    changed = dict(fill(spec, question, held=memory.inputs).inputs)
    if memory.awaiting and memory.awaiting not in changed:
        chosen = choose(spec.input(memory.awaiting), question)
        if chosen:
            changed[memory.awaiting] = chosen
    if memory.awaiting and not changed:
        bare = find(question)
        if len(bare) == 1 and len(question) <= 12:
            changed = {memory.awaiting: bare[0].text}
        elif question.strip().isdigit():
            changed = {memory.awaiting: question.strip()}
    varies = bool(memory.awaiting) or _elliptical(question) or bool(re.match(r"不对|不是|改|换", question))
    other = leaning.intent in calculators() and leaning.intent != spec.name and leaning.share(leaning.intent) > 0.8
    if changed and varies and not other:
        return Understanding(question, question, "calculate", spec.name, {**memory.inputs, **changed})
    return None
