"""Cumulative distance, reconciled from all that a recording says about it, and pauses: gaps without distance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retropace.cleaning.cadence import MIN_MOVING_SPEED_MPS, max_sensor_gap_s
from retropace.cleaning.counter import read_counter
from retropace.cleaning.pauses import Pauses, find_pauses
from retropace.cleaning.positions import Positions, find_lost_steps, steps_from_positions
from retropace.cleaning.reconcile import DEVICE_TOTAL_TOLERANCE, Sources, StepSource, reconcile_steps
from retropace.core.activity import DeviceTotals, Samples
from retropace.core.findings import Finding, HasFindings, note, note_if_few, warn
from retropace.core.spans import FloatArray, Spans, as_spans, contains, cumulate, midpoints, union
from retropace.core.units import format_count

MAX_CALIBRATION_FACTOR = 1.5
"""Largest factor by which the records' distance is scaled up or down to the device's total; beyond it, not at all."""
MAX_RUN_PAUSE_S = 300.0
"""Longest break in seconds between two parts of a track that may be a gap in the recording rather than a pause."""
RUN_PACE_RATIOS = (0.5, 1.5)
"""Lowest and highest ratio of the speed during a break to the runner's usual speed at which the runner ran on."""


@dataclass(frozen=True, slots=True, eq=False)
class Distance(HasFindings):
    """The cumulative distance of ``n`` records in metres, shape ``(n,)``, and the pauses."""

    distance_m: FloatArray
    source: str  # source of most of the distance: name of a ``StepSource`` in small letters
    is_known: NDArray[np.bool_]  # whether a source measured each of the ``n - 1`` steps between records
    has_path: bool  # whether positions also measure the distance
    pauses: Pauses


def measure_distance(
    records: Samples,
    positions: Positions,
    device_mps: FloatArray,
    recorded_pauses: Spans,
    totals: DeviceTotals,
    lap_distances: FloatArray,
) -> Distance:
    """Return the distance, reconciled and calibrated, and pauses; ``lap_distances`` are start, end and metres."""
    t_s, step_s = records.t_s, np.diff(records.t_s)
    path_m = steps_from_positions(t_s, positions, as_spans([]))
    speed_m = steps_from_speed(t_s, device_mps, as_spans([]))
    guesses_m = (float(np.nansum(path_m)), float(np.nansum(speed_m)), totals.distance_m)
    counter, findings = read_counter(t_s, records.distance_m, next((m for m in guesses_m if m > 0.0), np.nan))
    counted_m = np.full(len(step_s), np.nan) if counter is None else counter.steps_m
    if np.isnan(totals.timer_s) and len(recorded_pauses):
        recorded_pauses, breaks = drop_run_pauses(t_s, path_m if counter is None else counted_m, recorded_pauses)
        findings += breaks
    recorded_pauses = union(recorded_pauses)

    def reconcile(pauses: Spans) -> tuple[FloatArray, NDArray[np.intp]]:
        sources = Sources(
            t_s=t_s,
            counted_m=counted_m,
            path_m=steps_from_positions(t_s, positions, pauses),
            speed_m=steps_from_speed(t_s, device_mps, pauses),
            cadence=midpoints(records.cadence_recorded),
            coarse_counts=np.empty((0, 2), dtype=np.intp) if counter is None else counter.coarse,
            is_paused=contains(pauses, midpoints(t_s)),
            is_lost=find_lost_steps(t_s, positions),
            is_gap=step_s > max_sensor_gap_s(t_s),
        )
        return reconcile_steps(sources, lap_distances, totals.distance_m)

    steps_m, origin = reconcile(recorded_pauses)
    travelled_m = cumulate(steps_m) if np.any(origin != StepSource.NONE) else None
    pauses = find_pauses(t_s, travelled_m, recorded_pauses, totals.timer_s)
    if pauses.spans is not recorded_pauses:
        steps_m, origin = reconcile(pauses.spans)
    source = StepSource(int(np.argmax(np.bincount(origin, steps_m + 1e-3 * step_s)))).name.lower()
    findings += pauses.findings + _describe_origins(step_s, steps_m, origin, has_count=counter is not None)
    has_path = bool(np.any(np.isfinite(path_m)))
    is_copy = abs(float(np.nansum(counted_m)) - totals.distance_m) <= DEVICE_TOTAL_TOLERANCE * totals.distance_m
    distance_m, calibration = _calibrate(cumulate(steps_m), totals.distance_m, may_scale=not has_path and not is_copy)
    return Distance(distance_m, source, origin != StepSource.NONE, has_path, pauses, findings=findings + calibration)


def _describe_origins(
    step_s: FloatArray, steps_m: FloatArray, origin: NDArray[np.intp], *, has_count: bool
) -> tuple[Finding, ...]:
    """Return findings on the sources of the distance, if the device's count is not the only one."""
    if np.all(origin == StepSource.NONE):
        return (warn("no-distance", "holds neither distance, positions nor speed: only time can be summed"),)
    own = "the file holds no count of its own"
    if not has_count and np.any(origin == StepSource.POSITIONS):
        return (note("distance-from-positions", f"distance measured along the positions: {own}"),)
    if not has_count and np.any(origin == StepSource.SPEED):
        return (note("distance-from-speed", f"distance summed from speed: {own}"),)
    if not has_count:
        return (note("distance-from-totals", f"distance spread evenly from the totals of laps or session: {own}"),)
    findings = []
    for source, text in (
        (StepSource.POSITIONS, "along the positions"),
        (StepSource.SPEED, "summed from speed"),
        (StepSource.TOTALS, "spread from totals"),
    ):
        rows = origin == source
        if (metres := float(np.sum(steps_m[rows]))) >= 1.0:
            text = f"{metres:.0f} m {text} ({np.sum(step_s[rows]):.0f} s without a count of its own that fits)"
            findings.append(note_if_few("count-replaced", text, metres, "m", total=float(np.sum(steps_m))))
    return tuple(findings)


def drop_run_pauses(t_s: FloatArray, steps_m: FloatArray, pauses: Spans) -> tuple[Spans, tuple[Finding, ...]]:
    """Return the pauses without breaks, made by a loss of position or a step, in which the runner ran on."""
    step_s, middle_s = np.diff(t_s), midpoints(t_s)
    curve_m = cumulate(np.nan_to_num(steps_m))
    length_s = pauses[:, 1] - pauses[:, 0]
    pause_mps = np.diff(np.interp(pauses, t_s, curve_m), axis=1)[:, 0] / length_s
    is_moving = steps_m > MIN_MOVING_SPEED_MPS * step_s
    outside = is_moving & ~contains(union(pauses), middle_s)
    rows = outside if np.sum(outside) >= 0.1 * np.sum(is_moving) else is_moving
    usual_mps = float(np.median((steps_m / step_s)[rows])) if np.any(rows) else np.inf
    low, high = RUN_PACE_RATIOS
    ran_on = (pause_mps >= low * usual_mps) & (pause_mps <= high * usual_mps) & (length_s <= MAX_RUN_PAUSE_S)
    dropped = ran_on | (length_s <= 1.5 * np.median(step_s))
    if not np.any(dropped):
        return pauses, ()
    count = int(np.sum(dropped))
    text = f"{format_count(count, 'break')} in which the runner ran on not taken for a pause"
    return pauses[~dropped], (note("breaks-run-through", text, count, "breaks"),)


def _calibrate(
    distance_m: FloatArray, device_total_m: float, *, may_scale: bool
) -> tuple[FloatArray, tuple[Finding, ...]]:
    """Return the distance scaled to the device's total if it ``may_scale``; any other difference is a warning."""
    counted_m = float(distance_m[-1])
    if may_scale and device_total_m > 0.0 and counted_m > 0.0:
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


def steps_from_speed(t_s: FloatArray, speed_mps: FloatArray, pauses: Spans) -> FloatArray:
    """Return the metres of each step by its mean speed, ``(n - 1,)``: 0 in pauses, NaN where speed is missing."""
    return np.where(contains(pauses, midpoints(t_s)), 0.0, np.diff(t_s) * midpoints(speed_mps))
