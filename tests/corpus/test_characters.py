"""What shows nothing is taken out, and nothing that shows."""

import unicodedata

import pytest

from corpus.characters import HIDDEN
from corpus.ingest.text import tidy


@pytest.mark.parametrize("hidden", ["\u200b", "\u202e", "\ufeff", "\ufffe", "\xad", "\u2067", "\U000e0041", "\ufe0f"])
def test_added_text_loses_what_shows_nothing(hidden: str) -> None:
    assert tidy(f"不得低于{hidden}26{hidden}℃") == "不得低于26℃"


def test_every_character_that_shows_or_parts_words_stays() -> None:
    taken = [chr(code) for code in range(0x110000) if HIDDEN.match(chr(code))]
    assert {unicodedata.category(c) for c in taken} <= {"Cc", "Cf", "Cn", "Cs", "Mn", "Zl", "Zp"}
    assert all("VARIATION SELECTOR" in unicodedata.name(c) for c in taken if unicodedata.category(c) == "Mn")
    assert not HIDDEN.search(" \t\n\u3000　“”…—·")
