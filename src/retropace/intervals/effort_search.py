"""Search for sets of reps by laps of a guided workout, or by the speed threshold that gives the most regular ones."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from retropace.core.activity import Lap, is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.grade import LOG_SPEED_PER_GRADE, mean_grade
from retropace.core.spans import true_runs
from retropace.intervals import chains
from retropace.intervals.bouts import MIN_LAP_S, Bouts
from retropace.intervals.efforts import Effort, measure_effort

EFFORT_INTENSITIES = ("active", "interval")
"""Intensities that mark a lap as work in the FIT profile."""
RECOVERY_INTENSITIES = ("rest", "recovery")
"""Intensities that mark a lap as rest between reps in the FIT profile."""
MIN_WORK_LAPS = 2
"""Least number of laps of work that form a set."""
MIN_REPS = 3
"""Least number of fast stretches that form a set."""
RECOVERY_LOG_SD = 0.35
"""Usual standard deviation of the log of recovery duration within a regular set."""
EDGE_ERROR_S = 2.0
"""Error (s) of a rep's duration, as its edges are not exact."""
MAX_IRREGULARITY = (0.0, 0.0, 0.0, 0.7, 1.0, 1.1, 1.2)
"""Largest :func:`_score` irregularity of a set by its number of reps, the last for more: few may agree by chance."""
MIN_FAST_SHARE = 0.34
"""Least share of a set in all stretches above the speed threshold; a few among many may be similar by chance."""
MIN_LOG_SPEED_CONTRAST = 0.15
"""Least difference of log speed between the reps of a set and their recoveries."""
MIN_REP_S = 9.0
"""Least duration (s) of a rep; shorter fast stretches are ignored."""
SHORT_BREAK_RATIO = 0.12
"""Ratio of median gap to median rep duration below which gaps count as incidental stops."""
MIN_REPS_WITH_SHORT_BREAKS = 6
"""Least number of reps in a set whose gaps are as short as incidental stops."""
MAX_RECOVERY_RATIO = 8.0
"""Largest ratio of the longest gap in a set to the median rep duration."""


def find_efforts_by_laps(cleaned: CleanedActivity, bouts: Bouts) -> list[list[Effort]]:
    """Return the sets among laps recorded as work, each a list of efforts in order; none if no lap is a recovery."""
    intensities = [_find_intensity(cleaned, lap) for lap in cleaned.laps]
    has_recoveries = any(intensity in RECOVERY_INTENSITIES for intensity in intensities)
    if sum(intensity in EFFORT_INTENSITIES for intensity in intensities) < MIN_WORK_LAPS or not has_recoveries:
        return []
    efforts: list[Effort] = []
    continues_rep = False
    for lap, intensity, is_auto in zip(cleaned.laps, intensities, is_autolap(cleaned.laps), strict=True):
        end_s = min(lap.end_s, cleaned.elapsed_s)
        if intensity in EFFORT_INTENSITIES and end_s - lap.start_s >= MIN_LAP_S:
            start_s = efforts.pop().start_s if continues_rep else lap.start_s
            bout = int(np.clip(np.searchsorted(bouts.edges_s, (start_s + end_s) / 2.0) - 1, 0, len(bouts) - 1))
            efforts.append(measure_effort(cleaned, start_s, end_s, str(bouts.direction[bout]), str(bouts.gait[bout])))
            continues_rep = is_auto  # an autolap does not end the rep
        else:
            continues_rep = False
    return [efforts[first:last] for first, last in chains.find_best_chains(efforts, chains.score_chain, MIN_WORK_LAPS)]


def _find_intensity(cleaned: CleanedActivity, lap: Lap) -> str:
    if lap.intensity or lap.step_index is None:
        return lap.intensity
    return next((step.intensity for step in cleaned.workout_steps if step.index == lap.step_index), "")


def find_efforts_by_pace(cleaned: CleanedActivity, bouts: Bouts, first: int, last: int) -> list[list[Effort]]:
    """Return the sets among the bouts ``first`` to ``last - 1``, all of one direction, as lists of efforts in order."""
    speed = np.exp(np.where(np.isfinite(bouts.log_speed), bouts.log_speed, -np.inf))[first:last]
    long_enough = bouts.stats.elapsed_s[first:last] >= MIN_REP_S
    levels = np.unique(speed[bouts.moving[first:last] & long_enough & (speed > 0.0)])

    # Most stretches stay the same from one threshold to the next, so results are cached.
    @cache
    def measure(start: int, end: int) -> Effort:
        rows = slice(first + start, first + end)
        longest = first + start + int(np.argmax(bouts.stats.elapsed_s[rows]))
        start_s, end_s = float(bouts.edges_s[first + start]), float(bouts.edges_s[first + end])
        return measure_effort(cleaned, start_s, end_s, str(bouts.direction[longest]), str(bouts.gait[longest]))

    @cache
    def score_spans(chain_spans: tuple[chains.Chain, ...]) -> float:
        return _score(cleaned, [measure(start, end) for start, end in chain_spans])

    best: list[list[Effort]] = []
    best_score = 0.0
    for slower, faster in pairwise([0.0, *levels.tolist()]):
        fast = true_runs(speed > (slower + faster) / 2.0) + first
        seconds = bouts.edges_s[fast[:, 1]] - bouts.edges_s[fast[:, 0]]
        spans = tuple((start, end) for start, end in (fast[seconds >= MIN_REP_S] - first).tolist())
        min_count = MIN_FAST_SHARE * len(spans)

        def score_or_reject(chain_spans: Sequence[chains.Chain], min_count: float = min_count) -> float:
            score = score_spans(tuple(chain_spans))
            return 0.0 if score > 0.0 and len(chain_spans) < min_count else score

        found = [spans[start:end] for start, end in chains.find_best_chains(spans, score_or_reject, MIN_REPS)]
        score = sum(score_or_reject(chain_spans) for chain_spans in found)
        if score > best_score:
            best_score, best = score, [[measure(*span) for span in chain_spans] for chain_spans in found]
    return best


def _score(cleaned: CleanedActivity, efforts: Sequence[Effort]) -> float:
    """Return the score of efforts as one set: positive if fast and regular in log length and gap, -inf if none."""
    if not chains.is_consistent(efforts) or chains.has_long_recovery(efforts):
        return -np.inf
    gaps_s = np.maximum(chains.compute_gaps_s(efforts), 1.0)
    median_s = float(np.median([effort.seconds for effort in efforts]))
    if np.max(gaps_s) > MAX_RECOVERY_RATIO * median_s:
        return -np.inf
    contrast, spread = _compute_contrast(cleaned, efforts), chains.length_spread(efforts)
    if np.median(gaps_s) < SHORT_BREAK_RATIO * median_s and len(efforts) < MIN_REPS_WITH_SHORT_BREAKS:
        return 0.0
    gap_spread = chains.sample_sd(np.log(gaps_s))
    length_irregularity = spread / (chains.LOG_LENGTH_SD + EDGE_ERROR_S / median_s)
    irregularity = float(np.hypot(length_irregularity, gap_spread / RECOVERY_LOG_SD))
    is_regular = irregularity <= MAX_IRREGULARITY[min(len(efforts), len(MAX_IRREGULARITY) - 1)]
    if not is_regular or contrast < MIN_LOG_SPEED_CONTRAST:
        return 0.0
    return len(efforts) - 2.0 + min(contrast, 0.5) - 3.0 * spread - gap_spread


def _compute_contrast(cleaned: CleanedActivity, efforts: Sequence[Effort]) -> float:
    """Return the median difference of grade-adjusted log speed between reps and recoveries; at most 1."""
    edges = np.array([edge for effort in efforts for edge in (effort.start_s, effort.end_s)])
    metres, seconds = cleaned.increments("distance_m", edges), np.diff(edges)
    speed = np.log(np.maximum(metres, 0.1) / np.maximum(seconds, 1.0))
    speed += LOG_SPEED_PER_GRADE * mean_grade(cleaned, edges[:-1], edges[1:])
    steps = np.median(speed[::2]) - speed[1::2]
    return float(min(np.median(steps), 1.0)) if len(steps) else 0.0
