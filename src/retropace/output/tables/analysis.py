"""One activity as tables: its totals per direction, its segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.core.segment_stats import SegmentStats
from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, format_duration
from retropace.output.tables.text_table import TextTable

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import CleanedActivity


def describe_recording(activity: Activity, track: CleanedActivity) -> list[str]:
    """What is known of a recording besides its figures: sport, start, device, name."""
    start = track.start_time
    facts = [
        activity.sport.replace("_", " "),
        "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC",
        str(activity.device),
        f'"{activity.name}"' if activity.name else "",
    ]
    return [fact for fact in facts if fact]


def format_totals_line(track: CleanedActivity, units: Units) -> str:
    """How far and how long it was, in a line."""
    way = (
        units.format_distance(float(track.curves["distance_m"][-1]))
        if track.distance_source != "none"
        else "no distance"
    )
    elapsed, moving = format_duration(track.elapsed_s), format_duration(float(track.curves["moving_s"][-1]))
    return f"{way} in {elapsed}, {'all' if moving == elapsed else moving} of it moving"


def build_directions_table(analysis: Analysis, units: Units) -> TextTable:
    """Distance, share, time, pace, cadence, step length and heart rate of each direction and of the whole."""
    names = ("", "distance", "share", "time", "pace", "cadence", "step", "heart rate")
    summary = analysis.summary
    by_distance = analysis.cleaned.distance_source != "none"
    amounts = summary.directions.distance_m if by_distance else summary.directions.moving_s
    total = float(np.sum(amounts))
    rows: list[tuple[str, ...]] = []
    tones: list[str] = []
    for at, direction in enumerate(DIRECTIONS):
        if summary.segment_counts[at] == 0:
            continue
        share = f"{100.0 * amounts[at] / total:.0f} %" if total > 0.0 and direction != "rest" else ""
        figures = _format_stats(summary.directions, at, units, by_distance, moving=direction != "rest")
        rows.append((direction, figures[0], share, *figures[1:]))
        tones.append(direction)
        for name, metres in (("marked", summary.annotated_m[at]), ("suspected", summary.suspected_m[at])):
            if direction == "backward" and by_distance and metres > 0.0:
                rows.append((f"  {name}", units.format_distance(float(metres)), *[""] * (len(names) - 2)))
                tones.append("")
    whole = _format_stats(summary.total, 0, units, by_distance, moving=True)
    rows.append(("all", whole[0], "", format_duration(float(summary.total.elapsed_s[0])), *whole[2:]))
    return TextTable("", names, tuple(rows), row_styles=(*tones, "whole"))


def build_segments_table(analysis: Analysis, units: Units) -> TextTable:
    """The segments, a row each."""
    # The units stand in the header, so that a row fits a terminal of 80 columns.
    names = ("#", "from", "to", "direction", "why", units.name, "time", f"/{units.name}", "spm", "m/step", "bpm")
    segments, figures = analysis.segments, analysis.summary.segments
    by_distance = analysis.cleaned.distance_source != "none"
    rows: list[tuple[str, ...]] = []
    for at in range(len(segments)):
        direction = str(segments.direction[at])
        resting = direction == "rest"
        gait = "" if resting else str(segments.gait[at])
        why = str(segments.basis[at])
        if why == "suspected":
            why += f" {100.0 * segments.confidence[at]:.0f}%"
        told = _format_stats(figures, at, units, by_distance, moving=not resting)
        rows.append(
            (
                str(at + 1),
                format_duration(float(segments.start_s[at])),
                format_duration(float(segments.end_s[at])),
                f"{direction} {gait}".strip(),
                why,
                *(cell.partition(" ")[0] for cell in told),
            )
        )
    tones = tuple("" if direction == "forward" else str(direction) for direction in segments.direction)
    return TextTable("", names, tuple(rows), (0, 3, 4), row_styles=tones)


def _format_stats(stats: SegmentStats, index: int, units: Units, by_distance: bool, *, moving: bool) -> list[str]:
    """Distance, time, pace, cadence, step length and heart rate as text; empty where there is nothing to say."""
    distance = float(stats.distance_m[index])
    time = format_duration(float(stats.moving_s[index] if moving else stats.elapsed_s[index]))
    way = units.format_distance(distance) if by_distance and (moving or distance >= 0.5) else ""
    beats = _format_number(stats.heart_rate_bpm[index], "{:.0f} bpm")
    if not moving:
        return [way, time, "", "", "", beats]
    pace = units.format_pace(float(stats.speed_mps[index])) if by_distance else ""
    steps = [
        _format_number(stats.cadence_spm[index], "{:.0f} spm"),
        _format_number(stats.step_length_m[index], "{:.2f} m"),
    ]
    return [way, time, pace, *steps, beats]


def _format_number(value: float, template: str) -> str:
    return template.format(value) if np.isfinite(value) else ""
