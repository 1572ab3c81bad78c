"""Running or walking, told from speed and cadence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import Words
from retropace.core.spans import Column

WALK_RUN_MPS = 2.0
"""People change from walking to running at about 2.0 m/s (Hreljac 1993, Med Sci Sports Exerc 25:1158: 2.07 m/s)."""
WALK_RUN_SPM = 138.0
"""Between vigorous walking, about 130 spm (Tudor-Locke 2019, Int J Behav Nutr Phys Act 16:8), and the slowest jogs,
about 145 spm."""
WALK_MPS, WALK_SPM = 1.3, 114.0
"""Usual walking (Bohannon 1997, Age Ageing 26:15: 1.3–1.4 m/s at a comfortable 110–118 spm)."""
WALK_RISE = 0.5
"""Walkers speed up by longer and faster steps alike, so that cadence goes with the root of speed (Grieve 1966,
Ergonomics 9:379)."""
FASTEST_WALK_MPS = 2.3
LOST_SHARE = 0.82
"""Nobody steps as much slower than usual at a speed: the sensor lost steps."""


def tell_gait(speed_mps: Column, cadence_spm: Column) -> Words:
    """``run``, ``walk`` or, with neither known, an empty word, for each pair; shape ``(n,)``.

    Cadence decides where it is known: backward runners are as slow as walkers, but step like runners.
    """
    by_cadence = np.where(cadence_spm >= WALK_RUN_SPM, "run", "walk")
    by_speed = np.where(speed_mps >= WALK_RUN_MPS, "run", "walk")
    told = np.where(np.isfinite(cadence_spm), by_cadence, by_speed)
    return np.where(np.isfinite(cadence_spm) | np.isfinite(speed_mps), told, "")


def lost_steps(speed_mps: Column, cadence_spm: Column) -> NDArray[np.bool_]:
    """Where a cadence is too low for the speed: nobody runs with the steps of a walk, nor strides twice as long."""
    usual_spm = WALK_SPM * (speed_mps / WALK_MPS) ** WALK_RISE
    walking = cadence_spm < WALK_RUN_SPM
    lost: NDArray[np.bool_] = walking & ((speed_mps > FASTEST_WALK_MPS) | (cadence_spm < LOST_SHARE * usual_spm))
    return lost
