"""What the tests share: where the recordings lie."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.editor_server import RunningEditor, StartEditor, serve
from tests.support.paths import CORPUS, ROOT

# The same examples on every run of CI; at a developer's desk new ones each time. Other processes may take the time.
settings.register_profile("retropace", derandomize=bool(os.environ.get("CI")), deadline=None)
settings.load_profile("retropace")

# Nobody's own settings decide what a test sees: they lie where there is nothing, for commands that tests start too.
os.environ["RETROPACE_CONFIG"] = tempfile.mkdtemp(prefix="retropace-no-settings-")


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
    started: list[RunningEditor] = []

    def start(folder: Path, file: str, *options: str, **environment: str) -> RunningEditor:
        started.append(serve(folder, file, *options, **environment))
        return started[-1]

    yield start
    for one in started:
        if one.is_running:
            one.process.kill()
        one.process.communicate()
