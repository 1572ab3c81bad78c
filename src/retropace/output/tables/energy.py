"""What one activity cost, in lines to read: a range per direction, and what it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from retropace.core.segments import DIRECTIONS

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

NOTE = "above rest, a range from published costs; falls with practice; not medical advice"


def energy_lines(analysis: Analysis, weight_kg: float) -> tuple[str, str]:
    """The ranges of the directions in which somebody moved and of the whole, and a line on what they are."""
    energy, counts = analysis.energy, analysis.summary.counts
    if not np.isfinite(energy.low):
        return "energy  not known without distance", NOTE
    step = 10 if energy.high * weight_kg >= 200.0 else 5 if energy.high * weight_kg >= 50.0 else 1
    told = [
        f"{direction} {kilocalories(energy.direction_low[at] * weight_kg, energy.direction_high[at] * weight_kg, step)}"
        for at, direction in enumerate(DIRECTIONS)
        if counts[at] and direction != "rest" and np.isfinite(energy.direction_low[at])
    ]
    told.append(f"all {kilocalories(energy.low * weight_kg, energy.high * weight_kg, step)}")
    note = NOTE
    if energy.level:
        note += "; taken as level"
    if counts[DIRECTIONS.index("unknown")]:
        note += "; without the unknown"
    return f"energy  {', '.join(told)}", note


def kilocalories(low: float, high: float, step: int) -> str:
    """``210–260 kcal``: rounded away from each other, so that what is shown claims no more than what is known."""
    if high <= 0.0:
        return "0 kcal"
    return f"{step * math.floor(low / step)}–{step * math.ceil(high / step)} kcal"
