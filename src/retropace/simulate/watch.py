"""What a watch makes of it: smoothed speed, late cadence, wandering positions, a coarse clock, and what it loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.activity import Samples
from retropace.core.spans import FloatArray, Spans, as_spans, contains
from retropace.simulate.body import Motion
from retropace.simulate.place import SimulatedPlace


@dataclass(frozen=True, slots=True)
class Watch:
    """How a watch records. The lags are the usual ones at real lap marks: speed 2–13 s, cadence about 4 s."""

    speed_time_constant_s: float = 4.0
    """Time constant of the smoothing of speed."""
    cadence_lag_s: int = 3
    position_error_sd_m: float = 1.8
    """Standard deviation of the position error per axis, 2–4 m in the open for watches."""
    position_correlation_time_s: float = 45.0
    """Time over which the error wanders (Ornstein & Uhlenbeck 1930; GPS errors are correlated over tens of seconds)."""
    smart_recording: bool = False
    """Whether only every few seconds a record is written."""
    record_interval_s: int = 1
    """Seconds between records otherwise."""
    treadmill_error_share: float = 0.03
    """How much the watch's step model misjudges distance where it has no positions."""
    cadence_resolution_spm: int = 1
    """Cadence is a whole multiple of this; 2 where turns of one foot are written as whole numbers."""
    autolap_m: float = 0.0
    """It ends a lap by itself every so often; 0 for never."""
    dropout_spans: Spans | None = None
    """Stretches without any record."""
    arms_still_spans: Spans | None = None
    """Stretches with the arms still (on a rail, a phone in the hand), in which it counts no steps."""
    strap_off_spans: Spans | None = None
    """Stretches without heart rate."""


def record(
    motion: Motion, place: SimulatedPlace, watch: Watch, recorded_seconds: FloatArray, rng: np.random.Generator
) -> Samples:
    """The records of the seconds in ``keep`` (indices), with everything a watch adds and loses."""
    count = len(motion.t_s)
    east, north = place.positions(motion.distance_m)
    east, north = east + _draw_position_error(count, watch, rng), north + _draw_position_error(count, watch, rng)
    lat, lon = place.degrees(east, north)
    decay = np.exp(-1.0 / watch.speed_time_constant_s)
    indoor = place.kind == "treadmill"
    factor = 1.0 + (watch.treadmill_error_share if indoor else 0.0)
    smooth: FloatArray = np.empty(count)
    level = 0.0
    for at, speed in enumerate(motion.speed_mps.tolist()):
        level = decay * level + (1.0 - decay) * speed
        smooth[at] = level
    smooth = np.where(smooth < 0.15, 0.0, smooth * factor)
    # The watch's distance is the sum of what it takes for the speed, not of its positions.
    distance: FloatArray = np.concatenate(([0.0], np.cumsum(smooth[1:])))
    late = np.concatenate((np.zeros(watch.cadence_lag_s), motion.cadence_spm[: count - watch.cadence_lag_s]))
    one_foot = watch.cadence_resolution_spm * np.round(late / watch.cadence_resolution_spm) / 2.0
    rows = recorded_seconds.astype(np.intp)
    rows = rows[~contains(_spans_or_empty(watch.dropout_spans), motion.t_s[rows])][:: watch.record_interval_s]
    if watch.smart_recording:
        rows = rows[_select_smart_records(smooth[rows], late[rows], rng)]
    still, off = (
        contains(_spans_or_empty(watch.arms_still_spans), motion.t_s),
        contains(_spans_or_empty(watch.strap_off_spans), motion.t_s),
    )
    columns: dict[str, FloatArray] = {
        "distance_m": np.round(distance, 2),
        "speed_mps": np.round(smooth, 3),
        "cadence_recorded": np.where(still, 0.0, one_foot),
        "heart_rate_bpm": np.where(off, np.nan, np.round(motion.heart_rate_bpm)),
    }
    if not indoor:
        altitude = np.round(5.0 * place.altitude_m(motion.distance_m)) / 5.0
        columns |= {"lat_deg": lat, "lon_deg": lon, "altitude_m": altitude}
    return Samples.from_columns(
        motion.t_s[rows], None, None, **{name: column[rows] for name, column in columns.items()}
    )


def _spans_or_empty(spans: Spans | None) -> Spans:
    return as_spans([]) if spans is None else spans


def _draw_position_error(count: int, watch: Watch, rng: np.random.Generator) -> FloatArray:
    """A slowly wandering error (exact discretisation of an Ornstein–Uhlenbeck process at one second)."""
    keep = float(np.exp(-1.0 / watch.position_correlation_time_s))
    kicks = rng.normal(0.0, watch.position_error_sd_m * np.sqrt(1.0 - keep**2), count)
    error = np.empty(count)
    level = float(rng.normal(0.0, watch.position_error_sd_m))
    for at, kick in enumerate(kicks.tolist()):
        level = keep * level + kick
        error[at] = level
    return error


def _select_smart_records(speed_mps: FloatArray, cadence_spm: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Which records smart recording keeps: a change of speed or cadence, else one in up to ten seconds."""
    kept = [0]
    patience = 6
    for at in range(1, len(speed_mps)):
        last = kept[-1]
        changed = abs(speed_mps[at] - speed_mps[last]) > 0.25 or abs(cadence_spm[at] - cadence_spm[last]) > 12.0
        if changed or at - last >= patience or at == len(speed_mps) - 1:
            kept.append(at)
            patience = int(rng.integers(3, 11))
    return np.array(kept, dtype=np.float64).astype(np.intp)
