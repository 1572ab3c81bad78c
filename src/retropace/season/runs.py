"""Columns of a season: one row for each activity of a runner, with metrics per direction and per gait."""

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
"""Names of the metrics that are known for each direction of an activity. They are fields of :class:`Season` and keys in
the JSON document of an analysis."""
GAITS = (("forward", "run"), ("forward", "walk"), ("backward", "run"), ("backward", "walk"))
"""Direction and gait of each column of ``gait_m`` and of ``gait_s``."""
FORWARD = DIRECTIONS.index("forward")
"""Index of the column for forward in tables with one column per direction."""
BACKWARD = DIRECTIONS.index("backward")
"""Index of the column for backward in tables with one column per direction."""

MAX_ADJACENT_GAP_S = 1e-6
"""Largest gap (s) between two segments that still form one unbroken stretch; it only allows for rounding errors."""

FloatTable = NDArray[np.float64]
"""Array type of float64 with two dimensions, one row per activity."""


class SeasonRow(NamedTuple):
    """One activity with its metrics, not yet put into the columns of a :class:`Season`."""

    id: str
    file: str
    start_time: datetime
    """Start of the activity, with time zone."""
    metrics: Sequence[Sequence[float | None]]
    """Values of ``DIRECTION_METRICS`` for each direction of ``DIRECTIONS``; None where missing."""
    gait_m: Sequence[float]
    """Distance (m) for each direction and gait of ``GAITS``."""
    gait_s: Sequence[float]
    """Moving time (s) for each direction and gait of ``GAITS``."""
    longest_backward: tuple[float, float, float]
    """Seconds, metres and start (s) of the longest unbroken backward stretch; zeros if there is none."""


class SeasonBest(NamedTuple):
    """Fastest stretch over one distance or duration, of an activity or of the whole season."""

    direction: str
    kind: str
    """Whether the fastest stretch is one over a given ``time`` or a given ``distance``."""
    target: float
    """Given time in seconds, or given distance in metres."""
    seconds: float
    metres: float
    start_s: float
    basis: str
    """Why the stretch has its direction: ``annotated``, ``suspected`` or ``assumed``."""
    row: int
    """Index of the activity in the season."""


@dataclass(frozen=True, slots=True)
class Season:
    """The ``n`` activities of a runner by start time; tables ``(n, 4)`` have a column per direction. NaN is missing."""

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
    """Distance (m), shape ``(n, 4)``, with a column for each direction and gait of ``GAITS``."""
    gait_s: FloatTable
    """Moving time (s), shape ``(n, 4)``, with a column for each direction and gait of ``GAITS``."""
    longest_backward: FloatTable
    """Longest unbroken backward stretch of each activity, shape ``(n, 3)``: its duration (s), length (m) and start
    (s)."""
    bests: tuple[SeasonBest, ...]
    """Fastest stretches of the season: one for each direction and each given time or distance, sorted by these."""
    quarter_mile_ratios: tuple[tuple[int, float], ...]
    """For each activity with a 400 m time in both directions, its index and the ratio of its best backward to its best
    forward time."""
    stretches: FloatTable
    """One row for each run or walked segment, shape ``(m, 4)``: 1 if backward, 1 if run, moving seconds, speed in m/s
    (0 for forward and for walked)."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def start_timestamps_s(self) -> FloatArray:
        """Start of each activity in seconds since 1970 UTC, shape ``(n,)``."""
        return np.array([start.timestamp() for start in self.start_times])


def build_season(
    season_rows: Iterable[SeasonRow],
    bests: Iterable[SeasonBest] = (),
    quarter_mile_ratios: Iterable[tuple[int, float]] = (),
    stretches: Sequence[Sequence[float]] | FloatTable = (),
) -> Season:
    """Return a season, sorted by time. ``bests`` and ``quarter_mile_ratios`` hold indices into ``season_rows``."""
    unsorted = list(season_rows)
    order = sorted(range(len(unsorted)), key=lambda index: (unsorted[index].start_time, unsorted[index].id))
    rank = {index: number for number, index in enumerate(order)}
    rows = [unsorted[index] for index in order]
    metrics = np.array([row.metrics for row in rows], dtype=np.float64).reshape(
        -1, len(DIRECTIONS), len(DIRECTION_METRICS)
    )
    ranked_bests = [best._replace(row=rank[best.row]) for best in select_season_bests(bests)]
    return Season(
        ids=tuple(row.id for row in rows),
        files=tuple(row.file for row in rows),
        start_times=tuple(row.start_time for row in rows),
        **{name: metrics[:, :, index] for index, name in enumerate(DIRECTION_METRICS)},
        gait_m=np.array([row.gait_m for row in rows], dtype=np.float64).reshape(-1, len(GAITS)),
        gait_s=np.array([row.gait_s for row in rows], dtype=np.float64).reshape(-1, len(GAITS)),
        longest_backward=np.array([row.longest_backward for row in rows], dtype=np.float64).reshape(-1, 3),
        bests=tuple(ranked_bests),
        quarter_mile_ratios=tuple(sorted((rank[row], ratio) for row, ratio in quarter_mile_ratios)),
        stretches=np.array(stretches, dtype=np.float64).reshape(-1, 4),
    )


def select_season_bests(bests: Iterable[SeasonBest]) -> list[SeasonBest]:
    """Return the fastest stretch for each direction and each given time or distance, sorted by these."""
    best_by_key: dict[tuple[str, str, float], SeasonBest] = {}
    for effort in bests:
        key = (effort.direction, effort.kind, effort.target)
        if (
            key not in best_by_key
            or effort.metres / effort.seconds > best_by_key[key].metres / best_by_key[key].seconds
        ):
            best_by_key[key] = effort
    return sorted(
        best_by_key.values(),
        key=lambda effort: (effort.direction == "backward", effort.kind == "distance", effort.target),
    )


def find_longest_backward(segments: Iterable[tuple[str, float, float, float]]) -> tuple[float, float, float]:
    """Return the longest unbroken backward stretch as seconds, metres and start (s); three zeros if there is none.

    Each segment is (direction, start_s, end_s, metres), in order of time.

    Example:
        >>> segments = [("forward", 0.0, 9.0, 27.0), ("backward", 9.0, 20.0, 22.0), ("backward", 20.0, 30.0, 19.0)]
        >>> find_longest_backward(segments)
        (21.0, 41.0, 9.0)

    """
    best = (0.0, 0.0, 0.0)
    seconds = metres = stretch_start_s = stretch_end_s = 0.0
    for direction, start_s, end_s, distance_m in segments:
        if direction != "backward":
            continue
        if seconds == 0.0 or start_s > stretch_end_s + MAX_ADJACENT_GAP_S:
            seconds, metres, stretch_start_s = 0.0, 0.0, start_s
        seconds, metres, stretch_end_s = seconds + end_s - start_s, metres + distance_m, end_s
        best = max(best, (seconds, metres, stretch_start_s), key=lambda stretch: stretch[0])
    return best
