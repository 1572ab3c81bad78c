"""Classification of running and walking by speed and cadence."""

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray

WALK_RUN_TRANSITION_MPS = 2.0
"""Speed in m/s above which people prefer running to walking (Hreljac 1993, Med Sci Sports Exerc 25:1158: 2.07)."""
WALK_RUN_TRANSITION_SPM = 138.0
"""Lowest cadence of running per minute; brisk walks have 130 (Tudor-Locke 2019, Int J Behav Nutr Phys Act 16:8)."""
TYPICAL_WALK_MPS = 1.3
"""Comfortable walking speed in m/s; published: 1.3–1.4 (Bohannon 1997, Age Ageing 26:15)."""
TYPICAL_WALK_SPM = 114.0
"""Cadence in steps per minute at ``TYPICAL_WALK_MPS``; published: 110–118 (Bohannon 1997, Age Ageing 26:15)."""
WALK_CADENCE_EXPONENT = 0.5
"""Exponent of walking cadence as a power of speed; step length rises by the same (Grieve 1966, Ergonomics 9:379)."""
MAX_WALK_MPS = 2.3
"""Speed in m/s above which the sensor must have missed steps if cadence is that of walking."""
MIN_CADENCE_SHARE = 0.82
"""Lowest plausible cadence as a fraction of typical walking cadence at a speed; below it, the sensor missed steps."""


def classify_gait(speed_mps: FloatArray, cadence_spm: FloatArray) -> StrArray:
    """Return the gait at each speed and cadence, shape ``(n,)``: ``run``, ``walk``, or empty if both are NaN.

    Cadence decides where it is known: backward runners are as slow as walkers but step like runners.

    >>> classify_gait(np.array([1.5, 1.5, np.nan]), np.array([170.0, np.nan, np.nan])).tolist()
    ['run', 'walk', '']
    """
    by_cadence = np.where(cadence_spm >= WALK_RUN_TRANSITION_SPM, "run", "walk")
    by_speed = np.where(speed_mps >= WALK_RUN_TRANSITION_MPS, "run", "walk")
    gait = np.where(np.isfinite(cadence_spm), by_cadence, by_speed)
    return np.where(np.isfinite(cadence_spm) | np.isfinite(speed_mps), gait, "")


def has_lost_steps(speed_mps: FloatArray, cadence_spm: FloatArray) -> NDArray[np.bool_]:
    """Return where cadence is so low for the speed that the sensor must have missed steps, ``(n,)``."""
    typical_spm = TYPICAL_WALK_SPM * (speed_mps / TYPICAL_WALK_MPS) ** WALK_CADENCE_EXPONENT
    is_walk_cadence = cadence_spm < WALK_RUN_TRANSITION_SPM
    lost: NDArray[np.bool_] = is_walk_cadence & (
        (speed_mps > MAX_WALK_MPS) | (cadence_spm < MIN_CADENCE_SHARE * typical_spm)
    )
    return lost
