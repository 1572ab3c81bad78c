"""Removal of values that no device measures: numbers so large that they are damage, or mark a missing value."""

from dataclasses import astuple, fields, replace
from types import MappingProxyType

import numpy as np

from retropace.core.activity import Activity, DeviceTotals
from retropace.core.findings import warn
from retropace.core.spans import FloatArray
from retropace.core.units import format_count

MAX_VALUE = 1e9
"""Largest size of any measured value in its unit; even the circumference of the earth is only 4e7 metres."""


def drop_absurd_values(activity: Activity) -> Activity:
    """Return the activity with absurd values missing: in columns (times excepted), totals and laps; it is said."""
    samples, totals, findings = activity.samples, activity.device_totals, activity.findings
    names = [field.name for field in fields(samples) if field.name not in ("t_s", "extra", "categories")]
    columns = {name: getattr(samples, name) for name in names}
    dropped = sum(int(np.sum(np.abs(column) > MAX_VALUE)) for column in (*columns.values(), *samples.extra.values()))
    if dropped:
        columns = {name: _bound(column) for name, column in columns.items()}
        extra = MappingProxyType({name: _bound(column) for name, column in samples.extra.items()})
        samples = replace(samples, extra=extra, **columns)
        text = f"{format_count(dropped, 'value')} too large for any device dropped"
        findings = (*findings, warn("absurd-values", text, dropped, "values"))
    return replace(
        activity,
        samples=samples,
        device_totals=DeviceTotals(*map(float, _bound(np.array(astuple(totals))))),
        laps=tuple(
            replace(lap, distance_m=float(_bound(lap.distance_m)), timer_s=float(_bound(lap.timer_s)))
            for lap in activity.laps
        ),
        findings=findings,
    )


def _bound(values: FloatArray | float) -> FloatArray:
    return np.where(np.abs(values) > MAX_VALUE, np.nan, values)
