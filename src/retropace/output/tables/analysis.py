"""Tables of one activity: totals per direction, and segments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.core.segment_stats import SegmentStats
from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, format_duration, format_known
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import CleanedActivity


def describe_recording(activity: Activity, cleaned: CleanedActivity) -> list[str]:
    """Return the sport, start (UTC), device and quoted name of a recording, without those that are unknown."""
    start = cleaned.start_time
    facts = [
        activity.sport.replace("_", " "),
        "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC",
        str(activity.device),
        f'"{activity.name}"' if activity.name else "",
    ]
    return [fact for fact in facts if fact]


def format_totals_line(cleaned: CleanedActivity, units: Units) -> str:
    """Return distance, elapsed time and moving time of an activity as one line of text."""
    distance_m, moving_s = (float(cleaned.curves[name][-1]) for name in ("distance_m", "moving_s"))
    distance = units.format_distance(distance_m) if cleaned.distance_source != "none" else "no distance"
    elapsed, moving = format_duration(cleaned.elapsed_s), format_duration(moving_s)
    return f"{distance} in {elapsed}, {'all' if moving == elapsed else moving} of it moving"


def build_directions_table(analysis: Analysis, units: Units) -> TextTable:
    """Return a table of figures per direction and in total; shares are of distance or, without any, of moving time."""
    names = ("", "distance", "share", "time", "pace", "cadence", "step", "heart rate")
    summary = analysis.summary
    by_distance = analysis.cleaned.distance_source != "none"
    amounts = summary.directions.distance_m if by_distance else summary.directions.moving_s
    total_amount = float(np.sum(amounts))
    rows: list[tuple[str, ...]] = []
    row_styles: list[str] = []
    for index, direction in enumerate(DIRECTIONS):
        if summary.segment_counts[index] == 0:
            continue
        share = f"{100.0 * amounts[index] / total_amount:.0f} %" if total_amount > 0.0 and direction != "rest" else ""
        stats = _select_stats(summary.directions, index, by_distance)
        cells = format_stats(stats, units, is_rest=direction == "rest")
        rows.append((direction, cells[0], share, *cells[1:]))
        row_styles.append(direction)
        for name, distance_m in (("marked", summary.annotated_m[index]), ("suspected", summary.suspected_m[index])):
            if direction == "backward" and by_distance and distance_m > 0.0:
                rows.append((f"  {name}", units.format_distance(float(distance_m)), *[""] * (len(names) - 2)))
                row_styles.append("")
    totals = format_stats(_select_stats(summary.total, 0, by_distance), units, is_rest=False)
    rows.append(("all", totals[0], "", format_duration(float(summary.total.elapsed_s[0])), *totals[2:]))
    return TextTable("", names, tuple(rows), row_styles=(*row_styles, "whole"))


def build_segments_table(analysis: Analysis, units: Units) -> TextTable:
    """Return a table with one row per segment; units stand in its header so that a row fits 80 columns."""
    names = ("#", "from", "to", "direction", "why", units.name, "time", f"/{units.name}", "spm", "m/step", "bpm")
    segments, stats = analysis.segments, analysis.summary.segments
    by_distance = analysis.cleaned.distance_source != "none"
    rows: list[tuple[str, ...]] = []
    for index, (start_s, end_s) in enumerate(pairwise(segments.edges_s.tolist())):
        direction, gait, basis = (str(column[index]) for column in (segments.direction, segments.gait, segments.basis))
        label = format_label(direction, gait, basis, float(segments.confidence[index]))
        cells = format_stats(_select_stats(stats, index, by_distance), units, is_rest=direction == "rest")
        span = (format_duration(start_s), format_duration(end_s))
        rows.append((str(index + 1), *span, *label, *(cell.partition(" ")[0] for cell in cells)))
    row_styles = tuple("" if direction == "forward" else str(direction) for direction in segments.direction)
    return TextTable("", names, tuple(rows), (0, 3, 4), row_styles=row_styles)


def format_label(direction: str, gait: str, basis: str, confidence: float) -> tuple[str, str]:
    """Return two texts: direction with gait, and basis, with the probability if it is ``suspected``."""
    probability = f" {100.0 * confidence:.0f}%" if basis == "suspected" else ""
    return direction if direction == "rest" else f"{direction} {gait}".strip(), f"{basis}{probability}"


def format_stats(stats: Mapping[str, Any], units: Units, *, is_rest: bool) -> list[str]:
    """Return distance, time, pace, cadence, step length and heart rate of ``stats`` as text; a missing one is empty."""
    distance_m, speed_mps = stats["distance_m"], stats["speed_mps"]
    distance = "" if distance_m is None or (is_rest and distance_m < 0.5) else units.format_distance(distance_m)
    cadence_spm, step_length_m, heart_rate_bpm = (
        math.nan if stats[name] is None else stats[name] for name in ("cadence_spm", "step_length_m", "heart_rate_bpm")
    )
    heart_rate = format_known(heart_rate_bpm, "{:.0f} bpm")
    if is_rest:
        return [distance, format_duration(stats["elapsed_s"]), "", "", "", heart_rate]
    pace = "" if speed_mps is None else units.format_pace(speed_mps)
    steps = [format_known(cadence_spm, "{:.0f} spm"), format_known(step_length_m, "{:.2f} m")]
    return [distance, format_duration(stats["moving_s"]), pace, *steps, heart_rate]


def _select_stats(stats: SegmentStats, index: int, by_distance: bool) -> dict[str, Any]:
    """Return one row of ``stats``, with None for distance and speed unless ``by_distance``."""
    row: dict[str, Any] = {column.name: float(getattr(stats, column.name)[index]) for column in fields(stats)}
    return row if by_distance else {**row, "distance_m": None, "speed_mps": None}
