"""How usual it is that a stretch was run backward, before its pace, cadence and heart rate are looked at.

By where it lies in the session, what it follows, how long and steep it is, and whether something just like it was
marked. In nats, natural logarithms of odds.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import Column
from retropace.labelling.clustering import ALIKE2, apart2
from retropace.labelling.features import SLOWED_BY, Looks
from retropace.labelling.runner_model import Seen

TOUCH_S = 3.0
"""Stretches no further apart follow each other directly."""
RAMP_S = 16.0
"""Slowing down takes no longer: a stretch between two others that is shorter may be nothing else."""
EARLY_S = 180.0
"""People warm up for longer, and cool down."""
SAME_PACE = 0.12
"""Two stretches whose log speeds differ by less go on at one pace."""
STEADY_S = 120.0
"""The first running this long is taken for the runner's easy pace."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How usual things are. Chosen on simulated sessions with even seeds and real recordings; see docs/decisions.md."""

    base: float = -0.3
    """Of any kind of stretch being backward."""
    first: float = -4.5
    """Of the first stretch: people warm up forward."""
    last: float = -2.5
    """Of the last one."""
    known_ends: float = 0.4
    """The share of both that counts for somebody known to run backward: some sessions of theirs are nothing else."""
    recovery: float = -4.0
    """Of what follows faster running directly: a recovery follows a rep."""
    faster: float = 0.10
    """In log speed, above easy: what counts as faster running."""
    again: float = 3.0
    """Of what looks just like a stretch marked backward: reps are repeated."""
    elsewhere: float = 0.5
    """The share of that for what lies elsewhere in the order of things (:class:`Context`)."""
    unlike: float = -1.5
    """Of what does not look like any stretch marked backward, where one was."""
    brief: float = 1.5
    brief_s: float = 30.0
    """Backward runs are rarely shorter on their own: the weight of each halving below that, over ln 2."""
    brief_walk: float = 4.0
    brief_walk_s: float = 45.0
    """Walks are cut up by crossings and chats, and shuffling about looks like walking backward."""
    few: float = 1.5
    few_s: float = 90.0
    """So is a session with less of it altogether."""
    steep: float = -1.5
    steep_grade: float = 0.1
    """Times the squared grade over this: climbers take short steps, and few run backward up or down what is steep."""
    blind: float = -3.0
    """Of what holds no cadence, where nothing is known: by pace and heart rate alone a slow walk looks backward."""
    least_s: float = 30.0
    """Less than this of a kind is not judged at all, unless something is known of the runner."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the stretches of a session look like, where they lie, and what is said of them; ``(n,)`` columns."""

    looks: Looks
    start_s: Column
    end_s: Column
    said: NDArray[np.intp]
    """1 marked backward, 0 marked forward, -1 nobody said."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where each stretch lies in the order of things, ``(n,)`` columns from 0 to 1."""

    follows: Column
    """How surely it follows running faster than easy directly."""
    early: Column
    """1 for the very first, 0 from some minutes on."""
    last: Column
    """1 for the very last, 0 until some minutes before the end."""

    @property
    def kind(self) -> NDArray[np.intp]:
        """0 in the midst of things, 1 following faster running, 2 early, 3 last."""
        codes = np.where(self.last > 0.5, 3, np.where(self.early > 0.5, 2, np.where(self.follows > 0.5, 1, 0)))
        return codes.astype(np.intp)


def context_of(asked: Asked, odds: Odds) -> Context:
    """Where each stretch lies; standing stretches lie nowhere."""
    looks = asked.looks
    moving = np.flatnonzero(looks.gait != "")
    follows, early, last = np.zeros(len(looks)), np.zeros(len(looks)), np.zeros(len(looks))
    if len(moving) == 0:
        return Context(follows, early, last)
    since_s = asked.start_s[moving] - asked.start_s[moving[0]]
    early[moving] = np.clip(1.0 - since_s / EARLY_S, 0.0, 1.0)
    until_s = asked.end_s[moving[-1]] - asked.end_s[moving]
    last[moving] = np.clip(1.0 - until_s / EARLY_S, 0.0, 1.0)
    steady = moving[(looks.gait[moving] == "run") & (looks.seconds[moving] >= STEADY_S) & (asked.said[moving] != 1)]
    if len(steady):
        excess = np.nan_to_num(looks.log_speed - looks.log_speed[steady[0]] - odds.faster, nan=-1.0)
        excess[(asked.said == 1) | (early > 0.5)] = -1.0
        for back in (1, 2):
            before, after = moving[:-back], moving[back:]
            direct = asked.start_s[after] - asked.end_s[before] < (TOUCH_S if back == 1 else RAMP_S)
            sure = np.where(direct, 1.0 / (1.0 + np.exp(-excess[before] / 0.02)), 0.0)
            follows[after] = np.maximum(follows[after], sure)
        for one, other in pairwise(moving.tolist()):
            # Whatever goes on at the same pace is still the same recovery.
            alike = abs(looks.log_speed[other] - looks.log_speed[one]) < SAME_PACE
            if alike and asked.start_s[other] - asked.end_s[one] < TOUCH_S:
                follows[other] = max(follows[other], follows[one])
    return Context(follows, early, last)


def by_order(asked: Asked, context: Context, owner: NDArray[np.intp], odds: Odds, *, known: bool) -> Column:
    """What place and order say of each kind, ``owner`` being the kind of each stretch, -1 for none.

    ``known`` is whether the runner is known to run backward from other sessions.
    """
    count = int(owner.max()) + 1
    seconds = asked.looks.seconds
    share = _mean(seconds * (odds.first * context.early + odds.last * context.last), owner, count)
    ends: Column = share / np.maximum(_mean(seconds, owner, count), 1e-9) * (odds.known_ends if known else 1.0)
    # Somebody who marked what follows faster running as backward recovers that way.
    if np.any((asked.said == 1) & (context.follows > 0.5)):
        return ends
    weight: Column = ends + odds.recovery * _mean(context.follows, owner, count)
    return weight


def by_slope(looks: Looks, owner: NDArray[np.intp], odds: Odds) -> Column:
    """What steepness says of each kind."""
    return odds.steep * _mean((looks.grade / odds.steep_grade) ** 2, owner, int(owner.max()) + 1)


def by_length(looks: Looks, owner: NDArray[np.intp], odds: Odds, *, walking: bool) -> Column:
    """What the mean and the whole length of its stretches say of each kind."""
    there = owner >= 0
    total = np.bincount(owner[there], looks.seconds[there])
    mean = total / np.bincount(owner[there])
    brief, brief_s = (odds.brief_walk, odds.brief_walk_s) if walking else (odds.brief, odds.brief_s)
    weight: Column = -brief * np.maximum(np.log(brief_s / mean), 0.0) - odds.few * np.maximum(
        np.log(odds.few_s / total), 0.0
    )
    return weight


def by_repetition(seen: Seen, said: NDArray[np.intp], context: NDArray[np.intp], odds: Odds) -> Column:
    """What each kind says by being like, or unlike, one that was marked backward; ``(k,)`` columns.

    Nothing, if none was marked, and for what is nearer to one marked forward.
    """
    shown, others = np.flatnonzero(said == 1), np.flatnonzero(said == 0)
    if len(shown) == 0:
        return np.zeros(len(said))
    values = np.column_stack((seen.log_speed + SLOWED_BY * seen.grade, seen.log_cadence))
    spread2 = np.column_stack((seen.log_speed_var, seen.log_cadence_var))
    near2 = apart2(values[:, None], spread2[:, None], values[None, shown], spread2[None, shown])
    same = context[:, None] == context[None, shown]
    like = np.max(np.exp(-0.5 * near2 / ALIKE2) * np.where(same, 1.0, odds.elsewhere), axis=1)
    if len(others):
        away2 = apart2(values[:, None], spread2[:, None], values[None, others], spread2[None, others]).min(axis=1)
        like = np.where(away2 < near2.min(axis=1), 0.0, like)
    weight: Column = odds.again * like + odds.unlike * (1.0 - like)
    return weight


def _mean(column: Column, owner: NDArray[np.intp], count: int) -> Column:
    there = owner >= 0
    mean: Column = np.bincount(owner[there], column[there], count) / np.maximum(
        np.bincount(owner[there], None, count), 1
    )
    return mean
