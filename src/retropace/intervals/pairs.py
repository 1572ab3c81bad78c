"""Pairs of equal forward and backward efforts, run in turn, and quarter-mile tests: backward in under double time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from retropace.analysis.running_track.lane import STANDARD_LAP_M
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray
from retropace.core.units import MILE_M
from retropace.intervals.bouts import Bouts, find_manual_lap_times_s
from retropace.intervals.effort_search import EDGE_ERROR_S
from retropace.intervals.efforts import BackwardEfforts, Effort, measure_effort
from retropace.intervals.refine_rep_edges import BODY_TIME_CONSTANT_S

MAX_PAIR_GAP_S = 360.0
"""Longest gap (s) between the forward and the backward effort of a pair."""
MAX_LOG_LENGTH_DIFF = 0.08
"""Largest difference of log length between the two efforts of a pair, to which ``EDGE_ERROR_S`` adds."""
MAX_JOG_RATIO = 0.92
"""Ratio to easy speed (mean forward speed outside the reps) below which a forward effort is a recovery jog."""
MIN_FAST_RATIO = 1.08
"""Least ratio of the forward effort's speed to easy speed if a session has a single pair."""
MIN_PAIRED_SHARE = 0.6
"""Least share of all but one of the backward efforts with a forward partner in a session of pairs."""
MIN_EASY_S = 100.0
"""Least duration (s) of a forward stretch before or after all backward efforts that counts for easy speed."""
MAX_PASS_RATIO = 2.0
"""Ratio of backward to forward time below which a test is passed."""
MAX_DISTANCE_ERROR = 0.045
"""Largest relative error of the recorded distance of a quarter mile or a lap of 400 m."""
MIN_QUARTER_MILE_FAST_RATIO = 1.05
"""Least ratio of the forward quarter mile's speed to easy speed, the mean forward speed outside the session's reps."""
REST_RANGE_S = (45.0, 300.0)
"""Shortest and longest rest (s) between the two quarter miles of a test; about two minutes are usual."""
MAX_REST_SPEED_RATIO = 0.5
"""Largest ratio of mean speed during the rest to speed of the backward quarter mile."""
MANUAL_EDGE_SD_S = 0.5
"""Standard deviation (s) of an edge of a quarter mile at which the runner pressed the lap button."""
ESTIMATED_EDGE_SD_S = 1.0
"""Standard deviation (s) of an edge of a quarter mile that was estimated from a change of pace."""

EffortPair = tuple[Effort | None, Effort]
"""Forward and backward effort of a pair; the forward one is None if none of equal length is beside the other."""


def find_pairs(cleaned: CleanedActivity, bouts: Bouts, backward: BackwardEfforts) -> list[EffortPair]:
    """Return the pairs of a session; empty if too few backward efforts have a forward partner."""
    efforts = backward.efforts
    easy_speed_mps = compute_easy_speed_mps(bouts, backward)
    best: list[EffortPair] = []
    for step, unit in product((1, -1), ("metres", "seconds")):
        if efforts and (backward.gait != "walk" or unit == "seconds"):
            halves = [
                find_equal_half(find_partners(cleaned, bouts, rows, effort, step), effort, unit, easy_speed_mps)
                for rows, effort in zip(backward.bout_rows, efforts, strict=True)
            ]
            count = sum(half is not None for half in halves)
            is_enough = count >= max(2, MIN_PAIRED_SHARE * (len(efforts) - 1))
            if len(efforts) == 1 and halves[0] is not None and unit == "metres":
                speed_mps = float(np.exp(halves[0].log_speed))
                is_enough = not np.isfinite(easy_speed_mps) or speed_mps > MIN_FAST_RATIO * easy_speed_mps
            if is_enough and count > sum(half is not None for half, _ in best):
                best = list(zip(halves, efforts, strict=True))
    return best


def find_partners(
    cleaned: CleanedActivity, bouts: Bouts, rows: tuple[int, int], effort: Effort, step: int
) -> list[Effort]:
    """Return forward stretches of one or more bouts, before (``step`` -1) or after (1) a backward effort's ``rows``."""
    row = rows[1] if step > 0 else rows[0] - 1
    partners: list[Effort] = []
    while 0 <= row < len(bouts):
        start_s, end_s = float(bouts.edges_s[row]), float(bouts.edges_s[row + 1])
        gap_s = start_s - effort.end_s if step > 0 else effort.start_s - end_s
        direction = str(bouts.direction[row])
        fits = direction == "forward" and bouts.gait[row] == effort.gait
        if gap_s > MAX_PAIR_GAP_S or direction == "backward" or (partners and not fits):
            break
        if fits:
            if partners:
                start_s, end_s = min(start_s, partners[-1].start_s), max(end_s, partners[-1].end_s)
            partners.append(measure_effort(cleaned, start_s, end_s, "forward", effort.gait))
        row += step
    return partners


def find_equal_half(halves: Sequence[Effort], effort: Effort, unit: str, easy_speed_mps: float) -> Effort | None:
    """Return the forward stretch nearest in length (``unit``) to a backward effort; None if unequal, or a jog."""
    known = [half for half in halves if getattr(half, unit) > 0.0 and getattr(effort, unit) > 0.0]
    if not known:
        return None
    differences = [abs(np.log(getattr(half, unit) / getattr(effort, unit))) for half in known]
    half = known[int(np.argmin(differences))]
    if min(differences) > MAX_LOG_LENGTH_DIFF + EDGE_ERROR_S / min(half.seconds, effort.seconds):
        return None
    # Acceleration lowers the mean speed of a short effort more, so its time is excluded.
    speed_mps = half.metres / max(half.seconds - BODY_TIME_CONSTANT_S, 1.0)
    return None if np.isfinite(easy_speed_mps) and speed_mps < MAX_JOG_RATIO * easy_speed_mps else half


def compute_easy_speed_mps(bouts: Bouts, backward: BackwardEfforts) -> float:
    """Return mean forward speed before the first and after the last backward effort; NaN if unknown."""
    if not backward.efforts:
        return np.nan
    is_easy = (bouts.direction == "forward") & (bouts.gait == backward.gait) & (bouts.stats.elapsed_s >= MIN_EASY_S)
    is_easy[backward.bout_rows[0][0] : backward.bout_rows[-1][1]] = False
    metres, seconds = (column[is_easy].sum() for column in (bouts.stats.distance_m, bouts.stats.moving_s))
    return float(metres / seconds) if metres > 0.0 and seconds > 0.0 else np.nan


@dataclass(frozen=True, slots=True)
class QuarterMileTest:
    """One quarter-mile test: the forward quarter mile, the backward one and the ratio of their times."""

    forward: Effort
    backward: Effort
    rest_s: float  # seconds between the forward and the backward quarter mile
    ratio: float  # backward time over forward time
    ratio_error: float  # standard error of the ratio

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
        min_mps = MIN_QUARTER_MILE_FAST_RATIO * easy_speed_mps if np.isfinite(easy_speed_mps) else backward_mps
        is_rest = REST_RANGE_S[0] <= rest_s <= REST_RANGE_S[1] and rest_m / rest_s < MAX_REST_SPEED_RATIO * backward_mps
        if is_rest and half.metres / half.seconds > min_mps:
            errors = [_compute_duration_sd_s(each, lap_times_s) / each.seconds for each in (half, effort)]
            ratio = effort.seconds / half.seconds
            tests.append(QuarterMileTest(half, effort, rest_s, ratio, ratio * float(np.hypot(errors[0], errors[1]))))
    return tuple(tests)


def _is_quarter_mile(effort: Effort) -> bool:
    return STANDARD_LAP_M * (1.0 - MAX_DISTANCE_ERROR) <= effort.metres <= MILE_M / 4.0 * (1.0 + MAX_DISTANCE_ERROR)


def _compute_duration_sd_s(effort: Effort, lap_times_s: FloatArray) -> float:
    """Return the standard error (s) of an effort's duration: smaller if it starts or ends at a manual lap."""
    start, end = (
        MANUAL_EDGE_SD_S if np.any(np.abs(lap_times_s - edge_s) < 0.01) else ESTIMATED_EDGE_SD_S
        for edge_s in (effort.start_s, effort.end_s)
    )
    return float(np.hypot(start, end))
