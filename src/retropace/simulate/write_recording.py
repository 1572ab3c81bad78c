"""Writing of an activity as a FIT or GPX file, as a watch writes it."""

from datetime import timedelta
from typing import Any

import gpxpy.gpx
import numpy as np
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.messages.session_message import SessionMessage
from fit_tool.profile.profile_type import Event, EventType, LapTrigger, Manufacturer, Sport, SubSport

from retropace.core.activity import Activity, Lap, Samples
from retropace.core.errors import RetropaceError
from retropace.core.fit_encoder import FitClock, add_definitions, build_file_id, build_message, build_timer_event
from retropace.core.gpx_builder import build_point, build_track
from retropace.core.spans import contains, midpoints, total_s


def fit_bytes(activity: Activity) -> bytes:
    """Encode an activity as a FIT file; raises :class:`RetropaceError` if it has no start time."""
    if activity.start_time is None:
        raise RetropaceError("an activity without a start time cannot be written as FIT")
    fit_clock, t_s = FitClock(activity.start_time), activity.samples.t_s.tolist()
    # Of messages with the same time, timer events come first and laps last.
    timed = [(t_s[row], 1, _build_record(activity.samples, row, fit_clock)) for row in range(len(t_s))]
    timed += [(lap.end_s, 2, _build_lap(lap, index, fit_clock)) for index, lap in enumerate(activity.laps)]
    events = [(start_s, EventType.STOP_ALL) for start_s in activity.pauses[:, 0].tolist()]
    events += [(end_s, EventType.START) for end_s in activity.pauses[:, 1].tolist()]
    timed += [(time_s, 0, build_timer_event(fit_clock, time_s, event_type)) for time_s, event_type in events]
    start_ms, maker = fit_clock.to_ms(0.0), Manufacturer.DEVELOPMENT.value
    messages = [
        build_file_id(fit_clock),
        build_message(DeviceInfoMessage, timestamp=start_ms, device_index=0, manufacturer=maker),
        build_timer_event(fit_clock, 0.0, EventType.START),
        *(message for _, _, message in sorted(timed, key=lambda row: row[:2])),
        build_timer_event(fit_clock, t_s[-1], EventType.STOP_ALL),
        *_build_totals(activity, fit_clock),
    ]
    return bytes(add_definitions(messages).build_bytes())


def _build_record(samples: Samples, row: int, fit_clock: FitClock) -> Any:
    columns = {
        "position_lat": samples.lat_deg,
        "position_long": samples.lon_deg,
        "distance": samples.distance_m,
        "enhanced_speed": samples.speed_mps,
        "enhanced_altitude": samples.altitude_m,
        "heart_rate": samples.heart_rate_bpm,
        "cadence": samples.cadence_recorded,
    }
    values: dict[str, float] = {
        name: float(column[row]) for name, column in columns.items() if np.isfinite(column[row])
    }
    if "cadence" in values:
        values["fractional_cadence"] = values["cadence"] % 1.0
    values |= {name: int(values[name]) for name in ("heart_rate", "cadence") if name in values}
    return build_message(RecordMessage, timestamp=fit_clock.to_ms(float(samples.t_s[row])), **values)


def _build_lap(lap: Lap, index: int, fit_clock: FitClock) -> Any:
    return build_message(
        LapMessage,
        message_index=index,
        timestamp=fit_clock.to_ms(lap.end_s),
        start_time=fit_clock.to_ms(lap.start_s),
        total_elapsed_time=lap.end_s - lap.start_s,
        total_timer_time=lap.timer_s,
        total_distance=lap.distance_m,
        lap_trigger=LapTrigger[lap.trigger.upper()],
        event=Event.LAP,
        event_type=EventType.STOP,
    )


def _build_totals(activity: Activity, fit_clock: FitClock) -> list[Any]:
    end_s = float(activity.samples.t_s[-1])
    shared = {"timestamp": fit_clock.to_ms(end_s), "total_timer_time": end_s - total_s(activity.pauses)}
    session = build_message(
        SessionMessage,
        start_time=fit_clock.to_ms(0.0),
        total_elapsed_time=end_s,
        total_distance=float(activity.samples.distance_m[-1]),
        sport=Sport.RUNNING,
        sub_sport=SubSport.TREADMILL if activity.sub_sport == "treadmill" else SubSport.GENERIC,
        first_lap_index=0,
        num_laps=len(activity.laps),
        event=Event.SESSION,
        event_type=EventType.STOP,
        **shared,
    )
    return [session, build_message(ActivityMessage, num_sessions=1, event=Event.ACTIVITY, **shared)]


def gpx_text(activity: Activity) -> str:
    """Return the records with a position as GPX; raises :class:`RetropaceError` if there is no start time."""
    if activity.start_time is None:
        raise RetropaceError("an activity without a start time cannot be written as GPX")
    samples = activity.samples
    document, track = build_track("retropace simulator", activity.name, activity.sport)
    resumed = np.flatnonzero(contains(activity.pauses, midpoints(samples.t_s))) + 1
    for rows in np.split(np.arange(len(samples)), resumed):
        points = []
        for row in rows[np.isfinite(samples.lat_deg[rows])].tolist():
            lat_deg, lon_deg = float(samples.lat_deg[row]), float(samples.lon_deg[row])
            time = activity.start_time + timedelta(seconds=float(samples.t_s[row]))
            sensors = {"hr": samples.heart_rate_bpm[row], "cad": samples.cadence_recorded[row]}
            known = {name: int(value) for name, value in sensors.items() if np.isfinite(value)}
            points.append(build_point(lat_deg, lon_deg, float(samples.altitude_m[row]), time, known))
        if points:
            track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return str(document.to_xml(prettyprint=False))
