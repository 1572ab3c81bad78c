"""Half-made sessions: backward repetitions put into real forward recordings, which keep their noise, stops and habits.

Where a repetition is put, speed falls to a share of the runner's own, cadence moves along the runner's own line to
that speed and then by a factor, and heart rate rises with its lag. Time stays as it was, so the truth is known to the
second.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retropace.core.activity import Activity
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray, Spans, as_spans, contains

CADENCE_SLOPE = (0.12, 0.04)
"""Rise of log cadence over log speed: median and spread over 60 public runners."""
MIN_RUN_S = 600.0
"""Shortest stretch of running into which repetitions are put."""
HEART_RATE_LAG_S = 30.0
"""Time constant of heart rate (Bunc 1988)."""


@dataclass(frozen=True)
class BackwardStyle:
    """How one runner runs backward in one session."""

    speed_share: float
    """Backward speed over the runner's own forward speed, 0.55–0.85."""
    cadence_factor: float
    """Backward cadence over that of the runner's forward line at the same speed, 0.97–1.20."""
    cadence_slope: float
    """Rise of log cadence over log speed on the runner's forward line."""
    extra_bpm: float
    """Rise of heart rate while running backward, 0–35."""
    turn_dip: float
    """Share of speed that is kept for three seconds at a turn; 1 is a turn without a dip."""


@dataclass(frozen=True)
class HalfMade:
    """One real recording with backward repetitions in it."""

    activity: Activity
    style: BackwardStyle
    reps: Spans
    """Backward stretches in elapsed seconds, ``(n, 2)``."""


def draw_style(rng: np.random.Generator, *, hidden: bool) -> BackwardStyle:
    """A style at random; a ``hidden`` one is a runner whose cadence and heart rate give nothing away."""
    return BackwardStyle(
        speed_share=rng.uniform(0.55, 0.85),
        cadence_factor=rng.uniform(0.97, 1.03 if hidden else 1.20),
        cadence_slope=max(rng.normal(*CADENCE_SLOPE), 0.0),
        extra_bpm=rng.uniform(0.0, 4.0 if hidden else 35.0),
        turn_dip=float(rng.choice([1.0, 0.5])),
    )


def make_backward(
    activity: Activity, cleaned: CleanedActivity, rng: np.random.Generator, *, hidden: bool = False
) -> HalfMade | None:
    """Put repetitions into an activity; None if it holds no ten minutes of running with cadence."""
    reps = _draw_reps(cleaned, rng)
    if len(reps) == 0:
        return None
    style = draw_style(rng, hidden=hidden)
    return HalfMade(_transform(activity, cleaned, reps, style, rng), style, reps)


def _draw_reps(cleaned: CleanedActivity, rng: np.random.Generator) -> Spans:
    """Two to eight repetitions of 40–240 s with forward running between them, or, one time in five, a single block."""
    is_run = find_running(cleaned)
    if is_run.sum() < MIN_RUN_S:
        return as_spans([])
    if rng.random() < 0.2:
        rep_s, rest_s, count = rng.uniform(240.0, 600.0), 0.0, 1
    else:
        rep_s = rng.uniform(40.0, 240.0)
        rest_s, count = rep_s * rng.uniform(0.6, 1.8), int(rng.integers(2, 9))
    # At most half of the running is backward, and it starts after a warm-up.
    count = min(count, max(int(0.5 * is_run.sum() / rep_s), 1))
    latest_s = len(is_run) - count * (rep_s + rest_s) - 60.0
    now_s = rng.uniform(240.0, max(latest_s, 300.0))
    reps: list[tuple[float, float]] = []
    while len(reps) < count and now_s + rep_s + 30.0 < len(is_run):
        length_s = rep_s * rng.uniform(0.93, 1.07)
        if is_run[int(now_s) - 10 : int(now_s + length_s) + 10].mean() > 0.97:
            reps.append((now_s, now_s + length_s))
            now_s += length_s + rest_s * rng.uniform(0.85, 1.15)
        else:
            now_s += 15.0
    return as_spans(reps)


def find_running(cleaned: CleanedActivity) -> NDArray[np.bool_]:
    """Which whole seconds are running with cadence."""
    edges_s = np.arange(0.0, np.floor(cleaned.elapsed_s) + 1.0)
    if len(edges_s) < 2:
        return np.zeros(0, dtype=bool)
    middle_s = edges_s[:-1] + 0.5
    with np.errstate(invalid="ignore"):
        fast = np.interp(middle_s, cleaned.t_s, cleaned.speed_mps) > 1.8
        stepping = np.interp(middle_s, cleaned.t_s, cleaned.cadence_spm) > 140.0
    moving = cleaned.increments("moving_s", edges_s) > 0.5
    running: NDArray[np.bool_] = fast & stepping & moving
    return running


def _transform(
    activity: Activity, cleaned: CleanedActivity, reps: Spans, style: BackwardStyle, rng: np.random.Generator
) -> Activity:
    """The activity with speed, distance, cadence and heart rate of the repetitions changed."""
    samples = activity.samples
    grid_s = np.arange(0.0, cleaned.elapsed_s + 2.0)
    log_speed, log_cadence, extra_bpm = (np.zeros(len(grid_s)) for _ in range(3))
    for start_s, end_s in reps.tolist():
        inside = contains(as_spans([(start_s, end_s)]), grid_s)
        share = np.log(style.speed_share) + rng.normal(0.0, 0.025)
        log_speed[inside] = share
        log_cadence[inside] = style.cadence_slope * share + np.log(style.cadence_factor) + rng.normal(0.0, 0.006)
        extra_bpm[inside] = style.extra_bpm
    turns = contains(as_spans([(edge - 1.5, edge + 1.5) for edge in reps.ravel().tolist()]), grid_s)
    true_log_speed = log_speed + np.where(turns, np.log(style.turn_dip), 0.0)
    recorded_s = np.nan_to_num(samples.t_s - samples.t_s[0])
    # Watches smooth speed over about eight seconds and cadence over about six.
    speed_factor = np.interp(recorded_s, grid_s, np.exp(_trailing_mean(true_log_speed, 8)))
    cadence_factor = np.interp(recorded_s, grid_s, np.exp(_trailing_mean(log_cadence, 6)))
    added_bpm = np.interp(recorded_s, grid_s, _first_order(extra_bpm, HEART_RATE_LAG_S))
    steps_m = np.diff(samples.distance_m, prepend=samples.distance_m[:1])
    known = np.isfinite(steps_m)
    counted_m = np.cumsum(np.where(known, steps_m, 0.0) * np.interp(recorded_s, grid_s, np.exp(true_log_speed)))
    changed = replace(
        samples,
        speed_mps=samples.speed_mps * speed_factor,
        distance_m=np.where(np.isfinite(samples.distance_m), counted_m, np.nan),
        cadence_recorded=samples.cadence_recorded * cadence_factor,
        heart_rate_bpm=np.round(samples.heart_rate_bpm + added_bpm),
    )
    return replace(activity, samples=changed, laps=(), workout_steps=(), splits=(), waypoints=())


def _trailing_mean(values: FloatArray, width: int) -> FloatArray:
    """The mean of each value and those before it."""
    padded = np.concatenate((np.full(width - 1, values[0]), values))
    return np.convolve(padded, np.full(width, 1.0 / width), mode="valid")


def _first_order(values: FloatArray, lag: float) -> FloatArray:
    """A first-order response to values a second apart."""
    answer = np.zeros(len(values))
    for index in range(1, len(values)):
        answer[index] = answer[index - 1] + (values[index] - answer[index - 1]) / lag
    return answer


def moving_seconds(cleaned: CleanedActivity) -> FloatArray:
    """The middles of all whole seconds that were spent moving."""
    edges_s = np.arange(0.0, np.floor(cleaned.elapsed_s) + 1.0)
    if len(edges_s) < 2:
        return np.zeros(0)
    return edges_s[:-1][cleaned.increments("moving_s", edges_s) > 0.5] + 0.5
