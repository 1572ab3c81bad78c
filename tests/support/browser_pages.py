"""Pages in a real browser that collect everything that goes wrong on them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page


def skip_or_fail(reason: str) -> None:
    """Skip with the reason; fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(f"CI has everything, but: {reason}")
    pytest.skip(reason)


class WatchedPage:
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


OpenPage = Callable[..., WatchedPage]


def find_violations(page: Page, axe: str) -> list[str]:
    """What axe-core calls serious or critical on the page as it is."""
    page.evaluate(axe)
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
