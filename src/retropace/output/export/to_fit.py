"""Export to FIT with one lap per segment, for Garmin Connect, Strava and other programs that read laps.

If the source is FIT, its messages are copied byte by byte, and only laps, session and activity are written anew.
Otherwise, and whenever positions are hidden, records are encoded from columns, because copied bytes could contain
positions in unknown fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from fit_tool.profile.profile_type import EventType

from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.errors import RetropaceError
from retropace.core.fit_encoder import FitClock, build_timer_event, encode_messages
from retropace.core.spans import FloatArray
from retropace.output.charts.route import find_shown
from retropace.output.export import fit_messages
from retropace.output.export.fit_passthrough import PassthroughMessages, find_passthrough_obstacle, select_messages
from retropace.output.export.sample_rows import compute_recorded_cadence_rpm
from retropace.readers.fit.reader import FIT_EPOCH
from retropace.readers.fit.values import MIN_DATE_TIME_S

RECORD_MESSAGE = 20
"""FIT's global message number of ``record``, which holds the values of one moment."""
LOCAL_MESSAGE_TYPE = 1
"""FIT's local message type of the records, in the first byte of their messages and of no other exported message."""
BASE_TYPES = {
    "sint8": (0x01, "i1", 0x7F),
    "uint8": (0x02, "u1", 0xFF),
    "uint16": (0x84, "<u2", 0xFFFF),
    "sint32": (0x85, "<i4", 2**31 - 1),
    "uint32": (0x86, "<u4", 2**32 - 1),
}
"""FIT's number, the NumPy dtype and the missing value of each FIT base type (the type in which a field is stored)."""
FIELDS = {
    "timestamp": (253, "uint32", 1.0, 0.0),
    "lat_deg": (0, "sint32", 2**31 / 180.0, 0.0),
    "lon_deg": (1, "sint32", 2**31 / 180.0, 0.0),
    "altitude_m": (78, "uint32", 5.0, 500.0),
    "distance_m": (5, "uint32", 100.0, 0.0),
    "speed_mps": (73, "uint32", 1000.0, 0.0),
    "heart_rate_bpm": (3, "uint8", 1.0, 0.0),
    "cadence": (4, "uint8", 1.0, 0.0),
    "fractional_cadence": (53, "uint8", 128.0, 0.0),
    "step_length_m": (85, "uint16", 10_000.0, 0.0),
    "vertical_oscillation_m": (39, "uint16", 10_000.0, 0.0),
    "stance_time_s": (41, "uint16", 10_000.0, 0.0),
    "power": (7, "uint16", 1.0, 0.0),
    "temperature": (13, "sint8", 1.0, 0.0),
}
"""FIT's number, base type, scale and offset of ``record`` fields by column, in metres, seconds and degrees (FIT SDK);
the encoded value is ``scale * (value + offset)``."""
PROFILE_VERSION = 21212
"""The version of the FIT profile (the list of known messages and fields) that fit-tool follows."""
SAMPLE_FIELDS = (
    *("altitude_m", "distance_m", "speed_mps", "heart_rate_bpm", "step_length_m", "vertical_oscillation_m"),
    "stance_time_s",
)
"""The recorded columns that are written to FIT record messages, encoded as ``FIELDS`` says."""


@dataclass(frozen=True, slots=True)
class FitExport:
    """An exported FIT file."""

    data: bytes
    omission_note: str  # why the messages of a FIT recording were not copied; empty if they were, and for other formats


def encode_fit(
    analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER, source: bytes | None = None
) -> FitExport:
    """Return a FIT file, based on ``source`` if given; raises :class:`RetropaceError` for a date it cannot hold."""
    cleaned, path = analysis.cleaned, analysis.activity.source.path
    advice = "export to csv, json or geojson instead"
    if cleaned.start_time is None:
        raise RetropaceError(f"holds no date, and FIT cannot be without: {advice}", path=path)
    if (cleaned.start_time - FIT_EPOCH).total_seconds() < MIN_DATE_TIME_S:
        raise RetropaceError(f"is dated {cleaned.start_time:%Y-%m-%d}, which FIT cannot say: {advice}", path=path)
    fit_clock = FitClock(cleaned.start_time)
    reason = _find_passthrough_obstacle(analysis, privacy_filter, source)
    if source is None or reason:
        body = _encode_from_columns(analysis, privacy_filter, fit_clock)
        messages = PassthroughMessages(body, b"", 0, {}, PROFILE_VERSION)
    else:
        epoch_s = round(FIT_EPOCH.timestamp())
        first_s, last_s = (fit_clock.to_ms(t_s) // 1000 - epoch_s for t_s in (0.0, cleaned.elapsed_s))
        messages = select_messages(source, first_s, last_s)
    laps = fit_messages.build_lap_messages(analysis, fit_clock, messages.free_developer_index)
    session = fit_messages.build_session_message(analysis, fit_clock, messages.totals)
    body = messages.body + encode_messages([*laps, session])
    body += messages.activity_message or encode_messages([fit_messages.build_activity_message(analysis, fit_clock)])
    omission_note = ""
    if reason and analysis.activity.source.format == "fit":
        omission_note = f"records written anew, without fields that retropace does not know: {reason}"
    return FitExport(fit_messages.build_fit_file(body, max(messages.profile_version, PROFILE_VERSION)), omission_note)


def _find_passthrough_obstacle(analysis: Analysis, privacy_filter: PrivacyFilter, source: bytes | None) -> str:
    """Return the reason why the source's messages cannot be copied unchanged; empty if they can."""
    if privacy_filter:
        return "positions are hidden"
    if source is None:
        return "its own bytes are not at hand"
    t_s = analysis.activity.samples.t_s
    t_s = t_s[np.isfinite(t_s)]
    if np.ptp(analysis.cleaned.time_axis.remap(t_s) - t_s) > 0.5:
        return "its clock leaps"
    return find_passthrough_obstacle(source)


def _encode_from_columns(analysis: Analysis, privacy_filter: PrivacyFilter, fit_clock: FitClock) -> bytes:
    """Return the encoded messages before the laps: file identity, records, and timer stops and starts at pauses."""
    records_s = analysis.cleaned.time_axis.t_s
    columns = _build_record_columns(analysis, privacy_filter, fit_clock)
    rows, definition = encode_records(columns), build_definition(list(columns))
    events = []
    for start_s, end_s in analysis.cleaned.pauses.tolist():
        stop = int(np.searchsorted(records_s, start_s, side="right"))
        resume = max(int(np.searchsorted(records_s, end_s, side="left")), stop)
        events += [(stop, start_s, EventType.STOP_ALL), (resume, end_s, EventType.START)]
    events.append((len(rows), analysis.cleaned.elapsed_s, EventType.STOP_ALL))
    body = encode_messages(fit_messages.build_opening_messages(fit_clock))
    first = 0
    for end, t_s, event_type in events:
        timer_event = build_timer_event(fit_clock, t_s, event_type)
        body += definition + rows[first:end].tobytes() + encode_messages([timer_event])
        first = end
    return body


def _build_record_columns(
    analysis: Analysis, privacy_filter: PrivacyFilter, fit_clock: FitClock
) -> dict[str, FloatArray]:
    """Return the recorded columns by their names in ``FIELDS``, on the repaired time axis, without empty columns."""
    cleaned, samples, time_axis = analysis.cleaned, analysis.activity.samples, analysis.cleaned.time_axis
    lat_deg, lon_deg = time_axis.align(samples.lat_deg), time_axis.align(samples.lon_deg)
    if privacy_filter:
        # Positions that cleaning dropped were not checked by the filter, so they are hidden too.
        is_record_shown = find_shown(cleaned, privacy_filter)[np.searchsorted(cleaned.t_s, time_axis.t_s)]
        lat_deg, lon_deg = (np.where(is_record_shown, column, np.nan) for column in (lat_deg, lon_deg))
    columns = {
        "timestamp": np.round(fit_clock.start_unix_s + time_axis.t_s) - FIT_EPOCH.timestamp(),
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        **{name: time_axis.align(getattr(samples, name)) for name in SAMPLE_FIELDS},
        **{name: time_axis.align(samples.extra[name]) for name in ("power", "temperature") if name in samples.extra},
    }
    if not np.any(np.isfinite(columns["distance_m"])) and cleaned.distance_source != "none":
        # Without distance in the records, other programs compute their own, which would contradict the laps.
        columns["distance_m"] = cleaned.value_at("distance_m", time_axis.t_s)
    rpm = compute_recorded_cadence_rpm(analysis)
    if np.any(np.isfinite(rpm)):
        columns["cadence"] = np.floor(rpm)
        if np.any(rpm % 1.0 > 0.0):
            columns["fractional_cadence"] = rpm % 1.0
    return {name: columns[name] for name in FIELDS if name in columns and np.any(np.isfinite(columns[name]))}


def build_definition(names: list[str]) -> bytes:
    """Return the definition message (field layout) of records with the fields ``names``, keys of ``FIELDS``."""
    definition = bytes([0x40 | LOCAL_MESSAGE_TYPE, 0, 0, RECORD_MESSAGE, 0, len(names)])
    for name in names:
        number, base_type, *_ = FIELDS[name]
        type_number, dtype, _ = BASE_TYPES[base_type]
        definition += bytes([number, np.dtype(dtype).itemsize, type_number])
    return definition


def encode_records(columns: Mapping[str, FloatArray]) -> np.ndarray:
    """Return the record messages of ``columns``, one per row; values that a field cannot hold become missing."""
    layout = [("head", "u1"), *((name, BASE_TYPES[FIELDS[name][1]][1]) for name in columns)]
    rows = np.empty(len(columns["timestamp"]), dtype=layout)
    rows["head"] = LOCAL_MESSAGE_TYPE
    for name, column in columns.items():
        _, base_type, scale, offset = FIELDS[name]
        _, dtype, missing_value = BASE_TYPES[base_type]
        limits = np.iinfo(np.dtype(dtype))
        encoded = np.round(scale * (column + offset))
        is_encodable = np.isfinite(encoded) & (encoded >= limits.min) & (encoded <= limits.max)
        rows[name] = np.where(is_encodable, encoded, missing_value).astype(dtype)
    return rows
