"""A judged collection: texts, questions and which text answers which, as ``nearzero retrieve-eval`` reads them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Judged", "Text"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be found; the title ends with its place where it is an article."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Texts, questions by id, and for each question the ids of the texts that answer it.

    ``sources`` are the repositories the data is from; ``derived`` tells what of it a program made.
    """

    name: str
    sources: tuple[str, ...]
    about: str
    derived: str
    texts: tuple[Text, ...]
    questions: Mapping[str, str]
    answers: Mapping[str, tuple[str, ...]]

    def write(self, folder: Path) -> tuple[Path, Path, Path]:
        """Write ``corpus.jsonl``, ``queries.jsonl`` and ``qrels.jsonl`` into the folder; the three paths."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = folder / "corpus.jsonl", folder / "queries.jsonl", folder / "qrels.jsonl"
        _lines(paths[0], ({"_id": t.id, "title": t.title, "text": t.text} for t in self.texts))
        _lines(paths[1], ({"_id": key, "text": text} for key, text in self.questions.items()))
        pairs = ((key, one) for key, ids in self.answers.items() for one in ids)
        _lines(paths[2], ({"query-id": key, "corpus-id": one, "score": 1} for key, one in pairs))
        return paths


def _lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
