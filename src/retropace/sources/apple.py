"""An Apple Health export: workouts and what was measured during them, streamed from one very long XML file.

``export.xml`` (its name is translated) holds every ``Record`` of a life and, after them, every ``Workout`` with its
events and the names of its routes, which lie beside it in ``workout-routes/``. It is read twice from end to end, first
for the workouts, then for the records that lie within them; these wait in a temporary database, so that memory does
not grow with the file. What comes out for each workout is a document of its own, which ``readers/apple.py`` reads.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO
from xml.parsers import expat

from retropace.core.errors import ReadError
from retropace.core.sports import is_on_foot
from retropace.core.units import MILE_M
from retropace.readers.json.apple import SCHEMA

ROUTES_FOLDER = "workout-routes"
ROOT_TAG = b"<HealthData"
CHUNK_BYTES = 2**20
_MAX_PROLOGUE_BYTES = 2**20
"""The root begins within this: before it stands a document type, which some versions of iOS wrote with mistakes."""
_SAMPLE_KINDS = {
    "HKQuantityTypeIdentifierStepCount": "steps",
    "HKQuantityTypeIdentifierDistanceWalkingRunning": "metres",
    "HKQuantityTypeIdentifierHeartRate": "heart",
}
_METRES_PER_UNIT = {"km": 1000.0, "mi": MILE_M, "m": 1.0, "ft": 0.3048, "yd": 0.9144}
_SPORT_PREFIX = "HKWorkoutActivityType"
_EVENT_PREFIX = "HKWorkoutEventType"
_MAX_WORKOUT_S = 7 * 86400.0


@dataclass(slots=True)
class AppleWorkout:
    """A workout on foot as the export lists it; times in seconds since 1970."""

    sport: str
    start_s: float
    end_s: float
    start_time: str
    source: str = ""
    device: str = ""
    is_indoor: bool = False
    pauses_s: list[list[float]] = field(default_factory=list)
    lap_times_s: list[float] = field(default_factory=list)
    """When the button was pressed."""
    route_names: list[str] = field(default_factory=list)


class AppleExport:
    """The workouts of an export; ``opened`` opens its XML file anew, ``place`` names it."""

    def __init__(self, open_xml: Callable[[], IO[bytes]], place: str):
        self._opened, self._place = open_xml, place
        self.workouts: list[AppleWorkout] = []
        self.other_sports: list[tuple[str, str]] = []
        """When each workout that was not done on foot began, and its sport."""
        self.damage = ""
        """What is wrong with the file, if it could not be read to its end."""
        self._db: sqlite3.Connection | None = None
        self._read_workouts()

    def build_document(self, workout_index: int, read_route: Callable[[str], bytes]) -> bytes:
        """A workout with everything measured during it, as a document for ``readers/apple.py``.

        ``route`` gives the bytes of a route's file. The same export gives the same bytes, and so does a later one.
        """
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
            "laps": [at - workout.start_s for at in workout.lap_times_s],
            **samples,
            "routes": routes,
            "lost_routes": len(workout.route_names) - len(routes),
        }
        return json.dumps(document, ensure_ascii=False).encode("utf-8")

    def close(self) -> None:
        """Let go of the temporary database."""
        if self._db is not None:
            self._db.close()

    def _read_workouts(self) -> None:
        open_workout: list[AppleWorkout] = []

        def begin(name: str, said: dict[str, str]) -> None:
            if name == "Workout":
                open_workout[:] = [one] if (one := _parse_workout(said)) is not None else []
                sport = _parse_sport(said.get("workoutActivityType", ""))
                if not open_workout and sport and not is_on_foot(sport):
                    self.other_sports.append((said.get("startDate", ""), sport))
            elif open_workout:
                _add_detail(open_workout[0], name, said)

        def end(name: str) -> None:
            if name == "Workout" and open_workout:
                self.workouts.append(open_workout.pop())

        self._parse(begin, end)
        self.workouts.sort(key=lambda one: (one.start_s, one.end_s))

    def _select_samples(self, workout_index: int, kind: str) -> list[list[float]]:
        """What was measured during a workout, from the one source that tells most of it, in order of time."""
        if self._db is None:
            self._db = self._read_samples()
        workout = self.workouts[workout_index]
        sources = self._db.execute(
            "SELECT source, sum(end_s - start_s), count(*) FROM samples WHERE workout = ? AND kind = ? GROUP BY source",
            (workout_index, kind),
        ).fetchall()
        if not sources:
            return []
        longest = max(seconds for _, seconds, _ in sources)
        # A phone in the pocket counts too: the watch that recorded the workout leads, if it counted for most of it.
        best = max(
            sources, key=lambda one: (one[0] == workout.source and one[1] >= 0.5 * longest, one[2], one[1], one[0])
        )
        rows = self._db.execute(
            "SELECT DISTINCT start_s, end_s, value FROM samples WHERE workout = ? AND kind = ? AND source = ?"
            " ORDER BY start_s, end_s, value",
            (workout_index, kind, best[0]),
        )
        return [[start - workout.start_s, end - workout.start_s, value] for start, end, value in rows]

    def _read_samples(self) -> sqlite3.Connection:
        """The second pass: every record that overlaps a workout, on disk as soon as there are many."""
        db = sqlite3.connect("", isolation_level=None)
        db.execute("CREATE TABLE samples (workout INT, kind TEXT, source TEXT, start_s REAL, end_s REAL, value REAL)")
        starts = [one.start_s for one in self.workouts]
        days = {_format_day(one.start_s + 86400.0 * day) for one in self.workouts for day in (-1, 0, 1)}
        waiting: list[tuple[int, str, str, float, float, float]] = []

        def begin(name: str, said: dict[str, str]) -> None:
            kind = _SAMPLE_KINDS.get(said.get("type", "")) if name == "Record" else None
            if kind is None or said.get("startDate", "")[:10] not in days:
                return
            row = _parse_record(said, kind)
            if row is None:
                return
            start_s, end_s, value = row
            for number in range(bisect_right(starts, end_s) - 1, max(bisect_right(starts, end_s) - 4, -1), -1):
                if self.workouts[number].end_s > start_s:
                    waiting.append((number, kind, said.get("sourceName", ""), start_s, end_s, value))
            if len(waiting) > 10_000:
                db.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", waiting)
                waiting.clear()

        db.execute("BEGIN")
        self._parse(begin, lambda _: None)
        db.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", waiting)
        db.execute("CREATE INDEX place ON samples (workout, kind, source, start_s)")
        db.execute("COMMIT")
        return db

    def _parse(self, begin: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
        """One pass over the file, from its root on; what comes before is left out, and with it every entity."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = begin, end
        try:
            with self._opened() as stream:
                head = stream.read(_MAX_PROLOGUE_BYTES)
                root = head.find(ROOT_TAG)
                if root < 0:
                    raise ReadError("is no Apple Health export", path=self._place)
                piece = head[root:]
                while piece:
                    parser.Parse(piece, False)
                    piece = stream.read(CHUNK_BYTES)
                parser.Parse(b"", True)
        except expat.ExpatError as bad:
            self.damage = f"is damaged in line {bad.lineno}: what comes before was read"
        except (OSError, EOFError, ValueError) as bad:
            self.damage = f"is damaged: {bad}; what comes before was read"


def looks_like_export(head: bytes) -> bool:
    """Whether these first bytes of an XML file are those of an export."""
    return ROOT_TAG in head or b"<!DOCTYPE HealthData" in head


def _parse_workout(attributes: dict[str, str]) -> AppleWorkout | None:
    """A workout on foot; None for another sport or one without times."""
    sport = _parse_sport(attributes.get("workoutActivityType", ""))
    start, end = _parse_posix_s(attributes.get("startDate", "")), _parse_posix_s(attributes.get("endDate", ""))
    if not is_on_foot(sport) or start is None or end is None or not 0.0 < end - start <= _MAX_WORKOUT_S:
        return None
    device = dict(
        part.strip().split(":", 1) for part in attributes.get("device", "").strip("<>").split(",") if ":" in part
    )
    model = " ".join(device[key].strip() for key in ("name", "hardware") if device.get(key))
    return AppleWorkout(sport, start, end, attributes["startDate"], attributes.get("sourceName", ""), model)


def _add_detail(workout: AppleWorkout, name: str, attributes: dict[str, str]) -> None:
    """Take in an element that stands within a workout's."""
    if name == "WorkoutEvent":
        kind, at = attributes.get("type", "").removeprefix(_EVENT_PREFIX), _parse_posix_s(attributes.get("date", ""))
        if at is None:
            return
        is_open = bool(workout.pauses_s) and workout.pauses_s[-1][1] >= workout.end_s
        if kind == "Pause" and not is_open:
            workout.pauses_s.append([at, workout.end_s])
        elif kind == "Resume" and is_open:
            workout.pauses_s[-1][1] = at
        elif kind == "Lap":
            workout.lap_times_s.append(at)
    elif name == "MetadataEntry" and attributes.get("key") == "HKIndoorWorkout":
        workout.is_indoor = attributes.get("value") == "1"
    elif name == "FileReference" and attributes.get("path") and ".." not in attributes["path"]:
        workout.route_names.append(attributes["path"].lstrip("/"))


def _parse_record(attributes: dict[str, str], kind: str) -> tuple[float, float, float] | None:
    """From when to when, and how much in SI units; None if it cannot be understood."""
    start, end = _parse_posix_s(attributes.get("startDate", "")), _parse_posix_s(attributes.get("endDate", ""))
    try:
        value = float(attributes.get("value", ""))
    except ValueError:
        return None
    if start is None or end is None or end < start:
        return None
    if kind == "metres":
        factor = _METRES_PER_UNIT.get(attributes.get("unit", ""))
        if factor is None:
            return None
        value *= factor
    return start, end, value


def _parse_sport(sport: str) -> str:
    """``HKWorkoutActivityTypeRunning`` as ``running``."""
    return sport.removeprefix(_SPORT_PREFIX).lower()


def _parse_posix_s(text: str) -> float | None:
    """Seconds since 1970 of ``2025-05-01 08:01:10 +0200``; None for anything else."""
    try:
        moment = datetime.fromisoformat(text[:19] + text[20:])
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.timestamp()


def _format_day(posix_s: float) -> str:
    return datetime.fromtimestamp(posix_s, UTC).strftime("%Y-%m-%d")
