"""An analysis as a runner reads it: totals per direction, the session in one line, its segments, its warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retropace.cli.terminal.direction_strip import legend, strip
from retropace.cli.terminal.tables import print_rows
from retropace.cli.terminal.workout_table import print_workout
from retropace.core.sanitize import harmless
from retropace.core.units import clock
from retropace.output.tables.analysis import directions_sheet, facts_of, segments_sheet, way_line
from retropace.output.tables.energy import energy_lines

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis
    from retropace.cli.terminal.console import Page
    from retropace.core.activity import Activity
    from retropace.core.cleaned_activity import Track
    from retropace.core.units import Units

STRIP_WIDTH = 72
ROOMY = 96
"""Columns of a terminal that leave room for two blanks between the cells of a segment's row."""


def print_analysis(
    page: Page, analysis: Analysis, units: Units, weight_kg: float | None, *, segments: bool, graphs: bool
) -> None:
    """Print the whole of it; ``segments`` and ``graphs`` say whether single segments and curves are shown.

    With the runner's ``weight_kg`` it says what it cost, too.
    """
    print_headline(page, analysis.activity, analysis.track, units)
    if graphs:
        from retropace.cli.terminal.graphs import print_graphs

        print_graphs(page, analysis, units)
    else:
        page.line(strip(analysis.segments, min(STRIP_WIDTH, page.width), page.is_coloured))
    page.line(legend(analysis.segments, page.is_coloured))
    page.print()
    print_rows(page, directions_sheet(analysis, units), gap=2)
    if weight_kg is not None:
        page.print()
        for line in energy_lines(analysis, weight_kg):
            page.print(line, soft_wrap=True)
    if segments:
        page.print()
        print_rows(page, segments_sheet(analysis, units), gap=2 if page.width >= ROOMY else 1)
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
    page.print(harmless(activity.source.path), style="bold", soft_wrap=True)
    told = "  ".join(facts_of(activity, track))
    if told:
        page.print(harmless(told), soft_wrap=True)
    page.print(way_line(track, units))
