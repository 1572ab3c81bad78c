"""``retropace annotate FILE``: adds, lists, removes and converts annotations, or serves the annotation page."""

from __future__ import annotations

import sys

import click

from retropace.cli.options import common as options
from retropace.cli.options.annotation_options import parse_annotation_inputs
from retropace.cli.options.parse_option import parse_option
from retropace.cli.sessions.analyze_file import read_single_activity
from retropace.cli.sessions.editor_page import EditorOptions, run_editor
from retropace.cli.sessions.sidecar_actions import (
    add_marks,
    convert_annotations,
    list_annotations,
    remove_rows,
    resolve_sidecar_path,
    transfer_from_recording,
)
from retropace.cli.terminal.errors import exit_status, run_or_report
from retropace.core.parameters import parameters_from_options


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--add",
    "added",
    metavar="WHERE=LABEL",
    multiple=True,
    help="Add an annotation, for example 12:30-15:00=backward or 'lap 2,4=backward walk'. May be given several times.",
)
@click.option("--note", metavar="TEXT", help="A note for what --add adds.")
@click.option("--list", "lists", is_flag=True, help="Show the annotations with their numbers.")
@click.option(
    "--remove",
    "removed",
    metavar="N",
    type=click.IntRange(min=1),
    multiple=True,
    help="Remove the annotation that --list shows with this number. May be given several times.",
)
@click.option(
    "--convert",
    type=click.Choice(["audacity", "csv"]),
    help="Write the annotations as an Audacity label track (NAME.annotations.txt), or such a track as a sidecar.",
)
@click.option(
    "--from",
    "source",
    metavar="OTHER",
    type=click.Path(),
    help="Take over the annotations of another recording of the same activity, by the clock.",
)
@click.option(
    "--annotations",
    "sidecar",
    metavar="SIDECAR",
    type=click.Path(),
    help="Edit this file instead of NAME.annotations.csv beside the recording.",
)
@click.option("-o", "--output", metavar="FILE", type=click.Path(), help="Where --convert writes to.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="For --list."
)
@click.option("--no-browser", is_flag=True, help="Show the page's address instead of opening it.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Where the page is served on 127.0.0.1, instead of at any free port.",
)
@options.units
@options.cadence
@options.sensitivity
@options.threshold
@options.athlete_profile(
    "Who ran, as 'retropace analyze --athlete' has learned to know them: the page suspects by that too."
)
@options.home_zones
@options.session
def annotate(
    file: str,
    added: tuple[str, ...],
    note: str | None,
    lists: bool,
    removed: tuple[int, ...],
    convert: str | None,
    source: str | None,
    sidecar: str | None,
    output: str | None,
    form: str,
    no_browser: bool,
    port: int,
    units: str,
    cadence: str,
    sensitivity: float,
    threshold: float,
    athlete: str | None,
    home_zones: bool,
    session: int | None,
) -> None:
    """Write down what was run backward, in NAME.annotations.csv beside the recording.

    With FILE alone a page opens in the browser, on which you mark it by dragging over the charts. It is served to this
    machine alone and saves every mark at once; closing it, or Ctrl-C, ends it.

    The recording itself is never changed. Comments, order and separators of an existing sidecar stay as they are. What
    cannot be found in the activity, or contradicts what is there already, is refused, and nothing is written.
    """
    actions = {"--add": added, "--list": lists, "--remove": removed, "--convert": convert, "--from": source}
    chosen = [name for name, value in actions.items() if value]
    if chosen and (no_browser or port):
        raise click.UsageError(f"{'--no-browser' if no_browser else '--port'} is for the page, not for {chosen[0]}.")
    if len([name for name in chosen if name != "--list"]) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} do not go together: one at a time.")
    if note is not None and not added:
        raise click.UsageError("--note goes with --add.")
    if output is not None and convert is None:
        raise click.UsageError("--output goes with --convert.")

    from retropace.annotations import parse_mark

    marks = [parse_option("--add", parse_mark, text) for text in added]

    def build_editor_options() -> EditorOptions:
        settings = parameters_from_options(cadence=cadence, sensitivity=sensitivity, threshold=threshold)
        inputs = parse_annotation_inputs((), None, None, None, home_zones, ()).inputs
        return EditorOptions(port, not no_browser, units, settings, athlete, inputs)

    def run_action() -> bool:
        if not chosen:
            activity = read_single_activity(file, session)
            return run_editor(activity, resolve_sidecar_path(file, sidecar), build_editor_options())
        if marks:
            add_marks(file, sidecar, session, marks, note or "")
        elif removed:
            remove_rows(file, sidecar, removed)
        elif convert is not None:
            convert_annotations(file, sidecar, session, convert, output)
        elif source is not None:
            transfer_from_recording(file, sidecar, session, source)
        if lists:
            list_annotations(file, sidecar, session, form)
        return True

    sys.exit(exit_status([run_or_report(file, run_action)]))
