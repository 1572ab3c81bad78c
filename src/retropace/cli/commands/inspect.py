"""``retropace inspect FILE...``: what a recording holds and how good it is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.console import print_json
from retropace.cli.terminal.errors import attempt, exit_status
from retropace.core.sanitize import harmless

if TYPE_CHECKING:
    from retropace.analysis.inspection import Inspection
    from retropace.cli.terminal.console import Page
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
    from retropace.core.parameters import CleanSettings

    def look(path: str) -> list[Inspection]:
        from retropace.analysis.inspection import inspect_activity
        from retropace.readers import choose, read_all

        activities = choose(read_all(path), session)
        return [inspect_activity(activity, CleanSettings(cadence=cadence)) for activity in activities]

    results = [attempt(path, lambda path=path: look(path)) for path in files]  # type: ignore[misc]  # bound per file
    found = [inspection for result in results for inspection in result or ()]
    if form == "json":
        print_json([inspection.to_dict() for inspection in found], of=len(files))
    elif found:
        from retropace.cli.terminal.console import open_page
        from retropace.core.units import KILOMETRES, MILES

        page = open_page()
        for number, inspection in enumerate(found):
            if number:
                page.print()
            _print(page, inspection, MILES if units == "mi" else KILOMETRES)
    sys.exit(exit_status(results))


def _print(page: Page, inspection: Inspection, units: Units) -> None:
    from retropace.cli.terminal.analysis_view import print_headline
    from retropace.cli.terminal.layout import columns
    from retropace.core.units import clock

    activity, track = inspection.activity, inspection.track
    print_headline(page, activity, track, units)

    def fact(name: str, text: str) -> None:
        if text:
            page.print(f"{name:<10} {harmless(text)}", soft_wrap=True)

    gaps = f", {inspection.long_gaps} gaps over 15 s" if inspection.long_gaps else ""
    fact(
        "records",
        f"{inspection.records}, {inspection.spacing_s:g} s apart, longest {inspection.longest_gap_s:g} s{gaps}",
    )
    fact("decoded", activity.source.decoding)
    fact("held", ", ".join(f"{name} {100 * share:.0f} %" for name, share in inspection.shares.items() if share > 0))
    fact("fields", ", ".join(activity.fields))
    stated = activity.stated.distance_m
    told = f"; the device says {units.distance(stated)}" if stated > 0.0 else ""
    fact("distance", f"{units.distance(float(track.curves['distance_m'][-1]))} from {track.distance_source}{told}")
    if (way := inspection.way) is not None:
        fact("way", f"within {way.length_m:.0f} × {way.width_m:.0f} m, ends {way.ends_apart_m:.0f} m apart")
    fact("pauses", ", ".join(f"{clock(start)}–{clock(end)}" for start, end in track.pauses.tolist()))
    fact("workout", activity.workout_name)
    fact("waypoints", ", ".join(mark.name or "unnamed" for mark in track.marks))
    if track.laps:
        laps = columns("lap", "from", "to", "ended by", "distance", "timer", left=(0, 3))
        for number, lap in enumerate(track.laps, 1):
            ended = " ".join(part for part in (lap.trigger.replace("_", " ") or "not said", lap.intensity) if part)
            ended += "" if lap.step_index is None else f", step {lap.step_index + 1}"
            laps.add_row(
                str(number),
                clock(lap.start_s),
                clock(lap.end_s),
                harmless(ended),
                units.distance(lap.distance_m),
                clock(lap.timer_s),
            )
        page.print()
        page.table(laps)
    if track.steps:
        steps = columns("step", "name", "note", "intensity", "length", left=(0, 1, 2, 3))
        for step in track.steps:
            length = {"time": clock(step.duration), "distance": f"{step.duration:.0f} m"}.get(step.duration_kind, "")
            if step.duration_kind == "repeat" and step.repeat_from is not None:
                length = f"{step.duration:.0f} times from step {step.repeat_from + 1}"
            steps.add_row(str(step.index + 1), harmless(step.name), harmless(step.note), step.intensity, length)
        page.print()
        page.table(steps)
    page.print()
    for use in inspection.uses:
        page.print(f"> {harmless(use)}", soft_wrap=True)
    for warning in track.warnings:
        page.print(f"! {harmless(warning)}", style="yellow", soft_wrap=True)
