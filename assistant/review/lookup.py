"""A clause by its number as people write it: 节能条例第十四条, 第6部分, 国管节能〔2021〕426号 三（五）."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.library import Corpus
from corpus.locator import parse
from corpus.model import Clause, Document
from corpus.versions import extent

if TYPE_CHECKING:
    from assistant.retrieval import Retriever

__all__ = ["Lookup", "lookup"]

_MOST = 60
"""Clauses one number can name that are looked at: a chapter has many."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a text names: the clauses held of it, in the order of their documents; documents named without a number;
    and one line for each thing that is not held."""

    clauses: tuple[Clause, ...] = ()
    documents: tuple[Document, ...] = ()
    missing: tuple[str, ...] = ()


def lookup(text: str, retriever: "Retriever", corpus: Corpus) -> Lookup:
    """The clauses a text names by document and number."""
    found = retriever.retrieve(text, _MOST)
    named = {hit.key for hit in found.hits if hit.exact}
    order = {hit.key.partition("#")[0]: rank for rank, hit in reversed(list(enumerate(found.hits)))}
    clauses = sorted(
        (corpus.get(key) for key in named),
        key=lambda c: (order[c.document_id], corpus.document_of(c).clauses.index(c)),
    )
    missing = [_lacking(corpus.document(i), place) for i, place in found.signals.unresolved]
    missing += [f"资料库里没有收录{mention.text}。" for mention in found.signals.unknown]
    missing += [
        f"没有写明是哪份文件的{place.locator.text}：请连同文件名或文号一起写。"
        for place in found.signals.places
        if not place.document_ids and not found.signals.unknown
    ]
    documents: tuple[Document, ...] = ()
    if not found.signals.places:
        ids = dict.fromkeys(m.document_ids[0] for m in found.signals.mentions if m.document_ids)
        documents = tuple(corpus.document(i) for i in ids)
    return Lookup(tuple(clauses), documents, tuple(dict.fromkeys(missing)))


def _lacking(document: Document, place: str) -> str:
    reason = extent(document, parse(place))
    if reason is not None:
        return f"{document.name}没有{place}：{reason}。"
    return f"{document.name}的{place}没有收录：库里是摘编，没有摘到这一处。"
