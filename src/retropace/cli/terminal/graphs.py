"""Pace and cadence over the session as small graphs, a column above each of the strip's cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cli.terminal.direction_strip import DIRECTION_COLOURS, build_strip, compute_cells
from retropace.cli.terminal.layout import StyledLine
from retropace.core.spans import FloatArray, contains
from retropace.core.units import format_duration
from retropace.output.charts.chart_data import find_axis_limits

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.terminal.console import TextOutput
    from retropace.core.cleaned_activity import CleanedActivity
    from retropace.core.units import Units

BLOCK_CHARACTERS = " ▁▂▃▄▅▆▇█"
GRAPH_ROWS = 4
"""So many lines high: room for a name and a unit between the ends of the scale."""
GUTTER_COLUMNS = 8
"""Columns on the left for the longest label, ``cadence`` or ``1:02:30``, and a blank."""
MIN_COLUMNS = 20
PIPED_COLUMNS = 100
"""As wide as where nobody says how much room there is."""
TICK_INTERVALS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""What the marks of the time axis may be apart."""
MIN_TICK_SPACING_COLUMNS = 12
"""Columns between two marks at least."""


def print_graphs(output: TextOutput, analysis: Analysis, units: Units) -> None:
    """Print both graphs, the time, and the strip below it, as wide as the page; what is not known is left out."""
    segments, track = analysis.segments, analysis.cleaned
    wide = output.width if output.is_terminal else PIPED_COLUMNS
    width = max(wide - GUTTER_COLUMNS, MIN_COLUMNS)
    told = compute_cells(segments, width)
    styles = [
        f"{'dim ' * suspected}{DIRECTION_COLOURS[direction]}" if output.is_coloured else ""
        for direction, suspected in told
    ]
    for name, values in compute_column_means(track, width).items():
        low, high = compute_scale(values, getattr(track, name), name)
        if high > low and np.any(values > low):
            for label, line in zip(_build_labels(name, low, high, units), build_bars(values, low, high), strict=True):
                output.print_line(_prepend_gutter(label, tuple(zip(line, styles, strict=True))))
    output.print_line(_prepend_gutter("", ((build_time_axis(track.elapsed_s, width), ""),)))
    output.print_line(_prepend_gutter("", build_strip(segments, width, output.is_coloured)))


def _build_labels(name: str, low: float, high: float, units: Units) -> tuple[str, str, str, str]:
    """What stands beside a graph, from its highest line to its lowest."""
    if name == "speed_mps":
        return units.format_pace(high).split()[0], "pace", f"/{units.name}", units.format_pace(low)
    return f"{high:.0f}", "cadence", "spm", f"{low:.0f}"


def compute_scale(values: FloatArray, samples: FloatArray, channel: str) -> tuple[float, float]:
    """Where the scale of a graph begins and ends; 0, 0 if nothing of the channel ``name`` is known, or all of it is 0.

    Columns are too few to tell a glitch in one of them: it shows among the ``recorded`` values, and only they can say
    how high the scale goes at most.
    """
    low, high = find_axis_limits(values, channel)
    return low, min(high, find_axis_limits(samples[samples > 0.0], channel)[1])


def compute_column_means(cleaned_activity: CleanedActivity, width: int) -> dict[str, FloatArray]:
    """Speed in m/s and cadence in spm of each of ``width`` equal times of the session, ``(width,)``, NaN where unknown.

    Both come from the cumulative curves: no sample is left out, however narrow the page. Standing counts for the pace.
    """
    edges = np.linspace(0.0, cleaned_activity.elapsed_s, width + 1)
    seconds = np.diff(edges)
    speed, cadence = np.full(width, np.nan), np.full(width, np.nan)
    if cleaned_activity.distance_source != "none":
        there = (seconds > 0.0) & ~contains(cleaned_activity.unknown, (edges[1:] + edges[:-1]) / 2.0)
        np.divide(cleaned_activity.increments("distance_m", edges), seconds, out=speed, where=there)
    stepped_s = cleaned_activity.increments("step_time_s", edges)
    np.divide(
        60.0 * cleaned_activity.increments("steps", edges), stepped_s, out=cadence, where=stepped_s > 0.2 * seconds
    )
    return {"speed_mps": speed, "cadence_spm": cadence}


def build_bars(values: FloatArray, low: float, high: float, rows: int = GRAPH_ROWS) -> list[str]:
    """Bars from ``low`` up to each value as lines of text, the highest first; the missing and the lowest are empty.

    What is above ``low`` by however little has an eighth of a line.
    """
    steps = np.nan_to_num((values - low) / (high - low)) * 8 * rows
    eighths = np.clip(np.where(steps > 0.0, np.maximum(np.round(steps), 1.0), 0.0), 0.0, 8.0 * rows).astype(int)
    return [
        "".join(BLOCK_CHARACTERS[level] for level in np.clip(eighths - 8 * row, 0, 8).tolist())
        for row in range(rows - 1, -1, -1)
    ]


def build_time_axis(elapsed_s: float, width: int) -> str:
    """Clock times that begin at their columns, as many as there is room for, and the end's, which ends at the last."""
    if not elapsed_s > 0.0:
        return format_duration(0.0)
    end = format_duration(elapsed_s)
    step_s = next(
        (step for step in TICK_INTERVALS_S if step / elapsed_s * width >= MIN_TICK_SPACING_COLUMNS),
        TICK_INTERVALS_S[-1],
    )
    line = ""
    for number in range(int(elapsed_s // step_s) + 1):
        at, text = round(number * step_s / elapsed_s * width), format_duration(number * step_s)
        if at + len(text) + 2 <= width - len(end) and (not line or at > len(line)):
            line = line.ljust(at) + text
    return line.ljust(width - len(end)) + end


def _prepend_gutter(text: str, styled_line: StyledLine) -> StyledLine:
    return (f"{text:>{GUTTER_COLUMNS - 1}} ", "dim"), *styled_line
