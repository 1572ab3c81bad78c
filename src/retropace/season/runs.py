"""The activities of one runner as columns, each with its figures per direction and per gait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.core.segments import DIRECTIONS
from retropace.core.spans import FloatArray

DIRECTION_METRICS = (
    *("elapsed_s", "distance_m", "moving_s", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
    *("annotated_m", "suspected_m", "energy_low_kcal_per_kg", "energy_high_kcal_per_kg"),
)
"""What is known of each direction of an activity, as the document of an analysis calls it."""
GAITS = (("forward", "run"), ("forward", "walk"), ("backward", "run"), ("backward", "walk"))
FORWARD, BACKWARD = DIRECTIONS.index("forward"), DIRECTIONS.index("backward")

MAX_ADJACENT_GAP_S = 1e-6
"""Segments this near each other are one stretch."""

FloatTable = NDArray[np.float64]


class SeasonRow(NamedTuple):
    """One activity, ready to become a row of the columns."""

    id: str
    file: str
    start_time: datetime
    """Aware."""
    metrics: Sequence[Sequence[float | None]]
    """For each of ``DIRECTIONS`` the ``FIGURES``."""
    gait_m: Sequence[float]
    """Metres of each of ``GAITS``."""
    gait_s: Sequence[float]
    """Moving seconds of each."""
    longest_backward: tuple[float, float, float]
    """The longest unbroken backward stretch: seconds, metres, and from which second on. Zeros for none."""


class SeasonBest(NamedTuple):
    """The best of all activities over one distance or time."""

    direction: str
    kind: str
    """``time`` or ``distance``: which was asked for."""
    target: float
    seconds: float
    metres: float
    start_s: float
    basis: str
    row: int
    """Which activity of the season."""


@dataclass(frozen=True, slots=True)
class Season:
    """``n`` activities in order of time. ``(n, 4)`` tables have a column for each of ``DIRECTIONS``; NaN is missing."""

    ids: tuple[str, ...]
    files: tuple[str, ...]
    start_times: tuple[datetime, ...]
    elapsed_s: FloatTable
    distance_m: FloatTable
    moving_s: FloatTable
    cadence_spm: FloatTable
    step_length_m: FloatTable
    heart_rate_bpm: FloatTable
    steps: FloatTable
    annotated_m: FloatTable
    suspected_m: FloatTable
    energy_low_kcal_per_kg: FloatTable
    energy_high_kcal_per_kg: FloatTable
    gait_m: FloatTable
    """``(n, 4)``: a column for each of ``GAITS``."""
    gait_s: FloatTable
    longest_backward: FloatTable
    """``(n, 3)``: the longest backward stretch in seconds and metres, and where it begins."""
    bests: tuple[SeasonBest, ...]
    """The best of each direction and length, directions and lengths in order."""
    quarter_mile_ratios: tuple[tuple[int, float], ...]
    """Activities in which 400 m were run both ways, with the best time backward over the best forward."""
    stretches: FloatTable
    """``(m, 4)``: segments on foot, whether backward, whether run, moving seconds, and speed in m/s."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def start_timestamps_s(self) -> FloatArray:
        """When each activity began, in seconds since 1970, UTC."""
        return np.array([start.timestamp() for start in self.start_times])


def build_season(
    season_rows: Iterable[SeasonRow],
    bests: Iterable[SeasonBest] = (),
    quarter_mile_ratios: Iterable[tuple[int, float]] = (),
    stretches: Sequence[Sequence[float]] | FloatTable = (),
) -> Season:
    """The season of these activities; ``bests`` and ``quarters`` refer to them by the order in which they come."""
    given = list(season_rows)
    order = sorted(range(len(given)), key=lambda at: (given[at].start_time, given[at].id))
    rank = {at: number for number, at in enumerate(order)}
    rows = [given[at] for at in order]
    figures = np.array([row.metrics for row in rows], dtype=np.float64).reshape(
        -1, len(DIRECTIONS), len(DIRECTION_METRICS)
    )
    chosen = [one._replace(row=rank[one.row]) for one in select_season_bests(bests)]
    return Season(
        ids=tuple(row.id for row in rows),
        files=tuple(row.file for row in rows),
        start_times=tuple(row.start_time for row in rows),
        **{name: figures[:, :, at] for at, name in enumerate(DIRECTION_METRICS)},
        gait_m=np.array([row.gait_m for row in rows], dtype=np.float64).reshape(-1, len(GAITS)),
        gait_s=np.array([row.gait_s for row in rows], dtype=np.float64).reshape(-1, len(GAITS)),
        longest_backward=np.array([row.longest_backward for row in rows], dtype=np.float64).reshape(-1, 3),
        bests=tuple(chosen),
        quarter_mile_ratios=tuple(sorted((rank[row], ratio) for row, ratio in quarter_mile_ratios)),
        stretches=np.array(stretches, dtype=np.float64).reshape(-1, 4),
    )


def select_season_bests(bests: Iterable[SeasonBest]) -> list[SeasonBest]:
    """The best of every direction and length, in the order of directions and lengths."""
    chosen: dict[tuple[str, str, float], SeasonBest] = {}
    for one in bests:
        key = (one.direction, one.kind, one.target)
        if key not in chosen or one.metres / one.seconds > chosen[key].metres / chosen[key].seconds:
            chosen[key] = one
    return sorted(chosen.values(), key=lambda one: (one.direction == "backward", one.kind == "distance", one.target))


def find_longest_backward(segments: Iterable[tuple[str, float, float, float]]) -> tuple[float, float, float]:
    """The longest unbroken backward stretch among segments in order: seconds, metres, and where it begins.

    Each segment is its direction, start, end and metres; zeros if nothing was run backward.
    """
    best = (0.0, 0.0, 0.0)
    seconds = metres = begins = end = 0.0
    for direction, start_s, end_s, distance_m in segments:
        if direction != "backward":
            continue
        if seconds == 0.0 or start_s > end + MAX_ADJACENT_GAP_S:
            seconds, metres, begins = 0.0, 0.0, start_s
        seconds, metres, end = seconds + end_s - start_s, metres + distance_m, end_s
        best = max(best, (seconds, metres, begins), key=lambda one: one[0])
    return best
