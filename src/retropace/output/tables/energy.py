"""What one activity cost, in lines to read: a range per direction, and what it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.segments import DIRECTIONS

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

ENERGY_NOTE = "above rest, a range from published costs; falls with practice; not medical advice"


def format_energy_lines(analysis: Analysis, weight_kg: float) -> tuple[str, str]:
    """The ranges of the directions in which somebody moved and of the whole, and a line on what they are."""
    energy, counts = analysis.energy, analysis.summary.segment_counts
    if not np.isfinite(energy.low_kcal_per_kg):
        return "energy  not known without distance", ENERGY_NOTE
    step = (
        10 if energy.high_kcal_per_kg * weight_kg >= 200.0 else 5 if energy.high_kcal_per_kg * weight_kg >= 50.0 else 1
    )
    told = [
        f"{direction} {format_kilocalories(energy.direction_low_kcal_per_kg[at] * weight_kg, energy.direction_high_kcal_per_kg[at] * weight_kg, step)}"
        for at, direction in enumerate(DIRECTIONS)
        if counts[at] and direction != "rest" and np.isfinite(energy.direction_low_kcal_per_kg[at])
    ]
    told.append(
        f"all {format_kilocalories(energy.low_kcal_per_kg * weight_kg, energy.high_kcal_per_kg * weight_kg, step)}"
    )
    note = ENERGY_NOTE
    if energy.assumes_level_ground:
        note += "; taken as level"
    if counts[DIRECTIONS.index("unknown")]:
        note += "; without the unknown"
    return f"energy  {', '.join(told)}", note


def format_kilocalories(low_kcal: float, high_kcal: float, step_kcal: int) -> str:
    """``210–260 kcal``: rounded away from each other, so that what is shown claims no more than what is known."""
    if high_kcal <= 0.0:
        return "0 kcal"
    return f"{step_kcal * math.floor(low_kcal / step_kcal)}–{step_kcal * math.ceil(high_kcal / step_kcal)} kcal"
