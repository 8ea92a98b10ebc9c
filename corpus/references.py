"""Documents named in running text: by number, title, alias or abbreviation, resolved against what is held."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from weakref import ReferenceType, ref

from corpus.library import Corpus
from corpus.numerals import NUMERAL
from corpus.script import simplified

__all__ = ["Catalogue", "How", "Mention", "Named", "catalogue", "catalogue_of", "mentions"]

How = Literal["number", "title", "alias", "abbreviation"]


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text names a document.

    ``span`` is the half-open range of characters in the text. ``document_ids`` holds the documents that can be
    meant, likeliest first; it is empty where a document is clearly named that is not held.
    """

    span: tuple[int, int]
    document_ids: tuple[str, ...]
    how: How
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a document goes by. ``region`` is the place it applies to, where that is not the whole country."""

    document_id: str
    title: str
    number: str = ""
    aliases: tuple[str, ...] = ()
    region: str = ""
    superseded_by: str = ""
    """The version that took its place: a name both bear means that one; by its number the older one is still named."""


_KINDS = "条例|办法|方案|规划|通知|意见|指南|标准|法|规程|指引|解读|规定|规范|细则|制度|公告|决定|措施|名录|清单|计划|要求|准则|目录|报告"
_ENDING = re.compile(rf"(?:{_KINDS})$")
_KIND = re.compile(_KINDS)
_LONGER = re.compile(
    r"法(?:[律院人官学典庭治令务医语](?!习)|规(?!定)|定(?!义)|案(?!例|件)|则(?!是|要|应)|制(?!定|订))"
    r"|标准[化煤间差]|规范[化性]|规定性|制度[化性]|报告[会厅期书人]|通知[书单]|决定[书性权]|意见[书箱稿]|公告[栏牌]|指南针"
    r"|规划[局师图]|措施费|计划(?:生育|单列|经济|书)"
)
"""Words that begin with the word of a kind, none of them the end of a name; 法规定 and the like are 法 and a verb."""
_COMPOUND = re.compile(r"[司合违依执守立普非犯算方做看说用想无手设书语疗枉]法$")
"""Words that end with the word of a kind, and are at the end of a name only where the title has more of it before them."""
_COMPOUND_NAME = 3
"""Characters of a name that ends with such a word which a title must end with too."""
_PARENTHESES = re.compile(r"[（(〔\[【][^（()）〕\]】]*[）)〕\]】]")
_ISSUER = re.compile(r"^.{2,24}?关于(?=.{6})")
_STATE = "中华人民共和国"
_QUOTED = re.compile(r"《([^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,40})?)》")
_DROPPED = frozenset(" \t\u3000《》〈〉“”\"'‘’「」『』（）()〔〕［］[]【】·-—–－_/、:：")
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Full-width letters, digits and marks to half-width ones, place for place."""
_LEAST_NAME = 2
_LEAST_SPELT = 6
"""Characters of a name from which one wrong character leaves no doubt which is meant."""
_PIECES = 3
"""Most pieces an unmarked abbreviation may be put together from; more, and ordinary words begin to match titles."""

_MOST = 8
"""Most documents an unmarked abbreviation may mean; one that fits more is an ordinary word."""

_YEAR = r"[〔［\[（(【]?\s*(?P<year>(?:19|20)\d{2})\s*[〕］\]）)】]?\s*年?\s*"
_NUMBER = re.compile(rf"(?P<agency>[\u4e00-\u9fff]{{0,12}}?){_YEAR}(?:第\s*)?(?P<serial>\d{{1,4}})\s*号")
_BARE = re.compile(r"(?<![\d.第])(?:第\s*)?(?P<serial>\d{1,4})\s*号(?P<kind>文件|文|令|公告|通知)?")
_DECREE = re.compile(r"令第?\s*(?P<serial>\d{1,4})\s*号")
_CODE = re.compile(
    r"(?<![A-Za-z])(?P<prefix>(?:DB\s*\d{2,4}(?=\s*/)|[A-Za-z]{1,5})(?:\s*/\s*[A-Za-z]{1,5})?)\s*(?P<serial>\d{2,6}(?:\.\d+)?)"
    r"(?:\s*[-—–－]\s*(?P<year>\d{2,4}))?(?!\d)",
    re.IGNORECASE,
)
_STANDARDS = frozenset(
    {"gb", "js", "jgj", "cjj", "db", "hj", "sjg", "szdb", "t", "tsg", "jt", "cj", "jg", "dl", "nb", "sb", "ws", "hg"}
)
_LONE_CODE = re.compile(r"(?<![\dA-Za-z.])(\d{5,6})(?![\d.])")
_BODY = (
    r"(?:[\u4e00-\u9fff]{0,6}(?:国务院|办公厅|人民政府|市政府|省政府|管理局|事务局|能源局|发展改革委|改革委员会|财政部|财政厅|财政局|生态环境部"
    r"|生态环境局|住房城乡建设部|水利部|国管局|商务部|工业和信息化部|交通运输部|教育部|卫生健康委))"
)
_ISSUED = re.compile(
    rf"{_BODY}(?:[、\s和]{_BODY}){{0,4}}(?P<title>关于(?!于)[^，,。；;：:《》（）()]{{4,40}}?的?(?:通知|意见|公告|通告|批复|决定|函))"
)
_LEADING = re.compile(r"(?:[\u4e00-\u9fff]{0,4}(?:依据|根据|按照|依照|遵照|参照|落实|执行|按|见|以及|及))?")
_ORDER = re.compile(
    rf"(?:{_BODY}|(?:本|我)?[省市]政府|部)(?:[、\s和]{_BODY}){{0,3}}令\s*第?\s*{NUMERAL}\s*号|第\s*{NUMERAL}\s*号令"
)
"""The number of an order, held or not."""
_PLACE_NAME = (
    r"(?P<place>北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西"
    r"|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|深圳|广州|珠海|佛山|东莞|杭州|南京|成都|武汉|厦门|宁波|青岛|大连|苏州|长沙)"
    r"(?:省|市|自治区|特别行政区|经济特区)?"
)
_PLACES = re.compile(_PLACE_NAME)
_ARTICLE_OF = re.compile(
    r"\b(?:article|art\.)\s*\d+\s+(?:of|in|under)\s+(?:the\s+)?"
    r"(?P<title>[A-Za-z][A-Za-z0-9 '’\-]{3,100}?)"
    r"(?=\s+(?:says?|states?|requires?|provides?|stipulates?|about|on what)\b|\s*(?:[?,.;:()]|$|[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
"""The name of a document in English, where an article of it is asked for."""
_PLACE = re.compile(rf"{_PLACE_NAME}的?$")
_PLACE_AND_KIND = re.compile(
    rf"(?:{_PLACE_NAME.replace('?P<place>', '?:')}|.{{1,5}}(?:[省县]|(?<![城超门])市))的?(?:{_KINDS})"
)
"""浙江省的规定 is no name: any document of the place would bear it."""
_BEFORE_NAME = re.compile(
    r"请问|根据|按照|依照|依据|遵照|参照|对照|违反|遵守|执行|落实|适用|符合|引用|解释|介绍|关于|对于|什么|怎么|哪些"
    r"|[找请问我你他她它们的了吗呢是在有和与及或而并且但还也都就才又再按照据依看查说讲谈背读写把被给要想用于由从为以跟同见如即能会可需该这那哪本新旧里条章款项]"
)
"""Words that may stand right before a name without being part of it."""
_OWNER = re.compile(r"(?:[局部委厅院办处署会国省市区县]|政府|机关|机构|单位|公司|学校|国家)$")
"""Whose document it is, said right before its name."""
_RUN = re.compile(r"[\u4e00-\u9fff]*$")
_LONGEST_RUN = 8
_PLACED = re.compile(rf"[》”\"』」\s]*的?\s*第\s*{NUMERAL}\s*(?:[-－至到]\s*\d+\s*)?[条章编]")
"""The number of an article right behind a name."""


def _squeeze(text: str) -> tuple[str, list[int]]:
    """The text without marks and spaces, half-width and lower case, with the place each character came from."""
    kept: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _DROPPED:
            continue
        for folded in unicodedata.normalize("NFKC", character).lower():
            if folded not in _DROPPED:
                kept.append(folded)
                places.append(place)
    return "".join(kept), places


def _bare(text: str) -> str:
    return _squeeze(text)[0]


def _titles(title: str) -> Iterator[str]:
    """The forms one title is cited in: whole, without brackets, issuer, 关于…的通知, and the parts of a joint title."""
    whole = _PARENTHESES.sub("", title) or title
    yield title
    yield whole
    for part in whole.split("、"):
        if len(part) > 5 and _ENDING.search(part.strip("》")):
            yield part
    for form in {whole, *_QUOTED.findall(whole)}:
        yield form
        yield form.removeprefix(_STATE)
        short = _ISSUER.sub("关于", form)
        yield short
        if short.startswith("关于"):
            yield short.removeprefix("关于")


def _serials(number: str) -> Iterator[tuple[str, str, str]]:
    """(agency, year, serial) of every number in a field that may hold several (财库〔2019〕9号、财库〔2019〕18号)."""
    for match in _NUMBER.finditer(number):
        yield _bare(match["agency"]), match["year"], match["serial"]
    for match in _DECREE.finditer(number):
        yield _bare(number[: match.start()]), "", match["serial"]


@dataclass(frozen=True)
class Catalogue:
    """Everything documents are named by, prepared for finding names in text. Build it with ``catalogue``."""

    named: Mapping[str, Named]
    names: Mapping[str, tuple[How, tuple[str, ...]]]
    starts: Mapping[str, tuple[str, ...]]
    serials: Mapping[str, tuple[tuple[str, str, str], ...]]
    codes: Mapping[str, tuple[tuple[str, str], ...]]
    endings: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Every document the text names, in the order of the text; overlapping readings give the longest."""
        half = simplified(text.translate(_HALF))
        found = [
            *self._numbers(half),
            *self._codes(half),
            *self._marked(half),
            *self._plain(half),
            *self._english(half),
        ]
        issued = [m for m in self._issued(half) if not any(_inside(m.span, o.span) and o.document_ids for o in found)]
        orders = [
            Mention(m.span(), (), "number", m.group())
            for m in _ORDER.finditer(half)
            if not any(o.span[0] < m.end() and m.start() < o.span[1] and o.document_ids for o in found)
        ]
        # What looks like an abbreviation inside a title that is not held names nothing.
        unheld = [m.span for m in issued if not m.document_ids]
        marked = [m.span for m in found if not m.document_ids and m.text.startswith("《")]
        found = [
            m
            for m in found
            if not (m.how in {"abbreviation", "alias"} and any(_inside(m.span, s) for s in unheld))
            and not (m.how == "abbreviation" and any(_inside(m.span, s) for s in marked))
        ]
        found += issued + orders
        kept: list[Mention] = []
        for mention in sorted(found, key=lambda m: (not m.document_ids, m.span[0] - m.span[1], _RANK[m.how])):
            if all(mention.span[1] <= other.span[0] or other.span[1] <= mention.span[0] for other in kept):
                kept.append(replace(mention, text=text[slice(*mention.span)]))
        return tuple(sorted(kept, key=lambda m: m.span))

    def resolve(self, name: str) -> tuple[tuple[str, ...], How]:
        """The documents a title or abbreviation can mean, likeliest first; none if it names nothing held."""
        name = simplified(name)
        bare = _bare(name)
        whole = _bare(_PARENTHESES.sub("", name))
        for form in (bare, whole, bare.removeprefix(_STATE)):
            if form in self.names:
                how, ids = self.names[form]
                return ids, how
        return self._abbreviated(whole, pieces=len(bare)), "abbreviation"

    def misspelt(self, text: str, end: int) -> Mention | None:
        """The document whose name, one character wrong, missing or too many, stands right before that place of the text.

        >>> held = catalogue([Named("a", "公共机构节能条例")])
        >>> held.misspelt("公共机构节能条列第四十七条", 8).document_ids
        ('a',)
        """
        bare, places = _squeeze(simplified(text[:end]).rstrip("的 \u3000，,:："))
        found = [
            (name, size)
            for name in self.names
            if len(name) >= _LEAST_SPELT and _ENDING.search(name)
            for size in (len(name) - 1, len(name), len(name) + 1)
            if size <= len(bare) and _one_apart(bare[-size:], name)
        ]
        if not found:
            return None
        name, size = max(found, key=lambda f: len(f[0]))
        how, ids = self.names[name]
        span = places[-size], places[-1] + 1
        return Mention(span, ids, how, text[span[0] : span[1]])

    def _numbers(self, text: str) -> Iterator[Mention]:
        for match in _NUMBER.finditer(text):
            yield self._number(match, text)
        for match in _BARE.finditer(text):
            held = self.serials.get(match["serial"], ())
            before, start = text[: match.start()], match.start()
            written = _bare(before).removesuffix("令")
            named = [h for h in held if h[0] and written.endswith(h[0])]
            if held and (match["kind"] or named or len(match["serial"]) > 2):
                if named:
                    start = _tail_start(text, 0, start - before.endswith("令"), named[0][0])
                ids = tuple(dict.fromkeys(i for _, _, i in (named or held)))
                yield Mention((start, match.end()), ids, "number", text[start : match.end()])

    def _number(self, match: re.Match[str], text: str) -> Mention:
        held = [h for h in self.serials.get(match["serial"], ()) if h[1] in {match["year"], ""}]
        written = _bare(match["agency"])
        exact = [h for h in held if h[0] and written.endswith(h[0])]
        if exact:
            agency = max((h[0] for h in exact), key=len)
            start = _tail_start(text, match.start("agency"), match.end("agency"), agency)
            ids = tuple(dict.fromkeys(h[2] for h in exact))
        else:
            # Words before the number may be prose (“参照2021年426号”); a real other agency is not ours to resolve.
            ids = tuple(dict.fromkeys(h[2] for h in held)) if not _agency(written) else ()
            start = match.start() if _agency(written) else match.end("agency")
        return Mention((start, match.end()), ids, "number", text[start : match.end()])

    def _codes(self, text: str) -> Iterator[Mention]:
        for match in _CODE.finditer(text):
            prefix = _bare(match["prefix"])
            if re.sub(r"\d.*|t$", "", prefix) not in _STANDARDS and prefix not in _STANDARDS:
                continue
            held = self.codes.get(match["serial"], ())
            ids = tuple(i for p, i in held if p == prefix) or tuple(
                i for p, i in held if p.rstrip("tz") == prefix.rstrip("tz")
            )
            yield Mention(match.span(), tuple(dict.fromkeys(ids)), "number", match.group())
        for match in _LONE_CODE.finditer(text):
            if held := self.codes.get(match[1], ()):
                yield Mention(match.span(), tuple(dict.fromkeys(i for _, i in held)), "number", match.group())

    def _marked(self, text: str) -> Iterator[Mention]:
        for match in _QUOTED.finditer(text):
            ids, how = self.resolve(match[1])
            yield Mention(match.span(), ids, how if ids else "title", match.group())

    def _issued(self, text: str) -> Iterator[Mention]:
        """A title outside marks with its issuer before it: 国管局关于开展…的通知."""
        for match in _ISSUED.finditer(text):
            ids, how = self.resolve(match["title"])
            if how == "abbreviation" and not ids:
                ids = self._abbreviated(_bare(match["title"]).removeprefix("关于"), pieces=_PIECES)
            begin = _LEADING.match(match.group()).end() + match.start()  # type: ignore[union-attr]
            yield Mention((begin, match.end()), ids, how if ids else "title", text[begin : match.end()])

    def _english(self, text: str) -> Iterator[Mention]:
        """What is named after Article 12 of the …: a document held under that name, or one that is not."""
        for match in _ARTICLE_OF.finditer(text):
            ids, how = self.resolve(match["title"])
            yield Mention(match.span("title"), ids, how if ids else "title", match["title"])

    def _plain(self, text: str) -> Iterator[Mention]:
        bare, places = _squeeze(text)
        for begin in range(len(bare) - 1):
            for name in self.starts.get(bare[begin : begin + 2], ()):
                if bare.startswith(name, begin):
                    how, ids = self.names[name]
                    yield self._placed(text, bare, begin, begin + len(name), places, ids, how)
                    break
        inside = {at for place in _PLACES.finditer(bare) for at in range(place.start() + 1, place.end())}
        for match in _KIND.finditer(bare):
            end = places[match.end() - 1] + 1
            if _LONGER.match(text, places[match.start()]):
                continue
            for begin in range(max(0, match.start() - 40), match.start() - 1):
                if begin in inside:
                    continue
                ids = self._abbreviated(bare[begin : match.end()], pieces=_PIECES)
                if ids:
                    if len(ids) <= _MOST and not self._cut_off(text, places[begin], end):
                        yield self._placed(text, bare, begin, match.end(), places, ids, "abbreviation")
                    break

    def _cut_off(self, text: str, begin: int, end: int) -> bool:
        """Whether what stands before an article number is the tail of a longer name (反食品“浪费条例”第五条)."""
        if not _PLACED.match(text, end):
            return False
        before = _RUN.search(text[:begin]).group()  # type: ignore[union-attr]
        run = _BEFORE_NAME.split(before)[-1]
        if not run or len(run) > _LONGEST_RUN or _OWNER.search(run) or _PLACE.search(before):
            return False
        return not self.resolve(run + text[begin:end])[0]

    def _placed(
        self, text: str, bare: str, begin: int, end: int, places: list[int], ids: tuple[str, ...], how: How
    ) -> Mention:
        """The mention, unless a place in front makes it another place's document (“广州市”生活垃圾分类管理条例)."""
        place = _PLACE.search(bare[max(0, begin - 12) : begin])
        if place and _ENDING.search(bare[begin:end]):
            begin -= len(place.group())
            ids = tuple(
                i for i in ids if place["place"] in self.named[i].title or place["place"] == self.named[i].region
            )
        span = places[begin], places[end - 1] + 1
        return Mention(span, ids, how, text[span[0] : span[1]])

    def _abbreviated(self, short: str, *, pieces: int) -> tuple[str, ...]:
        ending = _ENDING.search(short)
        if ending is None or ending.start() < _LEAST_NAME or short in _GENERIC or _PLACE_AND_KIND.fullmatch(short):
            return ()
        # 中国司法 is not put together from 中华人民共和国 and the end of 公司法.
        last = short[-_COMPOUND_NAME:] if _COMPOUND.search(short) else ""
        scored: list[tuple[int, int, str]] = []
        for title, document_id in self.endings.get(ending.group(), ()):
            count = _pieces(short, title) if title.endswith(last) else 0
            if count and count <= pieces:
                scored.append((count, len(title), document_id))
        best: dict[str, tuple[int, int]] = {}
        for count, length, document_id in sorted(scored):
            best.setdefault(document_id, (count, length))
        return tuple(best)


_RANK: dict[How, int] = {"title": 0, "alias": 1, "number": 2, "abbreviation": 3}
_GENERIC = frozenset(
    a + b
    for a in (
        "管理",
        "实施",
        "工作",
        "行动",
        "专项",
        "评价",
        "有关",
        "相关",
        "国家",
        "地方",
        "本市",
        "我市",
        "技术",
        "建设",
        "指导",
        "政策",
    )
    for b in _KINDS.split("|")
)


def _agency(words: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff](?:字|发|函|办|规|节能|令|财|建|环|资|改|政|府)$", words)) and len(words) > 1


def _inside(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _tail_start(text: str, begin: int, end: int, agency: str) -> int:
    while begin < end and _bare(text[begin + 1 : end]).endswith(agency):
        begin += 1
    return begin


def _one_apart(written: str, name: str) -> bool:
    """Whether one character was changed, left out or put in, the first character apart."""
    if written[:1] != name[:1] or written == name:
        return False
    head = next(
        (i for i, (a, b) in enumerate(zip(written, name, strict=False)) if a != b), min(len(written), len(name))
    )
    one, other = written[head:], name[head:]
    if len(one) == len(other):
        return one[1:] == other[1:]
    return one[1:] == other if len(one) > len(other) else one == other[1:]


def _pieces(short: str, title: str) -> int:
    """How many unbroken pieces of the title make up the short form, in order; 0 if they do not.

    The first piece starts as early as it can; each is taken as long as it goes.
    """
    count = at = 0
    place = 0
    while at < len(short):
        length = 0
        where = -1
        for size in range(len(short) - at, 0, -1):
            where = title.find(short[at : at + size], place)
            if where >= 0:
                length = size
                break
        if not length:
            return 0
        count, at, place = count + 1, at + length, where + length
    return count if place == len(title) else 0


def catalogue(documents: Iterable[Named]) -> Catalogue:
    """Prepare the names of documents for finding them in text."""
    named: dict[str, Named] = {}
    names: dict[str, tuple[How, dict[str, None]]] = {}
    serials: dict[str, dict[tuple[str, str, str], None]] = {}
    codes: dict[str, dict[tuple[str, str], None]] = {}
    endings: dict[str, dict[tuple[str, str], None]] = {}
    for given in documents:
        document = replace(
            given,
            title=simplified(given.title),
            number=simplified(given.number),
            aliases=tuple(map(simplified, given.aliases)),
        )
        named[document.document_id] = document
        forms = [(form, "title") for form in _titles(document.title)] + [(a, "alias") for a in document.aliases]
        for form, how in forms:
            bare = _bare(form)
            if len(bare) >= _LEAST_NAME:
                held = names.setdefault(bare, (how, {}))  # type: ignore[arg-type]
                held[1].setdefault(document.document_id)
            if ending := _ENDING.search(bare):
                endings.setdefault(ending.group(), {}).setdefault((bare, document.document_id))
        for agency, year, serial in _serials(document.number):
            serials.setdefault(serial, {}).setdefault((agency, year, document.document_id))
        for match in _CODE.finditer(document.number):
            codes.setdefault(match["serial"], {}).setdefault((_bare(match["prefix"]), document.document_id))
    starts: dict[str, list[str]] = {}
    for name in names:
        starts.setdefault(name[:2], []).append(name)
    return Catalogue(
        named=named,
        names={name: (how, _standing(ids, named)) for name, (how, ids) in names.items()},
        starts={start: tuple(sorted(held, key=len, reverse=True)) for start, held in starts.items()},
        serials={
            serial: tuple(h for h in held if named[h[2]].superseded_by not in {o[2] for o in held if o[:2] == h[:2]})
            for serial, held in serials.items()
        },
        codes={serial: tuple(held) for serial, held in codes.items()},
        endings={
            ending: tuple(h for h in held if (h[0], named[h[1]].superseded_by) not in held)
            for ending, held in endings.items()
        },
    )


def _standing(ids: Iterable[str], named: Mapping[str, Named]) -> tuple[str, ...]:
    """The documents of one name without those whose place another of them took."""
    held = tuple(ids)
    return tuple(i for i in held if named[i].superseded_by not in held)


_REGIONS = {"广东", "深圳"}


def catalogue_of(corpus: Corpus) -> Catalogue:
    """The names of all documents of a corpus."""
    return catalogue(
        Named(
            d.id,
            d.title,
            d.number or "",
            d.aliases,
            d.region.value if d.region.value in _REGIONS else "",
            d.superseded_by or "",
        )
        for d in corpus.documents
    )


def mentions(corpus: Corpus, text: str) -> tuple[Mention, ...]:
    """Every document the text names, in the order of the text.

    >>> from corpus.library import load
    >>> [(m.text, m.document_ids, m.how) for m in mentions(load(), "按节能条例第十四条和426号文")]
    [('节能条例', ('reg-public-institution-energy-saving',), 'alias'), ('426号文', ('plan-green-lead-carbon-peak',), 'alias')]
    """
    return _prepared(corpus).mentions(text)


_last: list[tuple[ReferenceType[Corpus], Catalogue]] = []


def _prepared(corpus: Corpus) -> Catalogue:
    # By identity: hashing a corpus would walk through every clause.
    for held, prepared in _last:
        if held() is corpus:
            return prepared
    _last[:] = [(ref(corpus), catalogue_of(corpus))]
    return _last[0][1]
