from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.retrieval import Retriever

SAVING = "reg-public-institution-energy-saving"
LEAD = "plan-green-lead-carbon-peak"
GUIDELINE = "guideline-interpretation"


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("节能条例第十四条怎么说", f"{SAVING}#第十四条"),
        ("《公共机构节能条例》第14条", f"{SAVING}#第十四条"),
        ("公共機構節能條例第十四條", f"{SAVING}#第十四条"),
        ("节能条例 第 14 条 怎么说", f"{SAVING}#第十四条"),
        ("公共機構節能條例第　１４　條", f"{SAVING}#第十四条"),
        ("国务院令第531号第十四条", f"{SAVING}#第十四条"),
        ("国管节能〔2021〕426号二（三）", f"{LEAD}#二（三）"),
        ("426号文二（三）讲什么", f"{LEAD}#二（三）"),
        ("第8部分", f"{GUIDELINE}#三、第8部分"),
        ("第八部分规定了什么", f"{GUIDELINE}#三、第8部分"),
        ("第 八 部分规定了什么", f"{GUIDELINE}#三、第8部分"),
        ("第 8 章讲什么", f"{GUIDELINE}#三、第8部分"),
        ("第八章节讲什么", f"{GUIDELINE}#三、第8部分"),
        ("指引第8章", f"{GUIDELINE}#三、第8部分"),
        ("What does Part 8 say?", f"{GUIDELINE}#三、第8部分"),
        ("最后一部分讲什么", f"{GUIDELINE}#三、第12部分"),
        ("GB 55015 表C.0.6-1", "std-gb55015-c06-office#表C.0.6-1"),
        ("机关事务管理条例第八条", "reg-office-affairs#第八条"),
    ],
)
def test_a_clause_named_comes_first(library: Retriever, question: str, key: str) -> None:
    first = library.search(question, 3)[0]
    assert (first.key, first.exact) == (key, True)


def test_several_parts_named_together(library: Retriever) -> None:
    hits = library.search("头两个部分讲什么", 5)
    assert {h.key for h in hits if h.exact} == {f"{GUIDELINE}#三、第1部分", f"{GUIDELINE}#三、第2部分"}


def test_a_part_of_a_named_document_is_not_the_guidelines(library: Retriever) -> None:
    assert not any(h.key.startswith(GUIDELINE) and h.exact for h in library.search("节能条例第二章", 5))


@pytest.mark.parametrize(
    "question",
    [
        "国管节能〔2021〕426号讲什么",
        "绿色低碳引领行动方案的目标",
        "《深入开展公共机构绿色低碳引领行动促进碳达峰实施方案》",
    ],
)
def test_a_document_named_comes_first(library: Retriever, question: str) -> None:
    assert library.search(question, 1)[0].key.startswith(LEAD)


def test_hits_are_ordered_and_distinct(library: Retriever) -> None:
    hits = library.search("夏天办公室空调温度", 25)
    assert len(hits) == 25
    assert len({h.key for h in hits}) == 25
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].legs["lexical"].rank is not None
    assert -1 <= hits[0].legs["dense"].score <= 1.001


def test_a_place_that_is_not_held_is_told(library: Retriever) -> None:
    signals = library.retrieve("节能条例第八十条是什么").signals
    assert signals.unresolved == ((SAVING, "第八十条"),)
    assert not library.retrieve("节能条例第十四条是什么").signals.unresolved


def test_a_document_that_is_not_held_is_told(library: Retriever) -> None:
    assert [m.text for m in library.retrieve("《火星基地管理办法》第三条").signals.unknown] == ["《火星基地管理办法》"]
    assert not library.retrieve("《公共机构节能条例》第三条").signals.unknown


def test_coverage_tells_what_is_asked_from_what_is_not(library: Retriever) -> None:
    asked = library.retrieve("公共机构应当配备能源消费计量器具").signals
    not_asked = library.retrieve("明天股票行情涨跌如何").signals
    assert 0 <= not_asked.coverage_pool < 0.4 < asked.coverage_pool <= 1
    assert not_asked.coverage < asked.coverage <= asked.coverage_pool
    assert asked.dense_top > asked.dense_margin > 0


@pytest.mark.parametrize("question", ["", " ", "？？？", "\ud800", "🚗", "a" * 5000, "第", "《》", "第八十条", "\x00"])
def test_any_question_is_taken(library: Retriever, question: str) -> None:
    assert len(library.search(question, 3)) == 3


def test_threads_get_what_one_gets(library: Retriever) -> None:
    questions = [f"{word}有什么要求" for word in ("空调", "食堂", "停车场", "会议", "公务用车", "垃圾分类")] * 4
    alone = [library.search(q) for q in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(library.search, questions)) == alone
