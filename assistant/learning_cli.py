"""The command ``nearzero quiz``: questions made from clauses, in the terminal or as JSON for programs."""

import json
import random
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corpus.errors import InputError
from corpus.model import Scene

if TYPE_CHECKING:
    from assistant.learning import Course
    from assistant.learning.question import Question
    from corpus.library import Corpus

__all__ = ["question_json", "quiz"]

SCHEMA = "nearzero.quiz/1"

_ENDS = {"", "q", "exit", "quit", "退出"}


def quiz(
    count: Annotated[int, typer.Option("--count", "-n", help="几题（1～50）。")] = 10,
    scene: Annotated[
        list[str] | None, typer.Option("--scene", help="只出这个场景的题，可以写几次：总体、办公大楼、停车场……")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="同一个数出同一份题；不写每次不同。")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="输出 JSON：题目、选项、答案、解释和条款；不记进度。")
    ] = False,
) -> None:
    """做一组由条款出的题：到期要复习的在前，答错的给出条款；记进度，与学习页相通。"""
    from assistant.learning import Course, Syllabus, open_progress
    from assistant.settings import read
    from corpus.overlay import load_all

    scenes = [_scene(name) for name in scene or ()]
    settings = read()
    corpus = load_all(*settings.folders)
    chosen = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    if as_json:
        questions = Syllabus(corpus).quiz(count, scenes, chosen)
        shown = {
            "schema": SCHEMA,
            "seed": chosen,
            "scenes": [s.value for s in scenes],
            "questions": [question_json(corpus, question) for question in questions],
        }
        typer.echo(json.dumps(shown, ensure_ascii=False))
        return
    url = settings.checkpoint_url
    with closing(
        Course(corpus, open_progress(settings.learning_path, url.get_secret_value() if url else None))
    ) as course:
        _ask(course, course.review("", count, scenes, chosen) if seed is None else course.quiz(count, scenes, chosen))


def _scene(name: str) -> Scene:
    try:
        return Scene(name)
    except ValueError:
        raise InputError(f"没有“{name}”这个场景；可选：{'、'.join(Scene)}。") from None


def question_json(corpus: "Corpus", question: "Question") -> dict[str, Any]:
    """One question for other programs; every explanation with the clause it stands on."""
    return {
        "id": question.fact.id,
        "kind": question.kind,
        "question": question.text,
        "options": [
            {"text": o.text, "right": o.right, "reason": o.reason, "citation": _citation(corpus, o.key)}
            for o in question.options
        ],
        "answer": question.answer,
        "unit": question.unit or None,
        "reason": question.reason,
        "citation": _citation(corpus, question.key),
        "scenes": [scene.value for scene in question.fact.scenes],
    }


def _citation(corpus: "Corpus", key: str) -> dict[str, Any]:
    clause = corpus.get(key)
    document = corpus.document_of(clause)
    return {
        "key": key,
        "document_id": document.id,
        "title": document.title,
        "number": document.number,
        "locator": clause.locator.text if clause.locator else None,
        "heading": clause.heading,
        "quote": clause.text,
        "strength": clause.strength.value if clause.strength else None,
        "text_status": clause.text_status.value,
        "confidence": document.confidence.value,
    }


def _ask(course: "Course", questions: "tuple[Question, ...]") -> None:
    """Ask one after the other until the last, an empty line or the end of the input."""
    right = done = 0
    typer.echo(f"共 {len(questions)} 题。输入选项字母或数值；空行结束。\n")
    for number, question in enumerate(questions, 1):
        typer.echo(_shown(number, question))
        answer = _answer(question)
        if answer is None:
            break
        done += 1
        right += answer
        course.answered("", question.fact.id, right=answer)
        typer.echo(f"{'答对了。' if answer else f'答错了，应是 {_told(question)}。'}\n{question.reason}\n")
    typer.echo(f"答了 {done} 题，对 {right} 题。" if done else "没有作答。")


def _shown(number: int, question: "Question") -> str:
    from assistant.learning.grading import LETTERS

    lines = [f"{number}. {question.text}" + (f"（单位：{question.unit}）" if question.unit else "")]
    lines += [f"   {letter}. {o.text}" for letter, o in zip(LETTERS, question.options, strict=False)]
    return "\n".join(lines)


def _told(question: "Question") -> str:
    from assistant.learning.grading import LETTERS

    for letter, option in zip(LETTERS, question.options, strict=False):
        if option.right:
            return f"{letter}. {option.text}"
    return f"{question.answer}{question.unit}"


def _answer(question: "Question") -> bool | None:
    """Whether the answer typed is right; asks again for one that cannot be read; ``None`` at the end."""
    from assistant.learning.grading import grade

    while True:
        typer.echo("> ", nl=False)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line or line.strip().lower() in _ENDS:
            return None
        try:
            return grade(question, line)
        except InputError as error:
            typer.echo(str(error))
