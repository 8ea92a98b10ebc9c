"""What many tests share: the corpus, and an assistant over the real index with the bundled embedding."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from corpus.library import Corpus, load


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()


@pytest.fixture(scope="session")
def home(pytestconfig: pytest.Config) -> Path:
    """A data folder kept between runs: the index in it is brought up to date, not built anew, where little changed."""
    assert pytestconfig.cache is not None
    return Path(pytestconfig.cache.mkdir("nearzero-home"))


@pytest.fixture(scope="session")
def assistant(home: Path) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(home=home))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def environment(home: Path, assistant: Assistant) -> dict[str, str]:
    """The environment of a child process that uses the same index; other settings of this machine are left out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEARZERO_")}
    return {**kept, "NEARZERO_HOME": str(home), "PYTHONUTF8": "1"}
