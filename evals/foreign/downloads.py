"""What is read of the repositories that are cloned side by side in one folder, each under its own name.

| folder | repository | licence |
| --- | --- | --- |
| ``STARD`` | oneal2000/STARD | MIT |
| ``LawBench`` | open-compass/LawBench | Apache-2.0 |
| ``Laws`` | LawRefBook/Laws | none stated; the texts of laws bear no copyright (著作权法第五条) |
| ``mojLawSplitJSON`` | kong0107/mojLawSplitJSON | none stated; laws of Taiwan bear no copyright (its 著作權法第九條) |
| ``cmrc2018`` | ymcui/cmrc2018 | CC BY-SA 4.0 |
| ``DRCD`` | DRCKnowledgeTeam/DRCD | CC BY-SA 3.0 |
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InputError
from corpus.numerals import NUMERAL

__all__ = [
    "LICENCES",
    "Article",
    "LayQuestion",
    "Reading",
    "bare",
    "cited",
    "laws",
    "readings",
    "recited",
    "stard",
    "taiwan",
]

LICENCES: Mapping[str, str] = {
    "oneal2000/STARD": "MIT",
    "open-compass/LawBench": "Apache-2.0",
    "LawRefBook/Laws": "未注明；法律、法规的条文不受著作权保护（著作权法第五条）",
    "kong0107/mojLawSplitJSON": "未注明；台湾地区的法规条文不受著作权保护（其著作權法第九條）",
    "ymcui/cmrc2018": "CC BY-SA 4.0",
    "DRCKnowledgeTeam/DRCD": "CC BY-SA 3.0",
}

_PLACE = rf"第{NUMERAL}条(?:之{NUMERAL})?"
_ARTICLE = re.compile(rf"(?P<law>.+?)(?P<place>{_PLACE})")
_OPENING = re.compile(rf"(?P<place>{_PLACE})[\s　]+(?P<text>.*)", re.DOTALL)
_DATED = re.compile(r"\((\d{4}-\d\d-\d\d)\)$")
_ENACTED = "<!-- INFO END -->"
_STATE = "中华人民共和国"
_CITED = re.compile(rf"(?P<before>[^，。；：]{{2,60}}?)》?的?(?:规定)?(?:[，,])?(?P<place>{_PLACE})")


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a law."""

    law: str
    place: str
    text: str

    @property
    def title(self) -> str:
        return self.law + self.place


@dataclass(frozen=True, slots=True)
class LayQuestion:
    """A question with the titles of the articles that answer it."""

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A paragraph of an encyclopedia with questions on it and where in it each answer begins."""

    title: str
    text: str
    questions: tuple[tuple[str, int], ...]


def bare(law: str) -> str:
    """The name of a law as people say it.

    >>> bare("中华人民共和国节约能源法")
    '节约能源法'
    """
    return law.removeprefix(_STATE)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"读不了 {path.name}：请把它所在的仓库克隆到 --data 目录下。") from error


def stard(folder: Path) -> tuple[dict[str, Article], tuple[LayQuestion, ...]]:
    """The articles of STARD that some question is judged on, by title, and its questions."""
    articles: dict[str, Article] = {}
    questions = []
    for record in _json(folder / "STARD" / "data" / "queries.json"):
        for title, text in record["相关法规"].items():
            if found := _ARTICLE.fullmatch(title):
                articles[title] = Article(found["law"], found["place"], text.strip())
        if all(title in articles for title in record["相关法规"]):
            questions.append(LayQuestion(record["问题"].strip(), tuple(record["相关法规"])))
    return articles, tuple(questions)


def laws(folder: Path) -> dict[str, tuple[Article, ...]]:
    """The laws and local regulations of LawRefBook by title, each in the newest version held."""
    root = folder / "Laws"
    newest: dict[tuple[str, str], tuple[str, tuple[Article, ...]]] = {}
    for path in sorted(root.rglob("*.md")):
        if "案例" in path.parts:
            continue
        titles, articles = _law(path.read_text(encoding="utf-8"))
        dated = _DATED.search(path.stem)
        date = dated.group(1) if dated else ""
        if articles and date >= newest.get(titles, ("", ()))[0]:
            newest[titles] = date, articles
    if not newest:
        raise InputError("读不到法律条文：请把 LawRefBook/Laws 克隆到 --data 目录下。")
    found: dict[str, tuple[Article, ...]] = {}
    for (title, _), (_, articles) in sorted(newest.items()):
        found[title] = (*found.get(title, ()), *articles)
    return found


def _law(text: str) -> tuple[tuple[str, str], tuple[Article, ...]]:
    """The title and that of the part (民法典 has one file a part), and the articles."""
    head, _, body = text.partition(_ENACTED)
    titles = [line.lstrip("# ").strip() for line in head.splitlines() if line.startswith("#")]
    if not titles or not body:
        return ("", ""), ()
    found: list[tuple[str, list[str]]] = []
    for line in map(str.strip, body.splitlines()):
        if opening := _OPENING.match(line):
            found.append((opening["place"], [opening["text"]]))
        elif line and found and not line.startswith(("#", "<!--")):
            found[-1][1].append(line)
    articles = tuple(Article(titles[0], place, "\n".join(lines)) for place, lines in found)
    return (titles[0], titles[1] if len(titles) > 1 else ""), articles


def taiwan(folder: Path, names: Sequence[str]) -> Iterator[Article]:
    """Those laws of Taiwan, in Traditional Chinese, each place as its source writes it: 第 24 條, 第 32-1 條."""
    root = folder / "mojLawSplitJSON"
    codes = {record["name"]: record["PCode"] for record in _json(root / "index.json")}
    for name in names:
        for record in _json(root / "FalVMingLing" / f"{codes[name]}.json")["法規內容"]:
            if "條號" in record:
                yield Article(name, record["條號"], record["條文內容"].replace("\r\n", "\n").strip())


def _named(before: str, names: Mapping[str, str]) -> str:
    """The title of the law whose name stands last before an article's number; empty for none."""
    words = before.rstrip("》的中 ").replace("《", "")
    return next((names[words[at:]] for at in range(len(words)) if words[at:] in names), "")


def _names(held: Mapping[str, tuple[Article, ...]]) -> dict[str, str]:
    return {bare(title): title for title in held} | {title: title for title in held}


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def recited(folder: Path, held: Mapping[str, tuple[Article, ...]]) -> Iterator[LayQuestion]:
    """LawBench 1-1: an article asked for by its number, where the text held is the one LawBench has."""
    names, texts = _names(held), {a.title: _squeezed(a.text) for law in held.values() for a in law}
    for record in _json(folder / "LawBench" / "data" / "zero_shot" / "1-1.json"):
        found = _ARTICLE.match(record["question"])
        title = found and _named(found["law"], names) + found["place"]
        answer = _squeezed(record["answer"].removeprefix("答案:"))
        if title and texts.get(title) == answer:
            yield LayQuestion(record["question"], (title,))


def cited(folder: Path, held: Mapping[str, tuple[Article, ...]]) -> Iterator[LayQuestion]:
    """LawBench 3-2: a scene and a question, where the answer cites one article and no more."""
    names, known = _names(held), {a.title for law in held.values() for a in law}
    for record in _json(folder / "LawBench" / "data" / "zero_shot" / "3-2.json"):
        titles = {_named(m["before"], names) + m["place"] for m in _CITED.finditer(record["answer"])}
        if len(titles) == 1 and titles <= known:
            yield LayQuestion(record["question"].removeprefix("场景:").strip(), tuple(titles))


def readings(path: Path) -> Iterator[Reading]:
    """The paragraphs of a file in the form of SQuAD."""
    for article in _json(path)["data"]:
        for paragraph in article["paragraphs"]:
            asked = ((q["question"].strip(), _begins(paragraph["context"], q)) for q in paragraph["qas"])
            yield Reading(article["title"], paragraph["context"], tuple((q, at) for q, at in asked if at >= 0))


def _begins(text: str, question: Mapping[str, Any]) -> int:
    """Where the answer begins; -1 where it does not stand in the text."""
    answer = question["answers"][0]
    at = int(answer.get("answer_start", -1))
    said = str(answer["text"])
    return at if text[at : at + len(said)] == said else text.find(said)
