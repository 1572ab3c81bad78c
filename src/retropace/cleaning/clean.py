"""From recorded to trustworthy: an :class:`Activity` as read becomes a :class:`Track`.

Order, clock, distance, speed, cadence and standing, each in a file of its own; nothing is changed without a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

import numpy as np

from retropace.cleaning.cadence import clean_cadence
from retropace.cleaning.clock import TimeAxis, clean_time_axis
from retropace.cleaning.distance import (
    distance_from_device,
    distance_from_positions,
    distance_from_speed,
    drop_stray_positions,
)
from retropace.cleaning.lag import Lags, estimate_lags, shift_distance_earlier, shift_earlier
from retropace.cleaning.speed import (
    MAX_DENSE_SPACING_S,
    MAX_RECORD_GAP_S,
    clean_heart_rate,
    clean_speed,
    find_standing,
    find_unknown,
    infer_pauses_from_gaps,
    speed_from_distance,
)
from retropace.core.activity import Activity, Lap, Samples, Split, Waypoint
from retropace.core.cleaned_activity import CleanedActivity, RefinedAxis
from retropace.core.errors import ReadError
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans, clip, contains, subtract, total_s, union

MAX_CALIBRATION_FACTOR = 1.5
"""A total further from the records than this is no calibration."""
DEVICE_TOTAL_TOLERANCE = 0.005
"""Our distance and the device's total may differ by this share before it is worth a word."""


def clean_activity(activity: Activity, parameters: CleanParameters | None = None) -> CleanedActivity:
    """The activity's columns put in order and repaired, with every repair as a warning.

    Distance is the device's count, else the way along the positions, else speed over time; ``distance_source`` says
    which. Raises :class:`ReadError` if there are not two moments to measure between.
    """
    parameters = parameters or CleanParameters()
    path = activity.source.path
    clock = clean_time_axis(activity.samples.t_s)
    if len(clock.t_s) < 2:
        raise ReadError("holds fewer than two records with a time: nothing to analyse", path=path)
    warnings = [*activity.warnings, *clock.warnings]

    t_s = clock.t_s
    recorded = _reorder_samples(activity.samples, clock)
    pauses = clip(union(_remap_spans(activity.pauses, clock)), 0.0, float(t_s[-1]))

    lat, lon, said = drop_stray_positions(t_s, recorded.lat_deg, recorded.lon_deg)
    warnings += said
    device_mps, said = clean_speed(t_s, recorded.speed_mps)
    warnings += said
    if not np.any(device_mps > 0.0):
        device_mps = np.full(len(t_s), np.nan)

    counted_m, said = distance_from_device(t_s, recorded.distance_m)
    warnings += said
    found = infer_pauses_from_gaps(
        t_s, counted_m if counted_m is not None else distance_from_positions(t_s, lat, lon, pauses), pauses
    )
    # A device that counts its timer says when it paused: what else stands still is standing.
    timed = np.isfinite(activity.device_totals.timer_s)
    if len(found):
        warnings.append(
            f"{len(found)} gap{'s' * (len(found) > 1)} without movement ({total_s(found):.0f} s) "
            f"taken as {'standing' if timed else 'paused'}"
        )
    if not timed:
        pauses = union(np.concatenate((pauses, found)))

    distance_m, source = counted_m, "device"
    if distance_m is None:
        distance_m, source = distance_from_positions(t_s, lat, lon, pauses), "positions"
    if distance_m is None:
        distance_m, source = distance_from_speed(t_s, device_mps, pauses), "speed"
    if distance_m is None:
        distance_m, source = np.zeros(len(t_s)), "none"
        warnings.append("holds neither distance, positions nor speed: only time can be summed")
    elif source == "positions":
        warnings.append("distance measured along the positions: the file holds no count of its own")
    elif source == "speed":
        warnings.append("distance summed from speed: the file holds neither a count nor positions")
    distance_m = _apply_calibration(activity, distance_m, lat, warnings)
    _compare_with_device_total(activity, float(distance_m[-1]), warnings)

    speed_mps, speed_source = device_mps, "device"
    if np.mean(np.isfinite(device_mps)) < 0.5:
        speed_mps, speed_source = np.full(len(t_s), np.nan), "none"
        if source != "none":
            speed_mps, speed_source = speed_from_distance(t_s, distance_m, pauses), "distance"
    cadence_spm, said = clean_cadence(
        t_s,
        recorded.cadence_recorded,
        speed_mps,
        parameters.cadence if parameters.cadence != "auto" else activity.cadence_unit or "auto",
    )
    warnings += said
    if source == "device" or speed_source == "device":
        lags = estimate_lags(t_s, speed_mps, cadence_spm, parameters)
        cadence_spm = shift_earlier(t_s, cadence_spm, lags.cadence_s, pauses)
        speed_mps = shift_earlier(t_s, speed_mps, lags.speed_s, pauses)
        if source != "positions":
            distance_m = shift_distance_earlier(t_s, distance_m, lags.speed_s, pauses)
    else:
        lags = Lags(0.0, parameters.lag_s)
        cadence_spm = shift_earlier(t_s, cadence_spm, parameters.lag_s, pauses)
    warnings += lags.describe(has_speed=bool(lags.speed_s), has_cadence=bool(np.any(np.isfinite(cadence_spm))))
    sure = (speed_source == "device" or source != "positions") and float(np.median(np.diff(t_s))) <= MAX_DENSE_SPACING_S
    still = union(
        subtract(
            np.concatenate(
                (
                    found,
                    find_standing(t_s, speed_mps, cadence_spm, pauses, is_speed_measured=sure),
                )
            ),
            pauses,
        )
    )
    resting = union(np.concatenate((pauses, still)))
    blank = find_unknown(t_s, speed_mps, cadence_spm, resting)

    heart_rate = clean_heart_rate(t_s, recorded.heart_rate_bpm)
    step_length = np.where(
        (recorded.step_length_m > 0.1) & (recorded.step_length_m < 3.0), recorded.step_length_m, np.nan
    )
    gaps = (
        [f"{total_s(blank):.0f} s hold neither speed nor cadence: direction unknown"] if total_s(blank) >= 1.0 else []
    )

    # The edges of pauses and stands become moments of their own, so that the curves bend exactly there.
    finer = RefinedAxis.with_times(t_s, np.concatenate((resting, blank)).ravel())
    columns = {
        "speed_mps": speed_mps,
        "cadence_spm": cadence_spm,
        "heart_rate_bpm": heart_rate,
        "step_length_m": step_length,
        "altitude_m": recorded.altitude_m,
        "lat_deg": lat,
        "lon_deg": lon,
    }
    fine = {name: finer.interpolate(column) for name, column in columns.items()}
    fine["lon_deg"] = _interpolate_longitude(finer, lon)
    return CleanedActivity(
        t_s=finer.refined_t_s,
        **fine,
        raw_device_speed_mps=finer.scatter(device_mps),
        curves=_build_curves(
            finer.refined_t_s, finer.interpolate(distance_m), fine["cadence_spm"], fine["heart_rate_bpm"], resting
        ),
        pauses=pauses,
        standing=still,
        unknown=blank,
        laps=tuple(_remap_lap(lap, clock) for lap in activity.laps),
        splits=tuple(_remap_split(split, clock) for split in activity.splits),
        waypoints=tuple(_remap_waypoint(mark, clock) for mark in activity.waypoints),
        workout_steps=activity.workout_steps,
        extra=MappingProxyType(
            {name: finer.scatter(clock.align(column)) for name, column in activity.samples.extra.items()}
        ),
        categories=activity.samples.categories,
        start_time=_shift_start_time(activity.start_time, clock),
        distance_source=source,
        speed_source=speed_source,
        warnings=tuple(warnings + gaps),
    )


def _reorder_samples(samples: Samples, time_axis: TimeAxis) -> Samples:
    names = (
        "lat_deg",
        "lon_deg",
        "altitude_m",
        "distance_m",
        "speed_mps",
        "cadence_recorded",
        "heart_rate_bpm",
        "step_length_m",
    )
    return Samples.from_columns(
        time_axis.t_s, None, None, **{name: time_axis.align(getattr(samples, name)) for name in names}
    )


def _interpolate_longitude(refined_axis: RefinedAxis, lon_deg: FloatArray) -> FloatArray:
    """Longitudes on the finer axis: between two on both sides of the date line the short way."""
    known = np.isfinite(lon_deg)
    if not np.any(np.abs(np.diff(lon_deg[known])) > 180.0):
        return refined_axis.interpolate(lon_deg)
    unwrapped = lon_deg.copy()
    unwrapped[known] = np.unwrap(lon_deg[known], period=360.0)
    return (refined_axis.interpolate(unwrapped) + 180.0) % 360.0 - 180.0


def _build_curves(
    t_s: FloatArray, distance_m: FloatArray, cadence_spm: FloatArray, heart_rate_bpm: FloatArray, resting: Spans
) -> Mapping[str, FloatArray]:
    step_s = np.diff(t_s)
    moving = ~contains(resting, (t_s[1:] + t_s[:-1]) / 2.0)
    moved_s = np.where(moving, step_s, 0.0)
    pace_of_steps = (cadence_spm[1:] + cadence_spm[:-1]) / 120.0
    counted = moving & np.isfinite(pace_of_steps) & (step_s <= MAX_RECORD_GAP_S)
    pulse = (heart_rate_bpm[1:] + heart_rate_bpm[:-1]) / 2.0
    felt = np.isfinite(pulse) & (step_s <= MAX_RECORD_GAP_S)
    gained_m = np.diff(distance_m)
    gains = {
        "moving_s": moved_s,
        "distance_m": gained_m,
        "steps": np.where(counted, pace_of_steps * step_s, 0.0),
        "stepped_m": np.where(counted, gained_m, 0.0),
        "stepped_s": np.where(counted, step_s, 0.0),
        "beats": np.where(felt, pulse * step_s, 0.0),
        "beat_s": np.where(felt, step_s, 0.0),
    }
    return MappingProxyType({name: np.concatenate(([0.0], np.cumsum(gain))) for name, gain in gains.items()})


def _apply_calibration(
    activity: Activity, distance_m: FloatArray, lat_deg: FloatArray, warnings: list[str]
) -> FloatArray:
    """The distance brought to the device's total where there are no positions: "calibrate and save" of a treadmill.

    There the runner types in what the belt says; the watch changes its total, not the records.
    """
    stated_m, counted_m = activity.device_totals.distance_m, float(distance_m[-1])
    if np.any(np.isfinite(lat_deg)) or not (stated_m > 0.0 and counted_m > 0.0):
        return distance_m
    factor = stated_m / counted_m
    if (
        abs(factor - 1.0) <= DEVICE_TOTAL_TOLERANCE
        or not 1.0 / MAX_CALIBRATION_FACTOR <= factor <= MAX_CALIBRATION_FACTOR
    ):
        return distance_m
    warnings.append(
        f"the watch counted {counted_m:.0f} m and was corrected to {stated_m:.0f} m after the run (no positions): "
        f"distances and paces scaled by {factor:.3f}"
    )
    return distance_m * factor


def _compare_with_device_total(activity: Activity, distance_m: float, warnings: list[str]) -> None:
    stated_m = activity.device_totals.distance_m
    if np.isfinite(stated_m) and stated_m > 0.0 and abs(distance_m - stated_m) > DEVICE_TOTAL_TOLERANCE * stated_m:
        warnings.append(
            f"the records add up to {distance_m:.0f} m, the device's own total is {stated_m:.0f} m "
            f"({100.0 * (distance_m / stated_m - 1.0):+.1f} %)"
        )


def _shift_start_time(start_time: datetime | None, time_axis: TimeAxis) -> datetime | None:
    """The time of the first record used: later or earlier than that of the first recorded if the order was mended."""
    if start_time is None:
        return None
    return start_time - timedelta(seconds=float(time_axis.remap(np.zeros(1))[0]))


def _remap_spans(spans: Spans, time_axis: TimeAxis) -> Spans:
    return time_axis.remap(spans.ravel()).reshape(-1, 2)


def _remap_lap(lap: Lap, time_axis: TimeAxis) -> Lap:
    start_s, end_s = time_axis.remap(np.array([lap.start_s, lap.end_s]))
    return replace(lap, start_s=float(start_s), end_s=float(end_s))


def _remap_split(split: Split, time_axis: TimeAxis) -> Split:
    start_s, end_s = time_axis.remap(np.array([split.start_s, split.end_s]))
    return replace(split, start_s=float(start_s), end_s=float(end_s))


def _remap_waypoint(waypoint: Waypoint, time_axis: TimeAxis) -> Waypoint:
    return replace(waypoint, t_s=float(time_axis.remap(np.array([waypoint.t_s]))[0]))
