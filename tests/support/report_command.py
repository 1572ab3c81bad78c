"""``retropace report`` called within the tests' own process, and its page read."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from retropace.cli import main
from tests.support.recordings import MadeRun
from tests.support.report_pages import Page, read_page

PLACE = "52.51,13.4,150m"
"""Within the way of ``MadeRun``."""
TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


def prepare_folder(folder: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with a few recordings in it, now the present one; settings are what a test writes into ``config``."""
    for name in ("treadmill-beginner.fit", "quarter-mile.fit", "quarter-mile.annotations.csv"):
        shutil.copy(samples / name, folder)
    (folder / "run.fit").write_bytes(MadeRun(datetime(2025, 5, 1, 7, tzinfo=UTC), 1200).fit())
    (folder / "bad.fit").write_bytes(b"nothing of the kind")
    (folder / "config").mkdir()
    monkeypatch.setenv("RETROPACE_CONFIG", str(folder / "config"))
    monkeypatch.chdir(folder)
    return folder


def report(*words: str | Path) -> Result:
    """Run the command in this process: Bokeh is loaded once for all tests."""
    ran = CliRunner().invoke(main, ["report", *map(str, words)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.output
    assert "itself failed" not in ran.output
    return ran


def error_lines(ran: Result) -> list[str]:
    return ran.stderr.splitlines()


def page(path: Path) -> Page:
    return read_page(path.read_text(encoding="utf-8"))
