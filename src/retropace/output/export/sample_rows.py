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

from retropace.analysis.json_document import time_text
from retropace.cleaning.clock import clean_clock
from retropace.config.privacy import NOTHING_HIDDEN, Hiding
from retropace.core.cleaned_activity import FinerAxis
from retropace.core.spans import Column
from retropace.output.charts.downsample import step_length_m

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

PLACES = 7
"""Decimals of a degree: a centimetre."""
MEASURED = (
    *("distance_m", "speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm", "altitude_m", "lat_deg", "lon_deg"),
)


@dataclass(frozen=True, slots=True)
class SampleRows:
    """``(n,)`` columns on a rising time axis, NaN where a value is missing."""

    t_s: Column
    is_recorded: NDArray[np.bool_]
    """False where a row was put in: at the edge of a segment, of a pause or a stand, between two records."""
    segment: NDArray[np.intp]
    """The segment that begins at the row or goes on there, counted from 0; the last for the last row."""
    distance_m: Column
    """Cumulative, on the analysis' own curve."""
    speed_mps: Column
    cadence_spm: Column
    step_length_m: Column
    heart_rate_bpm: Column
    altitude_m: Column
    lat_deg: Column
    """NaN where hidden; and so is what would lie between a hidden and a shown position."""
    lon_deg: Column

    def __len__(self) -> int:
        return len(self.t_s)


def sample_rows(analysis: Analysis, hiding: Hiding = NOTHING_HIDDEN) -> SampleRows:
    """The rows of an analysis, without the positions that are hidden."""
    track, edges_s = analysis.track, analysis.segments.edges_s
    finer = FinerAxis.with_moments(track.t_s, edges_s)
    known = np.isfinite(track.lat_deg) & np.isfinite(track.lon_deg) & ~hiding.hides(track)
    lon_deg = np.where(known, track.lon_deg, np.nan)
    lon_deg[known] = np.unwrap(lon_deg[known], period=360.0)  # across the date line the short way
    return SampleRows(
        t_s=finer.axis_s,
        is_recorded=np.isin(finer.axis_s, clean_clock(analysis.activity.samples.t_s).t_s),
        segment=np.clip(np.searchsorted(edges_s, finer.axis_s, side="right") - 1, 0, len(edges_s) - 2),
        distance_m=track.at("distance_m", finer.axis_s),
        speed_mps=finer.onto(track.speed_mps),
        cadence_spm=finer.onto(track.cadence_spm),
        step_length_m=finer.onto(step_length_m(track)),
        heart_rate_bpm=finer.onto(track.heart_rate_bpm),
        altitude_m=finer.onto(track.altitude_m),
        lat_deg=np.round(finer.onto(np.where(known, track.lat_deg, np.nan)), PLACES),
        lon_deg=np.round((finer.onto(lon_deg) + 180.0) % 360.0 - 180.0, PLACES),
    )


def sample_columns(rows: SampleRows, analysis: Analysis) -> dict[str, list[Any]]:
    """The rows as plain lists by name, None where a value is missing, with the label of each row's segment."""
    segments, start = analysis.segments, analysis.track.start_time
    no_distance = analysis.track.distance_source == "none"
    measured = {name: _plain(getattr(rows, name)) for name in MEASURED}
    if no_distance:
        measured["distance_m"] = [None] * len(rows)
    return {
        "t_s": rows.t_s.tolist(),
        "time": [None if start is None else time_text(start + timedelta(seconds=t_s)) for t_s in rows.t_s.tolist()],
        **measured,
        "direction": segments.direction[rows.segment].tolist(),
        "gait": [gait or None for gait in segments.gait[rows.segment].tolist()],
        "basis": segments.basis[rows.segment].tolist(),
        "confidence": _plain(segments.confidence[rows.segment]),
        "segment": (rows.segment + 1).tolist(),
        "recorded": rows.is_recorded.tolist(),
    }


def _plain(column: Column) -> list[float | None]:
    return [value if value == value else None for value in column.tolist()]
