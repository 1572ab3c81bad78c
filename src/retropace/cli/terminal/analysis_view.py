"""An analysis as printed: headline, direction strip or graphs, totals per direction, segments, workout, warnings."""

from collections.abc import Sequence
from typing import NamedTuple

from retropace.analysis.pipeline import Analysis
from retropace.cli.terminal.console import TextOutput, open_text_output, print_table
from retropace.cli.terminal.graphs import build_legend, build_strip, print_graphs
from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import HasFindings
from retropace.core.units import Units, format_duration
from retropace.output.tables import analysis as tables

STRIP_WIDTH = 72
"""Width (columns) of the direction strip where it is printed without graphs."""
MIN_WIDE_GAP_COLUMNS = 96
"""Smallest terminal width in columns at which two blanks separate the columns of wide tables; below it, one does."""


class AnalysisView(NamedTuple):
    """Options that decide how an analysis is printed."""

    units: Units
    weight_kg: float | None  # body mass of the runner in kilograms; energy is printed only if it is known
    brief: bool
    graphs: bool | None  # whether graphs of pace and cadence are printed; None does so on a terminal


def print_analyses(analyses: Sequence[Analysis], view: AnalysisView, *, is_first: bool) -> None:
    """Print the analyses of a file, with a blank line before each but the first of a call."""
    output = open_text_output()
    for number, analysis in enumerate(analyses):
        if number or not is_first:
            output.print()
        print_analysis(output, analysis, view)


def print_analysis(output: TextOutput, analysis: Analysis, view: AnalysisView) -> None:
    """Print headline, graphs or strip, totals, energy, segments, workout, stretches to look at and warnings."""
    units = view.units
    print_headline(output, analysis.activity, analysis.cleaned, units)
    if output.is_terminal if view.graphs is None else view.graphs:
        print_graphs(output, analysis, units)
    else:
        output.print_line(build_strip(analysis.segments, min(STRIP_WIDTH, output.width), output.is_coloured))
    output.print_line(build_legend(analysis.segments, output.is_coloured))
    output.print()
    print_table(output, tables.build_directions_table(analysis, units))
    if view.weight_kg is not None:
        from retropace.output.tables.energy import format_energy_lines  # few analyses need it

        output.print()
        for line in format_energy_lines(analysis, view.weight_kg):
            output.print(line, soft_wrap=True)
    if not view.brief:
        output.print()
        print_table(output, tables.build_segments_table(analysis, units), choose_gap(output))
    if analysis.workout is not None and analysis.workout.fits:
        from retropace.output.tables.workout import build_workout_table, describe_fit  # few analyses need it

        output.print()
        for line in describe_fit(analysis.workout):
            output.print(line, soft_wrap=True)
        if not view.brief:
            output.print()
            print_table(output, build_workout_table(analysis.workout))
    if analysis.borderline:
        output.print()
        output.print("worth a look: may have been backward (a line in the annotations says what it was)")
        for stretch in analysis.borderline:
            span = f"{format_duration(stretch.start_s)}-{format_duration(stretch.end_s)}"
            output.print(f"? {span}  {100.0 * stretch.probability:.0f} %  --mark {span}=backward", style="yellow")
    if analysis.warnings:
        output.print()
        print_warnings(output, analysis)


def choose_gap(output: TextOutput) -> int:
    """Return how many blanks separate the columns of wide tables."""
    return 2 if output.width >= MIN_WIDE_GAP_COLUMNS else 1


def print_warnings(output: TextOutput, result: HasFindings, *, with_notes: bool = False) -> None:
    """Print a line for each warning and, with ``with_notes``, a quieter one for each note after them."""
    for warning in result.warnings:
        output.print(f"! {warning}", style="yellow", soft_wrap=True)
    for note in result.notes if with_notes else ():
        output.print(f"note: {note}", style="dim", soft_wrap=True)


def print_headline(output: TextOutput, activity: Activity, cleaned: CleanedActivity, units: Units) -> None:
    """Print the path, the sport, date and device, and the total distance and time."""
    output.print(activity.source.path, style="bold", soft_wrap=True)
    if description := "  ".join(tables.describe_recording(activity, cleaned)):
        output.print(description, soft_wrap=True)
    output.print(tables.format_totals_line(cleaned, units))
