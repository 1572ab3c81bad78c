"""What is no record of a FIT file, through fit-tool: laps with their labels, totals, identity, pauses.

And the file around them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from retropace.core.spans import FloatArray, contains, total_s
from retropace.readers.fit.stream import FIT_MAGIC

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PROTOCOL_VERSION = 0x20
"""Version 2.0, the first with developer fields."""
APPLICATION_ID = b"retropace\0\0\0\0\0\0\1"
"""Who describes the developer fields: 16 bytes that stay the same, so that readers know them again."""
STRING_FIELD_BYTES = {"direction": 10, "gait": 10, "basis": 10}
"""Developer fields of a lap with a word of so many bytes, a zero at its end."""
CONFIDENCE_FIELD = "confidence"
"""A further one: a probability, 0 to 1; not a number where unknown."""


class FitClock:
    """Elapsed seconds of an activity as FIT has them: whole seconds, given to fit-tool in milliseconds since 1970."""

    def __init__(self, start: datetime):
        self.start_unix_s = start.timestamp()

    def to_ms(self, t_s: float) -> int:
        """The nearest whole second."""
        return round(self.start_unix_s + t_s) * 1000


def encode_messages(messages: Sequence[Any]) -> bytes:
    """Definitions and data of fit-tool's messages."""
    from fit_tool.fit_file_builder import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    builder.add_all(list(messages))
    return b"".join(record.to_bytes() for record in builder.records)


def build_fit_file(body: bytes, profile_version: int) -> bytes:
    """The file of some messages: a header before them, both with their checksums."""
    from fastcrc import crc16

    header = struct.pack("<2BHI4s", 14, PROTOCOL_VERSION, profile_version, len(body), FIT_MAGIC)
    header += struct.pack("<H", crc16.arc(header))
    return header + body + struct.pack("<H", crc16.arc(header + body))


def build_opening_messages(fit_clock: FitClock) -> list[Any]:
    """What a file of records made from columns begins with: what it is, who wrote it, and the start of the timer."""
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.file_creator_message import FileCreatorMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import FileType, Manufacturer

    whose = {"manufacturer": Manufacturer.DEVELOPMENT.value, "product": 1, "serial_number": 1}
    software = float(".".join(version("retropace").split(".")[:2]))
    return [
        build_message(FileIdMessage, type=FileType.ACTIVITY, time_created=fit_clock.to_ms(0.0), **whose),
        build_message(FileCreatorMessage, software_version=round(100.0 * software)),
        build_message(
            DeviceInfoMessage, timestamp=fit_clock.to_ms(0.0), device_index=0, software_version=software, **whose
        ),
        build_timer_event(fit_clock, 0.0, "START"),
    ]


def build_timer_event(fit_clock: FitClock, t_s: float, event_type: str) -> Any:
    """The timer starts or stops."""
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event, EventType

    return build_message(
        EventMessage, timestamp=fit_clock.to_ms(t_s), event=Event.TIMER, event_type=EventType[event_type]
    )


def build_lap_messages(analysis: Analysis, fit_clock: FitClock, developer_index: int) -> list[Any]:
    """A lap for each segment, with the descriptions of the developer fields that hold its label before them.

    Times of day are whole seconds; durations and distances are cut off the curves rounded once, so that they add up.
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
    last = len(segments) - 1
    for at in range(len(segments)):
        words = {name: str(getattr(segments, name)[at]) for name in STRING_FIELD_BYTES}
        messages.append(
            build_message(
                LapMessage,
                _build_developer_fields(developer_index, words, float(segments.confidence[at])),
                message_index=at,
                timestamp=fit_clock.to_ms(float(segments.end_s[at])),
                start_time=fit_clock.to_ms(float(segments.start_s[at])),
                event=Event.LAP,
                event_type=EventType.STOP,
                lap_trigger=LapTrigger.SESSION_END if at == last else LapTrigger.MANUAL,
                intensity=Intensity.REST if segments.direction[at] == "rest" else Intensity.ACTIVE,
                **_find_sport(analysis),
                **totals[at],
                **_compute_means(analysis.summary.segments, at),
            )
        )
    return messages


def build_session_message(analysis: Analysis, fit_clock: FitClock, source_totals: dict[str, int]) -> Any:
    """The session, with totals of the source that are not counted here."""
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
    """The last message of a file."""
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
    """A message of fit-tool's with these values and developer fields."""
    message = message_class(developer_fields=developer_fields)
    for name, value in values.items():
        setattr(message, name, value)
    return message


def _compute_totals(analysis: Analysis, edges_s: FloatArray) -> list[dict[str, float]]:
    """Durations (s) and distance (m) between each two edges, each the difference of two rounded values of a curve."""
    track = analysis.cleaned
    axis_s = np.union1d(track.t_s, edges_s)
    running = ~contains(track.pauses, (axis_s[1:] + axis_s[:-1]) / 2.0)
    timer_s = np.concatenate(([0.0], np.cumsum(np.diff(axis_s) * running)))
    curves = {
        "total_elapsed_time": (edges_s, 1000.0),
        "total_timer_time": (np.interp(edges_s, axis_s, timer_s), 1000.0),
        "total_moving_time": (track.value_at("moving_s", edges_s), 1000.0),
    }
    if track.distance_source != "none":
        curves["total_distance"] = (track.value_at("distance_m", edges_s), 100.0)
    columns = {name: np.diff(np.round(curve * scale)) / scale for name, (curve, scale) in curves.items()}
    return [{name: float(column[at]) for name, column in columns.items()} for at in range(len(edges_s) - 1)]


def _compute_means(stats: Any, index: int) -> dict[str, Any]:
    """Means as laps and sessions have them: speed over moving time, cadence of one foot."""
    speed, rpm = float(stats.speed_mps[index]), float(stats.cadence_spm[index]) / 2.0
    pulse, step_m, steps = (float(getattr(stats, name)[index]) for name in ("heart_rate_bpm", "step_length_m", "steps"))
    means: dict[str, Any] = {}
    if np.isfinite(speed) and speed < 65.0:
        means |= {"avg_speed": round(speed, 3), "enhanced_avg_speed": round(speed, 3)}
    if np.isfinite(rpm) and rpm < 254.0:
        whole = int(rpm)
        means |= {"avg_cadence": whole, "avg_fractional_cadence": int((rpm - whole) * 128.0) / 128.0}
    if np.isfinite(pulse) and pulse < 254.0:
        means["avg_heart_rate"] = round(pulse)
    if np.isfinite(step_m) and step_m < 6.5:
        means["avg_step_length"] = round(1000.0 * step_m, 1)
    if np.isfinite(steps):
        means["total_cycles"] = round(steps / 2.0)
    return means


def _find_sport(analysis: Analysis) -> dict[str, Any]:
    """The sport by its number; running where the profile does not know what the file says."""
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
