"""World-best backward speeds; faster stretches cannot have been run backward."""

from __future__ import annotations

import numpy as np

from retropace.core.spans import FloatArray

MAX_SPEED_MPS = 12.5
"""Highest possible speed in m/s on foot; higher values are errors. The fastest 20 m of Bolt's 100 m world record of
2009 took 1.61 s, which is 12.4 m/s (Graubner 2011)."""
BACKWARD_WORLD_BESTS = (
    *((100.0, 13.2), (400.0, 69.6), (1609.344, 330.0), (5000.0, 1147.0), (10000.0, 2360.0), (42195.0, 12300.0)),
)
"""Distance in metres and time in seconds of the fastest known backward runs. Times are rounded down, so that the record
itself is not called impossible (men's bests as listed by the retro-running community): 100 m 13.2 s, 400 m 69.6 s, mile
5:30, 5 km 19:07, 10 km 39:20, marathon 3:25."""
TOP_SPEED_FACTOR = 1.15
"""Ratio of top speed to mean speed in a 100 m race. For runs shorter than the 100 m world best, the limit is the mean
speed of that best times this ratio.

It is about 1.15 in forward sprints (Bolt 2009: up to 12.3 m/s at a mean of 10.4)."""


def max_backward_speed_mps(duration_s: FloatArray) -> FloatArray:
    """Return the highest mean speed in m/s of a backward run of each duration, shape ``(n,)``.

    Between world bests, log speed is interpolated linearly over log duration (power law of speed over time, Riegel
    1981, Am Sci 69:285). For runs longer than the longest world best in time, the limit is the mean speed of that best.
    For runs shorter than the 100 m best, it is the mean speed of that best times ``TOP_SPEED_FACTOR``.
    """
    best_s = np.array([seconds for _, seconds in BACKWARD_WORLD_BESTS])
    best_mps = np.array([metres / seconds for metres, seconds in BACKWARD_WORLD_BESTS])
    log_duration = np.log(np.maximum(duration_s, 1e-9))
    limit: FloatArray = np.exp(np.interp(log_duration, np.log(best_s), np.log(best_mps)))
    return np.where(duration_s < best_s[0], limit * TOP_SPEED_FACTOR, limit)
