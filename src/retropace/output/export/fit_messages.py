"""The messages of a FIT file other than its records, built with fit-tool, and the file's header and checksums."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.core.spans import FloatArray, contains, cumulate, midpoints, total_s
from retropace.readers.fit.stream import FIT_MAGIC

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PROTOCOL_VERSION = 0x20
"""FIT protocol version 2.0, the first with developer fields."""
APPLICATION_ID = b"retropace\0\0\0\0\0\0\1"
"""The 16-byte id under which readers recognize the developer fields of retropace; it must never change."""
STRING_FIELD_BYTES = {"direction": 10, "gait": 10, "basis": 10}
"""Developer fields (those that an app defines) that the export adds to laps for texts: name of the field and its size
in bytes, final zero included."""
CONFIDENCE_FIELD = "confidence"
"""The developer field of a lap for the probability, 0 to 1, that its direction is right; NaN where unknown."""


class FitClock:
    """Converts elapsed seconds of an activity to timestamps for fit-tool."""

    def __init__(self, start: datetime):
        self.start_unix_s = start.timestamp()

    def to_ms(self, t_s: float) -> int:
        """Elapsed seconds as milliseconds since 1970 (UTC), rounded to whole seconds, as FIT timestamps are."""
        return round(self.start_unix_s + t_s) * 1000


def encode_messages(messages: Sequence[Any]) -> bytes:
    """The fit-tool messages encoded as bytes, with the definition messages (field layouts) that they need."""
    from fit_tool.fit_file_builder import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    builder.add_all(list(messages))
    return b"".join(record.to_bytes() for record in builder.records)


def build_fit_file(body: bytes, profile_version: int) -> bytes:
    """A complete FIT file: a header before the encoded messages ``body``, and the checksums of both."""
    from fastcrc import crc16

    header = struct.pack("<2BHI4s", 14, PROTOCOL_VERSION, profile_version, len(body), FIT_MAGIC)
    header += struct.pack("<H", crc16.arc(header))
    return header + body + struct.pack("<H", crc16.arc(header + body))


def build_opening_messages(fit_clock: FitClock) -> list[Any]:
    """The first messages of a file whose records are not copied: file id, creator, device info and timer start."""
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.file_creator_message import FileCreatorMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import FileType, Manufacturer

    maker = {"manufacturer": Manufacturer.DEVELOPMENT.value, "product": 1, "serial_number": 1}
    software = float(".".join(version("retropace").split(".")[:2]))
    return [
        build_message(FileIdMessage, type=FileType.ACTIVITY, time_created=fit_clock.to_ms(0.0), **maker),
        build_message(FileCreatorMessage, software_version=round(100.0 * software)),
        build_message(
            DeviceInfoMessage, timestamp=fit_clock.to_ms(0.0), device_index=0, software_version=software, **maker
        ),
        build_timer_event(fit_clock, 0.0, "START"),
    ]


def build_timer_event(fit_clock: FitClock, t_s: float, event_type: str) -> Any:
    """An event message that starts or stops the timer; ``event_type`` names a member of fit-tool's ``EventType``."""
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event, EventType

    return build_message(
        EventMessage, timestamp=fit_clock.to_ms(t_s), event=Event.TIMER, event_type=EventType[event_type]
    )


def build_lap_messages(analysis: Analysis, fit_clock: FitClock, developer_index: int) -> list[Any]:
    """One lap message per segment, preceded by the descriptions of the developer fields for direction, gait and basis.

    Timestamps are whole seconds. For durations and distances, the cumulative curves are rounded before differences are
    taken, so that the laps add up to the totals.
    """
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.profile_type import Event, EventType, Intensity, LapTrigger

    segments, totals = analysis.segments, _compute_totals(analysis, analysis.segments.edges_s)
    messages = [
        build_message(DeveloperDataIdMessage, developer_data_index=developer_index, application_id=APPLICATION_ID)
    ]
    for number, name in enumerate((*STRING_FIELD_BYTES, CONFIDENCE_FIELD)):
        messages.append(
            build_message(
                FieldDescriptionMessage,
                developer_data_index=developer_index,
                field_definition_number=number,
                fit_base_type_id=_find_base_type(name).value,
                field_name=name,
                units="",
                native_mesg_num=LapMessage.ID,
            )
        )
    last_index = len(segments) - 1
    for index in range(len(segments)):
        labels = {name: str(getattr(segments, name)[index]) for name in STRING_FIELD_BYTES}
        messages.append(
            build_message(
                LapMessage,
                _build_developer_fields(developer_index, labels, float(segments.confidence[index])),
                message_index=index,
                timestamp=fit_clock.to_ms(float(segments.end_s[index])),
                start_time=fit_clock.to_ms(float(segments.start_s[index])),
                event=Event.LAP,
                event_type=EventType.STOP,
                lap_trigger=LapTrigger.SESSION_END if index == last_index else LapTrigger.MANUAL,
                intensity=Intensity.REST if segments.direction[index] == "rest" else Intensity.ACTIVE,
                **_find_sport(analysis),
                **totals[index],
                **_compute_means(analysis.summary.segments, index),
            )
        )
    return messages


def build_session_message(analysis: Analysis, fit_clock: FitClock, source_totals: dict[str, int]) -> Any:
    """The FIT message with the totals of the session; ``source_totals`` are those that only the source file states."""
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Event, EventType, SessionTrigger

    elapsed_s = analysis.cleaned.elapsed_s
    (totals,) = _compute_totals(analysis, np.array([0.0, elapsed_s]))
    return build_message(
        SessionMessage,
        message_index=0,
        timestamp=fit_clock.to_ms(elapsed_s),
        start_time=fit_clock.to_ms(0.0),
        event=Event.SESSION,
        event_type=EventType.STOP,
        trigger=SessionTrigger.ACTIVITY_END,
        first_lap_index=0,
        num_laps=len(analysis.segments),
        **_find_sport(analysis),
        **totals,
        **_compute_means(analysis.summary.total, 0),
        **source_totals,
    )


def build_activity_message(analysis: Analysis, fit_clock: FitClock) -> Any:
    """The FIT message on the whole activity, the last of a file: its timer time and its single session."""
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType

    timer_s = analysis.cleaned.elapsed_s - total_s(analysis.cleaned.pauses)
    return build_message(
        ActivityMessage,
        timestamp=fit_clock.to_ms(analysis.cleaned.elapsed_s),
        total_timer_time=round(timer_s, 3),
        num_sessions=1,
        type=Activity.MANUAL,
        event=Event.ACTIVITY,
        event_type=EventType.STOP,
    )


def build_message(message_class: Any, developer_fields: list[Any] | None = None, /, **values: Any) -> Any:
    """A fit-tool message of ``message_class`` with the given field values and developer fields."""
    message = message_class(developer_fields=developer_fields)
    for name, value in values.items():
        setattr(message, name, value)
    return message


def _compute_totals(analysis: Analysis, edges_s: FloatArray) -> list[dict[str, float]]:
    """Durations (s) and distance (m) between successive edges: one dictionary by FIT field name for each two.

    Cumulative curves are rounded before differences are taken, so that the parts add up to the total. Distance is left
    out if the activity has none.
    """
    cleaned = analysis.cleaned
    axis_s = np.union1d(cleaned.t_s, edges_s)
    is_running = ~contains(cleaned.pauses, midpoints(axis_s))
    timer_s = cumulate(np.diff(axis_s) * is_running)
    curves = {
        "total_elapsed_time": (edges_s, 1000.0),
        "total_timer_time": (np.interp(edges_s, axis_s, timer_s), 1000.0),
        "total_moving_time": (cleaned.value_at("moving_s", edges_s), 1000.0),
    }
    if cleaned.distance_source != "none":
        curves["total_distance"] = (cleaned.value_at("distance_m", edges_s), 100.0)
    columns = {name: np.diff(np.round(curve * scale)) / scale for name, (curve, scale) in curves.items()}
    return [{name: float(column[index]) for name, column in columns.items()} for index in range(len(edges_s) - 1)]


def _compute_means(stats: Any, index: int) -> dict[str, Any]:
    """Mean speed (m/s), cadence of one foot (rpm), heart rate … in row ``index`` of ``stats``, by FIT field name.

    Values that are unknown or outside the field's range are left out.
    """
    speed, rpm = float(stats.speed_mps[index]), float(stats.cadence_spm[index]) / 2.0
    heart_rate_bpm, step_m, steps = (
        float(getattr(stats, name)[index]) for name in ("heart_rate_bpm", "step_length_m", "steps")
    )
    means: dict[str, Any] = {}
    if np.isfinite(speed) and speed < 65.0:
        means |= {"avg_speed": round(speed, 3), "enhanced_avg_speed": round(speed, 3)}
    if np.isfinite(rpm) and rpm < 254.0:
        whole_rpm = int(rpm)
        means |= {"avg_cadence": whole_rpm, "avg_fractional_cadence": int((rpm - whole_rpm) * 128.0) / 128.0}
    if np.isfinite(heart_rate_bpm) and heart_rate_bpm < 254.0:
        means["avg_heart_rate"] = round(heart_rate_bpm)
    if np.isfinite(step_m) and step_m < 6.5:
        means["avg_step_length"] = round(1000.0 * step_m, 1)
    if np.isfinite(steps):
        means["total_cycles"] = round(steps / 2.0)
    return means


def _find_sport(analysis: Analysis) -> dict[str, Any]:
    """The sport and sub-sport of the activity as FIT's values; running and generic where FIT lacks its name."""
    from fit_tool.profile.profile_type import Sport, SubSport

    activity = analysis.activity
    return {
        "sport": Sport.__members__.get(activity.sport.upper().replace(" ", "_"), Sport.RUNNING),
        "sub_sport": SubSport.__members__.get(activity.sub_sport.upper().replace(" ", "_"), SubSport.GENERIC),
    }


def _build_developer_fields(index: int, labels: dict[str, str], confidence: float) -> list[Any]:
    from fit_tool.developer_field import DeveloperField

    fields = []
    for number, name in enumerate((*STRING_FIELD_BYTES, CONFIDENCE_FIELD)):
        field = DeveloperField(
            field_id=number,
            name=name,
            base_type=_find_base_type(name),
            developer_data_index=index,
            size=STRING_FIELD_BYTES.get(name, 4),
        )
        field.set_value(0, labels.get(name, confidence))
        fields.append(field)
    return fields


def _find_base_type(name: str) -> Any:
    from fit_tool.base_type import BaseType

    return BaseType.STRING if name in STRING_FIELD_BYTES else BaseType.FLOAT32
