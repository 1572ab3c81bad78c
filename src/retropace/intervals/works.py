"""Works: the stretches of a session that may be reps, before anything is said of sets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.spans import clip, total_s
from retropace.track import Track


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

    @property
    def log_speed(self) -> float:
        """Log of metres over seconds; NaN without distance."""
        return float(np.log(self.metres / self.seconds)) if self.metres > 0.0 and self.seconds > 0.0 else np.nan


def work_of(track: Track, start_s: float, end_s: float, direction: str, gait: str) -> Work:
    """A stretch with what the watch measured of it."""
    metres = float(track.between("distance_m", np.array([start_s, end_s]))[0])
    known = track.distance_source != "none"
    return Work(start_s, end_s, direction, gait, timer_s(track, start_s, end_s), metres if known else np.nan)


def timer_s(track: Track, start_s: float, end_s: float) -> float:
    """Seconds of a span in which the watch was not paused."""
    return end_s - start_s - total_s(clip(track.pauses, start_s, end_s))
