"""Chinese text to index terms: jieba's words in search mode and character bigrams together, in Simplified characters.

Words alone miss what the dictionary cuts elsewhere, bigrams alone match across word borders; both in one index beat
either. jieba's dictionary of 350 000 words takes about a second to read, so an index keeps only the words that occur
in its own corpus and reads those.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from assistant.retrieval.embedding import clean
from corpus.script import simplified

__all__ = ["Segmenter", "is_chinese", "normalise", "simplified", "vocabulary"]

_HAN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[\u3400-\u9fff]+|[a-z]+[0-9]*|[0-9]+(?:\.[0-9]+)*|°c|%")
_LONGEST = 10
"""Longest dictionary word looked for, in characters."""
_RUNS = 16_384
"""Runs of Chinese characters whose words are kept at hand."""


def is_chinese(text: str) -> bool:
    """Whether the text holds any Chinese character."""
    return _HAN.search(text) is not None


def normalise(text: str) -> str:
    """Simplified characters, half-width letters and digits, lower case.

    >>> normalise("ＧＢ 55015　會議")
    'gb 55015 会议'
    """
    return unicodedata.normalize("NFKC", simplified(clean(text))).lower()


class Segmenter:
    """Terms of a text, by a dictionary of ``{word: frequency}``."""

    def __init__(self, words: dict[str, int]) -> None:
        import jieba

        self._jieba = jieba.Tokenizer()
        prefixes = {word[:end] for word in words for end in range(1, len(word))}
        self._jieba.FREQ = dict.fromkeys(prefixes, 0) | words
        self._jieba.total = max(1, sum(words.values()))
        self._jieba.initialized = True
        # Titles and headings come again with every clause.
        self._cut = lru_cache(_RUNS)(lambda run: tuple(self._jieba.cut_for_search(run, HMM=False)))

    def words(self, text: str) -> Iterator[str]:
        """Words of a normalised text, long words followed by the shorter ones inside them."""
        for run in _WORD.findall(text):
            if _HAN.match(run):
                yield from self._cut(run)
            else:
                yield run

    def terms(self, text: str) -> list[str]:
        """Words of two characters and more, and the bigrams of every run of Chinese characters, of any text."""
        text = normalise(text)
        terms = [word for word in self.words(text) if len(word) > 1 or not _HAN.match(word)]
        for run in _HAN.findall(text):
            terms.extend("_" + run[i : i + 2] for i in range(len(run) - 1))
        return terms


def vocabulary(texts: Iterable[str], own: Iterable[str]) -> dict[str, int]:
    """The words of jieba's dictionary that occur in the texts, with their frequencies, and the corpus's own terms."""
    import jieba

    with jieba.get_dict_file() as lines:
        frequency = {word: int(count) for word, count, *_ in (line.decode("utf-8").split(" ") for line in lines)}
    prefixes = {word[:end] for word in frequency if len(word) <= _LONGEST for end in range(2, len(word))}
    found: dict[str, int] = {}
    seen: set[str] = set()
    for text in texts:
        for run in set(_HAN.findall(text)) - seen:
            _collect(run, frequency, prefixes, found)
            seen.add(run)
        if len(seen) > _RUNS:
            seen.clear()
    for term in own:
        for run in _HAN.findall(term):
            if 1 < len(run) <= _LONGEST:
                found.setdefault(run, 5)
    return found


def _collect(run: str, frequency: dict[str, int], prefixes: set[str], found: dict[str, int]) -> None:
    for start in range(len(run)):
        if run[start] in frequency:
            found[run[start]] = frequency[run[start]]
        for end in range(start + 2, min(len(run), start + _LONGEST) + 1):
            piece = run[start:end]
            if piece in frequency:
                found[piece] = frequency[piece]
            if piece not in prefixes:
                break
