"""Rounds: how far somebody got round a closed way, counted on over the laps, and distance taken from that.

Where round the way a position lies is known to some metres however long the run, so laps count distance without the
excess of positions that wander. Over seconds these errors are larger than the recording's: so the recording is
followed, and led to where the rounds say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.distance import smooth
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, Spans, covered, union

SECTORS = 16
"""A lap is a lap if every one of so many parts of it was run through."""
GAP_S = 30.0
"""Positions off the way, or missing, for longer end a stretch on it."""
LEAST_RECORDS = 20
BACK_LAPS = 0.05
"""Who gets back by more than a twentieth of a lap has turned; less is wandering."""
MOST_AHEAD = 1.3
"""Rounds exceed what the recording counts by no more than this between two positions, wandering aside."""
LEAD_S = 30.0
"""The recording is led to the rounds over about so long (standard deviation of a Gaussian): positions err for tens of
seconds together, and over less they would make bests."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """A stretch on the way, ``(n,)`` moments: where somebody was, in laps counted on, and how far they had got."""

    rows: slice
    """Which of the positions."""
    t_s: Column
    place: Column
    """In laps, rising one way round and falling the other."""
    covered: Column
    """Laps run so far, whichever way round; never falls but by wandering."""

    @property
    def laps(self) -> float:
        """Laps run, both ways round."""
        return float(self.covered[-1])

    @property
    def seconds(self) -> float:
        """From the first to the last moment."""
        return float(self.t_s[-1] - self.t_s[0])


def rounds_of(t_s: Column, along: Column, counted: Column, near: NDArray[np.bool_]) -> list[Rounds]:
    """The stretches on a closed way, from the positions ``near`` it.

    ``along`` is where round it each position lies, from 0 to 1, and ``counted`` the recording's distance, in laps.
    """
    place = np.unwrap(along, period=1.0)
    rows = np.flatnonzero(near)
    # Who gets round faster than they ran has cut across.
    cut_across = np.abs(np.diff(place[rows])) > MOST_AHEAD * np.diff(counted[rows]) + BACK_LAPS
    cuts = np.flatnonzero((np.diff(t_s[rows]) > GAP_S) | cut_across) + 1
    found = []
    for part in np.split(rows, cuts):
        if len(part) >= LEAST_RECORDS:
            inside = slice(int(part[0]), int(part[-1]) + 1)
            found.append(Rounds(inside, t_s[inside], place[inside], _covered(place[inside])))
    return found


def _covered(place: Column) -> Column:
    """Laps run so far: what was gained between each two turns, whichever way round."""
    turns = _turns(place)
    done = np.zeros(len(place))
    for first, last in pairwise(turns):
        way = np.sign(place[last] - place[first]) or 1.0
        done[first : last + 1] = done[first] + way * (place[first : last + 1] - place[first])
    return done


def _turns(place: Column, window: int = 256) -> list[int]:
    """The rows at which somebody turned and went back round, with the first and the last.

    For the next turn ``window`` rows are looked at, and twice as many until there is one.
    """
    turns = [0]
    away = np.flatnonzero(np.abs(place - place[0]) > BACK_LAPS)
    if len(away):
        at, ahead = int(away[0]), window
        way = float(np.sign(place[at] - place[0]))
        while True:
            gone = way * place[at : at + ahead]
            furthest = np.maximum.accumulate(gone)
            back = np.flatnonzero(furthest - gone > BACK_LAPS)
            if len(back):
                turns.append(at + int(np.flatnonzero(gone[: back[0]] == furthest[back[0]])[-1]))
                at, way, ahead = at + int(back[0]), -way, window
            elif at + ahead < len(place):
                ahead *= 2
            else:
                break
    return [*turns, len(place) - 1] if turns[-1] != len(place) - 1 else turns


def all_round(rounds: list[Rounds]) -> bool:
    """Whether every part of the way was run through, as going there and back along a part of it is no lap."""
    passed = np.zeros(SECTORS)
    edges = np.arange(SECTORS) / SECTORS
    for one in rounds:
        passed += np.floor(one.place.max() - edges) - np.floor(one.place.min() - edges)
    return bool(passed.min() >= 1.0)


def by_rounds(track: Track, rounds: list[Rounds], lap_m: float, share: float, given: Spans) -> Track:
    """The same session with distance from its rounds, but where it was ``given``; step length follows.

    ``share`` is how much of what the recording counts was run. Speed stays as recorded: it says when pace changed.
    """
    gains = np.diff(track.curves["distance_m"])
    middle = (track.t_s[1:] + track.t_s[:-1]) / 2.0
    keep = covered(union(given), middle) | (np.diff(track.curves["moving_s"]) <= 0.0)
    led = gains.copy()
    for one in rounds:
        inside = (middle >= one.t_s[0]) & (middle < one.t_s[-1])
        counted = track.at("distance_m", one.t_s)
        ahead = lap_m * one.covered - share * (counted - counted[0])
        lead = np.diff(np.interp(track.t_s, one.t_s, smooth(one.t_s, ahead, LEAD_S)))
        free = inside & ~keep
        led[free] = np.maximum(share * gains[free] + lead[free], 0.0)
        total = lap_m * one.laps - gains[inside & keep].sum()
        if led[free].sum() > 0.0 and total > 0.0:
            led[free] *= total / led[free].sum()
    by = np.divide(led, gains, out=np.ones(len(gains)), where=gains > 0.0)
    curves = {
        name: np.concatenate(([0.0], np.cumsum(gain)))
        for name, gain in (("distance_m", led), ("stepped_m", by * np.diff(track.curves["stepped_m"])))
    }
    return replace(track, curves=MappingProxyType({**track.curves, **curves}))
