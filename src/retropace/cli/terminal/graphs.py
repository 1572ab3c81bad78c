"""The direction strip, the session as a line of equal time cells, and graphs of pace and cadence above it."""

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.cli.terminal.console import DIRECTION_COLOURS, StyledLine, TextOutput
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.segments import Segments
from retropace.core.spans import FloatArray, contains, midpoints
from retropace.core.units import Units, format_duration

DIRECTION_LETTERS = {"forward": "-", "backward": "B", "rest": ".", "unknown": "?"}
"""Letters of the directions where there are no colours; suspected backward is a lower-case ``b``."""
BLOCK_CHARACTERS = " ▁▂▃▄▅▆▇█"
"""Characters for the part of a bar in one line of text, from empty to full in eighths of the line."""
GRAPH_ROWS = 4
"""Height of a graph in lines, labelled from top to bottom: upper limit, name, unit, lower limit."""
GUTTER_COLUMNS = 8
"""Width (columns) of the margin left of a graph, for the longest label (``cadence``) and a blank."""
MIN_COLUMNS = 20
"""Smallest width (columns) of a graph, kept even where the terminal is narrower."""
PIPED_COLUMNS = 100
"""Width (columns) of a graph and its margin where the output is not a terminal."""
TICK_INTERVALS_S = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Possible intervals between ticks of the time axis, in seconds."""
MIN_TICK_SPACING_COLUMNS = 12
"""Smallest distance between two ticks of the time axis, in columns."""


def print_graphs(output: TextOutput, analysis: Analysis, units: Units) -> None:
    """Print graphs of pace and cadence where known, the time axis, and the direction strip below it."""
    segments, cleaned = analysis.segments, analysis.cleaned
    line_width = output.width if output.is_terminal else PIPED_COLUMNS
    width = max(line_width - GUTTER_COLUMNS, MIN_COLUMNS)
    styles = [
        f"{'dim ' * suspected}{DIRECTION_COLOURS[direction]}" if output.is_coloured else ""
        for direction, suspected in compute_cells(segments, width)
    ]
    for name, values in compute_column_means(cleaned, width).items():
        low, high = compute_scale(values, getattr(cleaned, name), name)
        if high > low and np.any(values > low):
            for label, line in zip(_build_labels(name, low, high, units), build_bars(values, low, high), strict=True):
                output.print_line(_prepend_gutter(label, tuple(zip(line, styles, strict=True))))
    output.print_line(_prepend_gutter("", ((build_time_axis(cleaned.elapsed_s, width), ""),)))
    output.print_line(_prepend_gutter("", build_strip(segments, width, output.is_coloured)))


def _build_labels(name: str, low: float, high: float, units: Units) -> tuple[str, str, str, str]:
    """Return the four labels at the left of a graph, from top to bottom: upper limit, name, unit, lower limit."""
    if name == "speed_mps":
        return units.format_pace(high).split()[0], "pace", f"/{units.name}", units.format_pace(low)
    return f"{high:.0f}", "cadence", "spm", f"{low:.0f}"


def compute_scale(values: FloatArray, samples: FloatArray, channel: str) -> tuple[float, float]:
    """Return the axis limits for the means ``values``; the upper one is at most that for all records, ``samples``."""
    from retropace.output.charts.chart_data import find_axis_limits  # the strip alone needs no charts

    low, high = find_axis_limits(values, channel)  # among so few means an outlier cannot be told
    return low, min(high, find_axis_limits(samples[samples > 0.0], channel)[1])


def compute_column_means(cleaned: CleanedActivity, width: int) -> dict[str, FloatArray]:
    """Return mean ``speed_mps`` (standing included) and ``cadence_spm`` in ``width`` equal parts, NaN if unknown."""
    edges = np.linspace(0.0, cleaned.elapsed_s, width + 1)
    seconds = np.diff(edges)
    speed, cadence = np.full(width, np.nan), np.full(width, np.nan)
    if cleaned.distance_source != "none":
        is_known = (seconds > 0.0) & ~contains(cleaned.unknown, midpoints(edges))
        np.divide(cleaned.increments("distance_m", edges), seconds, out=speed, where=is_known)
    step_time_s = cleaned.increments("step_time_s", edges)
    np.divide(60.0 * cleaned.increments("steps", edges), step_time_s, out=cadence, where=step_time_s > 0.2 * seconds)
    return {"speed_mps": speed, "cadence_spm": cadence}


def build_bars(values: FloatArray, low: float, high: float, rows: int = GRAPH_ROWS) -> list[str]:
    """Return bars from ``low`` up to each value, in eighths of a line, as lines of text, the highest line first.

    >>> build_bars(np.array([0.0, 1.0, 2.0, 4.0]), 0.0, 4.0, rows=2)
    ['   █', ' ▄██']
    """
    heights = np.nan_to_num((values - low) / (high - low)) * 8 * rows
    eighths = np.clip(np.where(heights > 0.0, np.maximum(np.round(heights), 1.0), 0.0), 0.0, 8.0 * rows).astype(int)
    return [
        "".join(BLOCK_CHARACTERS[level] for level in np.clip(eighths - 8 * row, 0, 8).tolist())
        for row in range(rows - 1, -1, -1)
    ]


def build_time_axis(elapsed_s: float, width: int) -> str:
    """Return the time axis as a line of text: elapsed times, each starting at its column, and last the total time."""
    if not elapsed_s > 0.0:
        return format_duration(0.0)
    end = format_duration(elapsed_s)
    step_s = next(
        (step for step in TICK_INTERVALS_S if step / elapsed_s * width >= MIN_TICK_SPACING_COLUMNS),
        TICK_INTERVALS_S[-1],
    )
    line = ""
    for number in range(int(elapsed_s // step_s) + 1):
        column, text = round(number * step_s / elapsed_s * width), format_duration(number * step_s)
        if column + len(text) + 2 <= width - len(end) and (not line or column > len(line)):
            line = line.ljust(column) + text
    return line.ljust(width - len(end)) + end


def _prepend_gutter(text: str, styled_line: StyledLine) -> StyledLine:
    return (f"{text:>{GUTTER_COLUMNS - 1}} ", "dim"), *styled_line


def compute_cells(segments: Segments, width: int) -> list[tuple[str, bool]]:
    """Return for each time cell the direction that fills most of it (backward counts double) and if it is suspected."""
    edges = np.linspace(segments.edges_s[0], segments.edges_s[-1], width + 1)
    start_s, end_s = np.maximum(edges[:-1, None], segments.start_s), np.minimum(edges[1:, None], segments.end_s)
    weights_s = np.clip(end_s - start_s, 0.0, None) * np.where(segments.direction == "backward", 2.0, 1.0)
    cells: list[tuple[str, bool]] = []
    for row in weights_s:
        total = {name: float(row[segments.direction == name].sum()) for name in DIRECTION_LETTERS}
        direction = max(total, key=lambda name: total[name])
        suspected_s = float(row[(segments.direction == direction) & (segments.basis == "suspected")].sum())
        cells.append((direction, suspected_s > 0.5 * total[direction]))
    return cells


def build_strip(segments: Segments, width: int, is_coloured: bool) -> StyledLine:
    """Return the direction strip, ``width`` characters wide, as coloured blocks or, without colour, as letters."""
    return tuple(_build_symbol(*cell, is_coloured) for cell in compute_cells(segments, width))


def build_legend(segments: Segments, is_coloured: bool) -> StyledLine:
    """Return a line that explains the strip's colours or letters, for the directions that occur."""
    line: list[tuple[str, str]] = []
    sure = segments.direction[segments.basis != "suspected"]
    entries = [(name, False) for name in DIRECTION_LETTERS if np.any(sure == name)]
    if np.any(segments.basis == "suspected"):
        entries.insert(1, ("backward", True))
    for number, (name, suspected) in enumerate(entries):
        line += [("  " if number else "", ""), _build_symbol(name, suspected, is_coloured)]
        line.append((f" {name}{' suspected' * suspected}", ""))
    return tuple(line)


def _build_symbol(direction: str, suspected: bool, is_coloured: bool) -> tuple[str, str]:
    if is_coloured:
        return "▒" if suspected else "█", DIRECTION_COLOURS[direction]
    return "b" if suspected else DIRECTION_LETTERS[direction], ""
