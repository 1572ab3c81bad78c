"""The words of a picture: what was run how far, and names of others, made fit to be drawn."""

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


def format_title(analysis: Analysis) -> str:
    """The name of the activity, else of its file, cut to what fits a line."""
    activity = analysis.activity
    names = (activity.name, PurePath(activity.source.path).name)
    title = next(filter(None, (" ".join(strip_control_chars(name).split()) for name in names)), "")
    return title if len(title) <= MAX_TITLE_CHARS else f"{title[: MAX_TITLE_CHARS - 1]}…"


def format_facts_line(analysis: Analysis, units: Units) -> str:
    """Sport, day, and the whole of the way in a line."""
    track, activity = analysis.cleaned, analysis.activity
    way_m = float(analysis.summary.total.distance_m[0])
    facts = (
        strip_control_chars(activity.sport).replace("_", " "),
        "" if track.start_time is None else f"{track.start_time:%Y-%m-%d}",
        units.format_distance(way_m) if track.distance_source != "none" else "",
        format_duration(track.elapsed_s),
    )
    return "  ·  ".join(fact for fact in facts if fact)


def format_direction_lines(analysis: Analysis, units: Units) -> list[tuple[str, str, list[str]]]:
    """For each direction that occurs its name, what matters most of it, and lines with the rest; backward first."""
    figures, summary = analysis.summary.directions, analysis.summary
    by_distance = analysis.cleaned.distance_source != "none"
    amounts = figures.distance_m if by_distance else figures.moving_s
    total = float(np.sum(amounts))
    lines: list[tuple[str, str, list[str]]] = []
    for direction in ("backward", "forward", "rest", "unknown"):
        at = DIRECTIONS.index(direction)
        if summary.segment_counts[at] == 0:
            continue
        if direction == "rest":
            lines.append((direction, format_duration(float(figures.elapsed_s[at])), []))
            continue
        most = units.format_distance(float(amounts[at])) if by_distance else format_duration(float(amounts[at]))
        share = f"{100.0 * float(amounts[at]) / total:.0f} %" if total > 0.0 else ""
        told = (
            [format_duration(float(figures.moving_s[at])), units.format_pace(float(figures.speed_mps[at]))]
            if by_distance
            else []
        )
        rest = ["  ·  ".join(one for one in (share, *told) if one not in ("", "–"))]
        if direction == "backward" and by_distance and summary.suspected_m[at] > 0.0:
            rest.append(f"{units.format_distance(float(summary.suspected_m[at]))} of it suspected (lighter)")
        if direction != "backward":
            rest = rest[0].split("  ·  ")  # a narrow column
        lines.append((direction, most, rest))
    return lines


def replace_missing_glyphs(text: str, family: str, weight: str) -> str:
    """The text with a box in place of every character that the font does not have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=[family], weight=weight)))
    return "".join(letter if font.get_char_index(ord(letter)) else "□" for letter in text)
