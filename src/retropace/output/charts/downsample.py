"""Downsampling of an activity's curves for charts, which keeps the extremes of every channel."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retropace.cleaning.cadence import bridge_gaps
from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray

BREAK_GAP_S = 30.0
"""A curve is interrupted where two consecutive records lie further apart than this (seconds)."""
BREAK_GAP_FACTOR = 5.0
"""Where records are sparse, a curve is interrupted only at gaps above this multiple of the median record interval."""
MAX_BRIDGED_GAP_S = 10.0
"""A curve is interpolated between two known values that are at most this many seconds apart."""
CHANNELS = ("speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm")
"""The columns that are drawn as curves."""


@dataclass(frozen=True, slots=True)
class DownsampledColumns:
    """The reduced columns of an activity, shape ``(n,)``, on one increasing time axis; NaN interrupts a curve."""

    t_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)


def downsample(cleaned: CleanedActivity, max_rows: int) -> DownsampledColumns:
    """Return the curves in about ``max_rows`` rows, ends and extremes of bins (M4, Jugel et al. 2014, VLDB 7:797)."""
    columns = {name: getattr(cleaned, name) for name in CHANNELS} | {"step_length_m": compute_step_length_m(cleaned)}
    columns = {name: bridge_gaps(cleaned.t_s, column, MAX_BRIDGED_GAP_S)[0] for name, column in columns.items()}
    columns |= {"t_s": cleaned.t_s, "distance_m": cleaned.curves["distance_m"]}
    row_indices = _select_rows([columns[name] for name in CHANNELS], max_rows)
    columns = {name: column[row_indices] for name, column in columns.items()}
    # Gaps are those of the recording, not of the downsampled rows.
    gaps_s = np.diff(cleaned.t_s)
    max_gap_s = max(BREAK_GAP_S, BREAK_GAP_FACTOR * float(np.median(gaps_s))) if len(gaps_s) else BREAK_GAP_S
    ends = np.flatnonzero(gaps_s > max_gap_s)
    middle_s = (cleaned.t_s[ends] + cleaned.t_s[ends + 1]) / 2.0
    insert_at = np.searchsorted(columns["t_s"], middle_s)
    blank: dict[str, Any] = {
        **dict.fromkeys(CHANNELS, np.nan),
        "t_s": middle_s,
        "distance_m": cleaned.value_at("distance_m", middle_s),
    }
    return DownsampledColumns(**{name: np.insert(column, insert_at, blank[name]) for name, column in columns.items()})


def compute_step_length_m(cleaned: CleanedActivity) -> FloatArray:
    """Return step length (m), shape ``(n,)``: as recorded, else speed over cadence; NaN where neither is known."""
    if np.any(np.isfinite(cleaned.step_length_m)):
        return cleaned.step_length_m
    is_stepping = (cleaned.cadence_spm > 30.0) & (cleaned.speed_mps > 0.2)
    step_length_m: FloatArray = np.full(len(cleaned.t_s), np.nan)
    return np.divide(60.0 * cleaned.speed_mps, cleaned.cadence_spm, out=step_length_m, where=is_stepping)


def _select_rows(channels: list[FloatArray], max_rows: int) -> np.ndarray:
    """Return the increasing indices of the rows that :func:`downsample` keeps, the first and the last among them."""
    count = len(channels[0])
    if count <= max_rows:
        return np.arange(count)
    bin_count = max(max_rows // (2 + 2 * len(channels)), 1)
    edges = np.linspace(0, count, bin_count + 1).astype(np.intp)
    bin_rows = edges[:-1, None] + np.arange(np.max(np.diff(edges)))[None, :]
    is_outside = bin_rows >= edges[1:, None]
    bin_rows = np.minimum(bin_rows, count - 1)
    selected = [edges[:-1], edges[1:] - 1]
    for channel in channels:
        values = channel[bin_rows]
        missing = is_outside | np.isnan(values)
        for extremes in (
            np.argmin(np.where(missing, np.inf, values), 1),
            np.argmax(np.where(missing, -np.inf, values), 1),
        ):
            selected.append((edges[:-1] + extremes)[~np.all(missing, axis=1)])
        # One row of each run of missing values is enough to break the curve there.
        is_missing = np.isnan(channel)
        selected.append(np.flatnonzero(is_missing & ~np.concatenate(([False], is_missing[:-1]))))
    return np.unique(np.concatenate(selected))
