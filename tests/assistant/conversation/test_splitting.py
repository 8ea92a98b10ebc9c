"""Several questions in one message: taken apart, answered each for itself, put together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.assistant import Assistant
from assistant.conversation.memory import Memory
from assistant.conversation.splitting import MOST_PARTS, parts
from assistant.conversation.steps import walk
from assistant.conversation.turn import Turn


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("空调夏天开几度，另外充电桩要配多少", 2),
        ("请问：1、食堂油烟怎么管；2、会议能不能放瓶装水；3、复印纸怎么买", 3),
        ("（1）什么是近零碳机关（2）怎么申请（3）谁验收（4）有补贴吗", 4),
        ("公车更新条件是什么？顺便算一下20辆车每辆跑1万公里百公里8升排多少", 2),
        ("国家和深圳对充电桩比例的规定有什么不同？哪个更严？", 1),
        ("节能条例第十四条和第十五条分别讲什么？", 1),
        ("空调调到26度能省多少电？多少碳？", 1),
        ("帮我算会议碳排放。80人。20人坐高铁来回120公里", 1),
        ("厨余垃圾该交给谁收，能不能自己卖给养猪的？", 1),
        ("如果食堂浪费严重怎么办，会被罚多少", 1),
        ("第6.2.1条讲什么", 1),
    ],
)
def test_parts(message: str, count: int) -> None:
    assert len(parts(message)) == count


@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("150个车位，另外充电桩要不要对外开放", 2),
        ("加了8000升汽油。顺便问问车能开几年", 2),
        ("150个车位，另外有40辆电动车要几个桩", 1),
        ("150个车位，按20%", 1),
    ],
)
def test_an_answer_before_a_question(message: str, count: int) -> None:
    assert len(parts(message, answering=True)) == count


@given(st.text(max_size=400))
def test_nothing_is_added(message: str) -> None:
    assert all(set(piece) <= {*message, "，"} for piece in parts(message))


def test_each_part_has_its_heading_and_citations(assistant: Assistant) -> None:
    done = walk(assistant.core, Turn(question="夏天空调最低几度？另外停车场充电桩要配多少比例？"))
    assert done.answer is not None
    first, second = done.answer.text.split("### 2. ")
    assert first.startswith("### 1. 夏天空调最低几度")
    assert "26" in first
    assert "[" in second
    assert [c.n for c in done.answer.citations] == list(range(1, len(done.answer.citations) + 1))
    assert {f.citation for f in done.answer.figures} <= {c.n for c in done.answer.citations}
    after = walk(assistant.core, Turn(question="第一个的依据呢", memory=done.memory))
    assert after.answer is not None
    assert after.answer.citations[0].document_id == done.answer.citations[0].document_id


def test_what_is_left_is_said(assistant: Assistant) -> None:
    message = "1、食堂油烟怎么管 2、会议能放瓶装水吗 3、复印纸怎么买 4、垃圾怎么分"
    done = walk(assistant.core, Turn(question=message))
    assert done.answer is not None
    assert done.answer.text.count("### ") == MOST_PARTS
    assert "还有 1 个请接着问" in done.answer.text


def test_a_calculation_among_the_parts_goes_on(assistant: Assistant) -> None:
    first = walk(assistant.core, Turn(question="冬天最高几度；顺便帮我算下150个车位要几个桩", memory=Memory()))
    second = walk(assistant.core, Turn(question="按深圳的", memory=first.memory))
    assert second.answer is not None
    assert second.answer.calculations[0]["total"]["value"] == 30


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("锅炉和燃煤设备还能用吗？要换成什么？", "锅炉和燃煤设备"),
        ("人均综合能耗十四五要降几个点？基数是哪一年？", "人均综合能耗"),
        ("验收评价的结论是怎么定的？不通过怎么办？", "验收评价"),
        ("公务车周末能不能借回家用一下？违规会怎样？", "公务车"),
    ],
)
def test_a_part_without_a_subject_takes_the_one_before(assistant: Assistant, message: str, subject: str) -> None:
    first, second = parts(message)
    done = walk(assistant.core, Turn(question=first, part=True))
    assert subject in walk(assistant.core, Turn(question=second, part=True, memory=done.memory)).asked.query
