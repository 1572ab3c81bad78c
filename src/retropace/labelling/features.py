"""What a stretch looks like: its pace, its cadence and the heart rate it asks for, and how surely each is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from retropace.core.cleaned_activity import Track
from retropace.core.gait import lost_steps, tell_gait
from retropace.core.segment_stats import figures_of, gains_between
from retropace.core.segments import Words
from retropace.core.spans import Column

TRIM_S, TRIM_SHARE = 5.0, 0.2
"""Left out at each end of a stretch, where a watch's smoothing mixes it with its neighbour."""
SPEED_SPREAD, CADENCE_SPREAD, BEATS_SPREAD = 0.03, 0.008, 2.5
"""By how much repetitions at one effort differ: pace by 3 %, cadence by 1 %, heart rate by 2–3 bpm. Measured between
like laps of the public recordings."""
SPEED_NOISE, CADENCE_NOISE = 0.08, 0.025
"""By how much the means over ten seconds of one steady stretch differ, measured there too."""
POSITION_NOISE = 0.16
"""The same for speed that has to be told from positions."""
UNRELIABLE = 0.25
"""A sensor that loses steps for a greater share of the time tells nothing in the rest either. It was 0.69 in the one
such run of the public recordings, at most 0.11 in others of some length."""
BEATS_LAG_S, BEATS_LAG_SPREAD_S = 30.0, 12.0
"""Heart rate follows effort with a time constant of about half a minute, which differs between people (Bunc 1988, Eur J
Appl Physiol 57:1)."""
BEATS_ENDS_S, BEATS_NOISE = 8.0, 1.5
"""Heart rate at the ends of a stretch is a mean over so long, which errs by so much."""
ALTITUDE_REACH_M, STEEPEST = 40.0, 0.25
"""Over less than this altitude errs by as much as it changes, and nobody runs up what is steeper."""


SLOWED_BY = 3.0
"""A grade of 1 % costs 5 % of energy and, paid by two thirds in pace, 3 % of speed (Minetti 2002, J Appl Physiol
93:1039)."""


@dataclass(frozen=True, slots=True)
class Looks:
    """``(n,)`` columns, a row per stretch; NaN where a figure is not known, and variances beside them."""

    log_speed: Column
    log_flat_speed: Column
    """What the same effort would have given on the flat."""
    log_speed_var: Column
    log_cadence: Column
    log_cadence_var: Column
    demand_bpm: Column
    """The heart rate that the stretch would lead to if it lasted: its mean and what its slope still promises."""
    demand_var: Column
    grade: Column
    """Rise per metre; 0 where altitude is not known."""
    seconds: Column
    at_s: Column
    """The middle of it, in elapsed seconds."""
    gait: Words

    def __len__(self) -> int:
        return len(self.seconds)


def looks_of(track: Track, start_s: Column, end_s: Column) -> Looks:
    """The looks of stretches ``[start_s[i], end_s[i])``, which may overlap."""
    length = end_s - start_s
    trim = np.minimum(TRIM_S, TRIM_SHARE * length)
    inner = figures_of(_gains(track, start_s + trim, end_s - trim), track)
    noise = SPEED_NOISE if track.speed_source == "device" else POSITION_NOISE
    speed_var, cadence_var = reading_vars(length, noise)
    cadence = _trusted(inner.speed_mps, inner.cadence_spm, length)
    demand, demand_var = _demand(track, start_s, end_s)
    grade = grades(track, start_s, end_s)
    return Looks(
        log_speed=np.log(inner.speed_mps),
        log_flat_speed=np.log(inner.speed_mps) + SLOWED_BY * grade,
        log_speed_var=speed_var,
        log_cadence=np.log(cadence),
        log_cadence_var=cadence_var,
        demand_bpm=demand,
        demand_var=demand_var,
        grade=grade,
        seconds=length,
        at_s=(start_s + end_s) / 2.0,
        gait=tell_gait(inner.speed_mps, cadence),
    )


def _trusted(speed_mps: Column, cadence_spm: Column, seconds: Column) -> Column:
    """The cadences that are possible at their speed; none of a sensor that often loses steps."""
    lost = lost_steps(speed_mps, cadence_spm)
    known_s = float(seconds[np.isfinite(cadence_spm) & np.isfinite(speed_mps)].sum())
    if known_s > 0.0 and float(seconds[lost].sum()) > UNRELIABLE * known_s:
        return np.full(len(cadence_spm), np.nan)
    return np.where(lost, np.nan, cadence_spm)


def reading_vars(seconds: Column, speed_noise: float = SPEED_NOISE) -> tuple[Column, Column]:
    """The variances of log speed and log cadence of stretches so long."""
    tens = 10.0 / np.maximum(seconds - 2.0 * np.minimum(TRIM_S, TRIM_SHARE * seconds), 1.0)
    return SPEED_SPREAD**2 + speed_noise**2 * tens, CADENCE_SPREAD**2 + CADENCE_NOISE**2 * tens


def _demand(track: Track, start_s: Column, end_s: Column) -> tuple[Column, Column]:
    """Where heart rate is heading, and the variance of that.

    A heart that follows effort exponentially is one time constant's worth of its slope away from where it is heading.
    """
    length = end_s - start_s
    (whole, first, last) = (
        figures_of(_gains(track, start, end), track).heart_rate_bpm
        for start, end in (
            (start_s, end_s),
            (start_s, np.minimum(start_s + BEATS_ENDS_S, end_s)),
            (np.maximum(end_s - BEATS_ENDS_S, start_s), end_s),
        )
    )
    slope = (last - first) / np.maximum(length - BEATS_ENDS_S, BEATS_ENDS_S)
    errors2 = (BEATS_LAG_SPREAD_S * slope) ** 2 + (BEATS_NOISE * BEATS_LAG_S / np.maximum(length, 1.0)) ** 2
    return whole + BEATS_LAG_S * slope, BEATS_SPREAD**2 + errors2


def grades(track: Track, start_s: Column, end_s: Column) -> Column:
    """The rise per metre of stretches, by their ends; 0 where altitude is not known."""
    there = np.isfinite(track.altitude_m)
    if there.sum() < 2:
        return np.zeros(len(start_s))
    times, heights = track.t_s[there], track.altitude_m[there]
    rise = np.interp(end_s, times, heights) - np.interp(start_s, times, heights)
    way = track.at("distance_m", end_s) - track.at("distance_m", start_s)
    return np.clip(rise / (way + ALTITUDE_REACH_M), -STEEPEST, STEEPEST)


def _gains(track: Track, start_s: Column, end_s: Column) -> dict[str, Column]:
    """What accrues of every curve within each span."""
    edges = np.column_stack((start_s, end_s)).ravel()
    return {name: gain[::2] for name, gain in gains_between(track, edges).items()}
