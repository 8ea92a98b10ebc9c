"""Conversations in Postgres, against a real server that the tests start and stop."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.assistant import Assistant
from assistant.conversation.store import open_store
from assistant.feedback import open_feedback
from assistant.learning.progress import open_progress
from assistant.settings import Settings
from corpus.errors import StoreUnavailable, UnknownConversation

pytestmark = pytest.mark.slow


def opened(assistant: Assistant, folder: Path, url: str) -> Assistant:
    return Assistant(assistant._core, Settings(home=folder, checkpoint_url=SecretStr(url)))


def test_a_conversation_in_postgres(assistant: Assistant, tmp_path: Path, postgres: str) -> None:
    held = opened(assistant, tmp_path, postgres)
    held.ask("200个车位要装多少充电桩", "停车场", owner="甲")
    held.close()
    after = opened(assistant, tmp_path, postgres)
    answer = after.ask("按20%", "停车场", owner="甲")
    assert answer.calculations[0]["total"]["value"] == 40
    assert [(c.name, c.turns) for c in after.conversations("甲")] == [("停车场", 2)]
    assert after.conversations("乙") == ()
    with pytest.raises(UnknownConversation):
        after.history("停车场", "乙")
    after.rename("停车场", "充电桩", "甲")
    assert after.conversations("甲")[0].title == "充电桩"
    assert "40" in after.export("停车场", owner="甲").decode()
    after.delete("停车场", "甲")
    assert after.conversations("甲") == ()
    after.close()
    assert not (tmp_path / "conversations.sqlite").exists()


def test_two_programs_share_one_conversation(assistant: Assistant, tmp_path: Path, postgres: str) -> None:
    first, second = opened(assistant, tmp_path, postgres), opened(assistant, tmp_path, postgres)
    first.ask("200个车位要装多少充电桩", "共用")
    assert second.ask("按20%", "共用").calculations[0]["total"]["value"] == 40
    assert first.ask("如果是300个车位呢？", "共用").calculations[0]["total"]["value"] == 60
    assert len(second.history("共用")) == 3
    first.close()
    second.close()


def test_programs_started_together_on_an_empty_database(tmp_path: Path, postgres: str) -> None:
    import psycopg

    def opened_and_closed(number: int) -> None:
        for store in (open_store(tmp_path, url), open_feedback(tmp_path, url), open_progress(tmp_path, url)):
            store.close()

    for attempt in range(3):
        name = f"fresh{attempt}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = postgres.removesuffix("postgres") + name
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(opened_and_closed, range(6)))


def test_a_server_that_is_not_there(assistant: Assistant, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"postgresql://nearzero:secret-word@127.0.0.1:{port}/postgres?connect_timeout=1"
    with pytest.raises(StoreUnavailable) as raised:
        opened(assistant, tmp_path, url).ask("你好", "x")
    assert "secret-word" not in str(raised.value)
