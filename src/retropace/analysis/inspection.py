"""What a recording holds, how good it is, and what can be done with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from retropace.analysis.json_document import activity_document, source_document
from retropace.cleaning.clean import clean
from retropace.core.activity import Activity, automatic
from retropace.core.cleaned_activity import Track
from retropace.core.geodesy import plane_m
from retropace.core.parameters import CleanSettings
from retropace.core.spans import covered

COLUMNS = ("lat_deg", "altitude_m", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm", "step_length_m")
WORDS = {"lat_deg": "position", "cadence_recorded": "cadence"}
LONG_GAP_S = 15.0
"""No watch leaves more between records while it records."""


@dataclass(frozen=True, slots=True)
class Way:
    """The shape of the way: the smallest rectangle around it, at any angle, and how far its ends lie apart."""

    length_m: float
    width_m: float
    ends_apart_m: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """A recording as found, before anything is labelled. Shares are of the records; NaN is missing."""

    activity: Activity
    track: Track
    records: int
    spacing_s: float
    """Median seconds between records."""
    longest_gap_s: float
    long_gaps: int
    """Gaps longer than ``LONG_GAP_S`` outside the pauses."""
    shares: dict[str, float]
    """For each quantity the share of records that have it."""
    way: Way | None
    pressed_laps: int
    """Laps that somebody ended, by a press or a workout step; an autolap is none."""
    uses: tuple[str, ...]
    """What can be done with it, a sentence each."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, ready for :func:`json.dumps`."""
        activity, track = self.activity, self.track
        return {
            "schema": "retropace.inspection/1",
            "source": source_document(activity),
            "activity": {
                **activity_document(activity, track),
                "speed_source": track.speed_source,
                "stated": {name: _known(value) for name, value in asdict(activity.stated).items()},
            },
            "records": {
                "count": self.records,
                "spacing_s": self.spacing_s,
                "longest_gap_s": self.longest_gap_s,
                "long_gaps": self.long_gaps,
                "shares": self.shares,
                "fields": dict(activity.fields),
                "decoding": activity.source.decoding or None,
            },
            "way": None if self.way is None else asdict(self.way),
            "pauses": track.pauses.tolist(),
            "laps": [{name: _known(value) for name, value in asdict(lap).items()} for lap in track.laps],
            "splits": [{name: _known(value) for name, value in asdict(split).items()} for split in track.splits],
            "marks": [{name: _known(value) for name, value in asdict(mark).items()} for mark in track.marks],
            "workout": activity.workout_name or None,
            "steps": [{name: _known(value) for name, value in asdict(step).items()} for step in track.steps],
            "uses": list(self.uses),
            "warnings": list(track.warnings),
        }


def inspect_activity(activity: Activity, settings: CleanSettings | None = None) -> Inspection:
    """Look at one activity; raises :class:`retropace.core.errors.ReadError` if there is nothing to measure in it."""
    track = clean(activity, settings)
    samples = activity.samples
    count = len(samples)
    gaps = np.diff(np.unique(samples.t_s[np.isfinite(samples.t_s)]))
    spread = np.diff(track.t_s)
    middle = (track.t_s[1:] + track.t_s[:-1]) / 2.0
    paused = covered(track.pauses, middle)
    by_itself = automatic(track.laps)[:-1]
    pressed = sum(lap.trigger != "" and not own for lap, own in zip(track.laps, by_itself, strict=False))
    return Inspection(
        activity=activity,
        track=track,
        records=count,
        spacing_s=float(np.median(gaps)) if len(gaps) else 0.0,
        longest_gap_s=float(np.max(spread)) if len(spread) else 0.0,
        long_gaps=int(np.sum((spread > LONG_GAP_S) & ~paused)),
        shares={
            WORDS.get(name, name.rpartition("_")[0]): float(np.mean(np.isfinite(getattr(samples, name))))
            for name in COLUMNS
        },
        way=_way(track),
        pressed_laps=pressed,
        uses=tuple(_uses(activity, track, pressed)),
    )


def _way(track: Track) -> Way | None:
    """The extent of the positions, by shapely's minimum rotated rectangle; None without three different ones."""
    east, north = plane_m(track.lat_deg, track.lon_deg)
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
    return Way(float(sides[1]), float(sides[0]), float(np.hypot(*(points[-1] - points[0]))))


def _uses(activity: Activity, track: Track, pressed: int) -> list[str]:
    uses = ["mark stretches by elapsed time: --mark 12:30-15:00=backward"]
    if track.distance_source != "none":
        uses.append("mark stretches by distance: --mark 1.2km-1.6km=backward")
    if track.start_time is not None:
        uses.append(f"mark stretches by the clock: --mark {track.start_time:%H:%M:%SZ}-...=backward")
    if pressed:
        uses.append(f"mark laps: {pressed} lap{'s were' if pressed > 1 else ' was'} pressed or ended by a workout step")
    elif len(track.laps) > 1:
        uses.append("its laps look automatic: check them before you mark by lap")
    if any(step.name or step.note for step in track.steps):
        uses.append("mark workout steps by name: --mark 'step \"NAME\"=backward'")
    if track.steps and all(lap.step_index is None for lap in track.laps):
        uses.append("lay the workout in the file along it: --workout file")
    uses += [f'take the direction from a field: --field "{name}"' for name in sorted(track.texts)[:3]]
    if not np.any(np.isfinite(track.cadence_spm)):
        uses.append("it has no cadence: backward stretches can be told by pace alone")
    if track.distance_source == "none" and not np.any(np.isfinite(track.cadence_spm)):
        uses.append("it has neither pace nor cadence: only what you mark can be told")
    if activity.sub_sport == "treadmill" or not np.any(np.isfinite(track.lat_deg)):
        uses.append("it has no positions: distances are the watch's own guess from steps made forward")
    return uses


def _known(value: Any) -> Any:
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value != "" else None
