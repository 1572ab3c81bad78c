"""``retropace library``: lists, shows, exports and forgets the activities that the library stores."""

import json
from typing import Any

import click

from retropace.cli.options import common as options
from retropace.cli.sessions import library_queries
from retropace.cli.sessions.library_queries import LibraryRequest
from retropace.cli.sessions.output_paths import shorten_path
from retropace.cli.sessions.requests import TableFolders
from retropace.cli.terminal import console
from retropace.cli.terminal.errors import run_or_exit
from retropace.core.units import Units, format_count
from retropace.library.batch.tables import ACTIVITY_COLUMNS
from retropace.library.queries import HAS_BACKWARD
from retropace.output.tables.library import build_activity_list, build_activity_tables


@click.group()
def library() -> None:
    """What is remembered of all that 'retropace batch' analysed."""


gather_request = options.gather("request", LibraryRequest)
filter_options = options.add_options(options.library, options.since, options.sports)
form_options = options.add_options(options.table_or_json, options.units, gather_request)


@library.command("list")
@filter_options
@options.option("--backward", "Only activities with something backward in them.")
@form_options
def list_(request: LibraryRequest, backward: bool, form: str, units: Units) -> None:
    """List the activities: when, what, how far, and how much of it backward."""
    condition = HAS_BACKWARD if backward else "1"
    rows = run_or_exit(request.library_file, library_queries.list_activities, request, condition)
    _print_activities(rows, form, units)


@library.command()
@click.argument("words", nargs=-1, required=True)
@filter_options
@form_options
def search(request: LibraryRequest, words: tuple[str, ...], form: str, units: Units) -> None:
    """List the activities that hold every one of WORDS in name, sport, device, date, path or annotations."""
    _print_activities(run_or_exit(request.library_file, library_queries.search_activities, request, words), form, units)


@library.command()
@click.argument("what", metavar="ID|PATH")
@options.library
@form_options
def show(request: LibraryRequest, what: str, form: str, units: Units) -> None:
    """Show an activity as it was analysed; ID is what 'list' says, or its first four letters or more."""
    documents = run_or_exit(request.library_file, library_queries.read_recording, request, what)
    if form == "json":
        console.print_json_documents(documents, file_count=1)
    else:
        for document in documents:
            console.print_tables(console.open_text_output(), build_activity_tables(document, units, shorten_path))


@library.command()
@click.argument("what", metavar="ID|PATH...", nargs=-1, required=True)
@options.library
@gather_request
def forget(request: LibraryRequest, what: tuple[str, ...]) -> None:
    """Forget activities, or everything from a file, folder or archive; no recording is touched.

    The next 'retropace batch' on their files reads them again.
    """
    counts = run_or_exit(request.library_file, library_queries.forget_inputs, request, what)
    for name, count in zip(what, counts, strict=True):
        console.print_text(f"{name}: forgot {format_count(count, 'file')}")


@library.command()
@options.library
@options.tables
@options.option("--json as_json", "Print every analysis as a line of JSON.")
@options.since
@options.sports
@gather_request
def export(request: LibraryRequest, folders: TableFolders, as_json: bool) -> None:
    """Write everything in the library as tables, or print every analysis as JSON lines."""
    if folders == TableFolders() and not as_json:
        raise click.UsageError("Say how: --csv DIR, --parquet DIR or --json.")

    def run() -> bool:
        console.print_written(library_queries.export_activities(request, folders))
        for document in library_queries.read_documents(request) if as_json else ():
            console.print_text(json.dumps(document, ensure_ascii=False))
        return True

    run_or_exit(request.library_file, run)


@library.command()
@options.library
@gather_request
def path(request: LibraryRequest) -> None:
    """Print where the library lies."""
    console.print_text(request.library_file)


def _print_activities(rows: list[dict[str, Any]], form: str, units: Units) -> None:
    if form == "json":
        console.print_json([{name: row[name] for name in ACTIVITY_COLUMNS} for row in rows])
    else:
        output = console.open_text_output()
        console.print_tables(output, [build_activity_list(rows, units, output.width)])
