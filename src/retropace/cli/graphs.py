"""Pace and cadence over the session as small graphs, a column for each of the strip's cells below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cli.layout import Spans
from retropace.cli.strip import COLOURS, cells, strip
from retropace.drawing.picture import scale_of
from retropace.spans import Column, covered
from retropace.units import clock

if TYPE_CHECKING:
    from retropace.analysis import Analysis
    from retropace.cli.console import Page
    from retropace.track import Track
    from retropace.units import Units

BLOCKS = " ▁▂▃▄▅▆▇█"
ROWS = 3
"""So many lines high: 24 steps are enough to tell backward from forward."""
GUTTER = 10
"""Columns on the left for the ends of a scale, ``10:23 /km``, and a blank."""
LEAST_COLUMNS = 20
PIPED_COLUMNS = 100
"""As wide as where nobody says how much room there is."""
STEPS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""What the marks of the time axis may be apart."""
APART = 12
"""Columns between two marks at least."""


def print_graphs(page: Page, analysis: Analysis, units: Units) -> None:
    """Print both graphs, the strip below them and the time, as wide as the page; what is not known is left out."""
    segments, track = analysis.segments, analysis.track
    wide = page.width if page.is_terminal else PIPED_COLUMNS
    width = max(wide - GUTTER, LEAST_COLUMNS)
    told = cells(segments, width)
    styles = [f"{'dim ' * suspected}{COLOURS[direction]}" if page.is_coloured else "" for direction, suspected in told]
    for name, values in column_means(track, width).items():
        low, high = scale_of(values, name)
        if not high > low:
            continue
        ends = (units.pace(high), "") if name == "speed_mps" else (f"{high:.0f} spm", f"{low:.0f}")
        for number, line in enumerate(bars(values, low, high)):
            text = ends[0] if number == 0 else ends[1] if number == ROWS - 1 else ""
            page.line(_with_gutter(text, tuple(zip(line, styles, strict=True))))
    page.line(_with_gutter("", strip(segments, width, page.is_coloured)))
    page.line(_with_gutter("", ((time_axis(track.elapsed_s, width), ""),)))


def column_means(track: Track, width: int) -> dict[str, Column]:
    """Speed in m/s and cadence in spm of each of ``width`` equal times of the session, ``(width,)``, NaN where unknown.

    Both come from the cumulative curves: no sample is left out, however narrow the page. Standing counts for the pace.
    """
    edges = np.linspace(0.0, track.elapsed_s, width + 1)
    seconds = np.diff(edges)
    speed, cadence = np.full(width, np.nan), np.full(width, np.nan)
    if track.distance_source != "none":
        there = (seconds > 0.0) & ~covered(track.unknown, (edges[1:] + edges[:-1]) / 2.0)
        np.divide(track.between("distance_m", edges), seconds, out=speed, where=there)
    stepped_s = track.between("stepped_s", edges)
    np.divide(60.0 * track.between("steps", edges), stepped_s, out=cadence, where=stepped_s > 0.2 * seconds)
    return {"speed_mps": speed, "cadence_spm": cadence}


def bars(values: Column, low: float, high: float, rows: int = ROWS) -> list[str]:
    """Bars from ``low`` up to each value as lines of text, the highest first; the missing and the lowest are empty.

    What is above ``low`` by however little has an eighth of a line.
    """
    steps = np.nan_to_num((values - low) / (high - low)) * 8 * rows
    eighths = np.clip(np.where(steps > 0.0, np.maximum(np.round(steps), 1.0), 0.0), 0.0, 8.0 * rows).astype(int)
    return [
        "".join(BLOCKS[level] for level in np.clip(eighths - 8 * row, 0, 8).tolist()) for row in range(rows - 1, -1, -1)
    ]


def time_axis(elapsed_s: float, width: int) -> str:
    """Clock times below the columns at which they are, as many as there is room for."""
    step_s = next((step for step in STEPS_S if step / elapsed_s * width >= APART), STEPS_S[-1]) if elapsed_s else 1
    line = ""
    for number in range(int(elapsed_s // step_s) + 1):
        at, text = round(number * step_s / elapsed_s * width) if elapsed_s else 0, clock(number * step_s)
        if at + len(text) <= width and (not line or at > len(line)):
            line = line.ljust(at) + text
    return line


def _with_gutter(text: str, line: Spans) -> Spans:
    return (f"{text:>{GUTTER - 1}} ", "dim"), *line
