"""The page where accounts are needed, in a real browser: nothing before signing in, the chat after, no other host asked."""

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from assistant.settings import Settings

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "correct horse"


def serious(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [v["id"] for v in found if v["impact"] in {"serious", "critical"}]


def sign_in(page: Any, name: str, password: str) -> None:
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")


def ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f".turn:has-text('{question}') .answer .tools", timeout=60_000)


@pytest.mark.slow
@pytest.mark.browser
def test_two_people_sign_in_and_see_only_their_own(  # noqa: PLR0915 - one story of two browsers
    assistant: Any, serve: Any, tokens: dict[str, str], tmp_path: Path
) -> None:
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing on a machine where it has to be there")
        pytest.skip("needs Chromium: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import expect, sync_playwright

    elsewhere: list[str] = []
    with serve(assistant, Settings(home=Path(tokens["home"])), pages=True) as served, sync_playwright() as playwright:
        own = urlsplit(served.address).netloc
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

        def opened(path: str, **more: Any) -> Any:
            page = running.new_context(locale="zh-CN", **more).new_page()
            page.set_default_timeout(60_000)
            page.on(
                "request",
                lambda r: (
                    elsewhere.append(r.url) if r.url.startswith("http") and urlsplit(r.url).netloc != own else None
                ),
            )
            page.goto(served.address + path)
            return page

        plain = opened("/calculators", java_script_enabled=False)  # the form works without JavaScript
        expect(plain.get_by_text("请用管理员给您的用户名和密码登录")).to_be_visible()
        sign_in(plain, "li", PASSWORD)
        assert plain.url == f"{served.address}/calculators"

        first = opened("/")
        assert serious(first) == []
        sign_in(first, "li", "wrong horse")
        expect(first.get_by_text("用户名或密码不对")).to_be_visible()
        assert first.input_value("input[name=username]") == "li"
        assert serious(first) == []
        sign_in(first, "li", PASSWORD)
        first.wait_for_selector(".welcome .example")
        expect(first.locator(".account .who")).to_have_text("li")
        secret = f"只有我问的{uuid4().hex}空调温度是多少？"  # conversations outlive a run of the tests
        ask(first, secret)
        expect(first.locator(".history .title", has_text=secret[5:20])).to_be_visible()
        address = first.url
        assert "?c=" in address

        second = opened("/")
        sign_in(second, "wang", PASSWORD)
        second.wait_for_selector(".welcome .example")
        expect(second.locator(".account .who")).to_have_text("wang")
        assert secret[5:20] not in second.content()
        second.goto(address)
        second.wait_for_selector(".said:has-text('没有这个会话')")
        assert secret[5:20] not in second.content()
        name = parse_qs(urlsplit(address).query)["c"][0]
        assert second.request.get(f"{served.address}/files/conversations/md?name={name}").status == 404
        ask(second, "空调温度是多少？")
        assert (
            "应核" in second.inner_text(".answer") or second.locator(".answer table").count()
        )  # an evaluator's answer

        first.goto(f"{served.address}/en/")  # one sign-in for both languages
        first.wait_for_selector(".welcome .example")
        assert first.request.get(f"{served.address}/files/conversations/md?name={name}").ok
        first.click(".account button")
        expect(first.locator("input[name=password]")).to_be_visible()
        first.goto(address)
        expect(first.locator("input[name=password]")).to_be_visible()
        running.close()
    assert elsewhere == []
