"""A real browser, Debian's Chromium through Playwright, without a network unless a test is about the page's server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def missing(reason: str) -> None:
    """Skip with the reason; fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has everything, but: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        missing("needs Chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Watched:
    """A page, and everything that went wrong on it."""

    def __init__(self, page: Page):
        self.page = page
        self.wrong: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.wrong.append(text)


Opened = Callable[..., Watched]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens an address, ``opened(url, width=390, dark=True)``; when the test ends nothing may have gone wrong."""
    contexts = []
    watched = []

    def open_(url: str, *, width: int = 1280, dark: bool = False, offline: bool = True) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", offline=offline
        )
        contexts.append(context)
        one = Watched(context.new_page())
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
        missing("needs axe-core (npm install axe-core; AXE_CORE=…/node_modules/axe-core/axe.min.js)")
    return Path(path).read_text(encoding="utf-8")


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core calls serious or critical on the page as it is."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
