"""``retropace inspect FILE...``: shows the contents and the data quality of recordings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.console import open_text_output, print_json
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.cli.terminal.layout import create_table
from retropace.core.parameters import CleanParameters
from retropace.core.sanitize import strip_control_chars

if TYPE_CHECKING:
    from retropace.analysis.inspection import Inspection
    from retropace.cli.terminal.console import TextOutput
    from retropace.core.units import Units


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@options.table_or_json
@options.units
@options.cadence
@options.session
def inspect(files: tuple[str, ...], form: str, units: str, cadence: str, session: int | None) -> None:
    """What a recording holds, how good it is, and what can be done with it.

    Shows device, records and their spacing, fields, laps, workout steps, pauses, waypoints, distances, and everything
    that had to be repaired. JSON is an object, or an array for several sessions.
    """

    def inspect_file(path: str) -> list[Inspection]:
        from retropace.analysis.inspection import inspect_activity
        from retropace.readers import choose, read_all

        activities = choose(read_all(path), session)
        return [inspect_activity(activity, CleanParameters(cadence=cadence)) for activity in activities]

    results = [run_or_report(path, lambda path=path: inspect_file(path)) for path in files]  # type: ignore[misc]  # bound per file
    inspections = [inspection for result in results for inspection in result or ()]
    if form == "json":
        print_json([inspection.to_dict() for inspection in inspections], file_count=len(files))
    elif inspections:
        from retropace.core.units import UNITS_BY_NAME

        output = open_text_output()
        for number, inspection in enumerate(inspections):
            if number:
                output.print()
            _print_inspection(output, inspection, UNITS_BY_NAME[units])
    sys.exit(exit_status(results))


def _print_inspection(output: TextOutput, inspection: Inspection, units: Units) -> None:
    from retropace.cli.terminal.analysis_view import print_headline
    from retropace.core.units import format_duration

    activity, cleaned = inspection.activity, inspection.cleaned
    print_headline(output, activity, cleaned, units)

    def print_field(name: str, text: str) -> None:
        if text:
            output.print(f"{name:<10} {strip_control_chars(text)}", soft_wrap=True)

    spacing = f"{inspection.median_interval_s:g} s apart, longest {inspection.longest_gap_s:g} s"
    gaps = f", {inspection.long_gap_count} gaps over 15 s" if inspection.long_gap_count else ""
    print_field("records", f"{inspection.record_count}, {spacing}{gaps}")
    print_field("decoded", activity.source.decoding)
    print_field(
        "held",
        ", ".join(f"{name} {100 * share:.0f} %" for name, share in inspection.column_shares.items() if share > 0),
    )
    print_field("fields", ", ".join(activity.field_counts))
    distance = units.format_distance(float(cleaned.curves["distance_m"][-1]))
    device_m = activity.device_totals.distance_m
    device_note = f"; the device says {units.format_distance(device_m)}" if device_m > 0.0 else ""
    print_field("distance", f"{distance} from {cleaned.distance_source}{device_note}")
    if (shape := inspection.route_shape) is not None:
        print_field(
            "way", f"within {shape.length_m:.0f} × {shape.width_m:.0f} m, ends {shape.ends_apart_m:.0f} m apart"
        )
    print_field(
        "pauses",
        ", ".join(f"{format_duration(start)}–{format_duration(end)}" for start, end in cleaned.pauses.tolist()),
    )
    print_field("workout", activity.workout_name)
    print_field("waypoints", ", ".join(waypoint.name or "unnamed" for waypoint in cleaned.waypoints))
    if cleaned.laps:
        laps = create_table("lap", "from", "to", "ended by", "distance", "timer", left=(0, 3))
        for number, lap in enumerate(cleaned.laps, 1):
            trigger = " ".join(part for part in (lap.trigger.replace("_", " ") or "not said", lap.intensity) if part)
            trigger += "" if lap.step_index is None else f", step {lap.step_index + 1}"
            laps.add_row(
                str(number),
                format_duration(lap.start_s),
                format_duration(lap.end_s),
                strip_control_chars(trigger),
                units.format_distance(lap.distance_m),
                format_duration(lap.timer_s),
            )
        output.print()
        output.print_table(laps)
    if cleaned.workout_steps:
        steps = create_table("step", "name", "note", "intensity", "length", left=(0, 1, 2, 3))
        for step in cleaned.workout_steps:
            length = {"time": format_duration(step.duration), "distance": f"{step.duration:.0f} m"}.get(
                step.duration_kind, ""
            )
            if step.duration_kind == "repeat" and step.repeat_from is not None:
                length = f"{step.duration:.0f} times from step {step.repeat_from + 1}"
            steps.add_row(
                str(step.index + 1),
                strip_control_chars(step.name),
                strip_control_chars(step.note),
                step.intensity,
                length,
            )
        output.print()
        output.print_table(steps)
    output.print()
    for suggestion in inspection.suggestions:
        output.print(f"> {strip_control_chars(suggestion)}", soft_wrap=True)
    for warning in cleaned.warnings:
        output.print(f"! {strip_control_chars(warning)}", style="yellow", soft_wrap=True)
