"""A whole interval session: sets and reps, what lies around them, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from retropace.analysis.pipeline import Analysis
from retropace.analysis.running_track.fit import Stadium, find_stadium
from retropace.annotations.model.annotation import PRESSED_SURE_S
from retropace.core.cleaned_activity import Track
from retropace.core.spans import Column, as_spans
from retropace.intervals.best_efforts import Best, pace_curve
from retropace.intervals.bouts import bouts_of, laps_as_bouts
from retropace.intervals.compare import Comparison, compare
from retropace.intervals.device_workout import guided_workout
from retropace.intervals.efforts import timer_s
from retropace.intervals.planned_vs_actual import PlannedStep, planned_against_done
from retropace.intervals.quarter_mile import QuarterMile, quarter_miles
from retropace.intervals.refine_rep_edges import sharpened
from retropace.intervals.sets import IntervalSet, set_of
from retropace.intervals.split_merged_reps import with_overlooked_turns
from retropace.intervals.structure import backward_works, find_sets

LANE_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the session; together they are all of it.

    ``kind`` is ``warm-up``, ``rep``, ``recovery``, ``break`` (between sets), ``cool-down``, or ``session`` where there
    is no set.
    """

    kind: str
    start_s: float
    end_s: float
    seconds: float
    """Without pauses."""
    metres: float
    set_number: int
    """Of a rep or a recovery, counted from 1; 0 for the others."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """What came of a session."""

    analysis: Analysis
    track: Track
    """As in the analysis, but with distance from laps where it was run on a track."""
    stadium: Stadium | None
    parts: tuple[Part, ...]
    sets: tuple[IntervalSet, ...]
    comparisons: tuple[Comparison, ...]
    quarter_miles: tuple[QuarterMile, ...]
    curve: tuple[Best, ...]
    planned: tuple[PlannedStep, ...]
    """Empty without a workout, and where it does not fit."""
    warnings: tuple[str, ...]


def intervals_of(
    analysis: Analysis, lap_m: float | None = None, *, stadium: bool = True, exact: bool = False
) -> Intervals:
    """The structure of an analysed session.

    ``lap_m`` is how long a lap of the track was, if it was run on one and that is known; without it a track of 400 m
    is recognised by its shape, unless ``stadium`` says not to look. ``exact`` leaves the runner's edges where they are,
    as ``LabelSettings.exact`` does.
    """
    track, found = analysis.track, None
    given = as_spans((one.start_s, one.end_s) for one in analysis.annotations if one.attributes)
    warnings = list(analysis.warnings)
    if stadium and (known := find_stadium(track, lap_m, given)) is not None:
        found, track = known
        if found.lane_probability < LANE_SURE:
            warnings.append(
                f"lane {found.lane} of the track is {100.0 * found.lane_probability:.0f} % sure, and the next one adds "
                "7.7 m to a lap: --track 400m or --track 407m says which it was"
            )
    elif lap_m is not None:
        warnings.append(f"no track with laps of {lap_m:.10g} m was found: distances are the recording's own")
    bouts = with_overlooked_turns(track, bouts_of(track, analysis.segments))
    bouts = sharpened(track, bouts, _sure_s(analysis, exact=exact))
    laps = laps_as_bouts(track, analysis.segments)
    backward = backward_works(track, bouts)
    sets = tuple(set_of(track, bouts, one) for one in find_sets(track, bouts, backward, laps))
    warnings += _doubts(analysis, sets, given=bool(len(given)))
    workout = analysis.workout or guided_workout(track, analysis.segments)
    return Intervals(
        analysis=analysis,
        track=track,
        stadium=found,
        parts=_parts(track, sets),
        sets=sets,
        comparisons=compare(sets),
        quarter_miles=quarter_miles(track, bouts, backward.rows, backward.works),
        curve=pace_curve(track, bouts),
        planned=() if workout is None else planned_against_done(workout, track),
        warnings=tuple(warnings),
    )


def _sure_s(analysis: Analysis, *, exact: bool) -> Column:
    """The edges that the runner is sure of: pressed ones, or with ``exact`` all. A workout's were laid, not given."""
    sure = [
        one for one in analysis.annotations if one.origin.kind != "workout" and (exact or one.sure_s <= PRESSED_SURE_S)
    ]
    return np.array([edge for one in sure for edge in (one.start_s, one.end_s)])


def _parts(track: Track, sets: tuple[IntervalSet, ...]) -> tuple[Part, ...]:
    reps = sorted(
        ((rep.start_s, rep.end_s, number) for number, one in enumerate(sets, 1) for rep in one.reps),
        key=lambda rep: rep[0],
    )
    if not reps:
        return (_part(track, "session", 0.0, track.elapsed_s, 0),)
    parts = [_part(track, "warm-up", 0.0, reps[0][0], 0)]
    for (start, end, number), (following, _, following_number) in pairwise(reps):
        parts.append(_part(track, "rep", start, end, number))
        same = number == following_number
        parts.append(_part(track, "recovery" if same else "break", end, following, number if same else 0))
    start, end, number = reps[-1]
    parts += [_part(track, "rep", start, end, number), _part(track, "cool-down", end, track.elapsed_s, 0)]
    return tuple(part for part in parts if part.end_s > part.start_s)


def _part(track: Track, kind: str, start_s: float, end_s: float, number: int) -> Part:
    metres = float(track.between("distance_m", np.array([start_s, end_s]))[0])
    return Part(kind, start_s, end_s, timer_s(track, start_s, end_s), metres, number)


def _doubts(analysis: Analysis, sets: tuple[IntervalSet, ...], *, given: bool) -> list[str]:
    """What has to be said of the reps: distances that presume forward steps, directions that nobody marked."""
    said = []
    reps = [rep for one in sets for rep in one.reps if rep.direction == "backward"]
    indoors = not np.any(np.isfinite(analysis.track.lat_deg))
    if reps and indoors and not given and analysis.track.distance_source != "none":
        said.append(
            "the distance of the backward reps is the watch's own, which presumes forward steps: give the belt's, "
            "as in --mark 'lap 3=backward speed=6km/h' or distance=400m"
        )
    suspected = sum(rep.basis == "suspected" for rep in reps)
    if suspected == len(reps) and reps:
        said.append("nobody marked any of the backward reps: that they were backward is only suspected")
    return said
