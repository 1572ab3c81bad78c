"""Loading of vendors' tables (names and descriptions of activities in their exports) into a metadata index."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
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
    for entry in entries:
        name = entry.members[-1]
        file_exists = None
        if strava.may_be_table(name):
            folder = name[: name.rfind("/") + 1]
            others = (other.members[-1] for other in entries)
            files = frozenset(other.removeprefix(folder) for other in others if other.startswith(folder))
            if any(file.startswith(f"{strava.ACTIVITIES_FOLDER}/") for file in files):
                file_exists = files.__contains__
        yield from _load_table(index, entry, name, file_exists, partial(archives.read_data, entry))


def load_disk_table(index: MetadataIndex, entry: Entry) -> Iterator[Unreadable]:
    """Add a file in a folder to the index if it is a vendor's table; yield it as unreadable if reading fails."""
    folder = Path(entry.path).parent
    is_strava = strava.may_be_table(entry.path) and (folder / strava.ACTIVITIES_FOLDER).is_dir()
    file_exists = (lambda file: (folder / file).is_file()) if is_strava else None
    yield from _load_table(index, entry, entry.path, file_exists, partial(fetch, entry.path, MAX_TABLE_BYTES))


def _load_table(
    index: MetadataIndex, entry: Entry, name: str, file_exists: Callable[[str], bool] | None, read: Callable[[], bytes]
) -> Iterator[Unreadable]:
    """Add a table to the index: Strava's if ``file_exists`` is given, else Garmin's if ``name`` is that of one."""
    is_table = file_exists is not None or name.lower().endswith(garmin.SUMMARY_SUFFIX)
    if not is_table or entry.size_bytes > MAX_TABLE_BYTES:
        return
    try:
        data = read()
    except ReadError as error:
        is_transient = not entry.members
        yield Unreadable(entry.place, "names not readable", error.message, is_transient, entry.container)
        return
    if file_exists is None:
        index.add_starts(garmin.find_export_root(entry.place), garmin.read_metadata(data))
    else:
        rows = strava.read_metadata(data, file_exists)
        index.add_files((join_sibling_place(entry.place, file), metadata) for file, metadata in rows)
