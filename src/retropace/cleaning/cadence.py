"""Cleaning of cadence: converted to steps per minute of both feet, with dropouts of the sensor removed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.findings import HasFindings, note, note_if_few
from retropace.core.spans import FloatArray, mask_from_runs, true_runs

TYPICAL_SPM = (110.0, 165.0)
"""Typical cadences in spm, of walking (Tudor-Locke 2018, Br J Sports Med 52:776: 100 in a moderate walk, 120 in a brisk
one) and of easy running (van Oeveren 2017, PLoS ONE 12:e0184273: preferred about 160–170)."""
MAX_CADENCE_SPM = 250.0
"""Highest plausible cadence in spm. Only sprinters exceed it, with 270 (Salo 2011, Med Sci Sports Exerc 43:1055)."""
MAX_SLOW_CADENCE_SPM = 205.0
"""Highest plausible cadence in spm below ``SLOW_SPEED_MPS``, at which it would mean steps of 0.73 m."""
SLOW_SPEED_MPS = 2.5
"""Speed in m/s below which ``MAX_SLOW_CADENCE_SPM`` applies instead of ``MAX_CADENCE_SPM``."""
MIN_STEP_LENGTH_M = 0.33
"""Shortest plausible step in metres, half a step of a slow walk: slow walkers step less often (Grieve 1966)."""
MIN_MOVING_SPEED_MPS = 1.0
"""Speed in m/s from which the runner surely moves; errors of positions alone imitate less."""
MAX_STOPPING_SPEED_MPS = 0.5
"""Speed in m/s below which zero cadence is a stop and no dropout, and the unit of cadence is not decided."""
MAX_BRIDGED_GAP_S = 10.0
"""Longest gap in seconds in cadence, speed or heart rate that is filled by a straight line."""
SENSOR_GAP_RANGE_S = (15.0, 60.0)
"""Smallest and largest result in seconds of :func:`max_sensor_gap_s`; smart recording leaves gaps of up to 13 s."""
SENSOR_GAP_FACTOR = 3.0
"""Ratio of :func:`max_sensor_gap_s` to the spacing of records."""
MIN_COUNTED_CADENCE = 20.0
"""Lowest recorded cadence, of one foot or both, from which the unit of cadence is decided."""
IMPLAUSIBLE_PENALTY = 10.0
"""Penalty for a unit that makes a record's cadence implausible; it exceeds any difference between log cadences."""


@dataclass(frozen=True, slots=True, eq=False)
class Cadence(HasFindings):
    """The cadence of ``n`` records in steps per minute of both feet, shape ``(n,)``."""

    cadence_spm: FloatArray
    counts_both_feet: bool  # whether the recorded cadence is in steps of both feet; False if no cadence was recorded


def max_sensor_gap_s(t_s: FloatArray) -> float:
    """Return the longest step in seconds, by the median spacing, over which sensors' columns are interpolated."""
    step_s = np.sort(np.diff(t_s))
    spacing_s = step_s[np.searchsorted(np.cumsum(step_s), 0.5 * (t_s[-1] - t_s[0]))]
    return float(np.clip(SENSOR_GAP_FACTOR * spacing_s, *SENSOR_GAP_RANGE_S))


def max_step_length_m(speed_mps: FloatArray) -> FloatArray:
    """Return the longest plausible step in metres; runners take 1.4 m at 3.5 m/s (Cavagna 1988, J Physiol 399:81)."""
    return 0.6 + 0.35 * speed_mps


def counts_both_feet(raw_cadence: FloatArray, speed_mps: FloatArray) -> bool:
    """Return whether cadence counts both feet, not one: most moving records are then plausible, or more typical."""
    is_counted = (raw_cadence > MIN_COUNTED_CADENCE) & ~(speed_mps < MAX_STOPPING_SPEED_MPS)
    if not np.any(is_counted):
        return False
    cadence, speed = raw_cadence[is_counted], speed_mps[is_counted]
    known_mps = np.where(np.isfinite(speed), speed, 0.0)
    max_step_m = max_step_length_m(known_mps)
    max_spm = np.where(speed < SLOW_SPEED_MPS, MAX_SLOW_CADENCE_SPM, MAX_CADENCE_SPM)
    max_spm = np.where(speed > 0.0, np.minimum(max_spm, 60.0 * known_mps / MIN_STEP_LENGTH_M), max_spm)

    def penalty(spm: FloatArray) -> FloatArray:
        is_implausible = (60.0 * known_mps / spm > max_step_m) | (spm > max_spm)
        log_spm = np.log(spm)
        walking, running = (np.abs(log_spm - np.log(typical)) for typical in TYPICAL_SPM)
        total: FloatArray = np.minimum(walking, running) + IMPLAUSIBLE_PENALTY * is_implausible
        return total

    return bool(np.mean(penalty(cadence) < penalty(2.0 * cadence)) > 0.5)


def clean_cadence(t_s: FloatArray, raw_cadence: FloatArray, speed_mps: FloatArray, cadence_unit: str) -> Cadence:
    """Return the cadence without impossible values and dropouts; ``cadence_unit`` is ``rpm``, ``spm`` or ``auto``."""
    if not np.any(raw_cadence > 0.0):
        return Cadence(np.full(len(t_s), np.nan), False)
    findings = []
    is_both_feet = cadence_unit == "spm" or (cadence_unit == "auto" and counts_both_feet(raw_cadence, speed_mps))
    spm = raw_cadence * (1.0 if is_both_feet else 2.0)
    if cadence_unit == "auto":
        median_spm = float(np.median(spm[spm > 0.0]))
        unit, other = ("steps of both feet", "rpm") if is_both_feet else ("turns of one foot, doubled", "spm")
        text = f"cadence taken as {unit} (median {median_spm:.0f} spm); --cadence {other} says otherwise"
        findings.append(note("cadence-unit", text, median_spm, "spm"))
    is_impossible = (spm > MAX_CADENCE_SPM) | (spm < 0.0)
    if np.any(is_impossible):
        count = int(np.sum(is_impossible))
        text = f"{count} records with a cadence below 0 or above {MAX_CADENCE_SPM:.0f} spm dropped"
        findings.append(note_if_few("cadence-too-high", text, count, "records", total=len(spm)))
        spm = np.where(is_impossible, np.nan, spm)

    is_dropout = _find_dropouts(spm, speed_mps)
    spm = np.where(is_dropout, np.nan, spm)
    spm, bridged_s = bridge_gaps(t_s, spm)
    dropped_s = float(np.sum(np.gradient(t_s)[is_dropout]))
    if dropped_s > 0.0:
        bridged = f", {bridged_s:.0f} s of it bridged" if bridged_s > 0.0 else ""
        text = f"cadence fell to 0 for {dropped_s:.0f} s while moving: taken as missing{bridged}"
        findings.append(note_if_few("cadence-dropout", text, dropped_s, "s", total=float(t_s[-1])))
    return Cadence(spm, is_both_feet, findings=tuple(findings))


def _find_dropouts(spm: FloatArray, speed_mps: FloatArray) -> NDArray[np.bool_]:
    """Find the runs of zero cadence in which the runner moved and never stopped, as a mask: a stop lowers speed too."""
    zero_runs = true_runs(spm == 0.0)
    cuts = zero_runs.ravel()
    # A run may end where the columns do, so that reduceat needs one value more.
    never_stopped = np.logical_and.reduceat(np.append(speed_mps >= MAX_STOPPING_SPEED_MPS, True), cuts)[::2]
    moved = np.logical_or.reduceat(np.append(speed_mps >= MIN_MOVING_SPEED_MPS, False), cuts)[::2]
    return mask_from_runs(zero_runs[never_stopped & moved], len(spm))


def bridge_gaps(t_s: FloatArray, values: FloatArray, max_gap_s: float = MAX_BRIDGED_GAP_S) -> tuple[FloatArray, float]:
    """Fill inner gaps of up to ``max_gap_s`` by straight lines; returns the column, and the seconds filled."""
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values, 0.0
    gaps = true_runs(~known)
    gaps = gaps[(gaps[:, 0] > 0) & (gaps[:, 1] < len(values))]
    gap_s = t_s[gaps[:, 1]] - t_s[gaps[:, 0] - 1]
    is_short = gap_s <= max_gap_s
    bridged = mask_from_runs(gaps[is_short], len(values))
    filled = values.copy()
    filled[bridged] = np.interp(t_s[bridged], t_s[known], values[known])
    return filled, float(np.sum(gap_s[is_short]))
