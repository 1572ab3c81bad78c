"""Writing of an activity as a FIT file with the messages that a watch writes, by the library fit-tool."""

from __future__ import annotations

from typing import Any

import numpy as np

from retropace.core.activity import Activity
from retropace.core.errors import RetropaceError


def fit_bytes(activity: Activity) -> bytes:
    """Encode an activity as a FIT file: identity, timer events, records, laps and session.

    Raises :class:`RetropaceError` if the activity has no start time.
    """
    from fit_tool.fit_file_builder import FitFileBuilder
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Event, EventType, FileType, LapTrigger, Manufacturer, Sport, SubSport

    if activity.start_time is None:
        raise RetropaceError("an activity without a start time cannot be written as FIT")
    origin_ms = round(activity.start_time.timestamp()) * 1000

    def at_ms(t_s: float) -> int:
        return origin_ms + round(t_s) * 1000

    def build(message_type: Any, **values: Any) -> Any:
        message = message_type()
        for name, value in values.items():
            setattr(message, name, value)
        return message

    end_s = float(activity.samples.t_s[-1])
    timer_s = end_s - float(np.sum(activity.pauses[:, 1] - activity.pauses[:, 0]))
    indoor = activity.sub_sport == "treadmill"
    events = [(float(start), EventType.STOP_ALL) for start, _ in activity.pauses]
    events += [(float(end), EventType.START) for _, end in activity.pauses]
    ordered: list[tuple[float, int, Any]] = [
        (t_s, 0, build(EventMessage, timestamp=at_ms(t_s), event=Event.TIMER, event_type=event_type))
        for t_s, event_type in events
    ]
    ordered += [
        (float(activity.samples.t_s[row]), 1, _build_record(activity, row, at_ms))
        for row in range(len(activity.samples))
    ]
    for index, lap in enumerate(activity.laps):
        trigger = LapTrigger[lap.trigger.upper()]
        lap_message = build(
            LapMessage,
            message_index=index,
            timestamp=at_ms(lap.end_s),
            start_time=at_ms(lap.start_s),
            total_elapsed_time=lap.end_s - lap.start_s,
            total_timer_time=lap.timer_s,
            total_distance=lap.distance_m,
            lap_trigger=trigger,
            event=Event.LAP,
            event_type=EventType.STOP,
        )
        ordered.append((lap.end_s, 2, lap_message))

    builder = FitFileBuilder(auto_define=True)
    builder.add(
        build(
            FileIdMessage,
            type=FileType.ACTIVITY,
            manufacturer=Manufacturer.DEVELOPMENT.value,
            product=1,
            serial_number=1,
            time_created=origin_ms,
        )
    )
    builder.add(
        build(DeviceInfoMessage, timestamp=origin_ms, device_index=0, manufacturer=Manufacturer.DEVELOPMENT.value)
    )
    builder.add(build(EventMessage, timestamp=origin_ms, event=Event.TIMER, event_type=EventType.START))
    for _, _, message in sorted(ordered, key=lambda row: row[:2]):
        builder.add(message)
    builder.add(build(EventMessage, timestamp=at_ms(end_s), event=Event.TIMER, event_type=EventType.STOP_ALL))
    builder.add(
        build(
            SessionMessage,
            timestamp=at_ms(end_s),
            start_time=origin_ms,
            total_elapsed_time=end_s,
            total_timer_time=timer_s,
            total_distance=float(activity.samples.distance_m[-1]),
            sport=Sport.RUNNING,
            sub_sport=SubSport.TREADMILL if indoor else SubSport.GENERIC,
            first_lap_index=0,
            num_laps=len(activity.laps),
            event=Event.SESSION,
            event_type=EventType.STOP,
        )
    )
    builder.add(
        build(ActivityMessage, timestamp=at_ms(end_s), total_timer_time=timer_s, num_sessions=1, event=Event.ACTIVITY)
    )
    return bytes(builder.build().to_bytes())


def _build_record(activity: Activity, row: int, at_ms: Any) -> Any:
    """Build the record message of one sample; ``at_ms`` converts elapsed seconds to milliseconds since 1970."""
    from fit_tool.profile.messages.record_message import RecordMessage

    samples = activity.samples
    message = RecordMessage()
    message.timestamp = at_ms(float(samples.t_s[row]))
    values = {
        "position_lat": samples.lat_deg,
        "position_long": samples.lon_deg,
        "distance": samples.distance_m,
        "enhanced_speed": samples.speed_mps,
        "enhanced_altitude": samples.altitude_m,
        "heart_rate": samples.heart_rate_bpm,
    }
    for name, column in values.items():
        if np.isfinite(column[row]):
            setattr(message, name, float(column[row]) if name != "heart_rate" else int(column[row]))
    if np.isfinite(samples.cadence_recorded[row]):
        integer = int(samples.cadence_recorded[row])
        message.cadence = integer
        message.fractional_cadence = float(samples.cadence_recorded[row] - integer)
    return message
