"""What the tests share: where the recordings lie."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.paths import CORPUS, ROOT

if TYPE_CHECKING:
    from tests.support.editor_server import RunningEditor, StartEditor

collect_ignore = ["benchmarks", "support"]
"""Folders without tests, which would be imported to look for examples in docstrings."""

# The same examples on every run of CI; at a developer's desk new ones each time. Other processes may take the time.
settings.register_profile("retropace", derandomize=bool(os.environ.get("CI")), deadline=None)
settings.load_profile("retropace")


def pytest_configure(config: pytest.Config) -> None:
    """Let nobody's own settings decide what a test sees, and let what started processes leave go when the run ends.

    Settings lie where there is nothing. A process that is killed cannot take away its temporary files.
    """
    folder = tempfile.TemporaryDirectory(prefix="retropace-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["RETROPACE_CONFIG"] = str(Path(folder.name) / "no-settings")
    os.environ["TMPDIR"] = folder.name  # for them alone: this process has looked it up


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than cores: while a test waits for a process, a browser or a clock, another has the core."""
    count = yield
    return count if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else count + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that hold slow tests, so that what is left at the end is short for every worker."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of public recordings beside the project; tests that need it skip where it is absent."""
    if not CORPUS.is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI has the public recordings beside the project, but ../shared/corpus is missing")
        pytest.skip("needs the public recordings in ../shared/corpus")
    return CORPUS


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of simulated recordings that the project ships."""
    return ROOT / "samples"


@pytest.fixture
def serving() -> Iterator[StartEditor]:
    """``serving(folder, file, *options)`` starts the annotation page; what still runs when the test ends is ended."""
    from tests.support.editor_server import serve  # loads all that a page needs

    started: list[RunningEditor] = []

    def start(folder: Path, file: str, *options: str, **environment: str) -> RunningEditor:
        started.append(serve(folder, file, *options, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.is_running:
            one.process.kill()
        one.process.communicate()
