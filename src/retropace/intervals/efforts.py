"""Works: the stretches of a session that may be reps, before anything is said of sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.spans import clip, total_s
from retropace.labelling.features import SLOWED_BY, grades


@dataclass(frozen=True, slots=True)
class Work:
    """One stretch ``[start_s, end_s)`` of effort."""

    start_s: float
    end_s: float
    direction: str
    gait: str
    seconds: float
    """Without pauses of the watch."""
    metres: float
    """NaN without distance."""

    by_steps: bool
    """Whether its metres are the watch's guess from steps made forward: it has no positions."""
    log_speed: float
    """Log of metres over seconds, as they would have been on the flat; NaN without distance."""


def work_of(track: Track, start_s: float, end_s: float, direction: str, gait: str) -> Work:
    """A stretch with what the watch measured of it."""
    metres = float(track.between("distance_m", np.array([start_s, end_s]))[0])
    known = track.distance_source != "none"
    seconds = timer_s(track, start_s, end_s)
    speed = np.nan
    if known and metres > 0.0 and seconds > 0.0:
        grade = float(grades(track, np.array([start_s]), np.array([end_s]))[0])
        speed = float(np.log(metres / seconds)) + SLOWED_BY * grade
    inside = (track.t_s >= start_s) & (track.t_s < end_s)
    by_steps = not np.any(np.isfinite(track.lat_deg[inside]))
    return Work(start_s, end_s, direction, gait, seconds, metres if known else np.nan, by_steps, speed)


def timer_s(track: Track, start_s: float, end_s: float) -> float:
    """Seconds of a span in which the watch was not paused."""
    return end_s - start_s - total_s(clip(track.pauses, start_s, end_s))
