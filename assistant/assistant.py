"""The one path behind every door: a question in, an :class:`assistant.answer.Answer` out."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.answering.indicators import TermWeights
from assistant.conversation.intent import IntentClassifier
from assistant.conversation.steps import Core, walk
from assistant.conversation.turn import Turn
from assistant.retrieval import Hit, embedder, ensure, open_index
from assistant.settings import Settings
from corpus.library import Corpus
from corpus.overlay import load_all

if TYPE_CHECKING:
    from assistant.conversation.graph import Conversations
    from assistant.review import Check

__all__ = ["Assistant"]

Progress = Callable[[int, int], None]
"""Called with clauses done and clauses in all while the index is built."""


class Assistant:
    """Answers questions over one corpus and its index. Safe to share between threads."""

    def __init__(self, core: Core, settings: Settings) -> None:
        self._core = core
        self._settings = settings
        self._lock = threading.Lock()
        self._conversations: Conversations | None = None

    @classmethod
    def open(cls, settings: Settings, progress: Progress | None = None) -> "Assistant":
        """Load the corpus, bring the index up to date where it is not, and be ready to answer.

        Raises ``LibraryError`` for a broken document and ``IndexUnavailable`` where the index cannot be made.
        """
        corpus = load_all(*settings.folders)
        model = embedder(settings.embedding)
        ensure(settings, corpus, progress, model=model)
        retriever = open_index(settings, corpus, model=model)
        classifier = IntentClassifier.open(model, settings.home)
        return cls(Core(corpus, retriever, classifier, TermWeights(corpus)), settings)

    @property
    def corpus(self) -> Corpus:
        return self._core.corpus

    def ask(self, question: str, session: str | None = None, as_of: date | None = None) -> Answer:
        """Answer one question; with ``session`` as a turn of that conversation.

        Raises ``InputError`` for an empty or overlong question.
        """
        start = time.perf_counter()
        turn = Turn(question=question, session=session or "", as_of=as_of)
        done = self._keeping().take(turn) if session else walk(self._core, turn)
        assert done.answer is not None
        timing = {**done.timing, "total": (time.perf_counter() - start) * 1000}
        return replace(done.answer, timing_ms=timing)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The best ``k`` clauses for a query, with the score of each leg."""
        return self._core.retriever.search(query, k)

    def check(self, text: str) -> "Check":
        """Check every clause reference of a text, line by line."""
        from assistant.review import check

        return check(text, self.corpus, self._core.retriever.embedder)

    def forget(self, session: str) -> None:
        """Delete a kept conversation; one that is not kept is no error."""
        self._keeping().forget(session)

    def _keeping(self) -> "Conversations":
        with self._lock:
            if self._conversations is None:
                from assistant.conversation.graph import Conversations

                self._conversations = Conversations(self._core, self._settings.conversations_path)
            return self._conversations

    def close(self) -> None:
        """Let go of the conversation store."""
        with self._lock:
            if self._conversations is not None:
                self._conversations.close()
                self._conversations = None
