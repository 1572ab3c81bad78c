"""How large pages are and how long they take: ``python -m tests.benchmarks.pages``.

For 1, 10 and 30 hours at 1 Hz: making the report next to analysing alone, its size, and in Chromium, from the disk and
without a network, the time until all charts are drawn; the annotation page from its address until drawn, and a mark
from letting go of the pointer until the page shows what came of it. Medians of five rounds.
"""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.benchmarks.timing import ROUNDS, say
from tests.support.editor_server import serve
from tests.support.long_recordings import Hours

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOURS = (1.0, 10.0, 30.0)


def main() -> None:
    """All of it, as a table."""
    say("hours   analyze    report            size   drawn   annotate drawn   a mark")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for hours in HOURS:
            folder = Path(name)
            file = folder / f"{hours:g}.fit"
            file.write_bytes(Hours(hours).fit())
            analysed = _median(lambda: _run(folder, "analyze", file.name, "--format", "json"))  # noqa: B023  # run at once
            reported = _median(lambda: _run(folder, "report", file.name, "-o", "r.html", "--force"))  # noqa: B023
            page = folder / "r.html"
            size = page.stat().st_size / 1e6
            drawn = _median(lambda: _drawn(browser, page.as_uri(), offline=True))  # noqa: B023
            served = serve(folder, file.name)
            try:
                opened = _median(lambda: _drawn(browser, served.url, offline=False))  # noqa: B023
                marked = _marked(browser, served.url)
            finally:
                served.interrupt()
            say(
                f"{hours:5g} {1e3 * analysed:6.0f} ms {1e3 * reported:6.0f} ms ({reported / analysed:.1f} ×) "
                f"{size:5.2f} MB {1e3 * drawn:4.0f} ms {1e3 * opened:13.0f} ms {1e3 * marked:5.0f} ms"
            )
        browser.close()


def _median(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _run(folder: Path, *words: str) -> None:
    command = [sys.executable, "-c", "from retropace.cli import main; main()", *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _ready(browser: Browser, url: str, *, offline: bool) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, offline=offline).new_page()
    page.goto(url)
    page.wait_for_selector("html[data-ready]", state="attached")
    return page


def _drawn(browser: Browser, url: str, *, offline: bool) -> None:
    _ready(browser, url, offline=offline).context.close()


def _marked(browser: Browser, url: str) -> float:
    """Seconds from letting go until the page says what is backward now."""
    page = _ready(browser, url, offline=False)
    box = page.locator("[data-chart=speed_mps]").bounding_box()
    assert box is not None
    said = page.locator("#said")
    taken = []
    for number in range(ROUNDS):
        at = box["x"] + box["width"] * (0.2 + 0.1 * number)
        page.mouse.move(at, box["y"] + 80)
        page.mouse.down()
        page.mouse.move(at + 30, box["y"] + 80, steps=3)
        before = said.inner_text()
        began = time.perf_counter()
        page.mouse.up()
        said.filter(has_not_text=re.compile(f"^{re.escape(before)}$")).filter(has_text="marked").wait_for()
        taken.append(time.perf_counter() - began)
    page.context.close()
    return statistics.median(taken)


if __name__ == "__main__":
    main()
