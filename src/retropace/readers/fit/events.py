"""What a FIT file says of moments and stretches: laps, splits, pauses and marks, on the axis of a session's records.

``origin`` is the time of the session's first record by the watch's clock. A stretch belongs to the session that holds
its middle, as watches round the edges of neighbouring sessions to the same second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.core.activity import Lap, Mark, Split
from retropace.core.spans import Spans, as_spans
from retropace.readers.fit.table import SEMICIRCLE_DEG
from retropace.readers.fit.values import POWER_ON, index_of, number_of, text_of, time_of

LATE_S = 30.0
"""A lap is written when it has ended, at most so much later; one that would end later than it was written is wrong."""


def lap_span(message: Any) -> tuple[float, float]:
    """Start and end of a lap by the watch's clock, NaN if not told.

    The end is the start and the elapsed time, which is finer than the second in which the lap was written.
    """
    start, written = time_of(message, "start_time"), time_of(message, "timestamp")
    elapsed = number_of(message, "total_elapsed_time")
    if np.isnan(start):
        start = written - elapsed
    if np.isfinite(start) and (start < POWER_ON) != (written < POWER_ON):
        written = np.nan  # one has a date and the other none: they cannot be compared
    if np.isnan(elapsed) and np.isnan(written):
        elapsed = number_of(message, "total_timer_time")
    end = start + elapsed
    is_sane = end > start and not end > written + LATE_S
    return start, end if is_sane or np.isnan(written) else written


def read_laps(messages: Sequence[Any], window: tuple[float, float], origin: float) -> list[Lap]:
    """The laps of a session in order of time; laps whose times cannot be told are left out.

    A lap without a start, as old watches write it, starts where the one before it ends.
    """
    laps = []
    before = origin
    for message in messages:
        start, end = lap_span(message)
        if np.isnan(start):
            start = before
        before = end if np.isfinite(end) else before
        if start <= end and _within(start, end, window):
            laps.append(
                Lap(
                    start_s=start - origin,
                    end_s=end - origin,
                    trigger=text_of([message], "lap_trigger"),
                    intensity=text_of([message], "intensity"),
                    step_index=index_of(message, "wkt_step_index"),
                    timer_s=number_of(message, "total_timer_time"),
                    distance_m=number_of(message, "total_distance"),
                )
            )
    return sorted(laps, key=lambda lap: (lap.start_s, lap.end_s))


def read_splits(messages: Sequence[Any], window: tuple[float, float], origin: float) -> list[Split]:
    """The splits of a session in order of time."""
    splits = []
    for message in messages:
        start, elapsed = time_of(message, "start_time"), number_of(message, "total_elapsed_time")
        if np.isnan(elapsed):
            elapsed = time_of(message, "end_time") - start
        if elapsed > 0.0 and _within(start, start + elapsed, window):
            kind = text_of([message], "split_type")
            distance_m = number_of(message, "total_distance")
            splits.append(Split(start - origin, start + elapsed - origin, kind, distance_m))
    return sorted(splits, key=lambda split: (split.start_s, split.end_s))


def read_pauses(events: Sequence[Any], origin: float) -> Spans:
    """From each stop of the timer to the next start; a stop that nothing follows is the end, not a pause."""
    timer = [
        (time_of(message, "timestamp") - origin, text_of([message], "event_type"))
        for message in events
        if text_of([message], "event") == "timer"
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


def read_marks(points: Sequence[Any], events: Sequence[Any], origin: float, end: float) -> list[Mark]:
    """Course points, which have a place, and marks that the runner set while running, which have a time.

    The time of a point outside the session is that of the course it came with, and no moment of this run.
    """
    marks = []
    for message in points:
        moment = time_of(message, "timestamp")
        marks.append(
            Mark(
                t_s=moment - origin if origin <= moment <= end else np.nan,
                name=text_of([message], "name"),
                note=text_of([message], "type"),
                lat_deg=number_of(message, "position_lat") * SEMICIRCLE_DEG,
                lon_deg=number_of(message, "position_long") * SEMICIRCLE_DEG,
            )
        )
    for message in events:
        moment = time_of(message, "timestamp")
        if text_of([message], "event") == "user_marker" and origin <= moment <= end:
            marks.append(Mark(t_s=moment - origin, note="user_marker"))
    return marks


def _within(start: float, end: float, window: tuple[float, float]) -> bool:
    return window[0] <= (start + end) / 2.0 < window[1]
