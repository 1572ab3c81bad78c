"""Cadence in steps per minute of both feet, whatever the file counts, without dropouts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from retropace.core.spans import FloatArray, mask_from_runs, true_runs

TYPICAL_SPM = (110.0, 165.0)
"""Usual cadences of walking (Tudor-Locke 2018, Br J Sports Med 52:776: 100 spm is a moderate walk, 120 a brisk one)
and of easy running (van Oeveren 2017, PLoS ONE 12:e0184273: preferred about 160–170 spm)."""
MAX_CADENCE_SPM = 250.0
"""Sprinters reach 4.5 steps a second, 270 spm (Salo 2011, Med Sci Sports Exerc 43:1055), nobody else 250."""
MAX_SLOW_CADENCE_SPM = 205.0
"""Below 2.5 m/s nobody takes more steps: they would be shorter than 0.7 m at 2.5 m/s and shuffling below."""
MIN_STEP_LENGTH_M = 0.33
"""About half the step of a slow walk: the slow take fewer, not ever shorter steps (Grieve 1966, Ergonomics 9:379)."""
MIN_MOVING_SPEED_MPS = 1.0
"""A body that moves this fast is not standing: a cadence of 0 is then a sensor that fell silent."""
MAX_STOPPING_SPEED_MPS = 0.5
"""A stretch without steps in which speed falls below this is a stop, not a silence."""
MAX_BRIDGED_GAP_S = 10.0
"""A dropout up to this long is bridged by a straight line; a longer one stays missing."""


def max_step_length_m(speed_mps: FloatArray) -> FloatArray:
    """No step at this speed is longer, in metres: about 1.1 m in a walk, 1.8 m in a run at 3.5 m/s.

    A generous bound: overstriding runners take 1.4 m at 3.5 m/s (Cavagna 1988, J Physiol 399:81).
    """
    return 0.6 + 0.35 * speed_mps


def counts_both_feet(raw_cadence: FloatArray, speed_mps: FloatArray) -> bool:
    """Whether a cadence column counts steps of both feet (True) or revolutions of one foot (False).

    Each moving record is read both ways. A way is impossible where its steps would be longer than a step can be or
    more than legs can make; between two possible ways the one nearer to a usual cadence counts. The records vote.
    """
    used = raw_cadence > 20.0
    used &= ~(speed_mps < 0.5)  # a missing speed does not disqualify
    if not np.any(used):
        return False
    cadence, speed = raw_cadence[used], speed_mps[used]
    known = np.where(np.isfinite(speed), speed, 0.0)
    longest_m = max_step_length_m(known)
    fastest = np.where(speed < 2.5, MAX_SLOW_CADENCE_SPM, MAX_CADENCE_SPM)
    fastest = np.where(speed > 0.0, np.minimum(fastest, 60.0 * known / MIN_STEP_LENGTH_M), fastest)

    def strangeness(spm: FloatArray) -> FloatArray:
        too_long = 60.0 * known / spm > longest_m
        log_spm = np.log(spm)
        walking, running = (np.abs(log_spm - np.log(typical)) for typical in TYPICAL_SPM)
        strange: FloatArray = np.minimum(walking, running) + 10.0 * (too_long | (spm > fastest))
        return strange

    return bool(np.mean(strangeness(cadence) < strangeness(2.0 * cadence)) > 0.5)


def clean_cadence(
    t_s: FloatArray, raw_cadence: FloatArray, speed_mps: FloatArray, cadence_unit: str
) -> tuple[FloatArray, tuple[str, ...]]:
    """The cadence in spm and what was done to it, in words.

    ``reading`` is ``rpm`` (one foot: doubled), ``spm`` (both feet: kept) or ``auto`` (decided from the file).
    """
    if not np.any(raw_cadence > 0.0):
        return np.full(len(t_s), np.nan), ()
    warnings: list[str] = []
    both = cadence_unit == "spm" or (cadence_unit == "auto" and counts_both_feet(raw_cadence, speed_mps))
    spm = raw_cadence * (1.0 if both else 2.0)
    if cadence_unit == "auto":
        middle = float(np.median(spm[spm > 0.0]))
        warnings.append(
            f"cadence taken as steps of both feet (median {middle:.0f} spm); --cadence rpm says otherwise"
            if both
            else f"cadence taken as turns of one foot, doubled (median {middle:.0f} spm); --cadence spm says otherwise"
        )
    absurd = spm > MAX_CADENCE_SPM
    if np.any(absurd):
        warnings.append(f"{int(np.sum(absurd))} records with a cadence above {MAX_CADENCE_SPM:.0f} spm dropped")
        spm = np.where(absurd, np.nan, spm)

    silent = _find_silent(spm, speed_mps)
    spm = np.where(silent, np.nan, spm)
    spm, bridged_s = bridge_gaps(t_s, spm, MAX_BRIDGED_GAP_S)
    dropped_s = float(np.sum(np.gradient(t_s)[silent])) if len(t_s) > 1 and np.any(silent) else 0.0
    if dropped_s > 0.0:
        warnings.append(
            f"cadence fell to 0 for {dropped_s:.0f} s while moving: taken as missing"
            + (f", {bridged_s:.0f} s of it bridged" if bridged_s > 0.0 else "")
        )
    return spm, tuple(warnings)


def _find_silent(spm: FloatArray, speed_mps: FloatArray) -> NDArray[np.bool_]:
    """Where the sensor fell silent: no steps from before a stretch of speed to after it, without a stop between.

    Steps end before a watch's smoothed speed does, so that zeros that lead into a stop are the stop.
    """
    stretches = true_runs(spm == 0.0)
    if len(stretches) == 0:
        return np.zeros(len(spm), dtype=bool)
    cuts = stretches.ravel()
    # One value more, as a stretch may end where the columns do.
    never_stopped = np.logical_and.reduceat(np.append(speed_mps >= MAX_STOPPING_SPEED_MPS, True), cuts)[::2]
    moved = np.logical_or.reduceat(np.append(speed_mps >= MIN_MOVING_SPEED_MPS, False), cuts)[::2]
    return mask_from_runs(stretches[never_stopped & moved], len(spm))


def bridge_gaps(t_s: FloatArray, values: FloatArray, max_gap_s: float) -> tuple[FloatArray, float]:
    """The column with gaps up to ``longest_s`` between two known values filled by a straight line; seconds filled."""
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values, 0.0
    gaps = true_runs(~known)
    gaps = gaps[(gaps[:, 0] > 0) & (gaps[:, 1] < len(values))]
    gap_s = t_s[gaps[:, 1]] - t_s[gaps[:, 0] - 1]
    short = gap_s <= max_gap_s
    bridged = mask_from_runs(gaps[short], len(values))
    filled = values.copy()
    filled[bridged] = np.interp(t_s[bridged], t_s[known], values[known])
    return filled, float(np.sum(gap_s[short]))
