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

from retropace.cleaning.distance import smooth_gaussian
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, contains, union

LAP_SECTORS = 16
"""A lap is a lap if every one of so many parts of it was run through."""
MAX_OFF_TRACK_GAP_S = 30.0
"""Positions off the way, or missing, for longer end a stretch on it."""
MIN_RECORDS = 20
MIN_REVERSAL_LAPS = 0.05
"""Who gets back by more than a twentieth of a lap has turned; less is wandering."""
MAX_SPEED_RATIO = 1.3
"""Rounds exceed what the recording counts by no more than this between two positions, wandering aside."""
SMOOTHING_SD_S = 30.0
"""The recording is led to the rounds over about so long (standard deviation of a Gaussian): positions err for tens of
seconds together, and over less they would make bests."""


@dataclass(frozen=True, slots=True)
class LapPass:
    """A stretch on the way, ``(n,)`` moments: where somebody was, in laps counted on, and how far they had got."""

    rows: slice
    """Which of the positions."""
    t_s: FloatArray
    lap_position: FloatArray
    """In laps, rising one way round and falling the other."""
    cumulative_laps: FloatArray
    """Laps run so far, whichever way round; never falls but by wandering."""

    @property
    def laps(self) -> float:
        """Laps run, both ways round."""
        return float(self.cumulative_laps[-1])

    @property
    def duration_s(self) -> float:
        """From the first to the last moment."""
        return float(self.t_s[-1] - self.t_s[0])


def detect_lap_passes(
    t_s: FloatArray, lap_fraction: FloatArray, recorded_laps: FloatArray, is_near: NDArray[np.bool_]
) -> list[LapPass]:
    """The stretches on a closed way, from the positions ``near`` it.

    ``along`` is where round it each position lies, from 0 to 1, and ``counted`` the recording's distance, in laps.
    """
    place = np.unwrap(lap_fraction, period=1.0)
    rows = np.flatnonzero(is_near)
    # Who gets round faster than they ran has cut across.
    cut_across = np.abs(np.diff(place[rows])) > MAX_SPEED_RATIO * np.diff(recorded_laps[rows]) + MIN_REVERSAL_LAPS
    cuts = np.flatnonzero((np.diff(t_s[rows]) > MAX_OFF_TRACK_GAP_S) | cut_across) + 1
    found = []
    for part in np.split(rows, cuts):
        if len(part) >= MIN_RECORDS:
            inside = slice(int(part[0]), int(part[-1]) + 1)
            found.append(LapPass(inside, t_s[inside], place[inside], _cumulative_laps(place[inside])))
    return found


def _cumulative_laps(lap_position: FloatArray) -> FloatArray:
    """Laps run so far: what was gained between each two turns, whichever way round."""
    turns = _reversals(lap_position)
    done = np.zeros(len(lap_position))
    for first, last in pairwise(turns):
        way = np.sign(lap_position[last] - lap_position[first]) or 1.0
        done[first : last + 1] = done[first] + way * (lap_position[first : last + 1] - lap_position[first])
    return done


def _reversals(lap_position: FloatArray, window: int = 256) -> list[int]:
    """The rows at which somebody turned and went back round, with the first and the last.

    For the next turn ``window`` rows are looked at, and twice as many until there is one.
    """
    turns = [0]
    away = np.flatnonzero(np.abs(lap_position - lap_position[0]) > MIN_REVERSAL_LAPS)
    if len(away):
        at, ahead = int(away[0]), window
        way = float(np.sign(lap_position[at] - lap_position[0]))
        while True:
            gone = way * lap_position[at : at + ahead]
            furthest = np.maximum.accumulate(gone)
            back = np.flatnonzero(furthest - gone > MIN_REVERSAL_LAPS)
            if len(back):
                turns.append(at + int(np.flatnonzero(gone[: back[0]] == furthest[back[0]])[-1]))
                at, way, ahead = at + int(back[0]), -way, window
            elif at + ahead < len(lap_position):
                ahead *= 2
            else:
                break
    return [*turns, len(lap_position) - 1] if turns[-1] != len(lap_position) - 1 else turns


def covers_whole_lap(passes: list[LapPass]) -> bool:
    """Whether every part of the way was run through, as going there and back along a part of it is no lap."""
    passed = np.zeros(LAP_SECTORS)
    edges = np.arange(LAP_SECTORS) / LAP_SECTORS
    for one in passes:
        passed += np.floor(one.lap_position.max() - edges) - np.floor(one.lap_position.min() - edges)
    return bool(passed.min() >= 1.0)


def rescale_to_laps(
    cleaned: CleanedActivity, passes: list[LapPass], lap_m: float, true_share: float, fixed_spans: Spans
) -> CleanedActivity:
    """The same session with distance from its rounds, but where it was ``given``; step length follows.

    ``share`` is how much of what the recording counts was run. Speed stays as recorded: it says when pace changed.
    """
    gains = np.diff(cleaned.curves["distance_m"])
    middle = (cleaned.t_s[1:] + cleaned.t_s[:-1]) / 2.0
    keep = contains(union(fixed_spans), middle) | (np.diff(cleaned.curves["moving_s"]) <= 0.0)
    led = gains.copy()
    for one in passes:
        inside = (middle >= one.t_s[0]) & (middle < one.t_s[-1])
        counted = cleaned.value_at("distance_m", one.t_s)
        ahead = lap_m * one.cumulative_laps - true_share * (counted - counted[0])
        lead = np.diff(np.interp(cleaned.t_s, one.t_s, smooth_gaussian(one.t_s, ahead, SMOOTHING_SD_S)))
        free = inside & ~keep
        led[free] = np.maximum(true_share * gains[free] + lead[free], 0.0)
        total = lap_m * one.laps - gains[inside & keep].sum()
        if led[free].sum() > 0.0 and total > 0.0:
            led[free] *= total / led[free].sum()
    by = np.divide(led, gains, out=np.ones(len(gains)), where=gains > 0.0)
    curves = {
        name: np.concatenate(([0.0], np.cumsum(gain)))
        for name, gain in (("distance_m", led), ("step_distance_m", by * np.diff(cleaned.curves["step_distance_m"])))
    }
    return replace(cleaned, curves=MappingProxyType({**cleaned.curves, **curves}))
