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

from retropace.core.spans import Column, covered, total_s
from retropace.readers.fit.stream import MAGIC

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PROTOCOL = 0x20
"""Version 2.0, the first with developer fields."""
OURS = b"retropace\0\0\0\0\0\0\1"
"""Who describes the developer fields: 16 bytes that stay the same, so that readers know them again."""
STRINGS = {"direction": 10, "gait": 10, "basis": 10}
"""Developer fields of a lap with a word of so many bytes, a zero at its end."""
CONFIDENCE = "confidence"
"""A further one: a probability, 0 to 1; not a number where unknown."""


class Moments:
    """Elapsed seconds of an activity as FIT has them: whole seconds, given to fit-tool in milliseconds since 1970."""

    def __init__(self, start: datetime):
        self.start_s = start.timestamp()

    def ms(self, t_s: float) -> int:
        """The nearest whole second."""
        return round(self.start_s + t_s) * 1000


def encoded(messages: Sequence[Any]) -> bytes:
    """Definitions and data of fit-tool's messages."""
    from fit_tool.fit_file_builder import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    builder.add_all(list(messages))
    return b"".join(record.to_bytes() for record in builder.records)


def file_bytes(body: bytes, profile: int) -> bytes:
    """The file of some messages: a header before them, both with their checksums."""
    from fastcrc import crc16

    header = struct.pack("<2BHI4s", 14, PROTOCOL, profile, len(body), MAGIC)
    header += struct.pack("<H", crc16.arc(header))
    return header + body + struct.pack("<H", crc16.arc(header + body))


def opening(moments: Moments) -> list[Any]:
    """What a file of records made from columns begins with: what it is, who wrote it, and the start of the timer."""
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.file_creator_message import FileCreatorMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import FileType, Manufacturer

    whose = {"manufacturer": Manufacturer.DEVELOPMENT.value, "product": 1, "serial_number": 1}
    software = float(".".join(version("retropace").split(".")[:2]))
    return [
        made(FileIdMessage, type=FileType.ACTIVITY, time_created=moments.ms(0.0), **whose),
        made(FileCreatorMessage, software_version=round(100.0 * software)),
        made(DeviceInfoMessage, timestamp=moments.ms(0.0), device_index=0, software_version=software, **whose),
        timer(moments, 0.0, "START"),
    ]


def timer(moments: Moments, t_s: float, kind: str) -> Any:
    """The timer starts or stops."""
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.profile_type import Event, EventType

    return made(EventMessage, timestamp=moments.ms(t_s), event=Event.TIMER, event_type=EventType[kind])


def lap_messages(analysis: Analysis, moments: Moments, developer_index: int) -> list[Any]:
    """A lap for each segment, with the descriptions of the developer fields that hold its label before them.

    Times of day are whole seconds; durations and distances are cut off the curves rounded once, so that they add up.
    """
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.profile_type import Event, EventType, Intensity, LapTrigger

    segments, totals = analysis.segments, _totals(analysis, analysis.segments.edges_s)
    messages = [made(DeveloperDataIdMessage, developer_data_index=developer_index, application_id=OURS)]
    for number, name in enumerate((*STRINGS, CONFIDENCE)):
        messages.append(
            made(
                FieldDescriptionMessage,
                developer_data_index=developer_index,
                field_definition_number=number,
                fit_base_type_id=_base_type(name).value,
                field_name=name,
                units="",
                native_mesg_num=LapMessage.ID,
            )
        )
    last = len(segments) - 1
    for at in range(len(segments)):
        words = {name: str(getattr(segments, name)[at]) for name in STRINGS}
        messages.append(
            made(
                LapMessage,
                _developer_fields(developer_index, words, float(segments.confidence[at])),
                message_index=at,
                timestamp=moments.ms(float(segments.end_s[at])),
                start_time=moments.ms(float(segments.start_s[at])),
                event=Event.LAP,
                event_type=EventType.STOP,
                lap_trigger=LapTrigger.SESSION_END if at == last else LapTrigger.MANUAL,
                intensity=Intensity.REST if segments.direction[at] == "rest" else Intensity.ACTIVE,
                **_sport(analysis),
                **totals[at],
                **_means(analysis.summary.segments, at),
            )
        )
    return messages


def session_message(analysis: Analysis, moments: Moments, carried: dict[str, int]) -> Any:
    """The session, with totals of the source that are not counted here."""
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Event, EventType, SessionTrigger

    elapsed_s = analysis.track.elapsed_s
    (totals,) = _totals(analysis, np.array([0.0, elapsed_s]))
    return made(
        SessionMessage,
        message_index=0,
        timestamp=moments.ms(elapsed_s),
        start_time=moments.ms(0.0),
        event=Event.SESSION,
        event_type=EventType.STOP,
        trigger=SessionTrigger.ACTIVITY_END,
        first_lap_index=0,
        num_laps=len(analysis.segments),
        **_sport(analysis),
        **totals,
        **_means(analysis.summary.whole, 0),
        **carried,
    )


def activity_message(analysis: Analysis, moments: Moments) -> Any:
    """The last message of a file."""
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.profile_type import Activity, Event, EventType

    timer_s = analysis.track.elapsed_s - total_s(analysis.track.pauses)
    return made(
        ActivityMessage,
        timestamp=moments.ms(analysis.track.elapsed_s),
        total_timer_time=round(timer_s, 3),
        num_sessions=1,
        type=Activity.MANUAL,
        event=Event.ACTIVITY,
        event_type=EventType.STOP,
    )


def made(kind: Any, developer: list[Any] | None = None, /, **values: Any) -> Any:
    """A message of fit-tool's with these values and developer fields."""
    message = kind(developer_fields=developer)
    for name, value in values.items():
        setattr(message, name, value)
    return message


def _totals(analysis: Analysis, edges_s: Column) -> list[dict[str, float]]:
    """Durations (s) and distance (m) between each two edges, each the difference of two rounded values of a curve."""
    track = analysis.track
    axis_s = np.union1d(track.t_s, edges_s)
    running = ~covered(track.pauses, (axis_s[1:] + axis_s[:-1]) / 2.0)
    timer_s = np.concatenate(([0.0], np.cumsum(np.diff(axis_s) * running)))
    curves = {
        "total_elapsed_time": (edges_s, 1000.0),
        "total_timer_time": (np.interp(edges_s, axis_s, timer_s), 1000.0),
        "total_moving_time": (track.at("moving_s", edges_s), 1000.0),
    }
    if track.distance_source != "none":
        curves["total_distance"] = (track.at("distance_m", edges_s), 100.0)
    columns = {name: np.diff(np.round(curve * scale)) / scale for name, (curve, scale) in curves.items()}
    return [{name: float(column[at]) for name, column in columns.items()} for at in range(len(edges_s) - 1)]


def _means(figures: Any, at: int) -> dict[str, Any]:
    """Means as laps and sessions have them: speed over moving time, cadence of one foot."""
    speed, rpm = float(figures.speed_mps[at]), float(figures.cadence_spm[at]) / 2.0
    pulse, step_m, steps = (float(getattr(figures, name)[at]) for name in ("heart_rate_bpm", "step_length_m", "steps"))
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


def _sport(analysis: Analysis) -> dict[str, Any]:
    """The sport by its number; running where the profile does not know what the file says."""
    from fit_tool.profile.profile_type import Sport, SubSport

    activity = analysis.activity
    return {
        "sport": Sport.__members__.get(activity.sport.upper().replace(" ", "_"), Sport.RUNNING),
        "sub_sport": SubSport.__members__.get(activity.sub_sport.upper().replace(" ", "_"), SubSport.GENERIC),
    }


def _developer_fields(index: int, words: dict[str, str], confidence: float) -> list[Any]:
    from fit_tool.developer_field import DeveloperField

    fields = []
    for number, name in enumerate((*STRINGS, CONFIDENCE)):
        field = DeveloperField(
            field_id=number,
            name=name,
            base_type=_base_type(name),
            developer_data_index=index,
            size=STRINGS.get(name, 4),
        )
        field.set_value(0, words.get(name, confidence))
        fields.append(field)
    return fields


def _base_type(name: str) -> Any:
    from fit_tool.base_type import BaseType

    return BaseType.STRING if name in STRINGS else BaseType.FLOAT32
