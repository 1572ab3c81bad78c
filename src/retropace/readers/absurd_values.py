"""Removal of values that no device measures: numbers so large that they are damage, or mark a missing value."""

from dataclasses import fields, replace
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, DeviceTotals, Lap
from retropace.core.findings import warn
from retropace.core.spans import FloatArray
from retropace.core.units import format_count

MAX_VALUE = 1e9
"""Largest size of any measured value in its unit; even the circumference of the earth is only 4e7 metres."""


def drop_absurd_values(activity: Activity) -> Activity:
    """Return the activity with absurd values missing in columns (times excepted), totals and laps, and a finding."""
    samples = activity.samples
    kept = {"t_s", "extra", "categories"}
    columns = {field.name: getattr(samples, field.name) for field in fields(samples) if field.name not in kept}
    dropped = sum(map(_count_absurd, [*columns.values(), *samples.extra.values()]))
    totals = DeviceTotals(*map(_bound, (getattr(activity.device_totals, field.name) for field in fields(DeviceTotals))))
    laps = tuple(_bound_lap(lap) for lap in activity.laps)
    activity = replace(activity, device_totals=totals, laps=laps)
    if not dropped:
        return activity
    extra = {name: _without_absurd(column) for name, column in samples.extra.items()}
    columns = {name: _without_absurd(column) for name, column in columns.items()}
    finding = warn(
        "absurd-values", f"{format_count(dropped, 'value')} too large for any device dropped", dropped, "values"
    )
    return replace(
        activity,
        samples=replace(samples, extra=MappingProxyType(extra), **columns),
        findings=(*activity.findings, finding),
    )


def _count_absurd(column: FloatArray) -> int:
    return int(np.sum(np.abs(column) > MAX_VALUE))


def _without_absurd(column: FloatArray) -> FloatArray:
    return np.where(np.abs(column) > MAX_VALUE, np.nan, column)


def _bound(value: float) -> float:
    return value if abs(value) <= MAX_VALUE else np.nan


def _bound_lap(lap: Lap) -> Lap:
    if abs(lap.distance_m) > MAX_VALUE or abs(lap.timer_s) > MAX_VALUE:
        return replace(lap, distance_m=_bound(lap.distance_m), timer_s=_bound(lap.timer_s))
    return lap
