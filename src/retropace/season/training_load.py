"""Training load: backward running time of the last seven days compared with the four weeks before.

Sudden increases of load precede injuries in many team sports (Gabbett 2016, Br J Sports Med 50:273), a result that is
disputed (Impellizzeri 2020, Int J Sports Physiol Perform 15:907) and says nothing of backward running: it is a notice.
The last week is excluded from the baseline, as including it would couple the two (Lolli 2019, Br J Sports Med 53:921).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from retropace.season.runs import BACKWARD, Season

MAX_LOAD_RATIO = 1.5
"""Ratio of the last week's backward time to its baseline above which a notice is given; 1.5 is cited most often."""
MIN_LOAD_S = 600.0
"""Backward time (s) in the last seven days below which no notice is given."""
BASELINE_WEEKS = 4
"""Number of weeks, directly before the last seven days, over which the baseline is averaged."""


@dataclass(frozen=True, slots=True)
class LoadIncrease:
    """Backward moving time of the last seven days, and its mean per week in the four weeks before."""

    recent_s: float
    baseline_s: float  # mean per week of the four weeks before; NaN if the first activity is less than four weeks old

    @property
    def ratio(self) -> float:
        """``recent_s`` over ``baseline_s``; NaN if the latter is zero or unknown."""
        return self.recent_s / self.baseline_s if self.baseline_s > 0.0 else float("nan")

    @property
    def is_steep(self) -> bool:
        """Whether the load rose so steeply that the runner gets a notice."""
        return self.recent_s >= MIN_LOAD_S and self.ratio > MAX_LOAD_RATIO


def compute_load_increase(season: Season, days: Sequence[date], today: date) -> LoadIncrease:
    """Return the load as of ``today``; ``days`` holds the local day on which each activity started."""
    age_days = np.array([(today - day).days for day in days], dtype=np.float64)
    seconds = np.nan_to_num(season.moving_s[:, BACKWARD])
    is_recent = (age_days >= 0) & (age_days < 7)
    is_baseline = (age_days >= 7) & (age_days < 7 * (BASELINE_WEEKS + 1))
    has_baseline = len(age_days) > 0 and np.max(age_days) >= 7 * BASELINE_WEEKS
    mean_s = float(seconds[is_baseline].sum()) / BASELINE_WEEKS if has_baseline else float("nan")
    return LoadIncrease(float(seconds[is_recent].sum()), mean_s)
