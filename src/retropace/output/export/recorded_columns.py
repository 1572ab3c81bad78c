"""What the watch recorded, in order but otherwise as it was: for files that others will take for a recording.

Speed and cadence stay as late as the watch showed them. Whoever reads the file moves them as they see fit; we would
move them twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cleaning.clock import TimeAxis
from retropace.core.spans import FloatArray

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def compute_recorded_cadence_rpm(analysis: Analysis, time_axis: TimeAxis) -> FloatArray:
    """Cadence of one foot, as recordings count it: halved where cleaning found that steps of both were recorded."""
    recorded = time_axis.align(analysis.activity.samples.cadence_recorded)
    own = np.searchsorted(analysis.cleaned.t_s, time_axis.t_s)
    factors = analysis.cleaned.cadence_spm[own] / np.where(recorded > 0.0, recorded, np.nan)
    known = factors[np.isfinite(factors)]
    return recorded / 2.0 if len(known) and np.median(known) < 1.5 else recorded


def look_up_at_records(times_s: FloatArray, time_axis: TimeAxis, column: FloatArray) -> FloatArray:
    """A column of the clock's moments at others: NaN where there is no record just then."""
    near = np.minimum(np.searchsorted(time_axis.t_s, times_s), len(time_axis.t_s) - 1)
    return np.where(time_axis.t_s[near] == times_s, column[near], np.nan)
