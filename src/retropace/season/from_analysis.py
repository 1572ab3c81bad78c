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
    """One row for each run or walked segment, as in :attr:`Season.stretches`: 1 if backward, 1 if run, moving seconds,
    speed in m/s (0 for forward and for walked)."""


def build_season_entry(analysis: Analysis, best_efforts: Sequence[BestEffort]) -> SeasonEntry | None:
    """Return the season entry of an analysed activity; None if its date is unknown."""
    segments, summary = analysis.segments, analysis.summary
    start_time = analysis.cleaned.start_time
    if start_time is None:
        return None
    directions = analysis.to_dict()["directions"]
    metres, seconds = np.nan_to_num(summary.segments.distance_m), np.nan_to_num(summary.segments.moving_s)
    speed = summary.segments.speed_mps
    gaits = [(segments.direction == direction) & (segments.gait == gait) for direction, gait in GAITS]
    on_foot = np.flatnonzero(np.any(gaits, axis=0) & np.isfinite(speed))
    spans = zip(segments.direction, segments.start_s, segments.end_s, metres, strict=True)
    row = SeasonRow(
        id=f"{analysis.activity.source.sha256} {analysis.activity.source.session}",
        file=PurePath(analysis.activity.source.path).name,
        start_time=start_time,
        metrics=[[directions[direction][name] for name in DIRECTION_METRICS] for direction in DIRECTIONS],
        gait_m=[float(metres[mask].sum()) for mask in gaits],
        gait_s=[float(seconds[mask].sum()) for mask in gaits],
        longest_backward=find_longest_backward(
            (str(direction), float(start_s), float(end_s), float(distance_m))
            for direction, start_s, end_s, distance_m in spans
        ),
    )
    bests = tuple(
        SeasonBest(
            best.direction,
            best.by,
            best.target,
            best.seconds,
            best.metres,
            best.start_s,
            find_best_effort_basis(segments, best),
            row=0,
        )
        for best in best_efforts
    )
    stretches = tuple(
        (
            float(segments.direction[index] == "backward"),
            float(segments.gait[index] == "run"),
            float(seconds[index]),
            float(speed[index]),
        )
        for index in on_foot.tolist()
    )
    return SeasonEntry(row, bests, stretches)


def build_season_from_entries(entries: Sequence[SeasonEntry]) -> Season:
    """Return the season made of the given entries, one for each activity."""
    bests = [best._replace(row=row) for row, entry in enumerate(entries) for best in entry.bests]
    seconds = {
        (best.row, best.direction): best.seconds for best in bests if (best.kind, best.target) == ("distance", 400.0)
    }
    quarter_mile_ratios = [
        (row, seconds[row, "backward"] / seconds[row, "forward"])
        for row in range(len(entries))
        if (row, "backward") in seconds and (row, "forward") in seconds
    ]
    return build_season(
        [entry.row for entry in entries],
        bests,
        quarter_mile_ratios,
        [row for entry in entries for row in entry.stretches],
    )
