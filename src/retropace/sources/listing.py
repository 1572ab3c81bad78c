"""Everything that may be a recording under the paths a user names, found without reading more than must be.

Files on disk are told by their names alone, archives by their directories. Tables of names that lie beside the
recordings are read on the way, and an Apple Health export is turned into its workouts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath

from retropace.annotations.inputs.sidecar import MAX_FILE_BYTES as LARGEST_SIDECAR_BYTES
from retropace.core.errors import ReadError
from retropace.core.sidecar_path import sidecar_path
from retropace.sources import garmin, strava
from retropace.sources.apple import AppleExport, looks_like_export
from retropace.sources.archives import Archives
from retropace.sources.entry import Entry, Limits, OtherSport, Unchanged, Unreadable, printable
from retropace.sources.export_metadata import MetadataIndex
from retropace.sources.folders import build_file_entry, walk_files
from retropace.sources.magic import ARCHIVE_SUFFIXES, HEAD_BYTES, find_data_suffix, gunzip_head, is_zip
from retropace.sources.remote import fetch, is_address, list_files, open_file

_AMBIGUOUS_SUFFIXES = (".xml", "")
"""What is called so may be anything: an export's table of workouts, a recording without an ending."""
MAX_TABLE_BYTES = 256 * 2**20
"""A table of names is read at once; ten thousand activities take some megabytes."""


ListingItem = Entry | Unreadable | OtherSport | Unchanged


class Listing:
    """The entries of a run, and the means to read them.

    ``is_done`` tells of an archive on disk, by place and stamp, whether all that lies in it is known already.
    """

    def __init__(self, limits: Limits, is_archive_complete: Callable[[str, str], bool] = lambda _place, _stamp: False):
        self.limits = limits
        self.metadata = MetadataIndex()
        self.archives = Archives(limits)
        self.archive_fingerprints: dict[str, str] = {}
        """Every archive and export on disk that was opened, and how it was stamped then."""
        self._is_done = is_archive_complete
        self._exports: dict[tuple[str, ...], AppleExport] = {}
        self._routes: set[str] = set()

    def find_entries(self, paths: Iterable[str]) -> Iterator[ListingItem]:
        """What the paths hold, each file once however often it is named."""
        seen: set[str] = set()
        for path in paths:
            key = path if is_address(path) else str(Path(path).resolve())
            if key not in seen:
                seen.add(key)
                yield from self._find_under(path)

    def is_route(self, entry: Entry) -> bool:
        """Whether an entry is the route of a workout that is an entry of its own."""
        return entry.place in self._routes

    def read_head(self, entry: Entry) -> bytes:
        """The first bytes of an entry, unpacked; raises :class:`ReadError`."""
        if entry.members:
            return gunzip_head(self.archives.read_head(entry))
        with _translate_os_errors(entry.path), open_file(entry.path) as file:
            return gunzip_head(file.read(HEAD_BYTES))

    def read_data(self, entry: Entry) -> bytes | None:
        """The bytes of what lies in an archive or export; None for a file of its own, which its reader opens."""
        if entry.workout_index is not None:
            export = self._exports[entry.path, *entry.members]
            return export.build_document(entry.workout_index, lambda name: self._read_route(entry, name))
        return self.archives.read_data(entry) if entry.members else None

    def read_sidecar(self, entry: Entry) -> bytes | None:
        """The bytes of the annotations beside an entry; None if there are none. Raises :class:`ReadError`."""
        if entry.sidecar is None:
            return None
        name = entry.sidecar[0]
        return self.archives.read_sibling(entry, name) if entry.members else fetch(name, LARGEST_SIDECAR_BYTES)

    def close(self) -> None:
        """Close every archive and export."""
        self.archives.close()
        self.metadata.close()
        for export in self._exports.values():
            export.close()

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
        for found in walk_files(folder):
            if isinstance(found, Unreadable):
                yield found
                continue
            yield from self._load_disk_table(found)
            yield from self._expand_entry(found)

    def _walk_address(self, path: str) -> Iterator[ListingItem]:
        try:
            found = list_files(path)
        except ReadError as bad:
            yield Unreadable(path, "not reachable", bad.message, is_transient=True)
            return
        stamps = {address: stamp for address, _, stamp in found}
        for address, size, stamp in found:
            folder, _, name = address.rpartition("/")
            beside = f"{folder}/{sidecar_path(name)}"
            sidecar = (beside, stamps[beside]) if beside in stamps else None
            entry = Entry(address, address, (), size, stamp, is_explicit=address == path, sidecar=sidecar)
            yield from self._expand_entry(entry)

    def _expand_entry(self, entry: Entry) -> Iterator[ListingItem]:
        """The entry, or what lies in it if it is an archive or an export."""
        suffix = find_data_suffix(entry.path)
        if suffix not in (*ARCHIVE_SUFFIXES, *_AMBIGUOUS_SUFFIXES) and not entry.is_explicit:
            yield entry
            return
        try:
            head = self.read_head(entry)
        except ReadError:
            yield entry  # whoever reads it says why it cannot be
            return
        if (is_zip(head) or looks_like_export(head)) and self._is_done(entry.place, entry.fingerprint):
            yield Unchanged(entry.place)
        elif is_zip(head):
            self.archive_fingerprints[entry.place] = entry.fingerprint
            yield from self._expand_archive(entry, (), entry.place, 1)
        elif looks_like_export(head):
            self.archive_fingerprints[entry.place] = entry.fingerprint
            yield from self._expand_export(entry)
        else:
            yield entry

    def _expand_archive(
        self, disk_file: Entry, members: tuple[str, ...], place: str, level: int
    ) -> Iterator[ListingItem]:
        """What lies in the file ``around`` (on disk), in the archive to which ``members`` lead."""
        found = list(self.archives.find_entries(disk_file, members, place))
        inside = [one for one in found if isinstance(one, Entry)]
        names = frozenset(one.members[-1] for one in inside)
        if not found and disk_file.is_explicit:
            yield Unreadable(place, "empty archive", "is an archive that holds no file", container=disk_file.place)
        yield from self._load_archive_tables(inside, names)
        deeper: list[Entry] = []
        for one in found:
            if isinstance(one, Unreadable):
                yield one
            elif find_data_suffix(one.place) in ARCHIVE_SUFFIXES:
                deeper.append(one)
            elif find_data_suffix(one.place) == ".xml" and self._is_export(one):
                yield from self._expand_export(one)
            else:
                yield one
        for one in deeper:
            if level >= self.limits.max_nesting_levels:
                message = f"lies {level} archives deep: deeper is not looked"
                yield Unreadable(one.place, "nested too deep", message, container=disk_file.place)
            else:
                yield from self._expand_archive(disk_file, one.members, one.place, level + 1)

    def _is_export(self, entry: Entry) -> bool:
        try:
            return looks_like_export(self.archives.read_head(entry))
        except ReadError:
            return False

    def _expand_export(self, entry: Entry) -> Iterator[ListingItem]:
        """The workouts of an Apple Health export, each an entry; their routes are none of their own."""
        members = entry.members
        opened = (lambda: self.archives.open_stream(entry)) if members else (lambda: open_file(entry.path))
        try:
            export = AppleExport(opened, entry.place)
        except ReadError as bad:
            yield Unreadable(entry.place, "damaged export", bad.message, container=entry.container or entry.place)
            return
        if export.damage:
            yield Unreadable(entry.place, "damaged export", export.damage, container=entry.container or entry.place)
        self._exports[entry.path, *members] = export
        for start_time, sport in export.other_sports:
            yield OtherSport(
                _build_workout_place(entry, start_time), sport, entry.fingerprint, entry.container or entry.place
            )
        starts: Counter[str] = Counter()
        for number, workout in enumerate(export.workouts):
            self._routes |= {_join_sibling_place(entry.place, name) for name in workout.route_names}
            starts[workout.start_time] += 1
            again = starts[workout.start_time]
            yield Entry(
                place=_build_workout_place(entry, workout.start_time) + (f",{again}" if again > 1 else ""),
                path=entry.path,
                members=members,
                size_bytes=4096 * len(workout.route_names) + 1024,
                fingerprint=f"{entry.fingerprint}:{workout.start_s}-{workout.end_s}",
                workout_index=number,
                container=entry.container or entry.place,
            )

    def _read_route(self, entry: Entry, name: str) -> bytes:
        """The file of a workout's route, which lies beside the export's XML file."""
        if entry.members:
            around = PurePosixPath(entry.members[-1]).parent
            return self.archives.read_sibling(entry, str(around / name) if str(around) != "." else name)
        path = Path(entry.path).parent / name
        with _translate_os_errors(str(path)):
            return path.read_bytes()

    def _load_archive_tables(self, inside: list[Entry], names: frozenset[str]) -> Iterator[Unreadable]:
        """Take in the tables of names in an archive."""
        for one in inside:
            name = one.members[-1]
            folder = name[: name.rfind("/") + 1]
            is_strava = strava.may_be_table(name) and any(
                other.startswith(f"{folder}{strava.ACTIVITIES_FOLDER}/") for other in names
            )
            if not (is_strava or garmin.is_summary(name)) or one.size_bytes > MAX_TABLE_BYTES:
                continue
            exists = partial(_is_member, names, folder) if is_strava else None
            try:
                self._add_table(self.archives.read_data(one), one.place, exists)
            except ReadError as bad:
                yield Unreadable(one.place, "names not readable", bad.message, container=one.container)

    def _load_disk_table(self, entry: Entry) -> Iterator[Unreadable]:
        """Take in a table of names that lies in a folder."""
        path = Path(entry.path)
        is_strava = strava.may_be_table(entry.path) and (path.parent / strava.ACTIVITIES_FOLDER).is_dir()
        if not (is_strava or garmin.is_summary(entry.path)) or entry.size_bytes > MAX_TABLE_BYTES:
            return
        try:
            data = fetch(entry.path, MAX_TABLE_BYTES)
            self._add_table(data, entry.place, (lambda file: (path.parent / file).is_file()) if is_strava else None)
        except ReadError as bad:
            yield Unreadable(entry.place, "names not readable", bad.message, is_transient=True)

    def _add_table(self, data: bytes, place: str, file_exists: Callable[[str], bool] | None) -> None:
        """Take in one table: by files if it can be told which exist, else by starts."""
        if file_exists is None:
            self.metadata.add_starts(garmin.find_export_root(place), garmin.read_metadata(data))
        else:
            self.metadata.add_files(
                (_join_sibling_place(place, file), named) for file, named in strava.read_metadata(data, file_exists)
            )


def _is_member(names: frozenset[str], folder: str, file: str) -> bool:
    return folder + file in names


def _build_workout_place(export: Entry, start_time: str) -> str:
    """``export.zip!/apple_health_export/export.xml#2025-05-01T08:01:10+0200``."""
    return f"{export.place}#{start_time.replace(' ', 'T', 1).replace(' ', '')}"


def _join_sibling_place(place: str, name: str) -> str:
    """The place of another file in the same folder or archive."""
    slash = place.rfind("/")
    return printable(place[: slash + 1] + name)


@contextmanager
def _translate_os_errors(path: str) -> Iterator[None]:
    """Turns what the system says of a file that cannot be read into :class:`ReadError`."""
    try:
        yield
    except OSError as bad:
        raise ReadError(f"cannot be read: {bad.strerror or bad}", path=path) from None
