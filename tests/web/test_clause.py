"""The clause panel shows what the library holds, for every clause of it."""

import pytest

from assistant.web.clause import clause_view, empty_view, missing_view
from corpus.errors import UnknownClause
from corpus.library import Corpus

LIMIT = "notice-ac-temperature-2007#二/空调温度限值"


def test_document_clause_and_figures_are_shown(corpus: Corpus) -> None:
    html = clause_view(corpus, LIMIT)
    document = corpus.document("notice-ac-temperature-2007")
    clause = corpus.get(LIMIT)
    for shown in (
        document.title,
        "国办发〔2007〕42号",
        "国务院办公厅",
        "2007-06-01",
        "全国",
        "读过部分原文",
        "摘编，不是原文",
        clause.text,
        "≥26 ℃",
        "夏季室内空调温度设置",
    ):
        assert shown in html


def test_neighbours_lead_to_the_clauses_before_and_after(corpus: Corpus) -> None:
    clauses = corpus.document("notice-ac-temperature-2007").clauses
    at = next(i for i, c in enumerate(clauses) if c.key == LIMIT)
    html = clause_view(corpus, LIMIT)
    assert f'data-open="{clauses[at - 1].key}"' in html
    assert f'data-open="{clauses[at + 1].key}"' in html
    assert "上一条" not in clause_view(corpus, clauses[0].key)
    assert "下一条" not in clause_view(corpus, clauses[-1].key)


def test_a_clause_without_a_number_says_so(corpus: Corpus) -> None:
    clause = next(c for c in corpus.clauses if c.locator is None)
    assert "条号未读到" in clause_view(corpus, clause.key)


def test_every_clause_of_the_library_can_be_opened(corpus: Corpus) -> None:
    for clause in corpus.clauses:
        assert 'class="clause"' in clause_view(corpus, clause.key)


def test_a_key_that_is_not_held_is_one_line(corpus: Corpus) -> None:
    with pytest.raises(UnknownClause) as raised:
        clause_view(corpus, "nothing#一")
    html = missing_view(str(raised.value))
    assert "没有这一条" in html
    assert "Traceback" not in html


def test_the_empty_panel_says_what_it_is_for() -> None:
    assert "点回答里的标号" in empty_view()
