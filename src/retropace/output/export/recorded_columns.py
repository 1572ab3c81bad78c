"""What the watch recorded, in order but otherwise as it was: for files that others will take for a recording.

Speed and cadence stay as late as the watch showed them. Whoever reads the file moves them as they see fit; we would
move them twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retropace.cleaning.clock import Clock
from retropace.core.spans import Column

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis


def recorded_rpm(analysis: Analysis, clock: Clock) -> Column:
    """Cadence of one foot, as recordings count it: halved where cleaning found that steps of both were recorded."""
    recorded = clock.column(analysis.activity.samples.cadence_recorded)
    own = np.searchsorted(analysis.track.t_s, clock.t_s)
    factors = analysis.track.cadence_spm[own] / np.where(recorded > 0.0, recorded, np.nan)
    known = factors[np.isfinite(factors)]
    return recorded / 2.0 if len(known) and np.median(known) < 1.5 else recorded


def at_records(moments_s: Column, clock: Clock, column: Column) -> Column:
    """A column of the clock's moments at others: NaN where there is no record just then."""
    near = np.minimum(np.searchsorted(clock.t_s, moments_s), len(clock.t_s) - 1)
    return np.where(clock.t_s[near] == moments_s, column[near], np.nan)
