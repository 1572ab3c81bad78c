"""The texts of the PNG export: title, facts and totals per direction."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.sanitize import strip_control_chars
from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, format_duration

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

MAX_TITLE_CHARS = 60
"""The largest number of characters that the title shows, the ellipsis of a longer one included."""


def format_title(analysis: Analysis) -> str:
    """The name of the activity or, if it has none, of its file."""
    activity = analysis.activity
    names = (activity.name, PurePath(activity.source.path).name)
    title = next(filter(None, (" ".join(strip_control_chars(name).split()) for name in names)), "")
    return title if len(title) <= MAX_TITLE_CHARS else f"{title[: MAX_TITLE_CHARS - 1]}…"


def format_facts_line(analysis: Analysis, units: Units) -> str:
    """Sport, day, total distance and elapsed time as one line."""
    cleaned, activity = analysis.cleaned, analysis.activity
    distance_m = float(analysis.summary.total.distance_m[0])
    facts = (
        strip_control_chars(activity.sport).replace("_", " "),
        "" if cleaned.start_time is None else f"{cleaned.start_time:%Y-%m-%d}",
        units.format_distance(distance_m) if cleaned.distance_source != "none" else "",
        format_duration(cleaned.elapsed_s),
    )
    return "  ·  ".join(fact for fact in facts if fact)


def format_direction_lines(analysis: Analysis, units: Units) -> list[tuple[str, str, list[str]]]:
    """For each direction that occurs, backward first: its name, its main figure, and lines of details.

    The main figure is the distance or, for rest and for activities without distance, the time.
    """
    stats, summary = analysis.summary.directions, analysis.summary
    by_distance = analysis.cleaned.distance_source != "none"
    amounts = stats.distance_m if by_distance else stats.moving_s
    total_amount = float(np.sum(amounts))
    lines: list[tuple[str, str, list[str]]] = []
    for direction in ("backward", "forward", "rest", "unknown"):
        index = DIRECTIONS.index(direction)
        if summary.segment_counts[index] == 0:
            continue
        if direction == "rest":
            lines.append((direction, format_duration(float(stats.elapsed_s[index])), []))
            continue
        amount = float(amounts[index])
        main_figure = units.format_distance(amount) if by_distance else format_duration(amount)
        details = [f"{100.0 * amount / total_amount:.0f} %" if total_amount > 0.0 else ""]
        if by_distance:
            details += [format_duration(float(stats.moving_s[index])), units.format_pace(float(stats.speed_mps[index]))]
        detail_lines = ["  ·  ".join(detail for detail in details if detail not in ("", "–"))]
        if direction == "backward" and by_distance and summary.suspected_m[index] > 0.0:
            detail_lines.append(f"{units.format_distance(float(summary.suspected_m[index]))} of it suspected (lighter)")
        if direction != "backward":
            detail_lines = detail_lines[0].split("  ·  ")  # a narrow column
        lines.append((direction, main_figure, detail_lines))
    return lines


def replace_missing_glyphs(text: str, family: str, weight: str) -> str:
    """The text with ``□`` in place of every character that the font lacks."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=[family], weight=weight)))
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in text)
