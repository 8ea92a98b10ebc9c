"""Progress is kept per person, survives a restart, and brings back first what is due."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.learning import Course, open_progress
from assistant.learning.progress import LEARNT_DAYS, State
from assistant.settings import Settings
from corpus.errors import InputError, StoreUnavailable
from corpus.library import Corpus
from corpus.model import Scene

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_good_answers_push_a_card_further_and_a_wrong_one_brings_it_back(tmp_path: Path) -> None:
    with closing(open_progress(tmp_path / "l.sqlite")) as progress:
        waits, at = [], NOW
        for _ in range(5):
            due = progress.review("li", "fact", "good", at)
            waits.append(due - at)
            at = due
        assert waits == sorted(waits)
        assert waits[0] < timedelta(hours=1)
        assert waits[-1] > timedelta(days=LEARNT_DAYS)
        held = progress.cards("li")["fact"]
        assert (held.reviews, held.lapses) == (5, 0)
        assert held.state(at - timedelta(days=1)) is State.MASTERED
        assert held.state(at) is State.DUE
        again = progress.review("li", "fact", "again", at)
        assert again - at < timedelta(hours=1)
        assert progress.cards("li")["fact"].lapses == 1
        assert progress.cards("li")["fact"].state(at) is State.LEARNING


def test_the_waits_shown_are_the_waits_taken(tmp_path: Path) -> None:
    with closing(open_progress(tmp_path / "l.sqlite")) as progress:
        progress.review("li", "fact", "good", NOW)
        later = NOW + timedelta(minutes=10)
        shown = progress.waits("li", "fact", later)
        assert list(shown) == ["again", "hard", "good", "easy"]
        assert list(shown.values()) == sorted(shown.values())
        assert progress.review("li", "fact", "easy", later) - later == shown["easy"]


def test_progress_survives_a_restart(tmp_path: Path) -> None:
    with closing(open_progress(tmp_path / "l.sqlite")) as progress:
        progress.review("li", "fact", "good", NOW)
        progress.tick("li", "1/quiz")
        before = progress.cards("li")
    with closing(open_progress(tmp_path / "l.sqlite")) as progress:
        assert progress.cards("li") == before
        assert progress.ticks("li") == {"1/quiz"}


def test_nobody_sees_or_clears_anothers_progress(course: Course) -> None:
    fact = next(iter(course.facts))
    for owner in ("li", "wang"):
        course.answered(owner, fact, right=True)
        course.tick(owner, "1/quiz")
    course.answered("", fact, right=False)
    assert course.ticks("zhao") == frozenset()
    assert course.overview("zhao")[0].counts[State.NEW] == len(course.facts)
    course.reset("li")
    assert course.ticks("li") == frozenset()
    assert course.overview("li")[0].counts[State.NEW] == len(course.facts)
    assert course.ticks("wang") == {"1/quiz"}
    assert course.overview("wang")[0].counts[State.LEARNING] == 1
    assert course.progress.cards("")[fact].lapses == 1


def test_many_at_once_lose_nothing(course: Course) -> None:
    fact, *others = list(course.facts)[:6]
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(course.rated, "li", fact, "good")
            pool.submit(course.rated, f"person {number % 4}", others[number % 5], "again")
    assert course.progress.cards("li")[fact].reviews == 40
    held = [course.progress.cards(f"person {n}") for n in range(4)]
    assert sum(card.reviews for cards in held for card in cards.values()) == 40


def test_one_assistant_keeps_one_course_until_it_is_closed(assistant: Assistant, tmp_path: Path) -> None:
    opened = Assistant(assistant.core, Settings(home=tmp_path))
    course = opened.learning
    assert opened.learning is course
    assert course.corpus is opened.corpus
    course.tick("li", "1/quiz")
    opened.close()
    again = Assistant(assistant.core, Settings(home=tmp_path))
    assert again.learning.ticks("li") == {"1/quiz"}
    again.close()


def test_every_fact_stands_in_exactly_one_state(course: Course) -> None:
    for number, fact in enumerate(list(course.facts)[:30]):
        course.rated("li", fact, ("again", "hard", "good", "easy")[number % 4])
    whole, *scenes = course.overview("li")
    assert whole.total == len(course.facts)
    assert whole.counts[State.NEW] == len(course.facts) - 30
    assert whole.counts[State.MASTERED] == 7
    assert [s.scene for s in scenes] == list(Scene)
    for standing in scenes:
        assert standing.total == sum(standing.scene in f.scenes for f in course.facts.values())


def test_what_is_due_comes_first_the_longest_due_before_the_rest(course: Course) -> None:
    facts = [f for f in course.facts.values() if Scene.CANTEEN in f.scenes][5:8]
    long_ago = datetime.now(UTC) - timedelta(days=30)
    for days, fact in zip((2, 9, 5), facts, strict=True):
        course.progress.review("li", fact.id, "good", long_ago - timedelta(days=days))
    expected = [facts[1].id, facts[2].id, facts[0].id]
    assert [f.id for f in course.deck("li", 5, [Scene.CANTEEN])][:3] == expected
    assert [q.fact.id for q in course.review("li", 5, [Scene.CANTEEN])][:3] == expected
    for fact in facts:
        course.rated("li", fact.id, "easy")
    assert not {f.id for f in course.deck("li", 20, [Scene.CANTEEN])} & set(expected)


def test_a_fact_that_is_no_longer_held_is_neither_asked_nor_counted(course: Course) -> None:
    course.progress.review("li", "gone", "good", NOW - timedelta(days=9))
    assert "gone" not in {f.id for f in course.deck("li", 10)}
    assert course.overview("li")[0].counts[State.DUE] == 0
    with pytest.raises(InputError, match="没有这一题"):
        course.rated("li", "gone", "good")


def test_only_items_of_the_plan_are_ticked(course: Course) -> None:
    with pytest.raises(InputError, match="计划里没有"):
        course.tick("li", "11/quiz")
    course.tick("li", "1/quiz")
    course.tick("li", "1/quiz")
    course.tick("li", "2/quiz")
    course.tick("li", "2/quiz", done=False)
    assert course.ticks("li") == {"1/quiz"}


def test_a_broken_store_is_one_line_without_its_address(tmp_path: Path) -> None:
    broken = tmp_path / "l.sqlite"
    broken.write_bytes(b"no database" * 100)
    with pytest.raises(StoreUnavailable, match="学习进度数据库不可用") as error:
        open_progress(broken)
    assert "\n" not in str(error.value)
    with pytest.raises(StoreUnavailable) as error:
        open_progress(broken, "postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1")
    assert "secret" not in str(error.value)


def test_the_file_holds_what_fsrs_needs_and_no_words(course: Course, tmp_path: Path) -> None:
    fact = next(iter(course.facts))
    course.answered("li", fact, right=True)
    with closing(sqlite3.connect(tmp_path / "learning.sqlite")) as held:
        ((owner, card, state),) = held.execute("SELECT owner, card, state FROM nearzero_cards").fetchall()
    assert (owner, card) == ("li", fact)
    assert {"stability", "difficulty", "due"} <= set(json.loads(state))


@pytest.mark.slow
def test_progress_in_postgres_is_shared_by_programs_and_not_by_people(corpus: Corpus, postgres: str) -> None:
    with (
        closing(Course(corpus, open_progress(Path("unused"), postgres))) as first,
        closing(Course(corpus, open_progress(Path("unused"), postgres))) as second,
    ):
        fact = next(iter(first.facts))
        first.answered("li", fact, right=True)
        second.answered("li", fact, right=False)
        first.tick("li", "1/quiz")
        held = second.progress.cards("li")[fact]
        assert (held.reviews, held.lapses) == (2, 1)
        assert second.ticks("li") == {"1/quiz"}
        assert second.ticks("wang") == frozenset()
        second.answered("wang", fact, right=True)
        second.reset("li")
        assert first.progress.cards("li") == {}
        assert first.progress.cards("wang").keys() == {fact}
    assert not Path("unused").exists()
