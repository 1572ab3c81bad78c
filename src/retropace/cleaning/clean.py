"""The stages of cleaning, which turn an :class:`Activity` as read into a :class:`CleanedActivity`, with findings."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from retropace.cleaning.cadence import clean_cadence, max_sensor_gap_s
from retropace.cleaning.clock import clean_time_axis
from retropace.cleaning.distance import measure_distance
from retropace.cleaning.lag import remove_lag
from retropace.cleaning.laps import reconcile_laps
from retropace.cleaning.pauses import MAX_RECORD_GAP_S, drop_false_pauses
from retropace.cleaning.positions import drop_stray_positions
from retropace.cleaning.rest import find_rest
from retropace.cleaning.speed import choose_speed, clean_heart_rate, clean_speed
from retropace.core.activity import Activity, Samples, Split, Waypoint
from retropace.core.cleaned_activity import CleanedActivity, TimeAxis
from retropace.core.errors import ReadError
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans, clip, contains, cumulate, midpoints, union

Timed = TypeVar("Timed", Split, Waypoint)
"""Type of an item whose times are moved to the cleaned time axis: a lap, a split or a waypoint."""
MAX_ELAPSED_S = 7 * 86400.0
"""Longest recording in seconds that is analysed: races of several days are shorter, logs of a phone are longer."""
RECORD_COLUMNS = (
    *("lat_deg", "lon_deg", "altitude_m", "distance_m", "speed_mps", "cadence_recorded", "heart_rate_bpm"),
    "step_length_m",
)
"""Names of those columns of :class:`Samples` that are cleaned."""


def clean_activity(activity: Activity, parameters: CleanParameters | None = None) -> CleanedActivity:
    """Clean an activity; raises :class:`ReadError` for under two times, or more than ``MAX_ELAPSED_S`` between them."""
    parameters = parameters or CleanParameters()
    axis, samples = clean_time_axis(activity), activity.samples
    t_s = _require_usable(axis.t_s, activity.source.path)
    records = _align_samples(samples, axis)
    positions = drop_stray_positions(t_s, records.lat_deg, records.lon_deg)
    device_speed = clean_speed(t_s, records.speed_mps)
    totals, pauses = activity.device_totals, clip(_remap_pauses(activity.pauses, axis), 0.0, float(t_s[-1]))
    stated = drop_false_pauses(records, union(pauses), totals.timer_s)
    lap_distances = np.array([(lap.start_s, lap.end_s, lap.distance_m) for lap in activity.laps]).reshape(-1, 3)
    lap_distances[:, :2] = axis.remap(lap_distances[:, :2])
    pauses = stated.spans if np.isfinite(totals.timer_s) else pauses
    distance = measure_distance(records, positions, device_speed.speed_mps, pauses, totals, lap_distances)
    speed = choose_speed(t_s, device_speed, distance, records.cadence_recorded)
    cadence_unit = parameters.cadence if parameters.cadence != "auto" else activity.cadence_unit or "auto"
    cadence = clean_cadence(t_s, records.cadence_recorded, speed.speed_mps, cadence_unit)
    motion = remove_lag(t_s, distance, speed, cadence, parameters)
    is_device_speed = speed.source == "device" or distance.source != "positions"
    rest = find_rest(t_s, motion, distance.pauses, is_device_speed=is_device_speed)
    laps, lap_findings = reconcile_laps(activity.laps, axis, distance.distance_m, distance.pauses.spans)
    stages = (activity, axis, stated, positions, speed, distance, cadence, motion, rest)

    cleaned = CleanedActivity(
        time_axis=axis,
        t_s=t_s,
        speed_mps=motion.speed_mps,
        cadence_spm=motion.cadence_spm,
        heart_rate_bpm=clean_heart_rate(t_s, records.heart_rate_bpm),
        step_length_m=records.step_length_m,
        raw_device_speed_mps=device_speed.speed_mps,
        altitude_m=records.altitude_m,
        lat_deg=positions.lat_deg,
        lon_deg=positions.lon_deg,
        curves=MappingProxyType({"distance_m": motion.distance_m}),
        pauses=distance.pauses.spans,
        standing=rest.standing,
        unknown=rest.unknown,
        laps=laps,
        splits=_remap_all(activity.splits, axis),
        waypoints=_remap_all(activity.waypoints, axis),
        workout_steps=activity.workout_steps,
        extra=MappingProxyType({name: axis.align(column) for name, column in samples.extra.items()}),
        categories=samples.categories,
        start_time=activity.start_time and activity.start_time + timedelta(seconds=axis.start_s),
        distance_source=distance.source,
        speed_source=speed.source,
        counts_both_feet=cadence.counts_both_feet,
        findings=(*(finding for stage in stages for finding in stage.findings), *lap_findings),
    )
    return _with_curves(cleaned.with_times(np.concatenate((rest.resting, rest.unknown)).ravel()), rest.resting)


def _require_usable(t_s: FloatArray, path: str) -> FloatArray:
    if len(t_s) < 2:
        raise ReadError("holds fewer than two records with a time: nothing to analyse", path=path)
    if t_s[-1] > MAX_ELAPSED_S:
        days, most = round(t_s[-1] / 86400.0), round(MAX_ELAPSED_S / 86400.0)
        reason = f"lasts {days} days, more than the {most} that are analysed as one run: cut it into its runs"
        raise ReadError(reason, path=path)
    return t_s


def _align_samples(samples: Samples, axis: TimeAxis) -> Samples:
    """Return the columns to be cleaned, aligned with the cleaned time axis; impossible step lengths become NaN."""
    columns = {name: axis.align(getattr(samples, name)) for name in RECORD_COLUMNS}
    step_m = columns["step_length_m"]
    columns["step_length_m"] = np.where((step_m > 0.1) & (step_m < 3.0), step_m, np.nan)
    return Samples.from_columns(axis.t_s, None, None, **columns)


def _remap_pauses(pauses: Spans, axis: TimeAxis) -> Spans:
    """Return the recorded pauses on the cleaned axis, without those that only a jump of the clock made."""
    spans = axis.remap(pauses)
    recorded_s, length_s = np.diff(pauses, axis=1)[:, 0], np.diff(spans, axis=1)[:, 0]
    return spans[(length_s > recorded_s - 1.0) | (length_s > MAX_RECORD_GAP_S)]


def _with_curves(cleaned: CleanedActivity, resting: Spans) -> CleanedActivity:
    """Return the activity, which has a time at each edge of the spans ``resting``, with all its cumulative curves."""
    step_s, increment_m = np.diff(cleaned.t_s), np.diff(cleaned.curves["distance_m"])
    is_moving = ~contains(resting, midpoints(cleaned.t_s))
    steps_per_s, mean_bpm = midpoints(cleaned.cadence_spm) / 60.0, midpoints(cleaned.heart_rate_bpm)
    is_recorded = step_s <= max_sensor_gap_s(cleaned.t_s)
    has_cadence = is_moving & np.isfinite(steps_per_s) & is_recorded
    has_heart_rate = np.isfinite(mean_bpm) & is_recorded
    increments = {
        "moving_s": np.where(is_moving, step_s, 0.0),
        "distance_m": increment_m,
        "steps": np.where(has_cadence, steps_per_s * step_s, 0.0),
        "step_distance_m": np.where(has_cadence, increment_m, 0.0),
        "step_time_s": np.where(has_cadence, step_s, 0.0),
        "heart_rate_integral": np.where(has_heart_rate, mean_bpm * step_s, 0.0),
        "heart_rate_time_s": np.where(has_heart_rate, step_s, 0.0),
    }
    curves = {name: cumulate(column) for name, column in increments.items()}
    return replace(cleaned, curves=MappingProxyType(curves))


def _remap_all(items: tuple[Timed, ...], axis: TimeAxis) -> tuple[Timed, ...]:

    def remap_times(item: Timed) -> dict[str, Any]:
        names = (name for name in ("start_s", "end_s", "t_s") if hasattr(item, name))
        return {name: float(axis.remap(np.array(getattr(item, name)))) for name in names}

    return tuple(replace(item, **remap_times(item)) for item in items)
