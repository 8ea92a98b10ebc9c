"""A follow-up made standalone: what it points back to is put in, what it varies is varied; others stay as they are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.answering.question import bigrams, cues
from assistant.conversation.dialogue import bare, dialogue, generic_only, is_elliptical, subject, tail
from assistant.conversation.memory import Memory
from assistant.conversation.period import asks_for_now
from assistant.retrieval.naming import Place
from corpus.library import Corpus
from corpus.references import Mention
from tools.calculator import InputSpec, calculator
from tools.quantities import find

__all__ = ["Names", "keeps_subject", "narrowed", "rewrite"]

LONGEST_NARROWED = 18
"""Characters; a longer question says what it is about."""


_YEAR = re.compile(r"20\d\d(?=年|\b)")
_SETTING = re.compile(r"公共机构|党政机关|机关|深圳|广东|全国|十[二三四五]五|20\d\d年")
_FORCE = "施行"
_OF_IT = re.compile(r"的(呢|嘞)?[？?。 ]*$")
_BY = re.compile(r"(按照?|根据|依据?|照)《?$")
_FORGETS = re.compile(r"忘|漏")
_IN_PERSON = re.compile(r"责任人|主管人员|负责人")
_PLACED = re.compile(r"^(深圳经济特区|深圳市?|广东省?|国家|全国|中华人民共和国)")
_PLACES = {"省": "广东", "广": "广东", "市": "深圳", "深": "深圳", "全": "国家"}
_CHAPTER = re.compile(r"章|节")


class _Named(Protocol):
    @property
    def mentions(self) -> tuple[Mention, ...]: ...
    @property
    def places(self) -> tuple[Place, ...]: ...


Names = Callable[[str], _Named]
"""Finds the documents and clauses a text names."""


def rewrite(question: str, memory: Memory, corpus: Corpus, names: Names) -> str:
    """The question as it would be asked without the turns before."""
    for wrong, right in dialogue().miswritten.items():
        question = question.replace(wrong, right)
    plain = dialogue().fillers.sub("", question) if dialogue().metadata.search(question) else question
    return _of_itself(_standalone(_returned(plain, names), memory, corpus, names), corpus, names)


def _standalone(question: str, memory: Memory, corpus: Corpus, names: Names) -> str:
    if not memory.question:
        return _home(question, corpus, names)
    if asks_for_now(question):
        return memory.question
    question, memory = _one_of_several(question, memory)
    if not question:
        return memory.question
    own = names(question)
    known = [m for m in own.mentions if m.document_ids]
    return (
        _neighbour(question, memory, corpus)
        or (_of_calculation(question, memory, corpus) if not known else None)
        or _placed(question, memory, corpus, own.places, known)
        or (_basis(question, memory, corpus) if not known else None)
        or (_sibling(question, memory, corpus) if not known else None)
        or _pointed(question, memory, corpus, known)
        or (_version(question, memory, corpus) if not known else None)
        or (_part_about(question, memory, corpus) if not known else None)
        or (_penalty(question, memory, corpus) if not known else _penalty_in(question, memory, known, names))
        or (_liable(question, memory, corpus) if not known else None)
        or (_varied(question, memory, known, names) if is_elliptical(question) and not _nameless(question) else None)
        or (_counterpart(question, memory) if not own.mentions else None)
        or (_leaning(question, memory, corpus, known) if generic_only(bare(question)) and not own.mentions else None)
        or (f"{_matter(memory.question)}{question}" if dialogue().compared.search(question) else None)
        or (_home(question, corpus, names) if not memory.document_id else question)
    )


def _returned(question: str, names: Names) -> str:
    """回到机房，PUE要多少: the matter returned to stands before what is asked of it, unless that names it itself."""
    match = dialogue().returns.search(question)
    if match is None:
        return question
    matter, asked = match.group("matter"), question[match.end() :]
    own = any(m.document_ids for m in names(asked).mentions) or bool(bigrams(matter) & bigrams(asked))
    return asked if own else f"{matter}，{asked}"


def _of_itself(question: str, corpus: Corpus, names: Names) -> str:
    """《…》几号开始实施: what a document says of itself under a heading of its own; other questions stay as they are."""
    known = [m for m in names(question).mentions if m.document_ids]
    if len(known) != 1:
        return question
    start, end = known[0].span
    issuer = corpus.document(known[0].document_ids[0]).issuer or ""
    before = "" if issuer.startswith(question[:start].rstrip("的《")) else question[:start]
    rest = before + question[end:]
    asked = dialogue().metadata.search(rest) or dialogue().forwards.search(rest)
    if not (asked and generic_only(rest)):
        return question
    return _headed(corpus, known[0].document_ids[0], rest) or question


def _of_calculation(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """What is asked about the calculation before: whether something counts in it (转供的要扣掉吗), or what one of its
    amounts or options is (10%是强制的吗, A类是什么意思)."""
    table = dialogue()
    if memory.last not in {"calculation", "question"}:
        return None
    if memory.document_id and table.counts_in.search(question) and table.doubts.search(question):
        said = question
        for quantity in reversed(find(question)):
            start, end = quantity.span
            said = said[:start] + said[end:]
        return f"{_titled(corpus, memory.document_id)}{said}"
    spec = calculator(memory.calculator)
    meant = next((item for item in spec.inputs if _speaks_of(question, item, memory.inputs.get(item.name, ""))), None)
    if meant is None and memory.inputs and table.this.search(question):
        meant = spec.input(list(memory.inputs)[-1])
    if meant is None or not table.judges.search(question):
        return None
    return f"{spec.title if question.isascii() else ''}{meant.label}，{question}"


def _speaks_of(question: str, item: InputSpec, held: str) -> bool:
    """Whether a question holds the amount given for an input, or the words of one of its options."""
    options = [word for choice in item.choices for word in (choice.label, *choice.words)]
    amounts = {(q.value, q.unit) for text in (held, *options) for q in find(text)}
    return bool(amounts & {(q.value, q.unit) for q in find(question)}) or any(
        len(word) > 1 and word.lower() in question.lower() for word in options
    )


def _version(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """征求意见稿写的是多少: the clause of the document of the turn before that tells of that version of it."""
    match = dialogue().version.search(question)
    if match is None or not memory.document_id:
        return None
    told = [c.heading for c in corpus.document(memory.document_id).clauses if match.group() in c.heading]
    return _under(_titled(corpus, memory.document_id), told[0]) if len(told) == 1 else None


def _part_about(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """讲停车场的是第几部分: what the document of the turn before says of that matter."""
    match = dialogue().part_about.search(question)
    if match is None or not memory.document_id:
        return None
    # A document whose parts are not numbered holds no such part: the guideline is meant.
    numbered = any(c.locator for c in corpus.document(memory.document_id).clauses)
    named = _titled(corpus, memory.document_id if numbered else dialogue().home)
    return f"{named}{next(filter(None, match.groups()))}"


def _penalty(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """不交呢, 搞了罚多少: what follows from a breach of what the turn before was about."""
    table, said = dialogue(), bare(question)
    omits = table.omits.search(question)
    if memory.last != "knowledge" or not generic_only(said):
        return None
    if omits is None:
        # Of what may be done or not, the breach is the deed itself.
        if not (table.penal.search(said) and table.may.search(memory.question)):
            return None
        deed = table.may.sub("", memory.question, count=1).rstrip("吗呢？? ")
        return f"违反{deed}规定{'罚多少' if '罚' in said else '怎么处分'}"
    punishes = memory.document_id and any(
        table.penal.search(c.heading) for c in corpus.document(memory.document_id).clauses
    )
    named = _titled(corpus, memory.document_id) if punishes else ""
    if undone := _undone(omits.group("omitted"), memory.question):
        return f"{named}{undone}怎么{'处罚' if named else '办'}"
    return f"{named}{omits.group('omitted')}{_matter(memory.question)}怎么处罚"


def _undone(omitted: str, question: str) -> str:
    """忘了报 after 几号之前要报用水计划: the deed that was asked about, left undone; empty where it is not named behind its verb."""
    verb = omitted[-1:]
    at = question.rfind(verb) if _FORGETS.match(omitted) else -1
    deed = question[at:].rstrip("吗呢？?。 ") if at >= 0 else ""
    deed = deed.replace("一次", "", 1)
    return f"没{deed}" if len(deed) > 3 and not dialogue().asks.search(deed) else ""


def _penalty_in(question: str, memory: Memory, known: Sequence[Mention], names: Names) -> str | None:
    """按某某条例，没装会怎么罚: the breach of what the turn before was about, in the document that is named."""
    start, end = known[0].span
    rest = _BY.sub("", question[:start]) + question[end:].lstrip("，, 》里中")
    if len(known) > 1 or memory.last != "knowledge" or not (dialogue().penal.search(rest) and generic_only(rest)):
        return None
    matter = _matter(memory.question).rstrip("吗呢")
    for mention in reversed(names(matter).mentions):
        matter = matter[: mention.span[0]] + matter[mention.span[1] :]
    return f"《{known[0].text.strip('《》')}》{matter}，{rest}"


def _liable(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """领导个人也要掏钱吗, with a penalty talked about: the clause of its document on those who answer for the breach."""
    table = dialogue()
    punished = memory.document_id and table.penal.search(f"{memory.question}{memory.heading}")
    if not (punished and memory.last == "knowledge" and len(question) <= LONGEST_NARROWED):
        return None
    if not (table.liable.search(question) and table.answers_for.search(question)):
        return None
    clauses = [c for c in corpus.document(memory.document_id).clauses if c.locator and table.penal.search(c.text)]
    found = next((c for c in clauses if _IN_PERSON.search(c.heading)), None)
    found = found or next((c for c in clauses if _IN_PERSON.search(c.text)), None)
    return f"{_titled(corpus, memory.document_id)}{found.locator.text}" if found and found.locator else None


def _sibling(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """省里那个什么时候施行: the document of the same kind as the one talked about, by its own issuer's place."""
    match = dialogue().sibling.search(question)
    if match is None or not memory.document_id:
        return None
    place = _PLACES.get(match.group("place")[0], match.group("place"))
    title = _PLACED.sub("", corpus.document(memory.document_id).title)
    return f"{place}的{title}{question[match.end() :].removeprefix('是')}"


def _one_of_several(question: str, memory: Memory) -> tuple[str, Memory]:
    """第二个的依据呢: what is asked of it, and the memory of that question of the turn before."""
    match = dialogue().ordinal.search(question)
    at = "一二三123".index(match.group("n")) % 3 if match else len(memory.listed)
    if match is None or at >= len(memory.listed):
        return question, memory
    return question[match.end() :].strip("？?。 "), _about(memory, memory.listed[at])


def _about(memory: Memory, part: Mapping[str, str]) -> Memory:
    question, document_id, place, heading = (part[n] for n in ("question", "document_id", "place", "heading"))
    return replace(memory, last="knowledge", question=question, document_id=document_id, place=place, heading=heading)


def _nameless(question: str) -> bool:
    """Whether a follow-up names neither a subject nor a word that stands against another (依据呢, but 深圳呢)."""
    words = (word for group in dialogue().contrasts for word in group)
    return generic_only(bare(question)) and not any(word in question for word in words)


def _counterpart(question: str, memory: Memory) -> str | None:
    """冬天最高几度: the other side of a question before, asked without its subject."""
    table = dialogue()
    words = [word for group in table.contrasts for word in group if word in question]
    rest = table.bounds.sub("", question)
    for word in words:
        rest = rest.replace(word, "")
    return _exchanged(question, memory) if words and generic_only(rest) else None


def _exchanged(new: str, memory: Memory) -> str | None:
    """The latest question that holds a word which stands against one of the new sentence, with the new word."""
    table = dialogue()
    for last in (memory.question, *memory.earlier):
        for words in (*table.contrasts, *cues().contrasts):
            changed = next((w for w in words if w.lower() in new.lower()), None)
            old = next((w for w in words if w.lower() in last.lower() and w != changed), None)
            if changed and old and changed.lower() not in last.lower():
                varied = re.sub(re.escape(old), changed, last, flags=re.I)
                return table.bounds.sub("", varied) if table.seasons.fullmatch(changed) else varied
    return None


def _home(question: str, corpus: Corpus, names: Names) -> str:
    """标准是谁起草的, with no document talked about: the guideline this assistant is for."""
    table = dialogue()
    match = table.home_names.search(question)
    if match is None or table.home not in {d.id for d in corpus.documents}:
        return question
    rest = question[: match.start()] + question[match.end() :]
    start, end = match.span()
    other = any(m.document_ids and not start <= m.span[0] < m.span[1] <= end for m in names(question).mentions)
    if other or not (table.metadata.search(rest) and generic_only(rest)):
        return question
    return _own_data(corpus, table.home, rest)


def _basis(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """依据呢, 哪个文件规定的: the clause that the answer before stood on, or what its document says of the matter."""
    asked = bare(question)
    if not (memory.document_id and dialogue().basis.search(asked) and generic_only(asked)):
        return None
    if dialogue().metadata.search(asked):
        return None
    named = _titled(corpus, memory.document_id)
    if memory.last == "calculation" and memory.heading:
        return _under(named, memory.heading)
    if memory.last != "knowledge":
        return f"{named}，{subject(memory.question)}"
    here = [c for c in corpus.document(memory.document_id).clauses if c.locator and c.locator.text == memory.place]
    return f"{named}{memory.place}" if len(here) == 1 else _under(named, memory.heading)


def keeps_subject(question: str) -> bool:
    """Whether a follow-up asks about the document of the answer before (依据呢, 什么时候发的), not of a new matter.

    >>> keeps_subject("依据呢"), keeps_subject("由谁来做")
    (True, False)
    """
    asked, table = bare(question), dialogue()
    return generic_only(asked) and bool(table.basis.search(asked) or table.metadata.search(asked))


def _own_data(corpus: Corpus, document_id: str, asked: str) -> str:
    """What a document says of itself: the clause headed so (施行日期, 归口与起草单位), else its number, issuer and date."""
    named = _titled(corpus, document_id)
    if headed := _headed(corpus, document_id, asked):
        return headed
    words = next((words for words, pattern in dialogue().headed if pattern.search(asked)), "")
    return f"{named}什么时候{_FORCE}" if words.startswith(_FORCE) else f"{named}{asked}"


def _headed(corpus: Corpus, document_id: str, asked: str) -> str | None:
    """The clause of a document whose heading says that it holds what is asked of the document itself."""
    named = _titled(corpus, document_id)
    headings = next((words for words, pattern in dialogue().headed if pattern.search(asked)), None)
    if headings is None:
        return None
    clause = next((c for c in corpus.document(document_id).clauses if re.search(headings, c.heading)), None)
    if clause is None:
        return None
    return f"{named}{clause.locator.text}" if clause.locator else _under(named, clause.heading)


def _under(named: str, heading: str) -> str:
    """What a document says under a heading; see `steps` for how the clause is found."""
    return f"{named}里“{heading}”怎么说？"


def _titled(corpus: Corpus, document_id: str) -> str:
    return corpus.document(document_id).titled


def _neighbour(question: str, memory: Memory, corpus: Corpus) -> str | None:
    """上一条, 下一部分: the clause beside the one of the turn before, in the document's own order."""
    match = dialogue().neighbour.search(question)
    if match is None or not (memory.document_id and memory.place):
        return None
    places = list(
        dict.fromkeys(c.locator.text for c in corpus.document(memory.document_id).clauses if c.locator is not None)
    )
    if memory.place not in places:
        return None
    at = places.index(memory.place) + (-1 if match.group("way") in {"上", "前"} else 1)
    if not 0 <= at < len(places):
        return None
    return f"{_titled(corpus, memory.document_id)}{places[at]}"


def _placed(
    question: str, memory: Memory, corpus: Corpus, places: Sequence[Place], known: Sequence[Mention]
) -> str | None:
    """A clause named by number alone belongs to the document last talked about."""
    if not places or known:
        return None
    if not memory.document_id:
        return bare(question) if is_elliptical(question) else None
    text = bare(question) if is_elliptical(question) else question
    if memory.document_id in places[0].document_ids:
        return text
    if places[0].document_ids and not _CHAPTER.search(question):
        return text
    return f"{_titled(corpus, memory.document_id)}{text}"


def _pointed(question: str, memory: Memory, corpus: Corpus, known: Sequence[Mention]) -> str | None:
    """这个文件, 它, 里面, 这个比例: the document, or the clause, of the turn before is put in their place."""
    table = dialogue()
    if known or not memory.document_id:
        return None
    named = _titled(corpus, memory.document_id)
    place = memory.place if memory.last == "knowledge" else ""
    if (match := table.inside_back.search(question)) is not None:
        rest = question[match.end() :]
        if generic_only(rest) and (headed := _headed(corpus, memory.document_id, rest)):
            return headed
        return f"{named}{place if generic_only(rest) else ''}{rest}"
    if (match := table.document_back.search(question)) is not None:
        return f"{question[: match.start()]}{named}{question[match.end() :]}"
    if table.figure_back.search(question):
        if headed := _headed(corpus, memory.document_id, question):
            return headed
        if memory.last == "calculation" or generic_only(table.figure_back.sub("", question)):
            return f"{named}{question}"
        return f"{subject(memory.question)}，{question}"
    return None


def _varied(question: str, memory: Memory, known: Sequence[Mention], names: Names) -> str:
    """The last question with one thing exchanged: its document, its year, a word of a contrast set, its subject."""
    last, new = memory.question, bare(question)
    if known:
        before = [m for m in names(last).mentions if m.document_ids]
        if before and not names(last).places:
            start, end = before[0].span
            return f"{last[:start]}{known[0].text}{last[end:]}"
        return new if before else f"{new}{tail(last)}"
    years = _YEAR.findall(new)
    if years and _YEAR.search(last):
        return _YEAR.sub(years[0], last, count=1)
    table = dialogue()
    if exchanged := _exchanged(new, memory):
        return exchanged
    changed_topic = next(((t, w) for t in table.topics for w in t if w in new), None)
    if changed_topic is not None and memory.last == "knowledge":
        for words in table.topics:
            old = next((w for w in words if w in last), None)
            if words is not changed_topic[0] and old is not None:
                return last.replace(old, new if len(new) <= len(changed_topic[1]) + 4 else changed_topic[1])
    if memory.last in {"calculation", "question"}:
        return f"机关{new}有什么要求" if changed_topic else new
    if table.qualifiers.match(new):
        return f"{new.removesuffix('的')}{last}"
    asking = tail(last)
    if not asking:
        return table.english.format(new) if question.isascii() else f"{new} {last}"
    if _OF_IT.search(question) and (side := re.search(f"(?:{table.aspects.pattern})$", subject(last))):
        asking = side.group() + asking
    setting = "".join(dict.fromkeys(w for w in _SETTING.findall(last) if w not in new))
    return f"{setting}{new}{asking}"


def _leaning(question: str, memory: Memory, corpus: Corpus, known: Sequence[Mention]) -> str | None:
    """A question without a subject takes the one of the turn before."""
    if known:
        return None
    text = bare(question)
    if memory.document_id and dialogue().metadata.search(text) and not dialogue().aspects.search(text):
        if _names_no_rule(text):
            return _own_data(corpus, memory.document_id, text)
        return f"{_matter(memory.question)}的{text}"
    return f"{_matter(memory.question)}，{text}"


def narrowed(question: str, memory: Memory) -> str:
    """A short question put to the subject of the one before (绿色采购，家具); empty where it is not short."""
    if not memory.question or len(question) > LONGEST_NARROWED:
        return ""
    calculated = memory.last in {"calculation", "question"} and memory.calculator
    matter = calculator(memory.calculator).title if calculated else _matter(memory.question)
    return f"{matter}，{bare(question)}"


def _matter(question: str) -> str:
    """The subject of a question, without the sides of it that follow-ups before asked about."""
    first, *rest = re.split(r"[，,]", question)
    named = "，".join([first, *(piece for piece in rest if not generic_only(piece))])
    return subject(named)


def _names_no_rule(text: str) -> bool:
    """Whether no kind of document is named (办法, 条例 …), so that the document of the turn before is meant.

    >>> _names_no_rule("什么时候施行的"), _names_no_rule("深圳的管理办法什么时候出的")
    (True, False)
    """
    return not re.search(r"(?<!这)(?<!个)(管理办法|办法|条例|标准|指南|规划)", text)
