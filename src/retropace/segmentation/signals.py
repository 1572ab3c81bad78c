"""Pace and cadence of a whole activity, second by second, in noises: what segmenting, edges and sentences compare.

A noise is by how much a signal wanders in a steady run, so that both count alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import Track
from retropace.core.parameters import SegmentSettings
from retropace.core.spans import Column, covered

MOST2 = 16.0
"""Squared noises above which a second counts no more: a stumble or a dropout is no change of pace."""
INDEPENDENT_S = 5.0
"""Seconds that count as one independent reading: watches smooth over about as long."""


@dataclass(frozen=True, slots=True)
class Signals:
    """``levels`` and ``known`` are ``(n, 2)``, for pace and cadence; row ``i`` is the second ``[i, i + 1)``.

    Standing is pace and cadence 0; a paused watch and a longer dropout are not known.
    """

    levels: Column
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.levels)

    def rows(self, picked: slice | NDArray[np.intp]) -> Signals:
        """Some of the seconds."""
        return Signals(self.levels[picked], self.known[picked])

    def level(self, rows: slice) -> Column:
        """The medians over some seconds, shape ``(2,)``; NaN where nothing is known."""
        part, there = self.levels[rows], self.known[rows]
        values = [np.median(part[there[:, at], at]) if np.any(there[:, at]) else np.nan for at in range(2)]
        return np.array(values)

    def unlike(self, level: Column) -> Column:
        """How little each second is like a level: half its squared distance in noises, as independent readings."""
        apart2 = np.minimum((self.levels - level) ** 2, MOST2)
        apart2[~self.known | ~np.isfinite(apart2)] = 0.0
        cost: Column = apart2.sum(axis=1) / (2.0 * INDEPENDENT_S)
        return cost


def signals_of(track: Track, settings: SegmentSettings | None = None) -> Signals:
    """The signals of a track, a row per second."""
    settings = settings or SegmentSettings()
    moments: Column = np.arange(np.ceil(track.elapsed_s), dtype=np.float64) + 0.5
    levels, known = np.zeros((len(moments), 2)), np.zeros((len(moments), 2), dtype=bool)
    columns = (in_noises(track.speed_mps, settings), track.cadence_spm / settings.cadence_noise_spm)
    for number, signal in enumerate(columns):
        levels[:, number], known[:, number] = read_at(moments, track.t_s, signal, settings.bridge_s)
    still = covered(track.standing, moments)
    # Somebody who stands takes no steps; without any cadence in the file that would be a signal out of nothing.
    levels[still], known[still] = 0.0, np.any(known, axis=0)
    known[covered(track.pauses, moments)] = False
    return Signals(np.where(known, levels, 0.0), known)


def read_at(moments_s: Column, t_s: Column, signal: Column, bridge_s: float) -> tuple[Column, NDArray[np.bool_]]:
    """A signal at some moments, and which of them lie near enough to its values for that to mean something."""
    there = np.isfinite(signal)
    if there.sum() < 2:
        return np.zeros(len(moments_s)), np.zeros(len(moments_s), dtype=bool)
    times = t_s[there]
    # Between values that lie closer together than can be bridged every moment is near enough.
    sure_s = 0.9 * bridge_s
    if (
        np.max(np.diff(times)) <= sure_s
        and times[0] - sure_s / 2.0 <= np.min(moments_s, initial=np.inf)
        and (np.max(moments_s, initial=-np.inf) <= times[-1] + sure_s / 2.0)
    ):
        return np.interp(moments_s, times, signal[there]), np.ones(len(moments_s), dtype=bool)
    after = np.searchsorted(times, moments_s)
    before_s, after_s = np.append(-np.inf, times)[after], np.append(times, np.inf)[after]
    near = np.minimum(moments_s - before_s, after_s - moments_s) <= bridge_s / 2.0
    return np.interp(moments_s, times, signal[there]), near


def in_noises(speed_mps: Column, settings: SegmentSettings) -> Column:
    """Speed in its own noises, which grow with it (``still_noise_mps + noise_share × speed``): ∫ 1 / noise."""
    scaled: Column = np.log1p(settings.noise_share * speed_mps / settings.still_noise_mps) / settings.noise_share
    return scaled
