"""Cumulative distance from the device's count, from positions, or speed; and pauses: gaps without distance."""

from dataclasses import dataclass

import numpy as np

from retropace.cleaning.longest_rise import find_longest_nondecreasing
from retropace.cleaning.pauses import Pauses, find_pauses
from retropace.cleaning.positions import Positions, distance_from_positions
from retropace.core.activity import DeviceTotals, Samples
from retropace.core.findings import Finding, HasFindings, note, warn
from retropace.core.spans import FloatArray, Spans, contains, cumulate, midpoints
from retropace.core.units import format_count
from retropace.core.world_records import MAX_SPEED_MPS

RESET_WINDOW = 10
"""Number of values looked at on each side of a fall of the distance counter, to decide whether it was reset to 0."""
MIN_RESET_M = 50.0
"""Smallest distance in metres that the counter must have reached for a later fall to be taken for a reset."""
MIN_LEAP_M = 100.0
"""Smallest increase in metres of the device's distance from one record to the next that is reported as a leap. A leap
must also be faster than ``MAX_SPEED_MPS``."""
MAX_CALIBRATION_FACTOR = 1.5
"""Largest factor by which the records' distance is scaled up or down to the device's total distance.

If a larger one were needed, the total is taken for an error in the file rather than a calibration by the runner, and
nothing is scaled."""
DEVICE_TOTAL_TOLERANCE = 0.005
"""Largest difference between the records' distance and the device's total, as a fraction of the total, at which the two
count as equal."""


@dataclass(frozen=True, slots=True, eq=False)
class Distance(HasFindings):
    """The cumulative distance of ``n`` records in metres, shape ``(n,)``, and the pauses."""

    distance_m: FloatArray
    source: str
    """What the distance was computed from: ``device`` (its own count), ``positions``, ``speed`` or ``none``."""
    pauses: Pauses


def measure_distance(
    records: Samples, positions: Positions, device_mps: FloatArray, recorded_pauses: Spans, totals: DeviceTotals
) -> Distance:
    """Return the distance from the best source, scaled if the runner calibrated the device.

    The best source is the device's count, then the length of the path along the positions, then speed integrated over
    time.
    """
    t_s = records.t_s
    counted_m, findings = distance_from_device(t_s, records.distance_m)
    path_m = distance_from_positions(t_s, positions, recorded_pauses) if counted_m is None else None
    travelled_m = path_m if counted_m is None else counted_m
    pauses = find_pauses(t_s, travelled_m, recorded_pauses, totals.timer_s)
    findings += pauses.findings
    if path_m is not None and len(pauses.gaps):
        path_m = distance_from_positions(t_s, positions, pauses.spans)
    distance_m, source = counted_m, "device"
    if distance_m is None:
        distance_m, source = path_m, "positions"
        text = "distance measured along the positions: the file holds no count of its own"
        finding = note("distance-from-positions", text)
        if distance_m is None:
            distance_m, source = distance_from_speed(t_s, device_mps, pauses.spans), "speed"
            text = "distance summed from speed: the file holds neither a count nor positions"
            finding = note("distance-from-speed", text)
        if distance_m is None:
            distance_m, source = np.zeros(len(t_s)), "none"
            text = "holds neither distance, positions nor speed: only time can be summed"
            finding = warn("no-distance", text)
        findings += (finding,)
    has_positions = bool(np.any(np.isfinite(positions.lat_deg)))
    distance_m, calibration = _calibrate(distance_m, totals.distance_m, has_positions=has_positions)
    return Distance(distance_m, source, pauses, findings=findings + calibration)


def _calibrate(
    distance_m: FloatArray, device_total_m: float, *, has_positions: bool
) -> tuple[FloatArray, tuple[Finding, ...]]:
    """Return the distance scaled to the device's total where there are no positions, as on a treadmill.

    With "calibrate and save" the runner types in the belt's distance, and the watch corrects only its total. Any other
    difference from that total is only a warning.
    """
    counted_m = float(distance_m[-1])
    if not has_positions and device_total_m > 0.0 and counted_m > 0.0:
        factor = device_total_m / counted_m
        is_plausible = 1.0 / MAX_CALIBRATION_FACTOR <= factor <= MAX_CALIBRATION_FACTOR
        if abs(factor - 1.0) > DEVICE_TOTAL_TOLERANCE and is_plausible:
            text = (
                f"the watch counted {counted_m:.0f} m and was corrected to {device_total_m:.0f} m after the run "
                f"(no positions): distances and paces scaled by {factor:.3f}"
            )
            return distance_m * factor, (note("distance-calibrated", text, device_total_m - counted_m, "m"),)
    is_known = 0.0 < device_total_m < np.inf
    if not is_known or abs(counted_m - device_total_m) <= DEVICE_TOTAL_TOLERANCE * device_total_m:
        return distance_m, ()
    text = (
        f"the records add up to {counted_m:.0f} m, the device's own total is {device_total_m:.0f} m "
        f"({100.0 * (counted_m / device_total_m - 1.0):+.1f} %)"
    )
    return distance_m, (warn("total-differs", text, counted_m - device_total_m, "m"),)


def distance_from_device(t_s: FloatArray, counted_m: FloatArray) -> tuple[FloatArray | None, tuple[Finding, ...]]:
    """Clean the device's own distance so that it starts at 0 and never falls; returns it and findings.

    The distance is None if the device recorded none. A counter that restarts from 0 is continued. If values still fall,
    as few as possible are dropped and replaced by straight lines.
    """
    known = np.flatnonzero(np.isfinite(counted_m))
    if len(known) < 2 or np.ptp(counted_m[known]) <= 0.0:
        return None, ()
    findings = []
    values = counted_m[known].copy()
    for last in np.flatnonzero(np.diff(values) < 0.0):
        before = values[max(last + 1 - RESET_WINDOW, 0) : last + 1]
        after = values[last + 1 : last + 1 + RESET_WINDOW]
        level_m = float(np.median(before))
        # A reset, unlike a stray value, falls far below the former count and rises from there.
        if level_m > MIN_RESET_M and np.all(after < 0.5 * level_m) and np.all(np.diff(after) >= 0.0):
            text = f"the distance counter starts again after {values[last]:.0f} m: continued"
            findings.append(warn("counter-restarted", text, float(values[last]), "m"))
            values[last + 1 :] += values[last]
    falls = np.diff(values) < 0.0
    if np.any(falls):
        keep = find_longest_nondecreasing(values)
        misfits = len(values) - len(keep)
        times = format_count(int(np.sum(falls)), "time")
        text = f"the device's distance falls {times}: {misfits} values that do not fit were bridged"
        findings.append(warn("counter-falls", text, misfits, "records"))
        known, values = known[keep], values[keep]
    curve = np.interp(t_s, t_s[known], values) - values[0]
    leap = np.diff(curve) > np.maximum(MAX_SPEED_MPS * np.diff(t_s), MIN_LEAP_M)
    if np.any(leap):
        leap_m = float(np.max(np.diff(curve)[leap]))
        text = (
            f"the device's distance leaps by {leap_m:.0f} m between two records, faster than anyone runs: kept as the "
            "device counted it"
        )
        findings.append(warn("counter-leaps", text, leap_m, "m"))
    return curve, tuple(findings)


def distance_from_speed(t_s: FloatArray, speed_mps: FloatArray, pauses: Spans) -> FloatArray | None:
    """Compute cumulative distance by integrating speed; it does not grow in pauses and where speed is missing.

    Returns None if speed is known at fewer than two records.
    """
    if np.sum(np.isfinite(speed_mps)) < 2:
        return None
    step = np.diff(t_s) * midpoints(speed_mps)
    step[contains(pauses, midpoints(t_s))] = 0.0
    return cumulate(np.nan_to_num(step))
