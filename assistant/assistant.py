"""The one path behind every door: a question in, an :class:`assistant.answer.Answer` out."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from assistant.answer import Answer
from assistant.answering.evidence import gather
from assistant.answering.ranking import weigh
from assistant.answering.rarity import TermWeights
from assistant.answering.register import Register
from assistant.conversation.intent import IntentClassifier
from assistant.conversation.observing import record, spanned
from assistant.conversation.steps import DEPTH, Core, walk
from assistant.conversation.turn import Turn
from assistant.retrieval import Hit, embedder, ensure, open_index
from assistant.settings import Settings
from corpus.errors import UnknownConversation
from corpus.library import Corpus
from corpus.overlay import load_all

if TYPE_CHECKING:
    from assistant.conversation.graph import Conversations
    from assistant.conversation.store import Conversation
    from assistant.model.engine import Engine
    from assistant.model.usage import Usage
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
        return cls(Core(corpus, retriever, classifier, TermWeights(corpus), _engine(settings, corpus)), settings)

    @property
    def core(self) -> Core:
        """The parts every step uses, for measurements."""
        return self._core

    @property
    def corpus(self) -> Corpus:
        return self._core.corpus

    def ask(
        self,
        question: str,
        session: str | None = None,
        as_of: date | None = None,
        *,
        owner: str = "",
        register: Register | None = None,
    ) -> Answer:
        """Answer one question; with ``session`` as a turn of that conversation of ``owner``.

        ``register`` says who reads (staff, administrator, evaluator); left out, the setting ``reader`` does. Raises
        ``InputError`` for an empty or overlong question, ``StoreUnavailable`` where the conversation cannot be kept.
        """
        return self._ask(question, session, as_of, owner, register, None)

    def stream(
        self,
        question: str,
        session: str | None = None,
        as_of: date | None = None,
        *,
        owner: str = "",
        register: Register | None = None,
    ) -> Iterator[str | Answer]:
        """The same answer in checked pieces, and last the :class:`Answer` itself, which is what counts.

        With a model the pieces are sentences, each held back until it is whole and checked; where the model then fails,
        the blocks of the extractive answer follow. Without a model the pieces are its blocks.
        """
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def work() -> Answer:
            try:
                return self._ask(question, session, as_of, owner, register, pieces.put)
            finally:
                pieces.put(None)

        with ThreadPoolExecutor(1, "stream") as pool:
            asking = pool.submit(work)
            said = ""
            while (piece := pieces.get()) is not None:
                said += piece
                yield piece
            answer = asking.result()
            if not (said.strip() and answer.engine.startswith("model:")):
                yield from _blocks(answer, apart=bool(said.strip()))
            yield answer

    def _ask(
        self,
        question: str,
        session: str | None,
        as_of: date | None,
        owner: str,
        register: Register | None,
        emit: Callable[[str], None] | None,
    ) -> Answer:
        start = time.perf_counter()
        turn = Turn(
            question=question,
            session=session or "",
            as_of=as_of,
            register=register or self._settings.reader,
            emit=emit,
        )
        with spanned("nearzero.ask", self._settings.otlp_endpoint):
            done = self._keeping().take(turn, owner) if session else walk(self._core, turn)
        assert done.answer is not None
        answer = replace(done.answer, timing_ms={**done.timing, "total": (time.perf_counter() - start) * 1000})
        record(done, answer, words=self._settings.log_words)
        return answer

    def conversations(self, owner: str = "") -> "tuple[Conversation, ...]":
        """The kept conversations of a person, last used first."""
        return self._keeping().all(owner)

    def history(self, session: str, owner: str = "") -> tuple[Mapping[str, Any], ...]:
        """Every turn of a conversation as ``nearzero.answer/1``. Raises ``UnknownConversation``."""
        return self._keeping().history(session, owner)

    def rename(self, session: str, title: str, owner: str = "") -> None:
        """Give a conversation another title. Raises ``UnknownConversation``."""
        self._keeping().rename(session, title, owner)

    def delete(self, session: str, owner: str = "") -> None:
        """Delete a conversation with everything said in it. Raises ``UnknownConversation``."""
        self._keeping().delete(session, owner)

    def export(self, session: str, form: Literal["md", "docx"] = "md", owner: str = "") -> bytes:
        """A conversation with the texts of its clauses, as Markdown (UTF-8) or DOCX. Raises ``UnknownConversation``."""
        from assistant.conversation.export import docx, markdown

        turns = self.history(session, owner)
        title = next((c.title for c in self.conversations(owner) if c.name == session), session)
        return docx(title, turns) if form == "docx" else markdown(title, turns).encode()

    @property
    def usage(self) -> "Usage | None":
        """Calls and tokens of the model since the program started; ``None`` without a model."""
        return self._core.model.counter.total if self._core.model else None

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The best ``k`` clauses for a query, ordered as an answer would use them, with the score of each leg."""
        hits = {hit.key: hit for hit in self._core.retriever.search(query, max(k, DEPTH))}
        ordered = weigh(self._core.read(query), gather(self.corpus, hits.values()), self._core.weights)
        return [replace(hits[item.clause.key], score=item.score) for item in ordered[:k]]

    def check(self, text: str) -> "Check":
        """Check every clause reference of a text, line by line."""
        from assistant.review import check

        return check(text, self.corpus)

    def forget(self, session: str, owner: str = "") -> None:
        """Delete a kept conversation; one that is not kept is no error."""
        with contextlib.suppress(UnknownConversation):
            self._keeping().delete(session, owner)

    def _keeping(self) -> "Conversations":
        with self._lock:
            if self._conversations is None:
                from assistant.conversation.graph import Conversations
                from assistant.conversation.store import open_store

                url = self._settings.checkpoint_url
                store = open_store(self._settings.conversations_path, url.get_secret_value() if url else None)
                self._conversations = Conversations(self._core, store)
            return self._conversations

    def close(self) -> None:
        """Let go of the conversation store."""
        with self._lock:
            if self._conversations is not None:
                self._conversations.close()
                self._conversations = None


def _engine(settings: Settings, corpus: Corpus) -> "Engine | None":
    """The model mode where an endpoint is set; LangChain is imported only then."""
    if not settings.model_base_url:
        return None
    from assistant.model.client import endpoint
    from assistant.model.engine import Engine

    at = endpoint(settings)
    return Engine(at, corpus, settings.home) if at else None


def _blocks(answer: Answer, *, apart: bool) -> Iterator[str]:
    """The paragraphs of an answer; after sentences of a model that failed, a note says what follows."""
    if apart:
        yield "\n\n"
    if answer.note:
        yield f"{answer.note}\n\n"
    blocks = answer.text.split("\n\n")
    for i, block in enumerate(blocks):
        yield block if i == len(blocks) - 1 else f"{block}\n\n"
