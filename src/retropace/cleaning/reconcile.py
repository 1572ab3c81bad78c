"""Reconciliation of the sources of distance step by step, by the rules written down in :mod:`retropace.cleaning`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.cadence import MIN_MOVING_SPEED_MPS
from retropace.core.spans import FloatArray, cumulate, mask_from_runs, midpoints, true_runs
from retropace.core.world_records import max_distance_m

StepSource = IntEnum("StepSource", "DEVICE POSITIONS SPEED TOTALS NONE", start=0)
"""Sources of distance, the most trusted first; ``NONE`` where no source says anything."""
DEVICE_TOTAL_TOLERANCE = 0.005
"""Largest difference from the device's total distance, as a fraction of it, at which a distance counts as equal."""
MIN_FREEZE_S = 10.0
"""Shortest time in seconds for which a source must stand still to be overruled by others, one with a path."""
MIN_FREEZE_WITHOUT_PATH_S = 60.0
"""Value of ``MIN_FREEZE_S`` if only speed and cadence overrule, which watches smooth."""
STILL_SPEED_MPS = 0.1
"""Speed in m/s below which a source says that the runner stands still."""
MOVING_CADENCE = 50.0
"""Recorded cadence, of one foot or of both, from which the runner is taken to move."""
WINDOW_S = 60.0
"""Length in seconds of the pieces in which sources are compared."""
MAX_DISAGREEMENT = 0.5
"""Largest difference between a source and others in a piece, as a fraction of what these say."""
MAX_WITNESS_DISAGREEMENT = 0.25
"""Largest difference between path and speed in a piece, as a fraction, at which the two together overrule a counter."""
MIN_COUNTER_DISAGREEMENT_M = 60.0
"""Difference in metres in a piece below which a counter equals path and speed; more than a watch errs at the start."""
MIN_DISAGREEMENT_M = 30.0
"""Difference in metres in a piece below which any sources count as equal."""
MIN_DETOUR = 1.1
"""Smallest ratio of metres by speed to the straight line between two positions far apart that shows a detour."""
MAX_END_S = 30.0
"""Longest time in seconds without a counter at an end of the recording for which the total says how far it was."""
MIN_KNOWN_SHARE = 0.9
"""Smallest fraction of time in which a source must be known to be used everywhere, or to be compared with others."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Metres of each of ``n - 1`` steps between records by every source, NaN where it gives none."""

    t_s: FloatArray  # times of the ``n`` records
    counted_m: FloatArray
    path_m: FloatArray
    speed_m: FloatArray  # metres by integrated speed
    cadence: FloatArray  # recorded cadence, in either unit
    coarse_counts: NDArray[np.intp]  # ranges of steps, ``(m, 2)``, without the last, whose sum only is counted
    is_paused: NDArray[np.bool_]
    is_lost: NDArray[np.bool_]  # whether the step lies between two positions far apart in time
    is_gap: NDArray[np.bool_]  # whether the step is too long for speed and cadence at its ends to hold throughout


def reconcile_steps(sources: Sources, lap_distances: FloatArray, total_m: float) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the metres of each step and their :data:`StepSource`; laps, ``(m, 3)``, are start, end and metres."""
    counted_m, path_m, speed_m = _shape_coarse_counts(sources), sources.path_m, sources.speed_m
    seen_m = np.where(sources.is_gap, np.nan, speed_m)
    is_wrong = _find_standstills(sources, counted_m, (path_m, seen_m)) | _find_disagreement(sources)
    is_wrong_path = _find_standstills(sources, path_m, (counted_m, seen_m)) | _find_lost_path(sources)
    # What the counter misses at the ends of a recording, the total knows better than positions or speed.
    is_end = _find_short_ends(sources) & np.isfinite(total_m)
    columns = {
        StepSource.DEVICE: np.where(is_wrong, np.nan, counted_m),
        StepSource.POSITIONS: np.where(is_wrong_path | is_end, np.nan, path_m),
        StepSource.SPEED: np.where(is_end, np.nan, speed_m),
    }
    steps_m, origin = _take_first_known(columns)
    for leader in (StepSource.POSITIONS, StepSource.SPEED):
        is_known = np.isfinite(columns[leader]) | sources.is_paused
        errors_m = [abs(float(np.nansum(metres)) - total_m) for metres in (columns[leader], steps_m, counted_m)]
        is_needed = min(errors_m[1:]) > DEVICE_TOTAL_TOLERANCE * total_m and errors_m[0] < 0.25 * errors_m[1]
        if is_needed and np.mean(is_known) >= MIN_KNOWN_SHARE and errors_m[0] <= DEVICE_TOTAL_TOLERANCE * total_m:
            steps_m, origin = _take_first_known({leader: columns[leader], **columns})
    if np.any(np.isnan(steps_m)):
        for start_s, end_s, metres in (*lap_distances.tolist(), (-np.inf, np.inf, total_m)):
            _fill_from_total(sources, steps_m, origin, (start_s, end_s, metres))
        _fill_rest(sources, steps_m, origin)
    return steps_m, origin


def _shape_coarse_counts(sources: Sources) -> FloatArray:
    """Return the counted metres; where only their sum is known, path or speed distribute it over the steps."""
    counted_m = sources.counted_m.copy()
    for first, end in sources.coarse_counts.tolist():
        part = slice(first, end)
        for other_m in (sources.path_m[part], sources.speed_m[part]):
            ratio = np.sum(counted_m[part]) / max(np.sum(other_m), STILL_SPEED_MPS)
            if abs(ratio - 1.0) <= MAX_WITNESS_DISAGREEMENT:
                counted_m[part] = ratio * other_m
                break
    return counted_m


def _find_short_ends(sources: Sources) -> NDArray[np.bool_]:
    """Find the steps before the counter's first and after its last value, if they last less than ``MAX_END_S``."""
    known = np.flatnonzero(np.isfinite(sources.counted_m))
    is_end = np.zeros(len(sources.counted_m), dtype=bool)
    if len(known):
        is_end[: known[0]] = sources.t_s[known[0]] - sources.t_s[0] <= MAX_END_S
        is_end[known[-1] + 1 :] = sources.t_s[-1] - sources.t_s[known[-1] + 1] <= MAX_END_S
    return is_end


def _take_first_known(columns: dict[StepSource, FloatArray]) -> tuple[FloatArray, NDArray[np.intp]]:
    steps_m = np.full(len(columns[StepSource.DEVICE]), np.nan)
    origin = np.full(len(steps_m), StepSource.NONE)
    for source, column in columns.items():
        is_new = np.isnan(steps_m) & np.isfinite(column)
        steps_m[is_new], origin[is_new] = column[is_new], source
    return steps_m, origin


def _find_standstills(sources: Sources, steps_m: FloatArray, others: Sequence[FloatArray]) -> NDArray[np.bool_]:
    """Find the steps in which a source stands still although the first of the others, or most with cadence, move."""
    step_s = np.diff(sources.t_s)
    runs = true_runs((steps_m < STILL_SPEED_MPS * step_s) & ~sources.is_paused)
    has_path = bool(np.any(sources.path_m > 0.0))
    min_s = MIN_FREEZE_S if has_path else MIN_FREEZE_WITHOUT_PATH_S
    runs = runs[sources.t_s[runs[:, 1]] - sources.t_s[runs[:, 0]] >= min_s]
    run_s = sources.t_s[runs[:, 1]] - sources.t_s[runs[:, 0]]

    def mean_rate(metres: FloatArray) -> FloatArray:
        is_known = np.isfinite(metres)
        curves = (cumulate(np.where(is_known, column, 0.0)) for column in (metres, step_s))
        total, known_s = (np.diff(curve[runs], axis=1)[:, 0] for curve in curves)
        rate: FloatArray = np.full(len(runs), np.nan)
        np.divide(total, known_s, out=rate, where=known_s >= 0.5 * run_s)
        return rate

    cadence = np.where(sources.is_gap, np.nan, sources.cadence)
    rates = [
        *(mean_rate(metres) / MIN_MOVING_SPEED_MPS for metres in others),
        mean_rate(cadence * step_s) / MOVING_CADENCE,
    ]
    votes = sum((np.where(rate >= 1.0, 1, np.where(rate < 1.0, -1, 0)) for rate in rates), np.zeros(len(runs)))
    is_wrong = (votes > 1) | ((votes == 1) & (rates[0] >= 1.0))
    for metres in others:
        # A source that only lags behind the others catches up with its next steps.
        end_s, curve_m = sources.t_s[runs[:, 1]], cumulate(np.nan_to_num(metres))
        lead_m = cumulate(np.nan_to_num(steps_m - metres))
        ahead_m = np.interp(end_s + MIN_FREEZE_S, sources.t_s, lead_m) - lead_m[runs[:, 1]]
        is_wrong &= ~(ahead_m > MAX_DISAGREEMENT * np.diff(curve_m[runs], axis=1)[:, 0])
    return mask_from_runs(runs[is_wrong], len(steps_m))


def _find_disagreement(sources: Sources) -> NDArray[np.bool_]:
    """Find the steps around which path and speed agree with each other but not with the counter."""
    columns = (sources.counted_m, sources.path_m, sources.speed_m)
    is_known = ~sources.is_paused & np.all(np.isfinite(columns), axis=0)
    counted_m, path_m, speed_m = (sum_around(sources.t_s, np.where(is_known, column, 0.0)) for column in columns)
    known_s = sum_around(sources.t_s, np.where(is_known, np.diff(sources.t_s), 0.0))
    witness_m = (path_m + speed_m) / 2.0
    agrees = np.abs(path_m - speed_m) <= MAX_WITNESS_DISAGREEMENT * witness_m
    is_off = np.abs(counted_m - witness_m) > np.maximum(MAX_DISAGREEMENT * witness_m, MIN_COUNTER_DISAGREEMENT_M)
    is_wrong: NDArray[np.bool_] = agrees & is_off & (known_s >= MIN_KNOWN_SHARE * min(WINDOW_S, sources.t_s[-1]) / 2.0)
    return is_wrong


def sum_around(t_s: FloatArray, steps: FloatArray) -> FloatArray:
    """Return the sum of ``steps``, ``(n - 1,)``, over ``WINDOW_S`` seconds around each of them."""
    curve, middle_s = cumulate(steps), midpoints(t_s)
    reach_s = np.maximum(np.diff(t_s), WINDOW_S) / 2.0
    return np.interp(middle_s + reach_s, t_s, curve) - np.interp(middle_s - reach_s, t_s, curve)


def _find_lost_path(sources: Sources) -> NDArray[np.bool_]:
    """Find the steps between positions far apart in time in which speed shows that the runner took a detour."""
    runs = true_runs(sources.is_lost & np.isfinite(sources.path_m) & np.isfinite(sources.speed_m) & ~sources.is_gap)
    path_m, speed_m = (cumulate(np.nan_to_num(column)) for column in (sources.path_m, sources.speed_m))
    ratio = np.diff(speed_m[runs], axis=1)[:, 0] - MIN_DETOUR * np.diff(path_m[runs], axis=1)[:, 0]
    return mask_from_runs(runs[ratio > MIN_DISAGREEMENT_M], len(sources.path_m))


def _fill_from_total(
    sources: Sources, steps_m: FloatArray, origin: NDArray[np.intp], stated: tuple[float, float, float]
) -> None:
    """Fill unknown steps within a lap, given by start, end and metres, with what the lap has beyond the known steps."""
    start_s, end_s, metres = stated
    part = slice(*np.searchsorted(midpoints(sources.t_s), (start_s, end_s)).tolist())
    is_unknown = np.isnan(steps_m[part]) & ~sources.is_paused[part]
    has_steps = is_unknown & ~(sources.cadence[part] < MOVING_CADENCE)
    weight_s = np.where(has_steps if np.any(has_steps) else is_unknown, np.diff(sources.t_s)[part], 0.0)
    missing_m = metres - float(np.nansum(steps_m[part]))
    if 0.0 < missing_m <= max_distance_m(np.sum(weight_s)):
        steps_m[part][is_unknown] = missing_m * weight_s[is_unknown] / np.sum(weight_s)
        origin[part][is_unknown] = StepSource.TOTALS


def _fill_rest(sources: Sources, steps_m: FloatArray, origin: NDArray[np.intp]) -> None:
    """Fill the steps still unknown: with what was counted, else in short gaps with the pace around, else with 0."""
    rest = np.isnan(steps_m) & np.isfinite(sources.counted_m)
    steps_m[rest], origin[rest] = sources.counted_m[rest], StepSource.DEVICE
    unknown, step_s, middle_s = np.isnan(steps_m), np.diff(sources.t_s), midpoints(sources.t_s)
    runs = true_runs(unknown)
    inner = runs[(runs[:, 0] > 0) & (runs[:, 1] < len(steps_m))]
    is_short = sources.t_s[inner[:, 1]] - sources.t_s[inner[:, 0]] <= MIN_FREEZE_S
    bridged = mask_from_runs(inner[is_short], len(steps_m))
    if np.any(bridged):
        steps_m[bridged] = step_s[bridged] * np.interp(
            middle_s[bridged], middle_s[~unknown], (steps_m / step_s)[~unknown]
        )
    steps_m[unknown & ~bridged] = 0.0
