"""From settings and corpus to a retriever, building the index where it is missing or stale."""

from collections.abc import Sequence

from assistant.retrieval.embedding import Embedder, embedder
from assistant.retrieval.index import BuildReport, Progress, build, is_current, load
from assistant.retrieval.listing import listing
from assistant.retrieval.passages import Passage, passages
from assistant.retrieval.retriever import Retriever
from assistant.settings import Settings
from corpus.library import Corpus
from corpus.references import Named, catalogue, catalogue_of

__all__ = ["ensure", "open_index", "opened"]


def open_index(settings: Settings, source: Sequence[Passage], *, model: Embedder | None = None) -> Retriever:
    """Open the index in force for passages of any kind.

    A model already open can be handed in. Raises ``IndexUnavailable`` if there is no index or it was built with
    another embedding or Chroma.
    """
    items = listing(source)
    names = catalogue({p.document_id: Named(p.document_id, p.title, p.number) for p in items}.values())
    return Retriever(load(settings), items, names, model or embedder(settings.embedding))


def opened(
    settings: Settings, corpus: Corpus, progress: Progress | None = None, *, model: Embedder | None = None
) -> Retriever:
    """The index of a corpus, built where it is not in order, and opened: both from one reading of its passages."""
    items = listing(passages(corpus))
    ensure(settings, items, progress, model=model)
    return Retriever(load(settings), items, catalogue_of(corpus), model or embedder(settings.embedding))


def ensure(
    settings: Settings,
    source: Corpus | Sequence[Passage],
    progress: Progress | None = None,
    *,
    model: Embedder | None = None,
) -> BuildReport | None:
    """Build the index if it is missing, stale or made with another embedding; ``None`` if it was in order."""
    items = listing(passages(source) if isinstance(source, Corpus) else source)
    if is_current(items, settings):
        return None
    return build(items, settings, progress, model=model)
