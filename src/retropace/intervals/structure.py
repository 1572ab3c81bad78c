"""The structure of a session: which stretches are reps, and which reps are a set.

Direction comes first: whoever runs backward within a run means it. Then repetition and likeness: sets are works alike
with recoveries alike. Pace comes last, and only within one direction. What nothing of this holds together is no set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.spans import runs
from retropace.intervals.bouts import Bouts
from retropace.intervals.by_laps import works_by_laps
from retropace.intervals.by_pace import CONTRAST, works_by_pace
from retropace.intervals.chains import alike, best_chains, parted, spread, unlike, usual_ones
from retropace.intervals.efforts import Work, work_of
from retropace.intervals.nominal import Nominal, nominal_of, nominals_of
from retropace.intervals.pairs import Pair, pairs_among

SHORTEST_S = 8.0
"""A shorter backward stretch is no rep."""
LEAST_BOUTS = 5
"""Three reps with their recoveries between, all run backward."""
ODD_ONE_IN = 5
"""Of so many reps one may be cut short or drawn out."""
SLIVER_S, SLIVER = 20.0, 0.6
"""Nor is a short one that nobody marked, so much shorter than the others."""
AS_FAST = 0.1
"""A lap is as fast as a set's reps up to this difference of log speed."""
KINDS = ("reps", "pairs", "pyramid", "ladder", "mixed")


@dataclass(frozen=True, slots=True)
class Found:
    """A set as found: works in order. Of ``pairs`` the two halves follow each other."""

    kind: str
    """One of ``KINDS``."""
    works: tuple[Work, ...]
    nominals: tuple[Nominal | None, ...]
    """What each work stands for: the same for all, except in pyramids, ladders and mixed sets."""
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Backward:
    """Every backward stretch that may be a rep."""

    works: tuple[Work, ...]
    rows: tuple[tuple[int, int], ...]
    """The bouts of each: the first, and one past the last."""
    by_pace: tuple[tuple[Work, ...], ...]
    """Sets told by pace within long backward stretches; their works are none of the former."""


def find_sets(track: Track, bouts: Bouts, backward: Backward, laps: Bouts | None = None) -> tuple[Found, ...]:
    """The sets of a session in order; none if it has no structure.

    ``backward`` is what :func:`backward_works` finds. ``laps`` are the pressed laps as bouts, if there are any.
    Forward sets are those that a guided workout tells of, then those that pace tells of among laps, then among bouts.
    """
    sets = [_reps(some) for some in backward.by_pace]
    pairs = pairs_among(track, bouts, backward.rows, backward.works)
    if pairs:
        sets.append(_paired(pairs))
    else:
        sets += _of_one_direction(backward.works)
    used = [(one.works[0].start_s, one.works[-1].end_s) for one in sets]
    told = works_by_laps(track, bouts)
    for found in (told, *(_by_pace(track, cut) for cut in (laps, bouts) if cut is not None)):
        for some in found:
            span = (some[0].start_s, some[-1].end_s)
            if some[0].direction == "forward" and not any(span[0] < end and start < span[1] for start, end in used):
                sets.append(_reps(some))
                used.append(span)
    sets += _beside(track, laps, sets, used) if laps is not None and not told else []
    return tuple(sorted(sets, key=lambda one: one.works[0].start_s))


def _beside(track: Track, laps: Bouts, sets: Sequence[Found], used: Sequence[tuple[float, float]]) -> list[Found]:
    """Pressed laps as fast as a forward set's reps that are in none: a last fast one, a first try."""
    speeds = [work.log_speed for one in sets for work in one.works if work.direction == "forward"]
    if not speeds:
        return []
    fast = laps.log_speed >= np.median(speeds) - AS_FAST
    found = []
    for at in np.flatnonzero(fast[1:-1] & (laps.direction[1:-1] == "forward")).tolist():
        start_s, end_s = float(laps.edges_s[at + 1]), float(laps.edges_s[at + 2])
        beside = laps.log_speed[[at, at + 2]]
        stands_out = not np.any(laps.log_speed[at + 1] - beside < CONTRAST)
        if (
            stands_out
            and end_s - start_s >= SHORTEST_S
            and not any(start_s < end and start < end_s for start, end in used)
        ):
            found.append(_mixed([work_of(track, start_s, end_s, "forward", str(laps.gait[at + 1]))]))
    return found


def backward_works(track: Track, bouts: Bouts) -> Backward:
    """The backward stretches of a session."""
    rows: list[tuple[int, int]] = []
    works: list[Work] = []
    inner: list[tuple[Work, ...]] = []
    for first, last in runs(bouts.direction == "backward").tolist():
        by_pace = works_by_pace(track, bouts, first, last) if last - first >= LEAST_BOUTS else []
        if by_pace:
            inner += [tuple(some) for some in by_pace]
            continue
        gait = str(bouts.gait[first + int(np.argmax(bouts.figures.elapsed_s[first:last]))])
        work = work_of(track, float(bouts.edges_s[first]), float(bouts.edges_s[last]), "backward", gait)
        if work.seconds >= SHORTEST_S:
            works.append(work)
            rows.append((first, last))
    kept = [at for at in range(len(works)) if not _is_sliver(at, works, bool(np.any(bouts.marked[slice(*rows[at])])))]
    return Backward(tuple(works[at] for at in kept), tuple(rows[at] for at in kept), tuple(inner))


def _is_sliver(at: int, works: Sequence[Work], marked: bool) -> bool:
    """Whether a backward stretch is so short beside the others that it was a careful start rather than a rep."""
    others = [work.seconds for number, work in enumerate(works) if number != at]
    short = works[at].seconds < SLIVER_S and len(others) > 0 and works[at].seconds < SLIVER * np.median(others)
    return bool(short and not marked)


def _by_pace(track: Track, bouts: Bouts) -> list[list[Work]]:
    """Forward sets by pace, looked for where nobody ran backward."""
    edges = [0, *runs(bouts.direction == "backward").ravel().tolist(), len(bouts)]
    found: list[list[Work]] = []
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last > first:
            found += works_by_pace(track, bouts, first, last)
    return found


def _of_one_direction(works: Sequence[Work]) -> list[Found]:
    """Sets of works that are reps already, by their direction."""
    if len(works) < 2:
        return []
    built = _built(works)
    if built is not None:
        return [built]
    chains = best_chains(works, _worth, 2)
    long = [(first, last) for first, last in chains if last - first >= 3]
    if sum(last - first for first, last in chains) == len(works):
        long = chains
    if not long:
        return [_mixed(works)]
    sets = [_reps(works[first:last]) for first, last in long]
    edges = [0, *(edge for chain in long for edge in chain), len(works)]
    rest = [works[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return [*sets, *(_mixed(some) for some in rest if some)]


def _worth(works: Sequence[Work]) -> float:
    """How much better backward works are as a set than on their own."""
    if not alike(works, len(works) // ODD_ONE_IN) or parted(works):
        return -np.inf
    return len(works) - 1.0 - 2.0 * unlike(works)


def _reps(works: Sequence[Work]) -> Found:
    return Found("reps", tuple(works), (nominal_of(usual_ones(works)),) * len(works))


def _mixed(works: Sequence[Work]) -> Found:
    ways = nominals_of(works)
    each = ways[0] if ways else [nominal_of([work]) for work in works]
    return Found("mixed", tuple(works), tuple(each))


def _built(works: Sequence[Work]) -> Found | None:
    """The works as a pyramid or a ladder: lengths that rise, fall, or rise and fall; None if they are neither."""
    if len(works) < 3 or parted(works):
        return None
    for each in nominals_of(works):
        sizes = np.array([one.size for one in each])
        steps = np.sign(np.diff(sizes))
        top = int(np.argmax(sizes))
        rises, falls = bool(np.all(steps[:top] > 0)), bool(np.all(steps[top + 1 :] < 0))
        if len(set(sizes.tolist())) < 3:
            continue
        if 0 < top < len(sizes) - 1 and rises and falls:
            return Found("pyramid", tuple(works), tuple(each))
        if np.all(steps > 0) or np.all(steps < 0):
            return Found("ladder", tuple(works), tuple(each))
    return None


def _paired(pairs: Sequence[Pair]) -> Found:
    works: list[Work] = []
    for half, work in pairs:
        works += sorted((one for one in (half, work) if one is not None), key=lambda one: one.start_s)
    lengths = _shared_nominal([half for half, _ in pairs if half is not None], [work for _, work in pairs])
    return Found("pairs", tuple(works), (lengths,) * len(works), tuple(pairs))


def _shared_nominal(halves: Sequence[Work], works: Sequence[Work]) -> Nominal | None:
    """What both halves of pairs stand for: in metres where these are more alike than seconds are."""
    metres = spread(np.log([work.metres for work in (*halves, *works)]))
    seconds = spread(np.log([work.seconds for work in (*halves, *works)]))
    unit = "m" if metres <= seconds else "s"
    both = [one for one in (nominal_of(halves, unit), nominal_of(works, unit)) if one is not None]
    return both[-1] if both and len({one.size for one in both}) == 1 else nominal_of([*halves, *works], unit)
