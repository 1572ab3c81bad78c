"""``retropace inspect FILE...``: shows the contents and the data quality of recordings."""

from functools import partial

import click

from retropace.analysis.inspection import inspect_activity
from retropace.cli.options import common as options
from retropace.cli.sessions.analyze_file import read_activities
from retropace.cli.terminal.analysis_view import print_headline, print_warnings
from retropace.cli.terminal.console import open_text_output, print_json_documents, print_tables
from retropace.cli.terminal.errors import exit_with_status, run_each
from retropace.core.parameters import CleanParameters
from retropace.core.units import Units
from retropace.output.tables.inspection import build_inspection_tables


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path())
@options.table_or_json
@options.units
@options.cadence
@options.session
def inspect(files: tuple[str, ...], form: str, units: Units, cadence: str, session: int | None) -> None:
    """What a recording holds, how good it is, and what can be done with it.

    Shows device, records and their spacing, fields, laps, workout steps, pauses, waypoints, distances, and everything
    that had to be repaired. JSON is an object, or an array for several sessions.
    """
    inspect_one = partial(inspect_activity, parameters=CleanParameters(cadence=cadence))
    results = list(run_each(files, lambda path: [inspect_one(activity) for activity in read_activities(path, session)]))
    inspections = [inspection for result in results for inspection in result or ()]
    if form == "json":
        print_json_documents([inspection.to_dict() for inspection in inspections], file_count=len(files))
    elif inspections:
        output = open_text_output()
        for number, inspection in enumerate(inspections):
            if number:
                output.print()
            print_headline(output, inspection.activity, inspection.cleaned, units)
            print_tables(output, build_inspection_tables(inspection, units))
            print_warnings(output, inspection.cleaned, with_notes=True)
    exit_with_status(results)
