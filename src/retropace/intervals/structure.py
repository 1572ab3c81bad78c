"""The structure of a session: which stretches are reps, and which reps are a set.

Direction comes first: whoever runs backward within a run means it. Then repetition and likeness: sets are works alike
with recoveries alike. Pace comes last, and only within one direction. What nothing of this holds together is no set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import true_runs
from retropace.intervals.bouts import Bouts
from retropace.intervals.by_laps import find_efforts_by_laps
from retropace.intervals.by_pace import MIN_LOG_SPEED_CONTRAST, find_efforts_by_pace
from retropace.intervals.chains import (
    find_best_chains,
    has_long_recovery,
    is_consistent,
    length_spread,
    sample_sd,
    select_typical,
)
from retropace.intervals.efforts import Effort, measure_effort
from retropace.intervals.nominal import NominalLength, find_nominal, find_nominals
from retropace.intervals.pairs import EffortPair, find_pairs

MIN_REP_S = 8.0
"""A shorter backward stretch is no rep."""
MIN_BOUTS = 5
"""Three reps with their recoveries between, all run backward."""
REPS_PER_OUTLIER = 5
"""Of so many reps one may be cut short or drawn out."""
MAX_SLIVER_S, MAX_SLIVER_RATIO = 20.0, 0.6
"""Nor is a short one that nobody marked, so much shorter than the others."""
MAX_LOG_SPEED_DEFICIT = 0.1
"""A lap is as fast as a set's reps up to this difference of log speed."""
SET_KINDS = ("reps", "pairs", "pyramid", "ladder", "mixed")


@dataclass(frozen=True, slots=True)
class DetectedSet:
    """A set as found: works in order. Of ``pairs`` the two halves follow each other."""

    kind: str
    """One of ``KINDS``."""
    efforts: tuple[Effort, ...]
    nominals: tuple[NominalLength | None, ...]
    """What each work stands for: the same for all, except in pyramids, ladders and mixed sets."""
    pairs: tuple[EffortPair, ...] = ()


@dataclass(frozen=True, slots=True)
class BackwardEfforts:
    """Every backward stretch that may be a rep."""

    efforts: tuple[Effort, ...]
    bout_rows: tuple[tuple[int, int], ...]
    """The bouts of each: the first, and one past the last."""
    by_pace: tuple[tuple[Effort, ...], ...]
    """Sets told by pace within long backward stretches; their works are none of the former."""


def find_sets(
    cleaned: CleanedActivity, bouts: Bouts, backward: BackwardEfforts, laps: Bouts | None = None
) -> tuple[DetectedSet, ...]:
    """The sets of a session in order; none if it has no structure.

    ``backward`` is what :func:`backward_works` finds. ``laps`` are the pressed laps as bouts, if there are any.
    Forward sets are those that a guided workout tells of, then those that pace tells of among laps, then among bouts.
    """
    sets = [_build_reps_set(some) for some in backward.by_pace]
    pairs = find_pairs(cleaned, bouts, backward.bout_rows, backward.efforts)
    if pairs:
        sets.append(_build_pairs_set(pairs))
    else:
        sets += _group_efforts(backward.efforts)
    used = [(one.efforts[0].start_s, one.efforts[-1].end_s) for one in sets]
    told = find_efforts_by_laps(cleaned, bouts)
    for found in (told, *(_find_forward_efforts_by_pace(cleaned, cut) for cut in (laps, bouts) if cut is not None)):
        for some in found:
            span = (some[0].start_s, some[-1].end_s)
            if some[0].direction == "forward" and not any(span[0] < end and start < span[1] for start, end in used):
                sets.append(_build_reps_set(some))
                used.append(span)
    sets += _find_single_laps(cleaned, laps, sets, used) if laps is not None and not told else []
    return tuple(sorted(sets, key=lambda one: one.efforts[0].start_s))


def _find_single_laps(
    cleaned: CleanedActivity, laps: Bouts, sets: Sequence[DetectedSet], used_spans_s: Sequence[tuple[float, float]]
) -> list[DetectedSet]:
    """Pressed laps as fast as a forward set's reps that are in none: a last fast one, a first try."""
    speeds = [work.log_speed for one in sets for work in one.efforts if work.direction == "forward"]
    if not speeds:
        return []
    fast = laps.log_speed >= np.median(speeds) - MAX_LOG_SPEED_DEFICIT
    found = []
    for at in np.flatnonzero(fast[1:-1] & (laps.direction[1:-1] == "forward")).tolist():
        start_s, end_s = float(laps.edges_s[at + 1]), float(laps.edges_s[at + 2])
        beside = laps.log_speed[[at, at + 2]]
        stands_out = not np.any(laps.log_speed[at + 1] - beside < MIN_LOG_SPEED_CONTRAST)
        if (
            stands_out
            and end_s - start_s >= MIN_REP_S
            and not any(start_s < end and start < end_s for start, end in used_spans_s)
        ):
            found.append(_build_mixed_set([measure_effort(cleaned, start_s, end_s, "forward", str(laps.gait[at + 1]))]))
    return found


def find_backward_efforts(cleaned: CleanedActivity, bouts: Bouts) -> BackwardEfforts:
    """The backward stretches of a session."""
    rows: list[tuple[int, int]] = []
    works: list[Effort] = []
    inner: list[tuple[Effort, ...]] = []
    for first, last in true_runs(bouts.direction == "backward").tolist():
        by_pace = find_efforts_by_pace(cleaned, bouts, first, last) if last - first >= MIN_BOUTS else []
        if by_pace:
            inner += [tuple(some) for some in by_pace]
            continue
        gait = str(bouts.gait[first + int(np.argmax(bouts.stats.elapsed_s[first:last]))])
        work = measure_effort(cleaned, float(bouts.edges_s[first]), float(bouts.edges_s[last]), "backward", gait)
        if work.seconds >= MIN_REP_S:
            works.append(work)
            rows.append((first, last))
    kept = [at for at in range(len(works)) if not _is_sliver(at, works, bool(np.any(bouts.marked[slice(*rows[at])])))]
    return BackwardEfforts(tuple(works[at] for at in kept), tuple(rows[at] for at in kept), tuple(inner))


def _is_sliver(index: int, efforts: Sequence[Effort], is_marked: bool) -> bool:
    """Whether a backward stretch is so short beside the others that it was a careful start rather than a rep."""
    others = [work.seconds for number, work in enumerate(efforts) if number != index]
    short = (
        efforts[index].seconds < MAX_SLIVER_S
        and len(others) > 0
        and efforts[index].seconds < MAX_SLIVER_RATIO * np.median(others)
    )
    return bool(short and not is_marked)


def _find_forward_efforts_by_pace(cleaned: CleanedActivity, bouts: Bouts) -> list[list[Effort]]:
    """Forward sets by pace, looked for where nobody ran backward."""
    edges = [0, *true_runs(bouts.direction == "backward").ravel().tolist(), len(bouts)]
    found: list[list[Effort]] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last > first:
            found += find_efforts_by_pace(cleaned, bouts, first, last)
    return found


def _group_efforts(efforts: Sequence[Effort]) -> list[DetectedSet]:
    """Sets of works that are reps already, by their direction."""
    if len(efforts) < 2:
        return []
    built = _build_progression(efforts)
    if built is not None:
        return [built]
    chains = find_best_chains(efforts, _score, 2)
    long = [(first, last) for first, last in chains if last - first >= 3]
    if sum(last - first for first, last in chains) == len(efforts):
        long = chains
    if not long:
        return [_build_mixed_set(efforts)]
    sets = [_build_reps_set(efforts[first:last]) for first, last in long]
    edges = [0, *(edge for chain in long for edge in chain), len(efforts)]
    rest = [efforts[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return [*sets, *(_build_mixed_set(some) for some in rest if some)]


def _score(efforts: Sequence[Effort]) -> float:
    """How much better backward works are as a set than on their own."""
    if not is_consistent(efforts, len(efforts) // REPS_PER_OUTLIER) or has_long_recovery(efforts):
        return -np.inf
    return len(efforts) - 1.0 - 2.0 * length_spread(efforts)


def _build_reps_set(efforts: Sequence[Effort]) -> DetectedSet:
    return DetectedSet("reps", tuple(efforts), (find_nominal(select_typical(efforts)),) * len(efforts))


def _build_mixed_set(efforts: Sequence[Effort]) -> DetectedSet:
    ways = find_nominals(efforts)
    each = ways[0] if ways else [find_nominal([work]) for work in efforts]
    return DetectedSet("mixed", tuple(efforts), tuple(each))


def _build_progression(efforts: Sequence[Effort]) -> DetectedSet | None:
    """The works as a pyramid or a ladder: lengths that rise, fall, or rise and fall; None if they are neither."""
    if len(efforts) < 3 or has_long_recovery(efforts):
        return None
    for each in find_nominals(efforts):
        sizes = np.array([one.size for one in each])
        steps = np.sign(np.diff(sizes))
        top = int(np.argmax(sizes))
        rises, falls = bool(np.all(steps[:top] > 0)), bool(np.all(steps[top + 1 :] < 0))
        if len(set(sizes.tolist())) < 3:
            continue
        if 0 < top < len(sizes) - 1 and rises and falls:
            return DetectedSet("pyramid", tuple(efforts), tuple(each))
        if np.all(steps > 0) or np.all(steps < 0):
            return DetectedSet("ladder", tuple(efforts), tuple(each))
    return None


def _build_pairs_set(pairs: Sequence[EffortPair]) -> DetectedSet:
    works: list[Effort] = []
    for half, work in pairs:
        works += sorted((one for one in (half, work) if one is not None), key=lambda one: one.start_s)
    lengths = _find_shared_nominal([half for half, _ in pairs if half is not None], [work for _, work in pairs])
    return DetectedSet("pairs", tuple(works), (lengths,) * len(works), tuple(pairs))


def _find_shared_nominal(halves: Sequence[Effort], efforts: Sequence[Effort]) -> NominalLength | None:
    """What both halves of pairs stand for: in metres where these are more alike than seconds are."""
    metres = sample_sd(np.log([work.metres for work in (*halves, *efforts)]))
    seconds = sample_sd(np.log([work.seconds for work in (*halves, *efforts)]))
    unit = "m" if metres <= seconds else "s"
    both = [one for one in (find_nominal(halves, unit), find_nominal(efforts, unit)) if one is not None]
    return both[-1] if both and len({one.size for one in both}) == 1 else find_nominal([*halves, *efforts], unit)
