"""How much more was run backward in the last seven days than in the four weeks before.

What the evidence is: sudden increases of load come before injuries in many team sports (acute over chronic load above
1.5; Gabbett 2016, Br J Sports Med 50:273), which was criticised for its statistics and cannot be carried over
(Impellizzeri 2020, Int J Sports Physiol Perform 15:907). In novice runners the rule of 10 % a week did not prevent
injuries (Buist 2008, Am J Sports Med 36:33); those who added more than 30 % a week had more injuries of the kinds that
distance brings (Nielsen 2014, J Orthop Sports Phys Ther 44:739). Nothing of it was measured on backward running. So it
is a notice, not a rule; the week does not count among those before, which would couple the two (Lolli 2019, Br J Sports
Med 53:921).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from retropace.season.runs import BACKWARD, Season

MAX_LOAD_RATIO = 1.5
"""The ratio from which on the notice is given, the most cited of the thresholds."""
MIN_LOAD_S = 600.0
"""A week with less than ten minutes backward is no load to speak of, whatever came before."""
BASELINE_WEEKS = 4


@dataclass(frozen=True, slots=True)
class LoadIncrease:
    """Backward time, moving."""

    recent_s: float
    """Of the last seven days, today among them."""
    baseline_s: float
    """Mean of the four weeks before; NaN if the season does not reach back so far: a beginning is no rise."""

    @property
    def ratio(self) -> float:
        """The one over the other; NaN without the other."""
        return self.recent_s / self.baseline_s if self.baseline_s > 0.0 else float("nan")

    @property
    def is_steep(self) -> bool:
        """Whether the notice is due."""
        return self.recent_s >= MIN_LOAD_S and self.baseline_s > 0.0 and self.ratio > MAX_LOAD_RATIO


def compute_load_increase(season: Season, days: Sequence[date], today: date) -> LoadIncrease:
    """The ramp as of a day; ``days`` is when each activity began."""
    back = np.array([(today - day).days for day in days], dtype=np.float64)
    seconds = np.nan_to_num(season.moving_s[:, BACKWARD])
    last = (back >= 0) & (back < 7)
    before = (back >= 7) & (back < 7 * (BASELINE_WEEKS + 1))
    reaches_back = len(back) > 0 and np.max(back) >= 7 * BASELINE_WEEKS
    mean_s = float(seconds[before].sum()) / BASELINE_WEEKS if reaches_back else float("nan")
    return LoadIncrease(float(seconds[last].sum()), mean_s)
