"""The one path behind every door: a question in, an :class:`assistant.answer.Answer` out."""

import contextlib
import gc
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
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
from assistant.retrieval import Hit, Retriever, embedder, opened
from assistant.settings import Settings
from corpus.errors import NearzeroError, UnknownConversation
from corpus.library import Corpus
from corpus.model import Document
from corpus.overlay import load_all

if TYPE_CHECKING:
    from assistant.conversation.graph import Conversations
    from assistant.conversation.store import Conversation
    from assistant.feedback import Feedback, Rating
    from assistant.learning import Course
    from assistant.model.engine import Engine
    from assistant.model.usage import Usage
    from assistant.retrieval.embedding import Embedder
    from assistant.review.items import Check

__all__ = ["Assistant"]

Progress = Callable[[int, int], None]
"""Called with clauses done and clauses in all while the index is built."""

_log = logging.getLogger(__name__)

_SETTLED = 2.0
"""Seconds without a change after which a folder of documents is taken for finished, though its index is not built."""


class Assistant:
    """Answers questions over one corpus and its index, and follows both when they change on disk.

    Safe to share between threads.
    """

    def __init__(self, core: Core, settings: Settings, model: "Embedder | None" = None) -> None:
        self._core = core
        self._settings = settings
        self._model = model
        self._lock = threading.Lock()
        self._reloading = threading.Lock()
        self._seen = _Stamp.of(settings)
        self._unusable: _Stamp | None = None
        self._retired: Retriever | None = None
        self._conversations: Conversations | None = None
        self._course: Course | None = None
        self._feedback: Feedback | None = None

    @classmethod
    def open(cls, settings: Settings, progress: Progress | None = None) -> "Assistant":
        """Load the corpus, bring the index up to date where it is not, and be ready to answer.

        Raises ``LibraryError`` for a broken document and ``IndexUnavailable`` where the index cannot be made.
        """
        with ThreadPoolExecutor(1) as aside:
            opening = aside.submit(embedder, settings.embedding)
            corpus = load_all(*settings.folders)
            model = opening.result()
        retriever = opened(settings, corpus, progress, model=model)
        classifier = IntentClassifier.open(model, settings.home)
        core = Core(corpus, retriever, classifier, TermWeights(corpus), _engine(settings, corpus))
        return cls(core, settings, model)

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        return self._settings

    @property
    def core(self) -> Core:
        """The parts every step uses, over the documents and the index as they are now."""
        now = _Stamp.of(self._settings)
        if now == self._unusable:
            return self._core
        if now.index != self._seen.index:
            try:
                self.reload()
            except NearzeroError as error:
                # What was read before still answers; the next change is tried again.
                _log.error("the changed library cannot be used: %s", error)
                self._unusable = now
        elif now.folders != self._seen.folders and now.settled and not self._reloading.locked():
            # Nobody waits for an index that this program may first have to build.
            threading.Thread(target=self.reload, name="reload", daemon=True).start()
        return self._core

    def reload(self, progress: Progress | None = None) -> None:
        """Take up the documents and the index as they are on disk, if they are others than those in use.

        What is under way ends with what it began with. Raises as :meth:`open` does.
        """
        with self._reloading:
            now = _Stamp.of(self._settings)
            if now == self._seen:
                return
            corpus = load_all(*self._settings.folders)
            retriever = opened(self._settings, corpus, progress, model=self._model)
            built = _Stamp.of(self._settings)
            core = replace(
                self._core,
                corpus=corpus,
                retriever=retriever,
                weights=TermWeights(corpus),
                model=self._core.model.over(corpus) if self._core.model else None,
            )
            before, self._core, self._seen = self._core, core, replace(now, index=built.index)
            if self._retired is not None:
                self._retired.close()
            self._retired = before.retriever
            # What was replaced is held by caches of its own until all of memory is looked through, which Python puts
            # off the longer the more there is: an index or two a change would pile up.
            gc.collect()

    @property
    def corpus(self) -> Corpus:
        return self.core.corpus

    def ask(
        self,
        question: str,
        session: str | None = None,
        as_of: date | None = None,
        *,
        owner: str = "",
        register: Register | None = None,
        after: int | None = None,
    ) -> Answer:
        """Answer one question; with ``session`` as a turn of that conversation of ``owner``.

        ``register`` says who reads (staff, administrator, evaluator); left out, the setting ``reader`` does. With
        ``after`` the conversation goes on from that many turns and forgets the rest. Raises ``InputError`` for an empty
        or overlong question, ``StoreUnavailable`` where the conversation cannot be kept.
        """
        return self._ask(question, session, as_of, owner, register, after, None)

    def stream(
        self,
        question: str,
        session: str | None = None,
        as_of: date | None = None,
        *,
        owner: str = "",
        register: Register | None = None,
        after: int | None = None,
    ) -> Iterator[str | Answer]:
        """The same answer in checked pieces, and last the :class:`Answer` itself, which is what counts.

        With a model the pieces are sentences, each held back until it is whole and checked; where the model then fails,
        the blocks of the extractive answer follow. Without a model the pieces are its blocks.
        """
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()

        def work() -> Answer:
            try:
                return self._ask(question, session, as_of, owner, register, after, pieces.put)
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
        after: int | None,
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
            core = self.core
            done = self._keeping().take(core, turn, owner, after=after) if session else walk(core, turn)
            if session and after is not None:
                self.feedback.forget(owner, session, after)
        assert done.answer is not None
        answer = replace(done.answer, timing_ms={**done.timing, "total": (time.perf_counter() - start) * 1000})
        record(done, answer, words=self._settings.log_words)
        return answer

    def conversations(self, owner: str = "") -> "tuple[Conversation, ...]":
        """The kept conversations of a person, last used first."""
        return self._keeping().all(owner)

    def history(
        self, session: str, owner: str = "", *, first: int = 1, last: int | None = None
    ) -> tuple[Mapping[str, Any], ...]:
        """The turns ``first`` to ``last`` of a conversation (all, unless said) as ``nearzero.answer/1``.

        Raises ``UnknownConversation``.
        """
        return self._keeping().history(session, owner, first=first, last=last)

    def rename(self, session: str, title: str, owner: str = "") -> None:
        """Give a conversation another title. Raises ``UnknownConversation``."""
        self._keeping().rename(session, title, owner)

    def delete(self, session: str, owner: str = "") -> None:
        """Delete a conversation with everything said in it. Raises ``UnknownConversation``."""
        self._keeping().delete(session, owner)
        self.feedback.forget(owner, session)

    def rate(self, session: str, turn: int, rating: "Rating", owner: str = "", reader: str = "") -> None:
        """Keep what a person says of an answer of his. Raises ``UnknownConversation`` where there is no such turn."""
        kept = self.history(session, owner, first=turn, last=turn)
        if not kept:
            raise UnknownConversation("这一问已经不在会话里，没有记下。")
        self.feedback.note(owner, session, turn, rating, kept[0], reader)

    @property
    def feedback(self) -> "Feedback":
        """What readers said of answers."""
        with self._lock:
            if self._feedback is None:
                from assistant.feedback import open_feedback

                url = self._settings.checkpoint_url
                self._feedback = open_feedback(self._settings.feedback_path, url.get_secret_value() if url else None)
            return self._feedback

    @property
    def learning(self) -> "Course":
        """Lessons, quizzes and everybody's progress, over the documents as they are today."""
        from assistant.learning import Course, open_progress

        corpus, today = self.corpus, datetime.now(UTC).date()
        with self._lock:
            held = self._course
            if held is None or held.corpus is not corpus or held.on != today:
                url = self._settings.checkpoint_url
                progress = held.progress if held else None
                if progress is None:
                    progress = open_progress(self._settings.learning_path, url.get_secret_value() if url else None)
                self._course = held = Course(corpus, progress, today)
            return held

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
        core = self.core
        hits = {hit.key: hit for hit in core.retriever.search(query, max(k, DEPTH))}
        ordered = weigh(core.read(query), gather(core.corpus, hits.values()), core.weights)
        return [replace(hits[item.clause.key], score=item.score) for item in ordered[:k]]

    def file_of(self, document: Document) -> Path | None:
        """The kept file an added document was read from, if it is a PDF whose pages can be shown."""
        path = self._settings.files_path / f"{document.content_hash}.pdf"
        return path if document.content_hash and path.is_file() else None

    def check(self, text: str) -> "Check":
        """Check every clause reference of a text, line by line."""
        from assistant.review.items import check

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
                self._conversations = Conversations(store)
            return self._conversations

    def close(self) -> None:
        """Let go of the conversation store and of an index that was replaced."""
        with self._lock:
            if self._conversations is not None:
                self._conversations.close()
                self._conversations = None
            if self._course is not None:
                self._course.close()
                self._course = None
            if self._feedback is not None:
                self._feedback.close()
                self._feedback = None
            if self._retired is not None:
                self._retired.close()
                self._retired = None


@dataclass(frozen=True, slots=True)
class _Stamp:
    """What tells that documents or the index changed: times of the folders, identity of the manifest in force."""

    index: tuple[int, ...]
    folders: tuple[int, ...]

    @classmethod
    def of(cls, settings: Settings) -> "_Stamp":
        manifest = _stat(settings.index_path / "current.json")
        folders = tuple(_stat(folder)[:1] for folder in settings.folders)
        return cls(manifest, tuple(time for found in folders for time in found or (0,)))

    @property
    def settled(self) -> bool:
        return time.time() - max(self.folders, default=0) / 1e9 > _SETTLED


def _stat(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ino)


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
