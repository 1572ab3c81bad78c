"""Running or walking, told from speed and cadence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray

WALK_RUN_TRANSITION_MPS = 2.0
"""People change from walking to running at about 2.0 m/s (Hreljac 1993, Med Sci Sports Exerc 25:1158: 2.07 m/s)."""
WALK_RUN_TRANSITION_SPM = 138.0
"""Between vigorous walking, about 130 spm (Tudor-Locke 2019, Int J Behav Nutr Phys Act 16:8), and the slowest jogs,
about 145 spm."""
TYPICAL_WALK_MPS, TYPICAL_WALK_SPM = 1.3, 114.0
"""Usual walking (Bohannon 1997, Age Ageing 26:15: 1.3–1.4 m/s at a comfortable 110–118 spm)."""
WALK_CADENCE_EXPONENT = 0.5
"""Walkers speed up by longer and faster steps alike, so that cadence goes with the root of speed (Grieve 1966,
Ergonomics 9:379)."""
MAX_WALK_MPS = 2.3
MIN_CADENCE_SHARE = 0.82
"""Nobody steps as much slower than usual at a speed: the sensor lost steps."""


def classify_gait(speed_mps: FloatArray, cadence_spm: FloatArray) -> StrArray:
    """``run``, ``walk`` or, with neither known, an empty word, for each pair; shape ``(n,)``.

    Cadence decides where it is known: backward runners are as slow as walkers, but step like runners.
    """
    by_cadence = np.where(cadence_spm >= WALK_RUN_TRANSITION_SPM, "run", "walk")
    by_speed = np.where(speed_mps >= WALK_RUN_TRANSITION_MPS, "run", "walk")
    told = np.where(np.isfinite(cadence_spm), by_cadence, by_speed)
    return np.where(np.isfinite(cadence_spm) | np.isfinite(speed_mps), told, "")


def has_lost_steps(speed_mps: FloatArray, cadence_spm: FloatArray) -> NDArray[np.bool_]:
    """Where a cadence is too low for the speed: nobody runs with the steps of a walk, nor strides twice as long."""
    usual_spm = TYPICAL_WALK_SPM * (speed_mps / TYPICAL_WALK_MPS) ** WALK_CADENCE_EXPONENT
    walking = cadence_spm < WALK_RUN_TRANSITION_SPM
    lost: NDArray[np.bool_] = walking & ((speed_mps > MAX_WALK_MPS) | (cadence_spm < MIN_CADENCE_SHARE * usual_spm))
    return lost
