"""The estimated energy cost of one activity as two lines of text: a range (kcal) per direction, and a note."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.segments import DIRECTIONS

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

ENERGY_NOTE = "above rest, a range from published costs; falls with practice; not medical advice"
"""The note below every energy estimate: what the estimate includes, and how far it can be trusted."""


def format_energy_lines(analysis: Analysis, weight_kg: float) -> tuple[str, str]:
    """Return two lines: energy as a range (kcal) for each direction with movement and for the session, and a note."""
    energy, counts = analysis.energy, analysis.summary.segment_counts
    if not np.isfinite(energy.low_kcal_per_kg):
        return "energy  not known without distance", ENERGY_NOTE
    low_kcal, high_kcal = energy.low_kcal_per_kg * weight_kg, energy.high_kcal_per_kg * weight_kg
    step_kcal = 10 if high_kcal >= 200.0 else 5 if high_kcal >= 50.0 else 1
    lows_kcal, highs_kcal = energy.direction_low_kcal_per_kg * weight_kg, energy.direction_high_kcal_per_kg * weight_kg
    ranges = [
        f"{direction} {format_kilocalories(lows_kcal[index], highs_kcal[index], step_kcal)}"
        for index, direction in enumerate(DIRECTIONS)
        if counts[index] and direction != "rest" and np.isfinite(lows_kcal[index])
    ]
    ranges.append(f"all {format_kilocalories(low_kcal, high_kcal, step_kcal)}")
    level = "; taken as level" if energy.assumes_level_ground else ""
    unknown = "; without the unknown" if counts[DIRECTIONS.index("unknown")] else ""
    return f"energy  {', '.join(ranges)}", f"{ENERGY_NOTE}{level}{unknown}"


def format_kilocalories(low_kcal: float, high_kcal: float, step_kcal: int) -> str:
    """Return a range as text; its lower bound is rounded down and its upper bound up to a multiple of ``step_kcal``."""
    if high_kcal <= 0.0:
        return "0 kcal"
    return f"{step_kcal * math.floor(low_kcal / step_kcal)}–{step_kcal * math.ceil(high_kcal / step_kcal)} kcal"
