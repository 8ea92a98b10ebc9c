"""Lessons say only what clauses say; the plan covers every Part; the glossary is found by everyday and traditional words."""

import pytest

from assistant.assistant import Assistant
from assistant.learning import Syllabus
from assistant.learning import plan as plans
from assistant.learning.glossary import find
from assistant.learning.lessons import Lesson, Line
from corpus.errors import InputError
from corpus.model import DocumentKind, Region, Scene, Strength
from tools.calculator import calculators


@pytest.fixture(scope="module")
def lessons(syllabus: Syllabus) -> list[Lesson]:
    return [syllabus.lesson(outline.id) for outline in syllabus.outlines]


def lines(lesson: Lesson) -> list[Line]:
    return [line for section in lesson.sections for line in (*section.lines, *section.more)]


def test_twelve_lessons_cover_the_twelve_parts_and_nine_scenes(syllabus: Syllabus, lessons: list[Lesson]) -> None:
    assert [outline.part for outline in syllabus.outlines] == [f"第{n}部分" for n in range(1, 13)]
    assert {outline.scene for outline in syllabus.outlines} == set(Scene)
    assert all(lesson.sections for lesson in lessons)
    assert lessons[0].previous is None
    assert lessons[-1].following is None
    assert [lesson.following.id for lesson in lessons[:-1] if lesson.following] == [o.id for o in syllabus.outlines[1:]]


def test_every_sentence_of_a_lesson_is_the_text_of_the_clause_it_cites(
    syllabus: Syllabus, lessons: list[Lesson]
) -> None:
    for lesson in lessons:
        for line in (lesson.opening, *lines(lesson), *lesson.practice, *(n for d in lesson.duties for n in d.lines)):
            clause = syllabus.corpus.get(line.key)
            document = syllabus.corpus.document_of(clause)
            assert line.text == clause.text
            assert line.where.startswith(document.name)
            assert line.status.startswith("摘编")


def test_a_lesson_demands_only_what_holds_here(syllabus: Syllabus, lessons: list[Lesson]) -> None:
    for lesson in lessons:
        for line in lines(lesson):
            document = syllabus.corpus.document_of(syllabus.corpus.get(line.key))
            assert document.region is not Region.ELSEWHERE
            assert document.kind not in {DocumentKind.CASE, DocumentKind.REPORT}
            assert "征求意见" not in document.title
            assert document.superseded_by is None
        keys = [line.key for line in lines(lesson)]
        assert len(keys) == len(set(keys)), "a clause stands in two sections"


def test_the_indicators_a_part_only_names_get_figures_of_other_documents(lessons: list[Lesson]) -> None:
    parking = next(lesson for lesson in lessons if lesson.outline.id == "part-6")
    assert "充电桩配置比例" in parking.named
    assert parking.figures
    assert all(row.document_id != "guideline-interpretation" for row in parking.figures)
    office = next(lesson for lesson in lessons if lesson.outline.id == "part-9")
    assert ("夏季室内空调温度设置", "≥26 ℃") in {(row.name, row.written) for row in office.figures}


def test_whoever_must_act_is_named_by_the_clause_itself(lessons: list[Lesson]) -> None:
    named = [(duty.actor, line) for lesson in lessons for duty in lesson.duties for line in duty.lines]
    assert len(named) > 20
    for actor, line in named:
        assert actor in line.text[:16]
        assert line.strength in {Strength.SHALL, Strength.SHALL_NOT}


def test_an_unknown_lesson_is_one_line(syllabus: Syllabus) -> None:
    with pytest.raises(InputError, match="没有这一课：part-13"):
        syllabus.lesson("part-13")


def test_the_plan_takes_ten_days_over_every_lesson_and_scene(syllabus: Syllabus) -> None:
    days = plans.days()
    items = [item for day in days for item in day.items]
    assert [day.number for day in days] == list(range(1, 11))
    assert all({item.kind for item in day.items} == {"lesson", "quiz", "calculator"} for day in days)
    assert {i.target for i in items if i.kind == "lesson"} == {o.id for o in syllabus.outlines}
    assert {s for i in items if i.kind == "quiz" for s in i.target.split("、")} == {s.value for s in Scene}
    known = set(calculators())
    assert {i.target for i in items if i.kind == "calculator"} <= known
    assert {name for lesson in syllabus.outlines for name in syllabus.lesson(lesson.id).calculators} <= known


@pytest.mark.slow
def test_each_question_the_plan_proposes_is_worked_out_by_its_calculator(assistant: Assistant) -> None:
    for item in (item for day in plans.days() for item in day.items if item.kind == "calculator"):
        answer = assistant.ask(item.hint)
        assert [c["tool"] for c in answer.calculations] == [item.target], item.hint


def test_today_is_the_first_day_not_done() -> None:
    first, second, *rest = plans.days()
    assert plans.today(()) == first
    done = {item.id for item in first.items}
    assert plans.today(done) == second
    assert plans.today(done | {rest[0].items[0].id}) == second
    assert plans.today({item.id for day in plans.days() for item in day.items}) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [("碳普惠", "碳普惠"), ("碳達峰", "碳达峰"), ("ccer", "CCER（国家核证自愿减排量）"), ("外购电 间接排放", "碳排放")],
)
def test_a_term_is_found_by_name_meaning_and_traditional_characters(syllabus: Syllabus, words: str, found: str) -> None:
    assert find(syllabus.terms, words)[0].name == found


def test_no_words_find_every_term_and_strange_ones_none(syllabus: Syllabus) -> None:
    assert find(syllabus.terms, " ") == syllabus.terms
    assert find(syllabus.terms, "龘") == ()
    for term in syllabus.terms:
        assert syllabus.corpus.get(term.key)
