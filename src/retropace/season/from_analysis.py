"""A single analysis as part of a season: what a report gathers without a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.core.segments import DIRECTIONS
from retropace.intervals.best_efforts import BestEffort, find_best_effort_basis
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
    """An activity with its bests, and its segments on foot as rows of a season's ``stretches``."""

    row: SeasonRow
    bests: tuple[SeasonBest, ...]
    stretches: tuple[tuple[float, float, float, float], ...]


def build_season_entry(analysis: Analysis, best_efforts: Sequence[BestEffort]) -> SeasonEntry | None:
    """What a season takes of an analysis and of its pace curve; None without a date, for then it is in no season."""
    track, segments, summary = analysis.cleaned, analysis.segments, analysis.summary
    if track.start_time is None:
        return None
    directions = analysis.to_dict()["directions"]
    metres, seconds = np.nan_to_num(summary.segments.distance_m), np.nan_to_num(summary.segments.moving_s)
    speed = summary.segments.speed_mps
    gaits = [(segments.direction == direction) & (segments.gait == gait) for direction, gait in GAITS]
    on_foot = np.flatnonzero(np.any(gaits, axis=0) & np.isfinite(speed))
    rows = zip(segments.direction, segments.start_s, segments.end_s, metres, strict=True)
    run = SeasonRow(
        id=f"{analysis.activity.source.sha256} {analysis.activity.source.session}",
        file=PurePath(analysis.activity.source.path).name,
        start_time=track.start_time,
        metrics=[[directions[one][name] for name in DIRECTION_METRICS] for one in DIRECTIONS],
        gait_m=[float(metres[one].sum()) for one in gaits],
        gait_s=[float(seconds[one].sum()) for one in gaits],
        longest_backward=find_longest_backward(
            (str(one), float(start), float(end), float(way)) for one, start, end, way in rows
        ),
    )
    bests = tuple(
        SeasonBest(
            one.direction,
            one.by,
            one.target,
            one.seconds,
            one.metres,
            one.start_s,
            find_best_effort_basis(segments, one),
            0,
        )
        for one in best_efforts
    )
    stretches = tuple(
        (
            float(segments.direction[at] == "backward"),
            float(segments.gait[at] == "run"),
            float(seconds[at]),
            float(speed[at]),
        )
        for at in on_foot.tolist()
    )
    return SeasonEntry(run, bests, stretches)


def build_season_from_entries(entries: Sequence[SeasonEntry]) -> Season:
    """The season of these activities."""
    bests = [best._replace(row=row) for row, one in enumerate(entries) for best in one.bests]
    seconds = {
        (best.row, best.direction): best.seconds for best in bests if (best.kind, best.target) == ("distance", 400.0)
    }
    quarters = [
        (row, seconds[row, "backward"] / seconds[row, "forward"])
        for row in range(len(entries))
        if (row, "backward") in seconds and (row, "forward") in seconds
    ]
    return build_season(
        [one.row for one in entries], bests, quarters, [row for one in entries for row in one.stretches]
    )
