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

from retropace.annotations.inputs.sidecar import LARGEST_BYTES as LARGEST_SIDECAR_BYTES
from retropace.core.errors import ReadError
from retropace.core.sidecar_path import sidecar_path
from retropace.sources import garmin, strava
from retropace.sources.apple import AppleExport, looks_like_export
from retropace.sources.archives import Archives
from retropace.sources.entry import Entry, Limits, OtherSport, Refusal, Unchanged, shown
from retropace.sources.export_metadata import Names
from retropace.sources.folders import file_entry, walked
from retropace.sources.magic import ARCHIVES, HEAD_BYTES, is_zip, suffix_of, unpacked_head
from retropace.sources.remote import fetch, found_at, is_address, open_file

_PEEKED = (".xml", "")
"""What is called so may be anything: an export's table of workouts, a recording without an ending."""
MOST_TABLE_BYTES = 256 * 2**20
"""A table of names is read at once; ten thousand activities take some megabytes."""


Found = Entry | Refusal | OtherSport | Unchanged


class Listing:
    """The entries of a run, and the means to read them.

    ``is_done`` tells of an archive on disk, by place and stamp, whether all that lies in it is known already.
    """

    def __init__(self, limits: Limits, is_done: Callable[[str, str], bool] = lambda _place, _stamp: False):
        self.limits = limits
        self.names = Names()
        self.archives = Archives(limits)
        self.stamps: dict[str, str] = {}
        """Every archive and export on disk that was opened, and how it was stamped then."""
        self._is_done = is_done
        self._exports: dict[tuple[str, ...], AppleExport] = {}
        self._routes: set[str] = set()

    def entries(self, paths: Iterable[str]) -> Iterator[Found]:
        """What the paths hold, each file once however often it is named."""
        seen: set[str] = set()
        for path in paths:
            key = path if is_address(path) else str(Path(path).resolve())
            if key not in seen:
                seen.add(key)
                yield from self._under(path)

    def is_route(self, entry: Entry) -> bool:
        """Whether an entry is the route of a workout that is an entry of its own."""
        return entry.place in self._routes

    def head(self, entry: Entry) -> bytes:
        """The first bytes of an entry, unpacked; raises :class:`ReadError`."""
        if entry.members:
            return unpacked_head(self.archives.head(entry))
        with _reading(entry.path), open_file(entry.path) as file:
            return unpacked_head(file.read(HEAD_BYTES))

    def data(self, entry: Entry) -> bytes | None:
        """The bytes of what lies in an archive or export; None for a file of its own, which its reader opens."""
        if entry.workout is not None:
            export = self._exports[entry.path, *entry.members]
            return export.document(entry.workout, lambda name: self._route(entry, name))
        return self.archives.data(entry) if entry.members else None

    def sidecar(self, entry: Entry) -> bytes | None:
        """The bytes of the annotations beside an entry; None if there are none. Raises :class:`ReadError`."""
        if entry.sidecar is None:
            return None
        name = entry.sidecar[0]
        return self.archives.beside(entry, name) if entry.members else fetch(name, LARGEST_SIDECAR_BYTES)

    def close(self) -> None:
        """Close every archive and export."""
        self.archives.close()
        self.names.close()
        for export in self._exports.values():
            export.close()

    def _under(self, path: str) -> Iterator[Found]:
        if is_address(path):
            yield from self._at_address(path)
        elif Path(path).is_dir():
            yield from self._in_folder(path)
        else:
            entry = file_entry(path, named=True)
            if not entry.stamp:
                yield Refusal(entry.place, "no such file", "there is no such file")
            elif not Path(path).is_file():
                yield Refusal(entry.place, "no file", "is no file")
            else:
                yield from self._opened(entry)

    def _in_folder(self, folder: str) -> Iterator[Found]:
        for found in walked(folder):
            if isinstance(found, Refusal):
                yield found
                continue
            yield from self._table_on_disk(found)
            yield from self._opened(found)

    def _at_address(self, path: str) -> Iterator[Found]:
        try:
            found = found_at(path)
        except ReadError as bad:
            yield Refusal(path, "not reachable", bad.message, passes=True)
            return
        stamps = {address: stamp for address, _, stamp in found}
        for address, size, stamp in found:
            folder, _, name = address.rpartition("/")
            beside = f"{folder}/{sidecar_path(name)}"
            sidecar = (beside, stamps[beside]) if beside in stamps else None
            entry = Entry(address, address, (), size, stamp, is_named=address == path, sidecar=sidecar)
            yield from self._opened(entry)

    def _opened(self, entry: Entry) -> Iterator[Found]:
        """The entry, or what lies in it if it is an archive or an export."""
        suffix = suffix_of(entry.path)
        if suffix not in (*ARCHIVES, *_PEEKED) and not entry.is_named:
            yield entry
            return
        try:
            head = self.head(entry)
        except ReadError:
            yield entry  # whoever reads it says why it cannot be
            return
        if (is_zip(head) or looks_like_export(head)) and self._is_done(entry.place, entry.stamp):
            yield Unchanged(entry.place)
        elif is_zip(head):
            self.stamps[entry.place] = entry.stamp
            yield from self._in_archive(entry, (), entry.place, 1)
        elif looks_like_export(head):
            self.stamps[entry.place] = entry.stamp
            yield from self._workouts(entry)
        else:
            yield entry

    def _in_archive(self, around: Entry, members: tuple[str, ...], place: str, level: int) -> Iterator[Found]:
        """What lies in the file ``around`` (on disk), in the archive to which ``members`` lead."""
        found = list(self.archives.entries(around, members, place))
        inside = [one for one in found if isinstance(one, Entry)]
        names = frozenset(one.members[-1] for one in inside)
        if not found and around.is_named:
            yield Refusal(place, "empty archive", "is an archive that holds no file", container=around.place)
        yield from self._tables(inside, names)
        deeper: list[Entry] = []
        for one in found:
            if isinstance(one, Refusal):
                yield one
            elif suffix_of(one.place) in ARCHIVES:
                deeper.append(one)
            elif suffix_of(one.place) == ".xml" and self._is_export(one):
                yield from self._workouts(one)
            else:
                yield one
        for one in deeper:
            if level >= self.limits.most_levels:
                message = f"lies {level} archives deep: deeper is not looked"
                yield Refusal(one.place, "nested too deep", message, container=around.place)
            else:
                yield from self._in_archive(around, one.members, one.place, level + 1)

    def _is_export(self, entry: Entry) -> bool:
        try:
            return looks_like_export(self.archives.head(entry))
        except ReadError:
            return False

    def _workouts(self, entry: Entry) -> Iterator[Found]:
        """The workouts of an Apple Health export, each an entry; their routes are none of their own."""
        members = entry.members
        opened = (lambda: self.archives.stream(entry)) if members else (lambda: open_file(entry.path))
        try:
            export = AppleExport(opened, entry.place)
        except ReadError as bad:
            yield Refusal(entry.place, "damaged export", bad.message, container=entry.container or entry.place)
            return
        if export.damage:
            yield Refusal(entry.place, "damaged export", export.damage, container=entry.container or entry.place)
        self._exports[entry.path, *members] = export
        for start_time, sport in export.other_sports:
            yield OtherSport(_workout_place(entry, start_time), sport, entry.stamp, entry.container or entry.place)
        starts: Counter[str] = Counter()
        for number, workout in enumerate(export.workouts):
            self._routes |= {_beside(entry.place, name) for name in workout.routes}
            starts[workout.start_time] += 1
            again = starts[workout.start_time]
            yield Entry(
                place=_workout_place(entry, workout.start_time) + (f",{again}" if again > 1 else ""),
                path=entry.path,
                members=members,
                size=4096 * len(workout.routes) + 1024,
                stamp=f"{entry.stamp}:{workout.start_s}-{workout.end_s}",
                workout=number,
                container=entry.container or entry.place,
            )

    def _route(self, entry: Entry, name: str) -> bytes:
        """The file of a workout's route, which lies beside the export's XML file."""
        if entry.members:
            around = PurePosixPath(entry.members[-1]).parent
            return self.archives.beside(entry, str(around / name) if str(around) != "." else name)
        path = Path(entry.path).parent / name
        with _reading(str(path)):
            return path.read_bytes()

    def _tables(self, inside: list[Entry], names: frozenset[str]) -> Iterator[Refusal]:
        """Take in the tables of names in an archive."""
        for one in inside:
            name = one.members[-1]
            folder = name[: name.rfind("/") + 1]
            is_strava = strava.may_be_table(name) and any(
                other.startswith(f"{folder}{strava.FOLDER}/") for other in names
            )
            if not (is_strava or garmin.is_summary(name)) or one.size > MOST_TABLE_BYTES:
                continue
            exists = partial(_is_among, names, folder) if is_strava else None
            try:
                self._take(self.archives.data(one), one.place, exists)
            except ReadError as bad:
                yield Refusal(one.place, "names not readable", bad.message, container=one.container)

    def _table_on_disk(self, entry: Entry) -> Iterator[Refusal]:
        """Take in a table of names that lies in a folder."""
        path = Path(entry.path)
        is_strava = strava.may_be_table(entry.path) and (path.parent / strava.FOLDER).is_dir()
        if not (is_strava or garmin.is_summary(entry.path)) or entry.size > MOST_TABLE_BYTES:
            return
        try:
            data = fetch(entry.path, MOST_TABLE_BYTES)
            self._take(data, entry.place, (lambda file: (path.parent / file).is_file()) if is_strava else None)
        except ReadError as bad:
            yield Refusal(entry.place, "names not readable", bad.message, passes=True)

    def _take(self, data: bytes, place: str, exists: Callable[[str], bool] | None) -> None:
        """Take in one table: by files if it can be told which exist, else by starts."""
        if exists is None:
            self.names.add_starts(garmin.export_root(place), garmin.named_in(data))
        else:
            self.names.add_files((_beside(place, file), named) for file, named in strava.named_in(data, exists))


def _is_among(names: frozenset[str], folder: str, file: str) -> bool:
    return folder + file in names


def _workout_place(export: Entry, start_time: str) -> str:
    """``export.zip!/apple_health_export/export.xml#2025-05-01T08:01:10+0200``."""
    return f"{export.place}#{start_time.replace(' ', 'T', 1).replace(' ', '')}"


def _beside(place: str, name: str) -> str:
    """The place of another file in the same folder or archive."""
    slash = place.rfind("/")
    return shown(place[: slash + 1] + name)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    """Turns what the system says of a file that cannot be read into :class:`ReadError`."""
    try:
        yield
    except OSError as bad:
        raise ReadError(f"cannot be read: {bad.strerror or bad}", path=path) from None
