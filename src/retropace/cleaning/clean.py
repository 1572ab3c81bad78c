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
from retropace.cleaning.clock import Clock, clean_clock
from retropace.cleaning.distance import device_distance, drop_stray_positions, position_distance, speed_distance
from retropace.cleaning.lag import Lags, advanced, advanced_distance, estimate_lags
from retropace.cleaning.speed import (
    DENSE_S,
    GAP_S,
    clean_heart_rate,
    clean_speed,
    silent_pauses,
    speed_from_distance,
    standing,
    unknown,
)
from retropace.core.activity import Activity, Lap, Mark, Samples, Split
from retropace.core.cleaned_activity import FinerAxis, Track
from retropace.core.errors import ReadError
from retropace.core.parameters import CleanSettings
from retropace.core.spans import Column, Spans, clip, covered, total_s, union, without

MOST_CALIBRATED = 1.5
"""A total further from the records than this is no calibration."""
STATED_OFF = 0.005
"""Our distance and the device's total may differ by this share before it is worth a word."""


def clean(activity: Activity, settings: CleanSettings | None = None) -> Track:
    """The activity's columns put in order and repaired, with every repair as a warning.

    Distance is the device's count, else the way along the positions, else speed over time; ``distance_source`` says
    which. Raises :class:`ReadError` if there are not two moments to measure between.
    """
    settings = settings or CleanSettings()
    path = activity.source.path
    clock = clean_clock(activity.samples.t_s)
    if len(clock.t_s) < 2:
        raise ReadError("holds fewer than two records with a time: nothing to analyse", path=path)
    warnings = [*activity.warnings, *clock.warnings]

    t_s = clock.t_s
    recorded = _ordered(activity.samples, clock)
    pauses = clip(union(_remap_spans(activity.pauses, clock)), 0.0, float(t_s[-1]))

    lat, lon, said = drop_stray_positions(t_s, recorded.lat_deg, recorded.lon_deg)
    warnings += said
    device_mps, said = clean_speed(t_s, recorded.speed_mps)
    warnings += said
    if not np.any(device_mps > 0.0):
        device_mps = np.full(len(t_s), np.nan)

    counted_m, said = device_distance(t_s, recorded.distance_m)
    warnings += said
    found = silent_pauses(t_s, counted_m if counted_m is not None else position_distance(t_s, lat, lon, pauses), pauses)
    # A device that counts its timer says when it paused: what else stands still is standing.
    timed = np.isfinite(activity.stated.timer_s)
    if len(found):
        warnings.append(
            f"{len(found)} gap{'s' * (len(found) > 1)} without movement ({total_s(found):.0f} s) "
            f"taken as {'standing' if timed else 'paused'}"
        )
    if not timed:
        pauses = union(np.concatenate((pauses, found)))

    distance_m, source = counted_m, "device"
    if distance_m is None:
        distance_m, source = position_distance(t_s, lat, lon, pauses), "positions"
    if distance_m is None:
        distance_m, source = speed_distance(t_s, device_mps, pauses), "speed"
    if distance_m is None:
        distance_m, source = np.zeros(len(t_s)), "none"
        warnings.append("holds neither distance, positions nor speed: only time can be summed")
    elif source == "positions":
        warnings.append("distance measured along the positions: the file holds no count of its own")
    elif source == "speed":
        warnings.append("distance summed from speed: the file holds neither a count nor positions")
    distance_m = _calibrated(activity, distance_m, lat, warnings)
    _compare_with_stated(activity, float(distance_m[-1]), warnings)

    speed_mps, speed_source = device_mps, "device"
    if np.mean(np.isfinite(device_mps)) < 0.5:
        speed_mps, speed_source = np.full(len(t_s), np.nan), "none"
        if source != "none":
            speed_mps, speed_source = speed_from_distance(t_s, distance_m, pauses), "distance"
    cadence_spm, said = clean_cadence(
        t_s,
        recorded.cadence_recorded,
        speed_mps,
        settings.cadence if settings.cadence != "auto" else activity.cadence_unit or "auto",
    )
    warnings += said
    if source == "device" or speed_source == "device":
        lags = estimate_lags(t_s, speed_mps, cadence_spm, settings)
        cadence_spm = advanced(t_s, cadence_spm, lags.cadence_s, pauses)
        speed_mps = advanced(t_s, speed_mps, lags.speed_s, pauses)
        if source != "positions":
            distance_m = advanced_distance(t_s, distance_m, lags.speed_s, pauses)
    else:
        lags = Lags(0.0, settings.lag_s)
        cadence_spm = advanced(t_s, cadence_spm, settings.lag_s, pauses)
    warnings += lags.said(speed=bool(lags.speed_s), cadence=bool(np.any(np.isfinite(cadence_spm))))
    sure = (speed_source == "device" or source != "positions") and float(np.median(np.diff(t_s))) <= DENSE_S
    still = union(
        without(
            np.concatenate(
                (
                    found,
                    standing(t_s, speed_mps, cadence_spm, pauses, sure=sure),
                )
            ),
            pauses,
        )
    )
    resting = union(np.concatenate((pauses, still)))
    blank = unknown(t_s, speed_mps, cadence_spm, resting)

    heart_rate = clean_heart_rate(t_s, recorded.heart_rate_bpm)
    step_length = np.where(
        (recorded.step_length_m > 0.1) & (recorded.step_length_m < 3.0), recorded.step_length_m, np.nan
    )
    gaps = (
        [f"{total_s(blank):.0f} s hold neither speed nor cadence: direction unknown"] if total_s(blank) >= 1.0 else []
    )

    # The edges of pauses and stands become moments of their own, so that the curves bend exactly there.
    finer = FinerAxis.with_moments(t_s, np.concatenate((resting, blank)).ravel())
    columns = {
        "speed_mps": speed_mps,
        "cadence_spm": cadence_spm,
        "heart_rate_bpm": heart_rate,
        "step_length_m": step_length,
        "altitude_m": recorded.altitude_m,
        "lat_deg": lat,
        "lon_deg": lon,
    }
    fine = {name: finer.onto(column) for name, column in columns.items()}
    fine["lon_deg"] = _longitudes_onto(finer, lon)
    return Track(
        t_s=finer.axis_s,
        **fine,
        recorded_mps=finer.at_records(device_mps),
        curves=_curves(finer.axis_s, finer.onto(distance_m), fine["cadence_spm"], fine["heart_rate_bpm"], resting),
        pauses=pauses,
        standing=still,
        unknown=blank,
        laps=tuple(_remap_lap(lap, clock) for lap in activity.laps),
        splits=tuple(_remap_split(split, clock) for split in activity.splits),
        marks=tuple(_remap_mark(mark, clock) for mark in activity.marks),
        steps=activity.steps,
        extra=MappingProxyType(
            {name: finer.at_records(clock.column(column)) for name, column in activity.samples.extra.items()}
        ),
        texts=activity.samples.texts,
        start_time=_shifted(activity.start_time, clock),
        distance_source=source,
        speed_source=speed_source,
        warnings=tuple(warnings + gaps),
    )


def _ordered(samples: Samples, clock: Clock) -> Samples:
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
    return Samples.from_columns(clock.t_s, None, None, **{name: clock.column(getattr(samples, name)) for name in names})


def _longitudes_onto(finer: FinerAxis, lon_deg: Column) -> Column:
    """Longitudes on the finer axis: between two on both sides of the date line the short way."""
    known = np.isfinite(lon_deg)
    if not np.any(np.abs(np.diff(lon_deg[known])) > 180.0):
        return finer.onto(lon_deg)
    unwrapped = lon_deg.copy()
    unwrapped[known] = np.unwrap(lon_deg[known], period=360.0)
    return (finer.onto(unwrapped) + 180.0) % 360.0 - 180.0


def _curves(
    t_s: Column, distance_m: Column, cadence_spm: Column, heart_rate_bpm: Column, resting: Spans
) -> Mapping[str, Column]:
    step_s = np.diff(t_s)
    moving = ~covered(resting, (t_s[1:] + t_s[:-1]) / 2.0)
    moved_s = np.where(moving, step_s, 0.0)
    pace_of_steps = (cadence_spm[1:] + cadence_spm[:-1]) / 120.0
    counted = moving & np.isfinite(pace_of_steps) & (step_s <= GAP_S)
    pulse = (heart_rate_bpm[1:] + heart_rate_bpm[:-1]) / 2.0
    felt = np.isfinite(pulse) & (step_s <= GAP_S)
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


def _calibrated(activity: Activity, distance_m: Column, lat_deg: Column, warnings: list[str]) -> Column:
    """The distance brought to the device's total where there are no positions: "calibrate and save" of a treadmill.

    There the runner types in what the belt says; the watch changes its total, not the records.
    """
    stated_m, counted_m = activity.stated.distance_m, float(distance_m[-1])
    if np.any(np.isfinite(lat_deg)) or not (stated_m > 0.0 and counted_m > 0.0):
        return distance_m
    factor = stated_m / counted_m
    if abs(factor - 1.0) <= STATED_OFF or not 1.0 / MOST_CALIBRATED <= factor <= MOST_CALIBRATED:
        return distance_m
    warnings.append(
        f"the watch counted {counted_m:.0f} m and was corrected to {stated_m:.0f} m after the run (no positions): "
        f"distances and paces scaled by {factor:.3f}"
    )
    return distance_m * factor


def _compare_with_stated(activity: Activity, distance_m: float, warnings: list[str]) -> None:
    stated_m = activity.stated.distance_m
    if np.isfinite(stated_m) and stated_m > 0.0 and abs(distance_m - stated_m) > STATED_OFF * stated_m:
        warnings.append(
            f"the records add up to {distance_m:.0f} m, the device's own total is {stated_m:.0f} m "
            f"({100.0 * (distance_m / stated_m - 1.0):+.1f} %)"
        )


def _shifted(start_time: datetime | None, clock: Clock) -> datetime | None:
    """The time of the first record used: later or earlier than that of the first recorded if the order was mended."""
    if start_time is None:
        return None
    return start_time - timedelta(seconds=float(clock.remap(np.zeros(1))[0]))


def _remap_spans(spans: Spans, clock: Clock) -> Spans:
    return clock.remap(spans.ravel()).reshape(-1, 2)


def _remap_lap(lap: Lap, clock: Clock) -> Lap:
    start_s, end_s = clock.remap(np.array([lap.start_s, lap.end_s]))
    return replace(lap, start_s=float(start_s), end_s=float(end_s))


def _remap_split(split: Split, clock: Clock) -> Split:
    start_s, end_s = clock.remap(np.array([split.start_s, split.end_s]))
    return replace(split, start_s=float(start_s), end_s=float(end_s))


def _remap_mark(mark: Mark, clock: Clock) -> Mark:
    return replace(mark, t_s=float(clock.remap(np.array([mark.t_s]))[0]))
