"""Tables of one activity: totals per direction, and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    """The sport, start (UTC), device and quoted name of a recording, without those that are unknown."""
    start = cleaned.start_time
    facts = [
        activity.sport.replace("_", " "),
        "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC",
        str(activity.device),
        f'"{activity.name}"' if activity.name else "",
    ]
    return [fact for fact in facts if fact]


def format_totals_line(cleaned: CleanedActivity, units: Units) -> str:
    """Distance, elapsed time and moving time of an activity as one line of text."""
    distance = (
        units.format_distance(float(cleaned.curves["distance_m"][-1]))
        if cleaned.distance_source != "none"
        else "no distance"
    )
    elapsed, moving = format_duration(cleaned.elapsed_s), format_duration(float(cleaned.curves["moving_s"][-1]))
    return f"{distance} in {elapsed}, {'all' if moving == elapsed else moving} of it moving"


def build_directions_table(analysis: Analysis, units: Units) -> TextTable:
    """A table of distance, share, time, pace, cadence, step length and heart rate per direction and in total.

    Shares are of distance, or of moving time where the activity has no distance. Below the row ``backward``, one row
    gives its annotated part and one its suspected part.
    """
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
        cells = _format_stats(summary.directions, index, units, by_distance, moving=direction != "rest")
        rows.append((direction, cells[0], share, *cells[1:]))
        row_styles.append(direction)
        for name, distance_m in (("marked", summary.annotated_m[index]), ("suspected", summary.suspected_m[index])):
            if direction == "backward" and by_distance and distance_m > 0.0:
                rows.append((f"  {name}", units.format_distance(float(distance_m)), *[""] * (len(names) - 2)))
                row_styles.append("")
    totals = _format_stats(summary.total, 0, units, by_distance, moving=True)
    rows.append(("all", totals[0], "", format_duration(float(summary.total.elapsed_s[0])), *totals[2:]))
    return TextTable("", names, tuple(rows), row_styles=(*row_styles, "whole"))


def build_segments_table(analysis: Analysis, units: Units) -> TextTable:
    """A table with one row per segment; units stand in its header so that a row fits a terminal of 80 columns."""
    names = ("#", "from", "to", "direction", "why", units.name, "time", f"/{units.name}", "spm", "m/step", "bpm")
    segments, stats = analysis.segments, analysis.summary.segments
    by_distance = analysis.cleaned.distance_source != "none"
    rows: list[tuple[str, ...]] = []
    for index in range(len(segments)):
        direction = str(segments.direction[index])
        is_rest = direction == "rest"
        gait = "" if is_rest else str(segments.gait[index])
        basis = str(segments.basis[index])
        if basis == "suspected":
            basis += f" {100.0 * segments.confidence[index]:.0f}%"
        cells = _format_stats(stats, index, units, by_distance, moving=not is_rest)
        rows.append(
            (
                str(index + 1),
                format_duration(float(segments.start_s[index])),
                format_duration(float(segments.end_s[index])),
                f"{direction} {gait}".strip(),
                basis,
                *(cell.partition(" ")[0] for cell in cells),
            )
        )
    row_styles = tuple("" if direction == "forward" else str(direction) for direction in segments.direction)
    return TextTable("", names, tuple(rows), (0, 3, 4), row_styles=row_styles)


def _format_stats(stats: SegmentStats, index: int, units: Units, by_distance: bool, *, moving: bool) -> list[str]:
    """Distance, time, pace, cadence, step length and heart rate as text, ``""`` if unknown or meaningless at rest.

    ``moving`` is false at rest, for which the time is elapsed time.
    """
    distance_m = float(stats.distance_m[index])
    duration = format_duration(float(stats.moving_s[index] if moving else stats.elapsed_s[index]))
    distance = units.format_distance(distance_m) if by_distance and (moving or distance_m >= 0.5) else ""
    heart_rate = format_known(stats.heart_rate_bpm[index], "{:.0f} bpm")
    if not moving:
        return [distance, duration, "", "", "", heart_rate]
    pace = units.format_pace(float(stats.speed_mps[index])) if by_distance else ""
    step_cells = [
        format_known(stats.cadence_spm[index], "{:.0f} spm"),
        format_known(stats.step_length_m[index], "{:.2f} m"),
    ]
    return [distance, duration, pace, *step_cells, heart_rate]
