"""Waypoints dropped on the way: one named "backward" opens a stretch, "forward", "rest" or "end" closes it."""

from __future__ import annotations

import numpy as np

from retropace.annotations.language.interpret import interpret_name
from retropace.annotations.language.labels import Label
from retropace.annotations.language.normalize import normalize
from retropace.annotations.model.annotation import Annotation, Origin
from retropace.core.activity import Waypoint
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import compute_distances_m

EDGE_TOLERANCE_S = 5.0
"""Taking the phone out and typing a name takes a while; people do it where they turn, or just before."""
MAX_DISTANCE_M = 30.0
"""A waypoint without a time belongs to the moment when the runner first came as near as this."""
CLOSING_NAMES = frozenset(
    normalize(word) for word in ("end", "ende", "stop", "fin", "fine", "einde", "koniec", "конец", "終了", "结束", "끝")
)


def find_waypoint_annotations(track: CleanedActivity) -> tuple[list[Annotation], tuple[str, ...]]:
    """The stretches between waypoints; none if no waypoint says backward."""
    warnings: list[str] = []
    moments: list[tuple[float, Label | None, Waypoint]] = []
    for mark in track.waypoints:
        label, counts = _interpret_waypoint(mark, warnings)
        if not counts:
            continue
        at_s = mark.t_s if np.isfinite(mark.t_s) else _find_passing_time_s(track, mark)
        if not 0.0 <= at_s <= track.elapsed_s:
            if label is not None and label.direction == "backward":
                warnings.append(f'waypoint "{mark.name}" lies neither within the time nor on the way: passed over')
            continue
        moments.append((at_s, label, mark))
    moments.sort(key=lambda moment: moment[0])
    found: list[Annotation] = []
    for number, (at_s, label, mark) in enumerate(moments):
        end_s = moments[number + 1][0] if number + 1 < len(moments) else track.elapsed_s
        if label is not None and at_s < end_s:
            origin = Origin("waypoint", f'waypoint "{mark.name}"')
            found.append(Annotation(at_s, end_s, label, mark.note, origin, EDGE_TOLERANCE_S))
    if not any(one.label.direction == "backward" for one in found):
        return [], tuple(warnings)
    count = sum(one.label.direction == "backward" for one in found)
    stretches = f"{count} stretch{'es' * (count > 1)}"
    return found, (*warnings, f"waypoints say backward for {stretches}; --ignore-names to do without")


def _interpret_waypoint(waypoint: Waypoint, warnings: list[str]) -> tuple[Label | None, bool]:
    """The label a waypoint opens (None if it only closes), and whether it says anything."""
    if normalize(waypoint.name) in CLOSING_NAMES:
        return None, True
    meaning = interpret_name(waypoint.name) if waypoint.name else None
    if meaning is None and waypoint.note and not waypoint.name:
        meaning = interpret_name(waypoint.note)
    if meaning is None:
        return None, False
    if meaning.is_ambiguous:
        warnings.append(
            f'waypoint "{waypoint.name}" says "{meaning.word}", which may mean the way: nothing was labelled by it; '
            'call it "backward" if that is what you did there'
        )
        return None, False
    return meaning.label, True


def _find_passing_time_s(track: CleanedActivity, waypoint: Waypoint) -> float:
    """When the runner first came near to a waypoint: the nearest moment of the first passage; NaN if never."""
    there = np.flatnonzero(np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg))
    if len(there) == 0 or not (np.isfinite(waypoint.lat_deg) and np.isfinite(waypoint.lon_deg)):
        return np.nan
    lat, lon = np.repeat(track.lat_deg[there], 2), np.repeat(track.lon_deg[there], 2)
    lat[1::2], lon[1::2] = waypoint.lat_deg, waypoint.lon_deg
    away_m = compute_distances_m(lat, lon)[::2]
    near = np.flatnonzero(away_m <= MAX_DISTANCE_M)
    if len(near) == 0:
        return np.nan
    first = near[: int(np.argmax(np.diff(near, append=near[-1] + 2) > 1)) + 1]
    return float(track.t_s[there[first[int(np.argmin(away_m[first]))]]])
