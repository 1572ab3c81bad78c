"""From walking to running backward: at which speed, and how much of it is run by now.

Going backward people prefer to run from 1.63 ± 0.11 m/s on (Hreljac 2005, J Sports Sci Med 4:446: twelve healthy young
adults on a treadmill). Here it is read off what somebody really did.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.season.runs import FloatTable

MIN_GAIT_S = 120.0
"""Two minutes of each gait at least: a line between few strides would be by chance."""


@dataclass(frozen=True, slots=True)
class GaitTransition:
    """Where walking becomes running in one direction."""

    direction: str
    speed_mps: float
    """The speed that parts the two best."""
    beyond: float
    """Share of the time that lies on the wrong side of it: 0 where no walk was faster than a run."""
    run_share: float
    """Of the time on foot in this direction."""


def fit_gait_transition(direction: str, stretches: FloatTable) -> GaitTransition | None:
    """The transition of a direction, from all its stretches; None where there is too little of either gait.

    ``stretches`` are those of :class:`retropace.season.runs.Season`.
    """
    rows = stretches[(stretches[:, 0] == float(direction == "backward")) & np.isfinite(stretches[:, 3])]
    seconds, speed, runs = rows[:, 2], rows[:, 3], rows[:, 1] > 0.0
    walks = ~runs
    run_s, walk_s = float(seconds[runs].sum()), float(seconds[walks].sum())
    if min(run_s, walk_s) < MIN_GAIT_S:
        return None
    order = np.argsort(speed, kind="stable")
    speed, seconds, runs, walks = speed[order], seconds[order], runs[order], walks[order]
    # Between each two neighbouring speeds: what was run below it and what was walked above it is on the wrong side.
    run_below = np.concatenate(([0.0], np.cumsum(np.where(runs, seconds, 0.0))))
    walk_above = walk_s - np.concatenate(([0.0], np.cumsum(np.where(walks, seconds, 0.0))))
    wrong = run_below + walk_above
    least = np.flatnonzero(wrong <= np.min(wrong) + 1e-9)
    edges = np.concatenate(([speed[0]], (speed[1:] + speed[:-1]) / 2.0, [speed[-1]]))
    at = int(least[len(least) // 2])
    return GaitTransition(direction, float(edges[at]), float(wrong[at]) / (run_s + walk_s), run_s / (run_s + walk_s))
