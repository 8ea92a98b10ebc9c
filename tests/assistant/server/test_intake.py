"""Adding a document over HTTP: an administrator's file answers at once, others and wrong files are turned away."""

import gc
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.assistant import Assistant
from assistant.server.users import Role, Users
from assistant.settings import Settings

PASSWORD = "correct horse"
RULES = """某区机关食堂节粮管理办法

某区机关事务管理局 2025年3月1日印发

第一条 为了节约粮食，制定本办法。

第二条 食堂剩余饭菜每人每餐不得超过 37 克，由值班员每日称重登记。

第三条 本办法自 2025年4月1日起施行。
"""
QUESTION = "食堂剩余饭菜每人每餐不得超过多少克？"


@pytest.fixture
def folder(tmp_path: Path, assistant: Assistant) -> Path:
    """A data folder of this test's own, with the index of the others in it and three accounts."""
    for held in assistant.settings.home.iterdir():
        if held.name.startswith(("index", "intents-")):
            (shutil.copytree if held.is_dir() else shutil.copy)(held, tmp_path / held.name)
    users = Users(tmp_path / "users.json")
    for name, role in (("admin", Role.ADMINISTRATOR), ("li", Role.STAFF), ("wang", Role.EVALUATOR)):
        users.add(name, role, PASSWORD)
    return tmp_path


@pytest.fixture
def own(folder: Path) -> Iterator[Assistant]:
    opened = Assistant.open(Settings(home=folder, largest_file=100_000))
    yield opened
    opened.close()


@pytest.fixture
def client(own: Assistant, serve: Any) -> Iterator[httpx.Client]:
    with serve(own, own.settings, pages=False) as served:
        yield served.client


def send(client: httpx.Client, name: str, content: bytes, who: str = "admin", **stated: str) -> httpx.Response:
    files = {"file": (name, content, "application/octet-stream")}
    return client.post("/api/v1/corpus", files=files, data=stated, auth=(who, PASSWORD), timeout=120)


def ask(client: httpx.Client) -> dict[str, Any]:
    sent = {"question": QUESTION}
    body: dict[str, Any] = client.post("/api/v1/ask", json=sent, auth=("li", PASSWORD)).json()
    return body


@pytest.mark.slow
def test_an_added_document_answers_at_once(client: httpx.Client, folder: Path) -> None:
    assert "37" not in ask(client)["answer"]
    added = send(client, "../../食堂办法.txt", RULES.encode(), region="深圳")
    assert added.status_code == 201, added.text
    body = added.json()
    assert (body["state"], body["file"]) == ("added", "食堂办法.txt")
    assert body["clauses"] >= 3
    assert body["guessed"]["title"] == "某区机关食堂节粮管理办法"
    answer = ask(client)
    assert "37" in answer["answer"]
    assert answer["citations"][0]["document_id"] == body["document_id"]
    assert [p.name for p in (folder / "documents").iterdir()] == [f"{body['document_id']}.yaml"]
    again = send(client, "另一个名字.txt", RULES.encode())
    assert (again.status_code, again.json()["state"]) == (201, "held")
    acts = client.get("/api/v1/admin/audit", auth=("admin", PASSWORD)).json()["acts"]
    assert [(a["act"], a["user"], a["done"]) for a in acts[:2]] == [("corpus.add", "admin", True)] * 2


@pytest.mark.slow
def test_others_and_wrong_files_are_turned_away(client: httpx.Client, folder: Path) -> None:
    for who in ("li", "wang"):
        refused = send(client, "a.txt", RULES.encode(), who)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert client.post("/api/v1/corpus", files={"file": b"x"}).status_code == 401
    for name, content, status in (
        ("a.pdf", b"%PDF-1.4 broken", 400),
        ("a.exe", b"MZ\x90\x00", 400),
        ("空.txt", b"", 400),
        ("a.txt", b"\x00" * 200_000, 413),
    ):
        refused = send(client, name, content)
        assert refused.status_code == status, (name, refused.text)
        assert "Traceback" not in refused.text
    assert send(client, "a.txt", RULES.encode(), issued="昨天").status_code == 400
    assert client.post("/api/v1/corpus", auth=("admin", PASSWORD)).status_code in {413, 422}
    assert not list((folder / "documents").glob("*")) if (folder / "documents").exists() else True
    acts = client.get("/api/v1/admin/audit", auth=("admin", PASSWORD)).json()["acts"]
    assert not any(a["done"] for a in acts)


@pytest.mark.slow
def test_the_index_of_two_changes_ago_is_let_go_of(client: httpx.Client, own: Assistant) -> None:
    before = weakref.ref(own.core.retriever)
    gc.disable()  # a collection by chance would hide that nothing asks for one
    try:
        for grams in ("37", "38"):
            assert send(client, f"{grams}.txt", RULES.replace("37", grams).encode()).status_code == 201
        assert before() is None
    finally:
        gc.enable()


@pytest.mark.slow
def test_what_another_program_adds_is_taken_up_without_a_restart(own: Assistant, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from assistant.cli import app

    before = own.ask(QUESTION)
    assert "37" not in before.text
    path = tmp_path / "办法.txt"
    path.write_text(RULES, encoding="utf-8")
    done = CliRunner().invoke(app, ["corpus", "add", str(path), "--yes"], env={"NEARZERO_HOME": str(own.settings.home)})
    assert done.exit_code == 0, done.output
    assert "37" in own.ask(QUESTION).text
