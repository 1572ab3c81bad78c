import re
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from retropace.analysis.pipeline import analyze
from retropace.cleaning.clean import clean_activity
from retropace.cli.terminal.console import DIRECTION_COLOURS, StyledLine, TextOutput
from retropace.cli.terminal.graphs import (
    BLOCK_CHARACTERS,
    GRAPH_ROWS,
    GUTTER_COLUMNS,
    MIN_COLUMNS,
    build_bars,
    build_time_axis,
    compute_column_means,
    compute_scale,
    print_graphs,
)
from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError
from retropace.core.units import KILOMETRES, MILES, Units, format_duration, parse_elapsed_s
from retropace.output.tables.text_table import TextTable
from tests.support.command_line import retropace
from tests.support.paths import ROOT
from tests.support.pty_terminal import on_pty
from tests.support.strategies import activities, activity_of

COLOUR = re.compile("\x1b\\[[0-9;]*m")


@given(activity=activities(), width=st.integers(1, 200))
@settings(max_examples=60, deadline=None)
def test_columns_weighted_by_their_time_are_the_whole_way_and_all_steps(activity: Activity, width: int) -> None:
    try:
        track = clean_activity(activity)
    except RetropaceError:
        return
    means = compute_column_means(track, width)
    edges = np.linspace(0.0, track.elapsed_s, width + 1)
    speed, cadence = means["speed_mps"], means["cadence_spm"]
    if track.distance_source == "none":
        assert np.isnan(speed).all()
    else:
        middle_s = (edges[1:] + edges[:-1]) / 2.0
        unknown = np.zeros(width, dtype=bool)
        for start_s, end_s in track.unknown.tolist():
            unknown |= (middle_s >= start_s) & (middle_s < end_s)
        np.testing.assert_array_equal(np.isnan(speed), unknown)
        lost_m = float(np.sum(track.increments("distance_m", edges)[unknown]))
        way_m = float(np.sum(speed[~unknown])) * track.elapsed_s / width + lost_m
        assert way_m == pytest.approx(float(track.curves["distance_m"][-1]), abs=1e-6)
    stepped_s = track.increments("step_time_s", edges)
    rare = np.isnan(cadence)
    assert np.all(stepped_s[rare] <= 0.2 * track.elapsed_s / width + 1e-9)
    steps = float(np.sum((cadence * stepped_s / 60.0)[~rare])) + float(np.sum(track.increments("steps", edges)[rare]))
    assert steps == pytest.approx(float(track.curves["steps"][-1]), abs=1e-6)


@pytest.mark.parametrize("pauses", [[], [(1200.0, 1800.0)]], ids=["standing", "paused"])
def test_a_column_is_what_was_run_in_its_time_alone(pauses: list[tuple[float, float]]) -> None:
    t_s = np.arange(1801.0)
    metres = np.interp(t_s, [0.0, 600.0, 1200.0, 1800.0], [0.0, 1800.0, 3000.0, 3000.0])
    track = clean_activity(activity_of(t_s, pauses, distance_m=metres))
    np.testing.assert_allclose(compute_column_means(track, 3)["speed_mps"], [3.0, 2.0, 0.0], atol=0.02)
    np.testing.assert_allclose(compute_column_means(track, 1)["speed_mps"], [5.0 / 3.0], atol=0.02)
    assert np.isnan(compute_column_means(track, 3)["cadence_spm"]).all()


def test_a_glitch_of_one_column_does_not_squash_the_others() -> None:
    recorded = np.where(np.arange(1800) < 900, 3.0, 2.0)
    recorded[905:909] = 15.0
    columns = recorded.reshape(60, 30).mean(axis=1)
    assert columns.max() > 3.5
    low, high = compute_scale(columns, recorded, "speed_mps")
    assert low == 0.0
    assert 3.0 < high < 3.3
    assert build_bars(columns, low, high, rows=1)[0][30] == "█"
    # Where a rep of one column is all that was fast it is no glitch.
    recorded[900:930] = 4.5
    assert compute_scale(recorded.reshape(60, 30).mean(axis=1), recorded, "speed_mps")[1] > 4.5


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_channel_of_nothing_has_no_scale(value: float) -> None:
    for name in ("speed_mps", "cadence_spm"):
        low, high = compute_scale(np.full(60, value), np.full(1800, value), name)
        assert not high > low


def test_bars_rise_from_the_lowest_to_the_highest_and_what_is_missing_is_empty() -> None:
    lines = build_bars(np.array([np.nan, 0.0, 0.01, 1.0, 2.0, 3.0, 9.0]), 0.0, 3.0, rows=2)
    assert lines == ["    ▃██", "  ▁▅███"]
    assert build_bars(np.array([100.0, 99.0, 160.0]), 100.0, 160.0, rows=1) == ["  █"]


@pytest.mark.parametrize("elapsed_s", [1.0, 61.0, 2185.0, 36_000.0, 400_000.0])
@pytest.mark.parametrize("width", [20, 30, 72, 290])
def test_the_time_axis_fits_and_its_marks_lie_where_they_say(elapsed_s: float, width: int) -> None:
    line = build_time_axis(elapsed_s, width)
    assert len(line) == width
    assert line.endswith(f" {format_duration(elapsed_s)}")
    *marks, _ = re.finditer(r"\S+", line)
    assert marks[0][0] == "0:00"
    assert len(marks) >= min(width // 30, 3) or elapsed_s < 10.0
    for match in marks:
        assert match.start() == round((parse_elapsed_s(match[0]) or 0.0) / elapsed_s * width)


def test_the_time_axis_of_a_moment() -> None:
    assert build_time_axis(0.0, 72) == "0:00"


class Listening(TextOutput):
    """A coloured page that keeps what is printed on it."""

    is_terminal = True
    is_coloured = True

    def __init__(self, width: int) -> None:
        self.width = width
        self.lines: list[str] = []

    def print_line(self, styled_line: StyledLine) -> None:
        self.lines.append("".join(text for text, _ in styled_line))

    def print(self, text: str = "", *, style: str = "", soft_wrap: bool = False) -> None:
        raise AssertionError((text, style, soft_wrap))

    def print_table(self, table: TextTable, row_styles: Sequence[str], gap: int) -> None:
        raise AssertionError((table, row_styles, gap))


@given(activities(), st.integers(1, 300), st.sampled_from([KILOMETRES, MILES]))
@settings(max_examples=60, deadline=None)
def test_graphs_fit_every_page_for_every_activity(activity: Activity, width: int, units: Units) -> None:
    try:
        analysis = analyze(activity)
    except RetropaceError:
        return
    page = Listening(width)
    print_graphs(page, analysis, units)
    *graphs, axis, strip = page.lines
    wide = max(width, GUTTER_COLUMNS + MIN_COLUMNS)
    assert len(strip) == wide
    assert len(axis) <= wide
    names = [line[:GUTTER_COLUMNS].strip() for line in graphs[1::GRAPH_ROWS]]
    assert len(graphs) == GRAPH_ROWS * len(names)
    assert names in ([], ["pace"], ["cadence"], ["pace", "cadence"])
    for line in graphs:
        assert len(line) == wide
        assert set(line[GUTTER_COLUMNS:]) <= set(BLOCK_CHARACTERS)
        assert line[GUTTER_COLUMNS - 1] == " "
    # A column rises from its bottom without a hole, and whatever has a name has something to show.
    for first in range(0, len(graphs), GRAPH_ROWS):
        heights = np.array(
            [
                [BLOCK_CHARACTERS.index(sign) for sign in line[GUTTER_COLUMNS:]]
                for line in graphs[first : first + GRAPH_ROWS]
            ]
        )
        assert np.all((heights[:-1] == 0) | (heights[1:] == 8))
        assert heights.any()
    has_pace = analysis.cleaned.distance_source != "none" and bool(analysis.cleaned.curves["distance_m"][-1] > 0.0)
    assert has_pace or "pace" not in names


def on_terminal(width: int, *words: str, **environment: str) -> str:
    """What the command writes on a terminal of this width that shows every colour."""
    surroundings = {"NO_COLOR": None, "COLUMNS": None, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with chdir(ROOT):
        return on_pty(width, *words, **surroundings | environment)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_terminal_shows_graphs_as_wide_as_it_is_and_the_strip_below_them(width: int) -> None:
    text = on_terminal(width, "analyze", "samples/quarter-mile.fit", "--brief")
    lines = COLOUR.sub("", text).splitlines()
    (at,) = (number for number, line in enumerate(lines) if line.startswith(" " * GUTTER_COLUMNS + "█"))
    assert len(lines[at]) == width
    assert max(len(line) for line in lines[at - 9 : at]) == width
    labels = [line[:GUTTER_COLUMNS].strip() for line in lines[at - 9 : at]]
    assert labels[1:4] == ["pace", "/km", "–"]
    assert labels[5:7] == ["cadence", "spm"]
    assert 3.5 < 1000.0 / (parse_elapsed_s(labels[0]) or 0.0) < 4.5
    assert int(labels[7]) < 174 < int(labels[4])
    assert lines[at - 1].split()[0] == "0:00"
    assert lines[at - 1].endswith(" 36:25")
    standing = GUTTER_COLUMNS + int((width - GUTTER_COLUMNS) * 680.0 / 2185.0)
    assert lines[at - 6][standing] in " ▁▂▃▄"
    assert lines[at - 6][GUTTER_COLUMNS + (width - GUTTER_COLUMNS) // 10] == "█"


@pytest.mark.parametrize("width", [40, 100])
def test_each_column_has_the_colour_of_its_cell_in_the_strip(width: int) -> None:
    text = on_terminal(width, "analyze", "samples/quarter-mile.fit", "--brief")
    shown = [Text.from_ansi(line) for line in text.splitlines()]
    (at,) = (number for number, line in enumerate(shown) if line.plain.startswith(" " * GUTTER_COLUMNS + "█"))
    strip = shown[at]
    forward, backward, rest = ((DIRECTION_COLOURS[name], False) for name in ("forward", "backward", "rest"))
    looks = {(strip.plain[column], read_style(strip, column)) for column in range(GUTTER_COLUMNS, width)}
    assert looks == {("█", forward), ("█", backward), ("▒", backward), ("█", rest)}
    for line in shown[at - 9 : at - 1]:
        for column, sign in enumerate(line.plain[GUTTER_COLUMNS:], GUTTER_COLUMNS):
            if sign != " ":
                assert read_style(line, column) == (read_style(strip, column)[0], strip.plain[column] == "▒")


def read_style(line: Text, column: int) -> tuple[str, bool]:
    """The colour of one character of a line, and whether it is dimmed."""
    style = line.get_style_at_offset(Console(), column)
    return "" if style.color is None else style.color.get_truecolor().hex, bool(style.dim)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb", "COLORTERM": ""}], ids=str)
def test_without_colour_the_strip_has_letters(environment: dict[str, str]) -> None:
    text = on_terminal(100, "analyze", "samples/quarter-mile.fit", "--brief", **environment)
    assert "38;2" not in text
    assert re.search(rf"^ {{{GUTTER_COLUMNS}}}-+\.+B+", COLOUR.sub("", text), re.MULTILINE)
    assert "▆" in text


def test_on_a_terminal_too_they_can_be_left_out() -> None:
    text = on_terminal(100, "analyze", "samples/quarter-mile.fit", "--brief", "--no-graphs")
    assert not re.search("[▁▂▃▄▅▆▇]", text)
    assert "0:00" not in text


def test_piped_there_are_none_unless_asked_for(samples: Path) -> None:
    plain = retropace("analyze", samples / "quarter-mile.fit", "--brief")
    assert not re.search("[▁▂▃▄▅▆▇█]", plain.stdout)
    asked = retropace("analyze", samples / "quarter-mile.fit", "--brief", "--graphs", "--units", "mi")
    assert asked.returncode == 0
    lines = asked.stdout.splitlines()
    assert [line[:GUTTER_COLUMNS].strip() for line in lines[4:7]] == ["pace", "/mi", "–"]
    assert "\x1b" not in asked.stdout
    assert max(len(line) for line in lines[3:13]) == 100
    assert re.fullmatch(rf" {{{GUTTER_COLUMNS}}}[-Bb.]{{{100 - GUTTER_COLUMNS}}}", lines[12])
    assert all(line == line.rstrip() for line in lines)
    # All that stands around them is as it was.
    without = retropace("analyze", samples / "quarter-mile.fit", "--brief", "--units", "mi").stdout.splitlines()
    assert [*lines[:3], *lines[13:]] == [*without[:3], *without[4:]]


def test_what_is_not_known_has_no_graph(tmp_path: Path) -> None:
    point = '<trkpt lat="48" lon="11"><time>2025-05-01T08:00:{:02d}Z</time></trkpt>'
    points = "".join(point.format(second) for second in range(30))
    gpx = f'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{points}</trkseg></trk></gpx>'
    (tmp_path / "still.gpx").write_text(gpx)
    ran = retropace("analyze", tmp_path / "still.gpx", "--graphs")
    assert (ran.returncode, ran.stderr) == (0, "")
    above = ran.stdout.split("\n\n")[0].splitlines()
    assert len(above) == 6  # file, facts, way, time, strip and legend
    assert above[3].split() == ["0:00", "0:10", "0:20", "0:29"]
