"""Efforts: stretches of a session that may be reps."""

from dataclasses import dataclass
from statistics import mode

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.grade import LOG_SPEED_PER_GRADE, mean_grade
from retropace.core.spans import clip, total_s


@dataclass(frozen=True, slots=True)
class Effort:
    """One continuous stretch ``[start_s, end_s)`` in one direction that may be a rep."""

    start_s: float
    end_s: float
    direction: str
    gait: str
    seconds: float  # seconds in which the watch was not paused
    metres: float  # distance in metres; NaN if the recording has none
    distance_from_steps: bool  # whether the watch estimated the distance from steps, as it recorded no positions
    log_speed: float  # natural log of grade-adjusted speed (m/s); NaN without distance


@dataclass(frozen=True, slots=True)
class BackwardEfforts:
    """All backward stretches that may be reps."""

    efforts: tuple[Effort, ...]
    bout_rows: tuple[tuple[int, int], ...]  # range ``(first, end)`` of the bouts of each effort, without ``end``
    by_pace: tuple[tuple[Effort, ...], ...]  # sets found by pace within long backward stretches, which are no efforts

    @property
    def gait(self) -> str:
        """Most common gait of ``efforts``."""
        return mode(sorted(effort.gait for effort in self.efforts))


def measure_effort(cleaned: CleanedActivity, start_s: float, end_s: float, direction: str, gait: str) -> Effort:
    """Return an effort with the given span and labels, with its duration, distance and speed measured."""
    metres = cleaned.gain("distance_m", start_s, end_s) if cleaned.distance_source != "none" else np.nan
    seconds = compute_timer_s(cleaned, start_s, end_s)
    log_speed = np.nan
    if metres > 0.0 and seconds > 0.0:
        grade = float(mean_grade(cleaned, np.array([start_s]), np.array([end_s]))[0])
        log_speed = float(np.log(metres / seconds)) + LOG_SPEED_PER_GRADE * grade
    inside = (cleaned.t_s >= start_s) & (cleaned.t_s < end_s)
    distance_from_steps = not np.any(np.isfinite(cleaned.lat_deg[inside]))
    return Effort(start_s, end_s, direction, gait, seconds, metres, distance_from_steps, log_speed)


def compute_timer_s(cleaned: CleanedActivity, start_s: float, end_s: float) -> float:
    """Return the seconds of a span in which the watch was not paused."""
    return end_s - start_s - total_s(clip(cleaned.pauses, start_s, end_s))
