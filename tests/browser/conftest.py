"""A real browser, Debian's Chromium through Playwright, without a network unless a test is about the page's server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.browser_pages import OpenPage, WatchedPage, skip_or_fail

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for a module: Playwright's event loop runs in this thread for as long, and no other can."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        skip_or_fail("needs Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address, ``opened(url, width=390, dark=True)``; when the test ends nothing may have gone wrong."""
    contexts = []
    watched = []

    def open_(url: str, *, width: int = 1280, dark: bool = False, offline: bool = True) -> WatchedPage:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=offline
        )
        contexts.append(context)
        one = WatchedPage(context.new_page())
        watched.append(one)
        one.page.set_default_timeout(20_000)
        one.page.goto(url)
        one.page.wait_for_selector("html[data-ready]", state="attached")
        return one

    yield open_
    for context in contexts:
        context.close()
    assert [wrong for one in watched for wrong in one.wrong] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which ``.ci/run`` gets from npm."""
    path = os.environ.get("AXE_CORE", "")
    if not Path(path).is_file():
        skip_or_fail("needs axe-core (npm install axe-core; AXE_CORE=…/node_modules/axe-core/axe.min.js)")
    return Path(path).read_text(encoding="utf-8")
