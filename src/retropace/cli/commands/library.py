"""``retropace library``: lists, shows, exports and forgets the activities that the library stores."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from retropace.cli.options import common as options
from retropace.cli.terminal.console import open_text_output, print_json
from retropace.cli.terminal.errors import EXIT_FAILURE, run_or_report
from retropace.cli.terminal.short_paths import shorten_path
from retropace.core.errors import RetropaceError

if TYPE_CHECKING:
    from datetime import datetime

    from retropace.library import Library


@click.group()
def library() -> None:
    """What is remembered of all that 'retropace batch' analysed."""


@library.command("list")
@options.library
@options.since
@options.sports
@click.option("--backward", is_flag=True, help="Only activities with something backward in them.")
@options.table_or_json
@options.units
def list_activities(
    library: str | None, since: datetime | None, sports: tuple[str, ...], backward: bool, form: str, units: str
) -> None:
    """List the activities: when, what, how far, and how much of it backward."""
    condition = "key IN (SELECT activity FROM directions WHERE direction = 'backward' AND elapsed_s > 0)"
    _print_activities(library, since, sports, form, units, condition if backward else "1", ())


@library.command()
@click.argument("words", nargs=-1, required=True)
@options.library
@options.since
@options.sports
@options.table_or_json
@options.units
def search(
    words: tuple[str, ...], library: str | None, since: datetime | None, sports: tuple[str, ...], form: str, units: str
) -> None:
    """List the activities that hold every one of WORDS in name, sport, device, date, path or annotations."""
    text = (
        "lower(coalesce(name, '') || ' ' || coalesce(sport, '') || ' ' || coalesce(sub_sport, '') || ' '"
        " || coalesce(device, '') || ' ' || coalesce(start_time, '') || ' ' || id || ' '"
        " || coalesce((SELECT group_concat(place, ' ') FROM inputs WHERE inputs.recording = activities.recording), '')"
        " || ' '"
        " || coalesce((SELECT group_concat(label || ' ' || note, ' ') FROM annotations WHERE activity = key), ''))"
    )
    condition = " AND ".join(f"instr({text}, lower(?)) > 0" for _ in words)
    _print_activities(library, since, sports, form, units, condition, words)


@library.command()
@click.argument("what", metavar="ID|PATH")
@options.library
@options.table_or_json
@options.units
def show(what: str, library: str | None, form: str, units: str) -> None:
    """Show an activity as it was analysed; ID is what 'list' says, or its first four letters or more."""
    from retropace.cli.terminal.library_tables import build_activity_tables
    from retropace.cli.terminal.tables import print_tables
    from retropace.library.queries import read_document

    def show_activities(open_library: Library) -> bool:
        rows = _find_activities(open_library, what)
        documents = [read_document(open_library, row["key"], row["path"]) for row in rows]
        if form == "json":
            print_json(documents, file_count=1)
        else:
            for document in documents:
                print_tables(open_text_output(), build_activity_tables(document, units), gap=2)
        return True

    _run_with_library(library, show_activities)


@library.command()
@click.argument("what", metavar="ID|PATH...", nargs=-1, required=True)
@options.library
def forget(what: tuple[str, ...], library: str | None) -> None:
    """Forget activities, or everything from a file, folder or archive; no recording is touched.

    The next 'retropace batch' on their files reads them again.
    """

    def forget_places(open_library: Library) -> bool:
        from retropace.library.queries import link_duplicates

        places_by_name = [(name, _find_places(open_library, name)) for name in what]
        for name, places in places_by_name:
            open_library.forget(places)
            click.echo(f"{name}: forgot {len(places)} file{'s' if len(places) != 1 else ''}")
        link_duplicates(open_library)
        return True

    _run_with_library(library, forget_places)


@library.command()
@options.library
@options.tables
@click.option("--json", "as_json", is_flag=True, help="Print every analysis as a line of JSON.")
@options.since
@options.sports
def export(
    library: str | None,
    csv: str | None,
    parquet: str | None,
    as_json: bool,
    since: datetime | None,
    sports: tuple[str, ...],
) -> None:
    """Write everything in the library as tables, or print every analysis as JSON lines."""
    if csv is None and parquet is None and not as_json:
        raise click.UsageError("Say how: --csv DIR, --parquet DIR or --json.")
    from retropace.library import ActivityFilter

    activity_filter = ActivityFilter(since, sports)

    def export_activities(open_library: Library) -> bool:
        from retropace.cli.sessions.batch_output import check_table_folders, write_tables
        from retropace.library.queries import find_activities, mark_visible_duplicates, read_document

        check_table_folders(csv, parquet)
        mark_visible_duplicates(open_library, activity_filter)
        write_tables(open_library, activity_filter, csv, parquet)
        if as_json:
            for row in find_activities(open_library, activity_filter):
                click.echo(json.dumps(read_document(open_library, row["key"], row["path"]), ensure_ascii=False))
        return True

    _run_with_library(library, export_activities)


@library.command()
@options.library
def path(library: str | None) -> None:
    """Print where the library lies."""
    from retropace.library import library_path

    click.echo(library or str(library_path()))


def _print_activities(
    library: str | None,
    since: datetime | None,
    sports: tuple[str, ...],
    form: str,
    units: str,
    condition: str,
    values: tuple[Any, ...],
) -> None:
    """Print the activities that fulfil an SQL condition, with ``values`` for its placeholders."""
    from retropace.cli.terminal.library_tables import build_activity_list
    from retropace.cli.terminal.tables import print_tables
    from retropace.library import ActivityFilter

    activity_filter = ActivityFilter(since, sports)

    def list_matching(open_library: Library) -> bool:
        from retropace.library.batch.tables import ACTIVITY_COLUMNS, build_activity_row
        from retropace.library.queries import find_activities, mark_visible_duplicates

        mark_visible_duplicates(open_library, activity_filter)
        rows = [
            build_activity_row(row, shorten_path)
            for row in find_activities(open_library, activity_filter, condition=condition, values=values)
        ]
        if form == "json":
            documents = [{name: row[name] for name in ACTIVITY_COLUMNS} for row in rows]
            click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
        else:
            output = open_text_output()
            print_tables(output, [build_activity_list(rows, units, output.width)], gap=2)
        return True

    _run_with_library(library, list_matching)


def _find_activities(open_library: Library, what: str) -> list[dict[str, Any]]:
    """Return the rows of the one recording with this id or path; raises ``RetropaceError`` for none or several."""
    from retropace.library import ActivityFilter
    from retropace.library.queries import find_activities, mark_visible_duplicates

    places = _find_places(open_library, what)
    open_library.add_to_scope(places)
    mark_visible_duplicates(open_library, ActivityFilter())
    rows = list(find_activities(open_library, ActivityFilter()))
    matches = [row for row in rows if row["id"].startswith(what)] or rows
    if not matches:
        raise RetropaceError(f"{what}: nothing was analysed there; 'retropace batch' says why")
    if len(matches) > 1 and len({row["id"].partition(".")[0] for row in matches}) > 1:
        examples = ", ".join(row["id"] for row in matches[:5])
        raise RetropaceError(f"{what} means {len(matches)} activities ({examples} …): name one of them")
    return matches


def _find_places(open_library: Library, what: str) -> list[str]:
    """Return the places of the inputs of an activity, file, folder or archive; raises ``RetropaceError`` if none."""
    from retropace.library.queries import find_places
    from retropace.sources.folders import resolve_place

    places = find_places(open_library, what) or find_places(open_library, resolve_place(what.rstrip("/")))
    if not places:
        raise RetropaceError(f"{what}: the library knows no such activity, file or folder")
    return places


def _run_with_library(path: str | None, action: Callable[[Library], bool]) -> None:
    """Run an action on an existing library; if it fails, print an error and end with exit status 1."""
    from retropace.library import Library, library_path

    library_file = path or str(library_path())

    def run() -> bool:
        with Library(library_file, create=False) as open_library:
            return action(open_library)

    if run_or_report(library_file, run) is None:
        sys.exit(EXIT_FAILURE)
