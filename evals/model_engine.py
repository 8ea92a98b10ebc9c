"""Both engines over the same questions: does a model speak as truly as the extractive writer, and at what price?

``python -m evals.model_engine --questions 40 --seconds 45`` asks a sample of the answerable questions (picked by the hash
of their text) of the configured model and of the extractive writer, and prints one JSON object.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import mean, median
from typing import Any

from assistant.assistant import Assistant
from assistant.settings import Settings, read
from corpus.errors import InputError
from corpus.library import Corpus
from evals.measurement import AnswerScore, Keys, score_answer
from evals.metrics import numbers
from evals.question import Question, clause_keys, load

__all__ = ["Reply", "compare", "ghosts", "sample", "ungrounded"]

_MARK = re.compile(r"[\[［【](\d{1,3})[\]］】]")
_SENTENCE = re.compile(r"[^。！？\n|]+[。！？]?(?:\s*\[\d{1,3}\])*")
_WORDS = re.compile(r"同一|一致|统一|一般|一定|之一|一律|一起|一并|一次性|唯一|[一二三四五六七八九]是|其[一二三四五]")
"""Words in which a numeral counts nothing."""
_ORDINAL = re.compile(r"^\s*\d{1,2}[.、)）]\s*(?=\D)")
MEASURES = ("citation precision", "citation recall", "answer cited", "figure accuracy", "false refusal")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer as its JSON, with its scores."""

    answer: Mapping[str, Any]
    score: AnswerScore


class _Kept:
    """Asks, and keeps what came, so that one answer is scored in several ways."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.last: dict[str, Any] = {}

    def ask(self, question: str) -> "_Kept":
        self.last = self._assistant.ask(question).to_json()
        return self

    def to_json(self) -> dict[str, Any]:
        return self.last


def sample(questions: Sequence[Question], size: int) -> tuple[Question, ...]:
    """The first answerable questions in the order of the hash of their text."""
    answerable = [q for q in questions if q.answerable]
    return tuple(sorted(answerable, key=lambda q: sha256(f"model {q.text}".encode()).digest())[:size])


def ghosts(answer: Mapping[str, Any], corpus: Corpus) -> int:
    """Marks without a citation, and citations of clauses that are not held."""
    given = {c["n"] for c in answer["citations"]}
    marks = {int(n) for n in _MARK.findall(answer["answer"])}
    held = {clause.key for clause in corpus.clauses}
    return len(marks - given) + sum(c["key"] not in held for c in answer["citations"])


def ungrounded(answer: Mapping[str, Any], corpus: Corpus) -> list[str]:
    """The sentences with a number that no clause they cite holds. It reads numbers its own way, not the product's."""
    places = {c["n"]: c["key"] for c in answer["citations"]}
    typed = set(numbers(answer["question"]))
    found = []
    for sentence in _SENTENCE.findall(answer["answer"]):
        cited = [places[int(n)] for n in _MARK.findall(sentence) if int(n) in places]
        if not cited:
            continue
        held = set(numbers("\n".join(_told(corpus, key) for key in cited)))
        plain = _WORDS.sub(" ", _MARK.sub(" ", _ORDINAL.sub("", sentence)))
        if not set(numbers(plain)) <= held | typed:
            found.append(sentence.strip())
    return found


def _told(corpus: Corpus, key: str) -> str:
    clause = corpus.get(key)
    document = corpus.document_of(clause)
    indicators = "；".join(
        f"{i.name} {i.written} {i.year or ''} {i.base_year or ''} {i.scope or ''}" for i in clause.indicators
    )
    place = clause.locator.text if clause.locator else ""
    data = f"{document.title} {document.number or ''} {document.issued or ''} {document.effective or ''}"
    return f"{clause.text} {clause.heading} {place} {clause.note or ''} {indicators} {data} {document.status or ''}"


def compare(
    model: Assistant,
    extractive: Assistant,
    questions: Sequence[Question],
    *,
    minutes: float | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Ask both and put the numbers side by side; after ``minutes`` no further question is asked.

    Computations have no marks of their own and are left to their tests.
    """
    end = None if minutes is None else time.monotonic() + minutes * 60
    keys = clause_keys(extractive.corpus)
    replies: list[Reply] = []
    others: list[Reply] = []
    for question in questions:
        if end is not None and time.monotonic() > end:
            break
        replies.append(_reply(model, question, keys))
        others.append(_reply(extractive, question, keys))
        if progress:
            last = replies[-1].answer
            sys.stderr.write(f"{question.id} {last['engine']} {(last['model'] or {}).get('fallback')} ")
            sys.stderr.write(f"{last['timing_ms']['total']:.0f} ms\n")
    spoke = [r for r in replies if r.answer["engine"].startswith("model:")]
    beside = [o for r, o in zip(replies, others, strict=True) if r.answer["engine"].startswith("model:")]
    asked = [r for r in replies if r.answer["model"]]
    return {
        "questions": len(replies),
        "model asked": len(asked),
        "model answered": len(spoke),
        "fell back": {str(k): v for k, v in Counter(r.answer["model"]["fallback"] for r in asked).items() if k},
        "all": {"model engine": _row(replies, model.corpus), "extractive": _row(others, model.corpus)},
        "where the model answered": {
            "model engine": _row(spoke, model.corpus),
            "extractive": _row(beside, model.corpus),
        },
        "usage": model.usage.to_json() if model.usage else None,
        "ungrounded": [s for r in spoke for s in ungrounded(r.answer, model.corpus)],
    }


def _reply(assistant: Assistant, question: Question, keys: Keys) -> Reply:
    kept = _Kept(assistant)
    score = score_answer(kept, question, keys)
    return Reply(kept.last, score)


def _row(replies: Sequence[Reply], corpus: Corpus) -> dict[str, Any]:
    row: dict[str, Any] = {"answers": len(replies)}
    for name in MEASURES:
        values = [r.score.measures[name] for r in replies if name in r.score.measures]
        row[name] = round(mean(values), 3) if values else None
    row["ghost citations"] = sum(ghosts(r.answer, corpus) for r in replies)
    row["sentences with ungrounded figures"] = sum(len(ungrounded(r.answer, corpus)) for r in replies)
    took = sorted(r.answer["timing_ms"]["total"] for r in replies)
    row["median ms"] = round(median(took)) if took else None
    row["95th percentile ms"] = round(took[min(len(took) - 1, int(0.95 * len(took)))]) if took else None
    return row


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the configured model with the extractive writer. 2 where no model is configured."""
    parser = argparse.ArgumentParser(description="两种引擎在同一组题上的对照。")
    parser.add_argument("--questions", type=int, default=40, help="题数")
    parser.add_argument("--seconds", type=float, help="每题等模型的秒数，默认取设置")
    parser.add_argument("--minutes", type=float, help="到这么多分钟后不再问新题")
    chosen = parser.parse_args(arguments)
    settings = read()
    if not settings.model_base_url:
        raise InputError("没有配置对话模型：请设 NEARZERO_MODEL_BASE_URL 和 NEARZERO_MODEL_NAME。")
    fields = settings.model_dump()
    if chosen.seconds:
        fields["model_timeout"] = chosen.seconds
    model = Assistant.open(Settings(**fields))
    extractive = Assistant.open(Settings(**(fields | {"model_base_url": None})))
    try:
        result = compare(model, extractive, sample(load(), chosen.questions), minutes=chosen.minutes, progress=True)
    finally:
        model.close()
        extractive.close()
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
