"""Reader of one workout of an Apple Health export, in the JSON that :mod:`retropace.sources.apple` makes of it.

Steps, distance and heart rate come as amounts with a start and an end (spans), positions as a separate GPX route.
"""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Activity, Device, DeviceTotals, Lap, Samples, Source
from retropace.core.errors import TOTALS_ONLY, NoActivityError, ReadError
from retropace.core.findings import Finding, warn
from retropace.core.spans import FloatArray, as_spans, cumulate, find_span, total_s, union
from retropace.readers.absurd_values import MAX_VALUE
from retropace.readers.xml.gpx import read_gpx

SCHEMA = "retropace.apple-workout/1"
"""Identifier of the schema of a workout's JSON document."""
MAX_STEP_COUNT_SPAN_S = 15.0
"""Longest typical span of a step count in seconds from which cadence is derived; longer ones hide its changes."""
MAX_WORKOUT_S = 7 * 86400.0
"""Longest workout in seconds that is read; a longer one has wrong times."""
HEART_RATE_HOLD_S = 30.0
"""Seconds for which a heart rate is valid; after that it is missing. Most watches measure every 5 s."""


def read_apple(data: bytes, path: str) -> list[Activity]:
    """Read the workout in a document; raises :class:`ReadError`, for totals alone :class:`NoActivityError`."""
    try:
        document = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ReadError(f"has the schema {document['schema']!r}; this retropace knows {SCHEMA}", path=path)
        return [_build_activity(document, path)]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ReadError(f"is no workout of an Apple Health export ({type(error).__name__})", path=path) from None


def _build_activity(document: dict[str, Any], path: str) -> Activity:
    start = datetime.fromisoformat(document["start_time"][:19] + document["start_time"][20:]).astimezone(UTC)
    elapsed_s = float(document["elapsed_s"])
    if not 0.0 < elapsed_s <= MAX_WORKOUT_S:
        raise ReadError("is a workout that lasts nothing or over a week: its times are wrong", path=path)
    steps, distances, heart_rates = (_read_spans(document[kind]) for kind in ("steps", "metres", "heart"))
    findings: list[Finding] = []
    if document["lost_routes"]:
        findings.append(warn("route-missing", "the route of the workout is not in the export"))
    route = _read_route(document["routes"], start, findings)
    if route is None and not (len(steps) or len(distances)):
        reason = "is a workout of which only a summary is kept: no route, no steps, no distance"
        raise NoActivityError(reason, TOTALS_ONLY, path=path)
    t_s, columns = _build_time_axis(route, elapsed_s)
    if len(distances) and "distance_m" not in columns:
        columns["distance_m"] = _interpolate_total(distances, t_s)
    if len(steps):
        span_s = _compute_typical_span_s(steps)
        if span_s <= MAX_STEP_COUNT_SPAN_S:
            columns["cadence_recorded"] = _compute_rate_per_min(steps, t_s)
        else:
            text = f"steps were counted over {span_s:.0f} s at a time: too coarse for cadence, left out"
            findings.append(warn("coarse-steps", text, span_s, "s"))
    if len(heart_rates) and "heart_rate_bpm" not in columns:
        columns["heart_rate_bpm"] = _hold_last_value(heart_rates, t_s)
    lap_edges_s = sorted({0.0, *(edge_s for edge_s in document["laps"] if 0.0 < edge_s < elapsed_s), elapsed_s})
    laps = [Lap(start_s, end_s, trigger="manual") for start_s, end_s in pairwise(lap_edges_s)]
    pauses = union(as_spans([(start_s, end_s) for start_s, end_s in document["pauses"] if end_s > start_s]))
    return Activity(
        source=Source(path, "apple"),
        samples=Samples.from_columns(t_s - t_s[0], extra=None, categories=None, **columns),
        start_time=start + timedelta(seconds=float(t_s[0])),
        sport=document["sport"],
        sub_sport="indoor" if document["is_indoor"] else "",
        device=Device("Apple", document["device"]),
        laps=tuple(laps) if len(laps) > 1 else (),
        pauses=pauses,
        cadence_unit="spm",
        device_totals=DeviceTotals(timer_s=elapsed_s - total_s(pauses)),
        findings=tuple(findings),
    )


def _read_route(texts: list[str], start: datetime, findings: list[Finding]) -> tuple[FloatArray, Samples] | None:
    """Read the longest GPX route, if any: its times in seconds after the workout's start, and its samples."""
    routes: list[tuple[FloatArray, Samples]] = []
    for text in texts:
        try:
            for track in read_gpx(text.encode("utf-8"), "route"):
                if track.start_time is not None:
                    routes.append((track.samples.t_s + (track.start_time - start).total_seconds(), track.samples))
        except ReadError as error:
            findings.append(warn("route-unusable", f"the route of the workout cannot be used: {error.message}"))
    if len(routes) > 1:
        text = f"the workout has {len(routes)} routes: the longest was used"
        findings.append(warn("several-routes", text, len(routes), "routes"))
    return max(routes, key=lambda candidate: len(candidate[0])) if routes else None


def _build_time_axis(
    route: tuple[FloatArray, Samples] | None, elapsed_s: float
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return the times of all records: the route's, with its columns, and every second before and after (NaN)."""
    if route is None:
        return np.arange(0.0, elapsed_s + 1e-6, 1.0), {}
    route_s, samples = route
    lead = np.arange(0.0, max(float(route_s[0]) - 0.5, 0.0), 1.0)
    tail = np.arange(float(route_s[-1]) + 1.0, elapsed_s + 1e-6, 1.0)
    columns = {}
    for name in ("lat_deg", "lon_deg", "altitude_m", "speed_mps", "heart_rate_bpm"):
        column = getattr(samples, name)
        if np.any(np.isfinite(column)):
            columns[name] = np.concatenate((np.full(len(lead), np.nan), column, np.full(len(tail), np.nan)))
    return np.concatenate((lead, route_s, tail)), columns


def _read_spans(rows: list[list[float]]) -> NDArray[np.float64]:
    """Return rows of start, end and amount as spans ``(n, 3)`` without absurd ones; overlaps are cut from the later."""
    table = np.array(rows, dtype=np.float64).reshape(-1, 3)
    table = table[np.all(np.abs(table) <= MAX_VALUE, axis=1)]
    table[1:, 0] = np.maximum(table[1:, 0], np.maximum.accumulate(table[:, 1])[:-1])
    return table[table[:, 1] >= table[:, 0]]


def _compute_typical_span_s(counts: NDArray[np.float64]) -> float:
    """Compute the length of a typical span: half of the total time lies in spans of at most this length."""
    lengths_s = np.sort(counts[:, 1] - counts[:, 0])
    return float(lengths_s[np.searchsorted(np.cumsum(lengths_s), 0.5 * np.sum(lengths_s))])


def _interpolate_total(counts: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """Compute the amount counted from the start up to each time, as if it grew evenly within each span."""
    return np.interp(t_s, counts[:, :2].ravel(), np.repeat(cumulate(counts[:, 2]), 2)[1:-1])


def _compute_rate_per_min(counts: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """Compute the amount per minute at each time as the mean rate of the span around it; NaN between the spans."""
    rates_per_min = 60.0 * counts[:, 2] / np.maximum(counts[:, 1] - counts[:, 0], 1e-9)
    return np.append(rates_per_min, np.nan)[find_span(counts, t_s)]


def _hold_last_value(values: NDArray[np.float64], t_s: FloatArray) -> FloatArray:
    """Return the last value measured before each time; NaN if it is older than :data:`HEART_RATE_HOLD_S`."""
    rows = np.searchsorted(values[:, 0], t_s, side="right") - 1
    last_values = values[np.maximum(rows, 0)]
    return np.where((rows >= 0) & (t_s - last_values[:, 0] <= HEART_RATE_HOLD_S), last_values[:, 2], np.nan)
