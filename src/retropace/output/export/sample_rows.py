"""The cleaned records of a session with the label of each, for CSV, JSON and GPX.

Every edge of a segment has a row, interpolated where the watch has no record, so that distances per segment can be
summed from rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.json_document import format_time
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.geodesy import COORDINATE_DECIMALS
from retropace.core.json_values import finite_column
from retropace.core.spans import FloatArray, find_owner
from retropace.output.charts.downsample import compute_step_length_m

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

MEASURED_COLUMNS = (
    *("distance_m", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "altitude_m", "lat_deg", "lon_deg"),
)
"""The columns of :class:`SampleRows` with measured values."""


@dataclass(frozen=True, slots=True)
class SampleRows:
    """The rows of an export as columns of shape ``(n,)`` on an increasing time axis, NaN where a value is missing."""

    t_s: FloatArray
    is_recorded: NDArray[np.bool_]
    """Whether the watch has a record at this time."""
    segment_index: NDArray[np.intp]
    """The index of the segment that contains the row, at an edge the later one."""
    distance_m: FloatArray
    """The distance (m) from the start, as the analysis accumulates it."""
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray
    altitude_m: FloatArray
    lat_deg: FloatArray
    """The latitude, NaN where hidden or interpolated from a hidden position."""
    lon_deg: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)


def build_sample_rows(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> SampleRows:
    """One row for each cleaned record and for each segment edge of an analysis; positions that are hidden are NaN."""
    cleaned, edges_s = analysis.cleaned, analysis.segments.edges_s
    is_shown = np.isfinite(cleaned.lat_deg) & np.isfinite(cleaned.lon_deg) & ~privacy_filter.hidden_mask(cleaned)
    shown = replace(
        cleaned,
        step_length_m=compute_step_length_m(cleaned),
        lat_deg=np.where(is_shown, cleaned.lat_deg, np.nan),
        lon_deg=np.where(is_shown, cleaned.lon_deg, np.nan),
    ).with_times(edges_s)
    columns = {name: getattr(shown, name) for name in MEASURED_COLUMNS if name != "distance_m"}
    columns["lat_deg"] = np.round(shown.lat_deg, COORDINATE_DECIMALS)
    columns["lon_deg"] = np.round((shown.lon_deg + 180.0) % 360.0 - 180.0, COORDINATE_DECIMALS)
    return SampleRows(
        t_s=shown.t_s,
        is_recorded=np.isin(shown.t_s, cleaned.time_axis.t_s),
        segment_index=find_owner(edges_s, shown.t_s),
        distance_m=shown.curves["distance_m"],
        **columns,
    )


def sample_rows_to_columns(rows: SampleRows, analysis: Analysis) -> dict[str, list[Any]]:
    """The rows as lists by column name, None where a value is missing, with the label of each row's segment."""
    segments, start_time = analysis.segments, analysis.cleaned.start_time
    measured = {name: finite_column(getattr(rows, name)) for name in MEASURED_COLUMNS}
    if analysis.cleaned.distance_source == "none":
        measured["distance_m"] = [None] * len(rows)
    t_s = rows.t_s.tolist()
    return {
        "t_s": t_s,
        "time": [None if start_time is None else format_time(start_time + timedelta(seconds=time_s)) for time_s in t_s],
        **measured,
        "direction": segments.direction[rows.segment_index].tolist(),
        "gait": [gait or None for gait in segments.gait[rows.segment_index].tolist()],
        "basis": segments.basis[rows.segment_index].tolist(),
        "confidence": finite_column(segments.confidence[rows.segment_index]),
        "segment": (rows.segment_index + 1).tolist(),
        "recorded": rows.is_recorded.tolist(),
    }


def compute_recorded_cadence_rpm(analysis: Analysis) -> FloatArray:
    """Recorded cadence of one foot (rpm) of each record, for files that other programs treat as recordings.

    It keeps the delay with which the watch recorded it, which retropace removes on reading the exported file.
    """
    recorded = analysis.cleaned.time_axis.align(analysis.activity.samples.cadence_recorded)
    return recorded / 2.0 if analysis.cleaned.counts_both_feet else recorded
