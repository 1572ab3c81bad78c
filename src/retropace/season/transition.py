"""Speed between walk and run; backward 1.63 ± 0.11 m/s in 12 young adults (Hreljac 2005, J Sports Sci Med 4:446)."""

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import cumulate, midpoints
from retropace.season.runs import FloatTable

MIN_GAIT_S = 120.0
"""Least total duration (s) of walking, and of running; if either is shorter, no speed is estimated."""


@dataclass(frozen=True, slots=True)
class GaitTransition:
    """Speed at which a runner changes between walking and running in one direction."""

    direction: str
    speed_mps: float  # speed (m/s) for which the total time walked faster, or run slower, is least
    beyond: float  # fraction of the time that was walked faster or run slower than ``speed_mps``
    run_share: float  # fraction of the moving time that was run, not walked


def fit_gait_transition(direction: str, stretches: FloatTable) -> GaitTransition | None:
    """Return the transition fitted to rows as in :attr:`.Season.stretches`; None if a gait has below ``MIN_GAIT_S``."""
    rows = stretches[(stretches[:, 0] == float(direction == "backward")) & np.isfinite(stretches[:, 3])]
    seconds, speed, is_run = rows[:, 2], rows[:, 3], rows[:, 1] > 0.0
    run_s, walk_s = float(seconds[is_run].sum()), float(seconds[~is_run].sum())
    if min(run_s, walk_s) < MIN_GAIT_S:
        return None
    order = np.argsort(speed, kind="stable")
    speed, seconds, is_run = speed[order], seconds[order], is_run[order]
    # Each threshold between neighbouring speeds misclassifies running below it and walking above it.
    walk_above_s = walk_s - cumulate(np.where(is_run, 0.0, seconds))
    misclassified_s = cumulate(np.where(is_run, seconds, 0.0)) + walk_above_s
    optima = np.flatnonzero(misclassified_s <= np.min(misclassified_s) + 1e-9)
    thresholds_mps = np.concatenate(([speed[0]], midpoints(speed), [speed[-1]]))
    optimum = int(optima[len(optima) // 2])
    beyond = float(misclassified_s[optimum]) / (run_s + walk_s)
    return GaitTransition(direction, float(thresholds_mps[optimum]), beyond, run_s / (run_s + walk_s))
