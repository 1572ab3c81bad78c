"""Inspection of a recording: what it holds, how good it is, and how it can be annotated."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document, source_document
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.findings import findings_document
from retropace.core.geodesy import project_along_path_m
from retropace.core.json_values import to_json_values
from retropace.core.parameters import CleanParameters
from retropace.core.spans import contains, midpoints
from retropace.core.units import format_count

REPORTED_COLUMNS = {
    "lat_deg": "position",
    "altitude_m": "altitude",
    "distance_m": "distance",
    "speed_mps": "speed",
    "cadence_recorded": "cadence",
    "heart_rate_bpm": "heart_rate",
    "step_length_m": "step_length",
}
"""Sample columns whose known fraction is reported, each with the quantity's name in the report."""
MIN_LONG_GAP_S = 15.0
"""Shortest time (s) between two records that is reported as a gap; a device that records leaves less."""


@dataclass(frozen=True, slots=True)
class RouteShape:
    """Size of the smallest rectangle around the route, at any angle, and the distance between start and finish."""

    length_m: float
    width_m: float
    ends_apart_m: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a recording holds, as found before any direction is determined; NaN where a value is missing."""

    activity: Activity
    cleaned: CleanedActivity
    record_count: int
    median_interval_s: float  # median time (s) between records
    longest_gap_s: float  # longest time (s) between records, pauses included
    long_gap_count: int  # number of gaps outside the pauses that are longer than ``MIN_LONG_GAP_S``
    column_shares: dict[str, float]  # fraction of the records that have a value of each quantity, by its name
    route_shape: RouteShape | None  # size of the route; None without positions
    manual_lap_count: int  # number of laps ended by a press of the button or by a workout step
    suggestions: tuple[str, ...]  # sentences on how the recording can be annotated and what it lacks

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``inspect --format json``, ready for :func:`json.dumps`."""
        activity, cleaned = self.activity, self.cleaned
        return {
            "schema": "retropace.inspection/1",
            "source": source_document(activity),
            "activity": {
                **activity_document(activity, cleaned),
                "speed_source": cleaned.speed_source,
                "stated": _to_json(activity.device_totals),
            },
            "records": {
                "count": self.record_count,
                "spacing_s": self.median_interval_s,
                "longest_gap_s": self.longest_gap_s,
                "long_gaps": self.long_gap_count,
                "shares": self.column_shares,
                "fields": dict(activity.field_counts),
                "decoding": activity.source.decoding or None,
            },
            "way": None if self.route_shape is None else asdict(self.route_shape),
            "pauses": cleaned.pauses.tolist(),
            "laps": [_to_json(lap) for lap in cleaned.laps],
            "splits": [_to_json(split) for split in cleaned.splits],
            "marks": [_to_json(waypoint) for waypoint in cleaned.waypoints],
            "workout": activity.workout_name or None,
            "steps": [_to_json(step) for step in cleaned.workout_steps],
            "uses": list(self.suggestions),
            **findings_document(cleaned.findings),
        }


def inspect_activity(activity: Activity, parameters: CleanParameters | None = None) -> Inspection:
    """Return what one activity holds; raises :class:`retropace.ReadError` if there is nothing to measure in it."""
    cleaned = clean_activity(activity, parameters)
    samples = activity.samples
    intervals_s = np.diff(np.unique(samples.t_s[np.isfinite(samples.t_s)]))
    gaps_s = np.diff(cleaned.t_s)
    is_paused = contains(cleaned.pauses, midpoints(cleaned.t_s))
    lap_is_auto = is_autolap(cleaned.laps)[:-1]
    manual_lap_count = sum(
        lap.trigger != "" and not is_auto for lap, is_auto in zip(cleaned.laps, lap_is_auto, strict=False)
    )
    return Inspection(
        activity=activity,
        cleaned=cleaned,
        record_count=len(samples),
        median_interval_s=float(np.median(intervals_s)) if len(intervals_s) else 0.0,
        longest_gap_s=float(np.max(gaps_s)) if len(gaps_s) else 0.0,
        long_gap_count=int(np.sum((gaps_s > MIN_LONG_GAP_S) & ~is_paused)),
        column_shares={
            name: float(np.mean(np.isfinite(getattr(samples, column)))) for column, name in REPORTED_COLUMNS.items()
        },
        route_shape=_find_route_shape(cleaned),
        manual_lap_count=manual_lap_count,
        suggestions=tuple(_build_suggestions(activity, cleaned, manual_lap_count)),
    )


def _find_route_shape(cleaned: CleanedActivity) -> RouteShape | None:
    east_m, north_m = project_along_path_m(cleaned.lat_deg, cleaned.lon_deg)
    known = np.isfinite(east_m)
    if known.sum() < 3:
        return None
    import shapely

    points = np.column_stack((east_m[known], north_m[known]))
    # The rectangle around a line is that around its points, and building single points is far slower.
    rectangle = shapely.minimum_rotated_rectangle(shapely.linestrings(points))
    corners = shapely.get_coordinates(rectangle)
    if len(corners) < 4:
        return None
    sides_m = np.sort(np.hypot(*np.diff(corners[:3], axis=0).T))
    return RouteShape(float(sides_m[1]), float(sides_m[0]), float(np.hypot(*(points[-1] - points[0]))))


def _build_suggestions(activity: Activity, cleaned: CleanedActivity, manual_lap_count: int) -> list[str]:
    suggestions = ["mark stretches by elapsed time: --mark 12:30-15:00=backward"]
    if cleaned.distance_source != "none":
        suggestions.append("mark stretches by distance: --mark 1.2km-1.6km=backward")
    if cleaned.start_time is not None:
        suggestions.append(f"mark stretches by the clock: --mark {cleaned.start_time:%H:%M:%SZ}-...=backward")
    if manual_lap_count:
        laps = format_count(manual_lap_count, "lap was", "laps were")
        suggestions.append(f"mark laps: {laps} pressed or ended by a workout step")
    elif len(cleaned.laps) > 1:
        suggestions.append("its laps look automatic: check them before you mark by lap")
    if any(step.name or step.note for step in cleaned.workout_steps):
        suggestions.append("mark workout steps by name: --mark 'step \"NAME\"=backward'")
    if cleaned.workout_steps and all(lap.step_index is None for lap in cleaned.laps):
        suggestions.append("lay the workout in the file along it: --workout file")
    suggestions += [f'take the direction from a field: --field "{name}"' for name in sorted(cleaned.categories)[:3]]
    if not np.any(np.isfinite(cleaned.cadence_spm)):
        suggestions.append("it has no cadence: backward stretches can be told by pace alone")
        if cleaned.distance_source == "none":
            suggestions.append("it has neither pace nor cadence: only what you mark can be told")
    if activity.sub_sport == "treadmill" or not np.any(np.isfinite(cleaned.lat_deg)):
        suggestions.append("it has no positions: distances are the watch's own guess from steps made forward")
    return suggestions


def _to_json(record: Any) -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in to_json_values(asdict(record)).items()}
