"""Reading of laps, splits, pauses and waypoints of a FIT session, on the time axis of its records.

``origin_s`` is the time of the session's first record, ``window`` its start and end, by the device's clock (s). A lap
or split belongs to the session that holds its middle, because watches round times.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from retropace.core.activity import Lap, Split, Waypoint
from retropace.core.spans import Spans, as_spans, total_s
from retropace.readers.fit.table import SEMICIRCLE_DEG
from retropace.readers.fit.values import MIN_DATE_TIME_S, read_message_index, read_number, read_text, read_time_s

MAX_WRITE_DELAY_S = 30.0
"""Most seconds by which a lap may end after it was written; one said to end later ends when it was written."""


def read_lap_span(message: Any) -> tuple[float, float]:
    """Read start and end of a lap in seconds by the device's clock, NaN if unknown."""
    start_s, written_s = read_time_s(message, "start_time"), read_time_s(message, "timestamp")
    elapsed_s = read_number(message, "total_elapsed_time")
    if np.isnan(start_s):
        start_s = written_s - elapsed_s
    if np.isfinite(start_s) and (start_s < MIN_DATE_TIME_S) != (written_s < MIN_DATE_TIME_S):
        written_s = np.nan  # only one of the two has a date, so that they cannot be compared
    if start_s >= written_s and elapsed_s > 0.0:
        written_s = np.nan  # some apps give all laps the time of the session
    if np.isnan(elapsed_s) and np.isnan(written_s):
        elapsed_s = read_number(message, "total_timer_time")
    end_s = start_s + elapsed_s
    is_plausible = end_s > start_s and not end_s > written_s + MAX_WRITE_DELAY_S
    return start_s, end_s if is_plausible or np.isnan(written_s) else written_s


def read_laps(messages: Sequence[Any], window: tuple[float, float], origin_s: float) -> list[Lap]:
    """Read the laps of a session in the order of the file; laps without usable times are left out."""
    laps, previous_end_s = [], origin_s
    for message in messages:
        start_s, end_s = read_lap_span(message)
        if np.isnan(start_s):
            start_s = previous_end_s  # as old watches write laps
        previous_end_s = end_s if np.isfinite(end_s) else previous_end_s
        if start_s <= end_s and _has_middle_inside(start_s, end_s, window):
            laps.append(
                Lap(
                    start_s=start_s - origin_s,
                    end_s=end_s - origin_s,
                    trigger=read_text([message], "lap_trigger"),
                    intensity=read_text([message], "intensity"),
                    step_index=read_message_index(message, "wkt_step_index"),
                    timer_s=read_number(message, "total_timer_time"),
                    distance_m=read_number(message, "total_distance"),
                )
            )
    return laps


def read_splits(messages: Sequence[Any], window: tuple[float, float], origin_s: float) -> list[Split]:
    """Read the FIT ``split`` messages (parts of a session: runs, walks, intervals) in order of time."""
    splits = []
    for message in messages:
        start_s, elapsed_s = read_time_s(message, "start_time"), read_number(message, "total_elapsed_time")
        if np.isnan(elapsed_s):
            elapsed_s = read_time_s(message, "end_time") - start_s
        if elapsed_s > 0.0 and _has_middle_inside(start_s, start_s + elapsed_s, window):
            kind = read_text([message], "split_type")
            distance_m = read_number(message, "total_distance")
            splits.append(Split(start_s - origin_s, start_s + elapsed_s - origin_s, kind, distance_m))
    return sorted(splits, key=lambda split: (split.start_s, split.end_s))


def read_pauses(events: Sequence[Any], origin_s: float, paused_s: float) -> Spans:
    """Read the pauses, stop to start of the timer, in order of time or file, whose total is closer to ``paused_s``."""
    timer = [message for message in events if read_text([message], "event") == "timer"]
    times_s = [read_time_s(message, "timestamp") - origin_s for message in timer]
    kinds = [read_text([message], "event_type") for message in timer]
    timed = [event for event in zip(times_s, kinds, strict=True) if np.isfinite(event[0])]
    readings = [_pair_events(sorted(timed, key=lambda event: event[0])), _pair_events(timed)]
    return min(readings, key=lambda pauses: np.nan_to_num(abs(total_s(pauses) - paused_s)))


def _pair_events(events: Sequence[tuple[float, str]]) -> Spans:
    """Return the spans from each stop to the next start of timer events, given as times in seconds and kinds."""
    pauses, stop_s = [], np.nan
    for t_s, kind in events:
        if kind.startswith("stop") and np.isnan(stop_s):
            stop_s = t_s
        elif kind == "start":
            pauses.append((stop_s, t_s))
            stop_s = np.nan
    return as_spans(sorted(pause for pause in pauses if pause[0] < pause[1]))


def read_waypoints(
    course_points: Sequence[Any], events: Sequence[Any], origin_s: float, end_s: float
) -> list[Waypoint]:
    """Read course points, whose time is NaN if it is that of the planned course, and markers, without position."""
    waypoints = []
    for message in course_points:
        time_s = read_time_s(message, "timestamp")
        waypoints.append(
            Waypoint(
                t_s=time_s - origin_s if origin_s <= time_s <= end_s else np.nan,
                name=read_text([message], "name"),
                note=read_text([message], "type"),
                lat_deg=read_number(message, "position_lat") * SEMICIRCLE_DEG,
                lon_deg=read_number(message, "position_long") * SEMICIRCLE_DEG,
            )
        )
    for message in events:
        time_s = read_time_s(message, "timestamp")
        if read_text([message], "event") == "user_marker" and origin_s <= time_s <= end_s:
            waypoints.append(Waypoint(t_s=time_s - origin_s, note="user_marker"))
    return waypoints


def _has_middle_inside(start_s: float, end_s: float, window: tuple[float, float]) -> bool:
    return window[0] <= (start_s + end_s) / 2.0 < window[1]
