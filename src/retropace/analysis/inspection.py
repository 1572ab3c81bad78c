"""What a recording holds, how good it is, and what can be done with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document, source_document
from retropace.cleaning.clean import clean_activity
from retropace.core.activity import Activity, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import project_along_path_m
from retropace.core.parameters import CleanParameters
from retropace.core.spans import contains

REPORTED_COLUMNS = (
    "lat_deg",
    "altitude_m",
    "distance_m",
    "speed_mps",
    "cadence_recorded",
    "heart_rate_bpm",
    "step_length_m",
)
COLUMN_NAMES = {"lat_deg": "position", "cadence_recorded": "cadence"}
MIN_LONG_GAP_S = 15.0
"""No watch leaves more between records while it records."""


@dataclass(frozen=True, slots=True)
class RouteShape:
    """The shape of the way: the smallest rectangle around it, at any angle, and how far its ends lie apart."""

    length_m: float
    width_m: float
    ends_apart_m: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """A recording as found, before anything is labelled. Shares are of the records; NaN is missing."""

    activity: Activity
    cleaned: CleanedActivity
    record_count: int
    median_interval_s: float
    """Median seconds between records."""
    longest_gap_s: float
    long_gap_count: int
    """Gaps longer than ``LONG_GAP_S`` outside the pauses."""
    column_shares: dict[str, float]
    """For each quantity the share of records that have it."""
    route_shape: RouteShape | None
    manual_lap_count: int
    """Laps that somebody ended, by a press or a workout step; an autolap is none."""
    suggestions: tuple[str, ...]
    """What can be done with it, a sentence each."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, ready for :func:`json.dumps`."""
        activity, track = self.activity, self.cleaned
        return {
            "schema": "retropace.inspection/1",
            "source": source_document(activity),
            "activity": {
                **activity_document(activity, track),
                "speed_source": track.speed_source,
                "stated": {name: _json_value(value) for name, value in asdict(activity.device_totals).items()},
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
            "pauses": track.pauses.tolist(),
            "laps": [{name: _json_value(value) for name, value in asdict(lap).items()} for lap in track.laps],
            "splits": [{name: _json_value(value) for name, value in asdict(split).items()} for split in track.splits],
            "marks": [{name: _json_value(value) for name, value in asdict(mark).items()} for mark in track.waypoints],
            "workout": activity.workout_name or None,
            "steps": [
                {name: _json_value(value) for name, value in asdict(step).items()} for step in track.workout_steps
            ],
            "uses": list(self.suggestions),
            "warnings": list(track.warnings),
        }


def inspect_activity(activity: Activity, settings: CleanParameters | None = None) -> Inspection:
    """Look at one activity; raises :class:`retropace.core.errors.ReadError` if there is nothing to measure in it."""
    track = clean_activity(activity, settings)
    samples = activity.samples
    count = len(samples)
    gaps = np.diff(np.unique(samples.t_s[np.isfinite(samples.t_s)]))
    spread = np.diff(track.t_s)
    middle = (track.t_s[1:] + track.t_s[:-1]) / 2.0
    paused = contains(track.pauses, middle)
    by_itself = is_autolap(track.laps)[:-1]
    pressed = sum(lap.trigger != "" and not own for lap, own in zip(track.laps, by_itself, strict=False))
    return Inspection(
        activity=activity,
        cleaned=track,
        record_count=count,
        median_interval_s=float(np.median(gaps)) if len(gaps) else 0.0,
        longest_gap_s=float(np.max(spread)) if len(spread) else 0.0,
        long_gap_count=int(np.sum((spread > MIN_LONG_GAP_S) & ~paused)),
        column_shares={
            COLUMN_NAMES.get(name, name.rpartition("_")[0]): float(np.mean(np.isfinite(getattr(samples, name))))
            for name in REPORTED_COLUMNS
        },
        route_shape=_find_route_shape(track),
        manual_lap_count=pressed,
        suggestions=tuple(_build_suggestions(activity, track, pressed)),
    )


def _find_route_shape(cleaned: CleanedActivity) -> RouteShape | None:
    """The extent of the positions, by shapely's minimum rotated rectangle; None without three different ones."""
    east, north = project_along_path_m(cleaned.lat_deg, cleaned.lon_deg)
    known = np.isfinite(east)
    if known.sum() < 3:
        return None
    import shapely

    points = np.column_stack((east[known], north[known]))
    # Around a line the rectangle is the one around its points, which cost far more to make one by one.
    box = shapely.minimum_rotated_rectangle(shapely.linestrings(points))
    corners = shapely.get_coordinates(box)
    if len(corners) < 4:
        return None
    sides = np.sort(np.hypot(*np.diff(corners[:3], axis=0).T))
    return RouteShape(float(sides[1]), float(sides[0]), float(np.hypot(*(points[-1] - points[0]))))


def _build_suggestions(activity: Activity, cleaned: CleanedActivity, manual_lap_count: int) -> list[str]:
    uses = ["mark stretches by elapsed time: --mark 12:30-15:00=backward"]
    if cleaned.distance_source != "none":
        uses.append("mark stretches by distance: --mark 1.2km-1.6km=backward")
    if cleaned.start_time is not None:
        uses.append(f"mark stretches by the clock: --mark {cleaned.start_time:%H:%M:%SZ}-...=backward")
    if manual_lap_count:
        uses.append(
            f"mark laps: {manual_lap_count} lap{'s were' if manual_lap_count > 1 else ' was'} pressed or ended by a workout step"
        )
    elif len(cleaned.laps) > 1:
        uses.append("its laps look automatic: check them before you mark by lap")
    if any(step.name or step.note for step in cleaned.workout_steps):
        uses.append("mark workout steps by name: --mark 'step \"NAME\"=backward'")
    if cleaned.workout_steps and all(lap.step_index is None for lap in cleaned.laps):
        uses.append("lay the workout in the file along it: --workout file")
    uses += [f'take the direction from a field: --field "{name}"' for name in sorted(cleaned.categories)[:3]]
    if not np.any(np.isfinite(cleaned.cadence_spm)):
        uses.append("it has no cadence: backward stretches can be told by pace alone")
    if cleaned.distance_source == "none" and not np.any(np.isfinite(cleaned.cadence_spm)):
        uses.append("it has neither pace nor cadence: only what you mark can be told")
    if activity.sub_sport == "treadmill" or not np.any(np.isfinite(cleaned.lat_deg)):
        uses.append("it has no positions: distances are the watch's own guess from steps made forward")
    return uses


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value != "" else None
