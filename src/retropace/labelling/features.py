"""What a stretch looks like: its pace, its cadence and the heart rate it asks for, and how surely each is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.gait import classify_gait, has_lost_steps
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray

TRIM_S, TRIM_SHARE = 5.0, 0.2
"""Left out at each end of a stretch, where a watch's smoothing mixes it with its neighbour."""
REP_LOG_SPEED_SD, REP_LOG_CADENCE_SD, REP_HR_SD_BPM = 0.03, 0.008, 2.5
"""By how much repetitions at one effort differ: pace by 3 %, cadence by 1 %, heart rate by 2–3 bpm. Measured between
like laps of the public recordings."""
DEVICE_LOG_SPEED_NOISE_SD, LOG_CADENCE_NOISE_SD = 0.08, 0.025
"""By how much the means over ten seconds of one steady stretch differ, measured there too."""
POSITION_LOG_SPEED_NOISE_SD = 0.16
"""The same for speed that has to be told from positions."""
MAX_LOST_STEP_SHARE = 0.25
"""A sensor that loses steps for a greater share of the time tells nothing in the rest either. It was 0.69 in the one
such run of the public recordings, at most 0.11 in others of some length."""
HR_TIME_CONSTANT_S, HR_TIME_CONSTANT_SD_S = 30.0, 12.0
"""Heart rate follows effort with a time constant of about half a minute, which differs between people (Bunc 1988, Eur J
Appl Physiol 57:1)."""
HR_END_WINDOW_S, HR_END_SD_BPM = 8.0, 1.5
"""Heart rate at the ends of a stretch is a mean over so long, which errs by so much."""
ALTITUDE_ERROR_LENGTH_M, MAX_GRADE = 40.0, 0.25
"""Over less than this altitude errs by as much as it changes, and nobody runs up what is steeper."""


LOG_SPEED_PER_GRADE = 3.0
"""A grade of 1 % costs 5 % of energy and, paid by two thirds in pace, 3 % of speed (Minetti 2002, J Appl Physiol
93:1039)."""


@dataclass(frozen=True, slots=True)
class StretchFeatures:
    """``(n,)`` columns, a row per stretch; NaN where a figure is not known, and variances beside them."""

    log_speed: FloatArray
    log_grade_adjusted_speed: FloatArray
    """What the same effort would have given on the flat."""
    log_speed_var: FloatArray
    log_cadence: FloatArray
    log_cadence_var: FloatArray
    steady_state_hr_bpm: FloatArray
    """The heart rate that the stretch would lead to if it lasted: its mean and what its slope still promises."""
    steady_state_hr_var: FloatArray
    grade: FloatArray
    """Rise per metre; 0 where altitude is not known."""
    duration_s: FloatArray
    midpoint_s: FloatArray
    """The middle of it, in elapsed seconds."""
    gait: StrArray

    def __len__(self) -> int:
        return len(self.duration_s)


def extract_features(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> StretchFeatures:
    """The looks of stretches ``[start_s[i], end_s[i])``, which may overlap."""
    length = end_s - start_s
    trim = np.minimum(TRIM_S, TRIM_SHARE * length)
    inner = stats_from_increments(_span_increments(cleaned, start_s + trim, end_s - trim), cleaned)
    noise = DEVICE_LOG_SPEED_NOISE_SD if cleaned.speed_source == "device" else POSITION_LOG_SPEED_NOISE_SD
    speed_var, cadence_var = measurement_variances(length, noise)
    cadence = _plausible_cadence(inner.speed_mps, inner.cadence_spm, length)
    demand, demand_var = _steady_state_heart_rate(cleaned, start_s, end_s)
    grade = mean_grade(cleaned, start_s, end_s)
    return StretchFeatures(
        log_speed=np.log(inner.speed_mps),
        log_grade_adjusted_speed=np.log(inner.speed_mps) + LOG_SPEED_PER_GRADE * grade,
        log_speed_var=speed_var,
        log_cadence=np.log(cadence),
        log_cadence_var=cadence_var,
        steady_state_hr_bpm=demand,
        steady_state_hr_var=demand_var,
        grade=grade,
        duration_s=length,
        midpoint_s=(start_s + end_s) / 2.0,
        gait=classify_gait(inner.speed_mps, cadence),
    )


def _plausible_cadence(speed_mps: FloatArray, cadence_spm: FloatArray, duration_s: FloatArray) -> FloatArray:
    """The cadences that are possible at their speed; none of a sensor that often loses steps."""
    lost = has_lost_steps(speed_mps, cadence_spm)
    known_s = float(duration_s[np.isfinite(cadence_spm) & np.isfinite(speed_mps)].sum())
    if known_s > 0.0 and float(duration_s[lost].sum()) > MAX_LOST_STEP_SHARE * known_s:
        return np.full(len(cadence_spm), np.nan)
    return np.where(lost, np.nan, cadence_spm)


def measurement_variances(
    duration_s: FloatArray, speed_noise_sd: float = DEVICE_LOG_SPEED_NOISE_SD
) -> tuple[FloatArray, FloatArray]:
    """The variances of log speed and log cadence of stretches so long."""
    tens = 10.0 / np.maximum(duration_s - 2.0 * np.minimum(TRIM_S, TRIM_SHARE * duration_s), 1.0)
    return REP_LOG_SPEED_SD**2 + speed_noise_sd**2 * tens, REP_LOG_CADENCE_SD**2 + LOG_CADENCE_NOISE_SD**2 * tens


def _steady_state_heart_rate(
    cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where heart rate is heading, and the variance of that.

    A heart that follows effort exponentially is one time constant's worth of its slope away from where it is heading.
    """
    length = end_s - start_s
    (whole, first, last) = (
        stats_from_increments(_span_increments(cleaned, start, end), cleaned).heart_rate_bpm
        for start, end in (
            (start_s, end_s),
            (start_s, np.minimum(start_s + HR_END_WINDOW_S, end_s)),
            (np.maximum(end_s - HR_END_WINDOW_S, start_s), end_s),
        )
    )
    slope = (last - first) / np.maximum(length - HR_END_WINDOW_S, HR_END_WINDOW_S)
    errors2 = (HR_TIME_CONSTANT_SD_S * slope) ** 2 + (HR_END_SD_BPM * HR_TIME_CONSTANT_S / np.maximum(length, 1.0)) ** 2
    return whole + HR_TIME_CONSTANT_S * slope, REP_HR_SD_BPM**2 + errors2


def mean_grade(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> FloatArray:
    """The rise per metre of stretches, by their ends; 0 where altitude is not known."""
    there = np.isfinite(cleaned.altitude_m)
    if there.sum() < 2:
        return np.zeros(len(start_s))
    times, heights = cleaned.t_s[there], cleaned.altitude_m[there]
    rise = np.interp(end_s, times, heights) - np.interp(start_s, times, heights)
    way = cleaned.value_at("distance_m", end_s) - cleaned.value_at("distance_m", start_s)
    return np.clip(rise / (way + ALTITUDE_ERROR_LENGTH_M), -MAX_GRADE, MAX_GRADE)


def _span_increments(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> dict[str, FloatArray]:
    """What accrues of every curve within each span."""
    edges = np.column_stack((start_s, end_s)).ravel()
    return {name: gain[::2] for name, gain in curve_increments(cleaned, edges).items()}
