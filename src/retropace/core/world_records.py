"""World bests on foot: faster stretches cannot have been run backward, or cannot have been run at all."""

import numpy as np

from retropace.core.spans import FloatArray

MAX_SPEED_MPS = 12.5
"""Highest possible speed in m/s on foot: the fastest 20 m of Bolt's 100 m world record were 12.4 (Graubner 2011)."""
BACKWARD_WORLD_BESTS = (
    *((100.0, 13.2), (400.0, 69.6), (1609.344, 330.0), (5000.0, 1147.0), (10000.0, 2360.0), (42195.0, 12300.0)),
)
"""Metres and seconds, rounded down, of the fastest known backward runs by men listed by the retro-running community."""
TOP_SPEED_FACTOR = 1.15
"""Ratio of top speed to mean speed in a 100 m race, as in forward sprints (Bolt 2009: 12.3 m/s at a mean of 10.4)."""


def max_backward_speed_mps(duration_s: FloatArray) -> FloatArray:
    """Return the highest mean speed in m/s of a backward run of each duration, shape ``(n,)``.

    Between world bests, log speed is interpolated linearly over log duration (power law of speed over time, Riegel
    1981, Am Sci 69:285). Longer runs have the mean speed of the longest best as limit, shorter ones that of the
    shortest times ``TOP_SPEED_FACTOR``.
    """
    best_s = np.array([seconds for _, seconds in BACKWARD_WORLD_BESTS])
    best_mps = np.array([metres / seconds for metres, seconds in BACKWARD_WORLD_BESTS])
    log_duration = np.log(np.maximum(duration_s, 1e-9))
    limit: FloatArray = np.exp(np.interp(log_duration, np.log(best_s), np.log(best_mps)))
    return np.where(duration_s < best_s[0], limit * TOP_SPEED_FACTOR, limit)


def max_distance_m(duration_s: FloatArray) -> FloatArray:
    """Return how far (m) a runner can get in each duration: more than world records, and 30 m of error."""
    reach: FloatArray = np.maximum(np.minimum(MAX_SPEED_MPS * duration_s, 150.0 + 6.9 * duration_s), 30.0)
    return reach
