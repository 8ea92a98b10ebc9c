"""What many tests share: the corpus, loaded once."""

import pytest

from corpus.library import Corpus, load


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load()
