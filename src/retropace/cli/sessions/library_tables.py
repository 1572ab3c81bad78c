"""The tables of what a library shows, written into folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from retropace.cli.sessions.batch_request import TableFolders
from retropace.cli.sessions.short_paths import shorten_path
from retropace.library import ActivityFilter, Library
from retropace.library.batch.results import check_output_folder, write_csv, write_parquet
from retropace.library.batch.tables import BatchTable, build_tables
from retropace.library.store import Failure


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
    """Write the tables of what the library shows, and yield the path of each file; raises ``RetropaceError``."""
    for folder, write in ((folders.csv, write_csv), (folders.parquet, write_parquet)):
        if folder is not None:
            yield from write(folder, read_tables(library, activity_filter, save_failures))


def read_tables(
    library: Library, activity_filter: ActivityFilter, save_failures: Sequence[tuple[str, Failure]] = ()
) -> tuple[BatchTable, ...]:
    """Return the tables of what the library shows, with failures that it could not store."""
    rows = [
        {"path": shorten_path(place), "reason": failure.reason, "message": failure.message}
        for place, failure in save_failures
    ]
    return build_tables(library, activity_filter, shorten_path, rows)
