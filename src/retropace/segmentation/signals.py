"""Standardized pace and cadence, one row per second, in standard deviations of their noise in steady running."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.parameters import SegmentParameters
from retropace.core.spans import FloatArray, contains

MAX_SQUARED_DEVIATION = 16.0
"""Largest squared deviation of one second, in noise variances; a larger one (stumble, dropout) is reduced to this."""
CORRELATION_TIME_S = 5.0
"""Number of successive seconds that together count as one independent observation, because watches smooth."""


@dataclass(frozen=True, slots=True, eq=False)
class StandardizedSignals:
    """Speed and cadence in sd of noise, a row per second; 0 while standing, unknown in pauses and long dropouts."""

    values: FloatArray  # standardized speed and cadence, shape ``(n, 2)``; 0 where unknown
    known: NDArray[np.bool_]
    """Whether each of ``values`` is measured, shape ``(n, 2)``; where it is not, the value is 0 and means nothing."""

    def __len__(self) -> int:
        return len(self.values)

    def select(self, rows: slice | NDArray[np.intp]) -> StandardizedSignals:
        """Return the signals of the seconds ``rows``."""
        return StandardizedSignals(self.values[rows], self.known[rows])

    def median_level(self, rows: slice | NDArray[np.intp]) -> FloatArray:
        """Return the median of each signal over the seconds ``rows``, shape ``(2,)``; NaN if it is unknown in all."""
        columns = zip(self.values[rows].T, self.known[rows].T, strict=True)
        return np.array([np.median(values[known]) if np.any(known) else np.nan for values, known in columns])

    def cost_to_level(self, level: FloatArray) -> FloatArray:
        """Return the negative log-likelihood (nats, capped) of each second, ``(n,)``, given mean speed and cadence."""
        deviation2 = np.minimum((self.values - level) ** 2, MAX_SQUARED_DEVIATION)
        deviation2[~self.known | ~np.isfinite(deviation2)] = 0.0
        cost: FloatArray = deviation2.sum(axis=1) / (2.0 * CORRELATION_TIME_S)
        return cost


def standardize_signals(cleaned: CleanedActivity, parameters: SegmentParameters | None = None) -> StandardizedSignals:
    """Return speed and cadence of an activity in standard deviations of their noise, one row per elapsed second."""
    parameters = parameters or SegmentParameters()
    times_s: FloatArray = np.arange(np.ceil(cleaned.elapsed_s), dtype=np.float64) + 0.5
    columns = standardize_columns(cleaned, parameters)
    values, known = resample(times_s, cleaned.t_s, columns, parameters.max_bridge_s)
    is_standing = contains(cleaned.standing, times_s)
    # The cadence of a standing runner is 0, but stays unknown in a file without any cadence.
    values[is_standing], known[is_standing] = 0.0, np.any(known, axis=0)
    known[contains(cleaned.pauses, times_s)] = False
    return StandardizedSignals(np.where(known, values, 0.0), known)


def standardize_columns(cleaned: CleanedActivity, parameters: SegmentParameters) -> FloatArray:
    """Return speed and cadence, ``(n, 2)``, scaled to noise of sd 1; that of speed is a floor and a share of it."""
    share, floor_mps = parameters.speed_noise_share, parameters.speed_noise_floor_mps
    speed = np.log1p(share * cleaned.speed_mps / floor_mps) / share
    return np.column_stack((speed, cleaned.cadence_spm / parameters.cadence_noise_spm))


def resample(
    times_s: FloatArray, t_s: FloatArray, columns: FloatArray, max_bridge_s: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Interpolate columns; returns values and which to trust: those within ``max_bridge_s / 2`` of a known one."""
    values, known = zip(*(_resample_column(times_s, t_s, column, max_bridge_s) for column in columns.T), strict=True)
    return np.column_stack(values), np.column_stack(known)


def _resample_column(
    times_s: FloatArray, t_s: FloatArray, signal: FloatArray, max_bridge_s: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Interpolate one column at ``times_s``; returns the values, and whether each is to be trusted."""
    is_known = np.isfinite(signal)
    if is_known.sum() < 2:
        return np.zeros(len(times_s)), np.zeros(len(times_s), dtype=bool)
    known_s = t_s[is_known]
    # If all known values lie close together, every time between them is near enough.
    margin_s = 0.9 * max_bridge_s
    if (
        np.max(np.diff(known_s)) <= margin_s
        and known_s[0] - margin_s / 2.0 <= np.min(times_s, initial=np.inf)
        and (np.max(times_s, initial=-np.inf) <= known_s[-1] + margin_s / 2.0)
    ):
        return np.interp(times_s, known_s, signal[is_known]), np.ones(len(times_s), dtype=bool)
    after = np.searchsorted(known_s, times_s)
    before_s, after_s = np.append(-np.inf, known_s)[after], np.append(known_s, np.inf)[after]
    is_near = np.minimum(times_s - before_s, after_s - times_s) <= max_bridge_s / 2.0
    return np.interp(times_s, known_s, signal[is_known]), is_near
