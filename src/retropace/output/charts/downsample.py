"""The curves of an activity as rows few enough to draw: nothing of what stands out in them is lost."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from retropace.core.cleaned_activity import CleanedActivity
from retropace.core.spans import FloatArray

BREAK_GAP_S = 30.0
"""Curves break where the watch recorded nothing for longer than this."""
BREAK_GAP_FACTOR = 5.0
"""Where a watch records rarely, for longer than so many of its usual gaps."""
MAX_BRIDGED_GAP_S = 10.0
"""Missing values between two known ones this near each other are bridged: some sensors speak every few seconds."""
CHANNELS = ("speed_mps", "cadence_spm", "step_length_m", "heart_rate_bpm")


@dataclass(frozen=True, slots=True)
class DownsampledColumns:
    """``(n,)`` columns on one rising time axis, NaN where a curve breaks."""

    t_s: FloatArray
    distance_m: FloatArray
    speed_mps: FloatArray
    cadence_spm: FloatArray
    step_length_m: FloatArray
    heart_rate_bpm: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)


def downsample(track: CleanedActivity, max_rows: int) -> DownsampledColumns:
    """The rows of a track, thinned to about ``most`` where there are more.

    Of each of as many equal spans of rows as fit, every channel keeps its first, last, least and greatest value (Jugel
    et al. 2014, VLDB 7:797), so that extremes stay where and as high as they are. Gaps in the recording become a row
    without values. Step length is speed over cadence where the watch recorded none.
    """
    columns = {
        "t_s": track.t_s,
        "distance_m": track.curves["distance_m"],
        "speed_mps": track.speed_mps,
        "cadence_spm": track.cadence_spm,
        "step_length_m": compute_step_length_m(track),
        "heart_rate_bpm": track.heart_rate_bpm,
    }
    columns |= {name: _bridge_short_gaps(track.t_s, columns[name]) for name in CHANNELS}
    kept = _select_rows([columns[name] for name in CHANNELS], max_rows)
    columns = {name: column[kept] for name, column in columns.items()}
    # A gap is seen in the recording, not in what thinning leaves of it.
    gaps_s = np.diff(track.t_s)
    longest_s = max(BREAK_GAP_S, BREAK_GAP_FACTOR * float(np.median(gaps_s))) if len(gaps_s) else BREAK_GAP_S
    ends = np.flatnonzero(gaps_s > longest_s)
    middle_s = (track.t_s[ends] + track.t_s[ends + 1]) / 2.0
    at = np.searchsorted(columns["t_s"], middle_s)
    blank: dict[str, Any] = {
        **dict.fromkeys(CHANNELS, np.nan),
        "t_s": middle_s,
        "distance_m": track.value_at("distance_m", middle_s),
    }
    return DownsampledColumns(
        **{one.name: np.insert(columns[one.name], at, blank[one.name]) for one in fields(DownsampledColumns)}
    )


def compute_step_length_m(track: CleanedActivity) -> FloatArray:
    """Metres a step, shape ``(n,)``: as recorded, else speed over cadence; NaN where neither is known."""
    if np.any(np.isfinite(track.step_length_m)):
        return track.step_length_m
    stepping = (track.cadence_spm > 30.0) & (track.speed_mps > 0.2)
    length: FloatArray = np.full(len(track.t_s), np.nan)
    return np.divide(60.0 * track.speed_mps, track.cadence_spm, out=length, where=stepping)


def _bridge_short_gaps(t_s: FloatArray, values: FloatArray) -> FloatArray:
    """The column with its short gaps filled along straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 2 or len(known) == len(values):
        return values
    after = np.minimum(np.searchsorted(known, np.arange(len(values))), len(known) - 1)
    near = t_s[known[after]] - t_s[known[np.maximum(after - 1, 0)]] <= MAX_BRIDGED_GAP_S
    inside = (t_s > t_s[known[0]]) & (t_s < t_s[known[-1]])
    return np.where(np.isnan(values) & near & inside, np.interp(t_s, t_s[known], values[known]), values)


def _select_rows(channels: list[FloatArray], max_rows: int) -> np.ndarray:
    """The numbers of the rows to keep, rising; the first and the last are always among them."""
    count = len(channels[0])
    if count <= max_rows:
        return np.arange(count)
    spans = max(max_rows // (2 + 2 * len(channels)), 1)
    edges = np.linspace(0, count, spans + 1).astype(np.intp)
    width = int(np.max(np.diff(edges)))
    inside = edges[:-1, None] + np.arange(width)[None, :]
    outside = inside >= edges[1:, None]
    inside = np.minimum(inside, count - 1)
    kept = [edges[:-1], edges[1:] - 1]
    for channel in channels:
        values = channel[inside]
        missing = outside | np.isnan(values)
        known = ~np.all(missing, axis=1)
        kept.append(edges[:-1][known] + np.argmin(np.where(missing, np.inf, values), axis=1)[known])
        kept.append(edges[:-1][known] + np.argmax(np.where(missing, -np.inf, values), axis=1)[known])
        # Where a value is missing the curve breaks: one row of each such run is enough to show it.
        lost = np.isnan(channel)
        kept.append(np.flatnonzero(lost & ~np.concatenate(([False], lost[:-1]))))
    return np.unique(np.concatenate(kept))
