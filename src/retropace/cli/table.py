"""An analysis as a runner reads it: totals per direction, the session in one line, its segments, its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cli.failures import harmless
from retropace.cli.layout import Columns, columns
from retropace.cli.strip import COLOURS, legend, strip
from retropace.cli.workout import print_workout
from retropace.figures import Figures
from retropace.segments import DIRECTIONS
from retropace.units import Units, clock

if TYPE_CHECKING:
    from retropace.activity import Activity
    from retropace.analysis import Analysis
    from retropace.cli.console import Page
    from retropace.track import Track

STRIP_WIDTH = 72
ROOMY = 96
"""Columns of a terminal that leave room for two blanks between the cells of a segment's row."""


def print_analysis(page: Page, analysis: Analysis, units: Units, *, segments: bool) -> None:
    """Print the whole of it; ``segments`` says whether the single segments are listed."""
    print_headline(page, analysis.activity, analysis.track, units)
    page.line(strip(analysis.segments, min(STRIP_WIDTH, page.width), page.is_coloured))
    page.line(legend(analysis.segments, page.is_coloured))
    page.print()
    page.table(_directions(analysis, units))
    if segments:
        page.print()
        page.table(_segments(analysis, units, gap=2 if page.width >= ROOMY else 1))
    if analysis.workout is not None and analysis.workout.fits:
        page.print()
        print_workout(page, analysis.workout, steps=segments)
    if analysis.worth_a_look:
        page.print()
        page.print("worth a look: may have been backward (a line in the annotations says what it was)")
        for doubt in analysis.worth_a_look:
            span = f"{clock(doubt.start_s)}-{clock(doubt.end_s)}"
            page.print(f"? {span}  {100.0 * doubt.probability:.0f} %  --mark {span}=backward", style="yellow")
    if analysis.warnings:
        page.print()
        for warning in analysis.warnings:
            page.print(f"! {harmless(warning)}", style="yellow", soft_wrap=True)


def print_headline(page: Page, activity: Activity, track: Track, units: Units) -> None:
    """Print which file this is, what it records, and how far and long it is."""
    start = track.start_time
    facts = [
        activity.sport.replace("_", " "),
        "" if start is None else f"{start:%Y-%m-%d %H:%M} UTC",
        str(activity.device),
        f'"{activity.name}"' if activity.name else "",
    ]
    page.print(harmless(activity.source.path), style="bold", soft_wrap=True)
    told = "  ".join(fact for fact in facts if fact)
    if told:
        page.print(harmless(told), soft_wrap=True)
    way = units.distance(float(track.curves["distance_m"][-1])) if track.distance_source != "none" else "no distance"
    elapsed, moving = clock(track.elapsed_s), clock(float(track.curves["moving_s"][-1]))
    page.print(f"{way} in {elapsed}, {'all' if moving == elapsed else moving} of it moving")


def _directions(analysis: Analysis, units: Units) -> Columns:
    table = columns("", "distance", "share", "time", "pace", "cadence", "step", "heart rate")
    summary = analysis.summary
    by_distance = analysis.track.distance_source != "none"
    amounts = summary.directions.distance_m if by_distance else summary.directions.moving_s
    total = float(np.sum(amounts))
    for at, direction in enumerate(DIRECTIONS):
        if summary.counts[at] == 0:
            continue
        share = f"{100.0 * amounts[at] / total:.0f} %" if total > 0.0 and direction != "rest" else ""
        figures = _figures(summary.directions, at, units, by_distance, moving=direction != "rest")
        table.add_row(direction, figures[0], share, *figures[1:], style=COLOURS[direction])
        for name, metres in (("marked", summary.annotated_m[at]), ("suspected", summary.suspected_m[at])):
            if direction == "backward" and by_distance and metres > 0.0:
                table.add_row(f"  {name}", units.distance(float(metres)))
    whole = _figures(summary.whole, 0, units, by_distance, moving=True)
    table.add_row("all", whole[0], "", clock(float(summary.whole.elapsed_s[0])), *whole[2:], style="bold")
    return table


def _segments(analysis: Analysis, units: Units, gap: int) -> Columns:
    # The units stand in the header, so that a row fits a terminal of 80 columns.
    units_of = (units.name, "time", f"/{units.name}", "spm", "m/step", "bpm")
    table = columns("#", "from", "to", "direction", "why", *units_of, left=(0, 3, 4), gap=gap)
    segments, figures = analysis.segments, analysis.summary.segments
    by_distance = analysis.track.distance_source != "none"
    for at in range(len(segments)):
        direction = str(segments.direction[at])
        resting = direction == "rest"
        gait = "" if resting else str(segments.gait[at])
        why = str(segments.basis[at])
        if why == "suspected":
            why += f" {100.0 * segments.confidence[at]:.0f}%"
        table.add_row(
            str(at + 1),
            clock(float(segments.start_s[at])),
            clock(float(segments.end_s[at])),
            f"{direction} {gait}".strip(),
            why,
            *(cell.partition(" ")[0] for cell in _figures(figures, at, units, by_distance, moving=not resting)),
            style=COLOURS[direction] if direction != "forward" else "",
        )
    return table


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
