"""Listing of the workouts in Apple Health exports: each workout is one entry."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from retropace.core.errors import ReadError
from retropace.sources.apple import AppleExport
from retropace.sources.archives import Archives
from retropace.sources.entry import Entry, OtherSport, Unreadable, join_sibling_place
from retropace.sources.remote import open_file, translate_os_errors


class AppleWorkouts:
    """The workouts of all Apple Health exports that a listing finds."""

    def __init__(self, archives: Archives):
        self._archives = archives
        self._exports: dict[tuple[str, ...], AppleExport] = {}  # by path on disk and member names
        self._routes: set[str] = set()  # places of the route files of all workouts

    def find_entries(self, export_file: Entry) -> Iterator[Entry | Unreadable | OtherSport]:
        """Yield the workouts of the export in ``export_file``, as entries or other sports, and what is damaged."""
        members, container = export_file.members, export_file.container or export_file.place
        archives = self._archives
        open_xml = (lambda: archives.open_stream(export_file)) if members else (lambda: open_file(export_file.path))
        try:
            export = AppleExport(open_xml, export_file.place)
        except ReadError as error:
            yield Unreadable(export_file.place, "damaged export", error.message, container=container)
            return
        if export.damage:
            yield Unreadable(export_file.place, "damaged export", export.damage, container=container)
        self._exports[export_file.path, *members] = export
        for start_time, sport in export.other_sports:
            place = _build_workout_place(export_file, start_time)
            yield OtherSport(place, sport, export_file.fingerprint, container=container)
        starts: Counter[str] = Counter()
        for index, workout in enumerate(export.workouts):
            self._routes |= {join_sibling_place(export_file.place, name) for name in workout.route_names}
            starts[workout.start_time] += 1
            number = starts[workout.start_time]
            yield Entry(
                place=_build_workout_place(export_file, workout.start_time) + (f",{number}" if number > 1 else ""),
                path=export_file.path,
                members=members,
                size_bytes=4096 * len(workout.route_names) + 1024,  # a guess, which decides the order of processing
                fingerprint=f"{export_file.fingerprint}:{workout.start_s}-{workout.end_s}",
                workout_index=index,
                container=container,
            )

    def is_route(self, place: str) -> bool:
        """Return whether the file at ``place`` is the route of a workout, which is read with the workout."""
        return place in self._routes

    def read_document(self, entry: Entry) -> bytes:
        """Build the JSON document of a workout, see :meth:`AppleExport.build_document`."""
        assert entry.workout_index is not None
        export = self._exports[entry.path, *entry.members]
        return export.build_document(entry.workout_index, lambda name: self._read_route(entry, name))

    def close(self) -> None:
        """Close every export."""
        for export in self._exports.values():
            export.close()

    def _read_route(self, entry: Entry, name: str) -> bytes:
        """Read the bytes of a route file; ``name`` is relative to the folder of the XML file of ``entry``."""
        if entry.members:
            folder = PurePosixPath(entry.members[-1]).parent
            return self._archives.read_sibling(entry, str(folder / name) if str(folder) != "." else name)
        path = Path(entry.path).parent / name
        with translate_os_errors(str(path)):
            return path.read_bytes()


def _build_workout_place(export_file: Entry, start_time: str) -> str:
    """Build the place of a workout: ``export.zip!/apple_health_export/export.xml#2025-05-01T08:01:10+0200``."""
    return f"{export_file.place}#{start_time.replace(' ', 'T', 1).replace(' ', '')}"
