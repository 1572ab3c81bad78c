"""Reader of TCX files of Garmin, COROS and others; prefixes of elements are ignored.

No TCX library serves: tcxreader 0.4 drops lap starts, triggers, intensities and laps without points, and knows one
namespace only; python-tcxparser 2.4 does not keep laps with their points; activereader 0.0.2 is no longer maintained.
All three read the file themselves, so that document types and undeclared prefixes could not be handled first.

``TotalTimeSeconds`` of a lap is timer time: where the next lap starts later, the watch was paused. Garmin Connect
writes ``Manual`` on every lap, so the trigger is only what the file says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.document import Element, parse_document, read_text
from retropace.readers.xml.point_values import parse_number
from retropace.readers.xml.tcx_points import (
    POINT_TAG,
    POINT_TAGS,
    TcxPoints,
    TimedPoints,
    read_points,
    select_timed_points,
)

TRIGGER_NAMES = {"manual": "manual", "distance": "distance", "location": "position", "time": "time", "heartrate": ""}
"""Name of a lap trigger in :class:`~retropace.core.activity.Lap`, by the lower-case ``TriggerMethod``."""
MIN_PAUSE_S = 3.0
"""Smallest difference in seconds between a lap's elapsed and timer time that counts as a pause; less is rounding."""

SAMPLE_COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "distance_m", "heart_rate_bpm", "speed_mps")
"""Point columns that are columns of :class:`~retropace.core.activity.Samples`."""
EXTRA_COLUMNS = ("Watts",)
"""Point columns that become extra columns of :class:`~retropace.core.activity.Samples`."""


def read_tcx(data: bytes, path: str) -> list[Activity]:
    """Read all activities of a TCX file that have track points, in file order.

    Raises :class:`ReadError` if there is none. If the file is a course or a workout plan, the error is of its subclass
    :class:`NoActivityError`.
    """
    document = parse_document(data, path, POINT_TAGS, read_points, cut_after=(POINT_TAG,))
    elements = list(document.root.iter("{*}Activity"))
    activities = [_build_activity(element, document.content, path, list(document.warnings)) for element in elements]
    found = [activity for activity in activities if activity is not None]
    if not found:
        raise _explain_no_activity(document.root, elements, path)
    return found


@dataclass(frozen=True, slots=True)
class _LapElement:
    """A ``Lap`` element with its start as POSIX time and its timer time, both in seconds."""

    start_s: float
    timer_s: float
    element: Element


def _build_activity(element: Element, document_points: TcxPoints, path: str, warnings: list[str]) -> Activity | None:
    """Build the activity of an ``Activity`` element; None if no point has a time."""
    tracks: list[range] = []
    lap_edges: list[tuple[Element, list[int]]] = []  # each lap with the point indices between which its tracks lie
    for lap in element.iter("{*}Lap"):
        if next(lap.iterancestors("{*}Activity")) is not element:
            continue  # of an activity that lies in this one because the end tag of this one is missing
        edges = [sum(map(len, tracks))]
        for track in lap.iterchildren("{*}Track"):
            tracks.append(document_points.rows_by_track[track])
            edges.append(edges[-1] + len(tracks[-1]))
        lap_edges.append((lap, edges))
    points = select_timed_points(document_points, tracks)
    if not len(points.posix_s):
        return None
    if not points.is_zoned:
        warnings.append("times name no zone: taken as UTC")
    point_count = len(points.timed_before) - 1
    if missing_time_count := point_count - len(points.posix_s):
        warnings.append(f"{missing_time_count} of {point_count} points have no time and were left out")
    located = [_locate_lap(lap, edges, points) for lap, edges in lap_edges]
    origin_s = float(points.posix_s[0])
    recorded = {name: values for name, values in points.columns.items() if np.any(np.isfinite(values))}
    columns = {name: recorded[name] for name in SAMPLE_COLUMNS if name in recorded}
    run_cadence, cadence = points.columns["run_cadence"], points.columns["cadence"]
    if "run_cadence" in recorded or "cadence" in recorded:
        columns["cadence_recorded"] = np.where(np.isfinite(run_cadence), run_cadence, cadence)
    extra = {name: recorded[name] for name in EXTRA_COLUMNS if name in recorded}
    t_s = points.posix_s - origin_s
    laps, pauses = _build_laps(located, t_s, origin_s)
    field_counts = {name: int(np.sum(np.isfinite(recorded[name]))) for name in sorted(recorded)}
    return Activity(
        source=Source(path, "tcx"),
        samples=Samples.from_columns(t_s, extra, None, **columns),
        start_time=datetime.fromtimestamp(origin_s, UTC),
        sport=element.get("Sport", "").strip().lower(),
        description=read_text(element, "{*}Notes"),
        device=_read_device(element),
        laps=laps,
        pauses=pauses,
        device_totals=DeviceTotals(
            distance_m=_sum_known(parse_number(read_text(lap.element, "{*}DistanceMeters")) for lap, *_ in located),
            timer_s=_sum_known(lap.timer_s for lap, *_ in located),
        ),
        field_counts=MappingProxyType(field_counts),
        warnings=tuple(warnings),
    )


def _locate_lap(lap: Element, edges: list[int], points: TimedPoints) -> tuple[_LapElement, int, int, list[int]]:
    """Find which points belong to a lap; all indices that are returned count only points with a time.

    Returns the lap, the index of its first point, the index after its last point, and the indices at which its second
    and later tracks start. ``edges`` are indices among all points: where each of its tracks starts, and where the last
    one ends.
    """
    first, *later_edges = points.timed_before[edges].tolist()
    last = later_edges[-1] if later_edges else first
    start = parse_time(lap.get("StartTime", ""))
    start_s = start[0] if start is not None else float(points.posix_s[first]) if last > first else np.nan
    # A track without points has no start.
    track_starts = list(dict.fromkeys(index for index in later_edges[:-1] if index > first))
    return _LapElement(start_s, parse_number(read_text(lap, "{*}TotalTimeSeconds")), lap), first, last, track_starts


def _build_laps(
    laps: list[tuple[_LapElement, int, int, list[int]]], t_s: FloatArray, origin_s: float
) -> tuple[tuple[Lap, ...], Spans]:
    """Build the laps and the pauses of an activity.

    A lap whose elapsed time exceeds its timer time was paused. A lap without timer time was paused where a new track
    starts after an unusually long gap. A lap with neither points nor a start is left out.
    """
    result: list[Lap] = []
    pauses: list[tuple[float, float]] = []
    for lap_index, (lap, first, last, track_starts) in enumerate(laps):
        start_s = lap.start_s - origin_s
        if np.isnan(start_s):
            continue
        next_start_s = laps[lap_index + 1][0].start_s - origin_s if lap_index + 1 < len(laps) else np.nan
        recorded_end_s = float(t_s[last - 1]) if last > first else start_s
        timer_end_s = start_s + float(np.nan_to_num(lap.timer_s))
        end_s = next_start_s if next_start_s >= start_s else max(recorded_end_s, timer_end_s)
        paused_s = end_s - start_s - lap.timer_s
        if lap_index + 1 == len(laps):
            paused_s = recorded_end_s - start_s - lap.timer_s
        if paused_s > MIN_PAUSE_S:
            times_s = np.append(t_s[first:last], next_start_s if np.isfinite(next_start_s) else recorded_end_s)
            pauses += _locate_pauses(times_s, [index - first for index in track_starts], paused_s)
        elif np.isnan(paused_s):
            steps_s = np.diff(t_s[first:last])
            min_gap_s = max(MIN_PAUSE_S, 2.0 * float(np.median(steps_s))) if len(steps_s) else 0.0
            resumed = [index for index in track_starts if index < len(t_s) and t_s[index] - t_s[index - 1] > min_gap_s]
            pauses += [(float(t_s[index - 1]), float(t_s[index])) for index in resumed]
        trigger = read_text(lap.element, "{*}TriggerMethod").lower()
        result.append(
            Lap(
                start_s=start_s,
                end_s=end_s,
                trigger=TRIGGER_NAMES.get(trigger, trigger),
                intensity={"resting": "rest"}.get(text := read_text(lap.element, "{*}Intensity").lower(), text),
                name=read_text(lap.element, "{*}Name"),
                timer_s=lap.timer_s,
                distance_m=parse_number(read_text(lap.element, "{*}DistanceMeters")),
            )
        )
    return tuple(result), as_spans(sorted(pauses))


def _locate_pauses(t_s: FloatArray, track_starts: list[int], paused_s: float) -> list[tuple[float, float]]:
    """Place pauses of ``paused_s`` seconds in total in a lap with points at ``t_s``; returns start and end of each.

    They are put into the gaps before a new track first, and then into the longest other gaps.
    """
    gaps_s = np.diff(t_s)
    median_gap_s = float(np.median(gaps_s[gaps_s > 0.0])) if np.any(gaps_s > 0.0) else 1.0
    order = sorted(range(len(gaps_s)), key=lambda index: (index + 1 not in track_starts, -gaps_s[index]))
    pauses = []
    for index in order:
        if paused_s <= MIN_PAUSE_S or gaps_s[index] <= median_gap_s:
            break
        length_s = min(paused_s, float(gaps_s[index]))
        pauses.append((float(t_s[index]), float(t_s[index]) + length_s))
        paused_s -= length_s
    return pauses


def _sum_known(values: Iterator[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(sum(finite)) if finite else np.nan


def _read_device(element: Element) -> Device:
    creator = "{*}Creator/{*}"
    major, minor = (read_text(element, f"{creator}Version/{{*}}Version{part}") for part in ("Major", "Minor"))
    software = f"{major}.{minor}" if major and minor else major
    return Device(product=read_text(element, f"{creator}Name"), software="" if software == "0.0" else software)


def _explain_no_activity(root: Element, activities: list[Element], path: str) -> ReadError:
    """Build the error for a document without any activity that has track points."""
    if any(activity.find("{*}Lap") is not None for activity in activities):
        return ReadError("holds laps without track points: there is nothing to analyse", path=path)
    if root.find(".//{*}Workout") is not None:
        return NoActivityError("holds a workout plan, not a recording", "a workout plan", path=path)
    if root.find(".//{*}Course") is not None:
        return NoActivityError("holds a course, not a recording", "a course", path=path)
    return ReadError("holds no activity: there is nothing to analyse", path=path)
