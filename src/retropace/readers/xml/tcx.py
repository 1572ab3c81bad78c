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

from retropace.core.activity import Activity, Device, Lap, Samples, Source, StatedTotals
from retropace.core.errors import NoActivityError, ReadError
from retropace.core.spans import Column, Spans, as_spans
from retropace.readers.iso_times import parse_time
from retropace.readers.xml.point_values import Leaves
from retropace.readers.xml.repair import Alike, local, tidy
from retropace.readers.xml.tcx_points import POINT, Stretches, TimedPoints, gather, stretches, timed_points, wanted

TRIGGERS = {"manual": "manual", "distance": "distance", "location": "position", "time": "time", "heartrate": ""}
PAUSED_S = 3.0
"""Laps and points are stamped to the second: less than this between timer and clock is rounding."""

OURS = ("lat_deg", "lon_deg", "altitude_m", "distance_m", "heart_rate_bpm", "speed_mps")
EXTRA = ("Watts",)

Element = ElementTree.Element


def read_tcx(data: bytes, path: str) -> list[Activity]:
    """Every activity of the file in order; raises :class:`ReadError` if none has track points."""
    document = tidy(data, path, complete=(POINT,), alike=Alike(POINT, wanted))
    try:
        root = ElementTree.fromstring(document.body)  # tidy() has refused any document type
    except ElementTree.ParseError as bad:
        raise ReadError(f"is no usable TCX: {_said_of_whole(data, path) or bad}", path=path) from None
    taken_out = stretches(root, document)
    elements = [element for element in root.iter() if local(element.tag) == "Activity"]
    activities = []
    for element in elements:
        activity = _activity(element, taken_out, path, list(document.warnings))
        if activity is not None:
            activities.append(activity)
    if not activities:
        raise _why_nothing(root, elements, path)
    return activities


def _said_of_whole(data: bytes, path: str) -> str:
    """What ElementTree says of the document with all its points: it names a line and a column."""
    try:
        ElementTree.fromstring(tidy(data, path, complete=(POINT,)).body)
    except ElementTree.ParseError as bad:
        return str(bad)
    return ""


@dataclass(frozen=True, slots=True)
class _LapElement:
    start_s: float
    timer_s: float
    element: Element


def _activity(element: Element, taken_out: Stretches, path: str, warnings: list[str]) -> Activity | None:
    leaves = Leaves()
    tracks: list[tuple[Element, list[int]]] = []
    """For each lap from which point on each of its tracks goes, and where the last one ends."""
    for lap in _children(element, "Lap"):
        edges = [leaves.count]
        for track in _children(lap, "Track"):
            gather(track, taken_out, leaves)
            edges.append(leaves.count)
        tracks.append((lap, edges))
    points = timed_points(leaves)
    if not len(points.posix_s):
        return None
    if not points.zoned:
        warnings.append("times name no zone: taken as UTC")
    if points.untimed:
        warnings.append(f"{points.untimed} of {leaves.count} points have no time and were left out")
    laps = [_placed(lap, edges, points) for lap, edges in tracks]
    origin = float(points.posix_s[0])
    held = {name: values for name, values in points.columns.items() if np.any(np.isfinite(values))}
    columns = {name: held[name] for name in OURS if name in held}
    run_cadence, cadence = points.columns["run_cadence"], points.columns["cadence"]
    if "run_cadence" in held or "cadence" in held:
        columns["cadence_recorded"] = np.where(np.isfinite(run_cadence), run_cadence, cadence)
    extra = {name: held[name] for name in EXTRA if name in held}
    t_s = points.posix_s - origin
    found, pauses = _laps(laps, t_s, origin)
    counts = {name: int(np.sum(np.isfinite(held[name]))) for name in sorted(held)}
    return Activity(
        source=Source(path, "tcx"),
        samples=Samples.from_columns(t_s, extra, None, **columns),
        start_time=datetime.fromtimestamp(origin, UTC),
        sport=element.get("Sport", "").strip().lower(),
        description=_text(element, "Notes"),
        device=_device(element),
        laps=found,
        pauses=pauses,
        stated=StatedTotals(
            distance_m=_sum(_number(lap.element, "DistanceMeters") for lap, *_ in laps),
            timer_s=_sum(lap.timer_s for lap, *_ in laps),
        ),
        fields=MappingProxyType(counts),
        warnings=tuple(warnings),
    )


def _placed(lap: Element, edges: list[int], points: TimedPoints) -> tuple[_LapElement, int, int, list[int]]:
    """A lap, its points that have a time, from which on to which, and where among them a further track begins."""
    first, *inner = points.before[edges].tolist()
    last = inner[-1] if inner else first
    told = parse_time(lap.get("StartTime", ""))
    start_s = told[0] if told is not None else float(points.posix_s[first]) if last > first else np.nan
    breaks = list(dict.fromkeys(at for at in inner[:-1] if at > first))  # a track without points begins nowhere
    return _LapElement(start_s, _number(lap, "TotalTimeSeconds"), lap), first, last, breaks


def _laps(
    laps: list[tuple[_LapElement, int, int, list[int]]], t_s: Column, origin: float
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
        if paused_s > PAUSED_S:
            until = np.append(t_s[first:last], following if np.isfinite(following) else recorded_end)
            pauses += _gaps(until, [at - first for at in breaks], paused_s)
        elif np.isnan(paused_s):
            step_s = np.diff(t_s[first:last])
            longest_s = max(PAUSED_S, 2.0 * float(np.median(step_s))) if len(step_s) else 0.0
            begun = [at for at in breaks if at < len(t_s) and t_s[at] - t_s[at - 1] > longest_s]
            pauses += [(float(t_s[at - 1]), float(t_s[at])) for at in begun]
        trigger = _text(lap.element, "TriggerMethod").lower()
        found.append(
            Lap(
                start_s=start_s,
                end_s=end_s,
                trigger=TRIGGERS.get(trigger, trigger),
                intensity={"resting": "rest"}.get(text := _text(lap.element, "Intensity").lower(), text),
                name=_text(lap.element, "Name"),
                timer_s=lap.timer_s,
                distance_m=_number(lap.element, "DistanceMeters"),
            )
        )
    return tuple(found), as_spans(sorted(pauses))


def _gaps(t_s: Column, breaks: list[int], paused_s: float) -> list[tuple[float, float]]:
    """Where the paused seconds of a lap lie: in the gaps where a new track starts, then in the longest others."""
    gap_s = np.diff(t_s)
    usual_s = float(np.median(gap_s[gap_s > 0.0])) if np.any(gap_s > 0.0) else 1.0
    order = sorted(range(len(gap_s)), key=lambda at: (at + 1 not in breaks, -gap_s[at]))
    pauses = []
    for at in order:
        if paused_s <= PAUSED_S or gap_s[at] <= usual_s:
            break
        length = min(paused_s, float(gap_s[at]))
        pauses.append((float(t_s[at]), float(t_s[at]) + length))
        paused_s -= length
    return pauses


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local(child.tag) == name]


def _text(element: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in _children(element, name)), "")


def _number(element: Element, name: str) -> float:
    try:
        return float(_text(element, name))
    except ValueError:
        return np.nan


def _sum(values: Iterator[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(sum(known)) if known else np.nan


def _device(element: Element) -> Device:
    for creator in _children(element, "Creator"):
        for version in _children(creator, "Version"):
            major, minor = _text(version, "VersionMajor"), _text(version, "VersionMinor")
            software = f"{major}.{minor}" if major and minor else major
            return Device(product=_text(creator, "Name"), software="" if software == "0.0" else software)
        return Device(product=_text(creator, "Name"))
    return Device()


def _why_nothing(root: Element, activities: list[Element], path: str) -> ReadError:
    names = {local(element.tag) for element in root.iter()}
    if any(_children(activity, "Lap") for activity in activities):
        return ReadError("holds laps without track points: there is nothing to analyse", path=path)
    if "Workout" in names:
        return NoActivityError("holds a workout plan, not a recording", "a workout plan", path=path)
    if "Course" in names:
        return NoActivityError("holds a course, not a recording", "a course", path=path)
    return ReadError("holds no activity: there is nothing to analyse", path=path)
