"""Running or walking, told from speed and cadence."""

from __future__ import annotations

import numpy as np

from retropace.segments import Words
from retropace.spans import Column

WALK_RUN_MPS = 2.0
"""People change from walking to running at about 2.0 m/s (Hreljac 1993, Med Sci Sports Exerc 25:1158: 2.07 m/s)."""
WALK_RUN_SPM = 138.0
"""Between vigorous walking, about 130 spm (Tudor-Locke 2019, Int J Behav Nutr Phys Act 16:8), and the slowest jogs,
about 145 spm."""


def tell_gait(speed_mps: Column, cadence_spm: Column) -> Words:
    """``run``, ``walk`` or, with neither known, an empty word, for each pair; shape ``(n,)``.

    Cadence decides where it is known: backward runners are as slow as walkers, but step like runners.
    """
    by_cadence = np.where(cadence_spm >= WALK_RUN_SPM, "run", "walk")
    by_speed = np.where(speed_mps >= WALK_RUN_MPS, "run", "walk")
    told = np.where(np.isfinite(cadence_spm), by_cadence, by_speed)
    return np.where(np.isfinite(cadence_spm) | np.isfinite(speed_mps), told, "")
