"""The search looked into agrees with the search itself."""

import pytest

from assistant.assistant import Assistant
from assistant.trial import trial
from corpus.errors import InputError


@pytest.mark.slow
def test_the_order_is_that_of_the_search(assistant: Assistant) -> None:
    looked = trial(assistant.core, "夏天空调最低开几度", 20)
    found = assistant.search("夏天空调最低开几度", 10)
    ranked = [f for f in looked.found if f.ranker]
    assert [f.clause.key for f in ranked[:10]] == [hit.key for hit in found]
    assert [f.ranker.rank for f in ranked if f.ranker] == list(range(1, len(ranked) + 1))
    assert sorted(f.fused.rank or 0 for f in looked.found) == list(range(1, len(looked.found) + 1))
    assert {"dense", "lexical"} <= looked.found[0].legs.keys()
    spent = looked.milliseconds
    assert spent["total"] >= spent["search"] > 0


@pytest.mark.slow
def test_an_empty_query_is_refused(assistant: Assistant) -> None:
    with pytest.raises(InputError):
        trial(assistant.core, "   ")
