"""Accounts in a file: hashes only, read again when changed, clear about what does not fit."""

import json
import stat
from pathlib import Path

import pytest

from assistant.server.audit import Audit
from assistant.server.users import Role, Users
from corpus.errors import InputError

PASSWORD = "correct horse"


def test_the_file_holds_no_secret_and_is_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    users = Users(path)
    users.add("李明", Role.STAFF, PASSWORD)
    token = users.issue("李明")
    text = path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert token not in text
    assert "$argon2id$" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["users.json"]


def test_signing_in_follows_the_file(tmp_path: Path) -> None:
    here, there = Users(tmp_path / "users.json"), Users(tmp_path / "users.json")
    assert here.sign_in("li", PASSWORD) is None
    there.add("li", Role.STAFF, PASSWORD)
    for _ in range(2):
        found = here.sign_in("li", PASSWORD)
        assert found is not None
        assert found.role is Role.STAFF
    assert here.sign_in("li", PASSWORD + "x") is None
    there.change_password("li", "another horse")
    assert here.sign_in("li", PASSWORD) is None
    assert here.sign_in("li", "another horse") is not None
    token = there.issue("li")
    assert here.bearer(token) is not None
    assert there.revoke("li") == 1
    assert here.bearer(token) is None
    there.remove("li")
    assert here.sign_in("li", "another horse") is None


@pytest.mark.parametrize(("name", "password"), [("a:b", PASSWORD), ("", PASSWORD), ("li", "short"), ("li", "x" * 300)])
def test_what_does_not_fit_is_refused(tmp_path: Path, name: str, password: str) -> None:
    users = Users(tmp_path / "users.json")
    with pytest.raises(InputError):
        users.add(name, Role.STAFF, password)
    assert users.all() == ()


def test_the_last_administrator_stays_while_others_are_there(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("admin", Role.ADMINISTRATOR, PASSWORD)
    users.add("li", Role.STAFF, PASSWORD)
    with pytest.raises(InputError, match="最后一个管理员"):
        users.remove("admin")
    users.remove("li")
    users.remove("admin")
    assert users.all() == ()


def test_a_broken_file_is_said_and_never_taken_for_no_accounts(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    for text in ("{", '{"users": [{"name": "a"}]}', '{"users": [{"name": "a", "role": "king", "password": ""}]}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="用户文件"):
            Users(path).all()


def test_the_audit_log_only_grows(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.jsonl")
    assert audit.latest(5) == []
    for n in range(3):
        audit.note("admin", "user.add", f"u{n}\n伪造", address="10.0.0.1")
    assert [a["subject"] for a in audit.latest(2)] == ["u2\n伪造", "u1\n伪造"]
    lines = (tmp_path / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["done"] for line in lines] == [True] * 3
