"""A workout of an Apple Health export, in the document that ``sources/apple.py`` makes of it.

Steps, distance and heartbeats come as counts over short spans, positions as a route of their own. Cadence is told from
the steps where the spans are short enough to see it change.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Activity, Device, Lap, Samples, Source
from retropace.core.errors import TOTALS_ONLY, NoActivityError, ReadError
from retropace.core.spans import FloatArray, as_spans
from retropace.readers.xml.gpx import read_gpx

SCHEMA = "retropace.apple-workout/1"
MAX_STEP_COUNT_SPAN_S = 15.0
"""Steps counted over longer spans do not show a change of cadence: the least segment is 10 s long."""
HEART_RATE_HOLD_S = 30.0
"""A heart rate holds for so long: watches measure every 5 s in a workout, now and then less often."""


def read_apple(data: bytes, path: str) -> list[Activity]:
    """The one workout in the document; raises :class:`ReadError` if nothing was measured."""
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ReadError(f"has the schema {document['schema']!r}; this retropace knows {SCHEMA}", path=path)
        return [_build_activity(document, path)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as bad:
        raise ReadError(f"is no workout of an Apple Health export ({type(bad).__name__})", path=path) from None


def _build_activity(document: dict[str, Any], path: str) -> Activity:
    start = datetime.fromisoformat(document["start_time"][:19] + document["start_time"][20:]).astimezone(UTC)
    elapsed_s = float(document["elapsed_s"])
    steps, metres, heart = (_read_spans(document[kind]) for kind in ("steps", "metres", "heart"))
    warnings: list[str] = []
    if document["lost_routes"]:
        warnings.append("the route of the workout is not in the export")
    route = _read_route(document["routes"], start, warnings)
    if route is None and not (len(steps) or len(metres)):
        raise NoActivityError(
            "is a workout of which only a summary is kept: no route, no steps, no distance", TOTALS_ONLY, path=path
        )
    t_s, columns = _build_time_axis(route, elapsed_s)
    if len(metres) and "distance_m" not in columns:
        columns["distance_m"] = _interpolate_total(metres, t_s)
    if len(steps):
        long_s = _compute_typical_span_s(steps)
        if long_s <= MAX_STEP_COUNT_SPAN_S:
            columns["cadence_recorded"] = _compute_rate_per_min(steps, t_s)
        else:
            warnings.append(f"steps were counted over {long_s:.0f} s at a time: too coarse for cadence, left out")
    if len(heart) and "heart_rate_bpm" not in columns:
        columns["heart_rate_bpm"] = _hold_last_value(heart, t_s)
    cuts = sorted({0.0, *(at for at in document["laps"] if 0.0 < at < elapsed_s), elapsed_s})
    laps = [Lap(a, b, trigger="manual") for a, b in pairwise(cuts)] if len(cuts) > 2 else []
    return Activity(
        source=Source(path, "apple"),
        samples=Samples.from_columns(t_s - t_s[0], extra=None, categories=None, **columns),
        start_time=start + timedelta(seconds=float(t_s[0])),
        sport=document["sport"],
        sub_sport="indoor" if document["is_indoor"] else "",
        device=Device("Apple", document["device"]),
        laps=tuple(laps),
        pauses=as_spans([(a, b) for a, b in document["pauses"] if b > a]),
        cadence_unit="spm",
        warnings=tuple(warnings),
    )


def _read_route(texts: list[str], start: datetime, warnings: list[str]) -> tuple[FloatArray, Samples] | None:
    """The positions of a workout with their times from its start; None if there are none."""
    found: list[tuple[FloatArray, Samples]] = []
    for text in texts:
        try:
            for track in read_gpx(text.encode("utf-8"), "route"):
                if track.start_time is not None:
                    found.append((track.samples.t_s + (track.start_time - start).total_seconds(), track.samples))
        except ReadError as bad:
            warnings.append(f"the route of the workout cannot be used: {bad.message}")
    if len(found) > 1:
        warnings.append(f"the workout has {len(found)} routes: the longest was used")
    return max(found, key=lambda one: len(one[0])) if found else None


def _build_time_axis(
    route: tuple[FloatArray, Samples] | None, elapsed_s: float
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """The times of all records, every second where there is no route, and the route's columns on them."""
    if route is None:
        return np.arange(0.0, elapsed_s + 1e-6, 1.0), {}
    known_s, samples = route
    lead = np.arange(0.0, max(float(known_s[0]) - 0.5, 0.0), 1.0)
    tail = np.arange(float(known_s[-1]) + 1.0, elapsed_s + 1e-6, 1.0)
    columns = {}
    for name in ("lat_deg", "lon_deg", "altitude_m", "speed_mps", "heart_rate_bpm"):
        column = getattr(samples, name)
        if np.any(np.isfinite(column)):
            columns[name] = np.concatenate((np.full(len(lead), np.nan), column, np.full(len(tail), np.nan)))
    return np.concatenate((lead, known_s, tail)), columns


def _read_spans(rows: list[list[float]]) -> NDArray[np.float64]:
    """``(n, 3)``: from, to, how much; in order, none beginning before the one before has ended."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    table = table[np.all(np.isfinite(table), axis=1)]
    table[1:, 0] = np.maximum(table[1:, 0], np.maximum.accumulate(table[:, 1])[:-1])
    return table[table[:, 1] >= table[:, 0]]


def _compute_typical_span_s(counts: NDArray[np.float64]) -> float:
    """The length of the span in which half of the counted time lies."""
    long_s = np.sort(counts[:, 1] - counts[:, 0])
    return float(long_s[np.searchsorted(np.cumsum(long_s), 0.5 * np.sum(long_s))])


def _interpolate_total(counts: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """How much was counted from the start up to each time, evenly within each span."""
    at = counts[:, :2].ravel()
    total = np.concatenate(([0.0], np.cumsum(counts[:, 2])))
    sums = np.column_stack((total[:-1], total[1:])).ravel()
    column: FloatArray = np.interp(t_s, at, sums)
    return column


def _compute_rate_per_min(counts: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """How much was counted per minute at each time; NaN between the spans."""
    rows = np.searchsorted(counts[:, 0], t_s, side="right") - 1
    span = counts[np.maximum(rows, 0)]
    inside = (rows >= 0) & (t_s < span[:, 1])
    return np.where(inside, 60.0 * span[:, 2] / np.maximum(span[:, 1] - span[:, 0], 1e-9), np.nan)


def _hold_last_value(values: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """The last value measured before each time, for as long as it holds."""
    rows = np.searchsorted(values[:, 0], t_s, side="right") - 1
    last = values[np.maximum(rows, 0)]
    return np.where((rows >= 0) & (t_s - last[:, 0] <= HEART_RATE_HOLD_S), last[:, 2], np.nan)


__all__ = ["MAX_STEP_COUNT_SPAN_S", "SCHEMA", "read_apple"]
