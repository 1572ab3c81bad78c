"""Finds when the runner stood still, and when neither speed nor cadence is known."""

from dataclasses import dataclass

import numpy as np

from retropace.cleaning.lag import BodyMotion
from retropace.cleaning.pauses import MAX_STANDING_SPEED_MPS, Pauses
from retropace.core import spans
from retropace.core.findings import HasFindings, note_if_few
from retropace.core.spans import FloatArray, Spans

MAX_STANDING_CADENCE_SPM = 30.0
"""Cadence in spm below which a runner stands; with more, the runner moves even at speed 0, as on a treadmill."""
MAX_STOP_ONSET_SPEED_MPS = 4.0
"""Largest speed in m/s at which zero cadence may begin a stop: smoothed speed lasts longer than the steps."""
MIN_STAND_S = 4.0
"""Shortest time of standing in seconds that is reported; a shorter one is taken for part of turning round."""
MAX_DENSE_SPACING_S = 2.0
"""Largest median time in seconds between records at which ``MIN_STAND_S`` applies, else ``MIN_UNCERTAIN_STAND_S``."""
MIN_UNCERTAIN_STAND_S = 10.0
"""Shortest standing in seconds if records are sparse or speed comes from positions, whose noise imitates stops."""


@dataclass(frozen=True, slots=True, eq=False)
class Rest(HasFindings):
    """Time spans in which the runner rested, and some in which nothing is known; each array is disjoint and sorted."""

    standing: Spans  # time spans of standing with the watch running
    resting: Spans  # time spans of standing or of paused watch
    unknown: Spans  # time spans outside ``resting`` in which neither speed nor cadence is known


def find_rest(t_s: FloatArray, motion: BodyMotion, pauses: Pauses, *, is_device_speed: bool) -> Rest:
    """Find when the runner rested; ``is_device_speed`` is False if speed was computed from positions."""
    is_measured = is_device_speed and float(np.median(np.diff(t_s))) <= MAX_DENSE_SPACING_S
    stands = find_standing(t_s, motion.speed_mps, motion.cadence_spm, pauses.spans, is_speed_measured=is_measured)
    standing = spans.union(spans.subtract(np.concatenate((pauses.gaps, stands)), pauses.spans))
    resting = spans.union(np.concatenate((pauses.spans, standing)))
    unknown = find_unknown(t_s, motion.speed_mps, motion.cadence_spm, resting)
    lost_s = spans.total_s(unknown)
    text = f"{lost_s:.0f} s hold neither speed nor cadence: direction unknown"
    finding = note_if_few("motion-unknown", text, lost_s, "s", total=float(t_s[-1]))
    return Rest(standing, resting, unknown, findings=(finding,) if lost_s >= 1.0 else ())


def find_standing(
    t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, pauses: Spans, *, is_speed_measured: bool
) -> Spans:
    """Find the spans of time outside the pauses without speed or steps; unmeasured speed needs longer ones."""
    is_slow = speed_mps < MAX_STANDING_SPEED_MPS
    has_no_steps = cadence_spm < MAX_STANDING_CADENCE_SPM
    is_standing = (is_slow & ~(cadence_spm >= MAX_STANDING_CADENCE_SPM)) | (np.isnan(speed_mps) & has_no_steps)
    # Smoothed speed falls to 0 seconds after the last step: a stand begins with the first record without steps.
    silences = spans.true_runs(has_no_steps & (speed_mps < MAX_STOP_ONSET_SPEED_MPS))
    standing_rows = np.append(np.flatnonzero(is_standing), len(t_s))
    stop = standing_rows[np.searchsorted(standing_rows, silences[:, 0])]
    is_onset = (silences[:, 0] < stop) & (stop < silences[:, 1])
    is_standing |= spans.mask_from_runs(np.column_stack((silences[is_onset, 0], stop[is_onset])), len(t_s))
    is_standing &= ~spans.contains(pauses, t_s)
    runs = spans.true_runs(is_standing)
    stands = np.column_stack((t_s[runs[:, 0]], t_s[np.minimum(runs[:, 1], len(t_s) - 1)]))
    if not is_speed_measured:
        stands = spans.as_spans(_merge_stands(stands.tolist(), MIN_UNCERTAIN_STAND_S))
    min_stand_s = MIN_STAND_S if is_speed_measured else MIN_UNCERTAIN_STAND_S
    return spans.subtract(stands[stands[:, 1] - stands[:, 0] >= min_stand_s], pauses)


def _merge_stands(stands: list[list[float]], max_move_s: float) -> list[tuple[float, float]]:
    """Merge two stops if the movement between them is shorter than ``max_move_s`` and than each of the two."""
    merged: list[tuple[float, float]] = []
    for start, end in stands:
        if merged and start - merged[-1][1] < min(max_move_s, merged[-1][1] - merged[-1][0], end - start):
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return merged


def find_unknown(t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, minus: Spans) -> Spans:
    """Find the spans of time, except those in ``minus``, in which neither speed nor cadence is known."""
    runs = spans.true_runs(np.isnan(speed_mps) & np.isnan(cadence_spm))
    lost = np.column_stack((t_s[np.maximum(runs[:, 0] - 1, 0)], t_s[np.minimum(runs[:, 1], len(t_s) - 1)]))
    return spans.subtract(spans.union(lost), minus)
