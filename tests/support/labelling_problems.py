"""Labelling problems of a few stretches."""

import numpy as np

from retropace.core.grade import LOG_SPEED_PER_GRADE
from retropace.labelling.features import StretchFeatures, measurement_variances
from retropace.labelling.priors import LabellingProblem

UNMARKED, FORWARD, BACKWARD = -1, 0, 1
"""Annotated directions of a :class:`LabellingProblem`."""

Stretch = tuple[float, float, float, float]
"""Seconds, m/s, steps per minute and steady-state bpm."""


def build_problem(
    *stretches: Stretch,
    marked_as: dict[int, int] | None = None,
    grade: dict[int, float] | None = None,
    is_complete: bool = False,
) -> LabellingProblem:
    """Return the problem of successive stretches, standing where they have no speed.

    ``marked_as`` and ``grade`` hold the annotated directions and the grades of stretches by their rows.
    """
    seconds, speed, cadence, beats = (np.array(column, dtype=np.float64) for column in zip(*stretches, strict=True))
    end = np.cumsum(seconds)
    speed_var, cadence_var = measurement_variances(seconds)
    still = ~(speed > 0.0)
    log_speed = np.log(np.where(still, np.nan, speed))
    grades = np.zeros(len(seconds))
    for row, rise in (grade or {}).items():
        grades[row] = rise
    stretch_features = StretchFeatures(
        log_speed=log_speed,
        log_grade_adjusted_speed=log_speed + LOG_SPEED_PER_GRADE * grades,
        log_speed_var=speed_var,
        log_cadence=np.log(np.where(still, np.nan, cadence)),
        log_cadence_var=cadence_var,
        steady_state_hr_bpm=beats,
        steady_state_hr_var=np.full(len(seconds), 9.0),
        grade=grades,
        duration_s=seconds,
        midpoint_s=end - seconds / 2.0,
        gait=np.where(still, "", np.where(cadence >= 138.0, "run", "walk")),
    )
    marks = np.full(len(seconds), UNMARKED)
    for row, mark in (marked_as or {}).items():
        marks[row] = mark
    return LabellingProblem(stretch_features, end - seconds, end, marks, is_complete)
