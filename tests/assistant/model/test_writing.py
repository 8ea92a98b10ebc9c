"""Keys become marks, pieces become sentences, whatever the pieces are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.evidence import Evidence
from assistant.answering.grounding import typed
from assistant.model.keys import EXAMPLE, Keyring
from assistant.model.writing import Writing
from corpus.library import Corpus


@pytest.fixture(scope="module")
def items(corpus: Corpus) -> tuple[Evidence, ...]:
    clauses = [c for c in corpus.clauses if "不低于26℃" in c.text][:2]
    return tuple(Evidence(c, corpus.document_of(c), 1.0) for c in clauses)


def test_a_clause_keeps_its_key_and_none_is_the_example(items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    assert keys.clause(items[0]) == keys.clause(items[0]) != keys.clause(items[1])
    assert EXAMPLE not in {keys.clause(item) for item in items}


@pytest.mark.parametrize(
    "shape", ["[{}]", "［{}］", "【{}】", "({})", "（{}）", "[编号：{}]", "[来源 {}]", " {}", "[ {} ]"]
)
def test_every_way_of_writing_a_key_is_a_mark(shape: str, items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    written = shape.format(keys.clause(items[0]))
    marked = keys.marked(f"夏季不低于26℃{written}。")
    assert marked is not None
    assert marked.replace(" ", "") == "夏季不低于26℃[1]。"


def test_two_keys_in_one_bracket(items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    first, second = (keys.clause(item) for item in items)
    assert keys.marked(f"甲[{second}, {first}]。") == "甲[1][2]。"
    assert [e.clause.key for e in keys.evidence] == [items[1].clause.key, items[0].clause.key]


@pytest.mark.parametrize("ghost", ["[1]", "[Z00]", "【12】", "[^3]", "[A1, 2]", "(Y99)"])
def test_what_was_not_handed_out_is_a_ghost(ghost: str, items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    known = keys.clause(items[0])
    assert keys.marked(f"甲{ghost}。") is None
    assert keys.marked(f"甲[{known}]{ghost}。") is None
    assert keys.count == 0


@pytest.mark.parametrize("text", ["国管节能〔2021〕426号", "国管节能[2021]426号", "【应】关闭门窗", "（见附件）"])
def test_brackets_that_are_no_marks_stay(text: str) -> None:
    assert Keyring().marked(text) == text


def told(items: tuple[Evidence, ...], pieces: list[str], keys: Keyring) -> Writing:
    writing = Writing(keys, typed("夏天空调几度？"))
    shown = [s for piece in pieces for s in writing.feed(piece)]
    shown += list(writing.close())
    assert "".join(shown) == "".join(writing.kept)
    return writing


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_the_pieces_do_not_matter(items: tuple[Evidence, ...], data: st.DataObject) -> None:
    keys = Keyring()
    first, second = (keys.clause(item) for item in items)
    text = (
        f"具体规定如下：\n夏季空调温度不低于26℃［{first}］。夏季空调温度不低于26℃。【{second}】\n\n"
        f"夏季空调温度不低于19℃[{first}]！夏季空调温度不低于26℃[Q00]。<think>不低于18℃[{first}]。</think>没有标记的话。"
    )
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    writing = told(items, pieces, keys)
    assert writing.text == "具体规定如下：\n夏季空调温度不低于26℃[1]。夏季空调温度不低于26℃。[2]"
    assert [d.fault for d in writing.dropped] == ["figure", "ghost", "unmarked"]


def test_nothing_is_shown_before_it_is_whole(items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    key = keys.clause(items[0])
    writing = Writing(keys, typed(""))
    assert list(writing.feed("夏季空调温度不低于26℃。")) == []
    assert list(writing.feed("［")) == []
    assert list(writing.feed(key)) == []
    assert list(writing.feed("］")) == []
    assert list(writing.feed("下一句")) == ["夏季空调温度不低于26℃。[1]"]
    assert list(writing.close(cut_off=True)) == []


def test_a_lead_in_with_nothing_after_it_is_left_out(items: tuple[Evidence, ...]) -> None:
    keys = Keyring()
    key = keys.clause(items[0])
    writing = told(items, [f"夏季空调温度不低于26℃[{key}]。\n另外：\n不低于3℃[{key}]。"], keys)
    assert writing.text == "夏季空调温度不低于26℃[1]。"
