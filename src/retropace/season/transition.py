"""Speed at which a runner changes between walking and running in one direction.

Going backward people prefer to run from 1.63 ± 0.11 m/s (Hreljac 2005, J Sports Sci Med 4:446: twelve healthy young
adults on a treadmill). Here the speed is estimated from the runner's own stretches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.spans import cumulate, midpoints
from retropace.season.runs import FloatTable

MIN_GAIT_S = 120.0
"""Minimum total duration (s) of walking and of running; if one of the two is shorter, no speed is estimated."""


@dataclass(frozen=True, slots=True)
class GaitTransition:
    """Speed at which a runner changes between walking and running in one direction.

    It comes with a measure of how well it separates the two gaits.
    """

    direction: str
    speed_mps: float
    """Speed that best separates walking from running. If everything slower is called walking and everything faster
    running, the least time is called wrongly at this speed."""
    beyond: float
    """Fraction of the time that lies on the wrong side of ``speed_mps``: walked faster or run slower. It is 0 if all
    running was faster than all walking."""
    run_share: float
    """Fraction of the moving time that was run, not walked."""


def fit_gait_transition(direction: str, stretches: FloatTable) -> GaitTransition | None:
    """Return the speed at which the runner changes between walking and running in one direction.

    None if either gait lasts less than ``MIN_GAIT_S``.

    ``stretches`` are those of :class:`retropace.season.runs.Season`, shape ``(m, 4)``.
    """
    rows = stretches[(stretches[:, 0] == float(direction == "backward")) & np.isfinite(stretches[:, 3])]
    seconds, speed, is_run = rows[:, 2], rows[:, 3], rows[:, 1] > 0.0
    is_walk = ~is_run
    run_s, walk_s = float(seconds[is_run].sum()), float(seconds[is_walk].sum())
    if min(run_s, walk_s) < MIN_GAIT_S:
        return None
    order = np.argsort(speed, kind="stable")
    speed, seconds, is_run, is_walk = speed[order], seconds[order], is_run[order], is_walk[order]
    # Each threshold between neighbouring speeds misclassifies running below it and walking above it.
    run_below = cumulate(np.where(is_run, seconds, 0.0))
    walk_above = walk_s - cumulate(np.where(is_walk, seconds, 0.0))
    misclassified_s = run_below + walk_above
    optima = np.flatnonzero(misclassified_s <= np.min(misclassified_s) + 1e-9)
    thresholds_mps = np.concatenate(([speed[0]], midpoints(speed), [speed[-1]]))
    optimum = int(optima[len(optima) // 2])
    return GaitTransition(
        direction,
        float(thresholds_mps[optimum]),
        float(misclassified_s[optimum]) / (run_s + walk_s),
        run_s / (run_s + walk_s),
    )
