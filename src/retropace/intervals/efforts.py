"""Works: the stretches of a session that may be reps, before anything is said of sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import clip, total_s
from retropace.labelling.features import LOG_SPEED_PER_GRADE, mean_grade


@dataclass(frozen=True, slots=True)
class Effort:
    """One stretch ``[start_s, end_s)`` of effort."""

    start_s: float
    end_s: float
    direction: str
    gait: str
    seconds: float
    """Without pauses of the watch."""
    metres: float
    """NaN without distance."""

    distance_from_steps: bool
    """Whether its metres are the watch's guess from steps made forward: it has no positions."""
    log_speed: float
    """Log of metres over seconds, as they would have been on the flat; NaN without distance."""


def measure_effort(cleaned: CleanedActivity, start_s: float, end_s: float, direction: str, gait: str) -> Effort:
    """A stretch with what the watch measured of it."""
    metres = float(cleaned.increments("distance_m", np.array([start_s, end_s]))[0])
    known = cleaned.distance_source != "none"
    seconds = compute_timer_s(cleaned, start_s, end_s)
    speed = np.nan
    if known and metres > 0.0 and seconds > 0.0:
        grade = float(mean_grade(cleaned, np.array([start_s]), np.array([end_s]))[0])
        speed = float(np.log(metres / seconds)) + LOG_SPEED_PER_GRADE * grade
    inside = (cleaned.t_s >= start_s) & (cleaned.t_s < end_s)
    by_steps = not np.any(np.isfinite(cleaned.lat_deg[inside]))
    return Effort(start_s, end_s, direction, gait, seconds, metres if known else np.nan, by_steps, speed)


def compute_timer_s(cleaned: CleanedActivity, start_s: float, end_s: float) -> float:
    """Seconds of a span in which the watch was not paused."""
    return end_s - start_s - total_s(clip(cleaned.pauses, start_s, end_s))
