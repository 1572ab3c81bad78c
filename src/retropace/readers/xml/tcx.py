"""TCX of Garmin, COROS and others, by local names with the standard library's ElementTree.

No TCX library serves: tcxreader 0.4 drops lap starts, triggers, intensities and laps without points, and knows one
namespace only; python-tcxparser 2.4 keeps no laps with their points; activereader 0.0.2 is no longer kept up. All three
read the file themselves, so that a document type or an undeclared prefix could not be dealt with first.

``TotalTimeSeconds`` of a lap is timer time: where the next lap starts later, the watch was paused. Garmin Connect
writes ``Manual`` on every lap, so the trigger is what the file says, not what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from xml.etree import ElementTree

import numpy as np

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import FloatArray, Spans, as_spans
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.point_values import PointValues
from retropace.readers.xml.repair import RepeatedElement, local_name, repair_document
from retropace.readers.xml.tcx_points import (
    POINT_TAG,
    BlockByElement,
    TimedPoints,
    add_track_points,
    build_timed_points,
    find_blocks,
    is_wanted,
)

TRIGGER_NAMES = {"manual": "manual", "distance": "distance", "location": "position", "time": "time", "heartrate": ""}
MIN_PAUSE_S = 3.0
"""Laps and points are stamped to the second: less than this between timer and clock is rounding."""

SAMPLE_COLUMNS = ("lat_deg", "lon_deg", "altitude_m", "distance_m", "heart_rate_bpm", "speed_mps")
EXTRA_COLUMNS = ("Watts",)

Element = ElementTree.Element


def read_tcx(data: bytes, path: str) -> list[Activity]:
    """Every activity of the file in order; raises :class:`ReadError` if none has track points."""
    document = repair_document(data, path, cut_after=(POINT_TAG,), repeated=RepeatedElement(POINT_TAG, is_wanted))
    try:
        root = ElementTree.fromstring(document.body)  # tidy() has refused any document type
    except ElementTree.ParseError as bad:
        raise ReadError(f"is no usable TCX: {_find_parse_error(data, path) or bad}", path=path) from None
    taken_out = find_blocks(root, document)
    elements = [element for element in root.iter() if local_name(element.tag) == "Activity"]
    activities = []
    for element in elements:
        activity = _build_activity(element, taken_out, path, list(document.warnings))
        if activity is not None:
            activities.append(activity)
    if not activities:
        raise _explain_no_activity(root, elements, path)
    return activities


def _find_parse_error(data: bytes, path: str) -> str:
    """What ElementTree says of the document with all its points: it names a line and a column."""
    try:
        ElementTree.fromstring(repair_document(data, path, cut_after=(POINT_TAG,)).body)
    except ElementTree.ParseError as bad:
        return str(bad)
    return ""


@dataclass(frozen=True, slots=True)
class _LapElement:
    start_s: float
    timer_s: float
    element: Element


def _build_activity(element: Element, blocks: BlockByElement, path: str, warnings: list[str]) -> Activity | None:
    leaves = PointValues()
    tracks: list[tuple[Element, list[int]]] = []
    """For each lap from which point on each of its tracks goes, and where the last one ends."""
    for lap in _find_children(element, "Lap"):
        edges = [leaves.count]
        for track in _find_children(lap, "Track"):
            add_track_points(track, blocks, leaves)
            edges.append(leaves.count)
        tracks.append((lap, edges))
    points = build_timed_points(leaves)
    if not len(points.posix_s):
        return None
    if not points.is_zoned:
        warnings.append("times name no zone: taken as UTC")
    if points.missing_time_count:
        warnings.append(f"{points.missing_time_count} of {leaves.count} points have no time and were left out")
    laps = [_locate_lap(lap, edges, points) for lap, edges in tracks]
    origin = float(points.posix_s[0])
    held = {name: values for name, values in points.columns.items() if np.any(np.isfinite(values))}
    columns = {name: held[name] for name in SAMPLE_COLUMNS if name in held}
    run_cadence, cadence = points.columns["run_cadence"], points.columns["cadence"]
    if "run_cadence" in held or "cadence" in held:
        columns["cadence_recorded"] = np.where(np.isfinite(run_cadence), run_cadence, cadence)
    extra = {name: held[name] for name in EXTRA_COLUMNS if name in held}
    t_s = points.posix_s - origin
    found, pauses = _build_laps(laps, t_s, origin)
    counts = {name: int(np.sum(np.isfinite(held[name]))) for name in sorted(held)}
    return Activity(
        source=Source(path, "tcx"),
        samples=Samples.from_columns(t_s, extra, None, **columns),
        start_time=datetime.fromtimestamp(origin, UTC),
        sport=element.get("Sport", "").strip().lower(),
        description=_read_text(element, "Notes"),
        device=_read_device(element),
        laps=found,
        pauses=pauses,
        device_totals=DeviceTotals(
            distance_m=_sum_known(_read_number(lap.element, "DistanceMeters") for lap, *_ in laps),
            timer_s=_sum_known(lap.timer_s for lap, *_ in laps),
        ),
        field_counts=MappingProxyType(counts),
        warnings=tuple(warnings),
    )


def _locate_lap(lap: Element, edges: list[int], points: TimedPoints) -> tuple[_LapElement, int, int, list[int]]:
    """A lap, its points that have a time, from which on to which, and where among them a further track begins."""
    first, *inner = points.timed_before[edges].tolist()
    last = inner[-1] if inner else first
    told = parse_time(lap.get("StartTime", ""))
    start_s = told[0] if told is not None else float(points.posix_s[first]) if last > first else np.nan
    breaks = list(dict.fromkeys(at for at in inner[:-1] if at > first))  # a track without points begins nowhere
    return _LapElement(start_s, _read_number(lap, "TotalTimeSeconds"), lap), first, last, breaks


def _build_laps(
    laps: list[tuple[_LapElement, int, int, list[int]]], t_s: FloatArray, origin: float
) -> tuple[tuple[Lap, ...], Spans]:
    """The laps, and the pauses that follow from laps that took longer by the clock than by the timer.

    A lap that says nothing of its timer was paused where a new track begins later than a point would. One without
    points whose start is not told has no place on the axis and is left out.
    """
    found: list[Lap] = []
    pauses: list[tuple[float, float]] = []
    for number, (lap, first, last, breaks) in enumerate(laps):
        start_s = lap.start_s - origin
        if np.isnan(start_s):
            continue
        following = laps[number + 1][0].start_s - origin if number + 1 < len(laps) else np.nan
        recorded_end = float(t_s[last - 1]) if last > first else start_s
        end_s = following if following >= start_s else max(recorded_end, start_s + float(np.nan_to_num(lap.timer_s)))
        paused_s = end_s - start_s - lap.timer_s
        if number + 1 == len(laps):
            paused_s = recorded_end - start_s - lap.timer_s
        if paused_s > MIN_PAUSE_S:
            until = np.append(t_s[first:last], following if np.isfinite(following) else recorded_end)
            pauses += _locate_pauses(until, [at - first for at in breaks], paused_s)
        elif np.isnan(paused_s):
            step_s = np.diff(t_s[first:last])
            longest_s = max(MIN_PAUSE_S, 2.0 * float(np.median(step_s))) if len(step_s) else 0.0
            begun = [at for at in breaks if at < len(t_s) and t_s[at] - t_s[at - 1] > longest_s]
            pauses += [(float(t_s[at - 1]), float(t_s[at])) for at in begun]
        trigger = _read_text(lap.element, "TriggerMethod").lower()
        found.append(
            Lap(
                start_s=start_s,
                end_s=end_s,
                trigger=TRIGGER_NAMES.get(trigger, trigger),
                intensity={"resting": "rest"}.get(text := _read_text(lap.element, "Intensity").lower(), text),
                name=_read_text(lap.element, "Name"),
                timer_s=lap.timer_s,
                distance_m=_read_number(lap.element, "DistanceMeters"),
            )
        )
    return tuple(found), as_spans(sorted(pauses))


def _locate_pauses(t_s: FloatArray, breaks: list[int], paused_s: float) -> list[tuple[float, float]]:
    """Where the paused seconds of a lap lie: in the gaps where a new track starts, then in the longest others."""
    gap_s = np.diff(t_s)
    usual_s = float(np.median(gap_s[gap_s > 0.0])) if np.any(gap_s > 0.0) else 1.0
    order = sorted(range(len(gap_s)), key=lambda at: (at + 1 not in breaks, -gap_s[at]))
    pauses = []
    for at in order:
        if paused_s <= MIN_PAUSE_S or gap_s[at] <= usual_s:
            break
        length = min(paused_s, float(gap_s[at]))
        pauses.append((float(t_s[at]), float(t_s[at]) + length))
        paused_s -= length
    return pauses


def _find_children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child.tag) == name]


def _read_text(element: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in _find_children(element, name)), "")


def _read_number(element: Element, name: str) -> float:
    try:
        return float(_read_text(element, name))
    except ValueError:
        return np.nan


def _sum_known(values: Iterator[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(sum(known)) if known else np.nan


def _read_device(element: Element) -> Device:
    for creator in _find_children(element, "Creator"):
        for version in _find_children(creator, "Version"):
            major, minor = _read_text(version, "VersionMajor"), _read_text(version, "VersionMinor")
            software = f"{major}.{minor}" if major and minor else major
            return Device(product=_read_text(creator, "Name"), software="" if software == "0.0" else software)
        return Device(product=_read_text(creator, "Name"))
    return Device()


def _explain_no_activity(root: Element, activities: list[Element], path: str) -> ReadError:
    names = {local_name(element.tag) for element in root.iter()}
    if any(_find_children(activity, "Lap") for activity in activities):
        return ReadError("holds laps without track points: there is nothing to analyse", path=path)
    if "Workout" in names:
        return NoActivityError("holds a workout plan, not a recording", "a workout plan", path=path)
    if "Course" in names:
        return NoActivityError("holds a course, not a recording", "a course", path=path)
    return ReadError("holds no activity: there is nothing to analyse", path=path)
