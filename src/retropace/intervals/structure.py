"""Structure of a session: reps and sets, by backward stretches, then repetition, then speed in one direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import mask_from_runs, true_runs
from retropace.intervals.bouts import Bouts
from retropace.intervals.chains import find_best_chains, has_long_recovery, sample_sd, score_chain, select_typical
from retropace.intervals.effort_search import MIN_LOG_SPEED_CONTRAST, find_efforts_by_laps, find_efforts_by_pace
from retropace.intervals.efforts import BackwardEfforts, Effort, measure_effort
from retropace.intervals.nominal import NominalLength, find_nominal, find_nominals
from retropace.intervals.pairs import EffortPair, find_pairs

MIN_REP_S = 8.0
"""Least duration (s) of a rep; shorter backward stretches are ignored."""
MIN_BOUTS = 5
"""Least number of bouts within a backward stretch that is searched for a set: three reps with two recoveries."""
REPS_PER_OUTLIER = 5
"""Number of reps in a set for each rep whose length may deviate, as when it was cut short."""
MAX_SLIVER_S = 20.0
"""Duration (s) below which a backward stretch that is not annotated may be discarded as too short to be a rep."""
MAX_SLIVER_RATIO = 0.6
"""Ratio to the median duration of the others below which a stretch under ``MAX_SLIVER_S`` is discarded."""
MAX_LOG_SPEED_DEFICIT = 0.1
"""Largest difference of log speed by which a single forward lap may be slower than the median forward rep."""


@dataclass(frozen=True, slots=True)
class DetectedSet:
    """A set of efforts in order; the two efforts of a pair are adjacent."""

    kind: str  # ``reps``, ``pairs``, ``pyramid`` (lengths rise, then fall), ``ladder`` (rise or fall) or ``mixed``
    efforts: tuple[Effort, ...]
    nominals: tuple[NominalLength | None, ...]  # planned length of each effort; equal in reps and pairs
    pairs: tuple[EffortPair, ...] = ()


def find_sets(
    cleaned: CleanedActivity, bouts: Bouts, backward: BackwardEfforts, laps: Bouts | None = None
) -> tuple[DetectedSet, ...]:
    """Return the sets in order of time; forward ones are from a guided workout, else manual ``laps``, else bouts."""
    sets = [_build_reps_set(efforts) for efforts in backward.by_pace]
    pairs = find_pairs(cleaned, bouts, backward)
    sets += [_build_pairs_set(pairs)] if pairs else _group_efforts(backward.efforts)
    lap_sets = find_efforts_by_laps(cleaned, bouts)
    forward_sets = list(lap_sets)
    for candidates in filter(None, (laps, bouts)):
        for first, last in true_runs(candidates.direction != "backward").tolist():
            forward_sets += find_efforts_by_pace(cleaned, candidates, first, last)
    for efforts in forward_sets:
        if efforts[0].direction == "forward" and not _overlaps(sets, efforts[0].start_s, efforts[-1].end_s):
            sets.append(_build_reps_set(efforts))
    if laps is not None and not lap_sets:
        sets += _find_single_laps(cleaned, laps, sets)
    return tuple(sorted(sets, key=lambda detected: detected.efforts[0].start_s))


def _overlaps(sets: Sequence[DetectedSet], start_s: float, end_s: float) -> bool:
    return any(start_s < detected.efforts[-1].end_s and detected.efforts[0].start_s < end_s for detected in sets)


def _find_single_laps(cleaned: CleanedActivity, laps: Bouts, sets: Sequence[DetectedSet]) -> list[DetectedSet]:
    """Return a set for each forward lap outside ``sets`` as fast as their forward reps, faster than its neighbours."""
    speeds = [effort.log_speed for detected in sets for effort in detected.efforts if effort.direction == "forward"]
    if not speeds:
        return []
    is_fast = laps.log_speed >= np.median(speeds) - MAX_LOG_SPEED_DEFICIT
    singles = []
    for index in np.flatnonzero(is_fast[1:-1] & (laps.direction[1:-1] == "forward")).tolist():
        start_s, end_s = float(laps.edges_s[index + 1]), float(laps.edges_s[index + 2])
        neighbours = laps.log_speed[[index, index + 2]]
        stands_out = not np.any(laps.log_speed[index + 1] - neighbours < MIN_LOG_SPEED_CONTRAST)
        if stands_out and end_s - start_s >= MIN_REP_S and not _overlaps(sets, start_s, end_s):
            effort = measure_effort(cleaned, start_s, end_s, "forward", str(laps.gait[index + 1]))
            singles.append(_build_mixed_set([effort]))
    return singles


def find_backward_efforts(cleaned: CleanedActivity, bouts: Bouts) -> BackwardEfforts:
    """Return the backward stretches that may be reps, and the sets by change of pace within long backward stretches."""
    rows, efforts = [], []
    sets_by_pace: list[tuple[Effort, ...]] = []
    for first, last in true_runs(bouts.direction == "backward").tolist():
        by_pace = find_efforts_by_pace(cleaned, bouts, first, last) if last - first >= MIN_BOUTS else []
        if by_pace:
            sets_by_pace += map(tuple, by_pace)
            continue
        gait = str(bouts.gait[first + int(np.argmax(bouts.stats.elapsed_s[first:last]))])
        effort = measure_effort(cleaned, float(bouts.edges_s[first]), float(bouts.edges_s[last]), "backward", gait)
        if effort.seconds >= MIN_REP_S:
            efforts.append(effort)
            rows.append((first, last))
    is_rep = [
        bool(np.any(bouts.marked[first:last])) or not _is_sliver(number, efforts)
        for number, (first, last) in enumerate(rows)
    ]
    return BackwardEfforts(tuple(compress(efforts, is_rep)), tuple(compress(rows, is_rep)), tuple(sets_by_pace))


def _is_sliver(index: int, efforts: Sequence[Effort]) -> bool:
    others = [effort.seconds for number, effort in enumerate(efforts) if number != index]
    return bool(others) and efforts[index].seconds < min(MAX_SLIVER_S, MAX_SLIVER_RATIO * float(np.median(others)))


def _group_efforts(efforts: Sequence[Effort]) -> list[DetectedSet]:
    """Return backward efforts grouped into sets by length and order; empty for fewer than two."""
    if len(efforts) < 2:
        return []
    if (progression := _build_progression(efforts)) is not None:
        return [progression]
    chains = find_best_chains(efforts, lambda chain: score_chain(chain, max_outliers=len(chain) // REPS_PER_OUTLIER), 2)
    long_chains = [(first, last) for first, last in chains if last - first >= 3]
    if sum(last - first for first, last in chains) == len(efforts):
        long_chains = chains
    if not long_chains:
        return [_build_mixed_set(efforts)]
    is_in_chain = mask_from_runs(np.array(long_chains), len(efforts))
    ungrouped = true_runs(~is_in_chain).tolist()
    sets = [_build_reps_set(efforts[first:last]) for first, last in long_chains]
    return [*sets, *(_build_mixed_set(efforts[first:last]) for first, last in ungrouped)]


def _build_reps_set(efforts: Sequence[Effort]) -> DetectedSet:
    return DetectedSet("reps", tuple(efforts), (find_nominal(select_typical(efforts)),) * len(efforts))


def _build_mixed_set(efforts: Sequence[Effort]) -> DetectedSet:
    solutions = find_nominals(efforts)
    nominals = solutions[0] if solutions else [find_nominal([effort]) for effort in efforts]
    return DetectedSet("mixed", tuple(efforts), tuple(nominals))


def _build_progression(efforts: Sequence[Effort]) -> DetectedSet | None:
    """Return the efforts as a pyramid (lengths rise, then fall) or a ladder (rise or fall); None if neither."""
    if len(efforts) < 3 or has_long_recovery(efforts):
        return None
    for nominals in find_nominals(efforts):
        sizes = np.array([nominal.size for nominal in nominals])
        steps, top = np.diff(sizes), int(np.argmax(sizes))
        if len(set(sizes.tolist())) < 3:
            continue
        if 0 < top < len(sizes) - 1 and np.all(steps[:top] > 0) and np.all(steps[top + 1 :] < 0):
            return DetectedSet("pyramid", tuple(efforts), tuple(nominals))
        if np.all(steps > 0) or np.all(steps < 0):
            return DetectedSet("ladder", tuple(efforts), tuple(nominals))
    return None


def _build_pairs_set(pairs: Sequence[EffortPair]) -> DetectedSet:
    efforts: list[Effort] = []
    for pair in pairs:
        efforts += sorted((effort for effort in pair if effort is not None), key=lambda effort: effort.start_s)
    nominal = _find_shared_nominal(
        [forward for forward, _ in pairs if forward is not None], [backward for _, backward in pairs]
    )
    return DetectedSet("pairs", tuple(efforts), (nominal,) * len(efforts), tuple(pairs))


def _find_shared_nominal(forward: Sequence[Effort], backward: Sequence[Effort]) -> NominalLength | None:
    """Return the planned length of all efforts of all pairs, in metres if these vary less than the durations."""
    efforts = [*forward, *backward]
    metres, seconds = np.log([(effort.metres, effort.seconds) for effort in efforts]).T
    unit = "m" if sample_sd(metres) <= sample_sd(seconds) else "s"
    nominals = {find_nominal(half, unit) for half in (forward, backward)} - {None}
    return nominals.pop() if len(nominals) == 1 else find_nominal(efforts, unit)
