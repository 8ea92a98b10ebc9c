"""The judged collections made from the downloads: what is asked of what, and how many, with a fixed seed."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from corpus.numerals import chinese, number
from evals.foreign.downloads import Article, LayQuestion, Reading, bare, cited, laws, readings, recited, stard, taiwan
from evals.foreign.judged import Judged, Text

__all__ = ["COLLECTIONS", "TAIWAN", "Downloads", "Sizes", "alike", "windows"]

SEED = 20260101
PROVINCES = ("北京市", "上海市", "重庆市", "浙江省", "山东省", "河南省", "广东省")
TWINS = ("浙江省", "山东省")
"""The two provinces under whose names STARD's articles are put twice."""
WINDOW, LONGEST = 110, 260
"""Characters from which a window of an encyclopedia's paragraph is closed at the end of a sentence, and the most it holds."""
ALIKE = 0.3
"""Share of character pairs from which two articles of regulations of like name count as alike."""

_PLAIN_NUMBER = re.compile(r"第\s*(\d+)\s*條")
_Item = TypeVar("_Item")
REGULATION = 45
"""Articles of the longest regulation taken, so that there is room for several names."""
TAIWAN = (
    "能源管理法",
    "再生能源發展條例",
    "勞動基準法",
    "檔案法",
    "個人資料保護法",
    "公務員服務法",
    "規費法",
    "下水道法",
)
"""Laws of Taiwan that are read."""
_BEGINNING = 100
"""Characters of an article that a question by its wording may use."""
_STARD, _LAWBENCH, _LAWS = "oneal2000/STARD", "open-compass/LawBench", "LawRefBook/Laws"
_SENTENCE = re.compile(r"(?<=[。！？])")
_WORDING = re.compile(r"[^，。；：、\n]{8,30}")
_HERE = re.compile(r"(?:在|对)?本(?:市|省|行政区域|条例|办法|规定)[内的]?")


@dataclass(frozen=True, slots=True)
class Sizes:
    """At most how many of each; a collection holds fewer where the download does."""

    questions: int = 500
    statutes: int = 2200
    scenes: int = 250
    recited: int = 200
    numbered: int = 200
    lawbench: int = 800
    regional: int = 500
    twins: int = 250
    readings: int = 250
    read: int = 200


@dataclass(frozen=True)
class Downloads:
    """The folder of the clones, each read once."""

    folder: Path
    sizes: Sizes = Sizes()

    @cached_property
    def stard(self) -> tuple[dict[str, Article], tuple[LayQuestion, ...]]:
        return stard(self.folder)

    @cached_property
    def laws(self) -> dict[str, tuple[Article, ...]]:
        return laws(self.folder)

    @cached_property
    def national(self) -> dict[str, tuple[Article, ...]]:
        """The laws that are no province's."""
        local = tuple(place.rstrip("省市") for place in PROVINCES)
        return {title: articles for title, articles in self.laws.items() if not title.startswith(local)}

    @cached_property
    def statutes(self) -> tuple[Text, ...]:
        """Every article STARD is judged on, and others of LawRefBook drawn at random.

        Of a law STARD has in another version no other article is drawn: it may say what the judged one says.
        """
        judged, _ = self.stard
        texts = {_squeezed(a.text) for a in judged.values()}
        held = {bare(a.title): _squeezed(a.text) for law in self.national.values() for a in law}
        other = {bare(a.law) for a in judged.values() if held.get(bare(a.title)) != _squeezed(a.text)}
        known = {bare(title) for title in judged}
        rest = [
            a
            for law in self.national.values()
            for a in law
            if bare(a.law) not in other and bare(a.title) not in known and _squeezed(a.text) not in texts
        ]
        drawn = _drawn(rest, self.sizes.statutes - len(judged), "statutes")
        return _texts({a.title: a for a in (*judged.values(), *drawn)}.values())

    @cached_property
    def lawbench(self) -> tuple[tuple[Text, ...], tuple[LayQuestion, ...], tuple[LayQuestion, ...]]:
        """Articles LawBench asks about among others of the same laws, the scenes and the recitations."""
        scenes = _drawn(list(cited(self.folder, self.national)), self.sizes.scenes, "scenes")
        numbers = _drawn(list(recited(self.folder, self.national)), self.sizes.recited, "recited")
        asked = {title for question in (*scenes, *numbers) for title in question.answers}
        near = [a for law in self.national.values() if any(a.title in asked for a in law) for a in law]
        meant = [a for a in near if a.title in asked]
        rest = [a for a in near if a.title not in asked]
        drawn = _drawn(rest, self.sizes.lawbench - len(meant), "lawbench")
        return _texts({a.title: a for a in (*meant, *drawn)}.values()), tuple(scenes), tuple(numbers)

    @cached_property
    def regional(self) -> tuple[tuple[Text, ...], tuple[tuple[str, Article], ...]]:
        """Regulations that three provinces or more have under one name, and their articles that have a like elsewhere."""
        groups: dict[str, dict[str, tuple[Article, ...]]] = defaultdict(dict)
        for title, articles in self.laws.items():
            place = next((p for p in PROVINCES if title.startswith(p)), "")
            if place and len(articles) <= REGULATION:
                groups[title.removeprefix(place)][place] = articles
        shared = [name for name, held in sorted(groups.items()) if len(held) > 2]
        texts: list[Text] = []
        meant: list[tuple[str, Article]] = []
        for name in _drawn(shared, len(shared), "regional"):
            held = groups[name]
            if len(texts) + sum(map(len, held.values())) > self.sizes.regional:
                continue
            texts += _texts(a for articles in held.values() for a in articles)
            pairs = {a.title: _pairs(a.text) for articles in held.values() for a in articles}
            for place, articles in held.items():
                others = [pairs[a.title] for p, these in held.items() if p != place for a in these]
                meant += [(place, a) for a in articles if any(alike(pairs[a.title], o) >= ALIKE for o in others)]
        return tuple(texts), tuple(meant)


def _drawn(items: Sequence[_Item], count: int, what: str) -> list[_Item]:
    """That many at random; every draw by a seed of its own, so that one does not move another."""
    return random.Random(f"{SEED} {what}").sample(items, max(0, min(count, len(items))))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _pairs(text: str) -> frozenset[str]:
    return frozenset("".join(two) for two in pairwise(_squeezed(text)))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of what two sets hold that both hold.

    >>> alike(frozenset("ab"), frozenset("bc"))
    0.3333333333333333
    """
    return len(one & other) / len(one | other) if one | other else 0.0


def _texts(articles: Iterable[Article]) -> tuple[Text, ...]:
    """Each title once: of articles of one title the first."""
    return tuple({a.title: Text(a.title, a.title, a.text) for a in reversed(list(articles))}.values())[::-1]


def _asked(questions: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    listed = list(enumerate(questions))
    return {f"q{n}": text for n, (text, _) in listed}, {f"q{n}": answers for n, (_, answers) in listed}


def _lay(downloads: Downloads) -> Judged:
    _, questions = downloads.stard
    drawn = _drawn(questions, downloads.sizes.questions, "lay")
    return Judged(
        "STARD 口语问法条",
        (_STARD, _LAWS),
        "公众的法律咨询问题，找出作答的法条；法条是全部有标注的，另从同一法律库随机加入没有标注的",
        "",
        downloads.statutes,
        *_asked((q.text, q.answers) for q in drawn),
    )


def _traditional(downloads: Downloads) -> Judged:
    from opencc import OpenCC

    plain, convert = _lay(downloads), OpenCC("s2twp").convert
    return replace(
        plain,
        name="STARD 繁体问法",
        derived="问题用 OpenCC（s2twp）转成繁体，法条仍是简体",
        questions={key: convert(text) for key, text in plain.questions.items()},
    )


_BY_NUMBER: Sequence[Callable[[str, str, int], str]] = (
    lambda law, place, _: f"《{law}》{place}规定了什么？",
    lambda law, _, n: f"{bare(law)}第{n}条是怎么说的",
    lambda law, place, _: f"{bare(law)}{place}的内容",
    lambda law, _, n: f"请问第{n}条讲什么，我说的是《{bare(law)}》",
)
_SPACED: Sequence[Callable[[str, str, int], str]] = (lambda law, _, n: f"{bare(law)} 第 {n} 条 规定什么",)


def _numbered(downloads: Downloads) -> Judged:
    derived = "问题由程序轮流用四种说法写成：全称加书名号、简称加阿拉伯数字、简称加汉字条号、条号在法名之前"
    return _by_number(downloads, "STARD 按条号问", derived, _BY_NUMBER)


def _spaced(downloads: Downloads) -> Judged:
    derived = "同样的条，问法是简称加两边空格的阿拉伯数字（“劳动合同法 第 39 条 规定什么”）"
    return _by_number(downloads, "STARD 按条号问，带空格", derived, _SPACED)


def _by_number(downloads: Downloads, name: str, derived: str, ways: Sequence[Callable[[str, str, int], str]]) -> Judged:
    articles, _ = downloads.stard
    plain = [a for a in articles.values() if "之" not in a.place]
    drawn = _drawn(plain, downloads.sizes.numbered, "numbered")
    questions = [
        (ways[at % len(ways)](a.law, a.place, number(a.place[1:-1])), (a.title,)) for at, a in enumerate(drawn)
    ]
    about = "按法名和条号问 STARD 的法条"
    return Judged(name, (_STARD, _LAWS), about, derived, downloads.statutes, *_asked(questions))


_BY_TAIWAN_NUMBER: Sequence[Callable[[str, int], str]] = (
    lambda law, n: f"《{law}》第 {n} 條規定了什麼？",
    lambda law, n: f"{law}第{n}條的內容",
    lambda law, n: f"{law}第{chinese(n)}條怎麼說",
)


def _taiwan(downloads: Downloads) -> Judged:
    from opencc import OpenCC

    articles = list(taiwan(downloads.folder, TAIWAN))
    plain = [(a, int(found.group(1))) for a in articles if (found := _PLAIN_NUMBER.fullmatch(a.place))]

    def simplified(law: str, n: int) -> str:
        return str(OpenCC("t2s").convert(f"{law}第{n}條是什么"))

    ways = (*_BY_TAIWAN_NUMBER, simplified)
    drawn = _drawn(plain, downloads.sizes.numbered, "taiwan")
    return Judged(
        "繁体法规按条号问",
        ("kong0107/mojLawSplitJSON",),
        "台湾地区的法规，繁体，条号照原样写作“第 24 條”",
        "问题由程序轮流用四种说法写成：书名号加带空格的数字、数字不带空格、汉字条号、整句简体",
        _texts(articles),
        *_asked((ways[at % len(ways)](a.law, n), (a.title,)) for at, (a, n) in enumerate(drawn)),
    )


def _scenes(downloads: Downloads) -> Judged:
    texts, scenes, _ = downloads.lawbench
    about = "3-2 题：给出场景，问依据哪一条；答案只引一条的题，法条是这些法律里的"
    return Judged(
        "LawBench 场景找法条", (_LAWBENCH, _LAWS), about, "", texts, *_asked((q.text, q.answers) for q in scenes)
    )


def _recited(downloads: Downloads) -> Judged:
    texts, _, numbers = downloads.lawbench
    about = "1-1 题：按法名和条号问条文（题面在法名前连写法律类别，如“民法商法公司法第三条的内容是什么？”）"
    return Judged(
        "LawBench 按条号问", (_LAWBENCH, _LAWS), about, "", texts, *_asked((q.text, q.answers) for q in numbers)
    )


def _regional(downloads: Downloads) -> Judged:
    return _of_regions(
        downloads,
        "地方性法规，问题写全名",
        "问题是“法规全名＋该条开头的一个短句”",
        lambda a, _, said: f"{a.law}里，{said}",
    )


def _provincial(downloads: Downloads) -> Judged:
    return _of_regions(
        downloads,
        "地方性法规，问题只写省市",
        "问题是“省市＋该条开头的一个短句”，不写法规名",
        lambda _, place, said: f"{place}怎么规定{said}",
    )


def _of_regions(downloads: Downloads, name: str, derived: str, ask: Callable[[Article, str, str], str]) -> Judged:
    texts, meant = downloads.regional
    worded = [(place, a, said) for place, a in meant if (said := _wording(a.text))]
    drawn = _drawn(worded, downloads.sizes.recited, "regional")
    about = "几个省市都有的同名地方性法规（如消防条例），只问在别的省市有近似条文的条"
    return Judged(
        name, (_LAWS,), about, derived, texts, *_asked((ask(a, place, said), (a.title,)) for place, a, said in drawn)
    )


def _wording(text: str) -> str:
    """The longest phrase an article begins with, without words for its own place and regulation."""
    return max(_WORDING.findall(_HERE.sub("", text)[:_BEGINNING]), key=len, default="")


def _twins(downloads: Downloads) -> Judged:
    articles, questions = downloads.stard
    single = [q for q in questions if len(q.answers) == 1]
    drawn = list({q.answers: q for q in _drawn(single, len(single), "twins")}.values())[: downloads.sizes.twins]
    doubled = [
        replace(articles[q.answers[0]], law=place + bare(articles[q.answers[0]].law)) for place in TWINS for q in drawn
    ]
    asked = [
        (f"{place}的规定，{q.text}", (place + bare(q.answers[0]),))
        for at, q in enumerate(drawn)
        for place in (TWINS[at % len(TWINS)],)
    ]
    return Judged(
        "STARD 一文两名",
        (_STARD,),
        "公众的咨询问题，法条两省各一份，一字不差，只有名称不同",
        f"法名去掉“中华人民共和国”、加上{'、'.join(TWINS)}各成一份；问题前面加上“某省的规定，”，只有该省的那条算对",
        _texts(doubled),
        *_asked(asked),
    )


def windows(text: str) -> list[tuple[int, int]]:
    """Spans of whole sentences, each closed when it is long enough.

    >>> windows("甲。" * 100)[:2]
    [(0, 110), (110, 200)]
    """
    spans, start, at = [], 0, 0
    for sentence in filter(None, _SENTENCE.split(text)):
        if at - start >= WINDOW:
            spans.append((start, at))
            start = at
        at += len(sentence)
    return [*spans, (start, at)]


def _read(name: str, source: str, about: str, found: Iterator[Reading], sizes: Sizes) -> Judged:
    texts: list[Text] = []
    asked: list[tuple[str, tuple[str, ...]]] = []
    listed = list(found)
    for reading in _drawn(listed, len(listed), name):
        spans = windows(reading.text)
        if len(texts) + len(spans) > sizes.readings:
            break
        first = len(texts)
        texts += [
            Text(f"t{first + n}", reading.title, reading.text[a : min(b, a + LONGEST)])
            for n, (a, b) in enumerate(spans)
        ]
        for question, at in reading.questions:
            window = next((n for n, (a, b) in enumerate(spans) if a <= at < min(b, a + LONGEST)), None)
            if window is not None:
                asked.append((question, (f"t{first + window}",)))
    derived = f"段落在句末切成约 {WINDOW} 至 {LONGEST} 字的小段，答案所在的小段算对"
    return Judged(name, (source,), about, derived, tuple(texts), *_asked(_drawn(asked, sizes.read, name)))


def _cmrc(downloads: Downloads) -> Judged:
    path = downloads.folder / "cmrc2018" / "squad-style-data" / "cmrc2018_dev.json"
    about = "维基百科段落的阅读理解题（dev），简体"
    return _read("CMRC 2018", "ymcui/cmrc2018", about, readings(path), downloads.sizes)


def _drcd(downloads: Downloads) -> Judged:
    path = downloads.folder / "DRCD" / "DRCD_test.json"
    about = "维基百科段落的阅读理解题（test），问题和段落都是繁体"
    return _read("DRCD", "DRCKnowledgeTeam/DRCD", about, readings(path), downloads.sizes)


COLLECTIONS: Mapping[str, Callable[[Downloads], Judged]] = {
    "lay": _lay,
    "traditional": _traditional,
    "numbered": _numbered,
    "spaced": _spaced,
    "scenes": _scenes,
    "recited": _recited,
    "regional": _regional,
    "provincial": _provincial,
    "twins": _twins,
    "taiwan": _taiwan,
    "cmrc": _cmrc,
    "drcd": _drcd,
}
"""Every collection by its short name."""
