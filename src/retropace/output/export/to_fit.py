"""Export to FIT with one lap per segment, for Garmin Connect, Strava and other programs that read laps.

If the source is FIT, its messages are copied byte by byte, and only laps, session and activity are written anew.
Otherwise, and whenever positions are hidden, records are encoded from columns, because copied bytes could contain
positions in unknown fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.errors import RetropaceError
from retropace.core.spans import FloatArray
from retropace.output.export.fit_messages import (
    FitClock,
    build_activity_message,
    build_fit_file,
    build_lap_messages,
    build_opening_messages,
    build_session_message,
    build_timer_event,
    encode_messages,
)
from retropace.output.export.fit_passthrough import find_passthrough_obstacle, select_messages
from retropace.output.export.fit_records import FIELDS, build_definition, encode_records
from retropace.output.export.recorded_columns import compute_recorded_cadence_rpm
from retropace.readers.fit.reader import FIT_EPOCH
from retropace.readers.fit.values import MIN_DATE_TIME_S

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PROFILE_VERSION = 21212
"""The version of the FIT profile (the list of known messages and fields) that fit-tool follows."""
SAMPLE_FIELDS = (
    *("altitude_m", "distance_m", "speed_mps", "heart_rate_bpm", "step_length_m", "vertical_oscillation_m"),
    "stance_time_s",
)
"""The recorded columns that are written to FIT record messages. The entry of ``FIELDS`` under the same name says
how."""
EXTRA_FIELDS = ("power", "temperature")
"""Those extra columns of the recording (``samples.extra``) that are written to FIT record messages. The other extra
columns are left out."""


@dataclass(frozen=True, slots=True)
class FitExport:
    """An exported FIT file."""

    data: bytes
    omission_note: str
    """Why the messages of a FIT recording were not copied but written anew. Empty if they were copied, and for a
    recording in another format."""


def encode_fit(
    analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER, source: bytes | None = None
) -> FitExport:
    """An analysis as a FIT file; ``source`` holds the uncompressed bytes of the recording if it is FIT, else None.

    Raises :class:`RetropaceError` if the activity has no start time or one before the earliest FIT timestamp.
    """
    cleaned, path = analysis.cleaned, analysis.activity.source.path
    if cleaned.start_time is None:
        raise RetropaceError(
            "holds no date, and FIT cannot be without: export to csv, json or geojson instead", path=path
        )
    if (cleaned.start_time - FIT_EPOCH).total_seconds() < MIN_DATE_TIME_S:
        raise RetropaceError(
            f"is dated {cleaned.start_time:%Y-%m-%d}, which FIT cannot say: export to csv, json or geojson instead",
            path=path,
        )
    fit_clock = FitClock(cleaned.start_time)
    reason = _find_passthrough_obstacle(analysis, privacy_filter, source)
    if source is None or reason:
        body = _encode_from_columns(analysis, privacy_filter, fit_clock)
        developer_index, totals, activity_message, profile_version = 0, {}, b"", PROFILE_VERSION
    else:
        first_s = fit_clock.to_ms(0.0) // 1000 - round(FIT_EPOCH.timestamp())
        last_s = fit_clock.to_ms(cleaned.elapsed_s) // 1000 - round(FIT_EPOCH.timestamp())
        messages = select_messages(source, first_s, last_s)
        body, developer_index, totals = messages.body, messages.free_developer_index, messages.totals
        activity_message, profile_version = messages.activity_message, max(messages.profile_version, PROFILE_VERSION)
    laps = build_lap_messages(analysis, fit_clock, developer_index)
    body += encode_messages([*laps, build_session_message(analysis, fit_clock, totals)])
    body += activity_message or encode_messages([build_activity_message(analysis, fit_clock)])
    omission_note = ""
    if reason and analysis.activity.source.format == "fit":
        omission_note = f"records written anew, without fields that retropace does not know: {reason}"
    return FitExport(build_fit_file(body, profile_version), omission_note)


def _find_passthrough_obstacle(analysis: Analysis, privacy_filter: PrivacyFilter, source: bytes | None) -> str:
    """The reason why the source's messages cannot be copied unchanged; empty if they can."""
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
    """The encoded messages that precede the laps: file identity, records, and timer stops and starts at pauses."""
    records_s = analysis.cleaned.time_axis.t_s
    columns = _build_record_columns(analysis, privacy_filter, fit_clock)
    rows = encode_records(columns)
    definition = build_definition(list(columns))
    body = encode_messages(build_opening_messages(fit_clock))
    next_row = 0
    for start_s, end_s in analysis.cleaned.pauses.tolist():
        stop = int(np.searchsorted(records_s, start_s, side="right"))
        resume = max(int(np.searchsorted(records_s, end_s, side="left")), stop)
        body += (
            definition
            + rows[next_row:stop].tobytes()
            + encode_messages([build_timer_event(fit_clock, start_s, "STOP_ALL")])
        )
        body += (
            definition + rows[stop:resume].tobytes() + encode_messages([build_timer_event(fit_clock, end_s, "START")])
        )
        next_row = resume
    end = build_timer_event(fit_clock, analysis.cleaned.elapsed_s, "STOP_ALL")
    return body + definition + rows[next_row:].tobytes() + encode_messages([end])


def _build_record_columns(
    analysis: Analysis, privacy_filter: PrivacyFilter, fit_clock: FitClock
) -> dict[str, FloatArray]:
    """The recorded columns by their names in ``FIELDS``, on the repaired time axis, without columns of missing values.

    If the watch recorded no distance, the cumulative distance of the analysis takes its place.
    """
    cleaned, samples, time_axis = analysis.cleaned, analysis.activity.samples, analysis.cleaned.time_axis
    lat_deg, lon_deg = time_axis.align(samples.lat_deg), time_axis.align(samples.lon_deg)
    if privacy_filter:
        # Positions that cleaning dropped were not checked by the filter, so they are hidden too.
        cleaned_rows = np.searchsorted(cleaned.t_s, time_axis.t_s)
        is_shown = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg) & ~privacy_filter.hidden_mask(cleaned)
        lat_deg, lon_deg = (
            np.where(is_shown[cleaned_rows], lat_deg, np.nan),
            np.where(is_shown[cleaned_rows], lon_deg, np.nan),
        )
    columns = {
        "timestamp": np.round(fit_clock.start_unix_s + time_axis.t_s) - FIT_EPOCH.timestamp(),
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        **{name: time_axis.align(getattr(samples, name)) for name in SAMPLE_FIELDS},
        **{name: time_axis.align(samples.extra[name]) for name in EXTRA_FIELDS if name in samples.extra},
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
