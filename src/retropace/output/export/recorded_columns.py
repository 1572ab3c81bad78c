"""Recorded columns for exports that other programs treat as recordings.

They are sorted by time but not shifted: speed and cadence keep the watch's lag (seconds by which they trail the body),
as reading the export again would otherwise correct it twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cleaning.clock import TimeAxis
from retropace.core.spans import FloatArray

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def compute_recorded_cadence_rpm(analysis: Analysis, time_axis: TimeAxis) -> FloatArray:
    """Recorded cadence of one foot (rpm) on ``time_axis``, halved if the watch recorded the steps of both feet."""
    recorded = time_axis.align(analysis.activity.samples.cadence_recorded)
    cleaned_rows = np.searchsorted(analysis.cleaned.t_s, time_axis.t_s)
    factors = analysis.cleaned.cadence_spm[cleaned_rows] / np.where(recorded > 0.0, recorded, np.nan)
    finite_factors = factors[np.isfinite(factors)]
    return recorded / 2.0 if len(finite_factors) and np.median(finite_factors) < 1.5 else recorded


def look_up_at_records(times_s: FloatArray, time_axis: TimeAxis, column: FloatArray) -> FloatArray:
    """The values at ``times_s`` of a column that lies on ``time_axis``; NaN where no record has exactly that time."""
    nearest = np.minimum(np.searchsorted(time_axis.t_s, times_s), len(time_axis.t_s) - 1)
    return np.where(time_axis.t_s[nearest] == times_s, column[nearest], np.nan)
