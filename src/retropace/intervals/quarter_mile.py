"""The quarter-mile test: fast forward, about two minutes' rest, the same backward in under twice the time.

The test of backward runners' shape: who passes runs backward at more than half their forward speed. A lap of a track
counts as a quarter mile, of which it lacks 2.3 m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s
from retropace.intervals.efforts import Effort
from retropace.intervals.pairs import compute_easy_speed_mps, find_equal_half, find_most_common_gait, find_partners

MAX_PASS_RATIO = 2.0
LAP_M, QUARTER_MILE_M = 400.0, 402.336
MAX_DISTANCE_ERROR = 0.045
"""What a watch counts for a quarter mile is off by at most so much."""
MIN_FAST_RATIO = 1.05
"""Fast is faster than the session's easy running by so much."""
MIN_REST_S, MAX_REST_S = 45.0, 300.0
"""About two minutes: taken generously, and always stated."""
MAX_REST_SPEED_RATIO = 0.5
"""A rest is stood, walked or strolled through: slower than this share of the backward half."""
MANUAL_EDGE_SD_S, ESTIMATED_EDGE_SD_S = 0.5, 1.0
"""How far an edge is off (standard deviation): pressed, or told from the change of pace."""


@dataclass(frozen=True, slots=True)
class QuarterMileTest:
    """One test."""

    forward: Effort
    backward: Effort
    rest_s: float
    ratio: float
    """Backward time over forward time."""
    ratio_error: float
    """Standard error of the ratio, from how surely the edges are known."""

    @property
    def is_passed(self) -> bool:
        """Whether the backward quarter mile took less than twice as long."""
        return self.ratio < MAX_PASS_RATIO

    @property
    def is_close(self) -> bool:
        """Whether the line lies within two standard errors: edges told from pace cannot decide it."""
        return abs(self.ratio - MAX_PASS_RATIO) < 2.0 * self.ratio_error


def find_quarter_miles(
    cleaned: CleanedActivity, bouts: Bouts, backward_rows: Sequence[tuple[int, int]], efforts: Sequence[Effort]
) -> tuple[QuarterMileTest, ...]:
    """The tests of a session, whose backward ``works`` are the bouts ``backward``; none where the pattern is absent."""
    if not efforts:
        return ()
    easy = compute_easy_speed_mps(bouts, backward_rows, find_most_common_gait(efforts))
    pressed = find_manual_lap_times_s(cleaned)
    found = []
    for rows, work in zip(backward_rows, efforts, strict=True):
        if work.gait != "run" or not _is_quarter_mile(work):
            continue
        # Pace is no bar here: the forward half has to be fast, and that is asked below.
        half = find_equal_half(find_partners(cleaned, bouts, rows, work, -1), work, "metres", np.nan)
        if half is None or not _is_quarter_mile(half):
            continue
        rest_s = work.start_s - half.end_s
        rest_m = float(cleaned.increments("distance_m", np.array([half.end_s, work.start_s]))[0])
        rested = rest_s > 0.0 and rest_m / rest_s < MAX_REST_SPEED_RATIO * work.metres / work.seconds
        fast = half.metres / half.seconds > (MIN_FAST_RATIO * easy if np.isfinite(easy) else work.metres / work.seconds)
        if rested and fast and MIN_REST_S <= rest_s <= MAX_REST_S:
            errors = [_compute_duration_sd_s(one, pressed) for one in (half, work)]
            ratio = work.seconds / half.seconds
            error = ratio * float(np.hypot(errors[0] / half.seconds, errors[1] / work.seconds))
            found.append(QuarterMileTest(half, work, rest_s, ratio, error))
    return tuple(found)


def _is_quarter_mile(effort: Effort) -> bool:
    return LAP_M * (1.0 - MAX_DISTANCE_ERROR) <= effort.metres <= QUARTER_MILE_M * (1.0 + MAX_DISTANCE_ERROR)


def _compute_duration_sd_s(effort: Effort, lap_times_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Standard error of how long a work took."""
    start, end = (
        MANUAL_EDGE_SD_S if np.any(np.abs(lap_times_s - edge) < 0.01) else ESTIMATED_EDGE_SD_S
        for edge in (effort.start_s, effort.end_s)
    )
    return float(np.hypot(start, end))
