"""Official files become documents of the library: read, shown to whoever adds them, put in. The same for every door."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.settings import Settings
from corpus.errors import InputError
from corpus.ingest import amend, content_hash, head, held, keep, save, shown_name, version_id
from corpus.library import LIBRARY, load
from corpus.overlay import counterpart, differences, nearest
from corpus.versions import same_document

if TYPE_CHECKING:
    from corpus.ingest import Reader
    from corpus.model import Document
    from corpus.overlay import Difference

__all__ = ["ADDING", "ASKED", "Added", "Proposal", "Shelf"]

ADDING = threading.Lock()
"""Held while a document is put in, by whichever door: what is held is read before and written after."""

ASKED = (("title", "题名"), ("number", "文号"), ("issuer", "发文机关"), ("issued", "印发"), ("effective", "施行"))
"""What is guessed from a file and asked of whoever adds it: field, name."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file as it was read, not put in yet. ``held`` is the id of the document read from the same content before.

    ``document`` is ``None`` where the same content is held and nothing else is stated of it. ``read`` is the document
    with everything guessed, ``document`` with what was stated and the id it would get.
    """

    file: str
    path: Path
    held: str | None = None
    read: "Document | None" = None
    document: "Document | None" = None


@dataclass(frozen=True, slots=True)
class Added:
    """A document put in. ``target`` is the id it is found under: that of the digest whose place it took, or its own."""

    document: "Document"
    target: str
    versions: "Sequence[Document]" = field(default=())
    """The other versions of the document that are held."""
    differences: "Sequence[Difference]" = field(default=())
    """Figures of the digest that the original does not have."""


class Shelf:
    """What is held: the shipped library and, without their clauses, the documents added so far."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.documents_path
        self._files = settings.files_path
        self._shipped = load(LIBRARY).documents
        self._added = held(self._folder)

    def propose(self, path: Path, reader: "Reader", stated: Mapping[str, str] | None = None) -> Proposal:
        """Read a file in the reader's child process. Raises ``InputError`` with one line of what is wrong."""
        digest = content_hash(path) if path.is_file() else ""
        known = next((d.id for d in self._added if digest and d.content_hash == digest), None)
        if known and not stated:
            return Proposal(shown_name(path), path, known)
        return self.state(Proposal(shown_name(path), path, known, reader.read(path)), stated or {})

    def state(self, proposal: Proposal, stated: Mapping[str, str]) -> Proposal:
        """The proposal with what its owner states in place of what was guessed. Raises ``InputError``."""
        assert proposal.read is not None
        document = amend(proposal.read, stated)
        if "id" not in stated:
            digest = counterpart(document, self._shipped)
            base = digest.id if digest else self._beside(document)
            document = amend(document, {"id": proposal.held or version_id(document, self._added, base)})
        return replace(proposal, document=document)

    def add(self, proposal: Proposal) -> Added:
        """Put the document in; the index does not know it yet. Raises ``InputError`` for an id that is taken."""
        document = proposal.document
        assert document is not None
        if any(d.id == document.id for d in self._shipped):
            raise InputError(f"编号 {document.id} 已经用在资料库里：请用 --meta id= 另给一个。")
        others = [d for d in self._added if d.id != document.id]
        versions = [d for d in others if same_document(d, document)]
        keep(proposal.path, document, self._files)
        save(document, self._folder)
        self._added = [*others, head(document)]
        digest = counterpart(document, self._shipped)
        if digest is None:
            versions += [d for d in self._shipped if same_document(d, document)]
            return Added(document, document.id, versions)
        claims = [*(d for d in others if counterpart(d, (digest,))), document]
        if nearest(digest, claims) is not document:
            return Added(document, document.id, versions)
        return Added(document, digest.id, versions, differences(digest, document))

    def _beside(self, document: "Document") -> str | None:
        """The id of the shipped document that is another version."""
        return next((d.id for d in self._shipped if same_document(d, document)), None)
