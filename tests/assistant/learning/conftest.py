"""One syllabus over the shipped library, and a course with progress of its own for each test."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.learning import Course, Syllabus, open_progress
from corpus.library import Corpus, load

DAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="session")
def syllabus(corpus: Corpus) -> Syllabus:
    return Syllabus(corpus, DAY)


@pytest.fixture
def course(corpus: Corpus, tmp_path: Path) -> Iterator[Course]:
    held = Course(corpus, open_progress(tmp_path / "learning.sqlite"), DAY)
    yield held
    held.close()
