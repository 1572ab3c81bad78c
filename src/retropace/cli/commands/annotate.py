"""``retropace annotate FILE``: adds, lists, removes and converts annotations, or serves the annotation page."""

import contextlib
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from retropace.annotations import UnresolvedAnnotation, parse_mark
from retropace.cli.options import common as options
from retropace.cli.options.analysis_options import athlete_profile, parameters, parse_annotation_inputs
from retropace.cli.options.common import parse_option
from retropace.cli.sessions import sidecar_actions
from retropace.cli.sessions.requests import AnnotationInputs
from retropace.cli.sessions.sidecar_actions import PageRequest, SidecarRequest
from retropace.cli.terminal.console import open_text_output, print_json, print_line, print_table
from retropace.cli.terminal.errors import run_or_exit
from retropace.core.sanitize import strip_control_chars
from retropace.core.units import format_count, format_duration
from retropace.output.tables.text_table import TextTable

_Row = tuple[UnresolvedAnnotation, list[tuple[float, float]]]
"""An annotation with the spans that it labels, in elapsed seconds."""


@dataclass(frozen=True, slots=True)
class _Actions:
    """The options that change or list a sidecar, as they were given."""

    added: tuple[str, ...]
    note: str | None
    lists: bool
    removed: tuple[int, ...]
    convert: str | None
    output: str | None
    source: str | None

    @property
    def chosen(self) -> list[str]:
        """The options of the actions that were given."""
        values = {"--add": self.added, "--list": self.lists, "--remove": self.removed}
        values |= {"--convert": self.convert, "--from": self.source}
        return [name for name, value in values.items() if value]


@click.command()
@click.argument("file", metavar="FILE", type=click.Path())
@options.option(
    "--add added WHERE=LABEL",
    "Add an annotation, for example 12:30-15:00=backward or 'lap 2,4=backward walk'. May be given several times.",
    multiple=True,
)
@options.option("--note TEXT", "A note for what --add adds.")
@options.option("--list lists", "Show the annotations with their numbers.")
@options.option(
    "--remove removed N",
    "Remove the annotation that --list shows with this number. May be given several times.",
    multiple=True,
)
@options.option(
    "--convert audacity|csv",
    "Write the annotations as an Audacity label track (NAME.annotations.txt), or such a track as a sidecar.",
)
@options.option(
    "--from source OTHER", "Take over the annotations of another recording of the same activity, by the clock."
)
@options.option("--annotations sidecar SIDECAR", "Edit this file instead of NAME.annotations.csv beside the recording.")
@options.option("-o --output FILE", "Where --convert writes to.")
@options.output_format("table", "json", help_text="For --list.")
@options.option("--no-browser", "Show the page's address instead of opening it.")
@options.option(
    "--port N",
    "Where the page is served on 127.0.0.1, instead of at any free port.",
    type=click.IntRange(0, 65535),
    default=0,
)
@options.units
@parameters
@athlete_profile("Who ran, as 'retropace analyze --athlete' has learned to know them: the page suspects by that too.")
@options.home_zones
@options.session
@options.gather("request", SidecarRequest)
@options.gather("actions", _Actions)
@options.gather("page", PageRequest)
def annotate(request: SidecarRequest, actions: _Actions, page: PageRequest, form: str) -> None:
    """Write down what was run backward, in NAME.annotations.csv beside the recording.

    With FILE alone a page opens in the browser, on which you mark it by dragging over the charts. It is served to this
    machine alone and saves every mark at once; closing it, or Ctrl-C, ends it.

    The recording itself is never changed. Comments, order and separators of an existing sidecar stay as they are. What
    cannot be found in the activity, or contradicts what is there already, is refused, and nothing is written.
    """
    chosen = actions.chosen
    if chosen and (page.no_browser or page.port):
        page_option = "--no-browser" if page.no_browser else "--port"
        raise click.UsageError(f"{page_option} is for the page, not for {chosen[0]}.")
    if len([name for name in chosen if name != "--list"]) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} do not go together: one at a time.")
    if actions.note is not None and not actions.added:
        raise click.UsageError("--note goes with --add.")
    if actions.output is not None and actions.convert is None:
        raise click.UsageError("--output goes with --convert.")
    marks = [parse_option("--add", parse_mark, text) for text in actions.added]
    if not chosen:
        run_or_exit(request.file, _run_page, request, page, parse_annotation_inputs(home_zones=page.home_zones))
        return
    if chosen != ["--list"]:
        message, *warnings = run_or_exit(request.file, _change, request, actions, marks)
        for warning in warnings:
            click.echo(strip_control_chars(f"! {warning}"), err=True)
        print_line(message)
    if actions.lists:
        rows = run_or_exit(request.file, sidecar_actions.list_annotations, request)
        if form == "json":
            _print_annotations_json(rows)
        else:
            _print_annotations(rows, request.path)


def _change(request: SidecarRequest, actions: _Actions, marks: list[UnresolvedAnnotation]) -> list[str]:
    if marks:
        return sidecar_actions.add_marks(request, marks, actions.note or "")
    if actions.removed:
        return sidecar_actions.remove_rows(request, actions.removed)
    if actions.convert is not None:
        return sidecar_actions.convert_annotations(request, actions.convert, actions.output)
    return sidecar_actions.transfer_from_recording(request, actions.source or "")


def _run_page(request: SidecarRequest, page: PageRequest, inputs: AnnotationInputs) -> bool:
    """Serve the page, print its address and what was saved, and return True; raises ``RetropaceError``."""

    def print_address(address: str) -> None:
        print_line(f"{request.file}: {address}")
        opened = False
        if not page.no_browser:
            with contextlib.suppress(webbrowser.Error):
                opened = webbrowser.open(address)
        how = "Opened in the browser" if opened else "Open this address in a browser on this machine"
        print_line(f"{how}. Closing the page, or Ctrl-C here, ends it; every mark is saved at once.")

    edit_count, annotation_count = sidecar_actions.run_editor(request, page, inputs.inputs, print_address)
    changes = f"{format_count(edit_count, 'change')} saved" if edit_count else "nothing was changed"
    print_line(f"{request.path}: {changes}, {format_count(annotation_count, 'annotation')} in all")
    return True


def _print_annotations(rows: Sequence[_Row], path: Path) -> None:
    if not rows:
        print_line(f"{path}: {'holds no annotations' if path.exists() else 'does not exist yet'}")
        return
    cells = []
    for number, (annotation, spans) in enumerate(rows, 1):
        label = " ".join(part for part in (str(annotation.label), str(annotation.attributes)) if part)
        texts = [str(number), annotation.where, label, annotation.note]
        for start_s, end_s in spans or [(float("nan"), float("nan"))]:
            cells.append((*texts[:3], format_duration(start_s), format_duration(end_s), texts[3]))
            texts = ["", "", "", ""]
    output = open_text_output()
    output.print(str(path), soft_wrap=True)
    table = TextTable("", ("#", "where", "label", "from", "to", "note"), tuple(cells), (0, 1, 2, 5))
    print_table(output, table)


def _print_annotations_json(rows: Sequence[_Row]) -> None:
    documents = [
        {
            "number": number,
            "line": annotation.origin.line,
            "where": annotation.where,
            "label": str(annotation.label),
            "note": annotation.note,
            "distance_m": annotation.attributes.distance_m,
            "speed_mps": annotation.attributes.speed_mps,
            "spans": spans,
        }
        for number, (annotation, spans) in enumerate(rows, 1)
    ]
    print_json(documents)
