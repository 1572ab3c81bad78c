"""The steps of cleaning, which turn an :class:`Activity` as read into a :class:`CleanedActivity`.

The stages are record order, clock, pauses, distance, speed, cadence, recording lag and standing, each in a module of
its own. Every repair is reported as a warning.
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
from retropace.cleaning.rest import (
    MAX_DENSE_SPACING_S,
    MAX_RECORD_GAP_S,
    find_standing,
    find_unknown,
    infer_pauses_from_gaps,
)
from retropace.cleaning.speed import clean_heart_rate, clean_speed, speed_from_distance
from retropace.core.activity import Activity, Lap, Samples, Split, Waypoint
from retropace.core.cleaned_activity import CleanedActivity, RefinedAxis
from retropace.core.errors import ReadError
from retropace.core.parameters import CleanParameters
from retropace.core.spans import FloatArray, Spans, clip, contains, subtract, total_s, union

MAX_CALIBRATION_FACTOR = 1.5
"""Largest factor, up or down, by which the records' distance is scaled to the device's total distance.

A larger one is taken for an error in the file rather than a calibration by the runner, and nothing is scaled."""
DEVICE_TOTAL_TOLERANCE = 0.005
"""Largest relative difference at which the records' distance and the device's total count as equal."""


def clean_activity(activity: Activity, parameters: CleanParameters | None = None) -> CleanedActivity:
    """Clean an activity: order and repair its columns. Every repair is listed in ``warnings`` of the result.

    Distance is the device's count, else the length of the path along the positions, else speed integrated over time;
    ``distance_source`` names the one used. Raises :class:`ReadError` for fewer than two records with a time.
    """
    parameters = parameters or CleanParameters()
    axis = clean_time_axis(activity.samples.t_s)
    if len(axis.t_s) < 2:
        raise ReadError("holds fewer than two records with a time: nothing to analyse", path=activity.source.path)
    warnings = [*activity.warnings, *axis.warnings]

    t_s = axis.t_s
    raw = _align_samples(activity.samples, axis)
    pauses = clip(union(_remap_spans(activity.pauses, axis)), 0.0, float(t_s[-1]))

    lat, lon, notes = drop_stray_positions(t_s, raw.lat_deg, raw.lon_deg)
    warnings += notes
    device_mps, notes = clean_speed(t_s, raw.speed_mps)
    warnings += notes
    if not np.any(device_mps > 0.0):
        device_mps = np.full(len(t_s), np.nan)

    counted_m, notes = distance_from_device(t_s, raw.distance_m)
    warnings += notes
    inferred = infer_pauses_from_gaps(
        t_s, counted_m if counted_m is not None else distance_from_positions(t_s, lat, lon, pauses), pauses
    )
    # A device that reports its timer reports its pauses too: any other gap without movement is standing.
    has_timer = np.isfinite(activity.device_totals.timer_s)
    if len(inferred):
        warnings.append(
            f"{len(inferred)} gap{'s' * (len(inferred) > 1)} without movement ({total_s(inferred):.0f} s) "
            f"taken as {'standing' if has_timer else 'paused'}"
        )
    if not has_timer:
        pauses = union(np.concatenate((pauses, inferred)))

    distance_m, source = _choose_distance(t_s, counted_m, lat, lon, device_mps, pauses, warnings)
    distance_m = _apply_calibration(activity, distance_m, lat, warnings)
    _compare_with_device_total(activity, float(distance_m[-1]), warnings)

    speed_mps, speed_source = device_mps, "device"
    if np.mean(np.isfinite(device_mps)) < 0.5:
        speed_mps, speed_source = np.full(len(t_s), np.nan), "none"
        if source != "none":
            speed_mps, speed_source = speed_from_distance(t_s, distance_m, pauses), "distance"
    cadence_unit = parameters.cadence if parameters.cadence != "auto" else activity.cadence_unit or "auto"
    cadence_spm, notes = clean_cadence(t_s, raw.cadence_recorded, speed_mps, cadence_unit)
    warnings += notes
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

    is_dense = float(np.median(np.diff(t_s))) <= MAX_DENSE_SPACING_S
    is_speed_measured = (speed_source == "device" or source != "positions") and is_dense
    stands = find_standing(t_s, speed_mps, cadence_spm, pauses, is_speed_measured=is_speed_measured)
    standing = union(subtract(np.concatenate((inferred, stands)), pauses))
    resting = union(np.concatenate((pauses, standing)))
    unknown = find_unknown(t_s, speed_mps, cadence_spm, resting)
    if total_s(unknown) >= 1.0:
        warnings.append(f"{total_s(unknown):.0f} s hold neither speed nor cadence: direction unknown")

    # The edges of rests and unknown spans become times of the axis, so that the cumulative curves bend exactly there.
    refined = RefinedAxis.with_times(t_s, np.concatenate((resting, unknown)).ravel())
    columns = {
        "speed_mps": speed_mps,
        "cadence_spm": cadence_spm,
        "heart_rate_bpm": clean_heart_rate(t_s, raw.heart_rate_bpm),
        "step_length_m": np.where((raw.step_length_m > 0.1) & (raw.step_length_m < 3.0), raw.step_length_m, np.nan),
        "altitude_m": raw.altitude_m,
        "lat_deg": lat,
    }
    fine = {name: refined.interpolate(column) for name, column in columns.items()}
    fine["lon_deg"] = _interpolate_longitude(refined, lon)
    extra = {name: refined.scatter(axis.align(column)) for name, column in activity.samples.extra.items()}
    return CleanedActivity(
        t_s=refined.refined_t_s,
        **fine,
        raw_device_speed_mps=refined.scatter(device_mps),
        curves=_build_curves(
            refined.refined_t_s, refined.interpolate(distance_m), fine["cadence_spm"], fine["heart_rate_bpm"], resting
        ),
        pauses=pauses,
        standing=standing,
        unknown=unknown,
        laps=tuple(_remap_lap(lap, axis) for lap in activity.laps),
        splits=tuple(_remap_split(split, axis) for split in activity.splits),
        waypoints=tuple(_remap_waypoint(waypoint, axis) for waypoint in activity.waypoints),
        workout_steps=activity.workout_steps,
        extra=MappingProxyType(extra),
        categories=activity.samples.categories,
        start_time=_shift_start_time(activity.start_time, axis),
        distance_source=source,
        speed_source=speed_source,
        warnings=tuple(warnings),
    )


def _choose_distance(
    t_s: FloatArray,
    counted_m: FloatArray | None,
    lat_deg: FloatArray,
    lon_deg: FloatArray,
    device_mps: FloatArray,
    pauses: Spans,
    warnings: list[str],
) -> tuple[FloatArray, str]:
    """Return the cumulative distance from the best source there is, and the name of that source.

    The order is: the device's count, positions, speed. With none of them the distance is 0 and the source ``none``.
    """
    if counted_m is not None:
        return counted_m, "device"
    distance_m = distance_from_positions(t_s, lat_deg, lon_deg, pauses)
    if distance_m is not None:
        warnings.append("distance measured along the positions: the file holds no count of its own")
        return distance_m, "positions"
    distance_m = distance_from_speed(t_s, device_mps, pauses)
    if distance_m is not None:
        warnings.append("distance summed from speed: the file holds neither a count nor positions")
        return distance_m, "speed"
    warnings.append("holds neither distance, positions nor speed: only time can be summed")
    return np.zeros(len(t_s)), "none"


def _align_samples(samples: Samples, axis: TimeAxis) -> Samples:
    """Return those recorded columns that cleaning repairs, on the cleaned time axis."""
    names = (
        *("lat_deg", "lon_deg", "altitude_m", "distance_m", "speed_mps"),
        *("cadence_recorded", "heart_rate_bpm", "step_length_m"),
    )
    return Samples.from_columns(axis.t_s, None, None, **{name: axis.align(getattr(samples, name)) for name in names})


def _interpolate_longitude(refined_axis: RefinedAxis, lon_deg: FloatArray) -> FloatArray:
    """Interpolate longitudes onto the refined axis, the short way round across the date line."""
    known = np.isfinite(lon_deg)
    if not np.any(np.abs(np.diff(lon_deg[known])) > 180.0):
        return refined_axis.interpolate(lon_deg)
    unwrapped = lon_deg.copy()
    unwrapped[known] = np.unwrap(lon_deg[known], period=360.0)
    return (refined_axis.interpolate(unwrapped) + 180.0) % 360.0 - 180.0


def _build_curves(
    t_s: FloatArray, distance_m: FloatArray, cadence_spm: FloatArray, heart_rate_bpm: FloatArray, resting: Spans
) -> Mapping[str, FloatArray]:
    """Compute the cumulative curves of :class:`CleanedActivity`; ``resting`` are the pauses and standing."""
    step_s = np.diff(t_s)
    is_moving = ~contains(resting, (t_s[1:] + t_s[:-1]) / 2.0)
    steps_per_s = (cadence_spm[1:] + cadence_spm[:-1]) / 120.0
    has_cadence = is_moving & np.isfinite(steps_per_s) & (step_s <= MAX_RECORD_GAP_S)
    mean_bpm = (heart_rate_bpm[1:] + heart_rate_bpm[:-1]) / 2.0
    has_heart_rate = np.isfinite(mean_bpm) & (step_s <= MAX_RECORD_GAP_S)
    increment_m = np.diff(distance_m)
    increments = {
        "moving_s": np.where(is_moving, step_s, 0.0),
        "distance_m": increment_m,
        "steps": np.where(has_cadence, steps_per_s * step_s, 0.0),
        "step_distance_m": np.where(has_cadence, increment_m, 0.0),
        "step_time_s": np.where(has_cadence, step_s, 0.0),
        "heart_rate_integral": np.where(has_heart_rate, mean_bpm * step_s, 0.0),
        "heart_rate_time_s": np.where(has_heart_rate, step_s, 0.0),
    }
    return MappingProxyType({name: np.concatenate(([0.0], np.cumsum(column))) for name, column in increments.items()})


def _apply_calibration(
    activity: Activity, distance_m: FloatArray, lat_deg: FloatArray, warnings: list[str]
) -> FloatArray:
    """Scale the distance to the device's total if there are no positions, as on a treadmill; else return it as it is.

    With "calibrate and save" the runner types in the belt's distance, and the watch corrects only its total.
    """
    device_total_m, counted_m = activity.device_totals.distance_m, float(distance_m[-1])
    if np.any(np.isfinite(lat_deg)) or not (device_total_m > 0.0 and counted_m > 0.0):
        return distance_m
    factor = device_total_m / counted_m
    if (
        abs(factor - 1.0) <= DEVICE_TOTAL_TOLERANCE
        or not 1.0 / MAX_CALIBRATION_FACTOR <= factor <= MAX_CALIBRATION_FACTOR
    ):
        return distance_m
    warnings.append(
        f"the watch counted {counted_m:.0f} m and was corrected to {device_total_m:.0f} m after the run "
        f"(no positions): distances and paces scaled by {factor:.3f}"
    )
    return distance_m * factor


def _compare_with_device_total(activity: Activity, distance_m: float, warnings: list[str]) -> None:
    """Add a warning if the records' distance differs from the device's total."""
    device_total_m = activity.device_totals.distance_m
    if (
        np.isfinite(device_total_m)
        and device_total_m > 0.0
        and abs(distance_m - device_total_m) > DEVICE_TOTAL_TOLERANCE * device_total_m
    ):
        warnings.append(
            f"the records add up to {distance_m:.0f} m, the device's own total is {device_total_m:.0f} m "
            f"({100.0 * (distance_m / device_total_m - 1.0):+.1f} %)"
        )


def _shift_start_time(start_time: datetime | None, axis: TimeAxis) -> datetime | None:
    """Return the time at which the cleaned axis is 0; not the recorded start if first records were dropped."""
    if start_time is None:
        return None
    return start_time - timedelta(seconds=float(axis.remap(np.zeros(1))[0]))


def _remap_spans(spans: Spans, axis: TimeAxis) -> Spans:
    return axis.remap(spans.ravel()).reshape(-1, 2)


def _remap_lap(lap: Lap, axis: TimeAxis) -> Lap:
    start_s, end_s = axis.remap(np.array([lap.start_s, lap.end_s]))
    return replace(lap, start_s=float(start_s), end_s=float(end_s))


def _remap_split(split: Split, axis: TimeAxis) -> Split:
    start_s, end_s = axis.remap(np.array([split.start_s, split.end_s]))
    return replace(split, start_s=float(start_s), end_s=float(end_s))


def _remap_waypoint(waypoint: Waypoint, axis: TimeAxis) -> Waypoint:
    return replace(waypoint, t_s=float(axis.remap(np.array([waypoint.t_s]))[0]))
