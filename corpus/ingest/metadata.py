"""What a document says of itself: title, number (文号 or standard number), issuer, dates, kind, region.

Only what stands in the text is guessed; what is not there stays ``None`` and is asked of whoever adds the file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.ingest.headings import mark
from corpus.ingest.paragraphs import Paragraph
from corpus.ingest.reading import Grid
from corpus.ingest.text import bare, ends_sentence, width
from corpus.model import DocumentKind, Region
from corpus.numerals import number as numeral

__all__ = ["Facts", "guess", "iso_date", "signature"]


@dataclass(frozen=True, slots=True)
class Facts:
    """The guesses. ``start`` is where the document proper begins: behind the notice that issues it, if there is one."""

    title: str
    number: str | None = None
    issuer: str | None = None
    issued: str | None = None
    effective: str | None = None
    kind: DocumentKind = DocumentKind.POLICY
    region: Region = Region.NATIONAL
    notice: str | None = None
    start: int = 0


_ENDINGS = (
    "通知|办法|规定|方案|规划|条例|意见|函|公告|细则|标准|指南|规范|计划|措施|纲要|解读|决定|报告|法|导则|指引|决议|批复|通告|制度|规程|要点|安排"
    "|准则|章程|目录|清单|倡议书|若干问题|实施|政策|大纲|总结|说明|通报|令|要求|定额|限额"
)
_TITLE_END = re.compile(rf"(?:{_ENDINGS})(?:[（(][^）)]{{1,20}}[）)])*$")
_TITLE_WORDS = re.compile(rf"(?:{_ENDINGS})")
_ISSUES = re.compile(
    r"(?:印发|发布|颁布|转发|公布|下发|批准)(?:实施|执行)?\s*[《〈]?(?P<what>.+?)[》〉]?\s*的\s*(?:通知|函|公告|通告|决定|批复)$"
)
_YEAR_NUMBER = r"[〔\[［【（(]\s*(?:19|20)\d\d\s*[〕\]］】）)]"
_NUMBER = re.compile(
    rf"(?:^|[\s（(：:])(?P<no>[\u4e00-\u9fff（）()]{{1,16}}?\s*{_YEAR_NUMBER}\s*(?:第\s*)?\d{{1,5}}\s*号)"
)
_ORDER = re.compile(
    r"(?P<no>(?:中华人民共和国)?[\u4e00-\u9fff]{2,20}(?:令|公告)\s*(?:第\s*[0-9一二三四五六七八九十百零〇]+\s*号|\d{4}\s*年\s*第\s*\d+\s*号))"
)
_BARE_ORDER = re.compile(r"^[（(]?(?P<no>(?:\d{4}\s*年\s*)?第\s*[0-9一二三四五六七八九十百零〇]+\s*号)[）)]?$")
_STANDARD = re.compile(
    r"(?<![A-Za-z])(?P<no>(?:GB(?:/[TZ])?|DB\s?\d{2,4}(?:/T)?|JGJ(?:/T)?|CJJ(?:/T)?|HJ(?:/T)?|SJG|SZDB/Z|T/[A-Z]{2,10}|JS/T|NB/T|QB/T|SB/T|CJ/T|YD/T|JT/T|DL/T)"
    r"\s*\d{1,6}(?:\.\d+)?\s*[-—–－]{1,2}\s*(?:19|20)\d\d)"
)
_DATE = re.compile(
    r"(?P<y>\d{4}|[二〇○零一三四五六七八九]{4})\s*年\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*(?P<d>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_DATE_LINE = re.compile(rf"[（(]?\s*(?:{_DATE.pattern})\s*(?:印发|发布)?\s*[）)]?")
_FORCE = re.compile(
    r"自\s*(?P<date>\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)\s*起\s*(?:正式)?(?:施行|实施|执行|生效)|(?P<date2>\d{4}\s*[-.年]\s*\d{1,2}\s*[-.月]\s*\d{1,2}日?)\s*实施$"
)
_STANDARD_ISSUED = re.compile(r"(?P<date>\d{4}\s*[-.]\s*\d{1,2}\s*[-.]\s*\d{1,2})\s*发布")
_AT_ONCE = re.compile(r"自(?:印发|发布|公布|颁布)之日起(?:施行|实施|执行|生效)?")
_ORGAN = re.compile(
    r"(?:局|委员会|部|厅|办公厅|办公室|政府|院|委|办|署|会|中心|总局|银行|协会|公司|大学|党委|组|团|总工会|联合会|法院|检察院|处|队|社|科|联盟)(?:[（(]章[）)])?$"
)
_OPEN = re.compile(r"[：:]$")
_HISTORY = re.compile(
    r"[（(]\s*(?:\d{4}|[一二][〇○零一二三四五六七八九]{3})\s*年[^。]*(?:通过|公布|发布|修正|修订|批准)"
)
"""The note under the title of a law or regulation: adopted, published and amended when and by whom."""
_AMENDED = re.compile(r"(?:修正|修订|修改)")
_CONGRESS = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{2,10}?)第[一二三四五六七八九十]+届(?P<body>(?:全国)?人民代表大会(?:常务委员会)?)第[一二三四五六七八九十\d]+次会议"
)
_EXPLAINED = re.compile(
    r"本(?:办法|规定|细则|条例|方案|指引|规范|制度|规程|标准|措施|文件)由(?P<who>[\u4e00-\u9fff、]{2,40}?)(?:负责)?(?:解释|归口|提出)"
)
_MADE = re.compile(r"[，。](?P<who>(?:省|市|区|县)[\u4e00-\u9fff、]{2,30}?)(?:研究|联合|共同)?(?:制定了|编制了|制订了)")
_PUBLISHED = re.compile(r"^(?P<who>[\u4e00-\u9fff、\s]{4,60}?)\s*(?:联合)?\s*发\s*布$")
_ABBREVIATIONS = {"国管": "国家机关事务管理局", "国": "国务院", "国办": "国务院办公厅", "中办": "中共中央办公厅"}
_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|海南|四川|贵州|云南|陕西|甘肃|青海|台湾"
    "|内蒙古|广西|西藏|宁夏|新疆|香港|澳门|广州|珠海|东莞|佛山|惠州|中山|成都|杭州|南京|武汉|西安|苏州|青岛|厦门|宁波|大连|长沙|郑州|合肥"
)
_TAIL = re.compile(r"^[（(]?(?:此件|联系人|联系电话|抄\s*送|主\s*送|信息公开|公开方式|附\s*件\s*[:：])")


def guess(items: Sequence[Paragraph | Grid], stated: Mapping[str, str] | None = None) -> Facts:
    """Guess what the document is from its paragraphs; ``stated`` is what the file itself declares."""
    stated = {**_declared(items[:8]), **(stated or {})}
    texts = [(i, p) for i, p in enumerate(items) if isinstance(p, Paragraph)]
    top = _top(texts)
    title, at = _title(top, stated)
    notice, start = None, at
    found = _ISSUES.search(title)
    decreed = _decreed(texts)
    if decreed is not None:
        notice, title, start = decreed.number, decreed.title, decreed.start
        at = start
    elif found:
        inner, place = _inner(found["what"], texts, at)
        if place is not None:
            notice, title, start = title, inner, place
    else:
        place = _second(title, texts, at)
        if place is not None:
            start = place
    head = [p for i, p in texts if i <= max(at, start) + 3 and (i <= at + 6 or abs(i - start) <= 3)]
    number = (decreed.number if decreed else None) or _number(head, stated) or _number_in_text(texts, title)
    signed = _signed(texts, start if notice else None)
    organs = decreed.issuer if decreed else signed[0] if signed else None
    titled = _from_title(notice or title)
    if organs and titled and organs[:1] in "省市区县" and not organs.startswith(("市辖", "区域")):
        organs = titled  # signed 市政府办公厅, headed 深圳市人民政府办公厅
    issuer = (
        stated.get("issuer")
        or organs
        or titled
        or _publisher(texts)
        or _adopted(head)
        or _cover(texts, at)[0]
        or _from_text(texts, title)
        or _from_number(number)
    )
    issued = stated.get("issued") or (signed[1] if signed else None) or _dated(head, texts) or _cover(texts, at)[1]
    effective = _amended(head, _effective(texts))
    at_once = any(_AT_ONCE.search(p.text) for _, p in texts)
    facts = Facts(
        title=_plain(title),
        number=number,
        issuer=issuer,
        issued=issued,
        effective=effective or (issued if at_once else None),
        notice=_plain(notice) if notice else None,
        start=start,
    )
    whole = f"{facts.title}{facts.notice or ''}{facts.issuer or ''}"
    return replace(
        facts, kind=_kind(facts.title, number), region=_region(whole, number, [p.text for _, p in texts[:12]])
    )


@dataclass(frozen=True, slots=True)
class _Decree:
    """An order that puts a document in force: its number and issuer, the title of the document and where it begins."""

    number: str
    issuer: str
    title: str
    start: int


_DECREE = re.compile(
    r"(?P<who>[\u4e00-\u9fff]{3,40}?)(?P<kind>令|公告)[（(]?(?P<no>第[0-9一二三四五六七八九十百零〇]+号|\d{4}年第\d+号)?[）)]?"
)
_DECREED = re.compile(r"《(?P<what>[^《》]{4,60}(?:〈[^〈〉]*〉[^《》]*)?)》[^。]{0,80}?(?:公布|发布|施行|公告)")


def _decreed(texts: Sequence[tuple[int, Paragraph]]) -> _Decree | None:
    """The order at the head of a file (某省人民政府令 / 第287号 / 《…办法》已经…通过，现予公布), and what it decrees."""
    for n, (_, p) in enumerate(texts[:5]):
        found = _DECREE.fullmatch(re.sub(r"\s", "", p.text))
        if found is None:
            continue
        after = texts[n + 1][1].text if n + 1 < len(texts) else ""
        bare_number = _BARE_ORDER.match(after)
        number = found["no"] or (re.sub(r"\s", "", bare_number["no"]) if bare_number else None)
        named = next((m for _, q in texts[n + 1 : n + 5] if (m := _DECREED.search(q.text))), None)
        if number is None or named is None:
            return None
        title, place = _inner(named["what"], texts, texts[n][0])
        if place is None:
            return None
        return _Decree(f"{found['who']}{found['kind']}{number}", found["who"], title, place)
    return None


_MONTH = re.compile(
    r"[（(]?(?P<y>\d{4}|[二〇○零一三四五六七八九]{4})\s*年\s*(?P<m>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月[）)]?"
)


def _cover(texts: Sequence[tuple[int, Paragraph]], at: int) -> tuple[str | None, str | None]:
    """The organ and the month at the foot of a title page."""
    after = [p for i, p in texts if at < i <= at + 5]
    for p in after[:2]:
        # （某市发展和改革局 2024年3月）
        note = re.fullmatch(
            r"[（(](?P<who>[\u4e00-\u9fff、 ]{4,40}?)[\s，,]*(?P<when>\d{4}\s*年[^）)]*月[^）)]*)[）)]", p.text
        )
        if note and _ORGAN.search(note["who"].strip()) and (told := _MONTH.match(note["when"])):
            who = "、".join(re.split(r"[\s、]+", note["who"].strip()))
            return who, iso_date(note["when"]) or f"{numeral(told['y'])}-{numeral(told['m']):02d}"
    for organ, dated in pairwise(after):
        when = _MONTH.fullmatch(dated.text)
        if when and _is_organ(organ) and organ.align == dated.align == "center":
            year, month = (numeral(when[part].replace("○", "〇")) for part in ("y", "m"))
            return "、".join(re.split(r"[\s、]+", organ.text)), f"{year}-{month:02d}"
    return None, None


# --- title -----------------------------------------------------------------------------------------------------


def _top(texts: Sequence[tuple[int, Paragraph]]) -> list[tuple[int, Paragraph]]:
    """What stands before the first sentence or numbered clause."""
    out: list[tuple[int, Paragraph]] = []
    for i, p in texts[:40]:
        found = mark(p.text)
        if found and found.family not in {"annex", "numbered", "bracketed"}:
            break
        if (width(p.text) > 90 and not p.large) or (p.text.endswith(("。", "；")) and width(p.text) > 20):
            break
        out.append((i, p))
    return out


def _title(top: Sequence[tuple[int, Paragraph]], stated: Mapping[str, str]) -> tuple[str, int]:
    if not top:
        return stated.get("title") or stated.get("subject") or "", 0
    named = bare(stated.get("title", ""))
    best, score = top[0], -1.0
    for rank, (i, p) in enumerate(top):
        text = p.text
        if len(text) < 4 or mark(text) or _OPEN.search(text) or _DATE_LINE.fullmatch(text) or _TAIL.match(text):
            continue
        if re.search(r"(?:国家|行业|地方|团体|企业)标准$|\d\s*(?:发布|实施)$|^(?:ICS|CCS)|[A-Za-z]{4,} [A-Za-z]", text):
            continue
        if _PUBLISHED.match(text) or _APART.fullmatch(text):
            continue
        if (
            _NUMBER.fullmatch(text)
            or _STANDARD.fullmatch(text)
            or _ORDER.fullmatch(text)
            or _BARE_ORDER.match(text)
            or ends_sentence(text)
        ):
            continue
        points = 3.0 * bool(_TITLE_END.search(text)) + 1.5 * (p.align == "center") + 2.0 * p.large
        points += 0.5 * bool(_TITLE_WORDS.search(text)) + bool("关于" in text) - 0.15 * rank
        points += 5.0 * (bool(named) and bare(text) == named)
        points -= 3.0 * (p.align == "right") + 2.0 * bool(_ORGAN.search(text) or text.endswith("文件"))
        if points > score:
            best, score = (i, p), points
    title, at = best[1].text, best[0]
    if stated.get("title") and bare(stated["title"]) not in bare(title):
        return stated["title"], at
    if score < 1 and stated.get("subject"):
        return stated["subject"], at
    return _completed(title, at, top)


def _completed(title: str, at: int, top: Sequence[tuple[int, Paragraph]]) -> tuple[str, int]:
    """A title printed on several lines: what is above and below belongs to it until it reads as one."""
    order = dict(top)
    first = at
    while _goes_above(title, order.get(first - 1)):
        first -= 1
        title = order[first].text + title
    if re.match(r"^(?:关于|印发)", title) and at - 1 in order:
        above = order[at - 1].text
        if _ORGAN.search(above) and not _NUMBER.search(above) and width(above) < 40:
            title = above + title
    for step in (1, 2):
        below = order.get(at + step)
        if below is None or mark(below.text) or ends_sentence(below.text) or _APART.fullmatch(below.text):
            break
        suffix = re.fullmatch(r"[（(](?:试行|暂行|修订|草案|征求意见稿|送审稿|20\d\d年?[^）)]{0,12})[）)]", below.text)
        unfinished = not _TITLE_END.search(title) and title.count("《") >= title.count("》")
        if suffix or title.count("《") > title.count("》") or (unfinished and below.align == "center"):
            title += below.text
        else:
            break
    return title, at


def _goes_above(title: str, above: Paragraph | None) -> bool:
    """Whether the centred line above a title is the start of it: plainly not whole, and nothing of its own."""
    if above is None or above.align != "center" or mark(above.text) or ends_sentence(above.text):
        return False
    text = above.text
    if _NUMBER.search(text) or _STANDARD.search(text) or _DATE.search(text) or text.endswith("文件"):
        return False
    opened = text.count("《") > text.count("》")
    begun = bool(re.search(r"关于|印发", text)) and not _TITLE_END.search(text)
    cut = not (_ORGAN.search(text) or _TITLE_END.search(text)) and width(title) < 24 and len(text) > 4
    return opened or begun or cut


_APART = re.compile(r"(?:前\s*言|引\s*言|目\s*[录次]|序\s*言)")


def _inner(what: str, texts: Sequence[tuple[int, Paragraph]], at: int) -> tuple[str, int | None]:
    """Where the document a notice issues begins: its title again, on its own, behind the notice."""
    wanted = bare(what)
    for i, p in texts:
        if i <= at:
            continue
        here = bare(p.text)
        if here == wanted or (
            len(here) >= 6 and len(here) >= 0.6 * len(wanted) and wanted.endswith(here) and p.align == "center"
        ):
            return (p.text if here == wanted else what), i
        if p.large or p.align == "center":
            # The title in two paragraphs: 《…办法 / （试行）》.
            after = next((q for j, q in texts if j == i + 1), None)
            if after is not None and bare(p.text + after.text) == wanted:
                return p.text + after.text, i
    return what, None


def _second(title: str, texts: Sequence[tuple[int, Paragraph]], at: int) -> int | None:
    """A title page before the text: the same title printed again is where the text begins."""
    again = [i for i, p in texts if i > at and bare(p.text) == bare(title)]
    return again[0] if again and again[0] - at < 40 else None


def _plain(title: str) -> str:
    """The title as the library writes it: without the marks around it, and without spaces inside words."""
    title = re.sub(r"(?<=[\u4e00-\u9fff》]) (?=关于)", "", title.strip())
    if title.startswith("《") and title.endswith("》") and title.count("《") == 1:
        title = title[1:-1]
    return title or "未命名文件"


_FIELDS = {
    "名称": "title",
    "标题": "title",
    "文件名称": "title",
    "文号": "number",
    "发文字号": "number",
    "发文号": "number",
    "文件编号": "number",
    "发布机构": "issuer",
    "发文机关": "issuer",
    "发文机构": "issuer",
    "制定机关": "issuer",
    "成文日期": "issued",
    "印发日期": "issued",
    "发文日期": "issued",
    "生成日期": "issued",
}
_KEYS = re.compile(r"索\s*引\s*号|信息索引|公开日期|发布日期|主题分类|公开目录")
_FIELD = re.compile(
    r"(?:^|(?<=[\s；;]))[【\[]?(?P<key>标\s*题|名\s*称|文\s*号|发文字号|发文号|发布机构|发文机关|发文机构|成文日期|印发日期|发文日期|生成日期)[】\]]?"
    r"\s*[:：]\s*(?P<value>[^\s:：]{2,80})"
)


def _declared(items: Sequence[Paragraph | Grid]) -> dict[str, str]:
    """What the index card at the head of a file from an official site says (索引号, 发布机构, 成文日期, 名称, 文号)."""
    whole = " ".join(" ".join(map(" ".join, i.rows)) if isinstance(i, Grid) else i.text for i in items)
    if not _KEYS.search(whole):
        return {}
    found: dict[str, str] = {}
    for item in items:
        if isinstance(item, Grid):
            cells = [(re.sub(r"[\s:：]", "", a), b.strip()) for row in item.rows for a, b in pairwise(row)]
        else:
            cells = [(re.sub(r"\s", "", m["key"]), m["value"]) for m in _FIELD.finditer(item.text)]
        for key, value in cells:
            if key in _FIELDS and value and value not in _FIELDS:
                found.setdefault(_FIELDS[key], value)
    if "issued" in found:
        found["issued"] = iso_date(found["issued"]) or ""
    if not re.search(r"\d", found.get("number", "1")):
        found["number"] = ""
    if "issuer" in found:
        found["issuer"] = "、".join(filter(None, re.split(r"[\s;；、]+", found["issuer"])))
    return {name: value for name, value in found.items() if value}


# --- number, issuer, dates -------------------------------------------------------------------------------------


def _number(head: Sequence[Paragraph], stated: Mapping[str, str]) -> str | None:
    if stated.get("number"):
        return stated["number"]
    for p in head:
        # What stands behind 根据 is the number of an amendment.
        if _HISTORY.match(p.text) and (found := _ORDER.search(p.text.partition("根据")[0])):
            return _order(found["no"])
    for pattern in (_NUMBER, _STANDARD, _ORDER, _BARE_ORDER):
        for p in head:
            # In a running sentence a number is somebody else's.
            if width(p.text) > 60 and not p.large and not p.align:
                continue
            if "根据" in p.text or "依据" in p.text or "》（" in p.text:
                continue
            found = pattern.search(p.text)
            if found:
                if pattern is _ORDER:
                    return _order(found["no"])
                return re.sub(r"\s", "", found["no"]).strip("（(") if pattern is not _STANDARD else found["no"]
    return None


def _order(written: str) -> str:
    """The number of an order without the end of the date before it (2018年3月20日某省人民政府令第301号)."""
    return re.sub(r"^[年月日]", "", re.sub(r"\s", "", written))


def _number_in_text(texts: Sequence[tuple[int, Paragraph]], title: str) -> str | None:
    """The number printed beside the document's own title: 《…规划》（国管节能〔2021〕195号）."""
    for _, p in texts[:12]:
        at = bare(p.text).find(bare(title))
        found = _NUMBER.search(p.text)
        if at == 0 and found and not ends_sentence(p.text):
            return re.sub(r"\s", "", found["no"]).strip("（(")
    return None


def signature(items: Sequence[Paragraph | Grid]) -> set[int]:
    """Positions of the signature lines: a date on its own and the organs before it."""
    out: set[int] = set()
    for i, p in enumerate(items):
        if not (isinstance(p, Paragraph) and _DATE_LINE.fullmatch(p.text)) or i < 1:
            continue
        organs = []
        for j in range(i - 1, max(-1, i - 13), -1):
            q = items[j]
            if not isinstance(q, Paragraph) or not _is_organ(q):
                break
            organs.append(j)
        if organs:
            out.update([i, *organs])
    return out


def _is_organ(p: Paragraph) -> bool:
    text = p.text.rstrip()
    if mark(text) or ends_sentence(text) or "《" in text or "关于" in text:
        return False
    if width(text) > 60 and (p.align not in {"center", "right"} or width(text) > 400 or re.search("[，。；：]", text)):
        return False  # the names of ten departments fill several lines
    return bool(_ORGAN.search(text)) or (p.align == "right" and width(text) < 30)


def _signed(texts: Sequence[tuple[int, Paragraph]], before: int | None) -> tuple[str | None, str] | None:
    items: list[Paragraph] = [p for _, p in texts]
    places = sorted(signature(items))
    if before is not None:
        near = [n for n in places if texts[n][0] < before]
        places = near or places
    if not places:
        return None
    groups: list[list[int]] = [[places[0]]]
    for n in places[1:]:
        if n == groups[-1][-1] + 1 and not _DATE_LINE.fullmatch(items[groups[-1][-1]].text):
            groups[-1].append(n)
        else:
            groups.append([n])
    group = groups[0]
    organs: list[str] = []
    for n in group[:-1]:
        organs += [part for part in re.split(r"[\s、]+", re.sub(r"[（(]章[）)]", "", items[n].text)) if part]
    return "、".join(_whole(organs)) or None, iso_date(items[group[-1]].text) or ""


def _whole(organs: Sequence[str]) -> list[str]:
    """Names broken over two lines made whole again; two names run together taken apart."""
    out: list[str] = []
    for organ in (part for whole in organs for part in _apart(whole)):
        league = out and out[-1].endswith("共产主义青年团")
        if out and (league or not _ORGAN.search(out[-1])) and len(out[-1]) > 2:
            out[-1] += organ
        else:
            out.append(organ)
    return out


def _apart(organs: str) -> list[str]:
    """福建省委员会福建省妇女联合会: the second name begins with the place again."""
    return re.split(r"(?<=会|局|厅|部|委|办)(?=[\u4e00-\u9fff]{2,3}(?:省|市)[\u4e00-\u9fff]{2})", organs)


def _from_title(title: str) -> str | None:
    found = re.match(r"^(?P<who>[\u4e00-\u9fff、\s]{2,60}?)\s*(?:关于|印发)", title)
    if found and _ORGAN.search(found["who"].strip()):
        return "、".join(re.split(r"[\s、]+", found["who"].strip()))
    found = re.match(r"^(?P<who>[\u4e00-\u9fff、\s]{2,40}(?:等[一二三四五六七八九十]*(?:部门|部委|单位)))", title)
    return found["who"] if found else None


def _publisher(texts: Sequence[tuple[int, Paragraph]]) -> str | None:
    """The organ at the foot of a standard's cover: 深圳市市场监督管理局 发布."""
    for n, (_, p) in enumerate(texts[:25]):
        found = _PUBLISHED.match(p.text)
        if found and not re.search(r"\d", p.text):
            return "、".join(re.split(r"[\s、]+", found["who"].strip()))
        if re.fullmatch(r"发\s*布", p.text) and n and _ORGAN.search(texts[n - 1][1].text):
            return texts[n - 1][1].text
    return None


def _adopted(head: Sequence[Paragraph]) -> str | None:
    """The congress that adopted a regulation, from the note under its title."""
    for p in head:
        if _HISTORY.match(p.text) and (found := _CONGRESS.search(p.text)):
            who = re.sub(r"^.*[年月日]", "", found["who"])
            return f"{who}{found['body']}"
    return None


def _from_text(texts: Sequence[tuple[int, Paragraph]], title: str) -> str | None:
    place = re.match(r"^(?:关于印发《?)?(?P<p>[\u4e00-\u9fff]{2,3}?)(?:省|市)", title)
    for pattern in (_MADE, _EXPLAINED):
        for _, p in texts:
            found = pattern.search(p.text)
            if not found:
                continue
            who = re.split(r"会同|、", found["who"])
            if any(not _ORGAN.search(w) for w in who if w):
                continue
            prefix = place["p"] if place else ""
            return "、".join(prefix + w if w[:1] in "省市" and prefix else w for w in who if w)
    return None


def _from_number(number: str | None) -> str | None:
    if number is None:
        return None
    found = re.match(r"^(?P<who>[\u4e00-\u9fff]{2,20}?)(?:令|公告)", number)
    if found:
        return found["who"]
    head = re.match(r"^[\u4e00-\u9fff]+", number)
    known = [
        name for short, name in _ABBREVIATIONS.items() if head and head.group().startswith(short) and len(short) > 1
    ]
    return known[0] if known else None


def iso_date(text: str) -> str | None:
    """The first date in a text, in figures.

    >>> iso_date("二〇二一年十一月十六日"), iso_date("2022 年 1 月 25 日")
    ('2021-11-16', '2022-01-25')
    """
    found = _DATE.search(text)
    if found is None:
        loose = re.search(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})", text)
        if loose is None:
            return None
        year, month, day = (int(g) for g in loose.groups())
    else:
        year, month, day = (numeral(found[n].replace("○", "〇")) for n in ("y", "m", "d"))
    if not (1900 < year < 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year}-{month:02d}-{day:02d}"


def _dated(head: Sequence[Paragraph], texts: Sequence[tuple[int, Paragraph]]) -> str | None:
    """A date under the title, on a standard's cover, or in the imprint at the end."""
    for p in head:
        found = _STANDARD_ISSUED.search(p.text)
        if found:
            return iso_date(found["date"])
        if _DATE_LINE.fullmatch(p.text) or (
            p.text[:1] in "（(" and "年" in p.text and re.search(r"通过|公布|发布|印发", p.text)
        ):
            return iso_date(p.text)
    for _, p in texts[-6:]:
        if re.search(r"印发\s*$", p.text) and width(p.text) < 60:
            return iso_date(p.text)
    return None


def _amended(head: Sequence[Paragraph], effective: str | None) -> str | None:
    """The day of the last amendment where it came after the day the text itself gives, which is that of the first version."""
    for p in head:
        if not _HISTORY.match(p.text) or not _AMENDED.search(p.text):
            continue
        pieces = re.split(r"(?<=修正)|(?<=修订)|(?<=修改)", p.text)
        last = [[found.group() for found in _DATE.finditer(piece)][-1:] for piece in pieces[:-1]]
        days = [day for found in last for written in found if (day := iso_date(written))]
        stated = [day for found in _FORCE.finditer(p.text) if (day := iso_date(found["date"] or found["date2"]))]
        return max([*days, *stated, *filter(None, [effective])], default=None)
    return effective


def _effective(texts: Sequence[tuple[int, Paragraph]]) -> str | None:
    for _, p in [*reversed(texts[-15:]), *texts[:15], *texts[15:-15]]:
        found = _FORCE.search(p.text)
        if found and not re.search(r"同时废止[^。]*自", p.text[: found.start()]):
            return iso_date(found["date"] or found["date2"])
    return None


# --- kind and region -------------------------------------------------------------------------------------------


def _kind(title: str, number: str | None) -> DocumentKind:
    plain = re.sub(r"[（(][^）)]*[）)]$", "", title)
    if (number and _STANDARD.search(number)) or plain.endswith(("规范", "标准", "规程", "导则", "技术要求")):
        return DocumentKind.STANDARD
    if plain.endswith("法") and not plain.endswith(("办法", "方法", "执法", "立法")):
        return DocumentKind.LAW
    if plain.endswith(("条例", "办法", "规定", "规则", "细则")):
        return DocumentKind.REGULATION
    return DocumentKind.REPORT if plain.endswith(("报告", "解读")) else DocumentKind.POLICY


def _region(whole: str, number: str | None, opening: Sequence[str]) -> Region:
    if re.search(r"深圳", whole) or re.match(r"深|SZDB|SJG|DB4403", number or ""):
        return Region.SHENZHEN
    if re.search(r"广东", whole) or re.match(r"粤|DB44(?!\d)", number or ""):
        return Region.GUANGDONG
    if re.search(_PROVINCES, whole) or re.match(r"DB", number or ""):
        return Region.ELSEWHERE
    head = "".join(opening[:4])
    if not re.search(r"国务院|国家|中央|全国|中共|中华人民共和国", whole) and (
        found := re.search(rf"深圳|广东|{_PROVINCES}", head)
    ):
        return {"深圳": Region.SHENZHEN, "广东": Region.GUANGDONG}.get(found.group(), Region.ELSEWHERE)
    return Region.NATIONAL
