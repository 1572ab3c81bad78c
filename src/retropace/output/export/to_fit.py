"""FIT with one lap for each segment, for Garmin Connect, Strava and whatever else reads laps.

If the source is FIT, its messages go over byte by byte and only laps, session and activity are written anew. Otherwise,
and whenever positions are hidden, records are made from the columns: of bytes nobody could say where a position hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retropace.cleaning.clock import TimeAxis, clean_time_axis
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
"""The version of the profile that fit-tool knows."""
SAMPLE_FIELDS = (
    *("altitude_m", "distance_m", "speed_mps", "heart_rate_bpm", "step_length_m", "vertical_oscillation_m"),
    "stance_time_s",
)
EXTRA_FIELDS = ("power", "temperature")
"""Extra columns that FIT has a field for; others are left out where records are made from columns."""


@dataclass(frozen=True, slots=True)
class FitExport:
    """The bytes of a FIT file, and in words what of the source is not in it."""

    data: bytes
    omission_note: str


def encode_fit(
    analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER, source: bytes | None = None
) -> FitExport:
    """The FIT file of an analysis; ``source`` are the bytes it was read from, unpacked, if they are FIT.

    Raises :class:`RetropaceError` if the activity has no date that FIT can hold.
    """
    track, path = analysis.cleaned, analysis.activity.source.path
    if track.start_time is None:
        raise RetropaceError(
            "holds no date, and FIT cannot be without: export to csv, json or geojson instead", path=path
        )
    if (track.start_time - FIT_EPOCH).total_seconds() < MIN_DATE_TIME_S:
        raise RetropaceError(
            f"is dated {track.start_time:%Y-%m-%d}, which FIT cannot say: export to csv, json or geojson instead",
            path=path,
        )
    moments = FitClock(track.start_time)
    clock = clean_time_axis(analysis.activity.samples.t_s)
    reason = _find_passthrough_obstacle(analysis, privacy_filter, source, clock)
    if source is None or reason:
        body = _encode_from_columns(analysis, privacy_filter, moments, clock)
        index, totals, activity, profile = 0, {}, b"", PROFILE_VERSION
    else:
        first = moments.to_ms(0.0) // 1000 - round(FIT_EPOCH.timestamp())
        last = moments.to_ms(track.elapsed_s) // 1000 - round(FIT_EPOCH.timestamp())
        kept = select_messages(source, first, last)
        body, index, totals, activity, profile = (
            *(
                kept.body,
                kept.free_developer_index,
                kept.totals,
                kept.activity_message,
                max(kept.profile_version, PROFILE_VERSION),
            ),
        )
    body += encode_messages(
        [*build_lap_messages(analysis, moments, index), build_session_message(analysis, moments, totals)]
    )
    body += activity or encode_messages([build_activity_message(analysis, moments)])
    said = ""
    if reason and analysis.activity.source.format == "fit":
        said = f"records written anew, without fields that retropace does not know: {reason}"
    return FitExport(build_fit_file(body, profile), said)


def _find_passthrough_obstacle(
    analysis: Analysis, privacy_filter: PrivacyFilter, source: bytes | None, time_axis: TimeAxis
) -> str:
    """Why the messages of the source do not go over as they are; empty if they can."""
    if privacy_filter:
        return "positions are hidden"
    if source is None:
        return "its own bytes are not at hand"
    t_s = analysis.activity.samples.t_s
    shift_s = time_axis.remap(t_s[np.isfinite(t_s)]) - t_s[np.isfinite(t_s)]
    if np.ptp(shift_s) > 0.5:
        return "its clock leaps"
    return find_passthrough_obstacle(source)


def _encode_from_columns(
    analysis: Analysis, privacy_filter: PrivacyFilter, fit_clock: FitClock, time_axis: TimeAxis
) -> bytes:
    """Everything before the laps: identity, records, and the timer's stops and starts between them."""
    columns = _build_record_columns(analysis, privacy_filter, fit_clock, time_axis)
    rows = encode_records(columns)
    definition = build_definition(list(columns))
    body = encode_messages(build_opening_messages(fit_clock))
    at = 0
    for start_s, end_s in analysis.cleaned.pauses.tolist():
        stop = int(np.searchsorted(time_axis.t_s, start_s, side="right"))
        again = max(int(np.searchsorted(time_axis.t_s, end_s, side="left")), stop)
        body += (
            definition + rows[at:stop].tobytes() + encode_messages([build_timer_event(fit_clock, start_s, "STOP_ALL")])
        )
        body += (
            definition + rows[stop:again].tobytes() + encode_messages([build_timer_event(fit_clock, end_s, "START")])
        )
        at = again
    end = build_timer_event(fit_clock, analysis.cleaned.elapsed_s, "STOP_ALL")
    return body + definition + rows[at:].tobytes() + encode_messages([end])


def _build_record_columns(
    analysis: Analysis, privacy_filter: PrivacyFilter, fit_clock: FitClock, time_axis: TimeAxis
) -> dict[str, FloatArray]:
    """The columns of the records as recorded, on the mended clock; those without any value are left out.

    A recording that counts no distance gets that of the analysis.
    """
    track, samples = analysis.cleaned, analysis.activity.samples
    lat_deg, lon_deg = time_axis.align(samples.lat_deg), time_axis.align(samples.lon_deg)
    if privacy_filter:
        # Positions that cleaning dropped as strays have not been asked whether they are to be hidden: they go too.
        own = np.searchsorted(track.t_s, time_axis.t_s)
        shown = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg) & ~privacy_filter.hidden_mask(track)
        lat_deg, lon_deg = np.where(shown[own], lat_deg, np.nan), np.where(shown[own], lon_deg, np.nan)
    columns = {
        "timestamp": np.round(fit_clock.start_unix_s + time_axis.t_s) - FIT_EPOCH.timestamp(),
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        **{name: time_axis.align(getattr(samples, name)) for name in SAMPLE_FIELDS},
        **{name: time_axis.align(samples.extra[name]) for name in EXTRA_FIELDS if name in samples.extra},
    }
    if not np.any(np.isfinite(columns["distance_m"])) and track.distance_source != "none":
        # Without a distance in the records other programs count one of their own, and then laps do not fit.
        columns["distance_m"] = track.value_at("distance_m", time_axis.t_s)
    rpm = compute_recorded_cadence_rpm(analysis, time_axis)
    if np.any(np.isfinite(rpm)):
        columns["cadence"] = np.floor(rpm)
        if np.any(rpm % 1.0 > 0.0):
            columns["fractional_cadence"] = rpm % 1.0
    return {name: columns[name] for name in FIELDS if name in columns and np.any(np.isfinite(columns[name]))}
