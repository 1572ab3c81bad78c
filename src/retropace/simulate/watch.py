"""Simulation of a watch: smoothed speed, delayed cadence, erroneous positions and lost records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.activity import Samples
from retropace.core.spans import FloatArray, Spans, as_spans, contains
from retropace.simulate.body import Motion
from retropace.simulate.place import SimulatedPlace

MIN_SPEED_MPS = 0.15
"""Lowest smoothed speed in m/s that a watch shows; for lower ones it records 0."""
SMART_SPEED_CHANGE_MPS = 0.25
"""Change of speed in m/s since the last record; at a larger change, smart recording writes a new record."""
SMART_CADENCE_CHANGE_SPM = 12.0
"""Change of cadence in steps per minute since the last record; at a larger change, smart recording writes a new
record."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a simulated watch records, with its errors and delays.

    In real recordings of a change of pace at a press of the lap button, speed changes 2–13 s and cadence 4 s after the
    press.
    """

    speed_time_constant_s: float = 4.0
    """Time constant in seconds of the exponential smoothing of speed."""
    cadence_lag_s: int = 3
    position_error_sd_m: float = 1.8
    """Standard deviation of the position error along each of the two axes, in metres; real watches have 2–4 m in the
    open."""
    position_correlation_time_s: float = 45.0
    """Correlation time in seconds of the position error, which is an Ornstein–Uhlenbeck process (a random walk pulled
    back to 0); GPS errors last for tens of seconds."""
    smart_recording: bool = False
    """Whether the watch writes a record when speed or cadence changes, and otherwise every 3 to 10 seconds, instead of
    at a fixed interval."""
    record_interval_s: int = 1
    """Seconds between two records if ``smart_recording`` is off."""
    treadmill_error_share: float = 0.03
    """Relative error of distance on a treadmill, where the watch estimates it from steps."""
    cadence_resolution_spm: int = 1
    """Smallest difference between two recorded cadences, in steps per minute; 2 if the watch counts strides of two
    steps."""
    autolap_m: float = 0.0
    """Distance in metres after which the watch ends a lap by itself; 0 if it never does."""
    dropout_spans: Spans | None = None
    """Time spans, in elapsed seconds, in which no record is written; None for none."""
    arms_still_spans: Spans | None = None
    """Time spans in which no steps are counted because the arms are still, for example on a rail; None for none."""
    strap_off_spans: Spans | None = None
    """Time spans in which no heart rate is recorded because the chest strap is off; None for none."""


def record(
    motion: Motion, place: SimulatedPlace, watch: Watch, recorded_seconds: FloatArray, rng: np.random.Generator
) -> Samples:
    """Record a motion with all errors and losses of the watch.

    ``recorded_seconds`` are the rows of the motion in which the watch is not paused.
    """
    count = len(motion.t_s)
    east_m, north_m = place.positions(motion.distance_m)
    east_m = east_m + _draw_position_error(count, watch, rng)
    north_m = north_m + _draw_position_error(count, watch, rng)
    lat_deg, lon_deg = place.degrees(east_m, north_m)
    decay = np.exp(-1.0 / watch.speed_time_constant_s)
    is_indoor = place.kind == "treadmill"
    speed_factor = 1.0 + (watch.treadmill_error_share if is_indoor else 0.0)
    smooth_mps: FloatArray = np.empty(count)
    level = 0.0
    for row, speed in enumerate(motion.speed_mps.tolist()):
        level = decay * level + (1.0 - decay) * speed
        smooth_mps[row] = level
    smooth_mps = np.where(smooth_mps < MIN_SPEED_MPS, 0.0, smooth_mps * speed_factor)
    # A watch sums up its speed, not the distances between its positions.
    distance_m: FloatArray = np.concatenate(([0.0], np.cumsum(smooth_mps[1:])))
    delay = watch.cadence_lag_s
    delayed_spm = np.concatenate((np.zeros(delay), motion.cadence_spm[: count - delay]))
    strides_per_min = watch.cadence_resolution_spm * np.round(delayed_spm / watch.cadence_resolution_spm) / 2.0
    rows = recorded_seconds.astype(np.intp)
    rows = rows[~contains(_spans_or_empty(watch.dropout_spans), motion.t_s[rows])][:: watch.record_interval_s]
    if watch.smart_recording:
        rows = rows[_select_smart_records(smooth_mps[rows], delayed_spm[rows], rng)]
    has_still_arms = contains(_spans_or_empty(watch.arms_still_spans), motion.t_s)
    has_no_strap = contains(_spans_or_empty(watch.strap_off_spans), motion.t_s)
    columns: dict[str, FloatArray] = {
        "distance_m": np.round(distance_m, 2),
        "speed_mps": np.round(smooth_mps, 3),
        "cadence_recorded": np.where(has_still_arms, 0.0, strides_per_min),
        "heart_rate_bpm": np.where(has_no_strap, np.nan, np.round(motion.heart_rate_bpm)),
    }
    if not is_indoor:
        altitude_m = np.round(5.0 * place.altitude_m(motion.distance_m)) / 5.0
        columns |= {"lat_deg": lat_deg, "lon_deg": lon_deg, "altitude_m": altitude_m}
    return Samples.from_columns(
        motion.t_s[rows], None, None, **{name: column[rows] for name, column in columns.items()}
    )


def _spans_or_empty(spans: Spans | None) -> Spans:
    return as_spans([]) if spans is None else spans


def _draw_position_error(count: int, watch: Watch, rng: np.random.Generator) -> FloatArray:
    """Draw the position error along one axis, in metres for each second.

    It is an exactly discretised Ornstein–Uhlenbeck process (a random walk pulled back to 0).
    """
    decay = float(np.exp(-1.0 / watch.position_correlation_time_s))
    innovations = rng.normal(0.0, watch.position_error_sd_m * np.sqrt(1.0 - decay**2), count)
    error_m = np.empty(count)
    level = float(rng.normal(0.0, watch.position_error_sd_m))
    for row, innovation in enumerate(innovations.tolist()):
        level = decay * level + innovation
        error_m[row] = level
    return error_m


def _select_smart_records(speed_mps: FloatArray, cadence_spm: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the rows that smart recording writes.

    A row is written if speed or cadence has changed since the last written row, or if that lies 3 to 10 rows back
    (drawn at random).
    """
    written = [0]
    max_interval = 6
    for row in range(1, len(speed_mps)):
        last = written[-1]
        has_changed = (
            abs(speed_mps[row] - speed_mps[last]) > SMART_SPEED_CHANGE_MPS
            or abs(cadence_spm[row] - cadence_spm[last]) > SMART_CADENCE_CHANGE_SPM
        )
        if has_changed or row - last >= max_interval or row == len(speed_mps) - 1:
            written.append(row)
            max_interval = int(rng.integers(3, 11))
    return np.array(written, dtype=np.float64).astype(np.intp)
