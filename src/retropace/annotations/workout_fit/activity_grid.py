"""Cumulative time, distance and cost of an activity at the edges of a grid: stretches are differences of them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import is_autolap
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, contains
from retropace.segmentation.signals import CORRELATION_TIME_S, StandardizedSignals

FAST_QUANTILE = 0.8
"""Quantile of the speed while moving that is taken as the session's fast speed: 20 % of the time is faster."""
FAST_SHARE = 0.97
"""Share of the session's fast speed above which a second counts as fast."""
MIN_RUN_CADENCE_SPM = 130.0
"""Cadence (steps per minute) below which nobody runs; see :mod:`retropace.core.gait`."""
MAX_WALK_CADENCE_SPM = 145.0
"""Cadence (steps per minute) above which nobody walks; see :mod:`retropace.core.gait`."""
MAX_CHANGE_COST = 8.0
"""Upper limit of the cost (nats) of one change of pace within a warm-up or cool-down, where pace may rise and fall."""
STAND_EDGE_COST = 1.5
"""Cost (nats) of each start and each end of standing within a warm-up or cool-down, for example at a traffic light."""
GLITCH_WINDOW_S = 21
"""Number of moving seconds, an odd one, from whose median a second may differ by at most ``GLITCH_LIMIT_SD``."""
GLITCH_LIMIT_SD = 3.0
"""Standard deviations of noise from the median around it at which a second is clipped: watches err beside pauses."""
ROBUST_LIMIT_SD = 2.5
"""Distance from the session's median pace or cadence at which values are clipped, in standard deviations of noise."""
EDGE_MARGIN_S = 6.0
"""Seconds within which a change point counts as lying at an edge of the grid or of a step."""
MIN_STRIDE_SPEED_MPS = 0.9
"""Speed (m/s) above which the runner walks; a slower one only paces about."""


@dataclass(frozen=True, slots=True)
class CumulativeSpread:
    """Cumulative sums of pace and cadence, shape ``(n + 1, 2)`` each, which give the variance within any stretch."""

    sums: FloatArray
    squares: FloatArray
    counts: FloatArray

    def deviation_cost(self, start: NDArray[np.intp], end: NDArray[np.intp]) -> FloatArray:
        """Return for each stretch half the squared deviations from its mean, per correlation time: a cost in nats."""
        counts, sums = self.counts[end] - self.counts[start], self.sums[end] - self.sums[start]
        squared_deviation = self.squares[end] - self.squares[start] - sums**2 / np.maximum(counts, 1.0)
        return np.asarray(squared_deviation.sum(axis=-1) / (2.0 * CORRELATION_TIME_S))


@dataclass(frozen=True, slots=True)
class ActivityGrid:
    """Cumulative quantities of an activity at each of the ``n + 1`` edges of ``n`` cells, unless stated otherwise."""

    edge_s: FloatArray  # elapsed seconds at each edge, rising
    timer_s: FloatArray
    distance_m: FloatArray
    standing_s: FloatArray
    spread: CumulativeSpread  # sums that give the variance of pace and cadence while moving
    robust_spread: CumulativeSpread
    """Sums as in ``spread``, of pace and cadence clipped at ``ROBUST_LIMIT_SD`` from the session's median."""
    walking_s: FloatArray  # seconds spent moving with a cadence too low for running
    running_s: FloatArray  # seconds spent moving with a cadence too high for walking
    fast_s: FloatArray  # seconds at a speed that is fast for the session
    striding_s: FloatArray  # seconds at walking speed or faster
    change_cost: FloatArray  # sum of the costs (nats) of all change points up to and including each edge
    is_near_change: NDArray[np.bool_]
    """Whether a change point or a press of the lap button is within ``EDGE_MARGIN_S`` of each edge."""
    is_near_lap_press: NDArray[np.bool_]  # whether each edge is the one nearest to a press of the lap button
    signals: StandardizedSignals
    cell_s: float
    is_moving: NDArray[np.bool_]
    """Whether the runner is moving and the watch not paused, for each second of the activity."""

    def __len__(self) -> int:
        return len(self.edge_s) - 1

    @property
    def moved_s(self) -> FloatArray:
        """Seconds up to each edge spent moving."""
        return self.timer_s - self.standing_s

    def increment(self, curve: FloatArray, start_s: float, end_s: float) -> float:
        """Return by how much a cumulative quantity grows within ``[start_s, end_s)``."""
        return float(np.diff(np.interp([start_s, end_s], self.edge_s, curve))[0])

    def moving_rows(self, first: int, end: int) -> NDArray[np.intp]:
        """Return the indices of the seconds, from ``first`` to ``end - 1``, in which the runner is moving."""
        rows = np.arange(max(first, 0), min(end, len(self.is_moving)))
        return rows[self.is_moving[rows]]

    def total_cost(self, rows: NDArray[np.intp], level: FloatArray) -> float:
        """Return the cost (nats) of how far the seconds ``rows`` differ from a pace and cadence, standardised."""
        return float(self.signals.select(rows).cost_to_level(level).sum())


def build_activity_grid(
    cleaned: CleanedActivity, signals: StandardizedSignals, edges_s: FloatArray, max_cells: int
) -> ActivityGrid:
    """Build the grid of an activity with change points ``edges_s``: at most ``max_cells`` cells of whole seconds."""
    seconds = len(signals)
    cell_s = float(max(int(np.ceil(seconds / max_cells)), 1))
    edge_s = np.append(np.arange(0.0, float(seconds), cell_s), float(seconds))
    middle_s = np.arange(seconds, dtype=np.float64) + 0.5
    is_paused, is_still = contains(cleaned.pauses, middle_s), contains(cleaned.standing, middle_s)
    is_moving = ~is_paused & ~is_still
    is_known = signals.known & is_moving[:, None]
    levels = _clip_glitches(signals.values, is_known)
    signals = StandardizedSignals(np.where(is_known, levels, signals.values), signals.known)
    cadence_spm = np.interp(middle_s, cleaned.t_s, np.nan_to_num(cleaned.cadence_spm, nan=137.0))

    def cumulate(values: FloatArray | NDArray[np.bool_]) -> FloatArray:
        total = np.concatenate((np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)))
        return np.asarray(total[edge_s.astype(np.intp)], dtype=np.float64)

    speed_mps = np.interp(middle_s, cleaned.t_s, np.nan_to_num(cleaned.speed_mps))
    fast_mps = FAST_SHARE * float(np.quantile(speed_mps[is_moving], FAST_QUANTILE)) if np.any(is_moving) else np.inf
    costs = _compute_change_costs(signals, is_moving, edges_s)
    change_cost = np.bincount(_find_nearest_edges(edge_s, edges_s[1:-1]), costs, len(edge_s))
    counts = cumulate(is_known)
    median = np.nan_to_num(signals.median_level(np.flatnonzero(is_moving)))
    clipped = np.where(is_known, np.clip(levels, median - ROBUST_LIMIT_SD, median + ROBUST_LIMIT_SD), 0.0)
    # Autolaps are no presses, nor is the end of the last lap.
    laps = zip(cleaned.laps, is_autolap(cleaned.laps)[:-1], strict=False)
    press_s = np.array([lap.end_s for lap, is_auto in laps if not is_auto], dtype=np.float64)
    is_near_press = np.zeros(len(edge_s), dtype=bool)
    is_near_press[_find_nearest_edges(edge_s, press_s)] = True
    events_s = np.sort(np.concatenate((edges_s, press_s)))
    first_near = np.searchsorted(events_s, edge_s - EDGE_MARGIN_S, side="left")
    return ActivityGrid(
        edge_s=edge_s,
        timer_s=cumulate(~is_paused),
        distance_m=np.interp(edge_s, cleaned.t_s, cleaned.curves["distance_m"]),
        standing_s=cumulate(is_still),
        spread=CumulativeSpread(cumulate(levels), cumulate(levels**2), counts),
        robust_spread=CumulativeSpread(cumulate(clipped), cumulate(clipped**2), counts),
        walking_s=cumulate(is_moving & (cadence_spm < MIN_RUN_CADENCE_SPM)),
        running_s=cumulate(is_moving & (cadence_spm > MAX_WALK_CADENCE_SPM)),
        change_cost=np.cumsum(change_cost),
        striding_s=cumulate(is_moving & (speed_mps > MIN_STRIDE_SPEED_MPS)),
        fast_s=cumulate(is_moving & (speed_mps > fast_mps)),
        is_near_change=first_near < np.searchsorted(events_s, edge_s + EDGE_MARGIN_S, side="right"),
        is_near_lap_press=is_near_press,
        signals=signals,
        is_moving=is_moving,
        cell_s=cell_s,
    )


def _clip_glitches(values: FloatArray, is_known: NDArray[np.bool_]) -> FloatArray:
    """Return pace and cadence clipped to near the median of the known seconds around them, 0 where not ``is_known``."""
    clipped = np.zeros(values.shape)
    for column in range(values.shape[1]):
        known = values[is_known[:, column], column]
        if len(known):
            padded = np.pad(known, GLITCH_WINDOW_S // 2, mode="edge")
            median = np.median(np.lib.stride_tricks.sliding_window_view(padded, GLITCH_WINDOW_S), axis=1)
            clipped[is_known[:, column], column] = np.clip(known, median - GLITCH_LIMIT_SD, median + GLITCH_LIMIT_SD)
    return clipped


def _find_nearest_edges(edge_s: FloatArray, times_s: FloatArray) -> NDArray[np.intp]:
    after = np.clip(np.searchsorted(edge_s, times_s), 1, len(edge_s) - 1)
    return np.asarray(after - (times_s - edge_s[after - 1] < edge_s[after] - times_s))


def _compute_change_costs(
    signals: StandardizedSignals, is_moving: NDArray[np.bool_], edges_s: FloatArray
) -> FloatArray:
    """Return the cost (nats) that each inner change point adds to a step that it lies within."""
    parts = [np.arange(int(start), min(int(np.ceil(end)), len(is_moving))) for start, end in pairwise(edges_s.tolist())]
    steps = np.diff([signals.median_level(rows[is_moving[rows]]) for rows in parts], axis=0)
    cost = np.minimum(0.5 * np.nansum(steps**2, axis=1), MAX_CHANGE_COST)
    return np.where(np.any(np.isnan(steps), axis=1), STAND_EDGE_COST, cost)
