"""Queries of a library: activities by what they contain, recordings by id or path, and tables of all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from retropace.cli.sessions.output_paths import shorten_path
from retropace.cli.sessions.requests import TableFolders
from retropace.core.errors import RetropaceError
from retropace.library import ActivityFilter, Library, library_path, queries
from retropace.library.batch.results import check_output_folder, write_csv, write_parquet
from retropace.library.batch.tables import BatchTable, build_activity_row, build_tables
from retropace.library.rows import read_document
from retropace.library.store import Failure
from retropace.sources.folders import resolve_place


@dataclass(frozen=True, slots=True)
class LibraryRequest:
    """A library, and the selection of its activities that a command uses."""

    library: str | None  # path of the library; None takes the one in the data folder
    since: datetime | None = None
    sports: tuple[str, ...] = ()

    @property
    def library_file(self) -> str:
        """Path of the library."""
        return self.library or str(library_path())

    @property
    def activity_filter(self) -> ActivityFilter:
        """The filter of the activities."""
        return ActivityFilter(self.since, self.sports)

    def open(self) -> Library:
        """Return the library, to be used as a context; raises ``RetropaceError`` if there is none."""
        return Library(self.library_file, create=False)


def list_activities(
    request: LibraryRequest, condition: str = "1", values: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Return the table row of each activity that fulfils an SQL condition, with ``values`` for its placeholders."""
    with request.open() as library:
        queries.mark_visible_duplicates(library, request.activity_filter)
        activities = queries.find_activities(library, request.activity_filter, condition=condition, values=values)
        return [build_activity_row(activity, shorten_path) for activity in activities]


def search_activities(request: LibraryRequest, words: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the table row of each activity in whose texts all of ``words`` occur."""
    return list_activities(request, " AND ".join(f"instr({queries.SEARCHED_TEXT}, lower(?)) > 0" for _ in words), words)


def read_recording(request: LibraryRequest, what: str) -> list[dict[str, Any]]:
    """Return the document of each session of a recording, by id or path; raises ``RetropaceError``."""
    with request.open() as library:
        return [read_document(library, row["key"], row["path"]) for row in _find_recording(library, what)]


def forget_inputs(request: LibraryRequest, names: tuple[str, ...]) -> list[int]:
    """Delete activities, files, folders or archives from the library; return the number of files for each name."""
    with request.open() as library:
        places_by_name = [_find_inputs(library, name) for name in names]
        for places in places_by_name:
            library.forget(places)
        queries.link_duplicates(library)
        return [len(places) for places in places_by_name]


def export_activities(request: LibraryRequest, folders: TableFolders) -> Iterator[Path]:
    """Write the tables into the folders, and yield the path of each file; raises ``RetropaceError``."""
    with request.open() as library:
        check_folders(folders)
        queries.mark_visible_duplicates(library, request.activity_filter)
        yield from write_tables(folders, library, request.activity_filter)


def read_documents(request: LibraryRequest) -> Iterator[dict[str, Any]]:
    """Yield the document of each activity; raises ``RetropaceError``."""
    with request.open() as library:
        queries.mark_visible_duplicates(library, request.activity_filter)
        for row in queries.find_activities(library, request.activity_filter):
            yield read_document(library, row["key"], row["path"])


def check_folders(folders: TableFolders) -> None:
    """Raise ``RetropaceError`` if a folder of tables cannot be written to."""
    for folder, suffix in ((folders.csv, "csv"), (folders.parquet, "parquet")):
        if folder is not None:
            check_output_folder(folder, suffix)


def write_tables(
    folders: TableFolders,
    library: Library,
    activity_filter: ActivityFilter,
    save_failures: Sequence[tuple[str, Failure]] = (),
) -> Iterator[Path]:
    """Write the tables of the places in the library's scope, and yield each file's path; raises ``RetropaceError``."""
    for folder, write in ((folders.csv, write_csv), (folders.parquet, write_parquet)):
        if folder is not None:
            yield from write(folder, read_tables(library, activity_filter, save_failures))


def read_tables(
    library: Library, activity_filter: ActivityFilter, save_failures: Sequence[tuple[str, Failure]] = ()
) -> tuple[BatchTable, ...]:
    """Return the tables of the places in the library's scope, with failures that the library could not store."""
    failures = [(shorten_path(place), failure) for place, failure in save_failures]
    rows = [{"path": path, "reason": failure.reason, "message": failure.message} for path, failure in failures]
    return build_tables(library, activity_filter, shorten_path, rows)


def _find_recording(library: Library, what: str) -> list[dict[str, Any]]:
    """Return the rows of the one recording with this id or path; raises ``RetropaceError`` for none or several."""
    places = _find_inputs(library, what)
    library.add_to_scope(places)
    queries.mark_visible_duplicates(library, ActivityFilter())
    rows = list(queries.find_activities(library, ActivityFilter()))
    matches = [row for row in rows if row["id"].startswith(what)] or rows
    if not matches:
        raise RetropaceError(f"{what}: nothing was analysed there; 'retropace batch' says why")
    if len(matches) > 1 and len({row["id"].partition(".")[0] for row in matches}) > 1:
        examples = ", ".join(row["id"] for row in matches[:5])
        raise RetropaceError(f"{what} means {len(matches)} activities ({examples} …): name one of them")
    return matches


def _find_inputs(library: Library, what: str) -> list[str]:
    """Return the places of the inputs of an activity, file, folder or archive; raises ``RetropaceError`` if none."""
    places = queries.find_places(library, what) or queries.find_places(library, resolve_place(what.rstrip("/")))
    if not places:
        raise RetropaceError(f"{what}: the library knows no such activity, file or folder")
    return places
