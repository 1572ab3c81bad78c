"""The messages of an exported FIT file other than its records, and the file's header and checksums."""

import struct
from importlib.metadata import version
from typing import Any

import numpy as np
from fastcrc import crc16
from fit_tool.base_type import BaseType
from fit_tool.developer_field import DeveloperField
from fit_tool.profile import profile_type as fit
from fit_tool.profile.messages.activity_message import ActivityMessage
from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage
from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage
from fit_tool.profile.messages.file_creator_message import FileCreatorMessage
from fit_tool.profile.messages.lap_message import LapMessage
from fit_tool.profile.messages.session_message import SessionMessage

from retropace.analysis.pipeline import Analysis
from retropace.core.fit_encoder import MAKER, FitClock, build_file_id, build_message, build_timer_event
from retropace.core.spans import FloatArray, contains, cumulate, midpoints, total_s
from retropace.readers.fit.stream import FIT_MAGIC

PROTOCOL_VERSION = 0x20
"""FIT protocol version 2.0, the first with developer fields."""
APPLICATION_ID = b"retropace\0\0\0\0\0\0\1"
"""The 16-byte id under which readers recognize the developer fields of retropace; it must never change."""
DEVELOPER_FIELDS = {
    "direction": (BaseType.STRING, 10),
    "gait": (BaseType.STRING, 10),
    "basis": (BaseType.STRING, 10),
    "confidence": (BaseType.FLOAT32, 4),
}
"""The FIT type and size in bytes of each developer field of a lap; its name is that of a column of ``Segments``."""


def build_fit_file(body: bytes, profile_version: int) -> bytes:
    """Return a complete FIT file: a header before the encoded messages ``body``, and the checksums of both."""
    header = struct.pack("<2BHI4s", 14, PROTOCOL_VERSION, profile_version, len(body), FIT_MAGIC)
    header += struct.pack("<H", crc16.arc(header))
    return header + body + struct.pack("<H", crc16.arc(header + body))


def build_opening_messages(fit_clock: FitClock) -> list[Any]:
    """Return the first messages of a file whose records are not copied: file id, creator, device info, timer start."""
    start_ms = fit_clock.to_ms(0.0)
    software = float(".".join(version("retropace").split(".")[:2]))
    return [
        build_file_id(fit_clock),
        build_message(FileCreatorMessage, software_version=round(100.0 * software)),
        build_message(DeviceInfoMessage, timestamp=start_ms, device_index=0, software_version=software, **MAKER),
        build_timer_event(fit_clock, 0.0, fit.EventType.START),
    ]


def build_lap_messages(analysis: Analysis, fit_clock: FitClock, developer_index: int) -> list[Any]:
    """Return one lap message per segment, after its developer fields' descriptions; timestamps are whole seconds."""
    segments, totals = analysis.segments, _compute_totals(analysis, analysis.segments.edges_s)
    messages = [
        build_message(DeveloperDataIdMessage, developer_data_index=developer_index, application_id=APPLICATION_ID)
    ]
    for number, (name, (base_type, _)) in enumerate(DEVELOPER_FIELDS.items()):
        description = build_message(
            FieldDescriptionMessage,
            developer_data_index=developer_index,
            field_definition_number=number,
            fit_base_type_id=base_type.value,
            field_name=name,
            units="",
            native_mesg_num=LapMessage.ID,
        )
        messages.append(description)
    for index, direction in enumerate(segments.direction.tolist()):
        lap = build_message(
            LapMessage,
            _build_developer_fields(analysis, index, developer_index),
            message_index=index,
            timestamp=fit_clock.to_ms(float(segments.end_s[index])),
            start_time=fit_clock.to_ms(float(segments.start_s[index])),
            event=fit.Event.LAP,
            event_type=fit.EventType.STOP,
            lap_trigger=fit.LapTrigger.SESSION_END if index == len(segments) - 1 else fit.LapTrigger.MANUAL,
            intensity=fit.Intensity.REST if direction == "rest" else fit.Intensity.ACTIVE,
            **_find_sport(analysis),
            **totals[index],
            **_compute_means(analysis.summary.segments, index),
        )
        messages.append(lap)
    return messages


def build_session_message(analysis: Analysis, fit_clock: FitClock, source_totals: dict[str, int]) -> Any:
    """Return the FIT message of session totals; ``source_totals`` are those that only the source file states."""
    elapsed_s = analysis.cleaned.elapsed_s
    (totals,) = _compute_totals(analysis, np.array([0.0, elapsed_s]))
    return build_message(
        SessionMessage,
        message_index=0,
        timestamp=fit_clock.to_ms(elapsed_s),
        start_time=fit_clock.to_ms(0.0),
        event=fit.Event.SESSION,
        event_type=fit.EventType.STOP,
        trigger=fit.SessionTrigger.ACTIVITY_END,
        first_lap_index=0,
        num_laps=len(analysis.segments),
        **_find_sport(analysis),
        **totals,
        **_compute_means(analysis.summary.total, 0),
        **source_totals,
    )


def build_activity_message(analysis: Analysis, fit_clock: FitClock) -> Any:
    """Return the FIT message on the whole activity, the last of a file: its timer time and its single session."""
    return build_message(
        ActivityMessage,
        timestamp=fit_clock.to_ms(analysis.cleaned.elapsed_s),
        total_timer_time=round(analysis.cleaned.elapsed_s - total_s(analysis.cleaned.pauses), 3),
        num_sessions=1,
        type=fit.Activity.MANUAL,
        event=fit.Event.ACTIVITY,
        event_type=fit.EventType.STOP,
    )


def _compute_totals(analysis: Analysis, edges_s: FloatArray) -> list[dict[str, float]]:
    """Return durations (s) and any distance (m) by FIT name between successive edges, rounded so that they add up."""
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
    """Return means in row ``index`` of ``stats`` by FIT field name, without those that are unknown or out of range."""
    speed, rpm = float(stats.speed_mps[index]), float(stats.cadence_spm[index]) / 2.0
    heart_rate_bpm, step_m, steps = (
        float(getattr(stats, name)[index]) for name in ("heart_rate_bpm", "step_length_m", "steps")
    )
    means: dict[str, Any] = {}
    # A comparison with NaN is false.
    if speed < 65.0:
        means |= {"avg_speed": round(speed, 3), "enhanced_avg_speed": round(speed, 3)}
    if rpm < 254.0:
        means |= {"avg_cadence": int(rpm), "avg_fractional_cadence": int(rpm % 1.0 * 128.0) / 128.0}
    if heart_rate_bpm < 254.0:
        means["avg_heart_rate"] = round(heart_rate_bpm)
    if step_m < 6.5:
        means["avg_step_length"] = round(1000.0 * step_m, 1)
    if np.isfinite(steps):
        means["total_cycles"] = round(steps / 2.0)
    return means


def _find_sport(analysis: Analysis) -> dict[str, Any]:
    """Return the sport and sub-sport of the activity as FIT's values; running and generic where FIT lacks its name."""
    activity = analysis.activity
    return {
        "sport": fit.Sport.__members__.get(activity.sport.upper().replace(" ", "_"), fit.Sport.RUNNING),
        "sub_sport": fit.SubSport.__members__.get(activity.sub_sport.upper().replace(" ", "_"), fit.SubSport.GENERIC),
    }


def _build_developer_fields(analysis: Analysis, index: int, developer_index: int) -> list[Any]:
    fields = []
    for number, (name, (base_type, size)) in enumerate(DEVELOPER_FIELDS.items()):
        field = DeveloperField(
            field_id=number, name=name, base_type=base_type, developer_data_index=developer_index, size=size
        )
        field.set_value(0, getattr(analysis.segments, name)[index].item())
        fields.append(field)
    return fields
