"""Streaming reader of an Apple Health export: each workout becomes a document for :mod:`retropace.readers.json.apple`.

``export.xml`` (the name is localised) holds every ``Record`` and then every ``Workout``. It is parsed twice: for the
workouts, and for the records made during one, which go to a temporary database to save memory.
"""

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import IO

from retropace.core.errors import ReadError
from retropace.core.sports import classify_sport
from retropace.core.units import MILE_M
from retropace.readers.json.apple import SCHEMA

ROOT_TAG = b"<HealthData"
"""Beginning of the root element of an Apple Health export."""
CHUNK_BYTES = 2**20
"""Number of bytes parsed at a time; the root element starts within the first so many."""
_SAMPLE_KINDS = {
    "HKQuantityTypeIdentifierStepCount": "steps",
    "HKQuantityTypeIdentifierDistanceWalkingRunning": "metres",
    "HKQuantityTypeIdentifierHeartRate": "heart",
}
"""Record types that are read, each with the key of its samples in a workout's JSON document."""
_METRES_PER_UNIT = {"km": 1000.0, "mi": MILE_M, "m": 1.0, "ft": 0.3048, "yd": 0.9144}
"""Metres per unit of distance, by the unit's name in an export."""
_MAX_WORKOUT_S = 7 * 86400.0
"""Longest workout in seconds that is read; a longer one has wrong times and is left out."""
_MAX_OVERLAPS = 3
"""Largest number of workouts that one record may belong to: the last ones to start before the record ends."""
_MAX_PENDING_ROWS = 10_000
"""Largest number of samples held in memory; more are written to the database."""


@dataclass(slots=True)
class AppleWorkout:
    """A workout on foot as the export lists it; times are in seconds since 1970."""

    sport: str
    start_s: float
    end_s: float
    start_time: str  # as the export writes it, for example ``2025-05-01 08:01:10 +0200``
    source: str = ""
    device: str = ""
    is_indoor: bool = False
    pauses_s: list[list[float]] = field(default_factory=list)  # start and end of each pause
    lap_times_s: list[float] = field(default_factory=list)  # when the lap button was pressed
    route_names: list[str] = field(default_factory=list)  # paths of route files, relative to the XML file


class AppleExport:
    """The workouts of an Apple Health export, read with ``open_xml``; ``place`` is its name in a :class:`ReadError`."""

    def __init__(self, open_xml: Callable[[], IO[bytes]], place: str):
        self._open_xml, self._place = open_xml, place
        self.workouts: list[AppleWorkout] = []
        self.other_sports: list[tuple[str, str]] = []  # start time and sport of each workout that was not on foot
        self.damage = ""  # error message if the file could not be parsed to its end; else empty
        self._db: sqlite3.Connection | None = None
        self._read_workouts()

    def build_document(self, workout_index: int, read_route: Callable[[str], bytes]) -> bytes:
        """Build the JSON document of a workout; ``read_route`` returns a route's bytes or raises :class:`ReadError`."""
        workout = self.workouts[workout_index]
        samples = {kind: self._select_samples(workout_index, kind) for kind in _SAMPLE_KINDS.values()}
        routes = []
        for name in workout.route_names:
            with suppress(ReadError):
                routes.append(read_route(name).decode("utf-8", "replace"))
        document = {
            "schema": SCHEMA,
            "sport": workout.sport,
            "start_time": workout.start_time,
            "elapsed_s": workout.end_s - workout.start_s,
            "device": workout.device or workout.source,
            "is_indoor": workout.is_indoor,
            "pauses": [[start - workout.start_s, end - workout.start_s] for start, end in workout.pauses_s],
            "laps": [lap_time_s - workout.start_s for lap_time_s in workout.lap_times_s],
            **samples,
            "routes": routes,
            "lost_routes": len(workout.route_names) - len(routes),
        }
        return json.dumps(document, ensure_ascii=False).encode("utf-8")

    def close(self) -> None:
        """Close and delete the temporary database."""
        if self._db is not None:
            self._db.close()

    def _read_workouts(self) -> None:
        current: AppleWorkout | None = None

        def begin(name: str, attributes: Mapping[str, str]) -> None:
            nonlocal current
            if name == "Workout":
                sport = attributes.get("workoutActivityType", "").removeprefix("HKWorkoutActivityType").lower()
                is_other_sport = classify_sport(sport) is False
                current = None if is_other_sport else _parse_workout(attributes, sport)
                if is_other_sport:
                    self.other_sports.append((attributes.get("startDate", ""), sport))
            elif current is not None:
                _add_detail(current, name, attributes)

        def end(name: str) -> None:
            nonlocal current
            if name == "Workout" and current is not None:
                self.workouts.append(current)
                current = None

        self._parse(begin, end)
        self.workouts.sort(key=lambda workout: (workout.start_s, workout.end_s))

    def _select_samples(self, workout_index: int, kind: str) -> list[list[float]]:
        """Select samples (start, end, value) of one source only, as a phone counts the same steps again."""
        if self._db is None:
            self._db = self._read_samples()
        workout = self.workouts[workout_index]
        sources = self._db.execute(
            "SELECT source, sum(end_s - start_s), count(*) FROM samples WHERE workout = ? AND kind = ? GROUP BY source",
            (workout_index, kind),
        ).fetchall()
        if not sources:
            return []
        longest_s = max(covered_s for _, covered_s, _ in sources)
        _, _, _, best_source = max(
            (source == workout.source and covered_s >= 0.5 * longest_s, count, covered_s, source)
            for source, covered_s, count in sources
        )
        rows = self._db.execute(
            "SELECT DISTINCT start_s, end_s, value FROM samples WHERE workout = ? AND kind = ? AND source = ?"
            " ORDER BY start_s, end_s, value",
            (workout_index, kind, best_source),
        )
        return [[start - workout.start_s, end - workout.start_s, value] for start, end, value in rows]

    def _read_samples(self) -> sqlite3.Connection:
        """Write every record that overlaps a workout to a temporary database, in a second pass over the file."""
        db = sqlite3.connect("", isolation_level=None)
        db.execute("CREATE TABLE samples (workout INT, kind TEXT, source TEXT, start_s REAL, end_s REAL, value REAL)")
        starts = [workout.start_s for workout in self.workouts]
        days_s = (start_s + 86400.0 * day for start_s in starts for day in (-1, 0, 1))
        days = {datetime.fromtimestamp(day_s, UTC).strftime("%Y-%m-%d") for day_s in days_s}
        pending: list[tuple[int, str, str, float, float, float]] = []

        def begin(name: str, attributes: Mapping[str, str]) -> None:
            kind = _SAMPLE_KINDS.get(attributes.get("type", "")) if name == "Record" else None
            if kind is None or attributes.get("startDate", "")[:10] not in days:
                return
            if (row := _parse_record(attributes, kind)) is None:
                return
            start_s, end_s, value = row
            latest = bisect_right(starts, end_s) - 1
            for index in range(latest, max(latest - _MAX_OVERLAPS, -1), -1):
                if self.workouts[index].end_s > start_s:
                    pending.append((index, kind, attributes.get("sourceName", ""), start_s, end_s, value))
            if len(pending) > _MAX_PENDING_ROWS:
                db.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", pending)
                pending.clear()

        db.execute("BEGIN")
        self._parse(begin, lambda _: None)
        db.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", pending)
        db.execute("CREATE INDEX place ON samples (workout, kind, source, start_s)")
        db.execute("COMMIT")
        return db

    def _parse(self, begin: Callable[[str, Mapping[str, str]], None], end: Callable[[str], None]) -> None:
        """Parse the file from its root element on, behind damage too; call ``begin`` and ``end`` for each element."""
        from lxml import etree

        from retropace.readers.xml.document import PARSER_OPTIONS, find_damage

        target = SimpleNamespace(start=begin, end=end, close=lambda: None)
        parser = etree.XMLParser(target=target, **PARSER_OPTIONS)
        try:
            with self._open_xml() as stream:
                # A document type may have errors, as some iOS versions wrote it, or define entities without limit.
                _, root, rest = stream.read(CHUNK_BYTES).partition(ROOT_TAG)
                if not root:
                    raise ReadError("is no Apple Health export", path=self._place)
                chunk = root + rest
                while chunk:
                    parser.feed(chunk)
                    chunk = stream.read(CHUNK_BYTES)
                parser.close()
        except (OSError, EOFError, ValueError) as error:
            self.damage = f"is damaged: {error}; what comes before was read"
        if not self.damage and (damage := find_damage(parser.feed_error_log)):
            self.damage = f"is damaged in line {damage.line}: what could be read was kept"


def looks_like_export(head: bytes) -> bool:
    """Return whether these first bytes of a file are those of an export's XML file."""
    return ROOT_TAG in head or b"<!DOCTYPE HealthData" in head


def _parse_workout(attributes: Mapping[str, str], sport: str) -> AppleWorkout | None:
    start, end = _parse_posix_s(attributes.get("startDate", "")), _parse_posix_s(attributes.get("endDate", ""))
    if start is None or end is None or not 0.0 < end - start <= _MAX_WORKOUT_S:
        return None
    device_parts = attributes.get("device", "").strip("<>").split(",")
    device = dict(part.strip().split(":", 1) for part in device_parts if ":" in part)
    model = " ".join(device[key].strip() for key in ("name", "hardware") if device.get(key))
    return AppleWorkout(sport, start, end, attributes["startDate"], attributes.get("sourceName", ""), model)


def _add_detail(workout: AppleWorkout, name: str, attributes: Mapping[str, str]) -> None:
    """Add a child element of ``Workout`` to the workout: an event, a route file or the indoor flag."""
    if name == "WorkoutEvent":
        kind = attributes.get("type", "").removeprefix("HKWorkoutEventType")
        if (time_s := _parse_posix_s(attributes.get("date", ""))) is None:
            return
        is_open = bool(workout.pauses_s) and workout.pauses_s[-1][1] >= workout.end_s
        if kind == "Pause" and not is_open:
            workout.pauses_s.append([time_s, workout.end_s])
        elif kind == "Resume" and is_open:
            workout.pauses_s[-1][1] = time_s
        elif kind == "Lap":
            workout.lap_times_s.append(time_s)
    elif name == "MetadataEntry" and attributes.get("key") == "HKIndoorWorkout":
        workout.is_indoor = attributes.get("value") == "1"
    elif name == "FileReference" and attributes.get("path") and ".." not in attributes["path"]:
        workout.route_names.append(attributes["path"].lstrip("/"))


def _parse_record(attributes: Mapping[str, str], kind: str) -> tuple[float, float, float] | None:
    """Parse start and end (seconds since 1970) and value (SI unit) of a ``Record`` element; None if one is invalid."""
    start, end = _parse_posix_s(attributes.get("startDate", "")), _parse_posix_s(attributes.get("endDate", ""))
    try:
        value = float(attributes.get("value", ""))
    except ValueError:
        return None
    factor = _METRES_PER_UNIT.get(attributes.get("unit", "")) if kind == "metres" else 1.0
    if start is None or end is None or end < start or factor is None:
        return None
    return start, end, value * factor


def _parse_posix_s(text: str) -> float | None:
    """Parse a time such as ``2025-05-01 08:01:10 +0200`` to seconds since 1970; None for an invalid one."""
    try:
        time = datetime.fromisoformat(text[:19] + text[20:])
    except ValueError:
        return None
    return None if time.tzinfo is None else time.timestamp()
