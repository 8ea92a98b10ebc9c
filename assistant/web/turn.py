"""One turn of the chat as HTML: the question, then the answer, its calculations, sources and follow-ups."""

from assistant.answer import Answer
from assistant.web.card import figured
from assistant.web.markup import markdown, plain, render

__all__ = ["answered", "failed", "pending", "stopped", "welcome"]


def welcome(examples: object, documents: int, clauses: int) -> str:
    """The empty page: what can be asked here, with examples to click."""
    return render("welcome.html", examples=examples, documents=documents, clauses=clauses)


def pending(question: str) -> str:
    """The question as soon as it was sent, with a sign that work goes on."""
    return render("turn.html", question=plain(question), body="pending.html")


def answered(question: str, answer: Answer) -> str:
    """The question with its answer."""
    return render(
        "turn.html",
        question=plain(question),
        body="answer.html",
        answer=answer,
        prose=markdown(answer.text, answer.citations),
        calculations=[figured(c) for c in answer.calculations],
    )


def failed(question: str, line: str) -> str:
    """The question with one line that says what is wrong and what to do."""
    return render("turn.html", question=plain(question), body="notice.html", line=line, tone="error")


def stopped(question: str) -> str:
    """The question whose answer was stopped."""
    return render(
        "turn.html", question=plain(question), body="notice.html", line="已停止。可以改一改问题再发。", tone="quiet"
    )
