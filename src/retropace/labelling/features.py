"""Features of stretches: speed, cadence and steady-state heart rate, each with the variance of its measurement."""

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.gait import classify_gait, has_lost_steps
from retropace.core.grade import LOG_SPEED_PER_GRADE, mean_grade
from retropace.core.segment_stats import curve_increments, stats_from_increments
from retropace.core.segments import StrArray
from retropace.core.spans import FloatArray

TRIM_S = 5.0
"""Seconds left out at each end of a stretch, where the smoothing of the watch mixes it with its neighbour."""
TRIM_SHARE = 0.2
"""Largest share of a stretch's duration that is left out at each end, where it limits ``TRIM_S`` in short stretches."""
REP_LOG_SPEED_SD = 0.03
"""Standard deviation of log speed between comparable laps, measured on published recordings."""
REP_LOG_CADENCE_SD = 0.008
"""Standard deviation of log cadence between comparable laps, measured on published recordings."""
REP_HR_SD_BPM = 2.5
"""Standard deviation of heart rate between comparable laps, which is 2–3 bpm in published recordings."""
DEVICE_LOG_SPEED_NOISE_SD = 0.08
"""Standard deviation of log speed between ten-second means of one steady stretch, on published recordings."""
LOG_CADENCE_NOISE_SD = 0.025
"""Standard deviation of log cadence between ten-second means of one steady stretch, on published recordings."""
POSITION_LOG_SPEED_NOISE_SD = 0.16
"""Standard deviation of the log of speed from positions between ten-second means of one steady stretch."""
MAX_LOST_STEP_SHARE = 0.25
"""Share of time with lost steps above which all cadence is dropped; recordings have up to 0.11, and one 0.69."""
HR_TIME_CONSTANT_S = 30.0
"""Time constant (s) with which heart rate follows effort (Bunc 1988, Eur J Appl Physiol 57:1)."""
HR_TIME_CONSTANT_SD_S = 12.0
"""Standard deviation (s) between people of the time constant of heart rate (Bunc 1988)."""
HR_END_WINDOW_S = 8.0
"""Seconds at each end of a stretch over which heart rate is averaged to find its slope."""
HR_END_SD_BPM = 1.5
"""Standard error (bpm) of mean heart rate over ``HR_END_WINDOW_S``."""


@dataclass(frozen=True, slots=True, eq=False)
class StretchFeatures:
    """Features of ``n`` stretches by which forward and backward differ, as ``(n,)`` columns; NaN where unknown."""

    log_speed: FloatArray  # natural logarithm of the mean speed in m/s
    log_grade_adjusted_speed: FloatArray  # natural logarithm of the speed in m/s that the same effort gives on the flat
    log_speed_var: FloatArray
    log_cadence: FloatArray  # natural logarithm of the mean cadence in steps per minute
    log_cadence_var: FloatArray
    steady_state_hr_bpm: FloatArray  # heart rate in bpm that the effort would lead to if it lasted
    steady_state_hr_var: FloatArray
    grade: FloatArray  # mean rise per metre of distance; 0 where altitude is unknown
    duration_s: FloatArray
    midpoint_s: FloatArray  # middle of the stretch in elapsed seconds
    gait: StrArray  # gait: ``run``, ``walk`` or, where nothing is known or the runner stood, empty

    def __len__(self) -> int:
        return len(self.duration_s)


def extract_features(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> StretchFeatures:
    """Return the features of the stretches ``[start_s[i], end_s[i])``, ``(n,)`` each, which may overlap."""
    duration_s = end_s - start_s
    trim_s = np.minimum(TRIM_S, TRIM_SHARE * duration_s)
    inner = stats_from_increments(_span_increments(cleaned, start_s + trim_s, end_s - trim_s), cleaned)
    speed_noise_sd = DEVICE_LOG_SPEED_NOISE_SD if cleaned.speed_source == "device" else POSITION_LOG_SPEED_NOISE_SD
    speed_var, cadence_var = measurement_variances(duration_s, speed_noise_sd)
    cadence_spm = _plausible_cadence(inner.speed_mps, inner.cadence_spm, duration_s)
    hr_bpm, hr_var = _steady_state_heart_rate(cleaned, start_s, end_s)
    grade = mean_grade(cleaned, start_s, end_s)
    return StretchFeatures(
        log_speed=np.log(inner.speed_mps),
        log_grade_adjusted_speed=np.log(inner.speed_mps) + LOG_SPEED_PER_GRADE * grade,
        log_speed_var=speed_var,
        log_cadence=np.log(cadence_spm),
        log_cadence_var=cadence_var,
        steady_state_hr_bpm=hr_bpm,
        steady_state_hr_var=hr_var,
        grade=grade,
        duration_s=duration_s,
        midpoint_s=(start_s + end_s) / 2.0,
        gait=classify_gait(inner.speed_mps, cadence_spm),
    )


def _plausible_cadence(speed_mps: FloatArray, cadence_spm: FloatArray, duration_s: FloatArray) -> FloatArray:
    """Return cadences with NaN where impossible at their speed, or everywhere if the sensor often loses steps."""
    lost = has_lost_steps(speed_mps, cadence_spm)
    known_s = float(duration_s[np.isfinite(cadence_spm) & np.isfinite(speed_mps)].sum())
    if known_s > 0.0 and float(duration_s[lost].sum()) > MAX_LOST_STEP_SHARE * known_s:
        return np.full(len(cadence_spm), np.nan)
    return np.where(lost, np.nan, cadence_spm)


def measurement_variances(
    duration_s: FloatArray, speed_noise_sd: float = DEVICE_LOG_SPEED_NOISE_SD
) -> tuple[FloatArray, FloatArray]:
    """Return the variances of log speed and log cadence, ``(n,)`` each: between reps, and noise that averages out."""
    trimmed_s = duration_s - 2.0 * np.minimum(TRIM_S, TRIM_SHARE * duration_s)
    shrinkage = 10.0 / np.maximum(trimmed_s, 1.0)
    cadence_var = REP_LOG_CADENCE_SD**2 + LOG_CADENCE_NOISE_SD**2 * shrinkage
    return REP_LOG_SPEED_SD**2 + speed_noise_sd**2 * shrinkage, cadence_var


def _steady_state_heart_rate(
    cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the heart rate in bpm that each effort leads to if it lasts (a first-order response), and its variance."""
    duration_s = end_s - start_s
    mean_bpm, first_bpm, last_bpm = (
        stats_from_increments(_span_increments(cleaned, span_start_s, span_end_s), cleaned).heart_rate_bpm
        for span_start_s, span_end_s in (
            (start_s, end_s),
            (start_s, np.minimum(start_s + HR_END_WINDOW_S, end_s)),
            (np.maximum(end_s - HR_END_WINDOW_S, start_s), end_s),
        )
    )
    slope = (last_bpm - first_bpm) / np.maximum(duration_s - HR_END_WINDOW_S, HR_END_WINDOW_S)
    error_var = (HR_TIME_CONSTANT_SD_S * slope) ** 2
    error_var = error_var + (HR_END_SD_BPM * HR_TIME_CONSTANT_S / np.maximum(duration_s, 1.0)) ** 2
    return mean_bpm + HR_TIME_CONSTANT_S * slope, REP_HR_SD_BPM**2 + error_var


def _span_increments(cleaned: CleanedActivity, start_s: FloatArray, end_s: FloatArray) -> dict[str, FloatArray]:
    edges_s = np.column_stack((start_s, end_s)).ravel()
    return {name: increments[::2] for name, increments in curve_increments(cleaned, edges_s).items()}
