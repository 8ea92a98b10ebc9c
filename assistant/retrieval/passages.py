"""What is indexed: one passage a clause, or one a line of a BEIR-like corpus."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.errors import InputError, unreadable
from corpus.expansion import Asked, asked_of
from corpus.library import Corpus
from corpus.locator import find
from corpus.numerals import NUMERAL

__all__ = ["Passage", "passages", "read_passages", "records"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrievable text with what names it and the questions it is known to answer.

    ``locator`` is empty where the source shows no number.
    """

    key: str
    document_id: str
    title: str
    number: str
    locator: str
    heading: str
    text: str
    scenes: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()

    @property
    def digest(self) -> str:
        """A hash of everything in the passage: what changes it, re-embeds it."""
        said = (self.key, self.document_id, self.title, self.number, self.locator, self.heading, self.text, self.scenes)
        parts = (*said, tuple((a.question, a.answer) for a in self.asked)) if self.asked else said
        return hashlib.blake2b("\x1f".join(map(str, parts)).encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def embedded(self) -> str:
        """The text given to the embedding: title, place and heading carry what the clause itself leaves unsaid."""
        return "\n".join(part for part in (f"{self.title} {self.locator}".strip(), self.heading, self.text) if part)


def passages(corpus: Corpus) -> tuple[Passage, ...]:
    """One passage a clause, in the order of the corpus."""
    return tuple(
        Passage(
            key=clause.key,
            document_id=document.id,
            title=document.title,
            number=document.number or "",
            locator=clause.locator.text if clause.locator else "",
            heading=clause.heading,
            text=clause.text,
            scenes=tuple(clause.scenes),
            asked=asked.get(clause.key, ()),
        )
        for document in corpus.documents
        for asked in (asked_of(document),)
        for clause in document.clauses
    )


_OPENING = re.compile(rf"\s*第\s*{NUMERAL}(?:\s*[-－]\s*[0-9]+)?\s*[条條](?:\s*之\s*{NUMERAL})?")


def read_passages(path: Path) -> tuple[Passage, ...]:
    """The passages of a BEIR-like corpus file (``{"_id","title","text"}`` a line).

    A locator at the end of the title or the start of the text is taken out of it, so that the passage is known by
    document and locator as a clause of the library is. Raises ``InputError``.
    """
    return tuple(_from_record(record) for record in records(path, ("_id", "text")))


def _from_record(record: dict[str, Any]) -> Passage:
    title, text = str(record.get("title") or ""), str(record["text"])
    name, locator = title, ""
    for span, found in find(title):
        if span[0] > 0 and not title[span[1] :].strip("：: 　）)》"):
            name, locator = title[: span[0]].strip("·-—:： 　《》"), found.text
            break
    if not locator and (opening := _OPENING.match(text)):
        locator = opening.group().strip()
    return Passage(str(record["_id"]), name or str(record["_id"]), name, "", locator, "", text)


def records(path: Path, required: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, each with the required fields. Raises ``InputError`` naming file and line."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for n, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                record = json.loads(line)
                if not isinstance(record, dict) or any(name not in record for name in required):
                    raise InputError(f"{path.name} 第 {n} 行缺少字段：需要 {'、'.join(required)}。")
                yield record
    except OSError as error:
        raise InputError(f"读不了文件 {path}：{unreadable(error)}。") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} 不是 UTF-8 文本。") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path.name} 有一行不是完好的 JSON：{error.msg}。") from error
