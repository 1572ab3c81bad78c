"""When the watch was paused, when the runner stood, and how fast they were otherwise."""

from __future__ import annotations

import numpy as np

from retropace.cleaning.cadence import bridge_gaps
from retropace.core.spans import FloatArray, Spans, as_spans, contains, mask_from_runs, subtract, true_runs, union
from retropace.core.world_records import MAX_SPEED_MPS

MAX_RECORD_GAP_S = 15.0
"""Watches that record smartly leave up to 10 s between records, 13 s in the corpus: a longer gap has a reason."""
MAX_STANDING_SPEED_MPS = 0.3
"""Below this a runner stands. Beginners walk backward at 0.5 m/s and more (Laufer 2003, Physiother Res Int 8:131)."""
MAX_STANDING_CADENCE_SPM = 30.0
"""Below this nobody walks; above it a runner moves, whatever speed says (a treadmill's watch may say 0)."""
MAX_STOP_ONSET_SPEED_MPS = 4.0
"""What smoothed speed may still say in the first silent second of a stop."""
MIN_STAND_S = 4.0
"""Standing for less is part of turning round."""
MAX_DENSE_SPACING_S = 2.0
"""Records further apart than this do not show a short stand."""
MIN_UNCERTAIN_STAND_S = 10.0
"""Speed told from positions falls to nothing and rises again by their noise alone, and a single one of sparse records
proves little: there standing has to last, and a shorter stir does not end it."""
MAX_BRIDGED_GAP_S = 10.0
"""Missing speed or heart rate up to this long is bridged by a straight line."""


def infer_pauses_from_gaps(t_s: FloatArray, distance_m: FloatArray | None, pauses: Spans) -> Spans:
    """Gaps between records in which the runner got nowhere, without the file saying that the watch was paused.

    Auto-pause of phones and exports without timer events look like this. A gap in which the runner moved on is
    a dropout of the recording, and stays.
    """
    if distance_m is None:
        return as_spans([])
    step_s = np.diff(t_s)
    long = (step_s > MAX_RECORD_GAP_S) & (np.diff(distance_m) < MAX_STANDING_SPEED_MPS * step_s)
    long &= ~contains(pauses, (t_s[1:] + t_s[:-1]) / 2.0)
    return np.column_stack((t_s[:-1][long], t_s[1:][long]))


def speed_from_distance(t_s: FloatArray, distance_m: FloatArray, pauses: Spans) -> FloatArray:
    """Speed in m/s as the slope of the distance curve over about five seconds around each record; 0 within pauses."""
    before = np.interp(t_s - 2.5, t_s, distance_m), np.maximum(t_s - 2.5, t_s[0])
    after = np.interp(t_s + 2.5, t_s, distance_m), np.minimum(t_s + 2.5, t_s[-1])
    width_s = after[1] - before[1]
    speed = np.divide(after[0] - before[0], width_s, out=np.full(len(t_s), np.nan), where=width_s > 0.0)
    return np.where(contains(pauses, t_s), 0.0, speed)


def clean_speed(t_s: FloatArray, raw_mps: FloatArray) -> tuple[FloatArray, tuple[str, ...]]:
    """The device's speed without values that nobody runs; short gaps bridged; and what was done, in words."""
    spikes = (raw_mps > MAX_SPEED_MPS) | (raw_mps < 0.0)
    speed, _ = bridge_gaps(t_s, np.where(spikes, np.nan, raw_mps), MAX_BRIDGED_GAP_S)
    count = int(np.sum(spikes))
    return speed, ((f"{count} impossible speed{'s' * (count > 1)} dropped",) if count else ())


def clean_heart_rate(t_s: FloatArray, raw_bpm: FloatArray) -> FloatArray:
    """Heart rate with what no heart does (below 25, above 240 bpm) taken as missing and short gaps bridged."""
    absurd = (raw_bpm < 25.0) | (raw_bpm > 240.0)
    return bridge_gaps(t_s, np.where(absurd, np.nan, raw_bpm), MAX_BRIDGED_GAP_S)[0]


def find_standing(
    t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, pauses: Spans, *, is_speed_measured: bool
) -> Spans:
    """When the runner stood with the watch running: no speed, or none known, and no steps, for some seconds.

    ``sure`` says whether a device measured the speed, second by second.
    """
    slow = speed_mps < MAX_STANDING_SPEED_MPS
    quiet = cadence_spm < MAX_STANDING_CADENCE_SPM
    still = (slow & ~(cadence_spm >= MAX_STANDING_CADENCE_SPM)) | (np.isnan(speed_mps) & quiet)
    # Smoothed speed dies away long after the last step: a stop starts with the silence that leads into it.
    silences = true_runs(quiet & (speed_mps < MAX_STOP_ONSET_SPEED_MPS))
    stills = np.append(np.flatnonzero(still), len(t_s))
    stop = stills[np.searchsorted(stills, silences[:, 0])]
    leads = (silences[:, 0] < stop) & (stop < silences[:, 1])
    still |= mask_from_runs(np.column_stack((silences[leads, 0], stop[leads])), len(t_s))
    still &= ~contains(pauses, t_s)
    stretches = true_runs(still)
    spans = np.column_stack((t_s[stretches[:, 0]], t_s[np.minimum(stretches[:, 1], len(t_s) - 1)]))
    if not is_speed_measured:
        spans = as_spans(_merge_stands(spans.tolist(), MIN_UNCERTAIN_STAND_S))
    least_s = MIN_STAND_S if is_speed_measured else MIN_UNCERTAIN_STAND_S
    return subtract(spans[spans[:, 1] - spans[:, 0] >= least_s], pauses)


def _merge_stands(spans: list[list[float]], max_stir_s: float) -> list[tuple[float, float]]:
    """The spans with those joined between which less than ``stir_s`` passed, and less than either of them lasts."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < min(max_stir_s, joined[-1][1] - joined[-1][0], end - start):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def find_unknown(t_s: FloatArray, speed_mps: FloatArray, cadence_spm: FloatArray, minus: Spans) -> Spans:
    """Where neither speed nor cadence is known, outside the spans already taken."""
    blank = np.isnan(speed_mps) & np.isnan(cadence_spm)
    stretches = true_runs(blank)
    spans = np.column_stack((t_s[np.maximum(stretches[:, 0] - 1, 0)], t_s[np.minimum(stretches[:, 1], len(t_s) - 1)]))
    return subtract(union(spans), minus)
