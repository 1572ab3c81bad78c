from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retropace.activity import Activity
from retropace.clean import clean
from retropace.cli.graphs import GUTTER, bars, column_means, time_axis
from retropace.errors import RetropaceError
from tests.cli.test_analyze import retropace
from tests.conftest import ROOT
from tests.strategies import activities

COLOUR = re.compile("\x1b\\[[0-9;]*m")


@given(activity=activities(), width=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_nothing_of_the_way_is_left_out_of_the_columns(activity: Activity, width: int) -> None:
    try:
        track = clean(activity)
    except RetropaceError:
        return
    means = column_means(track, width)
    seconds = track.elapsed_s / width
    edges = np.linspace(0.0, track.elapsed_s, width + 1)
    speed, cadence = means["speed_mps"], means["cadence_spm"]
    known = np.isfinite(speed)
    covered = track.between("distance_m", edges)
    assert np.sum(speed[known]) * seconds == pytest.approx(np.sum(covered[known]), abs=1e-6)
    stepped = track.between("stepped_s", edges)
    known = np.isfinite(cadence)
    assert np.sum((cadence * stepped / 60.0)[known]) == pytest.approx(np.sum(track.between("steps", edges)[known]))


def test_bars_rise_from_the_lowest_to_the_highest_and_what_is_missing_is_empty() -> None:
    lines = bars(np.array([np.nan, 0.0, 0.01, 1.0, 2.0, 3.0, 9.0]), 0.0, 3.0, rows=2)
    assert lines == ["    ▃██", "  ▁▅███"]
    assert bars(np.array([100.0, 99.0, 160.0]), 100.0, 160.0, rows=1) == ["  █"]


@pytest.mark.parametrize("elapsed_s", [0.0, 1.0, 61.0, 2185.0, 36_000.0, 400_000.0])
@pytest.mark.parametrize("width", [20, 30, 72, 290])
def test_the_time_axis_fits_and_its_marks_lie_where_they_say(elapsed_s: float, width: int) -> None:
    line = time_axis(elapsed_s, width)
    assert len(line) <= width
    assert line.startswith("0:00")
    for match in re.finditer(r"\S+", line):
        parts = [int(part) for part in match[0].split(":")]
        seconds = sum(part * 60**power for power, part in enumerate(reversed(parts)))
        assert match.start() == (round(seconds / elapsed_s * width) if elapsed_s else 0)


def on_terminal(width: int, *words: str, **environment: str) -> str:
    """What the command writes on a terminal of this width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", "from retropace.cli import main; main()", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
    )
    os.close(theirs)
    read = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        read += part
    os.close(ours)
    assert process.wait() == 0
    return read.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [44, 80, 200])
def test_a_terminal_shows_graphs_as_wide_as_it_is_and_the_strip_below_them(width: int) -> None:
    text = on_terminal(width, "analyze", "samples/quarter-mile.fit", "--brief")
    lines = COLOUR.sub("", text).splitlines()
    assert text != COLOUR.sub("", text)
    (at,) = (number for number, line in enumerate(lines) if "▒" in line and "suspected" not in line)
    strip = lines[at]
    assert len(strip) == width
    graphs = lines[at - 6 : at]
    assert all(len(line) <= width for line in graphs)
    assert graphs[0].split()[1] == "/km"
    assert graphs[3].split()[1] == "spm"
    assert lines[at + 1].strip().startswith("0:00")
    # Where the strip shows standing, below the last line of the pace there is next to nothing.
    standing = GUTTER + int((width - GUTTER) * 680.0 / 2185.0)
    assert graphs[2][standing] in " ▁"
    assert graphs[2][GUTTER + (width - GUTTER) // 10] == "█"


def test_without_colour_the_strip_has_letters_and_without_graphs_it_is_alone() -> None:
    text = on_terminal(100, "analyze", "samples/quarter-mile.fit", "--brief", NO_COLOR="1")
    assert "38;2" not in text
    assert re.search(r"^ {10}-+\.+B+", COLOUR.sub("", text), re.MULTILINE)
    alone = on_terminal(100, "analyze", "samples/quarter-mile.fit", "--brief", "--no-graphs")
    assert "▆" not in alone


def test_piped_there_are_none_unless_asked_for(samples: Path) -> None:
    plain = retropace("analyze", samples / "quarter-mile.fit", "--brief")
    assert "▆" not in plain.stdout
    asked = retropace("analyze", samples / "quarter-mile.fit", "--brief", "--graphs", "--units", "mi")
    assert asked.returncode == 0
    assert asked.stdout.splitlines()[3].split()[1] == "/mi"
    assert "\x1b" not in asked.stdout
    assert max(len(line) for line in asked.stdout.splitlines()[3:10]) == 100


def test_what_is_not_known_has_no_graph(tmp_path: Path) -> None:
    point = '<trkpt lat="48" lon="11"><time>2025-05-01T08:00:{:02d}Z</time></trkpt>'
    points = "".join(point.format(second) for second in range(30))
    gpx = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    (tmp_path / "still.gpx").write_text(gpx)
    ran = retropace("analyze", tmp_path / "still.gpx", "--graphs")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "spm" not in ran.stdout.split("\n\n")[0]
