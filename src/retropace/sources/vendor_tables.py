"""Loading of vendors' tables (names and descriptions of activities in their exports) into a metadata index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from retropace.core.errors import ReadError
from retropace.sources import garmin, strava
from retropace.sources.archives import Archives
from retropace.sources.entry import Entry, Unreadable, join_sibling_place
from retropace.sources.export_metadata import MetadataIndex
from retropace.sources.remote import fetch

MAX_TABLE_BYTES = 256 * 2**20
"""Size in bytes of the largest table that is read into memory; ten thousand activities take a few megabytes."""


def load_archive_tables(index: MetadataIndex, archives: Archives, entries: Sequence[Entry]) -> Iterator[Unreadable]:
    """Add the vendors' tables in an archive, whose members are ``entries``, to the index; yield unreadable tables."""
    names = frozenset(entry.members[-1] for entry in entries)
    for entry in entries:
        name = entry.members[-1]
        folder = name[: name.rfind("/") + 1]
        is_strava = strava.may_be_table(name) and any(
            other.startswith(f"{folder}{strava.ACTIVITIES_FOLDER}/") for other in names
        )
        if not (is_strava or garmin.is_summary(name)) or entry.size_bytes > MAX_TABLE_BYTES:
            continue
        try:
            data = archives.read_data(entry)
            _add_table(index, data, entry.place, _is_member(names, folder) if is_strava else None)
        except ReadError as error:
            yield Unreadable(entry.place, "names not readable", error.message, container=entry.container)


def load_disk_table(index: MetadataIndex, entry: Entry) -> Iterator[Unreadable]:
    """Add a file in a folder to the index if it is a vendor's table; yield it as unreadable if reading fails."""
    path = Path(entry.path)
    is_strava = strava.may_be_table(entry.path) and (path.parent / strava.ACTIVITIES_FOLDER).is_dir()
    if not (is_strava or garmin.is_summary(entry.path)) or entry.size_bytes > MAX_TABLE_BYTES:
        return
    try:
        data = fetch(entry.path, MAX_TABLE_BYTES)
        _add_table(index, data, entry.place, (lambda file: (path.parent / file).is_file()) if is_strava else None)
    except ReadError as error:
        yield Unreadable(entry.place, "names not readable", error.message, is_transient=True)


def _add_table(index: MetadataIndex, data: bytes, place: str, file_exists: Callable[[str], bool] | None) -> None:
    """Add one vendor's table to the index: a table of Strava if ``file_exists`` is given, else one of Garmin.

    The rows of Strava's tables name files; those of Garmin's give the starts of activities instead.
    """
    if file_exists is None:
        index.add_starts(garmin.find_export_root(place), garmin.read_metadata(data))
    else:
        rows = strava.read_metadata(data, file_exists)
        index.add_files((join_sibling_place(place, file), metadata) for file, metadata in rows)


def _is_member(names: frozenset[str], folder: str) -> Callable[[str], bool]:
    return lambda file: folder + file in names
