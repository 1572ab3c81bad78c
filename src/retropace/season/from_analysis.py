"""Construction of a season from activities just analysed, rather than read from the library's SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.best_effort import BestEffort, find_best_effort_basis
from retropace.core.segments import DIRECTIONS
from retropace.season.runs import (
    DIRECTION_METRICS,
    GAITS,
    Season,
    SeasonBest,
    SeasonRow,
    build_season,
    find_longest_backward,
)


@dataclass(frozen=True, slots=True)
class SeasonEntry:
    """One activity of a season with its best efforts and its run or walked segments."""

    row: SeasonRow
    bests: tuple[SeasonBest, ...]
    stretches: tuple[tuple[float, float, float, float], ...]
    """Rows as in :attr:`Season.stretches`, one for each run or walked segment."""


def build_season_entry(analysis: Analysis, best_efforts: Sequence[BestEffort]) -> SeasonEntry | None:
    """Return the season entry of an analysed activity; None if its date is unknown."""
    segments, stats, source = analysis.segments, analysis.summary.segments, analysis.activity.source
    if analysis.cleaned.start_time is None:
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
    seconds = {
        (best.row, best.direction): best.seconds for best in bests if (best.kind, best.target) == ("distance", 400.0)
    }
    quarter_mile_ratios = [
        (row, seconds[row, "backward"] / seconds[row, "forward"])
        for row in range(len(entries))
        if {(row, "backward"), (row, "forward")} <= seconds.keys()
    ]
    stretches = [row for entry in entries for row in entry.stretches]
    return build_season([entry.row for entry in entries], bests, quarter_mile_ratios, stretches)
