"""Listing of all files under some paths that may be recordings, chosen by name; as little as possible is read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from retropace.core.errors import ReadError
from retropace.core.sidecar_path import MAX_SIDECAR_BYTES, sidecar_path
from retropace.sources.apple import looks_like_export
from retropace.sources.apple_workouts import AppleWorkouts
from retropace.sources.archives import Archives
from retropace.sources.entry import Entry, Limits, OtherSport, Unchanged, Unreadable
from retropace.sources.export_metadata import MetadataIndex
from retropace.sources.file_names import ARCHIVE_SUFFIXES, find_data_suffix
from retropace.sources.folders import build_file_entry, walk_files
from retropace.sources.magic import HEAD_BYTES, gunzip_head, is_zip
from retropace.sources.remote import fetch, is_address, list_files, open_file, translate_os_errors
from retropace.sources.vendor_tables import load_archive_tables, load_disk_table

_AMBIGUOUS_SUFFIXES = (".xml", "")
"""Suffixes of files that may be Apple Health exports, archives or recordings; their first bytes tell which."""
ListingItem = Entry | Unreadable | OtherSport | Unchanged
"""Types of the items that a listing yields."""


class Listing:
    """Finds the entries under the paths of one batch run and reads their bytes; complete archives stay closed."""

    def __init__(
        self, limits: Limits, is_archive_complete: Callable[[str, str], bool] = lambda _place, _fingerprint: False
    ):
        self.limits = limits
        self.metadata = MetadataIndex()
        self.archives = Archives(limits)
        self.archive_fingerprints: dict[str, str] = {}  # of each archive and export that was opened, by place
        self._is_archive_complete = is_archive_complete
        self._workouts = AppleWorkouts(self.archives)

    def find_entries(self, paths: Iterable[str]) -> Iterator[ListingItem]:
        """Yield every item under the paths; a path that is named several times is listed once."""
        seen: set[str] = set()
        for path in paths:
            key = path if is_address(path) else str(Path(path).resolve())
            if key not in seen:
                seen.add(key)
                yield from self._find_under(path)

    def is_route(self, entry: Entry) -> bool:
        """Return whether an entry is the route file of an Apple workout; the workout itself is another entry."""
        return self._workouts.is_route(entry.place)

    def read_head(self, entry: Entry) -> bytes:
        """Read the first bytes of an entry, decompressed; raises :class:`ReadError`."""
        if entry.members:
            return gunzip_head(self.archives.read_data(entry, HEAD_BYTES))
        with translate_os_errors(entry.path), open_file(entry.path) as file:
            return gunzip_head(file.read(HEAD_BYTES))

    def read_data(self, entry: Entry) -> bytes | None:
        """Read a member or build an Apple workout's document; None for files that workers open themselves."""
        if entry.workout_index is not None:
            return self._workouts.read_document(entry)
        return self.archives.read_data(entry) if entry.members else None

    def read_sidecar(self, entry: Entry) -> bytes | None:
        """Read the bytes of an entry's sidecar; None if it has none. Raises :class:`ReadError`."""
        if entry.sidecar is None:
            return None
        name = entry.sidecar[0]
        return self.archives.read_sibling(entry, name) if entry.members else fetch(name, MAX_SIDECAR_BYTES)

    def close(self) -> None:
        """Close every archive and export."""
        self.archives.close()
        self.metadata.close()
        self._workouts.close()

    def _find_under(self, path: str) -> Iterator[ListingItem]:
        if is_address(path):
            yield from self._walk_address(path)
        elif Path(path).is_dir():
            yield from self._walk_folder(path)
        else:
            entry = build_file_entry(path, is_explicit=True)
            if not entry.fingerprint:
                yield Unreadable(entry.place, "no such file", "there is no such file")
            elif not Path(path).is_file():
                yield Unreadable(entry.place, "no file", "is no file")
            else:
                yield from self._expand_entry(entry)

    def _walk_folder(self, folder: str) -> Iterator[ListingItem]:
        for item in walk_files(folder):
            if isinstance(item, Unreadable):
                yield item
            else:
                yield from load_disk_table(self.metadata, item)
                yield from self._expand_entry(item)

    def _walk_address(self, path: str) -> Iterator[ListingItem]:
        try:
            files = list_files(path)
        except ReadError as error:
            yield Unreadable(path, "not reachable", error.message, is_transient=True)
            return
        fingerprints = {address: fingerprint for address, _, fingerprint in files}
        for address, size_bytes, fingerprint in files:
            folder, _, name = address.rpartition("/")
            beside = f"{folder}/{sidecar_path(name)}"
            sidecar = (beside, fingerprints[beside]) if beside in fingerprints else None
            entry = Entry(address, address, (), size_bytes, fingerprint, is_explicit=address == path, sidecar=sidecar)
            yield from self._expand_entry(entry)

    def _expand_entry(self, entry: Entry) -> Iterator[ListingItem]:
        """Yield the content if the entry is an archive or export, else the entry itself."""
        suffix = find_data_suffix(entry.path)
        if suffix not in (*ARCHIVE_SUFFIXES, *_AMBIGUOUS_SUFFIXES) and not entry.is_explicit:
            yield entry
            return
        try:
            head = self.read_head(entry)
        except ReadError:
            yield entry  # The worker reports why the file cannot be read.
            return
        if not (is_zip(head) or looks_like_export(head)):
            yield entry
        elif self._is_archive_complete(entry.place, entry.fingerprint):
            yield Unchanged(entry.place)
        else:
            self.archive_fingerprints[entry.place] = entry.fingerprint
            yield from self._expand_archive(entry) if is_zip(head) else self._workouts.find_entries(entry)

    def _expand_archive(self, disk_file: Entry, archive: Entry | None = None) -> Iterator[ListingItem]:
        """Yield the content of ``disk_file``, an archive, or of ``archive`` within it; that of nested archives last."""
        place, members = (archive.place, archive.members) if archive is not None else (disk_file.place, ())
        items = list(self.archives.find_entries(disk_file, members, place))
        if not items and disk_file.is_explicit:
            yield Unreadable(place, "empty archive", "is an archive that holds no file", container=disk_file.place)
        entries = [item for item in items if isinstance(item, Entry)]
        yield from load_archive_tables(self.metadata, self.archives, entries)
        nested: list[Entry] = []
        for item in items:
            if isinstance(item, Unreadable):
                yield item
            elif find_data_suffix(item.place) in ARCHIVE_SUFFIXES:
                nested.append(item)
            elif find_data_suffix(item.place) == ".xml" and self._is_export(item):
                yield from self._workouts.find_entries(item)
            else:
                yield item
        for entry in nested:
            level = len(entry.members)
            if level >= self.limits.max_nesting_levels:
                message = f"lies {level} archives deep: deeper is not looked"
                yield Unreadable(entry.place, "nested too deep", message, container=disk_file.place)
            else:
                yield from self._expand_archive(disk_file, entry)

    def _is_export(self, entry: Entry) -> bool:
        with suppress(ReadError):
            return looks_like_export(self.archives.read_data(entry, HEAD_BYTES))
        return False
