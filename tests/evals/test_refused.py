"""The held-out questions nothing in the library answers: their reasons, and that no other set has them."""

import json
import re
from collections import Counter

import pytest

from corpus.library import Corpus
from corpus.library import load as load_corpus
from corpus.locator import parse
from corpus.model import Scene
from corpus.versions import extent
from evals import question

CASES = question.REFUSED.parent
USED = ("questions.jsonl", "unanswerable.jsonl", "unanswerable_more.jsonl", "unanswerable_held.jsonl")

ARTICLE = {
    "公共机构节能条例": "reg-public-institution-energy-saving",
    "公共机构节能条利": "reg-public-institution-energy-saving",
    "機關事務管理條例": "reg-office-affairs",
    "反食品浪费法": "law-anti-food-waste",
    "深圳绿健条例": "sz-green-building-regulation",
    "厉行节约条例": "reg-frugality-2025",
}
"""The document each question by article names."""


@pytest.fixture(scope="module")
def refused() -> tuple[question.Question, ...]:
    return question.load_file(question.REFUSED)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


def test_size_and_reasons(refused: tuple[question.Question, ...]) -> None:
    reasons = Counter(q.reason for q in refused)
    assert len(refused) >= 100
    assert set(reasons) == {"no_such_clause", "value_not_given", "not_in_corpus", "out_of_domain"}
    assert min(reasons.values()) >= 15
    assert reasons["not_in_corpus"] >= 45
    assert not any(q.answerable for q in refused)
    assert {q.scene for q in refused} == {scene.value for scene in Scene}
    assert {q.style for q in refused} == {"plain", "keyword", "traditional", "english", "typo", "long", "spoken"}


def test_nothing_is_asked_twice_or_was_tuned_on(refused: tuple[question.Question, ...]) -> None:
    used = {
        json.loads(line)["question"]
        for name in USED
        for line in (CASES / name).read_text(encoding="utf-8").splitlines()
    }
    texts = {q.text for q in refused}
    assert len(texts) == len({q.id for q in refused}) == len(refused)
    assert not texts & used


def test_clauses_offered_instead_of_a_value_are_held(refused: tuple[question.Question, ...], corpus: Corpus) -> None:
    keys = question.clause_keys(corpus)
    for q in refused:
        assert bool(q.gold) == (q.reason == "value_not_given"), q.id
        assert len(q.grades(keys)) == len(q.gold), q.id


def test_an_article_said_not_to_be_there_is_past_the_last(
    refused: tuple[question.Question, ...], corpus: Corpus
) -> None:
    judged = 0
    for q in refused:
        named = next((d for name, d in ARTICLE.items() if q.text.strip("《").startswith(name)), None)
        place = re.search(r"第[一二三四五六七八九十百]+[条條]", q.text)
        if q.reason == "no_such_clause" and named and place:
            judged += 1
            assert extent(corpus.document(named), parse(place.group().replace("條", "条"))) is not None, q.id
    assert judged >= 6
