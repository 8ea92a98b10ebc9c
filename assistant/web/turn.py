"""One turn of the chat as HTML: the question, then the answer, its calculations, sources and what can be done with it."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from assistant.answer import Answer, Citation
from assistant.answering.marking import cited_words
from assistant.conversation.export import as_text
from assistant.web.card import card
from assistant.web.form import recomputable
from assistant.web.language import Language
from assistant.web.markup import markdown, plain, render
from corpus.errors import InputError

__all__ = ["answered", "failed", "partial", "pending", "restored", "stopped"]


def pending(question: str, language: Language = "zh") -> str:
    """The question as soon as it was sent, with a sign that work goes on."""
    return render("turn.html", language, question=plain(question), body="pending.html")


def partial(question: str, said: str, language: Language = "zh") -> str:
    """The question with what has been said so far; its marks become buttons when the answer is whole."""
    return render(
        "turn.html", language, question=plain(question), body="partial.html", prose=markdown(said, (), language)
    )


def answered(question: str, answer: Answer, language: Language = "zh", useful: bool | None = None) -> str:
    """The question with its answer; ``useful`` is what the reader said of it, if anything."""
    words = {c.n: cited_words(answer.text, c.n, c.quote) for c in answer.citations}
    return render(
        "turn.html",
        language,
        question=plain(question),
        body="answer.html",
        answer=answer,
        words=words,
        prose=markdown(answer.text, answer.citations, language, words),
        calculations=[_calculation(c, language) for c in answer.calculations],
        copied=as_text(answer.to_json()),
        useful=useful,
    )


def failed(question: str, line: str, language: Language = "zh") -> str:
    """The question with one line that says what is wrong and what to do."""
    return render("turn.html", language, question=plain(question), body="failed.html", line=line)


def stopped(question: str, said: str = "", language: Language = "zh") -> str:
    """The question whose answer was stopped, with what had been said."""
    prose = markdown(said, (), language) if said.strip() else Markup("")
    return render("turn.html", language, question=plain(question), body="stopped.html", prose=prose)


def _calculation(calculation: Mapping[str, Any], language: Language) -> Markup:
    """The card with its form; one kept before its calculator was changed is shown as it was."""
    try:
        return recomputable(calculation, language)
    except InputError:
        return Markup(card(calculation, language))


def restored(kept: Mapping[str, Any]) -> Answer:
    """The answer of a kept turn (``nearzero.answer/1``) as far as it is shown again."""
    return Answer(
        question=kept["question"],
        kind=kept["kind"],
        text=kept["answer"],
        citations=tuple(
            Citation(**{name: cited.get(name) for name in Citation.__slots__}) for cited in kept["citations"]
        ),
        calculations=tuple(kept["calculations"]),
        session=kept["session"],
        engine=kept["engine"],
        suggestions=tuple(kept.get("suggestions", ())),
        note=kept.get("note", ""),
    )
