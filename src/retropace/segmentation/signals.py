"""Pace and cadence of a whole activity, second by second, in noises: what segmenting, edges and sentences compare.

A noise is by how much a signal wanders in a steady run, so that both count alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, contains

MAX_SQUARED_DEVIATION = 16.0
"""Squared noises above which a second counts no more: a stumble or a dropout is no change of pace."""
CORRELATION_TIME_S = 5.0
"""Seconds that count as one independent reading: watches smooth over about as long."""


@dataclass(frozen=True, slots=True)
class StandardizedSignals:
    """``levels`` and ``known`` are ``(n, 2)``, for pace and cadence; row ``i`` is the second ``[i, i + 1)``.

    Standing is pace and cadence 0; a paused watch and a longer dropout are not known.
    """

    values: FloatArray
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.values)

    def select(self, rows: slice | NDArray[np.intp]) -> StandardizedSignals:
        """Some of the seconds."""
        return StandardizedSignals(self.values[rows], self.known[rows])

    def median_level(self, rows: slice) -> FloatArray:
        """The medians over some seconds, shape ``(2,)``; NaN where nothing is known."""
        part, there = self.values[rows], self.known[rows]
        values = [np.median(part[there[:, at], at]) if np.any(there[:, at]) else np.nan for at in range(2)]
        return np.array(values)

    def cost_to_level(self, level: FloatArray) -> FloatArray:
        """How little each second is like a level: half its squared distance in noises, as independent readings."""
        apart2 = np.minimum((self.values - level) ** 2, MAX_SQUARED_DEVIATION)
        apart2[~self.known | ~np.isfinite(apart2)] = 0.0
        cost: FloatArray = apart2.sum(axis=1) / (2.0 * CORRELATION_TIME_S)
        return cost


def standardize_signals(activity: CleanedActivity, parameters: SegmentParameters | None = None) -> StandardizedSignals:
    """The signals of a track, a row per second."""
    parameters = parameters or SegmentParameters()
    moments: FloatArray = np.arange(np.ceil(activity.elapsed_s), dtype=np.float64) + 0.5
    levels, known = np.zeros((len(moments), 2)), np.zeros((len(moments), 2), dtype=bool)
    columns = (standardize_speed(activity.speed_mps, parameters), activity.cadence_spm / parameters.cadence_noise_spm)
    for number, signal in enumerate(columns):
        levels[:, number], known[:, number] = resample(moments, activity.t_s, signal, parameters.max_bridge_s)
    still = contains(activity.standing, moments)
    # Somebody who stands takes no steps; without any cadence in the file that would be a signal out of nothing.
    levels[still], known[still] = 0.0, np.any(known, axis=0)
    known[contains(activity.pauses, moments)] = False
    return StandardizedSignals(np.where(known, levels, 0.0), known)


def resample(
    times_s: FloatArray, t_s: FloatArray, signal: FloatArray, max_bridge_s: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """A signal at some moments, and which of them lie near enough to its values for that to mean something."""
    there = np.isfinite(signal)
    if there.sum() < 2:
        return np.zeros(len(times_s)), np.zeros(len(times_s), dtype=bool)
    times = t_s[there]
    # Between values that lie closer together than can be bridged every moment is near enough.
    sure_s = 0.9 * max_bridge_s
    if (
        np.max(np.diff(times)) <= sure_s
        and times[0] - sure_s / 2.0 <= np.min(times_s, initial=np.inf)
        and (np.max(times_s, initial=-np.inf) <= times[-1] + sure_s / 2.0)
    ):
        return np.interp(times_s, times, signal[there]), np.ones(len(times_s), dtype=bool)
    after = np.searchsorted(times, times_s)
    before_s, after_s = np.append(-np.inf, times)[after], np.append(times, np.inf)[after]
    near = np.minimum(times_s - before_s, after_s - times_s) <= max_bridge_s / 2.0
    return np.interp(times_s, times, signal[there]), near


def standardize_speed(speed_mps: FloatArray, parameters: SegmentParameters) -> FloatArray:
    """Speed in its own noises, which grow with it (``still_noise_mps + noise_share × speed``): ∫ 1 / noise."""
    scaled: FloatArray = (
        np.log1p(parameters.speed_noise_share * speed_mps / parameters.speed_noise_floor_mps)
        / parameters.speed_noise_share
    )
    return scaled
