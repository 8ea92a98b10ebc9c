"""Questions a clause answers, in the words people use: what stands between everyday and official wording.

Document expansion (Nogueira et al. 2019, doc2query), written by hand: one YAML a document under ``questions``, one entry
for each thing a clause can be asked about, with the run of the clause's text that answers it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import LibraryError
from corpus.model import Clause, Document
from corpus.record import read_yaml

__all__ = ["QUESTIONS", "Asked", "Expansion", "asked_of", "load"]

QUESTIONS = Path(__file__).with_name("questions")
"""The folder of shipped questions, one YAML a document."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and the run of the clause's text that answers it; empty where the text held now has no such run."""

    question: str
    answer: str


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    clause: str
    answer: str = Field(min_length=1)
    asked: tuple[str, ...] = Field(min_length=1)


class Expansion(BaseModel):
    """The questions of one document; ``clause`` is a clause key without the document's id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    questions: tuple[_Entry, ...]

    def entries(self) -> Iterator[tuple[str, Asked]]:
        """Clause key and question, in the order of the file."""
        for entry in self.questions:
            for question in entry.asked:
                yield f"{self.document}#{entry.clause}", Asked(question, entry.answer)


@cache
def load(folder: Path = QUESTIONS) -> Mapping[str, Expansion]:
    """Every expansion by document id. Raises ``LibraryError`` naming the file that does not validate."""
    held: dict[str, Expansion] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            found = Expansion.model_validate(read_yaml(path.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValidationError) as error:
            raise LibraryError(f"{path.name} 不合规：{str(error).splitlines()[0]}") from error
        held[found.document] = found
    return MappingProxyType(held)


def asked_of(document: Document) -> Mapping[str, tuple[Asked, ...]]:
    """The questions of each clause of a document, by clause key.

    A clause of an original that took a digest's place inherits what was asked of the digest at the same locator.
    """
    expansion = load().get(document.id)
    if expansion is None:
        return {}
    by_key = {clause.key: clause for clause in document.clauses}
    by_place = {clause.locator.text: clause for clause in reversed(document.clauses) if clause.locator}
    found: dict[str, list[Asked]] = {}
    for key, asked in expansion.entries():
        clause = by_key.get(key) or by_place.get(key.partition("#")[2].partition("/")[0])
        if clause is not None:
            found.setdefault(clause.key, []).append(_in(clause, asked))
    return {key: tuple(questions) for key, questions in found.items()}


def _in(clause: Clause, asked: Asked) -> Asked:
    return asked if asked.answer in clause.text else Asked(asked.question, "")
