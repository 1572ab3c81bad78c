"""Recorded columns for exports that other programs treat as recordings.

Records are sorted by time, but speed and cadence keep the delay with which the watch recorded them. If it were removed,
retropace would remove it a second time on reading the exported file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.core.cleaned_activity import TimeAxis
from retropace.core.spans import FloatArray

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def compute_recorded_cadence_rpm(analysis: Analysis) -> FloatArray:
    """Recorded cadence of one foot (rpm) of each record, halved if the watch recorded the steps of both feet."""
    recorded = analysis.cleaned.time_axis.align(analysis.activity.samples.cadence_recorded)
    return recorded / 2.0 if analysis.cleaned.counts_both_feet else recorded


def look_up_at_records(times_s: FloatArray, time_axis: TimeAxis, column: FloatArray) -> FloatArray:
    """The values at ``times_s`` of a column that lies on ``time_axis``; NaN where no record has exactly that time."""
    nearest = np.minimum(np.searchsorted(time_axis.t_s, times_s), len(time_axis.t_s) - 1)
    return np.where(time_axis.t_s[nearest] == times_s, column[nearest], np.nan)
