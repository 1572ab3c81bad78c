"""What a FIT file says of moments and stretches: laps, splits, pauses and marks, on the axis of a session's records.

``origin`` is the time of the session's first record by the watch's clock. A stretch belongs to the session that holds
its middle, as watches round the edges of neighbouring sessions to the same second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.core.activity import Lap, Split, Waypoint
from retropace.core.spans import Spans, as_spans
from retropace.readers.fit.table import SEMICIRCLE_DEG
from retropace.readers.fit.values import MIN_DATE_TIME_S, read_message_index, read_number, read_text, read_time_s

MAX_WRITE_DELAY_S = 30.0
"""A lap is written when it has ended, at most so much later; one that would end later than it was written is wrong."""


def read_lap_span(message: Any) -> tuple[float, float]:
    """Start and end of a lap by the watch's clock, NaN if not told.

    The end is the start and the elapsed time, which is finer than the second in which the lap was written.
    """
    start, written = read_time_s(message, "start_time"), read_time_s(message, "timestamp")
    elapsed = read_number(message, "total_elapsed_time")
    if np.isnan(start):
        start = written - elapsed
    if np.isfinite(start) and (start < MIN_DATE_TIME_S) != (written < MIN_DATE_TIME_S):
        written = np.nan  # one has a date and the other none: they cannot be compared
    if np.isnan(elapsed) and np.isnan(written):
        elapsed = read_number(message, "total_timer_time")
    end = start + elapsed
    is_sane = end > start and not end > written + MAX_WRITE_DELAY_S
    return start, end if is_sane or np.isnan(written) else written


def read_laps(messages: Sequence[Any], window: tuple[float, float], origin_s: float) -> list[Lap]:
    """The laps of a session in order of time; laps whose times cannot be told are left out.

    A lap without a start, as old watches write it, starts where the one before it ends.
    """
    laps = []
    before = origin_s
    for message in messages:
        start, end = read_lap_span(message)
        if np.isnan(start):
            start = before
        before = end if np.isfinite(end) else before
        if start <= end and _has_middle_inside(start, end, window):
            laps.append(
                Lap(
                    start_s=start - origin_s,
                    end_s=end - origin_s,
                    trigger=read_text([message], "lap_trigger"),
                    intensity=read_text([message], "intensity"),
                    step_index=read_message_index(message, "wkt_step_index"),
                    timer_s=read_number(message, "total_timer_time"),
                    distance_m=read_number(message, "total_distance"),
                )
            )
    return sorted(laps, key=lambda lap: (lap.start_s, lap.end_s))


def read_splits(messages: Sequence[Any], window: tuple[float, float], origin_s: float) -> list[Split]:
    """The splits of a session in order of time."""
    splits = []
    for message in messages:
        start, elapsed = read_time_s(message, "start_time"), read_number(message, "total_elapsed_time")
        if np.isnan(elapsed):
            elapsed = read_time_s(message, "end_time") - start
        if elapsed > 0.0 and _has_middle_inside(start, start + elapsed, window):
            kind = read_text([message], "split_type")
            distance_m = read_number(message, "total_distance")
            splits.append(Split(start - origin_s, start + elapsed - origin_s, kind, distance_m))
    return sorted(splits, key=lambda split: (split.start_s, split.end_s))


def read_pauses(events: Sequence[Any], origin_s: float) -> Spans:
    """From each stop of the timer to the next start; a stop that nothing follows is the end, not a pause."""
    timer = [
        (read_time_s(message, "timestamp") - origin_s, read_text([message], "event_type"))
        for message in events
        if read_text([message], "event") == "timer"
    ]
    pauses: list[tuple[float, float]] = []
    stopped: float | None = None
    for moment, kind in timer:
        if np.isnan(moment):
            continue
        if kind.startswith("stop") and stopped is None:
            stopped = moment
        elif kind == "start" and stopped is not None:
            if moment > stopped:
                pauses.append((stopped, moment))
            stopped = None
    return as_spans(sorted(pauses))


def read_waypoints(
    course_points: Sequence[Any], events: Sequence[Any], origin_s: float, end_s: float
) -> list[Waypoint]:
    """Course points, which have a place, and marks that the runner set while running, which have a time.

    The time of a point outside the session is that of the course it came with, and no moment of this run.
    """
    marks = []
    for message in course_points:
        moment = read_time_s(message, "timestamp")
        marks.append(
            Waypoint(
                t_s=moment - origin_s if origin_s <= moment <= end_s else np.nan,
                name=read_text([message], "name"),
                note=read_text([message], "type"),
                lat_deg=read_number(message, "position_lat") * SEMICIRCLE_DEG,
                lon_deg=read_number(message, "position_long") * SEMICIRCLE_DEG,
            )
        )
    for message in events:
        moment = read_time_s(message, "timestamp")
        if read_text([message], "event") == "user_marker" and origin_s <= moment <= end_s:
            marks.append(Waypoint(t_s=moment - origin_s, note="user_marker"))
    return marks


def _has_middle_inside(start: float, end: float, window: tuple[float, float]) -> bool:
    return window[0] <= (start + end) / 2.0 < window[1]
