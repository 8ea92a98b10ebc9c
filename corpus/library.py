"""The corpus in memory: load the library folder, get a clause, find by locator, list indicators."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ValidationError

from corpus.errors import LibraryError, UnknownClause
from corpus.locator import Locator
from corpus.model import Clause, Document, Indicator
from corpus.record import read_record

__all__ = ["LIBRARY", "Corpus", "load", "load_document"]

LIBRARY = Path(__file__).with_name("library")
"""The folder of shipped documents, one YAML each."""


@dataclass(frozen=True)
class Corpus:
    """All documents with their clauses, looked up by key, document and locator."""

    documents: tuple[Document, ...]

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(clause for document in self.documents for clause in document.clauses)

    @cached_property
    def _by_key(self) -> Mapping[str, Clause]:
        return {clause.key: clause for clause in self.clauses}

    @cached_property
    def _by_id(self) -> Mapping[str, Document]:
        return {document.id: document for document in self.documents}

    def holds(self, document_id: str) -> bool:
        """Whether there is a document of that id."""
        return document_id in self._by_id

    def get(self, key: str) -> Clause:
        """The clause of that key. Raises ``UnknownClause``."""
        try:
            return self._by_key[key]
        except KeyError:
            raise UnknownClause(f"没有这一条：{key}。用 nearzero corpus show 文件编号 查看有哪些条款。") from None

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises ``UnknownClause``."""
        try:
            return self._by_id[document_id]
        except KeyError:
            raise UnknownClause(f"没有这份文件：{document_id}。用 nearzero corpus list 查看文件编号。") from None

    def document_of(self, clause: Clause) -> Document:
        """The document a clause belongs to."""
        return self.document(clause.document_id)

    def at(self, document_id: str, locator: Locator) -> tuple[Clause, ...]:
        """Clauses of the document at that place or below it; failing those, the ones that contain it."""
        document = self.document(document_id)
        placed = [(c, c.locator) for c in document.clauses if c.locator is not None]
        below = tuple(c for c, at in placed if locator.covers(at))
        return below or tuple(c for c, at in placed if at.parts and at.covers(locator))

    def indicators(self, words: Iterable[str]) -> Iterator[tuple[Clause, Indicator]]:
        """Every indicator whose name or clause heading holds all the given words."""
        wanted = tuple(words)
        for clause in self.clauses:
            for indicator in clause.indicators:
                if all(w in indicator.name or w in clause.heading for w in wanted):
                    yield clause, indicator


def load_document(path: Path) -> Document:
    """Read and validate one YAML document. Raises ``LibraryError`` naming file and field."""
    try:
        return Document.model_validate(read_record(path))
    except yaml.YAMLError as error:
        raise LibraryError(f"{path.name} 不是完好的 YAML：{str(error).splitlines()[0]}") from error
    except UnicodeDecodeError as error:
        raise LibraryError(f"{path.name} 不是 UTF-8 文本") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"]) or "文件"
        raise LibraryError(f"{path.name} 的 {place} 不合规：{first['msg']}") from error


def load(*folders: Path) -> Corpus:
    """Load every document of the given folders (the shipped library by default), sorted by id.

    Raises ``LibraryError`` for a document that does not validate and for two documents of one id.

    >>> corpus = load()
    >>> corpus.get("guideline-interpretation#三、第6部分").heading
    '近零碳停车场'
    """
    documents: dict[str, Document] = {}
    for folder in folders or (LIBRARY,):
        for path in sorted(folder.glob("*.yaml")):
            document = load_document(path)
            if document.id in documents:
                raise LibraryError(f"{path.name} 的编号 {document.id} 与另一份文件重复")
            documents[document.id] = document
    if not documents:
        raise LibraryError("资料库是空的：没有找到任何 YAML 文件")
    return Corpus(tuple(documents[key] for key in sorted(documents)))
