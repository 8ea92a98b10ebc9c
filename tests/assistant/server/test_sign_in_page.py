"""The page where accounts are needed, in a real browser: nothing before signing in, the chat after, no other host asked."""

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from assistant.settings import Settings

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "correct horse"


@pytest.mark.slow
@pytest.mark.browser
def test_the_page_opens_to_who_signs_in(assistant: Any, serve: Any, tokens: dict[str, str], tmp_path: Path) -> None:
    if not shutil.which(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing on a machine where it has to be there")
        pytest.skip("needs Chromium: apt-get install chromium fonts-noto-cjk")
    from playwright.sync_api import expect, sync_playwright

    elsewhere: list[str] = []
    with serve(assistant, Settings(home=Path(tokens["home"])), pages=True) as served, sync_playwright() as playwright:
        own = urlsplit(served.address).netloc
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = running.new_context(locale="zh-CN").new_page()
        page.on(
            "request",
            lambda r: elsewhere.append(r.url) if r.url.startswith("http") and urlsplit(r.url).netloc != own else None,
        )
        page.goto(served.address)
        name, password = page.locator("input, textarea").first, page.locator("input[type=password]")
        expect(password).to_be_visible(timeout=30_000)
        expect(page.get_by_text("请用管理员给您的用户名和密码登录")).to_be_visible()
        expect(page.locator("#question textarea")).to_have_count(0)
        page.screenshot(path=str(tmp_path / "sign-in.png"))
        for word, opened in (("wrong horse", False), (PASSWORD, True)):
            name.fill("li")
            password.fill(word)
            page.get_by_role("button").first.click()
            if opened:
                expect(page.locator("#question textarea")).to_be_visible(timeout=30_000)
            else:
                page.wait_for_timeout(1000)
                expect(password).to_be_visible()
        page.locator("#question textarea").fill("公共建筑夏季空调温度不得低于多少度？")
        page.locator("#question textarea").press("Enter")
        expect(page.get_by_text("26").first).to_be_visible(timeout=30_000)
        running.close()
    assert elsewhere == []
