"""The cleaned records of a session and all edges of its segments, each with its label, for CSV, JSON and GPX."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from retropace.analysis.json_document import format_time
from retropace.analysis.pipeline import Analysis
from retropace.config.privacy import NO_PRIVACY_FILTER, PrivacyFilter
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.geodesy import COORDINATE_DECIMALS
from retropace.core.json_values import finite_column
from retropace.core.spans import FloatArray, find_owner
from retropace.output.charts.downsample import compute_step_length_m
from retropace.output.charts.route import find_shown

MEASURED_COLUMNS = ("speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "altitude_m")
"""The columns of :class:`CleanedActivity` that are exported as they are."""


def build_sample_rows(analysis: Analysis, privacy_filter: PrivacyFilter = NO_PRIVACY_FILTER) -> CleanedActivity:
    """Return the cleaned activity with a row at each segment edge; a position interpolated from a hidden one is NaN."""
    cleaned = analysis.cleaned
    is_shown = find_shown(cleaned, privacy_filter)
    return replace(
        cleaned,
        step_length_m=compute_step_length_m(cleaned),
        lat_deg=np.where(is_shown, cleaned.lat_deg, np.nan),
        lon_deg=np.where(is_shown, cleaned.lon_deg, np.nan),
    ).with_times(analysis.segments.edges_s)


def sample_rows_to_columns(rows: CleanedActivity, analysis: Analysis) -> dict[str, list[Any]]:
    """Return the rows as lists by column name, None where a value is missing, with the label of each row's segment."""
    segments, start_time, t_s = analysis.segments, analysis.cleaned.start_time, rows.t_s.tolist()
    has_distance = analysis.cleaned.distance_source != "none"
    owner = find_owner(segments.edges_s, rows.t_s)  # at an edge the later segment
    return {
        "t_s": t_s,
        "time": [None if start_time is None else format_time(start_time + timedelta(seconds=time_s)) for time_s in t_s],
        "distance_m": finite_column(rows.curves["distance_m"]) if has_distance else [None] * len(t_s),
        **{name: finite_column(getattr(rows, name)) for name in MEASURED_COLUMNS},
        "lat_deg": finite_column(np.round(rows.lat_deg, COORDINATE_DECIMALS)),
        "lon_deg": finite_column(np.round((rows.lon_deg + 180.0) % 360.0 - 180.0, COORDINATE_DECIMALS)),
        "direction": segments.direction[owner].tolist(),
        "gait": [gait or None for gait in segments.gait[owner].tolist()],
        "basis": segments.basis[owner].tolist(),
        "confidence": finite_column(segments.confidence[owner]),
        "segment": (owner + 1).tolist(),
        "recorded": np.isin(rows.t_s, analysis.cleaned.time_axis.t_s).tolist(),
    }


def compute_recorded_cadence_rpm(analysis: Analysis) -> FloatArray:
    """Return the cadence of one foot (rpm) of each record with the delay of the watch, for use by other programs."""
    recorded = analysis.cleaned.time_axis.align(analysis.activity.samples.cadence_recorded)
    return recorded / 2.0 if analysis.cleaned.counts_both_feet else recorded
