"""No question has two right options, and every explanation stands on a clause that is held and may be taught."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.learning import Syllabus
from assistant.learning.facts import Fact
from assistant.learning.fitness import fit
from assistant.learning.question import Maker, Question
from corpus.errors import InputError
from corpus.indicators import records
from corpus.library import Corpus
from corpus.model import Clause, Confidence, Document, Indicator, Region, Scene, Strength
from corpus.versions import successor

DAY = date(2026, 11, 22)
SEEDS = st.integers(0, 10**6)


def made(syllabus: Syllabus, place: int, seed: int) -> Question:
    held = list(syllabus.facts.values())
    question = syllabus.maker.make(held[place % len(held)], seed)
    assert question is not None
    return question


@settings(deadline=None)
@given(place=st.integers(0, 10**4), seed=SEEDS)
def test_exactly_one_option_is_right_and_each_is_explained_by_a_held_clause(
    syllabus: Syllabus, place: int, seed: int
) -> None:
    question = made(syllabus, place, seed)
    corpus = syllabus.corpus
    assert fit(corpus, corpus.get(question.key), syllabus.on)
    assert question.answer in "".join(o.text for o in question.options) or question.kind == "fill"
    if question.kind == "fill":
        assert not question.options
        return
    assert [o.right for o in question.options].count(True) == 1
    assert (
        len({o.text for o in question.options}) == len(question.options) == (2 if question.kind == "true_false" else 4)
    )
    for option in question.options:
        clause = corpus.get(option.key)
        assert fit(corpus, clause, syllabus.on)
        document = corpus.document_of(clause)
        assert document.title.strip("《》") in option.reason or clause.heading in option.reason
        if option.right:
            assert clause.text in option.reason


@settings(deadline=None)
@given(place=st.integers(0, 10**4), seed=SEEDS)
def test_no_wrong_figure_is_what_the_clause_says_or_overlaps_with_it(syllabus: Syllabus, place: int, seed: int) -> None:
    figures = [fact for fact in syllabus.facts.values() if fact.kind == "figure"]
    fact = figures[place % len(figures)]
    question = syllabus.maker.make(fact, seed, "choice")
    if question is None:
        return
    set_here = [
        r
        for r in records(syllabus.corpus)
        if r.key == fact.key
        and fact.figure is not None
        and (r.name, r.scope, r.year, r.base_year)
        == (
            fact.figure.indicator.name,
            fact.figure.indicator.scope,
            fact.figure.indicator.year,
            fact.figure.indicator.base_year,
        )
    ]
    assert len(set_here) == 1, "the question would have two answers"
    right = set_here[0]
    for option in question.options:
        if option.right:
            continue
        told = [r for r in records(syllabus.corpus) if r.key == option.key and r.written.lstrip("≥≤><≈") == option.text]
        assert told, "a wrong option that no document sets"
        for record in told:
            assert record.unit == right.unit
            if record.low is None or right.low is None:
                assert record.value != right.value
            else:
                assert record.high is not None
                assert right.high is not None
                assert record.high < right.low or record.low > right.high


@settings(deadline=None)
@given(place=st.integers(0, 10**4), seed=SEEDS)
def test_no_wrong_words_stand_in_the_clause_asked_about(syllabus: Syllabus, place: int, seed: int) -> None:
    spoken = [fact for fact in syllabus.facts.values() if fact.kind == "clause"]
    fact = spoken[place % len(spoken)]
    corpus = syllabus.corpus
    for kind in syllabus.maker.kinds(fact):
        question = syllabus.maker.make(fact, seed, kind)
        if question is None:
            continue
        for option in question.options:
            if question.kind == "source":
                assert (fact.answer in corpus.get(option.key).text) is option.right
            else:
                assert (option.text in corpus.get(fact.key).text) is option.right


@pytest.fixture(scope="module")
def again(corpus: Corpus) -> Syllabus:
    return Syllabus(corpus, DAY)


@settings(deadline=None)
@given(seed=SEEDS, count=st.integers(1, 12))
def test_the_same_seed_gives_the_same_quiz(syllabus: Syllabus, again: Syllabus, seed: int, count: int) -> None:
    assert syllabus.quiz(count, [Scene.CANTEEN], seed) == again.quiz(count, [Scene.CANTEEN], seed)


def test_another_seed_gives_another_quiz(syllabus: Syllabus) -> None:
    assert len({tuple(q.fact.id for q in syllabus.quiz(5, (), seed)) for seed in range(8)}) == 8


def test_a_quiz_keeps_to_its_scenes_and_asks_no_clause_twice(syllabus: Syllabus) -> None:
    questions = syllabus.quiz(12, [Scene.PARKING], 1)
    assert len(questions) == 12
    assert all(Scene.PARKING in q.fact.scenes for q in questions)
    assert len({q.key for q in questions}) == 12


def test_no_question_gives_its_figure_away(syllabus: Syllabus) -> None:
    for fact in syllabus.facts.values():
        if fact.kind == "figure":
            assert fact.answer not in fact.question


def test_every_kind_of_question_and_every_scene_is_asked(syllabus: Syllabus) -> None:
    kinds = {q.kind for seed in range(3) for q in syllabus.quiz(20, (), seed)}
    assert kinds == {"choice", "true_false", "fill", "source"}
    for scene in Scene:
        assert len(syllabus.quiz(10, [scene], 0)) == 10


def test_what_may_not_be_taken_for_fact_is_not_asked(syllabus: Syllabus) -> None:
    corpus = syllabus.corpus
    asked = {fact.key for fact in syllabus.facts.values()}
    assert len(syllabus.facts) > 500
    for key in asked:
        clause = corpus.get(key)
        document = corpus.document_of(clause)
        assert document.confidence is not Confidence.SECONDARY
        assert document.region is not Region.ELSEWHERE
        assert successor(corpus, document.id) is None
        assert "征求意见" not in f"{document.title}{document.status}{clause.heading}{clause.text}{clause.note}"
        assert "已结束" not in (document.status or "")
    for left_out in ("plan-145-energy-resources", "sz-near-zero-community-draft-2024", "work-plan-155-energy-carbon"):
        assert not any(key.startswith(f"{left_out}#") for key in asked)


def _library(*clauses: Clause, **fields: object) -> Corpus:
    document = {
        "id": "one",
        "title": "测试办法",
        "kind": "regulation",
        "region": "深圳",
        "confidence": "full-text-read",
    }
    sources = [{"kind": "given-file"}]
    return Corpus((Document.model_validate({**document, "sources": sources, **fields, "clauses": clauses}),))


def _clause(*indicators: Indicator, place: str = "第一条", **fields: object) -> Clause:
    base = {"locator": place, "heading": "充电桩", "text": "新建停车场按不低于三成配建。", "scenes": [Scene.PARKING]}
    return Clause.model_validate({**base, "strength": Strength.SHALL, "indicators": indicators, **fields})


def _figure(value: float, scope: str | None = None, year: int | None = None) -> Indicator:
    return Indicator(name="配建比例", value=value, unit="%", comparator=">=", scope=scope, year=year)


def test_a_figure_that_its_scope_and_year_do_not_tell_apart_is_not_asked() -> None:
    assert Syllabus(_library(_clause(_figure(30), _figure(20))), DAY).facts == {}
    assert Syllabus(_library(_clause(_figure(30), _figure(20, "既有"))), DAY).facts == {}
    both = Syllabus(_library(_clause(_figure(30, "新建"), _figure(20, "既有"))), DAY).facts
    assert sorted(fact.question for fact in both.values()) == [
        "《测试办法》第一条中，“配建比例”（新建）不低于多少？",
        "《测试办法》第一条中，“配建比例”（既有）不低于多少？",
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "征求意见稿"},
        {"title": "测试办法（征求意见稿）"},
        {"confidence": "secondary-source"},
        {"region": "外地"},
        {"status": "规划期已结束（2021-2025）"},
        {"expires": "2025-12-31"},
        {"kind": "case"},
    ],
)
def test_a_document_in_doubt_gives_no_fact(fields: dict[str, object]) -> None:
    held = _library(_clause(_figure(30)))
    assert Syllabus(held, DAY).facts
    assert not Syllabus(_library(_clause(_figure(30)), **fields), DAY).facts


def test_equal_values_and_overlapping_ranges_are_no_wrong_options() -> None:
    ranged = Indicator(name="范围", value=(25, 35), unit="%", comparator="=", scope="别的")
    others = [
        _clause(_figure(value), place=f"第{number}条", heading=f"别的{number}")
        for number, value in zip("二三四五", (30, 10, 40, 50), strict=True)
    ]
    syllabus = Syllabus(_library(_clause(_figure(30)), *others, _clause(ranged, place="第六条")), DAY)
    fact = next(f for f in syllabus.facts.values() if "第一条" in f.question)
    for seed in range(20):
        question = syllabus.maker.make(fact, seed, "choice")
        assert question is not None
        assert sorted(o.text for o in question.options) == ["10%", "30%", "40%", "50%"]


def test_where_too_few_values_differ_there_is_no_choice() -> None:
    syllabus = Syllabus(_library(_clause(_figure(30)), _clause(_figure(20), place="第二条")), DAY)
    fact = next(iter(syllabus.facts.values()))
    assert Maker(syllabus.corpus, tuple(syllabus.facts.values())).make(fact, 0, "choice") is None
    assert isinstance(fact, Fact)
    assert syllabus.maker.make(fact, 0) is not None


@pytest.mark.parametrize("count", [0, -1, 51])
def test_a_quiz_of_no_or_too_many_questions_is_refused(syllabus: Syllabus, count: int) -> None:
    with pytest.raises(InputError, match="一次最多 50 题"):
        syllabus.quiz(count)
