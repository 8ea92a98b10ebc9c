"""Clauses by their numbers as people write them, over the real index."""

import pytest

from assistant.assistant import Assistant
from assistant.review.lookup import lookup


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("节能条例第十四条", ["reg-public-institution-energy-saving#第十四条"]),
        ("公共机构节能条例第20条", ["reg-public-institution-energy-saving#第二十条"]),
        ("第6部分", ["guideline-interpretation#三、第6部分"]),
        ("国管节能〔2021〕426号 三（五）", ["plan-green-lead-carbon-peak#三（五）"]),
    ],
)
def test_a_number_opens_its_clause(assistant: Assistant, text: str, keys: list[str]) -> None:
    found = lookup(text, assistant.core.retriever, assistant.corpus)
    assert [c.key for c in found.clauses] == keys
    assert found.missing == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("节能条例第五十条", "最后一条是第四十三条"),
        ("《不存在的示例办法》第三条", "没有收录《不存在的示例办法》"),
        ("第三条", "没有写明是哪份文件"),
    ],
)
def test_what_is_not_held_is_one_line(assistant: Assistant, text: str, line: str) -> None:
    found = lookup(text, assistant.core.retriever, assistant.corpus)
    assert found.clauses == ()
    (said,) = found.missing
    assert line in said


@pytest.mark.slow
def test_a_document_alone_is_the_document(assistant: Assistant) -> None:
    found = lookup("节能条例", assistant.core.retriever, assistant.corpus)
    assert [d.id for d in found.documents] == ["reg-public-institution-energy-saving"]
    assert lookup("你好", assistant.core.retriever, assistant.corpus).documents == ()
