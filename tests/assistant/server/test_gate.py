"""Who gets in: sign-in, roles, other people's conversations, rates, foreign hosts."""

import base64
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from assistant.server.app import sign_in
from assistant.server.users import Role, Users
from assistant.settings import Settings
from corpus.errors import InputError

PASSWORD = "correct horse"


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_no_address_of_others_without_accounts(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "10.1.2.3", "::"):
        with pytest.raises(InputError, match="nearzero users add"):
            sign_in(Settings(home=tmp_path, host=host))
    assert sign_in(Settings(home=tmp_path, host="::1")) is None
    Users(tmp_path / "users.json").add("admin", Role.ADMINISTRATOR, PASSWORD)
    assert sign_in(Settings(home=tmp_path, host="0.0.0.0")) is not None
    assert sign_in(Settings(home=tmp_path)) is not None


def test_nothing_without_signing_in(closed: Any) -> None:
    for method, path in (
        ("POST", "/api/v1/ask"),
        ("GET", "/api/v1/documents"),
        ("GET", "/api/v1/openapi.json"),
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("POST", "/mcp"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/admin/users"),
    ):
        response = closed.client.request(method, path)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "sign_in_required"), path
    assert closed.client.get("/healthz").status_code == 200


def test_a_token_and_a_password_open_and_wrong_ones_do_not(closed: Any, signed: Any) -> None:
    assert closed.client.get("/api/v1/me", **signed("li")).json()["role"] == "staff"
    assert closed.client.get("/api/v1/me", headers=basic("wang", PASSWORD)).json()["role"] == "evaluator"
    for headers in (
        {"Authorization": "Bearer nz_wrong"},
        basic("wang", "wrong horse"),
        basic("nobody", PASSWORD),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Digest a"},
    ):
        assert closed.client.get("/api/v1/me", headers=headers).status_code == 401


def test_nobody_reads_anothers_conversation(closed: Any, signed: Any) -> None:
    mine = f"我的-{uuid4()}"  # conversations outlive a run of the tests
    first = closed.ask("200个车位按深圳20%的比例要配几个充电桩？", mine, **signed("li")).json()
    assert first["calculations"][0]["total"]["value"] == 40
    listed = closed.client.get("/api/v1/sessions", **signed("wang")).json()["sessions"]
    assert mine not in [s["name"] for s in listed]
    assert closed.client.get(f"/api/v1/sessions/{mine}", **signed("wang")).status_code == 404
    assert closed.client.delete(f"/api/v1/sessions/{mine}", **signed("wang")).status_code == 404
    other = closed.ask("如果是300个车位呢？", mine, **signed("wang")).json()
    assert not any(c["total"]["value"] == 60 for c in other["calculations"])
    again = closed.ask("如果是300个车位呢？", mine, **signed("li")).json()
    assert again["calculations"][0]["total"]["value"] == 60


def test_administration_is_for_administrators_and_recorded(closed: Any, signed: Any) -> None:
    for path in ("/api/v1/admin/users", "/api/v1/admin/audit", "/api/v1/admin/feedback", "/metrics"):
        for name in ("li", "wang"):
            assert closed.client.get(path, **signed(name)).json()["error"]["code"] == "forbidden"
        assert closed.client.get(path, **signed("admin")).status_code == 200
    made = {"name": "zhao", "role": "staff", "password": PASSWORD}
    assert closed.client.post("/api/v1/admin/users", json=made, **signed("li")).status_code == 403
    assert closed.client.post("/api/v1/admin/users", json=made, **signed("admin")).status_code == 201
    assert closed.client.post("/api/v1/admin/users", json=made, **signed("admin")).status_code == 400
    token = closed.client.post("/api/v1/admin/users/zhao/tokens", **signed("admin")).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert closed.client.get("/api/v1/me", headers=bearer).json()["name"] == "zhao"
    assert closed.client.delete("/api/v1/admin/users/zhao", **signed("admin")).status_code == 204
    assert closed.client.get("/api/v1/me", headers=bearer).status_code == 401
    assert closed.client.delete("/api/v1/admin/users/admin", **signed("admin")).status_code == 400
    acts = closed.client.get("/api/v1/admin/audit", **signed("admin")).json()["acts"]
    assert [a["act"] for a in acts[:3]] == ["user.remove", "token.issue", "user.add"]
    refused = [a for a in acts if not a["done"]]
    assert {a["user"] for a in refused} == {"li", "wang"}
    written = (closed.settings.home / "audit.jsonl").read_text(encoding="utf-8")
    assert token not in written
    assert PASSWORD not in written
    assert all(json.loads(line)["user"] for line in written.splitlines())


def test_too_many_requests_of_one_user_leave_others_alone(
    assistant: Any, serve: Any, tokens: dict[str, str], signed: Any
) -> None:
    settings = Settings(home=Path(tokens["home"]), rate_limit="3/minute")
    with serve(assistant, settings, pages=False) as served:
        statuses = [served.client.get("/api/v1/me", **signed("li")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = served.client.get("/v1/models", **signed("li"))
        assert refused.json()["error"]["code"] == "rate_limited"
        assert int(refused.headers["retry-after"]) > 0
        assert served.client.get("/api/v1/me", **signed("wang")).status_code == 200


def test_guessing_passwords_ends_soon(assistant: Any, serve: Any, tokens: dict[str, str]) -> None:
    with serve(assistant, Settings(home=Path(tokens["home"])), pages=False) as served:
        statuses = [
            served.client.get("/api/v1/me", headers={"Authorization": f"Bearer nz_{n}"}).status_code for n in range(11)
        ]
        assert statuses == [401] * 10 + [429]
        assert served.client.get("/api/v1/me", headers=basic("li", PASSWORD)).status_code == 429


def test_another_name_for_this_machine_is_refused_where_nobody_signs_in(opened: Any) -> None:
    response = opened.client.get("/api/v1/documents", headers={"Host": "rebound.example"})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "foreign_host")
