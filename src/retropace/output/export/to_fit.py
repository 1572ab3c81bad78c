"""FIT with one lap for each segment, for Garmin Connect, Strava and whatever else reads laps.

If the source is FIT, its messages go over byte by byte and only laps, session and activity are written anew. Otherwise,
and whenever positions are hidden, records are made from the columns: of bytes nobody could say where a position hides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retropace.cleaning.clock import Clock, clean_clock
from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.errors import RetropaceError
from retropace.core.spans import Column
from retropace.output.export.fit_messages import (
    Moments,
    activity_message,
    encoded,
    file_bytes,
    lap_messages,
    opening,
    session_message,
    timer,
)
from retropace.output.export.fit_passthrough import kept_of, why_not
from retropace.output.export.fit_records import FIELDS, definition_bytes, record_rows
from retropace.output.export.recorded_columns import recorded_rpm
from retropace.readers.fit.reader import EPOCH
from retropace.readers.fit.values import POWER_ON

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PROFILE = 21212
"""The version of the profile that fit-tool knows."""
RECORDED = (
    *("altitude_m", "distance_m", "speed_mps", "heart_rate_bpm", "step_length_m", "vertical_oscillation_m"),
    "stance_time_s",
)
FURTHER = ("power", "temperature")
"""Extra columns that FIT has a field for; others are left out where records are made from columns."""


@dataclass(frozen=True, slots=True)
class FitExport:
    """The bytes of a FIT file, and in words what of the source is not in it."""

    data: bytes
    said: str


def fit(analysis: Analysis, hiding: Hiding = NOTHING_HIDDEN, source: bytes | None = None) -> FitExport:
    """The FIT file of an analysis; ``source`` are the bytes it was read from, unpacked, if they are FIT.

    Raises :class:`RetropaceError` if the activity has no date that FIT can hold.
    """
    track, path = analysis.track, analysis.activity.source.path
    if track.start_time is None:
        raise RetropaceError(
            "holds no date, and FIT cannot be without: export to csv, json or geojson instead", path=path
        )
    if (track.start_time - EPOCH).total_seconds() < POWER_ON:
        raise RetropaceError(
            f"is dated {track.start_time:%Y-%m-%d}, which FIT cannot say: export to csv, json or geojson instead",
            path=path,
        )
    moments = Moments(track.start_time)
    clock = clean_clock(analysis.activity.samples.t_s)
    reason = _why_from_columns(analysis, hiding, source, clock)
    if source is None or reason:
        body = _from_columns(analysis, hiding, moments, clock)
        index, totals, activity, profile = 0, {}, b"", PROFILE
    else:
        first = moments.ms(0.0) // 1000 - round(EPOCH.timestamp())
        last = moments.ms(track.elapsed_s) // 1000 - round(EPOCH.timestamp())
        kept = kept_of(source, first, last)
        body, index, totals, activity, profile = (
            *(kept.body, kept.developer_index, kept.totals, kept.activity, max(kept.profile, PROFILE)),
        )
    body += encoded([*lap_messages(analysis, moments, index), session_message(analysis, moments, totals)])
    body += activity or encoded([activity_message(analysis, moments)])
    said = ""
    if reason and analysis.activity.source.format == "fit":
        said = f"records written anew, without fields that retropace does not know: {reason}"
    return FitExport(file_bytes(body, profile), said)


def _why_from_columns(analysis: Analysis, hiding: Hiding, source: bytes | None, clock: Clock) -> str:
    """Why the messages of the source do not go over as they are; empty if they can."""
    if hiding:
        return "positions are hidden"
    if source is None:
        return "its own bytes are not at hand"
    t_s = analysis.activity.samples.t_s
    shift_s = clock.remap(t_s[np.isfinite(t_s)]) - t_s[np.isfinite(t_s)]
    if np.ptp(shift_s) > 0.5:
        return "its clock leaps"
    return why_not(source)


def _from_columns(analysis: Analysis, hiding: Hiding, moments: Moments, clock: Clock) -> bytes:
    """Everything before the laps: identity, records, and the timer's stops and starts between them."""
    columns = _columns(analysis, hiding, moments, clock)
    rows = record_rows(columns)
    definition = definition_bytes(list(columns))
    body = encoded(opening(moments))
    at = 0
    for start_s, end_s in analysis.track.pauses.tolist():
        stop = int(np.searchsorted(clock.t_s, start_s, side="right"))
        again = max(int(np.searchsorted(clock.t_s, end_s, side="left")), stop)
        body += definition + rows[at:stop].tobytes() + encoded([timer(moments, start_s, "STOP_ALL")])
        body += definition + rows[stop:again].tobytes() + encoded([timer(moments, end_s, "START")])
        at = again
    end = timer(moments, analysis.track.elapsed_s, "STOP_ALL")
    return body + definition + rows[at:].tobytes() + encoded([end])


def _columns(analysis: Analysis, hiding: Hiding, moments: Moments, clock: Clock) -> dict[str, Column]:
    """The columns of the records as recorded, on the mended clock; those without any value are left out.

    A recording that counts no distance gets that of the analysis.
    """
    track, samples = analysis.track, analysis.activity.samples
    lat_deg, lon_deg = clock.column(samples.lat_deg), clock.column(samples.lon_deg)
    if hiding:
        # Positions that cleaning dropped as strays have not been asked whether they are to be hidden: they go too.
        own = np.searchsorted(track.t_s, clock.t_s)
        shown = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg) & ~hiding.hides(track)
        lat_deg, lon_deg = np.where(shown[own], lat_deg, np.nan), np.where(shown[own], lon_deg, np.nan)
    columns = {
        "timestamp": np.round(moments.start_s + clock.t_s) - EPOCH.timestamp(),
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        **{name: clock.column(getattr(samples, name)) for name in RECORDED},
        **{name: clock.column(samples.extra[name]) for name in FURTHER if name in samples.extra},
    }
    if not np.any(np.isfinite(columns["distance_m"])) and track.distance_source != "none":
        # Without a distance in the records other programs count one of their own, and then laps do not fit.
        columns["distance_m"] = track.at("distance_m", clock.t_s)
    rpm = recorded_rpm(analysis, clock)
    if np.any(np.isfinite(rpm)):
        columns["cadence"] = np.floor(rpm)
        if np.any(rpm % 1.0 > 0.0):
            columns["fractional_cadence"] = rpm % 1.0
    return {name: columns[name] for name in FIELDS if name in columns and np.any(np.isfinite(columns[name]))}
