"""What readers say of answers: one rating an answer, theirs alone, gone with the conversation."""

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.feedback import REASONS, Rating, open_feedback
from assistant.settings import Settings
from corpus.errors import InputError, UnknownConversation

KEPT = {"question": "几度？", "answer": "26 ℃ [1]"}


def test_a_later_rating_takes_the_place_of_an_earlier(tmp_path: Path) -> None:
    store = open_feedback(tmp_path / "feedback.sqlite")
    store.note("li", "周会", 1, Rating(False, REASONS[:2], " 应引第三条 "), KEPT, "li")
    store.note("li", "周会", 2, Rating(True), KEPT, "li")
    store.note("wang", "周会", 1, Rating(True), KEPT, "wang")
    assert store.of("li", "周会") == {1: False, 2: True}
    store.note("li", "周会", 1, Rating(True), KEPT, "li")
    assert store.of("li", "周会") == {1: True, 2: True}
    (first,) = [r for r in store.latest(10) if r["reader"] == "wang"]
    assert set(first) == {"turn", "reader", "useful", "reasons", "words", "question", "answer", "noted"}
    store.forget("li", "周会", after=1)
    assert store.of("li", "周会") == {1: True}
    assert store.of("wang", "周会") == {1: True}
    store.close()


def test_reasons_are_those_offered_and_words_are_short() -> None:
    with pytest.raises(InputError, match="依据不对"):
        Rating(False, ("乱写",))
    with pytest.raises(InputError, match="1000"):
        Rating(False, (), "长" * 1001)


def test_only_one_s_own_turns_can_be_rated_and_a_turn_can_be_taken_anew(assistant: Assistant, tmp_path: Path) -> None:
    held = Assistant(assistant.core, Settings(home=tmp_path))
    for question in ("200个车位按20%的比例要配几个充电桩？", "如果是300个车位呢？", "食堂剩饭怎么处理？"):
        held.ask(question, "s", owner="li")
    held.rate("s", 2, Rating(False, ("数字不对",)), "li", "li")
    for session, turn, owner in (("s", 1, "wang"), ("s", 9, "li"), ("x", 1, "li")):
        with pytest.raises(UnknownConversation):
            held.rate(session, turn, Rating(True), owner)
    assert held.feedback.latest(5)[0]["question"] == "如果是300个车位呢？"
    # From after the first question: it is remembered, the second and third are not.
    again = held.ask("如果是500个车位呢？", "s", owner="li", after=1)
    assert again.calculations[0]["total"]["value"] == 100
    assert [t["question"] for t in held.history("s", "li")] == [
        "200个车位按20%的比例要配几个充电桩？",
        "如果是500个车位呢？",
    ]
    assert held.feedback.of("li", "s") == {}
    assert [t["question"] for t in held.history("s", "li", first=2)] == ["如果是500个车位呢？"]
    first = held.ask("如果是300个车位呢？", "s", owner="li", after=0)
    assert not first.calculations
    assert held.conversations("li")[0].turns == 1
    held.close()
