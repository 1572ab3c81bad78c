"""The records of a session with the label of each, as columns: what tables and GPX are made of.

Columns are those of the analysis: in order, repaired, speed and cadence moved to when they were run. At every edge of a
segment stands a row, interpolated where the watch recorded none just then, so that distances can be summed from rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.json_document import format_time
from retropace.cleaning.clock import clean_time_axis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.cleaned_activity import RefinedAxis
from retropace.core.spans import FloatArray
from retropace.output.charts.downsample import compute_step_length_m

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

COORDINATE_DECIMALS = 7
"""Decimals of a degree: a centimetre."""
MEASURED_COLUMNS = (
    *("distance_m", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "altitude_m", "lat_deg", "lon_deg"),
)


@dataclass(frozen=True, slots=True)
class SampleRows:
    """``(n,)`` columns on a rising time axis, NaN where a value is missing."""

    t_s: FloatArray
    is_recorded: NDArray[np.bool_]
    """False where a row was put in: at the edge of a segment, of a pause or a stand, between two records."""
    segment_index: NDArray[np.intp]
    """The segment that begins at the row or goes on there, counted from 0; the last for the last row."""
    distance_m: FloatArray
    """Cumulative, on the analysis' own curve."""
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    lat_deg: FloatArray
    """NaN where hidden; and so is what would lie between a hidden and a shown position."""
    lon_deg: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)


def build_sample_rows(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> SampleRows:
    """The rows of an analysis, without the positions that are hidden."""
    track, edges_s = analysis.cleaned, analysis.segments.edges_s
    finer = RefinedAxis.with_times(track.t_s, edges_s)
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg) & ~privacy_filter.hidden_mask(track)
    lon_deg = np.where(known, track.lon_deg, np.nan)
    lon_deg[known] = np.unwrap(lon_deg[known], period=360.0)  # across the date line the short way
    return SampleRows(
        t_s=finer.refined_t_s,
        is_recorded=np.isin(finer.refined_t_s, clean_time_axis(analysis.activity.samples.t_s).t_s),
        segment_index=np.clip(np.searchsorted(edges_s, finer.refined_t_s, side="right") - 1, 0, len(edges_s) - 2),
        distance_m=track.value_at("distance_m", finer.refined_t_s),
        speed_mps=finer.interpolate(track.speed_mps),
        cadence_spm=finer.interpolate(track.cadence_spm),
        step_length_m=finer.interpolate(compute_step_length_m(track)),
        heart_rate_bpm=finer.interpolate(track.heart_rate_bpm),
        altitude_m=finer.interpolate(track.altitude_m),
        lat_deg=np.round(finer.interpolate(np.where(known, track.lat_deg, np.nan)), COORDINATE_DECIMALS),
        lon_deg=np.round((finer.interpolate(lon_deg) + 180.0) % 360.0 - 180.0, COORDINATE_DECIMALS),
    )


def sample_rows_to_columns(rows: SampleRows, analysis: Analysis) -> dict[str, list[Any]]:
    """The rows as plain lists by name, None where a value is missing, with the label of each row's segment."""
    segments, start = analysis.segments, analysis.cleaned.start_time
    no_distance = analysis.cleaned.distance_source == "none"
    measured = {name: _nan_to_none(getattr(rows, name)) for name in MEASURED_COLUMNS}
    if no_distance:
        measured["distance_m"] = [None] * len(rows)
    return {
        "t_s": rows.t_s.tolist(),
        "time": [None if start is None else format_time(start + timedelta(seconds=t_s)) for t_s in rows.t_s.tolist()],
        **measured,
        "direction": segments.direction[rows.segment_index].tolist(),
        "gait": [gait or None for gait in segments.gait[rows.segment_index].tolist()],
        "basis": segments.basis[rows.segment_index].tolist(),
        "confidence": _nan_to_none(segments.confidence[rows.segment_index]),
        "segment": (rows.segment_index + 1).tolist(),
        "recorded": rows.is_recorded.tolist(),
    }


def _nan_to_none(column: FloatArray) -> list[float | None]:
    return [value if value == value else None for value in column.tolist()]
