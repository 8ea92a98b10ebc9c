"""A question to ranked clauses: exact route, BM25 and vectors in one ranking, with what abstaining needs to know."""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.embedding import Embedder, Vectors
from assistant.retrieval.fusion import scaled, top
from assistant.retrieval.index import Index
from assistant.retrieval.listing import listing
from assistant.retrieval.naming import Place, places, spelt
from assistant.retrieval.parameters import Parameters, parameters
from assistant.retrieval.passages import Passage
from assistant.retrieval.segmentation import is_chinese, normalise, simplified
from assistant.retrieval.terms import expansions
from corpus.expansion import Asked
from corpus.locator import Level, Locator, Part, parse
from corpus.references import Catalogue, Mention

Rows = NDArray[np.int64]

__all__ = ["Hit", "Leg", "Retrieval", "Retriever", "Signals"]

_QUESTION = 1000
"""Characters of a question that are read; embedding costs about a millisecond a character beyond."""
_OUTLINE = (Level.HEADING, Level.SUBHEADING, Level.NUMBERED)


def _as_outline(locator: Locator) -> Locator | None:
    """第三部分第五条 read as 三（五）; ``None`` for a locator of other levels."""
    named = [p for p in locator.parts if p.level in {Level.DIVISION, Level.CHAPTER, Level.ARTICLE}]
    if not named or len(named) != len(locator.parts) or len(named) > len(_OUTLINE):
        return None
    parts = tuple(Part(level, part.number[:1]) for level, part in zip(_OUTLINE, named, strict=False))
    return Locator(locator.text, parts)


_MEANT = 8
"""Documents of one ambiguous mention that are looked at."""
_FIRST = 10.0
"""Added to a clause named by its place: more than fusion and boosts can give together."""
_DEEPER = 3
"""Questions looked at for each passage wanted: a passage has several that are alike."""
_READ = 64
"""Questions whose names are kept as read."""
_CACHED = 512
"""Question vectors kept: the same question is asked again by the page, the follow-up and the check."""


@dataclass(frozen=True, slots=True)
class Leg:
    """Where one leg ranked a hit (from 1; ``None`` if past its depth) and its raw score (cosine, BM25)."""

    rank: int | None
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One clause found. ``score`` orders the hits of one question and means nothing across questions.

    ``asked`` is the nearest of the questions the clause is known to answer, ``None`` where none are known.
    """

    key: str
    score: float
    legs: Mapping[str, Leg]
    exact: bool
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class Signals:
    """What tells a question the corpus answers from one it does not.

    ``dense_top`` is the best cosine, ``dense_margin`` what it has over the mean of the whole corpus, ``lexical_top``
    the best BM25 score; ``coverage`` is the share of the question's terms, weighted by rarity, that the first hit
    holds, ``coverage_pool`` the share the first five hold together. ``unknown`` are documents clearly named but not
    held; ``unresolved`` are (document id, locator) named but not held in that document.
    """

    dense_top: float
    dense_margin: float
    lexical_top: float
    coverage: float
    coverage_pool: float
    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]
    unknown: tuple[Mention, ...]
    unresolved: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Hits best first; ``vector`` is that of the question."""

    hits: tuple[Hit, ...]
    signals: Signals
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names. ``residue`` is its text without the documents; ``extra`` the words expansion adds."""

    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]
    residue: str
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Query:
    text: str
    meaning: str
    normal: str
    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Likely:
    """Passages by the questions they are known to answer; scores below a floor count as none."""

    rows: tuple[int, ...]
    ranks: Mapping[int, int]
    floor: float
    lexical_floor: float


def _floor(best: Vectors, depth: int) -> float:
    """The last of the best scores, 0 where fewer than the depth have any."""
    return float(best[-1]) if len(best) == depth else 0.0


class Retriever:
    """Searches one opened index. Thread-safe; a warm search costs what embedding the question costs.

    ``passages`` are those of the corpus now; what the index holds beyond them is never returned, what it lacks is not
    found until it is built again (``missing`` counts these). ``numbers`` are those in force unless others are given.
    """

    def __init__(
        self,
        index: Index,
        passages: Sequence[Passage],
        catalogue: Catalogue,
        model: Embedder,
        numbers: Parameters | None = None,
    ) -> None:
        self._passages = listing(passages)
        self._index = index
        self._model = model
        self._catalogue = catalogue
        self._parameters: Parameters = numbers or parameters()
        self._rows = index.find(self._passages.digests)
        held = np.flatnonzero(self._rows >= 0)
        self._place_of = np.full(index.size, -1, np.int32)
        self._place_of[self._rows[held]] = held
        self._gone = self._place_of < 0
        self.missing = len(self._rows) - len(held)
        self._locators: dict[str, tuple[tuple[int, Locator], ...]] = {}
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()
        # One question is read several times on its way: by what understands it, by the ranking and here.
        self._read = lru_cache(maxsize=_READ)(self._read_anew)

    def over(self, passages: Sequence[Passage], catalogue: Catalogue) -> "Retriever":
        """The same index seen through other passages and names: what is not among them is not found."""
        other = Retriever(self._index, passages, catalogue, self._model, self._parameters)
        other._vectors, other._lock = self._vectors, self._lock
        return other

    def close(self) -> None:
        """Let go of the database; the retriever must not be used after."""
        self._index.close()

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The k best clauses, best first."""
        return list(self.retrieve(query, k).hits)

    def retrieve(self, query: str, k: int = 10) -> Retrieval:
        """The k best clauses with the signals of the question."""
        asked = self._read(query)
        vector = self.embed(asked.meaning)
        terms = self._weighted(asked)
        best_lexical, lexical_scores = self._index.lexical.best(terms, self._parameters.depth, self._gone)
        rows, cosines = self._index.dense.nearest(vector, self._parameters.depth, self._gone)
        ranks = {row: rank for rank, row in enumerate(rows.tolist(), 1)}
        likely = self._asked(terms, vector)
        exact, unresolved = self._exact(asked.places)
        named = self._documents(asked.mentions)
        boosts = {row: boost for d, boost in named.items() for row in self._of_document(d)}
        near = (*rows.tolist(), *best_lexical.tolist(), *likely.rows)
        pool = np.array(list(dict.fromkeys([*exact, *near, *boosts])), np.int64)
        cosine = self._index.vectors.take(pool) @ vector if len(pool) else np.zeros(0, np.float32)
        lexical = self._index.lexical.of(terms, pool)
        weight = self._parameters.dense_weight_named if named else self._parameters.dense_weight
        by_meaning = scaled(cosine, float(cosines[-1]) if len(cosines) else 0.0)
        by_words = scaled(lexical, _floor(lexical_scores, self._parameters.depth))
        score = weight * by_meaning + (1 - weight) * by_words
        best, nearest = self._best_asked(pool, vector)
        asked_lexical = np.zeros(0, np.float32)
        if len(nearest):
            known = nearest >= 0
            score += self._parameters.asked_weight * np.where(known, scaled(best, likely.floor), by_meaning)
            asked_lexical = self._asked_words(terms, pool)
            like_words = scaled(asked_lexical, likely.lexical_floor)
            score += self._parameters.asked_lexical_weight * np.where(known, like_words, by_words)
        for position, row in enumerate(pool):
            score[position] += boosts.get(int(row), 0.0)
            if int(row) in exact:
                score[position] += _FIRST
        order = top(score, k)
        lexical_ranks = {row: rank for rank, row in enumerate(best_lexical.tolist(), 1)}
        hits = tuple(
            Hit(
                key=self._passage(int(pool[at])).key,
                score=float(score[at]),
                legs={
                    "dense": Leg(ranks.get(int(pool[at])), float(cosine[at])),
                    "lexical": Leg(lexical_ranks.get(int(pool[at])), float(lexical[at])),
                    **self._asked_legs(likely, int(pool[at]), best, asked_lexical, nearest, int(at)),
                },
                exact=int(pool[at]) in exact,
                asked=self._question(int(pool[at]), nearest, int(at)),
            )
            for at in order
        )
        first = [int(pool[at]) for at in order[:5]]
        signals = self._signals(asked, vector, cosines, lexical_scores, first, unresolved)
        return Retrieval(hits, signals, vector)

    def _asked(self, terms: Mapping[str, float], vector: Vectors) -> "_Likely":
        """The passages whose known questions are nearest to this one, and what one must beat to count as near."""
        index = self._index.asked
        if index is None:
            return _Likely((), {}, 0.0, 0.0)
        best, scores = index.lexical.best(terms, self._parameters.depth, self._gone)
        found, cosines = index.dense.nearest(vector, min(_DEEPER * self._parameters.depth, len(index.vectors)))
        rows: dict[int, float] = {}
        owners = index.owners(found)
        held = ~self._gone[owners]
        for row, cosine in zip(owners[held].tolist(), cosines[held].tolist(), strict=True):
            rows.setdefault(row, cosine)
        near = list(rows)[: self._parameters.depth]
        return _Likely(
            rows=tuple(dict.fromkeys([*near, *best.tolist()])),
            ranks={row: rank for rank, row in enumerate(near, 1)},
            floor=rows[near[-1]] if near else 0.0,
            lexical_floor=_floor(scores, self._parameters.depth),
        )

    def _asked_words(self, terms: Mapping[str, float], pool: Rows) -> Vectors:
        """BM25 of the known questions of each passage of the pool."""
        index = self._index.asked
        return index.lexical.of(terms, pool) if index else np.zeros(len(pool), np.float32)

    def _best_asked(self, pool: Rows, vector: Vectors) -> tuple[Vectors, Rows]:
        """For each passage of the pool the best cosine of its known questions and that question's row, -1 for none."""
        index = self._index.asked
        if index is None:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        best, nearest = np.zeros(len(pool), np.float32), np.full(len(pool), -1, np.int64)
        begin = np.asarray(index.starts[pool], np.int64)
        counts = np.asarray(index.starts[pool + 1], np.int64) - begin
        held = np.flatnonzero(counts)
        if not len(held):
            return best, nearest
        first = np.concatenate(([0], np.cumsum(counts[held])[:-1]))
        rows = np.repeat(begin[held] - first, counts[held]) + np.arange(int(counts.sum()))
        cosines = index.vectors.take(rows) @ vector
        best[held] = np.maximum.reduceat(cosines, first)
        # The first of the rows that reach the best of their passage.
        reached = np.flatnonzero(cosines == np.repeat(best[held], counts[held]))
        owners, at = np.unique(np.repeat(held, counts[held])[reached], return_index=True)
        nearest[owners] = rows[reached[at]]
        return best, nearest

    @staticmethod
    def _asked_legs(
        likely: "_Likely", row: int, best: Vectors, words: Vectors, nearest: Rows, at: int
    ) -> dict[str, Leg]:
        if not len(nearest) or nearest[at] < 0:
            return {}
        return {
            "asked": Leg(likely.ranks.get(row), float(best[at])),
            "asked_lexical": Leg(None, float(words[at])),
        }

    def _question(self, row: int, nearest: Rows, at: int) -> Asked | None:
        index = self._index.asked
        if index is None or nearest[at] < 0:
            return None
        return self._passage(row).asked[int(nearest[at]) - int(index.starts[row])]

    def _read_anew(self, query: str) -> _Query:
        text = simplified(query[:_QUESTION]).strip()
        mentions = spelt(text, self._catalogue, self._catalogue.mentions(text))
        guideline = self._parameters.guideline if self._of_document(self._parameters.guideline) else ""
        normal = normalise(text)
        extra = expansions(normal) if self._parameters.expansion_weight else ()
        named = places(text, mentions, guideline, lambda: self._divisions)
        # An English question finds Chinese clauses far better with its terms in Chinese beside it.
        meaning = text if is_chinese(text) else " ".join((text, *extra))
        return _Query(text, meaning, normal, mentions, named, extra)

    @property
    def known(self) -> Vectors:
        """The vectors of every question a clause is known to answer."""
        index = self._index.asked
        return index.vectors.whole() if index else np.zeros((0, self._model.dimension), np.float32)

    @property
    def embedder(self) -> Embedder:
        return self._model

    def named(self, query: str) -> Named:
        """The documents and clauses a question names, what it says besides, and the corpus words it stands for."""
        asked = self._read(query)
        spans = sorted(m.span for m in asked.mentions)
        residue, at = "", 0
        for start, end in spans:
            residue, at = residue + asked.text[at:start], max(at, end)
        return Named(asked.mentions, asked.places, residue + asked.text[at:], asked.extra)

    def embed(self, text: str) -> Vectors:
        """The unit vector of a question; the same question is embedded once."""
        with self._lock:
            held = self._vectors.get(text)
            if held is not None:
                self._vectors.move_to_end(text)
                return held
        vector: Vectors = self._model.embed_queries([text])[0]
        with self._lock:
            self._vectors[text] = vector
            if len(self._vectors) > _CACHED:
                self._vectors.popitem(last=False)
        return vector

    def _weighted(self, asked: _Query) -> dict[str, float]:
        terms: dict[str, float] = {t: float(n) for t, n in Counter(self._index.segmenter.terms(asked.normal)).items()}
        for word in asked.extra:
            for term in self._index.segmenter.terms(word):
                terms[term] = max(terms.get(term, 0.0), self._parameters.expansion_weight)
        return terms

    def _documents(self, mentions: Sequence[Mention]) -> dict[str, float]:
        """Documents named, with what that adds to their clauses; the less likely meaning of a name gets less."""
        named: dict[str, float] = {}
        for mention in mentions:
            boost = self._parameters.numbered_boost if mention.how == "number" else self._parameters.document_boost
            for place, document_id in enumerate(mention.document_ids[:_MEANT], 1):
                named[document_id] = max(named.get(document_id, 0.0), boost / place)
        return named

    def _exact(self, asked: Sequence[Place]) -> tuple[set[int], tuple[tuple[str, str], ...]]:
        rows: set[int] = set()
        unresolved: list[tuple[str, str]] = []
        for place in asked:
            for document_id in place.document_ids:
                if at := self._at(document_id, place.locator):
                    rows.update(at)
                    break
            else:
                if place.document_ids:
                    unresolved.append((place.document_ids[0], place.locator.text))
        return rows, tuple(unresolved)

    def _at(self, document_id: str, locator: Locator) -> list[int]:
        held = self._placed(document_id)
        below = [row for row, at in held if locator.covers(at)]
        around = below or [row for row, at in held if at.parts and at.covers(locator)]
        if around or any(part.level is Level.ARTICLE for _, at in held for part in at.parts):
            return around
        # A policy paper numbers 一、（一）1; people still say its 第三部分第五条 or 第二条.
        outline = _as_outline(locator)
        return [row for row, at in held if outline is not None and outline.covers(at)]

    def _placed(self, document_id: str) -> tuple[tuple[int, Locator], ...]:
        if document_id not in self._locators:
            self._locators[document_id] = tuple(
                (row, parse(locator))
                for row in self._of_document(document_id)
                if (locator := self._passage(row).locator)
            )
        return self._locators[document_id]

    @cached_property
    def _divisions(self) -> int:
        """How many numbered parts the guideline has."""
        parts = [
            part.number[0]
            for _, locator in self._placed(self._parameters.guideline)
            for part in locator.parts
            if part.level is Level.DIVISION and part.number
        ]
        return max(parts, default=0)

    def _passage(self, row: int) -> Passage:
        return self._passages[int(self._place_of[row])]

    def _of_document(self, document_id: str) -> list[int]:
        """The rows of a document's passages."""
        rows = self._rows[np.asarray(self._passages.of_document(document_id), np.int64)]
        return sorted(rows[rows >= 0].tolist())

    def _signals(
        self,
        asked: _Query,
        vector: Vectors,
        cosines: Vectors,
        lexical: Vectors,
        best: Sequence[int],
        unresolved: tuple[tuple[str, str], ...],
    ) -> Signals:
        best_cosine = float(cosines[0]) if len(cosines) else 0.0
        first, pool = self._coverage(asked, best)
        return Signals(
            dense_top=best_cosine,
            dense_margin=best_cosine - float(self._index.centre @ vector),
            lexical_top=float(lexical.max(initial=0.0)),
            coverage=first,
            coverage_pool=pool,
            mentions=asked.mentions,
            places=asked.places,
            unknown=tuple(m for m in asked.mentions if not m.document_ids),
            unresolved=unresolved,
        )

    def _coverage(self, asked: _Query, rows: Sequence[int]) -> tuple[float, float]:
        terms = self._index.segmenter.terms(asked.normal)
        if not is_chinese(asked.normal):
            terms = [t for word in asked.extra for t in self._index.segmenter.terms(word)]
        rarity = self._index.lexical.rarity(terms)
        whole = sum(rarity.values())
        if not whole or not rows:
            return 0.0, 0.0
        held = [set(self._index.segmenter.terms(self._text(row))) for row in rows]
        pool = set().union(*held)
        first = sum(w for t, w in rarity.items() if t in held[0])
        return first / whole, sum(w for t, w in rarity.items() if t in pool) / whole

    def _text(self, row: int) -> str:
        passage = self._passage(row)
        return "\n".join((passage.title, passage.number, passage.locator, passage.heading, passage.text))
