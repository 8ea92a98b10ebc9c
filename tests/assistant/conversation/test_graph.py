"""Kept conversations: what was said before counts, survives, and belongs to one person."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.conversation.graph import LONGEST_NAME
from assistant.settings import Settings
from corpus.errors import InputError, StoreUnavailable, UnknownConversation


@pytest.fixture
def keeping(assistant: Assistant, tmp_path: Path) -> Iterator[Assistant]:
    """The assistant with a conversation store of this test's own."""
    held = reopened(assistant, tmp_path)
    yield held
    held.close()


def reopened(assistant: Assistant, folder: Path) -> Assistant:
    return Assistant(assistant._core, Settings(home=folder))


def test_a_conversation_survives_a_restart(keeping: Assistant, assistant: Assistant, tmp_path: Path) -> None:
    keeping.ask("200个车位要装多少充电桩", "停车场")
    keeping.close()
    after = reopened(assistant, tmp_path)
    answer = after.ask("按深圳鼓励的", "停车场")
    assert answer.kind == "calculation"
    assert answer.calculations[0]["total"]["value"] == 40
    assert [t["question"] for t in after.history("停车场")] == ["200个车位要装多少充电桩", "按深圳鼓励的"]
    after.close()


def test_two_people_never_see_each_other(keeping: Assistant) -> None:
    keeping.ask("200个车位要装多少充电桩", "a", owner="甲")
    other = keeping.ask("按20%", "a", owner="乙")
    assert other.kind != "calculation"
    assert [c.name for c in keeping.conversations("甲")] == ["a"]
    assert len(keeping.history("a", "甲")) == 1
    for name, owner in (("a", "丙"), ('a", "甲', ""), ("甲", "a")):
        with pytest.raises(UnknownConversation):
            keeping.history(name, owner)
    with pytest.raises(UnknownConversation):
        keeping.delete("a", "丙")
    assert len(keeping.history("a", "甲")) == 1


def test_list_rename_delete(keeping: Assistant) -> None:
    keeping.ask("夏天空调最低几度？", "一")
    keeping.ask("食堂剩饭怎么处理？", "二")
    keeping.ask("那冬天呢？", "一")
    assert {(c.name, c.title, c.turns) for c in keeping.conversations()} == {
        ("一", "夏天空调最低几度？", 2),
        ("二", "食堂剩饭怎么处理？", 1),
    }
    keeping.rename("二", " 食堂 \n问答 ")
    assert next(c.title for c in keeping.conversations() if c.name == "二") == "食堂 问答"
    keeping.delete("二")
    assert [c.name for c in keeping.conversations()] == ["一"]
    with pytest.raises(UnknownConversation):
        keeping.history("二")
    with pytest.raises(UnknownConversation):
        keeping.rename("二", "x")
    keeping.forget("二")
    assert keeping.ask("那冬天呢", "二").kind in {"answer", "refusal"}
    assert len(keeping.history("二")) == 1


def test_a_deleted_conversation_leaves_nothing_in_the_file(keeping: Assistant, tmp_path: Path) -> None:
    keeping.ask("公务用车由谁管理？特征词甲乙丙", "要删")
    keeping.delete("要删")
    with sqlite3.connect(tmp_path / "conversations.sqlite") as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "特征词" not in dump


@pytest.mark.parametrize("name", ["x" * (LONGEST_NAME + 1), "a\x00b", "\ud800", "a\nb"])
def test_names_that_are_refused(keeping: Assistant, name: str) -> None:
    with pytest.raises(InputError):
        keeping.ask("你好", name)
    with pytest.raises(InputError):
        keeping.ask("你好", "a", owner=name)


def test_an_empty_title_is_refused(keeping: Assistant) -> None:
    keeping.ask("你好", "n")
    with pytest.raises(InputError):
        keeping.rename("n", "  ")


@pytest.mark.parametrize("name", ["a'b", 'q"; DROP TABLE nearzero_conversations', "名" * 50, "../../etc"])
def test_any_other_name_is_a_name(keeping: Assistant, name: str) -> None:
    keeping.ask("你好", name)
    assert [c.name for c in keeping.conversations()] == [name]


def test_export_holds_the_clause_texts(keeping: Assistant) -> None:
    from docx import Document

    answer = keeping.ask("夏天空调最低几度？", "导出")
    keeping.ask("80人开会，其中20人坐高铁来回120公里，碳排放多少", "导出")
    text = keeping.export("导出").decode()
    assert answer.citations[0].quote in text
    assert "《" in text
    assert text.startswith("# 夏天空调最低几度？")
    document = Document(BytesIO(keeping.export("导出", "docx")))
    written = "\n".join(p.text for p in document.paragraphs)
    assert answer.citations[0].quote in written
    assert "**" not in written
    assert any("高铁" in cell.text for table in document.tables for row in table.rows for cell in row.cells)


def test_a_broken_store_is_one_clear_line(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database " * 100)
    with pytest.raises(StoreUnavailable, match="会话数据库不可用"):
        reopened(assistant, tmp_path).ask("你好", "x")


_CHILD = """
import sys, time
from pathlib import Path
from assistant.assistant import Assistant
from assistant.settings import read
import assistant.conversation.steps as steps

held = Assistant.open(read())
print(held.ask("200个车位要装多少充电桩", "k").kind, flush=True)
print(held.ask("按20%", "k").kind, flush=True)

def stuck(*arguments, **named):
    print("answering", flush=True)
    time.sleep(60)

steps.write = stuck
held.ask("食堂剩饭怎么处理？", "k")
"""


@pytest.mark.slow
def test_kill_in_mid_answer_loses_no_earlier_turn(
    assistant: Assistant, environment: dict[str, str], tmp_path: Path
) -> None:
    """A process killed while it answers the third turn leaves the first two, and the conversation goes on."""
    (tmp_path / "index").symlink_to(Path(environment["NEARZERO_HOME"]) / "index")
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        env={**environment, "NEARZERO_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    said = [child.stdout.readline().strip() for _ in range(3)]
    assert said == ["clarification", "calculation", "answering"]
    time.sleep(0.2)
    child.kill()
    assert child.wait(10) == -9
    child.stdout.close()
    after = reopened(assistant, tmp_path)
    assert [t["question"] for t in after.history("k")] == ["200个车位要装多少充电桩", "按20%"]
    answer = after.ask("如果是300个车位呢？", "k")
    assert answer.calculations[0]["total"]["value"] == 60
    assert len(after.history("k")) == 3
    after.close()


def test_history_is_the_contract(keeping: Assistant) -> None:
    answer = keeping.ask("夏天空调最低几度？", "h")
    (kept,) = keeping.history("h")
    assert kept["schema"] == "nearzero.answer/1"
    assert kept["answer"] == answer.text
    json.dumps(dict(kept))
