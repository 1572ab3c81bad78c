"""Reader of TCX files of Garmin, COROS and others; prefixes of elements are ignored.

No TCX library serves: tcxreader 0.4 drops lap starts, triggers and laps without points; python-tcxparser 2.4 does not
keep laps with their points; activereader 0.0.2 is no longer maintained. ``TotalTimeSeconds`` of a lap is timer time:
where the next lap starts later, the watch was paused. Garmin Connect writes ``Manual`` on every lap.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.findings import Finding
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.core.sports import format_sport
from retropace.readers.iso_times import UNZONED_TIMES, parse_time
from retropace.readers.pauses import MIN_PAUSE_S, min_pause_s, place_pauses
from retropace.readers.xml.document import Element, Events, local_name, parse_document, read_text
from retropace.readers.xml.point_values import TIME_COLUMN, PointValues, RowIndices, parse_number
from retropace.readers.xml.way import fill_times, report_filled_times, report_untimed

POINT_TAG = "Trackpoint"
"""Local name of a track point."""
LOOSE_POINT_PARENTS = ("Lap", "Activity", "Activities", "TrainingCenterDatabase")
"""Local names of elements that hold track points directly where the ``Track`` around them is missing."""
COLUMN_BY_TAG = {
    "Time": TIME_COLUMN,
    "LatitudeDegrees": "lat_deg",
    "LongitudeDegrees": "lon_deg",
    "AltitudeMeters": "altitude_m",
    "DistanceMeters": "distance_m",
    "Value": "heart_rate_bpm",
    "Cadence": "cadence",
    "Speed": "speed_mps",
    "RunCadence": "run_cadence",
    "Watts": "Watts",
}
"""Column of each element in a track point, whether directly in it or in another element, by name without prefix."""
PARENT_BY_COLUMN = {"heart_rate_bpm": "HeartRateBpm", "speed_mps": "TPX", "run_cadence": "TPX", "Watts": "TPX"}
"""Name of the element around the element of a column; elsewhere a speed may be in km/h, and a value anything."""
TRIGGER_NAMES = {"manual": "manual", "distance": "distance", "location": "position", "time": "time", "heartrate": ""}
"""Name of a lap trigger in :class:`~retropace.core.activity.Lap`, by the lower-case ``TriggerMethod``."""
SAMPLE_COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "distance_m", "heart_rate_bpm", "speed_mps")
"""Point columns that are columns of :class:`~retropace.core.activity.Samples`."""
EXTRA_COLUMNS = ("Watts",)
"""Point columns that become extra columns of :class:`~retropace.core.activity.Samples`."""

MAX_POINTS_BEFORE_START = 0.03
"""Largest share of a lap's points that may lie before its start."""


@dataclass(frozen=True, slots=True)
class TcxPoints:
    """The track points of a document, as columns of ``n`` points."""

    columns: Mapping[str, FloatArray]
    """Columns of :data:`COLUMN_BY_TAG` by name, each ``(n,)``, NaN where a point has no value."""
    has_zone: NDArray[np.bool_]  # whether each time has a time zone, ``(n,)``, True where a point has no time
    rows_by_parent: Mapping[Element, Sequence[int]]
    """Indices of the points in each ``Track``, and of those that stand directly in a lap or activity."""
    filled_time_count: int  # points without a time that got one from the points around them


@dataclass(frozen=True, slots=True)
class _LocatedLap:
    """A ``Lap`` element with its points, by their indices among the activity's points with a time."""

    element: Element
    start_s: float  # seconds since 1970; NaN if neither the lap nor a point of it has a time
    timer_s: float
    first: int
    last: int  # after the last point
    track_starts: list[int]  # first point of each track but the first


def read_tcx(data: bytes, path: str) -> list[Activity]:
    """Read all activities of a TCX file with track points, in file order; raises :class:`ReadError` for none."""
    document = parse_document(data, path, ("Track", POINT_TAG), _read_points, cut_after=(POINT_TAG,))
    elements = list(document.root.iter("{*}Activity"))
    if not elements and document.root.find(".//{*}Course") is None:
        elements = [next(document.root.iter("{*}Activities"), document.root)]
    activities = [_build_activity(element, document.content, path, list(document.findings)) for element in elements]
    found = [activity for activity in activities if activity is not None]
    if not found:
        raise _explain_no_activity(document.root, elements, path)
    return found


def _read_points(events: Events) -> TcxPoints:
    values = PointValues(
        lambda name: None if name == POINT_TAG else COLUMN_BY_TAG.get(name, ""), parent_by_column=PARENT_BY_COLUMN
    )
    rows_by_parent: dict[Element, Sequence[int]] = {}
    loose: dict[Element, list[int]] = {}
    parts: list[int] = []
    part = 0
    for event, element in events:
        if local_name(element.tag) != POINT_TAG:
            part += 1
            first = rows_by_parent[element].start if event == "end" else values.count  # type: ignore[attr-defined]
            rows_by_parent[element] = range(first, values.count)
        elif event == "end":
            values.end_element(element)
        else:
            if (parent := element.getparent()) is not None and local_name(parent.tag) in LOOSE_POINT_PARENTS:
                loose.setdefault(parent, []).append(values.count)
            values.start_point(element)
            parts.append(part)
    columns = {name: values.build_numbers(name) for name in COLUMN_BY_TAG.values()}
    placed = np.flatnonzero((np.abs(columns["lat_deg"]) <= 90.0) & (np.abs(columns["lon_deg"]) <= 180.0))
    filled = fill_times(columns, placed, np.array(parts, np.intp))
    return TcxPoints(columns, values.build_zones(), rows_by_parent | loose, filled)


def _locate_points(element: Element, points: TcxPoints) -> tuple[RowIndices, list[tuple[Element, list[int]]]]:
    """Locate an activity's points; returns their rows, and of each lap where its tracks start and the last ends."""

    def is_own(item: Element) -> bool:
        # Others belong to an activity that lies in this one because the end tag of this one is missing.
        return next(item.iterancestors("{*}Activity"), element) is element

    def find_rows(holders: Iterable[Element]) -> list[Sequence[int]]:
        return [rows for holder in holders if len(rows := points.rows_by_parent.get(holder, ()))]

    laps = [lap for lap in element.iter("{*}Lap") if is_own(lap)]
    tracks_by_lap = [find_rows((*lap.iterchildren("{*}Track"), lap)) for lap in laps]
    in_laps = {track for lap in laps for track in lap.iterchildren("{*}Track")}
    others = [track for track in element.iter("{*}Track") if track not in in_laps and is_own(track)]
    tracks = [*itertools.chain.from_iterable(tracks_by_lap), *find_rows((*others, element))]
    rows = np.unique(np.array([row for track in tracks for row in track], dtype=np.intp))
    lap_edges = []
    last = 0
    for lap, lap_tracks in zip(laps, tracks_by_lap, strict=True):
        starts = [int(np.searchsorted(rows, track[0])) for track in lap_tracks]
        last = max((int(np.searchsorted(rows, track[-1])) + 1 for track in lap_tracks), default=last)
        lap_edges.append((lap, [*(starts or [last]), last]))
    return rows, lap_edges


def _build_activity(element: Element, points: TcxPoints, path: str, findings: list[Finding]) -> Activity | None:
    """Build the activity of an ``Activity`` element; None if no point has a time."""
    rows, lap_edges = _locate_points(element, points)
    is_timed = np.isfinite(points.columns[TIME_COLUMN][rows])
    timed_rows = rows[is_timed]
    if not len(timed_rows):
        return None
    if not np.all(points.has_zone[timed_rows]):
        findings.append(UNZONED_TIMES)
    if missing_time_count := len(rows) - len(timed_rows):
        findings.append(report_untimed(missing_time_count, len(rows)))
    if points.filled_time_count:
        findings.append(report_filled_times(points.filled_time_count, len(points.has_zone)))
    timed = {name: values[timed_rows] for name, values in points.columns.items()}
    posix_s, run_cadence, cadence = timed.pop(TIME_COLUMN), timed["run_cadence"], timed["cadence"]
    recorded = {name: values for name, values in timed.items() if np.any(np.isfinite(values))}
    columns = {name: recorded[name] for name in SAMPLE_COLUMNS if name in recorded}
    if "run_cadence" in recorded or "cadence" in recorded:
        columns["cadence_recorded"] = np.where(np.isfinite(run_cadence), run_cadence, cadence)
    origin_s = float(posix_s[0])
    t_s = posix_s - origin_s
    timed_before = np.concatenate(([0], np.cumsum(is_timed)))
    located = [_locate_lap(lap, timed_before[edges].tolist(), posix_s) for lap, edges in lap_edges]
    laps, pauses = _build_laps(located, t_s, origin_s)
    field_counts = {name: int(np.sum(np.isfinite(recorded[name]))) for name in sorted(recorded)}
    extra = {name: recorded[name] for name in EXTRA_COLUMNS if name in recorded}
    return Activity(
        source=Source(path, "tcx"),
        samples=Samples.from_columns(t_s, extra, None, **columns),
        start_time=datetime.fromtimestamp(origin_s, UTC),
        sport=format_sport(element.get("Sport", "")),
        description=read_text(element, "{*}Notes"),
        device=_read_device(element),
        laps=laps,
        pauses=pauses,
        device_totals=DeviceTotals(
            distance_m=_sum_known(parse_number(read_text(lap.element, "{*}DistanceMeters")) for lap in located),
            timer_s=_sum_known(lap.timer_s for lap in located),
        ),
        field_counts=MappingProxyType(field_counts),
        findings=tuple(findings),
    )


def _locate_lap(lap: Element, edges: list[int], posix_s: FloatArray) -> _LocatedLap:
    """Locate a lap between ``edges``, where its tracks start and end; a start that its points contradict is theirs."""
    first, *later_edges = edges
    last = edges[-1]
    start = parse_time(lap.get("StartTime", ""))
    start_s = start[0] if start is not None else np.nan
    if last > first:
        first_s = float(min(posix_s[first], posix_s[last - 1]))
        others_s = np.concatenate((posix_s[:first], posix_s[last:]))
        is_early = np.any((others_s > start_s + MIN_PAUSE_S) & (others_s < first_s - MIN_PAUSE_S))
        is_late = np.mean(posix_s[first:last] < start_s - MIN_PAUSE_S) > MAX_POINTS_BEFORE_START
        start_s = first_s if np.isnan(start_s) or is_early or is_late else start_s
    track_starts = list(dict.fromkeys(index for index in later_edges[:-1] if index > first))
    return _LocatedLap(lap, start_s, parse_number(read_text(lap, "{*}TotalTimeSeconds")), first, last, track_starts)


def _build_laps(laps: list[_LocatedLap], t_s: FloatArray, origin_s: float) -> tuple[tuple[Lap, ...], Spans]:
    """Build laps and pauses; a lap was paused if longer than its timer or, without one, at gaps before a new track."""
    result: list[Lap] = []
    pauses: list[tuple[float, float]] = []
    for lap_index, lap in enumerate(laps):
        start_s, first, last = lap.start_s - origin_s, lap.first, lap.last
        if np.isnan(start_s):
            continue
        is_final = lap_index + 1 == len(laps)
        next_start_s = np.nan if is_final else laps[lap_index + 1].start_s - origin_s
        recorded_end_s = float(t_s[last - 1]) if last > first else start_s
        timer_end_s = start_s + float(np.nan_to_num(lap.timer_s))
        end_s = next_start_s if next_start_s >= start_s else max(recorded_end_s, timer_end_s)
        paused_s = (recorded_end_s if is_final else end_s) - start_s - lap.timer_s
        if paused_s > MIN_PAUSE_S:
            times_s = np.append(t_s[first:last], next_start_s if np.isfinite(next_start_s) else recorded_end_s)
            pauses += _locate_pauses(times_s, [index - first for index in lap.track_starts], paused_s)
        elif np.isnan(paused_s):
            min_gap_s = min_pause_s(np.diff(t_s[first:last]))
            gaps = (t_s[index - 1 : index + 1].tolist() for index in lap.track_starts if index < len(t_s))
            pauses += [(before_s, after_s) for before_s, after_s in gaps if after_s - before_s > min_gap_s]
        trigger, intensity = (read_text(lap.element, f"{{*}}{tag}").lower() for tag in ("TriggerMethod", "Intensity"))
        result.append(
            Lap(
                start_s=start_s,
                end_s=end_s,
                trigger=TRIGGER_NAMES.get(trigger, trigger),
                intensity="rest" if intensity == "resting" else intensity,
                name=read_text(lap.element, "{*}Name"),
                timer_s=lap.timer_s,
                distance_m=parse_number(read_text(lap.element, "{*}DistanceMeters")),
            )
        )
    return tuple(result), as_spans(sorted(pauses))


def _locate_pauses(t_s: FloatArray, track_starts: list[int], paused_s: float) -> list[tuple[float, float]]:
    """Place pauses of ``paused_s`` seconds in total in a lap: in gaps before a new track first, then in the longest."""
    gaps_s = np.diff(t_s)
    median_gap_s = float(np.median(gaps_s[gaps_s > 0.0])) if np.any(gaps_s > 0.0) else 1.0
    order = sorted(range(len(gaps_s)), key=lambda index: (index + 1 not in track_starts, -gaps_s[index]))
    return place_pauses(t_s, order, paused_s, median_gap_s)


def _sum_known(values: Iterator[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(sum(finite)) if finite else np.nan


def _read_device(element: Element) -> Device:
    creator = "{*}Creator/{*}"
    major, minor = (read_text(element, f"{creator}Version/{{*}}Version{part}") for part in ("Major", "Minor"))
    software = f"{major}.{minor}" if major and minor else major
    return Device(product=read_text(element, f"{creator}Name"), software="" if software == "0.0" else software)


def _explain_no_activity(root: Element, activities: list[Element], path: str) -> ReadError:
    if any(activity.find("{*}Lap") is not None for activity in activities):
        return ReadError("holds laps without track points: there is nothing to analyse", path=path)
    for tag, description in (("Workout", "a workout plan"), ("Course", "a course")):
        if root.find(f".//{{*}}{tag}") is not None:
            return NoActivityError(f"holds {description}, not a recording", description, path=path)
    return ReadError("holds no activity: there is nothing to analyse", path=path)
