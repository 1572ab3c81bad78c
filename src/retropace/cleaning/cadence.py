"""Cleaning of cadence: converted to steps per minute of both feet, with dropouts of the sensor removed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.core.findings import HasFindings, note, note_if_few
from retropace.core.spans import FloatArray, mask_from_runs, true_runs

TYPICAL_SPM = (110.0, 165.0)
"""Typical cadences in steps per minute: first of walking (Tudor-Locke 2018, Br J Sports Med 52:776: 100 in a moderate
walk, 120 in a brisk one), then of easy running (van Oeveren 2017, PLoS ONE 12:e0184273: preferred about 160–170)."""
MAX_CADENCE_SPM = 250.0
"""Highest plausible cadence in steps per minute; higher values are dropped. Only sprinters exceed it, with 4.5 steps a
second, 270 per minute (Salo 2011, Med Sci Sports Exerc 43:1055)."""
MAX_SLOW_CADENCE_SPM = 205.0
"""Highest plausible cadence in steps per minute below ``SLOW_SPEED_MPS``. A higher one is taken for the wrong unit, as
it would mean steps shorter than 0.73 m at ``SLOW_SPEED_MPS``."""
SLOW_SPEED_MPS = 2.5
"""Speed in m/s; below it, ``MAX_SLOW_CADENCE_SPM`` is the limit of plausible cadences instead of
``MAX_CADENCE_SPM``."""
MIN_STEP_LENGTH_M = 0.33
"""Shortest plausible step in metres, about half a step of a slow walk. Slow walkers take fewer steps rather than ever
shorter ones (Grieve 1966, Ergonomics 9:379)."""
MIN_MOVING_SPEED_MPS = 1.0
"""Speed in m/s from which the runner surely moves. Zero cadence in which it is reached, and in which the runner never
stopped, is a dropout of the sensor."""
MAX_STOPPING_SPEED_MPS = 0.5
"""Speed in m/s below which the runner is taken to have stopped. Zero cadence during which speed falls below it is a
stop and not a dropout of the sensor."""
MAX_BRIDGED_GAP_S = 10.0
"""Longest gap in seconds in cadence that is filled by a straight line; longer gaps stay missing."""
SENSOR_GAP_RANGE_S = (15.0, 60.0)
"""Smallest and largest result in seconds of :func:`max_sensor_gap_s`. Smart recording leaves gaps of up to 13 s between
records, and exports at a reduced rate or phones that save energy up to a minute."""
SENSOR_GAP_FACTOR = 3.0
"""Ratio of :func:`max_sensor_gap_s` to the spacing of records."""
MIN_COUNTED_CADENCE = 20.0
"""Lowest recorded cadence that is used to decide the unit of cadence (strides of one foot or steps of both feet per
minute); records with a lower one are ignored."""
MIN_COUNTED_SPEED_MPS = 0.5
"""Lowest speed in m/s of a record that is used to decide the unit of cadence. Slower records are ignored; records of
unknown speed are used."""
IMPLAUSIBLE_PENALTY = 10.0
"""Penalty for a unit that would make a record's cadence implausible. It exceeds any difference between log cadences, so
that a plausible unit is always preferred to an implausible one."""


@dataclass(frozen=True, slots=True, eq=False)
class Cadence(HasFindings):
    """The cadence of ``n`` records in steps per minute of both feet, shape ``(n,)``."""

    cadence_spm: FloatArray
    counts_both_feet: bool
    """Whether the recorded cadence is in steps of both feet; False if no cadence was recorded."""


def max_sensor_gap_s(t_s: FloatArray) -> float:
    """Return the longest step in seconds between records over which cadence, heart rate and speed are interpolated.

    It is a multiple of the median spacing of records, weighted by time; longer steps are losses.
    """
    step_s = np.sort(np.diff(t_s))
    spacing_s = step_s[np.searchsorted(np.cumsum(step_s), 0.5 * (t_s[-1] - t_s[0]))]
    return float(np.clip(SENSOR_GAP_FACTOR * spacing_s, *SENSOR_GAP_RANGE_S))


def max_step_length_m(speed_mps: FloatArray) -> FloatArray:
    """Return the longest plausible step at each speed, in metres: 1.1 m at 1.4 m/s, 1.8 m at 3.5 m/s.

    The bound is generous: overstriding runners take 1.4 m at 3.5 m/s (Cavagna 1988, J Physiol 399:81).
    """
    return 0.6 + 0.35 * speed_mps


def counts_both_feet(raw_cadence: FloatArray, speed_mps: FloatArray) -> bool:
    """Return whether a cadence column counts steps of both feet (True) or revolutions of one foot (False).

    Each moving record votes for the unit that gives a plausible step length and cadence. If both units do, it votes for
    the one that gives the more typical cadence, as its ratio to one of ``TYPICAL_SPM`` is nearer to 1. The majority
    decides. Columns have shape ``(n,)``.

    Example:
        >>> counts_both_feet(np.array([168.0, 170.0]), np.array([3.0, 3.0]))
        True
        >>> counts_both_feet(np.array([84.0, 85.0]), np.array([3.0, 3.0]))
        False

    """
    is_counted = (raw_cadence > MIN_COUNTED_CADENCE) & ~(speed_mps < MIN_COUNTED_SPEED_MPS)
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
    """Return the cadence without impossible values and dropouts of the sensor.

    ``cadence_unit`` is ``rpm`` (one foot: doubled), ``spm`` (both feet) or ``auto`` (decided from the columns).
    """
    if not np.any(raw_cadence > 0.0):
        return Cadence(np.full(len(t_s), np.nan), False)
    findings = []
    is_both_feet = cadence_unit == "spm" or (cadence_unit == "auto" and counts_both_feet(raw_cadence, speed_mps))
    spm = raw_cadence * (1.0 if is_both_feet else 2.0)
    if cadence_unit == "auto":
        median_spm = float(np.median(spm[spm > 0.0]))
        text = (
            f"cadence taken as steps of both feet (median {median_spm:.0f} spm); --cadence rpm says otherwise"
            if is_both_feet
            else f"cadence taken as turns of one foot, doubled (median {median_spm:.0f} spm); "
            "--cadence spm says otherwise"
        )
        findings.append(note("cadence-unit", text, median_spm, "spm"))
    is_impossible = (spm > MAX_CADENCE_SPM) | (spm < 0.0)
    if np.any(is_impossible):
        count = int(np.sum(is_impossible))
        text = f"{count} records with a cadence below 0 or above {MAX_CADENCE_SPM:.0f} spm dropped"
        findings.append(note_if_few("cadence-too-high", text, count, "records", total=len(spm)))
        spm = np.where(is_impossible, np.nan, spm)

    is_dropout = _find_dropouts(spm, speed_mps)
    spm = np.where(is_dropout, np.nan, spm)
    spm, bridged_s = bridge_gaps(t_s, spm, MAX_BRIDGED_GAP_S)
    dropped_s = float(np.sum(np.gradient(t_s)[is_dropout])) if len(t_s) > 1 and np.any(is_dropout) else 0.0
    if dropped_s > 0.0:
        bridged = f", {bridged_s:.0f} s of it bridged" if bridged_s > 0.0 else ""
        text = f"cadence fell to 0 for {dropped_s:.0f} s while moving: taken as missing{bridged}"
        findings.append(note_if_few("cadence-dropout", text, dropped_s, "s", total=float(t_s[-1])))
    return Cadence(spm, is_both_feet, findings=tuple(findings))


def _find_dropouts(spm: FloatArray, speed_mps: FloatArray) -> NDArray[np.bool_]:
    """Find dropouts of the sensor: stretches of zero cadence in which the runner moved and never stopped, as a mask.

    Zero cadence just before a stop is not a dropout: speed is smoothed by the watch and reaches 0 only some time after
    the last step.
    """
    zero_runs = true_runs(spm == 0.0)
    if len(zero_runs) == 0:
        return np.zeros(len(spm), dtype=bool)
    cuts = zero_runs.ravel()
    # A run may end where the columns do, so that reduceat needs one value more.
    never_stopped = np.logical_and.reduceat(np.append(speed_mps >= MAX_STOPPING_SPEED_MPS, True), cuts)[::2]
    moved = np.logical_or.reduceat(np.append(speed_mps >= MIN_MOVING_SPEED_MPS, False), cuts)[::2]
    return mask_from_runs(zero_runs[never_stopped & moved], len(spm))


def bridge_gaps(t_s: FloatArray, values: FloatArray, max_gap_s: float) -> tuple[FloatArray, float]:
    """Fill gaps of up to ``max_gap_s`` seconds by straight lines; returns the column, and how many seconds were filled.

    Gaps at the start and at the end stay missing.
    """
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
