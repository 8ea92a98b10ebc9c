"""How a question finds its clauses: passages, embedding, index, retriever."""

from assistant.retrieval.embedding import Embedder, embedder
from assistant.retrieval.index import BuildReport, Progress, build, is_current
from assistant.retrieval.listing import Listing
from assistant.retrieval.opening import ensure, open_index, opened
from assistant.retrieval.passages import Passage, passages
from assistant.retrieval.retriever import Hit, Leg, Retrieval, Retriever, Signals

__all__ = [
    "BuildReport",
    "Embedder",
    "Hit",
    "Leg",
    "Listing",
    "Passage",
    "Progress",
    "Retrieval",
    "Retriever",
    "Signals",
    "build",
    "embedder",
    "ensure",
    "is_current",
    "open_index",
    "opened",
    "passages",
]
