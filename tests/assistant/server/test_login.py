"""Signing in to the pages: the form, the cookie, signing out, other sites' pages, and too many guesses."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.server.sessions import COOKIE, Sessions
from assistant.server.users import Role, User, Users
from assistant.settings import Settings

PASSWORD = "correct horse"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with accounts that a test may change."""
    users = Users(tmp_path / "users.json")
    users.add("li", Role.STAFF, PASSWORD)
    users.add("admin", Role.ADMINISTRATOR, PASSWORD)
    return tmp_path


@pytest.fixture
def site(assistant: Any, serve: Any, folder: Path) -> Iterator[httpx.Client]:
    with serve(assistant, Settings(home=folder, rate_limit="0"), pages=False) as served:
        yield served.client


def enter(client: httpx.Client, name: str = "li", password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post("/login", data={"username": name, "password": password, **more}, headers=BROWSER)


def me(client: httpx.Client) -> int:
    return client.get("/api/v1/me").status_code


def test_a_reader_is_shown_the_way_in_and_comes_back(site: httpx.Client) -> None:
    sent = site.get("/check?c=一", headers=BROWSER)
    assert sent.status_code == 303
    form = site.get(sent.headers["location"])
    assert form.status_code == 200
    assert 'name="next" value="/check?c=' in form.text
    assert "请用管理员给您的用户名和密码登录" in form.text
    assert "<script" not in form.text
    done = enter(site, next="/check?c=1")
    assert (done.status_code, done.headers["location"]) == (303, "/check?c=1")
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=43200" in cookie
    assert "Secure" not in cookie
    assert site.get("/api/v1/me").json() | {"address": ""} == {"name": "li", "role": "staff", "address": ""}
    assert site.get("/login?next=/learn", headers=BROWSER).headers["location"] == "/learn"


def test_the_english_pages_have_an_english_form(site: httpx.Client) -> None:
    sent = site.get("/en/learn", headers=BROWSER)
    assert sent.headers["location"].startswith("/en/login?next=/en/learn")
    form = site.get(sent.headers["location"]).text
    assert '<html lang="en">' in form
    assert "Sign in" in form
    wrong = site.post("/en/login", data={"username": "li", "password": "x", "next": "/en/learn"}, headers=BROWSER)
    assert wrong.status_code == 401
    assert "The name or the password is wrong" in wrong.text


def test_a_script_of_a_page_is_told_in_json(site: httpx.Client) -> None:
    for method, path in (("GET", "/config"), ("POST", "/gradio_api/queue/join"), ("GET", "/files/page?clause=x")):
        response = site.request(method, path)
        assert (response.status_code, response.json()["error"]["code"]) == (401, "sign_in_required"), path


def test_a_wrong_password_keeps_the_name_and_is_escaped(site: httpx.Client) -> None:
    wrong = enter(site, '"><script>', "wrong horse", next="//evil.example/")
    assert wrong.status_code == 401
    assert "用户名或密码不对" in wrong.text
    assert "<script" not in wrong.text
    assert "evil.example" not in wrong.text
    assert me(site) == 401


def test_nobody_is_sent_to_another_site(site: httpx.Client) -> None:
    for target in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/login",
        "/a\nb",
    ):
        assert enter(site, next=target).headers["location"] == "/", target


def test_what_another_site_s_page_sends_is_not_done(site: httpx.Client) -> None:
    own = str(site.base_url)
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": own},
    ):
        refused = site.post("/login", data={"username": "li", "password": PASSWORD}, headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "foreign_page"), headers
    enter(site)
    asked = {"json": {"question": "空调几度"}}
    assert site.post("/api/v1/ask", headers={"Origin": "http://evil.example"}, **asked).status_code == 403
    assert site.post("/logout", headers={"Origin": "http://evil.example"}).status_code == 403
    assert me(site) == 200
    assert site.post("/api/v1/ask", headers={"Origin": own.rstrip("/")}, **asked).status_code == 200


def test_signing_out_ends_every_copy_of_the_cookie(site: httpx.Client) -> None:
    enter(site)
    copy = site.cookies[COOKIE]
    assert me(site) == 200
    assert site.post("/logout").headers["location"] == "/login"
    assert me(site) == 401
    site.cookies.clear()
    assert site.get("/api/v1/me", headers={"Cookie": f"{COOKIE}={copy}"}).status_code == 401


def test_a_new_password_and_a_removed_account_end_the_session(site: httpx.Client, folder: Path) -> None:
    users = Users(folder / "users.json")
    enter(site)
    users.change_password("li", "another horse")
    assert me(site) == 401
    enter(site, password="another horse")
    assert me(site) == 200
    users.remove("li")
    assert me(site) == 401


def test_a_cookie_expires_and_cannot_be_made_up(folder: Path) -> None:
    users = Users(folder / "users.json")
    li = users.get("li")
    assert li is not None
    short = Sessions(users, folder / "session.key", 1 / 3600)
    cookie = short.make(li)
    assert short.read(cookie) == li
    assert Sessions(users, folder / "session.key", 12).read(cookie) == li  # a restart signs nobody out
    assert (folder / "session.key").stat().st_mode & 0o077 == 0
    for made_up in ("", "x", cookie[:-2], Sessions(users, folder / "other.key", 12).make(li)):
        assert short.read(made_up) is None
    time.sleep(2.1)
    assert short.read(cookie) is None


def test_behind_https_the_cookie_is_for_https_only(assistant: Any, serve: Any, folder: Path) -> None:
    settings = Settings(home=folder, public_url="https://assistant.example.gov.cn")
    with serve(assistant, settings, pages=False) as served:
        sent = served.client.post(
            "/login",
            data={"username": "li", "password": PASSWORD},
            headers={**BROWSER, "Origin": "https://assistant.example.gov.cn"},
        )
        assert "Secure" in sent.headers["set-cookie"]


def test_guessing_at_the_form_ends_soon(assistant: Any, serve: Any, folder: Path) -> None:
    with serve(assistant, Settings(home=folder), pages=False) as served:
        statuses = [enter(served.client, password=f"guess {n}").status_code for n in range(11)]
        assert statuses == [401] * 10 + [429]
        late = enter(served.client)
        assert late.status_code == 429
        assert "登录失败的次数太多" in late.text


def test_a_program_signs_in_with_the_same_form(site: httpx.Client) -> None:
    wrong = site.post("/login", data={"username": "li", "password": "wrong"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "sign_in_required")
    assert site.post("/login", data={"username": "li", "password": PASSWORD}).json() == {"success": True}
    assert me(site) == 200


def test_a_person_of_the_provider_is_nobody_of_the_file() -> None:
    from assistant.server.doors import owner

    assert owner(User("li", Role.STAFF)) != owner(User("li", Role.STAFF, id="oidc|li"))
