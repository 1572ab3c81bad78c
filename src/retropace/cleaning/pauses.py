"""Finds the pauses that the file does not report: gaps between records in which the runner did not move."""

from dataclasses import dataclass

import numpy as np

from retropace.core.activity import Samples
from retropace.core.findings import HasFindings, note, warn
from retropace.core.spans import FloatArray, Spans, as_spans, contains, midpoints, total_s, union
from retropace.core.units import format_count

MAX_RECORD_GAP_S = 15.0
"""Longest gap (s) between records of an uninterrupted recording; smart recording leaves gaps of up to 13 s."""
MAX_STANDING_SPEED_MPS = 0.3
"""Speed (m/s) of standing; beginners walk backward at 0.5 or more (Laufer 2003, Physiother Res Int 8:131)."""

MIN_PAUSED_SHARE = 0.8
"""Least share of the gaps without movement by which timer time is shorter than elapsed time if they are pauses."""
MIN_MOVING_SPEED_MPS = 0.8
"""Mean speed in m/s within a recorded pause above which the pause is false."""
TIMER_TOLERANCE = 0.01
"""Largest difference of timer time from the device's total, as a fraction of it, at which the two count as equal."""
MIN_TIMER_TOLERANCE_S = 5.0
"""Difference in seconds at which timer time and the device's total always count as equal, in short recordings too."""


@dataclass(frozen=True, slots=True, eq=False)
class Pauses(HasFindings):
    """When the watch was paused, and the gaps between records in which the runner did not move."""

    spans: Spans  # disjoint, sorted time spans in which the watch was paused
    gaps: Spans
    """Time spans between two records in which the runner did not move, apart from the pauses that the file reports."""


def drop_false_pauses(records: Samples, recorded: Spans, timer_s: float) -> Pauses:
    """Return the pauses without those in which the runner moved on, if the timer then agrees with ``timer_s``."""
    t_s, known = records.t_s, np.isfinite(records.distance_m)
    excess_s = timer_s - (float(t_s[-1] - t_s[0]) - total_s(recorded))
    tolerance_s = max(MIN_TIMER_TOLERANCE_S, TIMER_TOLERANCE * timer_s)
    if excess_s > tolerance_s and np.sum(known) > 1:
        gain_m = np.diff(np.interp(recorded, t_s[known], records.distance_m[known]), axis=1)[:, 0]
        length_s = recorded[:, 1] - recorded[:, 0]
        is_false = gain_m > MIN_MOVING_SPEED_MPS * length_s
        if abs(excess_s - float(np.sum(length_s[is_false]))) <= tolerance_s:
            count = int(np.sum(is_false))
            text = f"{format_count(count, 'pause')} left out: the runner moved on, and the timer ran"
            finding = warn("false-pauses", text, count, "pauses")
            return Pauses(recorded[~is_false], as_spans([]), findings=(finding,))
    return Pauses(recorded, as_spans([]))


def find_pauses(t_s: FloatArray, distance_m: FloatArray | None, recorded: Spans, timer_s: float) -> Pauses:
    """Return the recorded pauses and the gaps between records in which the runner did not move.

    Such gaps are pauses of phones with auto-pause. If the device reports its timer (``timer_s``, else NaN), they are
    standing, unless timer time is short by as much as all gaps last.
    """
    if distance_m is None:
        return Pauses(recorded, as_spans([]))
    step_s = np.diff(t_s)
    is_gap = (step_s > MAX_RECORD_GAP_S) & (np.diff(distance_m) < MAX_STANDING_SPEED_MPS * step_s)
    is_gap &= ~contains(recorded, midpoints(t_s))
    if not np.any(is_gap):
        return Pauses(recorded, as_spans([]))
    gaps = np.column_stack((t_s[:-1][is_gap], t_s[1:][is_gap]))
    gap_s = total_s(gaps)
    missing_s = float(t_s[-1] - t_s[0]) - total_s(recorded) - timer_s
    is_standing = missing_s < MIN_PAUSED_SHARE * gap_s
    kind = "standing" if is_standing else "paused"
    text = f"{format_count(len(gaps), 'gap')} without movement ({gap_s:.0f} s) taken as {kind}"
    spans = recorded if is_standing else union(np.concatenate((recorded, gaps)))
    return Pauses(spans, gaps, findings=(note("gaps-without-movement", text, gap_s, "s"),))
