"""How fast anybody has ever run backward: what is faster was not run backward."""

from __future__ import annotations

import numpy as np

from retropace.core.spans import FloatArray

MAX_SPEED_MPS = 12.5
"""Nobody is faster on foot: Usain Bolt's best 20 m of the 2009 world record took 1.61 s, 12.4 m/s (Graubner 2011)."""
BACKWARD_WORLD_BESTS = (
    (100.0, 13.2),
    (400.0, 69.6),
    (1609.344, 330.0),
    (5000.0, 1147.0),
    (10000.0, 2360.0),
    (42195.0, 12300.0),
)
"""Metres and seconds of the fastest known backward runs: 100 m 13.2 s, 400 m 69.6 s, mile 5:30, 5 km 19:07, 10 km
39:20, marathon 3:25 (men's bests as listed by the retro-running community, rounded down)."""
TOP_SPEED_FACTOR = 1.15
"""Over less than the shortest of them top speed counts, not the start: forward, world-class sprinters reach some 115 %
of their mean speed over 100 m (Bolt 2009: up to 12.3 m/s at a mean of 10.4)."""


def max_backward_speed_mps(duration_s: FloatArray) -> FloatArray:
    """The greatest mean speed for a backward run of each duration.

    Between two world bests it lies on the straight line through their logarithms (speed falls as a power of time;
    Riegel 1981, Am Sci 69:285), beyond them it is the nearest.
    """
    seconds = np.array([took for _, took in BACKWARD_WORLD_BESTS])
    speeds = np.array([metres / took for metres, took in BACKWARD_WORLD_BESTS])
    at = np.log(np.maximum(duration_s, 1e-9))
    limit: FloatArray = np.exp(np.interp(at, np.log(seconds), np.log(speeds)))
    return np.where(duration_s < seconds[0], limit * TOP_SPEED_FACTOR, limit)
