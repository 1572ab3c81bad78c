"""One activity as tables: its totals per direction, its segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.core.segment_stats import Figures
from retropace.core.segments import DIRECTIONS
from retropace.core.units import Units, clock
from retropace.output.tables.text_table import Sheet

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import Track


def facts_of(activity: Activity, track: Track) -> list[str]:
    """What is known of a recording besides its figures: sport, start, device, name."""
    start = track.start_time
    facts = [
        activity.sport.replace("_", " "),
        "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC",
        str(activity.device),
        f'"{activity.name}"' if activity.name else "",
    ]
    return [fact for fact in facts if fact]


def way_line(track: Track, units: Units) -> str:
    """How far and how long it was, in a line."""
    way = units.distance(float(track.curves["distance_m"][-1])) if track.distance_source != "none" else "no distance"
    elapsed, moving = clock(track.elapsed_s), clock(float(track.curves["moving_s"][-1]))
    return f"{way} in {elapsed}, {'all' if moving == elapsed else moving} of it moving"


def directions_sheet(analysis: Analysis, units: Units) -> Sheet:
    """Distance, share, time, pace, cadence, step length and heart rate of each direction and of the whole."""
    names = ("", "distance", "share", "time", "pace", "cadence", "step", "heart rate")
    summary = analysis.summary
    by_distance = analysis.track.distance_source != "none"
    amounts = summary.directions.distance_m if by_distance else summary.directions.moving_s
    total = float(np.sum(amounts))
    rows: list[tuple[str, ...]] = []
    tones: list[str] = []
    for at, direction in enumerate(DIRECTIONS):
        if summary.counts[at] == 0:
            continue
        share = f"{100.0 * amounts[at] / total:.0f} %" if total > 0.0 and direction != "rest" else ""
        figures = _figures(summary.directions, at, units, by_distance, moving=direction != "rest")
        rows.append((direction, figures[0], share, *figures[1:]))
        tones.append(direction)
        for name, metres in (("marked", summary.annotated_m[at]), ("suspected", summary.suspected_m[at])):
            if direction == "backward" and by_distance and metres > 0.0:
                rows.append((f"  {name}", units.distance(float(metres)), *[""] * (len(names) - 2)))
                tones.append("")
    whole = _figures(summary.whole, 0, units, by_distance, moving=True)
    rows.append(("all", whole[0], "", clock(float(summary.whole.elapsed_s[0])), *whole[2:]))
    return Sheet("", names, tuple(rows), tones=(*tones, "whole"))


def segments_sheet(analysis: Analysis, units: Units) -> Sheet:
    """The segments, a row each."""
    # The units stand in the header, so that a row fits a terminal of 80 columns.
    names = ("#", "from", "to", "direction", "why", units.name, "time", f"/{units.name}", "spm", "m/step", "bpm")
    segments, figures = analysis.segments, analysis.summary.segments
    by_distance = analysis.track.distance_source != "none"
    rows: list[tuple[str, ...]] = []
    for at in range(len(segments)):
        direction = str(segments.direction[at])
        resting = direction == "rest"
        gait = "" if resting else str(segments.gait[at])
        why = str(segments.basis[at])
        if why == "suspected":
            why += f" {100.0 * segments.confidence[at]:.0f}%"
        told = _figures(figures, at, units, by_distance, moving=not resting)
        rows.append(
            (
                str(at + 1),
                clock(float(segments.start_s[at])),
                clock(float(segments.end_s[at])),
                f"{direction} {gait}".strip(),
                why,
                *(cell.partition(" ")[0] for cell in told),
            )
        )
    tones = tuple("" if direction == "forward" else str(direction) for direction in segments.direction)
    return Sheet("", names, tuple(rows), (0, 3, 4), tones=tones)


def _figures(figures: Figures, at: int, units: Units, by_distance: bool, *, moving: bool) -> list[str]:
    """Distance, time, pace, cadence, step length and heart rate as text; empty where there is nothing to say."""
    distance = float(figures.distance_m[at])
    time = clock(float(figures.moving_s[at] if moving else figures.elapsed_s[at]))
    way = units.distance(distance) if by_distance and (moving or distance >= 0.5) else ""
    beats = _rounded(figures.heart_rate_bpm[at], "{:.0f} bpm")
    if not moving:
        return [way, time, "", "", "", beats]
    pace = units.pace(float(figures.speed_mps[at])) if by_distance else ""
    steps = [_rounded(figures.cadence_spm[at], "{:.0f} spm"), _rounded(figures.step_length_m[at], "{:.2f} m")]
    return [way, time, pace, *steps, beats]


def _rounded(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else ""
