"""How far a long run is, told on stderr."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from retropace.cli.terminal.batch_view import ProgressBar, format_progress
from retropace.library.batch import BatchProgress
from tests.support.batch_runs import COMMAND, environment
from tests.support.recordings import runs


@pytest.mark.parametrize(
    ("progress", "seconds", "text"),
    [
        (BatchProgress(total=17), 3.0, "17 files found so far"),
        (
            BatchProgress(total=100, unchanged=40, processed=20, analysed=17, failed=2, skipped=1, is_listing=False),
            10.0,
            "60 of 100 files, 2.0 a second, 0:20 left; 40 unchanged, 17 analysed, 1 other, 2 failed",
        ),
        (BatchProgress(total=100, unchanged=100, is_listing=False), 1.0, "100 of 100 files; 100 unchanged"),
    ],
)
def test_words(progress: BatchProgress, seconds: float, text: str) -> None:
    assert format_progress(progress, seconds) == text


def test_lines_now_and_then_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("retropace.cli.terminal.batch_view.time.monotonic", lambda: clock[0])
    state = BatchProgress(total=50, is_listing=False)
    with ProgressBar() as line:
        for second in range(25):
            clock[0] = float(second)
            state.processed += 1
            state.analysed += 1
            line.show(state)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "retropace: 11 of 50 files, 1.1 a second, 0:35 left; 11 analysed",
        "retropace: 21 of 50 files, 1.1 a second, 0:28 left; 21 analysed",
    ]


@pytest.mark.slow
def test_on_a_terminal_the_line_goes_when_all_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for at, run in enumerate(runs(20, seconds=300)):
        (folder / f"{at}.fit").write_bytes(run.fit())
    outer, inner = pty.openpty()
    run_of = subprocess.Popen(
        [*COMMAND, "batch", str(folder), "--jobs", "1"],
        env={**environment(tmp_path / "data"), "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=inner,
    )
    os.close(inner)
    seen = b""
    while True:
        try:
            piece = os.read(outer, 4096)
        except OSError:  # the other end was closed
            break
        if not piece:
            break
        seen += piece
    out, _ = run_of.communicate(timeout=60)
    assert run_of.returncode == 0
    assert b"of 20 files" in seen
    assert seen.rstrip(b"\r\n").endswith((b"\x1b[2K", b"\x1b[?25h"))
    assert b"of 20 files" not in out
