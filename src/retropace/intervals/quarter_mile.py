"""Quarter-mile test: a fast forward quarter mile, a rest, and a backward quarter mile.

It is a fitness test among backward runners, passed if the backward time is less than twice the forward time. A lap of
400 m on a running track counts as a quarter mile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s
from retropace.intervals.efforts import BackwardEfforts, Effort
from retropace.intervals.pairs import compute_easy_speed_mps, find_equal_half, find_partners

MAX_PASS_RATIO = 2.0
"""Ratio of backward to forward time below which a test is passed."""
LAP_M = 400.0
"""Length (m) of a lap of a running track, the shortest true distance that counts as a quarter mile."""
QUARTER_MILE_M = 402.336
"""Length (m) of a quarter mile."""
MAX_DISTANCE_ERROR = 0.045
"""Largest relative error of the recorded distance of a quarter mile or a lap of 400 m."""
MIN_FAST_RATIO = 1.05
"""Least ratio of the forward quarter mile's speed to easy speed, the mean forward speed outside the session's reps."""
MIN_REST_S = 45.0
"""Shortest rest (s) between the two quarter miles of a test."""
MAX_REST_S = 300.0
"""Longest rest (s) between the two quarter miles of a test; about two minutes are usual."""
MAX_REST_SPEED_RATIO = 0.5
"""Largest ratio of mean speed during the rest to speed of the backward quarter mile."""
MANUAL_EDGE_SD_S = 0.5
"""Standard deviation (s) of an edge of a quarter mile at which the runner pressed the lap button."""
ESTIMATED_EDGE_SD_S = 1.0
"""Standard deviation (s) of an edge of a quarter mile that was estimated from a change of pace."""


@dataclass(frozen=True, slots=True)
class QuarterMileTest:
    """One quarter-mile test: the forward quarter mile, the backward one and the ratio of their times."""

    forward: Effort
    backward: Effort
    rest_s: float
    """Seconds between the forward and the backward quarter mile."""
    ratio: float
    """Backward time over forward time."""
    ratio_error: float
    """Standard error of the ratio."""

    @property
    def is_passed(self) -> bool:
        """Whether the ratio is below ``MAX_PASS_RATIO``."""
        return self.ratio < MAX_PASS_RATIO

    @property
    def is_close(self) -> bool:
        """Whether ``MAX_PASS_RATIO`` is within two standard errors of the ratio."""
        return abs(self.ratio - MAX_PASS_RATIO) < 2.0 * self.ratio_error


def find_quarter_miles(
    cleaned: CleanedActivity, bouts: Bouts, backward: BackwardEfforts
) -> tuple[QuarterMileTest, ...]:
    """Return the quarter-mile tests of a session, in order."""
    easy_speed_mps = compute_easy_speed_mps(bouts, backward)
    lap_times_s = find_manual_lap_times_s(cleaned)
    tests = []
    for rows, effort in zip(backward.bout_rows, backward.efforts, strict=True):
        if effort.gait != "run" or not _is_quarter_mile(effort):
            continue
        # Easy speed is NaN, which disables the test for a recovery jog: the forward half must be fast, see below.
        half = find_equal_half(find_partners(cleaned, bouts, rows, effort, -1), effort, "metres", np.nan)
        if half is None or not _is_quarter_mile(half):
            continue
        rest_s = effort.start_s - half.end_s
        rest_m = cleaned.gain("distance_m", half.end_s, effort.start_s)
        backward_mps = effort.metres / effort.seconds
        min_mps = MIN_FAST_RATIO * easy_speed_mps if np.isfinite(easy_speed_mps) else backward_mps
        if (
            MIN_REST_S <= rest_s <= MAX_REST_S
            and rest_m / rest_s < MAX_REST_SPEED_RATIO * effort.metres / effort.seconds
            and half.metres / half.seconds > min_mps
        ):
            errors = [_compute_duration_sd_s(each, lap_times_s) / each.seconds for each in (half, effort)]
            ratio = effort.seconds / half.seconds
            tests.append(QuarterMileTest(half, effort, rest_s, ratio, ratio * float(np.hypot(errors[0], errors[1]))))
    return tuple(tests)


def _is_quarter_mile(effort: Effort) -> bool:
    """Whether the recorded distance may be a quarter mile or a lap of 400 m."""
    return LAP_M * (1.0 - MAX_DISTANCE_ERROR) <= effort.metres <= QUARTER_MILE_M * (1.0 + MAX_DISTANCE_ERROR)


def _compute_duration_sd_s(effort: Effort, lap_times_s: FloatArray) -> float:
    """Return the standard error (s) of an effort's duration: smaller if it starts or ends at a manual lap."""
    start, end = (
        MANUAL_EDGE_SD_S if np.any(np.abs(lap_times_s - edge_s) < 0.01) else ESTIMATED_EDGE_SD_S
        for edge_s in (effort.start_s, effort.end_s)
    )
    return float(np.hypot(start, end))
