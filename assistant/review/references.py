"""The clause references of a text: which document, which place in it, and what is claimed of it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.review.words import words
from corpus.library import Corpus
from corpus.locator import Level, Locator, Part, parse
from corpus.numerals import NUMERAL
from corpus.references import Catalogue, Mention, catalogue_of

__all__ = ["Finder", "Reference"]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference of a line.

    ``span`` covers document and place as written; ``document_ids`` are the documents that can be meant, likeliest
    first (none: the document is named and not held). ``locators`` are the places named, empty for a whole document.
    ``number`` is the document number written beside the title. ``carried`` marks a document named earlier.
    ``claim`` is what the line says the place holds, without the reference itself; ``claim_spans`` is where it stands;
    ``whole`` is what the line says of the document before it names the place (共12部分，其中第8部分).
    ``after`` is what the line goes on to say in later sentences, up to the next reference.
    """

    span: Span
    text: str
    document_ids: tuple[str, ...]
    named: str
    locators: tuple[Locator, ...] = ()
    place: str = ""
    number: str | None = None
    carried: bool = False
    claim: str = ""
    claim_spans: tuple[Span, ...] = field(default=())
    after: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A document as named in a line, with its number and the place that follows."""

    span: Span
    ids: tuple[str, ...]
    text: str
    quoted: bool
    number: str | None = None
    carried: bool = False
    sure: bool = True


_CN = "[一二三四五六七八九十]+"
_STEP = (
    rf"第\s*{NUMERAL}\s*(?:[至到—-]\s*第?{NUMERAL}\s*)?(?:编|章|节|条|款|项|部分|段|目)(?:之{NUMERAL})?"
    rf"|第\s*\d+(?:\.\d+)+\s*(?:条|款|项|节)?"
    rf"|第[（(](?:{_CN}|\d+)[）)]项"
    rf"|附[件录表]\s*(?:[A-Z](?:\.\d+)*|\d+|{_CN})?|[表图]\s*(?:[A-Z]\.)?\d+(?:[.\-]\d+)*|专栏\s*\d+"
    rf"|\d+(?:\.\d+)+\s*条?|[（(](?:{_CN}|\d{{1,2}})[）)]|{_CN}(?=[、（(]|[^一-龥]|规定|要求|提出|明确|中|的|所|部分|$)"
)
_PLACE = re.compile(
    rf"(?:{_STEP})(?:\s*[、.．]?\s*(?:(?:{_STEP})|(?<=[）)])\d{{1,2}}(?![\d%℃年月.])|(?<=[）)])\d{{1,2}}(?=[\u4e00-\u9fff]))|\s*[、和及与至到]\s*(?=第|附|表)(?:{_STEP}))*"
)
_GAP = re.compile(r"[\s，,：:、]{0,2}(?:文件|文|的|中|之|所附|所列|解读稿?|正文)?(?:[（(][^（）()]{1,16}[）)])?的?\s*")
_THEREOF = re.compile(
    r"\s*[，,]?\s*((?:全文|正文)?(?:共|分为|包括)[^，。；（）《》]{1,12})[，,、]\s*其(?:中)?的?\s*(?=第|附|[一二三四五六七八九十])"
)
"""What is said of the document as a whole before a place in it (共12部分，其中第8部分)."""
_BARE_PLACE = re.compile(
    rf"第\s*{NUMERAL}\s*条(?:之{NUMERAL})?(?:第?\s*{NUMERAL}\s*款)?(?:第?[（(]?{NUMERAL}[）)]?项)?|(?<![\d.〔])\d+(?:\.\d+){{2,}}(?![\d.%])"
)
_QUOTED = re.compile(r"《([^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,40})?)》")
_BRACKETED = re.compile(r"\s*[（(]([^（）()《》]{2,60}?(?:[（(][^（）()]{0,12}[）)])?[^（）()]{0,12})[）)]")
_NUMBERED = re.compile(
    r"\d\s*号|第[一二三四五六七八九十百千〇零]+号|[A-Za-z]{1,5}\s*/?\s*[A-Z]?\s*\d{2,6}|[A-Z]{2,4}\s*\d"
)
_DATED_CODE = re.compile(r"[A-Za-z]{1,5}\s*\d{0,4}\s*(?:/\s*[A-Z]{1,2})?\s*\d{2,6}(?:\.\d+)?\s*[-—–－]\s*\d{4}")
"""A standard with its year, which must be the year of the one held."""
_FULL_NUMBER = re.compile(r"[\u4e00-\u9fff]{0,4}[〔［\[]\s*(?:19|20)\d{2}\s*[〕］\]]\s*\d+\s*号")
_THIS = re.compile(
    r"(?:该|本|此|上述|前述|同一|同)(?:项|份|部)?(条例|办法|方案|规划|通知|意见|指南|标准|法|规程|指引|规定|规范|细则|文件|文|名录|制度|计划|公告)"
)
_SENTENCE = re.compile(r"[^。！？!?]*[。！？!?]?")
_PLACE_END = {True: r"(?![\d.]*\d|[.．]\d|\s*[%℃年月日家台吨万亿千个度])", False: ""}
"""A bare number is a place only where no unit follows."""
_EMPTY = re.compile(r"[\s，,。；;：:、（）()“”\"'的了和及与之中均都亦也等已还并]*")
_MARKS = " ，,。；;：:、"
_LEAST_CLAIM = 4
"""Characters below which words beside a reference claim nothing."""
_AFTER_CLAIM = re.compile(r"^\s*(?:其中|同时|并|还|且|该条|此外|具体|即)")


class Finder:
    """Finds references in the lines of one text, remembering the document named last."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._catalogue: Catalogue = catalogue_of(corpus)
        self._last: _Named | None = None
        self._held: dict[str, tuple[re.Pattern[str], ...]] = {}

    def find(self, line: str) -> tuple[Reference, ...]:
        """Every reference of a line, in order, each with its claim."""
        found = list(self._anchors(line))
        return tuple(_with_claims(line, found))

    def _anchors(self, line: str) -> list[Reference]:
        named = self._named(line)
        found: list[Reference] = []
        taken: list[Span] = []
        for index, name in enumerate(named):
            limit = named[index + 1].span[0] if index + 1 < len(named) else len(line)
            reference = self._anchored(line, name, limit, located=_within(line, name.span[0], found))
            if name.sure or name.quoted or (reference is not None and reference.locators):
                self._last = name
            if reference is not None:
                found.append(reference)
                taken.append(reference.span)
        for match in _BARE_PLACE.finditer(line):
            if any(match.start() < e and b < match.end() for b, e in taken) or _told_of(line, match.span(), found):
                continue
            before = [n for n in named if n.span[1] <= match.start()]
            source = before[-1] if before else self._earlier(named)
            whole = next(
                (
                    r
                    for r in found
                    if not r.locators
                    and source
                    and r.named == source.text
                    and _within_bracket(line, r.span, match.span())
                ),
                None,
            )
            if whole is not None:
                # 《…》自2008年10月1日起施行（第四十三条）: one reference whose place stands behind the claim.
                found[found.index(whole)] = replace(whole, locators=_locators(match.group()), place=match.group())
                continue
            if source is None and "条" not in match.group():
                continue
            found.append(
                Reference(
                    match.span(),
                    match.group(),
                    source.ids if source else (),
                    source.text if source else "",
                    _locators(match.group()),
                    match.group(),
                    carried=True,
                )
            )
            taken.append(match.span())
        return sorted(found, key=lambda r: r.span)

    def _earlier(self, named: Sequence[_Named]) -> _Named | None:
        return self._last if not named else None

    def _anchored(self, line: str, name: _Named, limit: int, *, located: bool) -> Reference | None:
        gap = _GAP.match(line, name.span[1])
        at = gap.end() if gap else name.span[1]
        match = self._held_place(line, at, name.ids) or _PLACE.match(line, at, limit)
        whole = ""
        if match is None and (thereof := _THEREOF.match(line, name.span[1], limit)):
            match, whole = self._held_place(line, thereof.end(), name.ids), thereof[1]
        cited = bool(words().citing.search(line[: name.span[0]].rstrip(' “"《'))) or _only_name(line, name.span)
        if match is None and located:
            return None
        told = name.sure and words().reporting.match(line[name.span[1] :].lstrip(" 中也还均文件"))
        if match is None and not cited and not told and not name.quoted and not name.number:
            return None
        if match is None and not name.sure and not name.quoted:
            return None
        end = match.end() if match else name.span[1]
        span = name.span[0], end
        return Reference(
            span,
            line[span[0] : span[1]],
            name.ids,
            name.text,
            _locators(match.group()) if match else (),
            match.group().strip() if match else "",
            name.number,
            name.carried,
            whole=whole if match else "",
        )

    def _held_place(self, line: str, at: int, ids: Sequence[str]) -> "re.Match[str] | None":
        """A place written just as one of the documents numbers it, where the grammar alone reads less (税费指引 9, 5)."""
        best = _PLACE.match(line, at)
        for document_id in ids:
            for text in self._places(document_id):
                match = text.match(line, at)
                if match and (best is None or match.end() > best.end()):
                    best = match
        return best

    def _places(self, document_id: str) -> tuple["re.Pattern[str]", ...]:
        if document_id not in self._held:
            texts = {c.locator.text for c in self._corpus.document(document_id).clauses if c.locator}
            self._held[document_id] = tuple(
                re.compile(re.sub(r"(?:\\\s|\s)+", r"\\s*", re.escape(t)) + _PLACE_END.get(t[-1].isdigit(), ""))
                for t in texts
            )
        return self._held[document_id]

    def _named(self, line: str) -> list[_Named]:
        """Documents named in a line: titles in marks first, then what stands outside them."""
        found: list[_Named] = []
        hidden = list(line)
        for match in _QUOTED.finditer(line):
            ids, _ = self._catalogue.resolve(match[1])
            found.append(_Named(match.span(), self._likely(ids), match.group(), quoted=True))
            hidden[match.start() : match.end()] = "※" * len(match.group())
        rest = "".join(hidden)
        for mention in self._catalogue.mentions(rest):
            if "※" in mention.text:
                continue
            full = next((m for m in _FULL_NUMBER.finditer(rest) if m.start() < mention.span[0] < m.end()), None)
            if full is not None and mention.document_ids:
                # 粤机管〔2020〕33号文 is not the 33号文 of another office and year.
                ids = next((m.document_ids for m in self._catalogue.mentions(full.group())), ())
                found.append(_Named(full.span(), self._likely(ids), full.group(), quoted=False))
                continue
            sure = (
                mention.how == "number"
                or (mention.how == "title" and not mention.document_ids)
                or (mention.how in {"title", "alias"} and len(mention.text) > 3)
            )
            found.append(
                _Named(
                    _unmarked(line, mention),
                    self._likely(mention.document_ids),
                    mention.text,
                    quoted=False,
                    number=mention.text if _DATED_CODE.fullmatch(mention.text) else None,
                    sure=sure,
                )
            )
        for match in _THIS.finditer(rest):
            if self._last is None and not found:
                continue
            own = [n for n in found if n.span[0] <= match.start() and match.end() <= n.span[1] and n.ids]
            before = [n for n in sorted(found, key=lambda n: n.span) if n.span[1] <= match.start()]
            source = before[-1] if before else self._last
            if source is None:
                continue
            if own and match.group().startswith("本") and not _fits_kind(source.text, match[1]):
                continue
            for name in own:
                found.remove(name)
            found.append(_Named(match.span(), source.ids, source.text, quoted=False, carried=True, sure=False))
        return _joined(line, sorted(found, key=lambda n: n.span))

    def _likely(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Documents still standing first; a record replaced by another of the same candidates drops out."""
        held = [self._corpus.document(i) for i in ids]
        kept = [d for d in held if not (d.superseded_by and d.superseded_by in ids)]
        return tuple(d.id for d in kept)


def _within(line: str, at: int, found: Sequence[Reference]) -> bool:
    """Whether a document is named inside what a clause of another is said to hold (第一条规定依据《…》制定)."""
    before = [r for r in found if r.locators and r.span[1] > _start(line, at)]
    return bool(before) and not _EMPTY.fullmatch(line[before[-1].span[1] : at])


def _within_bracket(line: str, name: Span, place: Span) -> bool:
    """Whether a place stands alone in brackets later in the sentence that names the document."""
    bracketed = line[: place[0]].endswith(("（", "(")) and line[place[1] : place[1] + 1] in {"）", ")"}
    return bracketed and _start(line, place[0]) <= name[0]


def _told_of(line: str, span: Span, found: Sequence[Reference]) -> bool:
    """Whether a bare 第六十条 is part of a claim (违反第六十条的), not a reference of its own."""
    before = [r for r in found if r.locators and r.span[1] > _start(line, span[0])]
    if not before or _EMPTY.fullmatch(line[before[-1].span[1] : span[0]]):
        return False
    begins = re.search(r"(?:[，,；;、（(]|同时|以及|并|和)\s*(?:根据|按照|依据|依照|按)?$", line[: span[0]])
    reports = re.match(rf"\s*(?:还|也|则|又)?(?:{words().reporting.pattern}|[，：:])", line[span[1] :])
    return not (begins and reports)


def _unmarked(line: str, mention: Mention) -> Span:
    begin, end = mention.span
    if begin and line[begin - 1] == "“" and "”" in line[begin:end]:
        begin -= 1
    return begin, end


def _fits_kind(title: str, kind: str) -> bool:
    return kind in {"文件", "文"} or kind in title


def _start(line: str, at: int) -> int:
    """Where the sentence of a place begins."""
    return max((line.rfind(stop, 0, at) for stop in "。！？!?"), default=-1) + 1


def _only_name(line: str, span: Span) -> bool:
    return not re.sub(r"[\s\d.、（）()：:；;，,。《》]", "", line[: span[0]] + line[span[1] :])


def _joined(line: str, named: list[_Named]) -> list[_Named]:
    """A title with the number beside it, before or after, as one name."""
    joined: list[_Named] = []
    for name in named:
        last = joined[-1] if joined else None
        if last is not None and name.span[0] < last.span[1]:
            continue
        if last is not None and _beside(line, last, name):
            title, number = (last, name) if last.quoted or not name.quoted else (name, last)
            joined[-1] = _Named(
                (last.span[0], _closed(line, name.span[1])),
                title.ids,
                title.text,
                title.quoted,
                line[number.span[0] : number.span[1]],
                title.carried,
                title.sure,
            )
            continue
        joined.append(_bracketed(line, name))
    return joined


def _beside(line: str, first: _Named, second: _Named) -> bool:
    between = line[first.span[1] : second.span[0]]
    one_number = _NUMBERED.search(first.text) is not None, _NUMBERED.search(second.text) is not None
    if len(between) > 12 or first.carried or second.carried or one_number[0] == one_number[1]:
        return False
    if re.fullmatch(r"\s*[（(][^（）()，。；]*", between):
        return True
    return one_number[0] and re.fullmatch(r"\s*(?:文件?)?\s*", between) is not None


def _closed(line: str, at: int) -> int:
    match = re.match(r"[^（）()，。；]{0,10}[）)]", line[at:])
    return at + match.end() if match else at


def _bracketed(line: str, name: _Named) -> _Named:
    """The number in brackets right after a title, resolved or not."""
    match = _BRACKETED.match(line, name.span[1])
    if match is None or not _NUMBERED.search(match[1]) or name.number:
        return name
    return _Named((name.span[0], match.end()), name.ids, name.text, name.quoted, match[1], name.carried, name.sure)


def _locators(text: str) -> tuple[Locator, ...]:
    """The places named, one locator each; 第6.2条 and 第（三）项 in the plain forms of the grammar."""
    plain = re.sub(r"第\s*(\d+(?:\.\d+)+)\s*(?:条|款|项|节)?", r"\1", text)
    plain = re.sub(r"(\d+(?:\.\d+)+)\s*条", r"\1", plain)
    plain = re.sub(rf"第[（(]({_CN}|\d+)[）)]项", r"第\1项", plain)
    whole = parse(
        unicodedata.normalize("NFKC", plain).replace("(", "（").replace(")", "）") if plain.isascii() else plain
    )
    if not whole.parts:
        return ()
    last = whole.parts[-1]
    numbers = [last.number, *whole.others]
    if whole.until is not None and len(last.number) == 1 and len(whole.until) == 1:
        numbers = [(n,) for n in range(last.number[0], min(whole.until[0], last.number[0] + 40) + 1)]
    if len(numbers) == 1:
        return (Locator(text.strip(), whole.parts),)
    made = []
    for one in numbers:
        parts = (*whole.parts[:-1], Part(last.level, one, last.name))
        made.append(Locator(Locator("", parts).canonical(), parts))
    return tuple(made)


def alternatives(locator: Locator) -> Iterator[Locator]:
    """Other readings of a place: 第二部分 for 二, 第5项 for 5, 第8章 for 8, and the other way."""
    yield locator
    first = locator.parts[0] if locator.parts else None
    if first is None:
        return
    swaps = {
        Level.DIVISION: (Level.HEADING, Level.NUMBERED),
        Level.CHAPTER: (Level.HEADING, Level.NUMBERED),
        Level.ITEM: (Level.NUMBERED, Level.HEADING),
        Level.ARTICLE: (Level.HEADING, Level.NUMBERED),
        Level.HEADING: (Level.DIVISION, Level.CHAPTER),
        Level.NUMBERED: (Level.CHAPTER, Level.DIVISION),
    }
    for level in swaps.get(first.level, ()):
        parts = (Part(level, first.number, first.name), *locator.parts[1:])
        yield Locator(locator.text, parts)


# --- claims ------------------------------------------------------------------------------------------------------


def _with_claims(line: str, found: Sequence[Reference]) -> Iterator[Reference]:
    """Each reference with what is claimed of it: what follows to the next one, or what stands before a trailing one."""
    for index, reference in enumerate(found):
        begin, end = _sentence(line, reference.span)
        left = max(begin, found[index - 1].span[1] if index else 0)
        right = end
        following = [r for r in found[index + 1 :] if r.span[0] < end]
        shared = index
        for other in following:
            if _EMPTY.fullmatch(line[found[shared].span[1] : other.span[0]]):
                shared += 1
                continue
            right = other.span[0]
            break
        after_from = found[shared].span[1] if shared > index else reference.span[1]
        spans = _claim(line, left, reference.span[0], after_from, right, first=index == 0 or left == begin)
        if not spans and right == end and end < len(line):
            later = found[shared + 1].span[0] if shared + 1 < len(found) else len(line)
            spans = _trimmed(line, end, _sentence(line, (min(end, len(line) - 1), end))[1] if later > end else end)
        elif right == end and end < len(line) and _AFTER_CLAIM.match(line[end:]):
            later = min((r.span[0] for r in found if r.span[0] >= end), default=len(line))
            spans = (*spans, *_trimmed(line, end, min(later, _sentence(line, (end, end + 1))[1])))
        told = max((e for _, e in spans), default=right)
        later = min((r.span[0] for r in found if r.span[0] >= max(end, told)), default=len(line))
        claim = "，".join(_worded(line[b:e]) for b, e in spans if _worded(line[b:e]))
        yield Reference(
            **{
                name: getattr(reference, name)
                for name in Reference.__slots__
                if name not in {"claim", "claim_spans", "after"}
            },
            claim=claim,
            claim_spans=spans,
            after=line[max(end, told) : later] if right == end else "",
        )


def _sentence(line: str, span: Span) -> Span:
    for match in _SENTENCE.finditer(line):
        if match.end() >= span[1] and match.end() > match.start():
            return match.start() if match.start() <= span[0] else _start(line, span[0]), match.end()
    return 0, len(line)


def _claim(line: str, left: int, begin: int, after: int, right: int, *, first: bool) -> tuple[Span, ...]:
    behind = _trimmed(line, after, right)
    before = _trimmed(line, left, begin) if first else ()
    size_behind = sum(len(_worded(line[b:e])) for b, e in behind)
    size_before = sum(len(_worded(line[b:e])) for b, e in before)
    if size_behind >= _LEAST_CLAIM:
        lead = before if size_before >= _LEAST_CLAIM and _leads(line[left:begin]) else ()
        return (*lead, *behind)
    return before if size_before >= _LEAST_CLAIM else behind


def _leads(text: str) -> bool:
    """Whether words before a reference belong to the claim (以2015年为基数，…) and not to the writer's own story."""
    return bool(re.search(r"(?:19|20)\d{2}年|\d+\s*[%℃]|占比|比例|：$", text))


def _trimmed(line: str, begin: int, end: int) -> tuple[Span, ...]:
    """The stretch without the writer's own story (本单位已 …), in pieces between commas."""
    spans: list[Span] = []
    at = begin
    for piece in re.split(r"(?<=[，,])", line[begin:end]):
        own = words().self_.match(piece.strip(" ，,"))
        told = len(_worded(line[spans[0][0] : spans[-1][1]])) if spans else 0
        if own and told >= _LEAST_CLAIM:
            break
        spans.append((at, at + len(piece)))
        at += len(piece)
    if not spans:
        return ()
    return ((spans[0][0], spans[-1][1]),) if line[spans[0][0] : spans[-1][1]].strip(f"{_MARKS}（）()") else ()


def _worded(text: str) -> str:
    """A claim without the words that only report it (规定, 依据 …)."""
    bare = re.sub(rf"[（(]第{NUMERAL}条[^（）()]{{0,8}}[）)]", "", text).strip(_MARKS)
    bare = re.sub(rf"^(?:{words().citing.pattern.removesuffix('$')})", "", bare)
    bare = re.sub(rf"(?:，|^)?(?:{words().citing.pattern.removesuffix('$')}|依据为|依据是|出处为|来源)$", "", bare)
    bare = re.sub(rf"^(?:的|中|所|均|都|也|又)?(?:{words().reporting.pattern})[，：:,]?", "", bare)
    bare = re.sub(rf"^[，,：:、]?(?:{words().self_.pattern})", "", bare)
    bare = bare.strip(_MARKS)
    if bare.startswith(("）", ")")):
        bare = bare[1:].strip(_MARKS)
    while bare.endswith(("（", "(")):
        bare = bare[:-1].strip(_MARKS)
    return bare
