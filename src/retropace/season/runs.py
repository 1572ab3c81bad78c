"""Columns of a season: one row for each activity of a runner, with metrics per direction and per gait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retropace.analysis.implausible import is_implausible
from retropace.core.best_effort import BestEffort, find_best_effort_basis
from retropace.core.segments import DIRECTIONS
from retropace.core.spans import FloatArray

if TYPE_CHECKING:
    from retropace.analysis.pipeline import Analysis

DIRECTION_METRICS = (
    *("elapsed_s", "distance_m", "moving_s", "cadence_spm", "step_length_m", "heart_rate_bpm", "steps"),
    *("annotated_m", "suspected_m", "energy_low_kcal_per_kg", "energy_high_kcal_per_kg"),
)
"""Metrics of each direction of an activity: names of fields of :class:`Season` and of the JSON of an analysis."""
GAITS = (("forward", "run"), ("forward", "walk"), ("backward", "run"), ("backward", "walk"))
"""Direction and gait of each column of ``gait_m`` and of ``gait_s``."""
FORWARD = DIRECTIONS.index("forward")
"""Index of the forward column in tables with one column per direction."""
BACKWARD = DIRECTIONS.index("backward")
"""Index of the backward column in tables with one column per direction."""
MAX_ADJACENT_GAP_S = 1e-6
"""Largest gap (s) between two segments of one unbroken stretch; it allows for rounding errors."""
FloatTable = NDArray[np.float64]
"""Float64 array with one row per activity."""


class SeasonRow(NamedTuple):
    """One activity with its metrics: a row of a :class:`Season`."""

    id: str
    file: str
    start_time: datetime
    metrics: Sequence[Sequence[float | None]]  # of each direction, values of ``DIRECTION_METRICS``; None where missing
    gait_m: Sequence[float]
    gait_s: Sequence[float]
    longest_backward: tuple[float, float, float]


class SeasonBest(NamedTuple):
    """Fastest stretch over one distance or duration, of an activity or of the whole season."""

    direction: str
    kind: str  # what is given: the ``time`` or the ``distance`` of the stretch
    target: float  # given seconds or metres
    seconds: float
    metres: float
    start_s: float
    basis: str  # why the stretch has its direction, as found by :func:`.find_best_effort_basis`
    row: int  # index of the activity in the season


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
    gait_m: FloatTable  # distance (m), ``(n, 4)``, with a column for each direction and gait of ``GAITS``
    gait_s: FloatTable  # moving time (s), ``(n, 4)``, with a column for each direction and gait of ``GAITS``
    longest_backward: FloatTable  # seconds, metres and start (s) of the longest unbroken backward stretch, ``(n, 3)``
    bests: tuple[SeasonBest, ...]  # fastest stretch for each direction and each given time or distance, sorted by these
    quarter_mile_ratios: tuple[tuple[int, float], ...]  # activity's index, and backward over forward time over 400 m
    stretches: FloatTable  # a row for each run or walked segment: is backward, is run (1 or 0), moving seconds, m/s

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def start_timestamps_s(self) -> FloatArray:
        """Start of each activity in seconds since 1970 UTC."""
        return np.array([start.timestamp() for start in self.start_times])


def build_season(
    season_rows: Iterable[SeasonRow],
    bests: Iterable[SeasonBest] = (),
    quarter_mile_ratios: Iterable[tuple[int, float]] = (),
    stretches: Sequence[Sequence[float]] | FloatTable = (),
) -> Season:
    """Return a season, sorted by time. ``bests`` and ``quarter_mile_ratios`` hold indices into ``season_rows``."""
    numbered = sorted(enumerate(season_rows), key=lambda item: (item[1].start_time, item[1].id))
    rank = {index: number for number, (index, _) in enumerate(numbered)}
    rows = [row for _, row in numbered]

    def table(name: str, *shape: int) -> FloatTable:
        return np.array([getattr(row, name) for row in rows], dtype=np.float64).reshape(-1, *shape)

    metrics = table("metrics", len(DIRECTIONS), len(DIRECTION_METRICS))
    return Season(
        ids=tuple(row.id for row in rows),
        files=tuple(row.file for row in rows),
        start_times=tuple(row.start_time for row in rows),
        **{name: metrics[:, :, index] for index, name in enumerate(DIRECTION_METRICS)},
        gait_m=table("gait_m", len(GAITS)),
        gait_s=table("gait_s", len(GAITS)),
        longest_backward=table("longest_backward", 3),
        bests=tuple(best._replace(row=rank[best.row]) for best in select_season_bests(bests)),
        quarter_mile_ratios=tuple(sorted((rank[row], ratio) for row, ratio in quarter_mile_ratios)),
        stretches=np.array(stretches, dtype=np.float64).reshape(-1, 4),
    )


def select_season_bests(bests: Iterable[SeasonBest]) -> list[SeasonBest]:
    """Return the fastest stretch for each direction and each given time or distance, sorted by these."""
    best_by_key: dict[tuple[bool, bool, float], SeasonBest] = {}
    for best in bests:
        key = (best.direction == "backward", best.kind == "distance", best.target)
        best_by_key[key] = max(best_by_key.get(key, best), best, key=lambda other: other.metres / other.seconds)
    return [best_by_key[key] for key in sorted(best_by_key)]


def find_longest_backward(segments: Iterable[tuple[str, float, float, float]]) -> tuple[float, float, float]:
    """Return seconds, metres and start (s) of the longest unbroken backward stretch; three zeros if there is none.

    >>> segments = [("forward", 0.0, 9.0, 27.0), ("backward", 9.0, 20.0, 22.0), ("backward", 20.0, 30.0, 19.0)]
    >>> find_longest_backward(segments)  # rows of direction, start (s), end (s) and metres, in order of time
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


@dataclass(frozen=True, slots=True)
class SeasonEntry:
    """One activity of a season with its best efforts and its run or walked segments."""

    row: SeasonRow
    bests: tuple[SeasonBest, ...]
    stretches: tuple[tuple[float, float, float, float], ...]


def build_season_entry(analysis: Analysis, best_efforts: Sequence[BestEffort]) -> SeasonEntry | None:
    """Return an analysed activity as one of a season, without the library; None if undated or implausible."""
    segments, stats, source = analysis.segments, analysis.summary.segments, analysis.activity.source
    if analysis.cleaned.start_time is None or is_implausible(analysis.findings):
        return None
    directions = analysis.to_dict()["directions"]
    metres, seconds = np.nan_to_num(stats.distance_m), np.nan_to_num(stats.moving_s)
    gaits = [(segments.direction == direction) & (segments.gait == gait) for direction, gait in GAITS]
    is_on_foot = np.any(gaits, axis=0) & np.isfinite(stats.speed_mps)
    spans = (segments.direction, segments.start_s, segments.end_s, metres)
    row = SeasonRow(
        id=f"{source.sha256} {source.session}",
        file=PurePath(source.path).name,
        start_time=analysis.cleaned.start_time,
        metrics=[[directions[direction][name] for name in DIRECTION_METRICS] for direction in DIRECTIONS],
        gait_m=[float(metres[mask].sum()) for mask in gaits],
        gait_s=[float(seconds[mask].sum()) for mask in gaits],
        longest_backward=find_longest_backward(zip(*(column.tolist() for column in spans), strict=True)),
    )
    bests = tuple(
        SeasonBest(
            *(best.direction, best.by, best.target, best.seconds, best.metres, best.start_s),
            basis=find_best_effort_basis(segments, best),
            row=0,
        )
        for best in best_efforts
    )
    stretches = np.column_stack((segments.direction == "backward", segments.gait == "run", seconds, stats.speed_mps))
    return SeasonEntry(row, bests, tuple(map(tuple, stretches[is_on_foot].tolist())))


def build_season_from_entries(entries: Sequence[SeasonEntry]) -> Season:
    """Return the season made of the given entries, one for each activity."""
    bests = [best._replace(row=row) for row, entry in enumerate(entries) for best in entry.bests]
    laps = [best for best in bests if (best.kind, best.target) == ("distance", 400.0)]
    forward_s, backward_s = (
        {best.row: best.seconds for best in laps if best.direction == direction}
        for direction in ("forward", "backward")
    )
    ratios = [(row, backward_s[row] / forward_s[row]) for row in forward_s if row in backward_s]
    stretches = [row for entry in entries for row in entry.stretches]
    return build_season([entry.row for entry in entries], bests, ratios, stretches)
