"""Simulation of a watch: smoothed speed, delayed cadence, erroneous positions and lost records."""

from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Samples
from retropace.core.spans import FloatArray, Spans, as_spans, contains, cumulate
from retropace.simulate.body import Motion
from retropace.simulate.place import SimulatedPlace

MIN_SPEED_MPS = 0.15
"""Lowest smoothed speed in m/s that a watch shows; for lower ones it records 0."""
SMART_SPEED_CHANGE_MPS = 0.25
"""Change of speed in m/s since the last record above which smart recording writes a new one."""
SMART_CADENCE_CHANGE_SPM = 12.0
"""Change of cadence in steps per minute since the last record above which smart recording writes a new one."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How a simulated watch records, with its errors and delays."""

    speed_time_constant_s: float = 4.0  # time constant in seconds of the exponential smoothing of speed
    cadence_lag_s: int = 3
    position_error_sd_m: float = 1.8  # along each of the two axes; real watches: 2–4 in the open
    position_correlation_time_s: float = 45.0  # of the position error (an Ornstein–Uhlenbeck process)
    smart_recording: bool = False  # whether records are written at changes, and otherwise every 3 to 10 seconds
    record_interval_s: int = 1
    treadmill_error_share: float = 0.03  # relative error of distance on a treadmill, estimated from steps
    cadence_resolution_spm: int = 1  # smallest difference between two recorded values; 2 if strides are counted
    autolap_m: float = 0.0  # distance in metres after which the watch ends a lap by itself; 0 if it never does
    dropout_spans: Spans = field(default_factory=partial(as_spans, ()))  # spans in which no record is written
    arms_still_spans: Spans = field(default_factory=partial(as_spans, ()))  # in which no steps are counted
    strap_off_spans: Spans = field(default_factory=partial(as_spans, ()))  # in which no heart rate is recorded


def record(
    motion: Motion, place: SimulatedPlace, watch: Watch, is_recorded: NDArray[np.bool_], rng: np.random.Generator
) -> Samples:
    """Record a motion with all errors and losses of the watch, in the seconds in which it ``is_recorded``, ``(n,)``."""
    east_m, north_m = place.positions(motion.distance_m)
    east_m = east_m + _draw_position_error(len(east_m), watch, rng)
    north_m = north_m + _draw_position_error(len(north_m), watch, rng)
    lat_deg, lon_deg = place.degrees(east_m, north_m)
    decay = float(np.exp(-1.0 / watch.speed_time_constant_s))
    is_indoor = place.kind == "treadmill"
    speed_factor = 1.0 + (watch.treadmill_error_share if is_indoor else 0.0)
    smooth_mps = _accumulate((1.0 - decay) * motion.speed_mps, decay, 0.0)
    smooth_mps = np.where(smooth_mps < MIN_SPEED_MPS, 0.0, smooth_mps * speed_factor)
    delay = watch.cadence_lag_s
    delayed_spm = np.concatenate((np.zeros(delay), motion.cadence_spm[: len(motion.t_s) - delay]))
    strides_per_min = watch.cadence_resolution_spm * np.round(delayed_spm / watch.cadence_resolution_spm) / 2.0
    rows = np.flatnonzero(is_recorded & ~contains(watch.dropout_spans, motion.t_s))[:: watch.record_interval_s]
    if watch.smart_recording:
        rows = rows[_select_smart_records(smooth_mps[rows], delayed_spm[rows], rng)]
    has_no_strap = contains(watch.strap_off_spans, motion.t_s)
    columns: dict[str, FloatArray] = {
        # A watch sums up its speed, not the distances between its positions.
        "distance_m": np.round(cumulate(smooth_mps[1:]), 2),
        "speed_mps": np.round(smooth_mps, 3),
        "cadence_recorded": np.where(contains(watch.arms_still_spans, motion.t_s), 0.0, strides_per_min),
        "heart_rate_bpm": np.where(has_no_strap, np.nan, np.round(motion.heart_rate_bpm)),
    }
    if not is_indoor:
        altitude_m = np.round(5.0 * place.altitude_m(motion.distance_m)) / 5.0
        columns |= {"lat_deg": lat_deg, "lon_deg": lon_deg, "altitude_m": altitude_m}
    recorded = {name: column[rows] for name, column in columns.items()}
    return Samples.from_columns(motion.t_s[rows], None, None, **recorded)


def _accumulate(increments: FloatArray, decay: float, start: float) -> FloatArray:
    """Return the recursive sums in which each value is ``decay`` times the one before plus an increment."""
    values = accumulate(increments.tolist(), lambda level, increment: decay * level + increment, initial=start)
    return np.array(list(values)[1:])


def _draw_position_error(count: int, watch: Watch, rng: np.random.Generator) -> FloatArray:
    """Draw the position error along one axis, in metres for each second: an exact Ornstein–Uhlenbeck process."""
    decay = float(np.exp(-1.0 / watch.position_correlation_time_s))
    innovations = rng.normal(0.0, watch.position_error_sd_m * np.sqrt(1.0 - decay**2), count)
    return _accumulate(innovations, decay, float(rng.normal(0.0, watch.position_error_sd_m)))


def _select_smart_records(speed_mps: FloatArray, cadence_spm: FloatArray, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the rows that smart recording writes: at a change since the last one written, else after 3 to 10 rows."""
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
    return np.array(written, dtype=np.intp)


def draw_watch(rng: np.random.Generator, length_s: float, indoor: bool = False) -> Watch:
    """Draw a watch for a session of ``length_s`` seconds; most write a record each second and lose nothing."""
    return Watch(
        speed_time_constant_s=float(rng.uniform(2.0, 8.0)),
        cadence_lag_s=int(rng.integers(2, 7)),
        position_error_sd_m=float(rng.uniform(1.5, 4.0)),
        smart_recording=bool(rng.random() < 0.2),
        treadmill_error_share=float(rng.uniform(-0.08, 0.08)),
        cadence_resolution_spm=int(rng.choice([1, 2])),
        autolap_m=float(rng.choice([0.0, 0.0, 1000.0])),
        dropout_spans=_draw_spans(rng, length_s, 0.1, (10.0, 60.0)),
        arms_still_spans=_draw_spans(rng, length_s, 0.4 if indoor else 0.05, (40.0, 240.0)),
        strap_off_spans=as_spans([(0.0, length_s)])
        if rng.random() < 0.15
        else _draw_spans(rng, length_s, 0.1, (30.0, 300.0)),
    )


def _draw_spans(
    rng: np.random.Generator, length_s: float, probability: float, duration_range_s: tuple[float, float]
) -> Spans:
    """Draw, with the given probability, one or two time spans within a session of ``length_s`` seconds; else none."""
    if rng.random() >= probability:
        return as_spans([])
    spans = []
    for _ in range(int(rng.integers(1, 3))):
        start = float(round(rng.uniform(30.0, max(length_s - duration_range_s[1] - 30.0, 31.0))))
        spans.append((start, start + float(round(rng.uniform(*duration_range_s)))))
    return as_spans([(start, min(end, length_s - 20.0)) for start, end in spans if start < length_s - 20.0])
