"""What reaches the browser: only tags written by the templates, and marks only for known citations."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Answer, Citation, citation
from assistant.web import turn
from assistant.web.markup import markdown, plain
from corpus.library import Corpus

HARMLESS = {"blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s"} | {
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"
}  # fmt: skip


class Tags(HTMLParser):
    """Tags and attributes as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.fixture
def cited(corpus: Corpus) -> Citation:
    clause = corpus.get("notice-ac-temperature-2007#二/空调温度限值")
    return citation(1, clause, corpus.document_of(clause))


def test_a_known_mark_opens_its_clause_and_an_unknown_one_is_text(cited: Citation) -> None:
    html = markdown("不低于 26 ℃[1]，也有[2]。", [cited])
    assert html.count("<button") == 1
    assert 'data-open="notice-ac-temperature-2007#二/空调温度限值"' in html
    assert "也有[2]" in html


def test_a_table_keeps_its_marks(cited: Citation) -> None:
    html = markdown("| 文件 | 值 |\n|---|---|\n| 甲[1] | **26** |", [cited])
    assert "<td>甲<button" in html
    assert "<strong>26</strong>" in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/b.png)",
        "[点我](javascript:alert(1))",
        "<http://evil.example>",
        "[a]: http://evil.example\n\n[a]",
        '<iframe src="//evil.example"></iframe>',
        "<svg/onload=alert(1)>",
    ],
)
def test_markup_of_others_is_shown_as_text(text: str) -> None:
    for html in (markdown(text), f"<p>{plain(text)}</p>"):
        seen = Tags(html)
        assert seen.tags <= {"p"}
        assert seen.attributes == set()


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>[]()!\"'`*_#|-\n&"), max_size=120))
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    seen = Tags(markdown(text))
    assert seen.tags <= HARMLESS
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert not seen.attributes & {"src", "href", "style", "srcset"}


def test_everything_of_an_answer_is_escaped(cited: Citation) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    answer = Answer(hostile, "answer", hostile, (cited,), suggestions=(hostile,))
    for html in (turn.answered(hostile, answer), turn.failed(hostile, hostile), turn.pending(hostile)):
        assert "img" not in Tags(html).tags


def test_a_question_is_shown_as_typed() -> None:
    assert "**不是** 粗体[1] &lt;b&gt;" in turn.pending("**不是** 粗体[1] <b>")
