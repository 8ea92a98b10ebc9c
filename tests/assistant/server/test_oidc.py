"""Signing in through a real OpenID Connect provider that the test starts."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from assistant.server.oidc import identity, role
from assistant.server.users import Role
from assistant.settings import Settings

PEOPLE: dict[str, dict[str, Any]] = {
    "u-1": {"preferred_username": "王敏", "roles": ["carbon-admin"]},
    "u-2": {"preferred_username": "li", "roles": ["evaluator", "x"]},
    "u-3": {},
}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own, as it is in life."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    people = [["--user-claims", json.dumps({"sub": sub, **claims})] for sub, claims in PEOPLE.items()]
    running = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true", *chain(*people)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and running.poll() is None:
        try:
            httpx.get(f"{address}/.well-known/openid-configuration", trust_env=False).raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.2)
    yield address
    running.terminate()
    running.wait(20)


def settings(home: Path, issuer: str, **more: Any) -> Settings:
    return Settings(
        home=home,
        oidc_issuer=issuer,
        oidc_client_id="nearzero",
        oidc_client_secret=SecretStr("secret"),
        oidc_roles={"carbon-admin": "administrator"},
        **more,
    )


@contextmanager
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def follow(client: httpx.Client, sub: str, target: str = "/learn") -> httpx.Response:
    """What a person does: out to the provider, choose who one is, and back."""
    out = client.get(f"/login/oidc/?next={target}")
    assert out.status_code == 302
    asked = parse_qs(urlsplit(out.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"]
    assert asked["state"]
    chosen = httpx.post(out.headers["location"], data={"sub": sub}, trust_env=False)
    return client.get(chosen.headers["location"])


@pytest.mark.parametrize(
    ("sub", "name", "held"), [("u-1", "王敏", "administrator"), ("u-2", "li", "evaluator"), ("u-3", "u-3", "staff")]
)
def test_name_and_role_come_from_the_provider(
    assistant: Any, serve: Any, tmp_path: Path, issuer: str, sub: str, name: str, held: str
) -> None:
    with serve(assistant, settings(tmp_path, issuer), pages=False) as served, browser(served.address) as client:
        page = client.get("/login")
        assert "用统一认证登录" in page.text
        assert 'name="password"' not in page.text  # there are no accounts in a file
        back = follow(client, sub)
        assert (back.status_code, back.headers["location"]) == (303, "/learn")
        told = client.get("/api/v1/me").json()
        assert (told["name"], told["role"]) == (name, held)
        assert client.get("/api/v1/admin/users").status_code == (200 if held == "administrator" else 403)
        client.post("/logout")
        assert client.get("/api/v1/me").status_code == 401


def test_an_answer_that_was_not_asked_for_signs_nobody_in(
    assistant: Any, serve: Any, tmp_path: Path, issuer: str
) -> None:
    with (
        serve(assistant, settings(tmp_path, issuer), pages=False) as served,
        browser(served.address) as one,
        browser(served.address) as other,
    ):
        out = one.get("/login/oidc/")
        back = httpx.post(out.headers["location"], data={"sub": "u-1"}, trust_env=False).headers["location"]
        for address in (
            back,
            "/login/oidc/callback?code=made-up&state=made-up",
            "/login/oidc/callback?error=denied",
        ):
            refused = other.get(address)
            assert refused.status_code == 401
            assert "统一认证没有通过" in refused.text
            assert other.get("/api/v1/me").status_code == 401
        assert one.get(back).status_code == 303
        assert one.get(back).status_code == 401  # a code is good for once


def test_a_provider_that_is_not_there_is_one_line(assistant: Any, serve: Any, tmp_path: Path, issuer: str) -> None:
    for address in ("http://127.0.0.1:9", f"{issuer}/"):
        held = settings(tmp_path, address)
        with serve(assistant, held, pages=False) as served, browser(served.address) as client:
            said = client.get("/login/oidc/")
            assert said.status_code == (401 if address.endswith(":9") else 302)
            assert ("连不上统一认证" in said.text) is address.endswith(":9")


def test_the_highest_role_named_counts(tmp_path: Path) -> None:
    held = settings(tmp_path, "http://localhost", oidc_role_claim="realm_access.roles")
    for told, expected in (
        (["carbon-admin", "evaluator"], Role.ADMINISTRATOR),
        (["evaluator"], Role.EVALUATOR),
        ("evaluator", Role.EVALUATOR),
        (["Administrator"], Role.STAFF),
        ({"evaluator": 1}, Role.STAFF),
        (None, Role.STAFF),
    ):
        assert role({"realm_access": {"roles": told}}, held) is expected
    assert identity({"sub": "a", "realm_access": "x"}, held).role is Role.STAFF
