"""The quarter-mile test: fast forward, about two minutes' rest, the same backward in under twice the time.

The test of backward runners' shape: who passes runs backward at more than half their forward speed. A lap of a track
counts as a quarter mile, of which it lacks 2.3 m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.intervals.bouts import Bouts, pressed_s
from retropace.intervals.efforts import Work
from retropace.intervals.pairs import easy_mps, equal_half, partners, usual_gait

TWICE = 2.0
LAP_M, QUARTER_MILE_M = 400.0, 402.336
OFF = 0.045
"""What a watch counts for a quarter mile is off by at most so much."""
FASTER = 1.05
"""Fast is faster than the session's easy running by so much."""
LEAST_REST_S, MOST_REST_S = 45.0, 300.0
"""About two minutes: taken generously, and always stated."""
STILL = 0.5
"""A rest is stood, walked or strolled through: slower than this share of the backward half."""
PRESSED_S, SEEN_S = 0.5, 1.0
"""How far an edge is off (standard deviation): pressed, or told from the change of pace."""


@dataclass(frozen=True, slots=True)
class QuarterMile:
    """One test."""

    forward: Work
    backward: Work
    rest_s: float
    ratio: float
    """Backward time over forward time."""
    error: float
    """Standard error of the ratio, from how surely the edges are known."""

    @property
    def passed(self) -> bool:
        """Whether the backward quarter mile took less than twice as long."""
        return self.ratio < TWICE

    @property
    def is_close(self) -> bool:
        """Whether the line lies within two standard errors: edges told from pace cannot decide it."""
        return abs(self.ratio - TWICE) < 2.0 * self.error


def quarter_miles(
    track: Track, bouts: Bouts, backward: Sequence[tuple[int, int]], works: Sequence[Work]
) -> tuple[QuarterMile, ...]:
    """The tests of a session, whose backward ``works`` are the bouts ``backward``; none where the pattern is absent."""
    if not works:
        return ()
    easy = easy_mps(bouts, backward, usual_gait(works))
    pressed = pressed_s(track)
    found = []
    for rows, work in zip(backward, works, strict=True):
        if work.gait != "run" or not _is_quarter(work):
            continue
        # Pace is no bar here: the forward half has to be fast, and that is asked below.
        half = equal_half(partners(track, bouts, rows, work, -1), work, "metres", np.nan)
        if half is None or not _is_quarter(half):
            continue
        rest_s = work.start_s - half.end_s
        rest_m = float(track.between("distance_m", np.array([half.end_s, work.start_s]))[0])
        rested = rest_s > 0.0 and rest_m / rest_s < STILL * work.metres / work.seconds
        fast = half.metres / half.seconds > (FASTER * easy if np.isfinite(easy) else work.metres / work.seconds)
        if rested and fast and LEAST_REST_S <= rest_s <= MOST_REST_S:
            errors = [_error_s(one, pressed) for one in (half, work)]
            ratio = work.seconds / half.seconds
            error = ratio * float(np.hypot(errors[0] / half.seconds, errors[1] / work.seconds))
            found.append(QuarterMile(half, work, rest_s, ratio, error))
    return tuple(found)


def _is_quarter(work: Work) -> bool:
    return LAP_M * (1.0 - OFF) <= work.metres <= QUARTER_MILE_M * (1.0 + OFF)


def _error_s(work: Work, pressed: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Standard error of how long a work took."""
    start, end = (PRESSED_S if np.any(np.abs(pressed - edge) < 0.01) else SEEN_S for edge in (work.start_s, work.end_s))
    return float(np.hypot(start, end))
